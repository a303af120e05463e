"""The versions of data files: against real histories made by the git executable. Every value is made up."""

from __future__ import annotations

import io
import json
import os
import shutil
import subprocess
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import openpyxl
import pytest
from openpyxl.styles import Font

from publisher.catalogue.load import load
from publisher.catalogue.model import Catalogue
from publisher.freshness.content import content_digest
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
        who = {f"GIT_{one}_{what}": value for one in ("AUTHOR", "COMMITTER") for what, value in
               (("NAME", "Lan"), ("EMAIL", "lan@example.org"), ("DATE", when))}
        done = subprocess.run(
            ["git", "-c", "commit.gpgsign=false", "-c", "core.autocrlf=false", *arguments],
            cwd=self.root, env={**os.environ, "HOME": str(self.root), **who}, capture_output=True, text=True, check=True,
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
def test_what_counts_as_a_change(
    history: History, commits: list[tuple[str, str | None]], expected: list[str]
) -> None:
    for on, content in commits:
        history.write(on, content)
    assert days(history.versions()) == expected
