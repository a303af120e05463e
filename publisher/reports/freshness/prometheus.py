"""The report as Prometheus text exposition (format 0.0.4), for the node exporter's textfile collector or a web server.

Names and units follow https://prometheus.io/docs/practices/naming/: base units, and timestamps as Unix seconds.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, time

from publisher.freshness.model import State
from publisher.reports.freshness.model import FOLLOWED, Report

DAY = 86_400
Sample = tuple[Mapping[str, str], float | int]


def prometheus(report: Report) -> str:
    """The exposition; it needs no words, as its readers are programs."""
    followed = [one for one in report.found if one.state in FOLLOWED]
    counts = Counter(one.state for one in report.found)
    labels = {one.dataset: {"dataset": one.dataset, "organization": one.responsible or ""} for one in report.found}

    def moments(name: str) -> Iterable[Sample]:
        for one in followed:
            day = getattr(one.timeline, name)
            if day is not None:
                yield labels[one.dataset], _seconds(day, report)

    blocks = [
        _block(
            "opendata_freshness_snapshot_timestamp_seconds",
            "The instant judged on.",
            [({}, int(report.now.timestamp()))],
        ),
        _block(
            "opendata_freshness_datasets",
            "Datasets by state.",
            (({"state": state.value}, counts[state]) for state in State),
        ),
        _block(
            "opendata_freshness_dataset_state",
            "1 for the state that a dataset is in.",
            (({**labels[one.dataset], "state": one.state.value}, 1) for one in report.found),
        ),
        _block(
            "opendata_freshness_dataset_due_timestamp_seconds",
            "The start of the last day on which the next data are in time.",
            moments("due_at"),
        ),
        _block(
            "opendata_freshness_dataset_overdue_timestamp_seconds",
            "The start of the first day on which the next data are overdue.",
            moments("overdue_at"),
        ),
        _block(
            "opendata_freshness_dataset_delinquent_timestamp_seconds",
            "The start of the first day on which the next data are long overdue.",
            moments("delinquent_at"),
        ),
        _block(
            "opendata_freshness_dataset_late_seconds",
            "How long the data have been late; 0 where they are not.",
            ((labels[one.dataset], one.days_late * DAY) for one in followed),
        ),
        _block(
            "opendata_freshness_dataset_missing_periods",
            "Periods of which data are missing.",
            ((labels[one.dataset], len(one.missing)) for one in followed),
        ),
    ]
    due_at = report.review.timeline.due_at if report.review else None
    if due_at is not None:
        said = "The start of the last day on which the review of the list of datasets is in time."
        blocks.append(
            _block("opendata_freshness_list_review_due_timestamp_seconds", said, [({}, _seconds(due_at, report))])
        )
    return "".join(blocks)


def _block(name: str, said: str, samples: Iterable[Sample]) -> str:
    lines = [f"# HELP {name} {said}", f"# TYPE {name} gauge"]
    for labels, value in samples:
        written = ",".join(f'{key}="{_escaped(text)}"' for key, text in labels.items())
        lines.append(f"{name}{{{written}}} {value}" if written else f"{name} {value}")
    return "\n".join(lines) + "\n"


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


def _seconds(day: date, report: Report) -> int:
    return int(datetime.combine(day, time(), report.now.tzinfo or UTC).timestamp())
