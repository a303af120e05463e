"""What others changed on a portal, what our rights do not reach, what was renamed without saying so."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from publisher.digest import digest_of
from publisher.plan.diff import make_plan
from publisher.plan.model import (
    Change,
    Desired,
    DesiredState,
    Drift,
    HeldBack,
    Holding,
    Kind,
    Plan,
    PortalState,
    Risk,
    Subject,
)
from publisher.plan.safety import Caps, Verdict, agreed, review

EDITED = (Drift("title", "title", "Sửa tay", "Tên", "lan", "2026-11-01T08:00:00"),)


def subject(name: str, kind: Kind = Kind.DATASET) -> Subject:
    return Subject(kind, name)


def record(name: str, **more: Any) -> dict[str, Any]:
    return {
        "id": f"id-{name}",
        "name": name,
        "status": "published",
        "organization": "so",
        "title": {"vi": f"Tập {name}"},
        **more,
    }


def held(made: dict[str, Any], **more: Any) -> Holding:
    return Holding(subject(made["name"]), made["id"], made, digest_of(made), **more)


def wanted(made: dict[str, Any]) -> Desired:
    return Desired(subject(made["name"]), made["id"], made, digest_of(made))


def plan(wants: list[Desired], holds: list[Holding], drift: str = "refuse", **state: Any) -> Plan:
    desired = DesiredState("c", "new", "1", None, {one.subject: one for one in wants})
    there = PortalState("c", "old", "1", holdings={one.subject: one for one in holds}, **state)
    return make_plan("local", desired, there, lambda *_: None, drift)


def reviewed(made: Plan, **allow: int) -> Verdict:
    return review(made, (), {Risk(k.replace("_", "-")): n for k, n in allow.items()}, Caps(), portal_holds={})


def test_an_edit_on_the_portal_is_refused_until_it_is_agreed_to() -> None:
    a = record("a")
    made = plan([wanted(a)], [held(a, drift=EDITED)])
    verdict = reviewed(made)
    assert verdict.plan.empty
    assert [one.codes for one in verdict.plan.held] == [("needs-consent-drift",)]
    (action,) = reviewed(made, drift=1).plan.actions
    assert action.change is Change.UPDATE
    assert action.drift == EDITED


def test_overwriting_needs_no_consent() -> None:
    a = record("a")
    (action,) = reviewed(plan([wanted(a)], [held(a, drift=EDITED)], "overwrite")).plan.actions
    assert action.drift == EDITED


def test_what_is_kept_is_told_and_not_written() -> None:
    a = record("a")
    made = plan([wanted(a)], [held(a, drift=EDITED)], "keep")
    assert made.empty
    assert made.kept == {subject("a"): EDITED}


def test_a_change_of_another_field_leaves_what_is_kept() -> None:
    made = plan([wanted(record("a", license="cc"))], [held(record("a"), drift=EDITED)], "keep")
    (action,) = reviewed(made).plan.actions
    assert action.drift == EDITED
    assert [one.field for one in action.fields] == ["license"]


def test_a_change_of_the_same_field_is_a_conflict_also_where_edits_are_kept() -> None:
    made = plan([wanted(record("a", title={"vi": "Mới"}))], [held(record("a"), drift=EDITED)], "keep")
    assert [one.codes for one in reviewed(made).plan.held] == [("needs-consent-drift",)]


def test_a_reviewed_plan_does_not_agree_to_a_later_edit() -> None:
    a = record("a")
    first = plan([wanted(a)], [held(a, drift=EDITED)])
    later = plan([wanted(a)], [held(a, drift=(replace(EDITED[0], there="Sửa lần nữa"),))])
    assert agreed(first, first).actions
    assert not agreed(later, first).actions


@pytest.mark.parametrize("why", ["mapping", "unfinished", "not-indexed"])
def test_what_a_portal_shows_otherwise_than_it_would_be_written_is_written_anew(why: str) -> None:
    a = record("a")
    (action,) = plan([wanted(a)], [held(a, stale=why)]).actions
    assert (action.change, action.reasons, action.fields) == (Change.UPDATE, (f"stale:{why}",), ())


def test_restoring_what_was_deleted_there_asks() -> None:
    a = record("a")
    made = plan([wanted(a)], [held(a, deleted=True)])
    assert [a.change for a in made.actions] == [Change.RESTORE]
    assert [one.codes for one in reviewed(made).plan.held] == [("needs-consent-restore",)]
    assert reviewed(made, restore=1).plan.actions


def test_what_is_deleted_there_and_not_wanted_is_left_alone() -> None:
    assert plan([], [held(record("a"), deleted=True)]).empty


def test_what_rights_do_not_reach_is_advice_and_stops_no_dataset() -> None:
    body = Desired(subject("so", Kind.ORGANIZATION), "so", {"name": "so"}, "d")
    made = plan([wanted(record("a")), body], [], beyond={Kind.ORGANIZATION: "ask-administrator-organizations"})
    assert [str(one.subject) for one in made.advice] == ["organization/so"]
    assert [str(one.subject) for one in made.actions] == ["dataset/a"]


def test_what_was_odd_when_the_portal_was_read_is_told() -> None:
    odd = HeldBack(subject("b"), ("marker-copied",))
    assert plan([], [], notices=(odd,)).advice == (odd,)


def test_a_name_that_another_owner_has_is_not_taken() -> None:
    made = plan([wanted(record("a"))], [], foreign={subject("a"): "Sở khác"})
    assert made.empty
    assert [one.codes for one in made.held] == [("name-taken-there",)]


@pytest.mark.parametrize(
    "shared",
    [
        {"resources": [{"id": "r", "name": "bang", "parts": [{"name": "x.csv", "sha256": "s", "bytes": 3}]}]},
        {"resources": [{"id": "r", "name": "bang", "digest": "d", "rows": 3}]},
        {"title": {"vi": "Cùng tên"}},
    ],
)
def test_a_dataset_that_vanished_beside_its_look_alike_asks_whether_it_was_renamed(shared: dict[str, Any]) -> None:
    made = plan([wanted(record("moi", **shared))], [held(record("cu", **shared))])
    verdict = reviewed(made, delete=1)
    assert verdict.plan.empty
    assert {one.subject.name: one.codes for one in verdict.plan.held} == {
        "moi": ("needs-consent-look-alike",),
        "cu": ("needs-held",),
    }
    both = reviewed(made, delete=1, look_alike=1)
    assert [(a.change, a.subject.name) for a in both.plan.actions] == [(Change.CREATE, "moi"), (Change.DELETE, "cu")]


def test_datasets_that_differ_are_no_look_alikes() -> None:
    made = plan([wanted(record("moi"))], [held(record("cu"))])
    assert not any(Risk.LOOK_ALIKE in action.risks for action in made.actions)


@pytest.mark.parametrize(("policy", "there"), [("keep", 1), ("overwrite", 0)])
def test_a_name_that_another_took_is_in_the_way_of_who_writes_it_alone(policy: str, there: int) -> None:
    renamed = held(record("a"), drift=(Drift("name", "name", "a-khac", "a"),))
    changed = wanted(record("a", title={"vi": "Mới"}))
    state = PortalState("c", holdings={renamed.subject: renamed}, foreign={renamed.subject: "Sở khác"})
    desired = DesiredState("c", None, "1", None, {changed.subject: changed})
    plan = make_plan("p", desired, state, lambda *_: None, policy)
    assert len(plan.actions) == there
    assert [one.codes for one in plan.held] == [("name-taken-there",)] * (1 - there)
