"""The report as an Atom feed: an entry each time that the data of a period become due, late or long overdue."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time

from publisher.freshness.atom import Entry, Feed, atom, news_id
from publisher.freshness.model import Assessment, State
from publisher.freshness.words import STATES
from publisher.messages import Messages
from publisher.reports.freshness.model import Report
from publisher.reports.freshness.words import owner, period_in_words, scope_name, when


def feed(report: Report, words: Messages) -> bytes:
    """The XML document. An entry's id is that of dataset, period and state, its time the day on which that began."""
    catalogue = report.catalogue
    settings = catalogue.settings
    base = settings.base_url.rstrip("/") + "/" if settings.base_url else None
    scope = (report.organization,) if report.organization else ()
    name = scope_name(report, words)
    about = Feed(
        id=news_id(settings.id, "freshness", *scope),
        title=words.text("Freshness of data: {name}", name=name),
        author=catalogue.text(settings.publisher, words.language) or name,
        updated=_start(report.today, report),
        url=base,
        language=words.language,
    )
    return atom(about, [entry for one in report.found for entry in _entries(one, report, words)])


def _entries(one: Assessment, report: Report, words: Messages) -> Iterator[Entry]:
    line = one.timeline
    began = {State.DUE: line.opens_at, State.OVERDUE: line.overdue_at, State.DELINQUENT: line.delinquent_at}
    if one.state not in began:
        return
    catalogue = report.catalogue
    dataset = catalogue.datasets[one.dataset]
    period = line.next_period
    named = f" ({period_in_words(period, words)})" if period else ""
    for state, day in began.items():
        if day is None or day > report.today:
            continue
        # Past states are news of their day: only the present one tells how late the data are by now.
        told = [when(one, words)] if state is one.state else []
        yield Entry(
            id=news_id(catalogue.settings.id, "freshness", str(dataset.id), period.name if period else str(day), state),
            title=f"{words.text(STATES[state])}: {one.title}{named}",
            updated=_start(day, report),
            summary=" ".join([*told, owner(one, catalogue, words)]),
            url=report.address(one.dataset),
            categories=(state.value,),
        )


def _start(day: date, report: Report) -> datetime:
    return datetime.combine(day, time(), report.now.tzinfo or UTC)
