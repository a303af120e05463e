"""``opendata freshness --portal``, ``--remote`` and ``--now``: what lies beyond the folder. Every value is made up."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
from pathlib import Path
from typing import Any

import pytest

from publisher.cli import run

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="needs git")

TABLE = "datasets/truong-mam-non/truong-mam-non.csv"


def commit(root: Path, when: str) -> None:
    who = {f"GIT_{one}_{what}": "lan@example.org" for one in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    dates = {"GIT_AUTHOR_DATE": when, "GIT_COMMITTER_DATE": when}
    for arguments in (["init", "-q", "-b", "main"], ["add", "-A"], ["commit", "-qm", "x"]):
        env = {**os.environ, "HOME": str(root), **who, **dates}
        subprocess.run(["git", *arguments], cwd=root, check=True, env=env)


@pytest.fixture
def root(catalogue_dir: Path) -> Path:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    portals = f"site: {{type: site, path: build/site}}\naway: {{type: site, path: build/away, url: 'http://127.0.0.1:{port}/'}}\n"
    (catalogue_dir / "catalog" / "portals.yaml").write_text(portals, "utf-8")
    (catalogue_dir / ".gitignore").write_text(".opendata/\nbuild/\n", "utf-8")
    commit(catalogue_dir, "2025-01-20T08:00:00+07:00")
    return catalogue_dir


def report(root: Path, capsys: pytest.CaptureFixture[str], *more: str) -> tuple[int, dict[str, Any], str]:
    capsys.readouterr()
    code = run(["--catalog", str(root), "--lang", "en", "--quiet", "freshness", "--format", "json", *more])
    said = capsys.readouterr()
    return code, json.loads(said.out or "{}"), said.err


@pytest.fixture(autouse=True)
def present(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENDATA_NOW", "2025-02-10T05:00:00+00:00")


def test_a_portal_is_behind_from_the_first_change_that_it_lacks(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, data, _ = report(root, capsys, "--portal", "site")
    assert (code, [(one["dataset"], one["since"]) for one in data["behind"]]) == (0, [("truong-mam-non", "2025-01-20")])
    assert run(["--catalog", str(root), "--quiet", "publish", "--portal", "site", "--yes"]) == 0
    code, data, _ = report(root, capsys, "--portal", "site")
    assert (code, data["behind"]) == (0, [])
    assert "portal" in {one["kind"] for one in data["datasets"][0]["other_evidence"]}
    for on in ("01", "03"):
        with (root / TABLE).open("a", encoding="utf-8") as table:
            table.write(f"t{on},Trường giả {on},7\n")
        commit(root, f"2025-02-{on}T08:00:00+07:00")
    _, data, _ = report(root, capsys, "--portal", "site")
    assert [(one["dataset"], one["since"]) for one in data["behind"]] == [("truong-mam-non", "2025-02-01")]
    assert data["datasets"][0]["state"] == "due", "a portal's delay is no delay of the data"


def test_what_a_portal_does_not_serve_as_published_is_named(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--catalog", str(root), "--quiet", "publish", "--portal", "site", "--yes"]) == 0
    files = root / "build/site/dataset/truong-mam-non"
    table = (files / "truong-mam-non.csv").read_bytes()
    (files / "truong-mam-non.csv").unlink()
    (files / "truong-mam-non.csv").write_bytes(table[::-1])
    _, data, _ = report(root, capsys, "--portal", "site")
    assert data["behind"] == []
    (files / "truong-mam-non.xlsx").unlink()
    _, data, _ = report(root, capsys, "--portal", "site")
    assert [one["unserved"] for one in data["behind"]] == [["truong-mam-non.xlsx"]]
    _, data, _ = report(root, capsys, "--portal", "site", "--deep")
    assert [one["unserved"] for one in data["behind"]] == [["truong-mam-non.csv", "truong-mam-non.xlsx"]]
    assert run(["--catalog", str(root), "--lang", "en", "freshness", "--portal", "site"]) == 0
    assert "not served as published: truong-mam-non.xlsx" in capsys.readouterr().out


def test_a_portal_out_of_reach_is_unmeasured_and_hides_nothing(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, data, said = report(root, capsys, "--portal", "away")
    assert code == 3
    assert data["datasets"][0]["state"] == "due"
    assert {"kind": "portal", "detail": "away", "through": None, "on": None} in data["datasets"][0]["other_evidence"]
    assert "127.0.0.1" in said
    assert report(root, capsys, "--portal", "away", "--fail-on", "due")[0] == 1, "a breach is told first"
    assert report(root, capsys, "--portal", "nowhere")[0] == 4


def test_an_earlier_day_is_only_what_git_held(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with (root / TABLE).open("a", encoding="utf-8") as table:
        table.write("t9,Trường giả,7\n")
    commit(root, "2025-02-05T08:00:00+07:00")
    for now, day in (("2025-02-04", "2025-01-20"), ("2025-02-05", "2025-02-05")):
        code, data, _ = report(root, capsys, "--now", now)
        seen = {
            one["kind"]: one["on"] for one in (data["datasets"][0]["evidence"], *data["datasets"][0]["other_evidence"])
        }
        assert (code, seen["content"]) == (0, day)
    code, _, said = report(root, capsys, "--now", "2025-01-19")
    assert code == 4 and "2025-01-20" in said
    for option in (["--remote"], ["--portal", "site"]):
        code, _, said = report(root, capsys, "--now", "2025-02-04", *option)
        assert code == 4 and "how they are now" in said


def test_a_shallow_clone_is_told_once(
    root: Path, tmp_path_factory: pytest.TempPathFactory, capsys: pytest.CaptureFixture[str]
) -> None:
    descriptor = root / "datasets/truong-mam-non/dataset.yaml"
    text = descriptor.read_text("utf-8").replace("temporal: {start: 2023-01-01, end: 2023-12-31}\n", "")
    terms = "{frequency: annual, evidence: [content, git]}"
    descriptor.write_text(text.replace("{frequency: annual}", terms), "utf-8")
    commit(root, "2025-02-05T08:00:00+07:00")
    clone = tmp_path_factory.mktemp("clone") / "c"
    subprocess.run(["git", "clone", "-q", "--depth", "1", root.as_uri(), str(clone)], check=True)
    capsys.readouterr()
    assert run(["--catalog", str(clone), "--lang", "en", "freshness"]) == 3
    said = capsys.readouterr().out
    assert "Could not be measured: git (this clone holds only a part of the history)." in said
