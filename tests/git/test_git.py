"""What the catalogue learns from git: against real repositories made by the git executable."""

from __future__ import annotations

import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest

from publisher.errors import OpendataError
from publisher.git import Repository

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="needs git")


class Git:
    """A repository to write into, one day a commit."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self("init", "-q", "-b", "main")

    def __call__(self, *arguments: str, day: int = 1) -> str:
        when = f"2024-01-{day:02}T08:00:00+07:00"
        who = {"GIT_AUTHOR_NAME": "Lan", "GIT_AUTHOR_EMAIL": "lan@example.org"}
        who |= {"GIT_COMMITTER_NAME": "Minh", "GIT_COMMITTER_EMAIL": "minh@example.org"}
        dates = {"GIT_AUTHOR_DATE": when, "GIT_COMMITTER_DATE": when}
        done = subprocess.run(
            ["git", "-c", "commit.gpgsign=false", *arguments],
            cwd=self.folder,
            env={"PATH": "/usr/bin:/bin:/usr/local/bin", "HOME": str(self.folder.parent), **who, **dates},
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout.strip()

    def commit(self, day: int, **files: str) -> str:
        for name, text in files.items():
            path = self.folder / name.replace("__", "/")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")
        self("add", "-A")
        self("commit", "-qm", "x", "--allow-empty", day=day)
        return self("rev-parse", "HEAD")


def day(number: int) -> datetime:
    return datetime(2024, 1, number, 1, tzinfo=UTC)


@pytest.fixture
def git(tmp_path: Path) -> Git:
    return Git(tmp_path / "repo")


def repository(folder: Path) -> Repository:
    found = Repository.find(folder)
    assert found is not None
    return found


def test_no_repository_and_no_git(tmp_path: Path, git: Git, monkeypatch: pytest.MonkeyPatch) -> None:
    assert Repository.find(tmp_path) is None
    assert Repository.find(tmp_path / "absent") is None
    monkeypatch.setenv("PATH", str(tmp_path))
    assert Repository.find(git.folder) is None


def test_head_before_and_after_the_first_commit(git: Git) -> None:
    found = repository(git.folder)
    assert found.head() is None
    assert not found.is_shallow
    sha = git.commit(3, a="1")
    head = found.head()
    assert head is not None
    assert (head.sha, head.committed) == (sha, day(3))


def test_variables_of_a_calling_hook_do_not_mislead(git: Git, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    sha = git.commit(1, a="1")
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "elsewhere"))
    head = repository(git.folder).head()
    assert head is not None and head.sha == sha


def test_changes_are_relative_to_a_root_in_a_subfolder(git: Git) -> None:
    git.commit(1, outside="1", **{"cat__datasets__a.csv": "1", "cat__b.csv": "1", "cat__gone.csv": "1"})
    found = repository(git.folder / "cat")
    assert (found.prefix(), repository(git.folder).prefix()) == ("cat/", "")
    assert not found.dirty()
    assert found.changed_since("HEAD") == frozenset()
    git.commit(2, outside="2", **{"cat__datasets__a.csv": "2"})
    (git.folder / "cat" / "b.csv").write_text("2")
    (git.folder / "cat" / "gone.csv").unlink()
    (git.folder / "cat" / "dữ liệu.csv").write_text("mới", "utf-8")
    assert found.dirty()
    assert found.changed_since("HEAD~") == {"datasets/a.csv", "b.csv", "gone.csv", "dữ liệu.csv"}
    assert found.changed_since("HEAD") == {"b.csv", "gone.csv", "dữ liệu.csv"}
    assert found.show("HEAD~", "datasets/a.csv") == b"1"
    assert found.show("HEAD", "outside") is None
    assert found.files("HEAD~") == {"datasets/a.csv", "b.csv", "gone.csv"}


def test_changes_count_from_where_the_branch_left(git: Git) -> None:
    git.commit(1, a="1")
    git("checkout", "-qb", "work")
    git.commit(2, b="1")
    git("checkout", "-q", "main")
    git.commit(3, c="1")
    git("checkout", "-q", "work")
    assert repository(git.folder).changed_since("main") == {"b"}


@pytest.mark.parametrize("ref", ["nowhere", "--upload-pack=x", "", "HEAD~9"])
def test_a_bad_revision_is_said(git: Git, ref: str) -> None:
    git.commit(1, a="1")
    with pytest.raises(OpendataError) as caught:
        repository(git.folder).changed_since(ref)
    assert caught.value.code == "git-unknown-revision"


def test_several_files_at_a_revision(git: Git) -> None:
    git.commit(1, a="one\ntwo", b="")
    git.commit(2, a="three")
    found = repository(git.folder).show_all("HEAD~", ["a", "b", "nothing here", "c\nd"])
    assert found == {"a": b"one\ntwo", "b": b""}
    assert repository(git.folder).show_all("HEAD", []) == {}


def test_the_files_of_a_revision_and_their_contents(git: Git, monkeypatch: pytest.MonkeyPatch) -> None:
    git.commit(1, **{"cat__datasets__a.csv": "1\n2", "cat__datasets__b.csv": "", "cat__c.csv": "1\n2", "d.csv": "4"})
    (git.folder / "cat" / "datasets" / "link.csv").symlink_to("a.csv")
    git("add", "-A")
    git("commit", "-qm", "link", day=2)
    found = repository(git.folder / "cat")
    held = found.tree("HEAD", "datasets")
    assert list(held) == ["datasets/a.csv", "datasets/b.csv"]
    assert found.tree("HEAD")["c.csv"] == held["datasets/a.csv"]
    a, b = held.values()
    wanted = [b, "0" * 40, a, b]
    assert list(found.contents(wanted, 100)) == [(b, b""), ("0" * 40, None), (a, b"1\n2"), (b, b"")]
    assert list(found.contents(wanted, 2)) == [(b, b""), ("0" * 40, None), (a, None), (b, b"")]
    assert list(found.contents([], 100)) == []
    monkeypatch.setattr("publisher.git._BATCH", 3)
    assert [content for _, content in found.contents(wanted, 100)] == [b"", None, b"1\n2", b""]


def test_a_walk_ends_where_it_is_told_and_says_when_git_breaks_off(git: Git) -> None:
    assert list(repository(git.folder).walk("--format=%s")) == []
    first = git.commit(1, a="1")
    git.commit(2, a="2")
    found = repository(git.folder)
    assert len(list(found.walk("--format=%H"))) == 2
    past = found.at(first)
    head = past.head()
    assert head is not None and head.sha == first
    assert [token.strip() for token in past.walk("--format=%H")] == [first.encode()]
    with pytest.raises(OpendataError) as failed:
        list(found.walk("--no-such-option"))
    assert failed.value.code == "git-failed"


def test_a_shallow_clone_says_nothing_of_what_it_cannot_know(git: Git, tmp_path: Path) -> None:
    git.commit(1, old="1", new="1")
    git.commit(2, old="2")
    git.commit(3, new="2")
    git("clone", "-q", "--depth", "2", git.folder.as_uri(), str(tmp_path / "shallow"))
    found = repository(tmp_path / "shallow")
    assert found.is_shallow
    assert len(found.edge) == 1
    assert repository(git.folder).edge == frozenset()


def test_a_damaged_repository_is_not_taken_for_an_unchanged_one(git: Git) -> None:
    git.commit(1, a="1")
    git.commit(2, a="2")
    found = repository(git.folder)
    (git.folder / ".git" / "index").write_bytes(b"damaged")
    with pytest.raises(OpendataError) as caught:
        found.changed_since("HEAD~")
    assert caught.value.code == "git-failed"
    assert found.dirty()


def test_a_history_that_breaks_off_is_not_taken_for_the_whole(git: Git) -> None:
    git.commit(1, a="1")
    first = git("rev-parse", "HEAD^{tree}").strip()
    git.commit(2, b="2")
    (git.folder / ".git" / "objects" / first[:2] / first[2:]).unlink()
    with pytest.raises(OpendataError) as caught:
        list(repository(git.folder).walk("--name-only"))
    assert caught.value.code == "git-failed"


def test_before_the_first_commit_there_is_no_history(git: Git) -> None:
    assert list(repository(git.folder).walk("--name-only")) == []
