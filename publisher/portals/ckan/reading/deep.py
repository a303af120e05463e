"""What only reading shows: tables of the DataStore, and bytes of the same size under the same name."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from uuid import UUID, uuid5

from ckanapi.errors import CKANAPIError

from publisher.digest import digest_of_stream
from publisher.errors import OpendataError
from publisher.plan.model import Drift, Holding, Record
from publisher.portals.ckan.model import Found, Options, Package, TableState
from publisher.portals.ckan.reading.drift import files_by_resource
from publisher.portals.ckan.reading.standing import MISSING, TABLE, VIEWS
from publisher.portals.ckan.wire.asking import Calls, all_objects, ask
from publisher.portals.ckan.writing.files import base_name, noted
from publisher.portals.ckan.writing.settle import refused

GONE = "portal-file-missing"


def looked(calls: Calls, options: Options, holding: Holding, found: Found) -> Holding:
    """A dataset of ours after its tables and files were read: replaced bytes are drift, lost ones and tables stale.

    Raises:
        OpendataError: what the transport raises, but for a file that is not there.
    """
    package = found.package
    known = {one.place for one in holding.drift}
    drift = [one for one in _replaced(calls, package, holding, found) if one.place not in known]
    lost = [one for one in drift if one.there is None]
    stale = holding.stale or (MISSING if lost else None) or _table(calls, options, found)
    gone = {one.place for one in lost}
    files = tuple(one for one in holding.files if one.sha256 not in {str(each.applied) for each in lost})
    return replace(
        holding, files=files, stale=stale, drift=(*holding.drift, *(one for one in drift if one.place not in gone))
    )


def _replaced(calls: Calls, package: Package, holding: Holding, found: Found) -> Iterator[Drift]:
    """Files with other bytes than ours; ``there`` is None for one that is not there."""
    applied = found.applied
    resources = {str(one["id"]): one for one in package.get("resources") or ()}
    for identity, file in (files_by_resource(package, applied) if applied is not None else {}).items():
        if identity not in resources or file not in holding.files:
            continue
        there = served(calls, str(resources[identity].get("url") or ""))
        if there != file.sha256:
            place = f"resources/{identity}/hash"
            yield (
                Drift("resources", place, noted(there), noted(file.sha256), part=base_name(file.name))
                if there
                else Drift("resources", place, None, file.sha256, part=base_name(file.name))
            )


def served(calls: Calls, url: str) -> str | None:
    """The SHA-256 of what stands behind an address of the portal; None if nothing does."""
    try:
        with calls.open(url) as stream:
            return digest_of_stream(stream)
    except OpendataError as error:
        if error.code != GONE:
            raise
        return None


def _table(calls: Calls, options: Options, found: Found) -> str | None:
    """Why a table is to be loaded anew."""
    applied = found.applied
    if applied is None or not options.tables:
        return None
    resources = {applied.ids.get(key, key): one for key, one in _by_id(applied.record).items()}
    for identity, state in applied.tables.items():
        if (
            state.in_datastore
            and identity in resources
            and _differs(calls, identity, state, resources[identity], options)
        ):
            return TABLE
        there = all_objects(ask(calls, "resource_view_list", {"id": identity}, list), "resource_view_list")
        if not set(state.views) <= {one.get("id") for one in there}:
            return VIEWS
    return None


def _differs(calls: Calls, identity: str, state: TableState, resource: Record, options: Options) -> bool:
    from publisher.portals.ckan.tables.datastore import differs

    try:
        return differs(calls, identity, state, resource, options) is not None
    except CKANAPIError as error:
        raise refused(error) from error


def _by_id(record: Record) -> dict[str, Record]:
    """The record's resources by the ids that a table of theirs may have (``mapping_files``)."""
    found: dict[str, Record] = {}
    for one in record.get("resources") or ():
        identity = str(one["id"])
        found |= {identity: one, str(uuid5(UUID(identity), "csv")): one}
    return found
