"""The report as quality measurements at its instant (W3C Data Quality Vocabulary), in JSON-LD."""

from __future__ import annotations

from typing import Any

from publisher.freshness.quality import dataset, graph
from publisher.reports.freshness.model import FOLLOWED, Report


def dqv(report: Report) -> dict[str, Any]:
    """A graph of the metrics and of all followed datasets' measurements."""
    base = (report.catalogue.settings.base_url or f"urn:uuid:{report.catalogue.settings.id}").rstrip("/")
    return graph(
        base,
        (
            dataset(
                report.address(one.dataset) or f"urn:uuid:{report.catalogue.datasets[one.dataset].id}",
                base,
                {"days-late": one.days_late, "missing-periods": len(one.missing)},
                at=report.now.isoformat(timespec="seconds"),
            )
            for one in report.found
            if one.state in FOLLOWED
        ),
    )
