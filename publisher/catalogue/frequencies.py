"""Words for how often data are updated: ours, the EU authority table's, Dublin Core's, ISO 8601, people's.

Sources: the EU authority table "frequency" (codes as listed in public code, for example
belgium-its-steering-committee/ckanext-benap, constants/concept_collections/eu_authority/frequency.py);
the Dublin Core Collection Description Frequency vocabulary; the repeating intervals of DCAT-US.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from publisher.text import fold, suggest

EU = "http://publications.europa.eu/resource/authority/frequency/"
DUBLIN_CORE = "http://purl.org/cld/freq/"

_INTERVAL = re.compile(
    r"R/(?:(\d{4}-\d{2}-\d{2})/)?P(?=\d)(?:(\d{1,3})Y)?(?:(\d{1,4})M)?(?:(\d{1,4})W)?(?:(\d{1,5})D)?\Z"
)
_MONTHS, _DAYS = 1200, 36525
"""A hundred years: longer intervals are slips."""


@dataclass(frozen=True, slots=True)
class Frequency:
    """A frequency's codes.

    ``every`` is the length of the periods by which deadlines are set, None where no date is promised: what
    comes several times a day is asked for once a day, what comes several times a week or month once
    in it. ``interval`` is the repeating interval that DCAT-US uses; ``label`` an interface text;
    ``said`` are what people write, folded.
    """

    key: str
    label: str
    eu: str
    every: str | None = None
    interval: str | None = None
    dublin_core: str | None = None
    said: tuple[str, ...] = ()

    @property
    def eu_uri(self) -> str:
        """Its address in the EU authority table."""
        return EU + self.eu

    @property
    def dublin_core_uri(self) -> str | None:
        """Its address in the Dublin Core Collection Description Frequency vocabulary."""
        return DUBLIN_CORE + self.dublin_core if self.dublin_core else None


def _often(key: str, label: str, eu: str, interval: str, *said: str, every: str = "P1D") -> Frequency:
    return Frequency(key, label, eu, every, interval, said=said)


def _regular(key: str, label: str, eu: str, every: str, dublin_core: str | None, *said: str) -> Frequency:
    return Frequency(key, label, eu, every, f"R/{every}", dublin_core, said)


FREQUENCIES: dict[str, Frequency] = {
    one.key: one
    for one in (
        Frequency("continuous", "continuously", "CONT", None, "R/PT1S", "continuous", ("lien tuc", "thuong xuyen")),
        Frequency("update-continuous", "updated without end", "UPDATE_CONT", said=("cap nhat lien tuc",)),
        _often("every-minute", "every minute", "1MIN", "R/PT1M", "hang phut"),
        _often("every-5-minutes", "every 5 minutes", "5MIN", "R/PT5M", "5 phut"),
        _often("every-10-minutes", "every 10 minutes", "10MIN", "R/PT10M", "10 phut"),
        _often("every-15-minutes", "every 15 minutes", "15MIN", "R/PT15M", "15 phut"),
        _often("every-30-minutes", "every 30 minutes", "30MIN", "R/PT30M", "30 phut", "nua gio"),
        _often("hourly", "every hour", "HOURLY", "R/PT1H", "hang gio", "gio"),
        _often("every-2-hours", "every 2 hours", "BIHOURLY", "R/PT2H", "2 gio", "hai gio"),
        _often("every-3-hours", "every 3 hours", "TRIHOURLY", "R/PT3H", "3 gio", "ba gio"),
        _often("every-12-hours", "every 12 hours", "12HRS", "R/PT12H", "12 gio"),
        _often("twice-daily", "twice a day", "DAILY_2", "R/P0.5D", "2 lan mot ngay", "ngay 2 lan"),
        _regular("daily", "every day", "DAILY", "P1D", "daily", "hang ngay", "ngay"),
        _often("five-times-weekly", "five times a week", "WEEKLY_5", "R/P0.2W", "tuan 5 lan", every="P1W"),
        Frequency(
            "three-times-weekly",
            "three times a week",
            "WEEKLY_3",
            "P1W",
            "R/P0.33W",
            "threeTimesAWeek",
            ("tuan 3 lan",),
        ),
        Frequency("semiweekly", "twice a week", "WEEKLY_2", "P1W", "R/P3.5D", "semiweekly", ("tuan 2 lan",)),
        _regular("weekly", "every week", "WEEKLY", "P1W", "weekly", "hang tuan", "tuan"),
        _regular("biweekly", "every two weeks", "BIWEEKLY", "P2W", "biweekly", "hai tuan", "2 tuan"),
        Frequency(
            "three-times-monthly",
            "three times a month",
            "MONTHLY_3",
            "P1M",
            "R/P0.33M",
            "threeTimesAMonth",
            ("10 ngay", "tuan ky", "thang 3 lan"),
        ),
        Frequency("semimonthly", "twice a month", "MONTHLY_2", "P1M", "R/P0.5M", "semimonthly", ("thang 2 lan",)),
        _regular("monthly", "every month", "MONTHLY", "P1M", "monthly", "hang thang", "thang"),
        _regular("bimonthly", "every two months", "BIMONTHLY", "P2M", "bimonthly", "hai thang", "2 thang"),
        _regular(
            "quarterly", "every quarter", "QUARTERLY", "P3M", "quarterly", "hang quy", "quy", "3 thang", "ba thang"
        ),
        _regular(
            "every-four-months", "every four months", "ANNUAL_3", "P4M", "threeTimesAYear", "4 thang", "bon thang"
        ),
        _regular("semiannual", "every six months", "ANNUAL_2", "P6M", "semiannual", "6 thang", "sau thang", "nua nam"),
        _regular("annual", "every year", "ANNUAL", "P1Y", "annual", "hang nam", "nam", "12 thang"),
        _regular("school-year", "every school year", "ANNUAL", "P1Y", "annual", "nam hoc", "hang nam hoc"),
        _regular("biennial", "every two years", "BIENNIAL", "P2Y", "biennial", "hai nam", "2 nam"),
        _regular("triennial", "every three years", "TRIENNIAL", "P3Y", "triennial", "ba nam", "3 nam"),
        _regular("quadrennial", "every four years", "QUADRENNIAL", "P4Y", None, "bon nam", "4 nam"),
        _regular("quinquennial", "every five years", "QUINQUENNIAL", "P5Y", None, "nam nam", "5 nam"),
        _regular("sexennial", "every six years", "SEXENNIAL", "P6Y", None, "sau nam", "6 nam"),
        _regular("decennial", "every ten years", "DECENNIAL", "P10Y", None, "muoi nam", "10 nam"),
        _regular("bidecennial", "every twenty years", "BIDECENNIAL", "P20Y", None, "20 nam"),
        _regular("tridecennial", "every thirty years", "TRIDECENNIAL", "P30Y", None, "30 nam"),
        Frequency(
            "irregular",
            "irregularly",
            "IRREG",
            dublin_core="irregular",
            said=("khong dinh ky", "dot xuat", "completelyirregular"),
        ),
        Frequency("as-needed", "when needed", "AS_NEEDED", said=("khi co thay doi", "khi co phat sinh", "khi can")),
        Frequency("provisional", "provisional data", "OP_DATPRO", said=("so lieu tam thoi", "so bo")),
        Frequency("not-planned", "no update is planned", "NOT_PLANNED", said=("chua co ke hoach",)),
        Frequency("never", "never again", "NEVER", said=("khong cap nhat", "mot lan")),
        Frequency("other", "by another rhythm", "OTHER", said=("khac",)),
        Frequency("unknown", "not stated", "UNKNOWN", said=("chua xac dinh", "khong ro")),
    )
}


@dataclass(frozen=True, slots=True)
class Interval:
    """A length of whole months or whole days, never both, and a day on which a period starts, where it is said."""

    months: int
    days: int
    start: date | None = None


def interval_of(text: str) -> Interval | None:
    """What ``R/P18M`` or ``R/2021-01-01/P5Y`` says; None for other texts and what cannot cut time evenly."""
    match = _INTERVAL.match(text)
    if match is None:
        return None
    years, months, weeks, days = (int(group or 0) for group in match.groups()[1:])
    months, days = years * 12 + months, weeks * 7 + days
    if (months == 0) == (days == 0) or months > _MONTHS or days > _DAYS:
        return None
    try:
        start = date.fromisoformat(match[1]) if match[1] else None
    except ValueError:
        return None
    return Interval(months, days, start)


def frequency_from(text: str) -> str | None:
    """Our word for what a text says: our own, an EU or Dublin Core code or address, an interval, Vietnamese.

    An interval that has no word (``R/P18M``) or that says its start (``R/2021-01-01/P5Y``) stays as it is.
    """
    asked = text.strip()
    code = asked.removeprefix(EU).removeprefix(DUBLIN_CORE)
    spoken = " ".join(fold(code).split()).replace("moi ", "hang ")
    for one in FREQUENCIES.values():
        if code in (one.key, one.eu, one.dublin_core) or asked == one.interval or spoken in one.said:
            return one.key
    interval = interval_of(asked)
    if interval is None:
        return None
    same = (one.key for one in FREQUENCIES.values() if one.interval and interval_of(one.interval) == interval)
    return next(same, asked)


def label_of(frequency: str) -> tuple[str, int]:
    """An interface text for a word or an interval, and the number that stands in it for ``{count}``."""
    word = FREQUENCIES.get(frequency)
    interval = interval_of(frequency)
    if word is not None or interval is None:
        return (word or FREQUENCIES["unknown"]).label, 0
    if interval.days:
        return "every {count} days", interval.days
    if interval.months % 12 == 0:
        return "every {count} years", interval.months // 12
    return "every {count} months", interval.months


def nearest_frequency(text: str) -> str | None:
    """The word that was probably meant by a text that is none of those known."""
    said = {spoken: one.key for one in FREQUENCIES.values() for spoken in one.said}
    meant = suggest(text, [*FREQUENCIES, *said])
    return said.get(meant, meant) if meant is not None else None


def is_frequency(text: str) -> bool:
    """Whether a text says how often, in any of these words."""
    return frequency_from(text) is not None
