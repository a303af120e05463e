"""Which files a dataset's revision carries, made and checked before the portal is touched."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from publisher.digest import digest_of_file
from publisher.errors import OpendataError
from publisher.plan.model import PublishedFile
from publisher.portals.base import SourceChanged, Tables
from publisher.portals.ckan.model import Package, Wanted, WantedFile, WantedResource
from publisher.portals.ckan.wire.multipart import Upload
from publisher.portals.ckan.writing.revision import FILE_FIELDS, upload_field

_NOT_OURS = re.compile(r"(?:[0-9a-f]{32})?")


@dataclass(frozen=True, slots=True)
class Files:
    """The files of a dataset by the id of their resource, and where the bytes of those stand that have to be sent."""

    published: Mapping[str, PublishedFile] = field(default_factory=dict)
    paths: Mapping[str, Path] = field(default_factory=dict)
    stamps: Mapping[str, tuple[int, int]] = field(default_factory=dict)

    @property
    def hashes(self) -> dict[str, str]:
        """What a resource's ``hash`` says."""
        return {identity: noted(file.sha256) for identity, file in self.published.items()}

    @property
    def by_name(self) -> dict[str, PublishedFile]:
        """The files by their published name."""
        return {file.name: file for file in self.published.values()}

    def uploads(self) -> list[Upload]:
        """What is sent."""
        return [
            Upload(upload_field(identity), path, base_name(self.published[identity].name))
            for identity, path in self.paths.items()
        ]

    def changed_meanwhile(self) -> list[str]:
        """Resources whose file on this disk is not the one that was checked before it was sent."""
        return [identity for identity, path in self.paths.items() if _stamp(path) != self.stamps[identity]]


def prepare(
    wanted: Wanted,
    dataset: str,
    tables: Tables,
    before: Mapping[str, PublishedFile],
    package: Package | None,
    folder: Path,
    *,
    drifted: Collection[str] = (),
    kept: Collection[str] = (),
    largest: int | None = None,
) -> Files:
    """Compare what a dataset's files are to be with what its resources hold; make what has to be made in ``folder``.

    ``before`` are the files that we published last, by name; ``drifted`` and ``kept`` are places that others changed:
    a file is sent again, or left as it is. ``largest`` is the portal's limit in bytes.

    Raises:
        SourceChanged: if a committed file is not what it was when it was checked.
        CannotMake: if a table does not fit into a format.
        OpendataError: ``portal-file-too-large``.
    """
    there = {str(one.get("id")): one for one in (package or {}).get("resources", ())}
    published: dict[str, PublishedFile] = {}
    paths: dict[str, Path] = {}
    for resource in wanted.resources:
        if resource.file is None:
            continue
        held = there.get(resource.id, {})
        old = before.get(resource.file.name)
        if old is not None and _touches(resource, kept):
            published[resource.id] = old
            continue
        again = _touches(resource, drifted)
        source = resource.file.source
        if source is not None:
            file = PublishedFile(source.name, source.sha256, source.bytes, source.resource)
            path = source.path
            if not again and holds(held, file, old):
                published[resource.id] = file
                continue
        else:
            if old is not None and old.made_from == resource.file.made_from and not again and holds(held, old, old):
                published[resource.id] = old
                continue
            path = folder / f"{len(paths)}-{base_name(resource.file.name)}"
            file = made(resource.file, dataset, tables, path)
            if not again and holds(held, file, old):
                published[resource.id] = file
                continue
        if largest is not None and file.bytes > largest:
            raise OpendataError("portal-file-too-large", path=file.name, size=file.bytes, limit=largest)
        published[resource.id] = file
        paths[resource.id] = path
    stamps = {identity: _checked(published[identity], path) for identity, path in paths.items()}
    return Files(published, paths, stamps)


def same_file(path: Path, resources: Collection[str], there: Collection[Mapping[str, Any]] = ()) -> Files:
    """One file for several resources; of those that are ``there``, the ones that hold it already are not sent it.

    Raises:
        SourceChanged: if it cannot be read.
    """
    file = PublishedFile(path.name, digest_of_file(path), path.stat().st_size)
    have = {one["id"] for one in there if holds(one, file, None)}
    sent = [one for one in resources if one not in have]
    return Files(dict.fromkeys(resources, file), dict.fromkeys(sent, path), dict.fromkeys(sent, _checked(file, path)))


def holds(resource: Mapping[str, Any], file: PublishedFile, before: PublishedFile | None) -> bool:
    """Whether a resource's file has these bytes, as far as the portal tells: by the hash that we noted, and its size.

    ckanext-xloader writes an MD5 over our hash, and a file that was there before us may have none; then our own notes
    count.
    """
    if resource.get("url_type") != "upload" or resource.get("size") not in {None, file.bytes}:
        return False
    hash = str(resource.get("hash") or "")
    known = before is not None and before.sha256 == file.sha256
    return hash == noted(file.sha256) or (known and _NOT_OURS.fullmatch(hash) is not None)


def noted(sha256: str) -> str:
    """How a hash stands on the portal. A bare one would be taken for an MD5 by loaders."""
    return f"sha256:{sha256}"


def base_name(name: str) -> str:
    """A published name without its folder."""
    return name.rpartition("/")[2]


def made(file: WantedFile, dataset: str, tables: Tables, path: Path) -> PublishedFile:
    """A file that is made of a table or a schema, written to ``path``.

    Raises:
        SourceChanged, CannotMake: as :class:`Tables`.
    """
    if file.format is not None:
        tables.derive(dataset, file.resource, file.format, path)
    else:
        tables.form(dataset, file.resource, path)
    return PublishedFile(file.name, digest_of_file(path), path.stat().st_size, file.resource, file.made_from)


def _checked(file: PublishedFile, path: Path) -> tuple[int, int]:
    stamp = _stamp(path)
    try:
        same = stamp is not None and digest_of_file(path) == file.sha256
    except OSError:
        same = False
    if stamp is None or not same:
        raise SourceChanged(file.name)
    return stamp


def _stamp(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_size, found.st_mtime_ns


def _touches(resource: WantedResource, places: Collection[str]) -> bool:
    return any(f"resources/{resource.id}/{field}" in places for field in FILE_FIELDS)
