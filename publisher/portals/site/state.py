"""The state file of a site: what it holds and every file that it made, at a fixed address.

``state.json`` names the files; each record stands in a file of its own, whose bytes are the record's
canonical JSON, so that a record's digest is the SHA-256 of its file.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

from publisher.digest import canonical_json
from publisher.plan.model import Kind, PublishedFile, Record, Subject
from publisher.plan.serial import subject_of

STATE = "state.json"
FORMAT = 1
_FOLDERS = {Kind.ORGANIZATION: "organization/", Kind.THEME: "group/", Kind.DATASET: "dataset/"}


@dataclass(frozen=True, slots=True)
class Made:
    """A file that the site made, by hash and size."""

    sha256: str
    bytes: int


@dataclass(frozen=True, slots=True)
class Entry:
    """One subject: its identity, its record's digest, the commit it came from, its files, how its pages were drawn."""

    id: str
    digest: str
    commit: str | None = None
    files: tuple[PublishedFile, ...] = ()
    page_key: str | None = None
    pages: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SiteState:
    """A whole site. ``design`` is the digest of what drew it; ``files`` has all but the state file."""

    catalogue_id: str
    commit: str | None
    tool: str
    design: str
    as_of: str | None = None
    entries: Mapping[Subject, Entry] = field(default_factory=dict)
    files: Mapping[str, Made] = field(default_factory=dict)
    redirects: Mapping[str, str] = field(default_factory=dict)


def folder_of(subject: Subject) -> str:
    """The folder of a subject's own files, with a slash at its end; '' for the catalogue's."""
    return "" if subject.kind is Kind.CATALOGUE else f"{_FOLDERS[subject.kind]}{subject.name}/"


def record_path(subject: Subject) -> str:
    """Where a subject's record stands."""
    return folder_of(subject) + "record.json"


def state_bytes(state: SiteState) -> bytes:
    """The state file: one line a subject and a file, so that two versions compare well."""
    head = {
        "format": FORMAT,
        "catalogue_id": state.catalogue_id,
        "commit": state.commit,
        "tool": state.tool,
        "design": state.design,
        "as_of": state.as_of,
        "redirects": dict(sorted(state.redirects.items())),
    }
    lines = ["{"]
    lines += [f"{json.dumps(key)}: {canonical_json(value)}," for key, value in head.items()]
    subjects = ((str(subject), _entry_data(entry)) for subject, entry in sorted(state.entries.items()))
    files = ((path, [made.sha256, made.bytes]) for path, made in sorted(state.files.items()))
    lines += ['"subjects": {', *_lines(subjects), "},", '"files": {', *_lines(files), "}", "}", ""]
    return "\n".join(lines).encode()


def _lines(pairs: Iterator[tuple[str, Any]]) -> list[str]:
    made = [f"{json.dumps(key, ensure_ascii=False)}: {canonical_json(value)}" for key, value in pairs]
    return [*(f"{line}," for line in made[:-1]), *made[-1:]]


def read_state(content: bytes) -> SiteState | None:
    """The state in a file's bytes; None if they are not a state file of a format that we know.

    It may come from an address: no name and no path in it leads out of the site's folder.
    """
    try:
        data = json.loads(content)
        if data["format"] != FORMAT or not all(map(_is_step, chain(*data["redirects"].items()))):
            return None
        return SiteState(
            data["catalogue_id"],
            data["commit"],
            data["tool"],
            data["design"],
            data["as_of"],
            {_subject(name): _entry(entry) for name, entry in data["subjects"].items()},
            {path: Made(sha256, size) for path, (sha256, size) in data["files"].items() if _is_inside(path)},
            data["redirects"],
        )
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None


def _subject(text: str) -> Subject:
    subject = subject_of(text)
    if not _is_step(subject.name):
        raise ValueError(text)
    return subject


def _is_step(name: str) -> bool:
    """Whether a name makes one folder of the site's."""
    return "/" not in name and _is_inside(name)


def _is_inside(path: str) -> bool:
    """Whether a path stays in the site's folder."""
    steps = path.split("/")
    return not ("\\" in path or ":" in path or "\0" in path or ".." in steps or "." in steps or "" in steps)


def _entry_data(entry: Entry) -> dict[str, Any]:
    files = [
        {"name": f.name, "sha256": f.sha256, "bytes": f.bytes, "resource": f.resource, "made_from": f.made_from}
        for f in entry.files
    ]
    return {
        "id": entry.id,
        "digest": entry.digest,
        "commit": entry.commit,
        "files": files,
        "page_key": entry.page_key,
        "pages": list(entry.pages),
    }


def _entry(data: Mapping[str, Any]) -> Entry:
    return Entry(
        data["id"],
        data["digest"],
        data["commit"],
        tuple(PublishedFile(**one) for one in data["files"] if _is_inside(one["name"])),
        data["page_key"],
        tuple(path for path in data["pages"] if _is_inside(path)),
    )


class StoredRecord(Mapping[str, Any]):
    """A record that is read when somebody looks into it: most plans look into few."""

    def __init__(self, read: Callable[[], Record]) -> None:
        self._read = read
        self._found: Record | None = None

    @property
    def _record(self) -> Record:
        if self._found is None:
            self._found = self._read()
        return self._found

    def __getitem__(self, key: str) -> Any:
        return self._record[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._record)

    def __len__(self) -> int:
        return len(self._record)

    def plain(self) -> dict[str, Any]:
        """The record as a plain dictionary."""
        return dict(self._record)
