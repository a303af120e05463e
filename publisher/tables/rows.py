"""The one reader of rows in canonical text, and the reader of the CSV that is made from them."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from typing import TextIO

from publisher.catalogue.model import Part, Resource
from publisher.tables.judge import columns_of, retyped
from publisher.tables.model import Row
from publisher.tables.opening import open_raw
from publisher.tables.source import Table, table_of


def read_rows(resource: Resource, part: Part | None = None) -> Iterator[Row]:
    """Rows of a resource, or of one of its files, in canonical text and in the order of the files.

    Columns are the schema's fields, or the file's labels where there is no schema. The table is
    expected to have been checked: rows with errors come as far as they could be typed.

    Raises:
        Unreadable: a file is no table.
    """
    table = table_of(resource)
    for one in table.parts if part is None else (part,):
        yield from _part_rows(table, one)


def read_columns(resource: Resource) -> tuple[str, ...]:
    """Names of the columns that :func:`read_rows` gives.

    Raises:
        Unreadable: the first file is no table.
    """
    return table_columns(table_of(resource))


def table_columns(table: Table) -> tuple[str, ...]:
    """As :func:`read_columns`, of a table."""
    if table.schema is not None:
        return tuple(field["name"] for field in table.schema["fields"])
    return columns_of(table, open_raw(table, table.parts[0]))


def table_rows(table: Table) -> tuple[Sequence[str], Iterator[Row]]:
    """Columns and rows of a table over all its files.

    Raises:
        Unreadable: a file is no table.
    """
    return table_columns(table), (row for part in table.parts for row in _part_rows(table, part))


def read_csv_rows(stream: TextIO) -> tuple[tuple[str, ...], Iterator[Row]]:
    """Columns and rows of a CSV made by :mod:`publisher.tables.convert`: an empty cell is a missing one."""
    reader = csv.reader(line.removeprefix("\ufeff") if number == 0 else line for number, line in enumerate(stream))
    columns = tuple(next(reader, []))
    return columns, (tuple(cell if cell != "" else None for cell in row) for row in reader)


def _part_rows(table: Table, part: Part) -> Iterator[Row]:
    return retyped(table, part, open_raw(table, part))
