"""Frictionless's errors as our problems: code, place and what was expected, never the cell's value."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from publisher.problem import Problem
from publisher.tables.judge import Judged
from publisher.tables.quirks import enum_of, fits_composed
from publisher.tables.source import RawTable, Table, column_letter
from publisher.text import fold

_CONSTRAINT = re.compile(r'constraint "(\w+)"')
_POSITION = re.compile(r"at position (\d+)")
_CAPITAL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_FIXED_DIGITS = re.compile(r"\^?(?:\\d|\[0-9\])\{(\d+)\}\$?")
_COMMA_NUMBER = re.compile(r"-?\d{1,3}(?:\.\d{3})*,\d+|-?\d+,\d+|-?\d{1,3}(?:\.\d{3}){2,}")
_SERIAL = range(20_000, 80_000)
_LISTED = 10


def explain_header(table: Table, file: str, raw: RawTable, found_at: int | None) -> Iterator[Problem]:
    """Why the header is not the schema's, told by names rather than by position.

    A label in the file is never shown: where the header is missing it is a cell of the first row.
    """
    line = max(raw.first - 1, 1)
    assert table.schema is not None
    names = [field["name"] for field in table.schema["fields"]]
    labels = raw.labels
    if found_at is not None:
        yield table.problem("table-header-elsewhere", file, line, sheet=raw.sheet, found=found_at)
        return
    if not any(label.strip() for label in labels):
        yield table.problem("table-blank-header", file, line, sheet=raw.sheet)
        return
    if not set(names) & set(labels) and not {_folded(name) for name in names} & {_folded(label) for label in labels}:
        expected = ", ".join(names[:_LISTED])
        yield table.problem("table-header-not-found", file, line, sheet=raw.sheet, expected=expected)
        return
    if sorted(names) == sorted(labels):
        yield table.problem("table-column-order", file, line, sheet=raw.sheet, expected=", ".join(names))
        return
    yield from _labels(table, file, raw, names, line)


def _folded(label: str) -> str:
    """A column's name without case and marks, with blanks as underscores: "Số lớp" was meant as ``so_lop``."""
    return "_".join(fold(label).replace("_", " ").split())


def _labels(table: Table, file: str, raw: RawTable, names: list[str], line: int) -> Iterator[Problem]:
    missing = [name for name in names if name not in raw.labels]
    seen: set[str] = set()
    for index, label in enumerate(raw.labels):
        column = column_letter(index)
        almost = next((name for name in missing if _folded(name) == _folded(label)), None)
        if label in names and label not in seen:
            seen.add(label)
        elif label in names:
            yield table.problem("table-duplicate-label", file, line, sheet=raw.sheet, field=label, column=column)
        elif almost:
            missing.remove(almost)
            yield table.problem("table-incorrect-label", file, line, sheet=raw.sheet, field=almost, column=column)
        elif not label.strip():
            yield table.problem("table-blank-label", file, line, sheet=raw.sheet, column=column)
        else:
            yield table.problem("table-extra-label", file, line, sheet=raw.sheet, column=column)
    for name in missing:
        yield table.problem("table-missing-label", file, line, sheet=raw.sheet, field=name)


def explain_row(table: Table, file: str, raw: RawTable, row: Judged) -> Iterator[Problem]:
    """What is wrong with a row; cells that are missing altogether are one problem."""
    if any(error.type == "blank-row" for error in row.errors):
        yield table.problem("table-blank-row", file, row.line, sheet=raw.sheet)
        return
    absent = {error.field_name for error in row.errors if error.type == "missing-cell"}
    extra = [error for error in row.errors if error.type == "extra-cell"]
    fields = {field["name"]: field for field in table.schema["fields"]} if table.schema else {}
    required = any(error.type == "constraint-error" and '"required"' in error.note for error in row.errors)
    for error in row.errors:
        name = getattr(error, "field_name", None) or None
        if error.type in {"missing-cell", "extra-cell"} or name in absent:
            continue
        field = fields.get(name or "", {})
        if error.type == "constraint-error" and '"enum"' in error.note and _is_only_decomposed(error, field, row):
            continue
        code, params = _cause(error, field, row, raw.first - 2)
        if code == "table-primary-key-empty" and required:
            continue
        yield table.problem(code, file, row.line, sheet=raw.sheet, field=name, given=params)
    if absent:
        yield table.problem("table-missing-cell", file, row.line, sheet=raw.sheet, count=len(absent))
    if extra:
        column = column_letter(extra[0].field_number - 1)
        yield table.problem("table-extra-cell", file, row.line, sheet=raw.sheet, count=len(extra), column=column)


def _is_only_decomposed(error: Any, field: Mapping[str, Any], row: Judged) -> bool:
    """Whether the one error about decomposed text, which :class:`Quirks` gives for the whole file, tells this too."""
    return len(row.raw) >= error.field_number and fits_composed(row.raw[error.field_number - 1], enum_of(field))


def _cause(error: Any, field: Mapping[str, Any], row: Judged, offset: int) -> tuple[str, dict[str, object]]:
    if error.type == "type-error":
        return _type_cause(field, row.raw[error.field_number - 1])
    if error.type == "constraint-error":
        cell = row.raw[error.field_number - 1] if len(row.raw) >= error.field_number else None
        return _constraint_cause(_CONSTRAINT.findall(error.note)[0], field, cell)
    if error.type in {"unique-error", "primary-key"}:
        position = _POSITION.search(error.note)
        if position is None:
            return "table-primary-key-empty", {}
        return f"table-{error.type}", {"first": int(position.group(1)) + offset}
    return "table-other-error", {"kind": error.type}


def _type_cause(field: Mapping[str, Any], cell: Any) -> tuple[str, dict[str, object]]:
    kind, form = field.get("type", "any"), field.get("format", "default")
    text = str(cell).strip()
    if kind in {"date", "datetime"} and text.isascii() and text.isdigit() and int(text[:9]) in _SERIAL:
        return "table-excel-serial-date", {}
    if kind == "string" and isinstance(cell, date):
        return "table-date-in-text", {}
    if kind in {"number", "integer"} and _COMMA_NUMBER.fullmatch(text):
        return "table-number-separators", {}
    if form != "default" and kind in {"date", "datetime", "time", "string"}:
        return f"table-type-{kind}-format", {"expected": form}
    return f"table-type-{kind}", {}


def _constraint_cause(name: str, field: Mapping[str, Any], cell: Any) -> tuple[str, dict[str, object]]:
    bound = field.get("constraints", {}).get(name)
    code = f"table-{_CAPITAL.sub('-', name).lower()}"
    if name == "required":
        return code, {}
    if name in {"pattern", "minLength"}:
        width = _FIXED_DIGITS.fullmatch(str(bound)) if name == "pattern" else None
        wanted = int(width.group(1)) if width else bound if name == "minLength" and _is_code(field) else 0
        text = str(cell)
        if text.isascii() and text.isdigit() and isinstance(wanted, int) and len(text) < wanted:
            return "table-lost-zeros", {"expected": wanted}
    if name == "enum":
        values = [str(value) for value in bound or ()]
        more = ", …" if len(values) > _LISTED else ""
        return code, {"expected": ", ".join(values[:_LISTED]) + more}
    return code, {"expected": _plain(bound)}


def _is_code(field: Mapping[str, Any]) -> bool:
    constraints = field.get("constraints", {})
    return bool(constraints.get("minLength") == constraints.get("maxLength"))


def _plain(bound: Any) -> object:
    return format(Decimal(repr(bound)), "f") if isinstance(bound, float) else bound
