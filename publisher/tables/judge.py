"""One data file judged by frictionless, row by row, from the cells that our readers give.

Frictionless sees the rows as inline data, so that every format is judged by one mechanism, and the
same pass that finds errors yields the rows in canonical text. Rows with which nothing is wrong are
told by its readers of cells alone, as long as there is no other one (:mod:`publisher.tables.plain_rows`).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from typing import Any, NamedTuple

from publisher.catalogue.model import Part
from publisher.messages import Term
from publisher.tables.canonical import canonical, writer
from publisher.tables.model import Row
from publisher.tables.opening import open_raw
from publisher.tables.pattern import is_costly
from publisher.tables.plain_rows import UNUSABLE, plain_rows
from publisher.tables.schema import lower_data, text_schema
from publisher.tables.source import RawTable, Table, Unreadable, column_letter

_HEADER_WITHIN = 30

Watch = Callable[[Sequence[Any]], None]


class Judged(NamedTuple):
    """A row: its number in the file or sheet, its canonical cells, frictionless's errors, and the cells as read."""

    line: int
    cells: Row
    errors: Sequence[Any]
    raw: Sequence[Any]


@dataclass(frozen=True)
class Judgement:
    """A file being judged: ``header_errors`` are frictionless's; ``rows`` is empty where there are some."""

    columns: tuple[str, ...]
    header_errors: tuple[Any, ...]
    rows: Iterator[Judged]
    header_at: int | None = None
    """Where the header seems to be instead, if it is further down."""


def columns_of(table: Table, raw: RawTable) -> tuple[str, ...]:
    """The columns' names: the schema's, else the labels with blank and repeated ones made distinct."""
    if table.schema is not None:
        return tuple(field["name"] for field in table.schema["fields"])
    names: list[str] = []
    for index, label in enumerate(raw.labels):
        name = label.strip() or column_letter(index)
        while name in names:
            name = f"{name} ({column_letter(index)})"
        names.append(name)
    return tuple(names)


def make_schema(table: Table) -> Any:
    """The schema as frictionless's object, without foreign keys, which are judged over all files.

    Raises:
        Unreadable: frictionless does not accept the schema, or a pattern of it could run for ever.
    """
    from frictionless import FrictionlessException

    assert table.schema is not None
    for field in table.schema["fields"]:
        if is_costly(str(field.get("constraints", {}).get("pattern", ""))):
            place = (table.schema_file, table.schema_line)
            raise Unreadable(table.problem("schema-pattern-costly", *place, field=field["name"]))
    lowered = {k: v for k, v in lower_data(table.schema, table.languages).items() if k != "foreignKeys"}
    try:
        return _compiled(json.dumps(lowered))
    except (FrictionlessException, ValueError, TypeError, ArithmeticError) as error:
        reason = _reason(error) if isinstance(error, FrictionlessException) else type(error).__name__
        raise Unreadable(
            table.problem("table-schema-invalid", table.schema_file, table.schema_line, reason=reason)
        ) from error


@lru_cache(maxsize=64)
def _compiled(lowered: str) -> Any:
    """A plain Table Schema as frictionless's object, made once for all tables that share it."""
    from frictionless import Schema

    schema = Schema.from_descriptor(json.loads(lowered))
    for field in schema.fields:
        field.create_cell_reader()
    return schema


def judge(table: Table, part: Part, raw: RawTable, schema: Any = None, watch: Sequence[Watch] = ()) -> Judgement:
    """Judge a file. ``watch`` sees every row of cells as read, whether the file is valid or not.

    The iterator raises :class:`Unreadable` where the file breaks off.
    """
    columns = columns_of(table, raw)
    # Frictionless compares labels without the white space around them, which no name of a column has then.
    plain = tuple(raw.labels) == columns and all(one and one == one.strip() for one in columns)
    if table.schema is None or not plain:
        return _by_frictionless(table, part, raw, schema, watch)
    schema = make_schema(table) if schema is None else schema
    return Judgement(columns, (), _plain_first(table, part, raw, schema, watch))


def _plain_first(table: Table, part: Part, raw: RawTable, schema: Any, watch: Sequence[Watch]) -> Iterator[Judged]:
    """The rows: those that are plainly right, then what frictionless says of the others."""
    feed = _Feed(raw, raw.labels, [field.type for field in schema.fields], watch)
    right = 0
    for cells, given in plain_rows(islice(feed(), 1, None), schema):
        yield Judged(raw.first + right, cells, (), given)
        right += 1
    if feed.failure is not None:
        raise feed.failure
    if right == feed.count:
        return
    if isinstance(raw.rows, Generator):
        raw.rows.close()  # which may hold a whole workbook
    # Frictionless has to know the rows before: a key of theirs may come again.
    again = _by_frictionless(table, part, open_raw(table, part), schema, watch, seen=feed.count)
    if again.header_errors:
        reason = Term("the file changed while it was read")
        raise Unreadable(table.problem("table-unreadable", part.file, reason=reason))
    yield from islice(again.rows, right, None)


