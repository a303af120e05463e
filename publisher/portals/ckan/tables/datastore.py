"""Tables in CKAN's DataStore: typed, with a dictionary, and never empty while they are loaded.

docs/ckan-datastore.md says what a reader sees meanwhile.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from publisher.errors import Exit, OpendataError
from publisher.messages import Term
from publisher.plan.model import Record
from publisher.portals.ckan.model import Options, TableState
from publisher.portals.ckan.tables.compare import Lines, beside, by_key, by_position
from publisher.portals.ckan.tables.table import Caller, Info, Line, Shape, Table, batches, index_name
from publisher.portals.ckan.tables.types import Column, Kind, columns_of, survey
from publisher.portals.ckan.wire.transport import Unsettled
from publisher.tables.rows import read_csv_rows
from publisher.tables.schema import key_columns

_TRIES = 3


def load(
    transport: Caller, resource_id: str, resource: Record, csv: Path, before: TableState | None, options: Options
) -> TableState:
    """Bring a resource's table in the DataStore to the rows of a CSV in canonical text; what stands there then.

    Only what is different is written, whatever was there: nothing, half of it after an interruption, or what others
    made of it. A table that differs in types, or has columns that are no more, is removed and made anew: the plan has
    asked for consent. What was written is read back; a table that is still different is compared and repaired once
    more.

    Raises:
        OpendataError: ``ckan-table-refused``, ``ckan-table-column-refused``, ``ckan-table-columns-refused``,
            ``ckan-table-key-repeated``, ``ckan-table-type-too-narrow``, ``ckan-table-character``,
            ``ckan-table-mismatch``, ``ckan-table-unsettled``; what the transport raises.
        ckanapi.errors.CKANAPIError: the resource is not there, or we may not write to it.
    """
    columns = columns_of(resource, _header(csv), options.languages[0])
    shape, rows = _survey(columns, _key(resource, columns), csv)
    table = Table(transport, resource_id)
    code, seen = "", Term("")
    for _ in range(_TRIES):
        try:
            stored = _bring(table, shape, lambda: _lines(csv))
        except Unsettled as unsettled:
            code, seen = "ckan-table-unsettled", Term(unsettled.seen)
            continue
        wrong = difference(table.info(), stored, resource_id, rows)
        if wrong is None:
            views = before.views if before else ()
            return TableState(resource.get("schema_digest", ""), resource.get("digest", ""), rows, views)
        code, seen = "ckan-table-mismatch", Term(f"table {wrong}")
    raise OpendataError(code, Exit.INCOMPLETE, resource=resource.get("name", resource_id), seen=seen)


def differs(transport: Caller, resource_id: str, state: TableState, resource: Record, options: Options) -> str | None:
    """In what the table differs from what we last applied, by reading what is there: one of :data:`DIFFERENCES`, or
    None.

    Raises:
        OpendataError, ckanapi.errors.CKANAPIError: it cannot be read.
    """
    columns = columns_of(resource, resource.get("columns", ()), options.languages[0])
    info = Table(transport, resource_id).info()
    if info is None:
        return "absent"
    there = {field["id"]: field for field in info["fields"]}
    kinds = tuple(_kind(column, there.get(column.id, {})) for column in columns)
    return difference(info, Shape(columns, kinds, _key(resource, columns)), resource_id, state.rows)


DIFFERENCES = ("absent", "columns", "types", "key", "dictionary", "rows")


def difference(info: Info | None, shape: Shape, resource_id: str, rows: int) -> str | None:
    """The first of :data:`DIFFERENCES` that there is between a table and what it is to be."""
    if info is None:
        return "absent"
    there = {field["id"]: field for field in info["fields"]}
    if set(there) != set(shape.ids):
        return "columns"
    wanted = list(zip(shape.ids, shape.kinds, shape.columns, strict=True))
    if any(there[name]["type"] != kind.name for name, kind, _ in wanted):
        return "types"
    index = index_name(resource_id, shape.key)
    if any((there[name].get("schema") or {}).get("index_name") != index for name in shape.key):
        return "key"
    if any(not column.info(kind).items() <= (there[name].get("info") or {}).items() for name, kind, column in wanted):
        return "dictionary"
    return None if info["meta"]["count"] == rows else "rows"


def _kind(column: Column, field: Info) -> Kind:
    """What a column is to be where its cells are not known: a wider type only if our dictionary says that it is one."""
    found = column.kind(field.get("type", ""))
    said = field.get("info") or {}
    return found if found is not None and column.info(found).items() <= said.items() else column.kinds[0]


def _bring(table: Table, needed: Shape, lines: Lines) -> Shape:
    """Bring the table to the rows, and say what it is like then."""
    info = table.info()
    there = {field["id"]: field for field in info["fields"]} if info else {}
    shape = _stored(needed, there)
    types = dict(zip(shape.ids, (kind.name for kind in shape.kinds), strict=True))
    if info is not None and any(types.get(name) != found["type"] for name, found in there.items()):
        # CKAN changes no type in place, and 2.10 removes no column.
        table.drop()
        info, shape = None, needed
    if info is None:
        changed = _create(table, shape, lines)
    elif _reshaped(table, shape, list(there)):
        changed = by_key(table, shape, lines) if shape.key else by_position(table, shape, lines)
    else:
        changed = beside(table, shape, lines)
        table.shape(shape, list(there))
    if changed:
        table.count()
    return shape


def _stored(needed: Shape, there: Mapping[str, Info]) -> Shape:
    kinds: list[Kind] = []
    for column, kind in zip(needed.columns, needed.kinds, strict=True):
        stored = column.stored(kind, there.get(column.id))
        if stored is None:
            params = {"column": column.name, "type": there[column.id]["type"]}
            raise OpendataError("ckan-table-type-too-narrow", Exit.INCOMPLETE, **params)
        kinds.append(stored)
    return replace(needed, kinds=tuple(kinds))


def _create(table: Table, shape: Shape, lines: Lines) -> bool:
    """The table with its first rows in one transaction, so that it never stands there empty."""
    portions = batches(lines())
    table.shape(shape, (), next(portions, []))
    for batch in portions:
        table.insert(shape, batch)
    return True


def _reshaped(table: Table, shape: Shape, there: Sequence[str]) -> bool:
    """Columns, dictionary and key as they shall be; False, and no key, where the rows there repeat the new one."""
    try:
        table.shape(shape, there)
    except OpendataError as error:
        if error.code != "ckan-table-key-repeated":
            raise
        table.shape(shape, there, keyed=False)
        return False
    return True


def _key(resource: Record, columns: Sequence[Column]) -> tuple[str, ...]:
    ids = {column.name: column.id for column in columns}
    key = key_columns(resource.get("schema", {}))
    return tuple(ids[name] for name in key) if all(name in ids for name in key) else ()


def _survey(columns: Sequence[Column], key: tuple[str, ...], csv: Path) -> tuple[Shape, int]:
    kinds, rows = survey(columns, (_storable(line, columns).row for line in _lines(csv)))
    return Shape(tuple(columns), kinds, key), rows


def _storable(line: Line, columns: Sequence[Column]) -> Line:
    # PostgreSQL has no text with this character, and CKAN answers 500.
    for cell, column in zip(line.row, columns, strict=True):
        if cell is not None and "\x00" in cell:
            raise OpendataError("ckan-table-character", Exit.INCOMPLETE, row=line.number, column=column.name)
    return line


def _header(csv: Path) -> tuple[str, ...]:
    with csv.open(encoding="utf-8", newline="") as stream:
        return read_csv_rows(stream)[0]


def _lines(csv: Path) -> Iterator[Line]:
    with csv.open(encoding="utf-8", newline="") as stream:
        for number, row in enumerate(read_csv_rows(stream)[1], 2):
            yield Line(number, row)
