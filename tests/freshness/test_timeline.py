from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.catalogue.frequencies import FREQUENCIES
from publisher.catalogue.load import load
from publisher.catalogue.model import FreshnessTerms, Status
from publisher.freshness.assess import missing_on, state_on
from publisher.freshness.deadlines import after_period, default_due, thresholds
from publisher.freshness.evidence import coverage, label_of
from publisher.freshness.model import Observation, State
from publisher.freshness.periods import PERIODIC, period_of, rhythm
from publisher.freshness.timeline import timeline
from publisher.text import Text

QUARTERLY = FreshnessTerms("quarterly", due="P15D", grace="P7D", delinquent="P60D")
days = st.dates(date(2000, 1, 1), date(2030, 12, 31))
terms = st.builds(
    FreshnessTerms,
    st.sampled_from(sorted(PERIODIC)),
    due=st.sampled_from([None, "P0D", "P15D", "P1M"]),
    grace=st.sampled_from([None, "P0D", "P7D", "P2M"]),
    delinquent=st.sampled_from([None, "P1D", "P60D"]),
    mode=st.sampled_from(["calendar", "rolling"]),
)
kinds = st.sampled_from(["column", "period", "git", "attested", "temporal"])


def seen(kind: str, day: date) -> Observation:
    return Observation(kind, "x", on=day) if kind == "git" else Observation(kind, "x", through=day)


def day(text: str) -> date:
    return date.fromisoformat(text)


def test_the_first_quarter_is_due_on_15_april() -> None:
    got = timeline(QUARTERLY, [Observation("column", "t.q", day("2025-12-31"))])
    assert got.covered and got.covered.name == "2025-Q4"
    assert got.next_period and got.next_period.name == "2026-Q1"
    dates = (got.opens_at, got.due_at, got.overdue_at, got.delinquent_at)
    assert dates == (day("2026-04-01"), day("2026-04-15"), day("2026-04-22"), day("2026-06-14"))


@pytest.mark.parametrize(
    ("on", "state"),
    [
        ("2026-03-31", State.FRESH),
        ("2026-04-01", State.DUE),
        ("2026-04-15", State.DUE),
        ("2026-04-21", State.DUE),
        ("2026-04-22", State.OVERDUE),
        ("2026-06-13", State.OVERDUE),
        ("2026-06-14", State.DELINQUENT),
    ],
)
def test_states_begin_on_their_dates(on: str, state: State) -> None:
    assert state_on(timeline(QUARTERLY, [Observation("column", "t.q", day("2025-12-31"))]), day(on)) is state


def test_the_due_day_is_in_time_without_any_grace() -> None:
    got = timeline(FreshnessTerms("monthly", due="P5D", grace="P0D"), [Observation("temporal", "t", day("2026-01-31"))])
    assert got.due_at == day("2026-03-05")
    assert state_on(got, day("2026-03-05")) is State.DUE
    assert state_on(got, day("2026-03-06")) is State.OVERDUE


@given(terms, kinds, days, days)
def test_states_only_get_worse_with_time(terms: FreshnessTerms, kind: str, reached: date, start: date) -> None:
    got = timeline(terms, [seen(kind, reached)])
    order = [State.FRESH, State.DUE, State.OVERDUE, State.DELINQUENT]
    ranks = [order.index(state_on(got, start + timedelta(step))) for step in range(0, 1200, 37)]
    assert ranks == sorted(ranks)


@given(terms, kinds, days, st.integers(0, 900))
def test_a_newer_observation_never_makes_a_dataset_later(
    terms: FreshnessTerms, kind: str, reached: date, later: int
) -> None:
    older = timeline(terms, [seen(kind, reached)])
    newer = timeline(terms, [seen(kind, reached + timedelta(later))])
    assert older.overdue_at and newer.overdue_at
    assert older.overdue_at <= newer.overdue_at


@given(terms, days, st.integers(0, 3000))
def test_an_early_delivery_never_moves_the_next_deadline(terms: FreshnessTerms, start: date, early: int) -> None:
    period = period_of(terms.frequency, start)
    delivered = max(period.start, period.end - timedelta(early))
    got = timeline(FreshnessTerms(terms.frequency, due=terms.due), [Observation("git", "f", on=delivered)])
    assert got.next_period == period
    assert got.due_at == after_period(terms, period.end).due_at


@given(terms, days)
def test_dates_are_in_order(terms: FreshnessTerms, reached: date) -> None:
    got = timeline(terms, [Observation("column", "x", reached)])
    assert got.opens_at and got.due_at and got.overdue_at and got.delinquent_at
    assert got.due_at < got.overdue_at <= got.delinquent_at


def test_a_period_that_was_running_when_the_file_changed_is_not_complete() -> None:
    reached = Observation("column", "t.ngay", day("2026-05-10"), on=day("2026-05-11"), periods=("2026-Q1", "2026-Q2"))
    got = timeline(QUARTERLY, [reached])
    assert got.covered and got.covered.name == "2026-Q1"


