"""What ``freshness:`` promises fits together, so that deadlines follow from it.

A dataset begins before it ends. Long overdue comes after the grace. ``year_starts:`` moves the
beginning of quarters, half-years and years, so it says nothing with days or weeks, or with an interval that
names its own start. ``working_days: true`` counts ``due:``, so ``due:`` is there and in days (P10D), at most
366. A pause that has no last day stays for good, so it is told.

To fix it, correct the line that the problem names, or remove it.

Source: ISO 8601 for intervals and durations; the format of the catalogue (docs/freshness.md).
"""

import re
from collections.abc import Iterator
from datetime import date

from publisher.catalogue.frequencies import interval_of
from publisher.catalogue.model import Dataset, FreshnessTerms
from publisher.freshness.cycles import cycle_of
from publisher.freshness.durations import parse_duration
from publisher.problem import Problem, Severity
from publisher.validation.rule import Context, at_dataset

CODE = "freshness-reversed"
SEVERITY = Severity.ERROR
CODES = {
    CODE: SEVERITY,
    "freshness-order": Severity.WARNING,
    "year-starts-unused": SEVERITY,
    "working-days-without-due": SEVERITY,
    "pause-without-end": Severity.NOTICE,
}
DEPENDS_ON_TODAY: frozenset[str] = frozenset()

_DAYS = re.compile(r"P(\d{1,3})D")
_MOST = 366
_SOME_DAY = date(2000, 1, 1)


def check(context: Context) -> Iterator[Problem]:
    """The problems of a catalogue."""
    for dataset in context.datasets:
        terms = dataset.freshness
        if terms is not None:
            yield from _spans(dataset, terms)
            yield from _counting(dataset, terms)


def _spans(dataset: Dataset, terms: FreshnessTerms) -> Iterator[Problem]:
    if terms.began is not None and terms.ended is not None and terms.began > terms.ended:
        start, end = terms.began.isoformat(), terms.ended.isoformat()
        yield at_dataset(dataset, CODE, "freshness", "ended", start=start, end=end)
    if terms.grace and terms.delinquent:
        mild, late = parse_duration(terms.grace), parse_duration(terms.delinquent)
        if late.after(_SOME_DAY) < mild.after(_SOME_DAY):
            yield at_dataset(
                dataset, "freshness-order", "freshness", "delinquent", grace=terms.grace, delinquent=terms.delinquent
            )
    if terms.paused_reason and terms.paused_until is None:
        yield at_dataset(dataset, "pause-without-end", "freshness", "paused")


def _counting(dataset: Dataset, terms: FreshnessTerms) -> Iterator[Problem]:
    written = dataset.source.document.data["freshness"]
    cycle = cycle_of(terms.frequency)
    if "year_starts" in written:
        interval = interval_of(written["frequency"])
        moved = cycle is not None and cycle.months > 0 and terms.mode == "calendar"
        if not moved or (interval is not None and interval.start is not None):
            yield at_dataset(dataset, "year-starts-unused", "freshness", "year_starts", frequency=terms.frequency)
    if terms.working_days:
        days = _DAYS.fullmatch(terms.due or "")
        if days is None or int(days[1]) > _MOST or cycle is None or terms.mode != "calendar":
            yield at_dataset(dataset, "working-days-without-due", "freshness", "working_days")
