from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.freshness.durations import Duration, parse_duration
from publisher.freshness.periods import PERIODIC, following, parse_period, period_of, preceding
from publisher.freshness.vocabulary import FREQUENCIES, frequency_from

days = st.dates(date(2000, 1, 1), date(2030, 12, 31))
frequencies = st.sampled_from(sorted(PERIODIC))


@given(frequencies, days)
def test_periods_tile_time(frequency: str, day: date) -> None:
    period = period_of(frequency, day)
    assert period.start <= day <= period.end
    assert period_of(frequency, period.start) == period == period_of(frequency, period.end)
    after = following(frequency, period)
    assert after.start == period.end + timedelta(1)
    assert preceding(frequency, after) == period


@given(frequencies, days)
def test_a_name_reads_back(frequency: str, day: date) -> None:
    period = period_of(frequency, day)
    assert parse_period(period.name, frequency) == period


@pytest.mark.parametrize(
    ("text", "name", "end"),
    [
        ("2023", "2023", "2023-12-31"),
        ("Năm 2023", "2023", "2023-12-31"),
        ("202301", "2023-01", "2023-01-31"),
        ("2023-01", "2023-01", "2023-01-31"),
        ("Tháng 3/2024", "2024-03", "2024-03-31"),
        ("2024-02", "2024-02", "2024-02-29"),
        ("2023Q1", "2023-Q1", "2023-03-31"),
        ("2023-Q4", "2023-Q4", "2023-12-31"),
        ("Quý I/2023", "2023-Q1", "2023-03-31"),
        ("quý 3 năm 2023", "2023-Q3", "2023-09-30"),
        ("2023-H1", "2023-H1", "2023-06-30"),
        ("6 tháng đầu năm 2023", "2023-H1", "2023-06-30"),
        ("6 tháng cuối năm 2023", "2023-H2", "2023-12-31"),
        ("2023-W05", "2023-W05", "2023-02-05"),
        ("2020-W53", "2020-W53", "2021-01-03"),
        ("20230131", "2023-01-31", "2023-01-31"),
        ("2023-2024", "2023-2024", "2024-08-31"),
        ("Năm học 2023-2024", "2023-2024", "2024-08-31"),
    ],
)
def test_what_people_write(text: str, name: str, end: str) -> None:
    period = parse_period(text)
    assert period is not None
    assert (period.name, period.end.isoformat()) == (name, end)


@pytest.mark.parametrize(
    "text", ["", "abc", "2023-13", "2023-Q5", "2021-W53", "2023-02-30", "2023-2026", "99999", "0001"]
)
def test_what_is_no_period(text: str) -> None:
    assert parse_period(text) is None


@given(st.text(max_size=30))
def test_any_text_is_read_without_an_error(text: str) -> None:
    parse_period(text)
    frequency_from(text)


@pytest.mark.parametrize(
    ("start", "duration", "end"),
    [
        ("2026-03-31", "P15D", "2026-04-15"),
        ("2026-01-31", "P1M", "2026-02-28"),
        ("2024-01-31", "P1M", "2024-02-29"),
        ("2024-02-29", "P1Y", "2025-02-28"),
        ("2026-08-31", "P6M", "2027-02-28"),
        ("2026-01-01", "P1Y2M3W4D", "2027-03-26"),
        ("9999-12-31", "P9999Y", "9999-12-31"),
    ],
)
def test_durations_end_on_the_corresponding_day(start: str, duration: str, end: str) -> None:
    assert parse_duration(duration).after(date.fromisoformat(start)).isoformat() == end


@pytest.mark.parametrize("text", ["", "P", "15D", "PT5H", "P-1D", "P1.5D", "P1D\n"])
def test_other_durations_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="duration"):
        parse_duration(text)


@given(days, st.integers(0, 400), st.integers(0, 400), st.integers(0, 60))
def test_a_longer_duration_never_ends_earlier(day: date, one: int, more: int, months: int) -> None:
    assert Duration(months, one).after(day) <= Duration(months, one + more).after(day)
    assert Duration(months, one).after(day) <= Duration(months + 1, one).after(day)


def test_every_frequency_of_the_descriptor_has_its_codes() -> None:
    import json
    from importlib import resources

    schema = json.loads(resources.files("publisher").joinpath("catalogue/schemas/dataset.json").read_text("utf-8"))
    declared = schema["properties"]["freshness"]["properties"]["frequency"]["anyOf"][0]["enum"]
    assert set(declared) == set(FREQUENCIES)
    assert set(declared) >= PERIODIC
    for key, one in FREQUENCIES.items():
        assert frequency_from(key) == key
        if key != "school-year":  # the EU table has no school year; annual is the nearest
            assert frequency_from(one.eu_uri) == key


@pytest.mark.parametrize(
    ("said", "key"),
    [
        ("Hằng quý", "quarterly"),
        ("hàng tháng", "monthly"),
        ("6 tháng", "semiannual"),
        ("Mỗi năm", "annual"),
        ("R/P3M", "quarterly"),
        ("năm học", "school-year"),
    ],
)
def test_vietnamese_words_for_frequencies(said: str, key: str) -> None:
    assert frequency_from(said) == key
