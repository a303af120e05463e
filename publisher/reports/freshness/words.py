"""Sentences about one assessment: what is due when, what is missing, by which evidence, whose it is."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from publisher.catalogue.frequencies import FREQUENCIES
from publisher.catalogue.model import Catalogue
from publisher.dates import day as written_day
from publisher.freshness.legal import ListReview
from publisher.freshness.model import Assessment, Observation, Period, State
from publisher.freshness.periods import parse_period
from publisher.freshness.timeline import is_unmeasured
from publisher.freshness.words import STATES, evidence_in_words, unmeasured_in_words
from publisher.messages import Messages
from publisher.reports.freshness.model import Report, disagreements

SHOWN_PERIODS = 12
TO_DO = {
    State.DELINQUENT: "send the data now",
    State.OVERDUE: "send the data as soon as possible",
    State.DUE: "send the data before they count as late",
    State.NO_EVIDENCE: "look at the data and record a review",
    State.UNMEASURED: "repair what is named here; the data may be in time",
}
PRESSING = frozenset({State.DUE, State.OVERDUE, State.DELINQUENT})
"""States of the list's review in which somebody has something to do."""
UNDATED = "Updated without fixed dates"
FINAL = "No further updates expected"
"""Headings of what is fresh because no date is promised, apart from what is up to date by its dates."""
_PART_OF_YEAR = re.compile(r"(\d{4}(?:-\d{4})?)-(Q|H1|H2)(\d?)")
_MARKS = {"Q": "quarter", "H1": "first-half", "H2": "second-half"}
BEHIND = "Portal behind git: publish again; the data themselves may be in time"


def heading(one: Assessment) -> str:
    """What a dataset is listed under: its state, or that nobody promised an update."""
    if one.state is not State.FRESH or one.timeline.due_at is not None:
        return STATES[one.state]
    return FINAL if one.timeline.frequency == "never" else UNDATED


def when(one: Assessment, words: Messages) -> str:
    """What is due when, in a sentence."""
    line = one.timeline
    if line.due_at is None:
        frequency = FREQUENCIES.get(line.frequency)
        if one.state is not State.FRESH or frequency is None:
            return ""
        return words.text("No date is promised (updates: {how}).", how=words.text(frequency.label))
    due = day_in_words(line.due_at, words)
    if one.state is State.PLANNED:
        return words.text("Promised for {due}.", due=due)
    period = period_in_words(line.next_period, words)
    if one.days_late:
        late = words.plural("{count} day late", "{count} days late", one.days_late)
        sentence = "Data for {period} were due on {due}: {late}." if period else "An update was due on {due}: {late}."
        return words.text(sentence, period=period, due=due, late=late)
    left = (line.due_at - one.now.date()).days
    if one.state is State.DUE and left >= 0:
        rest = (
            words.plural("{count} day left", "{count} days left", left) if left else words.text("today is the last day")
        )
        sentence = "Data for {period} are due by {due}: {left}." if period else "An update is due by {due}: {left}."
        return words.text(sentence, period=period, due=due, left=rest)
    if one.state is State.DUE and line.overdue_at is not None:  # the days of grace
        sentence = (
            "Data for {period} were due on {due}; they count as late from {late}."
            if period
            else "An update was due on {due}; it counts as late from {late}."
        )
        return words.text(sentence, period=period, due=due, late=day_in_words(line.overdue_at, words))
    sentence = "Data for {period} are due by {due}." if period else "The next update is due by {due}."
    return words.text(sentence, period=period, due=due)


def missing(one: Assessment, words: Messages) -> str:
    """Which periods are missing, the last twelve by name; '' where it is only the one that is due."""
    names = [named(name, one.timeline.frequency, words) for name in one.missing]
    upcoming = one.timeline.next_period
    if not names or (len(names) == 1 and upcoming is not None and one.missing[0] == upcoming.name):
        return ""
    shown = ", ".join(names[-SHOWN_PERIODS:])
    more = len(names) - SHOWN_PERIODS
    sentence = "Missing: {shown}." if more <= 0 else "Missing: {shown} and {more} before."
    return words.text(sentence, shown=shown, more=more)


def partial(one: Assessment, words: Messages) -> str:
    """Of which periods only a part is there."""
    names = [named(name, one.timeline.frequency, words) for name in one.timeline.partial]
    return words.text("Only a part is there of: {shown}.", shown=", ".join(names[-SHOWN_PERIODS:])) if names else ""


