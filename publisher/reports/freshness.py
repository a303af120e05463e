"""Assessments as data and as a table for people, the most pressing first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from itertools import groupby
from typing import Any

from publisher.catalogue.model import Catalogue
from publisher.freshness.model import Assessment, Observation, Period, State
from publisher.freshness.timeline import is_unmeasured
from publisher.freshness.vocabulary import FREQUENCIES
from publisher.messages import Messages
from publisher.portals.site.words import day as written_day

FORMAT = 1
_RANK = {state: rank for rank, state in enumerate(State)}
_SUMMED_UP = frozenset(
    {State.PROPOSED, State.PLANNED, State.NOT_OPEN, State.WITHDRAWN, State.ENDED, State.EXEMPT, State.PAUSED}
)
HEADINGS = {
    State.DELINQUENT: "Seriously late",
    State.OVERDUE: "Late",
    State.DUE: "Due now",
    State.NO_EVIDENCE: "No evidence of updates",
    State.UNMEASURED: "Could not be measured",
    State.FRESH: "Up to date",
    State.PLANNED: "Planned",
    State.PROPOSED: "Proposed",
    State.PAUSED: "Paused",
    State.EXEMPT: "Exempt",
    State.ENDED: "Ended",
    State.NOT_OPEN: "Not open",
    State.WITHDRAWN: "Withdrawn",
}
UNDATED = "Updated without fixed dates"
FINAL = "No further updates expected"
"""Headings of what is fresh because no date is promised, apart from what is up to date by its dates."""
EVIDENCE = {
    "column": "date column {detail}",
    "period": "period in the file names {detail}",
    "content": "last change of {detail}",
    "git": "last change of {detail} in git",
    "attested": "review {detail}",
    "temporal": "the end of the period in the descriptor",
}
FAILED = {
    "column": "date column {detail} (the table cannot be read)",
    "git": "git (this clone holds only a part of the history)",
}


def by_urgency(found: Iterable[Assessment]) -> list[Assessment]:
    """The most pressing first; of one state the latest, then the one that is due soonest."""
    return sorted(
        found, key=lambda one: (_RANK[one.state], -one.days_late, one.timeline.due_at or date.max, one.dataset)
    )


def breaches(found: Iterable[Assessment], fail_on: State) -> list[Assessment]:
    """Those whose state is at least as pressing as a given one."""
    return [one for one in found if _RANK[one.state] <= _RANK[fail_on]]


def coming(found: Iterable[Assessment], today: date, until: date) -> list[Assessment]:
    """Those whose data are due in the days from ``today`` to ``until``, the soonest first."""
    soon = [
        one
        for one in found
        if one.timeline.due_at is not None
        and today <= one.timeline.due_at <= until
        and one.state in {State.FRESH, State.DUE, State.PLANNED}
    ]
    return sorted(soon, key=lambda one: (one.timeline.due_at or date.max, one.dataset))


def as_data(found: Sequence[Assessment], now: datetime, upcoming: Sequence[Assessment] | None = None) -> dict[str, Any]:
    """The report as plain data; ``docs/schemas/freshness.schema.json`` describes it.

    ``snapshotted_at`` and ``max_loaded_at`` have the meaning of dbt's ``sources.json``.
    """
    counts = Counter(one.state.value for one in found)
    data: dict[str, Any] = {
        "format": FORMAT,
        "snapshotted_at": now.isoformat(),
        "counts": {state.value: counts[state.value] for state in State if counts[state.value]},
        "datasets": [_entry(one) for one in by_urgency(found)],
    }
    if upcoming is not None:
        data["upcoming"] = [one.dataset for one in upcoming]
    return data


def _entry(one: Assessment) -> dict[str, Any]:
    line = one.timeline
    return {
        "dataset": one.dataset,
        "title": one.title,
        "organization": one.organization,
        "responsible": one.responsible,
        "responsible_inferred": one.responsible_inferred,
        "state": one.state.value,
        "frequency": line.frequency,
        "covered": _period(line.covered),
        "next_period": _period(line.next_period),
        "opens_at": _day(line.opens_at),
        "due_at": _day(line.due_at),
        "overdue_at": _day(line.overdue_at),
        "delinquent_at": _day(line.delinquent_at),
        "days_late": one.days_late,
        "max_loaded_at": _day((line.evidence.through or line.evidence.on) if line.evidence else None),
        "evidence": _observation(line.evidence) if line.evidence else None,
        "other_evidence": [_observation(other) for other in line.others],
        "missing_periods": list(one.missing),
    }


def _period(period: Period | None) -> dict[str, str] | None:
    return {"name": period.name, "start": str(period.start), "end": str(period.end)} if period else None


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _observation(seen: Observation) -> dict[str, str | None]:
    return {"kind": seen.kind, "detail": seen.detail, "through": _day(seen.through), "on": _day(seen.on)}


def as_text(
    found: Sequence[Assessment],
    catalogue: Catalogue,
    words: Messages,
    upcoming: Sequence[Assessment] | None = None,
) -> str:
    """The report in words: who is late, since when, by what evidence, whose it is."""
    lines: list[str] = []
    followed = [one for one in by_urgency(found) if one.state not in _SUMMED_UP]
    followed.sort(key=lambda one: (_RANK[one.state], heading(one) in {UNDATED, FINAL}, heading(one) == FINAL))
    for title, group in groupby(followed, key=heading):
        members = list(group)
        lines += [f"{words.text(title)} ({len(members)})"]
        lines += [line for one in members for line in _lines(one, catalogue, words)] + [""]
    summed = Counter(one.state for one in found if one.state in _SUMMED_UP)
    if summed:
        parts = [f"{words.text(HEADINGS[state]).lower()} {summed[state]}" for state in State if summed[state]]
        lines += [words.text("Not followed: {list}.", list=", ".join(parts)), ""]
    if upcoming is not None:
        lines += _upcoming(upcoming, words)
    return "\n".join(lines).rstrip("\n") if lines else words.text("There is no dataset here.")


def heading(one: Assessment) -> str:
    """What a dataset is listed under: its state, or that nobody promised an update."""
    if one.state is not State.FRESH or one.timeline.due_at is not None:
        return HEADINGS[one.state]
    return FINAL if one.timeline.frequency == "never" else UNDATED


def _lines(one: Assessment, catalogue: Catalogue, words: Messages) -> Iterator[str]:
    yield f"  {one.title} [{one.dataset}]"
    for sentence in (when(one, words), missing(one, words), evidence(one, words), owner(one, catalogue, words)):
        if sentence:
            yield f"    {sentence}"


def when(one: Assessment, words: Messages) -> str:
    """What is due when, in a sentence."""
    line = one.timeline
    if line.due_at is None:
        frequency = FREQUENCIES.get(line.frequency)
        if one.state is not State.FRESH or frequency is None:
            return ""
        return words.text("No date is promised (updates: {how}).", how=words.text(frequency.label))
    period, due = (
        line.next_period.name if line.next_period else "",
        _day_in_words(line.due_at, words),
    )
    if one.days_late:
        late = words.plural("{count} day late", "{count} days late", one.days_late)
        sentence = "{period} was due on {due}: {late}." if period else "An update was due on {due}: {late}."
        return words.text(sentence, period=period, due=due, late=late)
    sentence = "{period} is due by {due}." if period else "The next update is due by {due}."
    return words.text(sentence, period=period, due=due)


def missing(one: Assessment, words: Messages) -> str:
    """Which periods are missing, the last twelve by name."""
    if not one.missing:
        return ""
    shown = ", ".join(one.missing[-12:])
    more = len(one.missing) - 12
    sentence = "Missing: {shown}." if more <= 0 else "Missing: {shown} and {more} before."
    return words.text(sentence, shown=shown, more=more)


def evidence(one: Assessment, words: Messages) -> str:
    """By which evidence, and what else was asked without an answer."""
    line = one.timeline
    failed = [words.text(FAILED.get(seen.kind, "{detail}"), detail=seen.detail) for seen in _unmeasured(line.others)]
    parts = []
    if line.evidence is not None:
        seen = line.evidence
        source = words.text(EVIDENCE.get(seen.kind, "{detail}"), detail=seen.detail)
        day = seen.through or seen.on
        if day is not None:
            parts.append(words.text("Evidence: {source}, {day}.", source=source, day=_day_in_words(day, words)))
    if failed:
        parts.append(words.text("Could not be measured: {list}.", list=", ".join(failed)))
    return " ".join(parts)


def _unmeasured(seen: Iterable[Observation]) -> Iterator[Observation]:
    return (one for one in seen if is_unmeasured(one))


def owner(one: Assessment, catalogue: Catalogue, words: Messages) -> str:
    """Who answers for it today."""
    body = catalogue.organizations.get(one.responsible or "")
    if body is None:
        return words.text("Nobody is known to answer for it today (publisher: {key}).", key=one.organization)
    name = catalogue.text(body.name, words.language)
    if one.responsible_inferred:
        return words.text("Responsible: {name} (inferred, no act was read).", name=name)
    return words.text("Responsible: {name}.", name=name)


def _upcoming(upcoming: Sequence[Assessment], words: Messages) -> list[str]:
    if not upcoming:
        return [words.text("Nothing comes due in that time.")]
    lines = [f"{words.text('Coming due')} ({len(upcoming)})"]
    for one in upcoming:
        due = _day_in_words(one.timeline.due_at, words) if one.timeline.due_at else ""
        period = f" {one.timeline.next_period.name}" if one.timeline.next_period else ""
        lines.append(f"  {due}  {one.title}{period} [{one.dataset}]")
    return lines


def _day_in_words(day: date, words: Messages) -> str:
    """A date as the portal's pages write it."""
    return written_day(day.isoformat(), words.language)
