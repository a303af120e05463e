"""docs/problems.md is what the messages and the rules say."""

from __future__ import annotations

import runpy
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent


def test_the_reference_of_problems_is_current() -> None:
    made = runpy.run_path(str(ROOT / "script" / "docs-problems"))["reference"]()
    assert (ROOT / "docs" / "problems.md").read_text("utf-8") == made, "run script/docs-problems"
