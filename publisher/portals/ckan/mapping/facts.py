"""Facts of a record for the table of the mapping: each function takes a view of it and says one value."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from publisher.plan.model import Record
from publisher.portals.ckan.mapping import texts, values
from publisher.portals.ckan.mapping.view import View

Fact = Callable[[View], Any]


def field(key: str) -> Fact:
    """A field of the record as it stands."""
    return lambda view: view.record.get(key)


def said(key: str) -> Callable[[View], str]:
    """A text of the record in the view's language."""
    return lambda view: view.text(view.record.get(key))


def part(key: str, inner: str) -> Fact:
    """A part of a field: the contact's mail, the start of a span."""
    return lambda view: view.text((view.record.get(key) or {}).get(inner))


def translated(key: str, make: Callable[[View], str]) -> Fact:
    """An object by language, as ckanext-fluent keeps texts: the first language, and those that the field speaks."""

    def fact(view: View) -> dict[str, str]:
        views = [view.to(language) for language in view.context.options.languages]
        return {one.language: make(one) for one in views if one.first or one.own(view.record.get(key))}

    return fact


def spoken(key: str, make: Callable[[View], str]) -> Fact:
    """A text for another language, where the field speaks it."""
    return lambda view: make(view) if view.own(view.record.get(key)) else ""


def name(view: View) -> str:
    """The dataset's name on the portal."""
    return values.dataset_name(str(view.record["name"]), view.context.options)


def title(view: View) -> str:
    """The title; the name where there is none."""
    return view.text(view.record.get("title")) or str(view.record["name"])


def owner(view: View) -> str:
    """The portal's organization that owns the dataset."""
    return values.owner(str(view.record.get("organization")), view.context)


def license_id(view: View) -> str:
    """The portal's id of the licence."""
    key = str(view.record.get("license") or "")
    return values.license_id(key, view.of_catalogue("licenses", key).get("spdx"), view.context) if key else ""


def of_license(inner: str) -> Fact:
    """A part of the licence's entry in the register."""
    return lambda view: view.text(view.of_catalogue("licenses", view.record.get("license")).get(inner))


def frequency(view: View) -> str:
    """How often data are updated, as an address."""
    return values.frequency_uri((view.record.get("freshness") or {}).get("frequency"))


def access_rights(view: View) -> str:
    """Who may have the data, as an address."""
    return values.access_uri(view.record.get("access_rights"))


def languages(view: View) -> list[str]:
    """The languages of the title, as addresses."""
    there = view.record.get("title") or {}
    return values.language_uris(one for one in view.context.options.languages if one in there)


def themes(view: View) -> list[str]:
    """The keys of themes."""
    return [str(key) for key in view.record.get("themes") or ()]


def theme_uris(view: View) -> list[str]:
    """The themes in the EU authority table, where they say theirs."""
    found = [(view.context.themes.get(key) or {}).get("eu_theme") for key in themes(view)]
    return list(dict.fromkeys(str(uri) for uri in found if uri))


def theme_titles(view: View) -> str:
    """The themes' titles in a line."""
    return "; ".join(view.text((view.context.themes.get(key) or {}).get("title")) or key for key in themes(view))


def groups(view: View) -> tuple[str, ...]:
    """The groups that the dataset is put into."""
    return values.groups_of(themes(view), view.context)


def tags(view: View) -> tuple[str, ...]:
    """The keywords as tags."""
    return values.tags_of(view.record.get("keywords") or ())


def organization(view: View) -> str:
    """The title of the body that the data are of."""
    return view.body(view.record.get("organization"))


def of_publisher(inner: str) -> Fact:
    """A part of who publishes: of the body's contact, or of the maker of a reference catalogue."""

    def fact(view: View) -> str:
        if view.reference:
            return view.text((view.context.catalogue.get("publisher") or {}).get(inner))
        return view.text((_body(view).get("contact") or {}).get(inner))

    return fact


def publisher_code(view: View) -> str:
    """The publishing body's official code."""
    return "" if view.reference else view.text(_body(view).get("code"))


def period(key: str) -> Fact:
    """The name of a period of the freshness terms."""
    return lambda view: ((view.record.get("freshness") or {}).get(key) or {}).get("name")


def periods(key: str) -> Fact:
    """Names of periods of the freshness terms, in a line."""
    return lambda view: ", ".join((view.record.get("freshness") or {}).get(key) or ())


def awaited(key: str) -> Fact:
    """A day of the next delivery, where one counts."""
    return lambda view: texts.awaited(view).get(key)


def awaited_period(view: View) -> Any:
    """The period of the next delivery."""
    return (texts.awaited(view).get("next") or {}).get("name")


def dated(key: str) -> Fact:
    """Entries with a day, a line each."""
    return lambda view: texts.dated(view, view.record.get(key))


def _body(view: View) -> Record:
    return view.context.organizations.get(str(view.record.get("organization"))) or {}
