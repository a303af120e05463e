"""The due dates of the report as an iCalendar file: the next one of each dataset, and those of the year to come."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from publisher.freshness.ahead import due_dates, is_frequent
from publisher.freshness.calendar import calendar_of
from publisher.freshness.ical import DueDate, calendar, uid
from publisher.freshness.model import Assessment, Period, State
from publisher.messages import Messages
from publisher.reports.freshness.model import DATED, Report
from publisher.reports.freshness.words import day_in_words, list_review, owner, period_in_words, scope_name

UNKNOWN = date(2000, 1, 1)
"""The stamp of what no evidence dates: a day that is the same whenever one asks."""
HORIZON = timedelta(days=366)


def ics(report: Report, words: Messages) -> bytes:
    """The file; ``--upcoming`` sets how far it looks, else a year."""
    until = report.until or _later(report.today)
    found = [one for assessed in report.found for one in _events(assessed, report, until, words)]
    name = scope_name(report, words)
    found += _review(report, until, words)
    title = words.text("Due dates of data: {name}", name=name)
    return calendar(title, words.text("On which day which data have to be there."), found)


def _review(report: Report, until: date, words: Messages) -> Iterator[DueDate]:
    """The next review of the list, where an act in force asks for one."""
    review = report.review
    if review is None or review.profile is None or review.timeline.due_at is None or review.timeline.due_at > until:
        return
    settings = report.catalogue.settings
    after = review.last.on if review.last else review.profile.key
    yield DueDate(
        uid=uid(settings.id, settings.id, f"review.{after}"),
        day=review.timeline.due_at,
        stamp=review.last.on if review.last else UNKNOWN,
        summary=words.text("Review of the list of datasets"),
        description=list_review(review, report.catalogue, words),
        url=settings.base_url,
    )


def _events(one: Assessment, report: Report, until: date, words: Messages) -> Iterator[DueDate]:
    if one.state not in DATED:
        return
    catalogue = report.catalogue
    dataset = catalogue.datasets[one.dataset]
    working_days = calendar_of(catalogue)
    seen = one.timeline.evidence
    known = (seen.on or seen.through) if seen else None
    for period, day in due_dates(dataset.freshness, one.timeline, report.today, until, working_days):
        yield DueDate(
            uid=uid(catalogue.settings.id, dataset.id, _key(one, period)),
            day=day,
            stamp=known or UNKNOWN,
            summary=_summary(one, period, words),
            description=_description(one, day, report, words),
            url=report.address(one.dataset),
            categories=_categories(one, report, words),
            alarms=(1,) if is_frequent(one.timeline.frequency) else (7, 1),
        )


def _key(one: Assessment, period: Period | None) -> str | None:
    return period.name if period else "promised" if one.state is State.PLANNED else None


def _summary(one: Assessment, period: Period | None, words: Messages) -> str:
    if period is None:
        return words.text("Data due: {title}", title=one.title)
    return words.text("Data due: {title} ({period})", title=one.title, period=period_in_words(period, words))


def _description(one: Assessment, day: date, report: Report, words: Messages) -> str:
    said = words.text("{day} is the last day in time.", day=day_in_words(day, words))
    return "\n".join([said, owner(one, report.catalogue, words), f"[{one.dataset}]"])


def _categories(one: Assessment, report: Report, words: Messages) -> tuple[str, ...]:
    body = report.body(one)
    return (report.catalogue.text(body.name, words.language),) if body else ()


def _later(today: date) -> date:
    return today + HORIZON if today < date.max - HORIZON else date.max
