"""The report as text for a terminal: first what has to be done today, last what needs nobody."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import groupby

from publisher.freshness.model import Assessment, State
from publisher.freshness.words import STATES
from publisher.messages import Messages
from publisher.reports.freshness.model import FOLLOWED, RANK, Behind, Report
from publisher.reports.freshness.words import (
    BEHIND,
    FINAL,
    PRESSING,
    TO_DO,
    UNDATED,
    day_in_words,
    heading,
    list_review,
    missing,
    period_in_words,
    sentences,
    when,
)
from publisher.text import one_line

TITLE, SENTENCE = 100, 500
"""Longer texts are cut: nobody reads a page of one title on a terminal."""
_QUIET = (STATES[State.FRESH], UNDATED, FINAL, STATES[State.PLANNED])


def table(report: Report, words: Messages) -> str:
    """The report in words: who is late, since when, by what evidence, whose it is."""
    if not report.found:
        return words.text("There is no dataset here.")
    listed = [one for one in report.found if _is_listed(one)]
    listed.sort(key=lambda one: (RANK[one.state], heading(one) in {UNDATED, FINAL}, heading(one) == FINAL))
    lines = [_summary(report, words)]
    reviewed = list_review(report.review, report.catalogue, words) if report.review else ""
    lines += [*([reviewed] if reviewed else []), ""]
    for title, group in groupby(listed, key=heading):
        lines += [*_group(title, list(group), report, words), ""]
    for extra in (_behind(report, words), _upcoming(report, words), _not_followed(report, words)):
        lines += [*extra, ""] if extra else []
    return "\n".join(lines).rstrip("\n")


def _is_listed(one: Assessment) -> bool:
    return one.state in FOLLOWED or (one.state is State.PLANNED and one.timeline.due_at is not None)


def _summary(report: Report, words: Messages) -> str:
    """One line that says whether anything has to be done today."""
    counts = Counter(one.state for one in report.found)
    late = counts[State.DELINQUENT] + counts[State.OVERDUE]
    parts = []
    if late:
        parts.append(words.plural("{count} dataset is late", "{count} datasets are late", late))
    if counts[State.DUE]:
        parts.append(words.plural("{count} has an update due", "{count} have an update due", counts[State.DUE]))
    if counts[State.NO_EVIDENCE]:
        parts.append(words.plural("{count} lacks evidence", "{count} lack evidence", counts[State.NO_EVIDENCE]))
    if counts[State.UNMEASURED]:
        parts.append(
            words.plural("{count} could not be measured", "{count} could not be measured", counts[State.UNMEASURED])
        )
    if report.review is not None and report.review.state in PRESSING:
        parts.append(words.text("the list of datasets waits for its review"))
    said = ", ".join(parts) or words.text("nothing has to be done today")
    return words.text("{day}: {said}.", day=day_in_words(report.today, words), said=said)


def _group(title: str, members: Sequence[Assessment], report: Report, words: Messages) -> Iterator[str]:
    advice = TO_DO.get(members[0].state)
    yield f"{words.text(title)} ({len(members)})" + (f": {words.text(advice)}" if advice else "")
    quiet = title in _QUIET
    for one in members:
        if quiet:
            said = " ".join(part for part in (_briefly(one, words), missing(one, words)) if part)
            yield f"  {_name(one)}" + (f": {said}" if said else "")
            continue
        yield f"  {_name(one)}"
        yield from (f"    {one_line(sentence, SENTENCE)}" for sentence in sentences(one, report.catalogue, words))


def _briefly(one: Assessment, words: Messages) -> str:
    """What is due when; nothing more where the group's title says that no date is promised."""
    return when(one, words) if one.timeline.due_at is not None else ""


def _name(one: Assessment) -> str:
    return f"{one_line(one.title, TITLE)} [{one.dataset}]"


def _behind(report: Report, words: Messages) -> list[str]:
    if not report.behind:
        return []
    return [
        f"{words.text(BEHIND)} ({len(report.behind)})",
        *(f"  {one_line(one.title, TITLE)} [{one.dataset}]{_damage(one, words)}" for one in report.behind),
    ]


def _damage(one: Behind, words: Messages) -> str:
    told = []
    if one.unserved:
        told.append(words.text("not served as published: {files}", files=", ".join(one.unserved)))
    if one.edited:
        told.append(words.text("changed on the portal: {fields}", fields=", ".join(one.edited)))
    return one_line(": " + "; ".join(told), SENTENCE) if told else ""


def _upcoming(report: Report, words: Messages) -> list[str]:
    if report.upcoming is None:
        return []
    if not report.upcoming:
        return [words.text("Nothing comes due in that time.")]
    lines = [f"{words.text('Coming due')} ({len(report.upcoming)})"]
    for one in report.upcoming:
        period = period_in_words(one.period, words)
        lines.append(
            f"  {day_in_words(one.due_at, words)}  {_name(one.assessment)}" + (f": {period}" if period else "")
        )
    return lines


def _not_followed(report: Report, words: Messages) -> list[str]:
    counts = Counter(one.state for one in report.found if not _is_listed(one))
    if not counts:
        return []
    parts = [f"{words.text(STATES[state]).lower()} {counts[state]}" for state in State if counts[state]]
    return [words.text("Not followed: {list}.", list=", ".join(parts))]
