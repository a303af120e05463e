"""One language's eye on the view: texts chosen, names looked up, lists put in order.

Templates get plain values from here; only they write HTML.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from publisher.freshness.cycles import is_periodic
from publisher.plan.model import Record
from publisher.portals.site.markdown import plain
from publisher.portals.site.render import speaker
from publisher.portals.site.view import SiteView
from publisher.portals.site.words import order

_STANDING = frozenset({"paused", "exempt", "withdrawn", "not-open", "proposed"})
STATUSES = ("published", "planned", "proposed", "not-open", "withdrawn")
LANGUAGE_NAMES = {"vi": "Tiếng Việt", "en": "English", "pt": "Português", "fr": "Français", "es": "Español"}


def has_data(record: Record) -> bool:
    """Whether a dataset offers data to take, and not only a description."""
    resources = record.get("resources") or ()
    return record.get("status") == "published" and any(r.get("parts") or r.get("url") for r in resources)


def followed(record: Record) -> bool:
    """Whether a dataset promises its data for a day, or did so in the past."""
    terms = record.get("freshness") or {}
    if record.get("status") not in {"published", "planned"} or terms.get("fixed") in {"fresh", "exempt", "planned"}:
        return bool(record.get("status") == "planned" and terms.get("due_at"))
    return bool(terms.get("due_at") or terms.get("history") or is_periodic(str(terms.get("frequency"))))


def is_awaited(terms: Mapping[str, Any]) -> bool:
    """Whether the next due date counts: not in a pause, nor for a period that is over only after the end."""
    fixed = terms.get("fixed")
    if not terms.get("due_at") or fixed in _STANDING:
        return False
    comes = (terms.get("next") or {}).get("end") or terms["due_at"]
    return fixed != "ended" or str(comes) <= str(terms.get("fixed_from") or "")


def answering(record: Record) -> str:
    """The key of the body that answers for a dataset: the stated one, else the last that took over."""
    line = record.get("succession") or ()
    return str(record.get("responsible") or (line[-1]["key"] if line else record.get("organization")) or "")


def formats(record: Record) -> tuple[str, ...]:
    """The formats in which a dataset's data can be had, in capitals."""
    found: set[str] = set()
    for resource in record.get("resources") or ():
        if resource.get("service"):
            found.add("API")
        elif resource.get("parts") or resource.get("url"):
            found.update([*([resource["format"]] if resource.get("format") else []), *(resource.get("derived") or ())])
    return tuple(sorted(name.upper() for name in found))


@dataclass(frozen=True)
class Entry:
    """A dataset as lists show it."""

    name: str
    title: str
    summary: str
    organization: str
    organization_key: str
    themes: tuple[str, ...]
    formats: tuple[str, ...]
    license: str
    status: str
    status_words: str
    modified: str
    data: bool


class Lens:
    """A view in one language."""

    def __init__(self, view: SiteView, language: str) -> None:
        self.view = view
        self.language = language
        self.prefix = "" if language == view.languages[0] else f"{language}/"
        self.speaker = speaker(language, view.words(language))
        self.say = self.speaker.plain
        self.order = order(language)
        self._fallback = (language, *view.languages)
        self._entries: dict[str, Entry] = {}

    def text(self, value: Any) -> str:
        """A text by language in this language, else in the catalogue's order, else any."""
        if value is None:
            return ""
        if not isinstance(value, Mapping):
            return str(value)
        for language in self._fallback:
            if language in value:
                return str(value[language])
        return str(next(iter(value.values()), ""))

    def title(self, records: Mapping[str, Record], key: str | None) -> str:
        """A record's title by its key; the key itself where the record is not there."""
        record = records.get(key or "")
        return (self.text(record.get("title") or record.get("name")) if record else "") or (key or "")

    def organization(self, key: str | None) -> str:
        """An organization's title."""
        return self.title(self.view.organizations, key)

    def license(self, key: str | None) -> str:
        """A licence's name."""
        found = (self.view.catalogue.get("licenses") or {}).get(key or "")
        return (self.text(found.get("name")) if found else "") or (key or "")

    def status_words(self, status: str) -> str:
        """A dataset's status in words."""
        return {
            "published": self.say("Published"),
            "planned": self.say("Planned, no data yet"),
            "proposed": self.say("Proposal, no data yet"),
            "not-open": self.say("Not open"),
            "withdrawn": self.say("Withdrawn"),
        }.get(status, status)

    def entry(self, name: str) -> Entry:
        """A dataset as lists show it."""
        found = self._entries.get(name)
        if found is None:
            record = self.view.datasets[name]
            status = record.get("status") or "published"
            found = self._entries[name] = Entry(
                name=name,
                title=self.text(record.get("title")) or name,
                summary=plain(self.text(record.get("description")), 180),
                organization=self.organization(record.get("organization")),
                organization_key=record.get("organization") or "",
                themes=tuple(record.get("themes") or ()),
                formats=formats(record),
                license=record.get("license") or "",
                status=status,
                status_words=self.status_words(status),
                modified=record.get("modified") or record.get("issued") or "",
                data=has_data(record),
            )
        return found

    @cached_property
    def entries(self) -> tuple[Entry, ...]:
        """All datasets, those with data first, by title."""
        return self.listed(self.view.datasets)

    def listed(self, names: Iterable[str]) -> tuple[Entry, ...]:
        """Datasets with data first, by title in the order of the alphabet."""
        found = [self.entry(name) for name in names]
        return tuple(sorted(found, key=lambda e: (not e.data, STATUSES.index(e.status), self.order(e.title), e.name)))

    @cached_property
    def newest(self) -> tuple[Entry, ...]:
        """Datasets with data, last changed first."""
        by_title = [e for e in self.entries if e.data]
        return tuple(sorted(by_title, key=lambda e: e.modified, reverse=True))

    @cached_property
    def by_organization(self) -> Mapping[str, Sequence[Entry]]:
        """Listed datasets by the organization that published them."""
        found = defaultdict(list)
        for entry in self.entries:
            found[entry.organization_key].append(entry)
        return found

    @cached_property
    def inherited(self) -> Mapping[str, Sequence[Entry]]:
        """Listed datasets that others published, by the organization that answers for them today."""
        found = defaultdict(list)
        for entry in self.entries:
            body = answering(self.view.datasets[entry.name])
            if body != entry.organization_key:
                found[body].append(entry)
        return found

    @cached_property
    def by_theme(self) -> Mapping[str, Sequence[Entry]]:
        """Listed datasets by theme."""
        found = defaultdict(list)
        for entry in self.entries:
            for theme in entry.themes:
                found[theme].append(entry)
        return found

    def ordered(self, records: Mapping[str, Record]) -> list[tuple[str, str, Record]]:
        """Records as (key, title, record) in the order of their titles."""
        named = ((key, self.title(records, key), record) for key, record in records.items())
        return sorted(named, key=lambda item: (self.order(item[1]), item[0]))

    def basis(self, basis: str | None) -> str:
        """How far a source was read, in words; a free text stands as it is."""
        return {
            "text": self.say("the text itself was read"),
            "summary": self.say("read in a summary"),
            "second-hand": self.say("known second-hand, the text itself was not read"),
            "general": self.say("general knowledge, no source was read"),
        }.get(basis or "", basis or "")

    def supports(self, supports: str | None) -> str:
        """What a source supports, in words."""
        return {
            "data": self.say("supports the data"),
            "title": self.say("supports the title"),
            "structure": self.say("supports the columns"),
            "existence": self.say("supports that such data exist"),
            "none": self.say("nothing found supports it"),
        }.get(supports or "", supports or "")
