"""How a frequency cuts time into pieces without gap or overlap.

Whole years, halves, quarters and months count from 1 January 2000; weeks are those of ISO 8601; two weeks
are counted from Monday 1970-01-05; a school year starts on 1 September. A descriptor may say another
day on which a period starts.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from publisher.catalogue.frequencies import FREQUENCIES, interval_of
from publisher.catalogue.model import FreshnessTerms
from publisher.freshness.durations import Duration

JANUARY = date(2000, 1, 1)
SEPTEMBER = date(2000, 9, 1)
MONDAY = date(1970, 1, 5)


@dataclass(frozen=True, slots=True)
class Cycle:
    """Pieces of whole months or of whole days, one of which starts on ``start``."""

    months: int
    days: int
    start: date

    @property
    def length(self) -> int:
        """Its days, a month taken as 30 and a year as 365, as the published thresholds of HDX do."""
        return self.days or self.months // 12 * 365 + self.months % 12 * 30

    def starting(self, index: int) -> date:
        """The first day of a piece; piece 0 is the one that starts on ``start``."""
        return Duration(self.months * index, self.days * index).after(self.start)

    def index(self, day: date) -> int:
        """The piece in which a day lies."""
        if self.days:
            return (day - self.start).days // self.days
        apart = (day.year - self.start.year) * 12 + day.month - self.start.month
        index = apart // self.months
        # In the month in which a piece starts, the days before that day belong to the piece before.
        return index - 1 if self.starting(index) > day else index


@lru_cache(maxsize=256)
def cycle_of(frequency: str) -> Cycle | None:
    """How a frequency, a word of ours or an interval, cuts time; None where it promises no date."""
    word = FREQUENCIES.get(frequency)
    interval = interval_of(f"R/{word.every}" if word else frequency)
    if interval is None:
        return None
    first = SEPTEMBER if frequency == "school-year" else JANUARY if interval.months else MONDAY
    return Cycle(interval.months, interval.days, interval.start or first)


def rhythm(terms: FreshnessTerms) -> str:
    """The frequency of a descriptor with the day on which its periods start.

    It is what the functions of :mod:`publisher.freshness.periods` take: the word alone, or the interval with
    its start as ISO 8601 writes it (``R/2000-09-01/P1Y``).
    """
    cycle = cycle_of(terms.frequency)
    if terms.starts is None or cycle is None:
        return terms.frequency
    length = f"{cycle.months}M" if cycle.months else f"{cycle.days}D"
    return f"R/{terms.starts.isoformat()}/P{length}"


PERIODIC = frozenset(key for key in FREQUENCIES if cycle_of(key) is not None)
"""The words that cut time into periods; the others promise no date."""


def is_periodic(frequency: str) -> bool:
    """Whether a frequency, word or interval, cuts time into periods."""
    return cycle_of(frequency) is not None
