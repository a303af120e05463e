"""What is known of a table once it is checked. Plain data, so that it can be cached and published."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from publisher.problem import Problem

EXCEL_ROWS = 1_048_576
"""Rows of a sheet, with its header."""
EXCEL_TEXT = 32_767
"""Characters of a cell. Source of both: "Excel specifications and limits"."""

Cell = str | None
Row = tuple[Cell, ...]
"""A row in canonical text: numbers as plain decimals, dates in ISO 8601, booleans true/false, None for missing."""


@dataclass(frozen=True, slots=True)
class PartFacts:
    """One data file: its bytes and, where it is a table, its rows."""

    file: str
    sha256: str
    bytes: int
    period: str | None = None
    rows: int | None = None
    sheet: str | None = None


@dataclass(frozen=True, slots=True)
class TableFacts:
    """A resource's data over all its parts.

    ``format`` is what the bytes are (``csv``, ``xlsx``, ``json``, ``jsonl``, ``parquet``, ``tsv``, ``pdf``, ...).
    For a file that is no table, ``columns`` is empty and ``rows`` None. ``digest`` is the canonical
    content hash: equal for equal rows whatever their order, line ends, quoting or file format.
    ``preview`` holds the first 50 rows. ``latest`` gives the greatest value of each column of type
    date, datetime, year, yearmonth, or of period-like text (``2023-Q1``); ``periods`` their distinct values (at most
    2,000). ``missing`` counts empty cells by column. ``keys`` are the primary key's columns.
    ``points`` are (x, series, y) of the chart that the resource asks for, at most 500. ``oversized`` tells
    whether a cell is longer than a cell of Excel.
    """

    format: str
    parts: tuple[PartFacts, ...]
    columns: tuple[str, ...] = ()
    rows: int | None = None
    digest: str = ""
    preview: tuple[Row, ...] = ()
    latest: Mapping[str, str] = field(default_factory=dict)
    periods: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    missing: Mapping[str, int] = field(default_factory=dict)
    keys: tuple[str, ...] = ()
    points: tuple[tuple[str, str, str], ...] = ()
    oversized: bool = False

    @property
    def fits_excel(self) -> bool:
        """Whether one sheet of Excel holds the whole table."""
        return (self.rows or 0) < EXCEL_ROWS and not self.oversized


@dataclass(frozen=True, slots=True)
class CheckedTable:
    """The outcome of checking one resource: facts if it could be read, and its problems."""

    dataset: str
    resource: str
    facts: TableFacts | None
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class TableChange:
    """What changed in a table between two versions, in numbers and names.

    Rows are told apart by the primary key where there is one, else by their whole content (then
    ``changed`` is 0); where ``by_row`` is false they were only counted. ``emptied`` are columns that had values and
    have none now. A change is breaking if a column was removed or its type narrowed, or the key changed.
    """

    resource: str
    added: int = 0
    removed: int = 0
    changed: int = 0
    rows_before: int = 0
    rows_after: int = 0
    columns_added: tuple[str, ...] = ()
    columns_removed: tuple[str, ...] = ()
    types_changed: tuple[str, ...] = ()
    key_changed: bool = False
    emptied: tuple[str, ...] = ()
    breaking: bool = False
    by_row: bool = True
