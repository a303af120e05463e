"""What is sent to CKAN for a dataset: the body of a creation and of a revision, pure.

A revision gives every list as a whole, since CKAN merges lists by position: what stands there of others is given
again as it is, under ``match``, so that nothing that came in between is lost. Resources too: extending the list with
an id that it has wrecks a dataset, and the whole list heals one that is wrecked; a resource that stays keeps its
``url``, without which CKAN forgets its file's name.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from publisher.portals.ckan.model import Package, Wanted, WantedResource
from publisher.portals.ckan.notes.marker import is_ours

FILE_FIELDS = frozenset({"url", "url_type", "hash", "size", "last_modified"})
"""Fields of a resource that tell of its file."""

HIDDEN = {"state": "draft", "private": True}
"""What a dataset says that nobody is to see yet. An editor may not choose the state of a new dataset (measured)."""

TABLE = "datastore_active"
"""The field of a resource that says that its table is in the DataStore."""

COLUMNS = ("name", "description", "format", "mimetype", "hash")
"""Fields of a resource that CKAN keeps where they are left out (measured); others go then."""


def creation(
    wanted: Wanted, marker: Mapping[str, str], *, active: bool, with_id: bool, tables: Collection[str] = ()
) -> Package:
    """The body of ``package_create``; ``marker`` are our own extras.

    ``with_id`` chooses the dataset's id, which only a sysadmin may do. Files come later, and with them their hashes.
    ``tables`` are the resources whose table is loaded next: CKAN would write the dataset anew to note it of each.
    """
    resources = [_ours(one, {}, {}, (), ()) for one in wanted.resources]
    body: Package = {
        **wanted.fields,
        "name": wanted.name,
        **({"state": "active"} if active else HIDDEN),
        "extras": _pairs({**wanted.extras, **marker}),
        "tags": _named(wanted.tags),
        "groups": _named(wanted.groups),
        "resources": [one | ({TABLE: True} if one["id"] in tables else {}) for one in resources],
    }
    return {**body, "id": wanted.id} if with_id else body


def revision(
    package: Package,
    wanted: Wanted,
    hashes: Mapping[str, str],
    marker: Mapping[str, str],
    *,
    places: Collection[str],
    before: Collection[str],
    kept: Collection[str] = (),
    state: str = "active",
) -> dict[str, Any]:
    """The body of ``package_revise`` that brings a dataset from what stands there to what is wanted.

    ``places`` are those that the mapping owns now, ``before`` those that it owned when we last wrote: what is only in
    ``before`` is cleared. ``kept`` are places that stay as somebody else left them.
    """
    gone = set(before) - set(places) - set(kept)
    fields = {key: value for key, value in {**wanted.fields, "name": wanted.name}.items() if key not in kept}
    fields |= {place: "" for place in gone if ":" not in place and "/" not in place and place not in {"tags", "groups"}}
    merged = [key for key, value in fields.items() if _compound(value) or _compound(package.get(key))]
    update = {key: value for key, value in fields.items() if key not in merged or value != ""}
    extras = {key: value for key, value in _extras(package).items() if f"extras:{key}" not in gone}
    extras |= {key: value for key, value in wanted.extras.items() if f"extras:{key}" not in kept}
    update |= {
        "state": package["state"] if "state" in kept else state,
        "extras": _pairs({**extras, **marker}),
        "resources": _resources(package, wanted, hashes, gone, kept, resources_in(before)),
    }
    lists = {"tags": [*_vocabulary(package), *_named(wanted.tags)], "groups": _named(wanted.groups)}
    update |= {key: value for key, value in lists.items() if key in {*places, *before} and key not in kept}
    whole = [*merged, *(key for key in ("extras", "resources", "tags", "groups") if key in update)]
    return {"match": match_of(package), "filter": [f"-{key}" for key in whole], "update": update}


def without_tables(package: Package) -> Package:
    """A dataset of which nobody says that it has tables."""
    resources = ({key: value for key, value in one.items() if key != TABLE} for one in package["resources"])
    return {**package, "resources": list(resources)}


def marked(package: Package, marker: Mapping[str, str], tables: Collection[str] = ()) -> dict[str, Any]:
    """The body of a ``package_revise`` that changes nothing but our own extras, and notes of the resources ``tables``
    that they have a table: CKAN does so when it makes one, and not when it changes one.
    """
    update: dict[str, Any] = {"extras": _pairs({**_extras(package), **marker})}
    resources = [{TABLE: True} if _lacks_note(one, tables) else {} for one in package.get("resources") or ()]
    if any(resources):
        update["resources"] = resources
    return {"match": match_of(package), "filter": ["-extras"], "update": update}


def upload_field(resource: str) -> str:
    """The name of the form field that carries a resource's file."""
    return f"update__resources__{resource}__upload"


