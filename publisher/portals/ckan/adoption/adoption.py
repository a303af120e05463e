"""Taking over a dataset that stands on a portal without our mark: whether it may be, and what its mark then says.

Only the mark is written. So it tells of every place of our mapping what stands there now, and of the record what git
would not change: the next plan shows the rest as a change, and nothing of it is drift.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from publisher.digest import digest_of
from publisher.plan.fields import field_changes
from publisher.plan.model import Desired, FieldChange, PublishedFile, Record
from publisher.portals.ckan.adoption.record import as_there
from publisher.portals.ckan.mapping import mapping
from publisher.portals.ckan.model import Applied, Options, Package, Wanted, WantedResource
from publisher.portals.ckan.notes import marker
from publisher.portals.ckan.notes.home import extras_of
from publisher.portals.ckan.reading.standing import HARVESTED
from publisher.portals.ckan.writing.files import noted

Resources = Mapping[str, Mapping[str, Any]]


class Refused(Exception):
    """Why something cannot be taken over: a code with parameters."""

    def __init__(self, code: str, **params: object) -> None:
        super().__init__(code)
        self.code = code
        self.params = params


@dataclass(frozen=True, slots=True)
class Served:
    """The file behind a resource of the portal, as it was read: its digest and size, and git's file if it is that."""

    sha256: str
    bytes: int
    ours: PublishedFile | None = None


@dataclass(frozen=True, slots=True)
class Adoption:
    """What is noted of a dataset. ``changes`` are what the next plan will show, ``coming`` the places that are not
    there yet and come with the next change.
    """

    applied: Applied
    changes: tuple[FieldChange, ...]
    coming: tuple[str, ...]


def permitted(package: Package, desired: Desired, name: str, stated: bool, catalogue: str) -> None:
    """Prove that a dataset is the one that git describes, and nobody else's.

    ``name`` is the portal's name of ours; ``stated`` says whether git's descriptor gives the id.

    Raises:
        Refused: ``adopt-deleted``, ``adopt-draft``, ``adopt-private``, ``adopt-harvested``, ``adopt-other-catalogue``,
            ``adopt-unreadable``, ``adopt-other-name``, ``adopt-other-id``.
    """
    if package.get("state") != "active":
        raise Refused("adopt-deleted" if package.get("state") == "deleted" else "adopt-draft")
    extras = extras_of(package)
    if any(key in extras for key in HARVESTED):
        raise Refused("adopt-harvested", source=extras.get("harvest_source_title") or "–")
    text = marker.gather(extras)
    if text is not None:
        try:
            theirs = marker.decode(text).catalogue
        except marker.BadMarker:
            raise Refused("adopt-unreadable") from None
        if theirs != catalogue:
            raise Refused("adopt-other-catalogue", catalogue=theirs)
    if package["name"] != name:
        raise Refused("adopt-other-name", there=package["name"], name=name)
    if stated and package["id"] != desired.id:
        raise Refused("adopt-other-id", there=package["id"], id=desired.id)
    if package.get("private"):
        raise Refused("adopt-private")


def ids_of(wanted: Wanted, record: Record, package: Package) -> dict[str, str]:
    """CKAN's ids of the resources that stand where ours would come, by our ids: by id, else by name and format.

    Raises:
        Refused: ``adopt-resources-alike`` where more than one could be meant.
    """
    there = {str(one["id"]): one for one in package.get("resources") or ()}
    open_there = {key: one for key, one in there.items() if key not in {each.id for each in wanted.resources}}
    titles = {str(one["id"]): _names(one) for one in record.get("resources") or ()}
    pairs = [
        (ours.id, key)
        for ours in wanted.resources
        if ours.id not in there
        for key, one in open_there.items()
        if _alike(ours, titles[ours.of], one)
    ]
    for number, side in enumerate(zip(*pairs, strict=True)):
        again = next((one for one, count in Counter(side).items() if count > 1), None)
        if again is not None:
            key = next(pair[1] for pair in pairs if pair[number] == again)
            raise Refused("adopt-resources-alike", path=str(there[key].get("name") or key))
    return dict(pairs)


def adoption(
    desired: Desired,
    wanted: Wanted,
    package: Package,
    served: Mapping[str, Served],
    ids: Mapping[str, str],
    options: Options,
    catalogue: str,
    commit: str | None,
    names: Mapping[str, str],
) -> Adoption:
    """What the mark of a dataset says. ``wanted`` has the ids of the portal already, ``served`` are files by them;
    ``names`` as for :func:`publisher.portals.ckan.mapping.places.held`.
    """
    files = {one.ours.name: one.ours for one in served.values() if one.ours is not None}
    owned, held = mapping.owned(wanted, files), mapping.held(package, names)
    different = {place: held[place] for place in owned if place in held and held[place] != owned[place]}
    different = {
        place: value
        for place, value in different.items()
        if not (place.endswith("/hash") and _is_ours(served.get(place.split("/")[1])))
    } | dict(_other_files(wanted, package, served))
    record = as_there(marker.kept(desired.record), different, wanted, options)
    applied = Applied(
        catalogue=catalogue,
        id=desired.id,
        name=desired.subject.name,
        digest=digest_of({"record": record, "there": different}) if different else desired.digest,
        commit=commit,
        rules=mapping.rules(options),
        record=record,
        fields=marker.digests({place: held[place] for place in owned if place in held}),
        files=tuple(files.values()),
        ids=dict(ids),
    )
    coming = tuple(place for place in owned if place not in held and place not in different)
    return Adoption(applied, field_changes(record, marker.kept(desired.record)), coming)


def _other_files(wanted: Wanted, package: Package, served: Mapping[str, Served]) -> Iterator[tuple[str, Any]]:
    """Files and addresses that stand where git has another one."""
    there = {str(one["id"]): one for one in package.get("resources") or ()}
    for one in wanted.resources:
        held = there.get(one.id)
        if held is None:
            continue
        file = served.get(one.id)
        if one.file is not None and not _is_ours(file):
            yield f"resources/{one.id}/hash", noted(file.sha256) if file is not None else str(held.get("url") or "")
        elif one.file is None and held.get("url_type") == "upload" and "url" in one.fields:
            yield f"resources/{one.id}/url", str(held.get("url") or "")


def _is_ours(file: Served | None) -> bool:
    return file is not None and file.ours is not None


def _names(resource: Record) -> set[str]:
    titles = resource.get("title") or {}
    return {_plain(one) for one in (str(resource["name"]), *map(str, titles.values()))}


def _alike(ours: WantedResource, names: set[str], there: Mapping[str, Any]) -> bool:
    """Whether a resource of the portal may be this one: the same name, and no other format."""
    file = {_plain(ours.file.name.rpartition("/")[2])} if ours.file is not None else set()
    named = _plain(there.get("name")) in names | file | {_plain(ours.fields.get("name"))}
    formats = {_plain(one) for one in (ours.fields.get("format"), there.get("format")) if one}
    return named and len(formats) < 2


def _plain(text: object) -> str:
    return " ".join(str(text or "").casefold().split())
