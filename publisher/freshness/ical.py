"""Due dates as an iCalendar file (RFC 5545) that Outlook, Google Calendar and Thunderbird can subscribe to.

Events are whole days (``VALUE=DATE``), so no time zone is needed and none can be wrong: 15 April is
15 April wherever one reads. The same due dates always give the same bytes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

if TYPE_CHECKING:
    import icalendar

PRODUCT = "-//opendata-publisher//freshness//EN"
FILE = "text/calendar; charset=utf-8"
REFRESH = timedelta(days=1)
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class DueDate:
    """One event: what is due on which day. ``stamp`` is the day since which this is known.

    ``alarms`` are days ahead on which a calendar reminds.
    """

    uid: str
    day: date
    stamp: date
    summary: str
    description: str = ""
    url: str | None = None
    categories: tuple[str, ...] = ()
    alarms: tuple[int, ...] = (7, 1)


def uid(catalogue: UUID, dataset: UUID, period: str | None) -> str:
    """The event's id: the same for the same dataset and period whatever becomes of titles, names and dates."""
    return f"{dataset}.{period or 'next'}@{catalogue}"


def calendar(name: str, description: str, due_dates: Iterable[DueDate]) -> bytes:
    """The file: CRLF, folded lines, UTF-8; events by day.

    ``X-WR-CALNAME`` and ``X-PUBLISHED-TTL`` are what Google and Outlook read for the RFC 7986
    properties of the same sense.
    """
    import icalendar

    found = icalendar.Calendar()
    found.add("version", "2.0")
    found.add("prodid", PRODUCT)
    found.add("calscale", "GREGORIAN")
    found.add("method", "PUBLISH")
    for key in ("name", "x-wr-calname"):
        found.add(key, _line(name))
    for key in ("description", "x-wr-caldesc"):
        found.add(key, _line(description))
    found.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
    found.add("x-published-ttl", "P1D")
    for one in sorted(due_dates, key=lambda one: (one.day, one.uid)):
        found.add_component(_event(one))
    return bytes(found.to_ical(sorted=False))


def _event(one: DueDate) -> icalendar.Event:
    import icalendar

    event = icalendar.Event()
    event.add("uid", one.uid)
    event.add("dtstamp", datetime.combine(one.stamp, time(), UTC))
    event.add("dtstart", one.day)
    event.add("dtend", one.day + timedelta(1) if one.day < date.max else one.day)
    event.add("summary", _line(one.summary))
    if one.description:
        event.add("description", _text(one.description))
    if one.url:
        event.add("url", one.url)
    if one.categories:
        event.add("categories", [_line(category) for category in one.categories])
    event.add("transp", "TRANSPARENT")
    for days in one.alarms:
        alarm = icalendar.Alarm()
        alarm.add("action", "DISPLAY")
        alarm.add("description", _line(one.summary))
        alarm.add("trigger", timedelta(days=-days))
        event.add_component(alarm)
    return event


def _text(text: str) -> str:
    return _CONTROL.sub(" ", text)


def _line(text: str) -> str:
    return _text(text).replace("\n", " ")
