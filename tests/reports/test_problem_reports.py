"""Problems in all formats: complete, well-formed, safe to read by terminals, browsers and CI systems."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from publisher.messages import Term, messages
from publisher.problem import Problem, Severity
from publisher.reports.problems import FORMATS, render

REPOSITORY = Path(__file__).parent.parent.parent
SCHEMA = json.loads((REPOSITORY / "docs/schemas/problems.schema.json").read_text("utf-8"))
DESCRIPTOR = "datasets/b/dataset.yaml"
PROBLEMS = [
    Problem(
        "shape-value",
        DESCRIPTOR,
        6,
        9,
        params={"where": "status", "value": "publishd", "suggestion": "published", "allowed": "published, planned"},
        dataset="b",
    ),
    Problem("yaml-crlf", "catalog/themes.yaml", 1, 1, Severity.WARNING),
    Problem(
        "shape-type",
        DESCRIPTOR,
        2,
        1,
        params={"where": "title", "expected": Term("string"), "found": Term("number")},
        dataset="b",
        resource="r",
        sheet="S",
        field="f",
    ),
    Problem("yaml-bom", "catalog/a,b: 100%.yaml", None, None, Severity.NOTICE),
]


def report(form: str, problems: Sequence[Problem] = PROBLEMS, **options: Any) -> str:
    return render(problems, form, messages("en"), **options)


def test_human_groups_by_file_and_counts() -> None:
    assert report("human", colour=False).splitlines() == [
        "catalog/a,b: 100%.yaml: notice: "
        "The file starts with an invisible byte order mark, as Notepad adds it. [yaml-bom]",
        "    → Run opendata fix, or save it as “UTF-8”, not “UTF-8 with BOM”.",
        "",
        "catalog/themes.yaml:1:1: warning: The file has the line ends of Windows (CRLF). [yaml-crlf]",
        "    → Run opendata fix, or choose “LF” in the editor.",
        "",
        f"{DESCRIPTOR} [S]:2:1: error: “title” must be text, but is a number. [shape-type]",
        "    → Write it in that form; put a number that is meant as text in quotes.",
        f"{DESCRIPTOR}:6:9: error: “status” does not take the value “publishd”. [shape-value]",
        "    → Did you mean “published”? It takes: published, planned.",
        "",
        "2 errors, 1 warning, 1 notice in 3 files.",
    ]
    assert render([], "human", messages("vi")) == "Không có vấn đề nào."


def test_the_sheet_of_a_workbook_is_named_where_people_read() -> None:
    one = Problem("table-blank-row", "datasets/b/b.xlsx", 4, sheet="Quý 1\n")
    assert report("human", [one], colour=False).startswith("datasets/b/b.xlsx [Quý 1 ]:4: error: ")
    assert "::[Quý 1 ] " in report("github", [one])
    assert json.loads(report("gitlab", [one]))[0]["description"].startswith("[Quý 1 ] ")


def test_human_speaks_vietnamese_and_colours_only_where_wanted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("NO_COLOR", raising=False)
    assert "\x1b[" in report("human")
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b[" not in report("human")
    vietnamese = render(PROBLEMS, "human", messages("vi"), colour=False)
    assert "lỗi: “title” phải là chữ, nhưng đang là số." in vietnamese
    assert vietnamese.endswith("2 lỗi, 1 cảnh báo, 1 lưu ý trong 3 tệp.")


def test_json_keeps_to_its_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    for problems in (PROBLEMS, []):
        found = json.loads(report("json", problems))
        jsonschema.validate(found, SCHEMA)
    found = json.loads(report("json"))
    assert found["summary"] == {"errors": 2, "warnings": 1, "notices": 1, "files": 3}
    assert found["problems"][2]["field"] == "f" and "field" not in found["problems"][3]


def test_github_escapes_what_its_commands_use() -> None:
    lines = report("github", prefix="mot/").splitlines()
    assert lines[0].startswith("::notice file=mot/catalog/a%2Cb%3A 100%25.yaml,title=yaml-bom::")
    assert lines[3] == (
        f"::error file=mot/{DESCRIPTOR},line=6,col=9,title=shape-value::“status” does not take the value “publishd”."
        "%0A→ Did you mean “published”? It takes: published, planned."
    )


def test_gitlab_has_every_fingerprint_once() -> None:
    twice = [PROBLEMS[0], Problem("shape-value", DESCRIPTOR, 9, 9, params=PROBLEMS[0].params)]
    issues = json.loads(report("gitlab", twice))
    assert len({one["fingerprint"] for one in issues}) == 2
    assert issues[0]["location"] == {"path": DESCRIPTOR, "lines": {"begin": 6}}
    assert {one["severity"] for one in json.loads(report("gitlab"))} == {"major", "minor", "info"}


def test_sarif_names_rules_levels_and_places() -> None:
    log = json.loads(report("sarif"))
    run = log["runs"][0]
    rules = run["tool"]["driver"]["rules"]
    assert log["version"] == "2.1.0"
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
        assert "{" not in rules[result["ruleIndex"]]["shortDescription"]["text"]
    places = [one["locations"][0]["physicalLocation"] for one in run["results"]]
    assert places[0]["artifactLocation"]["uri"] == "catalog/a%2Cb%3A%20100%25.yaml"
    assert "region" not in places[0]
    assert places[3]["region"] == {"startLine": 6, "startColumn": 9}
    assert [one["level"] for one in run["results"]] == ["note", "warning", "error", "error"]


def test_junit_counts_failures() -> None:
    root = ET.fromstring(report("junit"))
    assert (root.get("tests"), root.get("failures")) == ("4", "2")
    assert len(root.findall(".//failure")) == 2 and len(root.findall(".//skipped")) == 2
    good = ET.fromstring(report("junit", []))
    assert good.get("failures") == "0" and len(good.findall(".//testcase")) == 1


ANY = st.text(st.characters() | st.characters(categories=["Cs", "Cc", "Zl"]), max_size=20)


@settings(deadline=None)
@given(ANY, ANY, st.sampled_from(FORMATS))
def test_no_text_breaks_a_report(file: str, key: str, form: str) -> None:
    problems = [Problem("shape-unknown-key", file, 1, 1, params={"key_name": key, "where": key, "suggestion": "x"})]
    text = report(form, problems, colour=False)
    assert "\x1b" not in text and "\x07" not in text
    text.encode("utf-8")
    if form == "junit":
        ET.fromstring(text)
    if form == "github":
        assert len(text.splitlines()) == 1
    if form in {"json", "gitlab", "sarif"}:
        json.loads(text)