def evidence(one: Assessment, catalogue: Catalogue, words: Messages) -> str:
    """By which evidence, and what else was asked without an answer."""
    line = one.timeline
    parts = []
    if line.evidence is not None:
        told = _seen(line.evidence, words)
        if told:
            parts.append(words.text("Evidence: {source}.", source=told))
    other = [
        words.text("{source} shows {period}", source=_seen(seen, words), period=period_in_words(period, words))
        for seen, period in disagreements(one, catalogue)
    ]
    if other:
        parts.append(words.text("Other evidence disagrees: {list}.", list="; ".join(other)))
    unmeasured = [seen for seen in line.others if is_unmeasured(seen)]
    failed = dict.fromkeys(unmeasured_in_words(words.text, seen.kind, seen.detail) for seen in unmeasured)
    if failed:
        parts.append(words.text("Could not be measured: {list}.", list=", ".join(failed)))
    return " ".join(parts)


def _seen(seen: Observation, words: Messages) -> str:
    day = seen.through or seen.on
    if day is None:
        return ""
    source = evidence_in_words(words.text, seen.kind, seen.detail)
    return f"{source}, {day_in_words(day, words)}"


def owner(one: Assessment, catalogue: Catalogue, words: Messages) -> str:
    """Who answers for it today."""
    body = catalogue.organizations.get(one.responsible or "")
    if body is None:
        return words.text("Nobody is known to answer for it today (publisher: {key}).", key=one.organization)
    name = catalogue.text(body.name, words.language)
    if one.responsible_inferred:
        return words.text("Responsible: {name} (inferred, no act was read).", name=name)
    return words.text("Responsible: {name}.", name=name)


def sentences(one: Assessment, catalogue: Catalogue, words: Messages) -> Iterator[str]:
    """All that is to be said of one dataset, a sentence or two at a time."""
    hint = ""
    if one.state is State.NO_EVIDENCE:
        call = _attest(one.dataset, one.now.date())
        hint = words.text("Nothing shows when the data were last updated. To record a review: {call}", call=call)
    said = (
        when(one, words),
        missing(one, words),
        partial(one, words),
        hint,
        evidence(one, catalogue, words),
        owner(one, catalogue, words),
    )
    return (sentence for sentence in said if sentence)


def _attest(what: str, day: date | None = None) -> str:
    """The call that records a review, whole but for who reviewed and what was found."""
    return f'opendata freshness attest {what} --on {day or "…"} --by "…" --note "…"'


def scope_name(report: Report, words: Messages) -> str:
    """What a report is about: a body, or the whole catalogue."""
    body = report.catalogue.organizations.get(report.organization or "")
    return report.catalogue.text(body.name if body else report.catalogue.settings.name, words.language)


def list_review(review: ListReview, catalogue: Catalogue, words: Messages) -> str:
    """The state of the catalogue's list in a sentence; '' where no law in force asks for reviews."""
    profile, due_at = review.profile, review.timeline.due_at
    if profile is None or due_at is None or review.state is State.ENDED:
        return ""
    name, due = catalogue.text(profile.name, words.language), day_in_words(due_at, words)
    if review.days_late:
        late = words.plural("{count} day late", "{count} days late", review.days_late)
        said = words.text(
            "The list of datasets was due for review on {due}: {late} ({law}).", due=due, late=late, law=name
        )
    else:
        said = words.text("The list of datasets is to be reviewed by {due} ({law}).", due=due, law=name)
    if review.state in PRESSING:
        call = _attest("--list")
        said = f"{said} " + words.text("To record the review: {call}", call=call)
    if review.update_by is None:
        return said
    return f"{said} " + words.text(
        "What the review found is to be added by {day}.", day=day_in_words(review.update_by, words)
    )


def day_in_words(day: date, words: Messages) -> str:
    """A date as the portal's pages write it."""
    return written_day(day.isoformat(), words.language)


def period_in_words(period: Period | None, words: Messages) -> str:
    """A period as people say it: quarter 1 of 2026, March 2026; '' for None."""
    if period is None:
        return ""
    days = (period.end - period.start).days + 1
    if days == 1:
        return day_in_words(period.start, words)
    if part := _part_of_year(period.name, words):
        return part
    key = ""
    if period.start.day == 1 and 28 <= days <= 31:
        key = "month"
    if not key and period.name == str(period.start.year):
        key = "year"
    if not key and days in {365, 366} and period.start.month == 9:
        key = "school-year"
    if not key:
        return period.name
    start = {"year": period.start.year, "month": f"{period.start.month:02}"}
    return words.of("period", key, name=period.name, **start)


def named(name: str, frequency: str, words: Messages) -> str:
    """The period of a name, in words."""
    return _part_of_year(name, words) or period_in_words(parse_period(name, frequency), words) or name


def _part_of_year(name: str, words: Messages) -> str:
    """A quarter or half in words, also of a year that begins in another month: quarter 2 of 2025-2026."""
    found = _PART_OF_YEAR.fullmatch(name)
    return words.of("period", _MARKS[found[2]], year=found[1], number=found[3]) if found else ""
