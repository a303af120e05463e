"""The resources of a package as those of a descriptor, each at its address on the portal or elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urlsplit

from publisher.portals.ckan.model import Package
from publisher.portals.ckan.pull.values import address, identity, key_of, text

_API = "API"


@dataclass(frozen=True, slots=True)
class ReadResource:
    """A resource: CKAN's id, what the descriptor says of it, and what the portal holds."""

    id: str
    data: dict[str, Any]
    package: Mapping[str, Any]

    @property
    def uploaded(self) -> bool:
        """Whether the portal itself holds its file."""
        return self.package.get("url_type") == "upload"

    @property
    def file(self) -> str:
        """The name of its file, as its address says it."""
        return file_of(self.package.get("url"))


def resources(package: Package) -> tuple[list[ReadResource], list[str]]:
    """The resources that a descriptor can name, and what the others are called there.

    A resource is told again by its id: one without a UUID, or without an address of the web, stays the portal's own.
    """
    listed = package.get("resources")
    found: list[ReadResource] = []
    skipped: list[str] = []
    taken: set[str] = set()
    for one in listed if isinstance(listed, list) else ():
        if not isinstance(one, Mapping):
            continue
        known, url = identity(one.get("id")), address(one.get("url"))
        title = text(one.get("name"))
        if known is None or url is None:
            skipped.append(title or str(one.get("id"))[:40])
            continue
        key = key_of((title or file_of(url).rpartition(".")[0] or "")[:80], taken, "resource")
        taken.add(key)
        data = {
            "name": key,
            "id": known,
            "title": title,
            "description": text(one.get("description")),
            "url": url,
            "service": True if one.get("format") == _API else None,
        }
        found.append(ReadResource(known, {name: value for name, value in data.items() if value}, one))
    return found, skipped


def file_of(url: Any) -> str:
    """The last step of an address, '' if it has none."""
    try:
        return unquote(urlsplit(str(url or "")).path).rpartition("/")[2]
    except ValueError:
        return ""
