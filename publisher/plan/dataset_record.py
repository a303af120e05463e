"""The record of one dataset: what its descriptor says, what its tables hold, how fresh it is by evidence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath
from typing import Any

from publisher.catalogue.model import Catalogue, Dataset, Provenance, Resource, Status, TableSchema
from publisher.digest import digest_of
from publisher.freshness.model import Timeline
from publisher.freshness.punctuality import Delivery
from publisher.plan.freshness_record import freshness_record
from publisher.plan.model import SourceFile
from publisher.plan.records import record
from publisher.tables.model import TableFacts
from publisher.text import text_of

Facts = Mapping[tuple[str, str], TableFacts]
MEDIA_TYPES = {
    "csv": "text/csv",
    "tsv": "text/tab-separated-values",
    "json": "application/json",
    "jsonl": "application/jsonl",
    "geojson": "application/geo+json",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "parquet": "application/vnd.apache.parquet",
    "pdf": "application/pdf",
    "zip": "application/zip",
}
"""Media types as registered with IANA."""
_RESERVED = {"index.html", "record.json", "datapackage.json"}


def dataset_record(
    catalogue: Catalogue,
    dataset: Dataset,
    facts: Facts,
    timeline: Timeline | None,
    formats: Sequence[str],
    history: Sequence[Delivery] = (),
) -> tuple[dict[str, Any], tuple[SourceFile, ...]]:
    """A dataset's record, and the committed files that are published with it; ``history`` are its past deliveries."""
    files = published_names(dataset, facts, formats) if dataset.has_data else {}
    observations = (
        *((timeline.evidence,) if timeline and timeline.evidence else ()),
        *(timeline.others if timeline else ()),
    )
    changes = [one.on for one in observations if one.kind in {"content", "git"} and one.on]
    temporal = dataset.temporal
    made = record(
        {
            "id": dataset.id,
            "name": dataset.name,
            "formerly": dataset.formerly,
            "title": dataset.title,
            "description": dataset.description,
            "organization": dataset.organization,
            "succession": _succession(catalogue, dataset.organization),
            "responsible": dataset.responsible,
            "themes": dataset.themes,
            "keywords": dataset.keywords,
            "license": dataset.license,
            "region": dataset.region,
            "temporal": record({"start": temporal.start, "end": temporal.end}) if temporal else None,
            "issued": dataset.issued,
            "modified": max(changes, default=None),
            "status": dataset.status.value,
            "status_reason": dataset.status_reason,
            "promised": dataset.promised,
            "access_rights": dataset.access_rights,
            "security_note": dataset.security_note,
            "approval": record({"decision": dataset.decision, "item": dataset.decision_item}),
            "contact": dataset.contact,
            "landing_page": dataset.landing_page,
            "provenance": [_provenance(one) for one in dataset.provenance],
            "corrections": [record({"on": one.on, "note": one.note}) for one in dataset.corrections],
            "reviews": [record({"on": one.on, "note": one.note}) for one in dataset.reviews],
            "freshness": freshness_record(catalogue, dataset, timeline, history),
            "resources": [
                _resource(catalogue, dataset, one, facts.get((dataset.name, one.name)), files, formats)
                for one in dataset.resources
            ]
            if dataset.status is not Status.WITHDRAWN
            else None,
        }
    )
    if dataset.portal_fields:
        # What a portal's own schema needs goes there as it was written, empty values too.
        made["portal_fields"] = dataset.portal_fields
    return made, tuple(files.values())


def published_names(dataset: Dataset, facts: Facts, formats: Sequence[str]) -> dict[str, SourceFile]:
    """The committed files by path, each with the name that it is published under.

    A file is called as its steward called it, unless a file that we make bears that name.
    """
    taken = {name.lower() for name in _RESERVED}
    taken |= {f"{one.name}.{format}".lower() for one in dataset.resources for format in _offered(one, formats)}
    taken |= {f"{one.name}-form.xlsx".lower() for one in dataset.resources}
    found: dict[str, SourceFile] = {}
    for resource in dataset.resources:
        known = facts.get((dataset.name, resource.name))
        by_file = {part.file: part for part in known.parts} if known else {}
        for part in resource.parts:
            fact = by_file.get(part.file)
            if fact is None:
                continue
            base = PurePosixPath(part.file).name
            candidates = (base, f"original/{base}", f"original/{resource.name}/{base}")
            name = next((one for one in candidates if one.lower() not in taken), candidates[-1])
            taken.add(name.lower())
            found[part.file] = SourceFile(name, part.path, fact.sha256, fact.bytes, resource.name)
    return found


