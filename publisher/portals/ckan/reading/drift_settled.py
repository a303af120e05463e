"""Drift that is none any more: git wants by now what stands there, or nothing of anybody's stands there."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from publisher.plan.model import Desired, Drift, Holding
from publisher.portals.ckan.mapping import mapping
from publisher.portals.ckan.reading.standing import MAPPING
from publisher.portals.ckan.writing.files import base_name

_TABLE = "csv"
_BY_HAND = frozenset({"name", "description", "format", "url", "size", "hash"})
"""Fields of a resource that CKAN's web form shows, and what tells of its file."""


def settled(holding: Holding, desired: Desired, context: mapping.Context) -> Holding:
    """A holding without the drift that git's own wish ends.

    Whoever saves a resource in CKAN's web form loses the fields that the form does not know: no words of theirs would
    be written over, so it is no drift but a reason to write the dataset again.
    """
    if not holding.drift:
        return holding
    wanted = mapping.wanted(desired, context)
    places = mapping.owned(wanted, {})
    parts: dict[str, Any] = {str(one["id"]): one.get("parts") or [] for one in desired.record.get("resources") or ()}
    for resource in wanted.resources:
        file = resource.file
        if file is not None and file.source is not None:
            places[f"resources/{resource.id}/size"] = file.source.bytes
            places.setdefault(f"resources/{resource.id}/url", base_name(file.source.name).lower())
        elif file is not None and file.format == _TABLE and len(parts[resource.of]) == 1:
            # The table that somebody put there is the one that git has by now.
            places[f"resources/{resource.id}/size"] = parts[resource.of][0].get("bytes")
    there = {one.place.split("/")[1] for one in holding.drift if one.there is not None and _is_resource(one)}
    gone = {one.place.split("/")[1] for one in holding.drift if one.place.endswith("/name") and one.there is None}
    left, lost = [], False
    for one in holding.drift:
        if _is_lost(one, gone - there):
            lost = True
        elif (_is_resource(one) and one.there is None) or not _equal(places.get(one.place), one.there):
            left.append(one)
    stale = holding.stale or (MAPPING if lost else None)
    return replace(holding, drift=tuple(left), stale=stale)


def _equal(wanted: Any, there: Any) -> bool:
    """Nothing there is what is wanted where nothing is: CKAN keeps no empty values."""
    return bool(wanted == there) or (there is None and wanted in (None, "", [], {}))


def _is_resource(one: Drift) -> bool:
    return one.place.startswith("resources/")


def _is_lost(one: Drift, gone: set[str]) -> bool:
    """Whether the web form lost a field of a resource that still stands there."""
    if not _is_resource(one) or one.there is not None:
        return False
    _, identity, key = one.place.split("/", 2)
    return identity not in gone and key not in _BY_HAND
