"""Bytes of a dataset that git does not have: kept before they are overwritten or removed.

What is ours can be made again from git. What is not: a file that others put there, or in the place of ours.
"""

from __future__ import annotations

import io
import json
import re
from collections.abc import Collection, Mapping
from typing import Any
from urllib.parse import unquote, urlsplit

from publisher.errors import Exit, OpendataError
from publisher.portals.backups import Backups
from publisher.portals.ckan.model import Applied, Package
from publisher.portals.ckan.wire.transport import Transport
from publisher.portals.ckan.writing.files import holds

METADATA = "dataset.json"


def foreign_files(
    package: Package, applied: Applied | None, resources: Collection[str], drifted: Collection[str] = ()
) -> list[Mapping[str, Any]]:
    """Of these resources, those whose uploaded file is not, or no longer, the one that we put there."""
    ours = applied.files if applied is not None else ()
    touched = {place.split("/")[1] for place in drifted if place.startswith("resources/")}
    return [
        one
        for one in package.get("resources", ())
        if one.get("id") in resources
        and one.get("url_type") == "upload"
        and (one["id"] in touched or not any(holds(one, file, file) for file in ours))
    ]


def save(
    transport: Transport, backups: Backups | None, package: Package, resources: Collection[Mapping[str, Any]]
) -> list[str]:
    """Keep the files of these resources, and the dataset's own description; their names in the backup.

    Raises:
        OpendataError: ``backup-failed``, ``backup-nowhere``; and what the portal raises. Nothing may be overwritten
            then.
    """
    if not resources:
        return []
    if backups is None:
        raise OpendataError("backup-nowhere", Exit.NO)
    dataset = str(package["name"])
    saved = []
    for resource in resources:
        name = f"{resource['id']}/{_file_name(str(resource.get('url') or ''))}"
        with transport.open(str(resource["url"])) as content:
            backups.keep(dataset, name, content, str(resource["url"]), str(resource["id"]))
        saved.append(name)
    described = io.BytesIO(json.dumps(package, ensure_ascii=False, indent=2).encode())
    backups.keep(dataset, METADATA, described, str(package["id"]))
    return saved


def _file_name(url: str) -> str:
    """A name for any file system, made of the one at the end of an address."""
    last = unquote(urlsplit(url).path).rpartition("/")[2]
    return re.sub(r"[^\w.-]", "-", last).strip(".-")[-120:] or "file"
