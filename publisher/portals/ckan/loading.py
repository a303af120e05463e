"""Tables of a dataset brought into the DataStore after its files: which of them, and from which CSV."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from pathlib import Path

from publisher.plan.model import Record
from publisher.portals.base import Tables
from publisher.portals.ckan.files import Files
from publisher.portals.ckan.model import Found, Options, Rights, TableState, Wanted, WantedResource
from publisher.portals.ckan.transport import Transport

CSV = "csv"


def to_load(
    wanted: Wanted, record: Record, before: Mapping[str, TableState], found: Found | None, options: Options
) -> tuple[WantedResource, ...]:
    """The resources whose table is not in the DataStore as it is to be, as far as the portal tells."""
    if not options.tables:
        return ()
    package = found.package if found is not None else {}
    active = {str(one["id"]) for one in package.get("resources") or () if one.get("datastore_active")}
    records = {str(one["id"]): one for one in record.get("resources") or ()}
    return tuple(
        one
        for one in wanted.resources
        if one.table and (one.id not in active or not _is_loaded(before.get(one.id), records[one.of]))
    )


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
    """What stands in the DataStore by the id of the resource, once these tables are loaded.

    Raises:
        SourceChanged: if a table's files are not what they were; CannotMake.
        OpendataError: what loading raises.
    """
    from publisher.portals.ckan.datastore import load
    from publisher.portals.ckan.views import ensure_views

    records = {str(one["id"]): one for one in record.get("resources") or ()}
    loaded: dict[str, TableState] = {}
    for one in resources:
        described = records[one.of]
        csv = files.paths.get(one.id)
        if csv is None:
            csv = folder / f"table-{len(loaded)}.{CSV}"
            tables.derive(dataset, str(described["name"]), CSV, csv)
        state = load(transport, one.id, described, csv, before.get(one.id), options)
        loaded[one.id] = replace(state, views=tuple(ensure_views(transport, one.id, described, rights, options)))
    return loaded


def _is_loaded(state: TableState | None, resource: Record) -> bool:
    schema, rows = resource.get("schema_digest"), resource.get("digest")
    return state is not None and (state.schema, state.rows_digest) == (schema or "", rows or "")
