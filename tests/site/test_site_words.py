"""Numbers, dates, sizes and the order of names on the pages."""

from __future__ import annotations

import random

import pytest

from publisher.dates import day
from publisher.portals.site.words import number, order, size


@pytest.mark.parametrize(
    ("value", "vi", "en"),
    [
        ("12480.5", "12.480,5", "12,480.5"),
        ("1000", "1.000", "1,000"),
        ("999", "999", "999"),
        ("-43117", "-43.117", "-43,117"),
        ("00123", "00123", "00123"),
        ("09/63", "09/63", "09/63"),
        ("", "", ""),
    ],
)
def test_numbers_have_the_marks_of_the_language(value: str, vi: str, en: str) -> None:
    assert number(value, "vi") == vi
    assert number(value, "en") == en


def test_dates_are_written_day_first() -> None:
    assert day("2025-01-31", "vi") == "31/01/2025"
    assert day("2025-01-31", "pt") == "31/01/2025"
    assert day("2025-01-31", "en") == "31 Jan 2025"
    assert day("2025-01-31T07:00:00+07:00", "vi") == "31/01/2025"
    assert day("không rõ", "vi") == "không rõ"


@pytest.mark.parametrize(
    ("count", "said"), [(0, "0 B"), (999, "999 B"), (1500, "1,5 kB"), (412_000, "412 kB"), (12_400_000, "12 MB")]
)
def test_sizes(count: int, said: str) -> None:
    assert size(count, "vi") == said


def test_vietnamese_letters_come_in_the_order_of_their_alphabet() -> None:
    ordered = [
        "An",
        "Ăn",
        "Ân",
        "Bà",
        "Cà Mau",
        "Dân số",
        "Đất đai",
        "Em",
        "Êm",
        "Nga",
        "Oanh",
        "Ô tô",
        "Ơn",
        "Uy",
        "Ưu",
    ]
    shuffled = random.Random(7).sample(ordered, len(ordered))
    assert sorted(shuffled, key=order("vi")) == ordered


def test_tones_decide_only_between_equal_letters() -> None:
    ordered = ["ma", "mà", "mả", "mã", "má", "mạ", "má con", "mạ non", "mai"]
    assert sorted(random.Random(3).sample(ordered, len(ordered)), key=order("vi")) == ordered


def test_digits_come_before_letters_and_unknown_signs_do_no_harm() -> None:
    assert sorted(["Bà", "2 huyện", "10 huyện", "漢"], key=order("vi"))[0] == "10 huyện"


def test_other_languages_fold_marks() -> None:
    assert sorted(["Água", "Beja", "Aveiro"], key=order("pt")) == ["Água", "Aveiro", "Beja"]
