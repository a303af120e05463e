"""One language's view of a dataset's record and of what it refers to."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from publisher.dates import day
from publisher.messages import messages
from publisher.plan.model import Record
from publisher.plan.records import day_of
from publisher.portals.ckan.model import Options, Rights

TERM = 31_000
"""Bytes that fit into one term of Solr with room to spare: one of more than 32,766 fails the whole write."""


@dataclass(frozen=True, slots=True)
class Context:
    """What a dataset is mapped with: records of what it refers to, the recipe of made files, the entry's wishes and
    what the token may do.
    """

    catalogue: Record
    organizations: Mapping[str, Record]
    themes: Mapping[str, Record]
    recipe: str
    options: Options
    rights: Rights


@dataclass(frozen=True, slots=True)
class View:
    """A record in one language."""

    record: Record
    context: Context
    language: str

    def to(self, language: str) -> View:
        """The same record in another language."""
        return replace(self, language=language)

    @property
    def first(self) -> bool:
        """Whether this is the portal's own language."""
        return self.language == self.context.options.languages[0]

    def say(self, sentence: str, /, **params: object) -> str:
        """A sentence of ours, in the catalogue's own words where it has some."""
        own = str((self.context.catalogue.get("words") or {}).get(self.language, ""))
        return messages(self.language, own).text(sentence, **params)

    def text(self, value: Any) -> str:
        """A text by language in this language, else in the catalogue's order, else any."""
        if not isinstance(value, Mapping):
            return clean(str(value)) if value else ""
        order = (self.language, *self.context.options.languages, *value)
        return clean(next((str(value[one]) for one in order if value.get(one)), ""))

    def own(self, value: Any) -> str:
        """A text in this language alone, '' where there is none."""
        return clean(str(value.get(self.language) or "")) if isinstance(value, Mapping) else ""

    def day(self, iso: object) -> str:
        """A date as people write it."""
        return day(str(iso), self.language) if day_of(iso) else str(iso)

    def body(self, key: object) -> str:
        """An organization's title; its key where it is not known."""
        return self.text((self.context.organizations.get(str(key)) or {}).get("title")) or str(key or "")

    def of_catalogue(self, register: str, key: object) -> Record:
        """An entry of a register of the catalogue: ``licenses``, ``regions``, ``decisions``; empty if not there."""
        found: Record = (self.context.catalogue.get(register) or {}).get(str(key or "")) or {}
        return found

    @property
    def reference(self) -> bool:
        """Whether the catalogue speaks for no public body."""
        return self.context.catalogue.get("standing") != "official"

    @property
    def banner(self) -> str:
        """What a catalogue that is none of a public body says of itself, as its pages do; '' for an official one."""
        if not self.reference:
            return ""
        return self.say(
            "Demonstration, not an official portal: nothing here is published in the name of a government body."
        )


def clean(text: str) -> str:
    """A text as CKAN and its search take it: composed letters, plain line ends, nothing at its ends.

    A NUL or half a surrogate pair would make CKAN answer with an error of its own (measured).
    """
    kept = "".join(one for one in text if one != "\x00" and not "\ud800" <= one <= "\udfff")
    return unicodedata.normalize("NFC", kept).replace("\r\n", "\n").strip()


def bounded(text: str) -> str:
    """A text cut so that Solr takes it as one term."""
    raw = text.encode()
    return text if len(raw) <= TERM else raw[:TERM].decode(errors="ignore").rstrip() + "…"


def one_line_safe(text: str) -> str:
    """A text for an extra. CKAN's web form has a single line for it: whoever saves the form, whatever they change,
    takes the line breaks out of every extra. With a blank before each, the words stay apart.
    """
    return text.replace("\n", " \n")
