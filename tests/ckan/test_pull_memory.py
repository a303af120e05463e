"""Pull from portals made up in memory: odd names, hostile files, links on our disk; nothing half-written."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from support.ckan_reading import MadePortal, package

from publisher.catalogue.load import load
from publisher.catalogue.model import Catalogue
from publisher.errors import OpendataError
from publisher.portals.base import no_steps
from publisher.portals.ckan.ckan import options_of
from publisher.portals.ckan.mapping.mapping import rules
from publisher.portals.ckan.model import Applied, Options, Package, Rights
from publisher.portals.ckan.reading.snapshot import read
from publisher.scaffold.pull import Pulled, Wish, pull
from publisher.scaffold.pull_files import Fetch, download, safe_name
from publisher.scaffold.pull_place import in_order, place

RIGHTS = Rights((2, 12), frozenset({"datastore"}), "admin", True)
ENTRY = '# Nơi đăng\nthere:\n  type: ckan   # cổng tỉnh\n  url: "https://a.example/"\n\n# hết\n'
ID = str(UUID(int=7))
RECORD = {"id": ID, "name": "x", "title": {"vi": "x"}, "organization": "so-a", "status": "published"}
UPLOAD = "https://a.example/dataset/x/resource/r/download/"


def portal(*packages: Package, **answers: Any) -> MadePortal:
    """A portal with the bodies that its datasets name."""

    def bodies(key: str, single: str) -> Callable[[Any], Any]:
        def answer(data: Any) -> Any:
            found = [one.get(single) for one in packages] if single else [g for one in packages for g in one["groups"]]
            known = {one["name"]: one for one in found if isinstance(one, dict)}
            return [known[one] for one in data[key] if one in known] if data.get("all_fields") else sorted(known)

        return answer

    made = {
        "organization_list": bodies("organizations", "organization"),
        "group_list": bodies("groups", ""),
        "license_list": [{"id": "cc-by", "title": "Creative Commons Attribution", "url": "https://example.org/by"}],
        "datastore_info": {"fields": [{"id": "mã", "type": "text"}]},
    }
    return MadePortal(list(packages), answers={**made, **answers})


@pytest.fixture
def catalogue(tmp_path: Path) -> Catalogue:
    folder = tmp_path / "catalog"
    folder.mkdir()
    settings = {
        "format": 1,
        "id": str(UUID(int=1)),
        "name": "Thử",
        "publisher": {"name": "Thử"},
        "languages": ["vi"],
        "time_zone": "UTC",
        "standing": "official",
    }
    (folder / "catalog.yaml").write_text(json.dumps(settings), "utf-8")
    (folder / "portals.yaml").write_text(ENTRY, "utf-8")
    (folder / "organizations.yaml").write_text("# cơ quan\nso-b:\n  name: Sở B\n", "utf-8")
    return again(tmp_path)


def again(root: Path) -> Catalogue:
    found = load(root)
    assert found.catalogue is not None
    assert [one for one in found.problems if one.severity == "error"] == []
    return found.catalogue


LINK = {"id": str(UUID(int=3)), "url": "https://example.org/a.csv"}


def linked(identity: str, name: str, **more: Any) -> Package:
    """A dataset with a link."""
    return package(identity, name, **{"resources": [LINK], **more})


def pulled(there: MadePortal, catalogue: Catalogue, folder: Path | None = None, datasets: Sequence[str] = ()) -> Pulled:
    options = options_of(catalogue.portals["there"], catalogue.settings)
    fetch = Fetch(there, folder or catalogue.root / "unused")
    wish = Wish(datasets=tuple(datasets), files=folder is not None)
    return pull(there, catalogue, "there", options, RIGHTS, wish, fetch, no_steps)


def test_names_are_mapped_and_files_that_are_there_keep_their_comments(catalogue: Catalogue) -> None:
    one = linked(ID, "so_lieu", organization={"name": "so_a", "title": "Sở A"}, license_id="CC-BY-4.0")
    found = pulled(portal(one), catalogue)
    place(catalogue.root, found)
    after = again(catalogue.root)
    assert after.portals["there"].datasets == {"so-lieu": "so_lieu"}
    assert after.portals["there"].organizations == {"so-a": "so_a"}
    assert after.portals["there"].licenses == {"cc-by-4-0": "CC-BY-4.0"}
    text = (catalogue.root / "catalog" / "portals.yaml").read_text("utf-8")
    assert text.startswith(
        '# Nơi đăng\nthere:\n  type: ckan   # cổng tỉnh\n  url: "https://a.example/"\n  organizations:\n'
    )
    assert text.endswith("\n\n# hết\n")
    assert (catalogue.root / "catalog" / "organizations.yaml").read_text("utf-8").startswith("# cơ quan\nso-b:\n")
    assert (after.datasets["so-lieu"].id, after.datasets["so-lieu"].folder) == (UUID(int=7), "datasets/so-a/so-lieu")


def test_a_second_pull_finds_nothing_new(catalogue: Catalogue) -> None:
    there = portal(linked(ID, "so_lieu", organization={"name": "so_a", "title": "Sở A"}))
    place(catalogue.root, pulled(there, catalogue))
    found = pulled(there, again(catalogue.root))
    assert (found.new, found.changed, [one.code for one in found.told]) == ({}, {}, ["there"])


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"private": True}, "private"),
        ({"state": "draft"}, "private"),
        ({"type": "harvest"}, "other-kind"),
        ({"extras": [{"key": "harvest_object_id", "value": "x"}]}, "harvested"),
        ({"extras": [{"key": "opendata", "value": "x"}]}, "other-catalogue"),
        ({"organization": None}, "no-organization"),
        ({"resources": []}, "no-resources"),
        ({"applied": Applied("khac", ID, "x", "d", None, "r", RECORD)}, "other-catalogue"),
        ({"applied": Applied(str(UUID(int=1)), ID, "x", "d", None, "r", RECORD)}, "ours"),
    ],
)
def test_what_is_not_to_be_read_is_told(catalogue: Catalogue, more: dict[str, Any], code: str) -> None:
    found = pulled(portal(linked(ID, "x-y", **more)), catalogue)
    assert ([one.code for one in found.told if one.code != "entries"], found.datasets) == ([code], [])
    named = pulled(portal(linked(ID, "x-y", **more)), catalogue, datasets=["x-y"])
    assert bool(named.datasets) is (code in {"harvested", "other-catalogue", "no-resources"})


def test_a_name_that_is_not_there_is_told_with_the_nearest(catalogue: Catalogue) -> None:
    with pytest.raises(OpendataError) as caught:
        pulled(portal(package(ID, "truong-hoc")), catalogue, datasets=["truong-hok"])
    assert (caught.value.code, caught.value.params["meant"]) == ("pull-not-there", "truong-hoc")


EVIL = [
    "../../../etc/passwd",
    "..\\..\\x.csv",
    "con.csv",
    "dataset.yaml",
    ".git",
    "a\x00b.csv",
    "README.md",
    "x" * 999,
    "",
]


@pytest.mark.parametrize("name", EVIL)
def test_files_stay_in_their_folder_whatever_they_are_called(catalogue: Catalogue, tmp_path: Path, name: str) -> None:
    url = UPLOAD + name
    resource = {"id": str(UUID(int=9)), "url": url, "url_type": "upload", "name": name, "format": "CSV"}
    there = portal(package(ID, "x-y", resources=[resource]))
    there.files = {url: "mã\n01\n".encode()}
    found = pulled(there, catalogue, tmp_path / "fetched")
    place(catalogue.root, found)
    folder = catalogue.root / "datasets" / "so-a" / "x-y"
    assert len(list(folder.iterdir())) <= 2
    assert [one for one in again(catalogue.root).datasets["x-y"].resources if one.path and not one.parts] == []
    assert {one.name for one in catalogue.root.iterdir()} <= {"catalog", "datasets", "schemas", "fetched"}


def test_equal_files_of_two_datasets_come_once(catalogue: Catalogue, tmp_path: Path) -> None:
    def one(number: int) -> Package:
        resource = {"id": str(UUID(int=number)), "url": f"{UPLOAD}{number}.csv", "url_type": "upload", "format": "CSV"}
        return package(str(UUID(int=number + 10)), f"ten-{number}", resources=[resource])

    there = portal(one(1), one(2), one(3))
    there.files = {f"{UPLOAD}1.csv": b"a\n1\n", f"{UPLOAD}2.csv": b"a\n1\n"}
    fetch_in = tmp_path / "fetched"
    options = options_of(catalogue.portals["there"], catalogue.settings)
    fetch = Fetch(there, fetch_in)
    found = pull(there, catalogue, "there", options, RIGHTS, Wish(files=True), fetch, no_steps)
    assert fetch.left == [("ten-2", "2.csv"), ("ten-3", "3.csv")]
    place(catalogue.root, found)
    datasets = again(catalogue.root).datasets
    assert [bool(datasets[f"ten-{number}"].resources[0].path) for number in (1, 2, 3)] == [True, False, False]


def test_a_file_without_end_is_left(tmp_path: Path) -> None:
    there = MadePortal(files={"u": b"x" * 100})
    assert download(there, "u", tmp_path / "a", 99) is None
    assert download(there, "u", tmp_path / "a", 100) is not None


@pytest.mark.skipif(os.name == "nt", reason="links need a right there")
def test_a_link_that_leads_outside_is_refused_before_anything_is_written(catalogue: Catalogue, tmp_path: Path) -> None:
    outside = tmp_path.parent / f"{tmp_path.name}-outside"
    outside.mkdir()
    (catalogue.root / "datasets").symlink_to(outside)
    found = pulled(portal(linked(ID, "x-y")), catalogue)
    with pytest.raises(OpendataError, match="pull-outside"):
        place(catalogue.root, found)
    assert list(outside.iterdir()) == []
    assert "so-a" not in (catalogue.root / "catalog" / "organizations.yaml").read_text("utf-8")


def test_a_portal_that_breaks_off_leaves_nothing_behind(catalogue: Catalogue) -> None:
    def broken(_: Any) -> Any:
        raise OpendataError("portal-failed")

    before = sorted(path for path in catalogue.root.rglob("*"))
    with pytest.raises(OpendataError, match="portal-failed"):
        pulled(portal(linked(ID, "x-y", license_id="cc-by"), license_list=broken), catalogue)
    assert sorted(path for path in catalogue.root.rglob("*")) == before


def test_a_file_that_cannot_be_added_to_is_refused(catalogue: Catalogue) -> None:
    (catalogue.root / "catalog" / "organizations.yaml").write_text("{so-b: {name: Sở B}}\n", "utf-8")
    with pytest.raises(OpendataError, match="pull-cannot-edit"):
        pulled(portal(linked(ID, "x-y")), again(catalogue.root))


def test_what_others_refer_to_comes_first() -> None:
    files = ["datasets/a/x/dataset.yaml", "datasets/a/x/z.csv", "schemas/x.yaml", "catalog/themes.yaml"]
    assert in_order(files) == [
        "catalog/themes.yaml",
        "schemas/x.yaml",
        "datasets/a/x/z.csv",
        "datasets/a/x/dataset.yaml",
    ]


def test_names_of_files_are_unique() -> None:
    assert safe_name("Bảng 1.csv", "", ()) == "Bảng-1.csv"
    assert safe_name("a.csv", "", ["A.CSV"]) == "a-2.csv"
    assert safe_name("", "CSV", ()) == "data.csv"


def test_a_second_pull_says_no_more_that_all_datasets_hang_on(catalogue: Catalogue) -> None:
    one = linked(ID, "so_lieu", organization={"name": "so_a", "title": "Sở A"})
    other = linked(
        str(UUID(int=8)),
        "so_khac",
        organization={"name": "so_c", "title": "Sở C"},
        resources=[{**LINK, "id": str(UUID(int=4))}],
    )
    there = portal(one, other)
    place(catalogue.root, pulled(there, catalogue, datasets=["so_lieu"]))
    first = again(catalogue.root)
    place(first.root, pulled(there, first, datasets=["so_khac"]))
    second = again(catalogue.root)
    assert second.portals["there"].datasets == {"so-lieu": "so_lieu", "so-khac": "so_khac"}
    before, after = (rules(options_of(found.portals["there"], found.settings)) for found in (first, second))
    assert before == after


def test_a_dataset_that_the_entry_calls_otherwise_by_now_is_written_again() -> None:
    applied = Applied("c", ID, "xa", "d", None, rules(Options(("vi",))), RECORD)
    there = MadePortal([package(ID, "xa", applied=applied)])
    for names, stale in (({}, None), ({"xa": "x_y"}, "mapping")):
        state = read(there, Options(("vi",), datasets=names), RIGHTS, "c").state
        (holding,) = state.holdings.values()
        assert (holding.subject.name, holding.stale) == ("xa", stale)
