"""What a dataset's record says of its freshness: dates, evidence and past deliveries; nothing that a clock decides."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from publisher.catalogue.model import Catalogue, Dataset, Status
from publisher.freshness.ahead import due_dates
from publisher.freshness.calendar import calendar_of
from publisher.freshness.cycles import is_periodic
from publisher.freshness.disagreement import disagreements
from publisher.freshness.model import Observation, Period, Timeline
from publisher.freshness.new_file import project_at, review_link
from publisher.freshness.punctuality import Delivery
from publisher.plan.records import record

_YEAR = timedelta(366)


def freshness_record(
    catalogue: Catalogue, dataset: Dataset, timeline: Timeline | None, history: Sequence[Delivery] = ()
) -> dict[str, Any] | None:
    """The record's ``freshness``; None where nothing is known of it."""
    if timeline is None:
        return None
    against = {seen: period.name for seen, period in disagreements(timeline)}
    return record(
        {
            "frequency": timeline.frequency,
            "mode": dataset.freshness.mode if dataset.freshness else None,
            "covered": _period(timeline.covered),
            "next": _period(timeline.next_period),
            "opens_at": timeline.opens_at,
            "due_at": timeline.due_at,
            "overdue_at": timeline.overdue_at,
            "delinquent_at": timeline.delinquent_at,
            "missing": timeline.missing,
            "partial": timeline.partial,
            "evidence": _observation(timeline.evidence) if timeline.evidence else None,
            "others": [_other(one, against) for one in timeline.others],
            "fixed": timeline.fixed.value if timeline.fixed else None,
            "fixed_from": timeline.fixed_from,
            "fixed_until": timeline.fixed_until,
            "otherwise": timeline.otherwise.value if timeline.otherwise else None,
            "ahead": _ahead(catalogue, dataset, timeline),
            "history": [_delivery(one) for one in history],
            "review": _review(catalogue, dataset, timeline),
        }
    )


def _period(period: Period | None) -> dict[str, Any] | None:
    return record({"name": period.name, "start": period.start, "end": period.end}) if period else None


def _observation(one: Observation) -> dict[str, Any]:
    return record({"kind": one.kind, "detail": one.detail, "through": one.through, "on": one.on})


def _other(one: Observation, against: Mapping[Observation, str]) -> dict[str, Any]:
    """Evidence that is not believed first; ``covered`` is the last period that it shows where it disagrees."""
    return {**_observation(one), **({"covered": against[one]} if one in against else {})}


def _ahead(catalogue: Catalogue, dataset: Dataset, timeline: Timeline) -> list[dict[str, Any]]:
    """The due dates after the next one, for a year from it: what a calendar shows."""
    due_at = timeline.due_at
    if due_at is None or timeline.next_period is None:
        return []
    until = due_at + _YEAR if due_at < date.max - _YEAR else date.max
    found = list(due_dates(dataset.freshness, timeline, due_at, until, calendar_of(catalogue)))
    return [{"name": period.name, "due_at": day.isoformat()} for period, day in found[1:] if period is not None]


def _delivery(one: Delivery) -> dict[str, Any]:
    return record(
        {
            "period": one.period.name,
            "due_at": one.due_at,
            "delivered_on": one.delivered_on,
            "days_late": one.days_late,
            "outcome": one.outcome.value,
            "revised_on": one.revised_on,
        }
    )


def _review(catalogue: Catalogue, dataset: Dataset, timeline: Timeline) -> str | None:
    """Where a review is written in the browser, for data that promise dates."""
    address = catalogue.settings.repository
    if address is None or not is_periodic(timeline.frequency) or dataset.status is not Status.PUBLISHED:
        return None
    project = project_at(address, catalogue.settings.repository_branch)
    return review_link(project, dataset.folder) if project else None
