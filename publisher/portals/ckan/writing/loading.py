"""How a dataset's resources are shown: which tables are loaded after its files, which go before, and the views."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from pathlib import Path

from publisher.plan.model import Record
from publisher.portals.base import Tables
from publisher.portals.ckan.model import Found, Options, Rights, TableState, Wanted, WantedResource
from publisher.portals.ckan.tables.table import Table
from publisher.portals.ckan.tables.views import ensure_views, wanted_views
from publisher.portals.ckan.wire.transport import Transport
from publisher.portals.ckan.writing.files import Files
from publisher.portals.ckan.writing.revision import resources_in
from publisher.portals.ckan.writing.settle import remove

CSV = "csv"


def to_load(
    wanted: Wanted,
    record: Record,
    before: Mapping[str, TableState],
    found: Found | None,
    rights: Rights,
    options: Options,
    *,
    again: bool = False,
) -> tuple[WantedResource, ...]:
    """The resources whose table is not in the DataStore as it is to be, as far as the portal tells; and images and
    texts that have no view yet. With ``again`` all of them, since a look at the portal itself told otherwise.
    """
    package = found.package if found is not None else {}
    active = {str(one["id"]) for one in package.get("resources") or () if one.get("datastore_active")}
    records = {str(one["id"]): one for one in record.get("resources") or ()}

    def is_due(one: WantedResource) -> bool:
        state, described = before.get(one.id), records[one.of]
        if one.table:
            return options.tables and (again or one.id not in active or not _is_loaded(state, described))
        is_original = one.file is not None and one.file.source is not None
        is_new = again or state is None
        return is_original and is_new and bool(wanted_views(described, rights, options, table=False))

    return tuple(one for one in wanted.resources if is_due(one))


def going(wanted: Wanted, found: Found | None) -> tuple[str, ...]:
    """The resources of ours whose table git no longer has."""
    if found is None or found.applied is None:
        return ()
    ours, staying = resources_in(found.applied.fields), {one.id for one in wanted.resources if one.table}
    resources = found.package.get("resources") or ()
    loaded = {identity for identity, state in found.applied.tables.items() if state.in_datastore}
    tables = (str(one["id"]) for one in resources if one.get("datastore_active") or one["id"] in loaded)
    return tuple(one for one in tables if one in ours and one not in staying)


def empty_table(transport: Transport, rights: Rights, resource: str) -> None:
    """Remove all rows of a table, where there is one.

    The DataStore goes on giving the rows of a resource that was removed, to everybody, and from 2.11 on they cannot
    be deleted any more then (measured): so they go first.
    """
    if "datastore" not in rights.plugins:
        return
    table = Table(transport, resource)
    if table.info() is None:
        return
    if rights.version >= (2, 11):
        remove(transport, "datastore_records_delete", {"resource_id": resource, "filters": {}, "force": True})
    else:
        table.delete(table.row_ids(0))
        table.count()


def load_tables(
    transport: Transport,
    dataset: str,
    record: Record,
    resources: Collection[WantedResource],
    before: Mapping[str, TableState],
    files: Files,
    tables: Tables,
    folder: Path,
    rights: Rights,
    options: Options,
) -> dict[str, TableState]:
    """How these resources are shown, by the id of the resource, once their tables are loaded and their views made.

    Raises:
        SourceChanged: if a table's files are not what they were; CannotMake.
        OpendataError: what loading raises.
    """
    from publisher.portals.ckan.tables.datastore import load

    records = {str(one["id"]): one for one in record.get("resources") or ()}
    loaded: dict[str, TableState] = {}
    for one in resources:
        described, was = records[one.of], before.get(one.id)
        state = TableState("", "", 0)
        if one.table:
            csv = files.paths.get(one.id)
            if csv is None:
                csv = folder / f"table-{len(loaded)}.{CSV}"
                tables.derive(dataset, str(described["name"]), CSV, csv)
            state = load(transport, one.id, described, csv, was, options)
        known = was.views if was is not None else ()
        views = ensure_views(transport, one.id, described, rights, options, table=one.table, before=known)
        loaded[one.id] = replace(state, views=views)
    return loaded


def _is_loaded(state: TableState | None, resource: Record) -> bool:
    schema, rows = resource.get("schema_digest"), resource.get("digest")
    return state is not None and (state.schema, state.rows_digest) == (schema or "", rows or "")
