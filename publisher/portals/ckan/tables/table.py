"""A table of the DataStore: what stands in it, and the few ways of changing it."""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from ckanapi.errors import NotFound, ValidationError

from publisher.errors import Exit, OpendataError
from publisher.portals.ckan.tables.types import Column, Kind
from publisher.tables.model import Cell, Row

BATCH_ROWS, BATCH_BYTES = 5_000, 2_000_000
"""What goes into one call, which CKAN carries out in one transaction: some seconds of work for it."""
_PAGE_ROWS, _PAGE_BYTES = 20_000, 4_000_000
_FIRST_PAGE = 500
_IDS = 20_000

Info = Mapping[str, Any]


class Caller(Protocol):
    """The part of the transport that is needed here."""

    def call(self, action: str, data: Mapping[str, Any] | None = None) -> Any:
        """The result of an action."""


@dataclass(frozen=True, slots=True)
class Held:
    """A row as the portal holds it: its ``_id``, and its cells in the form that :meth:`Shape.same` gives."""

    id: int
    cells: Row


@dataclass(frozen=True, slots=True)
class Line:
    """A row of the file with its number there (the header is 1), and the ``_id`` of the row that it replaces."""

    number: int
    row: Row
    id: int | None = None


@dataclass(frozen=True, slots=True)
class Shape:
    """What a table is to be: its columns with the type that each has, and the ids of the key's columns."""

    columns: tuple[Column, ...]
    kinds: tuple[Kind, ...]
    key: tuple[str, ...]

    @property
    def ids(self) -> tuple[str, ...]:
        """The columns' names in the DataStore."""
        return tuple(column.id for column in self.columns)

    def fields(self, there: Sequence[str] = ()) -> list[dict[str, Any]]:
        """``fields`` for CKAN. Those that are there come first, in their order: CKAN 2.10 insists on it."""
        made = {
            column.id: {"id": column.id, "type": kind.name, "info": column.info(kind)}
            for column, kind in zip(self.columns, self.kinds, strict=True)
        }
        return [made[name] for name in dict.fromkeys([*there, *made]) if name in made]

    def same(self, row: Iterable[Cell]) -> Row:
        """The row in one form for equal values, whether it is ours or the portal's."""
        return tuple(None if not cell else kind.same(cell) for cell, kind in zip(row, self.kinds, strict=True))


def index_name(resource_id: str, key: Sequence[str]) -> str:
    """The name that CKAN gives to the unique index of a key (``_generate_index_name``)."""
    columns = ", ".join('"' + name.replace('"', '""') + '"' for name in key)
    return hashlib.sha1((resource_id + columns).encode()).hexdigest()


