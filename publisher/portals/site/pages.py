"""All files of the site but the data: pages, search list, API answers, from a view alone.

Pure and repeatable: the same view gives the same bytes. A dataset's files depend on what
:func:`page_key` digests and on nothing else, so an unchanged dataset need not be drawn again.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from publisher.digest import canonical_json, digest_of
from publisher.plan.model import Record
from publisher.portals.site import api, context_dataset
from publisher.portals.site.context import Lens, has_data
from publisher.portals.site.context_freshness import fresh
from publisher.portals.site.exports import datapackage
from publisher.portals.site.feeds import Feeds
from publisher.portals.site.markdown import plain
from publisher.portals.site.pages_freshness import freshness_pages, past
from publisher.portals.site.pages_shared import shared_pages
from publisher.portals.site.quality import FILE as QUALITY
from publisher.portals.site.quality import quality
from publisher.portals.site.render import assets, design_digest
from publisher.portals.site.render_page import Drawer
from publisher.portals.site.view import SiteView

__all__ = ["page_key", "render_dataset_pages", "render_shared_pages", "render_site"]


def render_site(view: SiteView) -> Iterator[tuple[str, bytes]]:
    """Every file of the site but the data files, as (path below the site's root, bytes), each path once."""
    yield from render_shared_pages(view)
    for name in sorted(view.datasets):
        yield from render_dataset_pages(view, name)


def render_shared_pages(view: SiteView) -> Iterator[tuple[str, bytes]]:
    """What is not one dataset's alone: home, lists, organizations, themes, search, API lists, redirects, assets."""
    for name, data in assets().items():
        yield f"assets/{name}", data
    drawers = _drawers(view)
    for drawer in drawers:
        feeds = Feeds(drawer.lens)
        yield from shared_pages(drawer, feeds)
        yield from freshness_pages(drawer, feeds)
        yield from feeds.files()
    yield from api.shared(drawers[0].lens)
    for old, new in sorted(view.redirects.items()):
        if old not in view.datasets and new in view.datasets:
            for drawer in drawers:
                yield drawer.redirect(f"dataset/{old}/", f"dataset/{new}/", drawer.lens.entry(new).title)


def render_dataset_pages(view: SiteView, name: str) -> Iterator[tuple[str, bytes]]:
    """One dataset's files: pages in every language, package, quality, API answer, its resources' addresses.

    Raises:
        KeyError: The view holds no such dataset.
    """
    record = view.datasets[name]
    drawers = _drawers(view)
    package = datapackage(drawers[0].lens, name)
    measured = quality(drawers[0].lens, name)
    for drawer in drawers:
        yield _dataset_page(drawer, name, record, package is not None, measured is not None)
    if package is not None:
        yield f"dataset/{name}/datapackage.json", (canonical_json(package) + "\n").encode()
    if measured is not None:
        yield f"dataset/{name}/{QUALITY}", (canonical_json(measured) + "\n").encode()
    yield from api.package(drawers[0].lens, name)
    for resource in record.get("resources") or ():
        known = [resource.get("id"), resource.get("name"), *(resource.get("formerly") or ())]
        target = f"dataset/{name}/#resource-{resource.get('id') or resource.get('name')}"
        title = drawers[0].lens.text(resource.get("title")) or str(resource.get("name"))
        for address in dict.fromkeys(str(key) for key in known if key):
            yield drawers[0].redirect(f"dataset/{name}/resource/{address}/", target, title)


def page_key(view: SiteView, name: str) -> str:
    """A digest of everything that :func:`render_dataset_pages` draws a dataset from."""
    record = view.datasets[name]
    catalogue = view.catalogue
    bodies = [record.get("organization"), record.get("responsible")]
    bodies += [step.get("key") for step in record.get("succession") or ()]
    approval = record.get("approval") or {}
    depends = {
        "record": record,
        "organizations": {str(key): view.organizations.get(str(key)) for key in bodies},
        "themes": {key: view.themes.get(key) for key in record.get("themes") or ()},
        "license": (catalogue.get("licenses") or {}).get(record.get("license") or ""),
        "region": _region(view, record),
        "decision": (catalogue.get("decisions") or {}).get(approval.get("decision") or ""),
        "files": [[f.name, f.sha256, f.bytes, f.resource, f.made_from] for f in view.files.get(name, ())],
        "held": bool(view.held.get(name)),
        "site": _site_key(view),
    }
    return digest_of(depends)


@lru_cache(maxsize=2)
def _drawers(view: SiteView) -> tuple[Drawer, ...]:
    """One drawer a language, kept while a view's datasets are drawn one by one."""
    return tuple(Drawer(Lens(view, language)) for language in view.languages)


@lru_cache(maxsize=2)
def _site_key(view: SiteView) -> str:
    catalogue = view.catalogue
    shown = {key: catalogue.get(key) for key in ("name", "publisher", "base_url", "languages", "standing", "words")}
    drawer = _drawers(view)[0]
    nav = {"proposals": drawer.has_proposals, "followed": drawer.has_followed}
    return digest_of({**shown, "tool": view.tool, "design": design_digest(), **nav})


def _region(view: SiteView, record: Record) -> Any:
    regions = view.catalogue.get("regions") or {}
    region = regions.get(record.get("region") or "")
    return [region, regions.get((region.get("successor") or {}).get("key"))] if region else None


def _dataset_page(drawer: Drawer, name: str, record: Record, package: bool, measured: bool) -> tuple[str, bytes]:
    lens = drawer.lens
    view = lens.view
    catalogue = view.catalogue
    entry = lens.entry(name)
    data = has_data(record)
    resources = context_dataset.resources(lens, record, view.files.get(name, ()))
    organization = view.organizations.get(str(record.get("organization"))) or {}
    decision = (catalogue.get("decisions") or {}).get((record.get("approval") or {}).get("decision") or "")
    base = str(catalogue.get("base_url") or "").rstrip("/")
    address = f"{base}/dataset/{name}/" if base else ""
    return drawer.page(
        "dataset.html",
        f"dataset/{name}/",
        entry.title,
        section="dataset/",
        crumbs=[{"path": "dataset/", "label": lens.say("Data")}],
        summary=plain(lens.text(record.get("description")), 160),
        name=name,
        record=record,
        data=data,
        held=bool(view.held.get(name)),
        fresh=fresh(lens, record),
        past=past(lens, record),
        status_words=entry.status_words,
        license=lens.license(record.get("license")),
        line=context_dataset.succession(lens, record),
        resources=resources,
        decision=lens.text(decision.get("name")) if decision else "",
        region=_region_words(lens, _region(view, record)),
        themes=[{"key": key, "title": lens.title(view.themes, key)} for key in record.get("themes") or ()],
        contact=record.get("contact") or organization.get("contact"),
        citation=_citation(lens, record, entry.title, address),
        address=address,
        folder=f"../../../dataset/{name}/" if lens.prefix else "",
        package=package,
        quality=QUALITY if measured else "",
        text=lens.text,
        basis=lens.basis,
        supports=lens.supports,
    )


def _region_words(lens: Lens, found: Any) -> dict[str, str] | None:
    if not found:
        return None
    region, successor = found
    now = lens.text(successor.get("name")) if successor else ""
    return {"name": lens.text(region.get("name")), "valid_to": region.get("valid_to") or "", "successor": now}


def _citation(lens: Lens, record: Record, title: str, address: str) -> str:
    """Who, when, what, where; a reference catalogue is cited under its own maker's name."""
    catalogue = lens.view.catalogue
    official = catalogue.get("standing") == "official"
    maker = lens.organization(record.get("organization")) if official else ""
    maker = maker or lens.text((catalogue.get("publisher") or {}).get("name"))
    year = str(record.get("modified") or record.get("issued") or "")[:4]
    return f"{maker}{f' ({year})' if year else ''}. {title}. {lens.text(catalogue.get('name'))}. {address}".strip()
