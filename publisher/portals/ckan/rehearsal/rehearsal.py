"""A throw-away CKAN on which a publication is rehearsed: proved to be one, and emptied of what a rehearsal made.

What a rehearsal is going to make is written down before it begins, in the description of an organization of its own;
so one that was killed is cleared away by the next.
"""

from __future__ import annotations

import json
import secrets
import socket
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from ckanapi.errors import CKANAPIError, NotFound

from publisher.errors import Exit, OpendataError
from publisher.plan.model import DesiredState, Kind
from publisher.portals.ckan.mapping import mapping
from publisher.portals.ckan.mapping.values import dataset_name
from publisher.portals.ckan.model import Rights
from publisher.portals.ckan.notes.home import home_name
from publisher.portals.ckan.reading.pages import ROWS, read_all
from publisher.portals.ckan.wire.asking import Calls, ask, ask_for
from publisher.portals.ckan.wire.token import Origin
from publisher.portals.ckan.wire.transport import Unsettled
from publisher.portals.ckan.writing.settle import refused

NOTES = "opendata-rehearsal"
"""The organization that tells what rehearsals made."""
PERSON = "opendata-rehearsal-person"
_LISTS = {"datasets": "package_list", "organizations": "organization_list", "groups": "group_list"}


@dataclass(frozen=True, slots=True)
class Made:
    """Names of everything that a rehearsal makes, or that stands on a portal."""

    datasets: frozenset[str] = frozenset()
    organizations: frozenset[str] = frozenset()
    groups: frozenset[str] = frozenset()
    ids: Mapping[str, str] = field(default_factory=dict)
    """The portal's ids of datasets by their name."""

    def names(self, kind: str) -> frozenset[str]:
        """Those of a kind: ``datasets``, ``organizations``, ``groups``."""
        return {"datasets": self.datasets, "organizations": self.organizations, "groups": self.groups}[kind]


def coming(desired: DesiredState, context: mapping.Context) -> Made:
    """What publishing may make, by the portal's names."""
    bodies = {
        kind: frozenset(
            str(mapping.body(one.record, kind, context)["name"])
            for subject, one in desired.subjects.items()
            if subject.kind is kind
        )
        for kind in (Kind.ORGANIZATION, Kind.THEME)
    }
    names = {dataset_name(one.name, context.options) for one in desired.subjects if one.kind is Kind.DATASET}
    home = home_name(desired.catalogue_id)
    return Made(frozenset({*names, home}), bodies[Kind.ORGANIZATION], bodies[Kind.THEME])


def together(one: Made, other: Made) -> Made:
    """The names of both."""
    return Made(
        one.datasets | other.datasets,
        one.organizations | other.organizations,
        one.groups | other.groups,
        {**one.ids, **other.ids},
    )


def apart(live: Origin, trial: Origin) -> None:
    """Prove that two portals are not one.

    Raises:
        OpendataError: ``rehearse-same-portal``.
    """
    if live.port == trial.port and (live.host == trial.host or _addresses(live) & _addresses(trial)):
        raise OpendataError("rehearse-same-portal", host=str(trial))


