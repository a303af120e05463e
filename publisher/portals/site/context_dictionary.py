"""The data dictionary of a table and its first rows, as people read them."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from publisher.dates import day
from publisher.portals.site.context import Lens
from publisher.portals.site.words import number

_NUMERIC = {"number", "integer"}
_CELL = 400


@dataclass(frozen=True)
class Cell:
    """A cell as people read it; ``raw`` is what it sorts by where that differs."""

    text: str
    raw: str = ""


@dataclass(frozen=True)
class Column:
    """A line of the data dictionary."""

    name: str
    title: str
    type: str
    description: str
    unit: str
    kind: str
    rules: tuple[str, ...]
    numeric: bool
    style: str = ""


def column_of(lens: Lens, field: Mapping[str, Any]) -> Column:
    """A field of the schema as a line of the dictionary."""
    kind = str(field.get("type") or "any")
    return Column(
        name=str(field.get("name")),
        title=lens.text(field.get("title")) or str(field.get("name")),
        type=_type(lens, kind),
        description=lens.text(field.get("description")),
        unit=_unit(lens, field),
        kind=kind,
        rules=tuple(_rules(lens, field.get("constraints") or {})),
        numeric=kind in _NUMERIC,
    )


def _type(lens: Lens, kind: str) -> str:
    names = {
        "string": lens.say("text"),
        "number": lens.say("number"),
        "integer": lens.say("whole number"),
        "boolean": lens.say("yes or no"),
        "date": lens.say("date"),
        "time": lens.say("time of day"),
        "datetime": lens.say("date and time"),
        "year": lens.say("year"),
        "yearmonth": lens.say("year and month"),
        "any": lens.say("any"),
    }
    return names.get(kind, kind)


def _rules(lens: Lens, constraints: Mapping[str, Any]) -> list[str]:
    said: list[str] = []
    if constraints.get("required"):
        said.append(lens.say("required"))
    if constraints.get("unique"):
        said.append(lens.say("unique"))
    for key, sentence in (
        ("minimum", "at least {value}"),
        ("maximum", "at most {value}"),
        ("minLength", "at least {value} characters"),
        ("maxLength", "at most {value} characters"),
        ("pattern", "pattern {value}"),
    ):
        if key in constraints:
            value = constraints[key]
            shown = number(value, lens.language) if not isinstance(value, str) else value
            said.append(lens.say(sentence, value=shown))
    if constraints.get("enum"):
        said.append(lens.say("one of: {value}", value=", ".join(str(v) for v in constraints["enum"])))
    return said


def _unit(lens: Lens, field: Mapping[str, Any]) -> str:
    """The unit, unless the title says it already."""
    unit = lens.text(field.get("unit"))
    said = unicodedata.normalize("NFKC", lens.text(field.get("title"))).lower()
    return "" if unicodedata.normalize("NFKC", unit).lower() in said else unit


def heads_of(lens: Lens, resource: Mapping[str, Any], preview: Sequence[Sequence[Any]]) -> tuple[Column, ...]:
    """The preview's columns in the table's own order, each with the style that its longest cell asks for."""
    fields = {str(f.get("name")): f for f in (resource.get("schema") or {}).get("fields") or ()}
    names = resource.get("columns") or list(fields)
    heads = []
    for place, name in enumerate(names):
        column = column_of(lens, fields.get(str(name), {"name": name}))
        longest = max(
            (len(str(row[place])) for row in preview if place < len(row) and row[place] is not None), default=0
        )
        style = "n" if column.numeric else "s" if longest <= 24 else "m" if longest <= 70 else "long"
        heads.append(replace(column, style=style))
    return tuple(heads)


def row_of(lens: Lens, row: Sequence[Any], columns: Sequence[Column]) -> tuple[Cell, ...]:
    """A row of a preview."""
    cells: list[Cell] = []
    for column, value in zip(columns, row, strict=False):
        text = "" if value is None else str(value)
        if text and column.numeric:
            cells.append(Cell(number(text, lens.language)))
        elif text and column.kind == "date":
            cells.append(Cell(day(text, lens.language), text))
        else:
            cells.append(Cell(text if len(text) <= _CELL else text[:_CELL] + "…"))
    return tuple(cells)
