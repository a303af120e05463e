"""What stands on a portal and is not ours, for people: name, title, owner, and whether git describes it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from publisher.plan.model import Kind, Subject
from publisher.portals.ckan.mapping.values import dataset_name
from publisher.portals.ckan.model import Options, Package
from publisher.portals.ckan.notes.home import extras_of
from publisher.portals.ckan.reading.pages import ROWS, read_all
from publisher.portals.ckan.reading.standing import HARVESTED, Snapshot
from publisher.portals.ckan.wire.asking import Calls


@dataclass(frozen=True, slots=True)
class Stranger:
    """A dataset of somebody else. ``git`` names the dataset of ours whose place it takes."""

    name: str
    title: str
    owner: str
    harvested: bool
    git: str | None = None


def strangers(calls: Calls, options: Options, seen: Snapshot, wanted: Collection[Subject]) -> list[Stranger]:
    """Every dataset that is not ours, by name.

    Raises:
        OpendataError: as :func:`publisher.portals.ckan.reading.pages.read_all`.
    """
    ours = {dataset_name(one.name, options): one.name for one in wanted if one.kind is Kind.DATASET}

    def turn(package: Package) -> Stranger | None:
        name = str(package.get("name"))
        if name not in seen.others:
            return None
        body = package.get("organization") or {}
        return Stranger(
            name,
            str(package.get("title") or ""),
            str(body.get("title") or body.get("name") or ""),
            any(key in extras_of(package) for key in HARVESTED),
            ours.get(name),
        )

    found = (one for one in read_all(calls, turn, options.scope, ROWS) if one is not None)
    return sorted(found, key=lambda one: one.name)
