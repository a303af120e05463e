"""Entries of ``catalog/``, reviews and consents of the model, from documents whose shape is already checked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from publisher.catalogue.document import Document
from publisher.catalogue.model import (
    Consent,
    Contact,
    Decision,
    LegalProfile,
    License,
    Organization,
    PortalEntry,
    Region,
    Review,
    Settings,
    Source,
    Status,
    Successor,
    Suppression,
    Theme,
    Validity,
)
from publisher.text import NO_TEXT, Text, text_of

Data = Mapping[str, Any]


class Builder:
    """Makes entities; knows the catalogue's languages, in which plain strings are."""

    def __init__(self, languages: Sequence[str]) -> None:
        self.languages = tuple(languages)

    def organization(self, key: str, source: Source, data: Data) -> Organization:
        """An entry of ``organizations.yaml``."""
        return Organization(
            key,
            source,
            self.text(data["name"]),
            short=self.text(data.get("short")),
            description=self.text(data.get("description")),
            kind=data.get("kind"),
            parent=data.get("parent"),
            region=data.get("region"),
            validity=_validity(data),
            successor=_successor(data),
            code=data.get("code"),
            contact=self.contact(data),
            stewards=tuple(data.get("stewards", ())),
            sources=tuple(data.get("sources", ())),
            basis=data.get("basis"),
            note=self.text(data.get("note")),
            logo=data.get("logo"),
        )

    def theme(self, key: str, source: Source, data: Data) -> Theme:
        """An entry of ``themes.yaml``."""
        return Theme(
            key,
            source,
            self.text(data["name"]),
            self.text(data.get("description")),
            data.get("eu_theme"),
            logo=data.get("logo"),
        )

    def license(self, key: str, source: Source, data: Data) -> License:
        """An entry of ``licenses.yaml``."""
        return License(
            key,
            source,
            self.text(data["name"]),
            url=data.get("url"),
            text=self.text(data.get("text")),
            basis=data.get("basis"),
            validity=_validity(data),
            spdx=data.get("spdx"),
            open=data.get("open"),
        )

    def region(self, key: str, source: Source, data: Data) -> Region:
        """An entry of ``regions.yaml``."""
        return Region(
            key,
            source,
            self.text(data["name"]),
            code=data.get("code"),
            kind=data.get("kind"),
            parent=data.get("parent"),
            validity=_validity(data),
            successor=_successor(data),
            sources=tuple(data.get("sources", ())),
            note=self.text(data.get("note")),
        )

    def legal(self, key: str, source: Source, data: Data) -> LegalProfile:
        """An entry of ``legal.yaml``."""
        return LegalProfile(
            key,
            source,
            self.text(data["name"]),
            data["act"],
            data["basis"],
            _validity(data),
            requires=tuple(data.get("requires", ())),
            review_every=data.get("review_every"),
            update_within=data.get("update_within"),
            licenses=tuple(data.get("licenses", ())),
            note=self.text(data.get("note")),
            roll=data.get("roll"),
        )

    def decision(self, key: str, source: Source, data: Data) -> Decision:
        """An entry of ``decisions.yaml``."""
        return Decision(
            key,
            source,
            self.text(data["name"]),
            number=data.get("number"),
            date=date_of(data.get("date")),
            issuer=data.get("issuer"),
            url=data.get("url"),
            basis=data.get("basis"),
            note=self.text(data.get("note")),
        )

    def portal(self, key: str, source: Source, data: Data) -> PortalEntry:
        """An entry of ``portals.yaml``."""
        include = data.get("include", ["published", "withdrawn"])
        return PortalEntry(
            key,
            source,
            data["type"],
            path=data.get("path"),
            url=data.get("url"),
            url_env=data.get("url_env"),
            token_env=data.get("token_env"),
            token_file=data.get("token_file"),
            include=tuple(Status(status) for status in include),
            formats=tuple(data.get("formats", ("csv", "xlsx", "json"))),
            drift=data.get("drift", "refuse"),
            token_header=data.get("token_header", "Authorization"),
            ca_bundle=data.get("ca_bundle"),
            rate=data.get("rate"),
            timeout=data.get("timeout"),
            parallel=data.get("parallel", 4),
            prefix=data.get("prefix", ""),
            organization=data.get("organization"),
            organizations=dict(data.get("organizations", {})),
            scope=tuple(data.get("scope", ())),
            licenses=dict(data.get("licenses", {})),
            texts=data.get("texts", "first"),
            tables=data.get("tables", True),
            datasets=dict(data.get("datasets", {})),
            groups=dict(data.get("groups", {})),
        )

    def review(self, document: Document) -> Review:
        """A file of ``reviews/``."""
        data = document.data
        return Review(
            Source(document), day_of(data["on"]), data["by"], self.text(data["note"]), date_of(data.get("covers"))
        )

    def consent(self, document: Document) -> Consent:
        """A file of ``catalog/consents/``."""
        data = document.data
        return Consent(
            Source(document),
            data["portal"],
            data["dataset"],
            data["kind"],
            data["before"],
            data["after"],
            data["by"],
            day_of(data["on"]),
            self.text(data["reason"]),
        )

    def contact(self, data: Data) -> Contact | None:
        """An entity's contact, if it has one."""
        contact: Data | None = data.get("contact")
        if contact is None:
            return None
        return Contact(
            self.text(contact.get("name")),
            contact.get("email"),
            contact.get("phone"),
            contact.get("url"),
            self.text(contact.get("address")),
        )

    def text(self, value: str | Mapping[str, str] | None) -> Text:
        """A text as written; a plain string is in the catalogue's first language."""
        return text_of(value, self.languages) if value is not None else NO_TEXT


def build_settings(document: Document) -> Settings:
    """``catalog/catalog.yaml``."""
    data: Data = document.data
    languages = tuple(data["languages"])
    publisher: Data = data["publisher"]
    defaults: Data = data.get("defaults", {})
    calendar: Data = data.get("calendar", {})
    repository: Data = data.get("repository", {})
    return Settings(
        Source(document),
        UUID(data["id"]),
        text_of(data["name"], languages),
        text_of(publisher["name"], languages),
        languages,
        data["time_zone"],
        data["standing"],
        description=text_of(data.get("description"), languages),
        publisher_url=publisher.get("url"),
        publisher_email=publisher.get("email"),
        base_url=data.get("base_url"),
        country=data.get("country"),
        days_off=frozenset(map(day_of, calendar.get("off", ()))),
        days_worked=frozenset(map(day_of, calendar.get("worked", ()))),
        default_license=defaults.get("license"),
        default_region=defaults.get("region"),
        rules=dict(data.get("rules", {})),
        suppress=tuple(
            Suppression(
                one["rule"],
                one["dataset"],
                one["reason"],
                date_of(one.get("until")),
                Source(document, ("suppress", index)),
            )
            for index, one in enumerate(data.get("suppress", ()))
        ),
        repository=repository.get("url"),
        repository_branch=repository.get("branch"),
    )


def _successor(data: Data) -> Successor | None:
    one: Data | None = data.get("successor")
    return Successor(one["key"], one["basis"], one.get("inferred", False)) if one else None


def _validity(data: Data) -> Validity:
    return Validity(date_of(data.get("valid_from")), date_of(data.get("valid_to")))


def date_of(value: str | None) -> date | None:
    """A day, if there is one."""
    return date.fromisoformat(value) if value else None


def day_of(value: str) -> date:
    """A day that is always there."""
    return date.fromisoformat(value)
