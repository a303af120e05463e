"""What a portal has and git has not is on this disk before it is overwritten or removed, and can be had back."""

from __future__ import annotations

import io
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from support.ckan import Stack, call
from support.ckan_writing import Desk, named, sysadmin, without

from publisher.cli import run
from publisher.errors import OpendataError
from publisher.plan.model import Drift
from publisher.portals.backups import Backups, backups, restore
from publisher.portals.ckan.writing.backup import METADATA
from publisher.portals.ckan.writing.datasets import found_of


@pytest.fixture
def desk(newest: Stack, tmp_path: Path) -> Desk:
    return sysadmin(newest, tmp_path)


def kept(desk: Desk) -> dict[str, bytes]:
    return {
        one.path.partition("/")[2] or one.path: (found.folder / one.path).read_bytes()
        for found in backups(desk.folder / "backups")
        for one in found.files
    }


def replaced_by_hand(desk: Desk, resource: str, content: bytes) -> None:
    """As CKAN's web form does it: the hash that we noted stays."""
    call(desk.stack.url, desk.stack.token, "resource_patch", {"id": resource}, {"upload": ("theirs.pdf", content)})


def test_our_own_bytes_are_not_kept(desk: Desk) -> None:
    name = named()
    first = desk.source("a.pdf", b"%PDF one")
    found = desk.write(desk.desired(name, first, resources=[desk.resource(name, "a", first)]))
    second = desk.source("a.pdf", b"%PDF two")
    found = desk.write(desk.desired(name, second, resources=[desk.resource(name, "a", second)]), found)
    found = desk.write(desk.desired(name), found)
    desk.writer().delete(found)
    assert kept(desk) == {}


def test_a_file_that_somebody_put_in_place_of_ours_is_kept_before_it_is_overwritten(desk: Desk) -> None:
    name = named()
    source = desk.source("a.pdf", b"%PDF one")
    desired = desk.desired(name, source, resources=[desk.resource(name, "a", source)])
    found = desk.write(desired)
    identity = found.package["resources"][0]["id"]
    replaced_by_hand(desk, identity, b"%PDF theirs, not in git")
    theirs = found_of(desk.stack.action("package_show", id=found.id))
    drift = [Drift("resources", f"resources/{identity}/size", 23, 8)]
    after = desk.write(desired, theirs, drift=drift)
    assert kept(desk)["theirs.pdf"] == b"%PDF theirs, not in git"
    assert json.loads(kept(desk)[METADATA])["id"] == found.id
    with desk.transport.open(after.package["resources"][0]["url"]) as stream:
        assert stream.read() == b"%PDF one"
    saved = next(iter(backups(desk.folder / "backups")))
    assert saved.id.startswith("portal/")
    assert saved.id.endswith(f"/{name}")


def test_of_bytes_of_the_same_size_the_plan_tells(desk: Desk) -> None:
    name = named()
    source = desk.source("a.pdf", b"%PDF one")
    desired = desk.desired(name, source, resources=[desk.resource(name, "a", source)])
    found = desk.write(desired)
    identity = found.package["resources"][0]["id"]
    replaced_by_hand(desk, identity, b"%PDF two")
    theirs = found_of(desk.stack.action("package_show", id=found.id))
    desk.write(desired, theirs, drift=[Drift("resources", f"resources/{identity}/url", "theirs.pdf")])
    assert kept(desk)["theirs.pdf"] == b"%PDF two"


def test_a_file_of_others_is_kept_before_its_dataset_is_deleted(desk: Desk) -> None:
    name = named()
    found = desk.write(desk.desired(name))
    data = {"package_id": found.id, "name": "theirs"}
    call(desk.stack.url, desk.stack.token, "resource_create", data, {"upload": ("b.csv", b"a\n1\n")})
    desk.writer().delete(found_of(desk.stack.action("package_show", id=found.id)))
    assert kept(desk)["b.csv"] == b"a\n1\n"
    assert not desk.stack.exists(found.id)


