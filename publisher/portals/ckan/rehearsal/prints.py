"""Fingerprints of what is foreign on a portal: every field, the time of the last write, and the bytes of files."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from publisher.digest import digest_of, digest_of_stream
from publisher.errors import OpendataError
from publisher.portals.ckan.notes.home import extras_of
from publisher.portals.ckan.wire.asking import Calls, ask_for
from publisher.portals.ckan.writing.bodies import MARK

_PARALLEL = 4
_QUIET = {"include_datasets": False, "include_users": False, "include_extras": True, "include_dataset_count": False}
_MOVES = ("package_count", "num_followers", "organization", "tracking_summary")


def prints(
    calls: Calls,
    datasets: Collection[str],
    organizations: Collection[str],
    groups: Collection[str],
    catalogue: str,
) -> dict[str, str]:
    """A digest of each foreign object by ``kind/name``; ours (organizations and groups with our mark) are left out.

    Raises:
        OpendataError: what the portal raises.
    """
    with ThreadPoolExecutor(_PARALLEL) as pool:
        found = dict(pool.map(lambda name: (f"dataset/{name}", _dataset(calls, name)), datasets))
    for kind, names in (("organization", organizations), ("group", groups)):
        for name in names:
            body = ask_for(calls, f"{kind}_show", {"id": name, **_QUIET})
            if body is None or extras_of(body).get(MARK) != catalogue:
                found[f"{kind}/{name}"] = digest_of(_quiet(body))
    return found


def moved(before: Mapping[str, str], after: Mapping[str, str]) -> list[str]:
    """What is not as it was."""
    return sorted(name for name, digest in before.items() if after.get(name) != digest)


def _dataset(calls: Calls, name: str) -> str:
    package = ask_for(calls, "package_show", {"id": name})
    files = []
    for one in (package or {}).get("resources") or ():
        if one.get("url_type") == "upload":
            files.append([one["id"], _file(calls, str(one.get("url") or ""))])
    return digest_of([_quiet(package), files])


def _file(calls: Calls, url: str) -> str:
    try:
        with calls.open(url) as stream:
            return digest_of_stream(stream)
    except OpendataError as error:
        return error.code


def _quiet(found: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """Without what moves when others change: counts, and the organization's own words in each of its datasets."""
    if found is None:
        return None
    groups = sorted(str(one.get("name")) for one in found.get("groups") or ())
    return {**{key: value for key, value in found.items() if key not in _MOVES}, "groups": groups}
