"""Timeliness and completeness as quality measurements of the W3C Data Quality Vocabulary, in JSON-LD.

Metrics are ours, below the catalogue's address; dimensions are those of the Linked Data Quality
Dimensions (https://www.w3.org/2016/05/ldqd) that DQV names.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

CONTEXT = {
    "dcat": "http://www.w3.org/ns/dcat#",
    "dqv": "http://www.w3.org/ns/dqv#",
    "ldqd": "http://www.w3.org/2016/05/ldqd#",
    "prov": "http://www.w3.org/ns/prov#",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
METRICS = {
    "days-late": (
        "ldqd:timeliness",
        "xsd:integer",
        "Days by which the newest data are late, at the time of measuring.",
    ),
    "missing-periods": (
        "ldqd:completeness",
        "xsd:integer",
        "Periods whose data are missing, at the time of measuring.",
    ),
    "data-through": ("ldqd:timeliness", "xsd:date", "The last day that the data reach, by the evidence noted."),
    "last-changed": ("ldqd:timeliness", "xsd:date", "The day on which the data last changed or were reviewed."),
    "due-at": ("ldqd:timeliness", "xsd:date", "The last day on which the data that come next are in time."),
    "overdue-at": ("ldqd:timeliness", "xsd:date", "The first day on which the data that come next are late."),
    "periods-in-time": ("ldqd:timeliness", "xsd:integer", "Past periods whose data came by their due date."),
    "periods-late": ("ldqd:timeliness", "xsd:integer", "Past periods whose data came after their due date."),
    "share-in-time": ("ldqd:timeliness", "xsd:decimal", "In time among the past periods of which it is known."),
    "gaps": ("ldqd:completeness", "xsd:integer", "Periods before the newest data of which nothing is there."),
    "partial-periods": ("ldqd:completeness", "xsd:integer", "Periods of which only a part is there."),
    "empty-cells": ("ldqd:completeness", "xsd:integer", "Cells of the tables that hold no value."),
}
"""By name: dimension, type of value, definition."""


def graph(base: str, datasets: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """The document: the metrics below ``base`` that are measured, and the datasets (:func:`dataset`)."""
    listed = list(datasets)
    used = {one["dqv:isMeasurementOf"]["@id"] for about in listed for one in about["dqv:hasQualityMeasurement"]}
    metrics = [
        {
            "@id": f"{base}#{name}",
            "@type": "dqv:Metric",
            "skos:definition": {"@value": said, "@language": "en"},
            "dqv:inDimension": {"@id": dimension},
            "dqv:expectedDataType": {"@id": kind},
        }
        for name, (dimension, kind, said) in METRICS.items()
        if f"{base}#{name}" in used
    ]
    return {"@context": CONTEXT, "@graph": [*metrics, *listed]}


def dataset(
    address: str,
    base: str,
    values: Mapping[str, object],
    *,
    at: str | None = None,
    notes: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """A dataset with its measurements: values by metric, and what is noted of some of them.

    ``at`` is the time of measuring (an ``xsd:dateTime``) of what depends on one.
    """
    measured = []
    for name, value in values.items():
        one: dict[str, Any] = {
            "@type": "dqv:QualityMeasurement",
            "dqv:isMeasurementOf": {"@id": f"{base}#{name}"},
            "dqv:value": {"@value": str(value), "@type": METRICS[name][1]},
        }
        if at is not None:
            one["prov:generatedAtTime"] = {"@value": at, "@type": "xsd:dateTime"}
        if notes and name in notes:
            one["skos:note"] = notes[name]
        measured.append(one)
    return {"@id": address, "@type": "dcat:Dataset", "dqv:hasQualityMeasurement": measured}
