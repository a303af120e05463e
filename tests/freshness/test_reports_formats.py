"""The report's formats, each read by what reads it; ``golden/`` holds a few of them in full.

Golden files are written anew with ``OPENDATA_GOLDEN=write``.
"""

from __future__ import annotations

import json
import os
import re
from dataclasses import replace
from datetime import date
from pathlib import Path
from xml.etree import ElementTree as ET

import jsonschema
import pytest
from support.states import report_of, write_catalogue

from publisher.cli import run
from publisher.freshness.badge import COLORS
from publisher.freshness.model import Observation, State
from publisher.messages import messages
from publisher.reports.freshness import FORMATS, render
from publisher.reports.freshness.model import Behind, Coming, Report, disagreements
from publisher.reports.freshness.words import when

GOLDEN = Path(__file__).parent / "golden"
SCHEMA = json.loads((Path(__file__).parents[2] / "docs/schemas/freshness.schema.json").read_text("utf-8"))
LEGAL = """\
nd-thu:
  name: {vi: Nghị định thử, en: Test decree}
  act: Nghị định thử
  basis: text
  valid_from: 2025-12-31
  review_every: P6M
"""
ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture
def root(catalogue_dir: Path) -> Path:
    return write_catalogue(catalogue_dir)


@pytest.fixture
def report(root: Path) -> Report:
    return report_of(root, language="en")


def one_file(report: Report, form: str, language: str = "en") -> bytes:
    (content,) = render(report, form, messages(language)).values()
    return content


@pytest.mark.parametrize(
    ("name", "form", "language"),
    [
        ("table-vi.txt", "table", "vi"),
        ("table-en.txt", "table", "en"),
        ("report.json", "json", "en"),
        ("due.ics", "ics", "vi"),
        ("news.atom", "atom", "vi"),
        ("issue.md", "markdown", "vi"),
    ],
)
def test_a_whole_report_as_it_is_known(root: Path, name: str, form: str, language: str) -> None:
    report = report_of(root, language=language)
    if form == "json":
        report = replace(report, found=tuple(one for one in report.found if one.dataset in {"benh-vien", "gia-thuoc"}))
    made = one_file(report, form, language)
    if os.environ.get("OPENDATA_GOLDEN") == "write":
        (GOLDEN / name).write_bytes(made)
    assert made == (GOLDEN / name).read_bytes()


@pytest.mark.parametrize("form", FORMATS)
def test_the_same_report_gives_the_same_bytes(root: Path, form: str) -> None:
    assert render(report_of(root), form, messages("vi")) == render(report_of(root), form, messages("vi"))


def test_the_json_is_what_its_schema_says(report: Report) -> None:
    behind = replace(report, behind=(Behind("benh-vien", "Hospitals", "ckan", date(2026, 4, 1)),))
    data = json.loads(one_file(behind, "json"))
    jsonschema.validate(data, SCHEMA, format_checker=jsonschema.FormatChecker())
    assert data["behind"] == [
        {"dataset": "benh-vien", "portal": "ckan", "since": "2026-04-01", "unserved": [], "edited": []}
    ]
    assert [(one["dataset"], (one["period"] or {}).get("name"), one["due_at"]) for one in data["upcoming"]] == [
        ("benh-vien", "2026-Q1", "2026-04-15"),
        ("nhiet-do", "2026-Q1", "2026-04-15"),
        ("ke-hoach-hen", None, "2026-06-30"),
    ]


def test_a_portal_behind_is_told_apart_from_late_data(report: Report) -> None:
    behind = replace(report, behind=(Behind("tram-y-te", "Health stations", "ckan"),))
    assert (
        "Portal behind git: publish again; the data themselves may be in time (1)\n"
        in one_file(behind, "table").decode()
    )
    assert "### Portal behind git" in one_file(behind, "markdown").decode()
    assert behind.breaches == report.breaches


