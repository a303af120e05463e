"""The documents agree with the product: links lead somewhere, commands and exit codes are all there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from publisher.errors import Exit
from publisher.help import COMMANDS

REPOSITORY = Path(__file__).parent.parent.parent
PAGES = [*sorted(REPOSITORY.glob("*.md")), *sorted((REPOSITORY / "docs").rglob("*.md"))]
LINK = re.compile(r"\]\((?![a-z]+:)([^)#\s]+)")


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.relative_to(REPOSITORY).as_posix())
def test_links_lead_to_files(page: Path) -> None:
    text = page.read_text("utf-8")
    assert [link for link in LINK.findall(text) if not (page.parent / link).exists()] == []


def test_the_readme_starts_with_the_two_commands_and_names_everything() -> None:
    text = (REPOSITORY / "README.md").read_text("utf-8")
    assert text.index("script/demo") < text.index("script/test") < text.index("\n## ")
    assert [name for name, said in COMMANDS.items() if f"| `{name}` | {said} |" not in text] == []
    codes = text.partition("Exit codes: ")[2].partition("Every command")[0]
    assert {int(code) for code in re.findall(r"(?:^|· |·\n)(\d+) ", codes)} == {int(code) for code in Exit}
