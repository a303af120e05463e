"""Words of freshness: periods, evidence, assessment. Dates are in the catalogue's time zone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


class State(StrEnum):
    """The closed list of states, most pressing first."""

    DELINQUENT = "delinquent"
    OVERDUE = "overdue"
    DUE = "due"
    NO_EVIDENCE = "no-evidence"
    UNMEASURED = "unmeasured"
    FRESH = "fresh"
    PLANNED = "planned"
    PROPOSED = "proposed"
    PAUSED = "paused"
    EXEMPT = "exempt"
    ENDED = "ended"
    NOT_OPEN = "not-open"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """A span of days, both ends inclusive, with the name that people use: ``2023``, ``2023-Q1``, ``2023-01``."""

    start: date
    end: date
    name: str


@dataclass(frozen=True, slots=True)
class Observation:
    """One piece of evidence.

    ``kind`` is ``column``, ``period``, ``content``, ``git``, ``attested``, ``temporal``, ``remote`` or ``portal``.
    Coverage evidence (column, period) says through which day the data reach (``through``) and which periods
    are there; change evidence (content, git, attested, remote, portal) says when they changed or were looked at
    (``on``). A column of days also has ``on``, the day on which its file last changed, where that is known.
    With neither date the source was asked and could not be measured: an unreadable table, the history of a
    shallow clone, a server that does not answer.
    """

    kind: str
    detail: str
    through: date | None = None
    on: date | None = None
    periods: tuple[str, ...] = ()
    partial: tuple[str, ...] = ()
    """Those of the periods of which only pieces are there: two of a quarter's three months."""


@dataclass(frozen=True, slots=True)
class Timeline:
    """What does not depend on the day it is read: the dates between which the state changes.

    A portal publishes these dates, and words the state from the reader's own clock.
    """

    frequency: str
    covered: Period | None
    next_period: Period | None
    opens_at: date | None
    due_at: date | None
    overdue_at: date | None
    delinquent_at: date | None
    evidence: Observation | None
    others: tuple[Observation, ...] = ()
    missing: tuple[str, ...] = ()
    fixed: State | None = None
    """A state that dates do not change (proposed, exempt, ended, ...)."""
    fixed_from: date | None = None
    fixed_until: date | None = None
    """The days, both inclusive, on which ``fixed`` holds; None is open (an end to come, a pause until a day)."""
    otherwise: State | None = None
    """What holds on the other days instead of the dates, where there is no date (``no-evidence``)."""
    partial: tuple[str, ...] = ()
    """Periods of which only pieces are there; the last covered one is never among them."""
    rhythm: str = ""
    """The frequency with the day on which its periods start, where the timeline has periods."""


@dataclass(frozen=True, slots=True)
class Assessment:
    """A dataset's freshness at an instant."""

    dataset: str
    title: str
    organization: str
    responsible: str | None
    state: State
    now: datetime
    timeline: Timeline
    missing: tuple[str, ...] = ()
    days_late: int = 0
    responsible_inferred: bool = False
