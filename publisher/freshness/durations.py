"""Durations of descriptors (ISO 8601, ``P15D``, ``P6M``) added to days.

Own lines rather than isodate (which frictionless brings): the schema admits whole years, months,
weeks and days only, on dates; isodate is untyped and answers with two kinds of objects.
"""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date, timedelta

_FORM = re.compile(r"P(?=\d)(?:(\d{1,4})Y)?(?:(\d{1,5})M)?(?:(\d{1,5})W)?(?:(\d{1,6})D)?\Z")


@dataclass(frozen=True, slots=True)
class Duration:
    """Whole months, then whole days."""

    months: int = 0
    days: int = 0

    def after(self, day: date) -> date:
        """The day on which the duration that starts on ``day`` ends.

        Months first. Where the month has no such day it is the month's last one, as Civil Code 2015
        art. 148 and ISO calendars count. A day past the calendar's end is the calendar's last day.
        """
        count = day.year * 12 + day.month - 1 + self.months
        year, month = count // 12, count % 12 + 1
        if year > date.max.year:
            return date.max
        start = date(year, month, min(day.day, calendar.monthrange(year, month)[1]))
        return date.max if (date.max - start).days < self.days else start + timedelta(self.days)


def parse_duration(text: str) -> Duration:
    """The duration that an ISO 8601 text names.

    Raises:
        ValueError: for any other text; the schema of descriptors has refused those before.
    """
    match = _FORM.match(text)
    if match is None:
        raise ValueError("not a duration of whole years, months, weeks and days")
    years, months, weeks, days = (int(group or 0) for group in match.groups())
    return Duration(years * 12 + months, weeks * 7 + days)
