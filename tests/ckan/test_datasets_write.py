"""One dataset on a real CKAN: created, revised, renamed, deleted and restored, in the requests that were promised."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from support.ckan import Stack, fresh
from support.ckan_writing import HOW, Breaking, Desk, Killed, as_wanted, editor, interrupted, named, sysadmin, without

from publisher.errors import OpendataError
from publisher.plan.model import Change, Desired, Drift, Kind, Subject
from publisher.portals.ckan.model import Options
from publisher.portals.ckan.notes import marker
from publisher.portals.ckan.writing.datasets import found_of
from publisher.portals.ckan.writing.settle import applied_in


@pytest.fixture(params=[sysadmin, editor], ids=["sysadmin", "editor"])
def desk(request: pytest.FixtureRequest, stack: Stack, tmp_path: Path) -> Desk:
    made: Desk = request.param(stack, tmp_path)
    return made


@pytest.fixture
def admin(stack: Stack, tmp_path: Path) -> Desk:
    return sysadmin(stack, tmp_path)


def two_files(desk: Desk, name: str, first: bytes = b"%PDF one", second: bytes = b"%PDF two") -> Desired:
    files = desk.source("a.pdf", first), desk.source("b.pdf", second)
    return desk.desired(name, *files, resources=[desk.resource(name, one.resource, one) for one in files])


def test_a_new_dataset_with_files_takes_two_requests(desk: Desk) -> None:
    desired = two_files(desk, named())
    found = desk.write(desired)
    assert desk.through.calls == ["package_create", "package_revise"]
    as_wanted(desk, desired, found.package)
    assert (found.id == desired.id) is desk.rights.sysadmin


def test_a_new_dataset_without_files_takes_one_request(desk: Desk) -> None:
    desired = desk.desired(named(), resources=[{"id": desk.catalogue, "name": "a", "url": "https://example.org/a.csv"}])
    found = desk.write(desired)
    assert desk.through.calls == ["package_create"]
    as_wanted(desk, desired, found.package)


def test_a_change_takes_one_request_and_sends_only_the_changed_file(desk: Desk) -> None:
    name = named()
    before = desk.write(two_files(desk, name))
    desired = without(two_files(desk, name, second=b"%PDF changed"), "description", title={"vi": "Mới"})
    after = desk.write(desired, before)
    assert desk.through.calls == ["package_revise"]
    as_wanted(desk, desired, after.package)
    moved = {one["name"]: one["last_modified"] for one in after.package["resources"]}
    was = {one["name"]: one["last_modified"] for one in before.package["resources"]}
    assert moved["a"] == was["a"]
    assert moved["b"] != was["b"]


def test_resources_come_go_and_change_places_in_one_request(desk: Desk) -> None:
    name = named()
    before = desk.write(two_files(desk, name))
    new, old = desk.source("c.pdf", b"%PDF c"), desk.source("a.pdf", b"%PDF one")
    desired = desk.desired(name, new, old, resources=[desk.resource(name, "c", new), desk.resource(name, "a", old)])
    after = desk.write(desired, before)
    assert desk.through.calls == ["package_revise"]
    assert [one["name"] for one in after.package["resources"]] == ["c", "a"]
    as_wanted(desk, desired, after.package)


def test_a_file_becomes_a_link_and_a_file_again(admin: Desk) -> None:
    name = named()
    file = two_files(admin, name)
    found = admin.write(file)
    first = {**file.record["resources"][0], "url": "https://example.org/a.pdf", "parts": []}
    link = replace(without(file, resources=[first, file.record["resources"][1]]), sources=file.sources[1:])
    after = admin.write(link, found)
    assert (after.package["resources"][0]["url"], after.package["resources"][0]["hash"]) == (first["url"], "")
    as_wanted(admin, link, after.package)
    as_wanted(admin, file, admin.write(file, after).package)


def test_fields_that_git_no_longer_has_are_cleared_and_those_of_others_stay(desk: Desk) -> None:
    name = named()
    first = desk.desired(
        name,
        landing_page="https://example.org/",
        contact={"email": "so@example.org"},
        portal_fields={"author": "Sở", "extras": {"ours": "1"}},
        resources=[
            {
                "id": desk.catalogue,
                "name": "a",
                "url": "https://example.org/a.csv",
                "title": {"vi": "A", "en": "A"},
                "description": {"vi": "Mô tả"},
            }
        ],
    )
    found = desk.write(first)
    theirs = {**found.package, "maintainer": "Somebody"}
    theirs["extras"] = [*theirs["extras"], {"key": "theirs", "value": "2"}]
    theirs["resources"] = [{"name": "theirs", "url": "https://example.org/b"}, *theirs["resources"]]
    theirs["resources"][1]["their_field"] = "3"
    found = found_of(desk.stack.action("package_update", **theirs))
    desired = without(first, "landing_page", "contact", "portal_fields")
    bare = {key: value for key, value in first.record["resources"][0].items() if key != "description"}
    bare["title"] = {"vi": "A"}
    desired = without(desired, keywords=[], resources=[bare])
    after = desk.write(desired, found).package
    extras = {one["key"]: one["value"] for one in after["extras"]}
    assert (after["url"], after["author"], after["maintainer"]) == ("", "", "Somebody")
    assert extras["theirs"] == "2"
    assert not {"ours", "contact_email"} & set(extras)
    assert after["tags"] == []
    assert [one["name"] for one in after["resources"]] == ["theirs", "A"]
    assert after["resources"][1]["their_field"] == "3"
    assert after["resources"][1]["description"] == ""
    assert "name_en" not in after["resources"][1]


def test_a_renamed_dataset_keeps_its_id_and_its_files(desk: Desk) -> None:
    name, new = named(), named()
    before = desk.write(two_files(desk, name))
    desired = two_files(desk, name)
    desired = replace(desired, subject=Subject(Kind.DATASET, new), record={**desired.record, "name": new})
    after = desk.write(desired, before, change=Change.RENAME)
    assert desk.through.calls == ["package_revise"]
    assert (after.id, after.name) == (before.id, new)
    assert [one["last_modified"] for one in after.package["resources"]] == [
        one["last_modified"] for one in before.package["resources"]
    ]
    as_wanted(desk, desired, after.package)


def test_a_deleted_dataset_comes_back_with_its_files(desk: Desk) -> None:
    desired = two_files(desk, named())
    found = desk.write(desired)
    desk.writer().delete(found)
    assert desk.through.calls == ["package_show", "package_delete"]
    assert not desk.stack.exists(found.id)
    there = desk.stack.action("package_show", id=found.id)
    after = desk.write(desired, found_of(there), change=Change.RESTORE)
    assert desk.through.calls == ["package_revise"]
    as_wanted(desk, desired, after.package)


def test_what_is_not_ours_is_never_deleted_or_written(desk: Desk) -> None:
    desired = desk.desired(named())
    found = desk.write(desired)
    extras = [one for one in found.package["extras"] if not one["key"].startswith("opendata")]
    theirs = desk.stack.action("package_patch", id=found.id, extras=extras)
    with pytest.raises(OpendataError) as refused:
        desk.writer().delete(found)
    assert refused.value.code == "portal-changed-meanwhile"
    with pytest.raises(OpendataError) as refused:
        desk.write(desired, found_of(theirs))
    assert refused.value.code == "portal-changed-meanwhile"
    assert desk.stack.action("package_show", id=found.id) == theirs


def test_a_name_that_somebody_else_has_is_told(desk: Desk) -> None:
    name = named()
    desk.stack.action("package_create", name=name, owner_org=desk.organization, title="Theirs")
    with pytest.raises(OpendataError) as refused:
        desk.write(desk.desired(name))
    assert refused.value.code == "portal-name-taken"
    assert desk.stack.action("package_show", id=name)["title"] == "Theirs"


def test_somebody_who_wrote_in_between_is_not_overwritten(desk: Desk) -> None:
    first = desk.desired(named())
    found = desk.write(first)
    desk.stack.action("package_patch", id=found.id, title="Theirs")
    with pytest.raises(OpendataError) as refused:
        desk.write(without(first, title={"vi": "Ours"}), found)
    assert refused.value.code == "portal-changed-meanwhile"
    assert desk.stack.action("package_show", id=found.id)["title"] == "Theirs"


def test_a_change_that_is_there_already_is_done(admin: Desk) -> None:
    first = admin.desired(named())
    found = admin.write(first)
    second = without(first, title={"vi": "Hai"})
    admin.write(second, found)
    again = admin.write(second, found)
    assert admin.through.calls == ["package_revise", "package_show"]
    as_wanted(admin, second, again.package)


def test_fields_that_others_changed_are_kept_where_the_portal_says_so(stack: Stack, tmp_path: Path) -> None:
    desk = sysadmin(stack, tmp_path, options=Options(languages=("vi", "en"), tables=False, drift="keep"))
    name = named()
    found = desk.write(two_files(desk, name))
    assert found.applied is not None
    theirs = found_of(stack.action("package_patch", id=found.id, title="Theirs", notes="Theirs too"))
    identity = found.package["resources"][0]["id"]
    stack.action("resource_patch", id=identity, description="Theirs")
    theirs = found_of(stack.action("package_show", id=found.id))
    places = ["title", f"resources/{identity}/description"]
    drift = [Drift("title", place, "Theirs") for place in places]
    desired = without(two_files(desk, name), description={"vi": "Ours"})
    after = desk.write(desired, theirs, drift=drift)
    assert after.applied is not None
    assert after.package["title"] == "Theirs"
    assert after.package["notes"].endswith("Ours")
    assert after.package["resources"][0]["description"] == "Theirs"
    assert after.applied.fields["title"] == found.applied.fields["title"]


def test_made_files_are_made_only_if_their_source_changed(admin: Desk) -> None:
    name = named()

    def of(rows: bytes, title: str) -> Desired:
        admin.tables.csv["truong"] = rows
        resource = admin.resource(name, "truong", format="csv", derived=["csv", "json"], digest=rows.decode(), rows=1)
        return admin.desired(name, resources=[resource], title={"vi": title})

    found = admin.write(of(b"a\n1\n", "Một"))
    assert admin.tables.made == ["truong.csv", "truong.json"]
    found = admin.write(of(b"a\n1\n", "Hai"), found)
    assert admin.tables.made == ["truong.csv", "truong.json"]
    desired = of(b"a\n2\n", "Hai")
    after = admin.write(desired, found)
    assert admin.tables.made == ["truong.csv", "truong.json"] * 2
    as_wanted(admin, desired, after.package)


def test_a_resource_that_somebody_removed_stays_removed_where_the_portal_says_so(stack: Stack, tmp_path: Path) -> None:
    desk = sysadmin(stack, tmp_path, options=Options(languages=("vi", "en"), tables=False, drift="keep"))
    name = named()
    found = desk.write(two_files(desk, name))
    assert found.applied is not None
    removed, left = (one["id"] for one in found.package["resources"])
    stack.action("resource_delete", id=removed)
    theirs = found_of(stack.action("package_show", id=found.id))
    places = [one for one in found.applied.fields if one.startswith(f"resources/{removed}/")]
    drift = [Drift("resources", place, None) for place in places]
    after = desk.write(without(two_files(desk, name), title={"vi": "Mới"}), theirs, drift=drift)
    assert [one["id"] for one in after.package["resources"]] == [left]
    assert after.package["title"] == "Mới"


def test_a_restored_dataset_whose_name_is_taken_by_now_is_told(admin: Desk) -> None:
    desired = admin.desired(named())
    found = admin.write(desired)
    admin.writer().delete(found)
    admin.stack.action("package_create", name=desired.subject.name, owner_org=admin.organization)
    there = found_of(admin.stack.action("package_show", id=found.id))
    with pytest.raises(OpendataError) as refused:
        admin.write(desired, there, change=Change.RESTORE)
    assert refused.value.code == "portal-name-taken"


def test_a_file_that_changed_on_disk_is_refused_before_the_portal_is_touched(admin: Desk) -> None:
    name = named()
    desired = two_files(admin, name)
    desired.sources[1].path.write_bytes(b"%PDF changed since")
    with pytest.raises(OpendataError) as refused:
        admin.write(desired)
    assert (refused.value.code, refused.value.params["path"]) == ("source-changed", "b.pdf")
    assert admin.through.calls == []


def test_a_file_that_changes_while_it_is_sent_leaves_an_unfinished_dataset_that_the_next_run_mends(
    admin: Desk,
) -> None:
    name = named()
    desired = two_files(admin, name)

    class Meddling(Breaking):
        def call(self, action: str, data: Any = None, *, files: Any = (), reads: bool | None = None) -> Any:
            answer = super().call(action, data, files=files, reads=reads)
            if files:
                desired.sources[1].path.write_bytes(b"%PDF other")
            return answer

    with pytest.raises(OpendataError) as refused:
        admin.write(desired, through=Meddling(admin.transport))
    assert refused.value.code == "source-changed"
    left = found_of(admin.stack.action("package_show", id=name))
    assert left.applied is not None
    assert not left.applied.complete
    desired = two_files(admin, name)
    as_wanted(admin, desired, admin.write(desired, left).package)


def test_text_that_does_not_fit_beside_files_goes_first(admin: Desk) -> None:
    name = named()
    found = admin.write(two_files(admin, name))
    long = {f"k{number}": "chữ " * 7000 for number in range(18)}
    desired = without(two_files(admin, name, second=b"%PDF new"), portal_fields={"extras": long})
    after = admin.write(desired, found)
    assert admin.through.calls == ["package_revise"] * 3
    as_wanted(admin, desired, after.package)


@pytest.mark.slow
@pytest.mark.parametrize("how", ["killed-after", "lost"])
@pytest.mark.parametrize("at", [1, 2, 3])
def test_broken_off_between_text_and_files_one_more_run_converges(admin: Desk, at: int, how: str) -> None:
    name = named()
    found = admin.write(two_files(admin, name))
    long = {f"k{number}": "chữ " * 7000 for number in range(18)}
    desired = without(two_files(admin, name, second=b"%PDF new"), portal_fields={"extras": long})
    as_wanted(admin, desired, interrupted(admin, desired, found, at, how).package)


def test_a_wedged_dataset_is_healed(admin: Desk) -> None:
    name = named()
    desired = two_files(admin, name)
    found = admin.write(desired)
    identity = found.package["resources"][0]["id"]
    admin.stack.action(
        "package_revise", match={"id": found.id}, update__resources__extend=[{"id": identity, "name": "x"}]
    )
    wedged = found_of(admin.stack.action("package_show", id=found.id))
    drift = [Drift("resources", f"resources/{one['id']}/url", None) for one in found.package["resources"]]
    as_wanted(admin, desired, admin.write(desired, wedged, drift=drift).package)


def test_a_refusal_is_told_with_its_field_and_in_the_portals_words(admin: Desk) -> None:
    with pytest.raises(OpendataError) as refused:
        admin.write(admin.desired(named(), portal_fields={"type": "dataset", "maintainer_email": "no address"}))
    assert refused.value.code == "portal-refused"
    assert refused.value.params["field"] == "maintainer_email"
    assert "email" in str(refused.value.params["reason"]).lower()


def test_a_file_that_is_too_large_is_told(admin: Desk) -> None:
    name = named()
    desired = two_files(admin, name, first=b"x" * (10 * (1 << 20) + 1))
    with pytest.raises(OpendataError) as refused:
        admin.write(desired, largest=10 << 20)
    assert refused.value.code == "portal-file-too-large"
    assert admin.through.calls == []


@pytest.mark.parametrize("how", HOW)
def test_broken_off_anywhere_one_more_run_converges(desk: Desk, how: str) -> None:
    tried = 0
    for at in range(1, 4):
        name = named()
        desired = two_files(desk, name)
        found = interrupted(desk, desired, None, at, how)
        as_wanted(desk, desired, found.package)
        change = without(two_files(desk, name, first=b"%PDF changed"), title={"vi": f"Lần {at}"})
        after = interrupted(desk, change, found, at, how)
        as_wanted(desk, change, after.package)
        assert desk.stack.action("package_search", fq=f"name:{name}")["count"] == 1
        tried += 1
    assert tried == 3


def test_a_killed_run_leaves_a_hidden_draft_that_says_whose_it_is(desk: Desk) -> None:
    desired = two_files(desk, named())
    with pytest.raises(Killed):
        desk.write(desired, through=Breaking(desk.transport, 1, "killed-after"))
    draft = desk.stack.action("package_show", id=desired.subject.name)
    applied = applied_in(draft)
    assert (draft["state"], draft["private"]) == ("draft" if desk.rights.sysadmin else "active", True)
    assert {one["key"] for one in draft["extras"]} == {marker.EXTRA}
    assert draft["title"] == desired.record["title"]["vi"]
    assert applied is not None
    assert (applied.catalogue, applied.id, applied.complete) == (desk.catalogue, desired.id, False)
    assert applied.record == {key: value for key, value in desired.record.items() if key != "resources"}
    as_wanted(desk, desired, desk.write(desired, found_of(draft)).package)


def test_a_copy_of_a_resource_by_another_dataset_is_told(desk: Desk) -> None:
    first = two_files(desk, named())
    desk.write(first)
    other = replace(desk.desired(named(), *first.sources, resources=first.record["resources"]))
    with pytest.raises(OpendataError) as refused:
        desk.write(other)
    assert refused.value.code == "portal-refused"
    assert "id" in str(refused.value.params["field"])


def test_the_whole_file_is_sent_as_it_is(admin: Desk) -> None:
    name = named()
    files = admin.source("Danh sách.pdf", bytes(range(256)) * 5000, "a")
    desired = admin.desired(name, files, resources=[admin.resource(name, "a", files)])
    as_wanted(admin, desired, admin.write(desired).package)


def test_an_editor_writes_datasets_that_stand_in_groups_of_others(stack: Stack, tmp_path: Path) -> None:
    desk = editor(stack, tmp_path)
    desired = two_files(desk, named())
    desk.write(desired)
    group = stack.action("group_create", name=fresh("nhom"))["name"]
    stack.action("package_patch", id=desired.subject.name, groups=[{"name": group}])
    for title in ("Lần thứ hai", "Lần thứ ba"):
        found = found_of(stack.action("package_show", id=desired.subject.name))
        changed = replace(desired, record={**desired.record, "title": {"vi": title}}, digest=title)
        desk.write(changed, found)
        there = stack.action("package_show", id=desired.subject.name)
        assert there["title"] == title
        assert [one["name"] for one in there["groups"]] == [group]


def test_a_dataset_that_the_index_has_lost_comes_back_though_nothing_else_changed(stack: Stack, tmp_path: Path) -> None:
    desk = sysadmin(stack, tmp_path)
    desired = two_files(desk, named())
    found = desk.write(desired)
    stack.lose_document(found.id)
    assert stack.action("package_search", fq=f"id:{found.id}")["count"] == 0
    again = desk.write(desired, found, reasons=("stale:not-indexed",))
    assert stack.action("package_search", fq=f"id:{found.id}")["count"] == 1
    as_wanted(desk, desired, again.package)
