"""The versions of data files: against real histories made by the git executable. Every value is made up."""

from __future__ import annotations

import io
import json
import os
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.styles import Font

from publisher.catalogue.load import load
from publisher.catalogue.model import Catalogue
from publisher.freshness.content import VERSION, content_digest
from publisher.freshness.spare import pruned
from publisher.freshness.versions import Version, versions_of
from publisher.git import Repository
from publisher.tables.source import Table
from publisher.workspace import Workspace

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="needs git")

A = "ma,ten,so\nx1,Một,1\nx2,Hai,2\nx3,Ba,3\n"
B = A.replace("Ba,3", "Ba,30")
C = A.replace("Ba,3", "Ba,300")
SHUFFLED = "\ufeffma,ten,so\r\n" + '"x3","Ba","3"\r\n"x1","Một","1"\r\nx2,Hai,2\r\n,,\r\n'
PRESENT = datetime(2026, 12, 1, tzinfo=UTC)

CATALOG = """\
format: 1
id: 00000000-0000-4000-8000-00000000f2e5
name: Danh mục giả
publisher: {name: Kiểm thử}
languages: [vi]
time_zone: Asia/Ho_Chi_Minh
standing: reference
"""
DATASET = """\
title: Bộ dữ liệu giả
description: Dữ liệu giả để kiểm thử.
organization: co-quan
status: published
freshness: {frequency: monthly, evidence: [content, git]}
resources:
  - {name: bang, title: Bảng, path: PATH}
"""


class History:
    """A catalogue in a repository with one data file, a few commits a month of 2026."""

    def __init__(self, root: Path, path: str = "a.csv") -> None:
        self.root = root
        self.folder = root / "datasets" / "bo"
        self.folder.mkdir(parents=True)
        (root / "catalog").mkdir()
        (root / "catalog" / "catalog.yaml").write_text(CATALOG, "utf-8")
        (root / "catalog" / "organizations.yaml").write_text("co-quan: {name: Cơ quan giả}\n", "utf-8")
        (self.folder / "dataset.yaml").write_text(DATASET.replace("PATH", path), "utf-8")
        self.git("init", "-q", "-b", "main")

    def git(self, *arguments: str, on: str = "01-01") -> str:
        when = f"2026-{on}T05:00:00Z" if len(on) == 5 else f"{on}T05:00:00Z"
        who = {
            f"GIT_{one}_{what}": value
            for one in ("AUTHOR", "COMMITTER")
            for what, value in (("NAME", "Lan"), ("EMAIL", "lan@example.org"), ("DATE", when))
        }
        done = subprocess.run(
            ["git", "-c", "commit.gpgsign=false", "-c", "core.autocrlf=false", *arguments],
            cwd=self.root, env={**os.environ, "HOME": str(self.root), **who}, check=True, capture_output=True,
            text=True,
        )  # fmt: skip
        return done.stdout.strip()

    def write(self, on: str, content: str | bytes | None, name: str = "a.csv") -> None:
        path = self.folder / name
        if content is None:
            path.unlink()
        else:
            path.write_bytes(content.encode() if isinstance(content, str) else content)
        self.git("add", "-A")
        self.git("commit", "-qm", on, on=on)

    def catalogue(self) -> Catalogue:
        found = load(self.root).catalogue
        assert found is not None
        return found

    def versions(self, root: Path | None = None, until: datetime | None = None) -> tuple[Version, ...]:
        root = root or self.root
        catalogue = load(root).catalogue
        assert catalogue is not None
        found = versions_of(catalogue, Repository.find(root), Workspace(self.root), until, present=PRESENT)
        assert len(found) <= 1
        return next(iter(found.values()), ())


def days(versions: tuple[Version, ...]) -> list[str]:
    """``05-10 *`` is a version that changed the content."""
    return [f"{one.at:%m-%d}{' *' if one.changed else ''}" for one in versions]


@pytest.fixture
def history(tmp_path: Path) -> History:
    return History(tmp_path / "repo")


