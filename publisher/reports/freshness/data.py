"""The report as plain data, which ``docs/schemas/freshness.schema.json`` describes."""

from __future__ import annotations

import json
from collections import Counter
from datetime import date
from typing import Any

from publisher.freshness.legal import ListReview
from publisher.freshness.model import Assessment, Observation, Period, State
from publisher.reports.freshness.model import Coming, Report, disagreements

FORMAT = 1


def as_json(report: Report) -> str:
    """The JSON text."""
    return json.dumps(as_data(report), ensure_ascii=False, indent=2)


def as_data(report: Report) -> dict[str, Any]:
    """Plain data; ``snapshotted_at`` and ``max_loaded_at`` have the meaning of dbt's ``sources.json``."""
    counts = Counter(one.state.value for one in report.found)
    data: dict[str, Any] = {
        "format": FORMAT,
        "snapshotted_at": report.now.isoformat(),
        "counts": {state.value: counts[state.value] for state in State if counts[state.value]},
        "datasets": [_entry(one, report) for one in report.found],
    }
    if report.upcoming is not None:
        data["upcoming"] = [_coming(one) for one in report.upcoming]
    if report.review is not None:
        data["list_review"] = _review(report.review)
    if report.behind is not None:
        data["behind"] = [
            {
                "dataset": one.dataset,
                "portal": one.portal,
                "since": _day(one.since),
                "unserved": list(one.unserved),
                "edited": list(one.edited),
            }
            for one in report.behind
        ]
    return data


def _coming(one: Coming) -> dict[str, Any]:
    return {"dataset": one.assessment.dataset, "period": _period(one.period), "due_at": _day(one.due_at)}


def _review(review: ListReview) -> dict[str, Any]:
    line = review.timeline
    return {
        "state": review.state.value,
        "profile": review.profile.key if review.profile else None,
        "act": review.profile.act if review.profile else None,
        "last": _day(review.last.on) if review.last else None,
        "due_at": _day(line.due_at),
        "overdue_at": _day(line.overdue_at),
        "days_late": review.days_late,
        "update_by": _day(review.update_by),
    }


def _entry(one: Assessment, report: Report) -> dict[str, Any]:
    line = one.timeline
    return {
        "dataset": one.dataset,
        "title": one.title,
        "organization": one.organization,
        "responsible": one.responsible,
        "responsible_name": _name(one, report),
        "responsible_inferred": one.responsible_inferred,
        "state": one.state.value,
        "frequency": line.frequency,
        "covered": _period(line.covered),
        "next_period": _period(line.next_period),
        "opens_at": _day(line.opens_at),
        "due_at": _day(line.due_at),
        "overdue_at": _day(line.overdue_at),
        "delinquent_at": _day(line.delinquent_at),
        "days_late": one.days_late,
        "max_loaded_at": _day((line.evidence.through or line.evidence.on) if line.evidence else None),
        "evidence": _observation(line.evidence) if line.evidence else None,
        "other_evidence": [_observation(other) for other in line.others],
        "disagreements": [
            {**_observation(seen), "covered": _period(period)} for seen, period in disagreements(one, report.catalogue)
        ],
        "missing_periods": list(one.missing),
        "partial_periods": list(one.timeline.partial),
        "url": report.address(one.dataset),
    }


def _name(one: Assessment, report: Report) -> str | None:
    body = report.body(one)
    return report.catalogue.text(body.name, report.language) if body else None


def _period(period: Period | None) -> dict[str, str] | None:
    return {"name": period.name, "start": str(period.start), "end": str(period.end)} if period else None


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _observation(seen: Observation) -> dict[str, Any]:
    return {"kind": seen.kind, "detail": seen.detail, "through": _day(seen.through), "on": _day(seen.on)}
