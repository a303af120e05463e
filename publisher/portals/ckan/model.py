"""What the modules of the CKAN portal hand to each other."""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from publisher.plan.model import PublishedFile, Record, SourceFile

Package = dict[str, Any]
"""A dataset as CKAN's API gives and takes it (``package_show``)."""


@dataclass(frozen=True, slots=True)
class Options:
    """How a catalogue is written to a portal: the entry's wishes and the catalogue's languages.

    ``languages``: the first is written to ``title`` and ``notes``, the others to extras, or all of them to the fields
    of ckanext-fluent where ``fluent`` is set. ``prefix`` stands before every dataset's name. ``organizations`` gives
    the portal's name of an organization where it is not our key; such organizations are used and never written.
    ``organization`` owns the datasets whose own organization we may not write to. ``licenses`` gives the portal's id
    of a licence where it is not found by itself. ``scope`` restricts what is read to datasets of some organizations
    of the portal. ``tables`` says whether tables go into the DataStore. ``drift`` is ``refuse``, ``overwrite`` or
    ``keep``. ``datasets`` and ``groups`` give the portal's names of datasets and themes where they
    are not made from ours.
    """

    languages: tuple[str, ...]
    prefix: str = ""
    organizations: Mapping[str, str] = field(default_factory=dict)
    organization: str | None = None
    licenses: Mapping[str, str] = field(default_factory=dict)
    scope: tuple[str, ...] = ()
    fluent: bool = False
    tables: bool = True
    drift: str = "refuse"
    datasets: Mapping[str, str] = field(default_factory=dict)
    groups: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Body:
    """An organization or group as a portal lists it."""

    name: str
    title: str = ""
    description: str = ""


@dataclass(frozen=True, slots=True)
class Rights:
    """What a portal and our token can do.

    ``version`` is CKAN's, as (major, minor). ``organizations`` are those in which we may write datasets, id by name;
    ``groups`` those into which we may put datasets, id by name. A sysadmin may do all, and alone chooses the ids of
    datasets. ``bodies`` are all organizations and groups that were listed, by id. ``called`` are the names that the
    portal has now for organizations and groups of ours that somebody renamed there, by the names that are ours: all
    but what is sent to the portal speaks in ours (:mod:`publisher.portals.ckan.reading.bodies`).
    """

    version: tuple[int, int]
    plugins: frozenset[str]
    user: str
    sysadmin: bool
    organizations: Mapping[str, str] = field(default_factory=dict)
    groups: Mapping[str, str] = field(default_factory=dict)
    create_organizations: bool = False
    create_groups: bool = False
    hidden: bool = False
    """Whether the portal hides its version or plugins, so that the least is taken for granted."""
    fields: frozenset[str] = frozenset()
    """Fields of the portal's own form for datasets (ckanext-scheming): none of them may be an extra."""
    bodies: Mapping[str, Body] = field(default_factory=dict)
    called: Mapping[str, str] = field(default_factory=dict)

    @property
    def names(self) -> dict[str, str]:
        """Names of organizations and groups by CKAN's id; ours where somebody renamed what is ours."""
        return {id: name for names in (self.organizations, self.groups) for name, id in names.items()}


@dataclass(frozen=True, slots=True)
class TableState:
    """How a resource is shown: what stands in the DataStore for it (the digests of its schema and of its rows, their
    number), and the ids of its views. Of an image or a text, which have no table, there are views alone.
    """

    schema: str
    rows_digest: str
    rows: int
    views: tuple[str, ...] = ()

    @property
    def in_datastore(self) -> bool:
        """Whether there is a table."""
        return bool(self.schema or self.rows_digest)


@dataclass(frozen=True, slots=True)
class Applied:
    """What we last wrote of a dataset, kept in one extra of it and written in the same revision.

    ``id`` and ``name`` are ours. ``digest`` is the desired record's; ``record`` is that record without what only pages
    need (previews, points of charts). ``rules`` is the digest of how it was mapped. ``fields`` are short digests of
    every owned field as it was sent, by place (see ``mapping.owned``). ``files`` by published name; ``tables`` by the
    id of the CKAN resource. ``complete`` is false while files or tables are still to come. ``ids`` are CKAN's ids of
    resources that were there before us, by the ids that the mapping would give them.
    """

    catalogue: str
    id: str
    name: str
    digest: str
    commit: str | None
    rules: str
    record: Record
    fields: Mapping[str, str] = field(default_factory=dict)
    files: tuple[PublishedFile, ...] = ()
    tables: Mapping[str, TableState] = field(default_factory=dict)
    complete: bool = True
    ids: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Found:
    """A dataset that stands on a portal. ``id`` is CKAN's, ``revision`` its ``metadata_modified`` (for ``match``),
    ``packed`` its JSON.
    """

    id: str
    name: str
    revision: str
    state: str
    packed: bytes
    applied: Applied | None = None

    @property
    def package(self) -> Package:
        """The dataset as the portal gave it; a new object each time."""
        found: Package = json.loads(zlib.decompress(self.packed))
        return found


@dataclass(frozen=True, slots=True)
class WantedFile:
    """A file to stand behind a resource: committed (``source``), made from a table (``format``), or an empty form.

    ``made_from`` is the digest of what a made file is made from, as in :class:`PublishedFile`.
    """

    name: str
    resource: str
    source: SourceFile | None = None
    format: str | None = None
    made_from: str | None = None


@dataclass(frozen=True, slots=True)
class WantedResource:
    """A CKAN resource: ``fields`` of ours with their values, and its file, if it is none of another server.

    ``of`` is the id of the record's resource that it belongs to; ``table`` says that the table goes into its DataStore.
    """

    id: str
    of: str
    fields: Mapping[str, Any]
    file: WantedFile | None = None
    table: bool = False
    link: str | None = None
    """The address of a file that the portal itself holds: written only where it holds none."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A dataset as the mapping makes it of a record: top-level ``fields``, extras by key, tags and groups by name.

    ``fields`` hold ``name``, ``title``, ``notes``, ``owner_org`` (the organization's name), ``license_id`` and the
    like, and what ``portal_fields`` of the descriptor says.
    """

    id: str
    name: str
    fields: Mapping[str, Any]
    extras: Mapping[str, str]
    tags: tuple[str, ...]
    groups: tuple[str, ...]
    resources: tuple[WantedResource, ...]
