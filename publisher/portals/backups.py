"""Bytes that stand on a portal and nowhere else, kept on this computer before they are overwritten or removed.

``FOLDER/PORTAL/INSTANT/DATASET/`` holds the files and a ``manifest.json`` that tells what they are.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from publisher.digest import digest_of_file
from publisher.errors import Exit, OpendataError
from publisher.messages import reason_of
from publisher.workspace import replacing, write_atomically

MANIFEST = "manifest.json"
_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class Kept:
    """A file that was kept: ``path`` within its backup, ``origin`` where it stood, ``resource`` its id there."""

    path: str
    origin: str
    sha256: str
    bytes: int
    saved: str
    resource: str | None = None


@dataclass(frozen=True, slots=True)
class Backup:
    """What was kept of one dataset in one run. ``id`` names it: ``PORTAL/INSTANT/DATASET``."""

    id: str
    folder: Path
    files: tuple[Kept, ...]


class Backups:
    """Where the files of one run are kept.

    Args:
        folder: of all portals.
        portal: the key of the portal that is written to.
        clock: says when.
    """

    def __init__(self, folder: Path, portal: str, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._clock = clock
        self.folder = folder / portal / clock().strftime("%Y%m%dT%H%M%SZ")

    def keep(self, dataset: str, path: str, content: IO[bytes], origin: str, resource: str | None = None) -> Kept:
        """Keep what is left of a stream, whole and on the disk when this returns.

        Raises:
            OpendataError: ``backup-failed``; what would have been overwritten must then stay.
        """
        folder = self.folder / dataset
        place = folder / path
        found = hashlib.sha256()
        try:
            place.parent.mkdir(parents=True, exist_ok=True)
            with replacing(place) as partial, partial.open("wb") as stream:
                while chunk := content.read(_CHUNK):
                    found.update(chunk)
                    stream.write(chunk)
            size = place.stat().st_size
            kept = Kept(path, origin, found.hexdigest(), size, self._clock().isoformat(timespec="seconds"), resource)
            known = tuple(one for one in _read(folder) if one.path != path)
            listed = {"dataset": dataset, "files": [asdict(one) for one in (*known, kept)]}
            write_atomically(folder / MANIFEST, json.dumps(listed, ensure_ascii=False, indent=2).encode())
        except OSError as error:
            raise OpendataError("backup-failed", Exit.NO, folder=str(folder), reason=reason_of(error)) from error
        return kept


def backups(folder: Path) -> Iterator[Backup]:
    """All that was kept, oldest first by portal."""
    for manifest in sorted(folder.glob(f"*/*/*/{MANIFEST}")):
        place = manifest.parent
        yield Backup(place.relative_to(folder).as_posix(), place, _read(place))


def restore(backup: Backup, target: Path) -> list[Path]:
    """Copy a backup's files into a folder, as new files, each proved by its hash; their paths.

    Raises:
        OpendataError: ``backup-damaged``, ``backup-in-the-way`` if a file of that name is there already,
            ``cannot-write``.
    """
    places = [(one, backup.folder / one.path, target / one.path) for one in backup.files]
    for one, source, place in places:
        if not source.is_file() or digest_of_file(source) != one.sha256:
            raise OpendataError("backup-damaged", Exit.NO, path=str(source))
        if place.exists():
            raise OpendataError("backup-in-the-way", Exit.NO, path=str(place))
    try:
        for _, source, place in places:
            place.parent.mkdir(parents=True, exist_ok=True)
            with replacing(place) as partial:
                shutil.copyfile(source, partial)
    except OSError as error:
        raise OpendataError("cannot-write", path=str(target), reason=reason_of(error)) from error
    return [place for _, _, place in places]


def _read(folder: Path) -> tuple[Kept, ...]:
    """The files that a manifest lists, none of them outside of its folder."""
    try:
        listed = json.loads((folder / MANIFEST).read_text("utf-8"))
        found = tuple(Kept(**one) for one in listed["files"])
    except (OSError, ValueError, KeyError, TypeError):
        return ()
    return tuple(one for one in found if (folder / one.path).resolve().is_relative_to(folder.resolve()))
