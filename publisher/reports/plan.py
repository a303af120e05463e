"""Plans in words, for people, merge requests and machines."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from publisher.dates import day
from publisher.messages import Messages
from publisher.plan.model import Action, Change, FieldChange, HeldBack, Kind, Plan, Risk, Subject
from publisher.plan.safety import NOT_SELECTED, WAITING, Verdict
from publisher.plan.serial import plan_to_data
from publisher.reports.drift import drift_lines, short
from publisher.tables.model import TableChange

SIGNS = {
    Change.CREATE: "+",
    Change.UPDATE: "~",
    Change.RENAME: "~",
    Change.RESTORE: "+",
    Change.WITHDRAW: "-",
    Change.DELETE: "-",
}
_SHOWN = 8
_MANY = 20
_LISTED = 10
_NAMED = 3
_DAY = len("yyyy-mm-dd")
_LANGUAGE = re.compile(r"[a-z]{2}(-[A-Za-z0-9]+)*")


def plan_json(plan: Plan, verdict: Verdict, warnings: Sequence[str] = ()) -> dict[str, Any]:
    """The plan as data, with what may be done of it."""
    return {
        "plan": plan_to_data(plan),
        "held": [{"subject": str(one.subject), "codes": list(one.codes)} for one in verdict.plan.held],
        "allowed": [str(action.subject) for action in verdict.plan.actions],
        "needs_consent": {risk.value: count for risk, count in verdict.wanting.items()},
        "capped": list(verdict.capped) if verdict.capped else None,
        "warnings": list(warnings),
    }


def plan_human(
    plan: Plan, verdict: Verdict, words: Messages, warnings: Sequence[str] = (), zone: str = "UTC"
) -> Iterator[str]:
    """The plan in lines for a terminal; times are those of a time zone."""
    held = {one.subject: one for one in verdict.plan.held if one.codes != NOT_SELECTED}
    plan = replace(plan, actions=tuple(a for a in plan.actions if (a.subject, NOT_SELECTED) not in _held(verdict)))
    if plan.empty and not held:
        yield words.text("Nothing to do: the portal {portal} is what git says.", portal=plan.portal)
    told = _told(plan.actions)
    unlisted = _unlisted([one for one in told if one.subject not in held])
    for action in told:
        if action.subject in unlisted:
            if action.subject == unlisted[0]:
                yield words.plural("… and {count} more dataset", "… and {count} more datasets", len(unlisted))
            continue
        yield f"{SIGNS[action.change]} {headline(action, words)}"
        yield from (f"    {line}" for line in details(action, words, zone))
        if action.subject in held:
            yield f"    ! {held_words(held[action.subject], words)}"
    yield from _uncounted(plan, words)
    acted = {action.subject for action in plan.actions}
    for one in held.values():
        if one.subject not in acted:
            yield f"! {one.subject.name}: {held_words(one, words)}"
    if plan.rebuild:
        yield words.of("rebuild", plan.rebuild) or plan.rebuild
    yield from _elsewhere(plan, words, zone)
    yield from advice(verdict, words)
    yield from (words.of("warning", code) or code for code in warnings)
    if not plan.empty or held:
        yield summary(plan, verdict, words)


def plan_markdown(
    plan: Plan, verdict: Verdict, words: Messages, warnings: Sequence[str] = (), zone: str = "UTC"
) -> str:
    """The plan for a comment in a merge request; times are those of a time zone."""
    lines = [f"**{summary(plan, verdict, words)}**", ""]
    held = {one.subject: one for one in verdict.plan.held}
    for action in _told(plan.actions):
        lines.append(f"- {SIGNS[action.change]} {_escaped(headline(action, words))}")
        lines += [f"  - {_escaped(line)}" for line in details(action, words, zone)]
        if action.subject in held:
            lines.append(f"  - ⚠ {_escaped(held_words(held[action.subject], words))}")
    lines += [f"- {line}" for line in _uncounted(plan, words)]
    acted = {action.subject for action in plan.actions}
    lines += [
        f"- ⚠ `{one.subject.name}`: {_escaped(held_words(one, words))}"
        for one in verdict.plan.held
        if one.subject not in acted
    ]
    if plan.rebuild:
        lines.append(f"- {words.of('rebuild', plan.rebuild) or plan.rebuild}")
    lines += [f"- {_escaped(line)}" for line in _elsewhere(plan, words, zone)]
    lines += ["", *(_escaped(line) for line in advice(verdict, words))]
    lines += [_escaped(words.of("warning", code) or code) for code in warnings]
    return "\n".join(lines).rstrip() + "\n"


def summary(plan: Plan, verdict: Verdict, words: Messages) -> str:
    """How many datasets are created, changed, removed, held back and left alone."""
    done = [action for action in verdict.plan.actions if action.subject.kind is Kind.DATASET]
    counts = Counter(SIGNS[action.change] for action in done)
    return words.text(
        "{portal}: {created} to add, {changed} to change, {removed} to remove, {held} held back, {same} unchanged.",
        portal=plan.portal,
        created=counts["+"],
        changed=counts["~"],
        removed=counts["-"],
        held=len([one for one in verdict.plan.held if not WAITING.issuperset(one.codes)]),
        same=plan.unchanged,
    )


def headline(action: Action, words: Messages) -> str:
    """One line that says what an action does to what."""
    name = action.subject.name
    if action.renamed_from is not None:
        name = f"{action.renamed_from} → {name}"
    kind = words.of("kind", action.subject.kind.value) or action.subject.kind.value
    return f"{words.of('change', action.change.value) or action.change.value} {kind} {name}"


def details(action: Action, words: Messages, zone: str) -> Iterator[str]:
    """What changes in it, and what about it is dangerous."""
    for table in action.tables:
        yield table_words(table, words)
    tables = {f"resources.{table.resource}.{part}" for table in action.tables for part in ("parts", "rows")}
    told = [one for one in action.fields if one.field not in tables and not one.field.startswith("freshness.")]
    for one in told[:_SHOWN]:
        yield field_words(one, words)
    if len(told) > _SHOWN:
        yield words.plural("and {count} more field", "and {count} more fields", len(told) - _SHOWN)
    yield from drift_lines(action.drift, words, zone)
    for reason in action.reasons:
        code, _, detail = reason.partition(":")
        if sentence := words.of("reason", code, detail=words.of("stale", detail) or detail):
            yield sentence


def table_words(table: TableChange, words: Messages) -> str:
    """A table's change: rows and columns that came, went and changed."""
    parts = []
    if table.added:
        parts.append(words.plural("{count} row added", "{count} rows added", table.added))
    if table.removed:
        parts.append(words.plural("{count} row removed", "{count} rows removed", table.removed))
    if table.changed:
        parts.append(words.plural("{count} row changed", "{count} rows changed", table.changed))
    if not table.by_row:
        counts = {"before": table.rows_before, "after": table.rows_after}
        parts.append(words.text("data changed ({before} → {after} rows)", **counts))
    for sentence, columns in (
        ("new column {columns}", table.columns_added),
        ("column {columns} removed", table.columns_removed),
        ("type of column {columns} changed", table.types_changed),
        ("column {columns} emptied", table.emptied),
    ):
        if columns:
            parts.append(words.text(sentence, columns=", ".join(columns)))
    if table.key_changed:
        parts.append(words.text("key changed"))
    if table.breaking:
        parts.append(words.text("BREAKING for those who use the table"))
    return f"{table.resource}: " + ("; ".join(parts) or words.text("description of columns changed"))


