"""What holds for every frequency, anchor, calendar and zone over thirty years."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from itertools import islice, pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from publisher.catalogue.model import FreshnessTerms, Validity
from publisher.countries.vn.holidays import is_working
from publisher.freshness.assess import state_on
from publisher.freshness.calendar import WEEKDAYS, Calendar, WorkingDays
from publisher.freshness.cycles import rhythm
from publisher.freshness.deadlines import after_period
from publisher.freshness.evidence import coverage
from publisher.freshness.model import Observation, State
from publisher.freshness.periods import PERIODIC, following, parse_period, period_of, periods_between, preceding
from publisher.freshness.timeline import timeline

ORDER = [State.FRESH, State.DUE, State.OVERDUE, State.DELINQUENT]
ANCHORS = (None, date(2000, 9, 1), date(2000, 4, 1), date(2000, 12, 31), date(2000, 2, 28), date(2021, 1, 1))
INTERVALS = ("R/P18M", "R/P5M", "R/P2D", "R/P10D", "R/P100D")
CALENDARS = (
    WEEKDAYS,
    WorkingDays(is_working),
    WorkingDays(is_working, (Validity(date(2010, 1, 1), date(2020, 6, 30)),)),
)
ZONES = ("Asia/Ho_Chi_Minh", "America/Sao_Paulo", "America/New_York", "Pacific/Apia", "Australia/Lord_Howe", "UTC")

frequencies = st.sampled_from(sorted(PERIODIC) + list(INTERVALS))
anchors = st.sampled_from(ANCHORS)
calendars = st.sampled_from(CALENDARS)
days = st.dates(date(2000, 1, 1), date(2030, 12, 31))
plain = st.builds(
    FreshnessTerms,
    frequencies,
    due=st.sampled_from([None, "P0D", "P15D", "P1M", "P2M10D"]),
    grace=st.sampled_from([None, "P0D", "P7D"]),
    delinquent=st.sampled_from([None, "P1D", "P60D"]),
    starts=anchors,
)
working = st.builds(
    FreshnessTerms, frequencies, due=st.sampled_from(["P1D", "P10D"]), starts=anchors, working_days=st.just(True)
)
terms = st.one_of(plain, working)


@given(frequencies, anchors, days)
def test_periods_tile_time_from_any_start(frequency: str, starts: date | None, day: date) -> None:
    cut = rhythm(FreshnessTerms(frequency, starts=starts))
    period = period_of(cut, day)
    assert period.start <= day <= period.end
    assert period_of(cut, period.start) == period == period_of(cut, period.end)
    after = following(cut, period)
    assert after.start == period.end + timedelta(1)
    assert preceding(cut, after) == period
    assert after.name != period.name


@given(frequencies, anchors, days)
def test_the_name_of_any_period_reads_back(frequency: str, starts: date | None, day: date) -> None:
    cut = rhythm(FreshnessTerms(frequency, starts=starts))
    period = period_of(cut, day)
    assert parse_period(period.name, cut) == period


@given(st.sampled_from(ANCHORS[1:]), days)
def test_a_period_starts_on_the_day_that_is_named(starts: date, day: date) -> None:
    cut = rhythm(FreshnessTerms("annual", starts=starts))
    assert (period_of(cut, day).start.month, period_of(cut, day).start.day) == (starts.month, starts.day)


@settings(max_examples=60, deadline=None)
@given(terms, calendars, days)
def test_deadlines_never_go_back(terms: FreshnessTerms, calendar: Calendar, start: date) -> None:
    first_forty = islice(periods_between(rhythm(terms), start, date(2030, 12, 31)), 40)
    dates = [after_period(terms, period.end, calendar) for period in first_forty]
    for before, after in pairwise(dates):
        assert before.due_at <= after.due_at
        assert before.overdue_at <= after.overdue_at
        assert before.delinquent_at <= after.delinquent_at
    assert all(one.due_at < one.overdue_at <= one.delinquent_at for one in dates)


@pytest.mark.parametrize("frequency", ["monthly", "quarterly", "school-year"])
def test_over_thirty_years_with_every_tet(frequency: str) -> None:
    terms = FreshnessTerms(frequency, due="P10D", working_days=True)
    calendar = CALENDARS[1]
    periods = list(periods_between(frequency, date(2000, 1, 1), date(2030, 12, 31)))
    dues = [after_period(terms, period.end, calendar).due_at for period in periods]
    assert dues == sorted(set(dues))
    assert all(calendar.is_working(day) for day in dues)
    assert all((due - period.end).days >= 12 for due, period in zip(dues, periods, strict=True))


@settings(max_examples=60, deadline=None)
@given(terms, calendars, days, days)
def test_an_early_delivery_never_moves_the_next_deadline(
    terms: FreshnessTerms, calendar: Calendar, start: date, other: date
) -> None:
    period = period_of(rhythm(terms), start)
    early = min(max(other, period.start), period.end)
    first, then = (
        timeline(terms, [Observation("git", "f", on=day)], calendar=calendar) for day in (period.start, early)
    )
    assert first.next_period == then.next_period == period
    assert (first.due_at, first.overdue_at, first.delinquent_at) == (then.due_at, then.overdue_at, then.delinquent_at)


def _through(kind: str) -> Callable[[date], Observation]:
    return lambda day: Observation(kind, "x", through=day)


SOURCES: tuple[Callable[[date], Observation], ...] = (
    lambda day: Observation("git", "f", on=day),
    lambda day: Observation("attested", "r", on=day),
    _through("column"),
    _through("period"),
    _through("temporal"),
    lambda day: Observation("column", "x", through=day, on=day),
)


@settings(max_examples=60, deadline=None)
@given(terms, calendars, st.sampled_from(SOURCES), days, st.integers(0, 4000), st.sampled_from(["calendar", "rolling"]))
def test_a_newer_observation_of_a_source_never_makes_a_dataset_later(
    terms: FreshnessTerms,
    calendar: Calendar,
    source: Callable[[date], Observation],
    day: date,
    later: int,
    mode: str,
) -> None:
    terms = FreshnessTerms(terms.frequency, terms.due, terms.grace, terms.delinquent, mode, starts=terms.starts)
    older, newer = (timeline(terms, [source(day + timedelta(more))], calendar=calendar) for more in (0, later))
    assert older.overdue_at and newer.overdue_at and older.delinquent_at and newer.delinquent_at
    assert older.overdue_at <= newer.overdue_at
    assert older.delinquent_at <= newer.delinquent_at


LABELS = st.sampled_from(["daily", "weekly", "monthly", "quarterly", "semiannual", "annual"])


@settings(max_examples=200, deadline=None)
@given(
    st.sampled_from(["monthly", "quarterly", "semiannual", "annual", "biennial"]),
    st.lists(st.tuples(LABELS, st.dates(date(2020, 1, 1), date(2023, 12, 31))), min_size=1, max_size=12),
)
def test_more_files_never_make_a_dataset_later(frequency: str, files: list[tuple[str, date]]) -> None:
    labels = sorted(period_of(one, day) for one, day in files)
    reached = [date.min]
    for count in range(1, len(labels) + 1):
        seen = coverage("period", "f", labels[:count], frequency, None)
        if seen is not None:
            covered = timeline(FreshnessTerms(frequency), [seen]).covered
            assert covered is not None
            reached.append(covered.end)
    assert reached == sorted(reached)


@settings(max_examples=60, deadline=None)
@given(
    terms,
    calendars,
    days,
    st.sampled_from(ZONES),
    st.lists(st.datetimes(datetime(2000, 1, 1), datetime(2030, 12, 31)), min_size=2, max_size=30),
)
def test_states_only_get_worse_with_time_in_any_zone(
    terms: FreshnessTerms, calendar: Calendar, day: date, zone: str, instants: list[datetime]
) -> None:
    got = timeline(terms, [Observation("git", "f", on=day)], calendar=calendar)
    local = [moment.replace(tzinfo=UTC).astimezone(ZoneInfo(zone)).date() for moment in sorted(instants)]
    ranks = [ORDER.index(state_on(got, one)) for one in local]
    assert ranks == sorted(ranks)


@pytest.mark.parametrize(
    ("zone", "night"),
    [
        ("America/Sao_Paulo", datetime(2017, 2, 19, 1, tzinfo=UTC)),  # midnight, put back to 23:00
        ("America/New_York", datetime(2026, 11, 1, 3, tzinfo=UTC)),
        ("Pacific/Apia", datetime(2011, 12, 30, 8, tzinfo=UTC)),  # 30 December 2011 was left out there
    ],
)
def test_no_day_comes_back_when_clocks_are_put_back(zone: str, night: datetime) -> None:
    minutes = [night + timedelta(minutes=minute) for minute in range(0, 360, 10)]
    local = [moment.astimezone(ZoneInfo(zone)).date() for moment in minutes]
    assert local == sorted(local)
    assert len(set(local)) == 2
