"""Texts that readers see on the portal: what a dataset is, where it comes from, who answers for it.

Nothing here depends on the day on which it is read.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from publisher.freshness.words import evidence_in_words
from publisher.plan.model import Record
from publisher.portals.ckan.mapping.view import View


def notes(view: View) -> str:
    """The description, after what the dataset is (where it is not simply published) and what the catalogue is."""
    described = view.text(view.record.get("description"))
    return "\n\n".join(part for part in (status_sentence(view), view.banner, described) if part)


def status_sentence(view: View) -> str:
    """What a dataset without data is, in a sentence or two; '' for a published one."""
    record, say = view.record, view.say
    reason = view.text(record.get("status_reason"))
    match record.get("status"):
        case "proposed":
            said = say("This is a proposal, not published data.")
        case "planned":
            said = say("Planned: no data yet.")
            if record.get("promised"):
                said += " " + say("Promised for {date}.", date=view.day(record["promised"]))
        case "not-open":
            said = say("These data are not open.")
        case "withdrawn" if record.get("taken_down"):
            return reason  # it says the day itself
        case "withdrawn":
            said = say("This dataset was withdrawn; its files are no longer offered.")
        case _:
            return ""
    return f"{said} {reason}".strip()


def publisher_name(view: View) -> str:
    """Who publishes: the body, or the maker of a catalogue that speaks for no public body."""
    if view.reference:
        return view.text((view.context.catalogue.get("publisher") or {}).get("name"))
    return view.body(view.record.get("organization"))


def answers(view: View) -> str:
    """The body and those that followed it, a line each; '' where nobody followed."""
    record = view.record
    line: list[Record] = [{"key": record.get("organization")}, *(record.get("succession") or ())]
    responsible = record.get("responsible")
    if responsible and all(step.get("key") != responsible for step in line):
        line.append({"key": responsible})
    if len(line) == 1:
        return ""
    return "\n".join(_step(view, step, last=step is line[-1]) for step in line)


def _step(view: View, step: Record, *, last: bool) -> str:
    body = view.context.organizations.get(str(step.get("key"))) or {}
    known = [
        view.say("until {date}", date=view.day(body["valid_to"])) if body.get("valid_to") else "",
        view.say("inferred") if step.get("inferred") else "",
        view.text(step.get("basis")),
    ]
    said = f" ({'; '.join(part for part in known if part)})" if any(known) else ""
    named = view.body(step.get("key")) + said
    return f"{view.say('Answers today')}: {named}" if last else named


def provenance(view: View) -> str:
    """Every source in a line, with how far it was read and what it supports."""
    return "\n".join(_source(view, one) for one in view.record.get("provenance") or ())


def _source(view: View, one: Record) -> str:
    package = " ".join(str(one[key]) for key in ("package", "version") if one.get(key))
    read = view.say("read on {date}", date=view.day(one["accessed"])) if one.get("accessed") else ""
    supports, basis = _SUPPORTS.get(str(one.get("supports"))), _BASIS.get(str(one.get("basis")))
    parts = [
        *(one.get(key) for key in ("source", "url")),
        package,
        one.get("license"),
        read,
        view.say(supports) if supports else "",
        view.say(basis) if basis else one.get("basis"),
        view.text(one.get("note")),
    ]
    return "; ".join(" ".join(str(part).split()) for part in parts if part)


_SUPPORTS = {
    "data": "supports the data",
    "title": "supports the title",
    "structure": "supports the columns",
    "existence": "supports that such data exist",
    "none": "nothing found supports it",
}
_BASIS = {
    "text": "the text itself was read",
    "summary": "read in a summary",
    "second-hand": "known second-hand, the text itself was not read",
    "general": "general knowledge, no source was read",
}


def dated(view: View, entries: Any) -> str:
    """Corrections or reviews: a line each, the day first."""
    return "\n".join(f"{one.get('on', '')}: {view.text(one.get('note'))}".strip(": ") for one in entries or ())


def approval(view: View) -> str:
    """The act that approved the dataset, with the item of its list."""
    found = view.record.get("approval") or {}
    if not found.get("decision"):
        return ""
    act = view.of_catalogue("decisions", found["decision"])
    said = ", ".join(
        part
        for part in (
            str(act.get("number") or ""),
            view.text(act.get("name")) or str(found["decision"]),
            view.say("item {item}", item=found["item"]) if found.get("item") else "",
        )
        if part
    )
    return "; ".join(part for part in (said, str(act.get("url") or ""), view.text(act.get("note"))) if part)


def region(view: View) -> str:
    """The region's name, with the day on which it ended and what it belongs to since."""
    key = view.record.get("region")
    found = view.of_catalogue("regions", key)
    said = view.text(found.get("name")) or str(key or "")
    if not found.get("valid_to"):
        return said
    after = [view.say("until {date}", date=view.day(found["valid_to"]))]
    successor = (found.get("successor") or {}).get("key")
    if successor:
        name = view.text(view.of_catalogue("regions", successor).get("name")) or str(successor)
        after.append(view.say("now {name}", name=name))
    return f"{said} ({'; '.join(after)})"


def evidence(view: View) -> str:
    """What shows how far the data reach, with the day that it shows."""
    found = (view.record.get("freshness") or {}).get("evidence") or {}
    if not found.get("kind"):
        return ""
    detail = str(found.get("detail") or "")
    if found["kind"] in {"content", "git", "attested"}:
        detail = detail.rpartition("/")[2]  # a path in the repository
    said = evidence_in_words(view.say, str(found["kind"]), detail)
    known = found.get("through") or found.get("on")
    return f"{said}: {known}" if known else said


def pause(view: View) -> str:
    """Why no update is awaited, where the terms say so: a pause until a day, or the end."""
    terms = view.record.get("freshness") or {}
    if terms.get("fixed") == "paused" and terms.get("fixed_until"):
        return view.say("Updates paused until {date}.", date=view.day(terms["fixed_until"]))
    if terms.get("fixed") == "ended" and terms.get("fixed_from"):
        return view.say("No longer updated from {date}.", date=view.day(terms["fixed_from"]))
    return ""


def awaited(view: View) -> Record:
    """The terms of freshness where a next delivery counts: not where it was put off, excused or given up."""
    terms: Record = view.record.get("freshness") or {}
    fixed = terms.get("fixed")
    if not terms.get("due_at") or fixed in _NONE_AWAITED:
        return {}
    comes = (terms.get("next") or {}).get("end") or terms["due_at"]
    return terms if fixed != "ended" or str(comes) <= str(terms.get("fixed_from") or "") else {}


_NONE_AWAITED = frozenset({"exempt", "withdrawn", "not-open", "proposed"})


def body_description(view: View) -> str:
    """What a body's page says: what the catalogue is, the body's description, its time, and who followed."""
    return "\n\n".join(part for part in (view.banner, view.text(view.record.get("description")), *_life(view)) if part)


def _life(view: View) -> Iterator[str]:
    record = view.record
    if record.get("valid_to"):
        yield view.say("This body existed until {date}.", date=view.day(record["valid_to"]))
    step = record.get("successor") or {}
    if step.get("key"):
        said = view.say("It was followed by {name}.", name=view.body(step["key"]))
        basis = view.text(step.get("basis"))
        inferred = view.say("This is inferred; no act that confirms it was read.") if step.get("inferred") else ""
        yield " ".join(part for part in (said, inferred, basis) if part)