# What was committed on which day of 2026 (None: deleted), and what has to be read from it; * is a change of content.
LINEAR: dict[str, tuple[list[tuple[str, str | None]], list[str]]] = {
    "one commit": ([("01-05", A)], ["01-05 *"]),
    "an update": ([("01-05", A), ("02-05", B)], ["01-05 *", "02-05 *"]),
    "order, line ends, BOM, quoting, an empty row": ([("01-05", A), ("02-05", SHUFFLED)], ["01-05 *", "02-05"]),
    "Excel's semicolons": ([("01-05", A), ("02-05", A.replace(",", ";"))], ["01-05 *", "02-05"]),
    "a column renamed": ([("01-05", A), ("02-05", A.replace("so", "tong"))], ["01-05 *", "02-05 *"]),
    "a row twice": ([("01-05", A), ("02-05", A + "x3,Ba,3\n")], ["01-05 *", "02-05 *"]),
    "a revert is a change": ([("01-05", A), ("02-05", B), ("03-05", A)], ["01-05 *", "02-05 *", "03-05 *"]),
    "deleted and uploaded again": ([("01-05", A), ("02-05", None), ("02-06", SHUFFLED)], ["01-05 *", "02-06"]),
    "deleted and come back as another": ([("01-05", A), ("02-05", None), ("02-06", B)], ["01-05 *", "02-06 *"]),
    "backdated: never before its parent": ([("03-05", A), ("01-05", B)], ["03-05 *", "03-05 *"]),
    "a clock in the future": ([("01-05", A), ("2031-02-05", B), ("03-05", C)], ["01-05 *", "03-05 *", "03-05 *"]),
}  # fmt: skip


@pytest.mark.parametrize("commits, expected", LINEAR.values(), ids=LINEAR.keys())
def test_what_counts_as_a_change(history: History, commits: list[tuple[str, str | None]], expected: list[str]) -> None:
    for on, content in commits:
        history.write(on, content)
    assert days(history.versions()) == expected


def test_moves_are_followed_with_the_names_of_the_time(history: History) -> None:
    history.write("01-05", A, "cu.csv")
    history.git("mv", "datasets/bo/cu.csv", "datasets/bo/giua.csv")
    history.write("02-05", A + "x4,Bốn,4\n", "giua.csv")
    history.git("mv", "datasets/bo/giua.csv", "datasets/bo/a.csv")
    history.git("commit", "-qm", "move", on="03-05")
    history.write("04-05", "ma,ten\nkhac,Khác\n", "cu.csv")  # another file under the first name is another story
    found = history.versions()
    assert [(one.file.rpartition("/")[2], *days((one,))) for one in found] == [
        ("cu.csv", "01-05 *"),
        ("giua.csv", "02-05 *"),
        ("a.csv", "03-05"),
    ]
    assert [one.rewritten for one in found] == [True, True, False]


def test_two_files_that_change_places_are_both_changed(history: History) -> None:
    (history.folder / "dataset.yaml").write_text(DATASET.replace("PATH", "'b{period}.csv'"), "utf-8")
    history.write("01-05", A, "b1.csv")
    history.write("02-05", "k,v\n" + "".join(f"{one},{one * one}\n" for one in range(50)), "b2.csv")
    for old, new in (("b1", "x"), ("b2", "b1"), ("x", "b2")):
        history.git("mv", f"datasets/bo/{old}.csv", f"datasets/bo/{new}.csv")
    history.git("commit", "-qm", "swap", on="03-05")
    found = versions_of(history.catalogue(), Repository.find(history.root), None, present=PRESENT)
    assert days(found["datasets/bo/b1.csv"]) == ["01-05 *", "03-05 *"]
    assert days(found["datasets/bo/b2.csv"]) == ["02-05 *", "03-05 *"]


def test_what_a_branch_brings_counts_when_it_is_merged(history: History) -> None:
    history.write("01-05", A)
    history.git("checkout", "-qb", "work")
    history.write("02-05", B)
    history.write("02-06", C)
    history.git("checkout", "-q", "main")
    history.write("03-01", "k\n1\n", "README.md")
    history.git("merge", "-q", "--no-ff", "-m", "merge", "work", on="03-05")
    assert days(history.versions()) == ["01-05 *", "03-05 *"]
    history.git("checkout", "-qb", "late", "HEAD~1")  # the work of both sides, put together by hand
    history.write("04-01", A.replace("Ba,3", "Ba,3000"))
    history.git("checkout", "-q", "main")
    history.git("merge", "-q", "--no-commit", "-X", "ours", "late", on="04-05")
    history.write("04-05", A.replace("Ba,3", "Ba,3300"))
    assert days(history.versions()) == ["01-05 *", "03-05 *", "04-05 *"]


