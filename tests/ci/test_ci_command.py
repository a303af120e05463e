from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from fake_forges import Forge

from publisher.catalogue.load import load
from publisher.cli import run
from publisher.plan.model import Plan
from publisher.plan.serial import plan_to_data
from publisher.reports.comment import MARKER

Start = Callable[[dict[str, Any]], Forge]
PROBLEM = {
    "code": "x",
    "severity": "error",
    "file": "datasets/a/dataset.yaml",
    "line": 3,
    "message": "Sai.",
    "help": "",
}
RUN = {
    "workflow_run": {
        "head_sha": "a" * 40,
        "head_branch": "sua-du-lieu",
        "head_repository": {"owner": {"login": "org"}},
    }
}


@pytest.fixture
def problems(tmp_path: Path) -> Path:
    path = tmp_path / "problems.json"
    path.write_text(json.dumps({"problems": [PROBLEM], "number": 666, "pull_request": 666}), "utf-8")
    return path


def post(provider: str, problems: Path) -> int:
    return run(["ci", "comment", "--provider", provider, "--problems", str(problems), "--language", "vi"])


@pytest.mark.parametrize("provider", ["github", "gitlab"])
def test_one_comment_updated_in_place(provider: str, problems: Path, request: pytest.FixtureRequest) -> None:
    start: Start = request.getfixturevalue(provider)
    event = (
        RUN
        if provider == "github"
        else {"object_kind": "merge_request", "project": {"id": 7}, "object_attributes": {"iid": 12}}
    )
    forge = start(event)
    author = {"user": {"login": "eve"}, "author": {"id": 3}}
    # 150 comments by others come first, one of them bearing our marker.
    forge.comments += [{"id": n, "body": MARKER if n == 5 else "hi", **author} for n in range(1, 151)]
    assert post(provider, problems) == 0
    assert len(forge.comments) == 151
    assert "Có 1 chỗ cần sửa" in forge.comments[150]["body"]
    problems.write_text('{"problems": []}', "utf-8")
    assert post(provider, problems) == 0
    assert len(forge.comments) == 151
    assert "Các tệp dữ liệu đều đạt." in forge.comments[150]["body"]
    before = len([one for one in forge.requests if one[0] != "GET"])
    assert post(provider, problems) == 0
    assert len([one for one in forge.requests if one[0] != "GET"]) == before
    assert forge.comments[4]["body"] == MARKER


def test_the_report_does_not_choose_the_pull_request(github: Start, problems: Path) -> None:
    forge = github(RUN)
    assert post("github", problems) == 0
    assert ("POST", "/repos/org/data/issues/12/comments") in forge.requests
    assert not [path for _, path in forge.requests if "666" in path]


def test_links_lead_to_the_editor(github: Start, gitlab: Start, problems: Path) -> None:
    forge = github({"pull_request": {"number": 12}})
    post("github", problems)
    assert "(<https://github.com/org/data/edit/sua-du-lieu/datasets/a/dataset.yaml#L3>)" in forge.comments[0]["body"]
    forge.comments.clear()
    forge.pulls = [{"iid": 12, "source_branch": "nhánh mới?x", "source_project_id": 8}]
    gitlab({"object_kind": "merge_request", "project": {"id": 7}, "object_attributes": {"iid": 12}})
    post("gitlab", problems)
    assert "](<" not in forge.comments[0]["body"]
    forge.comments.clear()
    forge.pulls[0]["source_branch"] = "nhánh-mới"
    post("gitlab", problems)
    assert (
        "(<https://gitlab.example.org/fork/data/-/edit/nh%C3%A1nh-m%E1%BB%9Bi/datasets/a/" in forge.comments[0]["body"]
    )


def test_a_push_finds_its_merged_request(github: Start, gitlab: Start, tmp_path: Path) -> None:
    plan = tmp_path / "plan.json"
    plan.write_text(json.dumps(plan_to_data(Plan("site", "c", None, None))), "utf-8")
    forge = github({"head_commit": {}})
    assert run(["ci", "comment", "--provider", "github", "--plan", str(plan), "--language", "vi"]) == 0
    assert "Những gì được công bố lên site" in forge.comments[0]["body"]
    forge.pulls.clear()
    forge.comments.clear()
    gitlab({})
    assert run(["ci", "comment", "--provider", "gitlab", "--plan", str(plan)]) == 0
    assert len(forge.comments) == 1


