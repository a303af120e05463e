"""An empty Excel form for the people who collect a table: what to fill in, what is allowed, what it means."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from publisher.catalogue.model import TableSchema
from publisher.messages import Messages, messages
from publisher.tables.schema import key_columns
from publisher.tables.workbook import CREATED, sheet_name, workbook
from publisher.text import text_of

_LAST_ROW = 10_000
_LIST_LENGTH = 255
_FIRST = 2
"""Rows above the data: titles for people, then the names. A filled form is published with ``header_row: 2``."""


def write_form(schema: TableSchema, title: str, languages: Sequence[str], path: Path) -> None:
    """Write the form: a row of titles, the header of column names, checks while typing, a dictionary.

    ``languages`` come in order of preference; the first one words the notes. The names stand in the
    second row, so that a filled form can be published as it is with ``header_row: 2``.

    Raises:
        OSError: the path cannot be written.
    """
    words = messages(languages[0])
    fields: Sequence[Mapping[str, Any]] = schema.data["fields"]
    required = {
        field["name"]
        for field in fields
        if field.get("constraints", {}).get("required") or field["name"] in key_columns(schema.data)
    }
    with workbook(path) as book:
        book.set_properties({"title": title, "created": CREATED})
        data, lists = book.add_worksheet("Data"), _Lists(book)
        _fill(book, data, fields, required, languages, words, lists)
        _dictionary(book, title, fields, required, languages, words)
        lists.write()


class _Lists:
    """Allowed values too long for Excel's own list, kept on a sheet of their own."""

    def __init__(self, book: Any) -> None:
        self._book = book
        self._columns: list[list[str]] = []

    def source(self, values: list[str]) -> Any:
        """What a drop-down takes as its source."""
        if len(",".join(values)) <= _LIST_LENGTH and not any("," in value for value in values):
            return values
        self._columns.append(values)
        letter = chr(64 + len(self._columns)) if len(self._columns) <= 26 else f"A{chr(38 + len(self._columns))}"
        return f"=Lists!${letter}$1:${letter}${len(values)}"

    def write(self) -> None:
        """Add the sheet, if any list needs it."""
        if self._columns:
            sheet = self._book.add_worksheet("Lists")
            for column, values in enumerate(self._columns):
                for row, value in enumerate(values):
                    sheet.write_string(row, column, value)


def _fill(
    book: Any,
    sheet: Any,
    fields: Sequence[Mapping[str, Any]],
    required: set[str],
    languages: Sequence[str],
    words: Messages,
    lists: _Lists,
) -> None:
    plain = book.add_format({"bold": True, "bg_color": "#DDEBF7", "border": 1})
    needed = book.add_format({"bold": True, "bg_color": "#FCE4D6", "border": 1})
    titles = book.add_format({"italic": True, "text_wrap": True, "valign": "top", "font_color": "#595959"})
    text = book.add_format({"num_format": "@"})
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    sheet.freeze_panes(_FIRST, 0)
    for index, field in enumerate(fields):
        name, kind = field["name"], field["type"]
        title = text_of(field.get("title"), languages).get(*languages) or name
        sheet.write_string(1, index, name, needed if name in required else plain)
        mark = " *" if name in required else ""
        sheet.write_string(0, index, title + mark, titles)
        sheet.write_comment(1, index, note(field, name in required, languages, words), {"x_scale": 2, "author": ""})
        kept = day if kind == "date" else None if kind in {"integer", "number", "year", "boolean"} else text
        sheet.set_column(index, index, min(40, max(14, len(title) + 2)), kept)
        rule = _validation(field, lists)
        if rule:
            wording = {
                "error_title": words.text("Please check this cell"),
                "error_message": note(field, name in required, languages, words)[:250],
                "ignore_blank": True,
            }
            sheet.data_validation(_FIRST, index, _LAST_ROW, index, {**rule, **wording})


