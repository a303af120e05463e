"""Which data came in time: for each period the due date, the day of delivery and what that makes of it. Pure.

Deadlines are those of the timeline (:mod:`publisher.freshness.deadlines`), days of delivery those of
:mod:`publisher.freshness.arrivals`. What was due before git knew the dataset cannot be told and is ``unknown``: a
catalogue that is brought into git with the files of ten years was not ten years late.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from functools import lru_cache
from statistics import median

from publisher.catalogue.model import Catalogue, Dataset, FreshnessTerms, Status
from publisher.freshness.arrivals import Arrivals, Versions, arrivals
from publisher.freshness.calendar import WorkingDays, calendar_of
from publisher.freshness.columns import Shown
from publisher.freshness.cycles import is_periodic, rhythm
from publisher.freshness.deadlines import after_period, after_update
from publisher.freshness.model import Period
from publisher.freshness.periods import EARLIEST, period_of, preceding
from publisher.zones import zone_of

PERIODS = 24
"""How many of the last periods of a dataset are told where nobody says."""
_FEW = 4
_STEP = 0.1


class Outcome(StrEnum):
    """What became of a period's data; a closed list."""

    EARLY = "early"
    """There before the period had ended."""
    ON_TIME = "on-time"
    LATE = "late"
    MISSING = "missing"
    """Due, and not there."""
    UNKNOWN = "unknown"
    """There, or due, before git knew the dataset."""


class Trend(StrEnum):
    """How the later half of the periods went, beside the earlier one."""

    BETTER = "better"
    STEADY = "steady"
    WORSE = "worse"


@dataclass(frozen=True, slots=True)
class Delivery:
    """One period of one dataset. ``days_late`` is negative for days ahead of the due date, None without a delivery.

    ``revised_on`` is when the data of the period last changed after their delivery, where the evidence tells.
    """

    dataset: str
    period: Period
    due_at: date
    delivered_on: date | None
    days_late: int | None
    outcome: Outcome
    revised_on: date | None = None
    evidence: str = ""


@dataclass(frozen=True, slots=True)
class Punctuality:
    """Deliveries summed up. ``share`` is that of those in time among those due and known; None where there are none."""

    due: int
    in_time: int
    late: int
    missing: int
    unknown: int
    share: float | None
    median_days: float | None
    trend: Trend | None


def punctuality(
    catalogue: Catalogue,
    versions: Versions,
    columns: Shown | None = None,
    now: datetime | None = None,
    *,
    datasets: Iterable[Dataset] | None = None,
    periods: int = PERIODS,
) -> dict[str, tuple[Delivery, ...]]:
    """The last periods of each dataset that promises dates, oldest first, by its name.

    ``versions`` are those of :func:`publisher.freshness.versions.versions_of`, ``columns`` what
    :func:`publisher.freshness.columns.column_history` found. At ``now`` what was due by then and is not there is
    missing; without it nothing depends on the clock, and the last period that was delivered is the last
    one told.

    Raises:
        OpendataError: ``time-zone-unknown``.
    """
    zone = zone_of(catalogue.settings.time_zone)
    calendar = calendar_of(catalogue)
    today = now.astimezone(zone).date() if now else None
    found = {}
    for dataset in catalogue.sound.values() if datasets is None else datasets:
        if _is_followed(dataset):
            seen = arrivals(dataset, versions, columns or {}, zone, today)
            found[dataset.name] = tuple(deliveries(dataset, seen, calendar, today, periods))
    return {name: known for name, known in found.items() if known}


def _is_followed(dataset: Dataset) -> bool:
    terms = dataset.freshness
    published = dataset.status is Status.PUBLISHED
    return published and terms is not None and is_periodic(terms.frequency) and not terms.exempt


def deliveries(
    dataset: Dataset, seen: Arrivals, calendar: WorkingDays, today: date | None = None, count: int = PERIODS
) -> list[Delivery]:
    """What became of the last periods that git can tell of, oldest first; see :func:`punctuality`."""
    terms = dataset.freshness
    if terms is None:
        return []
    known = _rolling(terms, seen, calendar) if terms.mode == "rolling" else _by_period(terms, seen, calendar, today)
    found: list[Delivery] = []
    for period, due_at, day, revised in known:
        one = _delivery(dataset.name, seen, period, due_at, day, revised)
        trailing = one.outcome is Outcome.MISSING and all(later.outcome is Outcome.MISSING for later in found)
        if trailing and (today is None or due_at >= today or _is_paused(terms, due_at)):
            # What follows the last delivery is missing only for somebody who looks at a clock.
            continue
        found.append(one)
        if len(found) == count:
            break
    return found[::-1]


