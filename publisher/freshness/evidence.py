"""Evidence of how far a dataset's data reach and when they changed, from what was already measured."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, tzinfo

from publisher.catalogue.model import ColumnEvidence, Dataset
from publisher.freshness.cycles import is_periodic, rhythm
from publisher.freshness.model import Observation, Period
from publisher.freshness.periods import EARLIEST, LATEST, parse_period, partial_periods, period_of
from publisher.tables.model import CheckedTable, TableFacts

Tables = Mapping[str, CheckedTable | TableFacts]
_FINE = "daily"


def observe(
    dataset: Dataset,
    tables: Tables,
    last_changes: Mapping[str, datetime],
    zone: tzinfo = UTC,
    *,
    shallow: bool = False,
    content_changes: Mapping[str, datetime] | None = None,
    further: Sequence[Observation] = (),
) -> tuple[Observation, ...]:
    """What the sources say, those that have something to say, in the order in which they are believed.

    ``tables`` are the dataset's checked tables (or their facts) by resource name; ``last_changes`` when
    each committed file's bytes last changed, ``content_changes`` when its content did (without it, the bytes
    are believed); ``zone`` turns those instants into days. ``further`` was observed elsewhere: ``remote`` by
    asking addresses, ``portal`` of what a portal serves. The order is the descriptor's; without one it is the
    period in the file names, what the steward stated (reviews and ``temporal.end``, whichever reaches
    further), the content, and what was observed elsewhere. Where the descriptor has an order, ``temporal.end``
    comes last. In a ``shallow`` clone a change that git cannot know is an unmeasured observation.
    """
    terms = dataset.freshness
    frequency = rhythm(terms) if terms and is_periodic(terms.frequency) else _FINE
    written = _days(dataset, last_changes, zone)
    changed = written if content_changes is None else _days(dataset, content_changes, zone)
    sources: dict[str, Callable[[], Iterator[Observation]]] = {
        "period": lambda: _from_names(dataset, frequency),
        "content": lambda: _from_git("content", dataset, changed, shallow),
        "git": lambda: _from_git("git", dataset, written, shallow),
        "attested": lambda: _from_reviews(dataset),
    }
    found: list[Observation] = []
    if terms and terms.evidence:
        for asked in terms.evidence:
            if isinstance(asked, ColumnEvidence):
                found += _from_column(dataset, tables, asked, frequency, changed)
            elif asked in sources:
                found += sources[asked]()
            else:
                found += (one for one in further if one.kind == asked)
        found += _from_temporal(dataset)
    else:
        stated = [*_from_reviews(dataset), *_from_temporal(dataset)]
        stated.sort(key=_reach, reverse=True)
        found = [*_from_names(dataset, frequency), *stated, *sources["content"](), *further]
    return tuple(dict.fromkeys(found))


def _days(dataset: Dataset, instants: Mapping[str, datetime], zone: tzinfo) -> dict[str, date]:
    files = (part.file for resource in dataset.resources for part in resource.parts)
    return {file: instants[file].astimezone(zone).date() for file in files if file in instants}


def _from_column(
    dataset: Dataset, tables: Tables, asked: ColumnEvidence, frequency: str, changed: Mapping[str, date]
) -> Iterator[Observation]:
    for resource in dataset.resources:
        if asked.resource not in (None, resource.name):
            continue
        table = tables.get(resource.name)
        facts = table.facts if isinstance(table, CheckedTable) else table
        detail = f"{resource.name}.{asked.column}"
        if facts is None:
            if table is not None:
                yield Observation("column", detail)
            continue
        values = facts.periods.get(asked.column) or ()
        latest = facts.latest.get(asked.column)
        cells = (*values, *((latest,) if latest else ()))
        labels = [label for cell in cells if (label := label_of(cell, frequency)) is not None]
        on = max((changed[part.file] for part in resource.parts if part.file in changed), default=None)
        seen = coverage("column", detail, labels, frequency, on)
        if seen is not None:
            yield seen
            return


def label_of(text: str, frequency: str | None = None) -> Period | None:
    """The day, month or other period that a cell names, also one of the frequency's own; None if it names none."""
    period = parse_period(text, frequency)
    if period is not None:
        return period
    try:
        day = date.fromisoformat(text[:10])
    except ValueError:
        return None
    return period_of("daily", day) if EARLIEST <= day <= LATEST else None


def coverage(kind: str, detail: str, labels: list[Period], frequency: str, on: date | None) -> Observation | None:
    """What labels (days, months, years) show about periods of a frequency; None if they are coarser than it.

    Values that are all the first day of a period name that period: ``2026-03-01`` in a column of months.
    """
    if not labels:
        return None
    if all(label.start == label.end == period_of(frequency, label.start).start for label in labels):
        labels = [period_of(frequency, label.start) for label in labels]
    periods = [period_of(frequency, label.end) for label in labels]
    if any(_days_of(label) > _days_of(period) + 1 for label, period in zip(labels, periods, strict=True)):
        return None
    through = max(label.end for label in labels)
    whole = through == period_of(frequency, through).end
    names = tuple(period.name for period in sorted(set(periods)))
    return Observation(kind, detail, through, None if whole else on, names, partial_periods(frequency, labels))


def _days_of(period: Period) -> int:
    return (period.end - period.start).days


def _from_names(dataset: Dataset, frequency: str) -> Iterator[Observation]:
    for resource in dataset.resources:
        read = [parse_period(part.period, frequency) for part in resource.parts if part.period]
        seen = coverage("period", resource.path or resource.name, [one for one in read if one], frequency, None)
        if seen is not None:
            yield seen


def _from_git(kind: str, dataset: Dataset, changed: Mapping[str, date], shallow: bool) -> Iterator[Observation]:
    files = [part.file for resource in dataset.resources for part in resource.parts]
    known = [(changed[file], file) for file in files if file in changed]
    if known:
        on, file = max(known)
        yield Observation(kind, file, on=on)
    elif files and shallow:
        yield Observation(kind, "shallow-clone")


def _from_reviews(dataset: Dataset) -> Iterator[Observation]:
    # No name of a person: evidence is published.
    seen = [Observation("attested", one.source.document.file, one.covers, one.on) for one in dataset.reviews]
    yield from sorted(seen, key=_reach, reverse=True)


def _from_temporal(dataset: Dataset) -> Iterator[Observation]:
    if dataset.temporal is not None and dataset.temporal.end is not None:
        yield Observation("temporal", "temporal.end", dataset.temporal.end)


def _reach(seen: Observation) -> date:
    return seen.through or seen.on or date.min
