"""A real CKAN read back: as sysadmin and as editor, private ones, drafts, lost documents, edits in the web form."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
from support.ckan import Stack, fresh
from support.ckan_reading import WebForm
from support.ckan_writing import Breaking, Desk, editor, named, sysadmin

from publisher.messages import messages
from publisher.plan.desired import CATALOGUE
from publisher.plan.model import Desired, DesiredState, Holding
from publisher.portals.ckan.model import Found
from publisher.portals.ckan.notes.home import Deleted, HomeState, Kept, home_name, roll_call
from publisher.portals.ckan.notes.lease import Lease
from publisher.portals.ckan.reading.pages import read_all
from publisher.portals.ckan.reading.rights import rights
from publisher.portals.ckan.reading.snapshot import Snapshot, complete, read

PDF = b"%PDF-1.4 made up"
MAKERS = {"sysadmin": sysadmin, "editor": editor}


@pytest.fixture(params=["sysadmin", "editor"])
def desk(request: pytest.FixtureRequest, stack: Stack, tmp_path: Path) -> Iterator[Desk]:
    """Somebody with an organization of their own, which alone they read."""
    made = MAKERS[request.param](stack, tmp_path)
    made.rights = rights(made.transport, (made.organization,))
    made.options = replace(made.options, scope=(made.organization,))
    yield made
    made.transport.close()


def look(desk: Desk, *wanted: Desired, deep: bool = False, rows: int = 1000, everywhere: bool = False) -> Snapshot:
    options = replace(desk.options, scope=()) if everywhere else desk.options
    seen = read(desk.transport, options, desk.rights, desk.catalogue, deep=deep, rows=rows)
    state = DesiredState(desk.catalogue, None, "1", None, {one.subject: one for one in wanted})
    return complete(desk.transport, options, desk.rights, seen, state)


def settle(desk: Desk, **more: Any) -> None:
    """The private dataset, as the end of a publication leaves it."""
    record = {"id": desk.catalogue}
    kept = HomeState(desk.catalogue, "c0ffee", subjects={CATALOGUE: Kept("catalogue", "d", record)})
    texts = {"title": messages("en").text("Notes of the publishing tool")}
    name, user, url = home_name(desk.catalogue), desk.rights.user, desk.stack.url
    lease = Lease(desk.transport, name, kept, None, desk.organization, texts, user, url)
    lease.take()
    lease.release(replace(kept, **more))


def with_file(desk: Desk, name: str | None = None, **more: object) -> Desired:
    name = name or named()
    source = desk.source("tai-lieu.pdf", PDF, "tai-lieu")
    return desk.desired(name, source, resources=[desk.resource(name, "tai-lieu", source, **more)])


def only(snapshot: Snapshot, one: Desired) -> Holding:
    return snapshot.state.holdings[one.subject]


def test_what_was_written_is_held_as_it_was_written(desk: Desk) -> None:
    one, two = with_file(desk), desk.desired(named())
    desk.write(one)
    desk.write(two)
    settle(desk)
    stranger = desk.stack.action("package_create", name=fresh("la"), owner_org=desk.organization, private=True)
    draft = desk.stack.action("package_create", name=fresh("nhap"), owner_org=desk.organization, state="draft")
    for rows in (1000, 2):
        seen = look(desk, one, two, rows=rows)
        for each in (one, two):
            held = only(seen, each)
            assert (held.id, held.digest, held.record) == (each.id, each.digest, each.record)
            assert (held.drift, held.stale, held.deleted, held.commit) == ((), None, False, "c0ffee")
        (file,) = only(seen, one).files
        assert (file.name, file.bytes) == ("tai-lieu.pdf", len(PDF))
        assert seen.state.catalogue_id == desk.catalogue and seen.state.commit == "c0ffee"
        assert {stranger["name"], draft["name"]} <= {subject.name for subject in seen.state.foreign}
    assert only(look(desk, one, deep=True), one) == only(look(desk, one), one)


def test_where_nothing_changed_four_questions_and_the_pages_are_enough(newest: Stack, tmp_path: Path) -> None:
    desk = sysadmin(newest, tmp_path)
    one = desk.desired(named())
    desk.write(one)
    settle(desk, roll=roll_call([one.id]))
    asking = Breaking(desk.transport)
    seen = read(asking, desk.options, rights(asking), desk.catalogue)
    state = DesiredState(desk.catalogue, None, "1", None, {one.subject: one})
    assert only(complete(asking, desk.options, desk.rights, seen, state), one).digest == one.digest
    assert asking.calls[:4] == ["user_show", "status_show", "organization_list_for_user", "group_list_authz"]
    assert set(asking.calls[4:]) == {"package_search"}


def test_a_document_that_the_index_lost_counts_as_held(desk: Desk) -> None:
    one = with_file(desk)
    found = desk.write(one)
    desk.stack.lose_document(found.id)
    assert only(look(desk, everywhere=True), one).stale == "not-indexed"
    desk.stack.action("dataset_purge", id=found.id)


def test_a_lost_document_is_found_under_its_name_in_a_scope_too(desk: Desk) -> None:
    one = with_file(desk)
    found = desk.write(one)
    settle(desk)
    desk.stack.lose_document(found.id)
    assert only(look(desk, one), one).stale == "not-indexed"
    desk.stack.action("dataset_purge", id=found.id)


def test_a_deleted_dataset_is_found_whoever_has_its_name_now(desk: Desk) -> None:
    one, two = with_file(desk), with_file(desk)
    found = {each.subject: desk.write(each) for each in (one, two)}
    gone = Deleted(two.subject.name, found[two.subject].id, "2026-01-01")
    settle(desk, deleted={two.id: gone})
    for each in found.values():
        desk.stack.action("package_delete", id=each.id)
    desk.stack.action("package_create", name=two.subject.name, owner_org=desk.organization)
    seen = look(desk, one, two)
    assert only(seen, one).deleted and seen.found[one.subject].state == "deleted"
    assert two.subject in seen.state.foreign
    assert only(seen, two).deleted and only(seen, two).id == two.id


def test_a_name_of_somebody_elses_private_dataset_is_taken(desk: Desk) -> None:
    other = desk.stack.organization()
    name = named()
    desk.stack.action("package_create", name=name, owner_org=other, private=True)
    settle(desk)
    wanted = desk.desired(name)
    assert wanted.subject in look(desk, wanted).state.foreign


def test_a_copy_made_by_hand_is_foreign(desk: Desk) -> None:
    one = with_file(desk)
    package = desk.write(one).package
    copied = {key: package[key] for key in ("title", "extras", "owner_org")}
    copy = desk.stack.action("package_create", **copied, name=named(), resources=[{"name": "x", "url": "http://x"}])
    seen = look(desk)
    assert seen.found[one.subject].id == package["id"]
    assert [(each.subject.name, each.codes) for each in seen.state.notices] == [(copy["name"], ("marker-copied",))]


def resource_of(found: Found) -> dict[str, object]:
    (one,) = found.package["resources"]
    return dict(one)


def test_edits_in_the_web_form_are_drift_with_who_and_when(desk: Desk) -> None:
    one = with_file(desk, period="2024")
    found = desk.write(one)
    settle(desk)
    form = WebForm(desk.stack)
    form.edit_resource(found.name, resource_of(found))
    form.edit_resource(found.name, resource_of(found), ("tai-lieu.pdf", PDF + b" and more"))
    held = only(look(desk, one), one)
    (size,) = [each for each in held.drift if each.place.endswith("/size")]
    assert (size.there, size.applied, held.files) == (len(PDF) + 9, len(PDF), ())
    assert size.by == "admin" and size.on is not None and size.on.endswith("Z")


def test_a_file_of_the_same_size_and_name_is_only_seen_by_reading_it(desk: Desk) -> None:
    one = with_file(desk)
    found = desk.write(one)
    settle(desk)
    WebForm(desk.stack).edit_resource(found.name, resource_of(found), ("tai-lieu.pdf", PDF[::-1]))
    places = {each.place.rpartition("/")[2] for each in only(look(desk, one), one).drift}
    assert "hash" not in places
    assert "hash" in {each.place.rpartition("/")[2] for each in only(look(desk, one, deep=True), one).drift}


def test_pages_are_read_while_datasets_come_in(newest: Stack, tmp_path: Path) -> None:
    desk = sysadmin(newest, tmp_path)

    def add(first: str) -> str:
        """A dataset whose id begins with a digit, so that it is known on which page it comes in."""
        identity = first + str(uuid.uuid4())[1:]
        newest.action("package_create", id=identity, name=fresh("trang"), owner_org=desk.organization)
        return identity

    ids = [add(first) for first in "123"]
    coming = iter("ef")

    def turn(package: dict[str, object]) -> str:
        ids.extend(add(first) for first in islice(coming, 1))
        return str(package["id"])

    assert read_all(desk.transport, turn, (desk.organization,), rows=1) == ids
