"""The difference between what git says and what a portal holds, as ordered actions."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from publisher.plan.desired import CATALOGUE, RENAMED
from publisher.plan.drift import REFUSE, keeps_name, with_drift
from publisher.plan.fields import field_changes, resources_of, table_changed
from publisher.plan.lookalike import ask_about_renames
from publisher.plan.model import (
    LOST,
    Action,
    Change,
    Cost,
    Desired,
    DesiredState,
    Drift,
    HeldBack,
    Holding,
    Kind,
    Plan,
    PortalState,
    Record,
    Risk,
    Subject,
)
from publisher.tables.model import TableChange

Compare = Callable[[Holding, Desired, str, str], TableChange | None]
"""What changed in a table: the holding, what is desired, the resource's name before and after."""

ABSENT = "absent"
"""Stands for the digest of what is not there, in actions and consents."""
LOSS = 0.2
"""A table that loses this share of its rows or more is a sudden loss."""
NAME_TAKEN, NOT_ADOPTED = ("name-taken-there",), ("not-adopted",)
_RANK = {Kind.CATALOGUE: 0, Kind.ORGANIZATION: 1, Kind.THEME: 2, Kind.DATASET: 3}


def make_plan(portal: str, desired: DesiredState, state: PortalState, compare: Compare, drift: str = REFUSE) -> Plan:
    """The actions that bring a portal to the desired state.

    Subjects come in the order in which they refer to each other, deletions last and in the opposite
    order. What is held back is left as it is, and so is everything that it needs. What rights do not reach is
    advice. ``drift`` is the portal's policy for what others changed there.
    """
    by_id = {one.id: one for one in state.holdings.values() if one.subject.kind is Kind.DATASET}
    wanted = {one.id for one in desired.subjects.values() if one.subject.kind is Kind.DATASET}
    owners = _owners(state)
    actions: list[Action] = []
    kept: dict[Subject, tuple[Drift, ...]] = {}
    unchanged = 0
    for subject, one in desired.subjects.items():
        before = by_id.get(one.id) if subject.kind is Kind.DATASET else None
        if before is None:
            there = state.holdings.get(subject)
            before = there if there is not None and there.id not in wanted else None
        action = None if before is not None and _same(before, one) else _action(before, one, compare, owners)
        if before is None and action is not None and subject in state.removed:
            # Somebody wanted it to be gone, as one that was only deleted.
            action = replace(action, change=Change.RESTORE, risks=frozenset({Risk.RESTORE}), reasons=("removed-there",))
        if before is not None and before.drift:
            action = with_drift(action, before, drift)
            if action is None:
                kept[subject] = before.drift
        if action is None:
            unchanged += 1
        else:
            actions.append(action)
    held = set(desired.held)
    for subject, holding in state.holdings.items():
        gone = subject not in desired.subjects and subject not in held and not holding.deleted
        if gone and not (subject.kind is Kind.DATASET and holding.id in wanted):
            actions.append(_deletion(holding, state))
    # An organization or theme that somebody changed there does stand there: what belongs to it does not wait for it.
    standing = {subject for subject, one in state.holdings.items() if one.drift and subject.kind is not Kind.DATASET}
    actions = [replace(a, depends_on=tuple(one for one in a.depends_on if one not in standing)) for a in actions]
    actions, advice = _within_reach(actions, state)
    if state.catalogue_id is None:
        # An empty portal begins with the catalogue itself.
        actions = [a if a.subject == CATALOGUE else replace(a, depends_on=(CATALOGUE, *a.depends_on)) for a in actions]
    records = {subject: one.record for subject, one in desired.subjects.items()}
    plan = Plan(
        portal,
        desired.catalogue_id,
        state.commit,
        desired.commit,
        tuple(sorted(ask_about_renames(actions, state, records), key=_order)),
        tuple(
            HeldBack(subject, codes)
            for subject, codes in desired.held.items()
            if codes != RENAMED or subject in state.holdings
        ),
        unchanged,
        state.stale,
        (*advice, *state.notices),
        kept,
    )
    # Also a change of a dataset that somebody renamed on the portal needs the name that is git's.
    datasets = (a for a in plan.actions if a.change is not Change.DELETE and a.subject.kind is Kind.DATASET)
    coming = [a.subject for a in datasets if not keeps_name(a, drift)]
    taken = dict.fromkeys((one for one in coming if one in state.foreign), NAME_TAKEN)
    return hold(plan, taken | dict.fromkeys((one for one in coming if one in state.waiting), NOT_ADOPTED))


def _same(before: Holding, after: Desired) -> bool:
    """Whether the portal shows what is wanted, as we last wrote it."""
    as_written = before.stale is None and not before.deleted
    return as_written and before.digest == after.digest and before.subject == after.subject


def _within_reach(actions: Iterable[Action], state: PortalState) -> tuple[list[Action], tuple[HeldBack, ...]]:
    """The actions that rights let us take; the others as advice."""
    reached: list[Action] = []
    advice: list[HeldBack] = []
    for action in actions:
        code = state.beyond.get(action.subject) or state.beyond.get(action.subject.kind)
        if code is None:
            reached.append(action)
        else:
            advice.append(HeldBack(action.subject, (code,)))
    return reached, tuple(advice)


