"""What every command starts from: the catalogue's root, the language to speak, the clock, the workspace."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path

from publisher.catalogue.load import find_root
from publisher.messages import Messages, messages, preferred_language
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
        return find_root(self.catalog or Path.cwd())

    @cached_property
    def workspace(self) -> Workspace:
        """Journal, lock and caches of this catalogue."""
        return Workspace(self.root)

    @cached_property
    def messages(self) -> Messages:
        """The words, with the catalogue's own where it has some."""
        try:
            extra = self.root / "catalog" / "locale" / f"{self.language}.po"
        except Exception:  # outside a catalogue there are only the shipped words
            return messages(self.language)
        return messages(self.language, extra if extra.is_file() else None)


def make_session(catalog: Path | None = None, language: str | None = None, quiet: bool = False) -> Session:
    """A session from what the command line said."""
    return Session(catalog, preferred_language(language), quiet)


def now() -> datetime:
    """The instant, in UTC; ``OPENDATA_NOW`` (ISO 8601) stands in for the clock in tests and demonstrations."""
    given = os.environ.get("OPENDATA_NOW")
    return datetime.fromisoformat(given).astimezone(UTC) if given else datetime.now(UTC)
