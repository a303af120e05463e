"""How the pages write numbers and sizes, and in which order they list names.

Marks and patterns are CLDR's, read once a language; filling them in is done here, because a page
with a preview formats hundreds of cells.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from functools import lru_cache

from publisher.text import fold

_NUMBER = re.compile(r"-?\d+(\.\d+)?")
_LETTERS = "aăâbcdđeêfghijklmnoôơpqrstuưvwxyz"
_TONES = "\u0300\u0309\u0303\u0301\u0323"  # grave, hook, tilde, acute, dot: the order of Vietnamese dictionaries
_RANK = {letter: place for place, letter in enumerate(_LETTERS)}


@lru_cache
def _marks(language: str) -> tuple[str, str]:
    from babel import Locale, UnknownLocaleError

    try:
        symbols = Locale.parse(language, sep="-").number_symbols.get("latn", {})
    except (UnknownLocaleError, ValueError):
        symbols = {}
    return symbols.get("group", ","), symbols.get("decimal", ".")


def number(value: object, language: str) -> str:
    """A plain decimal in the language's marks: '12480.5' is '12.480,5' in Vietnamese; anything else as it stands."""
    text = str(value)
    if not _NUMBER.fullmatch(text):
        return text
    group, decimal = _marks(language)
    whole, _, rest = text.lstrip("-").partition(".")
    grouped = f"{int(whole):,}".replace(",", group) if len(whole) > 3 and whole[0] != "0" else whole
    return ("-" if text[0] == "-" else "") + grouped + (decimal + rest if rest else "")


def size(count: int, language: str) -> str:
    """Bytes in kB or MB of a thousand, as file managers and browsers show them."""
    if count < 1000:
        return f"{count} B"
    for unit in ("kB", "MB", "GB"):
        count_in_unit = count / 1000 ** {"kB": 1, "MB": 2, "GB": 3}[unit]
        if count_in_unit < 999.5 or unit == "GB":
            break
    return f"{number(f'{count_in_unit:.1f}' if count_in_unit < 9.95 else f'{count_in_unit:.0f}', language)} {unit}"


@lru_cache(maxsize=65536)
def _vietnamese(text: str) -> tuple[tuple[int, ...], tuple[int, ...], str]:
    letters: list[int] = []
    tones: list[int] = []
    for character in unicodedata.normalize("NFC", text.lower()):
        parts = unicodedata.normalize("NFD", character)
        tone = next((part for part in parts if part in _TONES), "")
        base = unicodedata.normalize("NFC", parts.replace(tone, "", 1)) if tone else character
        letters.append(1000 + _RANK[base] if base in _RANK else min(ord(base[0]), 999))
        tones.append(_TONES.index(tone) + 1 if tone else 0)
    return tuple(letters), tuple(tones), text


def order(language: str) -> Callable[[str], tuple[object, ...]]:
    """The key by which names are listed: the Vietnamese alphabet (a ă â … d đ …), marks apart, else letters folded.

    Like CLDR's Vietnamese collation, letters decide first, tones (no tone, grave, hook, tilde, acute, dot) next.
    """
    if language.split("-")[0] == "vi":
        return _vietnamese
    return lambda text: (fold(text), text)
