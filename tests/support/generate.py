"""Synthetic catalogues of any size, for benchmarks and tests. Every name and value in them is made up.

python tests/support/generate.py FOLDER --datasets 10000
"""

from __future__ import annotations

import argparse
import random
from pathlib import Path

CATALOG = """\
format: 1
id: 00000000-0000-4000-8000-00000000be0c
name: {vi: Danh mục tổng hợp (dữ liệu giả), en: Synthetic catalogue (made-up data)}
publisher: {name: {vi: Chương trình đo, en: Benchmark}}
languages: [vi, en]
country: vn
time_zone: Asia/Ho_Chi_Minh
standing: reference
"""
LICENSES = (
    "cc0-1-0: {name: CC0 1.0, url: 'https://creativecommons.org/publicdomain/zero/1.0/', spdx: CC0-1.0, open: true}\n"
)
SCHEMA = """\
fields:
  - {name: ma, type: string, title: {vi: Mã, en: Code}, constraints: {required: true}}
  - {name: ten, type: string, title: {vi: Tên, en: Name}}
  - {name: so_luong, type: integer, title: {vi: Số lượng, en: Count}, constraints: {minimum: 0}}
  - {name: ngay, type: date, title: {vi: Ngày cập nhật, en: Updated on}}
primaryKey: [ma]
"""
DATASET = """\
title: {{vi: "Tập dữ liệu giả số {number}", en: "Made-up dataset {number}"}}
description:
  vi: "Dữ liệu giả, do chương trình tạo ra để đo tốc độ, bộ số {number}."
  en: "Synthetic data made by a program to measure speed, number {number}."
organization: co-quan-{organization}
themes: [chu-de-{theme}]
keywords: [giả, đo tốc độ, "số {number}"]
license: cc0-1-0
temporal: {{start: 2024-01-01, end: 2024-12-31}}
issued: 2024-02-01
status: published
security_note: {{vi: Dữ liệu giả., en: Made up.}}
freshness: {{frequency: annual, evidence: [{{column: ngay}}]}}
resources:
  - name: bang
    title: {{vi: Bảng, en: Table}}
    path: bang.csv
    schema: chung
"""


def generate(root: Path, datasets: int, rows: int = 20, organizations: int = 50, themes: int = 20) -> None:
    """Write a catalogue whose datasets have one small table each; the same arguments give the same bytes."""
    chance = random.Random(0)
    files = {
        "catalog/catalog.yaml": CATALOG,
        "catalog/licenses.yaml": LICENSES,
        "catalog/portals.yaml": "site: {type: site, path: build/site}\n",
        "catalog/organizations.yaml": "".join(
            f'co-quan-{one}: {{name: {{vi: "Cơ quan giả {one}", en: "Made-up body {one}"}}}}\n'
            for one in range(organizations)
        ),
        "catalog/themes.yaml": "".join(
            f'chu-de-{one}: {{name: {{vi: "Chủ đề giả {one}", en: "Made-up theme {one}"}}}}\n' for one in range(themes)
        ),
        "schemas/chung.yaml": SCHEMA,
    }
    for number in range(datasets):
        folder = f"datasets/nhom-{number // 1000:02}/bo-{number:05}"
        files[f"{folder}/dataset.yaml"] = DATASET.format(
            number=number, organization=number % organizations, theme=number % themes
        )
        files[f"{folder}/bang.csv"] = table(number, rows, chance)
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())


def table(number: int, rows: int, chance: random.Random) -> str:
    """A small table as CSV."""
    lines = ["ma,ten,so_luong,ngay"]
    lines += [
        f"{number:05}-{row:03},Tên giả {row},{chance.randrange(1000)},2024-{row % 12 + 1:02}-15" for row in range(rows)
    ]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Write a synthetic catalogue; every value in it is made up.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--datasets", type=int, default=1000)
    parser.add_argument("--rows", type=int, default=20)
    asked = parser.parse_args()
    generate(asked.folder, asked.datasets, asked.rows)
