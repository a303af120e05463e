"""Working days, and deadlines that fall on a day off."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Protocol

from publisher.catalogue.model import Catalogue, Validity

_DAY = timedelta(1)
ROLL = "next-working-day"


class Calendar(Protocol):
    """Which days are worked, and which day a deadline becomes."""

    def is_working(self, day: date) -> bool:
        """Whether offices work on a day."""

    def next_working(self, day: date) -> date:
        """A day that is worked, or the next that is."""

    def after(self, day: date, count: int) -> date:
        """The last of so many working days after a day; the day itself for none."""

    def deadline(self, day: date) -> date:
        """The day on which a term that ends on ``day`` really ends."""


@dataclass(frozen=True, slots=True)
class WorkingDays:
    """A calendar by what a country works, and by days that were announced.

    A term rolls to the next working day while one of ``rolls`` is in force.
    """

    works: Callable[[date], bool]
    rolls: tuple[Validity, ...] = ()
    off: frozenset[date] = frozenset()
    worked: frozenset[date] = frozenset()

    def is_working(self, day: date) -> bool:
        """Whether offices work on a day."""
        return day in self.worked or (day not in self.off and self.works(day))

    def next_working(self, day: date) -> date:
        """A day that is worked, or the next that is."""
        while not self.is_working(day) and day < date.max:
            day += _DAY
        return day

    def after(self, day: date, count: int) -> date:
        """The last of so many working days after a day; the day itself for none."""
        while count > 0 and day < date.max:
            day = self.next_working(day + _DAY)
            count -= 1
        return day

    def deadline(self, day: date) -> date:
        """The day on which a term that ends on ``day`` really ends."""
        return self.next_working(day) if any(day in one for one in self.rolls) else day


def is_weekday(day: date) -> bool:
    """Whether a day is none of Saturday and Sunday."""
    return day.weekday() < 5


WEEKDAYS = WorkingDays(is_weekday)
"""Where no country is known: Saturday and Sunday are off, nothing else, and no deadline moves."""


def calendar_of(catalogue: Catalogue) -> WorkingDays:
    """The calendar of a catalogue: its country's working days, the announced ones, the rolls of its legal profiles.

    A time zone names no country, so without ``country:`` (or one that has no pack) only weekends are off.
    """
    rolls = tuple(one.validity for one in catalogue.legal.values() if one.roll == ROLL)
    settings = catalogue.settings
    works = is_weekday
    if settings.country == "vn":
        from publisher.countries.vn.holidays import is_working as works
    return WorkingDays(works, rolls, settings.days_off, settings.days_worked)
