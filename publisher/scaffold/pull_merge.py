"""Edits of a portal's web form as changes to a descriptor: each place of the portal goes where git says it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from publisher.catalogue.document import Document
from publisher.catalogue.frequencies import frequency_from
from publisher.catalogue.model import Status
from publisher.catalogue.nodes import Pointer
from publisher.plan.model import Desired, Drift
from publisher.portals.ckan.mapping import mapping
from publisher.portals.ckan.mapping.values import (
    ACCESS,
    access_uri,
    frequency_uri,
    group_name,
    license_id,
    organization_name,
    tags_of,
)
from publisher.portals.ckan.mapping.view import View
from publisher.portals.ckan.model import Package, Wanted, WantedResource
from publisher.portals.ckan.pull.bodies import extras_by_key
from publisher.portals.ckan.pull.values import address, day, email, text, tidy
from publisher.scaffold.pull_edit import CannotEdit, with_items, with_value, without

_CONTACT = {"name": text, "email": email, "phone": text, "url": address, "address": text}
_DAYS: Mapping[str, Pointer] = {
    "issued": ("issued",),
    "promised": ("promised",),
    "temporal_start": ("temporal", "start"),
    "temporal_end": ("temporal", "end"),
}
_WORDS: Mapping[str, Mapping[str, str]] = {
    "status": {one.value: one.value for one in Status},
    "access_rights": {access_uri(one): one for one in ACCESS},
}
"""Fields that have a vocabulary: our words by the portal's."""
_MEASURED = frozenset({"rows", "period", "mimetype"})
"""What a resource says of its file, which no descriptor says."""
_FILE = frozenset({"size", "url", "hash"})
_NEVER = frozenset({"name", "private", "state", "type", "id"})


