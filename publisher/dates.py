"""How a day and a moment are written for people, the same on pages, in reports and in mails."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from functools import lru_cache

from publisher.zones import zone_of

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


def moment(iso: str, zone: str, language: str) -> str:
    """An ISO instant as people of a time zone write it: the day and the hour there; what is none stays as it is.

    Raises:
        OpendataError: ``time-zone-unknown``.
    """
    try:
        when = datetime.fromisoformat(iso)
    except ValueError:
        return iso
    there = (when if when.tzinfo else when.replace(tzinfo=UTC)).astimezone(zone_of(zone))
    return f"{day(there.date().isoformat(), language)} {there:%H:%M}"
