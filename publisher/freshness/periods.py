"""Periods: how a frequency cuts time, and the names that people give the pieces.

Periods of one frequency tile time without gap or overlap. Weeks are those of ISO 8601; two weeks are
counted from Monday 1970-01-05; two years start with an even one; a school year starts on 1 September.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta

from publisher.freshness.model import Period
from publisher.text import fold

_MONTHS = {"monthly": 1, "bimonthly": 2, "quarterly": 3, "semiannual": 6, "annual": 12, "biennial": 24}
_DAYS = {"daily": 1, "weekly": 7, "biweekly": 14}
SCHOOL_YEAR_MONTH = 9
PERIODIC = frozenset({*_MONTHS, *_DAYS, "school-year"})
"""Frequencies that cut time into periods; the others promise no date."""

EARLIEST, LATEST = date(1000, 1, 1), date(8999, 12, 31)
"""Days that data may speak of; arithmetic on them never leaves the calendar."""

_MONDAY = date(1970, 1, 5)
_DAY = timedelta(1)


def period_of(frequency: str, day: date) -> Period:
    """The period that contains a day.

    Raises:
        ValueError: for a frequency without periods.
    """
    if frequency in _DAYS:
        length = _DAYS[frequency]
        start = _MONDAY + timedelta((day - _MONDAY).days // length * length)
        return _named(frequency, start, start + timedelta(length - 1))
    if frequency == "school-year":
        year = day.year if day.month >= SCHOOL_YEAR_MONTH else day.year - 1
        return _named(frequency, _month(year * 12 + 8), _month((year + 1) * 12 + 8) - _DAY)
    if frequency not in _MONTHS:
        raise ValueError(f"{frequency} has no periods")
    length = _MONTHS[frequency]
    first = (day.year * 12 + day.month - 1) // length * length
    return _named(frequency, _month(first), _month(first + length) - _DAY)


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


def _named(frequency: str, start: date, end: date) -> Period:
    return Period(start, end, _name(frequency, start, end))


def _name(frequency: str, start: date, end: date) -> str:
    match frequency:
        case "daily":
            return start.isoformat()
        case "weekly":
            return _week(start)
        case "biweekly":
            return f"{_week(start)}-{_week(end)}"
        case "monthly":
            return f"{start.year}-{start.month:02}"
        case "bimonthly":
            return f"{start.year}-M{start.month:02}-M{end.month:02}"
        case "quarterly":
            return f"{start.year}-Q{start.month // 3 + 1}"
        case "semiannual":
            return f"{start.year}-H{start.month // 6 + 1}"
        case "annual":
            return str(start.year)
        case _:
            return f"{start.year}-{end.year}"


def _week(day: date) -> str:
    year, week, _ = day.isocalendar()
    return f"{year}-W{week:02}"


def _month(count: int) -> date:
    return date(count // 12, count % 12 + 1, 1)


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
        "bimonthly": rf"{_YEAR}-m(?P<n>01|03|05|07|09|11)-m(?P<m>\d\d)",
        "biweekly": rf"{_YEAR}-w(?P<n>\d\d)-(?P<year2>\d{{4}})-w(?P<m>\d\d)",
        "span": rf"(?:nam hoc )?{_YEAR} ?[-–/] ?(?P<year2>\d{{4}})",
    }.items()
}
_HALVES = {"dau": 1, "cuoi": 2}
_ROMAN = {"i": 1, "ii": 2, "iii": 3, "iv": 4}


def parse_period(text: str, frequency: str | None = None) -> Period | None:
    """The period that a text names, or None.

    Reads the names that this module gives, and what people write: ``202301``, ``2023Q1``,
    ``Quý I/2023``, ``Tháng 3/2023``, ``6 tháng đầu năm 2023``, ``2023-2024``. Two years in a row are a
    school year, unless ``frequency`` says that they are a period of two years.
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
    if form == "span":
        return _span(year, int(groups["year2"]), frequency)
    if form == "daily":
        return period_of("daily", date(year, int(groups["m"]), int(groups["d"])))
    if form in ("weekly", "biweekly"):
        period = period_of(form, date.fromisocalendar(year, int(groups["n"]), 1))
        return period if form == "weekly" or period.name.lower() == match.string else None
    raw = groups.get("n") or "1"
    number = _HALVES.get(raw) or _ROMAN.get(raw) or int(raw)
    if form == "bimonthly":
        return period_of(form, date(year, number, 1)) if int(groups["m"]) == number + 1 else None
    return period_of(form, _month(year * 12 + (number - 1) * _MONTHS[form]))


def _span(first: int, last: int, frequency: str | None) -> Period | None:
    if last != first + 1:
        return None
    if frequency == "biennial":
        return Period(date(first, 1, 1), date(last, 12, 31), f"{first}-{last}")
    return period_of("school-year", date(first, SCHOOL_YEAR_MONTH, 1))
