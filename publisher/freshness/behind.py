"""Datasets that a portal serves in an older version than git: its publisher's delay, apart from late data. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from publisher.freshness.line import Step


class Served(Protocol):
    """What a portal holds of a dataset, as :class:`publisher.plan.model.Holding`."""

    @property
    def record(self) -> Mapping[str, Any]:
        """Its record."""

    @property
    def digest(self) -> str:
        """The record's digest."""

    @property
    def commit(self) -> str | None:
        """The commit that it was published from."""


class Wanted(Protocol):
    """What git says, as :class:`publisher.plan.model.Desired`."""

    @property
    def record(self) -> Mapping[str, Any]:
        """Its record."""

    @property
    def digest(self) -> str:
        """The record's digest."""


@dataclass(frozen=True, slots=True)
class Behind:
    """A dataset that the portal serves in an older version, or not at all (``served`` is false).

    ``since`` is when the first change that the portal lacks reached the main line, None where git cannot tell (a
    shallow clone, or a commit that it does not know). ``data`` says whether files or columns differ, or only what
    is said of them. ``held`` are codes of the problems that hold the new version back.
    """

    dataset: str
    served: bool
    commit: str | None
    since: datetime | None
    data: bool
    held: tuple[str, ...] = ()


def behind(
    served: Mapping[str, Served],
    wanted: Mapping[str, Wanted],
    held: Mapping[str, Sequence[str]],
    folders: Mapping[str, str],
    line: Sequence[Step],
) -> tuple[Behind, ...]:
    """Which datasets are served in an older version than git's, by name.

    ``served`` is of the portal's snapshot, ``wanted`` and ``held`` of the desired state, all by dataset name;
    ``folders`` are the datasets' folders, ``line`` the main line, newest first. What only another version of the
    tool, or the calendar, would write otherwise is not behind: a change in git has to be missing. What is held back
    on purpose (an embargo) is not to be in ``held``.
    """
    found = []
    for name in sorted({*wanted, *held} & set(folders)):
        holding, now = served.get(name), wanted.get(name)
        codes = tuple(held.get(name, ()))
        if holding is None:
            found.append(Behind(name, False, None, _first(line, (f"{folders[name]}/",)), True, codes))
            continue
        if now is not None and holding.digest == now.digest:
            continue
        data = now is None or _data(holding.record) != _data(now.record)
        folder = (f"{folders[name]}/",)
        known = next((at for at, step in enumerate(line) if step.commit == holding.commit), None)
        later = line[:known]
        if known is None:
            found.append(Behind(name, True, holding.commit, None, data, codes))
        elif changed := _first(later, folder) or (_first(later, ("schemas/",)) if data else None):
            found.append(Behind(name, True, holding.commit, changed, data, codes))
    return tuple(found)


def _first(line: Sequence[Step], prefixes: tuple[str, ...]) -> datetime | None:
    """When a change below some folders first came; None if never, or if a shallow clone begins with it."""
    steps = [step for step in line if any(change.file.startswith(prefixes) for change in step.changes)]
    return steps[-1].at if steps and not steps[-1].edge else None


def _data(record: Mapping[str, Any]) -> list[Any]:
    keys = ("id", "digest", "parts", "schema_digest")
    return [[one.get(key) for key in keys] for one in record.get("resources", ())]
