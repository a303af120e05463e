"""Which data came in time over the past periods, by body and dataset: as a table in words, and as plain data."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from publisher.catalogue.model import Catalogue
from publisher.freshness.punctuality import Delivery, Outcome, Punctuality, Trend, by_body, summed_up
from publisher.messages import Messages
from publisher.reports.freshness.table import TITLE
from publisher.reports.freshness.words import day_in_words, period_in_words
from publisher.text import one_line

FORMAT = 1
FORMATS = ("table", "json")
SHOWN = 4
"""How many late or missing periods of a dataset the table names."""
_TRENDS = {
    Trend.BETTER: "better than in the periods before",
    Trend.WORSE: "worse than in the periods before",
    Trend.STEADY: "about as in the periods before",
}


@dataclass(frozen=True, slots=True)
class History:
    """The last ``periods`` periods of each dataset, as known at an instant in the catalogue's time zone."""

    catalogue: Catalogue
    now: datetime
    found: Mapping[str, Sequence[Delivery]]
    periods: int
    organization: str | None = None
    language: str | None = None

    @property
    def bodies(self) -> dict[str, list[str]]:
        """Names of datasets by the body that answers for them on that day."""
        return by_body(self.catalogue, self.found, self.now.date())

    def of(self, names: Sequence[str]) -> Punctuality:
        """Some datasets summed up."""
        return summed_up([one for name in names for one in self.found[name]])

    def title(self, dataset: str) -> str:
        """A dataset's title in the language asked for."""
        return self.catalogue.text(self.catalogue.datasets[dataset].title, self.language)

    def body(self, key: str) -> str:
        """A body's name in the language asked for; its key where the catalogue has no such body."""
        body = self.catalogue.organizations.get(key)
        return self.catalogue.text(body.name, self.language) if body else key


def render(history: History, form: str, words: Messages) -> bytes:
    """The history in one of :data:`FORMATS`."""
    if form == "json":
        return (json.dumps(as_data(history), ensure_ascii=False, indent=2) + "\n").encode()
    return (table(history, words) + "\n").encode()


def table(history: History, words: Messages) -> str:
    """The history in words, the least punctual body first."""
    if not history.found:
        return words.text("There is no dataset with due dates here, or nothing is known of its past.")
    bodies = history.bodies
    everything = history.of(list(history.found))
    asked = words.plural("the last period", "the last {count} periods", history.periods)
    heading = "{day}: data delivered in time, {periods} of each dataset"
    lines = [words.text(heading, day=day_in_words(history.now.date(), words), periods=asked)]
    if len(bodies) > 1:
        lines.append(f"{words.text('All together')}: {told(everything, words)}")
    for key, names in sorted(bodies.items(), key=lambda item: (_rank(history.of(item[1])), item[0])):
        lines += ["", f"{history.body(key)}: {told(history.of(names), words)}"]
        for name in sorted(names, key=lambda one: (_rank(history.of([one])), one)):
            lines += _dataset(name, history, words)
    return "\n".join(lines)


def _rank(found: Punctuality) -> tuple[bool, float]:
    return found.share is None, found.share or 0.0


def _dataset(name: str, history: History, words: Messages) -> Iterator[str]:
    found = history.found[name]
    yield f"  {one_line(history.title(name), TITLE)} [{name}]: {told(history.of([name]), words)}"
    wrong = [one for one in found if one.outcome in {Outcome.LATE, Outcome.MISSING}]
    for one in wrong[-SHOWN:][::-1]:
        yield f"    {period_in_words(one.period, words)}: {outcome(one, words)}"
    if len(wrong) > SHOWN:
        yield f"    {words.plural('and {count} more period', 'and {count} more periods', len(wrong) - SHOWN)}"


def told(found: Punctuality, words: Messages) -> str:
    """A summary in words: the share in time, how late usually, and the trend."""
    parts = []
    if found.share is not None:
        parts.append(
            words.text("{share}% in time ({count} of {due})", share=round(found.share * 100), count=found.in_time,
                       due=found.due)
        )  # fmt: skip
    if found.late:
        parts.append(words.plural("{count} late", "{count} late", found.late))
    if found.missing:
        parts.append(words.plural("{count} missing", "{count} missing", found.missing))
    if found.unknown:
        parts.append(words.plural("{count} not known", "{count} not known", found.unknown))
    if found.median_days is not None and found.share is not None:
        parts.append(_usually(round(found.median_days), words))
    if found.trend is not None:
        parts.append(words.text(_TRENDS[found.trend]))
    return ", ".join(parts)


def _usually(days: int, words: Messages) -> str:
    if days == 0:
        return words.text("usually on the due day")
    if days > 0:
        return words.plural("usually {count} day late", "usually {count} days late", days)
    return words.plural("usually {count} day ahead", "usually {count} days ahead", -days)


def outcome(one: Delivery, words: Messages) -> str:
    """What became of one period, in words."""
    due = day_in_words(one.due_at, words)
    if one.delivered_on is None or one.days_late is None:
        text = "due on {due}, not there" if one.outcome is Outcome.MISSING else "due on {due}, not known"
        return words.text(text, due=due)
    day = day_in_words(one.delivered_on, words)
    if one.days_late > 0:
        late = words.plural("{count} day late", "{count} days late", one.days_late)
        return words.text("due on {due}, there on {day}: {late}", due=due, day=day, late=late)
    return words.text("due on {due}, there on {day}", due=due, day=day)


def as_data(history: History) -> dict[str, Any]:
    """Plain data, as ``docs/schemas/freshness-history.schema.json`` describes it."""
    bodies = history.bodies
    body_of = {name: key for key, names in bodies.items() for name in names}
    return {
        "format": FORMAT,
        "snapshotted_at": history.now.isoformat(),
        "periods": history.periods,
        "organizations": [
            {"organization": key, "name": history.body(key), "datasets": names, **_sums(history.of(names))}
            for key, names in bodies.items()
        ],
        "datasets": [
            {
                "dataset": name,
                "title": history.title(name),
                "organization": history.catalogue.datasets[name].organization,
                "responsible": body_of[name],
                **_sums(history.of([name])),
                "history": [_delivery(one) for one in history.found[name]],
            }
            for name in history.found
        ],
    }


def _sums(found: Punctuality) -> dict[str, Any]:
    return {
        "due": found.due,
        "in_time": found.in_time,
        "late": found.late,
        "missing": found.missing,
        "unknown": found.unknown,
        "share_in_time": None if found.share is None else round(found.share, 4),
        "median_days_late": found.median_days,
        "trend": found.trend.value if found.trend else None,
    }


def _delivery(one: Delivery) -> dict[str, Any]:
    return {
        "period": one.period.name,
        "start": one.period.start.isoformat(),
        "end": one.period.end.isoformat(),
        "due_at": one.due_at.isoformat(),
        "delivered_on": _day(one.delivered_on),
        "days_late": one.days_late,
        "outcome": one.outcome.value,
        "revised_on": _day(one.revised_on),
        "evidence": one.evidence,
    }


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None
