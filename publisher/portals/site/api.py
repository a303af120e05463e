"""The read API as files, in the shape of CKAN's action API.

Every answer stands at CKAN's own path (``api/3/action/package_list``), and again with ``.json`` for
web hosts that tell content types by the ending. ``?id=`` becomes a part of the path:
``package_show/NAME``.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from publisher.plan.model import PublishedFile, Record
from publisher.portals.site.context import Lens, has_data
from publisher.portals.site.quality import FILE, quality

ROOT = "api/3/action/"


def shared(lens: Lens) -> Iterator[tuple[str, bytes]]:
    """Answers about the whole catalogue, its organizations and its themes."""
    view = lens.view
    yield from _answer(lens, "package_list", sorted(view.datasets))
    for kind, records, entries in (
        ("organization", view.organizations, lens.by_organization),
        ("group", view.themes, lens.by_theme),
    ):
        yield from _answer(lens, f"{kind}_list", sorted(records))
        for key in sorted(records):
            about = {**_group(lens, kind, key, records[key]), "package_count": len(entries.get(key, ()))}
            yield from _answer(lens, f"{kind}_show/{key}", about)


def package(lens: Lens, name: str) -> Iterator[tuple[str, bytes]]:
    """The answer of ``package_show`` for one dataset."""
    yield from _answer(lens, f"package_show/{name}", package_dict(lens, name))


def _answer(lens: Lens, path: str, result: Any) -> Iterator[tuple[str, bytes]]:
    base = _base(lens)
    answer = {"help": f"{base}/{ROOT}help_show?name={path.split('/')[0]}", "success": True, "result": result}
    data = json.dumps(answer, ensure_ascii=False, separators=(",", ":")).encode()
    yield ROOT + path, data
    yield ROOT + path + ".json", data


def _base(lens: Lens) -> str:
    return str(lens.view.catalogue.get("base_url") or "").rstrip("/")


def package_dict(lens: Lens, name: str) -> dict[str, Any]:
    """A dataset as CKAN's ``package_show`` tells it, in the catalogue's first language, all languages beside."""
    view = lens.view
    record = view.datasets[name]
    catalogue = view.catalogue
    license_key = str(record.get("license") or "")
    license_ = (catalogue.get("licenses") or {}).get(license_key) or {}
    organization = view.organizations.get(str(record.get("organization"))) or {}
    resources = _resources(lens, record, view.files.get(name, ()))
    extras = {
        "status": record.get("status"),
        "standing": catalogue.get("standing"),
        "region": record.get("region"),
        "access_rights": record.get("access_rights"),
        "has_data": str(has_data(record)).lower(),
        "freshness": record.get("freshness"),
        "provenance": record.get("provenance"),
        "succession": record.get("succession"),
        "quality": f"{_base(lens)}/dataset/{name}/{FILE}".lstrip("/") if quality(lens, name) else None,
    }
    return {
        "id": record.get("id"),
        "name": name,
        "title": lens.text(record.get("title")),
        "title_translated": record.get("title") or {},
        "notes": lens.text(record.get("description")),
        "notes_translated": record.get("description") or {},
        "type": "dataset",
        "state": "active",
        "private": False,
        "owner_org": record.get("organization"),
        "organization": _group(lens, "organization", str(record.get("organization")), organization),
        "groups": [_group(lens, "group", key, view.themes.get(key) or {}) for key in record.get("themes") or ()],
        "tags": [{"name": tag, "display_name": tag} for tag in record.get("keywords") or ()],
        "num_tags": len(record.get("keywords") or ()),
        "license_id": license_key or None,
        "license_title": lens.license(license_key) or None,
        "license_url": license_.get("url"),
        "isopen": bool(license_.get("open")),
        "metadata_modified": record.get("modified"),
        "url": record.get("landing_page"),
        "num_resources": len(resources),
        "resources": resources,
        "extras": [{"key": key, "value": _plain(value)} for key, value in extras.items() if value],
    }


def _plain(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, sort_keys=True)


def _group(lens: Lens, kind: str, key: str, record: Record) -> dict[str, Any]:
    title = lens.text(record.get("title")) or key
    description = lens.text(record.get("description"))
    image = logo_path(kind, record)
    address = f"{_base(lens)}/{image}".lstrip("/") if image else ""
    return {
        "id": key,
        "name": key,
        "title": title,
        "display_name": title,
        "description": description,
        "type": kind,
        **({"image_url": address, "image_display_url": address} if address else {}),
    }


def logo_path(folder: str, record: Record) -> str:
    """Where the logo of an organization or theme stands, '' if it has none; another one has another address."""
    logo = record.get("logo")
    return f"{folder}/{record['name']}/{logo['name']}?v={logo['sha256'][:8]}" if logo else ""


def _resources(lens: Lens, record: Record, files: Sequence[PublishedFile]) -> list[dict[str, Any]]:
    """One entry a resource, as CKAN would hold it; ``files`` lists every form in which it can be had."""
    base = _base(lens)
    folder = f"{base}/dataset/{record['name']}" if base else f"dataset/{record['name']}"
    found: list[dict[str, Any]] = []
    for position, resource in enumerate(record.get("resources") or ()):
        own = [f for f in files if f.resource in {resource.get("name"), resource.get("id")}]
        listed = [
            {
                "url": f"{folder}/{file.name}",
                "format": file.name.rsplit(".", 1)[-1].upper(),
                "size": file.bytes,
                "hash": file.sha256,
                "derived": file.made_from is not None,
            }
            for file in own
        ]
        main = next((f for f in listed if f["derived"] and f["format"] == "CSV"), listed[0] if listed else {})
        found.append(
            {
                **_described(lens, resource, record, position),
                "url": main.get("url") or resource.get("url"),
                "format": main.get("format") or str(resource.get("format") or "").upper(),
                "size": main.get("size"),
                "hash": main.get("hash"),
                "files": listed,
            }
        )
    return found


def _described(lens: Lens, resource: Mapping[str, Any], record: Record, position: int) -> dict[str, Any]:
    return {
        "id": resource.get("id"),
        "package_id": record.get("id"),
        "name": lens.text(resource.get("title")) or resource.get("name"),
        "description": lens.text(resource.get("description")),
        "position": position,
        "state": "active",
    }
