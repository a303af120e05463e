"""One publisher at a time: the lease in a catalogue's private dataset, which is written only by who holds it.

Taking it is one revision that matches the private dataset as the plan knew it. Every publisher writes that dataset
when it begins and when it ends; so whoever takes it knows that no other one has been there since the plan was made.
Where there is none yet, it is made and then taken: of two creations of one name in the same instant the later one
overwrites the other (CKAN's ``table_dict_save``, measured on 2.12), and only revisions that match exclude each other.
"""

from __future__ import annotations

import json
import platform
import secrets
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

from ckanapi.errors import CKANAPIError, NotAuthorized, NotFound, ValidationError

from publisher.errors import Exit, OpendataError
from publisher.messages import Term
from publisher.portals.ckan.model import Found, Package
from publisher.portals.ckan.notes import home
from publisher.portals.ckan.notes.home import HomeState, extras_of
from publisher.portals.ckan.wire.transport import Unsettled
from publisher.portals.ckan.writing.settle import refused

EXTRA = "opendata_lease"
SPAN = timedelta(minutes=15)
_RENEW_AFTER = SPAN / 3


class Calls(Protocol):
    """What is needed of the transport."""

    def call(self, action: str, data: Mapping[str, Any] | None = None) -> Any:
        """The result of an action."""

    def now(self) -> datetime:
        """The server's time: clocks of two publishers may differ, the portal has one."""


@dataclass(frozen=True, slots=True)
class Holder:
    """Who publishes: a secret of the run, a name for people, and the span, by the portal's clock."""

    run: str
    who: str
    since: datetime
    until: datetime


def holder_of(package: Package, now: datetime, dead: str | None = None) -> Holder | None:
    """Who holds the lease in a private dataset; None if nobody does, or no longer. ``dead`` is a run that has ended."""
    try:
        data = json.loads(extras_of(package)[EXTRA])
        since, until = (datetime.fromisoformat(data[key]).astimezone(UTC) for key in ("since", "until"))
        found = Holder(str(data["run"]), str(data["who"]), since, until)
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError):
        return None
    # One of a far future, however it got there, locks nobody out for ever. It may lie somewhat beyond a whole span:
    # two publishers know the portal's clock to the second only.
    return found if found.run != dead and now < found.until <= now + 2 * SPAN else None


def leased(holder: Holder) -> OpendataError:
    """``portal-leased``: somebody else publishes."""
    since, until = (f"{one:%Y-%m-%d %H:%M:%S} UTC" for one in (holder.since, holder.until))
    return OpendataError("portal-leased", Exit.NO, who=holder.who, since=since, until=until)


