"""Excel workbooks as rows of typed cells.

Read by calamine: far faster than openpyxl, and one interface for .xlsx and .xls. It reads error
cells and formulas without a stored result as empty, so those are looked for in the sheet's XML.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from publisher.problem import Problem, Severity
from publisher.tables.source import RawTable, Table, Unreadable

_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_LINK = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
# No part of these gives back what it took, so that no sheet, however made, takes longer than its length.
_ERROR_CELL = re.compile(rb'<c\b[^<>]*?\bt="e"[^<>]*+')
_EMPTY_FORMULA = re.compile(
    rb"<c\b[^<>]*+>\s*+<f\b[^<>]*+(?:(?<=/)>|>[^<]*+</f>)\s*+(?:<v\s*+/>\s*+|<v>\s*+</v>\s*+)?+</c>"
)
# A formula such as =IF(A1="", "", 1) has a result: the empty text.
_TEXT_RESULT = re.compile(rb'^<c\b[^>]*\bt="str"')
_CELL_NAME = re.compile(rb'\br="([A-Z]+)([0-9]+)"')
_EXACT = 2**53


def open_sheet(table: Table, file: str, path: Path, declared: str) -> RawTable:
    """The sheet that the resource names, else the first.

    Raises:
        Unreadable: a broken workbook, no such sheet, an empty sheet, cells without a value.
    """
    from python_calamine import CalamineError, load_workbook

    try:
        book = load_workbook(str(path))
        names = book.sheet_names
        sheet = _chosen(table, file, names)
        loaded = book.get_sheet_by_name(sheet)
        cells = loaded.to_python(skip_empty_area=False)
    except CalamineError as error:
        raise Unreadable(table.problem("table-workbook-broken", file)) from error
    at = table.header_row - 1
    while cells and not any(cell not in ("", None) for cell in cells[-1]):
        cells.pop()
    if len(cells) <= at:
        raise Unreadable(table.problem("table-empty", file, sheet=sheet))
    labels = [_label(cell) for cell in cells[at]]
    while labels and not labels[-1].strip():
        labels.pop()
    problems = [*_lost_cells(table, file, path, declared, sheet), *_merged(table, file, loaded, sheet)]
    if table.sheet is None and len(names) > 1:
        problems.append(
            table.problem(
                "table-other-sheets", file, severity=Severity.NOTICE, sheet=sheet, others=", ".join(names[1:])
            )
        )
    rows = _rows(cells[at + 1 :], len(labels))
    return RawTable(labels, rows, table.header_row + 1, sheet, tuple(problems))


def _chosen(table: Table, file: str, names: list[str]) -> str:
    if table.sheet is None:
        return names[0]
    if table.sheet not in names:
        problem = table.problem("table-sheet-missing", file, wanted=table.sheet, sheets=", ".join(names))
        raise Unreadable(problem)
    return table.sheet


def _rows(cells: list[list[Any]], width: int) -> Iterator[list[Any]]:
    for row in cells:
        values = [_value(cell) for cell in row]
        # Cells right of the header that are empty are only formatting.
        while len(values) > width and values[-1] is None:
            values.pop()
        values += [None] * (width - len(values))
        yield values


def _value(cell: Any) -> Any:
    """A cell as exact data: Excel keeps 15 significant digits, so that is what a float means."""
    if cell == "" and isinstance(cell, str):
        return None
    if isinstance(cell, float):
        return int(cell) if cell.is_integer() and abs(cell) < _EXACT else Decimal(f"{cell:.15g}")
    return cell


def _label(cell: Any) -> str:
    value = _value(cell)
    if isinstance(value, date | datetime | time):
        return value.isoformat()
    return "" if value is None else str(value)


def adapt(cell: Any, kind: str) -> Any:
    """A sheet's cell as a column of a type takes it, where Excel keeps another type than was meant.

    A number in a text column is its digits (a pattern still finds lost zeros), and a month that
    Excel made a date is that month again.
    """
    if kind == "string" and isinstance(cell, int | Decimal) and not isinstance(cell, bool):
        return str(cell) if isinstance(cell, int) else format(cell, "f")
    if kind == "datetime" and isinstance(cell, date) and not isinstance(cell, datetime):
        return datetime.combine(cell, time())
    if kind == "yearmonth" and isinstance(cell, date) and cell.day == 1:
        return f"{cell.year:04}-{cell.month:02}"
    if kind == "time" and isinstance(cell, timedelta) and timedelta() <= cell < timedelta(days=1):
        return (datetime.min + cell).time()
    return cell


def _merged(table: Table, file: str, loaded: Any, sheet: str) -> list[Problem]:
    ranges = getattr(loaded, "merged_cell_ranges", None) or []
    header = table.header_row - 1
    if any(start[0] <= header <= end[0] for start, end in ranges):
        return [table.problem("table-merged-header", file, table.header_row, sheet=sheet)]
    below = [start[0] + 1 for start, _ in ranges if start[0] > header]
    if below:
        return [table.problem("table-merged-cells", file, min(below), sheet=sheet, count=len(below))]
    return []


def _lost_cells(table: Table, file: str, path: Path, declared: str, sheet: str) -> Iterator[Problem]:
    if declared != "xlsx":
        return
    xml = _sheet_xml(path, sheet)
    for code, pattern in (("table-error-cell", _ERROR_CELL), ("table-formula-empty", _EMPTY_FORMULA)):
        matches = [match.group() for match in pattern.finditer(xml) if not _TEXT_RESULT.search(match.group())]
        found = [name for match in matches if (name := _CELL_NAME.search(match))]
        if found:
            column, row = found[0].group(1).decode(), int(found[0].group(2))
            yield table.problem(code, file, row, sheet=sheet, count=len(found), cell=f"{column}{row}")


def _sheet_xml(path: Path, sheet: str) -> bytes:
    try:
        with zipfile.ZipFile(path) as archive:
            book = ElementTree.fromstring(archive.read("xl/workbook.xml"))
            links = ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels"))
            targets = {link.get("Id"): link.get("Target", "") for link in links}
            for one in book.iter(f"{_MAIN}sheet"):
                if one.get("name") == sheet:
                    target = targets.get(one.get(_LINK)) or ""
                    return archive.read(target.lstrip("/") if target.startswith("/") else f"xl/{target}")
    except (zipfile.BadZipFile, KeyError, ElementTree.ParseError, OSError):
        return b""
    return b""
