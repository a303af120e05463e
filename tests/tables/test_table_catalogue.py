"""Tables of a whole catalogue: what was checked is not checked again."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from publisher.catalogue.load import load
from publisher.catalogue.model import Catalogue
from publisher.tables import check
from publisher.tables.check import check_tables, from_plain, to_plain
from publisher.tables.model import CheckedTable
from publisher.tables.rows import read_columns, read_rows
from publisher.workspace import Workspace

DATA = "datasets/truong-mam-non/truong-mam-non.csv"
NAME = ("truong-mam-non", "truong-mam-non")


def catalogue_of(root: Path) -> Catalogue:
    catalogue = load(root).catalogue
    assert catalogue is not None
    return catalogue


def checked(root: Path) -> CheckedTable:
    return check_tables(catalogue_of(root), None, Workspace(root))[NAME]


def test_results_are_kept_by_content_and_survive_the_cache(catalogue_dir: Path) -> None:
    first = checked(catalogue_dir)
    assert first.facts is not None
    assert (first.facts.rows, first.facts.keys, first.problems) == (3, ("ma",), ())
    assert checked(catalogue_dir) == first
    (catalogue_dir / DATA).write_text("ma,ten,so_tre\n001,Hoa Sen,nhiều\n")
    broken = checked(catalogue_dir)
    assert [problem.code for problem in broken.problems] == ["table-type-integer"]
    assert checked(catalogue_dir) == broken
    assert from_plain(to_plain(broken)) == broken


def test_a_changed_schema_is_checked_anew(catalogue_dir: Path) -> None:
    checked(catalogue_dir)
    schema = catalogue_dir / "schemas/truong-mam-non.yaml"
    schema.write_text(schema.read_text("utf-8").replace("type: integer", "type: year"), "utf-8")
    assert {problem.code for problem in checked(catalogue_dir).problems} == {"table-type-year"}


def test_only_the_named_datasets(catalogue_dir: Path) -> None:
    catalogue = catalogue_of(catalogue_dir)
    assert check_tables(catalogue, ["other"], Workspace(catalogue_dir)) == {}
    assert list(check_tables(catalogue, {"truong-mam-non"}, Workspace(catalogue_dir))) == [NAME]


def test_progress_is_told(catalogue_dir: Path) -> None:
    seen: list[tuple[str, int, int]] = []
    check_tables(catalogue_of(catalogue_dir), None, Workspace(catalogue_dir), lambda *step: seen.append(step))
    assert seen == [("Checking tables", 1, 1)]


def test_nothing_slow_is_imported_when_all_is_known(catalogue_dir: Path) -> None:
    checked(catalogue_dir)
    program = (
        "import sys; from pathlib import Path; from publisher.catalogue.load import load\n"
        "from publisher.tables.check import check_tables; from publisher.workspace import Workspace\n"
        "root = Path(sys.argv[1]); found = check_tables(load(root).catalogue, None, Workspace(root))\n"
        "assert len(found) == 1; print(sorted({'frictionless', 'pyarrow', 'python_calamine'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program, catalogue_dir], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_many_tables_are_checked_by_several_processes(catalogue_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = (catalogue_dir / "datasets/truong-mam-non/dataset.yaml").read_text("utf-8")
    for number in range(5):
        folder = catalogue_dir / f"datasets/bang-{number}"
        folder.mkdir()
        (folder / "dataset.yaml").write_text(source, "utf-8")
        (folder / "truong-mam-non.csv").write_bytes((catalogue_dir / DATA).read_bytes())
    catalogue = catalogue_of(catalogue_dir)
    alone = check_tables(catalogue, None, Workspace(catalogue_dir / "one"))
    monkeypatch.setattr(check, "_POOL_FROM_TABLES", 2)
    monkeypatch.setattr(check, "_CHUNK", 2)
    assert check_tables(catalogue, None, Workspace(catalogue_dir / "two")) == alone
    assert len(alone) == 6


def test_foreign_keys_between_datasets(catalogue_dir: Path) -> None:
    source = (catalogue_dir / "datasets/truong-mam-non/dataset.yaml").read_text("utf-8")
    folder = catalogue_dir / "datasets/lop-hoc"
    folder.mkdir()
    (folder / "dataset.yaml").write_text(source.replace("schema: truong-mam-non", "schema: lop-hoc"), "utf-8")
    (folder / "truong-mam-non.csv").write_text("lop,truong\na,001\nb,009\n")
    (catalogue_dir / "schemas/lop-hoc.yaml").write_text(
        "fields:\n  - {name: lop, type: string}\n  - {name: truong, type: string}\n"
        "foreignKeys:\n  - fields: truong\n"
        "    reference: {dataset: truong-mam-non, resource: truong-mam-non, fields: ma}\n"
    )
    workspace = Workspace(catalogue_dir)
    (problem,) = check_tables(catalogue_of(catalogue_dir), ["lop-hoc"], workspace)["lop-hoc", NAME[1]].problems
    assert (problem.code, problem.line, problem.dataset) == ("table-foreign-key", 3, "lop-hoc")
    with (catalogue_dir / DATA).open("a") as stream:
        stream.write("009,Mới,1\n")
    assert check_tables(catalogue_of(catalogue_dir), ["lop-hoc"], workspace)["lop-hoc", NAME[1]].problems == ()


def test_rows_of_a_resource(catalogue_dir: Path) -> None:
    resource = catalogue_of(catalogue_dir).datasets[NAME[0]].resources[0]
    assert read_columns(resource) == ("ma", "ten", "so_tre")
    assert list(read_rows(resource)) == [("001", "Hoa Sen", "120"), ("002", "Hoa Mai", "85"), ("003", "Sao Mai", "97")]
    assert list(read_rows(resource, resource.parts[0])) == list(read_rows(resource))
