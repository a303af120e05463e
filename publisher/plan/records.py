"""Records of what datasets refer to: the catalogue, its organizations and themes.

A record is plain JSON data: texts by language, dates in ISO 8601, nothing where there is nothing to say.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from datetime import date
from typing import Any
from uuid import UUID

from publisher.catalogue.logos import Logo
from publisher.catalogue.model import Catalogue, Contact, Organization, Source, Successor, Theme, Validity
from publisher.text import Text


def plain(value: Any) -> Any:
    """A value of the model as plain JSON data; None where it says nothing."""
    match value:
        case str():
            return value or None
        case Text():
            return dict(value.by_language) or None
        case date():
            return value.isoformat()
        case UUID():
            return str(value)
        case Successor() | Contact():
            return record({one.name: getattr(value, one.name) for one in fields(value)})
        case Mapping():
            return {str(key): plain(one) for key, one in value.items()} or None
        case tuple() | list():
            return [plain(one) for one in value] or None
    return value


def record(values: Mapping[str, Any]) -> dict[str, Any]:
    """A record of the values that say something (False and 0 do)."""
    made = {key: plain(value) for key, value in values.items()}
    return {key: value for key, value in made.items() if value is not None}


def day_of(value: object) -> date | None:
    """A date of a record; None for what is none, as what a portal gave back may hold anything."""
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        return None


def validity(span: Validity) -> dict[str, Any]:
    """``valid_from`` and ``valid_to`` of a record."""
    return {"valid_from": span.start, "valid_to": span.end}


def organization_record(body: Organization, logo: Logo | None = None) -> dict[str, Any]:
    """The record of an organization; its stewards are not public."""
    return record(
        {
            "name": body.key,
            "title": body.name,
            "short": body.short,
            "description": body.description,
            "kind": body.kind,
            "parent": body.parent,
            "region": body.region,
            **validity(body.validity),
            "successor": body.successor,
            "code": body.code,
            "contact": body.contact,
            "sources": body.sources,
            "basis": body.basis,
            "note": body.note,
            "logo": _logo(logo),
        }
    )


def theme_record(theme: Theme, logo: Logo | None = None) -> dict[str, Any]:
    """The record of a theme."""
    return record(
        {
            "name": theme.key,
            "title": theme.name,
            "description": theme.description,
            "eu_theme": theme.eu_theme,
            "logo": _logo(logo),
        }
    )


def catalogue_record(catalogue: Catalogue) -> dict[str, Any]:
    """The record of the catalogue itself, with licences, regions, decisions and legal profiles."""
    settings = catalogue.settings
    return record(
        {
            "id": settings.id,
            "name": settings.name,
            "description": settings.description,
            "publisher": record(
                {"name": settings.publisher, "url": settings.publisher_url, "email": settings.publisher_email}
            ),
            "base_url": settings.base_url,
            "languages": settings.languages,
            "country": settings.country,
            "time_zone": settings.time_zone,
            "standing": settings.standing,
            "licenses": _entries(catalogue.licenses),
            "regions": _entries(catalogue.regions),
            "decisions": _entries(catalogue.decisions),
            "legal": _entries(catalogue.legal),
            "words": {one: catalogue.words[one] for one in settings.languages if one in catalogue.words},
        }
    )


def _logo(logo: Logo | None) -> dict[str, Any]:
    return {"name": logo.name, "sha256": logo.sha256, "bytes": logo.bytes} if logo is not None else {}


def _entries(entries: Mapping[str, Any]) -> dict[str, Any]:
    return {key: _entry(entry) for key, entry in entries.items()}


def _entry(entry: Any) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for one in fields(entry):
        value = getattr(entry, one.name)
        if isinstance(value, Validity):
            values |= validity(value)
        elif not isinstance(value, Source) and one.name != "key":
            values[one.name] = value
    return record(values)