def test_what_cannot_be_kept_is_not_overwritten(desk: Desk) -> None:
    name = named()
    source = desk.source("a.pdf", b"%PDF one")
    desired = desk.desired(name, source, resources=[desk.resource(name, "a", source)])
    found = desk.write(desired)
    identity = found.package["resources"][0]["id"]
    replaced_by_hand(desk, identity, b"%PDF theirs, not in git")
    theirs = found_of(desk.stack.action("package_show", id=found.id))
    (desk.folder / "backups").write_text("in the way")
    with pytest.raises(OpendataError) as refused:
        desk.write(without(desired, title={"vi": "Mới"}), theirs, drift=[Drift("r", f"resources/{identity}/size", 23)])
    assert refused.value.code == "backup-failed"
    with desk.transport.open(theirs.package["resources"][0]["url"]) as stream:
        assert stream.read() == b"%PDF theirs, not in git"


def a_backup(folder: Path, **files: bytes) -> None:
    store = Backups(folder, "local", lambda: datetime(2026, 1, 31, 8, tzinfo=UTC))
    for name, content in files.items():
        store.keep("truong", f"r1/{name}.csv", io.BytesIO(content), f"http://127.0.0.1/{name}.csv", "r1")


def test_a_backup_is_listed_and_restored_by_the_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "catalog").mkdir()
    (tmp_path / "catalog" / "catalog.yaml").write_text("")
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("OPENDATA_WORKSPACE", raising=False)
    assert run(["--lang", "en", "backup", "list"]) == 0
    assert "Nothing was saved" in capsys.readouterr().out
    a_backup(tmp_path / ".opendata" / "backups", one=b"a\n1\n", two=b"b\n2\n")
    assert run(["backup", "list", "--format", "json"]) == 0
    listed = json.loads(capsys.readouterr().out)
    assert [(one["id"], len(one["files"])) for one in listed] == [("local/20260131T080000Z/truong", 2)]
    assert run(["--lang", "vi", "backup", "list"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "local/20260131T080000Z/truong  (31/01/2026 08:00, 2 tệp)",
        "  one.csv",
        "  two.csv",
    ]
    assert run(["backup", "restore", listed[0]["id"], "--to", "saved"]) == 0
    assert (tmp_path / "saved" / "r1" / "one.csv").read_bytes() == b"a\n1\n"
    assert run(["--lang", "en", "backup", "restore", "local/20260131T080000Z/truon", "--to", "saved"]) == 1
    assert "local/20260131T080000Z/truong" in capsys.readouterr().err


def test_a_damaged_backup_is_told_and_nothing_is_restored(tmp_path: Path) -> None:
    a_backup(tmp_path / "b", one=b"1", two=b"2")
    found = next(iter(backups(tmp_path / "b")))
    (found.folder / "r1" / "two.csv").write_bytes(b"other")
    with pytest.raises(OpendataError) as refused:
        restore(found, tmp_path / "saved")
    assert refused.value.code == "backup-damaged"
    assert not (tmp_path / "saved").exists()


def test_restoring_overwrites_nothing(tmp_path: Path) -> None:
    a_backup(tmp_path / "b", one=b"1")
    found = next(iter(backups(tmp_path / "b")))
    restore(found, tmp_path / "saved")
    with pytest.raises(OpendataError) as refused:
        restore(found, tmp_path / "saved")
    assert refused.value.code == "backup-in-the-way"


def test_a_manifest_leads_nowhere_else(tmp_path: Path) -> None:
    a_backup(tmp_path / "b", one=b"1")
    manifest = tmp_path / "b" / "local" / "20260131T080000Z" / "truong" / "manifest.json"
    manifest.write_text(manifest.read_text().replace("r1/one.csv", "../../../../secret"))
    assert next(iter(backups(tmp_path / "b"))).files == ()