def test_future_dates_do_not_count() -> None:
    slip = Observation("column", "t.ngay", day("2062-03-31"), periods=("2025-Q4", "2026-Q1", "2062-Q1"))
    got = timeline(QUARTERLY, [slip], by=day("2026-04-10"))
    assert got.covered and got.covered.name == "2026-Q1"
    assert timeline(QUARTERLY, [Observation("temporal", "t", day("2062-03-31"))], by=day("2026-04-10")).fixed


def test_missing_periods_are_named() -> None:
    held = Observation("column", "t.q", day("2026-03-31"), periods=("2025-Q1", "2025-Q4", "2026-Q1"))
    assert timeline(QUARTERLY, [held]).missing == ("2025-Q2", "2025-Q3")
    began = FreshnessTerms("quarterly", began=day("2024-10-01"))
    assert timeline(began, [held]).missing == ("2024-Q4", "2025-Q2", "2025-Q3")


def test_the_first_that_answers_wins_and_the_others_are_kept() -> None:
    broken, git = Observation("column", "t.q: unreadable"), Observation("git", "t.csv", on=day("2026-02-01"))
    got = timeline(QUARTERLY, [broken, git])
    assert (got.evidence, got.others) == (git, (broken,))
    assert timeline(QUARTERLY, [broken]).fixed is State.UNMEASURED
    assert timeline(QUARTERLY, []).fixed is State.NO_EVIDENCE


@pytest.mark.parametrize("status", [Status.PROPOSED, Status.PLANNED, Status.NOT_OPEN, Status.WITHDRAWN])
def test_a_status_without_data_is_its_own_state(status: Status) -> None:
    got = timeline(QUARTERLY, [Observation("git", "f", on=day("2020-01-01"))], status=status)
    assert state_on(got, day("2026-01-01")).value == status.value
    assert got.due_at is None


def test_a_promise_is_kept_or_late() -> None:
    got = timeline(None, [], status=Status.PLANNED, promised=day("2026-06-30"))
    assert state_on(got, day("2026-06-30")) is State.PLANNED
    assert state_on(got, day("2026-07-01")) is State.DUE
    assert state_on(got, day("2026-12-31")) is State.DELINQUENT


def test_a_pause_ends_and_an_end_begins() -> None:
    old = [Observation("git", "f", on=day("2024-01-10"))]
    paused = FreshnessTerms("quarterly", paused_until=day("2026-12-31"), paused_reason=Text({"vi": "đổi hệ thống"}))
    assert state_on(timeline(paused, old), day("2026-12-31")) is State.PAUSED
    assert state_on(timeline(paused, old), day("2027-01-01")) is State.DELINQUENT
    ended = FreshnessTerms("quarterly", ended=day("2024-02-01"))
    assert state_on(timeline(ended, old), day("2024-01-31")) is State.FRESH
    assert state_on(timeline(ended, old), day("2024-02-01")) is State.ENDED
    exempt = FreshnessTerms("quarterly", exempt=Text({"vi": "miễn"}))
    assert state_on(timeline(exempt, old), day("2026-01-01")) is State.EXEMPT


@pytest.mark.parametrize("frequency", ["irregular", "as-needed", "never", "continuous"])
def test_what_promises_no_date_is_never_late(frequency: str) -> None:
    assert state_on(timeline(FreshnessTerms(frequency), []), day("2090-01-01")) is State.FRESH
    assert timeline(FreshnessTerms("unknown"), []).fixed is State.NO_EVIDENCE


def test_the_documented_defaults_are_those_in_force() -> None:
    text = (Path(__file__).parents[2] / "docs/freshness.md").read_text("utf-8")
    rows = re.findall(r"^\| `([a-z-]+)` \| (\d+) \| (\d+) \| (\d+) \| (\d+) \| (\d+) \| (\d+) \|$", text, re.MULTILINE)
    documented = {name: tuple(map(int, numbers)) for name, *numbers in rows}
    for name, numbers in documented.items():
        due, overdue, delinquent = thresholds(name)
        assert numbers == (default_due(name), overdue - due, delinquent - due, due, overdue, delinquent)
    assert {FREQUENCIES[name].every for name in documented} == {FREQUENCIES[name].every for name in PERIODIC}


def test_every_frequency_is_documented_with_its_codes() -> None:
    text = (Path(__file__).parents[2] / "docs/freshness.md").read_text("utf-8")
    for one in FREQUENCIES.values():
        codes = (one.every, one.eu, one.dublin_core, one.interval)
        cells = " | ".join(f"`{code}`" if code else "–" for code in codes)
        assert f"| `{one.key}` | {cells} |" in text


