"""Packages as flat maps of places, the same for what we want and for what a portal holds."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any

from publisher.plan.model import PublishedFile
from publisher.portals.ckan.model import Package, Wanted
from publisher.portals.ckan.notes.marker import is_ours

SERVER = frozenset(
    {
        "id", "type", "state", "creator_user_id", "isopen", "license_title", "license_url", "metadata_created",
        "metadata_modified", "num_resources", "num_tags", "organization", "relationships_as_object",
        "relationships_as_subject", "resources", "extras", "tags", "groups", "revision_id", "tracking_summary",
        "plugin_data", "owner_org", "__extras", "collaborators",
    }
)  # fmt: skip
"""Fields of a package that the server makes or that have places of their own."""
SERVER_RESOURCE = frozenset(
    {
        "id", "package_id", "position", "state", "created", "last_modified", "metadata_modified", "size",
        "datastore_active", "datastore_contains_all_records_of_source_file", "mimetype_inner", "url_type",
        "cache_url", "cache_last_updated", "revision_id", "tracking_summary", "resource_type", "on_same_domain",
        "ckan_url", "original_url", "resource_id", "set_url_type", "task_created", "has_views",
    }
)  # fmt: skip
"""Fields of a resource that the server, its loaders and its validators make."""
_VALIDATION = "validation_"
_NONE: Mapping[str, str] = MappingProxyType({})


def owned(wanted: Wanted, files: Mapping[str, PublishedFile]) -> dict[str, Any]:
    """What we write, by place: ``title``, ``extras:KEY``, ``tags``, ``groups``, ``resources/ID/FIELD``, ...

    ``files`` are the published files by name, for their hashes. Absent and empty are the same and have no place.
    """
    return dict(_sorted(_owned(wanted, files)))


def held(package: Package, names: Mapping[str, str] = _NONE) -> dict[str, Any]:
    """What a portal holds, by the same places; of others' fields too, but for what the server makes itself.

    ``names`` are names of organizations and groups by CKAN's id (:attr:`publisher.portals.ckan.model.Rights.names`):
    that one is renamed changes nothing of what belongs to it, and the search index goes on to tell its name of before.
    """
    return dict(_sorted(_held(package, names)))


def normal(value: Any) -> Any:
    """A value so that equal content is equal: texts composed, with plain line ends and nothing at their ends; numbers
    and truth values as texts; objects without what is empty; None for what is empty.
    """
    match value:
        case str():
            return unicodedata.normalize("NFC", value).replace("\r\n", "\n").strip() or None
        case None:
            return None
        case bool() | int() | float():
            return json.dumps(value)
        case Mapping():
            inner = {str(key): normal(one) for key, one in value.items()}
            return {key: inner[key] for key in sorted(inner) if inner[key] is not None} or None
        case list() | tuple():
            return [normal(one) for one in value] or None
    return str(value)


def _sorted(pairs: Iterator[tuple[str, Any]]) -> Iterator[tuple[str, Any]]:
    found = {place: normal(_in_line(value) if place.startswith("extras:") else value) for place, value in pairs}
    return ((place, found[place]) for place in sorted(found) if found[place] is not None)


def _in_line(value: Any) -> Any:
    """An extra without its line breaks, which CKAN's web form loses."""
    return " ".join(value.split()) if isinstance(value, str) else value


def _owned(wanted: Wanted, files: Mapping[str, PublishedFile]) -> Iterator[tuple[str, Any]]:
    yield from wanted.fields.items()
    for key, value in wanted.extras.items():
        yield f"extras:{key}", value
    yield "tags", sorted(wanted.tags)
    yield "groups", sorted(wanted.groups)
    for resource in wanted.resources:
        for key, value in resource.fields.items():
            yield f"resources/{resource.id}/{key}", value
        if resource.file is not None:
            published, source = files.get(resource.file.name), resource.file.source
            sha256 = source.sha256 if source is not None else published.sha256 if published is not None else None
            yield f"resources/{resource.id}/hash", f"sha256:{sha256}" if sha256 else None


def _held(package: Package, names: Mapping[str, str]) -> Iterator[tuple[str, Any]]:
    for key, value in package.items():
        if key not in SERVER:
            yield key, value
    yield "owner_org", next((_named(one, names) for one in _objects([package.get("organization")])), None)
    for extra in _objects(package.get("extras")):
        if not is_ours(str(extra.get("key"))):
            yield f"extras:{extra.get('key')}", extra.get("value")
    yield "tags", sorted(str(tag.get("name")) for tag in _objects(package.get("tags")) if not tag.get("vocabulary_id"))
    yield "groups", sorted(str(_named(group, names)) for group in _objects(package.get("groups")))
    for resource in _objects(package.get("resources")):
        uploaded = resource.get("url_type") == "upload"
        for key, value in resource.items():
            made = key in SERVER_RESOURCE or key.startswith(_VALIDATION) or (key == "url" and uploaded)
            if not made:
                yield f"resources/{resource.get('id')}/{key}", value


def _named(body: Mapping[str, Any], names: Mapping[str, str]) -> Any:
    """An organization's or group's name as we call it; another one that has taken such a name goes by its id."""
    identity, name = str(body.get("id")), body.get("name")
    return names.get(identity) or (identity if name in names.values() else name)


def _objects(value: Any) -> Iterator[Mapping[str, Any]]:
    """The objects of a list: a portal may send anything."""
    return (one for one in value if isinstance(one, Mapping)) if isinstance(value, list) else iter(())
