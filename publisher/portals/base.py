"""What a portal is to the rest: something that tells its state, gives its bytes, and applies a plan."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Protocol

from publisher.plan.model import Action, DesiredState, Outcome, Plan, PortalState, Subject

Steps = Callable[[int, int], None]
"""Told after each step of long work: how many of how many are done."""


def no_steps(done: int, total: int) -> None:
    """Tells nobody."""


class Journal(Protocol):
    """Where a portal writes down each step before and after it is taken."""

    def write(self, event: str, /, **details: object) -> None:
        """Append one event, flushed to disk."""


class SourceChanged(Exception):
    """A committed file is not what it was when it was checked; the message is its published path."""


class CannotMake(Exception):
    """A table does not fit into the format asked for; the message is the file's name."""


class Tables(Protocol):
    """Files made from the catalogue's checked tables and schemas. A portal asks for them when it needs them."""

    @property
    def recipe(self) -> str:
        """Changes when the same rows would give other bytes."""

    def derive(self, dataset: str, resource: str, format: str, path: Path) -> None:
        """Write a resource's table in a format.

        Raises:
            SourceChanged: if its files cannot be read as they were.
            CannotMake: if the table does not fit into the format.
        """

    def form(self, dataset: str, resource: str, path: Path) -> None:
        """Write the empty form of a resource's schema."""


@dataclass(frozen=True, slots=True)
class Leftover:
    """What a portal still keeps of a dataset that was taken down, and only somebody with more rights can remove.

    ``code`` says what (worded in the context ``leftover``), ``where`` names the place, ``commands`` remove it.
    """

    code: str
    where: str
    commands: tuple[str, ...] = ()


class Portal(Protocol):
    """A place that shows a catalogue to the public."""

    def snapshot(self) -> PortalState:
        """What it holds and can do, complete or not at all.

        Raises:
            OpendataError: ``portal-unreachable`` and the like.
        """

    def complete(self, state: PortalState, desired: DesiredState) -> PortalState:
        """The state with what only asking for single subjects shows: what was deleted, names that others took, and
        who changed what.

        Raises:
            OpendataError: as :meth:`snapshot`.
        """

    def read(self, subject: Subject, name: str) -> AbstractContextManager[BinaryIO]:
        """The bytes of a published file.

        Raises:
            OpendataError: ``portal-file-missing``.
        """

    def verify(self, actions: Sequence[Action], before: PortalState) -> Mapping[Subject, str]:
        """Subjects of applied actions that the portal does not hold as planned, each with what is wrong: ``record``,
        or the name of a file.

        Raises:
            OpendataError: if the portal cannot be read back.
        """

    def leftovers(self, subject: Subject) -> Sequence[Leftover]:
        """What is still kept of a dataset that was taken down.

        Raises:
            OpendataError: as :meth:`snapshot`.
        """

    def close(self) -> None:
        """Give up connections."""

    def apply(self, plan: Plan, desired: DesiredState, state: PortalState, journal: Journal) -> Iterator[Outcome]:
        """Carry out the plan's actions, and only these; interrupted anywhere, planning again converges."""
