"""Problems for people at a terminal: grouped by file, each with its place, what is wrong and what to do."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

import click

from publisher.messages import Messages
from publisher.problem import Severity
from publisher.reports.wording import Worded, count

_COLOURS = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.NOTICE: "blue"}


def human(problems: Sequence[Worded], messages: Messages, colour: bool = False) -> str:
    """Plain lines, with colours if asked for."""
    groups = [
        "\n".join(_lines(one, messages, colour) for one in group)
        for _, group in groupby(problems, key=lambda one: one.file)
    ]
    return "\n\n".join([*groups, _summary(problems, messages)])


def _lines(one: Worded, messages: Messages, colour: bool) -> str:
    severity = one.problem.severity
    word = _word(severity, messages)
    if colour:
        place, word = click.style(one.place, bold=True), click.style(word, fg=_COLOURS[severity], bold=True)
    else:
        place = one.place
    first = f"{place}: {word}: {one.message} [{one.problem.code}]"
    return f"{first}\n    → {one.help}" if one.help else first


def _word(severity: Severity, messages: Messages) -> str:
    words = {
        Severity.ERROR: messages.text("error"),
        Severity.WARNING: messages.text("warning"),
        Severity.NOTICE: messages.text("notice"),
    }
    return words[severity]


def _summary(problems: Sequence[Worded], messages: Messages) -> str:
    if not problems:
        return messages.text("No problems found.")
    errors, warnings, notices = (count(problems, severity) for severity in Severity)
    parts = [
        messages.plural("{count} error", "{count} errors", errors) if errors else "",
        messages.plural("{count} warning", "{count} warnings", warnings) if warnings else "",
        messages.plural("{count} notice", "{count} notices", notices) if notices else "",
    ]
    files = len({one.file for one in problems})
    where = messages.plural("in {count} file", "in {count} files", files)
    return f"{', '.join(part for part in parts if part)} {where}."
