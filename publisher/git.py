"""What git knows of a catalogue's files, asked of the git executable.

A catalogue's root may be a subfolder of the repository: every path here is relative to the
catalogue's root, with forward slashes. What a shallow clone cannot know is left out, never guessed.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from itertools import islice
from pathlib import Path
from threading import Timer
from typing import IO

from publisher.errors import Exit, OpendataError
from publisher.workspace import temporary_stream

TIMEOUT = 120.0
_CHUNK = 1 << 16
_BATCH = 500
# Read-only, the same for every user's configuration, and no hook of the repository's is run.
_SETTINGS = (
    "core.quotePath=false",
    "core.fsmonitor=false",
    "log.showSignature=false",
    "log.showRoot=true",
    "log.diffMerges=separate",
)
_OPTIONS = (*(word for one in _SETTINGS for word in ("-c", one)), "--no-pager")


@dataclass(frozen=True, slots=True)
class Commit:
    """A commit: its full hash and when it was committed (UTC)."""

    sha: str
    committed: datetime


class Repository:
    """The git repository that holds a catalogue; see :meth:`find`."""

    def __init__(self, root: Path, executable: str, tip: str = "HEAD") -> None:
        self.root = root
        self._git = executable
        self._tip = tip
        self._known: set[str] = set()
        self._bases: dict[str, str] = {}

    def at(self, commit: str) -> Repository:
        """The repository as if that commit were the last one, for :meth:`head` and :meth:`walk`."""
        return Repository(self.root, self._git, commit)

    @classmethod
    def find(cls, root: Path) -> Repository | None:
        """The repository around a folder; None if there is none, or no git."""
        executable = shutil.which("git")
        if executable is None or not root.is_dir():
            return None
        repository = cls(root, executable)
        inside = repository._ask("rev-parse", "--is-inside-work-tree")
        return repository if inside is not None and inside.strip() == b"true" else None

    def prefix(self) -> str:
        """The way from the top of the repository to the catalogue's root: ``opendata/``, '' if it is the top."""
        return os.fsdecode((self._ask("rev-parse", "--show-prefix") or b"").rstrip(b"\r\n"))

    def head(self) -> Commit | None:
        """The commit that is checked out; None before the first one."""
        out = self._ask("log", "-1", "--format=%H %ct", self._tip)
        if not out:
            return None
        sha, seconds = out.decode("ascii").split()
        return Commit(sha, _instant(seconds))

    @cached_property
    def is_shallow(self) -> bool:
        """Whether older commits are missing from this clone."""
        return (self._ask("rev-parse", "--is-shallow-repository") or b"").strip() == b"true"

    def dirty(self) -> bool:
        """Whether a file below the root differs from the commit, or is not tracked; true if git cannot say."""
        return self._ask("status", "--porcelain", "-z", "--", ".") != b""

    def resolve(self, ref: str) -> str:
        """The full hash of a revision.

        Raises:
            OpendataError: ``git-unknown-revision``.
        """
        if ref in self._known:
            return ref
        out = self._ask("rev-parse", "--verify", "--quiet", "--end-of-options", f"{ref}^{{commit}}")
        if out is None:
            raise OpendataError("git-unknown-revision", revision=ref)
        sha = out.decode("ascii").strip()
        self._known.add(sha)
        return sha

    def base(self, ref: str) -> str:
        """The commit at which the work on HEAD left a revision; the revision itself if none is known. Asked once.

        Raises:
            OpendataError: ``git-unknown-revision``.
        """
        sha = self.resolve(ref)
        if sha not in self._bases:
            out = self._ask("merge-base", sha, "HEAD")
            found = out.decode("ascii").split()[0] if out else sha
            self._bases |= {sha: found, found: found}
            self._known.add(found)
        return self._bases[sha]

    def changed_since(self, ref: str) -> frozenset[str]:
        """Files that differ from where HEAD left a revision: committed, not committed, not tracked, deleted.

        Raises:
            OpendataError: ``git-unknown-revision``, or ``git-failed`` if git cannot say.
        """
        diff = self._told("diff", "--name-only", "-z", "--no-renames", "--no-ext-diff", "--relative", self.base(ref))
        untracked = self._told("ls-files", "--others", "--exclude-standard", "-z")
        return frozenset(_names(diff)) | frozenset(_names(untracked))

    def tree(self, ref: str, *folders: str) -> dict[str, str]:
        """The regular files that a revision holds in some folders, with their blobs; no links, no submodules.

        Raises:
            OpendataError: ``git-unknown-revision`` or ``git-failed``.
        """
        entries = (one.split("\t", 1) for one in _names(self._told("ls-tree", "-r", "-z", self.resolve(ref), *folders)))
        return {name: about.split()[2] for about, name in entries if about.startswith("100")}

    def files(self, ref: str) -> frozenset[str]:
        """The files that a revision holds.

        Raises:
            OpendataError: ``git-unknown-revision`` or ``git-failed``.
        """
        return frozenset(_names(self._told("ls-tree", "-r", "-z", "--name-only", self.resolve(ref))))

    def show(self, ref: str, file: str) -> bytes | None:
        """A file's bytes at a revision; None if it was not there.

        Raises:
            OpendataError: ``git-unknown-revision``.
        """
        return self._ask("cat-file", "blob", f"{self.resolve(ref)}:./{file}")

    def show_all(self, ref: str, files: Iterable[str]) -> dict[str, bytes]:
        """The bytes of several files at a revision, by one process; those that were not there are left out.

        Raises:
            OpendataError: ``git-unknown-revision`` or ``git-failed``.
        """
        wanted = sorted(file for file in files if "\n" not in file)
        sha = self.resolve(ref)
        if not wanted:
            return {}
        request = b"".join(os.fsencode(f"{sha}:./{file}") + b"\n" for file in wanted)
        out = self._told("cat-file", "--batch", given=request)
        found: dict[str, bytes] = {}
        position = 0
        for file in wanted:
            end = out.find(b"\n", position)
            header = out[position:end]
            position = end + 1
            if header.endswith(b" missing") or end < 0:
                continue
            size = int(header.rsplit(b" ", 1)[1])
            found[file] = out[position : position + size]
            position += size + 1
        return found

    def holders(self, folders: Iterable[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Commits of all branches that touched files in folders of these names, newest first, and those files."""
        patterns = [f":(glob)**/{name}/**" for name in folders]
        if not patterns:
            return (), ()
        out = self._ask("log", "--all", "--format=%x01%H", "--name-only", "-z", "--relative", "--", *patterns)
        tokens = [os.fsdecode(token).strip("\n") for token in (out or b"").split(b"\0")]
        commits = dict.fromkeys(token[1:] for token in tokens if token.startswith("\x01"))
        return tuple(commits), tuple(sorted({one for one in tokens if one and not one.startswith("\x01")}))

    def touched(self, ref: str, file: str) -> tuple[str, ...]:
        """The commits up to a revision that wrote a file under its name, newest first; none where git cannot say."""
        out = self._ask("log", "--format=%H", "--no-renames", "--full-history", ref, "--", f":(literal){file}")
        return tuple((out or b"").decode("ascii").split())

    def walk(self, *arguments: str) -> Iterator[bytes]:
        """What ``git log`` writes between NULs, as it comes; nothing before the first commit.

        Raises:
            OpendataError: ``git-failed`` if git did not come to its end.
        """
        if self.head() is None:
            return
        rest = b""
        with self._running("log", "-z", *arguments, self._tip) as stream:
            while chunk := stream.read(_CHUNK):
                *tokens, rest = (rest + chunk).split(b"\0")
                yield from tokens
        if rest:
            yield rest

    def contents(self, blobs: Iterable[str], largest: int) -> Iterator[tuple[str, bytes | None]]:
        """The bytes of blobs, one after the other; None for one that is absent or larger.

        Raises:
            OpendataError: ``git-failed`` if git did not come to its end, ``temporary-unwritable``.
        """
        # In batches: however long the reader takes over all of them, no git waits for longer than its time.
        wanted = iter(blobs)
        while batch := tuple(islice(wanted, _BATCH)):
            yield from self._batch(batch, largest)

    def _batch(self, blobs: Iterable[str], largest: int) -> Iterator[tuple[str, bytes | None]]:
        asked = (f"{blob}\n".encode("ascii") for blob in blobs)
        with (
            temporary_stream(asked) as request,
            self._running("cat-file", "--batch", "--buffer", given=request) as stream,
        ):
            while header := stream.readline().split():
                left = int(header[2]) + 1 if len(header) == 3 else 0
                content = stream.read(left)[:-1] if 0 < left <= largest else None
                while content is None and left > 0:
                    left -= len(stream.read(min(_CHUNK, left)) or b" " * left)
                yield header[0].decode("ascii"), content

    @cached_property
    def edge(self) -> frozenset[str]:
        """A shallow clone's oldest commits: they seem to have made every file, but what they did is not known."""
        out = self._ask("rev-parse", "--git-path", "shallow")
        path = self.root / os.fsdecode(out.rstrip(b"\r\n")) if out else None
        return frozenset(path.read_text("ascii").split()) if path is not None and path.is_file() else frozenset()

    @contextmanager
    def _running(self, *arguments: str, given: IO[bytes] | int = subprocess.DEVNULL) -> Iterator[IO[bytes]]:
        """What a running git writes; it is stopped when nobody reads on, or after a time."""
        process = subprocess.Popen(
            [self._git, *_OPTIONS, *arguments],
            cwd=self.root,
            env=_environment(),
            stdin=given,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            bufsize=_CHUNK,
        )
        guard = Timer(TIMEOUT, process.kill)
        guard.start()
        try:
            assert process.stdout is not None
            yield process.stdout
            if process.wait() != 0:
                raise OpendataError("git-failed", Exit.UNREACHABLE, command=f"git {arguments[0]}")
        finally:
            guard.cancel()
            process.kill()
            process.communicate()

    def _told(self, *arguments: str, given: bytes | None = None) -> bytes:
        """What git answers, where no answer must not be taken for an empty one."""
        out = self._ask(*arguments, given=given)
        if out is None:
            raise OpendataError("git-failed", Exit.UNREACHABLE, command=f"git {arguments[0]}")
        return out

    def _ask(self, *arguments: str, given: bytes | None = None) -> bytes | None:
        """What git answers; None if it says no."""
        try:
            done = subprocess.run(
                [self._git, *_OPTIONS, *arguments],
                cwd=self.root,
                env=_environment(),
                input=given if given is not None else b"",
                capture_output=True,
                timeout=TIMEOUT,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired):
            return None
        return done.stdout if done.returncode == 0 else None


def _environment() -> dict[str, str]:
    # A git hook that calls us sets GIT_DIR and others for itself; only configuration is taken over.
    kept = {k: v for k, v in os.environ.items() if not k.startswith("GIT_") or k.startswith("GIT_CONFIG")}
    return {**kept, "LC_ALL": "C", "GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0"}


def _instant(seconds: str) -> datetime:
    return datetime.fromtimestamp(int(seconds), UTC)


def _names(out: bytes) -> Iterator[str]:
    return (os.fsdecode(name) for name in out.split(b"\0") if name)


__all__ = ["Commit", "Repository"]
