"""A dataset's bytes off a CKAN portal: files overwritten by a notice, tables emptied, views and history removed.

A file is overwritten rather than removed: CKAN leaves the bytes of a removed resource on its disk, and the notice
answers at the old address. Nothing is kept of what goes: it goes because nobody shall have it.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ckanapi.errors import CKANAPIError, NotAuthorized, NotFound

from publisher.errors import Exit, OpendataError
from publisher.plan.model import Record
from publisher.portals.base import Leftover
from publisher.portals.ckan.model import Applied, Found, Package, Rights, Wanted, WantedResource
from publisher.portals.ckan.notes import marker
from publisher.portals.ckan.tables.table import Table
from publisher.portals.ckan.wire.transport import Transport
from publisher.portals.ckan.writing.files import same_file
from publisher.portals.ckan.writing.loading import empty_table
from publisher.portals.ckan.writing.revision import resources_in, revision
from publisher.portals.ckan.writing.sending import Sending, says
from publisher.portals.ckan.writing.settle import Settled, applied_in, changed_meanwhile, remove

NOTICE = "taken-down.txt"
KEPT = frozenset({"owner_org", "groups"})
"""Places that stay as they are: bytes go at once, whoever may write the dataset, and whatever else is to be done."""
_HISTORY = 100
_PLAIN = re.compile(r"[0-9A-Za-z_-]+")


def take_down(
    settled: Settled, rights: Rights, found: Found, wanted: Wanted, applied: Applied, folder: Path
) -> Package:
    """The dataset with its tombstone, once every old address has been seen to give the notice or nothing.

    Raises:
        OpendataError: ``takedown-still-served``, and as :meth:`DatasetWriter.write`.
    """
    transport = settled.transport
    package = settled.show(found.id)
    before = applied_in(package) if package is not None else None
    if package is None or before is None or (before.catalogue, before.id) != (applied.catalogue, applied.id):
        raise changed_meanwhile()
    ours = resources_in(before.fields) | set(before.tables)
    history = list(_old_activities(transport, rights, package)) if rights.sysadmin else []
    stored = [one for one in package.get("resources") or () if one["id"] in ours]
    for resource in stored:
        empty_table(transport, rights, str(resource["id"]))
        _remove_views(transport, str(resource["id"]))
    uploaded = {str(one["id"]) for one in stored if one.get("url_type") == "upload"}
    uploaded |= {identity for one in history for identity in one.uploads if one.mine and not _has(package, identity)}
    notice = folder / NOTICE
    notice.write_text("\n\n".join(_reasons(applied.record)) + "\n", "utf-8-sig")
    files = same_file(notice, sorted(uploaded), stored)
    said = {f"resources/{identity}/hash": hash for identity, hash in files.hashes.items()}
    applied = replace(applied, fields={**applied.fields, **marker.digests(said)}, files=(), tables={})
    notices = replace(wanted, resources=tuple(_notice(identity, applied.record) for identity in sorted(uploaded)))

    def body(extras: Mapping[str, str]) -> dict[str, Any]:
        places = applied.fields
        return revision(package, notices, files.hashes, extras, places=places, before=before.fields, kept=KEPT)

    done = Sending(settled, applied, files).send(package, body, says(applied))
    for identity in uploaded - {str(one["id"]) for one in stored}:
        # A resource that was removed keeps its table on the server, where only now it can be reached.
        empty_table(transport, rights, identity)
    _prove(transport, [package, done], ours | uploaded, notice.read_bytes())
    if rights.sysadmin and rights.version >= (2, 12):
        for one in history:
            remove(transport, "activity_delete", {"id": one.id})
    return done


def leftovers(transport: Transport, rights: Rights, id: str) -> tuple[Leftover, ...]:
    """What a dataset that was taken down still has: versions in CKAN's history, files that others put into it.

    Raises:
        OpendataError: what the transport raises.
    """
    try:
        package: Package = transport.call("package_show", {"id": id})
    except NotFound:
        return ()
    applied = applied_in(package)
    ours = resources_in(applied.fields) if applied is not None else set()
    found = [
        Leftover("others-file", str(one.get("url") or one["id"]))
        for one in package.get("resources") or ()
        if one["id"] not in ours
    ]
    old = list(_old_activities(transport, rights, package))
    if old:
        address = f"{transport.url}/dataset/activity/{package['id']}"
        found.append(Leftover("history", address, _forget(str(package["id"]))))
    return tuple(found)


@dataclass(frozen=True, slots=True)
class _Activity:
    """A version of a dataset in CKAN's history: its files' resources, and whether it was of ours."""

    id: str
    uploads: tuple[str, ...]
    mine: bool


def _old_activities(transport: Transport, rights: Rights, package: Package) -> Iterator[_Activity]:
    """Versions of before the dataset was taken down."""
    if "activity" not in rights.plugins:
        return
    query: dict[str, Any] = {"id": package["id"], "limit": _HISTORY}
    if rights.sysadmin:
        query["include_hidden_activity"] = True
    start = 0
    while True:
        page = transport.call("package_activity_list", {**query, "offset": start})
        for one in page:
            version = _version(transport, str(one["id"]))
            said = applied_in(version)
            if said is None or "taken_down" not in said.record:
                stored = (each for each in version.get("resources") or () if each.get("url_type") == "upload")
                yield _Activity(str(one["id"]), tuple(str(each["id"]) for each in stored), said is not None)
        start += len(page)
        if not page:
            return


def _version(transport: Transport, activity: str) -> Package:
    """The dataset as an activity tells it; empty where it tells of something else, or not to us."""
    try:
        shown = transport.call("activity_show", {"id": activity, "include_data": True})
    except (NotAuthorized, NotFound):
        return {}
    found: Package = (shown.get("data") or {}).get("package") or {}
    return found


def _remove_views(transport: Transport, resource: str) -> None:
    for view in transport.call("resource_view_list", {"id": resource}):
        remove(transport, "resource_view_delete", {"id": view["id"]})


def _prove(transport: Transport, packages: Collection[Package], resources: Collection[str], notice: bytes) -> None:
    """Ask every address that gave bytes.

    Raises:
        OpendataError: ``takedown-still-served`` with an address that does still.
    """
    there = [one for package in packages for one in package.get("resources") or () if one["id"] in resources]
    addresses = dict.fromkeys(str(one["url"]) for one in there if one.get("url_type") == "upload")
    for address in addresses:
        if _bytes(transport, address, len(notice) + 1) not in {None, notice}:
            raise OpendataError("takedown-still-served", Exit.NO, path=address)
    for identity in dict.fromkeys(str(one["id"]) for one in there):
        table = Table(transport, identity)
        address = f"{transport.url}/datastore/dump/{identity}"
        # The table's header may be there, in whatever length: rows begin with a second line.
        dumped = (_bytes(transport, address, 1 << 16) or b"").strip()
        try:
            left = table.row_ids(0)
        except CKANAPIError:  # no table, or no DataStore
            left = []
        if left or b"\n" in dumped:
            raise OpendataError("takedown-still-served", Exit.NO, path=address)


def _bytes(transport: Transport, address: str, most: int) -> bytes | None:
    try:
        with transport.open(address) as stream:
            return stream.read(most)
    except OpendataError as error:
        if error.code != "portal-file-missing":
            raise
        return None


def _notice(identity: str, record: Record) -> WantedResource:
    name = next(iter(_reasons(record)), NOTICE)
    return WantedResource(identity, identity, {"name": name, "format": "TXT", "mimetype": "text/plain"})


def _reasons(record: Record) -> list[str]:
    """Why it was taken down, in the catalogue's languages."""
    return [str(one) for one in (record.get("status_reason") or {}).values()]


def _forget(dataset: str) -> tuple[str, ...]:
    """What an administrator runs on the server so that CKAN's history of a dataset is gone.

    Nothing is told to be run that a portal could have put words into.
    """
    if not _PLAIN.fullmatch(dataset):
        return ()
    code = (
        "import sqlalchemy as sa; "
        f"[model.Session.execute(sa.text(one), {{'it': '{dataset}'}}) for one in "
        "('DELETE FROM activity_detail WHERE activity_id IN (SELECT id FROM activity WHERE object_id = :it)', "
        "'DELETE FROM activity WHERE object_id = :it')]; model.Session.commit()"
    )
    return (f'echo "{code}" | ckan -c /etc/ckan/default/ckan.ini shell',)


def _has(package: Package, resource: str) -> bool:
    return any(one["id"] == resource for one in package.get("resources") or ())