def resources_in(places: Collection[str]) -> set[str]:
    """The ids of the resources that places are of."""
    return {place.split("/")[1] for place in places if place.startswith("resources/")}


def _resources(
    package: Package,
    wanted: Wanted,
    hashes: Mapping[str, str],
    gone: Collection[str],
    kept: Collection[str],
    before: Collection[str],
) -> list[dict[str, Any]]:
    """The whole list: ours in the wanted order, those of others at their places."""
    there = {str(one.get("id")): one for one in package.get("resources", ())}
    mine = {one.id for one in wanted.resources}
    coming: Iterator[WantedResource] = iter(wanted.resources)
    found: list[dict[str, Any]] = []

    def next_one() -> None:
        one = next(coming, None)
        if one is not None:
            found.append(_ours(one, there.get(one.id, {}), hashes, gone, kept))

    for identity, resource in there.items():
        if identity in mine or identity in before:
            next_one()
        else:
            found.append(resource)
    for one in coming:
        found.append(_ours(one, there.get(one.id, {}), hashes, gone, kept))
    return found


def _ours(
    wanted: WantedResource,
    there: Mapping[str, Any],
    hashes: Mapping[str, str],
    gone: Collection[str],
    kept: Collection[str],
) -> dict[str, Any]:
    """A resource as it is to be: what others wrote into it stays, what git no longer has goes."""
    prefix = f"resources/{wanted.id}/"
    body = {key: value for key, value in there.items() if f"{prefix}{key}" not in gone}
    body |= {key: "" for key in COLUMNS if f"{prefix}{key}" in gone}
    body |= {key: value for key, value in wanted.fields.items() if f"{prefix}{key}" not in kept}
    body["id"] = wanted.id
    if wanted.id in hashes and f"{prefix}hash" not in kept:
        body["hash"] = hashes[wanted.id]
    if wanted.file is None and there.get("url_type") == "upload" and "url" in wanted.fields:
        # The file gives way to an address: CKAN removes its bytes.
        body |= {"url_type": "", "clear_upload": True}
    elif wanted.file is not None and there:
        body["url"] = there.get("url", "")
    elif wanted.link is not None and there.get("url_type") != "upload":
        body["url"] = wanted.link
    return body


def _lacks_note(resource: Mapping[str, Any], tables: Collection[str]) -> bool:
    return resource["id"] in tables and not resource.get(TABLE)


def match_of(package: Package) -> dict[str, Any]:
    """The condition that nobody wrote the dataset in between."""
    return {"id": package["id"], "metadata_modified": package["metadata_modified"]}


def _extras(package: Package) -> dict[str, str]:
    """The extras of others and of the mapping, without our own."""
    return {one["key"]: one["value"] for one in package.get("extras") or () if not is_ours(one["key"])}


def _vocabulary(package: Package) -> list[dict[str, Any]]:
    """Tags of vocabularies, which are never ours."""
    return [one for one in package.get("tags") or () if one.get("vocabulary_id")]


def _pairs(extras: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"key": key, "value": value} for key, value in extras.items()]


def _named(names: Collection[str]) -> list[dict[str, str]]:
    return [{"name": name} for name in names]


def _compound(value: Any) -> bool:
    """Whether CKAN would merge a value with what stands there instead of replacing it."""
    return isinstance(value, list | dict) and bool(value)