class Lease:
    """The right to write to a portal, and the private dataset that only its holder writes.

    Args:
        calls: the transport.
        name: of the private dataset.
        state: what it holds; given back with the lease if the run ends without :meth:`release`, and may be replaced.
        found: the private dataset as the plan knew it; None if there was none.
        owner: the name of the organization that it is to belong to.
        texts: title and notes for people who find it.
        user: the portal's name of ours.
        address: the portal's, for messages.
        dead: the last run of this workspace, which has ended, since the workspace lets in one at a time.
        note: told of this run before it begins.
    """

    def __init__(
        self,
        calls: Calls,
        name: str,
        state: HomeState,
        found: Found | None,
        owner: str,
        texts: Mapping[str, str],
        user: str,
        address: str,
        *,
        dead: str | None = None,
        note: Callable[[str], None] = lambda run: None,
    ) -> None:
        self._calls = calls
        self._name = name
        self.state = state
        self._id = found.id if found else None
        self._revision = found.revision if found else None
        self._seen = found
        self._owner = owner
        self._moves = found is not None and (found.package.get("organization") or {}).get("name") != owner
        self._texts = texts
        self._address = address
        self._dead = dead
        self._note = note
        self._run = secrets.token_hex(8)
        self._who = f"{user} ({platform.node()})" if platform.node() else user
        self._since = self._until = calls.now()
        self._held = False

    @property
    def id(self) -> str | None:
        """CKAN's id of the private dataset."""
        return self._id

    def take(self) -> None:
        """Begin: nobody else writes from here on.

        Raises:
            OpendataError: ``portal-leased`` if somebody else holds it, ``portal-changed`` if somebody has published
                since the plan was made, ``portal-home-hidden`` if our rights do not reach the private dataset;
                nothing was written then.
        """
        self._since = self._calls.now()
        holder = holder_of(self._seen.package, self._since, self._dead) if self._seen else None
        if holder is not None:
            raise leased(holder)
        self._note(self._run)
        is_new = self._id is None
        if not self._write(self._extras()) or (is_new and not self._write(self._extras())):
            raise self._why_not()
        self._held = True

    def renew(self) -> None:
        """Prolong it, if a good part of its time is over.

        Raises:
            OpendataError: ``lease-lost`` if another publisher took over, as after a long sleep of this machine.
        """
        if self._calls.now() > self._until - SPAN + _RENEW_AFTER:
            self._keep_on(self._extras())

    def release(self, state: HomeState) -> None:
        """End, with the state that stands from now on.

        Raises:
            OpendataError: ``lease-lost``.
        """
        self.state = state
        self._keep_on(home.encode(state))
        self._held = False

    @contextmanager
    def held(self) -> Iterator[None]:
        """Take it, and give it back however it ends. What cannot be given back expires."""
        self.take()
        try:
            yield
        finally:
            if self._held:
                self._give_up()

    def _give_up(self) -> None:
        try:
            self.release(self.state)
        except OpendataError:
            self._held = False

    def _keep_on(self, extras: Mapping[str, str]) -> None:
        if not self._write(extras):
            self._held = False
            raise OpendataError("lease-lost", Exit.NO, folder=self._address)

    def _extras(self) -> dict[str, str]:
        self._until = self._calls.now() + SPAN
        span = {"since": self._since.isoformat(), "until": self._until.isoformat()}
        return {**home.encode(self.state), EXTRA: json.dumps({"run": self._run, "who": self._who, **span})}

    def _write(self, extras: Mapping[str, str]) -> bool:
        """Write the extras over the revision that we know; False if there is another one by now.

        An answer that got lost is settled by looking, and what was not done is tried once more.
        """
        for _ in range(2):
            conflict = False
            try:
                return self._now_is(self._sent(extras))
            except Unsettled:
                pass
            except CKANAPIError as error:
                if not _is_conflict(error):
                    raise refused(error) from error
                conflict = True
            there = self._there()
            if there is not None and extras_of(there) == extras:
                return self._now_is(there)
            if conflict:
                return False
        raise OpendataError("portal-unreachable", Exit.UNREACHABLE, url=self._address, reason=Term("connection lost"))

    def _sent(self, extras: Mapping[str, str]) -> Package:
        listed = [{"key": key, "value": value} for key, value in extras.items()]
        if self._id is None:
            body = {**self._texts, "name": self._name, "private": True, "owner_org": self._owner, "extras": listed}
            created: Package = self._calls.call("package_create", body)
            return created
        match = {"id": self._id, "metadata_modified": self._revision}
        update = {"extras": listed} | ({"owner_org": self._owner} if self._moves else {})
        data = {"match": match, "filter": ["-extras"], "update": update}
        revised: Package = self._calls.call("package_revise", data)["package"]
        return revised

    def _now_is(self, package: Package) -> bool:
        self._id, self._revision = str(package["id"]), str(package["metadata_modified"])
        return True

    def _there(self) -> Package | None:
        try:
            found: Package = self._calls.call("package_show", {"id": self._id or self._name})
        except NotFound:
            return None
        except NotAuthorized as error:
            raise OpendataError("portal-home-hidden", Exit.NO, name=self._name, folder=self._address) from error
        return found if found.get("state") != "deleted" else None

    def _why_not(self) -> OpendataError:
        there = self._there()
        holder = holder_of(there, self._calls.now()) if there else None
        return leased(holder) if holder else OpendataError("portal-changed", Exit.NO, folder=self._address)


def _is_conflict(error: CKANAPIError) -> bool:
    """Whether another write came first: the dataset is another one by now, gone, or its name is taken."""
    if isinstance(error, ValidationError):
        return not {"match", "name"}.isdisjoint(error.error_dict)
    return isinstance(error, NotFound)
