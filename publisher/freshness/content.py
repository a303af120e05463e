"""What a committed data file says, as a digest that its form does not change.

The order of rows, line ends, a byte order mark, quoting, the delimiter, spare empty rows and cells, and
everything that a workbook has beside its values do not count. The order and the names of columns do.
No schema is asked: it may have been another one when the file was committed.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, time
from itertools import islice
from pathlib import Path
from typing import Any

from publisher.catalogue.model import Part
from publisher.digest import digest_of
from publisher.tables.canonical import canonical, row_hash, table_digest
from publisher.tables.model import Cell
from publisher.tables.opening import open_raw
from publisher.tables.source import TABLE_FORMATS, Table, Unreadable, declared_format
from publisher.workspace import temporary_copy

VERSION = 1
"""Raised when the same bytes would get another digest."""

LARGEST = 64 << 20
"""Larger files are compared by their bytes alone."""

_POINTER = b"version https://git-lfs.github.com/spec/"
_DELIMITERS = ";\t|,"
_CELL_LIMIT = 10_000_000


def reader_key(table: Table, name: str) -> str:
    """What decides, beside the bytes, how a file is read."""
    options = [declared_format(name), table.encoding, table.delimiter, table.header_row, table.sheet]
    return "|".join("" if one is None else str(one) for one in options)


def content_digest(raw: bytes, table: Table, name: str) -> str | None:
    """The digest of a file's content; None if it is no table, or cannot be read as one.

    ``table`` says how its resource is read, ``name`` what the file is called. A Git LFS pointer counts
    as the object that it names.
    """
    if raw.startswith(_POINTER):
        return digest_of(sorted(line for line in raw.decode("utf-8", "replace").splitlines() if "oid " in line))
    form = declared_format(name)
    if form not in TABLE_FORMATS or not raw:
        return None
    try:
        return _csv(raw, table, form) if form in {"csv", "tsv"} else _other(raw, table, name)
    except (Unreadable, csv.Error, UnicodeError, LookupError):
        return None


def _csv(raw: bytes, table: Table, form: str) -> str:
    """The direct way, as most files are small CSV and there are many versions of them."""
    encoding = "utf-8-sig" if table.encoding.lower().replace("_", "-") in {"utf-8", "utf8"} else table.encoding
    text = raw.decode(encoding)
    csv.field_size_limit(_CELL_LIMIT)
    delimiter = table.delimiter or ("\t" if form == "tsv" else ",")
    columns, rows = _records(text, delimiter, table.header_row)
    if len(columns) < 2:
        # Excel writes the list separator of its user's country.
        columns, rows = max((_records(text, one, table.header_row) for one in _DELIMITERS), key=lambda one: len(one[0]))
    return _digest(columns, rows)


def _records(text: str, delimiter: str, header_row: int) -> tuple[list[str], Iterator[list[str]]]:
    records = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    return next(islice(records, header_row - 1, None), []), records


def _other(raw: bytes, table: Table, name: str) -> str:
    with temporary_copy(raw, Path(name).suffix.lower()) as path:
        opened = open_raw(table, Part(name, path))
        rows = ([_cell(cell) for cell in row] for row in opened.rows)
        if opened.sheet is not None:
            return _digest(opened.labels, rows)
        # The order of an object's keys says nothing.
        order = sorted(range(len(opened.labels)), key=lambda index: opened.labels[index])
        labels = [opened.labels[index] for index in order]
        return _digest(labels, ([row[index] if index < len(row) else None for index in order] for row in rows))


def _cell(value: Any) -> Cell:
    # A day may be formatted as a day or as a day with its midnight.
    midnight = isinstance(value, datetime) and value.time() == time()
    return canonical(value.date() if midnight else value)


def _digest(labels: Sequence[str], rows: Iterable[Sequence[Cell]]) -> str:
    columns = [label.strip() for label in labels]
    while columns and not columns[-1]:
        columns.pop()
    width = len(columns)
    count = total = 0
    for row in rows:
        cells = [cell or None for cell in row]
        while len(cells) > width and cells[-1] is None:
            cells.pop()
        if any(cells):
            cells += [None] * (width - len(cells))
            count += 1
            total += row_hash(cells)
    return table_digest(columns, count, total)
