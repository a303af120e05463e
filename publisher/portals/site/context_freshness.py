"""Freshness as a page says it: dates in words, and the dates between which a reader's clock decides."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from publisher.plan.model import Record
from publisher.portals.site.context import Lens
from publisher.portals.site.context_dataset import frequency, period
from publisher.portals.site.words import day

_MEASURED = {
    "column": "Measured by the column {detail}.",
    "period": "Measured by the period in the file's name.",
    "content": "Measured by when the data's content last changed.",
    "git": "Measured by when the data file last changed.",
    "attested": "Measured by a dated review.",
    "temporal": "Measured by the period that the description states.",
    "remote": "Measured by asking the server of the data.",
}
_DATES = ("opens_at", "due_at", "overdue_at", "delinquent_at", "fixed_from", "fixed_until")
_PROMISES = {
    "planned": "Planned, no data yet",
    "due": "Publication due",
    "overdue": "Publication overdue",
    "delinquent": "Publication long overdue",
}
"""What is said of data that were promised for a day."""
_SOURCES = {
    "column": "the column {detail}",
    "period": "the period in the file's name",
    "content": "when the data's content last changed",
    "git": "when the data file last changed",
    "attested": "a dated review",
    "temporal": "the period that the description states",
    "remote": "the server of the data",
}


@dataclass(frozen=True)
class Fresh:
    """``data`` is what the reader's clock words the badge by, as attributes; empty where no day changes it.

    ``state`` is given only where the build was given an instant. ``kind`` is a state that dates do not change.
    ``expected`` are the periods to come with their due dates, as JSON. ``dates`` are the sentences for lists,
    ``sentences`` all of them.
    """

    frequency: str
    badge: str
    dates: tuple[Markup, ...]
    sentences: tuple[Markup, ...]
    others: tuple[Markup, ...]
    kind: str
    data: Mapping[str, str]
    state: str
    review: str
    expected: str


def fresh(lens: Lens, record: Record) -> Fresh | None:
    """What is known of a dataset's freshness; None where nothing is promised."""
    terms = record.get("freshness")
    if not terms:
        return None
    words = frequency(lens, terms.get("frequency"))
    state, fixed = terms.get("state") or "", terms.get("fixed") or ""
    kind = "" if fixed in {"fresh", "exempt"} else fixed
    begins = fixed == "ended" and bool(terms.get("fixed_from"))
    promised = any(terms.get(key) for key in ("opens_at", "due_at", "overdue_at"))
    changes = any(terms.get(key) for key in _DATES) and not state
    dates = tuple(_dates(lens, terms))
    return Fresh(
        frequency=words,
        badge=state_words(lens, state) or (state_words(lens, kind) if not begins else "") or words,
        dates=dates,
        sentences=(Markup("{}.").format(words), *dates, *_measured(lens, terms)),
        others=tuple(_others(lens, terms)),
        kind=kind,
        data=_clockwork(lens, terms, words) if changes else {},
        state=state,
        review=str(terms.get("review") or ""),
        expected=json.dumps(_expected(lens, terms), ensure_ascii=False) if promised and not (fixed or state) else "",
    )


def _clockwork(lens: Lens, terms: Mapping[str, Any], words: str) -> dict[str, str]:
    """The dates between which the state changes, and every state that they can lead to in words."""
    data = {key.removesuffix("_at").replace("_", "-"): str(terms[key]) for key in _DATES if terms.get(key)}
    data |= {key: str(terms[key]) for key in ("fixed", "otherwise") if terms.get(key)}
    states = {"fresh", "due", "overdue", "delinquent"} | {data[key] for key in ("fixed", "otherwise") if key in data}
    undated = "fresh" in {data.get("fixed"), data.get("otherwise")}
    own = _PROMISES if data.get("fixed") == "planned" else {}
    said = {
        state: words
        if state == "fresh" and undated
        else lens.say(own[state])
        if state in own
        else state_words(lens, state)
        for state in sorted(states)
    }
    return data | {f"words-{state}": text or words for state, text in said.items()}


