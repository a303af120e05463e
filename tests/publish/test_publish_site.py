"""What publishing to a site does, and what it leaves alone."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import signal
from pathlib import Path
from typing import Any

import pytest
import yaml
from support.pictures import SVG, png

MORE = "ma,ten,so_tre\n001,Hoa Sen,121\n002,Hoa Mai,85\n003,Sao Mai,97\n004,Hoa Cúc,40\n"
NAME = "truong-mam-non"


def test_first_publish_makes_a_whole_site_and_then_nothing_is_left_to_do(publisher: Any) -> None:
    assert publisher.run("plan") == 2
    assert publisher.publish() == 0
    site = publisher.site
    for file in ("index.html", "state.json", f"dataset/{NAME}/index.html", f"dataset/{NAME}/{NAME}.xlsx", "404.html"):
        assert (site / file).is_file(), file
    original = publisher.root / "datasets" / NAME / f"{NAME}.csv"
    assert (site / "dataset" / NAME / "original" / f"{NAME}.csv").read_bytes() == original.read_bytes()
    assert publisher.run("plan") == 0
    assert publisher.leftovers() == []


def test_the_state_file_tells_every_file_with_its_hash(publisher: Any) -> None:
    publisher.publish()
    told = publisher.state()["files"]
    found = publisher.tree()
    del found["state.json"]
    assert set(told) == set(found)
    for path, content in found.items():
        assert told[path] == [hashlib.sha256(content).hexdigest(), len(content)]


def test_publishing_nothing_writes_nothing(publisher: Any) -> None:
    publisher.publish()
    before = publisher.times()
    assert publisher.publish() == 0
    assert publisher.times() == before


def test_a_change_rewrites_only_what_shows_it(publisher: Any) -> None:
    publisher.add("khac")
    publisher.publish()
    before = publisher.times()
    publisher.data(NAME, MORE)
    assert publisher.publish() == 0
    after = publisher.times()
    other = str(publisher.site / "dataset" / "khac")
    files = [path for path in before if path.startswith(other) and Path(path).is_file()]
    assert files
    assert [path for path in files if after[path] != before[path]] == []
    assert "Hoa Cúc" in (publisher.site / "dataset" / NAME / f"{NAME}.csv").read_text("utf-8-sig")


def test_the_plan_tells_rows_and_columns_in_words(publisher: Any) -> None:
    publisher.publish()
    publisher.data(NAME, MORE)
    publisher.said()
    assert publisher.run("plan") == 2
    assert "1 row added; 1 row changed" in publisher.said()


def test_two_builds_of_one_commit_are_equal_byte_by_byte(publisher: Any) -> None:
    publisher.add("bieu-mau", status="proposed", resources=[{"name": "bang", "schema": NAME}])
    (publisher.root / "datasets/bieu-mau/truong-mam-non.csv").unlink()
    portals = {
        "site": {"type": "site", "path": "build/site", "include": ["published", "proposed"]},
        "other": {"type": "site", "path": "build/other", "include": ["published", "proposed"]},
    }
    (publisher.root / "catalog/portals.yaml").write_text(yaml.safe_dump(portals), "utf-8")
    assert publisher.publish("--portal", "site") == 0
    assert publisher.publish("--portal", "other") == 0
    tree = publisher.tree()
    assert "dataset/bieu-mau/bang-form.xlsx" in tree
    assert tree == publisher.tree(publisher.root / "build/other")


def test_a_built_up_site_equals_one_built_at_once(publisher: Any) -> None:
    publisher.publish()
    publisher.add("khac")
    publisher.publish()
    publisher.data(NAME, MORE)
    publisher.publish()
    grown = publisher.tree()
    shutil.rmtree(publisher.site)
    publisher.publish()
    assert publisher.tree() == grown


def test_an_invalid_dataset_stays_at_its_last_good_version_while_others_publish(publisher: Any) -> None:
    publisher.add("khac")
    publisher.publish()
    good = publisher.tree()
    publisher.data(NAME, MORE)
    publisher.edit(f"datasets/{NAME}/dataset.yaml", organization="khong-co")
    publisher.data("khac", "ma,ten,so_tre\nkhac,Tên mới,2\n")
    publisher.said()
    assert publisher.publish() == 5
    assert NAME in publisher.said()
    now = publisher.tree()
    assert now[f"dataset/{NAME}/{NAME}.csv"] == good[f"dataset/{NAME}/{NAME}.csv"]
    assert (
        "Tên mới"
        in now[
            "dataset/khac/khac.csv" if "dataset/khac/khac.csv" in now else "dataset/khac/truong-mam-non.csv"
        ].decode()
    )


def test_an_unreadable_descriptor_is_held_and_never_taken_for_deleted(publisher: Any) -> None:
    publisher.publish()
    (publisher.root / "datasets" / NAME / "dataset.yaml").write_text("title: [", "utf-8")
    assert publisher.publish() == 5
    assert (publisher.site / "dataset" / NAME / f"{NAME}.csv").is_file()


def test_errors_in_the_catalogue_itself_refuse_everything(publisher: Any) -> None:
    publisher.publish()
    before = publisher.tree()
    (publisher.root / "catalog/organizations.yaml").write_text("so-giao-duc: {nam: x}\n", "utf-8")
    publisher.data(NAME, MORE)
    assert publisher.publish() == 1
    assert publisher.tree() == before


def test_personal_data_hold_what_they_touch(publisher: Any) -> None:
    publisher.publish()
    publisher.data(NAME, MORE.replace("Hoa Cúc", "lien he nguyen.van.a@gmail.com"))
    assert publisher.publish() == 5
    assert b"gmail" not in b"".join(publisher.tree().values())
    assert "nguyen.van.a" not in publisher.said()


def test_a_sudden_loss_waits_for_the_exact_consent(publisher: Any) -> None:
    publisher.publish()
    publisher.data(NAME, "ma,ten,so_tre\n001,Hoa Sen,120\n")
    assert publisher.publish() == 5
    assert publisher.publish("--allow", "loss=2") == 5
    assert "002" in (publisher.site / "dataset" / NAME / f"{NAME}.csv").read_text("utf-8-sig")
    assert publisher.publish("--allow", "loss=1") == 0
    assert "002" not in (publisher.site / "dataset" / NAME / f"{NAME}.csv").read_text("utf-8-sig")


def test_a_consent_file_serves_its_change_and_no_other(publisher: Any) -> None:
    publisher.publish()
    publisher.data(NAME, "ma,ten,so_tre\n001,Hoa Sen,120\n")
    (action,) = publisher.result("plan")["plan"]["actions"]
    consent = {
        "portal": "site",
        "dataset": NAME,
        "kind": "loss",
        "before": action["before"],
        "after": action["after"],
        "by": "Người duyệt thử",
        "on": "2024-06-01",
        "reason": "thử",
    }
    file = publisher.root / "catalog/consents/loss.yaml"
    file.parent.mkdir()
    file.write_text(yaml.safe_dump(consent, allow_unicode=True), "utf-8")
    assert publisher.publish() == 0
    publisher.data(NAME, MORE)
    assert publisher.publish() == 0
    publisher.data(NAME, "ma,ten,so_tre\n002,Hoa Mai,85\n")
    assert publisher.publish() == 5


def test_a_deleted_dataset_goes_only_with_consent_and_takes_only_its_own_files(publisher: Any) -> None:
    publisher.add("khac")
    publisher.publish()
    (publisher.site / "CNAME").write_text("data.example.org\n", "utf-8")
    (publisher.site / "dataset" / "khac" / "cua-toi.txt").write_text("ghi chú", "utf-8")
    shutil.rmtree(publisher.root / "datasets/khac")
    assert publisher.publish() == 5
    assert (publisher.site / "dataset/khac/index.html").is_file()
    assert publisher.publish("--allow", "delete=1") == 0
    tree = publisher.tree()
    assert tree["CNAME"] == b"data.example.org\n"
    assert [path for path in tree if "khac" in path] == ["dataset/khac/cua-toi.txt"]


def test_a_file_of_others_is_never_overwritten(publisher: Any) -> None:
    publisher.publish()
    theirs = publisher.site / "dataset" / "khac" / "index.html"
    theirs.parent.mkdir()
    theirs.write_text("của người khác", "utf-8")
    publisher.add("khac")
    assert publisher.publish() == 1
    assert theirs.read_text("utf-8") == "của người khác"


def test_a_folder_of_others_is_refused(publisher: Any) -> None:
    publisher.site.mkdir(parents=True)
    (publisher.site / "index.html").write_text("của người khác", "utf-8")
    assert publisher.publish() == 1
    assert publisher.tree() == {"index.html": "của người khác".encode()}


def test_two_catalogues_never_share_a_folder(publisher: Any) -> None:
    publisher.publish()
    before = publisher.tree()
    publisher.edit("catalog/catalog.yaml", id="11111111-2222-4333-8444-555555555555")
    assert publisher.publish() == 1
    assert publisher.tree() == before


@pytest.mark.parametrize("path", ["datasets/site", ".", "catalog"])
def test_a_site_cannot_be_built_over_the_catalogue(publisher: Any, path: str) -> None:
    publisher.edit("catalog/portals.yaml", site={"type": "site", "path": path})
    assert publisher.publish() == 4
    assert (publisher.root / "catalog/catalog.yaml").is_file()


def test_a_rename_keeps_the_id_and_the_old_addresses(publisher: Any) -> None:
    publisher.publish()
    identity = publisher.state()["subjects"][f"dataset/{NAME}"]["id"]
    old = publisher.tree()[f"dataset/{NAME}/{NAME}.csv"]
    (publisher.root / "datasets" / NAME).rename(publisher.root / "datasets/mam-non")
    publisher.edit("datasets/mam-non/dataset.yaml", formerly=[NAME])
    assert publisher.publish() == 0
    state = publisher.state()
    assert state["subjects"]["dataset/mam-non"]["id"] == identity
    assert f"dataset/{NAME}" not in state["subjects"]
    tree = publisher.tree()
    assert b"mam-non" in tree[f"dataset/{NAME}/index.html"]
    assert tree[f"dataset/{NAME}/{NAME}.csv"] == old


def test_a_renamed_resource_keeps_its_old_addresses(publisher: Any) -> None:
    publisher.publish()
    file = publisher.root / "datasets" / NAME / "dataset.yaml"
    resource = yaml.safe_load(file.read_text("utf-8"))["resources"][0]
    publisher.edit(f"datasets/{NAME}/dataset.yaml", resources=[{**resource, "name": "danh-sach", "formerly": [NAME]}])
    assert publisher.publish() == 0
    tree = publisher.tree()
    assert tree[f"dataset/{NAME}/{NAME}.xlsx"] == tree[f"dataset/{NAME}/danh-sach.xlsx"]


def test_a_plan_file_lets_through_only_what_it_holds(publisher: Any) -> None:
    publisher.add("khac")
    publisher.publish()
    publisher.data(NAME, MORE)
    plan = publisher.root / "plan.json"
    publisher.run("plan", "--out", str(plan))
    publisher.data("khac", "ma,ten,so_tre\nkhac,Tên mới,2\n")
    assert publisher.publish("--plan", str(plan)) == 5
    tree = publisher.tree()
    assert "Hoa Cúc" in tree[f"dataset/{NAME}/{NAME}.csv"].decode()
    assert "Tên mới" not in tree["dataset/khac/truong-mam-non.csv"].decode()


def test_selected_datasets_alone_are_published(publisher: Any) -> None:
    publisher.add("khac")
    assert publisher.publish("--select", "truong-*") == 0
    subjects = publisher.state()["subjects"]
    assert f"dataset/{NAME}" in subjects
    assert "dataset/khac" not in subjects


def test_datasets_are_selected_by_the_same_words_as_for_validate(publisher: Any) -> None:
    publisher.add("khac")
    publisher.publish()
    shutil.rmtree(publisher.root / "datasets" / "khac")
    publisher.edit(f"datasets/{NAME}/dataset.yaml", status="withdrawn", status_reason={"vi": "thử", "en": "test"})
    assert publisher.publish("--select", "status:withdrawn", "--allow", "withdraw=1") == 0
    record = json.loads((publisher.site / "dataset" / NAME / "record.json").read_text("utf-8"))
    assert record["status"] == "withdrawn"
    assert "dataset/khac" in publisher.state()["subjects"]
    # What is only on the portal any more has a name too.
    assert publisher.publish("--select", "kh*", "--allow", "delete=1") == 0
    assert "dataset/khac" not in publisher.state()["subjects"]


@pytest.mark.parametrize("pattern", ["truong-mam-nom", "org:khong-co", "kh*"])
def test_a_selection_that_fits_nothing_is_told(publisher: Any, pattern: str) -> None:
    assert publisher.publish("--select", pattern) == 4
    assert pattern in publisher.said()
    assert not publisher.site.exists()


def test_a_withdrawn_dataset_keeps_its_page_and_loses_its_bytes(publisher: Any) -> None:
    publisher.publish()
    publisher.edit(f"datasets/{NAME}/dataset.yaml", status="withdrawn", status_reason={"vi": "thử", "en": "test"})
    assert publisher.publish("--allow", "withdraw=1") == 0
    tree = publisher.tree()
    assert f"dataset/{NAME}/index.html" in tree
    assert [path for path in tree if path.endswith((".csv", ".xlsx"))] == []


def test_an_embargo_holds_until_its_day(publisher: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    publisher.add("mai-sau", publish_at="2024-07-01")
    assert publisher.publish() == 0
    assert "dataset/mai-sau" not in publisher.state()["subjects"]
    assert publisher.publish("--as-of", "2024-07-02") == 0
    assert "dataset/mai-sau" not in publisher.state()["subjects"]
    monkeypatch.setenv("OPENDATA_NOW", "2024-07-01T03:00:00+00:00")
    assert publisher.publish() == 0
    assert "dataset/mai-sau" in publisher.state()["subjects"]


def test_without_a_terminal_publishing_asks_for_yes(publisher: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    import io

    monkeypatch.setattr("sys.stdin", io.StringIO())
    assert publisher.run("publish") == 4
    assert not publisher.site.exists()


def test_a_file_of_the_same_size_is_found_by_looking_deep(publisher: Any) -> None:
    assert publisher.publish() == 0
    file = next(publisher.site.glob("dataset/*/*.csv"))
    good = file.read_bytes()
    file.unlink()
    file.write_bytes(good.replace(b"120", b"121"))
    assert publisher.run("plan") == 0
    assert publisher.run("plan", "--deep") == 2
    assert publisher.publish("--deep") == 0
    assert file.read_bytes() == good
    assert publisher.run("plan", "--deep") == 0


def test_missing_files_are_put_back(publisher: Any) -> None:
    publisher.publish()
    before = publisher.tree()
    (publisher.site / "dataset" / NAME / f"{NAME}.csv").unlink()
    (publisher.site / "index.html").write_bytes(b"")
    assert publisher.run("plan") == 2
    assert publisher.publish() == 0
    assert publisher.tree() == before


def test_as_of_is_the_only_thing_that_writes_the_day(publisher: Any) -> None:
    publisher.publish()
    plain = publisher.tree()
    assert publisher.publish("--as-of", "2025-12-31") == 0
    assert publisher.tree() != plain
    assert publisher.publish() == 0
    assert publisher.tree() == plain


def test_spreading_the_work_over_processes_gives_the_same_bytes(
    publisher: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from publisher.portals.site import spread

    for number in range(3):
        publisher.add(f"tap-{number}")
    publisher.publish()
    alone = publisher.tree()
    shutil.rmtree(publisher.site)
    monkeypatch.setattr(spread, "FROM", 1)
    monkeypatch.setattr(spread, "_CHUNK", 2)
    assert publisher.publish() == 0
    assert publisher.tree() == alone
    before = publisher.times()
    assert publisher.publish() == 0
    assert publisher.times() == before


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="kill -9 is of POSIX")
def test_a_worker_that_is_killed_leaves_its_work_to_the_others(publisher: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from publisher.portals.site import spread
    from publisher.tables import convert

    for number in range(3):
        publisher.add(f"tap-{number}")
    publisher.publish()
    alone = publisher.tree()
    shutil.rmtree(publisher.site)
    monkeypatch.setattr(spread, "FROM", 1)
    monkeypatch.setattr(spread, "_CHUNK", 2)
    here, write = os.getpid(), convert._WRITERS["json"]

    def dying(columns: Any, rows: Any, path: Path) -> None:
        if os.getpid() != here:
            path.with_name(f".{path.name}.1.partial").touch()
            os.kill(os.getpid(), signal.SIGKILL)
        write(columns, rows, path)

    monkeypatch.setitem(convert._WRITERS, "json", dying)
    assert publisher.publish() == 0
    assert publisher.tree() == alone


def test_a_text_too_long_for_excel_is_published_without_an_excel_file(publisher: Any) -> None:
    publisher.data("truong-mam-non", f"ma,ten,so_tre\n001,{'Hoa' * 11_000},120\n")
    assert publisher.publish() == 0
    folder = publisher.site / "dataset" / "truong-mam-non"
    assert "Hoa" * 11_000 in (folder / "truong-mam-non.csv").read_text("utf-8-sig")
    assert not (folder / "truong-mam-non.xlsx").exists()


def test_a_table_that_fits_into_no_format_fails_alone(publisher: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from publisher.tables import convert

    publisher.add("khac")
    assert publisher.publish() == 0
    before = publisher.tree()
    publisher.data("truong-mam-non", "ma,ten,so_tre\n001,Hoa Sen,1\n002,Hoa Mai,85\n003,Sao Mai,97\n")
    publisher.data("khac", "ma,ten,so_tre\n001,Hoa Sen,7\n")
    write = convert._WRITERS["xlsx"]

    def small(columns: Any, rows: Any, path: Any) -> None:
        kept = list(rows)
        if len(kept) > 1:
            raise convert.CannotConvert("xlsx")
        write(columns, kept, path)

    monkeypatch.setitem(convert._WRITERS, "xlsx", small)
    publisher.said()
    assert publisher.publish() == 5
    assert "truong-mam-non.xlsx cannot be made" in publisher.said()
    after = publisher.tree()
    name = "dataset/truong-mam-non/truong-mam-non"
    assert (after[f"{name}.csv"], after[f"{name}.xlsx"]) == (before[f"{name}.csv"], before[f"{name}.xlsx"])
    assert b"Hoa Sen,7" in after["dataset/khac/truong-mam-non.csv"]


def test_logos_stand_beside_their_pages_and_follow_git(publisher: Any) -> None:
    body = {"name": {"vi": "Sở Giáo dục", "en": "Education"}}
    theme = {"name": {"vi": "Giáo dục", "en": "Education"}, "logo": "logos/a.png"}
    (publisher.root / "catalog/logos").mkdir()
    (publisher.root / "catalog/logos/a.png").write_bytes(png())
    (publisher.root / "catalog/logos/b.svg").write_bytes(SVG)
    publisher.edit("catalog/organizations.yaml", **{"so-giao-duc": {**body, "logo": "logos/a.png"}})
    publisher.edit("catalog/themes.yaml", **{"giao-duc": theme})
    assert publisher.publish() == 0, publisher.said()
    tree = publisher.tree()
    assert tree["organization/so-giao-duc/logo.png"] == tree["group/giao-duc/logo.png"] == png()
    assert publisher.run("plan") == 0

    publisher.edit("catalog/organizations.yaml", **{"so-giao-duc": {**body, "logo": "logos/b.svg"}})
    assert publisher.publish() == 0, publisher.said()
    tree = publisher.tree()
    assert tree["organization/so-giao-duc/logo.svg"] == SVG
    assert "organization/so-giao-duc/logo.png" not in tree
    assert b"logo.svg?v=" in tree["organization/so-giao-duc/index.html"]

    (publisher.site / "group/giao-duc/logo.png").unlink()
    assert publisher.publish() == 0, publisher.said()
    assert publisher.tree() == tree

    publisher.edit("catalog/organizations.yaml", **{"so-giao-duc": body})
    assert publisher.publish() == 0, publisher.said()
    assert not [path for path in publisher.tree() if path.startswith("organization/so-giao-duc/logo")]
