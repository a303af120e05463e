"""Replacing a folder as a whole, so that whoever reads it sees the old one or the new one.

On Linux the two folders are exchanged in one step (renameat2 with RENAME_EXCHANGE). Elsewhere it
takes two renames; a crash between them leaves the old folder aside, and the next run puts it back.
"""

from __future__ import annotations

import ctypes
import errno
import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from publisher.errors import Exit, OpendataError

_AT_FDCWD = -100
_RENAME_EXCHANGE = 2


@contextmanager
def readable(target: Path) -> Iterator[None]:
    """Say in one line that the portal's folder cannot be read.

    Raises:
        OpendataError: ``portal-unreadable``.
    """
    try:
        yield
    except OSError as error:
        reason = error.strerror or str(error)
        raise OpendataError("portal-unreadable", Exit.UNREACHABLE, folder=str(target), reason=reason) from error


def staging(target: Path) -> Path:
    """The folder beside the target in which its successor is built."""
    return target.with_name(f".{target.name}.opendata-next")


def fetched(target: Path) -> Path:
    """The folder beside the target for what is brought back from the public address."""
    return target.with_name(f".{target.name}.opendata-back")


def _aside(target: Path) -> Path:
    return target.with_name(f".{target.name}.opendata-old")


def current(target: Path) -> Path:
    """The folder that holds the portal now: the target, or the old one that a crash left aside."""
    return _aside(target) if not target.exists() and _aside(target).is_dir() else target


def leftovers(target: Path) -> list[Path]:
    """What an interrupted run left beside the target."""
    return [folder for folder in (staging(target), fetched(target), _aside(target)) if folder.exists()]


def recover(target: Path) -> bool:
    """Undo what an interrupted run left: put the old folder back, remove leftovers. Whether there was any."""
    left = leftovers(target)
    if not target.exists() and _aside(target).is_dir():
        _aside(target).rename(target)
    for folder in left:
        if folder.exists():
            shutil.rmtree(folder)
    return bool(left)


def switch(target: Path) -> Path | None:
    """Put the staging folder in the target's place; the folder that now holds the old one, None if there was none.

    Raises:
        OSError: the target is as it was.
    """
    fresh = staging(target)
    if not target.exists():
        fresh.rename(target)
        return None
    if _exchange(fresh, target):
        return fresh
    old = _aside(target)
    target.rename(old)
    try:
        fresh.rename(target)
    except OSError:
        old.rename(target)
        raise
    return old


def _exchange(one: Path, other: Path) -> bool:
    """Exchange two names in one step; False where the system or its file system cannot."""
    if not sys.platform.startswith("linux"):
        return False
    try:
        renameat2 = ctypes.CDLL(None, use_errno=True).renameat2
    except (OSError, AttributeError):
        return False
    if renameat2(_AT_FDCWD, os.fsencode(one), _AT_FDCWD, os.fsencode(other), _RENAME_EXCHANGE) == 0:
        return True
    code = ctypes.get_errno()
    if code in {errno.EINVAL, errno.ENOSYS, errno.EOPNOTSUPP, errno.EPERM}:
        return False
    raise OSError(code, os.strerror(code), str(other))
