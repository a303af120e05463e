"""Periods: the pieces into which a frequency cuts time, with the names that people give them.

A frequency is a word of ours, or a repeating interval of ISO 8601 that may say its start
(``R/P18M``, ``R/2021-01-01/P5Y``); see :mod:`publisher.freshness.cycles`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from functools import lru_cache

from publisher.freshness.cycles import PERIODIC, Cycle, cycle_of, is_periodic, rhythm
from publisher.freshness.model import Period
from publisher.text import fold

EARLIEST, LATEST = date(1000, 1, 1), date(8999, 12, 31)
"""Days that data may speak of; arithmetic on them never leaves the calendar."""

_DAY = timedelta(1)
_LETTERS = {3: "Q", 6: "H"}


# Thousands of datasets and cells ask for the same few periods again and again.
@lru_cache(maxsize=1 << 16)
def period_of(frequency: str, day: date) -> Period:
    """The period that contains a day.

    Raises:
        ValueError: for a frequency without periods.
    """
    cycle = cycle_of(frequency)
    if cycle is None:
        raise ValueError(f"{frequency} has no periods")
    index = cycle.index(day)
    start, end = cycle.starting(index), cycle.starting(index + 1) - _DAY
    return Period(start, end, _name(cycle, index, start, end))


def following(frequency: str, period: Period) -> Period:
    """The period after one."""
    return period_of(frequency, period.end + _DAY)


def preceding(frequency: str, period: Period) -> Period:
    """The period before one."""
    return period_of(frequency, period.start - _DAY)


def periods_between(frequency: str, first: date, last: date) -> Iterator[Period]:
    """The periods from the one that contains ``first`` to the one that contains ``last``."""
    period = period_of(frequency, first)
    while period.start <= last:
        yield period
        period = following(frequency, period)


def partial_periods(frequency: str, labels: Sequence[Period]) -> tuple[str, ...]:
    """Names of the periods of which only pieces are there: two of a quarter's three months.

    Only labels that are pieces by name can tell, and only if each lies in one period. Days can not, as nothing
    need happen on each; nor can the weeks of a month.
    """
    found: dict[Period, list[Period]] = {}
    for label in labels:
        whole = period_of(frequency, label.start)
        if label.start == label.end or label.end > whole.end:
            return ()
        found.setdefault(whole, []).append(label)
    return tuple(whole.name for whole in sorted(found) if _gap_in(whole, sorted(found[whole])))


def _gap_in(whole: Period, pieces: Sequence[Period]) -> bool:
    reached = whole.start - _DAY
    for piece in pieces:
        if piece.start > reached + _DAY:
            return True
        reached = max(reached, piece.end)
    return reached < whole.end


def _name(cycle: Cycle, index: int, start: date, end: date) -> str:
    if cycle.days == 1:
        return start.isoformat()
    if cycle.days in (7, 14) and start.weekday() == 0:
        return _week(start) if cycle.days == 7 else f"{_week(start)}-{_week(end)}"
    if cycle.months and cycle.months % 12 == 0:
        # A year of January to December has one number, all else has two: 2023-2024, 2021-2025.
        return str(start.year) if start.year == end.year else f"{start.year}-{end.year}"
    if cycle.months in _LETTERS:
        years, months = divmod(index * cycle.months, 12)
        year, number = cycle.start.year + years, months // cycle.months + 1
        first_of_year = (cycle.start.month, cycle.start.day) == (1, 1)
        return f"{year if first_of_year else f'{year}-{year + 1}'}-{_LETTERS[cycle.months]}{number}"
    if cycle.months and cycle.start.day == 1 and start.year == end.year:
        month = f"{start.month:02}"
        return f"{start.year}-{month}" if cycle.months == 1 else f"{start.year}-M{month}-M{end.month:02}"
    return f"{start.isoformat()}_{end.isoformat()}"


def _week(day: date) -> str:
    year, week, _ = day.isocalendar()
    return f"{year}-W{week:02}"


_YEAR = r"(?P<year>[1-8]\d{3})"
_SEPARATOR = r"[-_/. ]?"
_FORMS: dict[str, re.Pattern[str]] = {
    form: re.compile(pattern + r"\Z")
    for form, pattern in {
        "annual": rf"(?:nam )?{_YEAR}",
        "monthly": rf"{_YEAR}{_SEPARATOR}(?:m|t|th|thang)?{_SEPARATOR}(?P<n>0[1-9]|1[0-2])",
        "monthly-vi": rf"(?:thang )?(?P<n>0?[1-9]|1[0-2])(?:[-/]| nam ){_YEAR}",
        "quarterly": rf"{_YEAR}{_SEPARATOR}(?:q|quy){_SEPARATOR}(?P<n>[1-4])",
        "quarterly-vi": rf"(?:q|quy){_SEPARATOR}(?P<n>[1-4]|i{{1,3}}|iv)(?:[-/ ]| nam ){_YEAR}",
        "semiannual": rf"{_YEAR}{_SEPARATOR}(?:h|s){_SEPARATOR}(?P<n>[12])",
        "semiannual-vi": rf"(?:6 thang|sau thang|nua) (?P<n>dau|cuoi)(?: nam|,| nam,)? {_YEAR}",
        "weekly": rf"{_YEAR}{_SEPARATOR}w(?P<n>0[1-9]|[1-4]\d|5[0-3])",
        "daily": rf"{_YEAR}-?(?P<m>0[1-9]|1[0-2])-?(?P<d>0[1-9]|[12]\d|3[01])",
        "weeks": rf"{_YEAR}-w\d\d-\d{{4}}-w\d\d",
        "span": rf"(?:(?:nam hoc|giai doan) )?{_YEAR} ?[-–/] ?(?P<year2>\d{{4}})",
        "months": rf"{_YEAR}-m\d\d-m\d\d",
        "fiscal": rf"{_YEAR}-\d{{4}}-[qh]\d",
        "days": rf"{_YEAR}-\d\d-\d\d_\d{{4}}-\d\d-\d\d",
    }.items()
}
_BY_NAME = {"span": "school-year", "weeks": "biweekly", "months": "bimonthly", "fiscal": "annual", "days": "daily"}
"""Forms that are read as the names of the frequency's own periods, and the frequency where none is given."""
_LENGTHS = {"monthly": 1, "quarterly": 3, "semiannual": 6, "annual": 12}
_HALVES = {"dau": 1, "cuoi": 2}
_ROMAN = {"i": 1, "ii": 2, "iii": 3, "iv": 4}


