"""Drift that is none any more: git wants by now what stands there, or nothing of anybody's stands there."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace
from typing import Any

from publisher.plan.model import Desired, Drift, Holding, Record
from publisher.portals.ckan.mapping import mapping
from publisher.portals.ckan.reading.standing import MAPPING
from publisher.portals.ckan.writing.files import base_name, noted

_TABLE = "csv"
_BY_HAND = frozenset({"name", "description", "format", "url", "size", "hash"})
"""Fields of a resource that CKAN's web form shows, and what tells of its file."""
_OF_FILE = ("size", "url", "hash")
_FACTS = ("parts", "rows", "digest", "columns", "missing")
"""What a record says of a table by its file."""


def settled(
    holding: Holding, desired: Desired, context: mapping.Context, serves: Callable[[str, str], bool]
) -> Holding:
    """A holding without the drift that git's own wish ends.

    ``serves`` says whether the portal gives bytes with a SHA-256 for a resource. Where these are git's by now, the
    table that stands there is git's too: nothing of it is lost that is not lost there already.

    Whoever saves a resource in CKAN's web form loses the fields that the form does not know: no words of theirs would
    be written over, so it is no drift but a reason to write the dataset again.
    """
    if not holding.drift:
        return holding
    wanted = mapping.wanted(desired, context)
    places = mapping.owned(wanted, {})
    parts: dict[str, Any] = {str(one["id"]): one.get("parts") or [] for one in desired.record.get("resources") or ()}
    files: dict[str, tuple[str, int]] = {}
    for resource in wanted.resources:
        file = resource.file
        if file is not None and file.source is not None:
            files[resource.id] = (file.source.sha256, file.source.bytes)
            places.setdefault(f"resources/{resource.id}/url", base_name(file.source.name).lower())
        elif file is not None and file.format == _TABLE and len(parts[resource.of]) == 1:
            # The table that somebody put there is the one that git has by now.
            files[resource.id] = (parts[resource.of][0].get("sha256", ""), parts[resource.of][0].get("bytes", 0))
    replaced = {
        identity
        for identity, (sha256, size) in files.items()
        if any(_gives(one, f"resources/{identity}", sha256, size) for one in holding.drift) and serves(identity, sha256)
    }
    there = {_named(one)[0] for one in holding.drift if one.there is not None and _is_resource(one)}
    gone = {_named(one)[0] for one in holding.drift if one.place.endswith("/name") and one.there is None}
    left, lost = [], False
    for one in holding.drift:
        if _is_lost(one, gone - there):
            lost = True
        elif _is_resource(one) and _named(one)[0] in replaced and _named(one)[1] in _OF_FILE:
            continue
        elif (_is_resource(one) and one.there is None) or not _equal(places.get(one.place), one.there):
            left.append(one)
    stale = holding.stale or (MAPPING if lost else None)
    tables = {one.of for one in wanted.resources if one.id in replaced and len(parts[one.of]) == 1}
    return replace(holding, drift=tuple(left), stale=stale, record=_with_tables(holding.record, desired.record, tables))


def _with_tables(record: Record, wanted: Record, tables: Collection[str]) -> Record:
    """A record that says of some tables what git says of them."""
    if not tables:
        return record
    facts = {one["id"]: {key: one[key] for key in _FACTS if key in one} for one in wanted.get("resources") or ()}
    resources = [
        {**{key: value for key, value in one.items() if key not in _FACTS}, **facts.get(one["id"], {})}
        if one["id"] in tables
        else one
        for one in record.get("resources") or ()
    ]
    return {**record, "resources": resources}


def _equal(wanted: Any, there: Any) -> bool:
    """Nothing there is what is wanted where nothing is: CKAN keeps no empty values."""
    return bool(wanted == there) or (there is None and wanted in (None, "", [], {}))


def _is_resource(one: Drift) -> bool:
    return one.place.startswith("resources/")


def _gives(one: Drift, resource: str, sha256: str, size: int) -> bool:
    """Whether what is told of a resource's file fits these bytes."""
    return (one.place == f"{resource}/size" and one.there == size) or (
        one.place == f"{resource}/hash" and one.there == noted(sha256)
    )


def _named(one: Drift) -> tuple[str, str]:
    """The resource of a place, and its field."""
    _, identity, key = one.place.split("/", 2)
    return identity, key


def _is_lost(one: Drift, gone: set[str]) -> bool:
    """Whether the web form lost a field of a resource that still stands there."""
    if not _is_resource(one) or one.there is not None:
        return False
    identity, key = _named(one)
    return identity not in gone and key not in _BY_HAND