@dataclass
class Merge:
    """One dataset's descriptor as it changes. ``done`` and ``left`` are places; ``replaced`` are CKAN resources whose
    file somebody replaced.
    """

    document: Document
    package: Package
    wanted: Wanted
    desired: Desired
    context: mapping.Context
    done: list[Drift] = field(default_factory=list)
    left: list[Drift] = field(default_factory=list)
    replaced: dict[str, Drift] = field(default_factory=dict)

    def take(self, drift: Drift) -> None:
        """Bring one place back, or remember that it cannot be."""
        try:
            before = self.document
            brought = self._brought(drift)
        except CannotEdit:
            self.document, brought = before, False
        if not brought and drift.place.startswith("resources/") and drift.place.split("/")[1] in self.replaced:
            return
        (self.done if brought else self.left).append(drift)

    def _brought(self, drift: Drift) -> bool:
        place = drift.place
        if place.startswith("resources/"):
            _, identity, key = place.split("/", 2)
            return self._resource(identity, key, drift)
        if place.startswith("extras:"):
            key = place.removeprefix("extras:")
            return self._extra(key, extras_by_key(self.package).get(key))
        match place:
            case "title":
                return self._spoken("title", self._first, text(self.package.get("title")))
            case "notes":
                return self._notes()
            case "tags":
                return self._items("keywords", lambda word: tags_of((word,)), drift.there, self.wanted.tags)
            case "groups":
                return self._groups(drift.there)
            case "license_id":
                return self._keyed("license", self._license(drift.there))
            case "owner_org":
                return self._keyed("organization", self._organization(drift.there))
            case "url":
                return self._landing_page()
            case "title_translated" | "notes_translated":
                return self._translated("title" if place.startswith("title") else "description", place)
        own: Pointer = ("portal_fields", place)
        if mapping.record_field(place) != own[0] and _at(self.document.data, own) is None and place not in _NEVER:
            return self._extra(place, self.package.get(place))
        return place not in _NEVER and self._own(own, tidy(self.package.get(place)))

    @property
    def _first(self) -> str:
        return self.context.options.languages[0]

    def _put(self, pointer: Pointer, value: Any) -> bool:
        self.document = with_value(self.document, pointer, value)
        return True

    def _drop(self, pointer: Pointer) -> bool:
        before = self.document
        self.document = without(self.document, pointer)
        return self.document is not before

    def _own(self, pointer: Pointer, value: Any) -> bool:
        """A field of the portal's own; of one that is gone there nothing can be said but by taking it out here."""
        return self._drop(pointer) if value is None else self._put(pointer, value)

    def _spoken(self, key: str, language: str, value: str | None, at: Pointer = ()) -> bool:
        """A text in one language; other languages stay."""
        there = _at(self.document.data, (*at, key))
        if value is None and language == self._first and not at:
            return False  # every dataset has a title and a description
        if isinstance(there, dict):
            if value is None:
                return language in there and len(there) > 1 and self._drop((*at, key, language))
            return self._put((*at, key, language), value)
        if value is None:
            return bool(at) and language == self._first and self._drop((*at, key))
        if language == self._first:
            return self._put((*at, key), value)
        spoken = {self._first: there, language: value} if there else {language: value}
        return self._put((*at, key), spoken)

    def _notes(self) -> bool:
        found = text(self.package.get("notes"))
        view = View(self.desired.record, self.context, self._first)
        described = view.text(self.desired.record.get("description"))
        notes = str(self.wanted.fields.get("notes") or "")
        before = notes.removesuffix(described).strip() if described else notes
        if not found or (before and not found.startswith(before)):
            return False
        rest = found.removeprefix(before).strip()
        return bool(rest) and self._spoken("description", self._first, rest)

    def _translated(self, key: str, place: str) -> bool:
        found = self.package.get(place)
        if not isinstance(found, Mapping):
            return False
        for language in self.context.options.languages:
            value = text(found.get(language))
            if value is not None and (key == "title" or language == self._first or _at(self.document.data, (key,))):
                self._spoken(key, language, value)
        return True

    def _items(self, key: str, made: Any, there: Any, wanted: tuple[str, ...]) -> bool:
        listed = set(there or ())
        words = [str(one) for one in self.document.data.get(key, ())]
        gone = [word for word in words if set(made(word)) and not set(made(word)) <= listed]
        new = sorted(listed - set(wanted))
        self.document = with_items(self.document, (key,), gone, new)
        return True

    def _groups(self, there: Any) -> bool:
        keys = {group_name(key, self.context): key for key in self.context.themes}
        if not set(there or ()) <= set(keys):
            return False
        listed = {keys[one] for one in there or ()}
        there_now = [str(one) for one in self.document.data.get("themes", ())]
        gone = [one for one in there_now if one not in listed]
        new = sorted(listed - set(there_now))
        self.document = with_items(self.document, ("themes",), gone, new)
        return True

    def _license(self, there: Any) -> str | None:
        entries: Mapping[str, Any] = self.context.catalogue.get("licenses") or {}
        known = [key for key, one in entries.items() if license_id(key, one.get("spdx"), self.context) == there]
        return str(there) if there in known else known[0] if len(known) == 1 else None

    def _organization(self, there: Any) -> str | None:
        return next((key for key in self.context.organizations if organization_name(key, self.context) == there), None)

    def _keyed(self, key: str, value: str | None) -> bool:
        return value is not None and self._put((key,), value)

    def _landing_page(self) -> bool:
        found = text(self.package.get("url"))
        if found is None:
            return self._drop(("landing_page",))
        known = address(found)
        return known == found and self._put(("landing_page",), known)

    def _extra(self, key: str, there: Any) -> bool:
        """An extra, or the field that a portal's own form has for it. What is made from other fields of the descriptor
        is never said beside them.
        """
        if not isinstance(there, str | None):
            return False
        value = text(there)
        own: Pointer = ("portal_fields", "extras", key)
        if _at(self.document.data, own) is not None:
            return self._own(own, value)
        head, _, tail = key.rpartition("_")
        if head in {"title", "notes"} and tail in self.context.options.languages[1:]:
            return self._spoken("title" if head == "title" else "description", tail, value)
        if head == "contact" and tail in _CONTACT:
            return self._contact(tail, value)
        if key in _DAYS and (value is None or day(value) is not None):
            return self._own(_DAYS[key], value)
        if key in _WORDS:
            return self._keyed(key, _WORDS[key].get(value or ""))
        if key == "security_note":
            return self._spoken(key, self._first, value)
        word = frequency_from(value) if key == "frequency" and value else None
        if word is not None and frequency_uri(word) == value:
            return self._put(("freshness", "frequency"), word)
        return False

    def _contact(self, key: str, value: str | None) -> bool:
        pointer: Pointer = ("contact", key)
        if value is None:
            return self._drop(pointer)
        if _CONTACT[key](value) != value:
            return False
        if isinstance(_at(self.document.data, pointer), dict):
            return self._put((*pointer, self._first), value)
        return self._put(pointer, value)

    def _resource(self, identity: str, key: str, drift: Drift) -> bool:
        found = next((one for one in self.wanted.resources if one.id == identity), None)
        there = next((one for one in self.package.get("resources") or () if one.get("id") == identity), None)
        index = self._index(found)
        if found is None or there is None or index is None:
            return False
        at: Pointer = ("resources", index)
        if key in _FILE and found.file is not None:
            self.replaced[identity] = drift
            return False
        value = text(there.get(key)) if isinstance(there.get(key), str) else tidy(there.get(key))
        if key == "description" and _at(self.document.data, (*at, "portal_fields", key)) is None:
            return self._spoken("description", self._first, value, at)
        if key == "name" and value is not None:
            return self._name(at, found, str(value))
        if key in _MEASURED and _at(self.document.data, (*at, "portal_fields", key)) is None:
            return False
        if key == "url" and value is not None and address(value) == value:
            return self._put((*at, "url"), value)
        return found.id == found.of and self._own((*at, "portal_fields", key), value)

    def _name(self, at: Pointer, found: WantedResource, value: str) -> bool:
        """A name as the title that it is made from, where what is added to the title is still there."""
        index = int(at[1])
        record = self.desired.record["resources"][index]
        title = View(record, self.context, self._first).text(record.get("title")) or str(record["name"])
        label = str(found.fields.get("name") or "").removeprefix(title)
        if value.endswith(label) and value.removesuffix(label).strip():
            return self._spoken("title", self._first, value.removesuffix(label), at)
        return found.id == found.of and self._put((*at, "portal_fields", "name"), value)

    def _index(self, found: WantedResource | None) -> int | None:
        records = self.desired.record.get("resources") or ()
        return next((index for index, one in enumerate(records) if found is not None and one["id"] == found.of), None)


def _at(data: Any, pointer: Pointer) -> Any:
    for step in pointer:
        try:
            data = data[step]
        except (KeyError, IndexError, TypeError):
            return None
    return data
