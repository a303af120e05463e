"""The dates on which a period's data are due, overdue and delinquent.

In calendar mode dates come from the period's end, in rolling mode from the last update. Where a
descriptor names no duration these defaults hold: ``due`` is this project's own choice (no law's),
``grace`` and ``delinquent`` are the distances between HDX's published thresholds.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from publisher.catalogue.model import FreshnessTerms
from publisher.freshness.durations import Duration, parse_duration


@dataclass(frozen=True, slots=True)
class Deadlines:
    """``due_at`` is the last day in time; on ``overdue_at`` and ``delinquent_at`` those states begin."""

    due_at: date
    overdue_at: date
    delinquent_at: date


DUE = {
    "daily": 1,
    "weekly": 3,
    "biweekly": 7,
    "monthly": 10,
    "bimonthly": 15,
    "quarterly": 15,
    "semiannual": 30,
    "annual": 31,
    "biennial": 31,
    "school-year": 31,
}
"""Days after the period's end until which delivery is in time, by frequency."""

HDX = {
    "daily": (1, 2, 3),
    "weekly": (7, 14, 21),
    "biweekly": (14, 21, 28),
    "monthly": (30, 44, 60),
    "bimonthly": (60, 84, 108),
    "quarterly": (90, 120, 150),
    "semiannual": (180, 210, 240),
    "annual": (365, 425, 455),
    "biennial": (730, 785, 840),
    "school-year": (365, 425, 455),
}
"""Days since the last update from which a dataset is due, overdue and delinquent.

The aging table of HDX (OCHA-DAP/hdx-data-freshness, src/hdx/freshness/app/project_configuration.yaml);
a school year counts as a year.
"""


def after_period(terms: FreshnessTerms, end: date) -> Deadlines:
    """The deadlines of a period that ends on a day, whatever was delivered when."""
    due_at = _given(terms.due, DUE[terms.frequency]).after(end)
    return _behind(terms, due_at)


def after_update(terms: FreshnessTerms, updated: date) -> Deadlines:
    """The deadlines that follow an update, in rolling mode; a ``due`` of the descriptor is added to HDX's days."""
    due, _, _ = HDX[terms.frequency]
    due_at = _given(terms.due, 0).after(Duration(days=due).after(updated))
    return _behind(terms, due_at)


def after_promise(terms: FreshnessTerms | None, promised: date) -> Deadlines:
    """The deadlines of a planned dataset with a promised date."""
    if terms is None or terms.frequency not in HDX:
        terms = FreshnessTerms("monthly")
    return _behind(terms, promised)


def _behind(terms: FreshnessTerms, due_at: date) -> Deadlines:
    due, overdue, delinquent = HDX[terms.frequency]
    # The due day itself is always in time, even without any grace; and no state comes before a milder one.
    first_late = due_at + timedelta(1) if due_at < date.max else date.max
    overdue_at = max(_given(terms.grace, overdue - due).after(due_at), first_late)
    delinquent_at = max(_given(terms.delinquent, delinquent - due).after(due_at), overdue_at)
    return Deadlines(due_at, overdue_at, delinquent_at)


def _given(text: str | None, days: int) -> Duration:
    return parse_duration(text) if text else Duration(days=days)
