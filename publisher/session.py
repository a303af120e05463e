"""What every command starts from: the catalogue's root, the language to speak, the clock, the workspace."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from publisher.errors import OpendataError
from publisher.messages import Messages, messages, preferred_language
from publisher.progress import Progress, progress

if TYPE_CHECKING:
    from publisher.workspace import Workspace


@dataclass(frozen=True)
class Session:
    """Options common to all commands. ``catalog`` is what --catalog named, None for the nearest one."""

    catalog: Path | None = None
    language: str = "en"
    quiet: bool = False

    @cached_property
    def root(self) -> Path:
        """The folder that holds ``catalog/``, ``datasets/`` and ``schemas/``.

        Raises:
            OpendataError: ``no-catalogue``.
        """
        from publisher.catalogue.load import find_root

        return find_root(self.catalog or Path.cwd())

    @cached_property
    def workspace(self) -> Workspace:
        """Journal, lock and caches of this catalogue."""
        from publisher.workspace import Workspace

        return Workspace(self.root)

    @cached_property
    def messages(self) -> Messages:
        """The words, with the catalogue's own where it has some."""
        try:
            root = self.root
        except OpendataError:  # outside a catalogue there are only the shipped words
            return messages(self.language)
        if not (root / "catalog" / "locale" / f"{self.language}.po").is_file():
            return messages(self.language)
        from publisher.catalogue.words import words_of

        return messages(self.language, words_of(root, self.language, []))  # validation tells what is wrong with them

    @property
    def progress(self) -> Progress:
        """What long work tells its progress to: standard error, or nothing if quiet."""
        return progress(self.quiet)


def make_session(catalog: Path | None = None, language: str | None = None, quiet: bool = False) -> Session:
    """A session from what the command line said."""
    return Session(catalog, preferred_language(language), quiet)


def now() -> datetime:
    """The instant, in UTC; ``OPENDATA_NOW`` (ISO 8601) stands in for the clock in tests and demonstrations.

    Raises:
        OpendataError: ``not-a-time`` if it is no ISO 8601 time.
    """
    given = os.environ.get("OPENDATA_NOW")
    if not given:
        return datetime.now(UTC)
    try:
        return datetime.fromisoformat(given).astimezone(UTC)
    except ValueError as error:
        raise OpendataError("not-a-time", variable="OPENDATA_NOW", value=given) from error
