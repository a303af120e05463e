"""What extras say that a descriptor has a place for: the inverse of rows of the mapping's table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from publisher.catalogue.frequencies import frequency_from
from publisher.portals.ckan.pull.values import address, day, email, line, text

_PUBLIC = "http://publications.europa.eu/resource/authority/access-right/PUBLIC"
_CONTACT = {"name": text, "email": email, "phone": text, "url": address, "address": text}


def facts(extras: Mapping[str, str], *, dated: bool) -> dict[str, Any]:
    """Fields of a descriptor, empty ones among them; days only if ``dated``."""
    contact = {key: turn(extras.get(f"contact_{key}")) for key, turn in _CONTACT.items()}
    start, end = day(extras.get("temporal_start")), day(extras.get("temporal_end"))
    span = {key: value for key, value in (("start", start), ("end", end)) if value}
    frequency = frequency_from(line(extras.get("frequency")) or "")
    return {
        "contact": {key: value for key, value in contact.items() if value},
        "issued": day(extras.get("issued")) if dated else None,
        "temporal": span if dated and not (start and end and end < start) else None,
        "access_rights": "public" if extras.get("access_rights") == _PUBLIC else None,
        "freshness": {"frequency": frequency} if frequency else None,
    }
