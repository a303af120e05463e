"""Of two publishers at once one wins; what is lost on the way is settled by looking; nobody is locked out for ever."""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import pytest
from ckanapi.errors import NotAuthorized, NotFound, ValidationError

from publisher.errors import OpendataError
from publisher.portals.ckan.model import Found
from publisher.portals.ckan.notes.home import HomeState, decode, extras_of, home_name
from publisher.portals.ckan.notes.lease import EXTRA, SPAN, Lease, holder_of
from publisher.portals.ckan.wire.transport import Unsettled

CATALOGUE = "6c1c2f0e-0a51-4c1e-9f5a-2f6f1c0d7a11"
NAME = home_name(CATALOGUE)


class OneDataset:
    """The private dataset on a CKAN that behaves as the real one was measured to."""

    def __init__(self) -> None:
        self.package: dict[str, Any] | None = None
        self.time = datetime(2026, 4, 10, 8, tzinfo=UTC)
        self.asked: list[str] = []
        self.lose: Callable[[str], str] = lambda action: ""
        self.meanwhile: list[Callable[[], None]] = []
        self.overwrites = False
        self._revisions = count()

    def now(self) -> datetime:
        return self.time

    def call(self, action: str, data: Mapping[str, Any] | None = None) -> Any:
        self.asked.append(action)
        fate = self.lose(action)
        if fate == "before":
            raise Unsettled(action, "timeout")
        result = self._answer(action, dict(data or {}))
        while self.meanwhile:
            self.meanwhile.pop()()
        if fate == "after":
            raise Unsettled(action, "timeout")
        return result

    def _answer(self, action: str, data: dict[str, Any]) -> Any:
        there = self.package
        if action == "package_create":
            if there is not None and not self.overwrites:
                raise ValidationError({"name": ["That URL is already in use."]})
            owner = {"organization": {"name": data["owner_org"]}}
            self.package = {"id": "id-1", **data, **owner, "metadata_modified": f"r{next(self._revisions)}"}
            return self.package
        if there is None:
            raise NotFound("Not found")
        if action == "package_revise":
            if data["match"]["metadata_modified"] != there["metadata_modified"]:
                raise ValidationError({"match": ["metadata_modified"]})
            self.package = {**there, **data["update"], "metadata_modified": f"r{next(self._revisions)}"}
            return {"package": self.package}
        return there

    def seen(self) -> Found | None:
        if self.package is None:
            return None
        packed = zlib.compress(json.dumps(self.package).encode())
        return Found(self.package["id"], NAME, self.package["metadata_modified"], "active", packed)

    def publisher(self, who: str = "steward", owner: str = "org") -> Lease:
        """A publisher who has just looked at the portal."""
        state = decode(extras_of(self.package)) if self.package else HomeState(CATALOGUE)
        return Lease(self, NAME, state, self.seen(), owner, {"title": "Sổ ghi"}, who, "http://portal")


@pytest.fixture
def portal() -> OneDataset:
    return OneDataset()


def published(portal: OneDataset, commit: str) -> None:
    lease = portal.publisher()
    with lease.held():
        lease.release(HomeState(CATALOGUE, commit))


def test_the_first_publisher_makes_a_private_dataset_and_leaves_the_commit(portal: OneDataset) -> None:
    published(portal, "abc")
    assert portal.package is not None
    assert portal.package["private"] is True
    assert portal.package["owner_org"] == "org"
    assert decode(extras_of(portal.package)).commit == "abc"
    assert holder_of(portal.package, portal.now()) is None
    assert portal.asked == ["package_create", "package_revise", "package_revise"]


def test_of_two_who_make_the_private_dataset_in_the_same_instant_one_wins(portal: OneDataset) -> None:
    """CKAN checks the name of a new dataset long before it writes it, and then takes one of that name for the same."""
    one, two = portal.publisher("one"), portal.publisher("two")
    portal.overwrites = True
    portal.meanwhile.append(two.take)
    with pytest.raises(OpendataError) as refused:
        one.take()
    assert refused.value.code == "portal-leased"
    assert str(refused.value.params["who"]).startswith("two")
    two.release(HomeState(CATALOGUE, "abc"))


@pytest.mark.parametrize("before", [None, "abc"])
def test_of_two_publishers_at_once_the_second_is_told_who_and_until_when(
    portal: OneDataset, before: str | None
) -> None:
    if before:
        published(portal, before)
    one, two = portal.publisher("one"), portal.publisher("two")
    with one.held():
        with pytest.raises(OpendataError) as refused, two.held():
            raise AssertionError("both hold it")
        late = portal.publisher("late")
        with pytest.raises(OpendataError) as told, late.held():
            raise AssertionError("both hold it")
    for error in (refused.value, told.value):
        assert error.code == "portal-leased"
        assert str(error.params["who"]).startswith("one")
        assert error.params["until"] == "2026-04-10 08:15:00 UTC"


