"""A made-up catalogue whose git history holds two years of deliveries; every name and value is invented."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

CATALOG = """\
format: 1
id: 00000000-0000-4000-8000-00000000f4a1
name: {vi: Danh mục giả, en: Made-up catalogue}
publisher: {name: Kiểm thử}
base_url: https://data.example.org/
languages: [vi, en]
country: vn
time_zone: Asia/Ho_Chi_Minh
repository: {url: "https://github.com/example/data", branch: main}
standing: reference
"""
ORGANIZATIONS = """\
so-giao-duc: {name: {vi: Sở Giáo dục giả, en: Made-up Department of Education}}
so-y-te:
  name: {vi: Sở Y tế giả, en: Made-up Department of Health}
  valid_to: 2026-03-31
  successor: {key: so-y-te-moi, basis: giả, inferred: true}
so-y-te-moi: {name: {vi: Sở Y tế mới giả, en: Made-up new Department of Health}, valid_from: 2026-04-01}
"""
DATASET = """\
title: {vi: "TITLE (giả)", en: "TITLE (made up)"}
description:
  vi: Dữ liệu giả chỉ để kiểm thử, không có giá trị nào là thật.
  en: Made up for tests, no value is real.
organization: ORGANIZATION
themes: [gia]
license: cc-by-4
status: published
issued: 2024-12-01
freshness: TERMS
resources:
  - {name: bang, title: {vi: Bảng, en: Table}, path: PATH}
"""
FILES = {
    "catalog/catalog.yaml": CATALOG,
    "catalog/organizations.yaml": ORGANIZATIONS,
    "catalog/themes.yaml": "gia: {name: {vi: Chủ đề giả, en: Made-up theme}}\n",
    "catalog/licenses.yaml": (
        "cc-by-4: {name: CC BY 4.0, url: https://creativecommons.org/licenses/by/4.0/, spdx: CC-BY-4.0, open: true,"
        " basis: text}\n"
    ),
    "catalog/portals.yaml": "site: {type: site, path: build/site}\n",
}


class Past:
    """Writes commits on given days (``2025-04-10``, noon in Vietnam)."""

    def __init__(self, root: Path) -> None:
        self.root = root
        for name, text in FILES.items():
            self._write(name, text)
        self._git("init", "-q", "-b", "main")

    def dataset(self, name: str, terms: str, path: str, organization: str = "so-giao-duc") -> None:
        text = DATASET.replace("TITLE", name.replace("-", " ")).replace("ORGANIZATION", organization)
        self._write(f"datasets/{name}/dataset.yaml", text.replace("TERMS", terms).replace("PATH", path))

    def commit(self, day: str, **files: str | None) -> None:
        """Files are named ``dataset__file``; None deletes."""
        self.write(day, {f"datasets/{name.replace('__', '/', 1)}": text for name, text in files.items()})

    def write(self, day: str, files: dict[str, str | None]) -> None:
        for name, text in files.items():
            if text is None:
                (self.root / name).unlink()
            else:
                self._write(name, text)
        self._git("add", "-A")
        self._git("commit", "-qm", day, "--allow-empty", on=day)

    def _write(self, name: str, text: str) -> None:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())

    def _git(self, *arguments: str, on: str = "2024-12-01") -> None:
        who = {
            f"GIT_{one}_{what}": value
            for one in ("AUTHOR", "COMMITTER")
            for what, value in (("NAME", "Lan"), ("EMAIL", "lan@example.org"), ("DATE", f"{on}T05:00:00Z"))
        }
        subprocess.run(
            ["git", "-c", "commit.gpgsign=false", "-c", "core.autocrlf=false", *arguments],
            cwd=self.root, env={**os.environ, "HOME": str(self.root), **who}, check=True, capture_output=True,
        )  # fmt: skip


def table(*rows: str) -> str:
    """A table with a column of days and one of numbers."""
    return "".join(["ngay,so\n", *(f"{row},{place}\n" for place, row in enumerate(rows))])


def two_years(root: Path) -> Past:
    """Four datasets with deliveries on known days from January 2025 to October 2026."""
    past = Past(root)
    past.dataset("quy-theo-tep", "{frequency: quarterly, due: P15D, began: 2024-01-01}", '"so-{period}.csv"')
    past.dataset("thang-theo-thay-doi", "{frequency: monthly, due: P10D, evidence: [content]}", "a.csv", "so-y-te")
    past.dataset("quy-theo-cot", "{frequency: quarterly, due: P15D, evidence: [{column: ngay}]}", "c.csv", "so-y-te")
    past.dataset("bat-dinh", "{frequency: irregular}", "b.csv")
    quarter, column = "datasets/quy-theo-tep/so-{}.csv", "datasets/quy-theo-cot/c.csv"
    change = "datasets/thang-theo-thay-doi/a.csv"
    past.write("2025-01-10", {
        quarter.format("2024-Q3"): table("2024-08-01"),
        quarter.format("2024-Q4"): table("2024-12-01"),
        column: table("2024-11-05"),
        change: table("1"),
        "datasets/bat-dinh/b.csv": table("1"),
    })  # fmt: skip
    past.write("2025-02-05", {change: table("2")})
    past.write("2025-03-12", {change: table("3")})
    past.write("2025-03-20", {quarter.format("2025-Q1"): table("2025-02-01")})
    past.write("2025-04-08", {change: table("4"), column: table("2024-11-05", "2025-01-20")})
    past.write("2025-05-09", {change: table("5")})
    past.write("2025-07-25", {quarter.format("2025-Q2"): table("2025-05-01"), change: table("6")})
    past.write("2025-08-05", {change: table("7"), column: table("2024-11-05", "2025-01-20", "2025-06-20")})
    past.write("2025-09-01", {quarter.format("2025-Q2"): table("2025-05-02")})
    past.write("2025-09-08", {change: table("8").replace("\n", "\r\n")})
    past.write("2026-01-12", {quarter.format("2025-Q4"): table("2025-11-01"), change: table("9")})
    reached = ["2024-11-05", "2025-01-20", "2025-06-20", "2026-01-20"]
    past.write("2026-02-09", {change: table("10"), column: table(*reached)})
    quarterly = {quarter.format("2026-Q1"): table("2026-02-01"), column: table(*reached, "2026-03-31")}
    past.write("2026-04-07", {**quarterly, change: table("11")})
    past.write("2026-07-10", {quarter.format("2026-Q2"): table("2026-05-01"), change: table("12")})
    past.write("2026-10-09", {quarter.format("2026-Q3"): table("2026-08-01"), change: table("13")})
    return past