def _by_frictionless(
    table: Table, part: Part, raw: RawTable, schema: Any, watch: Sequence[Watch], *, seen: int = 0
) -> Judgement:
    """All of a file judged by frictionless; ``seen`` is how many rows have been watched already."""
    from frictionless import Dialect, Schema
    from frictionless.resources import TableResource

    columns = columns_of(table, raw)
    fields: Sequence[Mapping[str, Any]] = table.schema["fields"] if table.schema else ()
    if schema is None:
        schema = make_schema(table) if table.schema else Schema.from_descriptor(text_schema(columns))
    feed = _Feed(raw, raw.labels if table.schema else columns, [field["type"] for field in fields], watch, seen)
    # Where nothing is said of the header, frictionless guesses its row from the widths of the rows.
    dialect = Dialect(header=True, header_rows=[1])
    resource = TableResource(name="table", data=feed, schema=schema, dialect=dialect)
    resource.open()
    errors = tuple(resource.header.errors)
    if feed.failure is not None:
        resource.close()
        raise feed.failure
    if errors:
        found = None
        for index, cells in enumerate(resource.cell_stream):
            if index and index < _HEADER_WITHIN and found is None and set(columns) <= {str(cell) for cell in cells}:
                found = raw.first - 1 + index
        resource.close()
        if feed.failure is not None:
            raise feed.failure
        return Judgement(columns, errors, iter(()), found)
    return Judgement(columns, (), _rows(table, part, raw, feed, resource, fields))


def _rows(
    table: Table, part: Part, raw: RawTable, feed: _Feed, resource: Any, fields: Sequence[Mapping[str, Any]]
) -> Iterator[Judged]:
    writers = [writer(field["type"]) for field in fields] or None
    offset = raw.first - 2
    line = raw.first - 1
    with resource:
        try:
            for row in resource.row_stream:
                values = row.values()
                cells = (
                    map(canonical, values) if writers is None else (w(v) for w, v in zip(writers, values, strict=True))
                )
                line = row.row_number + offset
                yield Judged(line, tuple(cells), row.errors, row.cells)
        except UNUSABLE as error:
            raise _unusable(table, part, raw, line + 1) from error
    if feed.failure is not None:
        raise feed.failure


def retyped(table: Table, part: Part, raw: RawTable) -> Iterator[Row]:
    """Rows of a file that was judged before, in canonical text: typed by frictionless's readers, not judged again.

    Raises:
        Unreadable: where the file breaks off.
    """
    columns = columns_of(table, raw)
    if table.schema is None or tuple(raw.labels) != columns:
        yield from (row.cells for row in judge(table, part, raw).rows)
        return
    fields = make_schema(table).fields
    readers = [(field.create_cell_reader(), writer(field.type)) for field in fields]
    feed = _Feed(raw, columns, [field.type for field in fields], ())
    line = raw.first - 1
    try:
        for cells in islice(feed(), 1, None):
            line += 1
            filled = [*cells, *[None] * (len(readers) - len(cells))]
            yield tuple(write(read(cell)[0]) for (read, write), cell in zip(readers, filled, strict=False))
    except UNUSABLE as error:
        raise _unusable(table, part, raw, line) from error
    if feed.failure is not None:
        raise feed.failure


def _unusable(table: Table, part: Part, raw: RawTable, line: int) -> Unreadable:
    """A cell that frictionless fails on."""
    return Unreadable(table.problem("table-cell-unusable", part.file, line, sheet=raw.sheet))


class _Feed:
    """The rows for frictionless. A failure is kept, as frictionless would hide it in an error of its own."""

    def __init__(
        self, raw: RawTable, header: Sequence[str], types: Sequence[str], watch: Sequence[Watch], seen: int = 0
    ) -> None:
        self.raw = raw
        self.header = list(header)
        self.types = types if raw.sheet is not None else ()
        self.watch = watch
        self.seen = seen
        self.count = 0
        self.failure: Unreadable | None = None

    def __call__(self) -> Iterator[list[Any]]:
        yield self.header
        try:
            for cells in self.raw.rows:
                self.count += 1
                for see in self.watch if self.count > self.seen else ():
                    see(cells)
                yield self._adapted(cells) if self.types else cells
        except Unreadable as failure:
            self.failure = failure

    def _adapted(self, cells: list[Any]) -> list[Any]:
        from publisher.tables.read_sheet import adapt

        types = [*self.types, *["any"] * (len(cells) - len(self.types))]
        return [cell if cell is None else adapt(cell, kind) for cell, kind in zip(cells, types, strict=False)]


def _reason(error: Any) -> str:
    reasons = error.reasons or [error.error]
    return "; ".join(str(one.note or one.type) for one in reasons)[:300]
