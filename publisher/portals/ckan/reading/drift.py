"""What others changed in a dataset since we last wrote it: fields by their digests, files by what CKAN says of them.

A file that somebody replaces in CKAN's web form keeps the ``hash`` that we noted (measured on 2.10, 2.11 and 2.12). It
is found by its size, by its name in the address, and by fields of the resource that the form does not know and loses.
Bytes of the same size under the same name are only told apart by reading them (``--deep``): ``last_modified`` moves
with our own uploads too, and CKAN sets it only after our extra was sent.
"""

from __future__ import annotations

import re
from collections import defaultdict, deque
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any
from urllib.parse import unquote

from publisher.plan.model import Desired, Drift, Holding, PublishedFile, SourceFile
from publisher.portals.ckan.mapping import mapping
from publisher.portals.ckan.model import Applied, Package
from publisher.portals.ckan.notes import marker
from publisher.portals.ckan.writing.files import base_name, holds, noted
from publisher.portals.ckan.writing.revision import resources_in
from publisher.text import one_line

_HASH = "/hash"
_MD5 = re.compile(r"[0-9a-f]{32}")
_LONGEST = 100
_NONE: Mapping[str, str] = MappingProxyType({})
_PLAIN = re.compile(r"[A-Za-z0-9_.-]{3,90}")


def drift_of(
    package: Package,
    applied: Applied,
    files: Mapping[str, PublishedFile] | None = None,
    names: Mapping[str, str] = _NONE,
) -> tuple[Drift, ...]:
    """The fields of a dataset that are not as we wrote them, by place; what we wrote is told by :func:`explained`.

    ``files`` are those of :func:`files_by_resource`, where the caller has them already; ``names`` as for
    :func:`publisher.portals.ckan.mapping.places.held`.
    """
    files = files_by_resource(package, applied) if files is None else files
    held = mapping.held(package, names)
    there = marker.digests({place: held[place] for place in applied.fields if place in held})
    changed = {place: held.get(place) for place, digest in applied.fields.items() if there.get(place) != digest}
    resources = {str(one["id"]): one for one in package.get("resources") or ()}
    found = [
        Drift(mapping.record_field(place), place, value)
        for place, value in changed.items()
        if not _is_loaders(place, value, resources, files)
    ]
    for identity, file in files.items():
        if identity in resources and f"resources/{identity}{_HASH}" not in changed:
            found += _replaced(identity, resources[identity], file)
    called = _called(package, applied, files)
    return tuple(replace(one, part=called.get(one.place.split("/")[1])) if "/" in one.place else one for one in found)


def confirmed(
    package: Package, applied: Applied, files: Mapping[str, PublishedFile] | None = None
) -> tuple[PublishedFile, ...]:
    """Those of the files that we published that the portal says that it has; ``files`` as for :func:`drift_of`."""
    files = files_by_resource(package, applied) if files is None else files
    resources = {str(one["id"]): one for one in package.get("resources") or ()}
    return tuple(file for identity, file in files.items() if holds(resources.get(identity, {}), file, file))


def files_by_resource(package: Package, applied: Applied) -> dict[str, PublishedFile]:
    """The files that we published, by the id of their CKAN resource: what we applied to its ``hash`` tells.

    Resources with the same bytes come in the order in which they stand there, as the files do. A file that was there
    before us has no hash of ours; it stands under its own name.
    """
    waiting: defaultdict[str, deque[PublishedFile]] = defaultdict(deque)
    for file in applied.files:
        waiting[marker.digests({"": noted(file.sha256)})[""]].append(file)
    places = {str(one["id"]): index for index, one in enumerate(package.get("resources") or ())}
    ours = [place.split("/")[1] for place in applied.fields if place.startswith("resources/") and place.endswith(_HASH)]
    found = {}
    for identity in sorted(ours, key=lambda one: (places.get(one, len(places)), one)):
        files = waiting[applied.fields[f"resources/{identity}{_HASH}"]]
        if files:
            found[identity] = files.popleft()
    left = {base_name(file.name).lower(): file for files in waiting.values() for file in files}
    if left:
        others = resources_in(applied.fields) - set(found)
        found |= {
            str(one["id"]): left.pop(name)
            for one in package.get("resources") or ()
            if one["id"] in others and (name := _file_name(str(one.get("url") or ""))) in left
        }
    return found


def explained(holding: Holding, applied: Applied, context: mapping.Context) -> Holding:
    """The drift of a dataset with what we wrote, as far as mapping its record today gives the same as it did then."""
    sources = tuple(
        SourceFile(one.name, Path(), one.sha256, one.bytes, one.resource or "")
        for one in applied.files
        if one.made_from is None
    )
    desired = Desired(holding.subject, applied.id, applied.record, applied.digest, sources)
    wanted = mapping.wanted(desired, context, applied.ids)
    wrote = mapping.owned(wanted, {one.name: one for one in applied.files})
    digests = marker.digests(wrote)
    told = (
        replace(one, applied=wrote[one.place])
        if one.applied is None and digests.get(one.place, "") == applied.fields.get(one.place)
        else one
        for one in holding.drift
    )
    return replace(holding, drift=tuple(told))


def _called(package: Package, applied: Applied, files: Mapping[str, PublishedFile]) -> dict[str, str]:
    """Names of resources for people, by id: a file's own, else the title that we wrote, else the one there."""
    called = {str(one["id"]): str(one.get("name") or "") for one in package.get("resources") or ()}
    for one in applied.record.get("resources") or ():
        title = one.get("title") or {}
        called[applied.ids.get(str(one["id"]), str(one["id"]))] = next(iter(title.values()), str(one["name"]))
    called |= {identity: base_name(file.name) for identity, file in files.items()}
    return {identity: one_line(name, _LONGEST) for identity, name in called.items() if name}


def _is_loaders(
    place: str, value: Any, resources: Mapping[str, Mapping[str, Any]], files: Mapping[str, PublishedFile]
) -> bool:
    """Whether a hash was overwritten by ckanext-xloader, which notes the MD5 of what it loaded."""
    if not place.startswith("resources/") or not place.endswith(_HASH) or not _MD5.fullmatch(str(value)):
        return False
    identity = place.split("/")[1]
    return identity in files and resources.get(identity, {}).get("size") == files[identity].bytes


def _replaced(identity: str, resource: Mapping[str, Any], file: PublishedFile) -> Iterator[Drift]:
    """What shows that a resource's file is not the one that we sent."""
    place, url = f"resources/{identity}", str(resource.get("url") or "")
    if resource.get("url_type") != "upload":
        yield Drift("resources", f"{place}/url", url, file.name)
    elif resource.get("size") not in {None, file.bytes}:
        yield Drift("resources", f"{place}/size", resource.get("size"), file.bytes)
    elif not _may_be_named(url, file):
        yield Drift("resources", f"{place}/url", _file_name(url), file.name)


def _may_be_named(url: str, file: PublishedFile) -> bool:
    """Whether an uploaded file's address ends in our name of it; CKAN rewrites names that are not plain."""
    name = base_name(file.name)
    return not _PLAIN.fullmatch(name) or "--" in name or _file_name(url) == name.lower()


def _file_name(url: str) -> str:
    return unquote(url.partition("?")[0]).rpartition("/")[2]
