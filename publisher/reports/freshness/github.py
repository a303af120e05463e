"""The report as workflow commands of GitHub Actions, beside the lines of the descriptors.

The form: https://docs.github.com/actions/reference/workflow-commands-for-github-actions
"""

from __future__ import annotations

from publisher.freshness.model import State
from publisher.freshness.words import STATES
from publisher.messages import Messages
from publisher.reports.freshness.model import ACTION, Report, is_breach
from publisher.reports.freshness.words import sentences
from publisher.reports.github import data, property_of


def github(report: Report, words: Messages) -> str:
    """A line for each dataset of which something has to be done; '' where there is none."""
    lines = []
    for one in report.found:
        if one.state not in (*ACTION, State.UNMEASURED):
            continue
        level = "error" if is_breach(one.state, report.fail_on) else "warning"
        document = report.catalogue.datasets[one.dataset].source.document
        title = f"{words.text(STATES[one.state])}: {one.title}"
        properties = {"file": document.file, "line": str(document.place(("freshness",), key=True)[0]), "title": title}
        named = ",".join(f"{key}={property_of(value)}" for key, value in properties.items())
        lines.append(f"::{level} {named}::{data(chr(10).join(sentences(one, report.catalogue, words)))}")
    return "\n".join(lines)
