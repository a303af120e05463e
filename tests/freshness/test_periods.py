from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.catalogue.frequencies import FREQUENCIES, frequency_from, label_of
from publisher.catalogue.load import load
from publisher.catalogue.model import FreshnessTerms
from publisher.freshness.durations import Duration, parse_duration
from publisher.freshness.periods import (
    PERIODIC,
    following,
    parse_period,
    partial_periods,
    period_of,
    preceding,
    rhythm,
)
from publisher.messages import Messages

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


# The codes of the EU authority table "frequency", as public code lists them
# (belgium-its-steering-committee/ckanext-benap, constants/concept_collections/eu_authority/frequency.py).
EU_CODES = """
1MIN 5MIN 10MIN 15MIN 30MIN HOURLY BIHOURLY TRIHOURLY 12HRS DAILY DAILY_2 WEEKLY WEEKLY_2 WEEKLY_3 WEEKLY_5 BIWEEKLY
MONTHLY MONTHLY_2 MONTHLY_3 BIMONTHLY QUARTERLY ANNUAL ANNUAL_2 ANNUAL_3 BIENNIAL TRIENNIAL QUADRENNIAL QUINQUENNIAL
SEXENNIAL DECENNIAL BIDECENNIAL TRIDECENNIAL CONT UPDATE_CONT IRREG AS_NEEDED NEVER NOT_PLANNED OTHER UNKNOWN OP_DATPRO
"""


@pytest.mark.parametrize("code", EU_CODES.split())
def test_every_code_of_the_eu_table_is_a_word_of_ours(code: str) -> None:
    word = frequency_from(f"http://publications.europa.eu/resource/authority/frequency/{code}")
    assert word is not None
    assert FREQUENCIES[word].eu == code
    assert frequency_from(code) == word


def test_there_are_no_codes_beside_those_of_the_eu_table() -> None:
    assert {one.eu for one in FREQUENCIES.values()} == set(EU_CODES.split())


# As data.gov.uk (ckanext-taxonomy, freq.rdf) and others write the Dublin Core vocabulary.
DUBLIN_CORE = """
continuous daily threeTimesAWeek semiweekly weekly threeTimesAMonth biweekly semimonthly monthly bimonthly quarterly
threeTimesAYear semiannual annual biennial triennial irregular
"""


@pytest.mark.parametrize("term", DUBLIN_CORE.split())
def test_every_term_of_dublin_core_is_a_word_of_ours(term: str) -> None:
    word = frequency_from(f"http://purl.org/cld/freq/{term}")
    assert word is not None
    assert FREQUENCIES[word].dublin_core == term


@pytest.mark.parametrize(
    ("interval", "word"),
    [
        ("R/P1Y", "annual"),
        ("R/P12M", "annual"),
        ("R/P7D", "weekly"),
        ("R/P2W", "biweekly"),
        ("R/P4M", "every-four-months"),
        ("R/P10Y", "decennial"),
        ("R/PT1H", "hourly"),
        ("R/P3.5D", "semiweekly"),
        ("R/P18M", "R/P18M"),
        ("R/P1Y6M", "R/P1Y6M"),
        ("R/P45D", "R/P45D"),
        ("R/2021-01-01/P5Y", "R/2021-01-01/P5Y"),
        ("R/P1M15D", None),  # months and days together cut no even pieces
        ("R/P0D", None),
        ("R/P900Y", None),
        ("R/2021-02-30/P5Y", None),
        ("P1Y", None),
    ],
)
def test_intervals_have_a_word_or_stay(interval: str, word: str | None) -> None:
    assert frequency_from(interval) == word


@pytest.mark.parametrize("frequency", [*FREQUENCIES, "R/P18M", "R/P45D", "R/P7Y"])
def test_every_frequency_is_said_in_both_languages(frequency: str) -> None:
    label, count = label_of(frequency)
    english, vietnamese = (Messages(language).text(label, count=count) for language in ("en", "vi"))
    assert english
    assert vietnamese not in ("", english)
    assert "{" not in vietnamese


