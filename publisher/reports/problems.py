"""Problems in every format that ``--format`` offers."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence

from publisher.messages import Messages
from publisher.problem import Problem
from publisher.reports.github import github
from publisher.reports.gitlab import gitlab
from publisher.reports.human import human
from publisher.reports.jsonreport import json_report
from publisher.reports.junit import junit
from publisher.reports.sarif import sarif
from publisher.reports.wording import Worded, worded

_FORMATS: dict[str, Callable[[Sequence[Worded], Messages], str]] = {
    "json": lambda problems, _messages: json_report(problems),
    "github": lambda problems, _messages: github(problems),
    "gitlab": lambda problems, _messages: gitlab(problems),
    "sarif": sarif,
    "junit": lambda problems, _messages: junit(problems),
}
FORMATS = ("human", *_FORMATS)


def render(
    problems: Sequence[Problem], format: str, messages: Messages, *, prefix: str = "", colour: bool | None = None
) -> str:
    """Problems as a text of one of :data:`FORMATS`, without a closing line end.

    ``prefix`` (``opendata/``) is the way from the repository's root to the catalogue's, for readers
    that know the repository only. ``colour`` is for ``human``; None looks at the terminal.
    """
    found = worded(problems, messages, prefix)
    if format == "human":
        return human(found, messages, colours_wanted() if colour is None else colour)
    return _FORMATS[format](found, messages)


def colours_wanted() -> bool:
    """Whether standard output is a terminal that may be given colours (https://no-color.org)."""
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
