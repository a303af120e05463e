"""The page of freshness: which data are promised for when, and how the past months went."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from publisher.dates import day
from publisher.plan.model import Record
from publisher.portals.site.context import Entry, Lens, answering, followed, is_awaited
from publisher.portals.site.context_dataset import period
from publisher.portals.site.context_freshness import Fresh, fresh, state_words
from publisher.portals.site.feeds import CALENDAR, FEED, Feeds
from publisher.portals.site.render_page import Drawer, paged

MONTHS = 24
PER_PAGE = 200
"""More datasets than that are cut into pages."""
LONG = 30
"""Days from which on lateness is marked as long."""
STATES = ("delinquent", "overdue", "due", "fresh", "no-evidence", "unmeasured", "paused", "ended", "planned")
_MONTH = re.compile(r"\d{4}-(0[1-9]|1[0-2])")
_MARKS = {"early": "✓", "on-time": "✓", "late": "!", "long": "‼", "missing": "×", "unknown": "?", "next": "·"}
_RANK = ("missing", "long", "late", "unknown", "next", "on-time", "early")


@dataclass(frozen=True)
class Line:
    """A followed dataset; ``cells`` has what was due in each month of the map."""

    entry: Entry
    body: str
    fresh: Fresh
    cells: tuple[Cell | None, ...]


@dataclass(frozen=True)
class Cell:
    """What was due in a month: the worst of it as a mark, all of it in words. ``due`` is set for what is to come."""

    kind: str
    mark: str
    words: str
    due: str = ""


def freshness_pages(drawer: Drawer, feeds: Feeds) -> Iterator[tuple[str, bytes]]:
    """The page in one language (more pages for a very large catalogue); none where nothing promises a date."""
    lens = drawer.lens
    if not drawer.has_followed:
        return
    names = [name for name, record in lens.view.datasets.items() if followed(record)]
    by_body: dict[str, list[str]] = {}
    for name in names:
        by_body.setdefault(answering(lens.view.datasets[name]), []).append(name)
    ordered = sorted(by_body, key=lambda key: (lens.order(lens.organization(key)), key))
    listed = [entry for key in ordered for entry in lens.listed(by_body[key])]
    quiet = sum(entry.data for entry in lens.entries) - sum(entry.data for entry in listed)
    for path, page in paged("freshness/", listed, PER_PAGE):
        months = _months([lens.view.datasets[entry.name] for entry in page["shown"]])
        lines = [_line(lens, entry, months) for entry in page["shown"]]
        yield drawer.page(
            "freshness.html",
            path,
            lens.say("Freshness of data"),
            section="freshness/",
            summary=lens.say("Which data are promised for when, and which came in time."),
            groups=_groups(lens, lines),
            months=[_month(lens, month) for month in months],
            years=_years(months),
            mapped=any(cell for line in lines for cell in line.cells),
            filters=_filters(lens, lines),
            legend=_legend(lens),
            quiet=quiet,
            calendar=CALENDAR if feeds.dates() else "",
            feed=FEED if feeds.news() else "",
            page=page,
        )


def _line(lens: Lens, entry: Entry, months: Sequence[str]) -> Line:
    record = lens.view.datasets[entry.name]
    terms = record.get("freshness") or {}
    due: dict[str, list[Cell]] = {}
    for one in terms.get("history") or ():
        due.setdefault(one["due_at"][:7], []).append(_cell(lens, one))
    following, due_at = terms.get("next") or {}, terms.get("due_at") or ""
    if is_awaited(terms) and following.get("name"):
        words = lens.say(
            "{period}: due on {due}", period=period(lens, following["name"]), due=day(due_at, lens.language)
        )
        due.setdefault(due_at[:7], []).append(Cell("next", _MARKS["next"], words, due_at))
    found = fresh(lens, record)
    assert found is not None
    return Line(entry, answering(record), found, tuple(_worst(due.get(month, ())) for month in months))


def _cell(lens: Lens, one: Mapping[str, Any]) -> Cell:
    kind = "long" if (one.get("days_late") or 0) > LONG else str(one["outcome"])
    return Cell(kind, _MARKS[kind], f"{period(lens, one['period'])}: {outcome(lens, one)}")


def outcome(lens: Lens, one: Mapping[str, Any]) -> str:
    """What became of a period, in words."""
    late = one.get("days_late") or 0
    if one["outcome"] == "late":
        return str(lens.speaker.many("{count} day late", "{count} days late", late, lens.language))
    return {
        "early": lens.say("before the period had ended"),
        "on-time": lens.say("in time"),
        "missing": lens.say("not there"),
        "unknown": lens.say("not known"),
    }[str(one["outcome"])]


def past(lens: Lens, record: Record) -> list[dict[str, str]]:
    """The past periods of a dataset for its own page, the newest first."""
    history = (record.get("freshness") or {}).get("history") or ()
    found = []
    for one in reversed(history):
        cell = _cell(lens, one)
        dates = {key: one.get(key) or "" for key in ("due_at", "delivered_on", "revised_on")}
        named = {"period": period(lens, one["period"]), "kind": cell.kind, "mark": cell.mark}
        found.append({**named, **dates, "words": outcome(lens, one)})
    return found


def _worst(cells: Sequence[Cell]) -> Cell | None:
    if len(cells) < 2:
        return cells[0] if cells else None
    worst = min(cells, key=lambda one: _RANK.index(one.kind))
    due = max(one.due for one in cells)
    return Cell(worst.kind, worst.mark, "; ".join(one.words for one in cells), due)


def _months(records: Sequence[Record]) -> list[str]:
    """The months of the map, up to the last one in which something was due or came in."""
    last = ""
    for record in records:
        for one in (record.get("freshness") or {}).get("history") or ():
            last = max([last, *_months_of(one)])
    if not last:
        return []
    year, month = int(last[:4]), int(last[5:])
    count = year * 12 + month - 1
    return [f"{one // 12}-{one % 12 + 1:02}" for one in range(count - MONTHS + 1, count + 1)]


def _months_of(one: Mapping[str, Any]) -> Iterator[str]:
    months = (str(one.get(key) or "")[:7] for key in ("due_at", "delivered_on"))
    return (month for month in months if _MONTH.fullmatch(month))


def _month(lens: Lens, month: str) -> dict[str, str]:
    return {"short": month[5:], "words": period(lens, month)}


def _years(months: Sequence[str]) -> list[tuple[str, int]]:
    years: dict[str, int] = {}
    for month in months:
        years[month[:4]] = years.get(month[:4], 0) + 1
    return list(years.items())


def _groups(lens: Lens, lines: Sequence[Line]) -> list[dict[str, Any]]:
    groups: dict[str, list[Line]] = {}
    for line in lines:
        groups.setdefault(line.body, []).append(line)
    return [
        {
            "key": key,
            "title": lens.organization(key),
            "known": key in lens.view.organizations,
            "lines": found,
            "mapped": [line for line in found if any(line.cells)],
        }
        for key, found in groups.items()
    ]


def _filters(lens: Lens, lines: Sequence[Line]) -> list[dict[str, Any]]:
    bodies = {line.body: lens.organization(line.body) for line in lines}
    themes = {key: lens.title(lens.view.themes, key) for line in lines for key in line.entry.themes}
    found = [("organization", lens.say("Organization"), bodies), ("theme", lens.say("Theme"), themes)]
    fixed = {line.fresh.kind for line in lines if line.fresh.kind}
    states = {key: state_words(lens, key) for key in STATES if key in {*STATES[:4], *fixed}}
    return [
        {"key": key, "label": label, "options": sorted(options.items(), key=lambda item: lens.order(item[1]))}
        for key, label, options in found
    ] + [{"key": "state", "label": lens.say("State"), "options": list(states.items())}]


def _legend(lens: Lens) -> list[dict[str, str]]:
    said = {
        "on-time": lens.say("in time"),
        "late": lens.say("late"),
        "long": str(
            lens.speaker.many("more than {count} day late", "more than {count} days late", LONG, lens.language)
        ),
        "missing": lens.say("not there"),
        "unknown": lens.say("not known"),
        "next": lens.say("to come"),
    }
    return [{"kind": kind, "mark": _MARKS[kind], "words": words} for kind, words in said.items()]
