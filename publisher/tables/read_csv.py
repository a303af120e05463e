"""CSV and TSV files as rows of text cells, in bounded memory."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from publisher.problem import Problem
from publisher.tables.magic import looks_like
from publisher.tables.source import RawTable, Table, Unreadable

# A longer cell is a lost quote, not data; frictionless sets the same kind of limit on import.
_CELL_LIMIT = 10_000_000
_SEP = re.compile(r'"?sep=(.)"?\s*', re.IGNORECASE)
_DELIMITERS = {";": ";", "\t": "tab", "|": "|", ",": ","}


def open_csv(table: Table, file: str, path: Path, declared: str) -> RawTable:
    """A CSV or TSV file.

    Raises:
        Unreadable: wrong encoding, another delimiter, a ``sep=`` line, or no header.
    """
    delimiter = table.delimiter or ("\t" if declared == "tsv" else ",")
    records = _records(table, file, path, delimiter)
    labels: list[str] = []
    for _ in range(table.header_row):
        labels = next(records, [])
    if not any(label.strip() for label in labels) and next(records, None) is None:
        raise Unreadable(table.problem("table-empty", file))
    if table.header_row == 1 and _SEP.fullmatch(delimiter.join(labels)):
        raise Unreadable(table.problem("table-sep-line", file, 1))
    better = _better_delimiter(table, labels, delimiter)
    if better:
        raise Unreadable(
            table.problem("table-delimiter", file, table.header_row, found=_DELIMITERS[better], expected=delimiter)
        )
    return RawTable(labels, records, table.header_row + 1)


def _records(table: Table, file: str, path: Path, delimiter: str) -> Iterator[list[Any]]:
    csv.field_size_limit(_CELL_LIMIT)
    reader = None
    try:
        with path.open(encoding=_codec(table, file), newline="") as stream:
            reader = csv.reader(stream, delimiter=delimiter)
            yield from reader
    except UnicodeError as error:
        raise Unreadable(_encoding_problem(table, file, path)) from error
    except csv.Error as error:
        line = reader.line_num if reader else 1
        raise Unreadable(table.problem("table-csv-broken", file, line)) from error


def _codec(table: Table, file: str) -> str:
    name = table.encoding.lower().replace("_", "-")
    if name in {"utf-8", "utf8", "utf-8-sig"}:
        return "utf-8-sig"
    try:
        "".encode(name)
    except LookupError as error:
        raise Unreadable(table.problem("table-encoding-unknown", file, encoding=table.encoding)) from error
    return name


def _encoding_problem(table: Table, file: str, path: Path) -> Problem:
    line, sample = 1, b""
    with path.open("rb") as stream:
        for number, raw in enumerate(stream, 1):
            sample = raw if len(sample) > 60_000 else sample + raw
            try:
                raw.decode(table.encoding)
            except UnicodeError:
                line = number
                break
        sample += stream.read(4096)
    return table.problem("table-encoding", file, line, looks_like=looks_like(sample), expected=table.encoding.upper())


def _better_delimiter(table: Table, labels: list[str], delimiter: str) -> str | None:
    """The delimiter that would have split the header into the expected columns, if this one did not."""
    header = delimiter.join(labels)
    expected = {field["name"] for field in table.schema["fields"]} if table.schema else set()
    if (expected and set(labels) & expected) or (not expected and len(labels) > 1):
        return None
    for other in _DELIMITERS:
        split = [label.strip(' "') for label in header.split(other)]
        if other != delimiter and len(split) > 1 and (not expected or set(split) & expected):
            return other
    return None
