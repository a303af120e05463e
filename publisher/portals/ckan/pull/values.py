"""Single values of a portal as a catalogue can hold them: keys, texts, dates, addresses, whatever a portal answers."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Container, Mapping
from datetime import date
from typing import Any
from urllib.parse import quote, urlsplit
from uuid import UUID

from publisher.catalogue.jsonschemas import is_name
from publisher.catalogue.nodes import UNREADABLE
from publisher.text import slug
from publisher.validation.rules.secrets import has_credentials

_URL = re.compile(r"https?://[^\s/]+\S*")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_SAFE = "%/:?#[]@!$&'()*+,;=~"
_LARGEST = 10**17
"""Greater numbers stay text: our files have no more digits."""
_DEEPEST = 30
_LONGEST = 200_000
"""Characters of one text: more would leave a descriptor that nobody could open."""


def key_of(name: str, taken: Container[str], otherwise: str) -> str:
    """A key for something that a portal calls so: the name itself where it is one, and none that is taken.

    ``otherwise`` is what it is called where nothing of the name can stand in a key.
    """
    made = slug(name[:1000])
    base = name if is_name(name) else made if is_name(made) else f"{otherwise}-{made}"[:90].rstrip("-")
    found, number = base, 1
    while found in taken:
        number += 1
        found = f"{base[:90].rstrip('-')}-{number}"
    return found


def text(value: Any) -> str | None:
    """A text as our files can hold it: composed, readable, nothing at its ends; None for what is none or empty."""
    if not isinstance(value, str):
        return None
    composed = unicodedata.normalize("NFC", value[:_LONGEST].replace("\r\n", "\n").replace("\r", "\n"))
    return UNREADABLE.sub("", composed).strip() or None


def line(value: Any) -> str | None:
    """A text in a single line."""
    found = text(value)
    return " ".join(found.split()) if found else None


def tidy(value: Any, depth: int = 0) -> Any:
    """Any JSON value as our files can hold it, None where there is nothing of it."""
    if depth > _DEEPEST:
        return None
    match value:
        case str():
            return text(value)
        case Mapping():
            inner = {text(key): tidy(one, depth + 1) for key, one in value.items()}
            return {key: one for key, one in inner.items() if key is not None and one is not None} or None
        case list():
            return [one for one in (tidy(one, depth + 1) for one in value) if one is not None] or None
        case bool() | None:
            return value
        case int() | float():
            return value if math.isfinite(value) and abs(value) < _LARGEST else str(value)
    return None


def identity(value: Any) -> str | None:
    """An id that a descriptor may state: a UUID as RFC 9562 writes it."""
    try:
        return value if isinstance(value, str) and str(UUID(value)) == value else None
    except ValueError:
        return None


def day(value: Any) -> str | None:
    """A day of the calendar."""
    try:
        return value if isinstance(value, str) and date.fromisoformat(value).isoformat() == value else None
    except ValueError:
        return None


def email(value: Any) -> str | None:
    """A mail address."""
    found = line(value)
    return found if found and _EMAIL.fullmatch(found) else None


def address(value: Any) -> str | None:
    """An address of the web without a secret in it; characters that may not stand there as ``%XX``."""
    found = line(value)
    if not found or has_credentials(found):
        return None
    escaped = quote(found, safe=_SAFE)
    try:
        urlsplit(escaped)
    except ValueError:
        return None
    return escaped if _URL.fullmatch(escaped) else None
