"""The report as badges: one for each dataset, each body that answers for some, and the whole catalogue."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable

from publisher.freshness.badge import Badge, shields, svg
from publisher.freshness.model import Assessment, State
from publisher.messages import Messages
from publisher.reports.freshness.model import FOLLOWED, Report
from publisher.reports.freshness.words import day_in_words, heading

COLOR = {
    State.DELINQUENT: "bad",
    State.OVERDUE: "late",
    State.DUE: "soon",
    State.FRESH: "good",
}


def badges(report: Report, words: Messages) -> dict[str, bytes]:
    """Files by path: ``dataset/NAME.svg``, ``organization/KEY.svg``, ``catalogue.svg``, and ``.json`` beside each."""
    found = {f"dataset/{one.dataset}": _of_dataset(one, words) for one in report.found}
    bodies = sorted({one.responsible for one in report.found if one.responsible})
    for key in bodies:
        found[f"organization/{key}"] = _of_many((one for one in report.found if one.responsible == key), words)
    found["catalogue"] = _of_many(report.found, words)
    files: dict[str, bytes] = {}
    for path, badge in found.items():
        files[f"{path}.svg"] = svg(badge).encode()
        files[f"{path}.json"] = (json.dumps(shields(badge), ensure_ascii=False) + "\n").encode()
    return files


def _of_dataset(one: Assessment, words: Messages) -> Badge:
    message = words.text(heading(one)).lower()
    through = one.timeline.covered.end if one.timeline.covered else None
    if one.state is State.FRESH and through is not None:
        message = words.text("data through {day}", day=day_in_words(through, words))
    return Badge(words.text("data"), message, COLOR.get(one.state, "quiet"))


def _of_many(found: Iterable[Assessment], words: Messages) -> Badge:
    counts = Counter(one.state for one in found if one.state in FOLLOWED)
    late = counts[State.DELINQUENT] + counts[State.OVERDUE]
    total = sum(counts.values())
    label = words.text("data")
    if not total:
        return Badge(label, words.text("nothing followed"), "quiet")
    if late:
        message = words.text("{late} of {total} late", late=late, total=total)
        return Badge(label, message, "bad" if counts[State.DELINQUENT] else "late")
    if counts[State.FRESH] + counts[State.DUE] < total:
        unknown = total - counts[State.FRESH] - counts[State.DUE]
        return Badge(label, words.text("{count} of {total} not known", count=unknown, total=total), "quiet")
    return Badge(label, words.text("all {total} in time", total=total), "good")
