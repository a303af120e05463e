"""Due dates as an iCalendar file (RFC 5545) that Outlook, Google Calendar and Thunderbird can subscribe to.

Events are whole days (``VALUE=DATE``), so no time zone is needed and none can be wrong: 15 April is
15 April wherever one reads. The same due dates always give the same bytes.

Own lines rather than the library ``icalendar``, which needs half a millisecond for an event: a portal writes two
hundred thousand of them for a large catalogue. The tests read all of it with that library.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

PRODUCT = "-//opendata-publisher//freshness//EN"
FILE = "text/calendar; charset=utf-8"
REFRESH = "P1D"
_CONTROL = re.compile("[\x00-\x09\x0b-\x1f\x7f]")
_WIDTH = 74
"""The space that begins a further line counts too."""


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
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        f"PRODID:{PRODUCT}",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        f"NAME:{_text(name)}",
        f"X-WR-CALNAME:{_text(name)}",
        f"DESCRIPTION:{_text(description)}",
        f"X-WR-CALDESC:{_text(description)}",
        f"REFRESH-INTERVAL;VALUE=DURATION:{REFRESH}",
        f"X-PUBLISHED-TTL:{REFRESH}",
    ]
    for one in sorted(due_dates, key=lambda one: (one.day, one.uid)):
        lines += _event(one)
    return "".join(f"{_folded(line)}\r\n" for line in [*lines, "END:VCALENDAR"]).encode()


def _event(one: DueDate) -> Iterator[str]:
    summary = _text(one.summary)
    yield "BEGIN:VEVENT"
    yield f"UID:{_text(one.uid)}"
    yield f"DTSTAMP:{_day(one.stamp)}T000000Z"
    yield f"DTSTART;VALUE=DATE:{_day(one.day)}"
    yield f"DTEND;VALUE=DATE:{_day(one.day + timedelta(1) if one.day < date.max else one.day)}"
    yield f"SUMMARY:{summary}"
    if one.description:
        yield f"DESCRIPTION:{_text(one.description)}"
    if one.url:
        yield f"URL:{''.join(_CONTROL.sub('', one.url).split())}"
    if one.categories:
        yield f"CATEGORIES:{','.join(map(_text, one.categories))}"
    yield "TRANSP:TRANSPARENT"
    for days in one.alarms:
        yield from ("BEGIN:VALARM", "ACTION:DISPLAY", f"DESCRIPTION:{summary}", f"TRIGGER:-P{days}D", "END:VALARM")
    yield "END:VEVENT"


def _day(day: date) -> str:
    return day.isoformat().replace("-", "")


def _text(text: str) -> str:
    """A text as a value (RFC 5545, 3.3.11)."""
    plain = _CONTROL.sub(" ", text.replace("\r\n", "\n"))
    return plain.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,").replace("\n", "\\n")


def _folded(line: str) -> str:
    """A line in pieces of at most 75 bytes, none of which cuts a character (RFC 5545, 3.1)."""
    if len(line) <= _WIDTH and line.isascii():
        return line
    pieces, start, width = [], 0, 0
    for place, character in enumerate(line):
        size = len(character.encode())
        if width + size > _WIDTH:
            pieces.append(line[start:place])
            start, width = place, 0
        width += size
    return "\r\n ".join([*pieces, line[start:]])
