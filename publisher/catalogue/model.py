"""The immutable model of a catalogue. Made once by :mod:`publisher.catalogue.load`; nothing mutates it.

Dates are ``datetime.date``; durations stay ISO 8601 text (``P15D``); keys are the YAML keys.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

from publisher.catalogue.entries import (
    Consent,
    Contact,
    Decision,
    LegalProfile,
    License,
    Organization,
    PortalEntry,
    Region,
    Settings,
    Source,
    Status,
    Successor,
    Suppression,
    Theme,
    Validity,
)
from publisher.text import NO_TEXT, Text


@dataclass(frozen=True, slots=True)
class ColumnEvidence:
    """The date column whose latest value tells how far the data reach."""

    column: str
    resource: str | None = None


@dataclass(frozen=True, slots=True)
class FreshnessTerms:
    """What a descriptor promises about updates.

    ``frequency`` is a word of ours, or an ISO interval that has none (``R/P18M``). ``starts`` is a day on
    which one of its periods starts, where that is not the calendar's. With ``working_days`` the days of
    ``due`` are working days.
    """

    frequency: str
    due: str | None = None
    grace: str | None = None
    delinquent: str | None = None
    mode: str = "calendar"
    evidence: tuple[str | ColumnEvidence, ...] = ()
    began: date | None = None
    ended: date | None = None
    paused_until: date | None = None
    paused_reason: Text = NO_TEXT
    exempt: Text = NO_TEXT
    starts: date | None = None
    working_days: bool = False


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where data or a title come from, and how far that could be checked."""

    source: str
    url: str | None = None
    note: Text = NO_TEXT
    basis: str | None = None
    package: str | None = None
    version: str | None = None
    license: str | None = None
    accessed: date | None = None
    supports: str | None = None


@dataclass(frozen=True, slots=True)
class Correction:
    """A dated correction that readers are shown."""

    on: date
    note: Text


@dataclass(frozen=True, slots=True)
class Review:
    """A dated, named review of a dataset (``reviews/DATE.yaml``) or of the list (``catalog/reviews/DATE.yaml``)."""

    source: Source
    on: date
    by: str
    note: Text
    covers: date | None = None


