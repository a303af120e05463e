"""The data dictionary of a table in the DataStore as a table schema of ours."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from itertools import permutations
from typing import Any

from publisher.portals.ckan.pull.values import line, text
from publisher.portals.ckan.tables.table import index_name

_ROW = "_id"
_MOST = 4
"""Columns of a key whose order is tried out."""
_TYPES = (
    ("int", "integer"),
    ("serial", "integer"),
    ("numeric", "number"),
    ("float", "number"),
    ("double", "number"),
    ("bool", "boolean"),
    ("timestamp", "datetime"),
    ("date", "date"),
    ("time", "time"),
    ("json", "object"),
)
"""What the types of PostgreSQL begin with; all others are text."""


def schema_of(info: Mapping[str, Any], resource: str) -> dict[str, Any] | None:
    """A table schema from the answer of ``datastore_info``: types, labels, notes, the primary key.

    None where there are no columns. CKAN keeps a primary key as an index over its columns, whose name tells them.
    """
    listed = info.get("fields")
    fields: dict[str, dict[str, Any]] = {}
    indexed: defaultdict[str, list[str]] = defaultdict(list)
    for one in listed if isinstance(listed, list) else ():
        name = line(one.get("id")) if isinstance(one, Mapping) else None
        if name is None or name == _ROW or name in fields:
            continue
        fields[name] = _field(name, one)
        schema = one.get("schema")
        if isinstance(schema, Mapping) and isinstance(schema.get("index_name"), str):
            indexed[schema["index_name"]].append(name)
    if not fields:
        return None
    keys = (list(key) for name, found in indexed.items() for key in _orders(found) if index_name(resource, key) == name)
    key = next(keys, None)
    return {"fields": list(fields.values()), **({"primaryKey": key} if key else {})}


def _orders(columns: list[str]) -> Iterator[tuple[str, ...]]:
    return permutations(columns) if len(columns) <= _MOST else iter((tuple(columns),))


def _field(name: str, one: Mapping[str, Any]) -> dict[str, Any]:
    said = one.get("info")
    info: Mapping[str, Any] = said if isinstance(said, Mapping) else {}
    made = {"name": name, "title": line(info.get("label")), "description": text(info.get("notes"))}
    kind = str(one.get("type") or "").lower()
    found = next((ours for theirs, ours in _TYPES if kind.startswith(theirs) and not kind.endswith("]")), "string")
    return {**{key: value for key, value in made.items() if value}, "type": found}
