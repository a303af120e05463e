"""From terms and evidence to the dates between which a dataset's state changes. Pure, and without a clock."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

from publisher.catalogue.model import Dataset, FreshnessTerms, Status
from publisher.freshness.calendar import WEEKDAYS, Calendar
from publisher.freshness.cycles import is_periodic, rhythm
from publisher.freshness.deadlines import Deadlines, after_period, after_promise, after_update
from publisher.freshness.model import Observation, Period, State, Timeline
from publisher.freshness.periods import LATEST, following, parse_period, period_of, periods_between, preceding

_BY_STATUS = {
    Status.PROPOSED: State.PROPOSED,
    Status.PLANNED: State.PLANNED,
    Status.NOT_OPEN: State.NOT_OPEN,
    Status.WITHDRAWN: State.WITHDRAWN,
}


def timeline_of(
    dataset: Dataset,
    observations: Sequence[Observation],
    by: date | None = None,
    calendar: Calendar = WEEKDAYS,
) -> Timeline:
    """The timeline of a dataset; see :func:`timeline`."""
    terms, status, promised = dataset.freshness, dataset.status, dataset.promised
    return timeline(terms, observations, status=status, promised=promised, by=by, calendar=calendar)


def timeline(
    terms: FreshnessTerms | None,
    observations: Sequence[Observation],
    *,
    status: Status = Status.PUBLISHED,
    promised: date | None = None,
    by: date | None = None,
    calendar: Calendar = WEEKDAYS,
) -> Timeline:
    """The dates that follow from what a descriptor promises and what was observed.

    The first observation that answers is the evidence, the rest are kept in ``others``. Deadlines
    are those of the period after the last one covered, so an early or late delivery never moves
    them. ``by`` is the day on which one looks: what lies after it, and a period that is still
    running, do not count; None takes the evidence at its word. ``calendar`` says which days are worked
    and which deadlines move (:func:`publisher.freshness.calendar.calendar_of`).
    """
    fixed = _BY_STATUS.get(status)
    frequency = terms.frequency if terms else "unknown"
    if fixed is State.PLANNED and promised is not None:
        return _promised(frequency, terms, promised, observations)
    if fixed is not None or terms is None:
        return _still(frequency, observations, fixed or State.NO_EVIDENCE)
    if terms.exempt:
        return _still(frequency, observations, State.EXEMPT)
    if not is_periodic(frequency):
        return _still(frequency, observations, State.NO_EVIDENCE if frequency == "unknown" else State.FRESH)
    return _with_exceptions(terms, _scheduled(terms, observations, by, calendar))


def _scheduled(
    terms: FreshnessTerms, observations: Sequence[Observation], by: date | None, calendar: Calendar
) -> Timeline:
    for evidence in observations:
        others = tuple(one for one in observations if one is not evidence)
        if terms.mode == "rolling":
            updated = _updated(evidence, by)
            if updated is not None:
                deadlines = after_update(terms, updated, calendar)
                return _dated(terms, deadlines, deadlines.due_at, evidence, others)
            continue
        covered = covered_period(rhythm(terms), evidence, by)
        if covered is not None:
            return _by_period(terms, covered, evidence, others, calendar)
    unmeasured = any(is_unmeasured(one) for one in observations)
    return _still(terms.frequency, observations, State.UNMEASURED if unmeasured else State.NO_EVIDENCE)


def covered_period(frequency: str, seen: Observation, by: date | None = None) -> Period | None:
    """The last period that an observation shows to be complete, or None if it shows none.

    A change, or a review, on a day covers the periods that had ended before it. A statement of how far
    the data reach covers the periods that end by then. A column or file names covers the last
    period found in it; if that was still running when the file last changed (``on``) or when one
    looks (``by``), the period before it.
    """
    if is_unmeasured(seen):
        return None
    if seen.through is None:
        on = seen.on
        return None if on is None or (by is not None and on > by) else preceding(frequency, period_of(frequency, on))
    if seen.kind not in ("column", "period"):
        if by is not None and seen.on is not None and seen.on > by:
            return None
        return _reached(frequency, seen.through, by)
    looked = min((day for day in (by, seen.on) if day is not None), default=None)
    found = [period_of(frequency, seen.through), *_named(frequency, seen.periods)]
    known = [period for period in found if looked is None or period.start <= looked]
    if not known:
        return None
    latest = max(known)
    if looked is not None and looked <= latest.end:
        latest = preceding(frequency, latest)
    while latest.name in seen.partial:
        latest = preceding(frequency, latest)
    return latest


def _reached(frequency: str, through: date, by: date | None) -> Period | None:
    if by is None or through < by:
        return preceding(frequency, period_of(frequency, min(through, LATEST) + timedelta(1)))
    running = period_of(frequency, by)
    return preceding(frequency, running) if through <= running.end else None


def is_unmeasured(seen: Observation) -> bool:
    """Whether a source was asked and could not be measured."""
    return seen.through is None and seen.on is None


def _updated(seen: Observation, by: date | None) -> date | None:
    return next((day for day in (seen.through, seen.on) if day is not None and (by is None or day <= by)), None)


def _by_period(
    terms: FreshnessTerms,
    covered: Period,
    evidence: Observation,
    others: tuple[Observation, ...],
    calendar: Calendar,
) -> Timeline:
    cut = rhythm(terms)
    upcoming = following(cut, covered)
    if terms.began is not None and upcoming.end < terms.began:
        upcoming = period_of(cut, terms.began)
    opens_at = upcoming.end + timedelta(1)
    dated = _dated(terms, after_period(terms, upcoming.end, calendar), opens_at, evidence, others)
    missing = _missing(cut, terms.began, covered, evidence)
    return replace(dated, covered=covered, next_period=upcoming, missing=missing, partial=evidence.partial, rhythm=cut)


def _missing(cut: str, began: date | None, covered: Period, evidence: Observation) -> tuple[str, ...]:
    """Names of the periods up to the covered one of which a column or the file names show nothing."""
    named = _named(cut, evidence.periods)
    if not named:
        return ()
    present = {period.name for period in named}
    start = began or min(period.start for period in named)
    if start > covered.end:
        return ()
    names = (period.name for period in periods_between(cut, start, covered.end))
    return tuple(name for name in names if name not in present)


def _named(frequency: str, names: Sequence[str]) -> list[Period]:
    found = (parse_period(name, frequency) for name in names)
    return [period for period in found if period is not None]


def _dated(
    terms: FreshnessTerms,
    deadlines: Deadlines,
    opens_at: date,
    evidence: Observation | None,
    others: tuple[Observation, ...],
) -> Timeline:
    return Timeline(
        terms.frequency,
        None,
        None,
        opens_at,
        deadlines.due_at,
        deadlines.overdue_at,
        deadlines.delinquent_at,
        evidence,
        others,
    )


def _still(frequency: str, observations: Sequence[Observation], state: State) -> Timeline:
    measured = [one for one in observations if not is_unmeasured(one)]
    evidence = measured[0] if measured else None
    others = tuple(one for one in observations if one is not evidence)
    return Timeline(frequency, None, None, None, None, None, None, evidence, others, fixed=state)


def _promised(
    frequency: str, terms: FreshnessTerms | None, promised: date, observations: Sequence[Observation]
) -> Timeline:
    dates = after_promise(terms, promised)
    still = _still(frequency, observations, State.PLANNED)
    return replace(
        still,
        due_at=dates.due_at,
        overdue_at=dates.overdue_at,
        delinquent_at=dates.delinquent_at,
        fixed_until=promised,
    )


def _with_exceptions(terms: FreshnessTerms, found: Timeline) -> Timeline:
    """The timeline with the days on which it does not count: after the end, during a pause."""
    if terms.ended is not None:
        return replace(found, fixed=State.ENDED, fixed_from=terms.ended, otherwise=found.fixed)
    if terms.paused_reason:
        return replace(found, fixed=State.PAUSED, fixed_until=terms.paused_until, otherwise=found.fixed)
    return found
