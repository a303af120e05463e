"""The catalogue's own list, made by the tool."""

from __future__ import annotations

import csv
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from publisher.catalogue.generated import list_rows, with_generated
from publisher.catalogue.load import load
from publisher.catalogue.model import Catalogue, Part, Status
from publisher.errors import OpendataError
from publisher.tables.check import check_tables
from publisher.workspace import Workspace

ROOT = Path(__file__).parents[2]
NAME = "danh-sach-tap-du-lieu"


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    found = load(ROOT).catalogue
    assert found is not None
    return found


def part_of(catalogue: Catalogue) -> Part:
    return catalogue.datasets[NAME].resources[0].parts[0]


def test_it_has_one_sorted_row_per_dataset_and_passes_the_table_check(catalogue: Catalogue, tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    made = with_generated(catalogue, workspace)
    with part_of(made).path.open(encoding="utf-8", newline="") as stream:
        listed = {row["name"]: row for row in csv.DictReader(stream)}
    assert list(listed) == sorted(catalogue.datasets)
    assert listed["bang-gia-dat"]["status"] == "proposed"
    assert listed["bang-gia-dat"]["files"] == "0"
    assert listed["bang-gia-dat"]["title_en"] == "Land price table"
    assert listed["don-vi-hanh-chinh-tu-thang-7-2025"]["files"] == "2"
    assert listed[NAME]["files"] == "1"
    checked = check_tables(made, [NAME], workspace)[NAME, NAME]
    assert checked.problems == ()
    assert checked.facts is not None
    assert checked.facts.rows == len(catalogue.datasets)


def test_it_is_written_below_the_workspace_and_only_if_it_changed(catalogue: Catalogue, tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    path = part_of(with_generated(catalogue, workspace)).path
    assert path.is_relative_to(workspace.folder)
    before = path.stat()
    assert part_of(with_generated(catalogue, workspace)).path.stat() == before
    path.write_bytes(b"old")
    with_generated(catalogue, workspace)
    assert path.stat().st_size == before.st_size
    assert b"\r" not in path.read_bytes()


def test_the_catalogue_given_stays_as_it_is(catalogue: Catalogue, tmp_path: Path) -> None:
    made = with_generated(catalogue, Workspace(tmp_path))
    assert catalogue.datasets[NAME].resources[0].parts == ()
    assert made.datasets["bang-gia-dat"] is catalogue.datasets["bang-gia-dat"]


def test_an_embargoed_dataset_is_not_named_before_its_day(catalogue: Catalogue) -> None:
    hidden = replace(catalogue.datasets["bang-gia-dat"], status=Status.PUBLISHED, publish_at=date(2026, 5, 1))
    changed = replace(catalogue, datasets={**catalogue.datasets, "bang-gia-dat": hidden})

    def named(as_of: date | None) -> bool:
        return any(row["name"] == "bang-gia-dat" for row in list_rows(changed, as_of))

    assert [named(None), named(date(2026, 4, 30)), named(date(2026, 5, 1))] == [False, False, True]


def test_a_catalogue_without_a_generated_dataset_comes_back(catalogue: Catalogue, tmp_path: Path) -> None:
    others = {name: one for name, one in catalogue.datasets.items() if name != NAME}
    plain = replace(catalogue, datasets=others)
    assert with_generated(plain, Workspace(tmp_path)) is plain
    assert not (tmp_path / ".opendata").exists()


def test_a_workspace_that_cannot_be_written_to_is_told(catalogue: Catalogue, tmp_path: Path) -> None:
    (tmp_path / ".opendata").write_text("a file where the folder should be")
    with pytest.raises(OpendataError) as error:
        with_generated(catalogue, Workspace(tmp_path))
    assert error.value.code == "cannot-write"
