"""Which regular expressions of a schema could keep the check busy for ever.

Python tries every way in which a pattern may fit. Where a repeated group can share out the same text among
its parts in many ways, that doubles with each character, and one cell can stop a check for days; a schema may
come from a stranger's merge request. Such patterns are refused before any cell is looked at. This is a guard
against what is known to explode, not a proof that a pattern is quick.

Source: OWASP, "Regular expression Denial of Service".
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

LONGEST = 500
"""Characters of a pattern."""
FEW = 3
"""A group that is repeated at most so often cannot explode."""
_OPEN = re.compile(r"\((?:\?(?:P<\w+>|<?[=!]|[:>]|[aiLmsux-]+:?))?")
_ATOM = re.compile(r"\\(?:x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|.)|\[\^?\]?(?:\\.|[^\]\\])*\]|.", re.DOTALL)
_REPEAT = re.compile(r"(?:([*+?])|\{(\d*)(,?)(\d*)\})[?+]?")
_LITERAL = re.compile(r"[^\\.^$\[]|\\[^\w\s]", re.DOTALL)


@dataclass
class _Group:
    """What stands between two parentheses: its simple parts as written, each with whether it is repeated."""

    parts: list[tuple[str, bool]] = field(default_factory=list)
    branches: bool = False
    varies: bool = False
    nests: bool = False

    @property
    def shares(self) -> bool:
        """Whether a text may be shared out among repetitions of the group in more than one way."""
        return self.branches or (self.varies and not self._delimited)

    @property
    def _delimited(self) -> bool:
        """Whether each repetition begins or ends with a character that stands nowhere else in it."""
        return not self.nests and any(self._is_delimiter(place) for place in (0, len(self.parts) - 1))

    def _is_delimiter(self, place: int) -> bool:
        text, repeated = self.parts[place]
        if repeated or not _LITERAL.fullmatch(text):
            return False
        others = [one for index, (one, _) in enumerate(self.parts) if index != place]
        return not any(_takes(one, text[-1]) for one in others)


def _takes(part: str, char: str) -> bool:
    """Whether a part may stand for a character; so does one that means nothing by itself, as a reference."""
    try:
        return re.fullmatch(part, char, re.IGNORECASE) is not None
    except re.error:
        return True


def is_costly(pattern: str) -> bool:
    """Whether a pattern is too long, or repeats a group that repeats or chooses inside."""
    return len(pattern) > LONGEST or _explodes(pattern)


def _explodes(pattern: str) -> bool:
    try:
        re.compile(pattern)
    except (re.error, RecursionError, OverflowError):
        return False  # told as an invalid schema
    groups = [_Group()]
    at = 0
    while at < len(pattern):
        closed: _Group | None = None
        text = ""
        if pattern[at] == "(" and (opened := _OPEN.match(pattern, at)):
            groups.append(_Group())
            at = opened.end()
            continue
        if pattern[at] == "|":
            groups[-1].branches = True
            at += 1
            continue
        if pattern[at] == ")" and len(groups) > 1:
            closed = groups.pop()
            at += 1
        elif atom := _ATOM.match(pattern, at):
            text = atom.group()
            at = atom.end()
        least, most, at = _repeated(pattern, at)
        group = groups[-1]
        group.varies |= least != most
        if closed is None:
            group.parts.append((text, (least, most) != (1, 1)))
            continue
        if most > FEW and closed.shares:
            return True
        group.varies |= closed.varies
        group.branches |= closed.branches
        group.nests = True
    return False


def _repeated(pattern: str, at: int) -> tuple[int, float, int]:
    """How often the part before this place is repeated, at least and at most, and where the next part begins."""
    found = _REPEAT.match(pattern, at)
    if found is None:
        return 1, 1, at
    sign, least, comma, most = found.groups()
    if sign:
        return (1 if sign == "+" else 0), (1 if sign == "?" else float("inf")), found.end()
    low = int(least or 0)
    return low, int(most) if most else float("inf") if comma else low, found.end()
