"""Plans as JSON, by the published schema ``docs/schemas/plan.schema.json``."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, fields
from typing import Any

from publisher.errors import OpendataError
from publisher.plan.model import Action, Change, Cost, Drift, FieldChange, HeldBack, Kind, Plan, Risk, Subject
from publisher.tables.model import TableChange

FORMAT = 1


def plan_to_data(plan: Plan) -> dict[str, Any]:
    """A plan as plain JSON data."""
    return {
        "format": FORMAT,
        "portal": plan.portal,
        "catalogue_id": plan.catalogue_id,
        "base_commit": plan.base_commit,
        "commit": plan.commit,
        "rebuild": plan.rebuild,
        "unchanged": plan.unchanged,
        "actions": [_action_to_data(action) for action in plan.actions],
        "held": [_held_to_data(one) for one in plan.held],
        "advice": [_held_to_data(one) for one in plan.advice],
        "kept": [
            {"subject": str(subject), "drift": [asdict(one) for one in drift]} for subject, drift in plan.kept.items()
        ],
    }


def plan_from_text(text: str, file: str) -> Plan:
    """The plan in a file's text.

    Raises:
        OpendataError: ``plan-unreadable`` if it is none.
    """
    try:
        data = json.loads(text)
        if data["format"] != FORMAT:
            raise OpendataError("plan-unreadable", file=file)
        return Plan(
            str(data["portal"]),
            data["catalogue_id"],
            data["base_commit"],
            data["commit"],
            tuple(_action_from_data(one) for one in data["actions"]),
            tuple(_held_from_data(one) for one in data["held"]),
            data["unchanged"],
            data["rebuild"],
            tuple(_held_from_data(one) for one in data["advice"]),
            {subject_of(one["subject"]): _drift(one["drift"]) for one in data["kept"]},
        )
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise OpendataError("plan-unreadable", file=file) from error


def subject_of(text: str) -> Subject:
    """The subject that is written ``kind/name``.

    Raises:
        ValueError: if it is none.
    """
    kind, _, name = text.partition("/")
    return Subject(Kind(kind), name)


def _held_to_data(one: HeldBack) -> dict[str, Any]:
    return {"subject": str(one.subject), "codes": list(one.codes)}


def _held_from_data(data: Mapping[str, Any]) -> HeldBack:
    return HeldBack(subject_of(data["subject"]), tuple(map(str, data["codes"])))


def _drift(data: list[dict[str, Any]]) -> tuple[Drift, ...]:
    return tuple(Drift(**one) for one in data)


def _action_to_data(action: Action) -> dict[str, Any]:
    return {
        "change": action.change.value,
        "subject": str(action.subject),
        "renamed_from": action.renamed_from,
        "fields": [{"field": one.field, "before": one.before, "after": one.after} for one in action.fields],
        "tables": [{f.name: _listed(getattr(table, f.name)) for f in fields(table)} for table in action.tables],
        "risks": sorted(risk.value for risk in action.risks),
        "reasons": list(action.reasons),
        "cost": {"requests": action.cost.requests, "bytes": action.cost.bytes},
        "before": action.before,
        "after": action.after,
        "depends_on": [str(one) for one in action.depends_on],
        "drift": [asdict(one) for one in action.drift],
    }


def _listed(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


def _action_from_data(data: Mapping[str, Any]) -> Action:
    return Action(
        Change(data["change"]),
        subject_of(data["subject"]),
        tuple(FieldChange(one["field"], one["before"], one["after"]) for one in data["fields"]),
        tuple(_table(one) for one in data["tables"]),
        frozenset(Risk(risk) for risk in data["risks"]),
        tuple(map(str, data["reasons"])),
        Cost(**data["cost"]),
        data["before"],
        data["after"],
        data["renamed_from"],
        tuple(subject_of(one) for one in data["depends_on"]),
        _drift(data["drift"]),
    )


def _table(data: Mapping[str, Any]) -> TableChange:
    values: dict[str, Any] = {key: tuple(one) if isinstance(one, list) else one for key, one in data.items()}
    made = TableChange(**values)
    for one in fields(made):
        value = getattr(made, one.name)
        if type(value) is not _KINDS[one.type] or (type(value) is tuple and not all(isinstance(v, str) for v in value)):
            raise TypeError(one.name)
    return made


_KINDS: Mapping[Any, type] = {"str": str, "int": int, "bool": bool, "tuple[str, ...]": tuple}