def _delivery(
    name: str, seen: Arrivals, period: Period, due_at: date, day: date | None, revised: date | None
) -> Delivery:
    if seen.since is None or due_at < seen.since or (day is None and period in seen.days):
        return Delivery(name, period, due_at, None, None, Outcome.UNKNOWN, evidence=seen.kind)
    if day is None:
        return Delivery(name, period, due_at, None, None, Outcome.MISSING, evidence=seen.kind)
    late = (day - due_at).days
    outcome = Outcome.LATE if late > 0 else Outcome.EARLY if day <= period.end else Outcome.ON_TIME
    return Delivery(name, period, due_at, day, late, outcome, revised, seen.kind)


_Known = tuple[Period, date, date | None, date | None]


def _by_period(terms: FreshnessTerms, seen: Arrivals, calendar: WorkingDays, today: date | None) -> Iterator[_Known]:
    """Periods with due date, delivery and revision, the newest first."""
    cut = rhythm(terms)
    first, last = _bounds(terms, seen, cut, today)
    period = last
    while first is not None and period is not None and first <= period:
        due_at = _due_at(terms.frequency, terms.due, terms.working_days, period.end, calendar)
        yield period, due_at, seen.day(period), seen.revision(period, cut)
        period = preceding(cut, period) if period.start > EARLIEST else None


@lru_cache(maxsize=65536)
def _due_at(frequency: str, due: str | None, working_days: bool, end: date, calendar: WorkingDays) -> date:
    """The due date of a period: many datasets have the same terms."""
    return after_period(FreshnessTerms(frequency, due, working_days=working_days), end, calendar).due_at


def _bounds(terms: FreshnessTerms, seen: Arrivals, cut: str, today: date | None) -> tuple[Period | None, Period | None]:
    """The first and the last period that can be told of."""
    if seen.changes:
        first, last = (preceding(cut, period_of(cut, day)) for day in (seen.changes[0], seen.changes[-1]))
    elif seen.days:
        first, last = min(seen.days), max(seen.days)
    else:
        return None, None
    if today is not None:
        last = max(last, preceding(cut, period_of(cut, today)))
    if terms.began is not None:
        first = period_of(cut, terms.began)
    while terms.ended is not None and last.end > terms.ended and last >= first:
        last = preceding(cut, last)
    return first, last


def _rolling(terms: FreshnessTerms, seen: Arrivals, calendar: WorkingDays) -> Iterator[_Known]:
    """One piece of time an update, named by its day: the next one is due so long after it. The newest first."""
    days = seen.changes or tuple(sorted({day for day in seen.days.values() if day is not None}))
    for place in range(len(days) - 1, -1, -1):
        began = days[place]
        after = days[place + 1] if place + 1 < len(days) else None
        yield Period(began, began, began.isoformat()), after_update(terms, began, calendar).due_at, after, None


def _is_paused(terms: FreshnessTerms, due_at: date) -> bool:
    return bool(terms.paused_reason) and (terms.paused_until is None or due_at <= terms.paused_until)


def summed_up(found: Sequence[Delivery]) -> Punctuality:
    """Deliveries of one dataset, or of several, summed up; those that are unknown do not count."""
    known = sorted((one for one in found if one.outcome is not Outcome.UNKNOWN), key=lambda one: one.due_at)
    late = sum(one.outcome is Outcome.LATE for one in known)
    missing = sum(one.outcome is Outcome.MISSING for one in known)
    days = [one.days_late for one in known if one.days_late is not None]
    return Punctuality(
        len(known),
        len(known) - late - missing,
        late,
        missing,
        len(found) - len(known),
        _share(known),
        median(days) if days else None,
        _trend(known),
    )


def _share(known: Sequence[Delivery]) -> float | None:
    in_time = sum(one.outcome in {Outcome.EARLY, Outcome.ON_TIME} for one in known)
    return in_time / len(known) if known else None


def _trend(known: Sequence[Delivery]) -> Trend | None:
    """The later half beside the earlier one; a tenth more or less in time is a change."""
    if len(known) < _FEW:
        return None
    middle = len(known) // 2
    before, after = _share(known[:middle]) or 0.0, _share(known[-middle:]) or 0.0
    if abs(after - before) < _STEP:
        return Trend.STEADY
    return Trend.BETTER if after > before else Trend.WORSE


def by_body(catalogue: Catalogue, found: Mapping[str, Sequence[Delivery]], day: date) -> dict[str, list[str]]:
    """Names of datasets by the body that answers for them on a day; by their publisher where nobody does."""
    bodies: dict[str, list[str]] = {}
    for name in found:
        dataset = catalogue.datasets[name]
        key = dataset.responsible or dataset.organization
        body, _ = catalogue.responsible_on(key, day)
        bodies.setdefault(body.key if body else key, []).append(name)
    return dict(sorted(bodies.items()))
