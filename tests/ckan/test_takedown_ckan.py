"""A dataset taken down from a real CKAN: no address gives its bytes any more, and what is left is told."""

from __future__ import annotations

import subprocess
from datetime import date
from pathlib import Path

import pytest
import requests
from support.ckan import Stack
from support.ckan_writing import Breaking, Desk, Killed, editor, named, sysadmin

from publisher.apply.takedown import tombstone
from publisher.digest import digest_of
from publisher.errors import OpendataError
from publisher.plan.model import Change, Desired
from publisher.portals.ckan.model import Found, Options
from publisher.portals.ckan.writing.datasets import found_of
from publisher.portals.ckan.writing.takedown import leftovers

SECRET = "Nguyễn Văn Thử"
REASON = "Có thông tin cá nhân"


@pytest.fixture(params=[sysadmin, editor], ids=["sysadmin", "editor"])
def desk(request: pytest.FixtureRequest, stack: Stack, tmp_path: Path) -> Desk:
    made: Desk = request.param(stack, tmp_path, options=Options(languages=("vi", "en")))
    return made


def published(desk: Desk) -> tuple[Desired, Found]:
    """A dataset with a table in the DataStore, its files, and one file that git has removed again."""
    name = named()
    desk.tables.csv["truong"] = f"ten,so\n{SECRET},1\n{SECRET},2\n".encode()
    schema = {"fields": [{"name": "ten", "type": "string"}, {"name": "so", "type": "integer"}]}
    told = {"columns": ["ten", "so"], "rows": 2, "digest": "d1", "schema": schema, "schema_digest": "s1"}
    table = desk.resource(name, "truong", **told | {"format": "csv", "derived": ["csv", "json"]})
    source = desk.source("a.pdf", SECRET.encode())
    first = desk.desired(name, source, resources=[table, desk.resource(name, "a", source)])
    found = desk.write(first)
    desired = Desired(first.subject, first.id, {**first.record, "resources": [table]}, "second")
    return desired, desk.write(desired, found)


def grave(desired: Desired) -> Desired:
    record = tombstone(desired.record, REASON, date(2026, 1, 31), ("vi", "en"))
    return Desired(desired.subject, desired.id, record, digest_of(record))


def addresses(desk: Desk, found: Found) -> list[str]:
    ids = [one["id"] for one in found.package["resources"]]
    return [
        *(one["url"] for one in found.package["resources"]),
        *(f"{desk.stack.url}/datastore/dump/{one}" for one in ids),
        *(f"{desk.stack.url}/api/3/action/datastore_search?resource_id={one}" for one in ids),
        f"{desk.stack.url}/api/3/action/package_show?id={found.id}",
    ]


def test_no_address_gives_the_bytes_any_more(desk: Desk) -> None:
    desired, found = published(desk)
    before = addresses(desk, found)
    assert any(SECRET in requests.get(one, timeout=60).content.decode() for one in before)
    after = desk.write(grave(desired), found, change=Change.WITHDRAW)
    for address in before:
        assert SECRET not in requests.get(address, timeout=60).content.decode()
    for resource in found.package["resources"]:
        answer = requests.get(resource["url"], timeout=60)
        assert REASON in answer.content.decode("utf-8-sig")
        assert desk.stack.action("resource_view_list", id=resource["id"]) == []
    assert after.applied is not None
    assert after.applied.record["taken_down"] == "2026-01-31"
    assert after.applied.files == ()
    assert REASON in after.package["notes"]
    assert list((desk.folder / "backups").glob("**/*")) == []


def test_tables_of_a_draft_that_a_killed_run_left_are_emptied_too(desk: Desk) -> None:
    def with_table(name: str) -> Desired:
        schema = {"fields": [{"name": "ten", "type": "string"}, {"name": "so", "type": "integer"}]}
        told = {"columns": ["ten", "so"], "rows": 2, "digest": "d1", "schema": schema, "schema_digest": "s1"}
        return desk.desired(
            name, resources=[desk.resource(name, "truong", **told | {"format": "csv", "derived": ["csv"]})]
        )

    desk.tables.csv["truong"] = f"ten,so\n{SECRET},1\n{SECRET},2\n".encode()
    desk.write(with_table(named()))
    last = desk.through.calls.index("package_revise") + 1
    desired = with_table(named())
    with pytest.raises(Killed):
        desk.write(desired, through=Breaking(desk.transport, last, "killed-before"))
    draft = found_of(desk.stack.action("package_show", id=desired.subject.name))
    table = draft.package["resources"][0]["id"]
    assert SECRET in str(desk.stack.action("datastore_search", resource_id=table))
    after = desk.write(grave(desired), draft, change=Change.WITHDRAW)
    for address in filter(None, addresses(desk, draft)):
        assert SECRET not in requests.get(address, timeout=60).content.decode()
    assert after.package["resources"] == []
    assert (after.package["state"], after.package["private"]) == ("active", False)


