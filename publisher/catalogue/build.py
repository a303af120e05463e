"""Entities of the model from documents whose shape is already checked."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from publisher.catalogue.document import Document
from publisher.catalogue.model import (
    Chart,
    ColumnEvidence,
    Consent,
    Contact,
    Correction,
    Dataset,
    Decision,
    FreshnessTerms,
    LegalProfile,
    License,
    Organization,
    Part,
    PortalEntry,
    Provenance,
    Region,
    Resource,
    Review,
    Settings,
    Source,
    Status,
    Successor,
    Suppression,
    TableSchema,
    Theme,
    Validity,
    dataset_id,
    resource_id,
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
            self._text(data["name"]),
            short=self._text(data.get("short")),
            description=self._text(data.get("description")),
            kind=data.get("kind"),
            parent=data.get("parent"),
            region=data.get("region"),
            validity=_validity(data),
            successor=_successor(data),
            code=data.get("code"),
            contact=self._contact(data),
            stewards=tuple(data.get("stewards", ())),
            sources=tuple(data.get("sources", ())),
            basis=data.get("basis"),
            note=self._text(data.get("note")),
        )

    def theme(self, key: str, source: Source, data: Data) -> Theme:
        """An entry of ``themes.yaml``."""
        return Theme(key, source, self._text(data["name"]), self._text(data.get("description")), data.get("eu_theme"))

    def license(self, key: str, source: Source, data: Data) -> License:
        """An entry of ``licenses.yaml``."""
        return License(
            key,
            source,
            self._text(data["name"]),
            url=data.get("url"),
            text=self._text(data.get("text")),
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
            self._text(data["name"]),
            code=data.get("code"),
            kind=data.get("kind"),
            parent=data.get("parent"),
            validity=_validity(data),
            successor=_successor(data),
            sources=tuple(data.get("sources", ())),
            note=self._text(data.get("note")),
        )

    def legal(self, key: str, source: Source, data: Data) -> LegalProfile:
        """An entry of ``legal.yaml``."""
        return LegalProfile(
            key,
            source,
            self._text(data["name"]),
            data["act"],
            data["basis"],
            _validity(data),
            requires=tuple(data.get("requires", ())),
            review_every=data.get("review_every"),
            update_within=data.get("update_within"),
            licenses=tuple(data.get("licenses", ())),
            note=self._text(data.get("note")),
        )

    def decision(self, key: str, source: Source, data: Data) -> Decision:
        """An entry of ``decisions.yaml``."""
        return Decision(
            key,
            source,
            self._text(data["name"]),
            number=data.get("number"),
            date=_date(data.get("date")),
            issuer=data.get("issuer"),
            url=data.get("url"),
            basis=data.get("basis"),
            note=self._text(data.get("note")),
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
        )

    def review(self, document: Document) -> Review:
        """A file of ``reviews/``."""
        data = document.data
        return Review(
            Source(document), _day(data["on"]), data["by"], self._text(data["note"]), _date(data.get("covers"))
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
            _day(data["on"]),
            self._text(data["reason"]),
        )

    def dataset(
        self,
        document: Document,
        name: str,
        folder: str,
        settings: Settings,
        schemas: Mapping[str, TableSchema],
        parts: Callable[[str], tuple[Part, ...]],
        reviews: Sequence[Review],
    ) -> Dataset:
        """A ``dataset.yaml``; ``parts`` finds the files of a resource's ``path``."""
        data: Data = document.data
        formerly = tuple(data.get("formerly", ()))
        identity = UUID(data["id"]) if "id" in data else dataset_id(settings.id, formerly[0] if formerly else name)
        approval: Data = data.get("approval", {})
        temporal: Data | None = data.get("temporal")
        return Dataset(
            name,
            folder,
            Source(document),
            identity,
            self._text(data["title"]),
            self._text(data["description"]),
            data["organization"],
            Status(data["status"]),
            formerly=formerly,
            responsible=data.get("responsible"),
            themes=tuple(data.get("themes", ())),
            keywords=tuple(data.get("keywords", ())),
            license=data.get("license", settings.default_license),
            region=data.get("region", settings.default_region),
            temporal=Validity(_date(temporal.get("start")), _date(temporal.get("end"))) if temporal else None,
            issued=_date(data.get("issued")),
            status_reason=self._text(data.get("status_reason")),
            promised=_date(data.get("promised")),
            publish_at=_date(data.get("publish_at")),
            access_rights=data.get("access_rights", "public"),
            security_note=self._text(data.get("security_note")),
            decision=approval.get("decision"),
            decision_item=str(approval["item"]) if "item" in approval else None,
            contact=self._contact(data),
            landing_page=data.get("landing_page"),
            freshness=self._freshness(data.get("freshness")),
            provenance=tuple(self._provenance(one) for one in data.get("provenance", ())),
            corrections=tuple(
                Correction(_day(one["on"]), self._text(one["note"])) for one in data.get("corrections", ())
            ),
            reviews=tuple(sorted(reviews, key=lambda review: review.on)),
            generated=data.get("generated"),
            resources=tuple(
                self._resource(document, index, one, identity, schemas, parts)
                for index, one in enumerate(data.get("resources", ()))
            ),
            portal_fields=data.get("portal_fields", {}),
        )

    def _resource(
        self,
        document: Document,
        index: int,
        data: Data,
        dataset: UUID,
        schemas: Mapping[str, TableSchema],
        parts: Callable[[str], tuple[Part, ...]],
    ) -> Resource:
        schema = data.get("schema")
        table = (
            schemas.get(schema)
            if isinstance(schema, str)
            else TableSchema(Source(document, ("resources", index, "schema")), schema)
            if schema
            else None
        )
        formerly = tuple(data.get("formerly", ()))
        chart: Data | None = data.get("chart")
        path = data.get("path")
        return Resource(
            data["name"],
            Source(document, ("resources", index)),
            UUID(data["id"]) if "id" in data else resource_id(dataset, formerly[0] if formerly else data["name"]),
            formerly=formerly,
            title=self._text(data.get("title")),
            description=self._text(data.get("description")),
            path=path,
            url=data.get("url"),
            service=data.get("service", False),
            schema=table,
            schema_name=schema if isinstance(schema, str) else None,
            sheet=data.get("sheet"),
            encoding=data.get("encoding", "utf-8"),
            delimiter=data.get("delimiter"),
            header_row=data.get("header_row", 1),
            contact_columns=tuple(data.get("contact_columns", ())),
            chart=Chart(chart["x"], chart["y"], chart.get("series"), chart.get("kind", "bar")) if chart else None,
            parts=parts(path) if path else (),
        )

    def _freshness(self, data: Data | None) -> FreshnessTerms | None:
        if data is None:
            return None
        paused: Data = data.get("paused", {})
        return FreshnessTerms(
            data["frequency"],
            due=data.get("due"),
            grace=data.get("grace"),
            delinquent=data.get("delinquent"),
            mode=data.get("mode", "calendar"),
            evidence=tuple(
                one if isinstance(one, str) else ColumnEvidence(one["column"], one.get("resource"))
                for one in data.get("evidence", ())
            ),
            began=_date(data.get("began")),
            ended=_date(data.get("ended")),
            paused_until=_date(paused.get("until")),
            paused_reason=self._text(paused.get("reason")),
            exempt=self._text(data.get("exempt")),
        )

    def _provenance(self, data: Data) -> Provenance:
        return Provenance(
            data["source"],
            url=data.get("url"),
            note=self._text(data.get("note")),
            basis=data.get("basis"),
            package=data.get("package"),
            version=data.get("version"),
            license=data.get("license"),
            accessed=_date(data.get("accessed")),
            supports=data.get("supports"),
        )

    def _contact(self, data: Data) -> Contact | None:
        contact: Data | None = data.get("contact")
        if contact is None:
            return None
        return Contact(
            self._text(contact.get("name")),
            contact.get("email"),
            contact.get("phone"),
            contact.get("url"),
            self._text(contact.get("address")),
        )

    def _text(self, value: str | Mapping[str, str] | None) -> Text:
        return text_of(value, self.languages) if value is not None else NO_TEXT


def build_settings(document: Document) -> Settings:
    """``catalog/catalog.yaml``."""
    data: Data = document.data
    languages = tuple(data["languages"])
    publisher: Data = data["publisher"]
    defaults: Data = data.get("defaults", {})
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
        default_license=defaults.get("license"),
        default_region=defaults.get("region"),
        rules=dict(data.get("rules", {})),
        suppress=tuple(
            Suppression(
                one["rule"],
                one["dataset"],
                one["reason"],
                _date(one.get("until")),
                Source(document, ("suppress", index)),
            )
            for index, one in enumerate(data.get("suppress", ()))
        ),
    )


def _successor(data: Data) -> Successor | None:
    one: Data | None = data.get("successor")
    return Successor(one["key"], one["basis"], one.get("inferred", False)) if one else None


def _validity(data: Data) -> Validity:
    return Validity(_date(data.get("valid_from")), _date(data.get("valid_to")))


def _date(value: str | None) -> date | None:
    return date.fromisoformat(value) if value else None


def _day(value: str) -> date:
    return date.fromisoformat(value)