@lru_cache(maxsize=1 << 16)
def parse_period(text: str, frequency: str | None = None) -> Period | None:
    """The period that a text names, or None.

    Reads the names that this module gives, and what people write: ``202301``, ``2023Q1``,
    ``Quý I/2023``, ``Tháng 3/2023``, ``6 tháng đầu năm 2023``, ``2023-2024``. Two years in a row are a
    school year, and other names of several years or from a given day are none, unless ``frequency`` has
    periods of that name.
    """
    folded = " ".join(fold(text.strip()).split())
    for form, pattern in _FORMS.items():
        match = pattern.match(folded)
        if match:
            try:
                return _read(form.removesuffix("-vi"), match, frequency)
            except ValueError:
                return None
    return None


def _read(form: str, match: re.Match[str], frequency: str | None) -> Period | None:
    groups = match.groupdict()
    year = int(groups["year"])
    if form in _BY_NAME:
        name = f"{year}-{groups['year2']}" if form == "span" else match.string.upper()
        usual = _BY_NAME[form]
        found = _by_name(frequency or usual, year, name)
        if found is None and form == "span":
            found = _years(year, int(groups["year2"]), frequency)
        return found or _by_name(usual, year, name)
    if form == "daily":
        return period_of("daily", date(year, int(groups["m"]), int(groups["d"])))
    if form == "weekly":
        return period_of(form, date.fromisocalendar(year, int(groups["n"]), 1))
    raw = groups.get("n") or "1"
    number = _HALVES.get(raw) or _ROMAN.get(raw) or int(raw)
    return period_of(form, date(year, (number - 1) * _LENGTHS[form] + 1, 1))


def _years(first: int, last: int, frequency: str | None) -> Period | None:
    """Calendar years, as many as a period of the frequency has, where its periods begin in other years."""
    cycle = cycle_of(frequency) if frequency else None
    if cycle is None or cycle.months <= 12 or (last - first + 1) * 12 != cycle.months:
        return None
    return Period(date(first, 1, 1), date(last, 12, 31), f"{first}-{last}")


def _by_name(frequency: str, year: int, name: str) -> Period | None:
    """The period of a name among those that touch a year or, as the last quarters of other years do, the next."""
    if not is_periodic(frequency):
        return None
    near = periods_between(frequency, date(year, 1, 1), date(year + 1, 12, 31))
    return next((period for period in near if period.name == name), None)


__all__ = [
    "EARLIEST",
    "LATEST",
    "PERIODIC",
    "following",
    "is_periodic",
    "parse_period",
    "partial_periods",
    "period_of",
    "periods_between",
    "preceding",
    "rhythm",
]
