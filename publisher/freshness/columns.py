"""What a date column showed in each version of its file, where a dataset's evidence is a column.

Only versions whose content changed are read, each once: the answer is kept by blob.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from publisher.catalogue.model import Catalogue, ColumnEvidence, Dataset, Part
from publisher.freshness.content import LARGEST, reader_key
from publisher.freshness.cycles import is_periodic, rhythm
from publisher.freshness.evidence import coverage, label_of
from publisher.freshness.model import Observation
from publisher.freshness.spare import pruned
from publisher.freshness.versions import Version
from publisher.git import Repository
from publisher.tables.canonical import canonical
from publisher.tables.opening import open_raw
from publisher.tables.source import Table, Unreadable, table_of
from publisher.workspace import Workspace, temporary_copy

VERSION = 1
"""Raised when the same bytes would give another answer."""

Shown = Mapping[str, tuple[tuple[datetime, Observation], ...]]
"""By file: from which instant on which observation held, oldest first."""

_KIND = "columns"
_Plain = list[Any] | None


def column_history(
    catalogue: Catalogue,
    datasets: Iterable[Dataset],
    versions: Mapping[str, Sequence[Version]],
    repository: Repository | None,
    workspace: Workspace | None = None,
) -> Shown:
    """What the column that is a dataset's evidence showed in each version of its files.

    Raises:
        OpendataError: ``git-failed``.
    """
    wanted = [one for dataset in datasets for one in _asked(catalogue, dataset, versions)]
    if repository is None or not wanted:
        return {}
    known: dict[str, dict[str, _Plain]] = (workspace.cached(_KIND, VERSION) if workspace else None) or {}
    unread: dict[str, list[_Asked]] = {}
    used: dict[str, set[str]] = {}
    for one in wanted:
        for version in one.versions:
            used.setdefault(one.key(version), set()).add(version.blob)
            if version.blob not in known.setdefault(one.key(version), {}):
                unread.setdefault(version.blob, []).append(one)
    for blob, content in repository.contents(unread, LARGEST):
        for one in unread[blob]:
            version = next(version for version in one.versions if version.blob == blob)
            known[one.key(version)][blob] = None if content is None else one.read(content, version.file)
    if unread and workspace is not None:
        workspace.keep(_KIND, VERSION, pruned(known, used))
    found: dict[str, tuple[tuple[datetime, Observation], ...]] = {}
    for one in wanted:
        answers = ((version.at, one.observation(known[one.key(version)].get(version.blob))) for version in one.versions)
        found.setdefault(one.file, tuple((at, seen) for at, seen in answers if seen is not None))
    return found


def _asked(catalogue: Catalogue, dataset: Dataset, versions: Mapping[str, Sequence[Version]]) -> Iterator[_Asked]:
    terms = dataset.freshness
    if terms is None or not is_periodic(terms.frequency):
        return
    for asked in terms.evidence:
        for resource in dataset.resources if isinstance(asked, ColumnEvidence) else ():
            if isinstance(asked, ColumnEvidence) and asked.resource in (None, resource.name):
                table = table_of(resource, dataset.name, catalogue.settings.languages)
                for part in resource.parts:
                    yield _Asked(part.file, table, asked.column, rhythm(terms), versions.get(part.file, ()))


class _Asked:
    """A column of a file, with the versions of the file that changed its content."""

    def __init__(self, file: str, table: Table, column: str, frequency: str, versions: Sequence[Version]) -> None:
        self.file = file
        self.table = table
        self.column = column
        self.frequency = frequency
        self.versions = [version for version in versions if version.changed]

    def key(self, version: Version) -> str:
        """How a version is read: answers are kept by it."""
        return "|".join((reader_key(self.table, version.file), self.column, self._format(), self.frequency))

    def read(self, content: bytes, name: str) -> _Plain:
        """What the column says in these bytes, as plain data; None where they have no such column."""
        with temporary_copy(content, Path(name).suffix.lower()) as path:
            try:
                raw = open_raw(self.table, Part(name, path))
                index = _place(self.column, [label.strip() for label in raw.labels], self.table)
                cells = {row[index] for row in raw.rows if index is not None and index < len(row)}
            except (Unreadable, UnicodeError, ValueError):
                return None
        labels = [label for cell in cells if (label := label_of(self._text(cell), self.frequency)) is not None]
        seen = coverage("column", self.column, labels, self.frequency, _LONG_AGO)
        if seen is None or seen.through is None:
            return None
        return [seen.through.isoformat(), list(seen.periods), list(seen.partial), seen.on is None]

    def observation(self, plain: _Plain) -> Observation | None:
        """The answer again; ``on`` is set where the last period may have been running."""
        if plain is None:
            return None
        through, periods, partial, whole = plain
        on = None if whole else _LONG_AGO
        day = datetime.fromisoformat(through).date()
        return Observation("column", self.column, day, on, tuple(periods), tuple(partial))

    def _format(self) -> str:
        fields = (self.table.schema or {}).get("fields", ())
        given = next((field.get("format") for field in fields if field.get("name") == self.column), None)
        return given if isinstance(given, str) and "%" in given else ""

    def _text(self, cell: Any) -> str:
        written = self._format()
        if written and isinstance(cell, str):
            try:
                return datetime.strptime(cell.strip(), written).date().isoformat()
            except ValueError:
                return cell
        return canonical(cell) or ""


_LONG_AGO = datetime.min.date()


def _place(column: str, labels: Sequence[str], table: Table) -> int | None:
    """Where a column stands: by its name, else where today's schema has it."""
    if column in labels:
        return labels.index(column)
    fields = [field["name"] for field in (table.schema or {}).get("fields", ())]
    return fields.index(column) if column in fields and len(fields) == len(labels) else None
