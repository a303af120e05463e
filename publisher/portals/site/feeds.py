"""Calendars and feeds to subscribe to: the whole catalogue's and each organization's, in each language.

Made from the dates of records alone: the same records give the same bytes, on whatever day.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, time, tzinfo
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from publisher.dates import day
from publisher.freshness.ahead import is_frequent
from publisher.freshness.atom import Entry, Feed, atom, news_id
from publisher.freshness.ical import DueDate, calendar, uid
from publisher.plan.model import Record
from publisher.plan.records import day_of
from publisher.portals.site.context import Lens, answering, has_data, is_awaited
from publisher.portals.site.context_dataset import period

CALENDAR = "freshness.ics"
FEED = "feed.atom"
MAX_DATES = 3000
"""A calendar that would have more holds only the next due date of each dataset."""
RECENT = 6
"""How many of a dataset's last deliveries are news."""


class Feeds:
    """The calendars and feeds of one language; each dataset's dates and news are worked out once."""

    def __init__(self, lens: Lens) -> None:
        self._lens = lens
        self._catalogue = _id(lens.view.catalogue)
        self._base = str(lens.view.catalogue.get("base_url") or "").rstrip("/")
        self._dates = {name: tuple(self._due_dates(one)) for name, one in lens.view.datasets.items()}
        self._news = {name: tuple(self._entries(one)) for name, one in lens.view.datasets.items()}
        self._of: dict[str, list[str]] = {}
        for name, record in lens.view.datasets.items():
            for key in bodies(record):
                self._of.setdefault(key, []).append(name)

    def dates(self, organization: str | None = None) -> list[DueDate]:
        """The due dates to come, of all datasets or of those that an organization published or answers for."""
        found = [self._dates[name] for name in self._names(organization)]
        if sum(map(len, found)) > MAX_DATES:
            found = [one[:1] for one in found]
        return [one for dates in found for one in dates]

    def news(self, organization: str | None = None) -> list[Entry]:
        """What came in, likewise."""
        return [one for name in self._names(organization) for one in self._news[name]]

    def files(self) -> Iterator[tuple[str, bytes]]:
        """Every calendar and feed that has something in it, as (path, bytes)."""
        for key in (None, *sorted(self._of)):
            folder = f"{self._lens.prefix}organization/{key}/" if key else self._lens.prefix
            title = self._lens.organization(key) if key else self._lens.text(self._lens.view.catalogue.get("name"))
            dates, news = self.dates(key), self.news(key)
            if dates:
                heading = self._lens.say("Due dates of data: {name}", name=title)
                said = self._lens.say("On which day which data have to be there.")
                yield folder + CALENDAR, calendar(heading, said, dates)
            if news:
                yield folder + FEED, self._feed(key, folder, title, news)

    def _names(self, organization: str | None) -> Iterable[str]:
        return self._lens.view.datasets if organization is None else self._of.get(organization, ())

    def _feed(self, key: str | None, folder: str, title: str, news: list[Entry]) -> bytes:
        publisher = self._lens.view.catalogue.get("publisher") or {}
        about = Feed(
            id=news_id(self._catalogue, "data", *([key] if key else []), self._lens.language),
            title=self._lens.say("New data: {name}", name=title),
            author=self._lens.text(publisher.get("name")) or title,
            updated=max(one.updated for one in news),
            url=f"{self._base}/{folder}" if self._base else None,
            self_url=f"{self._base}/{folder}{FEED}" if self._base else None,
            language=self._lens.language,
        )
        return atom(about, news)

    def _due_dates(self, record: Record) -> Iterator[DueDate]:
        terms = record.get("freshness") or {}
        if not is_awaited(terms):
            return
        following = terms.get("next") or {}
        first = {"name": following.get("name"), "due_at": terms["due_at"]}
        frequent = is_frequent(str(terms.get("frequency")))
        for one in [first, *(terms.get("ahead") or ())]:
            due = day_of(one.get("due_at"))
            if due is None:
                continue
            named = period(self._lens, str(one["name"])) if one.get("name") else ""
            title = self._lens.text(record.get("title")) or str(record["name"])
            key = one.get("name") or ("promised" if terms.get("fixed") == "planned" else None)
            yield DueDate(
                uid=uid(self._catalogue, _id(record), key),
                day=due,
                stamp=_stamp(terms, due),
                summary=self._lens.say("Data due: {title}", title=f"{title} ({named})" if named else title),
                description="\n".join(
                    [
                        self._lens.say("{day} is the last day in time.", day=day(due.isoformat(), self._lens.language)),
                        self._lens.organization(answering(record)),
                        f"[{record['name']}]",
                    ]
                ),
                url=self._page(record),
                categories=(self._lens.organization(answering(record)),),
                alarms=(1,) if frequent else (7, 1),
            )

    def _entries(self, record: Record) -> Iterator[Entry]:
        """An entry for each delivery that is known, and for the last change of data without periods."""
        if not has_data(record):
            return
        history = (record.get("freshness") or {}).get("history") or ()
        delivered = [(on, one) for one in history[-RECENT:] if (on := day_of(one.get("delivered_on"))) is not None]
        for on, one in delivered:
            named = period(self._lens, str(one["period"]))
            due = day(str(one["due_at"]), self._lens.language)
            said = self._lens.say("{period}, due on {due}", period=named, due=due)
            yield self._entry(record, str(one["period"]), on, f" ({named})", said)
        modified = day_of(record.get("modified"))
        if not delivered and modified is not None:
            yield self._entry(record, modified.isoformat(), modified, "", "")

    def _entry(self, record: Record, key: str, on: date, named: str, said: str) -> Entry:
        title = self._lens.text(record.get("title")) or str(record["name"])
        return Entry(
            id=news_id(self._catalogue, "data", str(_id(record)), key),
            title=f"{title}{named}",
            updated=datetime.combine(on, time(), self._zone),
            summary=". ".join(part for part in (said, self._lens.organization(answering(record))) if part),
            url=self._page(record),
            categories=tuple(record.get("themes") or ()),
        )

    def _page(self, record: Record) -> str | None:
        return f"{self._base}/{self._lens.prefix}dataset/{record['name']}/" if self._base else None

    @property
    def _zone(self) -> tzinfo:
        try:
            return ZoneInfo(str(self._lens.view.catalogue.get("time_zone") or "UTC"))
        except (ZoneInfoNotFoundError, ValueError):
            return UTC


def _stamp(terms: Mapping[str, Any], due: date) -> date:
    evidence = terms.get("evidence") or {}
    known = day_of(evidence.get("on") or evidence.get("through"))
    return min(known, due) if known else due


def _id(record: Record) -> UUID:
    try:
        return UUID(str(record.get("id")))
    except ValueError:
        return uuid5(NAMESPACE_URL, str(record.get("id") or record.get("name")))


def bodies(record: Record) -> list[str]:
    """Every body that has to do with a dataset: its publisher, those that took over, the one that answers."""
    keys = [record.get("organization"), *(one.get("key") for one in record.get("succession") or ())]
    return [str(key) for key in dict.fromkeys([*keys, record.get("responsible")]) if key]
