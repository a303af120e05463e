"""The dates on which a period's data are due, overdue and delinquent.

In calendar mode dates come from the period's end, in rolling mode from the last update. Where a
descriptor names no duration these defaults hold: ``due`` is this project's own choice (no law's),
``grace`` and ``delinquent`` are the distances between HDX's published thresholds.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from publisher.catalogue.frequencies import FREQUENCIES
from publisher.catalogue.model import FreshnessTerms
from publisher.freshness.calendar import WEEKDAYS, Calendar
from publisher.freshness.cycles import cycle_of, is_periodic
from publisher.freshness.durations import Duration, parse_duration


@dataclass(frozen=True, slots=True)
class Deadlines:
    """``due_at`` is the last day in time; on ``overdue_at`` and ``delinquent_at`` those states begin."""

    due_at: date
    overdue_at: date
    delinquent_at: date


DUE = {1: 1, 7: 3, 14: 7, 30: 10, 60: 15, 180: 30, 365: 31}
"""Days after the period's end until which delivery is in time, by the period's length in days (or the next shorter)."""

HDX = {
    1: (1, 2, 3),
    2: (2, 4, 6),
    7: (7, 14, 21),
    14: (14, 21, 28),
    30: (30, 44, 60),
    60: (60, 84, 108),
    90: (90, 120, 150),
    120: (120, 147, 174),
    180: (180, 210, 240),
    300: (300, 342, 384),
    365: (365, 425, 455),
    730: (730, 785, 840),
}
"""Days since the last update from which a dataset is due, overdue and delinquent, by its update interval in days.

The aging table of HDX (OCHA-DAP/hdx-data-freshness, src/hdx/freshness/app/project_configuration.yaml).
"""


def thresholds(frequency: str) -> tuple[int, int, int]:
    """HDX's days for a frequency with periods.

    Where HDX has no such interval: its length, and the distances of the longest interval of HDX that is shorter.
    """
    length = _length(frequency)
    due, overdue, delinquent = HDX[_row(length, HDX)]
    return length, length + overdue - due, length + delinquent - due


def default_due(frequency: str) -> int:
    """Days after a period's end until which delivery is in time, where the descriptor does not say."""
    return DUE[_row(_length(frequency), DUE)]


def after_period(terms: FreshnessTerms, end: date, calendar: Calendar = WEEKDAYS) -> Deadlines:
    """The deadlines of a period that ends on a day, whatever was delivered when."""
    due = _given(terms.due, default_due(terms.frequency))
    due_at = calendar.after(end, due.days) if terms.working_days else due.after(end)
    return _behind(terms, calendar.deadline(due_at))


def after_update(terms: FreshnessTerms, updated: date, calendar: Calendar = WEEKDAYS) -> Deadlines:
    """The deadlines that follow an update, in rolling mode; a ``due`` of the descriptor is added.

    Words have HDX's days, which nothing rolls; an interval (``R/P18M``) counts as it is written.
    """
    more = _given(terms.due, 0)
    cycle = cycle_of(terms.frequency)
    if terms.frequency in FREQUENCIES or cycle is None:
        due, _, _ = thresholds(terms.frequency)
        return _behind(terms, more.after(Duration(days=due).after(updated)))
    return _behind(terms, calendar.deadline(more.after(Duration(cycle.months, cycle.days).after(updated))))


def after_promise(terms: FreshnessTerms | None, promised: date) -> Deadlines:
    """The deadlines of a planned dataset with a promised date."""
    if terms is None or not is_periodic(terms.frequency):
        terms = FreshnessTerms("monthly")
    return _behind(terms, promised)


def _behind(terms: FreshnessTerms, due_at: date) -> Deadlines:
    due, overdue, delinquent = thresholds(terms.frequency)
    # The due day itself is always in time, even without any grace; and no state comes before a milder one.
    first_late = due_at + timedelta(1) if due_at < date.max else date.max
    overdue_at = max(_given(terms.grace, overdue - due).after(due_at), first_late)
    delinquent_at = max(_given(terms.delinquent, delinquent - due).after(due_at), overdue_at)
    return Deadlines(due_at, overdue_at, delinquent_at)


def _length(frequency: str) -> int:
    cycle = cycle_of(frequency)
    if cycle is None:
        raise ValueError(f"{frequency} has no periods")
    return cycle.length


def _row(length: int, table: Iterable[int]) -> int:
    return max(one for one in table if one <= length)


def _given(text: str | None, days: int) -> Duration:
    return parse_duration(text) if text else Duration(days=days)
