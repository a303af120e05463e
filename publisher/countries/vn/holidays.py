"""Working days of Vietnam, by the library ``holidays``.

It knows the public holidays of Labour Code 1994 art. 73, 2012 art. 115 and 2019 art. 112 (New Year, Tết by the
lunar calendar, Hùng Kings' day, 30 April, 1 May, 2 September) and days off in lieu of those on a weekend. Of the
working days that are exchanged by announcement it knows some (release 0.86: 2010, 2012 to 2015, 2018, 2019,
2024), not those of 2025 and 2026; which days around Tết and 2 September are off is announced each year as well, and
its rule for them is an estimate. ``calendar:`` of ``catalog.yaml`` adds what is announced. Vietnam's
lunar calendar is known to it until 2099.
"""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from holidays import HolidayBase

FIRST, LAST = 1995, 2099
"""The years that are known; in others only weekends are days off."""


@lru_cache(maxsize=100_000)
def is_working(day: date) -> bool:
    """Whether offices of the state work on a day."""
    if not FIRST <= day.year <= LAST:
        return day.weekday() < 5
    return _vietnam().is_working_day(day)


@lru_cache(maxsize=1)
def _vietnam() -> HolidayBase:
    from holidays import country_holidays

    return country_holidays("VN")
