"""What every format of the freshness report is made from: the assessments, the most pressing first."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from publisher.catalogue.model import Catalogue, Organization
from publisher.freshness.ahead import due_dates
from publisher.freshness.calendar import calendar_of
from publisher.freshness.disagreement import disagreements as against
from publisher.freshness.legal import ListReview
from publisher.freshness.model import Assessment, Observation, Period, State
from publisher.zones import zone_of

RANK = {state: rank for rank, state in enumerate(State)}
ACTION = (State.DELINQUENT, State.OVERDUE, State.DUE, State.NO_EVIDENCE)
"""States in which a steward has something to do."""
FOLLOWED = (*ACTION, State.UNMEASURED, State.FRESH)
"""States of datasets whose dates count today."""
DATED = frozenset({State.DELINQUENT, State.OVERDUE, State.DUE, State.FRESH, State.PLANNED})
"""States of datasets that have due dates to come."""


@dataclass(frozen=True, slots=True)
class Behind:
    """A dataset that a portal does not serve as git has it: how the portal lags, not how late the data are.

    ``since`` is when the first change that it lacks came. ``unserved`` are its files that do not answer or are not
    what was published, ``edited`` the fields that somebody changed on the portal.
    """

    dataset: str
    title: str
    portal: str
    since: date | None = None
    unserved: tuple[str, ...] = ()
    edited: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Coming:
    """Data that come due: of which dataset, of which period (None where it has none), on which last day in time."""

    assessment: Assessment
    period: Period | None
    due_at: date


@dataclass(frozen=True, slots=True)
class Report:
    """The assessments of a catalogue's datasets at an instant, in the catalogue's time zone.

    ``fail_on`` is the mildest state that is a breach. ``upcoming`` and ``behind`` are None where
    nobody asked for them.
    """

    catalogue: Catalogue
    now: datetime
    found: tuple[Assessment, ...]
    fail_on: State = State.OVERDUE
    upcoming: tuple[Coming, ...] | None = None
    until: date | None = None
    behind: tuple[Behind, ...] | None = None
    review: ListReview | None = None
    organization: str | None = None
    language: str | None = None

    @property
    def today(self) -> date:
        """The day it is in the catalogue's time zone."""
        return self.now.date()

    @property
    def breaches(self) -> list[Assessment]:
        """Those whose state is at least as pressing as ``fail_on``."""
        return [one for one in self.found if is_breach(one.state, self.fail_on)]

    @property
    def is_breached(self) -> bool:
        """Whether a dataset, or the review of the list, is as pressing as ``fail_on``."""
        late = (
            self.review is not None and self.review.profile is not None and is_breach(self.review.state, self.fail_on)
        )
        return late or bool(self.breaches)

    def address(self, dataset: str) -> str | None:
        """The dataset's page on the portal, where the catalogue says where that is."""
        base = self.catalogue.settings.base_url
        return f"{base.rstrip('/')}/dataset/{dataset}/" if base else None

    def body(self, one: Assessment) -> Organization | None:
        """Who answers for a dataset on that day."""
        return self.catalogue.organizations.get(one.responsible or "")


def by_urgency(found: Iterable[Assessment]) -> list[Assessment]:
    """The most pressing first; of one state the latest, then the one that is due soonest."""
    return sorted(
        found, key=lambda one: (RANK[one.state], -one.days_late, one.timeline.due_at or date.max, one.dataset)
    )


def is_breach(state: State, fail_on: State) -> bool:
    """Whether a state is at least as pressing as another."""
    return RANK[state] <= RANK[fail_on]


def coming(found: Iterable[Assessment], catalogue: Catalogue, today: date, until: date) -> list[Coming]:
    """Everything that is due in the days from ``today`` to ``until``, the soonest first.

    Later periods of what is late are due as well. Of data with a cycle of days or weeks only the next date counts.
    """
    calendar = calendar_of(catalogue)
    soon = []
    for one in found:
        if one.state not in DATED:
            continue
        terms = catalogue.datasets[one.dataset].freshness
        for period, due_at in due_dates(terms, one.timeline, today, until, calendar):
            if today <= due_at <= until:
                soon.append(Coming(one, period, due_at))
    return sorted(soon, key=lambda one: (one.due_at, one.assessment.dataset))


def disagreements(one: Assessment, catalogue: Catalogue) -> list[tuple[Observation, Period]]:
    """Evidence that speaks against what is believed, with the last period that it shows."""
    today = one.now.astimezone(zone_of(catalogue.settings.time_zone)).date()
    return list(against(one.timeline, today))
