"""What can be used of a wrong descriptor is checked in the same run, and never published."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.catalogue.document import Document
from publisher.catalogue.generated import list_rows
from publisher.catalogue.lenient import understood
from publisher.catalogue.load import load
from publisher.catalogue.model import Catalogue, PortalEntry, Source, Status
from publisher.catalogue.shape import is_shaped
from publisher.plan.desired import desired_state
from publisher.plan.model import Kind, Subject
from publisher.validation.run import Report, validate
from publisher.workspace import Workspace

BASE = Path(__file__).parent.parent / "examples" / "base"
DESCRIPTOR = "datasets/truong-hoc/dataset.yaml"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    shutil.copytree(BASE, tmp_path, dirs_exist_ok=True)
    return tmp_path


def change(root: Path, old: str, new: str, file: str = DESCRIPTOR) -> None:
    text = (root / file).read_text("utf-8")
    assert old in text
    (root / file).write_text(text.replace(old, new), "utf-8")


def checked(root: Path) -> tuple[Catalogue, Report]:
    loaded = load(root)
    assert loaded.catalogue is not None
    return loaded.catalogue, validate(loaded, today=date(2024, 3, 1), workspace=Workspace(root))


def codes(root: Path) -> list[str]:
    return sorted(one.code for one in checked(root)[1].problems)


def test_a_dataset_of_wrong_shape_is_checked_but_never_published(root: Path) -> None:
    change(root, "status: published", "status: publishd")
    catalogue, report = checked(root)
    assert "truong-hoc" in catalogue.datasets and "truong-hoc" in catalogue.broken
    assert dict(catalogue.sound) == {}
    assert report.held == {"truong-hoc": ("shape-value",)}
    assert [(row["name"], row["status"]) for row in list_rows(catalogue, date(2024, 3, 1))] == [("truong-hoc", "")]
    entry = PortalEntry("site", Source(Document("catalog/portals.yaml", "", {})), "site", include=tuple(Status))
    desired = desired_state(catalogue, report, {}, entry, None, None)
    subject = Subject(Kind.DATASET, "truong-hoc")
    assert subject not in desired.subjects and desired.held[subject] == ("shape-value",)


def test_a_dataset_with_a_misspelt_key_stays_in_the_list_as_it_was(root: Path) -> None:
    before = list_rows(checked(root)[0], date(2024, 3, 1))
    change(root, "organization: so-vi-du", "organisation: so-vi-du")
    catalogue, _ = checked(root)
    assert "truong-hoc" in catalogue.broken
    assert list_rows(catalogue, date(2024, 3, 1)) == before != []


@pytest.mark.parametrize("release", ["2024-05-01", "soon"])
def test_a_broken_dataset_is_not_named_before_its_day_of_release(root: Path, release: str) -> None:
    change(root, "status: published", f"status: publishd\npublish_at: {release}")
    assert list_rows(checked(root)[0], date(2024, 3, 1)) == []


def test_a_descriptor_of_which_nothing_can_be_read_has_no_row(root: Path) -> None:
    (root / DESCRIPTOR).write_text("- a list\n", "utf-8")
    assert list_rows(checked(root)[0], date(2024, 3, 1)) == []


@pytest.mark.parametrize(
    "line",
    [
        "title: {vi: Danh sách trường học giả định, en: Made-up list of schools}",
        "organization: so-vi-du",
        "themes: [giao-duc]",
        "keywords: [trường học, giáo dục, ví dụ]",
        "license: cc-by-4",
        "region: vi-du",
        "temporal: {start: 2023-01-01, end: 2023-12-31}",
        "issued: 2024-01-15",
        "status: published",
        "access_rights: public",
        "security_note: {vi: Không có dữ liệu cá nhân, en: No personal data}",
        "freshness: {frequency: annual, evidence: [content]}",
    ],
)
def test_one_wrong_value_is_one_problem(root: Path, line: str) -> None:
    key = line.partition(":")[0]
    change(root, line, f"{key}: {{x: {{y: 1}}}}")
    catalogue, report = checked(root)
    assert {(one.line, one.severity.value) for one in report.problems} == {
        ((root / DESCRIPTOR).read_text("utf-8").split("\n").index(f"{key}: {{x: {{y: 1}}}}") + 1, "error")
    }
    assert all(one.code.startswith("shape-") for one in report.problems)
    assert "truong-hoc" in catalogue.datasets


def test_a_misspelt_key_is_read_as_the_one_that_was_meant(root: Path) -> None:
    change(root, "organization: so-vi-du", "Organization: so-vi-duu")
    found = checked(root)[1].problems
    assert [(one.code, one.line, one.column) for one in found] == [
        ("shape-unknown-key", 5, 1),
        ("organization-unknown", 5, 15),
    ]


def test_items_behind_one_that_is_left_out_keep_their_place(root: Path) -> None:
    change(root, "themes: [giao-duc]", "themes: [5, {a: b}, khong-co]")
    assert ("theme-unknown", 6, 21) in {(one.code, one.line, one.column) for one in checked(root)[1].problems}


def test_a_resource_with_a_wrong_name_is_still_read(root: Path) -> None:
    change(root, "  - name: truong-hoc", "  - name: Trường Học")
    (root / "datasets/truong-hoc/truong-hoc.csv").write_text("ma,ten,so_lop\n001,A,x\n", "utf-8")
    assert codes(root) == ["shape-name", "table-type-integer"]


def test_how_to_read_a_file_is_not_guessed(root: Path) -> None:
    change(root, "    path: truong-hoc.csv", "    path: truong-hoc.csv\n    header_row: hai")
    assert codes(root) == ["shape-type"]


def test_a_half_wrong_schema_holds_its_users_and_judges_the_right_columns(root: Path) -> None:
    change(root, "constraints: {required: true}", "constraints: {required: maybe}", "schemas/truong-hoc.yaml")
    (root / "datasets/truong-hoc/truong-hoc.csv").write_text("ma,ten,so_lop\n001,A,x\n", "utf-8")
    report = checked(root)[1]
    assert sorted(one.code for one in report.problems) == ["shape-type", "table-type-integer"]
    assert report.held == {"truong-hoc": ("shape-type", "table-type-integer")}


def test_an_excused_schema_holds_its_users_all_the_same(root: Path) -> None:
    change(root, "    type: integer", "    type: whole", "schemas/truong-hoc.yaml")
    (problem,) = checked(root)[1].problems
    (root / "catalog/baseline.yaml").write_text(
        f"problems:\n- {{code: {problem.code}, file: {problem.file}, fingerprint: {problem.fingerprint}}}\n", "utf-8"
    )
    assert list(checked(root)[1].held) == ["truong-hoc"]


_VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers(0, 9) | st.sampled_from(["a", "so-vi-du", "2024-01-01", "Có dấu", ""]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["title", "titel", "name", "path", "url", "schema", "fields", "type", "x", "on", "source"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)
_KEYS = ["title", "description", "organization", "status", "themes", "resources", "provenance", "freshness", "statuss"]


@given(st.dictionaries(st.sampled_from(_KEYS), _VALUES, max_size=6))
def test_whatever_is_used_has_the_right_shape_but_for_what_is_absent(data: dict[str, Any]) -> None:
    whole = {"title": "a", "description": "b", "organization": "so-vi-du", "status": "proposed"}
    usable, problems = understood(Document("x.yaml", "x: 1\n", data), "dataset")
    assert bool(problems) != is_shaped(data, "dataset")
    assert usable is not None
    resources = [
        {"name": "ten", **({} if {"path", "url", "schema"} & one.keys() else {"path": "a.csv"}), **one}
        for one in usable.data.get("resources", ())
    ]
    complete = {**whole, **usable.data, **({"resources": resources} if resources else {})}
    assert is_shaped(complete, "dataset"), complete
