"""A table's cells scanned for personal data, column by column, in the pass that checks it."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from publisher.personal.model import Detector
from publisher.text import fold

_WORD = re.compile(r"[^a-z0-9]+")
_NUMERIC = frozenset({"integer", "number"})


@dataclass(frozen=True, slots=True)
class Finding:
    """Personal data in one column: how many, and the first row; ``column`` is an index from 0."""

    code: str
    column: int
    row: int
    count: int


class Scanner:
    """Watches rows of cells; ``types`` are the columns' types where a schema gives them.

    ``contacts`` are columns that hold public contacts of agencies.
    """

    def __init__(
        self,
        names: Sequence[str],
        types: Mapping[str, str],
        contacts: Collection[str],
        detectors: Sequence[Detector],
        first: int,
    ) -> None:
        self._row = first - 1
        self._detectors = detectors
        self._headers = [_WORD.sub(" ", fold(name)).strip() for name in names]
        self._numeric = [types.get(name) in _NUMERIC for name in names]
        self._contact = [name in contacts for name in names]
        self._hints = {
            detector.code: {index for index, header in enumerate(self._headers) if detector.hinted(header)}
            for detector in detectors
        }
        self._found: dict[tuple[str, int], tuple[int, int]] = {}

    def __call__(self, cells: Sequence[Any]) -> None:
        """See one row."""
        self._row += 1
        texts = [cell if isinstance(cell, str) else "" if cell is None else str(cell) for cell in cells]
        joined = "\x1f".join(texts)
        for detector in self._detectors:
            if detector.suspects(joined):
                self._look(detector, texts)

    def findings(self) -> Iterator[Finding]:
        """What was found, a column and kind at a time."""
        for (code, column), (row, count) in self._found.items():
            yield Finding(code, column, row, count)

    def _look(self, detector: Detector, texts: Sequence[str]) -> None:
        hints = self._hints[detector.code]
        for index, text in enumerate(texts):
            known = index < len(self._headers)
            if not text or (known and self._contact[index] and detector.public_contact):
                continue
            header = self._headers[index] if known else ""
            numeric = known and self._numeric[index]
            count = detector.find(text, header=header, hinted=index in hints, numeric=numeric)
            if count:
                row, before = self._found.get((detector.code, index), (self._row, 0))
                self._found[detector.code, index] = (row, before + count)
