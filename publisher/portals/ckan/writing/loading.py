"""How a dataset's resources are shown: which tables are loaded, which go before, and the views."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from ckanapi.errors import CKANAPIError

from publisher.errors import OpendataError
from publisher.plan.model import Desired
from publisher.portals.base import Tables
from publisher.portals.ckan.model import Found, Options, Package, Rights, TableState, Wanted, WantedResource
from publisher.portals.ckan.tables.datastore import load
from publisher.portals.ckan.tables.table import Table
from publisher.portals.ckan.tables.views import ensure_views, wanted_views
from publisher.portals.ckan.wire.transport import Transport, Unsettled
from publisher.portals.ckan.writing.files import Files
from publisher.portals.ckan.writing.revision import TABLE, resources_in
from publisher.portals.ckan.writing.settle import remove

CSV = "csv"


@dataclass(frozen=True)
class Loader:
    """Loads tables into one portal's DataStore, and lets resources have views."""

    transport: Transport
    tables: Tables
    rights: Rights
    options: Options

    def due(
        self,
        wanted: Wanted,
        desired: Desired,
        before: Mapping[str, TableState],
        found: Found | None,
        *,
        again: bool = False,
    ) -> tuple[WantedResource, ...]:
        """The resources whose table is not in the DataStore as it is to be, as far as the portal tells; and images and
        texts that have no view yet. With ``again`` all of them, since a look at the portal itself told otherwise.
        """
        active = _active_in(found.package) if found is not None else frozenset()
        records = {str(one["id"]): one for one in desired.record.get("resources") or ()}

        def is_due(one: WantedResource) -> bool:
            state, described = before.get(one.id), records[one.of]
            if one.table:
                digests = (described.get("schema_digest") or "", described.get("digest") or "")
                is_loaded = state is not None and (state.schema, state.rows_digest) == digests
                return self.options.tables and (again or one.id not in active or not is_loaded)
            is_original = one.file is not None and one.file.source is not None
            is_new = again or state is None
            return is_original and is_new and bool(wanted_views(described, self.rights, self.options, table=False))

        return tuple(one for one in wanted.resources if is_due(one))

    def empty_going(self, wanted: Wanted, found: Found) -> None:
        """Empty the tables of ours that git no longer has."""
        for identity in _going(wanted, found):
            empty_table(self.transport, self.rights, identity)

    def load(
        self,
        desired: Desired,
        resources: Collection[WantedResource],
        before: Mapping[str, TableState],
        files: Files,
        folder: Path,
        *,
        new: bool = False,
    ) -> dict[str, TableState]:
        """How these resources are shown, by the id of the resource, once their tables are loaded and their views made.
        ``new`` says that the dataset was made just now.

        Raises:
            SourceChanged: if a table's files are not what they were; CannotMake.
            OpendataError: what loading raises.
        """
        records = {str(one["id"]): one for one in desired.record.get("resources") or ()}
        loaded: dict[str, TableState] = {}
        for one in resources:
            described, was = records[one.of], before.get(one.id)
            state = TableState("", "", 0)
            if one.table:
                csv = files.paths.get(one.id)
                if csv is None:
                    csv = folder / f"table-{len(loaded)}.{CSV}"
                    self.tables.derive(desired.subject.name, str(described["name"]), CSV, csv)
                state = load(self.transport, one.id, described, csv, was, self.options, new=new)
            views = ensure_views(
                self.transport,
                one.id,
                described,
                self.rights,
                self.options,
                table=one.table,
                before=was.views if was is not None else (),
                new=new,
            )
            loaded[one.id] = replace(state, views=views)
        return loaded

    def load_draft(
        self, draft: Package, desired: Desired, resources: Collection[WantedResource], files: Files, folder: Path
    ) -> dict[str, TableState] | None:
        """As :meth:`load`, of a dataset made just now that nobody sees yet. None if nothing is to be loaded, or it is
        better done once the files are there: what goes wrong is then told, and the files are for everybody all the
        same.
        """
        if not resources or not draft.get("private"):
            return None
        try:
            return self.load(desired, resources, {}, files, folder, new=True)
        except (OpendataError, CKANAPIError, Unsettled):
            return None


def _active_in(package: Package) -> frozenset[str]:
    """The ids of the resources that are noted to have a table in the DataStore."""
    return frozenset(str(one["id"]) for one in package.get("resources") or () if one.get(TABLE))


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


def _going(wanted: Wanted, found: Found) -> Iterator[str]:
    if found.applied is None:
        return
    ours, staying = resources_in(found.applied.fields), {one.id for one in wanted.resources if one.table}
    loaded = {identity for identity, state in found.applied.tables.items() if state.in_datastore}
    held = _active_in(found.package)
    for one in found.package.get("resources") or ():
        identity = str(one["id"])
        if identity in ours and identity not in staying and identity in held | loaded:
            yield identity
