"""States, plans and outcomes: plain data between the catalogue and a portal.

A *record* is the portal-neutral description of a subject: plain JSON data with everything that a
page, an export or CKAN may say of it. Portals render records; they never see the catalogue.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

from publisher.tables.model import TableChange

Record = Mapping[str, Any]


class Kind(StrEnum):
    """Kinds of subjects."""

    CATALOGUE = "catalogue"
    ORGANIZATION = "organization"
    THEME = "theme"
    DATASET = "dataset"


@dataclass(frozen=True, slots=True, order=True)
class Subject:
    """What an action acts on."""

    kind: Kind
    name: str

    def __str__(self) -> str:
        return f"{self.kind}/{self.name}"


@dataclass(frozen=True, slots=True)
class PublishedFile:
    """A file that a portal serves for a subject; ``name`` is relative to the dataset's address.

    ``made_from`` is the digest of the table that a derived file was made from, with the recipe's version;
    None for a file as committed.
    """

    name: str
    sha256: str
    bytes: int
    resource: str | None = None
    made_from: str | None = None


LOST = "lost"
"""The key that marks the stub of a record that a portal has lost."""


@dataclass(frozen=True, slots=True)
class Drift:
    """A field that somebody changed on the portal since we last wrote it.

    ``field`` is the record's field (first part of its dotted path), ``place`` what the portal calls it; ``there`` is
    what it holds now, ``applied`` what we wrote where that is known. ``by`` and ``on`` (ISO 8601) say who and when,
    as far as the portal tells. ``part`` is the name of the file or link that it is of.
    """

    field: str
    place: str
    there: Any
    applied: Any = None
    by: str | None = None
    on: str | None = None
    part: str | None = None


@dataclass(frozen=True, slots=True)
class Holding:
    """What a portal holds of one subject, as we last applied it.

    A record that the portal has lost is a stub with ``LOST`` in it. ``drift`` is what somebody else changed since.
    ``stale`` says why the portal shows this record otherwise than it would be written today (``mapping``, a lost
    table), None if it is as it should be. ``deleted`` marks what the portal keeps but shows to nobody.
    """

    subject: Subject
    id: str
    record: Record
    digest: str
    files: tuple[PublishedFile, ...] = ()
    commit: str | None = None
    drift: tuple[Drift, ...] = ()
    stale: str | None = None
    deleted: bool = False


@dataclass(frozen=True, slots=True)
class PortalState:
    """Everything that a portal holds of this catalogue. ``tool`` is the version that wrote it.

    ``stale`` says why what the portal derives from the records has to be made anew though no record changed
    (``tool``, ``missing-files``), None if it is as it should be. Only the portal knows: one that draws no pages
    has nothing that grows stale.

    ``foreign`` are the subjects that stand there and are not ours, with their owner's name as far as it is known.
    ``beyond`` are kinds of subjects that our rights do not let us write, and single subjects alike, with the code
    that says what to ask the administrator for.
    """

    catalogue_id: str | None = None
    commit: str | None = None
    tool: str | None = None
    as_of: str | None = None
    holdings: Mapping[Subject, Holding] = field(default_factory=dict)
    capabilities: frozenset[str] = frozenset()
    stale: str | None = None
    foreign: Mapping[Subject, str] = field(default_factory=dict)
    beyond: Mapping[Kind | Subject, str] = field(default_factory=dict)
    notices: tuple[HeldBack, ...] = ()
    """What was odd when it was read and is nobody's action, with codes; a plan tells it among its advice."""
    waiting: frozenset[Subject] = frozenset()
    """Datasets that stand there under the very id that git gives, without our mark: they wait to be adopted."""
    removed: frozenset[Subject] = frozenset()
    """Datasets that were published, that we did not delete, and of which nothing is left there."""


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A committed file to publish as it is."""

    name: str
    path: Path
    sha256: str
    bytes: int
    resource: str


@dataclass(frozen=True, slots=True)
class Desired:
    """What git says that a portal shall hold of one subject."""

    subject: Subject
    id: str
    record: Record
    digest: str
    sources: tuple[SourceFile, ...] = ()
    formerly: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DesiredState:
    """The whole desired state. ``held`` names subjects that stay at their last good version, with problem codes."""

    catalogue_id: str
    commit: str | None
    tool: str
    as_of: str | None
    subjects: Mapping[Subject, Desired]
    held: Mapping[Subject, tuple[str, ...]] = field(default_factory=dict)


class Change(StrEnum):
    """What an action does."""

    CREATE = "create"
    UPDATE = "update"
    RENAME = "rename"
    WITHDRAW = "withdraw"
    RESTORE = "restore"
    DELETE = "delete"


class Risk(StrEnum):
    """Why an action needs consent."""

    DELETE = "delete"
    WITHDRAW = "withdraw"
    BREAKING = "breaking"
    LOSS = "loss"
    RESTORE = "restore"
    DRIFT = "drift"
    LOOK_ALIKE = "look-alike"


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field of a record, by dotted path, before and after (None where absent)."""

    field: str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class Cost:
    """What an action costs a portal."""

    requests: int = 0
    bytes: int = 0


@dataclass(frozen=True, slots=True)
class Action:
    """One step of a plan. ``before`` and ``after`` are digests that bind consent to exactly this change."""

    change: Change
    subject: Subject
    fields: tuple[FieldChange, ...] = ()
    tables: tuple[TableChange, ...] = ()
    risks: frozenset[Risk] = frozenset()
    reasons: tuple[str, ...] = ()
    cost: Cost = Cost()
    before: str | None = None
    after: str | None = None
    renamed_from: str | None = None
    depends_on: tuple[Subject, ...] = ()
    drift: tuple[Drift, ...] = ()
    """What the action would write over (or, where the portal's policy is to keep it, leaves as it is)."""


@dataclass(frozen=True, slots=True)
class HeldBack:
    """A subject that stays as it is on the portal, and why (problem codes)."""

    subject: Subject
    codes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """Ordered actions that bring a portal to what git says."""

    portal: str
    catalogue_id: str
    base_commit: str | None
    commit: str | None
    actions: tuple[Action, ...] = ()
    held: tuple[HeldBack, ...] = ()
    unchanged: int = 0
    rebuild: str | None = None
    """Why a portal's derived pages are made anew though no record changed (``PortalState.stale``), or None."""
    advice: tuple[HeldBack, ...] = ()
    """What somebody with more rights has to do on the portal; it stops nothing else."""
    kept: Mapping[Subject, tuple[Drift, ...]] = field(default_factory=dict)
    """Drift that is left as it is, by the portal's policy."""

    @property
    def empty(self) -> bool:
        """Whether there is nothing to do."""
        return not self.actions and self.rebuild is None


class OutcomeStatus(StrEnum):
    """How an action ended."""

    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of an action; ``code`` and ``params`` word a failure."""

    subject: Subject
    status: OutcomeStatus
    code: str | None = None
    params: Mapping[str, object] = field(default_factory=dict)
