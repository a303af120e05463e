"""Freshness as a page says it: dates in words, and the dates between which a reader's clock decides."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from publisher.plan.model import Record
from publisher.portals.site.context import Lens
from publisher.portals.site.context_dataset import frequency, period
from publisher.portals.site.words import day

_DATES = ("opens_at", "due_at", "overdue_at", "delinquent_at", "fixed_from", "fixed_until")
_PROMISES = {
    "planned": "Planned, no data yet",
    "due": "Publication due",
    "overdue": "Publication overdue",
    "delinquent": "Publication long overdue",
}
"""What is said of data that were promised for a day."""


@dataclass(frozen=True)
class Fresh:
    """``data`` is what the reader's clock words the badge by, as attributes; empty where no day changes it.

    ``state`` is given only where the build was given an instant.
    """

    frequency: str
    badge: str
    sentences: tuple[Markup, ...]
    data: Mapping[str, str]
    state: str


def fresh(lens: Lens, record: Record) -> Fresh | None:
    """What is known of a dataset's freshness; None where nothing is promised."""
    terms = record.get("freshness")
    if not terms:
        return None
    words = frequency(lens, terms.get("frequency"))
    state = terms.get("state") or ""
    changes = any(terms.get(key) for key in _DATES) and not state
    return Fresh(
        frequency=words,
        badge=_state(lens, state) or _fixed(lens, terms.get("fixed")) or words,
        sentences=tuple(_sentences(lens, terms, words)),
        data=_clockwork(lens, terms, words) if changes else {},
        state=state,
    )


def _clockwork(lens: Lens, terms: Mapping[str, Any], words: str) -> dict[str, str]:
    """The dates between which the state changes, and every state that they can lead to in words."""
    data = {key.removesuffix("_at").replace("_", "-"): str(terms[key]) for key in _DATES if terms.get(key)}
    data |= {key: str(terms[key]) for key in ("fixed", "otherwise") if terms.get(key)}
    states = {"fresh", "due", "overdue", "delinquent"} | {data[key] for key in ("fixed", "otherwise") if key in data}
    undated = "fresh" in {data.get("fixed"), data.get("otherwise")}
    own = _PROMISES if data.get("fixed") == "planned" else {}
    said = {
        state: words if state == "fresh" and undated else lens.say(own[state]) if state in own else _state(lens, state)
        for state in sorted(states)
    }
    return data | {f"words-{state}": text or words for state, text in said.items()}


def _fixed(lens: Lens, state: str | None) -> str:
    """A state that no day changes; "fresh" for ever means that nothing is promised, so how often is said instead."""
    return _state(lens, state or "") if state not in {None, "fresh", "exempt"} else ""


def _state(lens: Lens, state: str) -> str:
    return {
        "fresh": lens.say("Up to date"),
        "due": lens.say("Update due"),
        "overdue": lens.say("Update overdue"),
        "delinquent": lens.say("Long overdue"),
        "no-evidence": lens.say("No evidence of updates"),
        "unmeasured": lens.say("Freshness not measured"),
        "paused": lens.say("Updates paused"),
        "ended": lens.say("No longer updated"),
    }.get(state, "")


def _sentences(lens: Lens, terms: Mapping[str, Any], words: str) -> list[Markup]:
    say = lens.speaker
    said = [Markup("{}.").format(words)]
    evidence = terms.get("evidence") or {}
    covered, following, due = terms.get("covered") or {}, terms.get("next") or {}, terms.get("due_at")
    if covered.get("name"):
        name = period(lens, str(covered["name"]))
        said.append(say("Data through {period}.", period=_time(str(covered.get("end") or ""), name)))
    elif evidence.get("through"):
        through = str(evidence["through"])
        said.append(say("Data through {period}.", period=_time(through, day(through, lens.language))))
    elif evidence.get("on"):
        on = str(evidence["on"])
        said.append(say("Last changed or reviewed on {date}.", date=_time(on, day(on, lens.language))))
    if due:
        date = _time(str(due), day(str(due), lens.language))
        if following.get("name"):
            name = period(lens, str(following["name"]))
            said.append(say("Next: {period}, by {date}.", period=name, date=date))
        else:
            said.append(say("Next update by {date}.", date=date))
    if terms.get("missing"):
        names = ", ".join(period(lens, str(name)) for name in terms["missing"])
        said.append(say("Missing: {periods}.", periods=names))
    if terms.get("as_of") and terms.get("state"):
        on = str(terms["as_of"])
        said.append(say("As of {date}.", date=_time(on, day(on, lens.language))))
    known = {
        "column": "Measured by the column {detail}.",
        "period": "Measured by the period in the file's name.",
        "content": "Measured by when the data's content last changed.",
        "git": "Measured by when the data file last changed.",
        "attested": "Measured by a dated review.",
        "temporal": "Measured by the period that the description states.",
    }
    if evidence.get("kind") in known:
        said.append(say(known[str(evidence["kind"])], detail=evidence.get("detail") or ""))
    return said


def _time(iso: str, words: str) -> Markup:
    return Markup('<time datetime="{}">{}</time>').format(iso, words) if iso else Markup("{}").format(words)
