"""Ownership taken and given back on a CKAN: under the lease, one revision of our own extras for each dataset."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from publisher.errors import OpendataError
from publisher.plan.desired import CATALOGUE
from publisher.plan.model import Action, Change, Desired, DesiredState, Kind, Outcome, Plan, PublishedFile, Subject
from publisher.portals.base import CannotMake, Journal, SourceChanged
from publisher.portals.ckan.adoption.adoption import Adoption, Refused, Served, adoption, ids_of, permitted
from publisher.portals.ckan.adoption.bodies import Ownership
from publisher.portals.ckan.mapping import mapping
from publisher.portals.ckan.mapping.values import dataset_name
from publisher.portals.ckan.model import Found, Package, Wanted, WantedFile
from publisher.portals.ckan.notes.home import HomeState, Kept, home_name, short_id
from publisher.portals.ckan.reading.standing import Snapshot, Whose, look
from publisher.portals.ckan.wire.asking import ask_for
from publisher.portals.ckan.wire.transport import Transport
from publisher.portals.ckan.writing.apply import Kit, lease_of
from publisher.portals.ckan.writing.around import context_of, owner_of_home
from publisher.portals.ckan.writing.files import base_name, made
from publisher.portals.ckan.writing.revision import marked
from publisher.portals.ckan.writing.sending import extras_of, says
from publisher.portals.ckan.writing.settle import Settled, marker_of
from publisher.portals.ckan.writing.step import Stepper

_SHOW = "package_show"


@dataclass(frozen=True, slots=True)
class Look:
    """A dataset of git and what stands in its place: what would be noted of it, or why it cannot be taken over."""

    subject: Subject
    package: Package | None = None
    adoption: Adoption | None = None
    refused: Refused | None = None
    ours: bool = False


class Adopter:
    """Looks at what stands in the place of ours, and takes it over or gives it back.

    Args:
        kit: what a portal's modules work with.
        snapshot: what stands there, with what only single questions show.
        desired: what git says.
        stated: datasets whose descriptor gives the portal's id.
    """

    def __init__(self, kit: Kit, snapshot: Snapshot, desired: DesiredState, stated: Collection[Subject]) -> None:
        self._kit = kit
        self._snapshot = snapshot
        self._desired = desired
        self._stated = stated
        self._context = context_of(desired, snapshot.state, kit.tables.recipe, kit.options, kit.rights)
        self._settled = Settled(kit.transport, kit.rights)
        catalogue = desired.catalogue_id
        self._whose = Whose(catalogue, home_name(catalogue), mapping.rules(kit.options))
        self._bodies = Ownership(kit.transport, desired.catalogue_id)

    def standing(self) -> frozenset[Subject]:
        """What git describes and stands there, not as ours: under our name, or under the id that git gives."""
        there = self._snapshot.state.foreign
        mapped = {Subject(Kind.ORGANIZATION, key) for key in self._kit.options.organizations}
        wanted = {one for one in self._desired.subjects if one in there or one in self._snapshot.state.waiting}
        return frozenset(wanted - mapped)

    def look(self, subjects: Sequence[Subject]) -> list[Look]:
        """Datasets as they stand there, with what would be noted of them. Their files are read; nothing is written.

        Raises:
            OpendataError: what the transport raises.
        """
        with ThreadPoolExecutor(self._kit.parallel) as pool:
            return list(pool.map(self._look, subjects))

    def take(self, looks: Sequence[Look], bodies: Sequence[Subject], journal: Journal) -> Iterator[Outcome]:
        """Put our mark on datasets that were looked at, and on organizations and groups; the outcome of each.

        Raises:
            OpendataError: ``portal-leased``, ``portal-changed``, ``portal-home-hidden``, ``portal-no-organization``.
        """
        before = self._snapshot.kept or HomeState(self._desired.catalogue_id)
        kept = dict(before.subjects)
        if CATALOGUE not in kept and CATALOGUE in self._desired.subjects:
            own = self._desired.subjects[CATALOGUE]
            kept[CATALOGUE] = Kept(own.id, own.digest, own.record, self._desired.commit)

        def embody(subject: Subject) -> None:
            kept[subject] = self._bodies.take(self._desired.subjects[subject], self._context, self._desired.commit)

        work = [(one, partial(embody, one)) for one in bodies]
        work += [(one.subject, partial(self._mark, one)) for one in looks if one.adoption is not None]
        packages = [one.package for one in looks if one.package is not None]
        yield from self._under_lease(replace(before, subjects=kept, roll=None), work, packages, journal)

    def release(self, subjects: Sequence[Subject], journal: Journal) -> Iterator[Outcome]:
        """Take our mark off datasets, organizations and groups of ours; the outcome of each.

        Raises:
            OpendataError: as :meth:`take`.
        """
        before = self._snapshot.kept or HomeState(self._desired.catalogue_id)
        kept = dict(before.subjects)

        def disembody(subject: Subject) -> None:
            record = before.subjects[subject].record
            name = str(mapping.body(record, subject.kind, self._context)["name"])
            self._bodies.give_back(subject.kind, name)
            del kept[subject]

        found = self._snapshot.found
        work = [(one, partial(self._unmark, found[one])) for one in subjects if one.kind is Kind.DATASET]
        work += [(one, partial(disembody, one)) for one in subjects if one.kind is not Kind.DATASET]
        given = {short_id(self._snapshot.state.holdings[one].id) for one in subjects if one.kind is Kind.DATASET}
        after = replace(before, subjects=kept, roll=None, known=before.known - given)
        yield from self._under_lease(after, work, [], journal)

    def _under_lease(
        self,
        after: HomeState,
        work: Sequence[tuple[Subject, Callable[[], None]]],
        packages: Sequence[Package],
        journal: Journal,
    ) -> Iterator[Outcome]:
        if not work:
            return
        kit, catalogue = self._kit, self._desired.catalogue_id
        stepper = Stepper(kit.transport, journal)
        before = self._snapshot.kept or HomeState(catalogue)
        lease = lease_of(kit, kit.rights, self._snapshot.home, before, self._owner(packages), catalogue)
        with lease.held(), ThreadPoolExecutor(kit.parallel) as pool:
            for start in range(0, len(work), kit.parallel):
                lease.renew()
                actions = [(Action(Change.UPDATE, subject), job) for subject, job in work[start : start + kit.parallel]]
                yield from pool.map(lambda pair: stepper.take(*pair), actions)
            lease.release(after)

    def _owner(self, packages: Sequence[Package]) -> str:
        """The organization of the private dataset: as in a publication, else that of the first dataset."""
        first = next((str((one.get("organization") or {}).get("name") or "") for one in packages), "")
        options = self._kit.options
        options = replace(options, organization=options.organization or first or None)
        empty = Plan("", self._desired.catalogue_id, None, None)
        return owner_of_home(empty, replace(self._context, options=options), self._snapshot.home)[1]

    def _look(self, subject: Subject) -> Look:
        package = None
        try:
            desired = self._desired.subjects.get(subject)
            if subject in self._snapshot.found:
                return Look(subject, ours=True)
            if desired is None:
                raise Refused("adopt-not-in-git")
            name = dataset_name(subject.name, self._kit.options)
            asked = desired.id if subject in self._snapshot.state.waiting else name
            package = ask_for(self._kit.transport, _SHOW, {"id": asked})
            if package is None:
                raise Refused("adopt-not-there", name=name)
            look(package, self._whose, _SHOW)  # refuses what is no dataset as CKAN answers it
            permitted(package, desired, name, subject in self._stated, self._desired.catalogue_id)
            self._reached(package)
            return Look(subject, package, self._adoption(desired, package))
        except Refused as refused:
            return Look(subject, package, refused=refused)

    def _reached(self, package: Package) -> None:
        body = package.get("organization") or {}
        if not self._kit.rights.sysadmin and body.get("id") not in self._kit.rights.organizations.values():
            raise Refused("adopt-ask-dataset", organization=body.get("title") or body.get("name") or "–")

    def _adoption(self, desired: Desired, package: Package) -> Adoption:
        wanted = mapping.wanted(desired, self._context)
        ids = ids_of(wanted, desired.record, package)
        wanted = mapping.wanted(desired, self._context, ids)
        with TemporaryDirectory(prefix="opendata-", ignore_cleanup_errors=True) as folder:
            served = self._served(desired, wanted, package, Path(folder))
        options, commit, names = self._kit.options, self._desired.commit, self._kit.rights.names
        return adoption(desired, wanted, package, served, ids, options, self._desired.catalogue_id, commit, names)

    def _served(self, desired: Desired, wanted: Wanted, package: Package, folder: Path) -> dict[str, Served]:
        """The files that stand behind our resources, read."""
        found: dict[str, Served] = {}
        there = {str(one["id"]): one for one in package.get("resources") or ()}
        for number, one in enumerate(wanted.resources):
            held = there.get(one.id, {})
            if one.file is None or held.get("url_type") != "upload":
                continue
            served = _read(self._kit.transport, str(held.get("url") or ""))
            if served is None:
                continue
            if base_name(str(held["url"])) == base_name(one.file.name).lower():
                ours = self._ours(desired, one.file, folder / str(number))
                same = ours is not None and ours.sha256 == served.sha256
                served = replace(served, ours=ours if same else None)
            found[one.id] = served
        return found

    def _ours(self, desired: Desired, file: WantedFile, path: Path) -> PublishedFile | None:
        """Git's file, made if it is one that is made; None where it cannot be."""
        if file.source is not None:
            return PublishedFile(file.name, file.source.sha256, file.source.bytes, file.resource)
        try:
            return made(file, desired.subject.name, self._kit.tables, path)
        except (SourceChanged, CannotMake, OpendataError):
            return None

    def _mark(self, look: Look) -> None:
        assert look.package is not None and look.adoption is not None
        applied = look.adoption.applied
        self._settled.revise(marked(look.package, extras_of(applied)), landed=says(applied))

    def _unmark(self, found: Found) -> None:
        package = self._settled.show(found.id)
        if package is None or marker_of(package) is None:
            return
        self._settled.revise(marked(package, {}), landed=lambda there: marker_of(there) is None)


def _read(transport: Transport, url: str) -> Served | None:
    """What an address gives: digest and size; None where nothing is."""
    digest, size = hashlib.sha256(), 0
    try:
        with transport.open(url) as stream:
            while chunk := stream.read(1 << 20):
                digest.update(chunk)
                size += len(chunk)
    except OpendataError as error:
        if error.code != "portal-file-missing":
            raise
        return None
    return Served(digest.hexdigest(), size)
