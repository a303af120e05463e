"""The one kind of problem that every check reports."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum


class Severity(StrEnum):
    """How much a problem weighs: an error blocks, a warning reminds, a notice informs."""

    ERROR = "error"
    WARNING = "warning"
    NOTICE = "notice"


# What says where a problem stands or what else was meant, not which problem it is.
_MOVING = {"line", "row", "column", "suggestion"}
_ORDER = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.NOTICE: 2}


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong at a place, told by code; the words come from the message catalogue.

    ``file`` is relative to the catalogue's root with forward slashes; ``line`` and ``column`` count
    from 1 (in a table, ``line`` is the row as the file or sheet numbers it, and ``field`` the
    column's name). ``params`` fill the message's placeholders and never hold a value that may be
    personal data. ``dataset`` names the dataset that the problem holds back, None for the whole
    catalogue.
    """

    code: str
    file: str
    line: int | None = None
    column: int | None = None
    severity: Severity = Severity.ERROR
    params: Mapping[str, object] = field(default_factory=dict)
    dataset: str | None = None
    resource: str | None = None
    sheet: str | None = None
    field: str | None = None

    def with_severity(self, severity: Severity) -> Problem:
        """The same problem at another severity."""
        return replace(self, severity=severity)

    @property
    def fingerprint(self) -> str:
        """Sixteen hex digits that stay the same when lines move or another suggestion fits better."""
        parts = [self.code, self.file, self.resource or "", self.field or ""]
        parts += [f"{key}={self.params[key]}" for key in sorted(self.params) if key not in _MOVING]
        return hashlib.sha256("\x1f".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:16]


def in_order(problems: Iterable[Problem]) -> list[Problem]:
    """Problems by file, place, severity and code; repeated ones once."""
    unique = {(p.code, p.file, p.line, p.column, p.field, p.sheet, p.fingerprint): p for p in problems}
    return sorted(
        unique.values(),
        key=lambda p: (p.file, p.line or 0, p.column or 0, _ORDER[p.severity], p.code, p.field or ""),
    )