def test_pieces_of_a_period_are_no_delivery() -> None:
    monthly = Observation("period", "f", day("2026-05-31"), periods=("2026-Q1", "2026-Q2"), partial=("2026-Q2",))
    got = timeline(QUARTERLY, [monthly], by=day("2026-07-10"))
    assert got.covered and got.covered.name == "2026-Q1"
    assert (got.partial, got.missing, got.due_at) == (("2026-Q2",), (), day("2026-07-15"))
    older = Observation("period", "f", day("2026-06-30"), periods=("2026-Q1", "2026-Q2"), partial=("2026-Q1",))
    got = timeline(QUARTERLY, [older], by=day("2026-07-10"))
    assert got.covered and got.covered.name == "2026-Q2"
    assert got.partial == ("2026-Q1",)


def test_a_revision_of_an_old_period_is_no_delivery_where_periods_are_named() -> None:
    names = Observation("period", "f", day("2026-03-31"), periods=("2025-Q4", "2026-Q1"))
    git = Observation("git", "f-2025-Q4.csv", on=day("2026-07-20"))
    got = timeline(QUARTERLY, [names, git], by=day("2026-07-25"))
    assert got.covered and got.covered.name == "2026-Q1"
    assert state_on(got, day("2026-07-25")) is State.OVERDUE


def test_a_late_delivery_leaves_the_next_deadline_where_it_was() -> None:
    late = timeline(QUARTERLY, [Observation("git", "f", on=day("2026-06-20"))])
    assert late.covered and late.covered.name == "2026-Q1"
    assert late.due_at == day("2026-07-15")


def test_a_dataset_that_began_late_owes_nothing_from_before() -> None:
    began = FreshnessTerms("quarterly", due="P15D", began=day("2026-04-01"))
    got = timeline(began, [Observation("temporal", "temporal.end", day("2025-06-30"))])
    assert got.next_period and got.next_period.name == "2026-Q2"
    assert got.missing == ()


def test_a_school_year_ends_in_august_and_a_fiscal_quarter_on_its_own_day() -> None:
    school = FreshnessTerms("annual", due="P31D", starts=day("2000-09-01"))
    got = timeline(school, [Observation("period", "f", day("2025-08-31"), periods=("2024-2025",))])
    assert got.next_period and got.next_period.name == "2025-2026"
    assert got.due_at == day("2026-10-01")
    fiscal = FreshnessTerms("quarterly", due="P15D", starts=day("2000-04-01"))
    got = timeline(fiscal, [Observation("git", "f", on=day("2026-01-10"))])
    assert got.covered and got.covered.name == "2025-2026-Q3"
    assert got.due_at == day("2026-04-15")


def test_a_column_of_plans_of_five_years_reaches_as_far_as_the_last_plan() -> None:
    cut = rhythm(FreshnessTerms("quinquennial", starts=day("2021-01-01")))
    labels = [label for cell in ("2016-2020", "2021-2025") if (label := label_of(cell, cut)) is not None]
    seen = coverage("column", "ke-hoach.giai_doan", labels, cut, day("2026-02-01"))
    assert seen is not None
    assert (seen.through, seen.periods, seen.on) == (day("2025-12-31"), ("2016-2020", "2021-2025"), None)
    got = timeline(FreshnessTerms("quinquennial", starts=day("2021-01-01")), [seen])
    assert got.next_period and got.next_period.name == "2026-2030"


def test_monthly_files_of_quarterly_data_are_whole_when_all_three_are_there() -> None:
    months = [period_of("monthly", day(f"2026-{month:02}-01")) for month in range(1, 6)]
    seen = coverage("period", "bao-cao-{period}.csv", months, "quarterly", None)
    assert seen is not None
    assert (seen.periods, seen.partial) == (("2026-Q1", "2026-Q2"), ("2026-Q2",))
    assert timeline(QUARTERLY, [seen], by=day("2026-08-01")).covered == period_of("quarterly", day("2026-01-01"))


def test_a_period_runs_through_its_last_day() -> None:
    named = Observation("period", "f", day("2026-03-31"), periods=("2025-Q4", "2026-Q1"))
    for by, covered in (("2026-03-31", "2025-Q4"), ("2026-04-01", "2026-Q1")):
        got = timeline(QUARTERLY, [named], by=day(by))
        assert got.covered and got.covered.name == covered


def test_a_period_is_missing_from_the_day_after_its_due_day(catalogue_dir: Path, edit: Callable[..., Path]) -> None:
    edit("datasets/truong-mam-non/dataset.yaml", freshness={"frequency": "quarterly", "due": "P15D"})
    catalogue = load(catalogue_dir).catalogue
    assert catalogue is not None
    dataset = catalogue.datasets["truong-mam-non"]
    got = timeline(QUARTERLY, [Observation("temporal", "temporal.end", day("2025-12-31"))])
    assert missing_on(dataset, got, day("2026-04-15")) == ()
    assert missing_on(dataset, got, day("2026-04-16")) == ("2026-Q1",)