def _resource(
    catalogue: Catalogue,
    dataset: Dataset,
    resource: Resource,
    facts: TableFacts | None,
    files: Mapping[str, SourceFile],
    formats: Sequence[str],
) -> dict[str, Any]:
    schema = _schema(resource.schema, catalogue.settings.languages) if resource.schema else None
    made: dict[str, Any] = {
        "id": resource.id,
        "name": resource.name,
        "formerly": resource.formerly,
        "title": resource.title,
        "description": resource.description,
        "url": resource.url,
        "service": resource.service or None,
        "schema": schema,
        "schema_digest": digest_of(schema) if schema else None,
        "form": (schema is not None and not resource.parts and not resource.url) or None,
    }
    if facts is not None and dataset.has_data:
        table = bool(facts.columns)
        made |= {
            "format": facts.format,
            "media_type": MEDIA_TYPES.get(facts.format, "application/octet-stream"),
            "parts": [
                record(
                    {
                        "name": files[part.file].name,
                        "sha256": part.sha256,
                        "bytes": part.bytes,
                        "period": part.period,
                        "rows": part.rows,
                    }
                )
                for part in facts.parts
                if part.file in files
            ],
            "rows": facts.rows,
            "digest": facts.digest,
            "columns": facts.columns,
            "missing": {column: count for column, count in facts.missing.items() if count},
            "derived": [one for one in _offered(resource, formats) if _fits(one, facts)] if table else None,
        }
        if resource.chart is not None and facts.points:
            chart = resource.chart
            made["chart"] = record(
                {"x": chart.x, "y": chart.y, "series": chart.series, "kind": chart.kind, "points": facts.points}
            )
    made = record(made)
    if facts is not None and dataset.has_data and facts.preview:
        # Texts already, and most of what a record holds: gone over once.
        made["preview"] = [[cell or None for cell in row] for row in facts.preview]
    if resource.portal_fields:
        made["portal_fields"] = resource.portal_fields
    return made


def _offered(resource: Resource, formats: Sequence[str]) -> Sequence[str]:
    """The formats that a resource's table is offered in: its own word, else the portal's."""
    return formats if resource.formats is None else resource.formats


def _fits(format: str, facts: TableFacts) -> bool:
    """Whether a table can be had in a format: nothing of it is cut so that it fits into a sheet of Excel."""
    return format != "xlsx" or facts.fits_excel


def _schema(schema: TableSchema, languages: Sequence[str]) -> dict[str, Any]:
    """The schema as written, its titles and descriptions as texts by language."""
    made = _worded(schema.data, languages)
    made["fields"] = [_worded(field, languages) for field in schema.data.get("fields", ())]
    return made


def _worded(data: Mapping[str, Any], languages: Sequence[str]) -> dict[str, Any]:
    return {
        key: dict(text_of(value, languages).by_language) if key in {"title", "description"} else value
        for key, value in data.items()
    }


def _succession(catalogue: Catalogue, key: str) -> list[dict[str, Any]]:
    """The bodies that followed, from the publisher's successor to the last of the line."""
    line: list[dict[str, Any]] = []
    seen = {key}
    body = catalogue.organizations.get(key)
    while body is not None and body.successor is not None and body.successor.key not in seen:
        seen.add(body.successor.key)
        line.append(
            record({"key": body.successor.key, "basis": body.successor.basis, "inferred": body.successor.inferred})
        )
        body = catalogue.organizations.get(body.successor.key)
    return line


def _provenance(one: Provenance) -> dict[str, Any]:
    names = ("source", "url", "note", "basis", "package", "version", "license", "accessed", "supports")
    return record({name: getattr(one, name) for name in names})