@dataclass(frozen=True, slots=True)
class TableSchema:
    """A table's schema as written: Frictionless Table Schema with texts by language and ``uniqueKeys``.

    ``data`` is the plain YAML data; :mod:`publisher.tables.schema` lowers it to a Table Schema.
    ``name`` is its key in ``schemas/``, None for an inline one.
    """

    source: Source
    data: Mapping[str, Any]
    name: str | None = None


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart that the steward asks for, by column names."""

    x: str
    y: str
    series: str | None = None
    kind: str = "bar"


@dataclass(frozen=True, slots=True)
class Part:
    """One data file of a resource; ``period`` is what its name says in place of ``{period}``."""

    file: str
    path: Path
    period: str | None = None


@dataclass(frozen=True, slots=True)
class Resource:
    """One table, file or service of a dataset. ``parts`` are its files, sorted by period."""

    name: str
    source: Source
    id: UUID
    formerly: tuple[str, ...] = ()
    title: Text = NO_TEXT
    description: Text = NO_TEXT
    path: str | None = None
    url: str | None = None
    service: bool = False
    schema: TableSchema | None = None
    schema_name: str | None = None
    sheet: str | None = None
    encoding: str = "utf-8"
    delimiter: str | None = None
    header_row: int = 1
    contact_columns: tuple[str, ...] = ()
    chart: Chart | None = None
    parts: tuple[Part, ...] = ()
    formats: tuple[str, ...] | None = None
    """Formats made from the table beside the file, where they are not those of the portal's entry."""
    portal_fields: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Dataset:
    """A dataset's descriptor. ``name`` is its folder's name; ``folder`` is relative to the root."""

    name: str
    folder: str
    source: Source
    id: UUID
    title: Text
    description: Text
    organization: str
    status: Status
    formerly: tuple[str, ...] = ()
    responsible: str | None = None
    themes: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    license: str | None = None
    region: str | None = None
    temporal: Validity | None = None
    issued: date | None = None
    status_reason: Text = NO_TEXT
    promised: date | None = None
    publish_at: date | None = None
    access_rights: str = "public"
    security_note: Text = NO_TEXT
    decision: str | None = None
    decision_item: str | None = None
    contact: Contact | None = None
    landing_page: str | None = None
    freshness: FreshnessTerms | None = None
    provenance: tuple[Provenance, ...] = ()
    corrections: tuple[Correction, ...] = ()
    reviews: tuple[Review, ...] = ()
    generated: str | None = None
    resources: tuple[Resource, ...] = ()
    portal_fields: Mapping[str, Any] = field(default_factory=dict)

    def resource(self, name: str) -> Resource | None:
        """The resource of that name, if any."""
        return next((r for r in self.resources if r.name == name), None)

    @property
    def has_data(self) -> bool:
        """Whether its bytes may be published: only what is both published and public."""
        return self.status is Status.PUBLISHED and self.access_rights == "public"

    def embargoed(self, day: date | None) -> bool:
        """Whether it may not be shown yet on a day: always before ``publish_at``, and where no day is known."""
        return self.has_data and self.publish_at is not None and (day is None or self.publish_at > day)


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Everything that the YAML of a repository says.

    ``broken`` names the datasets whose descriptor cannot be read or has a wrong shape: they are held back,
    never published nor taken for deleted. What can be used of one is in ``datasets`` all the same, to be checked;
    whoever does anything else with datasets takes ``sound``. ``strays`` are files under ``datasets/`` that
    nothing names.
    ``unread`` are files of ``catalog/`` and ``schemas/`` of which at least one entry could not be
    read: what refers to an absent entry of such a file may be right. ``words`` are the catalogue's own
    interface texts by language, each the text of a PO file. ``reviews`` are those of the list as a whole,
    oldest first.
    """

    root: Path
    settings: Settings
    organizations: Mapping[str, Organization] = field(default_factory=dict)
    themes: Mapping[str, Theme] = field(default_factory=dict)
    licenses: Mapping[str, License] = field(default_factory=dict)
    regions: Mapping[str, Region] = field(default_factory=dict)
    legal: Mapping[str, LegalProfile] = field(default_factory=dict)
    decisions: Mapping[str, Decision] = field(default_factory=dict)
    portals: Mapping[str, PortalEntry] = field(default_factory=dict)
    schemas: Mapping[str, TableSchema] = field(default_factory=dict)
    datasets: Mapping[str, Dataset] = field(default_factory=dict)
    consents: tuple[Consent, ...] = ()
    broken: Mapping[str, str] = field(default_factory=dict)
    strays: tuple[str, ...] = ()
    unread: frozenset[str] = frozenset()
    words: Mapping[str, str] = field(default_factory=dict)
    reviews: tuple[Review, ...] = ()

    @property
    def sound(self) -> Mapping[str, Dataset]:
        """The datasets whose descriptor was read as a whole."""
        return {name: one for name, one in self.datasets.items() if name not in self.broken}

    def text(self, text: Text, language: str | None = None) -> str:
        """A text in a language, else in the catalogue's languages in order."""
        languages = self.settings.languages
        return text.get(*((language, *languages) if language else languages))

    def responsible_on(self, key: str, day: date) -> tuple[Organization | None, bool]:
        """The body that answers on a day for what ``key`` published, and whether that is inferred.

        Follows successors while a body has ended by that day; None if the line ends or runs in a circle.
        """
        inferred = False
        seen: set[str] = set()
        body = self.organizations.get(key)
        while body is not None and body.validity.end is not None and body.validity.end < day:
            if body.successor is None or body.key in seen:
                return None, inferred
            seen.add(body.key)
            inferred = inferred or body.successor.inferred
            body = self.organizations.get(body.successor.key)
        return body, inferred


def dataset_id(catalogue: UUID, oldest_name: str) -> UUID:
    """A dataset's id: UUIDv5 (RFC 9562, 5.5) of its oldest name in the catalogue's namespace."""
    return uuid5(catalogue, oldest_name)


def resource_id(dataset: UUID, oldest_name: str) -> UUID:
    """A resource's id: UUIDv5 of its oldest name in its dataset's namespace."""
    return uuid5(dataset, oldest_name)


__all__ = [
    "Catalogue",
    "Chart",
    "ColumnEvidence",
    "Consent",
    "Contact",
    "Correction",
    "Dataset",
    "Decision",
    "FreshnessTerms",
    "LegalProfile",
    "License",
    "Organization",
    "Part",
    "PortalEntry",
    "Provenance",
    "Region",
    "Resource",
    "Review",
    "Settings",
    "Source",
    "Status",
    "Successor",
    "Suppression",
    "TableSchema",
    "Theme",
    "Validity",
    "dataset_id",
    "resource_id",
]
