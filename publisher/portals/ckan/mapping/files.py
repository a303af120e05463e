"""A record's resources as resources of CKAN: one for each file, link and service."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid5

from publisher.plan.dataset_record import MEDIA_TYPES
from publisher.plan.model import Record, SourceFile
from publisher.portals.ckan.mapping.view import View, bounded
from publisher.portals.ckan.model import WantedFile, WantedResource
from publisher.portals.made import made_from_schema, made_from_table

FIELDS: tuple[tuple[str, str, str], ...] = (
    ("name", "title", "with the format or period where a resource has several files"),
    ("name_LANG", "title", "other languages"),
    ("name_translated", "title", "all languages"),
    ("description", "description", "in the catalogue's first language"),
    ("description_LANG", "description", "other languages"),
    ("description_translated", "description", "all languages"),
    ("format", "format", "as CKAN writes formats"),
    ("mimetype", "media_type", ""),
    ("url", "url", "of links and services; of files the portal gives it"),
    ("period", "parts", "the period that a file's name says"),
    ("rows", "rows", ""),
    ("hash", "parts", "sha256: and the digest of the file"),
)
"""Fields of a CKAN resource, the field of the record's resource, and what is said of it in the documentation."""
_WRITTEN = {"geojson": "GeoJSON", "jsonl": "JSONL", "ndjson": "JSONL"}
"""Formats that CKAN writes otherwise than in capitals (``ckan/config/resource_formats.json``)."""
_SCHEME = re.compile(r"(https?|ftp)://")
_XLSX = "xlsx"
NEVER = frozenset({"id", "hash", "url_type", "clear_upload", "upload", "state", "package_id"})
"""Fields of a resource that no descriptor may give: they would change its file."""


@dataclass(frozen=True, slots=True)
class _Entry:
    """One file, link or service of a resource. ``tail`` is what the id of all but the first is made from, ``link`` the
    address of a file that the portal itself holds.
    """

    tail: str
    format: str
    fields: Mapping[str, Any]
    file: WantedFile | None = None
    table: bool = False
    label: str = ""
    said: str = ""
    link: str | None = None


def resources_of(view: View, sources: Sequence[SourceFile]) -> tuple[WantedResource, ...]:
    """The CKAN resources of a dataset, none where its files are not offered any more."""
    record = view.record
    if record.get("status") == "withdrawn" or record.get("taken_down"):
        return ()
    return tuple(
        made
        for resource in record.get("resources") or ()
        for made in _resources(view, resource, [one for one in sources if one.resource == resource["name"]])
    )


def _resources(view: View, resource: Record, sources: Sequence[SourceFile]) -> Iterator[WantedResource]:
    entries = list(_entries(view, resource, sources))
    for place, entry in enumerate(entries):
        of = str(resource["id"])
        label = entry.label if len(entries) > 1 else ""
        fields = {**_texts(view, resource, label, entry), "format": _written(entry.format), **entry.fields}
        fields = {key: value for key, value in fields.items() if value not in (None, "", {})}
        identity = of if place == 0 else str(uuid5(UUID(of), entry.tail))
        if place == 0:
            given = resource.get("portal_fields") or {}
            fields |= {key: value for key, value in given.items() if key not in NEVER}
        yield WantedResource(identity, of, fields, entry.file, entry.table, entry.link)


def _entries(view: View, resource: Record, sources: Sequence[SourceFile]) -> Iterator[_Entry]:
    name, context = str(resource["name"]), view.context
    derived = [str(one) for one in resource.get("derived") or ()]
    store = context.options.tables and "datastore" in context.rights.plugins
    for format in derived:
        made_from = made_from_table(context.recipe, format, resource)
        file = WantedFile(f"{name}.{format}", name, format=format, made_from=made_from)
        fields = {"mimetype": MEDIA_TYPES.get(format), "rows": resource.get("rows")}
        yield _Entry(format, format, fields, file, store and format == "csv", _written(format))
    parts = {part["name"]: part for part in resource.get("parts") or ()}
    for source in sources:
        part = parts.get(source.name, {})
        format = str(resource.get("format") or _suffix(source.name))
        if format in derived:
            continue
        fields = {
            "mimetype": resource.get("media_type") or MEDIA_TYPES.get(format),
            "period": part.get("period"),
            "rows": part.get("rows"),
        }
        label = ", ".join(one for one in (str(part.get("period") or ""), _written(format)) if one)
        yield _Entry(source.name, format, fields, WantedFile(source.name, name, source=source), label=label)
    if resource.get("form"):
        made_from = made_from_schema(context.recipe, view.record, resource)
        file = WantedFile(f"{name}-form.xlsx", name, made_from=made_from)
        yield _Entry("form", _XLSX, {"mimetype": MEDIA_TYPES[_XLSX]}, file, said="Form to fill in (XLSX)")
    if resource.get("url"):
        url = str(resource["url"]).strip()
        address = url if _SCHEME.match(url) else f"http://{url}"  # as CKAN does
        format = "API" if resource.get("service") else str(resource.get("format") or _suffix(url))
        own = f"/resource/{resource['id']}/download/" in address
        fields = {"url": None if own else address, "mimetype": MEDIA_TYPES.get(format.lower())}
        yield _Entry("url", format, fields, link=address if own else None, label=_written(format))


def _texts(view: View, resource: Record, label: str, entry: _Entry) -> dict[str, Any]:
    """Names and descriptions: of the first language, and of the others under their own keys or as fluent has them."""
    options = view.context.options
    titled, described = resource.get("title"), resource.get("description")

    def name(one: View) -> str:
        title = one.text(titled) or str(resource["name"])
        if entry.said:
            return f"{title} – {one.say(entry.said)}"
        return f"{title} ({label})" if label else title

    first, others = options.languages[0], options.languages[1:]
    made: dict[str, Any] = {"name": name(view), "description": view.text(described)}
    if options.fluent:
        made["name_translated"] = {
            one: name(view.to(one)) for one in options.languages if one == first or view.to(one).own(titled)
        }
        if described:
            made["description_translated"] = {
                one: view.to(one).text(described)
                for one in options.languages
                if one == first or view.to(one).own(described)
            }
        return made
    for one in others:
        there = view.to(one)
        made[f"name_{one}"] = name(there) if there.own(titled) else ""
        made[f"description_{one}"] = there.own(described)
    return {key: bounded(value) for key, value in made.items()}


def _written(format: str) -> str:
    return _WRITTEN.get(format.lower(), format.upper())


def _suffix(name: str) -> str:
    """The format that a file's or address's ending says, '' if none that we know."""
    ending = name.partition("?")[0].rpartition("/")[2].rpartition(".")[2].lower()
    return ending if ending in MEDIA_TYPES or ending in _ENDINGS else ""


_ENDINGS = frozenset({"xls", "ods", "doc", "docx", "xml", "html", "txt", "kml", "kmz", "shp", "gpkg", "png", "jpg"})
