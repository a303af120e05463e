"""Fixtures for all tests. Data in them are made up for testing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

CATALOG = """\
format: 1
id: 6c1c2f0e-0a51-4c1e-9f5a-2f6f1c0d7a11
name: {vi: Danh mục thử nghiệm, en: Test catalogue}
publisher: {name: {vi: Nhóm thử nghiệm, en: Test team}}
base_url: https://data.example.org/
languages: [vi, en]
time_zone: Asia/Ho_Chi_Minh
standing: reference
"""

DATASET = """\
title: {vi: Danh sách trường mầm non, en: Kindergartens}
description:
  vi: Dữ liệu giả dùng để thử nghiệm, mỗi dòng là một trường mầm non.
  en: Synthetic data for tests, one kindergarten a row.
organization: so-giao-duc
themes: [giao-duc]
keywords: [trường học, mầm non, giáo dục]
license: cc-by-4
temporal: {start: 2023-01-01, end: 2023-12-31}
issued: 2024-01-15
status: published
freshness: {frequency: annual}
resources:
  - name: truong-mam-non
    title: {vi: Danh sách trường, en: List of kindergartens}
    path: truong-mam-non.csv
    schema: truong-mam-non
"""

SCHEMA = """\
fields:
  - {name: ma, type: string, title: {vi: Mã trường, en: Code}, constraints: {required: true}}
  - {name: ten, type: string, title: {vi: Tên trường, en: Name}}
  - {name: so_tre, type: integer, title: {vi: Số trẻ, en: Children}}
primaryKey: [ma]
"""

FILES = {
    "catalog/catalog.yaml": CATALOG,
    "catalog/organizations.yaml": "so-giao-duc: {name: {vi: Sở Giáo dục và Đào tạo, en: Department of Education}}\n",
    "catalog/themes.yaml": "giao-duc: {name: {vi: Giáo dục, en: Education}}\n",
    "catalog/licenses.yaml": (
        "cc-by-4:\n"
        "  name: {vi: Creative Commons Ghi công 4.0, en: Creative Commons Attribution 4.0}\n"
        "  url: https://creativecommons.org/licenses/by/4.0/\n"
        "  spdx: CC-BY-4.0\n"
        "  open: true\n"
        "  basis: text\n"
    ),
    "catalog/portals.yaml": "site: {type: site, path: build/site}\n",
    "schemas/truong-mam-non.yaml": SCHEMA,
    "datasets/truong-mam-non/dataset.yaml": DATASET,
    "datasets/truong-mam-non/truong-mam-non.csv": "ma,ten,so_tre\n001,Hoa Sen,120\n002,Hoa Mai,85\n003,Sao Mai,97\n",
}


def write_files(root: Path, files: Mapping[str, str]) -> None:
    """Write text files below a folder, byte for byte."""
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())


@pytest.fixture
def catalogue_dir(tmp_path: Path) -> Path:
    """A small catalogue without any problem: an organization, theme, licence, schema and a dataset with CSV."""
    root = tmp_path / "catalogue"
    write_files(root, FILES)
    return root


@pytest.fixture
def edit(catalogue_dir: Path) -> Callable[..., Path]:
    """Change a YAML file of ``catalogue_dir``: ``edit(file, key=value, ...)``; None removes a key.

    A file that is not there starts from the test dataset's descriptor (``dataset.yaml``) or from nothing.
    """

    def change(file: str, **keys: Any) -> Path:
        path = catalogue_dir / file
        start = path.read_text("utf-8") if path.exists() else DATASET if path.name == "dataset.yaml" else "{}"
        data = {**yaml.safe_load(start), **keys}
        path.parent.mkdir(parents=True, exist_ok=True)
        kept = {key: value for key, value in data.items() if value is not None}
        path.write_text(yaml.safe_dump(kept, allow_unicode=True, sort_keys=False), "utf-8", newline="\n")
        return path

    return change
