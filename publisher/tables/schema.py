"""Our table schemas lowered to plain Table Schemas, as frictionless reads them.

Ours have texts by language, units, ``uniqueKeys`` and quasi-identifiers; frictionless rejects a
mapping as a title and ignores ``uniqueKeys`` (Data Package v1 has none).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from publisher.catalogue.model import TableSchema
from publisher.text import text_of

_FIELD = (
    "name",
    "type",
    "format",
    "example",
    "decimalChar",
    "groupChar",
    "bareNumber",
    "trueValues",
    "falseValues",
    "missingValues",
    "rdfType",
    "constraints",
)

_NOTATION = frozenset({"decimalChar", "groupChar", "bareNumber", "trueValues", "falseValues", "missingValues"})
_PARSED = frozenset({"date", "time", "datetime"})


@dataclass(frozen=True, slots=True)
class ForeignKey:
    """Columns that must be found in another table; ``dataset`` None is the same one, ``resource`` '' the same table."""

    fields: tuple[str, ...]
    dataset: str | None
    resource: str
    target: tuple[str, ...]


def lower(schema: TableSchema, languages: Sequence[str]) -> dict[str, Any]:
    """A plain Table Schema: texts in the first language, what is ours alone left out.

    Foreign keys to another dataset are left out too: a Data Package knows only its own resources.
    """
    return lower_data(schema.data, languages)


def lower_canonical(data: Mapping[str, Any], languages: Sequence[str]) -> dict[str, Any]:
    """As :func:`lower_data`, for the files made from a checked table, whose cells are in canonical text."""
    lowered = lower_data(data, languages)
    lowered.pop("missingValues", None)
    return {**lowered, "fields": [_canonical(field) for field in lowered["fields"]]}


def lower_data(data: Mapping[str, Any], languages: Sequence[str]) -> dict[str, Any]:
    """As :func:`lower`, from a schema's plain data."""
    lowered: dict[str, Any] = {**_texts(data, languages), "fields": [_field(one, languages) for one in data["fields"]]}
    if "missingValues" in data:
        lowered["missingValues"] = list(data["missingValues"])
    if data.get("primaryKey"):
        lowered["primaryKey"] = list(key_columns(data))
    keys = [
        {"fields": list(key.fields), "reference": {"resource": key.resource, "fields": list(key.target)}}
        for key in foreign_keys(data)
        if key.dataset is None
    ]
    return {**lowered, "foreignKeys": keys} if keys else lowered


def key_columns(data: Mapping[str, Any]) -> tuple[str, ...]:
    """The primary key's columns, none if there is no primary key."""
    return _names(data.get("primaryKey", ()))


def unique_keys(data: Mapping[str, Any]) -> tuple[tuple[str, ...], ...]:
    """The combinations of columns that must not repeat, without the primary key."""
    return tuple(_names(key) for key in data.get("uniqueKeys", ()))


def foreign_keys(data: Mapping[str, Any]) -> tuple[ForeignKey, ...]:
    """The foreign keys as written."""
    return tuple(
        ForeignKey(
            _names(key["fields"]),
            key["reference"].get("dataset"),
            key["reference"].get("resource", ""),
            _names(key["reference"]["fields"]),
        )
        for key in data.get("foreignKeys", ())
    )


def text_schema(names: Iterable[str]) -> dict[str, Any]:
    """The schema of a table that has none: every column takes anything."""
    return {"fields": [{"name": name, "type": "any"} for name in names]}


def _field(data: Mapping[str, Any], languages: Sequence[str]) -> dict[str, Any]:
    field = {key: data[key] for key in _FIELD if key in data}
    if field["type"] == "string":
        # YAML reads 2023 as a number where the schema means the text '2023'.
        if "example" in field:
            field["example"] = str(field["example"])
        constraints = field.get("constraints", {})
        if "enum" in constraints:
            field["constraints"] = {**constraints, "enum": [str(value) for value in constraints["enum"]]}
    return {**field, **_texts(data, languages, ("title", "description", "unit"))}


def _canonical(field: Mapping[str, Any]) -> dict[str, Any]:
    plain = {key: value for key, value in field.items() if key not in _NOTATION}
    if field["type"] not in _PARSED or field.get("format", "default") in {"default", "any"}:
        return plain
    form = plain.pop("format")
    plain.pop("example", None)
    constraints = dict(plain.get("constraints", {}))
    for key in constraints.keys() & {"minimum", "maximum"}:
        constraints[key] = _iso(constraints[key], field["type"], form)
    if "enum" in constraints:
        constraints["enum"] = [_iso(value, field["type"], form) for value in constraints["enum"]]
    return {**plain, "constraints": constraints} if constraints else plain


def _iso(value: Any, kind: str, form: str) -> str:
    moment = datetime.strptime(str(value), form)
    return {"date": moment.date().isoformat(), "time": moment.time().isoformat()}.get(kind, moment.isoformat())


def _texts(
    data: Mapping[str, Any], languages: Sequence[str], names: Sequence[str] = ("title", "description")
) -> dict[str, str]:
    return {key: text_of(data[key], languages).get(*languages) for key in names if data.get(key)}


def _names(value: str | Sequence[str]) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(value)