@pytest.mark.parametrize(
    ("frequency", "starts", "day", "name", "start", "end"),
    [
        ("annual", "2000-09-01", "2026-03-01", "2025-2026", "2025-09-01", "2026-08-31"),
        ("quarterly", "2000-09-01", "2026-03-01", "2025-2026-Q3", "2026-03-01", "2026-05-31"),
        ("semiannual", "2000-04-01", "2026-03-01", "2025-2026-H2", "2025-10-01", "2026-03-31"),
        ("biennial", "2000-09-01", "2026-03-01", "2024-2026", "2024-09-01", "2026-08-31"),
        ("quinquennial", None, "2026-03-01", "2025-2029", "2025-01-01", "2029-12-31"),
        ("quinquennial", "2021-01-01", "2026-03-01", "2026-2030", "2026-01-01", "2030-12-31"),
        ("every-four-months", None, "2026-03-01", "2026-M01-M04", "2026-01-01", "2026-04-30"),
        ("monthly", "2000-01-15", "2026-03-01", "2026-02-15_2026-03-14", "2026-02-15", "2026-03-14"),
        ("annual", "2000-02-29", "2026-03-01", "2026-2027", "2026-02-28", "2027-02-27"),
        ("quarterly", "2024-02-29", "2026-03-01", "2026-2027-Q1", "2026-02-28", "2026-05-28"),
        ("R/P18M", None, "2026-03-01", "2025-07-01_2026-12-31", "2025-07-01", "2026-12-31"),
        ("hourly", None, "2026-03-01", "2026-03-01", "2026-03-01", "2026-03-01"),
        ("semiweekly", None, "2026-03-01", "2026-W09", "2026-02-23", "2026-03-01"),
    ],
)
def test_periods_of_other_years(frequency: str, starts: str | None, day: str, name: str, start: str, end: str) -> None:
    terms = FreshnessTerms(frequency, starts=date.fromisoformat(starts) if starts else None)
    period = period_of(rhythm(terms), date.fromisoformat(day))
    assert (period.name, period.start.isoformat(), period.end.isoformat()) == (name, start, end)


@pytest.mark.parametrize(
    ("frequency", "labels", "partial"),
    [
        ("quarterly", ["2026-01", "2026-02", "2026-03", "2026-04"], ("2026-Q2",)),
        ("quarterly", ["2026-Q1", "2026-04", "2026-05"], ("2026-Q2",)),
        ("quarterly", ["2026-Q1", "2026-02"], ()),  # the whole is there, the month is more of it
        ("annual", ["2025-Q1", "2025-H2"], ("2025",)),
        ("annual", ["2025-H1", "2025-H2"], ()),
        ("monthly", ["2026-01-05", "2026-01-09"], ()),  # days tell nothing: nothing need happen on each
        ("monthly", ["2026-W05", "2026-W06", "2026-W07"], ()),  # weeks that lie in two months cannot tell
        ("biweekly", ["2026-W06", "2026-W07", "2026-W08"], ("2026-W08-2026-W09",)),
        ("annual", ["2026-H1", "2026-Q1", "2026-Q2", "2026-01"], ("2026",)),  # the same days twice are no more days
    ],
)
def test_periods_of_which_only_pieces_are_there(frequency: str, labels: list[str], partial: tuple[str, ...]) -> None:
    read = [period for period in map(parse_period, labels) if period is not None]
    assert len(read) == len(labels)
    assert partial_periods(frequency, read) == partial


def test_a_catalogue_may_say_it_in_any_of_these_words(catalogue_dir: Path, edit: Callable[..., Path]) -> None:
    said = {
        "hằng quý": ("quarterly", None),
        "R/P3M": ("quarterly", None),
        "http://purl.org/cld/freq/quarterly": ("quarterly", None),
        "ANNUAL_2": ("semiannual", None),
        "R/2021-01-01/P5Y": ("quinquennial", date(2021, 1, 1)),
        "R/2021-01-01/P18M": ("R/P18M", date(2021, 1, 1)),
    }
    for written, (word, starts) in said.items():
        edit("datasets/truong-mam-non/dataset.yaml", freshness={"frequency": written})
        loaded = load(catalogue_dir)
        assert not loaded.problems
        assert loaded.catalogue is not None
        terms = loaded.catalogue.datasets["truong-mam-non"].freshness
        assert terms is not None
        assert (terms.frequency, terms.starts) == (word, starts)


def test_another_word_is_refused_with_the_nearest(catalogue_dir: Path, edit: Callable[..., Path]) -> None:
    for written, meant in (("quaterly", "quarterly"), ("hằng qúi", "quarterly"), ("hang kwy", "quarterly")):
        edit("datasets/truong-mam-non/dataset.yaml", freshness={"frequency": written})
        (problem,) = load(catalogue_dir).problems
        assert (problem.code, problem.params["suggestion"]) == ("shape-frequency-misspelled", meant)
    edit("datasets/truong-mam-non/dataset.yaml", freshness={"frequency": "R/P1M15D"})
    (problem,) = load(catalogue_dir).problems
    assert problem.code == "shape-frequency"
