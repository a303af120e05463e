"""The state of a dataset at an instant: where that day lies among the dates of its timeline."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from publisher.catalogue.model import Catalogue, Dataset
from publisher.freshness.calendar import WEEKDAYS, Calendar, calendar_of
from publisher.freshness.cycles import is_periodic, rhythm
from publisher.freshness.deadlines import after_period
from publisher.freshness.model import Assessment, State, Timeline
from publisher.freshness.periods import periods_between
from publisher.freshness.timeline import timeline_of
from publisher.zones import day_in

LATE = frozenset({State.OVERDUE, State.DELINQUENT})


def assess(
    dataset: Dataset,
    timeline: Timeline,
    now: datetime,
    *,
    catalogue: Catalogue | None = None,
    language: str | None = None,
) -> Assessment:
    """A dataset's freshness at ``now``, on the day that it is then in the catalogue's time zone.

    The timeline is worked out again for that day, so that evidence from after it and periods that
    are still running do not count. Titles are in the language, where they have it. Without a catalogue
    the day is ``now``'s own, only weekends are off, titles are in the dataset's first language and nobody
    is named responsible.

    Raises:
        OpendataError: ``time-zone-unknown``.
    """
    today = day_in(catalogue.settings.time_zone, now) if catalogue else now.date()
    evidence = (timeline.evidence,) if timeline.evidence else ()
    calendar = calendar_of(catalogue) if catalogue else WEEKDAYS
    known = timeline_of(dataset, (*evidence, *timeline.others), by=today, calendar=calendar)
    state = state_on(known, today)
    responsible, inferred = _responsible(dataset, catalogue, today)
    late = state in LATE and known.due_at is not None
    return Assessment(
        dataset.name,
        catalogue.text(dataset.title, language) if catalogue else dataset.title.get(),
        dataset.organization,
        responsible,
        state,
        now,
        known,
        missing=missing_on(dataset, known, today, calendar),
        days_late=(today - known.due_at).days if late and known.due_at else 0,
        responsible_inferred=inferred,
    )


def state_on(timeline: Timeline, day: date) -> State:
    """The state that a timeline gives for a day. Pages word it by the same comparisons."""
    if timeline.fixed is not None:
        holds = (timeline.fixed_from is None or timeline.fixed_from <= day) and (
            timeline.fixed_until is None or day <= timeline.fixed_until
        )
        if holds:
            return timeline.fixed
    if timeline.otherwise is not None:
        return timeline.otherwise
    if timeline.delinquent_at is not None and day >= timeline.delinquent_at:
        return State.DELINQUENT
    if timeline.overdue_at is not None and day >= timeline.overdue_at:
        return State.OVERDUE
    opens_at = timeline.opens_at or timeline.due_at
    return State.DUE if opens_at is not None and day >= opens_at else State.FRESH


def missing_on(dataset: Dataset, timeline: Timeline, day: date, calendar: Calendar = WEEKDAYS) -> tuple[str, ...]:
    """Names of the periods that are missing on a day: gaps before the covered one, and those due since."""
    terms = dataset.freshness
    upcoming = timeline.next_period
    if terms is None or upcoming is None or not is_periodic(terms.frequency) or timeline.due_at is None:
        return timeline.missing
    last = min(one for one in (day - timedelta(1), terms.ended) if one is not None)
    since = []
    for period in periods_between(rhythm(terms), upcoming.start, last) if upcoming.start <= last else ():
        if period.end >= day or after_period(terms, period.end, calendar).due_at >= day:
            break
        since.append(period.name)
    return (*timeline.missing, *since)


def _responsible(dataset: Dataset, catalogue: Catalogue | None, today: date) -> tuple[str | None, bool]:
    if catalogue is None:
        return None, False
    body, inferred = catalogue.responsible_on(dataset.responsible or dataset.organization, today)
    return (body.key, inferred) if body else (None, inferred)
