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
    transport: Caller,
    resource_id: str,
    resource: Record,
    csv: Path,
    before: TableState | None,
    options: Options,
    *,
    new: bool = False,
) -> TableState:
    """Bring a resource's table in the DataStore to the rows of a CSV in canonical text; what stands there then.
    ``new`` says that the resource was made just now: that it has no table is proved by what is read back, and not
    asked before.

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
    for attempt in range(_TRIES):
        guessed = new and attempt == 0
        try:
            stored = _bring(table, None if guessed else table.info(), shape, lambda: _lines(csv))
        except Unsettled as unsettled:
            code, seen = "ckan-table-unsettled", Term(unsettled.seen)
            continue
        except OpendataError:
            if not guessed:
                raise
            continue  # CKAN keeps the table of a resource that was purged: looked at, it is changed in place
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


def _bring(table: Table, info: Info | None, needed: Shape, lines: Lines) -> Shape:
    """Bring the table, of which ``info`` tells, to the rows, and say what it is like then."""
    there = {field["id"]: field for field in info["fields"]} if info else {}
    shape = _stored(needed, there)
    types = dict(zip(shape.ids, (kind.name for kind in shape.kinds), strict=True))
    if info is not None and any(types.get(name) != found["type"] for name, found in there.items()):
        # CKAN changes no type in place, and 2.10 removes no column.
        table.drop()
        info, shape = None, needed
    if info is None:
        uncounted = not _created(table, shape, lines)
    elif _is_shaped(info, shape, table.id) or _reshaped(table, shape, list(there)):
        uncounted = by_key(table, shape, lines) if shape.key else by_position(table, shape, lines)
    else:
        uncounted = beside(table, shape, lines)
        table.shape(shape, list(there))
    if uncounted:
        table.count()
    return shape


def _is_shaped(info: Info, shape: Shape, resource_id: str) -> bool:
    """Whether a table has the columns, dictionary and key that it shall have, and no other key, as far as can be told:
    CKAN names the index of a column and not what it is for.
    """
    others = (field for field in info["fields"] if field["id"] not in shape.key)
    indexed = any((field.get("schema") or {}).get("is_index") for field in others)
    return not indexed and difference(info, shape, resource_id, 0) in {None, "rows"}


def _stored(needed: Shape, there: Mapping[str, Info]) -> Shape:
    kinds: list[Kind] = []
    for column, kind in zip(needed.columns, needed.kinds, strict=True):
        stored = column.stored(kind, there.get(column.id))
        if stored is None:
            params = {"column": column.name, "type": there[column.id]["type"]}
            raise OpendataError("ckan-table-type-too-narrow", Exit.INCOMPLETE, **params)
        kinds.append(stored)
    return replace(needed, kinds=tuple(kinds))


def _created(table: Table, shape: Shape, lines: Lines) -> bool:
    """Make the table with its first rows in one transaction, so that it never stands there empty. Whether CKAN has
    counted its rows.
    """
    portions = batches(lines())
    first, following = next(portions, []), next(portions, None)
    table.shape(shape, (), first, counted=following is None)
    while following is not None:
        batch, following = following, next(portions, None)
        table.insert(shape, batch, counted=following is None)
    return bool(first)


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