def _expected(lens: Lens, terms: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The periods to come with their due dates; those that are over by the reader's clock are missing."""
    following = {**(terms.get("next") or {}), "due_at": terms.get("due_at")}
    coming = [one for one in (following, *(terms.get("ahead") or ())) if one.get("name") and one.get("due_at")]
    return [(period(lens, str(one["name"])), str(one["due_at"])) for one in coming]


def state_words(lens: Lens, state: str) -> str:
    """A state in words; '' for those that are said otherwise."""
    return {
        "fresh": lens.say("Up to date"),
        "due": lens.say("Update due"),
        "overdue": lens.say("Update overdue"),
        "delinquent": lens.say("Long overdue"),
        "no-evidence": lens.say("No evidence of updates"),
        "unmeasured": lens.say("Freshness not measured"),
        "paused": lens.say("Updates paused"),
        "ended": lens.say("No longer updated"),
        "planned": lens.say("Planned, no data yet"),
    }.get(state, "")


def _dates(lens: Lens, terms: Mapping[str, Any]) -> Iterator[Markup]:
    say = lens.speaker
    evidence = terms.get("evidence") or {}
    covered, following, due = terms.get("covered") or {}, terms.get("next") or {}, terms.get("due_at")
    if covered.get("name"):
        name = period(lens, str(covered["name"]))
        yield say("Data through {period}.", period=_time(str(covered.get("end") or ""), name))
    elif evidence.get("through"):
        through = str(evidence["through"])
        yield say("Data through {period}.", period=_time(through, day(through, lens.language)))
    elif evidence.get("on"):
        yield say("Last changed or reviewed on {date}.", date=_day(lens, evidence["on"]))
    if due and following.get("name"):
        name = period(lens, str(following["name"]))
        yield say("Next: {period}, by {date}.", period=name, date=_day(lens, due))
    elif due:
        yield say("Next update by {date}.", date=_day(lens, due))
    if terms.get("missing"):
        yield say("Missing: {periods}.", periods=_names(lens, terms["missing"]))
    if terms.get("partial"):
        yield say("Only a part is there of: {periods}.", periods=_names(lens, terms["partial"]))
    if terms.get("fixed") == "paused" and terms.get("fixed_until"):
        yield say("Updates paused until {date}.", date=_day(lens, terms["fixed_until"]))
    if terms.get("fixed") == "ended" and terms.get("fixed_from"):
        yield say("No longer updated from {date}.", date=_day(lens, terms["fixed_from"]))
    if terms.get("as_of") and terms.get("state"):
        yield say("As of {date}.", date=_day(lens, terms["as_of"]))


def _measured(lens: Lens, terms: Mapping[str, Any]) -> Iterator[Markup]:
    say = lens.speaker
    evidence = terms.get("evidence") or {}
    if evidence.get("kind") in _MEASURED:
        yield say(_MEASURED[str(evidence["kind"])], detail=evidence.get("detail") or "")
    shown = [one for one in terms.get("others") or () if one.get("covered")]
    if shown:
        listed = "; ".join(f"{_source(lens, one)}: {period(lens, str(one['covered']))}" for one in shown)
        yield say("Other evidence disagrees: {list}.", list=listed)


def _others(lens: Lens, terms: Mapping[str, Any]) -> Iterator[Markup]:
    say = lens.speaker
    for one in terms.get("others") or ():
        known = one.get("through") or one.get("on")
        if known:
            yield Markup("{}: {}").format(_source(lens, one), _day(lens, known))
        else:
            yield say("{source}: could not be measured", source=_source(lens, one))


def _source(lens: Lens, one: Mapping[str, Any]) -> str:
    sentence = _SOURCES.get(str(one.get("kind")))
    return lens.say(sentence, detail=one.get("detail") or "") if sentence else str(one.get("kind"))


def _names(lens: Lens, names: Any) -> str:
    return ", ".join(period(lens, str(name)) for name in names)


def _day(lens: Lens, iso: object) -> Markup:
    return _time(str(iso), day(str(iso), lens.language))


def _time(iso: str, words: str) -> Markup:
    return Markup('<time datetime="{}">{}</time>').format(iso, words) if iso else Markup("{}").format(words)