def _validation(field: Mapping[str, Any], lists: _Lists) -> dict[str, Any] | None:
    constraints, kind = field.get("constraints", {}), field["type"]
    if "enum" in constraints:
        return {"validate": "list", "source": lists.source([str(value) for value in constraints["enum"]])}
    if kind == "boolean":
        return {"validate": "list", "source": ["true", "false"]}
    low, high = constraints.get("minimum"), constraints.get("maximum")
    if kind in {"integer", "number", "year"}:
        least, most = (0, 9999) if kind == "year" else (-(10**15), 10**15)
        found = {"minimum": _number(low, least), "maximum": _number(high, most)}
        return {"validate": "decimal" if kind == "number" else "integer", "criteria": "between", **found}
    if kind == "date" and field.get("format", "default") == "default":
        return {"validate": "date", "criteria": "between", "minimum": _day(low, 1901), "maximum": _day(high, 2999)}
    if kind == "string" and ("minLength" in constraints or "maxLength" in constraints):
        found = {"minimum": constraints.get("minLength", 0), "maximum": constraints.get("maxLength", 32_767)}
        return {"validate": "length", "criteria": "between", **found}
    return None


def _number(bound: Any, otherwise: int) -> Any:
    return bound if isinstance(bound, int | float) else otherwise


def _day(bound: Any, otherwise: int) -> date:
    try:
        return max(date.fromisoformat(str(bound)), date(1901, 1, 1))
    except ValueError:
        return date(otherwise, 1, 1)


def note(field: Mapping[str, Any], required: bool, languages: Sequence[str], words: Messages) -> str:
    """What a column takes, in a few lines."""
    lines = [text_of(field.get("title"), languages).get(*languages) or field["name"]]
    lines.append(text_of(field.get("description"), languages).get(*languages))
    lines.append(kind_in_words(field["type"], words))
    unit = text_of(field.get("unit"), languages).get(*languages)
    if unit:
        lines.append(words.text("Unit: {unit}", unit=unit))
    constraints = field.get("constraints", {})
    if "enum" in constraints:
        lines.append(words.text("One of: {values}", values=", ".join(map(str, constraints["enum"]))[:300]))
    if "minimum" in constraints:
        lines.append(words.text("At least {bound}", bound=constraints["minimum"]))
    if "maximum" in constraints:
        lines.append(words.text("At most {bound}", bound=constraints["maximum"]))
    if "example" in field:
        lines.append(words.text("Example: {example}", example=field["example"]))
    if required:
        lines.append(words.text("Required"))
    return "\n".join(line for line in lines if line)


def kind_in_words(kind: str, words: Messages) -> str:
    """A column type for people."""
    return words.text(_KINDS.get(kind, "Text"))


_KINDS = {
    "integer": "Whole number",
    "number": "Number",
    "boolean": "true or false",
    "date": "Date as YYYY-MM-DD",
    "datetime": "Date and time as YYYY-MM-DDThh:mm:ss",
    "time": "Time as hh:mm:ss",
    "year": "Year, four digits",
    "yearmonth": "Month as YYYY-MM",
}


def _dictionary(
    book: Any,
    title: str,
    fields: Sequence[Mapping[str, Any]],
    required: set[str],
    languages: Sequence[str],
    words: Messages,
) -> None:
    bold, wrap = book.add_format({"bold": True}), book.add_format({"text_wrap": True, "valign": "top"})
    sheet = book.add_worksheet(sheet_name(words.text("Dictionary")))
    sheet.write_string(0, 0, title, bold)
    for index, (label, width) in enumerate((("Column", 24), ("Title", 40), ("What to enter", 80))):
        sheet.set_column(index, index, width)
        sheet.write_string(2, index, words.text(label), bold)
    for row, field in enumerate(fields, 3):
        name = field["name"]
        texts = (name, text_of(field.get("title"), languages).get(*languages))
        for index, text in enumerate((*texts, note(field, name in required, languages, words))):
            sheet.write_string(row, index, text, wrap)
