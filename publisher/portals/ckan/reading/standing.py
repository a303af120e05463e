"""What a dataset that stands on a portal is to us: ours as we last applied it, our private one, or somebody else's."""

from __future__ import annotations

import json
import zlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from publisher.plan.model import Drift, Holding, Kind, PortalState, Subject
from publisher.portals.ckan.model import Applied, Found, Package, Rights
from publisher.portals.ckan.notes import marker
from publisher.portals.ckan.notes.home import HomeState, decode, extras_of
from publisher.portals.ckan.notes.lease import EXTRA as LEASE
from publisher.portals.ckan.reading import drift
from publisher.portals.ckan.wire.asking import broken, objects, text
from publisher.portals.ckan.wire.transport import typed
from publisher.portals.ckan.writing.revision import FILE_FIELDS
from publisher.portals.ckan.writing.revision import TABLE as ACTIVE

UNREADABLE, COPIED = "marker-unreadable", "marker-copied"
NOT_INDEXED, UNFINISHED, MAPPING, MISSING = "not-indexed", "unfinished", "mapping", "missing-files"
TABLE, VIEWS = "table-differs", "views-missing"
HARVESTED = ("harvest_object_id", "harvest_source_id", "harvest_source_title")
_LEVEL = 1
"""Of compression: ten thousand packages a run."""


@dataclass(frozen=True, slots=True)
class Whose:
    """By what a dataset is known to be ours: the catalogue's id, the name of its private dataset, today's rules; and
    the names of organizations and groups (:attr:`Rights.names`). ``tables`` says that tables are to be there too.
    """

    catalogue: str
    home: str
    rules: str
    names: Mapping[str, str] = field(default_factory=dict)
    tables: bool = False


@dataclass(frozen=True, slots=True)
class Standing:
    """A dataset of a portal. ``holding`` is what we last applied, if it is ours; ``found`` is kept of ours and of the
    private one alone. ``problem`` says why one that bears our extra is not taken for ours.
    """

    id: str
    name: str
    owner: str
    created: str
    found: Found | None = None
    holding: Holding | None = None
    problem: str | None = None
    deleted: bool = False


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What stands there. ``found`` are datasets of ours, ``names`` the portal's names of all that we know of; ``home``
    is the private dataset and ``kept`` what it tells; ``others`` are CKAN's ids of datasets that are not ours, by name;
    ``rights`` are those that it was read with, in our own names of organizations and groups.
    """

    state: PortalState
    found: Mapping[Subject, Found]
    names: frozenset[str]
    home: Found | None
    kept: HomeState | None = None
    others: Mapping[str, str] = field(default_factory=dict)
    rights: Rights | None = None

    @property
    def interrupted(self) -> bool:
        """Whether the last publication may not have come to its end: no private dataset, or a lease that is left."""
        return self.home is None or LEASE in extras_of(self.home.package)


def look(package: Package, whose: Whose, action: str, scope: Sequence[str] = ()) -> Standing:
    """What a dataset is, from the whole of it; nothing of somebody else's is kept but name and owner.

    With ``scope`` only datasets of these organizations may be ours.

    Raises:
        OpendataError: ``portal-answer-broken`` if it is no dataset as CKAN answers it.
    """
    extras = {
        text(one, "key", action): one["value"]
        for one in objects(package, "extras", action)
        if isinstance(one.get("value"), str)
    }
    for key in ("tags", "groups"):
        for one in objects(package, key, action):
            text(one, "name", action)
    for one in objects(package, "resources", action):
        text(one, "id", action)
    body = typed(package.get("organization") or {}, dict, action)
    standing = Standing(
        text(package, "id", action),
        text(package, "name", action),
        str(body.get("title") or body.get("name") or ""),
        str(package.get("metadata_created") or ""),
        deleted=package.get("state") == "deleted",
    )
    if standing.name == whose.home:
        return replace(standing, found=_found(package, None, action))
    marked = marker.gather(extras)
    if marked is None or any(key in extras for key in HARVESTED) or (scope and body.get("name") not in scope):
        return standing
    try:
        applied = marker.decode(marked)
    except ValueError:
        return standing if _is_home(extras) else replace(standing, problem=UNREADABLE)
    if applied.catalogue != whose.catalogue:
        return standing
    return replace(standing, found=_found(package, applied, action), holding=_holding(package, applied, whose, action))


def originals(standing: Iterable[Standing]) -> list[Standing]:
    """The same datasets; of those that bear the same id of ours only one stays ours.

    A copy (the extra goes along when a dataset is copied by hand or by a tool) has other resources, since CKAN keeps
    their ids unique, and another id; and it was made later.
    """
    found = list(standing)
    rivals: defaultdict[str | Subject, list[Standing]] = defaultdict(list)
    for one in found:
        if one.holding is not None:
            rivals[one.holding.id].append(one)
            rivals[one.holding.subject].append(one)
    copies = {one.id for group in rivals.values() if len(group) > 1 for one in sorted(group, key=_originality)[1:]}
    return [replace(one, found=None, holding=None, problem=COPIED) if one.id in copies else one for one in found]


def _is_home(extras: Mapping[str, str]) -> bool:
    """Whether extras are those of the private dataset of some catalogue."""
    try:
        decode(extras)
    except ValueError:
        return False
    return True


def _originality(one: Standing) -> tuple[bool, bool, str, str]:
    """Smaller is more original."""
    applied = one.found.applied if one.found is not None else None
    if one.found is None or applied is None:
        return True, True, one.created, one.id
    ours = {place.split("/")[1] for place in applied.fields if place.startswith("resources/")}
    there = {str(resource["id"]) for resource in one.found.package.get("resources") or ()}
    return one.id != applied.id, bool(ours) and not ours & there, one.created, one.id


def _found(package: Package, applied: Applied | None, action: str) -> Found:
    return Found(
        text(package, "id", action),
        text(package, "name", action),
        text(package, "metadata_modified", action),
        text(package, "state", action),
        zlib.compress(json.dumps(package, ensure_ascii=False).encode(), _LEVEL),
        applied,
    )


def _holding(package: Package, applied: Applied, whose: Whose, action: str) -> Holding:
    subject = Subject(Kind.DATASET, applied.name)
    deleted = package["state"] == "deleted"
    for resource in package.get("resources") or ():
        if any(isinstance(resource.get(key), list | dict) for key in FILE_FIELDS):
            raise broken(action)
    published = drift.files_by_resource(package, applied)
    files = drift.confirmed(package, applied, published)
    changed = () if deleted else drift.drift_of(package, applied, published, whose.names)
    stale = None
    if applied.complete and package["state"] == "draft":
        # Ours are drafts only until they are complete: somebody took it off the pages.
        changed = (*changed, Drift("status", "state", "draft", "active"))
    if not applied.complete:
        stale = UNFINISHED
    elif applied.rules != whose.rules:
        stale = MAPPING
    elif len(files) < len(applied.files) and not any(one.field == "resources" for one in changed):
        stale = MISSING
    elif whose.tables and not deleted and _lacks_table(package, applied):
        stale = TABLE
    return Holding(subject, applied.id, applied.record, applied.digest, files, applied.commit, changed, stale, deleted)


def _lacks_table(package: Package, applied: Applied) -> bool:
    """Whether CKAN says of a resource that it has no table, where we loaded one: somebody deleted it."""
    noted = {str(one["id"]): bool(one.get(ACTIVE)) for one in package.get("resources") or ()}
    return any(state.in_datastore and not noted.get(one, True) for one, state in applied.tables.items())
