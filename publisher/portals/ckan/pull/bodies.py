"""Organizations, groups and licences of a portal as entries of ``catalog/``."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from publisher.portals.ckan.mapping.values import LICENSES
from publisher.portals.ckan.pull.values import address, day, email, line, text

Entry = dict[str, Any]
_EXTRAS: tuple[tuple[str, str, Callable[[Any], str | None]], ...] = (
    ("short_title", "short", line),
    ("kind", "kind", line),
    ("identifier", "code", line),
    ("valid_from", "valid_from", day),
    ("valid_to", "valid_to", day),
    ("note", "note", text),
)
_CONTACT: tuple[tuple[str, Callable[[Any], str | None]], ...] = (
    ("name", line),
    ("email", email),
    ("phone", line),
    ("url", address),
    ("address", text),
)


def organization(body: Mapping[str, Any]) -> Entry:
    """An organization as an entry of ``organizations.yaml``."""
    extras = extras_by_key(body)
    made: Entry = {"name": _title(body), "description": text(body.get("description"))}
    made |= {ours: turn(extras.get(theirs)) for theirs, ours, turn in _EXTRAS}
    contact = {key: turn(extras.get(f"contact_{key}")) for key, turn in _CONTACT}
    made["contact"] = {key: value for key, value in contact.items() if value}
    return {key: value for key, value in made.items() if value}


def theme(body: Mapping[str, Any]) -> Entry:
    """A group as an entry of ``themes.yaml``."""
    uri = address(extras_by_key(body).get("eu_theme"))
    made: Entry = {"name": _title(body), "description": text(body.get("description")), "eu_theme": uri}
    return {key: value for key, value in made.items() if value}


def license_entry(found: Mapping[str, Any], identity: str) -> Entry:
    """A licence of the portal's list as an entry of ``licenses.yaml``.

    Without an SPDX id: CKAN's ids do not say the version, and what is not known is not told.
    """
    made: Entry = {"name": line(found.get("title")) or identity, "url": address(found.get("url"))}
    if found.get("od_conformance") == "approved" or identity in {one for _, one in LICENSES if one != "cc-nc"}:
        made["open"] = True
    return {key: value for key, value in made.items() if value}


def extras_by_key(body: Mapping[str, Any]) -> dict[str, str]:
    """The extras of a dataset, an organization or a group by key; what is none is left out."""
    listed = body.get("extras")
    return {
        one["key"]: one["value"]
        for one in (listed if isinstance(listed, list) else ())
        if isinstance(one, Mapping) and isinstance(one.get("key"), str) and isinstance(one.get("value"), str)
    }


def _title(body: Mapping[str, Any]) -> str:
    return line(body.get("title")) or line(body.get("name")) or "–"