def test_the_review_of_the_list_is_told_as_a_state_of_the_catalogue(
    root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (root / "catalog/legal.yaml").write_text(LEGAL, "utf-8")
    for path in (root / "datasets").iterdir():
        if path.name != "tram-y-te":
            (path / "dataset.yaml").unlink()
            path.rmdir()
    base = ["--catalog", str(root), "--lang", "en", "freshness"]
    assert run([*base, "--now", "2026-05-30"]) == 0
    assert "The list of datasets is to be reviewed by 30 Jun 2026 (Test decree)." in capsys.readouterr().out
    assert run([*base, "--now", "2026-08-01"]) == 1
    said = capsys.readouterr().out
    assert said.startswith("1 Aug 2026: the list of datasets waits for its review.\nThe list of datasets was due")
    assert "opendata freshness attest --list" in said
    assert run([*base, "--now", "2026-08-01", "--select", "tram*"]) == 0, "a part is no list"
    for form in ("json", "markdown", "ics", "junit", "prometheus"):
        assert run([*base, "--now", "2026-08-01", "--format", form, "--out", str(tmp_path / form)]) == 1
    data = json.loads((tmp_path / "json").read_text("utf-8"))
    jsonschema.validate(data, SCHEMA, format_checker=jsonschema.FormatChecker())
    assert (data["list_review"]["due_at"], data["list_review"]["profile"]) == ("2026-06-30", "nd-thu")
    assert "The list of datasets is to be reviewed by 30 Jun 2026" in (tmp_path / "markdown").read_text("utf-8")
    assert b"SUMMARY:Review of the list of datasets\r\n" in (tmp_path / "ics").read_bytes()
    assert 'name="list-review">\n      <failure type="overdue"' in (tmp_path / "junit").read_text("utf-8")
    assert "list_review_due_timestamp_seconds 1782752400\n" in (tmp_path / "prometheus").read_text("utf-8")


def test_evidence_that_disagrees_is_named(report: Report) -> None:
    first = report.found[0]
    others = (Observation("git", "a.csv", on=date(2025, 6, 1)), Observation("attested", "r.yaml", on=date(2024, 5, 1)))
    one = replace(first, timeline=replace(first.timeline, others=others))
    assert [(seen.kind, period.name) for seen, period in disagreements(one, report.catalogue)] == [("git", "2024")]
    said = one_file(replace(report, found=(one,)), "table").decode()
    assert "Other evidence disagrees: last change of a.csv in git, 1 Jun 2025 shows 2024." in said


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("vi", "Số liệu quý 1/2026 đã hết hạn ngày 15/04/2026; từ ngày 15/05/2026 tính là quá hạn."),
        ("en", "Data for quarter 1 of 2026 were due on 15 Apr 2026; they count as late from 15 May 2026."),
    ],
)
def test_in_the_days_of_grace_the_day_from_which_it_is_late_is_told(root: Path, language: str, said: str) -> None:
    report = report_of(root, "2026-04-20", language)
    (one,) = (one for one in report.found if one.dataset == "nhiet-do")
    assert (one.state, when(one, messages(language))) == (State.DUE, said)


def test_junit_tells_late_from_unmeasured(report: Report) -> None:
    suite = ET.fromstring(one_file(report, "junit").decode().partition("\n")[2])
    counts = {key: int(suite.get(key, "")) for key in ("tests", "failures", "errors", "skipped")}
    assert counts == {"tests": 16, "failures": 2, "errors": 1, "skipped": 8}
    cases = {case.get("name"): case for case in suite.iter("testcase")}
    failure = cases["truong-mam-non"].find("failure")
    assert failure is not None and failure.get("type") == "delinquent" and "434 days late" in (failure.text or "")
    assert cases["gia-thuoc"].find("error") is not None and cases["gia-thuoc"].find("failure") is None
    assert list(cases["nhiet-do"]) == [] and list(cases["tram-y-te"]) == []


def test_junit_follows_fail_on(report: Report) -> None:
    strict = replace(report, fail_on=State.DUE)
    assert one_file(strict, "junit").count(b"<failure") == 3


