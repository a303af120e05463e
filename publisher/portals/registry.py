"""The kinds of portals, and the portal that an entry of ``catalog/portals.yaml`` names."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from publisher.catalogue.model import Catalogue, PortalEntry, Settings
from publisher.errors import OpendataError
from publisher.portals.base import Portal, Steps, Tables, no_steps

DEFAULT_FOLDER = "build/site"


@dataclass(frozen=True)
class Setup:
    """What a portal is made of.

    ``settings`` tell whose datasets it holds and in which languages, ``root`` is the catalogue's folder.
    ``address`` stands in for the entry's own public address; ``steps`` is told of progress. ``deep`` has a portal look
    at what it otherwise takes from its own notes. ``wait`` is for how many seconds another publisher is waited for.
    ``backups`` is the folder for bytes that nobody else has.
    """

    entry: PortalEntry
    settings: Settings
    root: Path
    tables: Tables
    address: str | None = None
    steps: Steps = no_steps
    deep: bool = False
    wait: float = 0.0
    backups: Path | None = None


Maker = Callable[[Setup], Portal]


def entry_of(catalogue: Catalogue, key: str | None) -> PortalEntry:
    """The entry of that key; without a key the only ``site`` portal.

    Raises:
        OpendataError: ``portal-unknown``, ``portal-not-named``.
    """
    if key is not None:
        if key not in catalogue.portals:
            raise OpendataError("portal-unknown", portal=key, known=", ".join(sorted(catalogue.portals)) or None)
        return catalogue.portals[key]
    sites = [entry for entry in catalogue.portals.values() if entry.type == "site"]
    if len(sites) != 1:
        raise OpendataError("portal-not-named", count=len(sites), known=", ".join(sorted(catalogue.portals)) or None)
    return sites[0]


def folder_of_site(entry: PortalEntry, root: Path) -> Path:
    """Where a ``site`` portal is built. Of a link it is the folder that the link leads to.

    Raises:
        OpendataError: ``portal-folder-inside`` if it would take the place of the catalogue or of what it is made from.
    """
    folder = (root / (entry.path or DEFAULT_FOLDER)).absolute()
    sources = [root / name for name in ("catalog", "datasets", "schemas")]
    there = folder.resolve()
    try:
        linked = folder.is_symlink()
    except OSError:  # a folder above that nobody may look into
        linked = False
    if root.resolve().is_relative_to(there) or any(there.is_relative_to(source.resolve()) for source in sources):
        raise OpendataError("portal-folder-inside", folder=str(folder))
    return there if linked else folder


def make_portal(setup: Setup) -> Portal:
    """The portal of an entry, to be closed by the caller.

    Raises:
        OpendataError: ``portal-type-unknown``.
    """
    maker = KINDS.get(setup.entry.type)
    if maker is None:
        raise OpendataError("portal-type-unknown", type=setup.entry.type)
    return maker(setup)


def _site(setup: Setup) -> Portal:
    from publisher.portals.site.site import SitePortal

    folder = folder_of_site(setup.entry, setup.root)
    return SitePortal(folder, setup.tables, setup.address or address_of(setup.entry), setup.steps, deep=setup.deep)


def _ckan(setup: Setup) -> Portal:
    from publisher.portals.ckan.ckan import CkanPortal

    return CkanPortal(setup)


def address_of(entry: PortalEntry) -> str | None:
    """The public address of an entry: its variable's, else its own."""
    named = os.environ.get(entry.url_env) if entry.url_env else None
    return named or entry.url


KINDS: Mapping[str, Maker] = {"site": _site, "ckan": _ckan}
