"""Text in several languages and its comparison: fold, names, suggestions."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

_MARKS = re.compile("[\u0300-\u036f]")
_NOT_NAME = re.compile(r"[^a-z0-9]+")
OVERRIDES = "\u202a-\u202e\u2066-\u2069"
"""Characters that show a text in another order than it is written (UAX 9, 2), for the class of a pattern."""


def fold(text: str) -> str:
    """Lowercase without marks, đ as d: 'Đường Hòa' and 'duong hoa' fold to the same.

    The search script of the portal folds alike; tests hold both against the same vectors.
    """
    return _MARKS.sub("", unicodedata.normalize("NFD", text.lower())).replace("đ", "d")


def slug(text: str) -> str:
    """A machine name from a title: folded, words joined by hyphens, at most 100 characters."""
    return _NOT_NAME.sub("-", fold(text)).strip("-")[:100].rstrip("-")


def one_line(text: str, width: int) -> str:
    """A text as one line that shows the text and does nothing: nothing invisible, cut with an ellipsis."""
    if len(text) <= width and text.isprintable() and "  " not in text:
        return text.strip()  # as nearly all are: a report has tens of thousands of them
    line = " ".join("".join(char if char.isprintable() else " " for char in text).split())
    return line if len(line) <= width else f"{line[: width - 1]}…"


def suggest(word: str, known: Iterable[str]) -> str | None:
    """The known word that was probably meant, or None."""
    by_fold = {fold(candidate).replace("_", "-"): candidate for candidate in known}
    close = difflib.get_close_matches(fold(word).replace("_", "-"), by_fold, n=1, cutoff=0.6)
    return by_fold[close[0]] if close else None


@dataclass(frozen=True, slots=True)
class Text:
    """A text by language, in the order in which it was written."""

    by_language: Mapping[str, str]

    def get(self, *languages: str) -> str:
        """The text in the first of the languages that has one, else in any; '' if there is none."""
        for language in languages:
            if language in self.by_language:
                return self.by_language[language]
        return next(iter(self.by_language.values()), "")

    def __bool__(self) -> bool:
        return bool(self.by_language)


NO_TEXT = Text({})


def text_of(value: str | Mapping[str, str] | None, languages: Sequence[str]) -> Text:
    """Text from a descriptor's value: a plain string is in the catalogue's first language."""
    if value is None:
        return NO_TEXT
    if isinstance(value, str):
        return Text({languages[0]: value})
    return Text(dict(value))