def test_a_killed_run_blocks_others_but_not_the_next_one_of_its_workspace(portal: OneDataset) -> None:
    published(portal, "abc")
    noted: list[str] = []
    state = HomeState(CATALOGUE, "abc")
    killed = Lease(portal, NAME, state, portal.seen(), "org", {}, "steward", "http://portal", note=noted.append)
    killed.take()
    with pytest.raises(OpendataError) as refused:
        portal.publisher("elsewhere").take()
    assert refused.value.code == "portal-leased"
    Lease(portal, NAME, state, portal.seen(), "org", {}, "steward", "http://portal", dead=noted[0]).take()


def test_it_moves_out_of_an_organization_that_is_to_go(portal: OneDataset) -> None:
    published(portal, "abc")
    with portal.publisher(owner="another").held():
        assert portal.package is not None
        assert portal.package["owner_org"] == "another"


def test_a_publisher_whose_clock_lags_a_little_is_told_too(portal: OneDataset) -> None:
    published(portal, "abc")
    with portal.publisher("one").held():
        portal.time -= timedelta(seconds=2)
        with pytest.raises(OpendataError) as refused:
            portal.publisher("two").take()
        assert refused.value.code == "portal-leased"


def test_who_planned_before_another_published_is_refused(portal: OneDataset) -> None:
    published(portal, "abc")
    slow = portal.publisher()
    published(portal, "def")
    with pytest.raises(OpendataError) as refused, slow.held():
        raise AssertionError("held")
    assert refused.value.code == "portal-changed"
    assert portal.package is not None
    assert decode(extras_of(portal.package)).commit == "def"


def test_a_lease_ends_with_its_time_and_can_then_be_taken_over(portal: OneDataset) -> None:
    published(portal, "abc")
    dead = portal.publisher()
    dead.take()
    portal.time += SPAN
    published(portal, "def")
    with pytest.raises(OpendataError) as lost:
        dead.release(HomeState(CATALOGUE, "ghi"))
    assert lost.value.code == "lease-lost"
    assert portal.package is not None
    assert decode(extras_of(portal.package)).commit == "def"


def test_long_work_prolongs_it_now_and_then_only(portal: OneDataset) -> None:
    published(portal, "abc")
    lease = portal.publisher()
    portal.asked.clear()
    with lease.held():
        for _ in range(30):
            portal.time += timedelta(minutes=1)
            lease.renew()
            assert portal.package is not None
            assert holder_of(portal.package, portal.now()) is not None
    assert 6 <= len(portal.asked) <= 8


def test_a_run_that_breaks_off_gives_it_back_with_the_state_as_it_was(portal: OneDataset) -> None:
    published(portal, "abc")
    lease = portal.publisher()
    with pytest.raises(KeyboardInterrupt), lease.held():
        raise KeyboardInterrupt
    assert portal.package is not None
    assert decode(extras_of(portal.package)).commit == "abc"
    assert holder_of(portal.package, portal.now()) is None


@pytest.mark.parametrize("fate", ["before", "after"])
@pytest.mark.parametrize("there", [False, True])
def test_an_answer_that_got_lost_is_settled_by_looking(portal: OneDataset, fate: str, there: bool) -> None:
    if there:
        published(portal, "abc")
    left = {"package_create": 1, "package_revise": 1}

    def lose_once(action: str) -> str:
        left[action] = left.get(action, 0) - 1
        return fate if left[action] == 0 else ""

    portal.lose = lose_once
    published(portal, "def")
    assert portal.package is not None
    assert decode(extras_of(portal.package)).commit == "def"


def test_a_portal_that_stays_silent_ends_the_run(portal: OneDataset) -> None:
    portal.lose = lambda action: "before" if action == "package_create" else ""
    with pytest.raises(OpendataError) as silent, portal.publisher().held():
        raise AssertionError("held")
    assert silent.value.code == "portal-unreachable"


def test_a_private_dataset_that_our_rights_do_not_show_is_named(portal: OneDataset) -> None:
    published(portal, "abc")
    hidden = Lease(portal, NAME, HomeState(CATALOGUE), None, "org", {}, "editor", "http://portal")

    def refuse(action: str) -> str:
        if action == "package_show":
            raise NotAuthorized("no")
        return ""

    portal.lose = refuse
    with pytest.raises(OpendataError) as refused, hidden.held():
        raise AssertionError("held")
    assert (refused.value.code, refused.value.params["name"]) == ("portal-home-hidden", NAME)


@pytest.mark.parametrize("until", ["9999-12-31T00:00:00+00:00", "nonsense", "2026-04-10T08:00:00+00:00"])
def test_a_lease_of_no_sense_locks_nobody_out(portal: OneDataset, until: str) -> None:
    held = {"run": "x", "who": "x", "since": "2026-04-10T07:50:00+00:00", "until": until}
    package = {"extras": [{"key": EXTRA, "value": json.dumps(held)}]}
    assert holder_of(package, portal.now()) is None
