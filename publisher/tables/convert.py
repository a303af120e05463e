"""CSV, XLSX, JSON and Parquet made from canonical rows, byte for byte repeatable."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from itertools import chain, islice
from pathlib import Path
from typing import Any

from publisher.tables.model import EXCEL_ROWS, EXCEL_TEXT, Row
from publisher.tables.workbook import sheet_name, workbook
from publisher.text import text_of
from publisher.workspace import replacing

RECIPE = "2"
"""Raised when equal rows give other bytes, so that a new recipe never looks like new data."""

FORMATS = ("csv", "xlsx", "json", "parquet")
_EXCEL_DIGITS = 15
_BATCH = 10_000


@dataclass(frozen=True, slots=True)
class ColumnSpec:
    """A column to write: its name and type, and what the dictionary sheet says of it."""

    name: str
    type: str = "string"
    title: str = ""
    description: str = ""
    unit: str = ""


class CannotConvert(Exception):
    """The rows do not fit into the format: Excel's rows and texts, Parquet's digits."""


class LibraryMissing(CannotConvert):
    """The library that writes the format is not installed: no table can be written in it."""


def column_specs(
    schema: Mapping[str, Any] | None, columns: Sequence[str], languages: Sequence[str]
) -> tuple[ColumnSpec, ...]:
    """Columns as a schema (as written) describes them; plain text where there is none."""
    fields = {field["name"]: field for field in schema["fields"]} if schema else {}

    def text(name: str, key: str) -> str:
        return text_of(fields.get(name, {}).get(key), languages).get(*languages)

    return tuple(
        ColumnSpec(
            name,
            fields.get(name, {}).get("type", "string"),
            text(name, "title"),
            text(name, "description"),
            text(name, "unit"),
        )
        for name in columns
    )


def convert(format: str, columns: Sequence[ColumnSpec], rows: Iterable[Row], path: Path) -> None:
    """Write rows to a path; the file appears when it is complete.

    Raises:
        CannotConvert: too many rows or too long texts for Excel, numbers too long for Parquet.
        LibraryMissing: pyarrow is not installed.
        OSError: the disk is full or the folder is not writable.
    """
    _WRITERS[format](columns, rows, path)


def _csv(columns: Sequence[ColumnSpec], rows: Iterable[Row], path: Path) -> None:
    """CSV by RFC 4180 but with LF, in UTF-8 with a byte order mark.

    Excel opens a CSV by double click in the code page of Windows unless it begins with that mark, and
    Vietnamese letters are garbled then; readers of data (Python's utf-8-sig, pandas, R, frictionless)
    know it. Cells stay as they are: one that begins with = is data, and changing it would be a lie.
    """
    with replacing(path, durable=False) as partial, partial.open("w", encoding="utf-8-sig", newline="") as stream:
        write = csv.writer(stream, lineterminator="\n")
        write.writerow([column.name for column in columns])
        # A lone empty cell is quoted by the writer, so that no row looks blank.
        write.writerows(["" if cell is None else cell for cell in row] for row in rows)


def _json(columns: Sequence[ColumnSpec], rows: Iterable[Row], path: Path) -> None:
    """An array of objects, one a line; integers, numbers and booleans typed, exact as printed."""
    names = [json.dumps(column.name, ensure_ascii=False) for column in columns]
    writers = [_JSON.get(column.type, _text) for column in columns]
    with replacing(path, durable=False) as partial, partial.open("w", encoding="utf-8", newline="") as stream:
        separator = "[\n"
        for row in rows:
            cells = ("null" if c is None else w(c) for w, c in zip(writers, row, strict=True))
            stream.write(separator + "{" + ", ".join(f"{n}: {c}" for n, c in zip(names, cells, strict=True)) + "}")
            separator = ",\n"
        stream.write("[]\n" if separator == "[\n" else "\n]\n")


def _xlsx(columns: Sequence[ColumnSpec], rows: Iterable[Row], path: Path) -> None:
    """A sheet of data under the columns' names, and a sheet that explains them."""
    rest = iter(rows)
    first = list(islice(rest, _BATCH))
    with workbook(path, streamed=len(first) == _BATCH) as book:
        bold = book.add_format({"bold": True})
        formats = {
            "date": book.add_format({"num_format": "yyyy-mm-dd"}),
            "datetime": book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"}),
            "text": book.add_format({"num_format": "@"}),
        }
        sheet = book.add_worksheet("Data")
        sheet.freeze_panes(1, 0)
        for index, column in enumerate(columns):
            sheet.set_column(index, index, min(40, max(10, len(column.name) + 2)))
            sheet.write_string(0, index, column.name, bold)
        kinds = [column.type for column in columns]
        for number, row in enumerate(chain(first, rest), 1):
            if number >= EXCEL_ROWS:
                raise CannotConvert("xlsx")
            for index, cell in enumerate(row):
                if cell is not None:
                    _write_cell(sheet, number, index, cell, kinds[index], formats)
        _dictionary(book, columns, bold)


def _write_cell(sheet: Any, row: int, column: int, cell: str, kind: str, formats: Mapping[str, Any]) -> None:
    if kind in {"integer", "number", "year"} and _is_excel_number(cell):
        sheet.write_number(row, column, float(cell))
    elif kind == "boolean" and cell in {"true", "false"}:
        sheet.write_boolean(row, column, cell == "true")
    elif kind == "date" and (day := _after_1900(cell)) is not None:
        sheet.write_datetime(row, column, day, formats["date"])
    elif kind == "datetime" and len(cell) == 19 and (moment := _after_1900(cell)) is not None:
        sheet.write_datetime(row, column, moment, formats["datetime"])
    elif len(cell) > EXCEL_TEXT:
        raise CannotConvert("xlsx")
    else:
        sheet.write_string(row, column, cell, formats["text"])


def _is_excel_number(cell: str) -> bool:
    """Whether Excel keeps it whole: fifteen significant digits."""
    digits = cell.removeprefix("-").replace(".", "", 1)
    return digits.isascii() and digits.isdigit() and len(digits.strip("0")) <= _EXCEL_DIGITS and len(digits) < 300


def _after_1900(cell: str) -> datetime | None:
    # Before March 1900 Excel's calendar is wrong by a day.
    try:
        moment = datetime.fromisoformat(cell)
    except ValueError:
        return None
    return moment if moment.tzinfo is None and moment.date() >= date(1900, 3, 1) else None


def _dictionary(book: Any, columns: Sequence[ColumnSpec], bold: Any) -> None:
    sheet = book.add_worksheet(sheet_name("Dictionary"))
    widths = {"name": 24, "title": 40, "type": 12, "unit": 16, "description": 80}
    for index, (label, width) in enumerate(widths.items()):
        sheet.set_column(index, index, width)
        sheet.write_string(0, index, label, bold)
    for row, column in enumerate(columns, 1):
        for index, text in enumerate((column.name, column.title, column.type, column.unit, column.description)):
            sheet.write_string(row, index, text)


def _parquet(columns: Sequence[ColumnSpec], rows: Iterable[Row], path: Path) -> None:
    """Parquet with typed columns; numbers are decimals wide enough for the data, so that they stay exact."""
    try:
        import pyarrow
        from pyarrow.parquet import ParquetWriter
    except ImportError as error:
        raise LibraryMissing("parquet") from error
    types = [_arrow_type(pyarrow, column.type) for column in columns]
    schema = pyarrow.schema(list(zip((column.name for column in columns), types, strict=True)))
    readers = [_ARROW.get(column.type, str) for column in columns]
    with replacing(path, durable=False) as partial, ParquetWriter(partial, schema, compression="zstd") as writer:
        for batch in _batches(rows):
            cells = [
                [None if cell is None else read(cell) for cell in column]
                for read, column in zip(readers, zip(*batch, strict=True), strict=True)
            ]
            try:
                arrays = [pyarrow.array(one, kind) for one, kind in zip(cells, types, strict=True)]
            except (pyarrow.ArrowException, OverflowError) as error:
                raise CannotConvert("parquet") from error
            writer.write_table(pyarrow.Table.from_arrays(arrays, schema=schema))


def _arrow_type(pyarrow: Any, kind: str) -> Any:
    return {"integer": pyarrow.int64(), "number": pyarrow.decimal128(38, 12), "boolean": pyarrow.bool_()}.get(
        kind, pyarrow.date32() if kind == "date" else pyarrow.int32() if kind == "year" else pyarrow.string()
    )


def _batches(rows: Iterable[Row]) -> Iterator[list[Row]]:
    iterator = iter(rows)
    while batch := list(islice(iterator, _BATCH)):
        yield batch


def _text(cell: str) -> str:
    return json.dumps(cell, ensure_ascii=False)


def _number(cell: str) -> str:
    # NaN, INF and a number kept with its exponent are no JSON numbers, or not exact ones.
    plain = cell.removeprefix("-").replace(".", "", 1)
    return cell if plain.isascii() and plain.isdigit() else _text(cell)


def _year(cell: str) -> str:
    return str(int(cell)) if cell.isascii() and cell.isdigit() else _text(cell)


def _same(cell: str) -> str:
    return cell


_JSON: Mapping[str, Callable[[str], str]] = {
    "integer": _number,
    "number": _number,
    "year": _year,
    "boolean": _same,
    "object": _same,
    "array": _same,
    "geojson": _same,
}
_ARROW: Mapping[str, Callable[[str], object]] = {
    "integer": int,
    "number": Decimal,
    "year": int,
    "boolean": lambda cell: cell == "true",
    "date": date.fromisoformat,
}
_WRITERS: Mapping[str, Callable[[Sequence[ColumnSpec], Iterable[Row], Path], None]] = {
    "csv": _csv,
    "xlsx": _xlsx,
    "json": _json,
    "parquet": _parquet,
}
