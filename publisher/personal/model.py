"""What a detector of personal data is."""

from __future__ import annotations

from typing import Protocol


class Detector(Protocol):
    """Finds one kind of personal data in the text of a cell. It tells how many, never which."""

    code: str
    """The problem's code, ``personal-...``."""

    public_contact: bool
    """Whether a public contact column of an agency may hold it."""

    def suspects(self, row: str) -> bool:
        """Whether the joined text of a row may hold any: cheap, and never False where one is."""
        ...

    def hinted(self, header: str) -> bool:
        """Whether a column's folded header announces it."""
        ...

    def find(self, text: str, *, header: str, hinted: bool, numeric: bool) -> int:
        """How many there are in a cell.

        ``header`` is folded, its words joined by spaces; ``hinted`` is what :meth:`hinted` said of
        it; ``numeric`` says that the column holds numbers, where digits alone mean little.
        """
        ...
