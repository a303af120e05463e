"""One dataset of a CKAN portal brought to what is wanted, in as few requests as CKAN lets.

=============================  ===========================================================================
new, without files             ``package_create``
new, with files                ``package_create`` as a draft, ``package_revise`` with all files sets it active
new, with tables               besides, between the two: the loading
changed, renamed, restored     ``package_revise``, with the files that changed
with tables to be loaded       besides: the loading, ``package_revise`` that says "complete"
removed                        ``package_show`` (is it still ours?), ``package_delete``
taken down                     see :mod:`publisher.portals.ckan.writing.takedown`
=============================  ===========================================================================

Interrupted anywhere, the same call or the next run goes on from what stands there.
"""

from __future__ import annotations

import json
import re
import time
import zlib
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from ckanapi.errors import CKANAPIError

from publisher.errors import Exit, OpendataError
from publisher.plan.model import Action, Desired
from publisher.portals.backups import Backups
from publisher.portals.base import CannotMake, SourceChanged, Tables
from publisher.portals.ckan.mapping import mapping
from publisher.portals.ckan.model import Applied, Found, Options, Package, Rights, Wanted, WantedResource
from publisher.portals.ckan.notes import marker
from publisher.portals.ckan.reading.standing import NOT_INDEXED, TABLE, VIEWS
from publisher.portals.ckan.wire.transport import Transport, Unsettled
from publisher.portals.ckan.writing import backup
from publisher.portals.ckan.writing.files import Files, prepare
from publisher.portals.ckan.writing.loading import Loader
from publisher.portals.ckan.writing.revision import creation, marked, resources_in, revision, without_tables
from publisher.portals.ckan.writing.sending import Sending, extras_of, says
from publisher.portals.ckan.writing.settle import Settled, applied_in, changed_meanwhile, refused
from publisher.portals.ckan.writing.takedown import KEPT, take_down

_SHOWN_OTHERWISE = frozenset({f"stale:{TABLE}", f"stale:{VIEWS}"})
"""Reasons of an action for which tables and views are gone over though what is noted of them is as it should be."""

_NAME = re.compile("resources/[^/]+/name")
_WITH_FILES = frozenset({"resources", "freshness"})
"""Parts of a record that are not applied before the files are there."""


