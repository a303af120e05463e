"""Documents that were read before, by their bytes: reading YAML is what takes longest of a great catalogue.

Only documents without any problem are remembered, and only those of the last time, so that nothing piles up.
"""

from __future__ import annotations

import hashlib
from typing import Any

from publisher.catalogue.document import Document, parse_document
from publisher.problem import Problem
from publisher.workspace import Workspace

VERSION = 1
"""Raised when the same bytes would be read otherwise."""

WORTHWHILE = 200
"""Documents from which on remembering saves more than it costs."""

_KIND = "documents"


class Memory:
    """Parses documents, or remembers them. Without a workspace it remembers nothing."""

    def __init__(self, workspace: Workspace | None = None) -> None:
        self._workspace = workspace
        self._known: dict[str, Any] = (workspace.cached(_KIND, VERSION) if workspace else None) or {}
        self._used: dict[str, Any] = {}

    def parse(self, raw: bytes, file: str) -> tuple[Document | None, list[Problem]]:
        """As :func:`publisher.catalogue.document.parse_document`."""
        if self._workspace is None:
            return parse_document(raw, file)
        key = hashlib.sha256(raw).hexdigest()
        if key in self._known:
            self._used[key] = self._known[key]
            return Document(file, raw.decode("utf-8"), self._known[key]), []
        document, problems = parse_document(raw, file)
        if document is not None and not problems:
            self._used[key] = document.data
        return document, problems

    def keep(self) -> None:
        """Remember for the next time what was read this time."""
        if self._workspace is not None and len(self._used) >= WORTHWHILE and self._used.keys() != self._known.keys():
            self._workspace.keep(_KIND, VERSION, self._used)
