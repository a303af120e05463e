from __future__ import annotations

import errno
import json
import os
import shlex
import subprocess
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from click.shell_completion import ShellComplete

from publisher.catalogue.load import load
from publisher.cli import run, spoken
from publisher.freshness.evidence import observe
from publisher.messages import messages
from publisher.tables.model import TableFacts

SCHEMA = json.loads((Path(__file__).parents[2] / "docs/schemas/freshness.schema.json").read_text("utf-8"))
DESCRIPTOR = "datasets/truong-mam-non/dataset.yaml"


def edit(root: Path, old: str, new: str) -> None:
    path = root / DESCRIPTOR
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")


def commit(root: Path, when: str) -> None:
    env = {
        "GIT_AUTHOR_DATE": when,
        "GIT_COMMITTER_DATE": when,
        "GIT_AUTHOR_NAME": "Test",
        "GIT_AUTHOR_EMAIL": "test@example.org",
        "GIT_COMMITTER_NAME": "Test",
        "GIT_COMMITTER_EMAIL": "test@example.org",
        "GIT_CONFIG_NOSYSTEM": "1",
        "HOME": str(root),
    }
    for arguments in (["init", "-q"], ["add", "."], ["commit", "-qm", "data"]):
        subprocess.run(["git", *arguments], cwd=root, check=True, env={**os.environ, **env})


def freshness(root: Path, capsys: pytest.CaptureFixture[str], *more: str) -> tuple[int, dict[str, Any]]:
    code = run(["--catalog", str(root), "freshness", "--format", "json", *more])
    data = json.loads(capsys.readouterr().out)
    jsonschema.validate(data, SCHEMA, format_checker=jsonschema.FormatChecker())
    return code, data


@pytest.mark.parametrize(
    ("now", "state", "code"),
    [
        ("2024-12-31", "fresh", 0),
        ("2025-01-01", "due", 0),
        ("2025-01-31", "due", 0),
        ("2025-04-01", "overdue", 1),
        ("2026-11-23", "delinquent", 1),
    ],
)
def test_states_and_exit_codes(
    catalogue_dir: Path, capsys: pytest.CaptureFixture[str], now: str, state: str, code: int
) -> None:
    got, data = freshness(catalogue_dir, capsys, "--now", now)
    (entry,) = data["datasets"]
    assert (got, entry["state"], entry["due_at"]) == (code, state, "2025-01-31")
    assert entry["evidence"]["kind"] == "temporal"


