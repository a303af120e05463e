"""The shared pages that list datasets: home, all datasets, organizations, themes."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from types import MappingProxyType
from typing import Any

from publisher.dates import day
from publisher.portals.site import context_dataset, search
from publisher.portals.site.api import logo_path
from publisher.portals.site.context import STATUSES
from publisher.portals.site.feeds import FEED, Feeds
from publisher.portals.site.pages_other import about_page, api_page, proposals_page, robots
from publisher.portals.site.render_page import Drawer, paged
from publisher.portals.site.words import number

_NEWEST = 6


def shared_pages(drawer: Drawer, feeds: Feeds) -> Iterator[tuple[str, bytes]]:
    """Every shared page of one language, and the files at the root with the first language."""
    lens = drawer.lens
    records = search.records(lens)
    yield f"{lens.prefix}search/records.json", records
    yield _home(drawer, feeds)
    yield from _list(drawer, hashlib.sha256(records).hexdigest()[:8])
    yield from _organizations(drawer, feeds)
    yield from _themes(drawer)
    if drawer.has_proposals:
        yield from proposals_page(drawer)
    yield about_page(drawer)
    yield api_page(drawer)
    if not lens.prefix:
        yield drawer.page("404.html", "", lens.say("Page not found"), section="-", file="404.html", noindex=True)
        yield from robots(drawer)


def counted(drawer: Drawer, item: dict[str, Any]) -> str:
    """How many datasets, how many of them have data, and how many were taken over from others."""
    lens = drawer.lens
    taken = lens.speaker.many("{count} taken over", "{count} taken over", item["inherited"], lens.language)
    if not item["total"] and item["inherited"]:
        return str(taken)
    own = _counted(drawer, item)
    return f"{own}, {taken}" if item["inherited"] else own


def _counted(drawer: Drawer, item: dict[str, Any]) -> str:
    lens = drawer.lens
    if item["total"] == item["data"]:
        return number(item["total"], lens.language)
    if not item["data"]:
        return str(
            lens.speaker.many("{count} without data yet", "{count} without data yet", item["total"], lens.language)
        )
    return lens.say("{total}, {data} with data", total=item["total"], data=item["data"])


def _items(drawer: Drawer, records: Any, entries: Any, inherited: Any = MappingProxyType({})) -> list[dict[str, Any]]:
    return [
        {"key": key, "title": title, "record": record, "total": len(entries.get(key, ())),
         "data": sum(e.data for e in entries.get(key, ())), "inherited": len(inherited.get(key, ()))}
        for key, title, record in drawer.lens.ordered(records)
    ]  # fmt: skip


def _home(drawer: Drawer, feeds: Feeds) -> tuple[str, bytes]:
    lens = drawer.lens
    view = lens.view
    return drawer.page(
        "home.html",
        "",
        drawer.site["name"],
        summary=drawer.site["description"],
        with_data=sum(e.data for e in lens.entries),
        proposals=sum(e.status == "proposed" for e in lens.entries),
        newest=lens.newest[:_NEWEST],
        feed=FEED if feeds.news() else "",
        themes=_items(drawer, view.themes, lens.by_theme),
        organizations=_items(drawer, view.organizations, lens.by_organization, lens.inherited),
        parts_count=lambda item: counted(drawer, item),
    )


def _list(drawer: Drawer, version: str) -> Iterator[tuple[str, bytes]]:
    lens = drawer.lens
    with_data = sum(e.data for e in lens.entries)
    facets = {up: _facets(drawer, up) for up in ("../", "../../")}
    for path, page in paged("dataset/", lens.entries):
        yield drawer.page(
            "list.html",
            path,
            lens.say("Data"),
            section="dataset/",
            records_version=version,
            facets=facets["../" if page["number"] == 1 else "../../"],
            with_data=with_data,
            without=len(lens.entries) - with_data,
            held_entries=[e for e in page["shown"] if e.data],
            waiting=[e for e in page["shown"] if not e.data],
            proposals=drawer.has_proposals,
            page=page,
        )


def _facets(drawer: Drawer, up: str) -> list[dict[str, Any]]:
    lens = drawer.lens
    say = lens.say

    def options(values: Any, label: Any, href: Any) -> list[dict[str, Any]]:
        counts: dict[str, int] = {}
        for value in values:
            counts[value] = counts.get(value, 0) + 1
        found = [{"value": v, "label": label(v), "count": n, "href": href(v)} for v, n in counts.items() if v]
        return sorted(found, key=lambda o: (-o["count"], lens.order(o["label"])))

    entries = lens.entries
    themes = [key for e in entries for key in e.themes]
    names = [name for e in entries for name in e.formats]
    return [
        {"key": "organization", "label": say("Organization"), "pages": True,
         "options": options([e.organization_key for e in entries], lens.organization,
                            lambda v: f"{up}organization/{v}/")},
        {"key": "groups", "label": say("Theme"), "pages": True,
         "options": options(themes, lambda v: lens.title(lens.view.themes, v), lambda v: f"{up}group/{v}/")},
        {"key": "res_format", "label": say("Format"), "pages": False,
         "options": options(names, str, lambda v: f"?res_format={v}")},
        {"key": "license_id", "label": say("Licence"), "pages": False,
         "options": options([e.license for e in entries], lens.license, lambda v: f"?license_id={v}")},
        {"key": "status", "label": say("Status"), "pages": False,
         "options": sorted(options([e.status for e in entries], lens.status_words, lambda v: f"?status={v}"),
                           key=lambda o: STATUSES.index(o["value"]))},
    ]  # fmt: skip


def _organizations(drawer: Drawer, feeds: Feeds) -> Iterator[tuple[str, bytes]]:
    lens = drawer.lens
    say = lens.say
    view = lens.view
    items = _items(drawer, view.organizations, lens.by_organization, lens.inherited)
    yield drawer.page(
        "organizations.html",
        "organization/",
        say("Organizations"),
        folder="organization",
        groups=[
            {"label": say("With datasets"), "entries": [i for i in items if i["total"] or i["inherited"]]},
            {
                "label": say("Without datasets"),
                "entries": [i for i in items if not i["total"] and not i["inherited"]],
            },
        ],
        parts_count=lambda item: counted(drawer, item),
    )
    before: dict[str, list[dict[str, Any]]] = {}
    for item in items:
        successor = item["record"].get("successor")
        if successor:
            before.setdefault(successor["key"], []).append({**successor, "key": item["key"]})
    for item in items:
        key = item["key"]
        subscribe = {"calendar": bool(feeds.dates(key)), "feed": bool(feeds.news(key))}
        lines = _lines(drawer, item["record"], before.get(key, []))
        yield from _collection(drawer, item, "organization", lines, **subscribe)


def _lines(drawer: Drawer, record: Any, before: list[dict[str, Any]]) -> list[dict[str, Any]]:
    lens = drawer.lens
    say = lens.say
    lines: list[dict[str, Any]] = []
    start, end = record.get("valid_from"), record.get("valid_to")
    if start:
        lines.append({"label": say("Since"), "text": day(start, lens.language)})
    if end:
        lines.append({"label": say("Until"), "text": day(end, lens.language)})
    if record.get("parent"):
        lines.append({"label": say("Part of"), "body": context_dataset.body(lens, {"key": record["parent"]})})
    if record.get("region"):
        region = (lens.view.catalogue.get("regions") or {}).get(record["region"]) or {}
        lines.append({"label": say("Region"), "text": lens.text(region.get("name")) or record["region"]})
    if record.get("successor"):
        lines.append({"label": say("Followed by"), "body": context_dataset.body(lens, record["successor"])})
    lines += [{"label": say("Took over from"), "body": context_dataset.body(lens, step)} for step in before]
    return lines


def _themes(drawer: Drawer) -> Iterator[tuple[str, bytes]]:
    lens = drawer.lens
    items = _items(drawer, lens.view.themes, lens.by_theme)
    yield drawer.page(
        "organizations.html",
        "group/",
        lens.say("Themes"),
        folder="group",
        groups=[{"label": "", "entries": items}],
        parts_count=lambda item: counted(drawer, item),
    )
    for item in items:
        yield from _collection(drawer, item, "group", [])


def _collection(
    drawer: Drawer, item: dict[str, Any], folder: str, lines: list[Any], **more: Any
) -> Iterator[tuple[str, bytes]]:
    lens = drawer.lens
    of_body = folder == "organization"
    own = (lens.by_organization if of_body else lens.by_theme).get(item["key"], ())
    inherited = lens.inherited.get(item["key"], ()) if of_body else ()
    names = {entry.name for entry in own}
    label = lens.say("Organizations") if of_body else lens.say("Themes")
    for path, page in paged(f"{folder}/{item['key']}/", [*own, *inherited]):
        yield drawer.page(
            "organization.html",
            path,
            item["title"],
            section=f"{folder}/",
            crumbs=[{"path": f"{folder}/", "label": label}],
            record=item["record"],
            logo=logo_path(folder, item["record"]),
            lines=lines,
            of_body=of_body,
            total=item["total"],
            inherited=item["inherited"],
            listed=[entry for entry in page["shown"] if entry.name in names],
            taken_over=[entry for entry in page["shown"] if entry.name not in names],
            page=page,
            text=lens.text,
            **more,
        )
