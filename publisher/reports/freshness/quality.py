"""Timeliness and completeness as quality measurements (W3C Data Quality Vocabulary), in JSON-LD.

Metrics are ours, below the catalogue's address; dimensions are those of the Linked Data Quality
Dimensions (https://www.w3.org/2016/05/ldqd) that DQV names.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from publisher.freshness.model import Assessment
from publisher.reports.freshness.model import FOLLOWED, Report

CONTEXT = {
    "dcat": "http://www.w3.org/ns/dcat#",
    "dqv": "http://www.w3.org/ns/dqv#",
    "ldqd": "http://www.w3.org/2016/05/ldqd#",
    "prov": "http://www.w3.org/ns/prov#",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
METRICS = {
    "days-late": ("ldqd:timeliness", "Days by which the newest data are late."),
    "missing-periods": ("ldqd:completeness", "Periods of which data are missing."),
}


def dqv(report: Report) -> dict[str, Any]:
    """A graph of the metrics and of all followed datasets' measurements at the report's instant."""
    base = (report.catalogue.settings.base_url or f"urn:uuid:{report.catalogue.settings.id}").rstrip("/")
    datasets = [
        {
            "@id": report.address(one.dataset) or f"urn:uuid:{report.catalogue.datasets[one.dataset].id}",
            "@type": "dcat:Dataset",
            "dqv:hasQualityMeasurement": measurements(values(one), base, report.today),
        }
        for one in report.found
        if one.state in FOLLOWED
    ]
    return {"@context": CONTEXT, "@graph": [*metrics(base), *datasets]}


def values(one: Assessment) -> dict[str, int]:
    """An assessment's measurements by metric."""
    return {"days-late": one.days_late, "missing-periods": len(one.missing)}


def metrics(base: str) -> list[dict[str, Any]]:
    """What the metrics are."""
    return [
        {
            "@id": f"{base}#{name}",
            "@type": "dqv:Metric",
            "skos:definition": {"@value": said, "@language": "en"},
            "dqv:inDimension": {"@id": dimension},
            "dqv:expectedDataType": {"@id": "xsd:integer"},
        }
        for name, (dimension, said) in METRICS.items()
    ]


def measurements(found: Mapping[str, int], base: str, as_of: date) -> list[dict[str, Any]]:
    """A dataset's measurements as of a day, for its own JSON-LD; ``found`` are values by metric."""
    return [
        {
            "@type": "dqv:QualityMeasurement",
            "dqv:isMeasurementOf": {"@id": f"{base}#{name}"},
            "dqv:value": {"@value": str(value), "@type": "xsd:integer"},
            "prov:generatedAtTime": {"@value": as_of.isoformat(), "@type": "xsd:date"},
        }
        for name, value in found.items()
    ]