def test_the_day_is_the_catalogues(catalogue_dir: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _, data = freshness(catalogue_dir, capsys, "--now", "2024-12-31T18:00:00+00:00")
    assert data["datasets"][0]["state"] == "due"


def test_a_milder_state_can_fail(catalogue_dir: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert freshness(catalogue_dir, capsys, "--now", "2025-01-10", "--fail-on", "due")[0] == 1
    assert freshness(catalogue_dir, capsys, "--now", "2025-04-10", "--fail-on", "delinquent")[0] == 0


def test_what_came_due_since_is_missing_by_name(catalogue_dir: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _, data = freshness(catalogue_dir, capsys, "--now", "2026-11-23")
    assert data["datasets"][0]["missing_periods"] == ["2024", "2025"]


def test_git_answers_where_the_descriptor_asks_it(catalogue_dir: Path, capsys: pytest.CaptureFixture[str]) -> None:
    edit(catalogue_dir, "{frequency: annual}", "{frequency: annual, evidence: [content]}")
    commit(catalogue_dir, "2025-01-20T08:00:00+07:00")
    _, data = freshness(catalogue_dir, capsys, "--now", "2025-06-01")
    (entry,) = data["datasets"]
    assert entry["evidence"] == {
        "kind": "content",
        "detail": "datasets/truong-mam-non/truong-mam-non.csv",
        "through": None,
        "on": "2025-01-20",
    }
    assert (entry["covered"]["name"], entry["state"]) == ("2024", "fresh")
    assert [one["kind"] for one in entry["other_evidence"]] == ["temporal"]


def test_a_shallow_clone_says_so(
    catalogue_dir: Path, tmp_path_factory: pytest.TempPathFactory, capsys: pytest.CaptureFixture[str]
) -> None:
    edit(catalogue_dir, "{frequency: annual}", "{frequency: annual, evidence: [git]}")
    edit(catalogue_dir, "temporal: {start: 2023-01-01, end: 2023-12-31}\n", "")
    commit(catalogue_dir, "2025-01-20T08:00:00+07:00")
    (catalogue_dir / "README.md").write_text("later\n", "utf-8")
    commit(catalogue_dir, "2025-02-20T08:00:00+07:00")
    clone = tmp_path_factory.mktemp("clone") / "c"
    subprocess.run(["git", "clone", "-q", "--depth", "1", catalogue_dir.as_uri(), str(clone)], check=True)
    code, data = freshness(clone, capsys, "--now", "2025-06-01")
    assert (code, data["datasets"][0]["state"]) == (3, "unmeasured")
    assert data["datasets"][0]["other_evidence"][0]["detail"] == "shallow-clone"
    assert run(["--catalog", str(clone), "--lang", "vi", "freshness", "--now", "2025-06-01"]) == 3
    assert "chỉ có một phần lịch sử" in capsys.readouterr().out


def test_a_review_counts_and_is_never_overwritten(catalogue_dir: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["--catalog", str(catalogue_dir), "attest", "truong-mam-non", "--by", 'Nguyễn Thị Thử: "A"', "--on"]
    assert run([*arguments, "2025-01-10", "--note", "không đổi\n- vẫn đúng", "--covers", "2024-12-31"]) == 0
    path = catalogue_dir / "datasets/truong-mam-non/reviews/2025-01-10.yaml"
    before = path.read_bytes()
    assert run([*arguments, "2025-01-10", "--note", "lần hai"]) == 1
    assert path.read_bytes() == before
    capsys.readouterr()
    loaded = load(catalogue_dir)
    assert not [p for p in loaded.problems if "reviews" in p.file]
    assert loaded.catalogue
    (review,) = loaded.catalogue.datasets["truong-mam-non"].reviews
    assert (review.by, review.covers) == ('Nguyễn Thị Thử: "A"', date(2024, 12, 31))
    _, data = freshness(catalogue_dir, capsys, "--now", "2025-06-01")
    assert data["datasets"][0]["evidence"]["kind"] == "attested"
    assert data["datasets"][0]["state"] == "fresh"


def test_attesting_what_is_not_there_names_what_was_meant(
    catalogue_dir: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = run(
        ["--catalog", str(catalogue_dir), "attest", "truong-mam", "--by", "A", "--on", "2025-01-10", "--note", "x"]
    )
    assert code == 4
    assert "truong-mam-non" in capsys.readouterr().err


def test_the_call_that_the_report_prints_needs_a_name_and_a_finding(
    catalogue_dir: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    edit(catalogue_dir, "{frequency: annual}", "{frequency: unknown}")
    base = ["--catalog", str(catalogue_dir), "--lang", "vi"]
    run([*base, "freshness", "--now", "2025-01-10"])
    call = shlex.split(capsys.readouterr().out.partition("Để ghi một lần rà soát: opendata ")[2].partition("\n")[0])
    assert call[:3] == ["freshness", "attest", "truong-mam-non"] and run([*base, *call]) == 4
    assert not (catalogue_dir / "datasets/truong-mam-non/reviews").exists()
    written = {"--by": "Nguyễn Thị Thử", "--note": "Đúng"}
    filled = [written.get(before, word) for before, word in zip(["", *call], call, strict=False)]
    assert run([*base, *filled]) == 0


def test_a_review_of_a_day_to_come_is_refused(catalogue_dir: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["attest", "truong-mam-non", "--by", "A", "--on", "9999-12-31", "--note", "x"]
    assert run(["--catalog", str(catalogue_dir), "--lang", "vi", *arguments]) == 4
    assert "Ngày 9999-12-31 chưa tới" in capsys.readouterr().err
    assert not (catalogue_dir / "datasets/truong-mam-non/reviews").exists()


@pytest.mark.parametrize(
    "arguments",
    [
        ["--now", "hôm nay"],
        ["--now", "0001-01-01"],
        ["--now", "9999-12-31T23:59:59-11:00"],
        ["--upcoming", "30"],
        ["--select", "x"],
        ["nowhere"],
    ],
)
def test_wrong_use_is_one_clear_line(
    catalogue_dir: Path, capsys: pytest.CaptureFixture[str], arguments: list[str]
) -> None:
    assert run(["--catalog", str(catalogue_dir), "--lang", "vi", "freshness", *arguments]) == 4
    said = capsys.readouterr().err
    assert said and "freshness-" not in said and "selection-" not in said


@pytest.mark.parametrize("command", [[], ["history"]])
@pytest.mark.parametrize("day", ["9999-12-31", "0001-01-01"])
def test_a_review_that_covers_an_impossible_day_is_no_defect(catalogue_dir: Path, command: list[str], day: str) -> None:
    review = catalogue_dir / "datasets/truong-mam-non/reviews/2025-01-10.yaml"
    review.parent.mkdir()
    review.write_text(f"on: 2025-01-10\nby: Giả\nnote: Giả\ncovers: {day}\n", "utf-8")
    edit(catalogue_dir, "{frequency: annual}", "{frequency: monthly, evidence: [attested]}")
    assert run(["--catalog", str(catalogue_dir), "freshness", *command, "--now", "2025-02-01"]) in {0, 1}


@pytest.mark.parametrize("language", ["vi", "en", "zz"])
def test_the_table_says_who_what_and_when(
    catalogue_dir: Path, capsys: pytest.CaptureFixture[str], language: str
) -> None:
    words = ["--catalog", str(catalogue_dir), "--lang", language, "freshness", "--upcoming", "P1Y"]
    assert run([*words, "--now", "2025-04-20"]) == 1
    late = capsys.readouterr().out
    assert ("Kindergartens" if language == "en" else "Danh sách trường mầm non") in late and "2024" in late
    if language == "vi":
        assert "Quá hạn (1)" in late and "chậm 79 ngày" in late and "Sở Giáo dục và Đào tạo" in late
        assert "31/01/2025" in late and "31/12/2023" in late
    assert run([*words, "--now", "2024-06-01"]) == 0
    assert "2024" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("frequency", "heading"),
    [("never", "No further updates expected (1)"), ("as-needed", "Updated without fixed dates (1)")],
)
def test_what_promises_no_date_is_not_called_up_to_date(
    catalogue_dir: Path, capsys: pytest.CaptureFixture[str], frequency: str, heading: str
) -> None:
    edit(catalogue_dir, "{frequency: annual}", f"{{frequency: {frequency}}}")
    title = next(
        line for line in (catalogue_dir / DESCRIPTOR).read_text("utf-8").splitlines() if line.startswith("title:")
    )
    edit(catalogue_dir, title, "title: {vi: Trường, en: Kindergartens}")
    assert run(["--catalog", str(catalogue_dir), "--lang", "en", "freshness", "--now", "2030-01-01"]) == 0
    said = capsys.readouterr().out
    assert f"\n{heading}\n" in said and "Kindergartens [truong-mam-non]" in said and "Up to date" not in said
    assert freshness(catalogue_dir, capsys)[1]["datasets"][0]["state"] == "fresh"


@pytest.mark.parametrize("full", ["no room for a file", "no folder at all"])
def test_the_past_on_a_full_disk_is_one_clear_line(
    catalogue_dir: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    full: str,
) -> None:
    commit(catalogue_dir, "2025-01-05T00:00:00Z")
    if full == "no folder at all":
        (tmp_path / "file").write_text("")
        monkeypatch.setenv("TMPDIR", str(tmp_path / "file"))
        monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "file"))
    else:
        refused = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        monkeypatch.setattr(Path, "write_bytes", lambda self, content: (_ for _ in ()).throw(refused))
    words = ["--catalog", str(catalogue_dir), "--lang", "en", "freshness", "--now", "2025-02-01"]
    assert run(words) == 4
    said = capsys.readouterr().err
    assert said.startswith("The folder for temporary files ") and "TMPDIR" in said


def test_all_that_comes_due_is_listed_and_not_only_the_next_date(
    catalogue_dir: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    edit(catalogue_dir, "{frequency: annual}", "{frequency: quarterly, due: P15D}")
    words = ["--catalog", str(catalogue_dir), "--lang", "vi", "freshness", "--now", "2024-03-10", "--upcoming"]
    run([*words, "P1Y", "--format", "json"])
    found = json.loads(capsys.readouterr().out)["upcoming"]
    assert [(one["period"]["name"], one["due_at"]) for one in found] == [
        ("2024-Q1", "2024-04-15"),
        ("2024-Q2", "2024-07-15"),
        ("2024-Q3", "2024-10-15"),
        ("2024-Q4", "2025-01-15"),
    ]
    run([*words, "P5M"])
    said = capsys.readouterr().out
    assert "Sắp đến hạn (2)" in said and "quý 2/2024" in said and "quý 3/2024" not in said


def test_proposals_are_one_line(catalogue_dir: Path, capsys: pytest.CaptureFixture[str]) -> None:
    edit(catalogue_dir, "status: published", "status: proposed")
    assert run(["--catalog", str(catalogue_dir), "--lang", "vi", "freshness", "--now", "2026-04-10"]) == 0
    assert capsys.readouterr().out == (
        "Ngày 10/04/2026: hôm nay không có việc phải làm.\n\nKhông theo dõi hạn: đề xuất 1.\n"
    )


def facts(column: str, *values: str) -> TableFacts:
    return TableFacts("csv", (), latest={column: max(values)}, periods={column: values})


@pytest.mark.parametrize(
    ("frequency", "values", "through", "periods", "on"),
    [
        ("quarterly", ["2025-11-02", "2026-02-14"], "2026-02-14", ("2025-Q4", "2026-Q1"), "2026-03-01"),
        ("quarterly", ["2025-12-31", "2026-03-31"], "2026-03-31", ("2025-Q4", "2026-Q1"), None),
        ("monthly", ["2026-01-01", "2026-02-01"], "2026-02-28", ("2026-01", "2026-02"), None),
        ("annual", ["2023", "2024"], "2024-12-31", ("2023", "2024"), None),
        ("school-year", ["2023-2024"], "2024-08-31", ("2023-2024",), None),
        ("annual", ["2024-02-29T08:00:00"], "2024-02-29", ("2024",), "2026-03-01"),
    ],
)
def test_what_a_column_shows(
    catalogue_dir: Path, frequency: str, values: list[str], through: str, periods: tuple[str, ...], on: str | None
) -> None:
    edit(catalogue_dir, "{frequency: annual}", f"{{frequency: {frequency}, evidence: [{{column: ngay}}]}}")
    catalogue = load(catalogue_dir).catalogue
    assert catalogue
    dataset = catalogue.datasets["truong-mam-non"]
    changed = {"datasets/truong-mam-non/truong-mam-non.csv": datetime(2026, 3, 1, tzinfo=UTC)}
    got = observe(dataset, {"truong-mam-non": facts("ngay", *values)}, changed)[0]
    assert (str(got.through), got.periods, got.on and str(got.on)) == (through, periods, on)


@pytest.mark.parametrize("values", [["2023", "2024"], ["không rõ"], ["9999-12-31"], ["0001-01-01"]])
def test_a_column_that_shows_nothing_leaves_the_word_to_the_next(catalogue_dir: Path, values: list[str]) -> None:
    edit(catalogue_dir, "{frequency: annual}", "{frequency: monthly, evidence: [{column: ngay}]}")
    catalogue = load(catalogue_dir).catalogue
    assert catalogue
    got = observe(catalogue.datasets["truong-mam-non"], {"truong-mam-non": facts("ngay", *values)}, {})
    assert [one.kind for one in got] == ["temporal"]


def test_the_period_in_file_names_is_evidence(catalogue_dir: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = catalogue_dir / "datasets/truong-mam-non"
    (folder / "truong-mam-non.csv").rename(folder / "truong-mam-non-2023-Q1.csv")
    (folder / "truong-mam-non-2023-Q4.csv").write_text("ma,ten,so_tre\n", "utf-8")
    edit(catalogue_dir, "path: truong-mam-non.csv", "path: truong-mam-non-{period}.csv")
    edit(catalogue_dir, "{frequency: annual}", "{frequency: quarterly}")
    _, data = freshness(catalogue_dir, capsys, "--now", "2024-01-10")
    (entry,) = data["datasets"]
    assert (entry["evidence"]["kind"], entry["covered"]["name"]) == ("period", "2023-Q4")
    assert entry["missing_periods"] == ["2023-Q2", "2023-Q3"]


def test_a_column_of_the_table_is_read(catalogue_dir: Path, capsys: pytest.CaptureFixture[str]) -> None:
    table = catalogue_dir / "datasets/truong-mam-non/truong-mam-non.csv"
    table.write_text("ma,ngay\n001,2025-03-31\n002,2025-09-30\n", "utf-8")
    schema = catalogue_dir / "schemas/truong-mam-non.yaml"
    schema.write_text("fields:\n  - {name: ma, type: string}\n  - {name: ngay, type: date}\n", "utf-8")
    edit(catalogue_dir, "{frequency: annual}", "{frequency: quarterly, evidence: [{column: ngay}]}")
    code, data = freshness(catalogue_dir, capsys, "--now", "2025-10-10")
    (entry,) = data["datasets"]
    assert (code, entry["state"], entry["covered"]["name"]) == (0, "fresh", "2025-Q3")
    assert entry["missing_periods"] == ["2025-Q2"]
    assert entry["evidence"]["detail"] == "truong-mam-non.ngay"


def test_a_table_that_cannot_be_read_is_unmeasured(catalogue_dir: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (catalogue_dir / "datasets/truong-mam-non/truong-mam-non.csv").write_bytes(b"")
    edit(catalogue_dir, "{frequency: annual}", "{frequency: quarterly, evidence: [{column: ngay}]}")
    edit(catalogue_dir, "temporal: {start: 2023-01-01, end: 2023-12-31}\n", "")
    code, data = freshness(catalogue_dir, capsys, "--now", "2025-10-10")
    assert (code, data["datasets"][0]["state"]) == (3, "unmeasured")


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        (["freshness", ""], ["file:", "attest", "digest", "history"]),
        (["freshness", "h"], ["file:h", "history"]),
        (["freshness", "--up"], ["--upcoming"]),
        (["freshness", "attest", "--co"], ["--covers"]),
        (["freshness", "--format", "ic"], ["ics"]),
    ],
)
def test_the_shell_completes_subcommands_and_the_options_of_the_report(words: list[str], offered: list[str]) -> None:
    complete = ShellComplete(spoken(messages("en")), {}, "opendata", "_OPENDATA_COMPLETE")
    found = complete.get_completions(words[:-1], words[-1])
    assert [one.value if one.type == "plain" else f"{one.type}:{one.value}" for one in found] == offered
