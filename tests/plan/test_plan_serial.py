"""Plans as JSON."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from publisher.errors import OpendataError
from publisher.plan.model import Action, Change, Cost, Drift, FieldChange, HeldBack, Kind, Plan, Risk, Subject
from publisher.plan.serial import plan_from_text, plan_to_data
from publisher.tables.model import TableChange

SCHEMA = Path(__file__).parents[2] / "docs" / "schemas" / "plan.schema.json"
A = Subject(Kind.DATASET, "a")
PLAN = Plan(
    "site",
    "c",
    None,
    "new",
    (
        Action(
            Change.RENAME,
            A,
            (FieldChange("title.vi", None, "Tên"),),
            (TableChange("bang", 1, 2, 3, 10, 9, ("x",), (), ("y",), True, ("z",), True),),
            frozenset({Risk.LOSS, Risk.BREAKING}),
            ("emptied:bang.z",),
            Cost(1, 2),
            "was",
            "now",
            "b",
            (Subject(Kind.ORGANIZATION, "so"),),
            (Drift("title", "title", "Tên khác", "Tên", "lan", "2026-11-01T08:00:00"),),
        ),
    ),
    (HeldBack(Subject(Kind.DATASET, "c"), ("embargo",)),),
    4,
    "tool",
    (HeldBack(Subject(Kind.ORGANIZATION, "so"), ("ask-administrator-organizations",)),),
    {Subject(Kind.DATASET, "d"): (Drift("keywords", "tags", ["x"]),)},
)


def test_a_plan_survives_json_and_fits_the_published_schema() -> None:
    data = plan_to_data(PLAN)
    Draft202012Validator(json.loads(SCHEMA.read_text("utf-8"))).validate(data)
    assert plan_from_text(json.dumps(data), "plan.json") == PLAN


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"format": 2}', "nulls", '{"format": 1, "portal": "x"}', "\x00", "[" * 100_000]
)
def test_what_is_no_plan_is_said_to_be_none(text: str) -> None:
    with pytest.raises(OpendataError) as caught:
        plan_from_text(text, "plan.json")
    assert caught.value.code == "plan-unreadable"


@pytest.mark.parametrize(("key", "value"), [("added", "3"), ("added", True), ("emptied", [3]), ("resource", None)])
def test_a_table_of_odd_values_is_no_plan(key: str, value: object) -> None:
    data = plan_to_data(PLAN)
    table = next(one["tables"][0] for one in data["actions"] if one["tables"])
    table[key] = value
    with pytest.raises(OpendataError, match="plan-unreadable"):
        plan_from_text(json.dumps(data), "plan.json")
