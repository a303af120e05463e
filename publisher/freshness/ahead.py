"""The due dates to come of one dataset: the next one, and those after it within a horizon."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from publisher.catalogue.model import FreshnessTerms
from publisher.freshness.calendar import WEEKDAYS, Calendar
from publisher.freshness.cycles import cycle_of, rhythm
from publisher.freshness.deadlines import after_period
from publisher.freshness.model import Period, State, Timeline
from publisher.freshness.periods import following


def is_frequent(frequency: str) -> bool:
    """Whether only the next due date is told, as a calendar full of them would hide all others."""
    cycle = cycle_of(frequency)
    return cycle is not None and not cycle.months


def due_dates(
    terms: FreshnessTerms | None, timeline: Timeline, since: date, until: date, calendar: Calendar = WEEKDAYS
) -> Iterator[tuple[Period | None, date]]:
    """Periods with the last day on which their data are in time, the next one always, the others in ``since..until``.

    A dataset without dates (exempt, paused, without evidence) has none, one that ended only those before its end.
    """
    period = timeline.next_period
    if timeline.due_at is None or timeline.fixed is State.PAUSED:
        return
    if terms is not None and terms.ended is not None and period is not None and period.end > terms.ended:
        return
    yield period, timeline.due_at
    if terms is None or period is None or is_frequent(terms.frequency):
        return
    cut = rhythm(terms)
    while period.end < until:
        period = following(cut, period)
        if terms.ended is not None and period.end > terms.ended:
            return
        due_at = after_period(terms, period.end, calendar).due_at
        if due_at > until:
            return
        if due_at >= since:
            yield period, due_at
