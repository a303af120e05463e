"""A record of git with what stands on a portal in the places that differ, so that a plan can tell the difference."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from publisher.plan.model import Record
from publisher.portals.ckan.mapping import mapping
from publisher.portals.ckan.mapping.files import FIELDS
from publisher.portals.ckan.model import Options, Wanted, WantedResource
from publisher.portals.ckan.notes.marker_shape import is_record

_OF_RESOURCE = {place: of for place, of, _ in FIELDS}
_FLUENT = "_translated"


def as_there(record: Record, different: Mapping[str, Any], wanted: Wanted, options: Options) -> dict[str, Any]:
    """The record as somebody might have written it who made what stands there. What cannot be said so is left out.

    ``different`` are the portal's values by place.
    """
    found = dict(record)
    resources = {one.id: one for one in wanted.resources}
    for place, value in different.items():
        if place.startswith("resources/"):
            _, identity, key = place.split("/", 2)
            changed = _resource_as_there(found, resources[identity], key, value, options)
        else:
            changed = _as_there(found, mapping.record_field(place), place, value, options)
        if is_record(changed):
            found = changed
        elif not place.startswith("resources/"):
            found.pop(mapping.record_field(place), None)
    return found


def _as_there(record: Record, field: str, place: str, value: Any, options: Options) -> dict[str, Any]:
    now = record.get(field)
    if field == "portal_fields":
        return {**record, field: {**(now or {}), place: value}}
    if field == "organization":
        ours = {theirs: key for key, theirs in options.organizations.items()}
        return {**record, field: ours.get(str(value), str(value))}
    if isinstance(now, Mapping) and set(now) <= set(options.languages):
        return {**record, field: {**now, **_texts(place, value, options)}}
    if isinstance(now, list | tuple):
        return {**record, field: list(value) if isinstance(value, list) else [str(value)]}
    return {**record, field: str(value)}


def _resource_as_there(record: Record, one: WantedResource, key: str, value: Any, options: Options) -> dict[str, Any]:
    def changed(resource: Record) -> dict[str, Any]:
        if key in {"hash", "url"} and one.file is not None:
            return _without_file(resource, one, str(value))
        stem = next((f"{head}LANG" for head in ("name_", "description_") if key.startswith(head)), key)
        field = _OF_RESOURCE.get(key) or _OF_RESOURCE.get(stem)
        if field is None:
            return {**resource, "portal_fields": {**(resource.get("portal_fields") or {}), key: value}}
        now = resource.get(field)
        if field in {"title", "description"}:
            return {**resource, field: {**(now or {}), **_texts(key, value, options)}}
        if field == "rows":
            return {**resource, field: int(value)} if str(value).isdecimal() else dict(resource)
        return {**resource, field: str(value)} if not isinstance(now, list) else dict(resource)

    return {**record, "resources": [changed(each) if each["id"] == one.of else each for each in record["resources"]]}


def _without_file(resource: Record, one: WantedResource, there: str) -> dict[str, Any]:
    """A resource whose file is another one on the portal: committed, made from the table, or an empty form."""
    assert one.file is not None
    if one.file.source is not None:
        name, sha256 = one.file.source.name, there.removeprefix("sha256:")
        parts = [{**part, "sha256": sha256} if part["name"] == name else part for part in resource.get("parts") or ()]
        return {**resource, "parts": parts}
    if one.file.format is None:
        return {**resource, "form": False}
    return {**resource, "derived": [each for each in resource.get("derived") or () if each != one.file.format]}


def _texts(place: str, value: Any, options: Options) -> dict[str, str]:
    """A value as a text in the language that its place is of."""
    if isinstance(value, Mapping):
        return {str(key): str(text) for key, text in value.items()}
    ending = place.rpartition("_")[2]
    return {ending if ending in options.languages[1:] else options.languages[0]: str(value)}
