"""When the data of each period came in, by the source that a dataset's evidence names first."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, tzinfo

from publisher.catalogue.model import ColumnEvidence, Dataset, FreshnessTerms
from publisher.freshness.columns import Shown
from publisher.freshness.cycles import is_periodic, rhythm
from publisher.freshness.model import Period
from publisher.freshness.periods import LATEST, following, parse_period, partial_periods, period_of
from publisher.freshness.versions import Version

Versions = Mapping[str, Sequence[Version]]
_CHANGES = ("content", "git", "attested")


@dataclass(frozen=True)
class Arrivals:
    """``since`` is the first day on which git knows a file of the dataset: what was before, nobody can tell.

    ``days`` is when the data of a period were first there, None where they are there and no day is known. Evidence
    by change (content, git, attested) has ``changes`` instead, in order: a change shows all periods that had ended
    before it. ``revised`` is when the file of a period last changed after that.
    """

    kind: str
    since: date | None
    days: Mapping[Period, date | None] = field(default_factory=dict)
    revised: Mapping[Period, date] = field(default_factory=dict)
    changes: tuple[date, ...] = ()

    @property
    def by_change(self) -> bool:
        """Whether changes are the evidence."""
        return self.kind in _CHANGES

    def day(self, period: Period) -> date | None:
        """When the data of a period came in, if that is known."""
        return _first_after(self.changes, period.end) if self.by_change else self.days.get(period)

    def revision(self, period: Period, frequency: str) -> date | None:
        """When the data of a period last changed after they had come in and before those of the next were expected."""
        if not self.by_change:
            return self.revised.get(period)
        first = self.day(period)
        last = bisect_right(self.changes, following(frequency, period).end) - 1
        day = self.changes[last] if last >= 0 else None
        return day if day is not None and first is not None and day > first else None


def arrivals(dataset: Dataset, versions: Versions, columns: Shown, zone: tzinfo, by: date | None = None) -> Arrivals:
    """When the data of a dataset came in, in days of ``zone``; reviews dated after the day ``by`` do not count yet.

    The first source of the descriptor's order that shows anything counts; without an order: the period in file
    names, then changes of content and reviews together. Sources of change count together wherever one is reached.
    """
    terms = dataset.freshness
    files = [part.file for resource in dataset.resources for part in resource.parts]
    known = [versions[file][0].at for file in files if versions.get(file)]
    since = min(known).astimezone(zone).date() if known else None
    frequency = rhythm(terms) if terms and is_periodic(terms.frequency) else "daily"
    for kind in _order(terms):
        if isinstance(kind, ColumnEvidence):
            found = _by_column(dataset, kind, columns, frequency, since, zone)
        elif kind == "period":
            found = _by_name(dataset, versions, frequency, since, zone)
        else:
            found = _by_change(dataset, versions, _asked_changes(terms), since, zone, by)
        if found.days or found.changes:
            return found
    return Arrivals("content", since)


def _order(terms: FreshnessTerms | None) -> tuple[str | ColumnEvidence, ...]:
    asked = terms.evidence if terms else ()
    return tuple(one for one in asked if not isinstance(one, str) or one in ("period", *_CHANGES)) or (
        "period",
        "content",
    )


def _asked_changes(terms: FreshnessTerms | None) -> frozenset[str]:
    asked = {one for one in terms.evidence if isinstance(one, str)} if terms and terms.evidence else set()
    return frozenset(asked & set(_CHANGES)) or frozenset({"content", "attested"})


def _by_column(
    dataset: Dataset, asked: ColumnEvidence, columns: Shown, frequency: str, since: date | None, zone: tzinfo
) -> Arrivals:
    days: dict[Period, date | None] = {}
    for resource in dataset.resources:
        for part in resource.parts if asked.resource in (None, resource.name) else ():
            for at, seen in columns.get(part.file, ()):
                on = at.astimezone(zone).date()
                for name in seen.periods:
                    period = parse_period(name, frequency)
                    if period is None or name in seen.partial:
                        continue
                    whole = seen.on is None and period.end == seen.through and period.start <= on
                    if on > period.end or whole:
                        days[period] = min(days.get(period) or on, on)
    return Arrivals("column", since, days)


def _by_name(dataset: Dataset, versions: Versions, frequency: str, since: date | None, zone: tzinfo) -> Arrivals:
    """The first resource whose files have periods in their names, as the timeline takes it."""
    for resource in dataset.resources:
        pieces: dict[Period, list[tuple[Period, str]]] = {}
        for part in resource.parts:
            label = parse_period(part.period, frequency) if part.period else None
            if label is not None:
                whole = period_of(frequency, label.end)
                if label.start >= whole.start:
                    pieces.setdefault(whole, []).append((label, part.file))
        if pieces:
            complete = {
                whole: [file for _, file in found]
                for whole, found in pieces.items()
                if not partial_periods(frequency, [label for label, _ in found])
            }
            days = {whole: _complete_on(files, versions, zone) for whole, files in complete.items()}
            # A file named for a period that had not begun is a form to be filled in.
            days = {whole: day for whole, day in days.items() if day is None or whole.start <= day}
            revised = {
                whole: last
                for whole, files in complete.items()
                if whole in days
                and (last := _last_change(files, versions, zone)) is not None
                and (first := days[whole]) is not None
                and last > first
            }
            return Arrivals("period", since, days, revised)
    return Arrivals("period", since)


def _complete_on(files: Sequence[str], versions: Versions, zone: tzinfo) -> date | None:
    """The day on which the last of the files came; None if git does not know one of them."""
    firsts = [versions[file][0].at for file in files if versions.get(file)]
    return max(firsts).astimezone(zone).date() if len(firsts) == len(files) else None


def _last_change(files: Sequence[str], versions: Versions, zone: tzinfo) -> date | None:
    changes = [one.at for file in files for one in versions.get(file, ())[1:] if one.changed]
    return max(changes).astimezone(zone).date() if changes else None


def _by_change(
    dataset: Dataset, versions: Versions, kinds: frozenset[str], since: date | None, zone: tzinfo, by: date | None
) -> Arrivals:
    files = [part.file for resource in dataset.resources for part in resource.parts]
    days: set[date] = set()
    if kinds & {"content", "git"}:
        days |= {at.astimezone(zone).date() for at in _changed(files, versions, "git" in kinds)}
    if "attested" in kinds:
        # A review that says how far the data are right shows no more than that, as a change on the next day would.
        days |= {
            one.on if one.covers is None else min(one.on, min(one.covers, LATEST) + timedelta(1))
            for one in dataset.reviews
            if by is None or one.on <= by
        }
    changes = tuple(sorted(days))
    # Data that lie elsewhere are known by their reviews alone, and since the first of them.
    return Arrivals("content", since or (None if files or not changes else changes[0]), changes=changes)


def _changed(files: Sequence[str], versions: Versions, rewritten: bool) -> Iterator[datetime]:
    for file in files:
        for one in versions.get(file, ()):
            if one.changed or (rewritten and one.rewritten):
                yield one.at


def _first_after(days: Sequence[date], end: date) -> date | None:
    place = bisect_right(days, end)
    return days[place] if place < len(days) else None