class Table:
    """The DataStore's table of a resource. Every call of the class may raise what the transport raises."""

    def __init__(self, transport: Caller, resource_id: str) -> None:
        self._transport = transport
        self.id = resource_id

    def info(self) -> Info | None:
        """``datastore_info``, None where there is no table: what is there, not what was asked for."""
        try:
            # CKAN 2.10 knows the parameter as id alone; later versions take both names.
            found: Info = self._transport.call("datastore_info", {"id": self.id})
        except NotFound:
            return None
        return found

    def drop(self) -> None:
        """Remove the table with its dictionary. Only for what cannot be changed in place."""
        try:
            self._transport.call("datastore_delete", {"resource_id": self.id, "force": True})
        except NotFound:
            return

    def shape(
        self,
        shape: Shape,
        there: Sequence[str] = (),
        lines: Sequence[Line] = (),
        *,
        keyed: bool = True,
        counted: bool = False,
    ) -> None:
        """Create the table or bring columns, dictionary and key to what they shall be, with first rows in the same
        transaction. CKAN then also marks the resource as ``datastore_active`` where it is not. ``counted`` is as in
        :meth:`count`; without rows CKAN counts none.
        """
        data = {"fields": shape.fields(there), "primary_key": list(shape.key) if keyed else []}
        self._write("datastore_create", {**data, "calculate_record_count": counted}, shape, lines)

    def insert(self, shape: Shape, lines: Sequence[Line], *, counted: bool = False) -> None:
        """Add rows."""
        if lines:
            self._write("datastore_upsert", {"method": "insert", "calculate_record_count": counted}, shape, lines)

    def update(self, shape: Shape, lines: Sequence[Line]) -> None:
        """Change rows by ``_id``.

        Not by key with ``upsert``: CKAN 2.12 then leaves the full text search at the old values.
        """
        if lines:
            self._write("datastore_upsert", {"method": "update", "calculate_record_count": False}, shape, lines)

    def delete(self, ids: Sequence[int]) -> None:
        """Remove rows by ``_id``; ``datastore_records_delete`` is not there on CKAN 2.10."""
        for start in range(0, len(ids), _IDS):
            filters = {"_id": list(ids[start : start + _IDS])}
            data = {"resource_id": self.id, "force": True, "filters": filters, "calculate_record_count": False}
            self._transport.call("datastore_delete", data)

    def count(self) -> None:
        """Let CKAN count the rows for its own use; no row is written."""
        data = {
            "resource_id": self.id,
            "force": True,
            "method": "insert",
            "records": [],
            "calculate_record_count": True,
        }
        self._transport.call("datastore_upsert", data)

    def rows(self, shape: Shape, start: int = 0) -> Iterator[Held]:
        """All rows in the order of their ``_id``, some megabytes at a time.

        As CSV: JSON would make floats of exact numbers.
        """
        for record in self._pages(shape.ids, start):
            yield Held(int(record[0]), shape.same(record[1:]))

    def row_ids(self, start: int) -> list[int]:
        """The ``_id`` of every row from a position on."""
        return [int(record[0]) for record in self._pages((), start)]

    def _pages(self, columns: Sequence[str], start: int) -> Iterator[list[str]]:
        limit = _FIRST_PAGE
        while True:
            query = {"fields": ["_id", *columns], "sort": "_id", "limit": limit, "offset": start}
            data = {"resource_id": self.id, "records_format": "csv", "include_total": False, **query}
            answer = self._transport.call("datastore_search", data)
            text = answer["records"] or ""
            records = list(csv.reader(io.StringIO(text, newline=""))) if text else []
            yield from records
            # A portal may allow fewer rows at once than were asked for, and says so.
            if len(records) < min(limit, answer.get("limit", limit)) or not records:
                return
            start += len(records)
            limit = min(_PAGE_ROWS, max(1, _PAGE_BYTES * len(records) // max(1, len(text))))

    def _write(self, action: str, data: Mapping[str, Any], shape: Shape, lines: Sequence[Line]) -> None:
        ids = shape.ids
        records: list[dict[str, Any]] = [
            {**({} if line.id is None else {"_id": line.id}), **dict(zip(ids, line.row, strict=True))} for line in lines
        ]
        whole = {"resource_id": self.id, "force": True, **data}
        if records:
            whole["records"] = records
        try:
            self._transport.call(action, whole)
        except ValidationError as error:
            raise refused(error.error_dict, shape, [line.number for line in lines]) from None


def batches(lines: Iterable[Line]) -> Iterator[list[Line]]:
    """Lines in portions for one call each."""
    batch: list[Line] = []
    size = 0
    for line in lines:
        batch.append(line)
        size += sum(len(cell) + 8 for cell in line.row if cell is not None)
        if len(batch) >= BATCH_ROWS or size >= BATCH_BYTES:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def refused(error: object, shape: Shape, numbers: Sequence[int]) -> OpendataError:
    """CKAN's refusal in words of ours: the rows and the column, and never what stands in a cell.

    CKAN says ``records_row`` only for changed rows truly; for new ones it is ever the last one of the call.
    """
    said = error if isinstance(error, dict) else {}
    text = str([said.get(key) for key in ("records", "data", "constraints")])
    if "unique" in text:
        return OpendataError("ckan-table-key-repeated", Exit.INCOMPLETE, key=", ".join(shape.key))
    if not numbers or said.keys() & {"fields", "field", "index", "primary_key"}:
        return OpendataError("ckan-table-columns-refused", Exit.INCOMPLETE)
    first, last = numbers[0], numbers[-1]
    column = next((column.name for column in shape.columns if f'column "{column.id}"' in text), None)
    if column is not None:
        return OpendataError("ckan-table-column-refused", Exit.INCOMPLETE, first=first, last=last, column=column)
    return OpendataError("ckan-table-refused", Exit.INCOMPLETE, first=first, last=last)
