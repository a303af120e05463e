"""What a dataset's page says."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from publisher.catalogue.frequencies import FREQUENCIES, interval_of, label_of
from publisher.dates import day
from publisher.plan.model import PublishedFile, Record
from publisher.portals.site import chart
from publisher.portals.site.context import Lens
from publisher.portals.site.context_dictionary import Cell, Column, column_of, heads_of, row_of

_BUTTONS = 6


@dataclass(frozen=True)
class FileLink:
    """A file to take."""

    href: str
    label: str
    bytes: int
    sha256: str
    kind: str
    rows: int | None = None


@dataclass(frozen=True)
class ResourceView:
    """A resource as its card, preview and dictionary show it."""

    id: str
    anchor: str
    title: str
    description: str
    format: str
    rows: int | None
    url: str
    service: bool
    primary: FileLink | None
    others: tuple[FileLink, ...]
    files: tuple[FileLink, ...]
    columns: tuple[Column, ...]
    keys: tuple[str, ...]
    preview: tuple[tuple[Cell, ...], ...]
    heads: tuple[Column, ...]
    drawing: chart.Drawing | None
    chart_title: str


@dataclass(frozen=True)
class Body:
    """An organization in a line of succession."""

    key: str
    title: str
    known: bool
    valid_from: str
    valid_to: str
    basis: str
    inferred: bool


def resources(lens: Lens, record: Record, files: Sequence[PublishedFile]) -> tuple[ResourceView, ...]:
    """A dataset's resources with their published files."""
    found = record.get("resources") or ()
    return tuple(_resource(lens, resource, files, len(found) == 1) for resource in found)


def _resource(lens: Lens, resource: Mapping[str, Any], files: Sequence[PublishedFile], alone: bool) -> ResourceView:
    name = str(resource.get("name") or resource.get("id") or "")
    rows_of = {part["name"]: part.get("rows") for part in resource.get("parts") or ()}
    own = [f for f in files if f.resource in {name, resource.get("id")} or (f.resource is None and alone)]
    links = [_link(lens, f, name, rows_of) for f in own if f.name != "datapackage.json"]
    links.sort(key=lambda link: (_RANKS.get((link.kind, link.label), 5), link.href))
    made = {link.label for link in links if link.kind == "derived"}
    primary = next((link for link in links if link.kind != "form"), links[0] if links else None)
    columns = tuple(column_of(lens, field) for field in (resource.get("schema") or {}).get("fields") or ())
    preview = resource.get("preview") or ()
    heads = heads_of(lens, resource, preview)
    key = (resource.get("schema") or {}).get("primaryKey") or ()
    title = lens.text(resource.get("title")) or name
    drawn = resource.get("chart")
    by_name = {column.name: column.title for column in columns}
    caption = ""
    if drawn:
        caption = lens.say("{y} by {x}", y=by_name.get(drawn.get("y"), ""), x=by_name.get(drawn.get("x"), "").lower())
    return ResourceView(
        id=str(resource.get("id") or name),
        anchor=f"tep-{name}" if lens.language == "vi" else f"file-{name}",
        title=title,
        description=lens.text(resource.get("description")),
        format=("API" if resource.get("service") else str(resource.get("format") or "").upper()),
        rows=resource.get("rows"),
        url=str(resource.get("url") or ""),
        service=bool(resource.get("service")),
        primary=primary,
        others=tuple(
            link
            for link in links
            if link is not primary and (link.kind != "original" or link.href.rsplit(".", 1)[-1].upper() not in made)
        )[:_BUTTONS],
        files=tuple(links),
        columns=columns,
        keys=(key,) if isinstance(key, str) else tuple(key),
        preview=tuple(row_of(lens, row, heads) for row in preview),
        heads=heads,
        drawing=chart.draw(drawn, title, caption, f"c-{name}", lens.language) if drawn else None,
        chart_title=caption,
    )


_RANKS = {("derived", "CSV"): 0, ("derived", "XLSX"): 1, ("derived", "JSON"): 2, ("derived", "PARQUET"): 3}


def _link(lens: Lens, file: PublishedFile, resource: str, rows: Mapping[str, Any]) -> FileLink:
    base = file.name.rsplit("/", 1)[-1]
    suffix = base.rsplit(".", 1)[-1].upper() if "." in base else ""
    if base == f"{resource}-form.xlsx":
        kind, label = "form", lens.say("Form to fill in (XLSX)")
    elif file.made_from is not None:
        kind, label = "derived", suffix
    else:
        kind, label = "original", base
    return FileLink(file.name, label, file.bytes, file.sha256, kind, rows.get(file.name, rows.get(base)))


def succession(lens: Lens, record: Record) -> tuple[Body, ...]:
    """The publisher and the bodies that took over from it, the last of which answers today."""
    line = [{"key": record.get("organization")}, *(record.get("succession") or ())]
    if record.get("responsible") and all(step.get("key") != record["responsible"] for step in line):
        line.append({"key": record["responsible"]})
    return tuple(body(lens, step) for step in line)


def body(lens: Lens, step: Mapping[str, Any]) -> Body:
    """One step of a line of succession."""
    key = str(step.get("key") or "")
    known = lens.view.organizations.get(key)
    return Body(
        key=key,
        title=lens.organization(key),
        known=known is not None,
        valid_from=(known or {}).get("valid_from") or "",
        valid_to=(known or {}).get("valid_to") or "",
        basis=lens.text(step.get("basis")),
        inferred=bool(step.get("inferred")),
    )


_QUARTER = re.compile(r"(\d{4})-Q([1-4])")
_HALF = re.compile(r"(\d{4})-H([12])")
_MONTH = re.compile(r"(\d{4})-(\d{2})")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def period(lens: Lens, name: str) -> str:
    """A period's name as people say it: 2023, quý 1/2023, 01/2023, 31/01/2023."""
    if found := _QUARTER.fullmatch(name):
        return lens.say("Q{quarter} {year}", quarter=found[2], year=found[1])
    if found := _MONTH.fullmatch(name):
        return f"{found[2]}/{found[1]}"
    if found := _HALF.fullmatch(name):
        sentence = "First half of {year}" if found[2] == "1" else "Second half of {year}"
        return lens.say(sentence, year=found[1])
    return day(name, lens.language) if _DAY.fullmatch(name) else name


def frequency(lens: Lens, word: str | None) -> str:
    """How often data are updated, in words."""
    said = {
        "continuous": lens.say("Updated continuously"),
        "daily": lens.say("Updated daily"),
        "weekly": lens.say("Updated weekly"),
        "biweekly": lens.say("Updated every two weeks"),
        "monthly": lens.say("Updated monthly"),
        "bimonthly": lens.say("Updated every two months"),
        "quarterly": lens.say("Updated quarterly"),
        "semiannual": lens.say("Updated twice a year"),
        "annual": lens.say("Updated yearly"),
        "biennial": lens.say("Updated every two years"),
        "school-year": lens.say("Updated every school year"),
        "irregular": lens.say("Updated irregularly"),
        "as-needed": lens.say("Updated when something changes"),
        "never": lens.say("One-off, not updated"),
    }.get(word or "")
    if said is not None:
        return said
    if word is None or word == "unknown" or (word not in FREQUENCIES and interval_of(word) is None):
        return lens.say("Update frequency not known")
    label, count = label_of(word)
    often = lens.say(label, count=count)
    return often[:1].upper() + often[1:]