def test_bytes_of_a_file_that_was_removed_before_are_overwritten_on_the_servers_disk(
    stack: Stack, tmp_path: Path
) -> None:
    desk = sysadmin(stack, tmp_path, options=Options(languages=("vi", "en")))
    desired, found = published(desk)
    storage = stack.access_log.parents[1] / "data" / "storage"
    assert any(SECRET.encode() in one.read_bytes() for one in _of(storage, found))
    desk.write(grave(desired), found, change=Change.WITHDRAW)
    assert not any(SECRET.encode() in one.read_bytes() for one in _of(storage, found))


def _of(storage: Path, found: Found) -> list[Path]:
    """The files that were stored since a dataset was made."""
    from datetime import datetime

    born = datetime.fromisoformat(f"{found.package['metadata_created']}+00:00").timestamp()
    return [one for one in storage.rglob("*") if one.is_file() and one.stat().st_mtime >= born]


def test_what_an_administrator_has_to_remove_is_told_until_it_is_gone(desk: Desk) -> None:
    desired, found = published(desk)
    desk.write(grave(desired), found, change=Change.WITHDRAW)
    left = leftovers(desk.transport, desk.rights, found.id)
    if desk.rights.sysadmin and desk.rights.version >= (2, 12):
        assert left == ()
        return
    assert [one.code for one in left] == ["history"]
    folder = desk.stack.access_log.parents[1]
    command = left[0].commands[0].replace("/etc/ckan/default/ckan.ini", str(folder / "data" / "ckan.ini"))
    done = subprocess.run(
        command.replace("| ckan ", f"| {folder / 'venv' / 'bin' / 'ckan'} "),
        shell=True,
        capture_output=True,
        check=True,
    )
    assert b"Traceback" not in done.stdout + done.stderr
    assert leftovers(desk.transport, desk.rights, found.id) == ()


def test_taking_down_twice_changes_nothing(desk: Desk) -> None:
    desired, found = published(desk)
    after = desk.write(grave(desired), found, change=Change.WITHDRAW)
    again = desk.write(grave(desired), after, change=Change.WITHDRAW)
    assert [one["last_modified"] for one in again.package["resources"]] == [
        one["last_modified"] for one in after.package["resources"]
    ]


def test_restored_it_has_its_files_and_its_table_again(desk: Desk) -> None:
    desired, found = published(desk)
    after = desk.write(grave(desired), found, change=Change.WITHDRAW)
    back = desk.write(desired, after, change=Change.RESTORE)
    assert back.applied is not None
    assert back.applied.complete
    hashes = {one["id"]: one["hash"] for one in found.package["resources"]}
    assert {one["id"]: one["hash"] for one in back.package["resources"] if one["id"] in hashes} == hashes
    table = back.package["resources"][0]["id"]
    assert desk.stack.action("datastore_search", resource_id=table)["total"] == 2


def test_a_file_of_others_in_the_dataset_is_left_and_told(stack: Stack, tmp_path: Path) -> None:
    desk = sysadmin(stack, tmp_path, options=Options(languages=("vi", "en")))
    desired, found = published(desk)
    stack.action("resource_create", package_id=found.id, name="theirs", url="https://example.org/theirs.csv")
    there = found_of(stack.action("package_show", id=found.id))
    desk.write(grave(desired), there, change=Change.WITHDRAW)
    left = leftovers(desk.transport, desk.rights, found.id)
    assert ("others-file", "https://example.org/theirs.csv") in [(one.code, one.where) for one in left]


@pytest.mark.slow
@pytest.mark.parametrize("how", ["killed-before", "killed-after", "lost"])
def test_broken_off_anywhere_one_more_run_takes_it_down(stack: Stack, tmp_path: Path, how: str) -> None:
    desk = editor(stack, tmp_path, options=Options(languages=("vi", "en")))
    at, ended = 0, False
    while not ended:
        at += 1
        desired, found = published(desk)
        before = addresses(desk, found)
        through = Breaking(desk.transport, at, how)
        try:
            desk.write(grave(desired), found, change=Change.WITHDRAW, through=through)
        except (Killed, OpendataError):
            there = found_of(stack.action("package_show", id=found.id))
            desk.write(grave(desired), there, change=Change.WITHDRAW)
        ended = len(through.calls) < at
        assert all(SECRET not in requests.get(one, timeout=60).content.decode() for one in before)
    assert at > 5


def test_a_dataset_that_is_not_ours_is_not_taken_down(stack: Stack, tmp_path: Path) -> None:
    desk = sysadmin(stack, tmp_path, options=Options(languages=("vi", "en")))
    desired, found = published(desk)
    extras = [one for one in found.package["extras"] if not one["key"].startswith("opendata")]
    theirs = stack.action("package_patch", id=found.id, extras=extras)
    with pytest.raises(OpendataError) as refused:
        desk.write(grave(desired), found, change=Change.WITHDRAW)
    assert refused.value.code == "portal-changed-meanwhile"
    assert stack.action("package_show", id=found.id) == theirs
