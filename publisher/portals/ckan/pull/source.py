"""What a portal holds, for ``pull``: datasets page by page and packed, bodies, licences, dictionaries, files."""

from __future__ import annotations

import json
import zlib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from publisher.portals.ckan.model import Package
from publisher.portals.ckan.notes import marker
from publisher.portals.ckan.notes.home import home_name
from publisher.portals.ckan.pull.bodies import extras_by_key
from publisher.portals.ckan.reading.pages import SEARCH, read_all
from publisher.portals.ckan.reading.standing import HARVESTED
from publisher.portals.ckan.wire.asking import Calls, all_objects, ask, ask_for, text

_PAGE = 25
"""The most organizations or groups with their extras that CKAN gives at once."""
_LEVEL = 1
_HOME = home_name("x" * 12).removesuffix("x" * 12)


class Standing(StrEnum):
    """Whose a dataset of a portal is."""

    FREE = "free"
    OURS = "ours"
    HARVESTED = "harvested"
    OTHER = "other-catalogue"
    PRIVATE = "private"
    KIND = "other-kind"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A dataset of a portal: what it is called there, whose it is, and the whole of it, packed."""

    id: str
    name: str
    standing: Standing
    organization: str | None
    groups: tuple[str, ...]
    license: str | None
    packed: bytes

    @property
    def package(self) -> Package:
        """The dataset as the portal gave it; a new object each time."""
        found: Package = json.loads(zlib.decompress(self.packed))
        return found


def candidates(calls: Calls, catalogue_id: str, scope: Collection[str] = ()) -> list[Candidate]:
    """Every dataset that we may see but for the private notes of catalogues; ``scope`` are the portal's organizations.

    Raises:
        OpendataError: as :func:`publisher.portals.ckan.reading.pages.read_all`.
    """
    found = read_all(calls, lambda one: _candidate(one, catalogue_id), tuple(scope))
    return [one for one in found if not (one.standing is Standing.PRIVATE and one.name.startswith(_HOME))]


def names(calls: Calls, kind: str) -> list[str]:
    """The names of all organizations (``organization``) or groups (``group``).

    Raises:
        OpendataError: as :func:`publisher.portals.ckan.wire.asking.ask`.
    """
    return [one for one in ask(calls, f"{kind}_list", {}, list) if isinstance(one, str)]


def bodies(calls: Calls, kind: str, names: Collection[str]) -> Iterator[dict[str, Any]]:
    """Organizations or groups with their extras, by name.

    Raises:
        OpendataError: as :func:`publisher.portals.ckan.wire.asking.ask`.
    """
    action = f"{kind}_list"
    ordered = sorted(names)
    for start in range(0, len(ordered), _PAGE):
        wanted = ordered[start : start + _PAGE]
        query = {"all_fields": True, "include_extras": True, f"{kind}s": wanted, "limit": _PAGE}
        yield from (one for one in all_objects(ask(calls, action, query, list), action) if one.get("name") in wanted)


def licenses(calls: Calls) -> dict[str, dict[str, Any]]:
    """The portal's list of licences by id.

    Raises:
        OpendataError: as :func:`publisher.portals.ckan.wire.asking.ask`.
    """
    return {str(one.get("id")): one for one in all_objects(ask(calls, "license_list", {}, list), "license_list")}


def dictionary(calls: Calls, resource: str) -> dict[str, Any] | None:
    """What the DataStore says of a table, None where there is none.

    Raises:
        OpendataError: as :func:`publisher.portals.ckan.wire.asking.ask_for`.
    """
    return ask_for(calls, "datastore_info", {"id": resource})


def _candidate(package: Package, catalogue_id: str) -> Candidate:
    body = package.get("organization")
    groups = package.get("groups")
    license_id = package.get("license_id")
    return Candidate(
        text(package, "id", SEARCH),
        text(package, "name", SEARCH),
        _standing(package, catalogue_id),
        str(body["name"]) if isinstance(body, Mapping) and body.get("name") else None,
        tuple(
            str(one["name"])
            for one in (groups if isinstance(groups, list) else ())
            if isinstance(one, Mapping) and one.get("name")
        ),
        license_id if isinstance(license_id, str) and license_id else None,
        zlib.compress(json.dumps(package, ensure_ascii=False).encode("utf-8", "replace"), _LEVEL),
    )


def _standing(package: Package, catalogue_id: str) -> Standing:
    extras = extras_by_key(package)
    if package.get("private") is not False or package.get("state") != "active":
        return Standing.PRIVATE
    if package.get("type", "dataset") != "dataset":
        return Standing.KIND
    if any(key in extras for key in HARVESTED):
        return Standing.HARVESTED
    marked = marker.gather(extras)
    if marked is None:
        return Standing.FREE
    try:
        return Standing.OURS if marker.decode(marked).catalogue == catalogue_id else Standing.OTHER
    except ValueError:
        return Standing.OTHER
