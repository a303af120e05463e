from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from importlib import resources
from pathlib import Path
from typing import Any

import click
import pytest
import yaml
from fake_forges import TOKEN, Forge

from publisher.cli import opendata

Git = Callable[..., str]
Start = Callable[[dict[str, Any]], Forge]
WORKFLOWS = Path(str(resources.files("publisher"))) / "scaffold" / "workflows"
GITHUB = sorted((WORKFLOWS / "github").glob("*.yml"))
GITLAB = WORKFLOWS / "gitlab" / ".gitlab-ci.yml"
CALL = re.compile(r"(?<![\w./$=-])opendata (?:--?[a-z]|[a-z]+ )[^\n|;)]*")


def steps(file: Path) -> list[dict[str, Any]]:
    (job,) = yaml.safe_load(file.read_text("utf-8"))["jobs"].values()
    found: list[dict[str, Any]] = job["steps"]
    return found


def scripts(file: Path) -> list[str]:
    if file == GITLAB:
        jobs = [job for job in gitlab_jobs().values() if "script" in job]
        return [line for job in jobs for line in job["script"]]
    return [step["run"] for step in steps(file) if "run" in step]


def gitlab_jobs() -> dict[str, dict[str, Any]]:
    data = yaml.safe_load(GITLAB.read_text("utf-8"))
    return {name: job for name, job in data.items() if isinstance(job, dict) and "script" in job}


def calls(file: Path) -> Iterator[list[str]]:
    for script in scripts(file):
        for match in CALL.finditer("\n".join(line.split("#")[0] for line in script.splitlines())):
            if "::warning::" not in script.splitlines()[script[: match.start()].count("\n")]:
                yield shlex.split(match.group().split(" >")[0])


@pytest.mark.parametrize("file", [*GITHUB, GITLAB], ids=lambda file: file.name)
def test_every_call_names_a_command_with_these_options(file: Path) -> None:
    found = list(calls(file))
    assert found
    for arguments in found:
        context = click.Context(opendata)
        command: click.Command = opendata
        rest = arguments[1:]
        while isinstance(command, click.Group):
            while command is opendata and rest[0].startswith("--"):
                assert rest[0] in {option for one in command.params for option in one.opts}, arguments
                rest = rest[2:]
            _, child, rest = command.resolve_command(context, rest)
            assert child is not None, arguments
            command = child
        known = {option for one in command.params for option in one.opts}
        assert {one for one in rest if one.startswith("-")} <= known, arguments
        command.make_parser(context).parse_args(list(rest))


@pytest.mark.parametrize("file", GITHUB, ids=lambda file: file.name)
def test_nothing_foreign_reaches_a_shell(file: Path) -> None:
    data = yaml.safe_load(file.read_text("utf-8"))
    assert "permissions" in data
    assert "pull_request_target" not in file.read_text("utf-8")
    for step in steps(file):
        assert "${{" not in step.get("run", "")
        if "uses" in step:
            assert re.fullmatch(r"actions/[a-z-]+(?:/restore|/save)?@v\d+", step["uses"])


def test_what_runs_on_foreign_branches_has_no_secret() -> None:
    data = yaml.safe_load((WORKFLOWS / "github/opendata-validate.yml").read_text("utf-8"))
    assert data["permissions"] == {"contents": "read"}
    assert "token" not in json.dumps(data)
    # YAML 1.1 reads the key ``on`` as true; GitHub does not.
    assert set(data[True]) == {"pull_request"}
    assert "OPENDATA_CI_TOKEN" not in "".join(gitlab_jobs()["opendata-validate"]["script"])
    (rule,) = gitlab_jobs()["opendata-answer"]["rules"]
    assert '$CI_COMMIT_REF_PROTECTED == "true"' in rule["if"]


