"""Files and schemas that would stop the machine that checks them."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

import pytest
from table_making import make_table

from publisher.tables import magic
from publisher.tables.inspect import inspect
from publisher.tables.keys import Lookups
from publisher.tables.pattern import LONGEST, is_costly
from publisher.tables.rows import table_rows


def codes(table: Any) -> list[str]:
    return [one.code for one in inspect(table, Lookups({}, table_rows), ()).problems]


@pytest.mark.parametrize(
    "pattern",
    [
        "(a+)+$",
        "^(a|a)*$",
        "([a-z]+)*x",
        r"(\d{1,2})*$",
        "(?:a?){20}",
        "((a|b))+",
        "(?P<x>a*)*",
        "(-[a-z-]+)*$",
        "(x(a+)y)*",
        "((?i:a)+)+",
        r"(b)(?:-\1+)*",
        "(?P<x>b)(?:-(?P=x)+)*",
        "a" * (LONGEST + 1),
    ],
)
def test_patterns_that_may_run_for_ever(pattern: str) -> None:
    assert is_costly(pattern)


@pytest.mark.parametrize(
    "pattern",
    [
        r"\d{5}",
        r"\d{4}-Q[1-4]",
        "[a-z0-9]+(?:-[a-z0-9]+)*",
        r"(?:\d{1,3}\.){3}\d{1,3}",
        r"(?:\d+;)*",
        "(?:nam|nữ)",
        "(?:ab){4}",
        r"[(+)*]+\(a+\)",
        "0(?:3|5|7|8|9)[0-9]{8}",
        "([)",
        "",
    ],
)
def test_patterns_that_are_fine(pattern: str) -> None:
    assert not is_costly(pattern)


def test_a_costly_pattern_is_told_and_never_run(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("ma\n" + "a" * 60 + "!\n", "utf-8")
    schema = {"fields": [{"name": "ma", "type": "string", "constraints": {"pattern": "(a+)+"}}]}
    assert codes(make_table(path, schema=schema)) == ["schema-pattern-costly"]


def workbook(path: Path, *parts: tuple[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in (("xl/workbook.xml", b"<workbook/>"), *parts):
            archive.writestr(name, content)
    return path


def test_a_workbook_that_unpacks_to_far_more_is_not_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = workbook(tmp_path / "a.xlsx", ("xl/worksheets/sheet1.xml", b"0" * 11_000_000))
    assert codes(make_table(path)) == ["table-too-large"]
    monkeypatch.setattr(magic, "MOST_RATIO", 10_000)
    assert magic.kind_of(path) == "xlsx"
    monkeypatch.setattr(magic, "MOST_UNPACKED", 10_999_999)
    assert magic.kind_of(path) == "bomb"