def field_words(one: FieldChange, words: Messages) -> str:
    """A field's change; long and nested values are only named."""
    name, before, after = field_name(one.field, words), _shown(one.before, words), _shown(one.after, words)
    if one.before is None:
        return f"{name}: " + words.text("added") + (f" {after}" if after else "")
    if one.after is None:
        return f"{name}: " + words.text("removed") + (f" {before}" if before else "")
    return f"{name}: " + (f"{before} → {after}" if before and after else words.text("changed"))


def field_name(path: str, words: Messages) -> str:
    """What a field of a record is called by those who write descriptors; its path where it has no other name."""
    head, *rest = path.split(".")
    kind, of = "record", ""
    if head == "resources" and rest:
        of = f"“{rest.pop(0)}”"
        if not rest:
            return of
        kind, head = "resource", rest.pop(0)
        of += ": "
    name = words.of("field", f"{kind}/{head}")
    if not name:
        return path
    inner = [f"({one})" if _LANGUAGE.fullmatch(one) else f"– {one}" for one in rest]
    return of + " ".join([name, *inner])


def _shown(value: Any, words: Messages) -> str:
    text = short(value)
    return day(text, words.language) if len(text) == _DAY else text


def _elsewhere(plan: Plan, words: Messages, zone: str) -> Iterator[str]:
    """What is left to others: edits on the portal that stay, and what its administrator is to be asked for."""
    for subject, drift in plan.kept.items():
        yield f"= {subject.name}: " + words.text("left as it was changed on the portal")
        yield from (f"    {line}" for line in drift_lines(drift, words, zone))
    wanted: dict[str, list[str]] = {}
    for one in plan.advice:
        for code in one.codes:
            wanted.setdefault(code, []).append(one.subject.name)
    for code, names in wanted.items():
        listed = ", ".join(names[:_LISTED]) + (", …" if len(names) > _LISTED else "")
        counted = words.of("notice", code, count=len(names)) if len(names) > _NAMED else ""
        yield "i " + (counted or f"{words.of('held', code) or code}: {listed}")


