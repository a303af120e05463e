"""A run: severities, suppressions, what depends on today, selection, baseline, what is held back."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from publisher.catalogue.load import load
from publisher.cli import run
from publisher.errors import OpendataError
from publisher.git import Repository
from publisher.problem import Severity
from publisher.validation.run import Options, Report, validate
from publisher.workspace import Workspace

KINDERGARTENS = "datasets/truong-mam-non/dataset.yaml"
CSV = "datasets/truong-mam-non/truong-mam-non.csv"
CATALOG = "catalog/catalog.yaml"
needs_git = pytest.mark.skipif(shutil.which("git") is None, reason="needs git")

Edit = Callable[..., Path]


def check(root: Path, today: date = date(2026, 3, 1), **options: Any) -> Report:
    return validate(
        load(root),
        today=today,
        workspace=Workspace(root),
        repository=Repository.find(root),
        options=Options(**{"tables": False, **options}),
    )


def found(report: Report) -> dict[str, Severity]:
    return {problem.code: problem.severity for problem in report.problems}


def another(root: Path, edit: Edit, name: str = "nha-tre", **keys: Any) -> None:
    """A second dataset, with a file of its own."""
    own = {
        "title": {"vi": f"Danh sách {name}", "en": f"List of {name}"},
        "resources": [{"name": "bang", "path": "bang.csv"}],
    }
    edit(f"datasets/{name}/dataset.yaml", **{**own, **keys})
    (root / "datasets" / name / "bang.csv").write_text(f"ma\n{name}\n", "utf-8")


def git(root: Path, *arguments: str) -> None:
    who = {f"GIT_{role}_{what}": "lan@example.org" for role in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    subprocess.run(
        ["git", "-c", "commit.gpgsign=false", *arguments],
        cwd=root,
        env={"PATH": "/usr/bin:/bin:/usr/local/bin", "HOME": str(root), **who},
        check=True,
        capture_output=True,
    )


def commit(root: Path) -> None:
    if not (root / ".git").exists():
        git(root, "init", "-q")
    git(root, "add", "-A")
    git(root, "commit", "-qm", "x")


def test_severities_can_be_set_by_rule(catalogue_dir: Path, edit: Edit) -> None:
    edit(KINDERGARTENS, keywords=None, title="Danh sách")
    assert found(check(catalogue_dir)) == {"keywords-few": Severity.NOTICE, "translation-missing": Severity.NOTICE}
    edit(CATALOG, rules={"keywords-few": "error", "translation-missing": "off"})
    report = check(catalogue_dir)
    assert found(report) == {"keywords-few": Severity.ERROR}
    assert report.failed
    assert report.held == {"truong-mam-non": ("keywords-few",)}


def test_the_loaders_warnings_obey_the_severities_and_its_errors_do_not(catalogue_dir: Path, edit: Edit) -> None:
    path = edit(KINDERGARTENS)
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert found(check(catalogue_dir))["yaml-crlf"] is Severity.WARNING
    edit(CATALOG, rules={"yaml-crlf": "off"})
    assert "yaml-crlf" not in found(check(catalogue_dir))
    edit(CATALOG, rules={"yaml-crlf": "error"})
    assert check(catalogue_dir).held == {"truong-mam-non": ("yaml-crlf",)}
    edit(CATALOG, rules={"shape-no-such-key": "off"})
    assert "severity-fixed" not in found(check(catalogue_dir))
    edit(KINDERGARTENS, zzqqxx="x")
    report = check(catalogue_dir)
    assert found(report)["shape-no-such-key"] is Severity.ERROR
    assert found(report)["severity-fixed"] is Severity.WARNING
    assert report.held == {"truong-mam-non": ("shape-no-such-key",)}


def test_a_suppression_holds_until_its_day(catalogue_dir: Path, edit: Edit) -> None:
    edit(KINDERGARTENS, theme=None, themes=["khac"])
    one = {"rule": "theme-unknown", "dataset": "truong-mam-non", "reason": "Chờ chủ đề mới", "until": "2026-03-01"}
    edit(CATALOG, suppress=[one])
    report = check(catalogue_dir)
    assert (report.problems, report.held) == ((), {})
    assert [problem.code for problem in report.suppressed] == ["theme-unknown"]
    after = check(catalogue_dir, date(2026, 3, 2))
    assert found(after) == {"theme-unknown": Severity.ERROR, "suppression-expired": Severity.NOTICE}


def test_what_cannot_be_read_is_not_excused(catalogue_dir: Path, edit: Edit) -> None:
    edit(KINDERGARTENS, organisation="so-giao-duc")
    one = {"rule": "shape-no-such-key", "dataset": "truong-mam-non", "reason": "Không quan trọng"}
    edit(CATALOG, suppress=[one], rules={"shape-no-such-key": "off"})
    report = check(catalogue_dir)
    assert found(report) == {"shape-no-such-key": Severity.ERROR, "severity-fixed": Severity.WARNING}
    assert report.held == {"truong-mam-non": ("shape-no-such-key",)}
    assert not report.blocked


def test_a_file_from_elsewhere_is_never_read_nor_excused(catalogue_dir: Path, edit: Edit) -> None:
    """A change under review could otherwise publish any file of the machine that checks it."""
    path = catalogue_dir / CSV
    secret = catalogue_dir.parent / "secret.csv"
    secret.write_text("ma,ten,so_tre\n001,Hoa Sen,nhiều\n", "utf-8")
    path.unlink()
    try:
        path.symlink_to(secret)
    except OSError:
        pytest.skip("links are not allowed here")
    one = {"rule": "file-outside", "dataset": "truong-mam-non", "reason": "Xin hãy bỏ qua"}
    edit(CATALOG, suppress=[one], rules={"file-outside": "off"})
    fingerprints = dict.fromkeys((problem.fingerprint for problem in check(catalogue_dir).problems), 9)
    report = check(catalogue_dir, tables=True, baseline=fingerprints)
    assert found(report) == {"file-outside": Severity.ERROR, "severity-fixed": Severity.NOTICE}
    assert (report.tables, report.held) == ({}, {"truong-mam-non": ("file-outside",)})


def test_a_missing_file_holds_back_even_if_excused(catalogue_dir: Path, edit: Edit) -> None:
    (catalogue_dir / CSV).unlink()
    edit(CATALOG, rules={"file-missing": "notice"})
    report = check(catalogue_dir, tables=True)
    assert (report.failed, report.held) == (False, {"truong-mam-non": ("file-missing",)})


def test_a_wrong_schema_is_told_once(catalogue_dir: Path, edit: Edit) -> None:
    edit("schemas/truong-mam-non.yaml", primaryKey=["khong-co"])
    assert found(check(catalogue_dir, tables=True)) == {"column-unknown": Severity.ERROR}


def test_errors_of_the_catalogue_block_everything(catalogue_dir: Path) -> None:
    path = catalogue_dir / "catalog/organizations.yaml"
    path.write_text("so-giao-duc: {nane: x}\n", "utf-8")
    assert check(catalogue_dir).blocked
    everything = dict.fromkeys((problem.fingerprint for problem in check(catalogue_dir).problems), 1)
    excused = check(catalogue_dir, baseline=everything)
    assert (excused.failed, excused.blocked) == (False, True)
    (catalogue_dir / CATALOG).write_text("format: 1\n", "utf-8")
    assert check(catalogue_dir).blocked


def test_an_invalid_schema_holds_back_those_who_use_it(catalogue_dir: Path, edit: Edit) -> None:
    another(catalogue_dir, edit)
    edit("schemas/truong-mam-non.yaml", primaryKey=["khong-co"])
    report = check(catalogue_dir)
    assert (report.held, report.blocked) == ({"truong-mam-non": ("column-unknown",)}, False)


def test_tables_are_checked_with_the_rest(catalogue_dir: Path) -> None:
    (catalogue_dir / CSV).write_text("ma,ten,so_tre\n001,Hoa Sen,nhiều\n", "utf-8")
    report = check(catalogue_dir, tables=True)
    assert list(report.held) == ["truong-mam-non"]
    assert ("truong-mam-non", "truong-mam-non") in report.tables
    (problem,) = report.problems
    assert (problem.file, problem.line, problem.field) == (CSV, 2, "so_tre")


def test_only_errors_are_named_as_what_holds_back(catalogue_dir: Path) -> None:
    (catalogue_dir / "datasets/truong-mam-non/truong-mam-non.csv").write_text("stt,ma,ten,so_tre\n1,001,A,2\n", "utf-8")
    report = check(catalogue_dir, tables=True)
    assert found(report)["table-stt-column"] is Severity.WARNING
    assert report.held == {"truong-mam-non": ("table-extra-label",)}


@needs_git
def test_today_never_fails_what_the_change_did_not_touch(catalogue_dir: Path, edit: Edit) -> None:
    edit("catalog/organizations.yaml", **{"so-giao-duc": {"name": "Sở", "valid_to": "2025-02-28"}})
    edit(CATALOG, rules={"responsible-missing": "error"})
    commit(catalogue_dir)
    assert found(check(catalogue_dir)) == {"responsible-missing": Severity.NOTICE}
    assert found(check(catalogue_dir, changed_since="HEAD")) == {}
    edit(KINDERGARTENS, keywords=["trường", "trẻ em", "mẫu giáo"])
    assert found(check(catalogue_dir, changed_since="HEAD")) == {"responsible-missing": Severity.ERROR}


@needs_git
def test_what_depends_on_a_change_has_changed_too(catalogue_dir: Path, edit: Edit) -> None:
    another(catalogue_dir, edit, organization="so-y-te", themes=["y-te"])
    edit("catalog/organizations.yaml", **{"so-y-te": {"name": "Sở Y tế"}})
    edit("catalog/themes.yaml", **{"y-te": {"name": "Y tế"}})
    commit(catalogue_dir)
    assert check(catalogue_dir, changed_since="HEAD").datasets == frozenset()

    def changed(file: str, **keys: Any) -> frozenset[str]:
        edit(file, **keys)
        report = check(catalogue_dir, changed_since="HEAD")
        git(catalogue_dir, "checkout", "-q", ".")
        git(catalogue_dir, "clean", "-fdq")
        return report.datasets

    assert changed("schemas/truong-mam-non.yaml", title="Trường") == {"truong-mam-non"}
    assert changed("catalog/organizations.yaml", **{"so-y-te": {"name": "Y tế"}}) == {"nha-tre"}
    assert changed("catalog/themes.yaml", **{"giao-duc": None}) == {"truong-mam-non"}
    assert changed("datasets/nha-tre/reviews/2026-01-01.yaml", on="2026-01-01") == {"nha-tre"}
    assert changed("catalog/legal.yaml") == {"nha-tre", "truong-mam-non"}


@needs_git
def test_an_old_descriptor_may_have_been_anything(catalogue_dir: Path) -> None:
    path = catalogue_dir / KINDERGARTENS
    good = path.read_text("utf-8")
    for old in ("[", "formerly: {a: 1}\n", good + "id: khong-phai-uuid\n", good.replace("- name:", "- nane:"), "\x00"):
        path.write_text(old, "utf-8")
        commit(catalogue_dir)
        path.write_text(good, "utf-8")
        assert found(check(catalogue_dir, changed_since="HEAD")) == {}


@needs_git
def test_identity_is_compared_with_what_was_there(catalogue_dir: Path, edit: Edit) -> None:
    commit(catalogue_dir)
    folder = catalogue_dir / "datasets"
    (folder / "truong-mam-non").rename(folder / "mam-non")
    renamed = "datasets/mam-non/dataset.yaml"
    report = check(catalogue_dir)
    assert found(report) == {"dataset-renamed": Severity.ERROR}
    edit(renamed, formerly=["truong-mam-non"])
    assert found(check(catalogue_dir)) == {}
    commit(catalogue_dir)
    edit(renamed, formerly=None)
    assert found(check(catalogue_dir, changed_since="HEAD")) == {"id-changed": Severity.ERROR}
    edit(renamed, formerly=["truong-mam-non"], resources=[{"name": "moi", "path": "truong-mam-non.csv"}])
    assert found(check(catalogue_dir, changed_since="HEAD")) == {"id-changed": Severity.ERROR}
    again = {"name": "moi", "path": "truong-mam-non.csv", "formerly": ["truong-mam-non"]}
    edit(renamed, resources=[again])
    assert found(check(catalogue_dir, changed_since="HEAD")) == {}
    edit(CATALOG, id="7c1c2f0e-0a51-4c1e-9f5a-2f6f1c0d7a11")
    assert found(check(catalogue_dir, changed_since="HEAD")) == {"catalogue-id-changed": Severity.ERROR}


@needs_git
def test_a_rename_that_was_committed_is_made_good_by_the_old_name(catalogue_dir: Path, edit: Edit) -> None:
    commit(catalogue_dir)
    folder = catalogue_dir / "datasets"
    (folder / "truong-mam-non").rename(folder / "mam-non")
    renamed = "datasets/mam-non/dataset.yaml"
    edit(renamed, resources=[{"name": "moi", "path": "truong-mam-non.csv"}])
    commit(catalogue_dir)
    assert found(check(catalogue_dir)) == {"dataset-renamed": Severity.ERROR}
    edit("catalog/themes.yaml", **{"y-te": {"name": "Y tế"}})
    commit(catalogue_dir)
    edit(renamed, formerly=["khac"])
    commit(catalogue_dir)
    assert found(check(catalogue_dir)) == {"id-changed": Severity.ERROR}
    edit(renamed, formerly=["truong-mam-non"])
    assert found(check(catalogue_dir, changed_since="HEAD~")) == {}
    commit(catalogue_dir)
    again = {"name": "moi-nua", "path": "truong-mam-non.csv"}
    edit(renamed, resources=[again])
    commit(catalogue_dir)
    assert found(check(catalogue_dir)) == {"id-changed": Severity.ERROR}
    edit(renamed, resources=[{**again, "formerly": ["khac"]}])
    commit(catalogue_dir)
    assert found(check(catalogue_dir)) == {"id-changed": Severity.ERROR}
    edit(renamed, resources=[{**again, "formerly": ["moi"]}])
    commit(catalogue_dir)
    assert found(check(catalogue_dir)) == {}


@needs_git
def test_a_folder_or_descriptor_that_is_gone_is_told(catalogue_dir: Path) -> None:
    commit(catalogue_dir)
    folder = catalogue_dir / "datasets" / "truong-mam-non"
    (folder / "dataset.yaml").unlink()
    assert found(check(catalogue_dir, changed_since="HEAD")) == {
        "dataset-removed": Severity.WARNING,
        "file-without-dataset": Severity.ERROR,
    }
    (folder / "truong-mam-non.csv").unlink()
    report = check(catalogue_dir, changed_since="HEAD")
    assert found(report) == {"dataset-removed": Severity.WARNING}
    assert [one.file for one in report.problems] == [KINDERGARTENS]


def test_selection_by_path_pattern_and_key(catalogue_dir: Path, edit: Edit) -> None:
    another(catalogue_dir, edit, status="withdrawn", keywords=None)
    edit(KINDERGARTENS, keywords=None)
    assert found(check(catalogue_dir)) == {"keywords-few": Severity.NOTICE, "status-reason-missing": Severity.ERROR}
    assert found(check(catalogue_dir, paths=("datasets/truong-mam-non",))) == {"keywords-few": Severity.NOTICE}
    assert check(catalogue_dir, paths=(CSV,)).datasets == {"truong-mam-non"}
    assert check(catalogue_dir, paths=("schemas/truong-mam-non.yaml",)).datasets == {"truong-mam-non"}
    assert check(catalogue_dir, paths=("datasets",)).datasets == {"nha-tre", "truong-mam-non"}
    assert check(catalogue_dir, select=("truong-*",)).datasets == {"truong-mam-non"}
    assert check(catalogue_dir, select=("status:withdrawn",)).datasets == {"nha-tre"}
    assert check(catalogue_dir, select=("org:so-giao-duc",)).datasets == {"nha-tre", "truong-mam-non"}
    assert check(catalogue_dir, select=("theme:giao-duc", "nha-tre")).datasets == {"nha-tre", "truong-mam-non"}
    with pytest.raises(OpendataError) as caught:
        check(catalogue_dir, select=("truong-mam-nom",))
    assert caught.value.params["suggestion"] == "truong-mam-non"


def test_shards_share_everything_once(catalogue_dir: Path, edit: Edit) -> None:
    for number in range(7):
        another(catalogue_dir, edit, f"tap-{number}", keywords=None)
    edit(CATALOG, rules={"khong-co": "off"})
    shards = [check(catalogue_dir, shard=(n, 3)) for n in (1, 2, 3)]
    assert sum(len(one.datasets) for one in shards) == 8
    assert [bool("rule-unknown" in found(one)) for one in shards] == [True, False, False]
    files = sorted(problem.file for one in shards for problem in one.problems)
    assert files == sorted(problem.file for problem in check(catalogue_dir).problems)


def test_a_baseline_excuses_as_many_as_there_were(
    catalogue_dir: Path, edit: Edit, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(catalogue_dir)
    (catalogue_dir / CSV).write_text("ma,ten,so_tre\n001,Hoa Sen,nhiều\n", "utf-8")
    assert run(["validate"]) == 1
    assert run(["validate", "--write-baseline", "catalog/baseline.yaml"]) == 0
    assert run(["validate"]) == 0
    capsys.readouterr()
    (catalogue_dir / CSV).write_text("ma,ten,so_tre\n001,Hoa Sen,nhiều\n002,Hoa Mai,ít\n", "utf-8")
    assert run(["validate", "--format", "json"]) == 1
    severities = [one["severity"] for one in json.loads(capsys.readouterr().out)["problems"]]
    assert sorted(severities) == ["error", "notice"]
    again = ["validate", "--baseline", "catalog/baseline.yaml", "--write-baseline", "new.yaml"]
    (catalogue_dir / CSV).write_text("ma,ten,so_tre\n001,Hoa Sen,7\n", "utf-8")
    assert run(again) == 0
    assert yaml.safe_load((catalogue_dir / "new.yaml").read_text("utf-8")) == {"problems": []}


@pytest.mark.parametrize("content", ["", "[]", '{"problems": [{"code": "x"}]}', "{", "\xff"])
def test_a_bad_baseline_is_wrong_use(catalogue_dir: Path, content: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(catalogue_dir)
    (catalogue_dir / "b.yaml").write_bytes(content.encode("latin-1"))
    assert run(["validate", "--baseline", "b.yaml"]) == 4


def test_the_command_says_what_is_wrong_and_what_to_do(
    catalogue_dir: Path, edit: Edit, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(catalogue_dir / "datasets")
    assert run(["validate"]) == 0
    edit(KINDERGARTENS, license="cc-by-5")
    capsys.readouterr()
    assert run(["--lang", "vi", "validate", "truong-mam-non"]) == 1
    out = capsys.readouterr().out
    assert "Không có giấy phép nào tên là “cc-by-5”" in out
    assert "cc-by-4" in out
    assert run(["validate", "--format", "json", "--no-tables"]) == 1
    (problem,) = json.loads(capsys.readouterr().out)["problems"]
    assert {"code", "severity", "file", "line", "column", "message", "help"} <= set(problem)


def test_an_unknown_time_zone_is_a_problem_like_others(
    catalogue_dir: Path, edit: Edit, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(catalogue_dir)
    edit(CATALOG, time_zone="Asia/Bac_Giang")
    edit(KINDERGARTENS, license="cc-by-5")
    assert run(["validate", "--format", "json"]) == 1
    codes = [one["code"] for one in json.loads(capsys.readouterr().out)["problems"]]
    assert codes == ["time-zone-unknown", "license-unknown"]


@pytest.mark.parametrize(
    "arguments",
    [["--shard", "3/2"], ["--shard", "x"], ["khong-co"], [".."], ["--changed-since", "no-such"], ["--select", "zz"]],
)
def test_wrong_use_has_its_exit_code(
    catalogue_dir: Path, arguments: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(catalogue_dir)
    assert run(["validate", *arguments]) == 4
    assert capsys.readouterr().err.count("\n") >= 2


def test_rules_are_listed_and_explained(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--lang", "en", "rules"]) == 0
    assert "organization-unknown" in capsys.readouterr().out
    assert run(["--lang", "vi", "rules", "theme-unknown"]) == 0
    assert "Nguồn: định dạng của danh mục." in capsys.readouterr().out
    assert run(["--lang", "en", "rules", "yaml-tab"]) == 0
    assert capsys.readouterr().out.strip()
    assert run(["rules", "--format", "json", "legal-field-due"]) == 0
    one = json.loads(capsys.readouterr().out)
    assert (one["severity"], one["rule"], one["depends_on_today"]) == ("warning", "legal-field-missing", True)
    assert run(["rules", "--format", "json"]) == 0
    assert len(json.loads(capsys.readouterr().out)["rules"]) == 29
    assert run(["--lang", "en", "rules", "theme-unknow"]) == 4
    assert "theme-unknown" in capsys.readouterr().err
