"""Datasets of the model, from descriptors whose shape is already checked.

What a shape left out (:mod:`publisher.catalogue.lenient`) gets a neutral stand-in here: the dataset is checked, in
``Catalogue.broken``, and not published.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from uuid import UUID

from publisher.catalogue.build import Builder, Data, date_of, day_of
from publisher.catalogue.document import Document
from publisher.catalogue.frequencies import frequency_from, interval_of
from publisher.catalogue.model import (
    Chart,
    ColumnEvidence,
    Correction,
    Dataset,
    FreshnessTerms,
    Part,
    Provenance,
    Resource,
    Review,
    Settings,
    Source,
    Status,
    TableSchema,
    Validity,
    dataset_id,
    resource_id,
)
from publisher.text import slug


class DatasetBuilder:
    """Makes datasets; knows the catalogue's settings and table schemas."""

    def __init__(self, entries: Builder, settings: Settings, schemas: Mapping[str, TableSchema]) -> None:
        self._entries = entries
        self._settings = settings
        self._schemas = schemas

    def dataset(
        self,
        document: Document,
        name: str,
        folder: str,
        parts: Callable[[str], tuple[Part, ...]],
        reviews: Sequence[Review],
    ) -> Dataset:
        """A ``dataset.yaml``; ``parts`` finds the files of a resource's ``path``."""
        data: Data = document.data
        settings = self._settings
        formerly = tuple(data.get("formerly", ()))
        identity = UUID(data["id"]) if "id" in data else dataset_id(settings.id, formerly[0] if formerly else name)
        approval: Data = data.get("approval", {})
        temporal: Data | None = data.get("temporal")
        return Dataset(
            name,
            folder,
            Source(document),
            identity,
            self._entries.text(data.get("title")),
            self._entries.text(data.get("description")),
            data.get("organization", ""),
            Status(data["status"]) if "status" in data else _likely_status(data),
            formerly=formerly,
            responsible=data.get("responsible"),
            themes=tuple(data.get("themes", ())),
            keywords=tuple(data.get("keywords", ())),
            license=data.get("license", settings.default_license),
            region=data.get("region", settings.default_region),
            temporal=Validity(date_of(temporal.get("start")), date_of(temporal.get("end"))) if temporal else None,
            issued=date_of(data.get("issued")),
            status_reason=self._entries.text(data.get("status_reason")),
            promised=date_of(data.get("promised")),
            publish_at=date_of(data.get("publish_at")),
            access_rights=data.get("access_rights", "public"),
            security_note=self._entries.text(data.get("security_note")),
            decision=approval.get("decision"),
            decision_item=str(approval["item"]) if "item" in approval else None,
            contact=self._entries.contact(data),
            landing_page=data.get("landing_page"),
            freshness=self._freshness(data.get("freshness")),
            provenance=tuple(self._provenance(one) for one in data.get("provenance", ())),
            corrections=tuple(
                Correction(day_of(one["on"]), self._entries.text(one["note"])) for one in data.get("corrections", ())
            ),
            reviews=tuple(sorted(reviews, key=lambda review: review.on)),
            generated=data.get("generated"),
            resources=tuple(
                self._resource(document, index, one, identity, parts)
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
        parts: Callable[[str], tuple[Part, ...]],
    ) -> Resource:
        schema = data.get("schema")
        table = (
            self._schemas.get(schema)
            if isinstance(schema, str)
            else TableSchema(Source(document, ("resources", index, "schema")), schema)
            if schema
            else None
        )
        formerly = tuple(data.get("formerly", ()))
        chart: Data | None = data.get("chart")
        path = data.get("path")
        name = data.get("name") or slug((path or "").rpartition(".")[0]) or f"resource-{index + 1}"
        return Resource(
            name,
            Source(document, ("resources", index)),
            UUID(data["id"]) if "id" in data else resource_id(dataset, formerly[0] if formerly else name),
            formerly=formerly,
            title=self._entries.text(data.get("title")),
            description=self._entries.text(data.get("description")),
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
            formats=tuple(data["formats"]) if "formats" in data else None,
            portal_fields=data.get("portal_fields", {}),
        )

    def _freshness(self, data: Data | None) -> FreshnessTerms | None:
        if data is None:
            return None
        paused: Data = data.get("paused", {})
        frequency, starts = _rhythm(data["frequency"], data.get("year_starts"))
        return FreshnessTerms(
            frequency,
            due=data.get("due"),
            grace=data.get("grace"),
            delinquent=data.get("delinquent"),
            mode=data.get("mode", "calendar"),
            evidence=tuple(
                one if isinstance(one, str) else ColumnEvidence(one["column"], one.get("resource"))
                for one in data.get("evidence", ())
            ),
            began=date_of(data.get("began")),
            ended=date_of(data.get("ended")),
            paused_until=date_of(paused.get("until")),
            paused_reason=self._entries.text(paused.get("reason")),
            exempt=self._entries.text(data.get("exempt")),
            starts=starts,
            working_days=data.get("working_days", False),
        )

    def _provenance(self, data: Data) -> Provenance:
        return Provenance(
            data["source"],
            url=data.get("url"),
            note=self._entries.text(data.get("note")),
            basis=data.get("basis"),
            package=data.get("package"),
            version=data.get("version"),
            license=data.get("license"),
            accessed=date_of(data.get("accessed")),
            supports=data.get("supports"),
        )


def _likely_status(data: Data) -> Status:
    """For a dataset that does not say it: neither data nor their absence shall be called wrong."""
    offered = any("path" in one or "url" in one for one in data.get("resources", ()))
    return Status.PUBLISHED if offered else Status.PROPOSED


def _rhythm(written: str, year_starts: str | None) -> tuple[str, date | None]:
    """Our word (or an interval) for a frequency, and a day on which a period starts where the descriptor says one.

    ``R/2021-01-01/P5Y`` says both; ``year_starts: "09-01"`` is a day of every year.
    """
    frequency = frequency_from(written) or "unknown"
    if year_starts is not None:
        # 2000 is a leap year, and the year from which periods of several years are counted.
        return frequency, date.fromisoformat(f"2000-{year_starts}")
    interval = interval_of(frequency)
    if interval is None or interval.start is None:
        return frequency, None
    bare = f"R/{frequency.rpartition('/')[2]}"
    return frequency_from(bare) or bare, interval.start
