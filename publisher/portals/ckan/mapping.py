"""Records as CKAN's packages, organizations and groups. Pure: the same records give the same bodies."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from functools import lru_cache
from importlib import resources as package_files
from typing import Any

from publisher.digest import digest_of
from publisher.plan.model import Desired, Kind, Record
from publisher.portals.ckan.mapping_files import resources_of
from publisher.portals.ckan.mapping_places import held, owned
from publisher.portals.ckan.mapping_table import GROUPS, LANG, ROWS, TAGS, Row
from publisher.portals.ckan.mapping_texts import body_description
from publisher.portals.ckan.mapping_values import group_name, organization_name
from publisher.portals.ckan.mapping_view import Context, View, bounded, clean
from publisher.portals.ckan.marker import kept
from publisher.portals.ckan.model import Options, Wanted

__all__ = [
    "CATALOGUE",
    "Context",
    "body",
    "clashes",
    "held",
    "kept",
    "owned",
    "record_field",
    "record_fields",
    "rules",
    "wanted",
]

VERSION = 1
"""Of the mapping: another one for every change of it, so that what stands on portals is written anew."""
CATALOGUE = "opendata_catalogue"
"""The extra of organizations and groups that says whose they are: the catalogue's id."""
_OWN = frozenset({"private", "tags", "groups", "resources", "extras", "id", "state", "type"})


def wanted(desired: Desired, context: Context) -> Wanted:
    """A dataset's record as CKAN shall hold it."""
    record = desired.record
    view = View(record, context, context.options.languages[0])
    given = dict(record.get("portal_fields") or {})
    foreign = given.pop("extras", None)
    extras: dict[str, str] = {}
    if isinstance(foreign, dict):
        extras = {str(key): bounded(clean(str(value))) for key, value in foreign.items() if value not in (None, "")}
    fields: dict[str, Any] = {key: value for key, value in given.items() if key not in _OWN}
    for place, value in _values(view):
        head, _, key = place.partition(":")
        if head == "extras":
            extras[key] = value
        else:
            fields[place] = value
    fields["private"] = False
    return Wanted(
        id=desired.id,
        name=str(fields["name"]),
        fields=fields,
        extras=dict(sorted(extras.items())),
        tags=TAGS.value(view),
        groups=GROUPS.value(view),
        resources=resources_of(view, desired.sources),
    )


def _values(view: View) -> Iterator[tuple[str, Any]]:
    """Every row's value that says something, by place."""
    for place, row, one in _places(view):
        value = row.value(one)
        if isinstance(value, str):
            value = clean(value) if place == "notes" else bounded(clean(value))
        if value not in (None, "", {}):
            yield place, value


def _places(view: View) -> Iterator[tuple[str, Row, View]]:
    options = view.context.options
    for row in ROWS:
        if row.when and (row.when == "fluent") is not options.fluent:
            continue
        if LANG not in row.place:
            yield row.place, row, view
            continue
        for language in options.languages[1:]:
            yield row.place.replace(LANG, language), row, view.to(language)


def clashes(portal_fields: Record) -> tuple[str, ...]:
    """Keys of a descriptor's ``portal_fields`` that our own mapping writes; they win nothing over it."""
    ours = _OWN - {"extras"} | {row.place for row in ROWS}
    extras = portal_fields.get("extras")
    own = {row.place.removeprefix("extras:") for row in ROWS if row.place.startswith("extras:")}
    inner = [f"extras.{key}" for key in extras if key in own] if isinstance(extras, dict) else []
    return tuple(sorted([*(key for key in portal_fields if key in ours), *inner]))


@lru_cache
def _by_place() -> dict[str, tuple[str, ...]]:
    return {row.place: row.fields for row in (*ROWS, TAGS, GROUPS)}


def record_fields(place: str) -> tuple[str, ...]:
    """The fields of the record that a place is made from, the one to tell of first."""
    if place.startswith("resources/"):
        return ("resources", "status", "taken_down", "title")
    head, _, language = place.rpartition("_")
    known = _by_place().get(place) or _by_place().get(f"{head}_{LANG}" if language else place)
    return known or ("portal_fields",)


def record_field(place: str) -> str:
    """The field of the record that a place comes from."""
    return record_fields(place)[0]


def rules(options: Options, context: Context | None = None) -> str:
    """How records are mapped, as a digest: the mapping, the entry's options, the words of its languages.

    With a ``context`` also everything besides the dataset's own record that a mapping looks at: while this digest
    stays, equal records give equal packages.
    """
    how = asdict(options)
    for name in ("scope", "drift"):  # say what is read and what is done about it, not what is written
        del how[name]
    how["organizations"], how["licenses"] = dict(options.organizations), dict(options.licenses)
    around: list[Any] = []
    if context is not None:
        reach = context.rights
        around = [
            dict(context.catalogue),
            {key: dict(one) for key, one in context.organizations.items()},
            {key: dict(one) for key, one in context.themes.items()},
            context.recipe,
            [reach.sysadmin, reach.create_organizations, reach.create_groups, "datastore" in reach.plugins],
            [sorted(reach.organizations), sorted(reach.groups)],
        ]
    return digest_of([VERSION, how, [_words(one) for one in options.languages], around])


@lru_cache
def _words(language: str) -> str:
    """The digest of the sentences of a language."""
    folder = package_files.files("publisher") / "locale" / language / "LC_MESSAGES"
    names = sorted(one.name for one in folder.iterdir() if one.name.endswith(".mo")) if folder.is_dir() else []
    return digest_of([(name, digest_of((folder / name).read_bytes().hex())) for name in names])


def body(record: Record, kind: Kind, context: Context) -> dict[str, Any]:
    """An organization (or a theme, as a group) as ``organization_create`` and ``group_create`` take it."""
    options = context.options
    view = View(record, context, options.languages[0])
    key = str(record["name"])
    name = group_name(key, context) if kind is Kind.THEME else organization_name(key, context)
    successor = record.get("successor") or {}
    extras: dict[str, Any] = {
        CATALOGUE: context.catalogue.get("id"),
        "short_title": view.text(record.get("short")),
        "kind": record.get("kind"),
        "identifier": record.get("code"),
        "valid_from": record.get("valid_from"),
        "valid_to": record.get("valid_to"),
        "successor": successor.get("key"),
        "parent_body": record.get("parent"),
        "eu_theme": record.get("eu_theme"),
        "note": view.text(record.get("note")),
    }
    extras |= {f"contact_{part}": view.text(text) for part, text in (record.get("contact") or {}).items()}
    for language in options.languages[1:]:
        other = view.to(language)
        extras[f"title_{language}"] = other.own(record.get("title"))
        extras[f"description_{language}"] = body_description(other) if other.own(record.get("title")) else ""
    return {
        "name": name,
        "title": bounded(view.text(record.get("title")) or key),
        "description": body_description(view),
        "extras": [{"key": key, "value": bounded(clean(str(extras[key])))} for key in sorted(extras) if extras[key]],
    }
