"""What ``catalog/`` holds, and what all entities share: places, validity, contacts.

Part of the model; import it from :mod:`publisher.catalogue.model`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from uuid import UUID

from publisher.catalogue.document import Document, Pointer
from publisher.problem import Problem, Severity
from publisher.text import NO_TEXT, Text


@dataclass(frozen=True, slots=True)
class Source:
    """Where an entity stands: a document and the pointer to it."""

    document: Document = field(repr=False, compare=False)
    pointer: Pointer = ()

    def problem(
        self,
        code: str,
        *at: str | int,
        key: bool = False,
        severity: Severity = Severity.ERROR,
        dataset: str | None = None,
        **params: object,
    ) -> Problem:
        """A problem at this entity, or at a part of it named by further pointer steps."""
        return self.document.problem(code, (*self.pointer, *at), key=key, severity=severity, dataset=dataset, **params)

    def lacks(self, *at: str | int) -> bool:
        """Whether this part has a wrong shape, which is told, so that nothing follows from its absence."""
        return self.document.lacks((*self.pointer, *at))


class Status(StrEnum):
    """Where a dataset stands between an idea and its end."""

    PROPOSED = "proposed"
    PLANNED = "planned"
    PUBLISHED = "published"
    NOT_OPEN = "not-open"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Validity:
    """A span of days, both ends inclusive; None is open."""

    start: date | None = None
    end: date | None = None

    def __contains__(self, day: date) -> bool:
        return (self.start is None or self.start <= day) and (self.end is None or day <= self.end)


@dataclass(frozen=True, slots=True)
class Successor:
    """Who took over, by key of the same file; ``inferred`` if no act confirming it was read."""

    key: str
    basis: str
    inferred: bool = False


@dataclass(frozen=True, slots=True)
class Contact:
    """A unit's public mailbox and line."""

    name: Text = NO_TEXT
    email: str | None = None
    phone: str | None = None
    url: str | None = None
    address: Text = NO_TEXT


@dataclass(frozen=True, slots=True)
class Organization:
    """A public body for the time in which it existed under this name and remit."""

    key: str
    source: Source
    name: Text
    short: Text = NO_TEXT
    description: Text = NO_TEXT
    kind: str | None = None
    parent: str | None = None
    region: str | None = None
    validity: Validity = Validity()
    successor: Successor | None = None
    code: str | None = None
    contact: Contact | None = None
    stewards: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    basis: str | None = None
    note: Text = NO_TEXT
    logo: str | None = None
    """A picture, by its path below ``catalog/``."""


@dataclass(frozen=True, slots=True)
class Theme:
    """A subject under which datasets are found (a CKAN group)."""

    key: str
    source: Source
    name: Text
    description: Text = NO_TEXT
    eu_theme: str | None = None
    logo: str | None = None
    """As an organization's."""


@dataclass(frozen=True, slots=True)
class License:
    """Terms of use, for the dates on which they may be given."""

    key: str
    source: Source
    name: Text
    url: str | None = None
    text: Text = NO_TEXT
    basis: str | None = None
    validity: Validity = Validity()
    spdx: str | None = None
    open: bool | None = None


@dataclass(frozen=True, slots=True)
class Region:
    """An administrative unit, dated: a code may mean another unit after a merger."""

    key: str
    source: Source
    name: Text
    code: str | None = None
    kind: str | None = None
    parent: str | None = None
    validity: Validity = Validity()
    successor: Successor | None = None
    sources: tuple[str, ...] = ()
    note: Text = NO_TEXT


@dataclass(frozen=True, slots=True)
class LegalProfile:
    """What the law of a time asked for, and how far its text was read (``basis``)."""

    key: str
    source: Source
    name: Text
    act: str
    basis: str
    validity: Validity
    requires: tuple[str, ...] = ()
    review_every: str | None = None
    update_within: str | None = None
    licenses: tuple[str, ...] = ()
    note: Text = NO_TEXT
    roll: str | None = None
    """``next-working-day`` where a deadline on a day off moves to the next working day."""


@dataclass(frozen=True, slots=True)
class Decision:
    """An act or announcement that datasets refer to."""

    key: str
    source: Source
    name: Text
    number: str | None = None
    date: date | None = None
    issuer: str | None = None
    url: str | None = None
    basis: str | None = None
    note: Text = NO_TEXT


@dataclass(frozen=True, slots=True)
class PortalEntry:
    """A place to publish to, as ``catalog/portals.yaml`` names it. Holds no secret."""

    key: str
    source: Source
    type: str
    path: str | None = None
    url: str | None = None
    url_env: str | None = None
    token_env: str | None = None
    token_file: str | None = None
    include: tuple[Status, ...] = ()
    formats: tuple[str, ...] = ("csv", "xlsx", "json")
    drift: str = "refuse"
    token_header: str = "Authorization"
    ca_bundle: str | None = None
    rate: float | None = None
    """Requests a second at most; None is as fast as the server answers."""
    timeout: float | None = None
    """Seconds to wait for an answer."""
    parallel: int = 4
    """Datasets that are written at the same time."""
    prefix: str = ""
    """Stands before the names of datasets on the portal."""
    organization: str | None = None
    """The portal's organization that owns datasets whose own one the token may not write to."""
    organizations: Mapping[str, str] = field(default_factory=dict)
    """The portal's names of our organizations, where they are others."""
    scope: tuple[str, ...] = ()
    """The portal's organizations that are looked at; all of them where none is named."""
    licenses: Mapping[str, str] = field(default_factory=dict)
    """The portal's ids of our licences, where they are others."""
    texts: str = "first"
    """How languages are written: ``first`` (the others as extras) or ``fluent``."""
    tables: bool = True
    """Whether tables go into the DataStore."""
    datasets: Mapping[str, str] = field(default_factory=dict)
    """The portal's names of our datasets, where they are not made from ours."""
    groups: Mapping[str, str] = field(default_factory=dict)
    """The portal's names of the groups of our themes, where they are others."""


@dataclass(frozen=True, slots=True)
class Suppression:
    """One rule silenced for one dataset, with the reason."""

    rule: str
    dataset: str
    reason: str
    until: date | None
    source: Source


@dataclass(frozen=True, slots=True)
class Consent:
    """A reviewed agreement to one great change, bound to the digests before and after."""

    source: Source
    portal: str
    dataset: str
    kind: str
    before: str
    after: str
    by: str
    on: date
    reason: Text


@dataclass(frozen=True, slots=True)
class Settings:
    """``catalog/catalog.yaml``."""

    source: Source
    id: UUID
    name: Text
    publisher: Text
    languages: tuple[str, ...]
    time_zone: str
    standing: str
    description: Text = NO_TEXT
    publisher_url: str | None = None
    publisher_email: str | None = None
    base_url: str | None = None
    country: str | None = None
    default_license: str | None = None
    default_region: str | None = None
    rules: Mapping[str, str] = field(default_factory=dict)
    suppress: tuple[Suppression, ...] = ()
    repository: str | None = None
    repository_branch: str | None = None
    days_off: frozenset[date] = frozenset()
    days_worked: frozenset[date] = frozenset()
    """Announced days, in addition to the holidays of the country."""