def test_the_configuration_of_a_user_changes_nothing(history: History, monkeypatch: pytest.MonkeyPatch) -> None:
    history.write("01-05", A)
    history.git("checkout", "-qb", "work")
    history.write("02-05", B)
    history.git("checkout", "-q", "main")
    history.git("merge", "-q", "--no-ff", "-m", "merge", "work", on="03-05")
    before = history.versions()
    settings = {"log.showRoot": "false", "log.diffMerges": "combined", "diff.renames": "false", "log.follow": "true"}
    monkeypatch.setenv("GIT_CONFIG_COUNT", str(len(settings)))
    for number, (key, value) in enumerate(settings.items()):
        monkeypatch.setenv(f"GIT_CONFIG_KEY_{number}", key)
        monkeypatch.setenv(f"GIT_CONFIG_VALUE_{number}", value)
    assert history.versions() == before
    assert days(before) == ["01-05 *", "03-05 *"]


def test_a_rebase_counts_when_it_was_done(history: History) -> None:
    history.write("01-05", A)
    history.git("checkout", "-qb", "work")
    history.write("02-05", B)
    history.git("checkout", "-q", "main")
    history.write("03-01", "k\n1\n", "README.md")
    history.git("checkout", "-q", "work")
    history.git("rebase", "-q", "main", on="03-05")
    assert days(history.versions()) == ["01-05 *", "03-05 *"]


def test_a_shallow_clone_leaves_out_what_it_cannot_know(history: History, tmp_path: Path) -> None:
    for on, content in (("01-05", A), ("02-05", B), ("03-05", B.replace("\n", "\r\n")), ("04-05", C)):
        history.write(on, content)
    for depth, expected in ((1, []), (2, ["04-05 *"]), (3, ["03-05", "04-05 *"]), (9, ["01-05 *", "02-05 *"])):
        clone = tmp_path / f"clone-{depth}"
        history.git("clone", "-q", "--depth", str(depth), history.root.as_uri(), str(clone))
        assert days(history.versions(clone))[:2] == expected


def test_a_catalogue_in_a_subfolder_and_one_outside_git(tmp_path: Path) -> None:
    history = History(tmp_path / "repo" / "opendata")
    assert history.versions() == ()
    shutil.rmtree(history.root / ".git")
    assert history.versions() == ()
    subprocess.run(["git", "init", "-q", "-b", "main"], cwd=tmp_path / "repo", check=True)
    history.write("01-05", A)
    (tmp_path / "repo" / "outside.txt").write_text("x")
    history.git("add", "-A", "..")
    history.git("commit", "-qm", "x", on="02-05")
    history.write("01-20", B)  # backdated: the parent did not touch the catalogue
    assert [one.file for one in history.versions()] == ["datasets/bo/a.csv"] * 2
    assert days(history.versions()) == ["01-05 *", "02-05 *"]


def sheet(rows: list[list[Any]], *, bold: bool = False) -> bytes:
    book = openpyxl.Workbook()
    page = book.active
    assert page is not None
    for row in rows:
        page.append(row)
    if bold:
        for cell in page[1]:
            cell.font = Font(bold=True, color="FF0000")
        page.column_dimensions["A"].width = 40
        page["B3"].number_format = "0.00"
        book.create_sheet("ghi chú")
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def table(**options: Any) -> Table:
    return Table("bo", "bang", (), **options)


def digest(raw: bytes, name: str, **options: Any) -> str | None:
    return content_digest(raw, table(**options), name)


def test_the_look_of_a_workbook_is_no_content(history: History) -> None:
    rows = [["ma", "so"], ["x1", 1], ["x2", datetime(2026, 1, 2)]]
    plain, styled = digest(sheet(rows), "a.xlsx"), digest(sheet([rows[0], rows[2], rows[1]], bold=True), "a.xlsx")
    assert plain is not None and plain == styled
    assert digest(sheet([*rows[:2], ["x2", datetime(2026, 1, 3)]]), "a.xlsx") != plain