class Stage:
    """The throw-away portal.

    Args:
        calls: its transport, with the token of a sysadmin.
        rights: of that token.
    """

    def __init__(self, calls: Calls, rights: Rights) -> None:
        self._calls = calls
        if not rights.sysadmin:
            raise OpendataError("rehearse-needs-sysadmin", user=rights.user)

    def clear(self) -> None:
        """Remove what an earlier rehearsal left.

        Raises:
            OpendataError: what the portal raises.
        """
        made = self._told()
        if made is None:
            return
        for name in sorted(made.datasets):
            there = ask_for(self._calls, "package_show", {"id": made.ids.get(name, name)})
            # An id alone does not make it ours: it may have stood there before, under another name.
            if there is not None and there.get("name") in made.datasets:
                self._purge("dataset_purge", str(there["id"]))
        for action, names in (("group_purge", made.groups), ("organization_purge", made.organizations)):
            for name in sorted(names):
                self._purge(action, name)
        self._purge("user_delete", PERSON)
        self._purge("organization_purge", NOTES)

    def prove_empty(self, *, beside: bool) -> None:
        """Prove that nothing stands there but what rehearsals made; with ``beside`` it is taken as it is.

        Raises:
            OpendataError: ``rehearse-not-empty``.
        """
        if beside:
            return
        for kind in _LISTS:
            names = set(self._names(kind)) - {NOTES}
            if names:
                raise OpendataError("rehearse-not-empty", Exit.NO, count=len(names), name=min(names))

    def begin(self, made: Made) -> None:
        """Write down what is going to be made. Nothing that stands there already may be among it.

        Raises:
            OpendataError: ``rehearse-in-the-way``.
        """
        for kind in _LISTS:
            there = made.names(kind) & set(self._names(kind))
            if there:
                raise OpendataError("rehearse-in-the-way", Exit.NO, name=min(there))
        told = {kind: sorted(made.names(kind)) for kind in _LISTS} | {"ids": dict(made.ids)}
        body = {"name": NOTES, "title": "opendata rehearse", "description": json.dumps(told)}
        self._do("organization_create", body)

    def person(self, rights: Rights) -> str:
        """The token of somebody who may do there what we may do on the live portal.

        Raises:
            OpendataError: what the portal raises.
        """
        person = {"name": PERSON, "email": f"{PERSON}@example.org", "password": secrets.token_urlsafe(24)}
        if ask_for(self._calls, "user_show", {"id": PERSON}) is None:
            self._do("user_create", person)
        else:
            self._do("user_update", {**person, "id": PERSON, "state": "active"})
        for kind, action, there in (
            ("organization", "organization_member_create", rights.organizations),
            ("group", "group_member_create", rights.groups),
        ):
            for identity in there.values():  # the copies have the live portal's ids, whatever they are called
                if ask_for(self._calls, f"{kind}_show", {"id": identity}) is not None:
                    self._do(action, {"id": identity, "username": PERSON, "role": "editor"})
        return str(self._do("api_token_create", {"user": PERSON, "name": NOTES})["token"])

    def _do(self, action: str, data: Mapping[str, Any]) -> Any:
        try:
            return self._calls.call(action, data)
        except CKANAPIError as error:
            raise refused(error) from error
        except Unsettled as error:
            raise OpendataError("portal-unsettled", Exit.UNREACHABLE) from error

    def _names(self, kind: str) -> Iterator[str]:
        """What stands there, private datasets and drafts too."""
        if kind == "datasets":
            yield from read_all(self._calls, lambda one: str(one.get("name")), (), ROWS)
            yield from map(str, ask(self._calls, "package_list", {}, list))
            return
        start = 0
        while page := ask(self._calls, _LISTS[kind], {"limit": ROWS, "offset": start}, list):
            yield from map(str, page)
            start += len(page)

    def _told(self) -> Made | None:
        """What an earlier rehearsal wrote down."""
        found = ask_for(self._calls, "organization_show", {"id": NOTES, "include_users": False})
        if found is None:
            return None
        try:
            told = json.loads(found.get("description") or "{}")
            datasets, organizations, groups = (frozenset(map(str, told[kind])) for kind in _LISTS)
            return Made(datasets, organizations, groups, {str(name): str(one) for name, one in told["ids"].items()})
        except (ValueError, KeyError, TypeError, AttributeError):
            raise OpendataError("rehearse-notes-broken", Exit.NO, name=NOTES) from None

    def _purge(self, action: str, name: str) -> None:
        """Remove for good what may be there."""
        try:
            with suppress(NotFound):
                self._calls.call(action, {"id": name})
        except CKANAPIError as error:
            raise refused(error) from error
        except Unsettled as error:
            raise OpendataError("portal-unsettled", Exit.UNREACHABLE) from error


def _addresses(origin: Origin) -> set[Any]:
    try:
        return {one[4][0] for one in socket.getaddrinfo(origin.host, origin.port, type=socket.SOCK_STREAM)}
    except OSError:
        return set()
