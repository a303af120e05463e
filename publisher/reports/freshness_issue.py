"""The daily freshness report as the Markdown of one issue. Pure; texts are made harmless as in comments."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import accumulate
from pathlib import Path
from typing import Any

from publisher.dates import day as written_day
from publisher.errors import OpendataError
from publisher.freshness.model import State
from publisher.freshness.turnover import Turnover, turnover
from publisher.freshness.words import STATES
from publisher.messages import Messages
from publisher.reports.comment import plain
from publisher.reports.freshness.words import BEHIND, TO_DO

MARKER = "<!-- opendata:freshness -->"
MAX_ROWS = 200
MAX_BEHIND = 100
MAX_ROWS_TEXT = 45_000
"""GitHub refuses issues of more than 65,536 characters; what follows the rows has to fit too."""
LATE = frozenset({State.DELINQUENT, State.OVERDUE})
_SHOWN = (State.DELINQUENT, State.OVERDUE, State.DUE, State.NO_EVIDENCE, State.UNMEASURED)


def read_freshness(text: str, file: str) -> dict[str, Any]:
    """The report of ``opendata freshness --format json``.

    Raises:
        OpendataError: ``ci-report-unreadable``.
    """
    try:
        return with_states(json.loads(text))
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise OpendataError("ci-report-unreadable", file=file) from error


def with_states(data: Mapping[str, Any]) -> dict[str, Any]:
    """The report with its datasets' states as such, in ``states``."""
    return {**data, "states": [State(one["state"]) for one in data["datasets"]]}


def read_states(path: Path) -> dict[str, State]:
    """The states by dataset of a report in a file.

    Raises:
        OpendataError: ``ci-report-unreadable``.
    """
    try:
        return states_of(read_freshness(path.read_text("utf-8"), path.name))
    except (OSError, UnicodeDecodeError, KeyError) as error:
        raise OpendataError("ci-report-unreadable", file=path.name) from error


def states_of(data: Mapping[str, Any]) -> dict[str, State]:
    """The states by dataset of a report."""
    return {str(one["dataset"]): state for one, state in zip(data["datasets"], data["states"], strict=True)}


def news(data: Mapping[str, Any], before: Mapping[str, State], share: int, words: Messages) -> tuple[str, bool | None]:
    """The issue's text and whether it has to be open (see :func:`verdict`).

    ``before`` are the states of the last run: when more than ``share`` percent changed since, the text is a
    warning that has to be seen.
    """
    changes = turnover(before, states_of(data))
    if changes.exceeds(share):
        return _warning(data, changes, words), True
    return issue_body(data, words), verdict(data)


def _warning(data: Mapping[str, Any], changes: Turnover, words: Messages) -> str:
    said = words.text(
        "{changed} of {followed} datasets changed state at once. That is rather a fault of the measurement than of the "
        "data, so this report names none of them. If the next run finds the same, it will.",
        changed=changes.changed,
        followed=changes.followed,
    )
    counts = Counter(data["states"])
    listed = ", ".join(f"{words.text(STATES[state])}: {counts[state]}" for state in State if counts[state])
    return "\n".join([MARKER, _as_of(data, words), "", said, "", listed]) + "\n"


def verdict(data: Mapping[str, Any]) -> bool | None:
    """Whether the issue has to be open: True with late data, False without; None if that could not be measured."""
    states = set(data["states"])
    listed = (data.get("list_review") or {}).get("state")
    if states & LATE or listed in LATE:
        return True
    return None if State.UNMEASURED in states else False


def issue_body(data: Mapping[str, Any], words: Messages) -> str:
    """The issue's text: a table for each pressing state."""
    lines = [MARKER, _as_of(data, words), ""]
    rows = list(zip(data["states"], data["datasets"], strict=True))
    for state in _SHOWN:
        members = [one for found, one in rows if found is state]
        if not members:
            continue
        title = f"### {words.text(STATES[state])} ({len(members)}): {words.text(TO_DO[state])}"
        lines += [title, "", _head(words), "|---|---|---|---|---|"]
        fitting = _fitting([_row(one, words) for one in members[:MAX_ROWS]], MAX_ROWS_TEXT - sum(map(len, lines)))
        lines += fitting
        if more := len(members) - len(fitting):
            lines.append(words.plural("{count} more is in the job's log.", "{count} more are in the job's log.", more))
        lines.append("")
    reviewed = data.get("list_review") or {}
    if reviewed.get("state") in (*LATE, State.DUE):
        said = words.text(
            "The list of datasets is to be reviewed by {due} ({law}).",
            due=_day(reviewed.get("due_at"), words),
            law=plain(str(reviewed.get("act") or "")),
        )
        lines += [said, ""]
    behind = [plain(str(one.get("dataset", "")), 100) for one in data.get("behind") or ()]
    if behind:
        lines += [f"### {words.text(BEHIND)} ({len(behind)})", "", ", ".join(behind[:MAX_BEHIND]), ""]
    if len(lines) == 3:
        lines.append(words.text("Nothing is late."))
    return "\n".join(lines).rstrip() + "\n"


def _fitting(rows: Sequence[str], room: int) -> list[str]:
    """As many of the first rows as a text has room for."""
    lengths = accumulate(len(row) + 1 for row in rows)
    return [row for row, length in zip(rows, lengths, strict=True) if length <= room]


def _as_of(data: Mapping[str, Any], words: Messages) -> str:
    return words.text("As of {day}.", day=_day(data.get("snapshotted_at"), words))


def _day(value: object, words: Messages) -> str:
    return plain(written_day(str(value or "")[:10], words.language))


def _head(words: Messages) -> str:
    names = ("Dataset", "Due", "Days late", "Missing periods", "Responsible")
    return "| " + " | ".join(words.text(name) for name in names) + " |"


def _row(one: Mapping[str, Any], words: Messages) -> str:
    missing = [str(name) for name in one.get("missing_periods") or []]
    listed = ", ".join(missing[-6:]) + (f" (+{len(missing) - 6})" if len(missing) > 6 else "")
    name = f"{plain(str(one.get('title', '')), 200)} ({plain(str(one.get('dataset', '')), 100)})"
    owner = one.get("responsible_name") or one.get("responsible") or one.get("organization") or ""
    cells = (name, _day(one.get("due_at"), words), str(one.get("days_late") or ""), listed, str(owner))
    return f"| {cells[0]} | " + " | ".join(plain(cell, 200) for cell in cells[1:]) + " |"
