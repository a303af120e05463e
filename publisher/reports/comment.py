"""Problems and a plan as one Markdown comment on a merge request. Pure; every foreign text is made harmless.

A report may come from a job that ran on a stranger's branch, so nothing in it is trusted: no text
of it can become Markdown, HTML, a link, a mention, a reference or a quick action.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any
from urllib.parse import urlsplit

from publisher.errors import OpendataError
from publisher.messages import Messages
from publisher.plan.model import Plan
from publisher.reports.plan import headline, held_words, table_words
from publisher.text import one_line

MARKER = "<!-- opendata:report -->"
MAX_COMMENT = 60_000
"""GitHub refuses comments of more than 65,536 characters."""
MAX_PROBLEMS = 100
MAX_TEXT = 500

Link = Callable[[str, int | None], str | None]
"""The address of a file's line in the web editor, if there is one."""

_PUNCTUATION = re.compile(r"([\\`*_{}\[\]()>~|!$^\"])")
_CALLS = re.compile(r"([@#!~%$^&]|www\.|[hH][tT][tT][pP][sS]?:|[fF][tT][pP]:|GH-|mailto:)(?=\S)")
_NOT_IN_ADDRESS = re.compile(r"[<>\s]")
_ZERO_WIDTH = "\u200b"
_SEVERITIES = {"error": "❌", "warning": "⚠️", "notice": "ℹ️"}


@dataclass(frozen=True, slots=True)
class Found:
    """One problem of a report, its texts not yet harmless."""

    severity: str
    file: str
    line: int | None
    message: str
    help: str
    sheet: str = ""


def plain(text: str, limit: int = MAX_TEXT) -> str:
    """A text as Markdown that shows the text and does nothing: one line, no markup, no links, no mentions.

    A zero-width space after what calls somebody or something (``@``, ``#``, ``http:``) keeps GitHub
    and GitLab from acting on it; they look for those after Markdown has been rendered.
    """
    line = _CALLS.sub(lambda match: match.group(1) + _ZERO_WIDTH, one_line(text, limit))
    line = line.replace("&", "&amp;").replace("<", "&lt;")
    return _PUNCTUATION.sub(r"\\\1", line)


def read_problems(text: str, file: str) -> list[Found]:
    """The problems of a JSON report; whatever does not have the report's shape is refused.

    Raises:
        OpendataError: ``ci-report-unreadable``.
    """
    try:
        return [_found(one) for one in json.loads(text)["problems"]]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise OpendataError("ci-report-unreadable", file=file) from error


def _found(data: Mapping[str, Any]) -> Found:
    line = data.get("line")
    if not isinstance(data["file"], str) or not isinstance(data["message"], str):
        raise TypeError("not a problem")
    severity = data["severity"] if data["severity"] in _SEVERITIES else "error"
    usable = isinstance(line, int) and not isinstance(line, bool) and 0 < line < 10_000_000
    help_text, sheet = data.get("help"), data.get("sheet")
    return Found(
        severity,
        data["file"],
        line if usable else None,
        data["message"],
        help_text if isinstance(help_text, str) else "",
        sheet if isinstance(sheet, str) else "",
    )


def comment(problems: Sequence[Found] | None, plan: Plan | None, link: Link, words: Messages) -> str:
    """The whole comment; ``problems`` is None where nothing was validated, ``plan`` where nothing was planned."""
    sections = [MARKER]
    if problems is not None:
        sections += _problems(problems, link, words)
    if plan is not None:
        sections += _plan(plan, words)
    text = "\n".join(sections).rstrip() + "\n"
    return text if len(text) <= MAX_COMMENT else _shortened(text, words)


def _problems(problems: Sequence[Found], link: Link, words: Messages) -> list[str]:
    if not problems:
        return [f"### ✅ {words.text('The data files are in order.')}", ""]
    errors = sum(one.severity == "error" for one in problems)
    if errors:
        head = "❌ " + words.plural("{count} thing to repair", "{count} things to repair", errors)
    else:
        head = "✅ " + words.text("Nothing has to be repaired.")
    lines = [f"### {head}", ""]
    if others := len(problems) - errors:
        lines += [words.plural("And {count} reminder.", "And {count} reminders.", others), ""]
    shown = sorted(problems, key=lambda one: (one.file, one.line or 0))[:MAX_PROBLEMS]
    for file, group in groupby(shown, key=lambda one: one.file):
        lines += [f"**{_linked(plain(file), link(file, None))}**", ""]
        lines += [_line(one, link, words) for one in group]
        lines.append("")
    if more := len(problems) - len(shown):
        lines += [words.plural("{count} more is in the job's log.", "{count} more are in the job's log.", more), ""]
    advice = "You may answer here: `/opendata fix` repairs what can be repaired without doubt."
    return [*lines, f"<sub>{words.text(advice)}</sub>", ""]


def _line(one: Found, link: Link, words: Messages) -> str:
    place = words.text("line {line}", line=one.line) if one.line else words.text("file")
    if one.sheet:
        place = words.text("sheet {sheet}, {place}", sheet=plain(one.sheet, 100), place=place)
    advice = f" {plain(one.help)}" if one.help else ""
    return f"- {_SEVERITIES[one.severity]} {_linked(place, link(one.file, one.line))} · {plain(one.message)}{advice}"


def _linked(label: str, address: str | None) -> str:
    if address is None or urlsplit(address).scheme not in {"http", "https"}:
        return label
    return f"[{label}](<{_NOT_IN_ADDRESS.sub('', address)}>)"


def _plan(plan: Plan, words: Messages) -> list[str]:
    lines = [f"### {words.text('What is published to {portal}', portal=plain(plan.portal, 100))}", ""]
    if not plan.actions:
        lines.append(words.text("Nothing changes."))
    for action in plan.actions[:MAX_PROBLEMS]:
        lines.append(f"- {plain(headline(action, words))}" + (" ⚠️" if action.risks else ""))
        lines += [f"  - {plain(table_words(table, words))}" for table in action.tables]
    if (more := len(plan.actions) - MAX_PROBLEMS) > 0:
        lines.append(words.plural("- and {count} more", "- and {count} more", more))
    if plan.held:
        lines += ["", words.text("Held back at the last good version:")]
        lines += [f"- {plain(f'{one.subject.name}: {held_words(one, words)}')}" for one in plan.held[:MAX_PROBLEMS]]
    return [*lines, ""]


def _shortened(text: str, words: Messages) -> str:
    end = words.text("The rest is in the job's log.")
    kept = text[: MAX_COMMENT - len(end) - 2]
    return kept[: kept.rindex("\n")] + f"\n\n{end}\n"
