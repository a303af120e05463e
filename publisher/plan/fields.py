"""What changed between two records, field by field."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from publisher.plan.model import FieldChange, Record

_QUIET = frozenset({"preview", "points", "missing", "digest", "schema_digest"})
"""Parts that hold rows or repeat what others say: a plan tells table changes in numbers, never in values."""


def resources_of(record: Record) -> dict[str, Mapping[str, Any]]:
    """A record's resources by id."""
    return {str(one["id"]): one for one in record.get("resources", ())}


def table_changed(before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
    """Whether a resource's rows or columns may differ."""
    if "rows" not in before or "rows" not in after:
        return False
    return any(before.get(key) != after.get(key) for key in ("digest", "schema_digest", "columns"))


def field_changes(before: Record, after: Record) -> tuple[FieldChange, ...]:
    """Changed fields by dotted path; resources by their name, other lists as a whole."""
    return tuple(_changes("", _by_name(before), _by_name(after)))


def _by_name(record: Record) -> dict[str, Any]:
    named: dict[str, Any] = dict(record)
    if "resources" in named:
        named["resources"] = {one["name"]: one for one in named["resources"]}
    return named


def _changes(path: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[FieldChange]:
    for key in dict.fromkeys([*before, *after]):
        old, new = before.get(key), after.get(key)
        if old == new or key in _QUIET:
            continue
        where = f"{path}.{key}" if path else key
        if isinstance(old, Mapping) and isinstance(new, Mapping):
            yield from _changes(where, old, new)
        elif path == "resources":
            yield FieldChange(where, _title(old), _title(new))
        else:
            yield FieldChange(where, old, new)


def _title(resource: Mapping[str, Any] | None) -> Any:
    """A whole resource that came or went is told by its title, else its name."""
    return (resource.get("title") or resource["name"]) if resource else None
