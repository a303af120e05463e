"""The pages that are not one dataset's: home, lists, organizations, themes, proposals, about, API."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from typing import Any
from xml.sax.saxutils import escape

from publisher.portals.site import context_dataset, search
from publisher.portals.site.context import LANGUAGE_NAMES, STATUSES, Entry
from publisher.portals.site.render_page import Drawer
from publisher.portals.site.words import day

_PER_PAGE = 100
_NEWEST = 6


def shared_pages(drawer: Drawer) -> Iterator[tuple[str, bytes]]:
    """Every shared page of one language, and the files at the root with the first language."""
    lens = drawer.lens
    records = search.records(lens)
    yield f"{lens.prefix}search/records.json", records
    yield _home(drawer)
    yield from _list(drawer, hashlib.sha256(records).hexdigest()[:8])
    yield from _organizations(drawer)
    yield from _themes(drawer)
    if drawer.has_proposals:
        yield from _proposals(drawer)
    yield _about(drawer)
    yield _api(drawer)
    if not lens.prefix:
        yield drawer.page("404.html", "", lens.say("Page not found"), section="-", file="404.html", noindex=True)
        yield from _robots(drawer)


def counted(drawer: Drawer, item: dict[str, Any]) -> str:
    """How many datasets, and how many of them have data."""
    say = drawer.lens.say
    if item["total"] == item["data"]:
        return str(item["total"])
    return say("{total}, {data} with data", total=item["total"], data=item["data"])


def _items(drawer: Drawer, records: Any, entries: Any) -> list[dict[str, Any]]:
    return [
        {"key": key, "title": title, "record": record, "total": len(entries.get(key, ())),
         "data": sum(e.data for e in entries.get(key, ()))}
        for key, title, record in drawer.lens.ordered(records)
    ]  # fmt: skip


def _home(drawer: Drawer) -> tuple[str, bytes]:
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
        themes=_items(drawer, view.themes, lens.by_theme),
        organizations=_items(drawer, view.organizations, lens.by_organization),
        parts_count=lambda item: counted(drawer, item),
    )


def _paged(path: str, entries: Sequence[Any], root: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """A long list cut into pages: the first at ``path``, others at ``path~2/``; no name holds a tilde."""
    count = max(1, -(-len(entries) // _PER_PAGE))
    for place in range(1, count + 1):
        up = root if place == 1 else f"../{root}"
        near = [n for n in range(1, count + 1) if n in {1, count} or abs(n - place) <= 2]
        links: list[dict[str, Any] | None] = []
        for before, n in zip([0, *near], near, strict=False):
            if n - before > 1:
                links.append(None)
            links.append({"number": n, "href": up if n == 1 else f"{up}~{n}/"})
        page = {"number": place, "count": count, "links": links}
        page["shown"] = entries[(place - 1) * _PER_PAGE : place * _PER_PAGE]
        yield (path if place == 1 else f"{path}~{place}/"), page


def _list(drawer: Drawer, version: str) -> Iterator[tuple[str, bytes]]:
    lens = drawer.lens
    with_data = sum(e.data for e in lens.entries)
    for path, page in _paged("dataset/", lens.entries, "./"):
        yield drawer.page(
            "list.html",
            path,
            lens.say("Data"),
            section="dataset/",
            records_version=version,
            facets=_facets(drawer, "../" if page["number"] == 1 else "../../"),
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


def _organizations(drawer: Drawer) -> Iterator[tuple[str, bytes]]:
    lens = drawer.lens
    say = lens.say
    view = lens.view
    items = _items(drawer, view.organizations, lens.by_organization)
    yield drawer.page(
        "organizations.html",
        "organization/",
        say("Organizations"),
        folder="organization",
        groups=[
            {"label": say("With datasets"), "entries": [i for i in items if i["total"]]},
            {"label": say("Without datasets of their own"), "entries": [i for i in items if not i["total"]]},
        ],
        parts_count=lambda item: counted(drawer, item),
    )
    before: dict[str, list[dict[str, Any]]] = {}
    for item in items:
        successor = item["record"].get("successor")
        if successor:
            before.setdefault(successor["key"], []).append({**successor, "key": item["key"]})
    for item in items:
        yield from _collection(drawer, item, "organization", _lines(drawer, item["record"], before.get(item["key"], [])))


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


def _collection(drawer: Drawer, item: dict[str, Any], folder: str, lines: list[Any]) -> Iterator[tuple[str, bytes]]:
    lens = drawer.lens
    entries = (lens.by_organization if folder == "organization" else lens.by_theme).get(item["key"], ())
    label = lens.say("Organizations") if folder == "organization" else lens.say("Themes")
    for path, page in _paged(f"{folder}/{item['key']}/", entries, "./"):
        yield drawer.page(
            "organization.html",
            path,
            item["title"],
            section=f"{folder}/",
            crumbs=[{"path": f"{folder}/", "label": label}],
            record=item["record"],
            lines=lines,
            total=item["total"],
            page=page,
            text=lens.text,
        )


def _proposals(drawer: Drawer) -> Iterator[tuple[str, bytes]]:
    lens = drawer.lens
    view = lens.view
    proposals: list[dict[str, Any]] = []
    themes = [(key, title) for key, title, _ in lens.ordered(view.themes)] + [("", lens.say("Other"))]
    for theme, title in themes:
        for entry in lens.entries:
            if entry.status == "proposed" and (entry.themes[:1] or ("",))[0] == theme:
                proposals.append({"theme": theme, "theme_title": title, **_proposal(drawer, entry)})
    for path, page in _paged("proposals/", proposals, "./"):
        groups = [
            {"key": theme or "other", "title": title, "entries": [p for p in page["shown"] if p["theme"] == theme]}
            for theme, title in themes
        ]
        groups = [group for group in groups if group["entries"]]
        yield drawer.page(
            "proposals.html", path, lens.say("Proposals"), section="proposals/", page=page, groups=groups
        )


def _proposal(drawer: Drawer, entry: Entry) -> dict[str, Any]:
    lens = drawer.lens
    record = lens.view.datasets[entry.name]
    support = []
    for source in record.get("provenance") or ():
        words = [lens.supports(source.get("supports")), lens.basis(source.get("basis"))]
        said = "; ".join(word for word in words if word)
        support.append(f"{source.get('source')}{f' ({said})' if said else ''}")
    terms = record.get("freshness") or {}
    return {
        "entry": entry,
        "support": support,
        "frequency": context_dataset.frequency(lens, terms.get("frequency")) if terms else "",
        "columns": max((len((r.get("schema") or {}).get("fields") or ()) for r in record.get("resources") or ()),
                       default=0),
        "forms": [f for f in lens.view.files.get(entry.name, ()) if f.name.endswith("-form.xlsx")],
    }  # fmt: skip


def _about(drawer: Drawer) -> tuple[str, bytes]:
    lens = drawer.lens
    catalogue = lens.view.catalogue
    used = [e.license for e in lens.entries]
    licenses = [
        {"key": key, "title": lens.license(key), "record": record, "count": used.count(key)}
        for key, record in sorted((catalogue.get("licenses") or {}).items())
    ]
    legal = [
        {"title": lens.text(record.get("name")) or key, "record": record}
        for key, record in sorted(
            (catalogue.get("legal") or {}).items(), key=lambda item: (str(item[1].get("valid_from") or ""), item[0])
        )
    ]
    return drawer.page(
        "about.html",
        "about/",
        lens.say("About this portal"),
        licenses=licenses,
        legal=legal,
        languages=[LANGUAGE_NAMES.get(code, code) for code in lens.view.languages],
        tool=lens.view.tool,
        commit=lens.view.commit,
        text=lens.text,
        basis=lens.basis,
    )


def _api(drawer: Drawer) -> tuple[str, bytes]:
    lens = drawer.lens
    view = lens.view
    say = lens.say
    first = lens.entries[0].name if lens.entries else None
    calls = [("api/3/action/package_list.json", say("the names of all datasets"))]
    if first:
        calls.append((f"api/3/action/package_show/{first}.json", say("one dataset: everything its page says")))
    calls.append(("api/3/action/organization_list.json", say("the names of all organizations")))
    if view.organizations:
        key = lens.ordered(view.organizations)[0][0]
        calls.append((f"api/3/action/organization_show/{key}.json", say("one organization")))
    calls.append(("api/3/action/group_list.json", say("the names of all themes")))
    if view.themes:
        calls.append((f"api/3/action/group_show/{lens.ordered(view.themes)[0][0]}.json", say("one theme")))
    if first and lens.entries[0].data:
        calls.append((f"dataset/{first}/datapackage.json", say("a dataset as a Frictionless Data Package")))
    calls.append((f"{lens.prefix}search/records.json", say("the list that the search reads")))
    return drawer.page(
        "api.html",
        "api/",
        say("API for programs"),
        calls=[{"path": path, "answer": answer} for path, answer in calls],
        address=drawer.base or "http://127.0.0.1:8000/",
    )


def _robots(drawer: Drawer) -> Iterator[tuple[str, bytes]]:
    """``robots.txt`` and, with a public address, ``sitemap.xml``; a demonstration asks not to be listed."""
    view = drawer.lens.view
    if drawer.site["reference"]:
        yield "robots.txt", b"# A demonstration: every page asks not to be indexed.\nUser-agent: *\nAllow: /\n"
    else:
        sitemap = f"Sitemap: {drawer.base}sitemap.xml\n" if drawer.base else ""
        yield "robots.txt", f"User-agent: *\nAllow: /\n{sitemap}".encode()
    if not drawer.base:
        return
    paths = ["", "dataset/", "organization/", "group/", "about/", "api/"]
    dated = {f"dataset/{e.name}/": e.modified for e in drawer.lens.entries}
    paths += sorted(dated)
    paths += [f"organization/{key}/" for key in sorted(view.organizations)]
    paths += [f"group/{key}/" for key in sorted(view.themes)]
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">']
    for language in view.languages:
        prefix = "" if language == view.languages[0] else f"{language}/"
        for path in paths:
            date = f"<lastmod>{escape(dated[path])}</lastmod>" if dated.get(path) else ""
            lines.append(f"<url><loc>{escape(drawer.base + prefix + path)}</loc>{date}</url>")
    yield "sitemap.xml", ("\n".join([*lines, "</urlset>"]) + "\n").encode()