@dataclass(frozen=True)
class DatasetWriter:
    """Writes the datasets of one catalogue to one portal. May be used by several threads, for different datasets.

    ``catalogue_id`` says whose they are. ``backups`` is where bytes are kept that git does not have. ``largest`` is
    the portal's limit for a file in bytes, where it is known. ``rules`` says how they are mapped
    (:attr:`Applied.rules`), by default as the options have it.
    """

    transport: Transport
    catalogue_id: str
    options: Options
    rights: Rights
    tables: Tables
    backups: Backups | None = None
    largest: int | None = None
    rules: str = ""
    pause: Callable[[float], None] = time.sleep

    def write(self, action: Action, wanted: Wanted, desired: Desired, found: Found | None, commit: str | None) -> Found:
        """Bring a dataset to ``wanted``; what then stands there.

        ``found`` is what the snapshot saw of it: deleted ones and drafts that a killed run left too. A record with
        ``taken_down`` takes the dataset's bytes off the portal.

        Raises:
            OpendataError: why it could not be, as the code of an outcome: ``source-changed``, ``cannot-convert``,
                ``portal-changed-meanwhile``, ``portal-name-taken``, ``portal-refused``, ``portal-not-allowed``,
                ``portal-file-too-large``, ``portal-unsettled``, ``backup-failed``, ``backup-nowhere``,
                ``takedown-still-served``, or what the transport raises.
        """
        try:
            with TemporaryDirectory(prefix="opendata-", ignore_cleanup_errors=True) as folder:
                if found is not None:
                    self._ours(found.package, desired.id)
                if found is not None and "taken_down" in desired.record:
                    applied = self._applied(wanted, desired, commit, found.applied, Files(), KEPT)
                    return found_of(take_down(self.settled, self.rights, found, wanted, applied, Path(folder)))
                return self._write(action, wanted, desired, found, commit, Path(folder))
        except CKANAPIError as error:
            raise refused(error) from error
        except Unsettled as error:
            raise OpendataError("portal-unsettled", Exit.UNREACHABLE) from error
        except SourceChanged as error:
            raise OpendataError("source-changed", Exit.NO, path=str(error)) from error
        except CannotMake as error:
            raise OpendataError("cannot-convert", Exit.NO, path=str(error)) from error

    def delete(self, found: Found) -> None:
        """Delete a dataset of ours, so that an administrator can bring it back.

        Raises:
            OpendataError: ``portal-changed-meanwhile`` if it does not bear our extra (any more); as :meth:`write`.
        """
        package = self.settled.show(found.id)
        if package is None or package.get("state") == "deleted":
            return
        self._ours(package, found.applied.id if found.applied is not None else None)
        self._keep(found_of(package), [one["id"] for one in package.get("resources") or ()], ())
        self.settled.delete(found.id)

    @property
    def settled(self) -> Settled:
        """Carries the writes."""
        return Settled(self.transport, self.rights, self.pause)

    def _write(
        self, action: Action, wanted: Wanted, desired: Desired, found: Found | None, commit: str | None, folder: Path
    ) -> Found:
        before = found.applied if found is not None else None
        drifted = frozenset(one.place for one in action.drift)
        kept = (drifted if self.options.drift == "keep" else frozenset()) | self._beyond(found)
        if found is not None:
            wanted = _without_removed(wanted, found.package, kept)
        files = prepare(
            wanted,
            desired.subject.name,
            self.tables,
            {file.name: file for file in before.files} if before is not None else {},
            found.package if found is not None else None,
            folder,
            drifted=drifted,
            kept=kept,
            largest=self.largest,
        )
        applied = self._applied(wanted, desired, commit, before, files, kept)
        loader = Loader(self.transport, self.tables, self.rights, self.options)
        again = not _SHOWN_OTHERWISE.isdisjoint(action.reasons)
        loads = loader.due(wanted, desired, applied.tables, found, again=again)
        applied = replace(applied, complete=not loads)
        package = None
        if found is None:
            made = self._created(wanted, applied, files, loads)
            self._ours(made, desired.id)
            loaded = loader.load_draft(made, desired, loads, files, folder)
            if loaded is not None:
                applied, loads = replace(applied, tables=loaded, complete=True), ()
            elif files.paths:
                made = without_tables(made)
            elif says(applied)(made):
                package = made
            found = found_of(made)
        if package is None:
            self._keep(found, self._going(found, wanted, files), drifted - kept)
            if f"stale:{NOT_INDEXED}" in action.reasons:
                found = self._touched(found)
            loader.empty_going(wanted, found)
            package = self._revised(found, wanted, applied, files, kept)
        if not loads:
            return found_of(package)
        tables = loader.load(desired, loads, applied.tables, files, folder)
        done = replace(applied, tables={**applied.tables, **tables}, complete=True)
        return found_of(self._completed(package, applied, done))

    def _beyond(self, found: Found | None) -> frozenset[str]:
        """The groups, where the dataset is in one of which our person is no member: CKAN refuses the whole list."""
        groups = (found.package.get("groups") or ()) if found is not None and not self.rights.sysadmin else ()
        beyond = {one.get("id") for one in groups} - set(self.rights.groups.values())
        return frozenset({"groups"}) if beyond else frozenset()

    def _created(self, wanted: Wanted, applied: Applied, files: Files, loads: Collection[WantedResource]) -> Package:
        """A new dataset: whole where it has no files, else a draft that waits for them and for its tables."""
        if not files.paths:
            body = creation(wanted, extras_of(applied), active=True, with_id=self.rights.sysadmin)
            return self.settled.create(body)
        # What a portal's own form may demand, and whose it is: each extra more is work for CKAN, and all of them come
        # with the files.
        record = {key: value for key, value in applied.record.items() if key not in _WITH_FILES}
        # By their names its resources are known as ours, whatever git wants by the time of the next run.
        names = {place: one for place, one in applied.fields.items() if _NAME.fullmatch(place)}
        said = replace(applied, record=record, files=(), fields=names, complete=False)
        tables = {one.id for one in loads if one.table}
        first = replace(wanted, extras={})
        body = creation(first, extras_of(said), active=False, with_id=self.rights.sysadmin, tables=tables)
        return self.settled.create(body)

    def _revised(self, found: Found, wanted: Wanted, applied: Applied, files: Files, kept: Collection[str]) -> Package:
        package = found.package
        was = found.applied.fields if found.applied is not None else {}
        again = says(applied)(package)

        def landed(there: Package) -> bool:
            return says(applied)(there) and (not again or _as_applied(there, applied, kept, self.rights.names))

        def body(extras: Mapping[str, str]) -> Package:
            return revision(package, wanted, files.hashes, extras, places=applied.fields, before=was, kept=kept)

        return Sending(self.settled, applied, files).send(package, body, landed)

    def _touched(self, found: Found) -> Found:
        """The dataset after a change that the next revision takes back: CKAN brings back to its search only what really
        changes, and what was lost from it may be as it is to be otherwise.
        """
        if found.applied is None:
            return found
        other = replace(found.applied, complete=not found.applied.complete)
        return found_of(self.settled.revise(marked(found.package, extras_of(other)), landed=says(other)))

    def _completed(self, package: Package, applied: Applied, done: Applied) -> Package:
        """The dataset once its extra says that its tables are loaded. Where CKAN noted a table of it anew, that moved
        its revision.
        """
        tables = {identity for identity, state in done.tables.items() if state.in_datastore}
        try:
            return self.settled.revise(marked(package, extras_of(done), tables), landed=says(done))
        except OpendataError as error:
            if error.code != changed_meanwhile().code:
                raise
        there = self.settled.show(str(package["id"]))
        if there is None or not says(applied)(there):
            raise changed_meanwhile()
        return self.settled.revise(marked(there, extras_of(done), tables), landed=says(done))

    def _applied(
        self,
        wanted: Wanted,
        desired: Desired,
        commit: str | None,
        before: Applied | None,
        files: Files,
        kept: Collection[str],
    ) -> Applied:
        """What will have been applied. Places that stay as others left them keep the digest of what we wrote."""
        old = before.fields if before is not None else {}
        digests = marker.digests(mapping.owned(wanted, files.by_name))
        fields = {place: digest for place, digest in digests.items() if place not in kept}
        fields |= {place: old[place] for place in kept if place in old}
        shown = before.tables if before is not None else {}
        is_table = {one.id: one.table for one in wanted.resources}
        return Applied(
            catalogue=self.catalogue_id,
            id=desired.id,
            name=desired.subject.name,
            digest=desired.digest,
            commit=commit,
            rules=self.rules or mapping.rules(self.options),
            record=marker.kept(desired.record),
            fields=fields,
            files=tuple(files.published.values()),
            tables={key: one for key, one in shown.items() if is_table.get(key) is one.in_datastore},
            ids=before.ids if before is not None else {},
        )

    def _going(self, found: Found, wanted: Wanted, files: Files) -> set[str]:
        """Resources whose bytes a revision overwrites or removes."""
        ours = resources_in(found.applied.fields) if found.applied is not None else set()
        linked = {one.id for one in wanted.resources if one.file is None}
        return {*files.paths, *linked, *(ours - {one.id for one in wanted.resources})}

    def _keep(self, found: Found, resources: Collection[str], drifted: Collection[str]) -> None:
        package = found.package
        foreign = backup.foreign_files(package, found.applied, resources, drifted)
        backup.save(self.transport, self.backups, package, foreign)

    def _ours(self, package: Package, id: str | None) -> None:
        """Prove that a dataset is this one of ours, before it is written or deleted.

        Raises:
            OpendataError: ``portal-changed-meanwhile``.
        """
        applied = applied_in(package)
        if applied is None or applied.catalogue != self.catalogue_id or applied.id != id:
            raise changed_meanwhile()


def found_of(package: Package) -> Found:
    """A dataset that the portal gave, as the snapshot would have found it."""
    return Found(
        str(package["id"]),
        str(package["name"]),
        str(package["metadata_modified"]),
        str(package.get("state", "active")),
        zlib.compress(json.dumps(package, ensure_ascii=False).encode(), 1),
        applied_in(package),
    )


def _without_removed(wanted: Wanted, package: Package, kept: Collection[str]) -> Wanted:
    """What is wanted without the resources that somebody removed, where what others did is kept."""
    there = {str(one["id"]) for one in package.get("resources") or ()}
    removed = resources_in(kept) - there
    return replace(wanted, resources=tuple(one for one in wanted.resources if one.id not in removed))


def _as_applied(package: Package, applied: Applied, kept: Collection[str], names: Mapping[str, str]) -> bool:
    """Whether every field of ours is as we wrote it."""
    held = marker.digests(mapping.held(package, names))
    return all(held.get(place) == digest for place, digest in applied.fields.items() if place not in kept)
