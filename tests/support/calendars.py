"""What iCalendar files have to be for those who subscribe, as their makers say it; we cannot open those programs here.

RFC 5545 and 7986; Outlook: [MS-OXCICAL] (METHOD, UID, DTSTAMP, whole days as VALUE=DATE, no attendees in what is
published); Google Calendar: CRLF, UTF-8, X-WR-CALNAME; Thunderbird reads what the RFC allows.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

Lines = list[str]
_HEAD = {
    "VERSION": r"2\.0",
    "PRODID": r".+",
    "CALSCALE": "GREGORIAN",
    "METHOD": "PUBLISH",
    "NAME": r".+",
    "X-WR-CALNAME": r".+",
    "REFRESH-INTERVAL;VALUE=DURATION": r"P\d+D",
    "X-PUBLISHED-TTL": r"P\d+D",
}
_EVENT = {
    "UID": r"[\w.:-]{1,200}@[\w.-]+",
    "DTSTAMP": r"\d{8}T\d{6}Z",
    "DTSTART;VALUE=DATE": r"\d{8}",
    "DTEND;VALUE=DATE": r"\d{8}",
    "SUMMARY": r".+",
    "TRANSP": "TRANSPARENT",
}
_ALARM = {"ACTION": "DISPLAY", "TRIGGER": r"-P\d+D", "DESCRIPTION": r".+"}
_TEXTS = ("SUMMARY", "DESCRIPTION", "NAME", "X-WR-CALNAME", "X-WR-CALDESC")


def objections(content: bytes) -> list[str]:
    """What a calendar program could take amiss in a file; nothing is well."""
    return list(_objections(content))


def _objections(content: bytes) -> Iterator[str]:
    lines = content.split(b"\r\n")
    if content.startswith(b"\xef\xbb\xbf") or not content.endswith(b"END:VCALENDAR\r\n"):
        yield "a byte order mark, or no end"
    if any(b"\n" in line or b"\r" in line for line in lines):
        yield "line ends that are not CRLF"
    yield from (f"a line of {len(line)} octets" for line in lines if len(line) > 75)
    whole = content.replace(b"\r\n ", b"").decode("utf-8").split("\r\n")[:-1]
    head, events = _head(whole), _parts(whole, "VEVENT")
    yield from _wrong("calendar", head, _HEAD)
    uids = [line for event in events for line in event if line.startswith("UID:")]
    yield from (f"{uid} twice" for uid in set(uids) if uids.count(uid) > 1)
    for event in events:
        own = [line for line in event if line not in {one for alarm in _parts(event, "VALARM") for one in alarm}]
        yield from _wrong("event", own, _EVENT)
        start, end = (re.search(rf"{name};VALUE=DATE:(\d+)", "\n".join(own)) for name in ("DTSTART", "DTEND"))
        if start and end and start[1] >= end[1]:
            yield "an end that is not after its start"
        for alarm in _parts(event, "VALARM"):
            yield from _wrong("alarm", alarm, _ALARM)
    for line in whole:
        name, _, value = line.partition(":")
        if name in _TEXTS and re.search(r"(?<!\\)(?:\\\\)*(?:[,;]|\\[^\\,;n])", value):
            yield f"{name} is not escaped"
        if name.partition(";")[0] in {"ATTENDEE", "ORGANIZER", "TZID", "RRULE"}:
            yield f"{name} in what is published"


def _head(lines: Lines) -> Lines:
    return lines[: next((place for place, line in enumerate(lines) if line == "BEGIN:VEVENT"), len(lines))]


def _parts(lines: Lines, kind: str) -> list[Lines]:
    found: list[Lines] = []
    for line in lines:
        if line == f"BEGIN:{kind}":
            found.append([])
        if found and (not found[-1] or found[-1][-1] != f"END:{kind}"):
            found[-1].append(line)
    return found


def _wrong(what: str, lines: Lines, wanted: dict[str, str]) -> Iterator[str]:
    for name, pattern in wanted.items():
        values = [line.partition(":")[2] for line in lines if line.partition(":")[0] == name]
        if len(values) != 1 or not re.fullmatch(pattern, values[0]):
            yield f"{what}: {name} is {values}"
