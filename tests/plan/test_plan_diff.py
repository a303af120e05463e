"""Actions from two states made by hand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from publisher.digest import digest_of
from publisher.plan.desired import CATALOGUE
from publisher.plan.diff import ABSENT, hold, make_plan
from publisher.plan.model import (
    Change,
    Desired,
    DesiredState,
    Holding,
    Kind,
    Plan,
    PortalState,
    PublishedFile,
    Risk,
    SourceFile,
    Subject,
)
from publisher.tables.model import TableChange


def subject(name: str, kind: Kind = Kind.DATASET) -> Subject:
    return Subject(kind, name)


def dataset(name: str, **more: Any) -> dict[str, Any]:
    return {"id": f"id-{name}", "name": name, "status": "published", "organization": "so", **more}


def table(rows: int, **more: Any) -> dict[str, Any]:
    return {"id": "r", "name": "bang", "rows": rows, "digest": f"rows-{rows}", "columns": ["a"], **more}


def holding(name: str, record: Mapping[str, Any], kind: Kind = Kind.DATASET, **more: Any) -> Holding:
    return Holding(subject(name, kind), record.get("id", name), record, digest_of(record), **more)


def wanted(name: str, record: Mapping[str, Any], kind: Kind = Kind.DATASET, **more: Any) -> Desired:
    return Desired(subject(name, kind), record.get("id", name), record, digest_of(record), **more)


def state(*holdings: Holding, **more: Any) -> PortalState:
    return PortalState("c", "old", "1", holdings={one.subject: one for one in holdings}, **more)


def desired(*ones: Desired, held: Mapping[Subject, tuple[str, ...]] | None = None, tool: str = "1") -> DesiredState:
    return DesiredState("c", "new", tool, None, {one.subject: one for one in ones}, held or {})


def unchanged(before: Holding, after: Desired, old: str, new: str) -> TableChange | None:
    return None


def plan_of(want: DesiredState, have: PortalState, change: TableChange | None = None) -> Plan:
    return make_plan("site", want, have, lambda *_: change)


def test_equal_states_give_an_empty_plan() -> None:
    record = dataset("a")
    plan = plan_of(desired(wanted("a", record)), state(holding("a", record)))
    assert plan.empty
    assert plan.unchanged == 1


def test_an_empty_portal_begins_with_the_catalogue_and_bodies_come_before_datasets() -> None:
    ones = (
        wanted("a", dataset("a", themes=["t"])),
        wanted("so", {"name": "so"}, Kind.ORGANIZATION),
        wanted("t", {"name": "t"}, Kind.THEME),
        Desired(CATALOGUE, "c", {"id": "c"}, "d"),
    )
    plan = make_plan("site", desired(*ones), PortalState(), unchanged)
    kinds = [action.subject.kind for action in plan.actions]
    assert kinds == [Kind.CATALOGUE, Kind.ORGANIZATION, Kind.THEME, Kind.DATASET]
    assert hold(plan, {CATALOGUE: ("x",)}).actions == ()


def test_a_rename_is_known_by_the_id() -> None:
    old = dataset("a")
    new = {**dataset("b"), "id": "id-a"}
    (action,) = plan_of(desired(wanted("b", new)), state(holding("a", old))).actions
    assert (action.change, action.subject.name, action.renamed_from) == (Change.RENAME, "b", "a")


def test_a_name_given_on_to_another_dataset_is_a_rename_and_a_new_one() -> None:
    moved = {**dataset("b"), "id": "id-a"}
    fresh = {**dataset("a"), "id": "id-new"}
    plan = plan_of(desired(wanted("b", moved), wanted("a", fresh)), state(holding("a", dataset("a"))))
    assert {(a.change, a.subject.name) for a in plan.actions} == {(Change.RENAME, "b"), (Change.CREATE, "a")}


def test_what_somebody_removed_for_good_comes_back_with_consent_alone() -> None:
    there = state(removed=frozenset({subject("a")}))
    plan = make_plan("p", desired(wanted("a", dataset("a")), wanted("b", dataset("b"))), there, unchanged)
    found = {one.subject.name: (one.change, one.risks, one.reasons, one.before) for one in plan.actions}
    assert found["a"] == (Change.RESTORE, {Risk.RESTORE}, ("removed-there",), ABSENT)
    assert found["b"] == (Change.CREATE, frozenset(), ("new",), ABSENT)


def test_what_is_gone_is_deleted_with_a_risk_and_what_is_held_is_not() -> None:
    have = state(holding("a", dataset("a")), holding("b", dataset("b")))
    plan = plan_of(desired(held={subject("b"): ("broken",)}), have)
    (action,) = plan.actions
    assert (action.change, action.subject.name, action.risks) == (Change.DELETE, "a", {Risk.DELETE})
    assert action.after == ABSENT
    assert [one.codes for one in plan.held] == [("broken",)]


def test_a_body_stays_while_a_held_dataset_still_refers_to_it() -> None:
    have = state(holding("a", dataset("a")), holding("so", {"name": "so"}, Kind.ORGANIZATION))
    plan = plan_of(desired(held={subject("a"): ("broken",)}), have)
    assert plan.actions == ()
    assert {one.subject.name: one.codes for one in plan.held}["so"] == ("needs-held",)


def test_withdrawing_is_a_change_of_its_own() -> None:
    now = {**dataset("a"), "status": "withdrawn"}
    (action,) = plan_of(desired(wanted("a", now)), state(holding("a", dataset("a")))).actions
    assert (action.change, action.risks) == (Change.WITHDRAW, {Risk.WITHDRAW})


def test_restoring_what_was_taken_down_needs_consent() -> None:
    stone = {**dataset("a"), "status": "withdrawn", "taken_down": "2024-01-01"}
    (action,) = plan_of(desired(wanted("a", dataset("a"))), state(holding("a", stone))).actions
    assert (action.change, action.risks) == (Change.RESTORE, {Risk.RESTORE})


def test_field_changes_have_dotted_paths_and_never_rows() -> None:
    before = dataset("a", title={"vi": "Cũ"}, resources=[table(1, preview=[["bí mật"]], title={"vi": "x"})])
    after = dataset("a", title={"vi": "Mới"}, resources=[table(2, preview=[["mật"]], title={"vi": "y"})])
    (action,) = plan_of(desired(wanted("a", after)), state(holding("a", before))).actions
    assert {one.field for one in action.fields} == {"title.vi", "resources.bang.rows", "resources.bang.title.vi"}
    assert "mật" not in str(action)


def lost(change: TableChange) -> frozenset[Risk]:
    before = dataset("a", resources=[table(change.rows_before)])
    after = dataset("a", resources=[{**table(change.rows_after), "digest": "other"}])
    (action,) = plan_of(desired(wanted("a", after)), state(holding("a", before)), change).actions
    return action.risks


def test_a_fifth_of_the_rows_is_a_sudden_loss_and_less_is_not() -> None:
    assert lost(TableChange("bang", rows_before=10, rows_after=8)) == {Risk.LOSS}
    assert lost(TableChange("bang", rows_before=100, rows_after=81)) == frozenset()
    assert lost(TableChange("bang", rows_before=0, rows_after=0)) == frozenset()
    assert lost(TableChange("bang", rows_before=10, rows_after=10, emptied=("a",))) == {Risk.LOSS}


def test_breaking_changes_are_marked() -> None:
    assert lost(TableChange("bang", rows_before=10, rows_after=10, breaking=True)) == {Risk.BREAKING}
    before = dataset("a", resources=[table(1)])
    (action,) = plan_of(desired(wanted("a", dataset("a"))), state(holding("a", before))).actions
    assert action.risks == {Risk.BREAKING}
    assert "resource-removed:bang" in action.reasons


def test_the_bytes_of_another_dataset_are_a_loss() -> None:
    file = PublishedFile("f.csv", "same", 3)
    have = state(holding("a", dataset("a")), holding("b", dataset("b"), files=(file,)))
    source = SourceFile("f.csv", Path("f.csv"), "same", 3, "bang")
    want = desired(wanted("a", dataset("a", issued="2024-01-01"), sources=(source,)), wanted("b", dataset("b")))
    (action,) = plan_of(want, have).actions
    assert action.risks == {Risk.LOSS}
    assert "same-bytes:b" in action.reasons


def test_only_a_portal_that_says_so_is_made_anew() -> None:
    record = dataset("a")
    same = desired(wanted("a", record))
    assert plan_of(replace(same, tool="2"), state(holding("a", record))).empty
    assert plan_of(same, state(holding("a", record), stale="tool")).rebuild == "tool"