def held_words(one: HeldBack, words: Messages) -> str:
    """Why something stays as it is; what its errors are says validation."""
    known = [words.of("held", f"{code}-{one.subject.kind}") or words.of("held", code) for code in one.codes]
    sentences = [sentence for sentence in known if sentence]
    if len(sentences) < len(known):
        sentences.append(
            words.text("held back by errors: opendata validate --select {name} tells them", name=one.subject.name)
        )
    return "; ".join(sentences)


def advice(verdict: Verdict, words: Messages) -> Iterator[str]:
    """What to add to the command line so that what is held for want of consent is done."""
    wanting: Mapping[Risk, int] = {risk: n for risk, n in verdict.wanting.items() if n}
    if wanting:
        options = " ".join(f"--allow {risk.value}={count}" for risk, count in wanting.items())
        yield words.text("To agree to what needs consent: {options}", options=options)
    for risk, (given, found) in verdict.mismatched.items():
        yield words.text(
            "--allow {risk}={given} does not fit: the plan holds {found}.", risk=risk.value, given=given, found=found
        )
    if verdict.capped:
        found, limit = verdict.capped
        yield words.text(
            "{found} removals, losses and breaking changes at once are more than the limit of {limit}; "
            "if that is right: --cap {found}",
            found=found,
            limit=limit,
        )


def _held(verdict: Verdict) -> set[tuple[Subject, tuple[str, ...]]]:
    return {(one.subject, one.codes) for one in verdict.plan.held}


def _told(actions: Iterable[Action]) -> list[Action]:
    """Actions that are told one by one: all but new bodies and themes, which come in numbers."""
    return [a for a in actions if a.subject.kind is Kind.DATASET or a.change is not Change.CREATE]


def _unlisted(actions: Iterable[Action]) -> list[Subject]:
    """New datasets that are only counted: a first publication's list is too long to read on a terminal."""
    created = [one.subject for one in actions if one.change is Change.CREATE and not one.risks]
    return created[_LISTED:] if len(created) > _MANY else []


def _uncounted(plan: Plan, words: Messages) -> Iterator[str]:
    made = Counter(
        a.subject.kind for a in plan.actions if a.change is Change.CREATE and a.subject.kind is not Kind.DATASET
    )
    if made[Kind.ORGANIZATION]:
        yield words.plural("{count} new organization", "{count} new organizations", made[Kind.ORGANIZATION])
    if made[Kind.THEME]:
        yield words.plural("{count} new theme", "{count} new themes", made[Kind.THEME])


def _escaped(text: str) -> str:
    """Text that a Markdown renderer shows as it is: titles are written by others."""
    return "".join(f"\\{char}" if char in r"\`*_[]<>#|@!" else char for char in text)