def test_a_run_without_a_merge_request_is_no_failure(github: Start, problems: Path) -> None:
    forge = github({"workflow_run": {**RUN["workflow_run"], "head_sha": "c" * 40}})
    assert post("github", problems) == 0
    assert not forge.comments


def test_a_dry_run_asks_nobody(forge: Forge, problems: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["ci", "comment", "--provider", "gitlab", "--problems", str(problems), "--dry-run"]) == 0
    assert capsys.readouterr().out.startswith(MARKER)
    assert not forge.requests


@pytest.mark.parametrize(("status", "code"), [(401, 1), (403, 1), (404, 1), (302, 1), (429, 3), (503, 3)])
def test_a_refusal_is_one_line(
    github: Start, problems: Path, capsys: pytest.CaptureFixture[str], status: int, code: int
) -> None:
    github(RUN).fail = status
    assert post("github", problems) == code
    said = capsys.readouterr().err
    assert str(status) in said and "made-up-for-tests" not in said


def test_an_unreachable_server_is_one_line(github: Start, problems: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    github(RUN)
    monkeypatch.setenv("GITHUB_API_URL", "http://127.0.0.1:1")
    assert post("github", problems) == 3


def test_outside_a_ci_the_variable_is_named(forge: Forge, problems: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert post("github", problems) == 4
    assert "GITHUB_REPOSITORY" in capsys.readouterr().err
    assert post("gitlab", problems) == 4


@pytest.mark.parametrize("provider", ["github", "gitlab"])
def test_one_issue_opened_updated_closed_and_opened_again(
    provider: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    forge: Forge = request.getfixturevalue(provider)({})
    path = tmp_path / "freshness.json"

    def report(state: str, day: int) -> None:
        entry = {"dataset": "a", "title": "A", "state": state, "due_at": "2026-01-31"}
        path.write_text(json.dumps({"snapshotted_at": f"2026-02-{day:02}", "datasets": [entry]}), "utf-8")
        assert run(["ci", "issue", "--provider", provider, "--freshness", str(path), "--language", "vi"]) == 0

    def state() -> str:
        (issue,) = forge.issues
        return "closed" if issue["state"] == "closed" else "open"

    report("fresh", 1)
    report("unmeasured", 2)
    assert not forge.issues
    report("overdue", 3)
    assert state() == "open"
    report("unmeasured", 4)
    assert state() == "open"
    report("fresh", 5)
    assert state() == "closed"
    report("unmeasured", 6)
    assert state() == "closed"
    report("delinquent", 7)
    assert state() == "open"
    assert "Quá hạn lâu (1)" in str(forge.issues[0].get("body", "")) + str(forge.issues[0].get("description", ""))


@pytest.mark.parametrize("provider", ["github", "gitlab"])
def test_when_too_much_changed_at_once_the_issue_warns_first(
    provider: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    forge: Forge = request.getfixturevalue(provider)({})
    now, before = tmp_path / "freshness.json", tmp_path / "before.json"

    def report(path: Path, *states: str) -> None:
        entries = [{"dataset": f"d{number}", "title": f"T{number}", "state": one} for number, one in enumerate(states)]
        path.write_text(json.dumps({"snapshotted_at": "2026-02-05", "datasets": entries}), "utf-8")

    def post(*more: str) -> str:
        asked = ["--freshness", str(now), "--previous", str(before), "--language", "vi", *more]
        assert run(["ci", "issue", "--provider", provider, *asked]) == 0
        (issue,) = forge.issues
        return f"{issue['state']} {issue.get('body') or issue.get('description')}"

    report(now, "overdue", "overdue", "overdue", "fresh")
    assert "T0" in post(), "the first run has nothing to compare with"
    report(before, "fresh", "fresh", "fresh", "fresh")
    said = post()
    assert said.startswith("open") and "3 trong 4 tập dữ liệu đổi trạng thái cùng lúc" in said and "T0" not in said
    assert "T0" in post("--share", "75")
    report(before, "overdue", "overdue", "overdue", "fresh")
    assert "T0" in post(), "the next run found the same"
    before.write_text("[]", "utf-8")
    assert run(["ci", "issue", "--provider", provider, "--freshness", str(now), "--previous", str(before)]) == 4


def said_on_github(body: str, login: str = "steward") -> dict[str, Any]:
    comment = {"body": body, "user": {"login": login, "type": "User"}}
    return {"action": "created", "comment": comment, "issue": {"number": 12, "pull_request": {}}}


def said_on_gitlab(body: str, user: int = 5) -> dict[str, Any]:
    return {
        "object_kind": "note",
        "project": {"id": 7},
        "user": {"id": user, "username": "steward"},
        "object_attributes": {"note": body, "noteable_type": "MergeRequest"},
        "merge_request": {"iid": 12},
    }


def answer(root: Path, provider: str, *more: str) -> int:
    return run(["--catalog", str(root), "--lang", "vi", "ci", "command", "--provider", provider, *more])


@pytest.mark.parametrize("provider", ["github", "gitlab"])
def test_a_steward_attests_by_a_comment(
    provider: str, catalogue_dir: Path, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENDATA_NOW", "2026-11-30T20:00:00+00:00")
    said = said_on_github if provider == "github" else said_on_gitlab
    note = 'Đã đối chiếu: "đúng" $(touch pwned) `id`\n- by: ai đó'
    request.getfixturevalue(provider)(said(f"/opendata attest truong-mam-non {note}"))
    assert answer(catalogue_dir, provider) == 0
    # 20:00 UTC is the next morning in the catalogue's time zone.
    assert (catalogue_dir / "datasets/truong-mam-non/reviews/2026-12-01.yaml").is_file()
    loaded = load(catalogue_dir)
    assert loaded.catalogue
    (review,) = loaded.catalogue.datasets["truong-mam-non"].reviews
    assert review.by == "steward"
    assert review.note.get() == 'Đã đối chiếu: "đúng" $(touch pwned) `id` - by: ai đó'


def test_fix_repairs_what_is_provable(catalogue_dir: Path, github: Start) -> None:
    path = catalogue_dir / "datasets/truong-mam-non/dataset.yaml"
    good = path.read_bytes()
    path.write_bytes(b"\xef\xbb\xbf" + good)
    github(said_on_github("/opendata fix\n"))
    assert answer(catalogue_dir, "github") == 0
    assert path.read_bytes() == good


@pytest.mark.parametrize("provider", ["github", "gitlab"])
def test_what_is_asked_can_be_shown(
    provider: str, catalogue_dir: Path, request: pytest.FixtureRequest, capsys: pytest.CaptureFixture[str]
) -> None:
    said = said_on_github if provider == "github" else said_on_gitlab
    request.getfixturevalue(provider)(said("/opendata fix"))
    shown = {}
    for name in ("action", "branch", "number"):
        assert answer(catalogue_dir, provider, "--show", name) == 0
        shown[name] = capsys.readouterr().out
    assert shown == {"action": "fix\n", "branch": "sua-du-lieu\n", "number": "12\n"}


@pytest.mark.parametrize(
    "body",
    [
        "/opendata fix; rm -rf /",
        "/opendata fix && id",
        "/opendata attest ../../etc x",
        "/opendata attest truong-mam-non",
        "/opendata attest --by=x y",
        "/opendata publish --yes",
        "/opendata",
        "/opendata attest truong-mam-non " + "x" * 5000,
        "/opendata attest khong-co-tap-nay x",
    ],
)
def test_an_unclear_request_changes_nothing_and_is_answered(body: str, catalogue_dir: Path, github: Start) -> None:
    forge = github(said_on_github(body))
    before = sorted(path for path in catalogue_dir.rglob("*"))
    assert answer(catalogue_dir, "github") in {1, 4}
    assert sorted(path for path in catalogue_dir.rglob("*")) == before
    assert len(forge.comments) == 1
    assert not forge.comments[0]["body"].startswith("/")


@pytest.mark.parametrize("provider", ["github", "gitlab"])
def test_a_stranger_is_not_heard(provider: str, catalogue_dir: Path, request: pytest.FixtureRequest) -> None:
    event = (
        said_on_github("/opendata fix", "eve/../../x") if provider == "github" else said_on_gitlab("/opendata fix", 6)
    )
    forge: Forge = request.getfixturevalue(provider)(event)
    assert answer(catalogue_dir, provider) == 1
    assert not forge.comments
    assert answer(catalogue_dir, provider, "--show", "branch") == 1


def test_a_fork_is_not_written_to(catalogue_dir: Path, github: Start, forge: Forge) -> None:
    forge.pulls = [{"number": 12, "head": {"ref": "x", "sha": "a", "repo": {"full_name": "eve/data"}}}]
    github(said_on_github("/opendata fix"))
    assert answer(catalogue_dir, "github", "--show", "branch") == 1
    assert len(forge.comments) == 1


@pytest.mark.parametrize("branch", ["-x", "a b", "a\nb", "a..b", ""])
def test_a_branch_that_could_be_an_option_is_refused(
    catalogue_dir: Path, github: Start, forge: Forge, branch: str
) -> None:
    forge.pulls = [{"number": 12, "head": {"ref": branch, "sha": "a", "repo": {"full_name": "org/data"}}}]
    github(said_on_github("/opendata fix"))
    assert answer(catalogue_dir, "github", "--show", "branch") == 1


def test_ordinary_comments_ask_for_nothing(
    catalogue_dir: Path, gitlab: Start, capsys: pytest.CaptureFixture[str]
) -> None:
    forge = gitlab(said_on_gitlab("cảm ơn"))
    assert answer(catalogue_dir, "gitlab", "--show", "action") == 0
    assert capsys.readouterr().out == "none\n"
    gitlab(
        {"object_kind": "merge_request", "project": {"id": 7}, "object_attributes": {"iid": 12, "action": "approved"}}
    )
    assert answer(catalogue_dir, "gitlab", "--show", "action") == 0
    assert capsys.readouterr().out == "none\n"
    gitlab({"object_kind": "merge_request", "project": {"id": 7}, "object_attributes": {"iid": 12, "action": "open"}})
    assert answer(catalogue_dir, "gitlab", "--show", "action") == 0
    assert capsys.readouterr().out == "validate\n"
    assert not forge.comments


def test_an_event_of_another_project_is_refused(catalogue_dir: Path, gitlab: Start) -> None:
    gitlab({**said_on_gitlab("/opendata fix"), "project": {"id": 9}})
    assert answer(catalogue_dir, "gitlab") == 4


@pytest.mark.parametrize("provider", ["github", "gitlab"])
def test_the_workflow_files_are_written_and_never_over_others(provider: str, tmp_path: Path) -> None:
    assert run(["ci", "files", "--provider", provider, "--into", str(tmp_path)]) == 0
    written = sorted(path for path in tmp_path.rglob("*.yml"))
    assert written
    other = tmp_path / "other"
    assert run(["ci", "files", "--provider", provider, "--into", str(other), "--language", "pt"]) == 0
    assert all("OPENDATA_LANG: pt" in path.read_text("utf-8") for path in other.rglob("*.yml"))
    assert run(["ci", "files", "--provider", provider, "--into", str(other), "--language", "x: y"]) == 4
    written[0].write_text("mine\n", "utf-8")
    assert run(["ci", "files", "--provider", provider, "--into", str(tmp_path)]) == 1
    assert written[0].read_text("utf-8") == "mine\n"


@pytest.mark.parametrize("text", ["[" * 100_000, "[]", "no JSON"], ids=["deep", "a list", "none"])
def test_an_event_that_is_none_is_wrong_use(
    github: Start, text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    github({})
    (tmp_path / "event.json").write_text(text, "utf-8")
    assert run(["--lang", "en", "ci", "command", "--provider", "github", "--show", "action"]) == 4
    assert "What started this job cannot be read." in capsys.readouterr().err
