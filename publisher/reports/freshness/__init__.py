"""The freshness report in all its formats. :func:`render` makes one; each format is a module of its own."""

from __future__ import annotations

import json

from publisher.messages import Messages
from publisher.reports.freshness.model import Report

FORMATS = (
    "table",
    "json",
    "junit",
    "github",
    "markdown",
    "ics",
    "atom",
    "badges",
    "prometheus",
    "dqv",
)
"""Names of the formats; ``badges`` is a folder of files, all others are one file."""


def render(report: Report, form: str, words: Messages) -> dict[str, bytes]:
    """The report in a format, as files by name; the one file of a format has the name ''."""
    if form == "badges":
        from publisher.reports.freshness.badges import badges

        return badges(report, words)
    return {"": _file(report, form, words)}


def _file(report: Report, form: str, words: Messages) -> bytes:
    if form == "ics":
        from publisher.reports.freshness.ics import ics

        return ics(report, words)
    if form == "atom":
        from publisher.reports.freshness.news import feed

        return feed(report, words)
    return _lines(_text(report, form, words)).encode()


def _text(report: Report, form: str, words: Messages) -> str:
    if form == "table":
        from publisher.reports.freshness.table import table

        return table(report, words)
    if form == "junit":
        from publisher.reports.freshness.junit import junit

        return junit(report, words)
    if form == "github":
        from publisher.reports.freshness.github import github

        return github(report, words)
    if form == "prometheus":
        from publisher.reports.freshness.prometheus import prometheus

        return prometheus(report)
    if form == "dqv":
        from publisher.reports.freshness.quality import dqv

        return json.dumps(dqv(report), ensure_ascii=False, indent=2)
    from publisher.reports.freshness.data import as_data, as_json

    if form == "markdown":
        from publisher.reports.freshness_issue import issue_body, with_states

        return issue_body(with_states(as_data(report)), words)
    return as_json(report)


def _lines(text: str) -> str:
    return text if not text or text.endswith("\n") else f"{text}\n"
