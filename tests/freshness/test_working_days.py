from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from publisher.catalogue.load import load
from publisher.catalogue.model import FreshnessTerms, Validity
from publisher.countries.vn.holidays import is_working
from publisher.freshness.assess import assess
from publisher.freshness.calendar import WEEKDAYS, WorkingDays, calendar_of
from publisher.freshness.deadlines import after_period, after_update
from publisher.freshness.model import Observation, State
from publisher.freshness.timeline import timeline_of

VIETNAM = WorkingDays(is_working)
ROLLING = WorkingDays(is_working, (Validity(date(2017, 1, 1)),))


def day(text: str) -> date:
    return date.fromisoformat(text)


@pytest.mark.parametrize(
    "off",
    [
        "2026-01-01",
        "2026-02-16",  # the eve of Tết
        "2026-02-17",
        "2026-02-20",
        "2026-04-26",  # Hùng Kings' day, a Sunday
        "2026-04-27",  # and the day in lieu of it
        "2026-04-30",
        "2026-05-01",
        "2026-09-02",
        "2026-11-21",  # a Saturday
    ],
)
def test_days_off_in_vietnam(off: str) -> None:
    assert not VIETNAM.is_working(day(off))


def test_exchanged_days_that_the_library_knows() -> None:
    # 29 April 2024 was off, Saturday 4 May was worked in its place.
    assert not VIETNAM.is_working(day("2024-04-29"))
    assert VIETNAM.is_working(day("2024-05-04"))


def test_announced_days_are_added_in_the_catalogue(catalogue_dir: Path, edit: Callable[..., Path]) -> None:
    announced = {"off": ["2026-07-03"], "worked": ["2026-07-11", "2026-09-02"]}
    edit("catalog/catalog.yaml", country="vn", calendar=announced)
    loaded = load(catalogue_dir)
    assert not loaded.problems
    assert loaded.catalogue is not None
    calendar = calendar_of(loaded.catalogue)
    assert calendar.next_working(day("2026-07-03")) == day("2026-07-06")
    assert calendar.after(day("2026-07-10"), 1) == day("2026-07-11")
    assert calendar.is_working(day("2026-09-02"))
    assert not calendar.is_working(day("2026-09-01"))


def test_years_without_a_known_lunar_calendar_have_weekends_only() -> None:
    assert VIETNAM.is_working(date(2150, 1, 1)) is (date(2150, 1, 1).weekday() < 5)
    assert VIETNAM.next_working(date.max) == date.max


@pytest.mark.parametrize(
    ("end", "due", "working_days", "due_at"),
    [
        ("2026-01-31", "P10D", True, "2026-02-13"),
        ("2026-01-31", "P11D", True, "2026-02-23"),  # all of Tết lies between
        ("2026-01-31", "P10D", False, "2026-02-10"),
        ("2026-03-31", "P0D", True, "2026-03-31"),
    ],
)
def test_due_in_working_days(end: str, due: str, working_days: bool, due_at: str) -> None:
    terms = FreshnessTerms("monthly", due=due, working_days=working_days)
    assert after_period(terms, day(end), VIETNAM).due_at == day(due_at)


def test_a_deadline_on_a_day_off_moves_only_where_a_profile_in_force_says_so() -> None:
    terms = FreshnessTerms("monthly", due="P26D", grace="P0D")
    assert after_period(terms, day("2026-03-31"), VIETNAM).due_at == day("2026-04-26")
    moved = after_period(terms, day("2026-03-31"), ROLLING)
    assert (moved.due_at, moved.overdue_at) == (day("2026-04-28"), day("2026-04-29"))
    over = WorkingDays(is_working, (Validity(None, day("2026-04-25")),))
    assert after_period(terms, day("2026-03-31"), over).due_at == day("2026-04-26")


def test_the_days_of_hdx_are_moved_by_nothing() -> None:
    # 30 days after 27 March 2026 are 26 April.
    assert after_update(FreshnessTerms("monthly", mode="rolling"), day("2026-03-27"), ROLLING).due_at == day(
        "2026-04-26"
    )


def test_without_a_country_only_weekends_are_off() -> None:
    assert WEEKDAYS.is_working(day("2026-02-17"))
    assert WEEKDAYS.after(day("2026-01-31"), 10) == day("2026-02-13")
    assert WEEKDAYS.after(day("2026-01-31"), 11) == day("2026-02-16")
    assert WEEKDAYS.deadline(day("2026-04-26")) == day("2026-04-26")


def test_the_catalogue_says_the_country_and_the_law_says_what_moves(
    catalogue_dir: Path, edit: Callable[..., Path]
) -> None:
    edit("catalog/catalog.yaml", country="vn")
    edit(
        "catalog/legal.yaml",
        luat={"name": "L", "act": "L", "basis": "second-hand", "valid_from": "2017-01-01", "roll": "next-working-day"},
    )
    edit("datasets/truong-mam-non/dataset.yaml", freshness={"frequency": "monthly", "due": "P26D", "grace": "P0D"})
    catalogue = load(catalogue_dir).catalogue
    assert catalogue is not None
    calendar = calendar_of(catalogue)
    assert calendar.deadline(day("2026-04-26")) == day("2026-04-28")
    assert calendar.deadline(day("2016-12-31")) == day("2016-12-31")
    dataset = catalogue.datasets["truong-mam-non"]
    known = timeline_of(dataset, [Observation("git", "f", on=day("2026-03-10"))], calendar=calendar)
    assert known.due_at == day("2026-04-28")
    # 17:30 UTC is past midnight in Ho Chi Minh City: the 29th, and late.
    before, after = (datetime(2026, 4, 28, hour, 30, tzinfo=UTC) for hour in (16, 17))
    assert assess(dataset, known, before, catalogue=catalogue).state is State.DUE
    assert assess(dataset, known, after, catalogue=catalogue).state is State.OVERDUE
