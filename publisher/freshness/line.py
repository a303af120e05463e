"""The main line of a history: what reached it, when, by one walk of git.

The main line is HEAD and its first parents. What a branch brought counts when it was merged, not when it
was written; of a merge only what differs from its first parent is looked at. Instants are the
committer's, so those of rebased commits are of the rebase. Whoever pulls into the main branch with a merge of
the wrong way round (its first parent being the own work) moves the others' changes to that merge's instant.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import NamedTuple

from publisher.git import Repository

_LOG = ("--first-parent", "-m", "--raw", "--no-abbrev", "-M50%", "-l1000", "--format=%x01%H %ct", "--relative")
_FILE = b"100"


class Change(NamedTuple):
    """A file's new bytes; ``before`` is its old name where it was moved, ``blob`` None where it was deleted."""

    file: str
    before: str | None
    blob: str | None


@dataclass(frozen=True, slots=True)
class Step:
    """A commit of the main line. At a shallow clone's ``edge`` its changes are everything that there was."""

    commit: str
    at: datetime
    edge: bool
    changes: tuple[Change, ...]


def main_line(repository: Repository, present: datetime | None = None) -> list[Step]:
    """The commits of the main line, newest first, with instants that never run backwards.

    A commit that claims to be older than its parent has the parent's instant. One that lies in the future (of
    ``present``, by default the clock) has that of the commit after it, so that one wrong clock does not
    move all that follows.

    Raises:
        OpendataError: ``git-failed``.
    """
    steps = list(_read(repository))
    instants = _instants([step.at for step in steps], present or datetime.now(UTC))
    return [Step(one.commit, at, one.edge, one.changes) for one, at in zip(steps, instants, strict=True)]


def _instants(written: Sequence[datetime], present: datetime) -> list[datetime]:
    found: list[datetime] = []
    for at in written:
        found.append(found[-1] if found and at > present and at > found[-1] else at)
    for index in range(len(found) - 2, -1, -1):
        found[index] = max(found[index], found[index + 1])
    return found


def _read(repository: Repository) -> Iterator[Step]:
    commit, at = "", datetime.fromtimestamp(0, UTC)
    changes: list[Change] = []
    tokens = repository.walk(*_LOG)
    for raw in tokens:
        token = raw.strip(b"\n")
        if token.startswith(b"\x01"):
            if commit:
                yield Step(commit, at, commit in repository.edge, tuple(changes))
            commit, seconds = token[1:].decode("ascii").split()
            at, changes = datetime.fromtimestamp(int(seconds), UTC), []
        elif token.startswith(b":"):
            _, mode, _, blob, status = token.split(b" ")
            first = os.fsdecode(next(tokens, b""))
            moved = status[:1] in b"RC"
            name = os.fsdecode(next(tokens, b"")) if moved else first
            kept = mode.startswith(_FILE)  # no link, no submodule
            changes.append(Change(name, first if moved else None, blob.decode("ascii") if kept else None))
    if commit:
        yield Step(commit, at, commit in repository.edge, tuple(changes))
