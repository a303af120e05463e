"""What is told of a table, gathered row by row in bounded memory."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from publisher.catalogue.model import Chart
from publisher.tables.canonical import row_hash, table_digest
from publisher.tables.model import EXCEL_TEXT, PartFacts, Row, TableFacts

PREVIEW = 50
POINTS = 500
PERIODS = 2_000
_DATED = frozenset({"date", "datetime", "year", "yearmonth"})
_YEAR = r"(?:19|20)\d\d"
_PERIOD = re.compile(
    rf"{_YEAR}(?:-(?:Q[1-4]|H[12]|S[12]|W[0-5]\d|(?:0[1-9]|1[0-2])(?:-(?:0[1-9]|[12]\d|3[01]))?|{_YEAR}))?"
)


class Periods:
    """The distinct values of one period-like column; gives up at the first text that is no period."""

    def __init__(self, dated: bool) -> None:
        self.dated = dated
        self.alive = True
        self.values: set[str] = set()
        self.latest = ""

    def add(self, cell: str) -> None:
        """Take in one value."""
        if cell in self.values:
            return
        if not self.dated and not _PERIOD.fullmatch(cell):
            self.alive = False
            self.values.clear()
            return
        self.latest = max(self.latest, cell)
        self.values.add(cell)
        if len(self.values) > 2 * PERIODS:
            self.values = set(sorted(self.values)[-PERIODS:])


class Gatherer:
    """Gathers the facts of a table over all its files.

    The digest adds the SHA-256 of every row modulo 2^256, so that the order of rows does not matter
    and none has to be kept; with the number of rows and the columns it is hashed once more.
    """

    def __init__(self, columns: Sequence[str], types: Mapping[str, str], chart: Chart | None) -> None:
        self.columns = tuple(columns)
        self.rows = 0
        self.sum = 0
        self.oversized = False
        self.preview: list[Row] = []
        self.missing = [0] * len(self.columns)
        self.points: list[tuple[str, str, str]] = []
        kinds = [types.get(name, "any") for name in self.columns]
        self._periods = {
            index: Periods(kind in _DATED)
            for index, kind in enumerate(kinds)
            if kind in _DATED or kind in {"string", "any"}
        }
        self._chart = self._indexes(chart)

    def add(self, row: Row) -> None:
        """Take in one row."""
        self.rows += 1
        self.sum += row_hash(row)
        if not self.oversized:
            self.oversized = any(cell is not None and len(cell) > EXCEL_TEXT for cell in row)
        if len(self.preview) < PREVIEW:
            self.preview.append(row)
        if None in row:
            for index, cell in enumerate(row):
                if cell is None:
                    self.missing[index] += 1
        stopped = []
        for index, periods in self._periods.items():
            cell = row[index]
            if cell is not None:
                periods.add(cell)
                if not periods.alive:
                    stopped.append(index)
        for index in stopped:
            del self._periods[index]
        if self._chart is not None and len(self.points) < POINTS:
            self._point(row, *self._chart)

    def facts(self, form: str, parts: Sequence[PartFacts], keys: Sequence[str]) -> TableFacts:
        """The facts of all rows so far."""
        known = {self.columns[index]: p for index, p in self._periods.items() if p.values}
        return TableFacts(
            form,
            tuple(parts),
            self.columns,
            self.rows,
            table_digest(self.columns, self.rows, self.sum),
            tuple(self.preview),
            {name: p.latest for name, p in known.items()},
            {name: tuple(sorted(p.values)[-PERIODS:]) for name, p in known.items()},
            {name: count for name, count in zip(self.columns, self.missing, strict=True) if count},
            tuple(keys),
            tuple(self.points),
            self.oversized,
        )

    def _indexes(self, chart: Chart | None) -> tuple[int, int | None, int] | None:
        if chart is None:
            return None
        wanted = [chart.x, chart.y, *([chart.series] if chart.series else [])]
        if not set(wanted) <= set(self.columns):
            return None
        series = self.columns.index(chart.series) if chart.series else None
        return self.columns.index(chart.x), series, self.columns.index(chart.y)

    def _point(self, row: Row, x: int, series: int | None, y: int) -> None:
        at, value = row[x], row[y]
        if at is not None and value is not None:
            self.points.append((at, (row[series] or "") if series is not None else "", value))
