"""A sentence about what there is nothing of is left out, in every language and by whoever says it."""

from __future__ import annotations

import pytest

from publisher.messages import messages
from publisher.problem import Problem
from publisher.text import suggest

SUGGESTING = {
    "message": ["takedown-not-there", "pull-not-there", "portal-unknown"],
    "help": ["backup-unknown", "selection-empty", "rule-not-found", "attest-no-such-dataset", "schema-unknown"],
}


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize(("context", "code"), [(at, code) for at, codes in SUGGESTING.items() for code in codes])
def test_nothing_is_suggested_where_nothing_is_near(context: str, code: str, language: str) -> None:
    nothing = suggest("qqqq", ["truong-hoc"])
    said = messages(language).of(context, code, name="x", dataset="x", meant=nothing, suggestion=nothing, known=nothing)
    near = messages(language).of(context, code, name="x", dataset="x", meant="gan", suggestion="gan", known="gan")
    assert "gan" in near
    assert 0 < len(said) < len(near)
    assert not {"None", "–", "-", "?"} & set(said.replace(".", " ").split())
    assert "?" not in said


def test_other_sentences_and_names_with_dots_stay() -> None:
    problem = Problem("freshness-frequency-unknown", "a.yaml", params={"word": "x", "suggestion": None})
    assert "None" not in messages("en").help(problem)
    given = messages("en").text("See a.yaml for {what}. Did you mean {meant}? Else {what}.", what="b.md", meant=None)
    assert given == "See a.yaml for b.md. Else b.md."
