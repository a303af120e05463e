"""The search folds alike in Python and in the browser; these vectors hold for both."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from publisher.text import fold

VECTORS = json.loads((Path(__file__).parent / "fold-vectors.json").read_text("utf-8"))


@pytest.mark.parametrize(("text", "folded"), VECTORS["fold"])
def test_python_folds_as_the_vectors_say(text: str, folded: str) -> None:
    assert fold(text) == folded