def hold(plan: Plan, more: Mapping[Subject, tuple[str, ...]]) -> Plan:
    """The plan without the actions on some subjects, which are held back for the codes given.

    An action that needs a held subject to change first is held too (``needs-held``).
    """
    held = {one.subject: one.codes for one in plan.held} | dict(more)
    actions = [action for action in plan.actions if action.subject not in held]
    while blocked := {a.subject: ("needs-held",) for a in actions if any(one in held for one in a.depends_on)}:
        held |= blocked
        actions = [action for action in actions if action.subject not in held]
    return replace(
        plan, actions=tuple(actions), held=tuple(HeldBack(subject, codes) for subject, codes in sorted(held.items()))
    )


def _order(action: Action) -> tuple[bool, int, str]:
    deletion = action.change is Change.DELETE
    rank = _RANK[action.subject.kind]
    return deletion, -rank if deletion else rank, action.subject.name


def _owners(state: PortalState) -> dict[str, str]:
    """Which dataset publishes which bytes. A logo may be that of many."""
    found: dict[str, str] = {}
    for subject, holding in state.holdings.items():
        for file in holding.files if subject.kind is Kind.DATASET else ():
            if file.made_from is None:
                found.setdefault(file.sha256, subject.name)
    return found


def _references(record: Record) -> tuple[Subject, ...]:
    bodies = [record["organization"]] if "organization" in record else []
    themes = record.get("themes", ())
    return (
        *(Subject(Kind.ORGANIZATION, key) for key in bodies),
        *(Subject(Kind.THEME, key) for key in themes),
    )


def _deletion(holding: Holding, state: PortalState) -> Action:
    """Removing a subject; bodies and themes only once no dataset on the portal refers to them."""
    users: tuple[Subject, ...] = ()
    if holding.subject.kind in {Kind.ORGANIZATION, Kind.THEME}:
        datasets = (one for one in state.holdings.values() if one.subject.kind is Kind.DATASET)
        users = tuple(one.subject for one in datasets if holding.subject in _references(one.record))
    return Action(
        Change.DELETE,
        holding.subject,
        risks=frozenset({Risk.DELETE}),
        reasons=("not-in-catalogue",),
        before=holding.digest,
        after=ABSENT,
        depends_on=users,
    )


def _action(before: Holding | None, after: Desired, compare: Compare, owners: Mapping[str, str]) -> Action:
    cost = Cost(bytes=sum(source.bytes for source in after.sources))
    needs = _references(after.record) if after.subject.kind is Kind.DATASET else ()
    if before is None:
        return Action(
            Change.CREATE,
            after.subject,
            reasons=("new",),
            cost=cost,
            before=ABSENT,
            after=after.digest,
            depends_on=needs,
        )
    tables = tuple(_tables(before, after, compare))
    change, risks, reasons = _change(before, after)
    if before.stale is not None:
        reasons.append(f"stale:{before.stale}")
    if LOST in before.record:
        risks.add(Risk.LOSS)
        reasons.append("record-lost")
    known = {file.sha256 for file in before.files if file.made_from is None}
    for source in after.sources:
        owner = owners.get(source.sha256) if after.subject.kind is Kind.DATASET else None
        if source.sha256 not in known and owner not in {None, before.subject.name, after.subject.name}:
            risks.add(Risk.LOSS)
            reasons.append(f"same-bytes:{owner}")
    if change not in {Change.WITHDRAW}:
        for gone in _removed(before.record, after.record):
            risks.add(Risk.BREAKING)
            reasons.append(f"resource-removed:{gone}")
        for table in tables:
            found = list(_table_reasons(table))
            reasons += found
            risks |= {Risk.BREAKING} if table.breaking else set()
            risks |= {Risk.LOSS} if any(not one.startswith("breaking:") for one in found) else set()
    return Action(
        change,
        after.subject,
        field_changes(before.record, after.record),
        tables,
        frozenset(risks),
        tuple(dict.fromkeys(reasons)),
        Cost(bytes=sum(source.bytes for source in after.sources if source.sha256 not in known)),
        before.digest,
        after.digest,
        before.subject.name if before.subject != after.subject else None,
        needs,
    )


def _change(before: Holding, after: Desired) -> tuple[Change, set[Risk], list[str]]:
    was, now = before.record.get("status"), after.record.get("status")
    if before.deleted:
        return Change.RESTORE, {Risk.RESTORE}, ["deleted-there"]
    if "taken_down" in before.record and now not in {None, "withdrawn"}:
        return Change.RESTORE, {Risk.RESTORE}, ["taken-down"]
    if was == "published" and now != "published":
        return Change.WITHDRAW, {Risk.WITHDRAW}, [f"status:{now}"]
    if was == "withdrawn" and now != "withdrawn":
        return Change.RESTORE, set(), []
    if before.subject != after.subject:
        return Change.RENAME, set(), []
    return Change.UPDATE, set(), []


def _tables(before: Holding, after: Desired, compare: Compare) -> Iterable[TableChange]:
    old = resources_of(before.record)
    for identity, resource in resources_of(after.record).items():
        earlier = old.get(identity)
        if earlier is None or not table_changed(earlier, resource):
            continue
        change = compare(before, after, earlier["name"], resource["name"])
        if change is not None:
            yield change


def _removed(before: Record, after: Record) -> list[str]:
    kept = resources_of(after)
    return [one["name"] for identity, one in resources_of(before).items() if identity not in kept]


def _table_reasons(table: TableChange) -> Iterable[str]:
    if table.breaking:
        yield f"breaking:{table.resource}"
    if table.rows_before and table.rows_after <= table.rows_before * (1 - LOSS):
        yield f"rows-lost:{table.resource}"
    for column in table.emptied:
        yield f"emptied:{table.resource}.{column}"
