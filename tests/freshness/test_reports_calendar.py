"""The iCalendar file: RFC 5545 by two libraries and by its own text, the same events from day to day."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import icalendar
import pytest
import vobject
from support.calendars import objections
from support.states import report_of, write_catalogue

from publisher.catalogue.model import FreshnessTerms
from publisher.freshness.ahead import due_dates
from publisher.freshness.ical import DueDate, calendar, uid
from publisher.freshness.model import Observation
from publisher.freshness.timeline import timeline
from publisher.messages import messages
from publisher.reports.freshness.ics import ics

CATALOGUE, DATASET = UUID(int=1), UUID(int=2)


@pytest.fixture
def root(catalogue_dir: Path) -> Path:
    return write_catalogue(catalogue_dir)


def made(root: Path, now: str = "2026-04-10", language: str = "vi") -> bytes:
    report = report_of(root, now, language)
    return ics(replace(report, until=None), messages(language))


def events(content: bytes) -> dict[str, Any]:
    found = icalendar.Calendar.from_ical(content)
    return {str(event["UID"]): event for event in found.walk("VEVENT")}


@pytest.mark.parametrize("language", ["vi", "en"])
def test_two_libraries_take_it(root: Path, language: str) -> None:
    content = made(root, language=language)
    parsed = icalendar.Calendar.from_ical(content)
    assert [error for event in parsed.walk() for error in event.errors] == []
    second = vobject.readOne(content.decode())
    assert second.validate(raiseException=True)
    assert len(second.vevent_list) == len(events(content)) >= 5


def test_its_lines_are_as_rfc_5545_wants_them(root: Path) -> None:
    content = made(root)
    lines = content.split(b"\r\n")
    assert lines[-1] == b"" and not any(b"\n" in line or b"\r" in line for line in lines)
    assert max(map(len, lines)) <= 75
    for line in lines:
        line.decode("utf-8")  # no character is cut by folding
    whole = content.replace(b"\r\n ", b"").decode().split("\r\n")
    assert whole[:3] == ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//opendata-publisher//freshness//EN"]
    assert whole.count("BEGIN:VEVENT") == whole.count("END:VEVENT") == sum(one.startswith("UID:") for one in whole)
    names = {re.split("[:;]", line)[0] for line in whole if line}
    assert names <= {
        *("BEGIN", "END", "VERSION", "PRODID", "CALSCALE", "METHOD", "NAME", "X-WR-CALNAME", "DESCRIPTION"),
        *("X-WR-CALDESC", "REFRESH-INTERVAL", "X-PUBLISHED-TTL", "UID", "DTSTAMP", "DTSTART", "DTEND", "SUMMARY"),
        *("URL", "CATEGORIES", "TRANSP", "ACTION", "TRIGGER"),
    }, "Outlook, Google and Thunderbird take these"


@pytest.mark.parametrize("language", ["vi", "en"])
def test_it_is_as_outlook_google_and_thunderbird_want_it(root: Path, language: str) -> None:
    assert objections(made(root, language=language)) == []
    assert objections(calendar("a, b; c\\d", "e\nf", [])) == []


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (b"METHOD:PUBLISH\r\n", b"", "calendar: METHOD is []"),
        (b"METHOD:PUBLISH", b"METHOD:REQUEST", "calendar: METHOD is ['REQUEST']"),
        (b"X-WR-CALNAME", b"X-CALNAME", "calendar: X-WR-CALNAME is []"),
        (b"T000000Z", b"T000000", "event: DTSTAMP is ['20260101T000000']"),
        (b"DTSTART;VALUE=DATE:20260131", b"DTSTART:20260131", "event: DTSTART;VALUE=DATE is []"),
        (b"20260201", b"20260131", "an end that is not after its start"),
        (b"ACTION:DISPLAY\r\n", b"", "alarm: ACTION is []"),
        (b"TRIGGER:-P1D", b"TRIGGER:P1D", "alarm: TRIGGER is ['P1D']"),
        (b"TRANSP", b"ORGANIZER:x\r\nTRANSP", "ORGANIZER in what is published"),
        (b"Data\\, due", b"Data, due", "SUMMARY is not escaped"),
        (b"\r\n", b"\n", "line ends that are not CRLF"),
        (b"\r\n ", b"", "a line of"),
        (b"UID:", b"UUID:", "event: UID is []"),
    ],
)
def test_what_those_programs_would_take_amiss_is_noticed(old: bytes, new: bytes, said: str) -> None:
    one = DueDate(uid(CATALOGUE, DATASET, "2025"), date(2026, 1, 31), date(2026, 1, 1), "Data, due", "long " * 30)
    content = calendar("Dữ liệu", "Hạn", [one])
    assert objections(content) == [] and old in content
    assert any(said in one for one in objections(content.replace(old, new)))


def test_an_event_is_a_whole_day_with_alarms(root: Path) -> None:
    (event,) = (one for one in events(made(root)).values() if str(one["SUMMARY"]).endswith('"lạ" (quý 1/2026)'))
    assert (event.decoded("DTSTART"), event.decoded("DTEND")) == (date(2026, 4, 15), date(2026, 4, 16))
    assert event["DTSTART"].params["VALUE"] == "DATE" and "TZID" not in event["DTSTART"].params
    assert str(event["SUMMARY"]) == 'Hạn nộp: Dữ liệu quý <thử> & "lạ" (quý 1/2026)'
    assert str(event["URL"]) == "https://data.example.org/dataset/nhiet-do/"
    alarms = [alarm.decoded("TRIGGER") for alarm in event.walk("VALARM")]
    assert alarms == [timedelta(days=-7), timedelta(days=-1)]
    assert all(alarm["ACTION"] == "DISPLAY" and alarm["DESCRIPTION"] for alarm in event.walk("VALARM"))


def test_events_keep_their_ids_and_stamps_from_day_to_day(root: Path) -> None:
    today, later = events(made(root)), events(made(root, "2026-04-20"))
    shared = today.keys() & later.keys()
    assert len(shared) >= len(today) - 1
    assert {key: today[key].to_ical() for key in shared} == {key: later[key].to_ical() for key in shared}


def test_an_id_outlives_a_new_title_and_a_new_date(root: Path) -> None:
    path = root / "datasets/nhiet-do/dataset.yaml"
    before = events(made(root))
    text = path.read_text("utf-8").replace("Dữ liệu quý", "Tên khác").replace("quarterly}", "quarterly, due: P20D}")
    path.write_text(text, "utf-8")
    after = events(made(root))
    assert before.keys() == after.keys()
    assert [key for key in before if before[key].to_ical() != after[key].to_ical()]


def test_what_has_no_date_today_is_in_no_calendar(root: Path) -> None:
    text = made(root).replace(b"\r\n ", b"").decode()
    names = set(re.findall(r"\[([a-z0-9-]+)\]", text))
    assert names == {"truong-mam-non", "benh-vien", "nhiet-do", "tram-y-te", "ke-hoach-hen"}


@pytest.mark.parametrize("odd", ["a\r\nBEGIN:VEVENT", "x\x00\x07y", "Ấ" * 200, 'a,b;c\\n:"d"'])
def test_no_text_can_add_a_line(odd: str) -> None:
    one = DueDate(
        uid(CATALOGUE, DATASET, "2026"),
        date(2026, 1, 31),
        date(2026, 1, 1),
        odd,
        odd,
        f"https://example.org/{odd}",
        (odd,),
    )
    content = calendar(odd, odd, [one])
    (event,) = events(content).values()
    assert content.split(b"\r\n").count(b"BEGIN:VEVENT") == 1 and max(map(len, content.split(b"\r\n"))) <= 75
    kept = [char for char in odd if char.isprintable()]
    assert [char for char in str(event["SUMMARY"]) if char.isprintable() and char != " "] == [
        c for c in kept if c != " "
    ]


@pytest.mark.parametrize(
    ("terms", "expected"),
    [
        (FreshnessTerms("quarterly", due="P15D"), ["2026-Q1", "2026-Q2", "2026-Q3", "2026-Q4"]),
        (FreshnessTerms("weekly"), ["2026-W01"]),
        (FreshnessTerms("quarterly", due="P15D", ended=date(2026, 7, 31)), ["2026-Q1", "2026-Q2"]),
    ],
)
def test_the_year_ahead(terms: FreshnessTerms, expected: list[str]) -> None:
    line = timeline(terms, [Observation("temporal", "temporal.end", through=date(2025, 12, 31))])
    found = due_dates(terms, line, date(2026, 1, 5), date(2027, 1, 31))
    assert [period.name for period, _ in found if period] == expected


def test_an_empty_calendar_is_one_too() -> None:
    assert vobject.readOne(calendar("Không có gì", "", []).decode()).name == "VCALENDAR"
