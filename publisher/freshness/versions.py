"""The versions of all data files, from one walk through the main line and a cache of contents by blob.

A version is what a file was after a commit of the main line (see :mod:`publisher.freshness.line`). Its content
has changed where the canonical digest differs from that of the version before: rewriting a file without changing
its values is no change, going back to older values is one. A file that was moved (the same bytes, or
what git takes for a move) has the versions that it had under its old name; one that was deleted and came back
is compared with what it was before.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from publisher.catalogue.model import Catalogue
from publisher.freshness.content import LARGEST, VERSION, content_digest, reader_key
from publisher.freshness.line import Step, main_line
from publisher.freshness.spare import pruned
from publisher.git import Repository
from publisher.tables.source import Table, tables_of
from publisher.workspace import Workspace

Digests = dict[str, dict[str, str | None]]
"""Contents of blobs by how they are read."""

_KIND = "contents"


@dataclass(frozen=True, slots=True)
class Version:
    """What a file was from an instant on.

    ``file`` is its name at the time. ``content`` is the canonical digest, None for what cannot be read as a
    table: then ``changed`` goes by the bytes. ``rewritten`` says whether the bytes are others than before.
    """

    file: str
    commit: str
    at: datetime
    blob: str
    content: str | None
    changed: bool
    rewritten: bool = True


@dataclass(frozen=True, slots=True)
class _Raw:
    file: str
    step: Step
    blob: str


def versions_of(
    catalogue: Catalogue,
    repository: Repository | None,
    workspace: Workspace | None = None,
    until: datetime | None = None,
    *,
    present: datetime | None = None,
) -> Mapping[str, tuple[Version, ...]]:
    """The versions of each data file of a catalogue that git knows, oldest first, by its present name.

    ``until`` leaves out what was committed later. What happened before the edge of a shallow clone is left out:
    a file that has not been touched since then has no versions.

    Raises:
        OpendataError: ``git-failed``.
    """
    readers = {part.file: table for table in tables_of(catalogue).values() for part in table.parts}
    if repository is None or not readers:
        return {}
    steps = main_line(repository, present)
    found = _trace(steps, readers, until)
    digests = _digests(found, readers, repository, workspace)
    return {key: tuple(_compared(raws, readers[key], digests)) for key, raws in found.items()}


def _trace(steps: Sequence[Step], files: Mapping[str, Table], until: datetime | None) -> dict[str, list[_Raw]]:
    """What became of each file, newest first; moves are followed backwards, also those after ``until``."""
    names: dict[str, set[str]] = {file: {file} for file in files}
    found: dict[str, list[_Raw]] = {}
    for step in steps:
        known = until is None or step.at <= until
        moved: list[tuple[str, set[str]]] = []
        for change in step.changes:
            keys = names.get(change.file)
            if keys is None or change.blob is None:
                continue
            if known:
                for key in keys:
                    found.setdefault(key, []).append(_Raw(change.file, step, change.blob))
            if change.before is not None:
                moved.append((change.before, names.pop(change.file)))
        for before, keys in moved:
            names.setdefault(before, set()).update(keys)
    return found


def _digests(
    found: Mapping[str, Sequence[_Raw]],
    readers: Mapping[str, Table],
    repository: Repository,
    workspace: Workspace | None,
) -> Digests:
    """The contents of all versions: those that are cached, and those that have to be read."""
    kept: Digests = (workspace.cached(_KIND, VERSION) if workspace else None) or {}
    wanted: dict[str, dict[str, tuple[Table, str]]] = {}
    used: dict[str, set[str]] = {}
    for key, raws in found.items():
        table = readers[key]
        for name, reader in _readers(table, raws).items():
            known = kept.setdefault(reader, {})
            used.setdefault(reader, set()).update(raw.blob for raw in raws if raw.file == name)
            for raw in raws:
                if raw.blob not in known and raw.file == name:
                    wanted.setdefault(raw.blob, {})[reader] = (table, name)
    for blob, content in repository.contents(wanted, LARGEST):
        for reader, (table, name) in wanted[blob].items():
            kept[reader][blob] = None if content is None else content_digest(content, table, name)
    if wanted and workspace is not None:
        workspace.keep(_KIND, VERSION, pruned(kept, used))
    return kept


def _readers(table: Table, raws: Sequence[_Raw]) -> dict[str, str]:
    """How the file is read, by the names that it had."""
    return {name: reader_key(table, name) for name in {raw.file for raw in raws}}


def _compared(raws: Sequence[_Raw], table: Table, digests: Digests) -> Iterator[Version]:
    before: tuple[str, str | None] | None = None
    contents = {name: digests[reader] for name, reader in _readers(table, raws).items()}
    for raw in reversed(raws):
        content = contents[raw.file].get(raw.blob)
        rewritten = before is None or before[0] != raw.blob
        changed = rewritten and (before is None or content is None or content != before[1])
        before = (raw.blob, content)
        if not raw.step.edge:
            yield Version(raw.file, raw.step.commit, raw.step.at, raw.blob, content, changed, rewritten)


__all__ = ["Version", "versions_of"]