def test_github_annotations_stand_at_the_promise(report: Report, root: Path) -> None:
    lines = one_file(report, "github").decode().splitlines()
    levels = [re.match(r"::(\w+) file=([^,]+),line=(\d+),title=", line) for line in lines]
    found = [(match[1], match[2].split("/")[1]) for match in levels if match]
    assert found == [
        ("error", "truong-mam-non"),
        ("error", "benh-vien"),
        ("warning", "nhiet-do"),
        ("warning", "nha-tre"),
        ("warning", "gia-thuoc"),
    ]
    first = levels[0]
    assert first is not None
    promise = (root / first[2]).read_text("utf-8").splitlines()[int(first[3]) - 1]
    assert promise.startswith("freshness:")
    assert "title=Overdue%3A Hospitals%2C clinics::" in lines[1]


def test_the_feed_is_atom(report: Report) -> None:
    """RFC 4287: what a feed and an entry must have, once each; ids are absolute and differ."""
    feed = ET.fromstring(one_file(report, "atom"))
    for parent in (feed, *feed.findall(f"{ATOM}entry")):
        for name in ("id", "title", "updated"):
            assert len(parent.findall(ATOM + name)) == 1
        stamp = parent.findtext(f"{ATOM}updated", "")
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+07:00", stamp)
    assert feed.findtext(f"{ATOM}author/{ATOM}name") == "Test team"
    entries = feed.findall(f"{ATOM}entry")
    ids = [entry.findtext(f"{ATOM}id", "") for entry in entries]
    assert len(set(ids)) == len(ids) and all(one.startswith("urn:uuid:") for one in ids)
    stamps = [entry.findtext(f"{ATOM}updated", "") for entry in entries]
    assert stamps == sorted(stamps, reverse=True) and feed.findtext(f"{ATOM}updated") == stamps[0]
    assert 'Update due: Quarterly <test> & "odd" (quarter 1 of 2026)' in [e.findtext(f"{ATOM}title") for e in entries]


def test_an_entry_keeps_its_id_and_time_from_day_to_day(root: Path) -> None:
    def known(now: str) -> set[tuple[str, str]]:
        feed = ET.fromstring(one_file(report_of(root, now), "atom"))
        return {
            (entry.findtext(f"{ATOM}id", ""), entry.findtext(f"{ATOM}updated", ""))
            for entry in feed.findall(f"{ATOM}entry")
        }

    assert known("2026-04-10") < known("2026-05-31")


def test_control_characters_leave_no_broken_xml(report: Report) -> None:
    odd = replace(report, found=(replace(report.found[0], title="a\x00b\x1f<c>\ud800\uffff"),))
    assert "ab<c>" in str(ET.fromstring(one_file(odd, "atom")).findtext(f"{ATOM}entry/{ATOM}title"))
    ET.fromstring(one_file(odd, "junit").decode().partition("\n")[2])
    for name, content in render(odd, "badges", messages("en")).items():
        if name.endswith(".svg"):
            ET.fromstring(content)


def test_a_terminal_gets_short_lines_that_only_show_themselves(report: Report) -> None:
    long, odd = replace(report.found[0], title="Dài " * 2000), replace(report.found[1], title="a\u202eb\x1b[31m\nc")
    said = one_file(
        replace(report, found=(long, odd), upcoming=(Coming(long, None, date(2026, 5, 1)),)), "table"
    ).decode()
    assert max(map(len, said.splitlines())) < 200 and said.count(f"{'Dài ' * 24}Dài… [{long.dataset}]") == 2
    assert f"  a b [31m c [{odd.dataset}]" in said


def test_badges_of_datasets_bodies_and_the_catalogue(report: Report) -> None:
    files = render(report, "badges", messages("en"))
    assert {name.rpartition(".")[0] for name in files if name.startswith("organization/")} == {
        "organization/so-giao-duc",
        "organization/so-moi",
        "organization/so-y-te",
    }
    shown = {name: json.loads(content)["message"] for name, content in files.items() if name.endswith(".json")}
    assert shown["dataset/benh-vien.json"] == "overdue"
    assert shown["dataset/tram-y-te.json"] == "data through 31 Dec 2025"
    assert shown["organization/so-giao-duc.json"] == "1 of 2 late"
    assert shown["catalogue.json"] == "2 of 8 late"
    for name, content in files.items():
        if name.endswith(".svg"):
            picture = ET.fromstring(content)
            assert picture.get("role") == "img" and picture.get("aria-label")
        else:
            assert json.loads(content)["schemaVersion"] == 1


