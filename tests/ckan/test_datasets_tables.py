"""Datasets with tables on a real CKAN: loaded before anybody sees them, in the requests that were promised."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
import requests
from support.ckan import ActionError, Stack
from support.ckan_writing import HOW, Breaking, Desk, Killed, as_wanted, editor, interrupted, named, sysadmin, without

from publisher.errors import OpendataError
from publisher.plan.model import Desired
from publisher.portals.ckan.model import Options
from publisher.portals.ckan.writing.datasets import found_of

WITH_TABLES = Options(languages=("vi", "en"))


@pytest.fixture(params=[sysadmin, editor], ids=["sysadmin", "editor"])
def desk(request: pytest.FixtureRequest, stack: Stack, tmp_path: Path) -> Desk:
    maker: Callable[..., Desk] = request.param
    return maker(stack, tmp_path, options=WITH_TABLES)


def schools(desk: Desk, name: str, rows: int, first: str = "A", **schema: object) -> Desired:
    """A dataset with a table of so many made-up schools."""
    desk.tables.csv["truong"] = b"ten,so\n" + b"".join(f"{first},{number}\n".encode() for number in range(rows))
    fields = {"fields": [{"name": "ten", "type": "string"}, {"name": "so", "type": "integer"}], **schema}
    told = {"columns": ["ten", "so"], "rows": rows, "digest": f"{first}{rows}", "schema": fields}
    resource = desk.resource(name, "truong", **told, schema_digest=str(sorted(schema)), derived=["csv"])
    return desk.desired(name, resources=[resource])


def held(stack: Stack, table: str) -> list[tuple[str, int]]:
    """The rows that everybody gets."""
    answer = stack.anonymous("datastore_search", resource_id=table, sort="so", limit=100)
    return [(one["ten"], one["so"]) for one in answer["records"]]


def test_a_new_table_is_loaded_before_anybody_sees_the_dataset(desk: Desk) -> None:
    class Watched(Breaking):
        def call(self, action: str, data: Mapping[str, Any] | None = None, **more: Any) -> Any:
            answer = super().call(action, data, **more)
            if action != "package_revise":
                with pytest.raises(ActionError, match="not authorized"):
                    desk.stack.anonymous("package_show", id=name)
            return answer

    name = named()
    desired = schools(desk, name, 3)
    found = desk.write(desired, through=Watched(desk.transport))
    loading = ["datastore_create", "datastore_info", "resource_view_create"]
    assert desk.through.calls == ["package_create", *loading, "package_revise"]
    as_wanted(desk, desired, found.package)
    assert held(desk.stack, found.package["resources"][0]["id"]) == [("A", 0), ("A", 1), ("A", 2)]
    assert found.package["resources"][0]["datastore_active"] is True


def test_rows_that_changed_need_no_look_at_the_dataset(desk: Desk) -> None:
    name = named()
    found = desk.write(schools(desk, name, 3))
    desired = schools(desk, name, 3, "B")
    found = desk.write(desired, found)
    assert "package_show" not in desk.through.calls
    assert desk.through.calls.count("package_revise") == 2
    as_wanted(desk, desired, found.package)
    assert held(desk.stack, found.package["resources"][0]["id"]) == [("B", 0), ("B", 1), ("B", 2)]


def test_a_table_that_cannot_be_loaded_keeps_no_file_from_the_public(desk: Desk) -> None:
    name = named()
    desired = schools(desk, name, 2, "A\x00")
    with pytest.raises(OpendataError) as refused:
        desk.write(desired)
    assert refused.value.code == "ckan-table-character"
    package = desk.stack.anonymous("package_show", id=name)
    assert package["resources"][0]["datastore_active"] is False
    assert requests.get(package["resources"][0]["url"], timeout=60).content == desk.tables.csv["truong"]
    mended = schools(desk, name, 2)
    as_wanted(desk, mended, desk.write(mended, found_of(package)).package)


@pytest.mark.parametrize("key", [{}, {"primaryKey": ["so"]}], ids=["no key", "key"])
def test_a_table_that_was_left_behind_by_a_purged_dataset_is_brought_to_the_rows(
    stack: Stack, tmp_path: Path, key: dict[str, object]
) -> None:
    desk = sysadmin(stack, tmp_path, options=WITH_TABLES)
    name = named()
    found = desk.write(schools(desk, name, 3, **key))
    stack.action("dataset_purge", id=found.id)
    desired = schools(desk, name, 2, "B", **key)
    found = desk.write(desired)
    as_wanted(desk, desired, found.package)
    assert held(stack, found.package["resources"][0]["id"]) == [("B", 0), ("B", 1)]


def test_rows_of_a_table_that_git_no_longer_has_can_be_had_nowhere(desk: Desk) -> None:
    stack = desk.stack
    first = schools(desk, named(), 1)
    found = desk.write(first)
    table = found.package["resources"][0]["id"]
    assert stack.anonymous("datastore_search", resource_id=table)["total"] == 1
    after = desk.write(without(first, "resources"), found)
    assert after.package["resources"] == []
    assert b"A" not in requests.get(f"{stack.url}/datastore/dump/{table}", timeout=60).content
    back = desk.write(first, after)
    assert back.applied is not None
    assert back.applied.tables[table].rows == 1
    assert stack.anonymous("datastore_search", resource_id=table)["total"] == 1


def test_a_table_of_a_killed_runs_draft_that_git_no_longer_has_can_be_had_nowhere(desk: Desk) -> None:
    desk.write(schools(desk, named(), 1))
    last = desk.through.calls.index("package_revise") + 1
    first = schools(desk, named(), 1)
    with pytest.raises(Killed):
        desk.write(first, through=Breaking(desk.transport, last, "killed-before"))
    draft = found_of(desk.stack.action("package_show", id=first.subject.name))
    table = draft.package["resources"][0]["id"]
    assert desk.stack.action("datastore_search", resource_id=table)["total"] == 1
    after = desk.write(without(first, "resources"), draft)
    assert after.package["resources"] == []
    assert b"A" not in requests.get(f"{desk.stack.url}/datastore/dump/{table}", timeout=60).content


@pytest.mark.slow
@pytest.mark.parametrize("how", HOW)
def test_broken_off_anywhere_one_more_run_converges(newest: Stack, tmp_path: Path, how: str) -> None:
    desk = editor(newest, tmp_path, options=WITH_TABLES)
    at, ended = 0, False
    while not ended:
        at += 1
        name = named()
        found = interrupted(desk, schools(desk, name, 1), None, at, how)
        longest = len(desk.through.calls)
        for rows, keys in ((3, ()), (3, ("resources",)), (2, ())):
            desired = without(schools(desk, name, rows), *keys)
            found = interrupted(desk, desired, found, at, how)
            longest = max(longest, len(desk.through.calls))
            as_wanted(desk, desired, found.package)
            for resource in found.package["resources"]:
                assert len(held(newest, resource["id"])) == resource["rows"]
                assert len(newest.action("resource_view_list", id=resource["id"])) == 1
        ended = longest < at
    assert at > 8
