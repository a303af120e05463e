"""How a day is written for people, the same on pages, in reports and in mails."""

from __future__ import annotations

import re
from datetime import date
from functools import lru_cache

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


@lru_cache(maxsize=4096)
def day(iso: str, language: str) -> str:
    """An ISO date as people write it: dd/mm/yyyy, with the month's name in English, where digits are ambiguous."""
    if not _DAY.fullmatch(iso[:10]):
        return iso
    when = date.fromisoformat(iso[:10])
    if language.split("-")[0] in {"vi", "pt"}:
        return f"{when:%d/%m}/{when.year:04d}"
    from babel import Locale, UnknownLocaleError
    from babel.dates import format_date

    try:
        known = Locale.parse(language, sep="-")
    except (UnknownLocaleError, ValueError):
        known = Locale("en")
    return format_date(when, "d MMM y" if known.language == "en" else "medium", known)
