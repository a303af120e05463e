"""Organizations and groups that stand on a portal without our mark: taken over by the mark alone, and given back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from ckanapi.errors import NotAuthorized, NotFound

from publisher.digest import digest_of
from publisher.errors import Exit, OpendataError
from publisher.plan.model import Desired, Kind, Record
from publisher.portals.ckan.mapping import mapping
from publisher.portals.ckan.mapping.bodies import EXTRAS
from publisher.portals.ckan.notes.home import Kept, extras_of
from publisher.portals.ckan.reading.bodies import noted
from publisher.portals.ckan.writing.bodies import MARK
from publisher.portals.ckan.writing.logos import LOGO, with_logo_of

_ACTIONS = {Kind.ORGANIZATION: "organization", Kind.THEME: "group"}
_QUIET = ("include_datasets", "include_dataset_count", "include_users", "include_groups", "include_tags")
ASK = {Kind.ORGANIZATION: "adopt-ask-organization", Kind.THEME: "adopt-ask-group"}
_OF_EXTRA = {key: of for key, of, _ in EXTRAS}


class Calls(Protocol):
    """What is needed of the transport."""

    def call(self, action: str, data: Mapping[str, Any] | None = None) -> Any:
        """The result of an action."""


class Ownership:
    """Marks organizations and groups as ours, and takes the mark off; nothing else of them is written."""

    def __init__(self, calls: Calls, catalogue: str) -> None:
        self._calls = calls
        self._catalogue = catalogue

    def take(self, desired: Desired, context: mapping.Context, commit: str | None) -> Kept:
        """Put our mark on the body that stands in the place of ours; what is noted of it.

        Raises:
            OpendataError: ``adopt-not-there``, ``adopt-other-catalogue``; ``adopt-ask-organization`` and
                ``adopt-ask-group`` where our rights do not reach it; what the transport raises.
        """
        kind = desired.subject.kind
        body = mapping.body(desired.record, kind, context)
        there = self._show(kind, str(body["name"]))
        extras = extras_of(there)
        owner = extras.get(MARK, self._catalogue)
        if owner != self._catalogue:
            raise OpendataError("adopt-other-catalogue", Exit.NO, catalogue=owner)
        if MARK not in extras:
            self._patch(kind, there, {**extras, MARK: self._catalogue})
        record = _as_there(desired.record, body, there, context)
        same = record == desired.record
        digest = desired.digest if same else digest_of({"record": record, "there": True})
        return Kept(desired.id, digest, record, commit, noted(str(there["id"]), there))

    def give_back(self, kind: Kind, name: str) -> None:
        """Take our mark off a body.

        Raises:
            OpendataError: as :meth:`take`.
        """
        there = self._show(kind, name)
        extras = extras_of(there)
        if extras.get(MARK) == self._catalogue:
            self._patch(kind, there, {key: value for key, value in extras.items() if key not in {MARK, LOGO}})

    def _show(self, kind: Kind, name: str) -> dict[str, Any]:
        try:
            found: dict[str, Any] = self._calls.call(
                f"{_ACTIONS[kind]}_show", {"id": name, **dict.fromkeys(_QUIET, False), "include_extras": True}
            )
        except NotFound:
            raise OpendataError("adopt-not-there", Exit.NO, name=name) from None
        if found.get("state") == "deleted":
            raise OpendataError("adopt-not-there", Exit.NO, name=name)
        return found

    def _patch(self, kind: Kind, there: Mapping[str, Any], extras: Mapping[str, str]) -> None:
        listed = [{"key": key, "value": value} for key, value in extras.items()]
        try:
            self._calls.call(f"{_ACTIONS[kind]}_patch", {"id": there["id"], "extras": listed})
        except NotAuthorized:
            raise OpendataError(ASK[kind], Exit.NO, name=there["name"]) from None


def _as_there(record: Record, body: Mapping[str, Any], there: Mapping[str, Any], context: mapping.Context) -> Record:
    """The record with what stands there where it differs; what is not there yet comes with the next change."""
    first = context.options.languages[0]
    logo = extras_of(there).get(LOGO)
    found = dict(record) if logo and logo == (record.get("logo") or {}).get("sha256") else with_logo_of(record, {})
    for field in ("title", "description"):
        value = there.get(field)
        if value and value != body.get(field):
            now = found.get(field)
            found[field] = {**(now if isinstance(now, Mapping) else {}), first: value}
    wanted, held = extras_of(body), extras_of(there)
    for key, value in held.items():
        if key in wanted and key != MARK and wanted[key] != value:
            found[_OF_EXTRA.get(key, key)] = value
    return found