def test_white_on_a_badge_can_be_read() -> None:
    def light(color: str) -> float:
        parts = [int(color[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    assert [name for name, color in COLORS.items() if 1.05 / (light(color) + 0.05) < 4.5] == []


def test_prometheus_text_has_its_form(report: Report) -> None:
    """The exposition format 0.0.4: HELP and TYPE before the samples, unique series, a line end at the end."""
    text = one_file(report, "prometheus").decode()
    assert text.endswith("\n")
    typed: set[str] = set()
    series: set[str] = set()
    for line in text.splitlines():
        if line.startswith("#"):
            head = re.fullmatch(r"# (HELP|TYPE) (opendata_[a-z_]+) \S.*", line)
            assert head, line
            typed |= {head[2]} if head[1] == "TYPE" else set()
            continue
        match = re.fullmatch(r'([a-z_]+)(\{(?:[a-z_]+="(?:[^"\\\n]|\\[\\"n])*",?)*\})? -?\d+', line)
        assert match and match[1] in typed, line
        assert match[1] + (match[2] or "") not in series
        series.add(match[1] + (match[2] or ""))
    assert 'opendata_freshness_dataset_late_seconds{dataset="benh-vien",organization="so-y-te"} 7344000' in text


def test_dqv_measures_timeliness_of_what_is_followed(report: Report) -> None:
    data = json.loads(one_file(report, "dqv"))
    nodes = {node["@id"]: node for node in data["@graph"]}
    metric = nodes["https://data.example.org#days-late"]
    assert metric["dqv:inDimension"] == {"@id": "ldqd:timeliness"}
    measured = nodes["https://data.example.org/dataset/benh-vien/"]["dqv:hasQualityMeasurement"]
    assert {one["dqv:isMeasurementOf"]["@id"] for one in measured} <= nodes.keys()
    assert measured[0]["dqv:value"] == {"@value": "85", "@type": "xsd:integer"}
    assert "https://data.example.org/dataset/de-xuat/" not in nodes


def test_the_command_writes_files(root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    base = ["--catalog", str(root), "--lang", "en", "freshness", "--now", "2026-04-10"]
    assert run([*base, "--format", "badges"]) == 4
    assert "--out" in capsys.readouterr().err
    assert run([*base, "--format", "badges", "--out", str(tmp_path / "b")]) == 1
    assert (tmp_path / "b/dataset/benh-vien.svg").is_file()
    assert run([*base, "--organization", "so-y-te", "--format", "ics", "--out", str(tmp_path / "x/yte.ics")]) == 1
    calendar = (tmp_path / "x/yte.ics").read_bytes()
    assert calendar.startswith(b"BEGIN:VCALENDAR\r\n") and b"Kindergartens" not in calendar
    assert run([*base, "--organization", "so-y-t"]) == 4
    assert "so-y-te" in capsys.readouterr().err
    assert run([*base, "--format", "json", "--out", str(root / "catalog/catalog.yaml" / "x.json")]) == 4


def test_attest_is_one_of_its_subcommands(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    base = ["--catalog", str(root), "--lang", "en", "freshness"]
    asked = ["attest", "nha-tre", "--by", "Phòng dữ liệu", "--on", "2026-04-09", "--note", "Đã đối chiếu"]
    assert run([*base, *asked]) == 0
    assert capsys.readouterr().out == "datasets/nha-tre/reviews/2026-04-09.yaml\n"
    assert run([*base, "--select", "nha-tre", "--now", "2026-04-10"]) == 0
    assert "Up to date (1)" in capsys.readouterr().out
