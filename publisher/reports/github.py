"""Problems as workflow commands of GitHub Actions, which shows them beside the lines of a pull request.

The form: https://docs.github.com/actions/reference/workflow-commands-for-github-actions
"""

from __future__ import annotations

from collections.abc import Sequence

from publisher.reports.wording import Worded


def github(problems: Sequence[Worded]) -> str:
    """One line a problem."""
    return "\n".join(_command(one) for one in problems)


def _command(one: Worded) -> str:
    place = {"file": one.file, "line": one.problem.line, "col": one.problem.column, "title": one.problem.code}
    properties = ",".join(f"{key}={property_of(str(value))}" for key, value in place.items() if value is not None)
    text = f"{one.message_in_sheet}\n→ {one.help}" if one.help else one.message_in_sheet
    return f"::{one.problem.severity} {properties}::{data(text)}"


def data(text: str) -> str:
    """A message with what would end it written as the form asks."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def property_of(text: str) -> str:
    """The same for the value of a property."""
    return data(text).replace(":", "%3A").replace(",", "%2C")
