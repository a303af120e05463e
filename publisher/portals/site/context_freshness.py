"""Freshness as a page says it: dates in words, and the dates between which a reader's clock decides."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from markupsafe import Markup

from publisher.dates import day
from publisher.freshness.words import STATES, evidence_in_words, unmeasured_in_words
from publisher.plan.model import Record
from publisher.plan.records import day_of
from publisher.portals.site.context import Lens, is_awaited
from publisher.portals.site.context_dataset import frequency, period

_DATES = ("opens_at", "due_at", "overdue_at", "delinquent_at", "fixed_from", "fixed_until")
_NAMES = {str(state): name for state, name in STATES.items()}
_SAID_OTHERWISE = frozenset({"exempt", "proposed", "not-open", "withdrawn"})
_IN_REPOSITORY = frozenset({"content", "git", "attested"})
"""Evidence whose detail is a path in the repository: pages name the file alone."""
_DAY = timedelta(1)
_UPDATE_WITH_GRACE = "Awaited: an update, due {date}, late from {late}."


@dataclass(frozen=True)
class Fresh:
    """``data`` is what the reader's clock words the badge by, as attributes; empty where no day changes it.

    ``state`` is given only where the build was given an instant. ``kind`` is a state that dates do not change.
    ``countdown`` is what the reader's clock words the time that is left by, likewise. ``expected`` are the periods to
    come with their due dates, as JSON. ``dates`` are the sentences for lists,
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
    countdown: Mapping[str, str]


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
        countdown=_countdown(lens, terms) if not (fixed or state) else {},
    )


def _clockwork(lens: Lens, terms: Mapping[str, Any], words: str) -> dict[str, str]:
    """The dates between which the state changes, and every state that they can lead to in words."""
    data = {key.removesuffix("_at").replace("_", "-"): str(terms[key]) for key in _DATES if terms.get(key)}
    data |= {key: str(terms[key]) for key in ("fixed", "otherwise") if terms.get(key)}
    states = {"fresh", "due", "overdue", "delinquent"} | {data[key] for key in ("fixed", "otherwise") if key in data}
    undated = "fresh" in {data.get("fixed"), data.get("otherwise")}
    said = {state: words if state == "fresh" and undated else state_words(lens, state) for state in sorted(states)}
    return data | {f"words-{state}": text or words for state, text in said.items()}


def _expected(lens: Lens, terms: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The periods to come with their due dates; those that are over by the reader's clock are missing."""
    following = {**(terms.get("next") or {}), "due_at": terms.get("due_at")}
    coming = [one for one in (following, *(terms.get("ahead") or ())) if one.get("name") and one.get("due_at")]
    return [(period(lens, str(one["name"])), str(one["due_at"])) for one in coming]


def state_words(lens: Lens, state: str) -> str:
    """A state in words; '' for those that are said otherwise."""
    name = "" if state in _SAID_OTHERWISE else _NAMES.get(state)
    return lens.say(name) if name else ""


def _countdown(lens: Lens, terms: Mapping[str, Any]) -> dict[str, str]:
    """The due date, the day from which data are late, and the words by which a reader's clock tells what is left."""
    due = terms.get("due_at")
    if not due:
        return {}
    return {
        "until": str(due),
        "late": str(terms.get("overdue_at") or ""),
        "words-left": lens.say("days left: {count}"),
        "words-grace": lens.say("the due date has passed, not yet late"),
        "words-late": lens.say("days late: {count}"),
    }


def _dates(lens: Lens, terms: Mapping[str, Any]) -> Iterator[Markup]:
    say = lens.speaker
    evidence = terms.get("evidence") or {}
    covered = terms.get("covered") or {}
    if covered.get("name"):
        name = period(lens, str(covered["name"]))
        yield say("Data through {period}.", period=_time(str(covered.get("end") or ""), name))
    elif evidence.get("through"):
        through = str(evidence["through"])
        yield say("Data through {period}.", period=_time(through, day(through, lens.language)))
    elif evidence.get("on"):
        yield say("Last changed or reviewed on {date}.", date=_day(lens, evidence["on"]))
    yield from _awaited(lens, terms)
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


def _awaited(lens: Lens, terms: Mapping[str, Any]) -> Iterator[Markup]:
    """What is to come, with its dates; the sentence stays true when they have gone by."""
    due, late = day_of(terms.get("due_at")), day_of(terms.get("overdue_at"))
    resumed = terms.get("fixed") == "paused" and terms.get("fixed_until")
    if due is None or not (resumed or is_awaited(terms)):
        return
    say, following = lens.speaker, (terms.get("next") or {}).get("name")
    shown = {"date": _day(lens, due.isoformat())}
    if terms.get("fixed") == "planned":
        yield say("Promised for {date}.", **shown)
        return
    if late is not None and late > due + _DAY:  # days of grace
        shown["late"] = _day(lens, late.isoformat())
        sentence = "Awaited: {period}, due {date}, late from {late}." if following else _UPDATE_WITH_GRACE
    else:
        sentence = "Awaited: {period}, due {date}." if following else "Awaited: an update, due {date}."
    yield say(sentence, period=period(lens, str(following or "")), **shown)


def _measured(lens: Lens, terms: Mapping[str, Any]) -> Iterator[Markup]:
    say = lens.speaker
    evidence = terms.get("evidence") or {}
    if evidence.get("kind"):
        yield say("Evidence: {source}.", source=_source(lens, evidence))
    shown = [one for one in terms.get("others") or () if one.get("covered")]
    if shown:
        listed = "; ".join(f"{_source(lens, one)}: {period(lens, str(one['covered']))}" for one in shown)
        yield say("Other evidence disagrees: {list}.", list=listed)


def _others(lens: Lens, terms: Mapping[str, Any]) -> Iterator[Markup]:
    for one in terms.get("others") or ():
        known = one.get("through") or one.get("on")
        if known:
            yield Markup("{}: {}").format(_source(lens, one), _day(lens, known))
        else:
            asked = unmeasured_in_words(lens.say, str(one.get("kind")), _detail(one))
            yield lens.speaker("Could not be measured: {list}.", list=asked)


def _source(lens: Lens, one: Mapping[str, Any]) -> str:
    return evidence_in_words(lens.say, str(one.get("kind")), _detail(one))


def _detail(one: Mapping[str, Any]) -> str:
    detail = str(one.get("detail") or "")
    return detail.rpartition("/")[2] if one.get("kind") in _IN_REPOSITORY else detail


def _names(lens: Lens, names: Any) -> str:
    return ", ".join(period(lens, str(name)) for name in names)


def _day(lens: Lens, iso: object) -> Markup:
    return _time(str(iso), day(str(iso), lens.language))


def _time(iso: str, words: str) -> Markup:
    return Markup('<time datetime="{}">{}</time>').format(iso, words) if iso else Markup("{}").format(words)
