"""Every broken example gives the problems that it was made for, each at its line and column.

An example holds only what differs from ``tests/examples/base`` and its ``expected.yaml``, which may name files of
the base that are ``removed``.
"""

from __future__ import annotations

import re
import shutil
from datetime import date
from pathlib import Path

import pytest
import yaml

from publisher.catalogue.load import load
from publisher.messages import messages
from publisher.problem import Problem, Severity
from publisher.validation.run import validate
from publisher.workspace import Workspace

EXAMPLES = Path(__file__).parent.parent / "examples"
UNFILLED = re.compile(r"\{(?!period\})[a-z_]+\}")
NAMES = sorted(path.name for path in (EXAMPLES / "bad").iterdir())


def problems_of(root: Path) -> tuple[Problem, ...]:
    return validate(load(root), today=date(2024, 3, 1), workspace=Workspace(root)).problems


def place(problem: Problem) -> tuple[str, str, int | None, int | None]:
    return problem.code, problem.file, problem.line, problem.column


def test_there_are_many_examples_and_the_base_is_right(tmp_path: Path) -> None:
    assert len(NAMES) >= 60
    shutil.copytree(EXAMPLES / "base", tmp_path, dirs_exist_ok=True)
    assert problems_of(tmp_path) == ()


@pytest.mark.parametrize("name", NAMES)
def test_example(name: str, tmp_path: Path) -> None:
    shutil.copytree(EXAMPLES / "base", tmp_path, dirs_exist_ok=True)
    shutil.copytree(EXAMPLES / "bad" / name, tmp_path, dirs_exist_ok=True)
    expected = yaml.safe_load((tmp_path / "expected.yaml").read_text("utf-8"))
    for file in expected.get("removed", ()):
        (tmp_path / file).unlink()
    wanted = {(one["code"], one["file"], one["line"], one["column"]) for one in expected["problems"]}
    found = problems_of(tmp_path)
    assert wanted
    assert wanted <= {place(one) for one in found}
    assert {place(one) for one in found if one.severity is Severity.ERROR} <= wanted
    for language in ("vi", "en"):
        words = messages(language)
        sentences = [text for one in found for text in (words.message(one), words.help(one))]
        assert [text for text in sentences if UNFILLED.search(text)] == []