class Runner:
    """Runs the scripts of workflow files as the CI does, in a clone of a repository made for the test."""

    def __init__(self, origin: Path, folder: Path, environment: Mapping[str, str]) -> None:
        self.origin = origin
        self.folder = folder
        self.environment = environment

    def run(self, script: str, **more: str) -> subprocess.CompletedProcess[str]:
        environment = {**os.environ, **self.environment, **more}
        return subprocess.run(
            ["bash", "-e", "-c", script], cwd=self.folder, env=environment, capture_output=True, text=True, check=False
        )

    def steps(self, name: str, **more: str) -> list[subprocess.CompletedProcess[str]]:
        """The results of all steps but the installation."""
        data = yaml.safe_load((WORKFLOWS / "github" / name).read_text("utf-8"))
        environment = {**data["env"], **more}
        wanted = [
            step["run"] for step in steps(WORKFLOWS / "github" / name) if "run" in step and "pip" not in step["run"]
        ]
        return [self.run(script, **environment) for script in wanted]

    def job(self, name: str, **more: str) -> subprocess.CompletedProcess[str]:
        """A GitLab job: all its lines in one shell."""
        data = yaml.safe_load(GITLAB.read_text("utf-8"))
        return self.run("\n".join(data[name]["script"]), **{**data["variables"], **more})


@pytest.fixture
def runner(
    catalogue_dir: Path, tmp_path_factory: pytest.TempPathFactory, git: Git, monkeypatch: pytest.MonkeyPatch
) -> Runner:
    """A repository with ``main`` and a branch ``sua-du-lieu`` that breaks a descriptor, and a clone of it."""
    if shutil.which("bash") is None or shutil.which("git") is None:
        pytest.skip("needs bash and git")
    folder = tmp_path_factory.mktemp("ci")
    git(catalogue_dir, "init", "-q", "-b", "main")
    (catalogue_dir / ".gitignore").write_text(".opendata/\nbuild/\nproblems.json\nplan.json\n", "utf-8")
    git(catalogue_dir, "add", ".")
    git(catalogue_dir, "commit", "-qm", "data")
    git(catalogue_dir, "checkout", "-qb", "sua-du-lieu")
    path = catalogue_dir / "datasets/truong-mam-non/dataset.yaml"
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"organization: so-giao-duc", b"organization: so-la"))
    git(catalogue_dir, "commit", "-qam", "broken")
    git(folder, "clone", "-q", "--bare", str(catalogue_dir), "origin.git")
    git(folder, "clone", "-q", "origin.git", "clone")
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    environment = {
        "OPENDATA_NOW": "2026-11-30T01:00:00+00:00",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GITHUB_BASE_REF": "main",
        "GITHUB_OUTPUT": str(folder / "output"),
        "BRANCH": "sua-du-lieu",
    }
    return Runner(folder / "origin.git", folder / "clone", environment)


def without_address(folder: Path, git: Git) -> None:
    """The address that the catalogue names cannot be reached from a test; nothing is published there."""
    settings = folder / "catalog/catalog.yaml"
    settings.write_text(settings.read_text("utf-8").replace("base_url: https://data.example.org/\n", ""), "utf-8")
    git(folder, "commit", "-qam", "no address")


@pytest.mark.slow
def test_github_validates_and_comments(runner: Runner, github: Start, git: Git) -> None:
    git(runner.folder, "checkout", "-q", "sua-du-lieu")
    report, annotations = runner.steps("opendata-validate.yml")
    assert report.returncode == 0, report.stderr
    assert annotations.returncode == 1
    assert "::error file=datasets/truong-mam-non/dataset.yaml,line=" in annotations.stdout
    forge = github({"pull_request": {"number": 12}})
    (runner.folder / "report").mkdir()
    shutil.copy(runner.folder / "problems.json", runner.folder / "report")
    (commented,) = runner.steps("opendata-comment.yml")
    assert commented.returncode == 0, commented.stderr
    assert "/edit/sua-du-lieu/datasets/truong-mam-non/dataset.yaml#L" in forge.comments[0]["body"]
    assert "chỗ cần sửa" in forge.comments[0]["body"]


