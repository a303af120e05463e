"""Organizations and groups: created and patched, never replaced, and those of others never touched.

``organization_update`` and ``group_update`` without the list of members drop them all on CKAN 2.11, so only the
``_patch`` actions are used. What bears our mark was made by us; it is looked for before each write and deletion.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any, NamedTuple, Protocol

from ckanapi.errors import NotFound, ValidationError

from publisher.errors import Exit, OpendataError
from publisher.plan.model import Action, Kind, Record
from publisher.portals.ckan.notes.home import extras_of
from publisher.portals.ckan.wire.transport import Unsettled

MARK = "opendata_catalogue"
"""The extra of an organization or group that names the catalogue that made it."""
ACTIONS = {Kind.ORGANIZATION: "organization", Kind.THEME: "group"}
TRIES = 4
_QUIET = (
    "include_datasets",
    "include_dataset_count",
    "include_users",
    "include_groups",
    "include_tags",
    "include_followers",
)

Body = Mapping[str, Any]


class Written(NamedTuple):
    """CKAN's id of an organization or group, and whether it is ours, and so as it was to be written."""

    id: str
    ours: bool


class Calls(Protocol):
    """What is needed of the transport."""

    def call(self, action: str, data: Mapping[str, Any] | None = None) -> Any:
        """The result of an action."""


class Bodies:
    """Writes the organizations and groups of one catalogue."""

    def __init__(self, calls: Calls, catalogue: str) -> None:
        self._calls = calls
        self._catalogue = catalogue

    def write(
        self,
        kind: Kind,
        body: Body,
        before: Body | None = None,
        *,
        identity: str | None = None,
        kept: Collection[str] = (),
    ) -> Written:
        """Bring an organization or group to ``body``. One of somebody else is left as it is.

        ``before`` is the body as we last wrote it: what it held and ``body`` does not is cleared. ``identity`` is
        CKAN's id of it, under which it is found whatever it is called there; without it the name is taken. ``kept`` are
        fields that stay as somebody changed them.

        Raises:
            OpendataError: what the transport raises; ``body-name-taken`` where a group has the name of an
                organization, or the other way round.
            Unsettled: if it stays unknown whether it was done.
            CKANAPIError: what CKAN refuses.
        """
        new = before is None
        taken = False
        for _ in range(TRIES):
            try:
                if new:
                    return self._create(kind, body)
                return self._patch(kind, body, before or {}, identity or str(body["name"]), kept)
            except NotFound:
                new, identity = True, None
            except Unsettled:
                # Patching what may be there settles it.
                new = False
            except ValidationError as error:
                if not new or "name" not in error.error_dict:
                    raise
                if taken:
                    break
                new, taken = False, True
        if taken:
            raise OpendataError("body-name-taken", Exit.NO, name=body["name"])
        raise Unsettled(f"{ACTIONS[kind]}_patch", str(body["name"]))

    def delete(self, kind: Kind, name: str) -> None:
        """Delete an organization or group of ours by its name or id, so that it can be brought back; one of somebody
        else stays.

        Raises:
            OpendataError: ``body-not-empty`` for an organization that datasets belong to.
            Unsettled: as :meth:`write`.
            CKANAPIError: what CKAN refuses.
        """
        for _ in range(TRIES):
            try:
                there = show(self._calls, kind, name)
                if self._ours(there) and there.get("state") != "deleted":
                    self._calls.call(f"{ACTIONS[kind]}_delete", {"id": there["id"]})
                return
            except NotFound:
                return
            except ValidationError as error:
                raise OpendataError("body-not-empty", Exit.NO, name=name) from error
            except Unsettled:
                continue
        raise Unsettled(f"{ACTIONS[kind]}_delete", name)

    def _create(self, kind: Kind, body: Body) -> Written:
        extras = {**extras_of(body), MARK: self._catalogue}
        made = self._calls.call(f"{ACTIONS[kind]}_create", {**body, "extras": listed(extras)})
        return Written(str(made["id"]), True)

    def _patch(self, kind: Kind, body: Body, before: Body, identity: str, kept: Collection[str]) -> Written:
        there = show(self._calls, kind, identity)
        if not self._ours(there):
            return Written(str(there["id"]), False)
        cleared = dict.fromkeys((key for key in before if key not in body), "")
        foreign = {key: value for key, value in extras_of(there).items() if key not in extras_of(before)}
        extras = {**foreign, **extras_of(body), MARK: self._catalogue}
        fields = {key: value for key, value in {**cleared, **body}.items() if key not in kept}
        data = {**fields, "extras": listed(extras), "id": there["id"], "state": "active"}
        self._calls.call(f"{ACTIONS[kind]}_patch", data)
        return Written(str(there["id"]), True)

    def _ours(self, there: Body) -> bool:
        return extras_of(there).get(MARK) == self._catalogue


def parents_first(actions: Iterable[Action], records: Mapping[str, Record]) -> list[Action]:
    """Actions on organizations, each after that of its parent; ``records`` by name."""

    def depth(name: str) -> int:
        line: list[str] = []
        while (parent := records.get(name, {}).get("parent")) is not None and parent not in line:
            line.append(parent)
            name = parent
        return len(line)

    return sorted(actions, key=lambda action: (depth(action.subject.name), action.subject.name))


def show(calls: Calls, kind: Kind, name: str) -> dict[str, Any]:
    """An organization or group with its extras, without anything that belongs to it."""
    found: dict[str, Any] = calls.call(
        f"{ACTIONS[kind]}_show", {"id": name, **dict.fromkeys(_QUIET, False), "include_extras": True}
    )
    return found


def listed(extras: Mapping[str, str]) -> list[dict[str, str]]:
    """Extras by key as CKAN takes them."""
    return [{"key": key, "value": value} for key, value in extras.items()]
