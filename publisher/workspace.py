"""The one folder in which the tool keeps journal, lock and caches: ``.opendata`` at the catalogue's root."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO, Any

from filelock import FileLock, Timeout

from publisher.digest import digest_of
from publisher.errors import Exit, OpendataError
from publisher.messages import reason_of

FOLDER = ".opendata"
PARTIAL = ".partial"
"""How the names of files end that are not yet whole."""


class Workspace:
    """Paths below ``.opendata`` and a cache of plain data by digest. Everything in it but backups can be deleted."""

    def __init__(self, root: Path) -> None:
        configured = os.environ.get("OPENDATA_WORKSPACE")
        self.folder = Path(configured) if configured else root / FOLDER

    @property
    def journal(self) -> Path:
        """The folder of journals, one JSON Lines file a run."""
        return self._made("journal")

    @property
    def backups(self) -> Path:
        """The folder of bytes that portals had and git does not, saved before they were overwritten."""
        return self.folder / "backups"

    def cached(self, kind: str, key: Any) -> Any | None:
        """What was kept under a key (any plain data), or None."""
        try:
            return json.loads(self._entry(kind, key).read_text("utf-8"))
        except (OSError, ValueError):
            return None

    def keep(self, kind: str, key: Any, value: Any) -> None:
        """Keep plain data under a key; a full disk or a read-only folder only means no cache."""
        path = self._entry(kind, key)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            write_atomically(path, json.dumps(value, ensure_ascii=False).encode(), durable=False)
        except OSError:
            return

    @contextmanager
    def locked(self, name: str, wait: float) -> Iterator[None]:
        """Hold a lock among processes; wait at most ``wait`` seconds.

        Raises:
            OpendataError: ``locked`` if another process keeps holding it, ``workspace-unwritable``.
        """
        lock = FileLock(str(self._made("lock") / f"{name}.lock"))
        try:
            lock.acquire(timeout=wait)
        except Timeout as error:
            raise OpendataError("locked", Exit.NO, name=name) from error
        except OSError as error:
            raise unwritable(self.folder, error) from error
        try:
            yield
        finally:
            lock.release()

    def _entry(self, kind: str, key: Any) -> Path:
        digest = digest_of(key)
        return self.folder / "cache" / kind / digest[:2] / f"{digest}.json"

    def _made(self, name: str) -> Path:
        path = self.folder / name
        try:
            path.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise unwritable(self.folder, error) from error
        return path


def unwritable(folder: Path, error: OSError) -> OpendataError:
    """What is said where the workspace takes no files."""
    return OpendataError("workspace-unwritable", folder=str(folder), reason=error.strerror or str(error))


@contextmanager
def temporary_folder() -> Iterator[Path]:
    """A folder that is gone afterwards, outside of the workspace.

    Raises:
        OpendataError: ``temporary-unwritable``.
    """
    with ExitStack() as stack:
        try:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="opendata-")))
        except OSError as error:
            raise _no_room(_temporary(), error) from error
        yield folder


@contextmanager
def temporary_copy(content: bytes, suffix: str) -> Iterator[Path]:
    """A file with some bytes, for readers that want a file; gone afterwards.

    Raises:
        OpendataError: ``temporary-unwritable``.
    """
    with ExitStack() as stack:
        try:
            handle, name = tempfile.mkstemp(suffix, "opendata-")
            stack.callback(os.unlink, name)
            with os.fdopen(handle, "wb") as copy:
                copy.write(content)
        except OSError as error:
            raise _no_room(_temporary(), error) from error
        yield Path(name)


@contextmanager
def temporary_stream(lines: Iterable[bytes]) -> Iterator[IO[bytes]]:
    """A nameless file with some lines, for a process to read.

    Raises:
        OpendataError: ``temporary-unwritable``.
    """
    with ExitStack() as stack:
        try:
            # Without a buffer, which would be written once more, and refused again, when it is closed.
            stream = stack.enter_context(tempfile.TemporaryFile(buffering=0))
            left = memoryview(b"".join(lines))
            while left:
                left = left[stream.write(left) :]
            stream.seek(0)
        except OSError as error:
            raise _no_room(_temporary(), error) from error
        yield stream


def fill(path: Path, content: bytes) -> None:
    """Write a file of a temporary folder, and the folders above it.

    Raises:
        OpendataError: ``temporary-unwritable``.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    except OSError as error:
        raise _no_room(str(path.parent), error) from error


def _temporary() -> str:
    return os.environ.get("TMPDIR") or tempfile.tempdir or "TMPDIR"


def _no_room(folder: str, error: OSError) -> OpendataError:
    return OpendataError("temporary-unwritable", folder=folder, reason=reason_of(error))


def write_atomically(path: Path, content: bytes, *, durable: bool = True) -> None:
    """Replace a file's bytes as a whole; see :func:`replacing`."""
    with replacing(path, durable=durable) as partial:
        partial.write_bytes(content)


@contextmanager
def replacing(path: Path, *, durable: bool = True) -> Iterator[Path]:
    """A name beside a path to write to; the file takes the path's place when all went well.

    ``durable`` waits until its bytes are on the disk, so that no loss of power leaves an empty file. What is made
    again from other files, by the thousand, need not wait.
    """
    partial = path.with_name(f".{path.name}.{os.getpid()}{PARTIAL}")
    try:
        yield partial
        if durable:
            with partial.open("rb+") as stream:
                os.fsync(stream.fileno())
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Write to a place that somebody named.

    Raises:
        OpendataError: ``cannot-write`` where the system refuses it.
    """
    try:
        yield
    except OSError as error:
        raise OpendataError("cannot-write", path=str(path), reason=reason_of(error)) from error
