"""A CKAN as a portal: its state read in bulk, plans carried out under a lease, and looked at afterwards."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from functools import partial
from typing import TYPE_CHECKING, BinaryIO

from publisher.catalogue.model import PortalEntry, Settings
from publisher.errors import Exit, OpendataError
from publisher.plan.diff import ABSENT
from publisher.plan.drift import KEEP
from publisher.plan.model import Action, DesiredState, Kind, Outcome, Plan, PortalState, Subject
from publisher.portals.backups import Backups
from publisher.portals.base import Journal, Leftover
from publisher.portals.ckan.mapping.mapping import Context
from publisher.portals.ckan.model import Found, Options, Package, Rights
from publisher.portals.ckan.notes.lease import holder_of
from publisher.portals.ckan.reading.completion import complete, prove_no_home
from publisher.portals.ckan.reading.drift import files_by_resource
from publisher.portals.ckan.reading.rights import is_there, rights
from publisher.portals.ckan.reading.snapshot import read
from publisher.portals.ckan.reading.standing import UNFINISHED, Snapshot
from publisher.portals.ckan.wire.asking import ask_for
from publisher.portals.ckan.wire.transport import Transport, connect
from publisher.portals.ckan.writing.around import context_of
from publisher.portals.registry import Setup
from publisher.workspace import Workspace

if TYPE_CHECKING:
    from publisher.portals.ckan.writing.apply import Application, Kit

_LEASE = "lease"
_ASK_AGAIN = 3.0
"""Seconds between two looks at a lease of somebody else."""


def options_of(entry: PortalEntry, settings: Settings) -> Options:
    """How a catalogue is written to the portal of an entry."""
    return Options(
        languages=tuple(settings.languages),
        prefix=entry.prefix,
        organizations=entry.organizations,
        organization=entry.organization,
        licenses=entry.licenses,
        scope=entry.scope,
        fluent=entry.texts == "fluent",
        tables=entry.tables,
        drift=entry.drift,
        datasets=entry.datasets,
        groups=entry.groups,
    )


class CkanPortal:
    """A catalogue's part of a CKAN: the entry's, or the one that ``transport`` leads to.

    Raises:
        OpendataError: where there is no address or token, or the token may not go to that address.
    """

    def __init__(self, setup: Setup, transport: Transport | None = None) -> None:
        self._setup = setup
        self._catalogue = str(setup.settings.id)
        self._options = options_of(setup.entry, setup.settings)
        self._transport = transport or connect(setup.entry, setup.root)
        self._notes = Workspace(setup.root)
        self._rights_now: Rights | None = None
        self._seen: Snapshot | None = None
        self._run: Application | None = None

    def snapshot(self) -> PortalState:
        """See :class:`publisher.portals.base.Portal`.

        Raises:
            OpendataError: as :func:`publisher.portals.ckan.reading.rights.rights` and
                :mod:`publisher.portals.ckan.reading.snapshot`.
        """
        self._seen = self._read()
        home = self._seen.home
        if self._setup.wait and home is not None and self._is_leased(home.package):
            # Who waits for another publisher plans for what that one leaves behind.
            self._wait(home.id)
            self._seen = self._read()
        return self._seen.state

    def complete(self, state: PortalState, desired: DesiredState) -> PortalState:
        """See :class:`publisher.portals.base.Portal`.

        Raises:
            OpendataError: ``portal-organization-unknown`` if the entry's organization is none that we may write to, or
                one that it uses is not there.
        """
        seen = self._known()
        taker, rights = self._options.organization, self._rights
        coming = {one.name for one in desired.subjects if one.kind is Kind.ORGANIZATION and rights.create_organizations}
        if taker is not None and taker not in {*rights.organizations, *coming}:
            raise OpendataError("portal-organization-unknown", Exit.USAGE, name=taker)
        used = sorted({*self._options.organizations.values()} - {*rights.organizations, *coming})
        unknown = [name for name in used if not is_there(self._transport, name)]
        if unknown:
            raise OpendataError("portal-organization-unknown", Exit.USAGE, name=", ".join(unknown))
        if seen.kept is None and not rights.sysadmin:
            prove_no_home(self._transport, self._catalogue, self._transport.url)
        self._seen = complete(self._transport, self._options, self._rights, seen, desired)
        return self._seen.state

    def read(self, subject: Subject, name: str) -> AbstractContextManager[BinaryIO]:
        """See :class:`publisher.portals.base.Portal`."""
        written = self._run.written if self._run is not None else {}
        found = written.get(subject) or self._known().found.get(subject)
        address = address_of(found, name) if found is not None else None
        if address is None:
            raise OpendataError("portal-file-missing", Exit.UNREACHABLE, path=f"{subject.name}/{name}")
        return self._transport.open(address)

    def apply(self, plan: Plan, desired: DesiredState, state: PortalState, journal: Journal) -> Iterator[Outcome]:
        """See :class:`publisher.portals.base.Portal`.

        Raises:
            OpendataError: ``portal-leased``, ``portal-changed``, and as
                :meth:`publisher.portals.ckan.writing.apply.Application.run`.
        """
        if not plan.actions:
            return
        from publisher.portals.ckan.writing.apply import Application

        self._run = Application(self.kit, self._known(), plan, desired, state, journal)
        yield from self._run.run()

    def verify(self, actions: Sequence[Action], before: PortalState) -> Mapping[Subject, str]:
        """See :class:`publisher.portals.base.Portal`."""
        if not actions or self._run is None:
            return {}
        from publisher.portals.ckan.reading.proof import disproved

        known = self._known().found
        gone = {one.subject: known[one.subject] for one in actions if one.after == ABSENT and one.subject in known}
        there = {**gone, **self._run.written}
        keeping, names = self._options.drift == KEEP, self._rights.names
        return disproved(self._transport, actions, there, self._run.home, keeping=keeping, names=names)

    def leftovers(self, subject: Subject) -> Sequence[Leftover]:
        """See :class:`publisher.portals.base.Portal`."""
        from publisher.portals.ckan.writing.takedown import leftovers

        found = self._known().found.get(subject)
        return leftovers(self._transport, self._rights, found.id) if found is not None else ()

    @property
    def kit(self) -> Kit:
        """What works on this portal beside a plan."""
        from publisher.portals.ckan.writing.apply import Kit

        setup = self._setup
        backups = Backups(setup.backups, setup.entry.key) if setup.backups is not None else None
        return Kit(
            self._transport,
            self._options,
            self._rights,
            setup.tables,
            backups,
            setup.entry.parallel,
            setup.steps,
            self._dead_run(),
            partial(self._notes.keep, _LEASE, self._notes_key),
        )

    def context(self, desired: DesiredState) -> Context:
        """What datasets are mapped with."""
        return context_of(desired, self._known().state, self._setup.tables.recipe, self._options, self._rights)

    @property
    def seen(self) -> Snapshot:
        """What stands there, as it was read last."""
        return self._known()

    def close(self) -> None:
        """See :class:`publisher.portals.base.Portal`."""
        self._transport.close()

    @property
    def _rights(self) -> Rights:
        if self._rights_now is None:
            self._rights_now = rights(self._transport, self._options.scope)
        return self._rights_now

    def _read(self) -> Snapshot:
        """What stands there now. What another publisher made between two of our questions does not count as gone, nor
        as unfinished: a publication that came to its end leaves nothing so, unless that dataset failed.
        """
        for _ in range(2):
            self._rights_now = None
            seen = read(self._transport, self._options, self._rights, self._catalogue, deep=self._setup.deep)
            self._rights_now = seen.rights
            held = seen.state.holdings.values()
            gone = any(one.deleted for one in held if one.subject.kind is not Kind.DATASET)
            if not gone and (seen.interrupted or all(one.stale != UNFINISHED for one in held)):
                break
        return seen

    def _wait(self, home: str) -> None:
        """Wait for another publisher to end, as long as the command says."""
        until = time.monotonic() + self._setup.wait
        while (left := until - time.monotonic()) > 0:
            time.sleep(min(_ASK_AGAIN, left))
            package = ask_for(self._transport, "package_show", {"id": home})
            if package is None or not self._is_leased(package):
                return

    def _known(self) -> Snapshot:
        if self._seen is None:
            self.snapshot()
        assert self._seen is not None
        return self._seen

    def _is_leased(self, home: Package) -> bool:
        return holder_of(home, self._transport.now(), self._dead_run()) is not None

    @property
    def _notes_key(self) -> list[str]:
        return [self._catalogue, self._transport.url]

    def _dead_run(self) -> str | None:
        """The last run of this workspace: commands hold its lock, so that no other one of it is at work."""
        run = self._notes.cached(_LEASE, self._notes_key)
        return run if isinstance(run, str) else None


def address_of(found: Found, name: str) -> str | None:
    """Where a portal serves a published file of a dataset, as far as it still has it."""
    if found.applied is None:
        return None
    package = found.package
    files = files_by_resource(package, found.applied)
    identity = next((one for one, file in files.items() if file.name == name), None)
    resource = next((one for one in package.get("resources") or () if one["id"] == identity), None)
    return str(resource["url"]) if resource is not None and resource.get("url") else None
