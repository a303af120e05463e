"""E-mail addresses of persons; the mailbox of a unit is none.

A free-mail address belongs to someone unless the column is declared as agency contacts. At another
domain it is a person's where the part before the @ is made like a name (``first.last``, or begins
with a surname that the country pack knows) and names no office.
"""

from __future__ import annotations

import re

_ADDRESS = re.compile(r"(?<![\w.+-])([\w.+-]{1,64})@([\w-]+(?:\.[\w-]+)+)")
_FREE = re.compile(
    r"(?:gmail|googlemail|yahoo|ymail|rocketmail|hotmail|outlook|live|msn|icloud|me|mac|aol|proton|protonmail|gmx|"
    r"zoho|mail|yandex|zalo|uol|bol|terra|sapo)\.(?:com|net|org|me|vn|com\.vn|com\.br|pt|fr|de|co\.uk|ru)",
    re.IGNORECASE,
)
_OFFICES_TEXT = """
info contact admin support office help hotline service services web webmaster post postmaster noreply reply press
media news data open opendata contato ouvidoria geral secretaria gabinete camara prefeitura atendimento imprensa
dados
"""
_OFFICES = frozenset(_OFFICES_TEXT.split())
_SPLIT = re.compile(r"[._+-]+")
# A surname of so many letters tells a person even where more letters follow it.
_TELLING = 6


class EmailDetector:
    """Addresses of persons. ``surnames`` and ``offices`` are folded words of the country."""

    code = "personal-email"
    public_contact = True

    def __init__(self, surnames: frozenset[str] = frozenset(), offices: frozenset[str] = frozenset()) -> None:
        self._surnames = surnames
        self._offices = _OFFICES | offices
        self._long_surnames = tuple(sorted(name for name in surnames if len(name) >= _TELLING))

    def suspects(self, row: str) -> bool:
        """Whether there is an @."""
        return "@" in row

    def hinted(self, header: str) -> bool:
        """Headers do not matter: an address is told by its form."""
        return False

    def find(self, text: str, *, header: str, hinted: bool, numeric: bool) -> int:
        """How many addresses of persons a cell holds."""
        if "@" not in text:
            return 0
        return sum(self._personal(local.lower(), domain) for local, domain in _ADDRESS.findall(text))

    def _personal(self, local: str, domain: str) -> bool:
        if _FREE.fullmatch(domain):
            return True
        words = [word.rstrip("0123456789") for word in _SPLIT.split(local)]
        names = [word for word in words if word.isalpha()]
        if any(word in self._surnames for word in names[1:]) or (names and names[0].startswith(self._long_surnames)):
            return True
        return len(names) >= 2 and not self._offices.intersection(names)