@pytest.mark.slow
def test_github_answers_a_comment_with_a_commit(runner: Runner, github: Start, git: Git) -> None:
    comment = {"body": "/opendata fix", "user": {"login": "steward", "type": "User"}}
    github({"action": "created", "comment": comment, "issue": {"number": 12, "pull_request": {}}})
    git(runner.folder, "checkout", "-q", "sua-du-lieu")
    shown, answered, pushed = runner.steps("opendata-command.yml")
    assert (runner.folder.parent / "output").read_text("utf-8") == "branch=sua-du-lieu\n", shown.stderr
    assert (answered.returncode, pushed.returncode) == (0, 0), answered.stderr + pushed.stderr
    fixed = git(runner.origin, "show", "sua-du-lieu:datasets/truong-mam-non/dataset.yaml")
    assert not fixed.startswith("\ufeff")
    assert git(runner.origin, "log", "-1", "--format=%s", "sua-du-lieu") == "As asked in a comment"


@pytest.mark.slow
def test_github_publishes_with_the_plan_in_the_comment(runner: Runner, github: Start, git: Git) -> None:
    git(runner.folder, "checkout", "-q", "main")
    without_address(runner.folder, git)
    forge = github({"head_commit": {}})
    results = runner.steps("opendata-publish.yml")
    assert [one.returncode for one in results] == [0, 0, 0], [one.stderr for one in results]
    assert "tập dữ liệu truong-mam-non" in forge.comments[0]["body"]
    assert (runner.folder / "build/site/index.html").is_file()


@pytest.mark.slow
def test_github_watches_freshness(runner: Runner, github: Start, git: Git) -> None:
    git(runner.folder, "checkout", "-q", "main")
    forge = github({})
    results = runner.steps("opendata-freshness.yml")
    assert [one.returncode for one in results] == [0, 0, 0, 0, 1], [one.stderr for one in results]
    assert "Danh sách trường mầm non" in forge.issues[0]["body"]
    assert (runner.folder / "watch/freshness.json").is_file()


@pytest.mark.slow
def test_gitlab_answers_on_the_target_branch(runner: Runner, gitlab: Start, git: Git) -> None:
    git(runner.folder, "checkout", "-q", "main")
    git(runner.origin, "update-ref", "refs/merge-requests/12/head", "sua-du-lieu")
    note = {"note": "/opendata attest truong-mam-non vẫn đúng", "noteable_type": "MergeRequest"}
    forge = gitlab(
        {
            "object_kind": "note",
            "project": {"id": 7},
            "user": {"id": 5, "username": "steward"},
            "object_attributes": note,
            "merge_request": {"iid": 12},
        }
    )
    # The descriptor on the branch names no organization that is there, and yet it can be attested.
    done = runner.job(
        "opendata-answer",
        CI_PROJECT_DIR=str(runner.folder),
        CI_PROJECT_URL=str(runner.origin).removesuffix(".git"),
        CI_SERVER_HOST="gitlab.example.org",
    )
    assert done.returncode == 0, done.stdout + done.stderr
    review = git(runner.origin, "show", "sua-du-lieu:datasets/truong-mam-non/reviews/2026-11-30.yaml")
    assert 'by: "steward"' in review
    assert "chỗ cần sửa" in forge.comments[0]["body"]
    assert not (runner.folder / "datasets/truong-mam-non/reviews").exists()


@pytest.mark.slow
def test_gitlab_validates_publishes_and_watches(runner: Runner, gitlab: Start, git: Git) -> None:
    git(runner.folder, "checkout", "-q", "sua-du-lieu")
    base = git(runner.folder, "rev-parse", "origin/main")
    assert runner.job("opendata-validate", CI_MERGE_REQUEST_DIFF_BASE_SHA=base).returncode == 1
    assert json.loads((runner.folder / "gl-code-quality-report.json").read_text("utf-8"))
    git(runner.folder, "checkout", "-q", "main")
    forge = gitlab({})
    watched = runner.job("opendata-freshness")
    assert watched.returncode == 1, watched.stderr
    assert "Danh sách trường mầm non" in forge.issues[0]["description"]
    without_address(runner.folder, git)
    published = runner.job("pages", OPENDATA_CI_TOKEN=TOKEN)
    assert published.returncode == 0, published.stdout + published.stderr
    assert (runner.folder / "public/index.html").is_file()
    assert "tập dữ liệu truong-mam-non" in forge.comments[0]["body"]
