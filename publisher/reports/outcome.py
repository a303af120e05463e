"""What became of a publish, in words and as data."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from publisher.errors import Exit
from publisher.messages import Messages
from publisher.plan.model import Outcome, OutcomeStatus
from publisher.plan.safety import Verdict


def exit_of(outcomes: Sequence[Outcome], verdict: Verdict) -> Exit:
    """Done, or incomplete where something failed or is held back."""
    return Exit.INCOMPLETE if verdict.attention or failed(outcomes) else Exit.DONE


def failed(outcomes: Sequence[Outcome]) -> list[Outcome]:
    """The outcomes that failed."""
    return [one for one in outcomes if one.status is OutcomeStatus.FAILED]


def outcome_json(outcomes: Sequence[Outcome]) -> list[dict[str, Any]]:
    """Outcomes as data."""
    return [
        {"subject": str(one.subject), "status": one.status.value, "code": one.code, "params": dict(one.params)}
        for one in outcomes
    ]


def why(code: str, params: Mapping[str, Any], words: Messages) -> str:
    """Why something failed, in words."""
    return words.of("outcome", code, **params) or words.of("message", code, **params) or code


def outcome_human(outcomes: Sequence[Outcome], verdict: Verdict, words: Messages) -> Iterator[str]:
    """What was done and what was not, in lines."""
    for one in failed(outcomes):
        yield f"! {one.subject.name}: {why(one.code or '', one.params, words)}"
    done = len(outcomes) - len(failed(outcomes))
    yield words.plural("{count} change published.", "{count} changes published.", done)
    if verdict.plan.rebuild:
        yield words.text("The portal has been drawn anew.")
    if verdict.attention:
        count = len(verdict.attention)
        yield words.plural("{count} item is held back.", "{count} items are held back.", count)
