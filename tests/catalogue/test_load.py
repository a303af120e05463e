"""Loading a folder: whatever is wrong with it is a problem, and nothing is taken for deleted."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from publisher.catalogue import files
from publisher.catalogue.load import load
from publisher.catalogue.model import Catalogue
from publisher.errors import OpendataError

BASE = Path(__file__).parent.parent / "examples" / "base"
DESCRIPTOR = (BASE / "datasets/truong-hoc/dataset.yaml").read_text("utf-8")
Write = Callable[[str, str], Path]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    shutil.copytree(BASE, tmp_path / "catalogue")
    return tmp_path / "catalogue"


def put(root: Path, file: str, text: str = DESCRIPTOR) -> None:
    path = root / file
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")


def codes(root: Path) -> list[str]:
    return [one.code for one in load(root).problems]


def catalogue_of(root: Path) -> Catalogue:
    catalogue = load(root).catalogue
    assert catalogue is not None
    return catalogue


def link(path: Path, target: Path) -> None:
    try:
        path.symlink_to(target, target_is_directory=target.is_dir())
    except PermissionError:  # Windows without the developer's mode
        pytest.skip("this system makes no links")


def test_the_base_is_loaded_whole(root: Path) -> None:
    loaded = load(root)
    assert loaded.problems == ()
    dataset = catalogue_of(root).datasets["truong-hoc"]
    assert [part.file for part in dataset.resources[0].parts] == ["datasets/truong-hoc/truong-hoc.csv"]
    assert dataset.resources[0].schema is not None
    assert catalogue_of(root).strays == ()


def test_the_root_is_the_nearest_one_above(root: Path, tmp_path: Path) -> None:
    assert files.find_root(root / "datasets" / "truong-hoc") == root.resolve()
    with pytest.raises(OpendataError, match="no-catalogue"):
        files.find_root(tmp_path)


def test_all_problems_of_all_files_come_in_one_run(root: Path) -> None:
    put(root, "catalog/catalog.yaml", "format: 1\n")
    put(root, "catalog/themes.yaml", "a: 1\na: 2\n")
    put(root, "datasets/truong-hoc/dataset.yaml", "title: [x]\n")
    loaded = load(root)
    assert loaded.catalogue is None
    assert {one.file for one in loaded.problems} == {
        "catalog/catalog.yaml",
        "catalog/themes.yaml",
        "datasets/truong-hoc/dataset.yaml",
    }


def test_one_wrong_entry_leaves_the_others(root: Path) -> None:
    put(root, "catalog/themes.yaml", "tot: {name: Tốt}\nsai: {nam: Sai}\n'a.b': {}\n")
    catalogue = catalogue_of(root)
    assert list(catalogue.themes) == ["tot"]
    assert catalogue.unread == {"catalog/themes.yaml"}


@pytest.mark.parametrize("name", ["con", "Truong", "truong_hoc", "trường", "x", "a" * 101, "nul", "-a", "a.b"])
def test_a_folder_whose_name_is_no_name(root: Path, name: str) -> None:
    if os.name == "nt" and name in {"con", "nul"}:
        pytest.skip("Windows has no such folder")
    put(root, f"datasets/{name}/dataset.yaml")
    problems = load(root).problems
    assert [(one.code, one.dataset) for one in problems] == [("dataset-name", name)]
    assert name in catalogue_of(root).broken


def test_folders_that_differ_by_case_only(root: Path) -> None:
    put(root, "datasets/khac/Truong-Hoc/dataset.yaml")
    assert sorted(codes(root)) == ["dataset-duplicate-name", "dataset-name"]


@pytest.mark.parametrize("name", ["dataset.yml", "Dataset.yaml", "DATASET.YML", "dataset.yaml.txt"])
def test_a_descriptor_by_another_name_holds_the_dataset_back(root: Path, name: str) -> None:
    put(root, f"datasets/khac/{name}")
    loaded = load(root)
    assert [(one.code, one.dataset, one.params["expected"]) for one in loaded.problems] == [
        ("file-name", "khac", "dataset.yaml")
    ]
    assert "khac" in catalogue_of(root).broken


def test_a_linked_folder_is_a_problem_and_holds_the_dataset_back(root: Path, tmp_path: Path) -> None:
    put(tmp_path, "outside/lien-ket/dataset.yaml")
    link(root / "datasets" / "lien-ket", tmp_path / "outside" / "lien-ket")
    assert [(one.code, one.file, one.dataset) for one in load(root).problems] == [
        ("folder-link", "datasets/lien-ket", "lien-ket")
    ]
    assert "lien-ket" in catalogue_of(root).broken


@pytest.mark.parametrize("file", ["catalog/themes.yaml", "datasets/khac/dataset.yaml", "schemas/khac.yaml"])
def test_a_file_linked_to_the_outside_is_not_read(root: Path, tmp_path: Path, file: str) -> None:
    put(tmp_path, "secret.yaml", "password: x\n")
    (root / file).unlink(missing_ok=True)
    (root / file).parent.mkdir(exist_ok=True)
    link(root / file, tmp_path / "secret.yaml")
    problems = load(root).problems
    assert [(one.code, one.file) for one in problems] == [("file-link", file)]


def test_a_folder_linked_to_the_outside_gives_no_review(root: Path, tmp_path: Path) -> None:
    put(tmp_path, "outside/2026-02-02.yaml", "on: 2026-02-02\nby: x\nnote: secret\n")
    link(root / "datasets/truong-hoc/reviews", tmp_path / "outside")
    assert ("file-link", "datasets/truong-hoc/reviews/2026-02-02.yaml") in [
        (one.code, one.file) for one in load(root).problems
    ]
    assert catalogue_of(root).datasets["truong-hoc"].reviews == ()


@pytest.mark.parametrize("file", ["datasets/khac/dataset.yaml", "schemas/khac.yaml"])
def test_a_link_to_itself_is_a_problem(root: Path, file: str) -> None:
    (root / file).parent.mkdir(exist_ok=True)
    link(root / file, root / file)
    assert [(one.code, one.file) for one in load(root).problems] == [("file-link", file)]


def test_a_folder_that_cannot_be_looked_into(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    listed = os.scandir

    def refuse(path: str) -> object:
        if str(path).endswith("truong-hoc"):
            raise PermissionError(13, "Permission denied", str(path))
        return listed(path)

    monkeypatch.setattr(os, "scandir", refuse)
    problems = load(root).problems
    assert [(one.code, one.file, one.dataset) for one in problems] == [("file-unreadable", "datasets/truong-hoc", None)]


def test_periods_in_file_names_make_parts_in_order(root: Path) -> None:
    put(root, "datasets/truong-hoc/dataset.yaml", DESCRIPTOR.replace("truong-hoc.csv", "truong-hoc-{period}.csv"))
    for period in ("2024", "2022", "2023-Q1"):
        put(root, f"datasets/truong-hoc/truong-hoc-{period}.csv", "ma\n1\n")
    catalogue = catalogue_of(root)
    assert [part.period for part in catalogue.datasets["truong-hoc"].resources[0].parts] == ["2022", "2023-Q1", "2024"]
    assert catalogue.strays == ("datasets/truong-hoc/truong-hoc.csv",)


def test_files_of_a_folder_within_are_named_or_strays(root: Path) -> None:
    put(
        root,
        "datasets/truong-hoc/dataset.yaml",
        DESCRIPTOR.replace("path: truong-hoc.csv", "path: bang/truong-hoc.csv"),
    )
    put(root, "datasets/truong-hoc/bang/truong-hoc.csv", "ma\n1\n")
    put(root, "datasets/truong-hoc/bang/khac.csv", "ma\n1\n")
    put(root, "datasets/truong-hoc/~$khac.xlsx", "")
    assert catalogue_of(root).strays == ("datasets/truong-hoc/bang/khac.csv", "datasets/truong-hoc/truong-hoc.csv")


@pytest.mark.parametrize("path", ["../x.csv", "/etc/passwd", "a\\b.csv", "C:x.csv", "a//b.csv"])
def test_a_path_that_leaves_the_folder_names_no_part(path: str, tmp_path: Path) -> None:
    assert not files.is_inside(path)
    assert files.parts(tmp_path, "datasets/x", path) == ()


def test_a_path_longer_than_any_file_system_allows(tmp_path: Path) -> None:
    assert files.parts(tmp_path, "datasets/x", "ệ" * 250 + ".csv") == ()
    assert files.parts(tmp_path, "datasets/x", "ệ" * 240 + "/{period}.csv") == ()


@settings(deadline=None, max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    file=st.sampled_from(
        ["catalog/catalog.yaml", "catalog/regions.yaml", "schemas/truong-hoc.yaml", "datasets/truong-hoc/dataset.yaml"]
    ),
    cut=st.floats(0, 1),
    junk=st.binary(max_size=6),
)
def test_damaged_files_are_problems(root: Path, file: str, cut: float, junk: bytes) -> None:
    whole = (BASE / file).read_bytes()
    at = int(len(whole) * cut)
    (root / file).write_bytes(whole[:at] + junk + whole[at + len(junk) :])
    loaded = load(root)
    assert loaded.catalogue is not None or loaded.problems
    (root / file).write_bytes(whole)


@pytest.mark.parametrize("name", ["~$bang.xlsx", "thumbs.db", "Desktop.ini", ".DS_Store", "A1B2.tmp", "dataset.yaml~"])
def test_what_office_and_windows_leave_is_no_data(root: Path, name: str) -> None:
    put(root, f"datasets/truong-hoc/{name}", "x")
    assert catalogue_of(root).strays == ()
