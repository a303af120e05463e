"""The next version of a site, built beside the one that is served.

What does not change is linked, so that its bytes and times stay; where links are not possible it is
copied. What is new is written. Nothing in the served folder is ever opened for writing.
"""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
import stat
from collections.abc import Callable, Collection, Iterator, Mapping
from pathlib import Path

from publisher.digest import digest_of_file
from publisher.errors import Exit, OpendataError
from publisher.portals.base import SourceChanged
from publisher.portals.site.state import STATE, Made
from publisher.portals.site.swap import staging
from publisher.workspace import PARTIAL

_FULL = {errno.ENOSPC, errno.EDQUOT} if hasattr(errno, "EDQUOT") else {errno.ENOSPC}


class Stage:
    """A folder under construction, to become ``target``.

    ``base`` holds the files that are there already (the target, or what was brought back from the
    public address), ``old`` tells what they are, ``spoilt`` which of them are not to be taken over; ``made`` is what
    this one is made of.
    """

    def __init__(
        self, target: Path, base: Path, old: Mapping[str, Made], spoilt: Collection[str] = frozenset()
    ) -> None:
        self.base = base
        self.folder = staging(target)
        self.old = old
        self._spoilt = spoilt
        self.made: dict[str, Made] = {}
        self.written: list[str] = []
        self._folders: set[str] = set()
        self.folder.parent.mkdir(parents=True, exist_ok=True)
        self.folder.mkdir()

    def keep(self, path: str) -> bool:
        """Take a file over as it is; False if it is not there (any more)."""
        if path in self.made:
            return True
        made = self.old.get(path)
        if made is None or path in self._spoilt or _size(f"{self.base}/{path}") != made.bytes:
            return False
        _link(f"{self.base}/{path}", self._place(path))
        self.made[path] = made
        return True

    def write(self, path: str, content: bytes) -> None:
        """A file with these bytes; the served one is kept if it has them."""
        made = Made(hashlib.sha256(content).hexdigest(), len(content))
        if self.old.get(path) == made and self.keep(path):
            return
        self._place(path).write_bytes(content)
        self._note(path, made)

    def copy(self, path: str, source: Path, made: Made) -> None:
        """A committed file, as it was when it was checked.

        Raises:
            SourceChanged: if its bytes are others by now.
        """
        if self.old.get(path) == made and self.keep(path):
            return
        place = self._place(path)
        try:
            shutil.copyfile(source, place)
        except (FileNotFoundError, PermissionError) as error:
            raise SourceChanged(path) from error
        if digest_of_file(place) != made.sha256:
            place.unlink()
            raise SourceChanged(path)
        self._note(path, made)

    def make(self, path: str, maker: Callable[[Path], None]) -> Made:
        """A file that ``maker`` writes; the served one is kept if it came out the same."""
        place = self._place(path)
        maker(place)
        made = Made(digest_of_file(place), place.stat().st_size)
        if self.old.get(path) == made:
            place.unlink()
            if self.keep(path):
                return made
            maker(place)
        self._note(path, made)
        return made

    def alias(self, path: str, of: str) -> None:
        """The same bytes at a second address."""
        if path not in self.made and of in self.made:
            if self.old.get(path) == self.made[of] and self.keep(path):
                return
            _link(f"{self.folder}/{of}", self._place(path))
            self._note(path, self.made[of])

    def forget(self, folder: str) -> None:
        """Take back what was put into a folder of the stage."""
        for path in [path for path in self.made if path.startswith(folder)]:
            (self.folder / path).unlink(missing_ok=True)
            del self.made[path]
        self.written = [path for path in self.written if not path.startswith(folder)]

    def carry_over(self) -> list[str]:
        """Take over what others put into the served folder; the paths.

        Raises:
            OpendataError: ``portal-path-taken`` if a file of ours would take the place of one of theirs.
        """
        carried = []
        for path in foreign(self.base, self.old):
            place = self.folder / path
            if path in self.made or place.exists() or any(parent in self.made for parent in _parents(path)):
                raise OpendataError("portal-path-taken", Exit.NO, path=path, folder=str(self.base))
            place = self._place(path)
            there = self.base / path
            if there.is_symlink():
                place.symlink_to(there.readlink(), target_is_directory=there.is_dir())
            else:
                _link(str(there), place)
            carried.append(path)
        return carried

    def clear_partial(self) -> None:
        """Remove what a killed process left half written."""
        for path in self.folder.rglob(f".*{PARTIAL}"):
            path.unlink(missing_ok=True)

    def discard(self) -> None:
        """Remove what was built."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def _place(self, path: str) -> Path:
        folder = path.rpartition("/")[0]
        if folder not in self._folders:
            (self.folder / folder).mkdir(parents=True, exist_ok=True)
            self._folders.add(folder)
        return self.folder / path

    def _note(self, path: str, made: Made) -> None:
        self.made[path] = made
        self.written.append(path)


def foreign(folder: Path, ours: Mapping[str, Made]) -> Iterator[str]:
    """Files (and links) in a folder that the site did not make."""
    if not folder.is_dir():
        return
    for top, folders, names in os.walk(folder):
        links = [name for name in folders if stat.S_ISLNK(os.lstat(f"{top}/{name}").st_mode)]
        folders[:] = [name for name in folders if name not in links]
        base = top[len(str(folder)) :].replace(os.sep, "/")
        for name in sorted([*names, *links]):
            path = f"{base}/{name}".removeprefix("/")
            if path not in ours and path != STATE:
                yield path


def missing(folder: Path, ours: Mapping[str, Made], *, deep: bool = False) -> tuple[str, ...]:
    """Files of the site that are gone from the folder, or have another size; looking deep, also other bytes."""
    return tuple(
        path
        for path, made in ours.items()
        if _size(f"{folder}/{path}") != made.bytes or (deep and digest_of_file(folder / path) != made.sha256)
    )


def _size(path: str) -> int | None:
    """A file's size, None if it is not there. A string, as a site has many files and a ``Path`` costs more."""
    try:
        return os.lstat(path).st_size
    except (FileNotFoundError, NotADirectoryError):
        return None


def _parents(path: str) -> Iterator[str]:
    while "/" in path:
        path = path.rpartition("/")[0]
        yield path


def _link(there: str, place: Path) -> None:
    """A second name for a file, or a copy where the file system has no links."""
    try:
        place.hardlink_to(there)
    except FileExistsError:  # from a process that was killed after this step
        place.unlink()
        place.hardlink_to(there)
    except OSError as error:
        if error.errno in _FULL:
            raise
        shutil.copy2(there, place)
