"""``datapackage.json``: a dataset as a Frictionless Data Package over its published files."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from typing import Any

from publisher.plan.model import PublishedFile, Record
from publisher.portals.site.context import Lens, has_data
from publisher.portals.site.quality import FILE, quality
from publisher.tables.schema import lower_canonical

_MEDIA = {"csv": "text/csv", "tsv": "text/tab-separated-values", "json": "application/json"}


def datapackage(lens: Lens, name: str) -> dict[str, Any] | None:
    """The package in one language; None where no file of the dataset holds a table or document."""
    record = lens.view.datasets[name]
    files = lens.view.files.get(name, ())
    found = record.get("resources") or ()
    resources = [entry for resource in found for entry in _entries(lens, resource, files, record)]
    if not resources or not has_data(record):
        return None
    catalogue = lens.view.catalogue
    publisher = catalogue.get("publisher") or {}
    official = catalogue.get("standing") == "official"
    title = lens.organization(record.get("organization")) if official else lens.text(publisher.get("name"))
    license_ = (catalogue.get("licenses") or {}).get(record.get("license") or "")
    package: dict[str, Any] = {"name": name, "id": record.get("id"), "title": lens.text(record.get("title"))}
    package["description"] = lens.text(record.get("description"))
    package["keywords"] = list(record.get("keywords") or ())
    base = str(catalogue.get("base_url") or "").rstrip("/")
    package["homepage"] = f"{base}/dataset/{name}/" if base else None
    package["created"] = f"{record['issued']}T00:00:00Z" if record.get("issued") else None
    package["contributors"] = [{"title": title, "role": "publisher"}] if title else []
    package["sources"] = [_source(source) for source in record.get("provenance") or ()]
    if license_:
        terms = {"name": license_.get("spdx") or record["license"], "path": license_.get("url")}
        package["licenses"] = [_filled({**terms, "title": lens.text(license_.get("name"))})]
    package["quality"] = FILE if quality(lens, name) else None
    package["resources"] = resources
    return _filled(package)


def _source(source: Mapping[str, Any]) -> dict[str, Any]:
    url = str(source.get("url") or "")
    return _filled({"title": source.get("source"), "path": url if url.startswith(("http://", "https://")) else None})


def _entries(
    lens: Lens, resource: Mapping[str, Any], files: Sequence[PublishedFile], record: Record
) -> list[dict[str, Any]]:
    own = [f for f in files if f.resource in {resource.get("name"), resource.get("id")}]
    own = [f for f in own if not f.name.endswith("-form.xlsx")]
    tables = [f for f in own if f.made_from is not None and f.name.endswith(".csv")]
    chosen = tables[:1] or [f for f in own if f.made_from is None]
    entries = []
    for place, file in enumerate(chosen):
        suffix = file.name.rsplit(".", 1)[-1].lower()
        entry: dict[str, Any] = {
            "name": resource["name"] if len(chosen) == 1 else f"{resource['name']}-{place + 1}",
            "path": file.name,
            "title": lens.text(resource.get("title")),
            "description": lens.text(resource.get("description")),
            "format": suffix,
            "mediatype": _MEDIA.get(suffix),
            "bytes": file.bytes,
            "hash": f"sha256:{file.sha256}",
        }
        if tables and resource.get("schema"):
            entry |= {"type": "table", "profile": "tabular-data-resource", "encoding": "utf-8"}
            entry["schema"] = _schema(lens, resource["schema"], {"", *(one["name"] for one in record["resources"])})
        entries.append(_filled(entry))
    return entries


def _schema(lens: Lens, schema: Mapping[str, Any], names: Container[str]) -> dict[str, Any]:
    """The schema of a table made by us; keys into tables that the dataset does not have (any more) are left out."""
    languages = (lens.language, *lens.view.languages)
    lowered = lower_canonical(schema, languages)
    keys = [key for key in lowered.pop("foreignKeys", ()) if key["reference"]["resource"] in names]
    return {**lowered, "foreignKeys": keys} if keys else lowered


def _filled(value: dict[str, Any]) -> dict[str, Any]:
    return {key: item for key, item in value.items() if item not in (None, "", [], {})}
