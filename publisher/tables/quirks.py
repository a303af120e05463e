"""Traces of damaged text and of layouts made for the eye: reported, never repaired or dropped."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Any

from publisher.problem import Problem, Severity
from publisher.tables.source import RawTable, Table
from publisher.text import fold

# UTF-8 read as Windows-1252: no language writes these pairs.
_MOJIBAKE = re.compile("á[º»][^\\s]|Æ[°¡]|Ä[‘ƒ\u0090\u0083]|Ã[\u00a1-\u00bf]")
# TCVN3 (.Vn fonts) puts letters where others have signs: 'B¾c Giang', 't¹i'.
_TCVN3 = re.compile(r"[A-Za-z](?:[¸µ¶·¨¾¼½¬]|[¹»](?=[A-Za-z]))|(?<!\w)®(?=[a-zÊÞØ])")
_TOTAL = re.compile("t[oổ\u00f4]|c[oộ\u00f4]ng|total", re.IGNORECASE)
_TOTALS = frozenset({"tong cong", "tong so", "tong", "cong", "total", "grand total", "cong chung"})
_COUNTERS = frozenset({"stt", "tt", "so tt", "so thu tu", "s.t.t"})
_LETTERS = 3


class Quirks:
    """Watches rows of cells as read; :meth:`problems` tells what was seen, each kind once with its number."""

    def __init__(self, table: Table, file: str, raw: RawTable) -> None:
        self._table = table
        self._file = file
        self._raw = raw
        self._line = raw.first - 1
        self._seen: dict[str, tuple[int, int, str | None]] = {}
        self._names = [field["name"] for field in table.schema["fields"]] if table.schema else raw.labels
        self._enums = [enum_of(field) for field in table.schema["fields"]] if table.schema else []
        self._misses_enum = False
        self._listed = {
            str(value)
            for field in (table.schema["fields"] if table.schema else ())
            for value in field.get("constraints", {}).get("enum", ())
        }

    def __call__(self, cells: Sequence[Any]) -> None:
        """See one row."""
        self._line += 1
        texts = [cell for cell in cells if isinstance(cell, str)]
        joined = "\x1f".join(texts)
        if not joined.isascii():
            self._damage(cells, joined)
        if _TOTAL.search(joined):
            for index, cell in enumerate(cells[:2]):
                if isinstance(cell, str) and cell not in self._listed and fold(cell).strip(" :.") in _TOTALS:
                    self._note("table-total-row", index)
                    break

    def problems(self) -> Iterator[Problem]:
        """What was seen."""
        for code, (line, count, field) in self._seen.items():
            if code == "table-tcvn3" and count < _LETTERS:
                continue
            damaging = code == "table-mojibake" or (code == "table-not-nfc" and self._misses_enum)
            severity = Severity.ERROR if damaging else Severity.WARNING
            yield self._table.problem(
                code, self._file, line, severity=severity, sheet=self._raw.sheet, field=field, count=count
            )
        known = {fold(name) for name in self._names} if self._table.schema else set()
        for label in self._raw.labels:
            if fold(label).strip() in _COUNTERS and fold(label) not in known:
                line = max(self._raw.first - 1, 1)
                yield self._table.problem(
                    "table-stt-column", self._file, line, severity=Severity.WARNING, sheet=self._raw.sheet
                )

    def _damage(self, cells: Sequence[Any], joined: str) -> None:
        found: list[tuple[str, Callable[[str], bool]]] = []
        if _MOJIBAKE.search(joined):
            found.append(("table-mojibake", _has(_MOJIBAKE)))
        elif _TCVN3.search(joined):
            found.append(("table-tcvn3", _has(_TCVN3)))
        if not unicodedata.is_normalized("NFC", joined):
            found.append(("table-not-nfc", _is_decomposed))
        for code, damaged in found:
            for index, cell in enumerate(cells):
                if isinstance(cell, str) and damaged(cell):
                    self._note(code, index)
                    self._misses_enum |= index < len(self._enums) and fits_composed(cell, self._enums[index])

    def _note(self, code: str, index: int) -> None:
        line, count, field = self._seen.get(code, (self._line, 0, None))
        if not count and self._table.schema and index < len(self._names):
            field = self._names[index]
        self._seen[code] = (line, count + 1, field)


def enum_of(field: Mapping[str, Any]) -> frozenset[str]:
    """The texts that a field lists as its only values."""
    return frozenset(one for one in field.get("constraints", {}).get("enum", ()) if isinstance(one, str))


def fits_composed(cell: Any, listed: Collection[str]) -> bool:
    """Whether a cell misses a list of values only because its letters and marks stand apart (``table-not-nfc``)."""
    return isinstance(cell, str) and cell not in listed and unicodedata.normalize("NFC", cell) in listed


def _has(pattern: re.Pattern[str]) -> Callable[[str], bool]:
    return lambda text: pattern.search(text) is not None


def _is_decomposed(text: str) -> bool:
    return not unicodedata.is_normalized("NFC", text)
