"""Records as CKAN's packages, organizations and groups. Pure: the same records give the same bodies."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, replace
from functools import lru_cache
from types import MappingProxyType
from typing import Any

from publisher.digest import digest_of
from publisher.plan.model import Desired
from publisher.portals.ckan.mapping.bodies import CATALOGUE, body
from publisher.portals.ckan.mapping.files import resources_of
from publisher.portals.ckan.mapping.places import held, owned
from publisher.portals.ckan.mapping.table import GROUPS, LANG, ROWS, TAGS, Row
from publisher.portals.ckan.mapping.view import Context, View, bounded, clean, one_line_safe
from publisher.portals.ckan.mapping.words import words_digest
from publisher.portals.ckan.model import Options, Wanted
from publisher.portals.ckan.notes.marker import kept

__all__ = [
    "CATALOGUE",
    "Context",
    "body",
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
_OWN = frozenset({"private", "tags", "groups", "resources", "extras", "id", "state", "type"})


_NONE: Mapping[str, str] = MappingProxyType({})


def wanted(desired: Desired, context: Context, ids: Mapping[str, str] = _NONE) -> Wanted:
    """A dataset's record as CKAN shall hold it. ``ids`` are resources that keep another id (:attr:`Applied.ids`)."""
    record = desired.record
    view = View(record, context, context.options.languages[0])
    given = dict(record.get("portal_fields") or {})
    foreign = given.pop("extras", None)
    extras: dict[str, str] = {}
    if isinstance(foreign, dict):
        extras = {
            str(key): one_line_safe(bounded(clean(str(value))))
            for key, value in foreign.items()
            if value not in (None, "")
        }
    fields: dict[str, Any] = {key: value for key, value in given.items() if key not in _OWN}
    for place, value in _values(view):
        head, _, key = place.partition(":")
        if head != "extras":
            fields[place] = value
        elif key in fields or key in extras:
            continue  # the descriptor's own word for this portal
        elif key in context.rights.fields:
            fields[key] = value
        else:
            extras[key] = json.dumps(value) if isinstance(value, list) else one_line_safe(value)
    fields["private"] = False
    return Wanted(
        id=desired.id,
        name=str(fields["name"]),
        fields=fields,
        extras=dict(sorted(extras.items())),
        tags=TAGS.value(view),
        groups=GROUPS.value(view),
        resources=tuple(replace(one, id=ids.get(one.id, one.id)) for one in resources_of(view, desired.sources)),
    )


def _values(view: View) -> Iterator[tuple[str, Any]]:
    """Every row's value that says something, by place."""
    for place, row, one in _places(view):
        value = row.value(one)
        if isinstance(value, str):
            value = clean(value) if place == "notes" else bounded(clean(value))
        if value not in (None, "", {}, []):
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


@lru_cache
def _by_place() -> dict[str, tuple[str, ...]]:
    return {row.place: row.fields for row in (*ROWS, TAGS, GROUPS)}


def record_fields(place: str) -> tuple[str, ...]:
    """The fields of the record that a place is made from, the one to tell of first."""
    if place.startswith("resources/"):
        return ("resources", "status", "taken_down", "title")
    head = place.rpartition("_")[0]
    rows = _by_place()
    known = (rows.get(one) for one in (place, f"{head}_{LANG}", f"extras:{place}", f"extras:{head}_{LANG}"))
    return next((one for one in known if one), ("portal_fields",))


def record_field(place: str) -> str:
    """The field of the record that a place comes from."""
    return record_fields(place)[0]


def rules(options: Options, context: Context | None = None) -> str:
    """How records are mapped, as a digest: the mapping, the entry's options, the words of its languages.

    With a ``context`` also everything besides the dataset's own record that a mapping looks at: while this digest
    stays, equal records give equal packages.
    """
    how = asdict(options)
    # Say what is read and what is done about it, not what is written; a name concerns its own dataset alone.
    for name in ("scope", "drift", "datasets"):
        del how[name]
    how["organizations"], how["licenses"] = dict(options.organizations), dict(options.licenses)
    del how["groups"]
    how |= {"groups": dict(options.groups)} if options.groups else {}
    around: list[Any] = []
    if context is not None:
        reach = context.rights
        around = [
            dict(context.catalogue),
            {key: _said(one) for key, one in context.organizations.items()},
            {key: _said(one) for key, one in context.themes.items()},
            context.recipe,
            [reach.sysadmin, reach.create_organizations, reach.create_groups, "datastore" in reach.plugins],
            [sorted(reach.organizations), sorted(reach.groups), sorted(reach.fields)],
        ]
    return digest_of([VERSION, how, [words_digest(one) for one in options.languages], around])


def _said(body: Mapping[str, Any]) -> dict[str, Any]:
    """What datasets may say of an organization or theme: its logo is not among it."""
    return {key: value for key, value in body.items() if key != "logo"}