def test_json_is_what_it_says() -> None:
    rows = [{"ma": "x1", "so": 1.50}, {"ma": "x2", "so": 2}]
    first = digest(json.dumps(rows).encode(), "a.json")
    assert first is not None
    assert first == digest(b'[\n {"so": 2, "ma": "x2"},\n {"so": 1.5, "ma": "x1"}\n]\n', "a.json")
    assert first != digest(json.dumps(rows[:1]).encode(), "a.json")


def test_what_cannot_be_read_goes_by_its_bytes(history: History) -> None:
    assert digest(b"%PDF-1.7", "a.pdf") is None
    assert digest(b"", "a.csv") is None
    assert digest(A.encode("utf-16"), "a.csv") is None
    assert digest(A.encode(), "a.csv", encoding="no-such-encoding") is None
    assert digest(b"PK\x03\x04cut", "a.xlsx") is None
    for on, content in (("01-05", b"\xff\xfe1"), ("02-05", b"\xff\xfe2")):
        history.write(on, content)
    assert days(history.versions()) == ["01-05 *", "02-05 *"]


def test_a_pointer_stands_for_its_object() -> None:
    pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:{}\nsize {}\n"
    first = digest(pointer.format("a" * 64, 10).encode(), "a.csv")
    assert first is not None
    assert first == digest(pointer.format("a" * 64, 10).replace("\n", "\r\n").encode(), "a.csv")
    assert first != digest(pointer.format("b" * 64, 10).encode(), "a.csv")


def test_the_content_is_that_of_the_tables(history: History) -> None:
    """One digest for rows of texts, whether of a checked table or of a committed file."""
    from publisher.tables.facts import Gatherer

    gatherer = Gatherer(["ma", "ten"], {}, None)
    for row in (("x2", None), ("x1", "Một")):
        gatherer.add(row)
    assert gatherer.facts("csv", (), ()).digest == digest("ma,ten\nx1,Một\nx2,\n".encode(), "a.csv")


def test_contents_are_read_once(history: History, monkeypatch: pytest.MonkeyPatch) -> None:
    for on, content in (("01-05", A), ("02-05", B)):
        history.write(on, content)
    before = history.versions()
    monkeypatch.setattr("publisher.freshness.versions.content_digest", lambda *_: pytest.fail("read again"))
    assert history.versions() == before
    shutil.rmtree(history.root / ".opendata")
    with pytest.raises(pytest.fail.Exception):
        history.versions()


def test_until_leaves_out_what_came_later_but_follows_its_moves(history: History) -> None:
    history.write("01-05", A, "cu.csv")
    history.write("02-05", B, "cu.csv")
    history.git("mv", "datasets/bo/cu.csv", "datasets/bo/a.csv")
    history.git("commit", "-qm", "move", on="03-05")
    assert days(history.versions(until=datetime(2026, 1, 31, tzinfo=UTC))) == ["01-05 *"]
    assert history.versions(until=datetime(2025, 1, 31, tzinfo=UTC)) == ()


def test_answers_that_nobody_uses_do_not_grow_for_ever(history: History, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = {"csv": {"a": "1", "b": "2", "c": "3"}, "xlsx": {"d": "4"}}
    assert pruned(kept, {"csv": {"a"}}, spare=2) == {"csv": {"a": "1", "c": "3"}, "xlsx": {"d": "4"}}
    assert pruned(kept, {"csv": {"a"}}, spare=0) == {"csv": {"a": "1"}}
    assert pruned(kept, {}) == kept
    monkeypatch.setattr("publisher.freshness.versions.pruned", lambda kept, used: pruned(kept, used, spare=0))
    history.write("01-05", A)
    history.write("02-05", B)
    history.versions()
    history.git("checkout", "-q", "--orphan", "other")
    history.write("03-05", C)
    found = history.versions()
    (cached,) = Workspace(history.root).cached("contents", VERSION).values()
    assert list(cached) == [one.blob for one in found] and len(found) == 1
    assert history.versions() == found
