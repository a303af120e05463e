"""Organizations and groups: ours are kept in step, those of others are used and never touched."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from ckanapi.errors import NotFound, ValidationError

from publisher.errors import OpendataError
from publisher.plan.model import Action, Change, Kind, Subject
from publisher.portals.ckan.notes.home import extras_of
from publisher.portals.ckan.wire.transport import Unsettled
from publisher.portals.ckan.writing.bodies import MARK, Bodies, parents_first

CATALOGUE = "6c1c2f0e-0a51-4c1e-9f5a-2f6f1c0d7a11"


class Groups:
    """Organizations and groups as the real CKAN was measured to keep them: in one namespace."""

    def __init__(self) -> None:
        self.there: dict[str, dict[str, Any]] = {}
        self.asked: list[str] = []
        self.full: set[str] = set()
        self.fates: list[str] = []

    def call(self, action: str, data: Mapping[str, Any] | None = None) -> Any:
        self.asked.append(action)
        fate = self.fates.pop(0) if self.fates else ""
        if fate == "before":
            raise Unsettled(action, "timeout")
        result = self._answer(action, dict(data or {}))
        if fate == "after":
            raise Unsettled(action, "timeout")
        return result

    def _answer(self, action: str, data: dict[str, Any]) -> Any:
        kind, _, verb = action.partition("_")
        if verb == "create":
            if data["name"] in self.there:
                raise ValidationError({"name": ["Group name already exists in database"]})
            self.there[data["name"]] = {"id": f"id-{data['name']}", "kind": kind, "state": "active", **data}
            return self.there[data["name"]]
        found = next((one for one in self.there.values() if data["id"] in {one["id"], one["name"]}), None)
        if found is None or found["kind"] != kind:
            raise NotFound("Not found")
        if verb == "patch":
            found.update(data)
        if verb == "delete":
            if found["name"] in self.full:
                raise ValidationError({"message": "Organization cannot be deleted while it still has datasets"})
            found["state"] = "deleted"
        return found


@pytest.fixture
def ckan() -> Groups:
    return Groups()


def write(ckan: Groups, body: dict[str, Any], before: dict[str, Any] | None = None) -> str:
    return Bodies(ckan, CATALOGUE).write(Kind.ORGANIZATION, body, before).id


def body(title: str, **extras: str) -> dict[str, Any]:
    return {
        "name": "so-y-te",
        "title": title,
        "extras": [{"key": key, "value": value} for key, value in extras.items()],
    }


def test_a_new_one_is_made_in_one_request_and_bears_our_mark(ckan: Groups) -> None:
    assert write(ckan, body("Sở Y tế", title_en="Health")) == "id-so-y-te"
    assert extras_of(ckan.there["so-y-te"]) == {"title_en": "Health", MARK: CATALOGUE}
    assert ckan.asked == ["organization_create"]


def test_what_git_no_longer_has_is_cleared_and_what_others_added_stays(ckan: Groups) -> None:
    old = {**body("Sở Y tế", title_en="Health"), "description": "cũ"}
    write(ckan, old)
    ckan.there["so-y-te"]["extras"].append({"key": "phone", "value": "1022"})
    ckan.there["so-y-te"]["users"] = ["somebody"]
    write(ckan, body("Sở Y tế mới"), old)
    found = ckan.there["so-y-te"]
    assert (found["title"], found["description"], found["users"]) == ("Sở Y tế mới", "", ["somebody"])
    assert extras_of(found) == {"phone": "1022", MARK: CATALOGUE}
    assert "organization_update" not in ckan.asked


@pytest.mark.parametrize("mark", [None, "another-catalogue"])
def test_one_of_somebody_else_is_used_and_never_touched(ckan: Groups, mark: str | None) -> None:
    foreign = {"name": "so-y-te", "title": "Của người khác", "extras": [{"key": MARK, "value": mark}] if mark else []}
    ckan.call("organization_create", foreign)
    as_it_was = dict(ckan.there["so-y-te"])
    assert write(ckan, body("Sở Y tế")) == "id-so-y-te"
    assert write(ckan, body("Sở Y tế"), body("Cũ")) == "id-so-y-te"
    Bodies(ckan, CATALOGUE).delete(Kind.ORGANIZATION, "so-y-te")
    assert ckan.there["so-y-te"] == as_it_was


def test_one_that_was_deleted_there_comes_back(ckan: Groups) -> None:
    write(ckan, body("Sở Y tế"))
    Bodies(ckan, CATALOGUE).delete(Kind.ORGANIZATION, "so-y-te")
    assert ckan.there["so-y-te"]["state"] == "deleted"
    write(ckan, body("Sở Y tế"))
    assert ckan.there["so-y-te"]["state"] == "active"


def test_one_that_vanished_is_made_again(ckan: Groups) -> None:
    write(ckan, body("Sở Y tế mới"), body("Sở Y tế"))
    assert ckan.there["so-y-te"]["title"] == "Sở Y tế mới"


@pytest.mark.parametrize("fate", ["before", "after"])
@pytest.mark.parametrize("there", [False, True])
def test_a_lost_answer_leaves_it_as_wanted(ckan: Groups, fate: str, there: bool) -> None:
    before = body("Cũ") if there else None
    if before:
        write(ckan, before)
    ckan.fates = ["", fate] if there else [fate]
    write(ckan, body("Sở Y tế"), before)
    assert ckan.there["so-y-te"]["title"] == "Sở Y tế"
    ckan.fates = ["", fate]
    Bodies(ckan, CATALOGUE).delete(Kind.ORGANIZATION, "so-y-te")
    assert ckan.there["so-y-te"]["state"] == "deleted"


def test_a_group_of_the_same_name_is_told(ckan: Groups) -> None:
    Bodies(ckan, CATALOGUE).write(Kind.THEME, body("Y tế"))
    with pytest.raises(OpendataError) as told:
        write(ckan, body("Sở Y tế"))
    assert (told.value.code, told.value.params) == ("body-name-taken", {"name": "so-y-te"})


def test_an_organization_with_datasets_is_not_deleted(ckan: Groups) -> None:
    write(ckan, body("Sở Y tế"))
    ckan.full.add("so-y-te")
    with pytest.raises(OpendataError) as told:
        Bodies(ckan, CATALOGUE).delete(Kind.ORGANIZATION, "so-y-te")
    assert told.value.code == "body-not-empty"


def test_parents_come_before_those_below_them() -> None:
    records = {"a": {"parent": "z"}, "z": {"parent": "m"}, "m": {}, "o": {"parent": "p"}, "p": {"parent": "o"}}
    actions = [Action(Change.CREATE, Subject(Kind.ORGANIZATION, name)) for name in records]
    order = [action.subject.name for action in parents_first(actions, records)]
    assert order.index("m") < order.index("z") < order.index("a")
    assert sorted(order) == sorted(records)
