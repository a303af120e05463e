"""The table of the mapping: what of a record goes where in a dataset of CKAN.

The code writes by these rows, ``script/docs-ckan`` makes the documentation of them. Extras are called as ckanext-dcat
calls them where it has a name (``ckanext/dcat/profiles/euro_dcat_ap_base.py``), so that a portal with that extension
offers the same as DCAT.
"""

from __future__ import annotations

from dataclasses import dataclass

from publisher.portals.ckan.mapping import facts, texts
from publisher.portals.ckan.mapping.facts import Fact

LANG = "LANG"
"""Stands in a place for every language after the first."""


@dataclass(frozen=True, slots=True)
class Row:
    """``place`` takes what ``value`` makes of ``fields`` of the record: drift of it is told of the first.

    ``note`` is said of it in the documentation. ``besides`` names the records that it is made from too. ``when`` is
    ``fluent`` or ``plain`` for rows that only one way of writing languages has.
    """

    place: str
    fields: tuple[str, ...]
    value: Fact
    note: str = ""
    besides: str = ""
    when: str = ""


def _row(place: str, fields: str, value: Fact, note: str = "", besides: str = "", when: str = "") -> Row:
    return Row(place, tuple(fields.split()), value, note, besides, when)


_NOTES = "description status status_reason promised taken_down"
_BODIES = "catalogue organizations"
_MAIN = "in the catalogue's first language"
_EU = "an address of the EU authority table"
_LINES = "a line each"
_DAY = "a day"

ROWS: tuple[Row, ...] = (
    _row("name", "name", facts.name, "after the entry's prefix"),
    _row("title", "title", facts.title, _MAIN),
    _row("notes", _NOTES, texts.notes, "after sentences that say what it is", "catalogue"),
    _row("owner_org", "organization", facts.owner, "the entry's, where the token may not write to its own"),
    _row("license_id", "license", facts.license_id, "by the entry, else by SPDX id, else our key", "catalogue"),
    _row("url", "landing_page", facts.field("landing_page")),
    _row("title_translated", "title", facts.translated("title", facts.said("title")), "all languages", when="fluent"),
    _row(
        "notes_translated",
        _NOTES,
        facts.translated("description", texts.notes),
        "all languages",
        "catalogue",
        "fluent",
    ),
    _row("extras:title_LANG", "title", facts.spoken("title", facts.said("title")), "other languages", when="plain"),
    _row(
        "extras:notes_LANG", _NOTES, facts.spoken("description", texts.notes), "other languages", "catalogue", "plain"
    ),
    _row("extras:identifier", "id", facts.field("id"), "the catalogue's id of the dataset"),
    _row("extras:status", "status", facts.field("status"), "the descriptor's word"),
    _row("extras:promised", "promised", facts.field("promised"), _DAY),
    _row("extras:issued", "issued", facts.field("issued"), _DAY),
    _row("extras:modified", "modified", facts.field("modified"), "the day on which the data last changed"),
    _row("extras:frequency", "freshness", facts.frequency, _EU),
    _row("extras:temporal_start", "temporal", facts.part("temporal", "start"), _DAY),
    _row("extras:temporal_end", "temporal", facts.part("temporal", "end"), _DAY),
    _row(
        "extras:spatial_text",
        "region",
        texts.region,
        "the region; of one that ended, since when and what it is part of",
        "catalogue",
    ),
    _row("extras:language", "title", facts.languages, _EU),
    _row("extras:theme", "themes", facts.theme_uris, _EU, "themes"),
    _row("extras:theme_title", "themes", facts.theme_titles, _MAIN, "themes"),
    _row("extras:access_rights", "access_rights", facts.access_rights, _EU),
    _row("extras:license_title", "license", facts.of_license("name"), _MAIN, "catalogue"),
    _row("extras:license_url", "license", facts.of_license("url"), "", "catalogue"),
    _row("extras:license_text", "license", facts.of_license("text"), _MAIN, "catalogue"),
    _row("extras:publisher_name", "organization", texts.publisher_name, "of a reference catalogue its maker", _BODIES),
    _row("extras:publisher_email", "organization", facts.of_publisher("email"), "", _BODIES),
    _row("extras:publisher_url", "organization", facts.of_publisher("url"), "", _BODIES),
    _row("extras:publisher_identifier", "organization", facts.publisher_code, "the body's code", _BODIES),
    _row("extras:organization_name", "organization", facts.organization, "the body that the data are of", _BODIES),
    _row(
        "extras:responsible",
        "succession organization responsible",
        texts.answers,
        "the bodies that followed; the last answers today",
        _BODIES,
    ),
    _row("extras:contact_name", "contact", facts.part("contact", "name"), _MAIN),
    _row("extras:contact_email", "contact", facts.part("contact", "email")),
    _row("extras:contact_url", "contact", facts.part("contact", "url")),
    _row("extras:contact_phone", "contact", facts.part("contact", "phone")),
    _row("extras:contact_address", "contact", facts.part("contact", "address"), _MAIN),
    _row("extras:provenance", "provenance", texts.provenance, _LINES),
    _row("extras:approval", "approval", texts.approval, "the act and the item of its list", "catalogue"),
    _row("extras:security_note", "security_note", facts.said("security_note"), _MAIN),
    _row("extras:corrections", "corrections", facts.dated("corrections"), _LINES),
    _row("extras:reviews", "reviews", facts.dated("reviews"), _LINES),
    _row("extras:data_through", "freshness", facts.period("covered"), "the last period that the data cover"),
    _row("extras:data_missing", "freshness", facts.periods("missing"), "periods that are missing"),
    _row("extras:data_partial", "freshness", facts.periods("partial"), "periods of which only a part is there"),
    _row("extras:next_period", "freshness", facts.awaited_period, "the period that is awaited"),
    _row("extras:next_due", "freshness", facts.awaited("due_at"), "the last day in time"),
    _row("extras:late_from", "freshness", facts.awaited("overdue_at"), "the day from which it is overdue"),
    _row("extras:updates", "freshness", texts.pause, "a pause, or the end of updates"),
    _row("extras:evidence", "freshness", texts.evidence, "what shows how far the data reach"),
)
TAGS = _row("tags", "keywords", facts.tags, "other characters become spaces")
GROUPS = _row("groups", "themes", facts.groups, "where the token may put datasets in")
