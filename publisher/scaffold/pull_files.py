"""Files of a portal, fetched into a folder beside, under names that stay in their dataset's folder."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from publisher.errors import Exit, OpendataError
from publisher.plan.dataset_record import MEDIA_TYPES
from publisher.portals.ckan.pull.resources import ReadResource
from publisher.portals.ckan.wire.asking import Calls
from publisher.scaffold.infer import TABLES, GuessedTable, guess
from publisher.workspace import fill

LARGEST = 4 << 30
"""Bytes of one file; of more it stays on the portal."""
_CHUNK = 1 << 20
_UNSAFE = re.compile(r"[^\w.-]+")
_RESERVED = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)(?:\..*)?", re.IGNORECASE)
_TAKEN = {"dataset.yaml", "readme.md", "thumbs.db", "desktop.ini"}
_NUMBERS = {"number", "integer", "year"}


@dataclass(frozen=True, slots=True)
class Fetched:
    """A file that was fetched: its name in the dataset's folder, where it stands now, its table if it is one."""

    name: str
    path: Path
    sha256: str
    table: GuessedTable | None

    def data(self, given: Mapping[str, Any], package: Mapping[str, Any]) -> dict[str, Any]:
        """What the descriptor says of the file; what the portal says otherwise is kept as it is, as ``given`` is."""
        made: dict[str, Any] = {"path": self.name, "formats": []}
        if self.table is not None and self.table.encoding != "utf-8":
            made["encoding"] = self.table.encoding
        if self.table is not None and self.table.delimiter:
            made["delimiter"] = self.table.delimiter
        ending = self.name.rpartition(".")[2].lower()
        said = {"format": package.get("format"), "mimetype": package.get("mimetype")}
        as_written = {"format": ending.upper(), "mimetype": MEDIA_TYPES.get(ending, "application/octet-stream")}
        kept = {
            key: value for key, value in said.items() if isinstance(value, str) and value not in {"", as_written[key]}
        }
        return {**made, "portal_fields": {**{key: given[key] for key in given if key not in said}, **kept}}

    def schema(self, dictionary: Mapping[str, Any] | None) -> dict[str, Any] | None:
        """The schema of the file's own columns, with the words of the portal's dictionary.

        A type of the dictionary counts where the cells have it too: the DataStore may have turned them into others.
        """
        if self.table is None:
            return None
        known = {one["name"]: one for one in (dictionary or {}).get("fields", ())}
        fields = []
        for one in self.table.fields:
            said = known.get(one.name, {})
            words = {key: said[key] for key in ("title", "description") if key in said}
            kind = one.type if said.get("type") in {None, one.type} or _narrower(one.type, said["type"]) else "string"
            made = {"name": one.name, **words, "type": kind}
            if one.format and kind == one.type:
                made["format"] = one.format
            fields.append(made)
        names = {one["name"] for one in fields}
        key = [one for one in (dictionary or {}).get("primaryKey", ()) if one in names]
        return {"fields": fields, **({"primaryKey": key} if key else {})}


def _narrower(cells: str, said: str) -> bool:
    return cells in _NUMBERS and said in _NUMBERS


@dataclass
class Fetch:
    """Fetches files into a folder; equal bytes of two datasets come once, as a catalogue asks."""

    calls: Calls
    folder: Path
    known: dict[str, str] = field(default_factory=dict)
    left: list[tuple[str, str]] = field(default_factory=list)
    """Files that stay on the portal: the dataset and the file's name."""

    def one(self, resource: ReadResource, taken: Collection[str], dataset: str) -> Fetched | None:
        """A resource's file; None if it stays where it is.

        Raises:
            OpendataError: what the transport raises; ``temporary-unwritable``.
        """
        name = safe_name(resource.file, str(resource.package.get("format") or ""), taken)
        path = self.folder / resource.id / name
        try:
            sha256 = download(self.calls, str(resource.package["url"]), path)
        except OpendataError as error:
            if error.code != "portal-file-missing":
                raise
            sha256 = None
        if sha256 is None or self.known.setdefault(sha256, dataset) != dataset:
            path.unlink(missing_ok=True)
            self.left.append((dataset, name))
            return None
        return Fetched(name, path, sha256, _table(path))


def download(calls: Calls, url: str, path: Path, largest: int = LARGEST) -> str | None:
    """Fetch a file piece by piece; its SHA-256, None if it is larger than what is fetched.

    Raises:
        OpendataError: what the transport raises; ``temporary-unwritable``.
    """
    fill(path, b"")
    digest, size = hashlib.sha256(), 0
    with calls.open(url) as stream, path.open("wb") as target:
        while piece := stream.read(_CHUNK):
            size += len(piece)
            if size > largest:
                return None
            digest.update(piece)
            try:
                target.write(piece)
            except OSError as error:
                raise OpendataError("cannot-write", Exit.NO, path=str(path), reason=error.strerror or "") from error
    return digest.hexdigest()


def safe_name(name: str, format: str, taken: Collection[str]) -> str:
    """A file's name as every system can hold it, and as no other file of the dataset is called."""
    plain = _UNSAFE.sub("-", unicodedata.normalize("NFC", name)).strip("-._")[-100:].lstrip("-._")
    stem, dot, ending = plain.rpartition(".")
    if not dot:
        ending = _UNSAFE.sub("", format).lower()[:10]
        stem = plain or "data"
    if _RESERVED.fullmatch(stem):
        stem = f"data-{stem}"
    used = {one.lower() for one in taken} | _TAKEN
    found, number = f"{stem}.{ending}".rstrip("."), 1
    while found.lower() in used:
        number += 1
        found = f"{stem}-{number}.{ending}".rstrip(".")
    return found


def _table(path: Path) -> GuessedTable | None:
    if path.suffix.lower() not in TABLES:
        return None
    try:
        return guess(path)
    except OpendataError:
        return None
