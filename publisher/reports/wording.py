"""Problems in words, the one record from which every format is made."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from publisher.messages import Messages
from publisher.problem import Problem, Severity, in_order
from publisher.text import OVERRIDES

# What a terminal, an XML reader or a line-based format would take for more than text, and the bytes
# of a file name that are no UTF-8, which Python shows as lone surrogates.
_CONTROL = re.compile(f"[\x00-\x1f\x7f-\x9f\u2028\u2029{OVERRIDES}\ud800-\udfff\ufffe\uffff]")


@dataclass(frozen=True, slots=True)
class Worded:
    """A problem with its sentences; all its texts are of one line and free of control characters."""

    problem: Problem
    file: str
    message: str
    help: str
    sheet: str = ""

    @property
    def place(self) -> str:
        """``file:line:column`` as editors and terminals make links of it, ``file [sheet]:line`` in a workbook."""
        file = f"{self.file} [{self.sheet}]" if self.sheet else self.file
        steps = [file, self.problem.line, self.problem.column if self.problem.line else None]
        return ":".join(str(step) for step in steps if step is not None)

    @property
    def message_in_sheet(self) -> str:
        """The message, after the name of its sheet if any: for formats whose places are files and lines only."""
        return f"[{self.sheet}] {self.message}" if self.sheet else self.message


def worded(problems: Iterable[Problem], messages: Messages, prefix: str = "") -> list[Worded]:
    """Problems in order and in words; ``prefix`` is the way from the repository's root to the catalogue's."""
    return [
        Worded(
            one,
            _clean(prefix + one.file),
            _clean(messages.message(one)),
            _clean(messages.help(one)),
            _clean(one.sheet or ""),
        )
        for one in in_order(problems)
    ]


def count(problems: Sequence[Worded], severity: Severity) -> int:
    """How many have a severity."""
    return sum(one.problem.severity is severity for one in problems)


def _clean(text: str) -> str:
    return _CONTROL.sub(" ", text)
