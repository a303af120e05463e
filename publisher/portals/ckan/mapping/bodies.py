"""Organizations as CKAN's organizations, themes as its groups."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from publisher.plan.model import Kind, Record
from publisher.portals.ckan.mapping.facts import Fact, field, part, said
from publisher.portals.ckan.mapping.texts import body_description
from publisher.portals.ckan.mapping.values import group_name, organization_name
from publisher.portals.ckan.mapping.view import Context, View, bounded, clean

CATALOGUE = "opendata_catalogue"
"""The extra of organizations and groups that says whose they are: the catalogue's id."""
EXTRAS: tuple[tuple[str, str, Fact], ...] = (
    ("short_title", "short", said("short")),
    ("kind", "kind", field("kind")),
    ("identifier", "code", field("code")),
    ("valid_from", "valid_from", field("valid_from")),
    ("valid_to", "valid_to", field("valid_to")),
    ("successor", "successor", part("successor", "key")),
    ("parent_body", "parent", field("parent")),
    ("eu_theme", "eu_theme", field("eu_theme")),
    ("note", "note", said("note")),
    *(
        (f"contact_{inner}", "contact", part("contact", inner))
        for inner in ("name", "email", "phone", "url", "address")
    ),
)
"""Extras of a body, the record's field, and what is made of it."""


def body(record: Record, kind: Kind, context: Context) -> dict[str, Any]:
    """An organization (or a theme, as a group) as ``organization_create`` and ``group_create`` take it."""
    view = View(record, context, context.options.languages[0])
    key = str(record["name"])
    found = sorted((name, bounded(clean(str(value)))) for name, value in _extras(view) if value)
    return {
        "name": group_name(key, context) if kind is Kind.THEME else organization_name(key, context),
        "title": bounded(view.text(record.get("title")) or key),
        "description": body_description(view),
        "extras": [{"key": name, "value": value} for name, value in found],
    }


def _extras(view: View) -> Iterator[tuple[str, Any]]:
    yield CATALOGUE, view.context.catalogue.get("id")
    for name, _, value in EXTRAS:
        yield name, value(view)
    for language in view.context.options.languages[1:]:
        other = view.to(language)
        titled = other.own(view.record.get("title"))
        yield f"title_{language}", titled
        yield f"description_{language}", body_description(other) if titled else ""
