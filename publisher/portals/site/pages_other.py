"""The shared pages that explain: proposals, about, API; and what only machines read at the root."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from xml.sax.saxutils import escape

from publisher.portals.site import context_dataset
from publisher.portals.site.context import LANGUAGE_NAMES, Entry
from publisher.portals.site.quality import FILE, quality
from publisher.portals.site.render_page import Drawer, paged


def proposals_page(drawer: Drawer) -> Iterator[tuple[str, bytes]]:
    """The proposals by theme: what supports each, and the form to fill in."""
    lens = drawer.lens
    view = lens.view
    proposals: list[dict[str, Any]] = []
    themes = [(key, title) for key, title, _ in lens.ordered(view.themes)] + [("", lens.say("Other"))]
    for theme, title in themes:
        for entry in lens.entries:
            if entry.status == "proposed" and (entry.themes[:1] or ("",))[0] == theme:
                proposals.append({"theme": theme, "theme_title": title, **_proposal(drawer, entry)})
    for path, page in paged("proposals/", proposals):
        groups = [
            {"key": theme or "other", "title": title, "entries": [p for p in page["shown"] if p["theme"] == theme]}
            for theme, title in themes
        ]
        groups = [group for group in groups if group["entries"]]
        yield drawer.page("proposals.html", path, lens.say("Proposals"), section="proposals/", page=page, groups=groups)


def _proposal(drawer: Drawer, entry: Entry) -> dict[str, Any]:
    lens = drawer.lens
    record = lens.view.datasets[entry.name]
    support = []
    sources = record.get("provenance") or ()
    backing = [source for source in sources if source.get("supports") != "none"]
    for source in backing or sources:
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


def about_page(drawer: Drawer) -> tuple[str, bytes]:
    """What this is, under which terms and which law, and what made it."""
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


def api_page(drawer: Drawer) -> tuple[str, bytes]:
    """How programs read the portal, with examples that work."""
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
        if quality(lens, first):
            calls.append((f"dataset/{first}/{FILE}", say("how timely and complete a dataset is (DQV, JSON-LD)")))
    calls.append((f"{lens.prefix}search/records.json", say("the list that the search reads")))
    return drawer.page(
        "api.html",
        "api/",
        say("API for programs"),
        calls=[{"path": path, "answer": answer} for path, answer in calls],
        address=drawer.base or "http://127.0.0.1:8000/",
    )


def robots(drawer: Drawer) -> Iterator[tuple[str, bytes]]:
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
    if drawer.has_followed:
        paths.append("freshness/")
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
