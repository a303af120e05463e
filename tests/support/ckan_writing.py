"""Datasets for tests that write to a real CKAN: made-up records, files and tables, and a transport that breaks off."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, BinaryIO

from publisher.digest import digest_of
from publisher.errors import OpendataError
from publisher.plan.model import Action, Change, Desired, Drift, Kind, SourceFile, Subject
from publisher.portals.backups import Backups
from publisher.portals.ckan.mapping import mapping
from publisher.portals.ckan.mapping.view import Context
from publisher.portals.ckan.model import Found, Options, Package, Rights, Wanted
from publisher.portals.ckan.wire.multipart import Upload
from publisher.portals.ckan.wire.token import Credentials
from publisher.portals.ckan.wire.transport import Transport, Unsettled
from publisher.portals.ckan.writing.datasets import DatasetWriter, found_of

from .ckan import Stack, fresh

PLUGINS = frozenset({"activity", "datastore", "image_view", "text_view", "datatables_view"})


HOW = ("killed-before", "killed-after", "lost", "unsent")
"""The ways of breaking off, see :class:`Breaking`."""


class Killed(BaseException):
    """The process ends here."""


@dataclass
class Breaking:
    """A transport that breaks off at the request of a number (from 1), before or after it is sent.

    ``how`` is ``killed-before``, ``killed-after`` (the process ends), ``lost`` (a write's answer never comes) or
    ``unsent`` (nor did the server see it).
    """

    inner: Transport
    at: int | None = None
    how: str = "lost"
    calls: list[str] = field(default_factory=list)

    @property
    def url(self) -> str:
        return self.inner.url

    def call(
        self,
        action: str,
        data: Mapping[str, Any] | None = None,
        *,
        files: Sequence[Upload] = (),
        reads: bool | None = None,
    ) -> Any:
        self.calls.append(action)
        hit = len(self.calls) == self.at
        writes = not action.endswith(("_show", "_list", "_search", "_info"))
        if hit and self.how == "killed-before":
            raise Killed
        if hit and self.how == "unsent" and writes:
            raise Unsettled(action)
        answer = self.inner.call(action, data, files=files, reads=reads)
        if hit and self.how == "killed-after":
            raise Killed
        if hit and self.how == "lost" and writes:
            raise Unsettled(action)
        return answer

    def open(self, url: str) -> AbstractContextManager[BinaryIO]:
        return self.inner.open(url)


class MadeTables:
    """Tables whose rows the test gives."""

    recipe = "test"

    def __init__(self) -> None:
        self.csv: dict[str, bytes] = {}
        self.made: list[str] = []

    def derive(self, dataset: str, resource: str, format: str, path: Path) -> None:
        self.made.append(f"{resource}.{format}")
        rows = self.csv[resource]
        path.write_bytes(rows if format == "csv" else format.encode() + b"\n" + rows)

    def form(self, dataset: str, resource: str, path: Path) -> None:
        self.made.append(f"{resource}-form.xlsx")
        path.write_bytes(b"form")


@dataclass
class Desk:
    """Somebody who publishes the datasets of a catalogue of their own to a stack."""

    stack: Stack
    folder: Path
    token: str
    rights: Rights
    organization: str
    options: Options = field(default_factory=lambda: Options(languages=("vi", "en"), tables=False))
    catalogue: str = field(default_factory=lambda: str(uuid.uuid4()))
    tables: MadeTables = field(default_factory=MadeTables)

    def __post_init__(self) -> None:
        self.transport = Transport(Credentials(self.stack.url, self.token))
        self.through = Breaking(self.transport)

    def writer(self, through: Any = None, **more: Any) -> DatasetWriter:
        backups = Backups(self.folder / "backups", "portal")
        self.through = through or Breaking(self.transport)
        more = {"pause": lambda seconds: None, **more}
        return DatasetWriter(self.through, self.catalogue, self.options, self.rights, self.tables, backups, **more)

    def context(self) -> Context:
        organization = {"name": self.organization, "title": {"vi": "Sở Thử nghiệm"}}
        catalogue = {"id": self.catalogue, "standing": "official", "languages": ["vi", "en"]}
        return Context(catalogue, {self.organization: organization}, {}, "test", self.options, self.rights)

    def desired(self, name: str, *files: SourceFile, **more: Any) -> Desired:
        identity = str(uuid.uuid5(uuid.UUID(self.catalogue), more.pop("born", name)))
        record = {
            "id": identity,
            "name": name,
            "title": {"vi": "Trường học", "en": "Schools"},
            "description": {"vi": "Dữ liệu thử nghiệm, không có thật."},
            "organization": self.organization,
            "status": "published",
            "keywords": ["trường học", "thử nghiệm"],
            **more,
        }
        record = {key: value for key, value in record.items() if value is not None}
        subject = Subject(Kind.DATASET, name)
        return Desired(subject, identity, record, digest_of(record), tuple(files))

    def wanted(self, desired: Desired) -> Wanted:
        return mapping.wanted(desired, self.context())

    def write(
        self,
        desired: Desired,
        found: Found | None = None,
        *,
        through: Any = None,
        change: Change | None = None,
        drift: Sequence[Drift] = (),
        reasons: Sequence[str] = (),
        **more: Any,
    ) -> Found:
        change = change or (Change.UPDATE if found else Change.CREATE)
        action = Action(change, desired.subject, reasons=tuple(reasons), drift=tuple(drift))
        writer = self.writer(through, **more)
        return writer.write(action, self.wanted(desired), desired, found, "c0ffee")

    def source(self, name: str, content: bytes, resource: str | None = None) -> SourceFile:
        path = self.folder / name
        path.write_bytes(content)
        sha256 = hashlib.sha256(content).hexdigest()
        return SourceFile(name, path, sha256, len(content), resource or name.partition(".")[0])

    def resource(self, dataset: str, name: str, *files: SourceFile, **more: Any) -> dict[str, Any]:
        identity = str(uuid.uuid5(uuid.UUID(self.catalogue), f"{dataset}/{name}"))
        parts = [{"name": one.name, "sha256": one.sha256, "bytes": one.bytes} for one in files]
        return {"id": identity, "name": name, "title": {"vi": name}, "format": "pdf", "parts": parts, **more}


def sysadmin(stack: Stack, folder: Path, **more: Any) -> Desk:
    """A publisher who may do all."""
    version = tuple(int(part) for part in stack.version.split("."))
    rights = Rights((version[0], version[1]), PLUGINS, "admin", True)
    return Desk(stack, folder, stack.token, rights, stack.organization(), **more)


def editor(stack: Stack, folder: Path, **more: Any) -> Desk:
    """A publisher who is an editor of one organization and nothing else."""
    person = stack.organization_editor()
    version = tuple(int(part) for part in stack.version.split("."))
    identity = stack.action("organization_show", id=person.organization)["id"]
    rights = Rights((version[0], version[1]), PLUGINS, person.name, False, {person.organization: identity})
    return Desk(stack, folder, person.token, rights, person.organization, **more)


def named(prefix: str = "du-lieu") -> str:
    """A dataset's name that nobody has used."""
    return fresh(prefix)


def without(desired: Desired, *keys: str, **more: Any) -> Desired:
    """The same dataset with other fields."""
    record = {key: value for key, value in {**desired.record, **more}.items() if key not in keys}
    return replace(desired, record=record, digest=digest_of(record))


def as_wanted(desk: Desk, desired: Desired, package: Package) -> None:
    """The portal holds every field as it is wanted, and nothing else of ours; and it says which tables there are."""
    found = found_of(package)
    assert found.applied is not None
    assert found.applied.complete
    assert package["state"] == "active"
    places = mapping.owned(desk.wanted(desired), {one.name: one for one in found.applied.files})
    held = mapping.held(package)
    assert held == places
    loaded = {identity for identity, state in found.applied.tables.items() if state.in_datastore}
    assert {one["id"] for one in package["resources"] if one["datastore_active"]} == loaded
    for resource in package["resources"]:
        if resource["url_type"] == "upload":
            with desk.transport.open(resource["url"]) as stream:
                assert f"sha256:{hashlib.sha256(stream.read()).hexdigest()}" == resource["hash"]


def interrupted(desk: Desk, desired: Desired, found: Found | None, at: int, how: str) -> Found:
    """A write that breaks off at a request, and the run after it if the process was killed or could not tell.
    ``desk.through`` tells of the first.
    """
    through = Breaking(desk.transport, at, how)
    try:
        return desk.write(desired, found, through=through)
    except (Killed, OpendataError) as error:
        assert isinstance(error, Killed) or error.code == "portal-unsettled"
        there = desk.writer().settled.show(found.id if found else desired.subject.name)
        return desk.write(desired, found_of(there) if there is not None else None)
    finally:
        desk.through = through
