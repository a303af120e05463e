"""The table of the mapping: what of a record goes where in a dataset of CKAN.

The code writes by these rows, the documentation is made from them, and a test holds both together. The names of extras
are those of ckanext-dcat where it has one (``ckanext/dcat/profiles/euro_dcat_ap_base.py``), so that a portal with that
extension offers the same as DCAT.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from publisher.portals.ckan import mapping_texts as texts
from publisher.portals.ckan import mapping_values as values
from publisher.portals.ckan.mapping_view import View

LANG = "LANG"
"""Stands in a place for every language after the first."""


@dataclass(frozen=True, slots=True)
class Row:
    """``place`` takes ``value``, which is made from ``fields`` of the record: the first is what drift is told of.

    ``besides`` names records that it is made from too. ``when`` is ``fluent`` or ``plain`` for rows that only one way
    of writing languages has.
    """

    place: str
    fields: tuple[str, ...]
    value: Callable[[View], Any]
    note: str = ""
    besides: str = ""
    when: str = ""


def _field(key: str) -> Callable[[View], Any]:
    return lambda view: view.record.get(key)


def _text(key: str) -> Callable[[View], str]:
    return lambda view: view.text(view.record.get(key))


def _part(key: str, part: str) -> Callable[[View], str]:
    return lambda view: view.text((view.record.get(key) or {}).get(part))


def _awaited(key: str) -> Callable[[View], Any]:
    return lambda view: texts.awaited(view).get(key)


def _translated(key: str, make: Callable[[View], str]) -> Callable[[View], Any]:
    """Every language that has a title or a description, as ckanext-fluent keeps them."""

    def value(view: View) -> dict[str, str]:
        return {one: make(view.to(one)) for one in view.context.options.languages if _speaks(view.to(one), key)}

    return value


def _speaks(view: View, key: str) -> bool:
    return view.first or bool(view.own(view.record.get(key)))


def _other(key: str, make: Callable[[View], str]) -> Callable[[View], str]:
    return lambda view: make(view) if view.own(view.record.get(key)) else ""


def _license(view: View) -> str:
    key = str(view.record.get("license") or "")
    return values.license_id(key, view.of_catalogue("licenses", key).get("spdx"), view.context) if key else ""


def _of_license(part: str) -> Callable[[View], str]:
    return lambda view: view.text(view.of_catalogue("licenses", view.record.get("license")).get(part))


def _publisher(part: str) -> Callable[[View], str]:
    """A fact about who publishes: the body, or the maker of a reference catalogue."""

    def value(view: View) -> str:
        if view.reference:
            found = view.context.catalogue.get("publisher") or {}
            return view.text(found.get(part))
        body = view.context.organizations.get(str(view.record.get("organization"))) or {}
        return view.text((body.get("contact") or {}).get(part))

    return value


def _publisher_code(view: View) -> str:
    body = view.context.organizations.get(str(view.record.get("organization"))) or {}
    return "" if view.reference else view.text(body.get("code"))


def _theme_uris(view: View) -> str:
    found = [(view.context.themes.get(key) or {}).get("eu_theme") for key in view.record.get("themes") or ()]
    uris = list(dict.fromkeys(uri for uri in found if uri))
    return json.dumps(uris) if uris else ""


def _theme_titles(view: View) -> str:
    found = [view.text((view.context.themes.get(key) or {}).get("title")) or key for key in _themes(view)]
    return "; ".join(found)


def _themes(view: View) -> list[str]:
    return [str(key) for key in view.record.get("themes") or ()]


def _languages(view: View) -> str:
    title = view.record.get("title") or {}
    return values.language_uris(one for one in view.context.options.languages if one in title)


def _periods(key: str) -> Callable[[View], str]:
    return lambda view: ", ".join((view.record.get("freshness") or {}).get(key) or ())


def _covered(view: View) -> str:
    freshness = view.record.get("freshness") or {}
    return str((freshness.get("covered") or {}).get("name") or "")


def _next(view: View) -> str:
    return str((texts.awaited(view).get("next") or {}).get("name") or "")


_STATUS = ("status", "status_reason", "promised", "taken_down")
_FIRST = "first language"
_NOTES = ("description", *_STATUS)

ROWS: tuple[Row, ...] = (
    Row("name", ("name",), lambda v: values.name_of(v.context.options.prefix, v.record["name"]), "after the prefix"),
    Row("title", ("title",), lambda v: v.text(v.record.get("title")) or v.record["name"], _FIRST),
    Row(
        "notes",
        _NOTES,
        texts.notes,
        f"{_FIRST}; before it what the dataset is, and what a reference catalogue is",
        "catalogue",
    ),
    Row(
        "owner_org",
        ("organization",),
        lambda v: values.owner(str(v.record.get("organization")), v.context),
        "the organization if the token may write there, else that of the entry",
        "organizations",
    ),
    Row("license_id", ("license",), _license, "by the entry, else by the SPDX id, else our key", "catalogue"),
    Row("url", ("landing_page",), _field("landing_page")),
    Row("title_translated", ("title",), _translated("title", _text("title")), "every language", when="fluent"),
    Row("notes_translated", _NOTES, _translated("description", texts.notes), "every language", "catalogue", "fluent"),
    Row("extras:title_LANG", ("title",), _other("title", _text("title")), "every other language", when="plain"),
    Row("extras:notes_LANG", _NOTES, _other("description", texts.notes), "every other language", "catalogue", "plain"),
    Row("extras:identifier", ("id",), _field("id"), "dct:identifier"),
    Row("extras:status", ("status",), _field("status"), "the word of the descriptor"),
    Row("extras:promised", ("promised",), _field("promised"), "a day"),
    Row("extras:issued", ("issued",), _field("issued"), "dct:issued"),
    Row("extras:modified", ("modified",), _field("modified"), "dct:modified, when the data last changed"),
    Row(
        "extras:frequency",
        ("freshness",),
        lambda v: values.frequency_uri((v.record.get("freshness") or {}).get("frequency")),
        "dct:accrualPeriodicity, EU authority table",
    ),
    Row("extras:temporal_start", ("temporal",), _part("temporal", "start"), "dct:temporal"),
    Row("extras:temporal_end", ("temporal",), _part("temporal", "end"), "dct:temporal"),
    Row("extras:spatial_text", ("region",), texts.region, "dct:spatial", "catalogue"),
    Row("extras:language", ("title",), _languages, "dct:language, EU authority table"),
    Row("extras:theme", ("themes",), _theme_uris, "dcat:theme, EU authority table", "themes"),
    Row("extras:theme_title", ("themes",), _theme_titles, _FIRST, "themes"),
    Row(
        "extras:access_rights",
        ("access_rights",),
        lambda v: values.access_uri(v.record.get("access_rights")),
        "dct:accessRights, EU authority table",
    ),
    Row("extras:license_title", ("license",), _of_license("name"), _FIRST, "catalogue"),
    Row("extras:license_url", ("license",), _of_license("url"), "", "catalogue"),
    Row("extras:license_text", ("license",), _of_license("text"), _FIRST, "catalogue"),
    Row(
        "extras:publisher_name",
        ("organization",),
        texts.publisher_name,
        "dct:publisher: the body; in a reference catalogue its maker",
        "catalogue, organizations",
    ),
    Row("extras:publisher_email", ("organization",), _publisher("email"), "", "catalogue, organizations"),
    Row("extras:publisher_url", ("organization",), _publisher("url"), "", "catalogue, organizations"),
    Row("extras:publisher_identifier", ("organization",), _publisher_code, "the body's code", "organizations"),
    Row(
        "extras:organization_name",
        ("organization",),
        lambda v: v.body(v.record.get("organization")),
        "the body that the data are of",
        "organizations",
    ),
    Row(
        "extras:responsible",
        ("succession", "organization", "responsible"),
        texts.answers,
        "the bodies that followed, the last of which answers today",
        "organizations",
    ),
    *(
        Row(f"extras:contact_{part}", ("contact",), _part("contact", part), "dcat:contactPoint")
        for part in ("name", "email", "url")
    ),
    Row("extras:contact_phone", ("contact",), _part("contact", "phone")),
    Row("extras:contact_address", ("contact",), _part("contact", "address"), _FIRST),
    Row("extras:provenance", ("provenance",), texts.provenance, "dct:provenance, a source a line"),
    Row("extras:approval", ("approval",), texts.approval, "the act and the item of its list", "catalogue"),
    Row("extras:security_note", ("security_note",), _text("security_note"), _FIRST),
    Row("extras:corrections", ("corrections",), lambda v: texts.dated(v, v.record.get("corrections")), "a line each"),
    Row("extras:reviews", ("reviews",), lambda v: texts.dated(v, v.record.get("reviews")), "a line each"),
    Row("extras:data_through", ("freshness",), _covered, "the last period that the data cover"),
    Row("extras:data_missing", ("freshness",), _periods("missing"), "periods that are missing"),
    Row("extras:data_partial", ("freshness",), _periods("partial"), "periods of which only a part is there"),
    Row("extras:next_period", ("freshness",), _next, "the period that is awaited"),
    Row("extras:next_due", ("freshness",), _awaited("due_at"), "the day on which it is due"),
    Row("extras:late_from", ("freshness",), _awaited("overdue_at"), "the day from which it counts as late"),
    Row("extras:updates", ("freshness",), texts.pause, "a pause, or the end of updates"),
    Row("extras:evidence", ("freshness",), texts.evidence, "what shows how far the data reach"),
)
TAGS = Row("tags", ("keywords",), lambda v: values.tags_of(v.record.get("keywords") or ()), "as CKAN takes them")
GROUPS = Row(
    "groups", ("themes",), lambda v: values.groups_of(_themes(v), v.context), "where the token may assign", "themes"
)
