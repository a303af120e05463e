"""Working days of Vietnam, by the library ``holidays``.

It knows the public holidays of Labour Code 1994 art. 73, 2012 art. 115 and 2019 art. 112 (New Year, Tết by the
lunar calendar, Hùng Kings' day, 30 April, 1 May, 2 September), days off in lieu of those on a weekend, and the
exchanged working days that were announced up to its release. Tết days and the second day of
2 September are chosen by announcement each year: for years whose announcement it does not hold yet
they are its estimate. Vietnam's lunar calendar is known to it until 2099.
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
