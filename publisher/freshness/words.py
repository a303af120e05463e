"""The names of states and of kinds of evidence: the same on pages, in reports, mails and calendars."""

from __future__ import annotations

from typing import Protocol

from publisher.freshness.model import State

STATES = {
    State.DELINQUENT: "Long overdue",
    State.OVERDUE: "Overdue",
    State.DUE: "Update due",
    State.NO_EVIDENCE: "No evidence of updates",
    State.UNMEASURED: "Freshness not measured",
    State.FRESH: "Up to date",
    State.PLANNED: "Planned",
    State.PROPOSED: "Proposed",
    State.PAUSED: "Updates paused",
    State.EXEMPT: "Exempt",
    State.ENDED: "No longer updated",
    State.NOT_OPEN: "Not open",
    State.WITHDRAWN: "Withdrawn",
}
"""A state's name. "Update due" begins when the period is over and lasts until the data count as late: it is
right before the due date and in the days of grace after it."""
_EVIDENCE = {
    "column": "date column {detail}",
    "period": "period in the file names {detail}",
    "content": "last change of the content of {detail}",
    "git": "last change of {detail} in git",
    "attested": "review {detail}",
    "temporal": "the end of the period in the descriptor",
    "remote": "what the server says of {detail}",
    "portal": "what the portal says of {detail}",
}
_UNMEASURED = {
    "column": "date column {detail} (the table cannot be read)",
    "git": "git (this clone holds only a part of the history)",
    "content": "git (this clone holds only a part of the history)",
    "remote": "the server of {detail} gave no usable answer",
    "portal": "the portal gave no usable answer about {detail}",
}


class Say(Protocol):
    """A sentence in the reader's language, its placeholders filled."""

    def __call__(self, sentence: str, /, **params: object) -> str:
        """The sentence."""


def evidence_in_words(say: Say, kind: str, detail: str) -> str:
    """What was looked at, as a noun: ``date column figures.day``."""
    return say(_EVIDENCE.get(kind, "{detail}"), detail=detail)


def unmeasured_in_words(say: Say, kind: str, detail: str) -> str:
    """What was asked without an answer, and why there is none."""
    return say(_UNMEASURED.get(kind, "{detail}"), detail=detail)
