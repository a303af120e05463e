"""Everything that stands on a portal, whole or not at all: whose it is, and what to do where answers are odd."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from ckanapi.errors import CKANAPIError, NotAuthorized, NotFound
from hypothesis import given
from hypothesis import strategies as st
from support.ckan_reading import MadePortal, package

from publisher.errors import Exit, OpendataError
from publisher.plan.model import Desired, DesiredState, Kind, PublishedFile, Subject
from publisher.portals.ckan.mapping import mapping
from publisher.portals.ckan.mapping.values import dataset_name
from publisher.portals.ckan.model import Applied, Options, Package, Rights, TableState
from publisher.portals.ckan.notes import home, marker
from publisher.portals.ckan.notes.home import Deleted, HomeState, Kept, encode, home_name, roll_call, short_id
from publisher.portals.ckan.reading.snapshot import Snapshot, complete, read

CATALOGUE = "6c1c2f0e-0a51-4c1e-9f5a-2f6f1c0d7a11"
OPTIONS = Options(languages=("vi",))
RIGHTS = Rights(
    (2, 12), frozenset({"activity", "datastore", "datatables_view"}), "admin", True, {"so-a": "1"}, {}, True, True
)
EDITOR = replace(RIGHTS, user="binh", sysadmin=False, create_organizations=False, create_groups=False)
SHA = "a" * 64


def applied(identity: str = "a", name: str | None = None, **more: Any) -> Applied:
    """What we last wrote of a dataset (made up)."""
    record = {"id": f"our-{identity}", "name": name or f"ten-{identity}", "title": {"vi": "Thử"}}
    made = Applied(
        CATALOGUE,
        f"our-{identity}",
        str(record["name"]),
        f"digest-{identity}",
        "c0ffee",
        mapping.rules(OPTIONS),
        record,
    )
    return replace(made, **more)


def private(kept: HomeState | None = None, **more: Any) -> Package:
    """The private dataset."""
    extras = [{"key": key, "value": value} for key, value in encode(kept or HomeState(CATALOGUE, "c0ffee")).items()]
    return package("h", home_name(CATALOGUE), private=True, extras=extras, **more)


def snapshot(
    *packages: Package, options: Options = OPTIONS, rights: Rights = RIGHTS, rows: int = 1000, **more: Any
) -> Snapshot:
    return read(MadePortal(list(packages), **more), options, rights, CATALOGUE, rows=rows)


def wanted(identity: str, kind: Kind = Kind.DATASET, name: str | None = None, **record: Any) -> Desired:
    name = name or f"ten-{identity}"
    return Desired(Subject(kind, name), f"our-{identity}", {"name": name, **record}, f"digest-{identity}")


def completed(
    portal: MadePortal, *desired: Desired, options: Options = OPTIONS, rights: Rights = RIGHTS
) -> tuple[Snapshot, list[str]]:
    """The snapshot with what single questions show, and those questions."""
    seen = read(portal, options, rights, CATALOGUE)
    portal.calls.clear()
    state = DesiredState(CATALOGUE, None, "1", None, {one.subject: one for one in desired})
    return complete(portal, options, rights, seen, state), portal.calls


def dataset(name: str) -> Subject:
    return Subject(Kind.DATASET, name)


@given(st.integers(0, 40), st.integers(1, 9), st.integers(1, 9))
def test_all_datasets_come_whatever_the_pages(count: int, rows: int, most: int) -> None:
    found = snapshot(*[package(f"{number:03}") for number in range(count)], rows=rows, most=most)
    assert found.names == {f"ten-{number:03}" for number in range(count)}


def test_ids_are_words_of_the_query_that_mean_themselves() -> None:
    found = snapshot(package('a" OR *'), package("b\\"), package("c"), rows=1)
    assert len(found.names) == 3


def test_nothing_is_asked_twice_where_nothing_happens() -> None:
    portal = MadePortal([package("a", applied=applied()), private()])
    read(portal, OPTIONS, RIGHTS, CATALOGUE)
    assert portal.calls == ["package_search", "package_list"]
    portal = MadePortal([package("a", applied=applied()), private(HomeState(CATALOGUE, roll=roll_call(["our-a"])))])
    read(portal, OPTIONS, RIGHTS, CATALOGUE)
    assert portal.calls == ["package_search"]


class Moving(MadePortal):
    """A portal where something happens before a request of a number."""

    happens: Mapping[int, Package | str] = {}

    def call(self, action: str, data: Mapping[str, Any] | None = None) -> Any:
        what = self.happens.get(len(self.calls))
        if isinstance(what, str):
            self.lost.add(what)
        elif what is not None:
            self.packages.append(what)
        return super().call(action, data)


def moving(**happens: Package | str) -> Moving:
    portal = Moving([package(one) for one in "abcdef"])
    portal.happens = {int(key[1:]): what for key, what in happens.items()}
    return portal


def test_a_list_that_moves_once_is_read_again() -> None:
    found = read(moving(_1=package("ab")), OPTIONS, RIGHTS, CATALOGUE, rows=2)
    assert len(found.names) == 7


def test_datasets_may_keep_coming_in() -> None:
    found = read(moving(_1=package("e1"), _3=package("e2"), _4=package("e3")), OPTIONS, RIGHTS, CATALOGUE, rows=2)
    assert {"ten-e1", "ten-e2", "ten-e3"} <= found.names


def test_a_list_that_loses_datasets_while_it_is_read_is_refused() -> None:
    with pytest.raises(OpendataError) as caught:
        read(moving(_1="e", _3="f"), OPTIONS, RIGHTS, CATALOGUE, rows=2)
    assert (caught.value.code, caught.value.exit_code) == ("portal-incomplete", Exit.UNREACHABLE)


@pytest.mark.parametrize(
    "answer",
    [
        {"count": 3, "results": [package("a"), package("a"), package("b")]},
        {"count": 3, "results": []},
        {"count": 1, "results": [package("a"), package("b")]},
        {"count": 2, "results": [package("b"), package("a")]},
    ],
)
def test_pages_that_repeat_shrink_or_do_not_fit_their_count_are_refused(answer: Any) -> None:
    with pytest.raises(OpendataError) as caught:
        snapshot(answers={"package_search": answer})
    assert caught.value.code == "portal-incomplete"


def test_a_server_that_gives_the_same_page_for_ever_is_refused() -> None:
    page = {"count": 5, "results": [package("a"), package("b")]}
    portal = MadePortal(answers={"package_search": page})
    with pytest.raises(OpendataError) as caught:
        read(portal, OPTIONS, RIGHTS, CATALOGUE)
    assert caught.value.code == "portal-incomplete" and len(portal.calls) < 6


KEYS = st.sampled_from(["id", "key", "value", "name", "url", "size", "hash", "url_type", "vocabulary_id"])
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


@given(st.sampled_from([*package("a"), "count", "results"]), values, st.booleans())
def test_answers_of_any_shape_end_in_a_snapshot_or_one_clear_line(key: str, value: Any, ours: bool) -> None:
    one = package("a", applied=applied() if ours else None)
    answer = {"count": 1, "results": [one], key: value} if key in {"count", "results"} else None
    try:
        snapshot(
            answers={"package_search": answer or {"count": 1, "results": [{**one, key: value}]}, "package_list": []}
        )
    except OpendataError as error:
        assert error.code in {"portal-answer-broken", "portal-incomplete"}


@given(st.sampled_from(["extras", "tags", "groups", "resources"]), st.dictionaries(KEYS, values, max_size=3))
def test_odd_parts_of_a_dataset_of_ours_end_in_a_snapshot_or_one_clear_line(key: str, part: dict[str, Any]) -> None:
    one = package("a", applied=applied(fields={"resources/r/hash": "x", "extras:x": "y", "tags": "z"}))
    try:
        snapshot({**one, key: [*one[key], part]})
    except OpendataError as error:
        assert error.code == "portal-answer-broken"


@given(values)
def test_resources_of_any_shape_end_in_a_snapshot_or_one_clear_line(value: Any) -> None:
    files = (PublishedFile("a.csv", SHA, 3, "a"),)
    digest = marker.digests({"": f"sha256:{SHA}"})[""]
    ours = applied(fields={"resources/r/hash": digest, "resources/r/name": "y"}, files=files)
    odd = {"url": value, "size": value, "hash": value, "name": value}
    for resource in (value, {"id": "r", **odd, "url_type": value}, {"id": "r", **odd, "url_type": "upload"}):
        try:
            snapshot(package("a", applied=ours, resources=[resource]))
        except OpendataError as error:
            assert error.code == "portal-answer-broken"


@given(values)
def test_a_list_of_names_of_any_shape_ends_in_a_snapshot_or_one_clear_line(value: Any) -> None:
    try:
        snapshot(package("a"), answers={"package_list": value})
    except OpendataError as error:
        assert error.code == "portal-answer-broken"


def test_a_refusal_of_ckan_is_told_in_one_line() -> None:
    def refuses(_: object) -> None:
        raise CKANAPIError("Search Query is invalid")

    with pytest.raises(OpendataError) as caught:
        snapshot(answers={"package_search": refuses})
    assert caught.value.code == "portal-refused"


def test_what_bears_our_catalogues_marker_is_ours_and_all_else_is_foreign() -> None:
    other = applied("c", catalogue="another")
    found = snapshot(package("a", applied=applied()), package("b"), package("c", applied=other))
    holding = found.state.holdings[dataset("ten-a")]
    assert (holding.id, holding.digest, holding.commit, holding.stale) == ("our-a", "digest-a", "c0ffee", None)
    assert holding.record["title"] == {"vi": "Thử"}
    assert found.state.foreign == {
        dataset("ten-b"): "Sở A",
        dataset("ten-c"): "Sở A",
        Subject(Kind.ORGANIZATION, "so-a"): "",
    }
    assert found.found[dataset("ten-a")].package["name"] == "ten-a" and len(found.found) == 1


def test_a_harvested_copy_of_ours_is_foreign() -> None:
    one = package("a", applied=applied())
    one["extras"].append({"key": "harvest_object_id", "value": "1"})
    found = snapshot(one)
    assert dataset("ten-a") in found.state.foreign and not found.state.holdings


def test_a_marker_that_cannot_be_read_is_foreign_told_and_never_touched() -> None:
    one = package("a", extras=[{"key": marker.EXTRA, "value": "edited by hand"}])
    state = snapshot(one).state
    assert dataset("ten-a") in state.foreign and not state.holdings
    assert state.beyond[dataset("ten-a")] == "marker-unreadable"
    assert [(one.subject.name, one.codes) for one in state.notices] == [("ten-a", ("marker-unreadable",))]


def test_the_private_dataset_of_another_catalogue_is_just_foreign() -> None:
    state = snapshot({**private(HomeState("another")), "name": "opendata-another"}).state
    assert dataset("opendata-another") in state.foreign and not state.notices


@pytest.mark.parametrize("first", ["a", "b"])
def test_of_two_with_our_id_the_copy_is_foreign(first: str) -> None:
    """The copy has other resources, as CKAN keeps their ids unique; else the older one is the original."""
    ours = applied(fields={"resources/r/name": "x"})
    original = package(first, "ten-a", ours, resources=[{"id": "r"}], metadata_created="2026-02-01")
    copy = package("c", "ten-a-copy", ours, resources=[{"id": "other"}], metadata_created="2026-01-01")
    state = snapshot(original, copy).state
    assert [str(one) for one in state.holdings] == ["dataset/ten-a"]
    assert dataset("ten-a-copy") in state.foreign and state.notices[0].codes == ("marker-copied",)
    older = package("d", "older", applied(), metadata_created="2025-01-01")
    assert "older" not in {one.name for one in snapshot(older, package("a", "new", applied())).state.foreign}


def test_a_document_that_the_index_lost_counts_as_held_and_is_healed() -> None:
    found = snapshot(package("a", applied=applied()), package("b"), lost={"a", "b"})
    assert found.state.holdings[dataset("ten-a")].stale == "not-indexed"
    assert dataset("ten-b") in found.state.foreign and found.names == {"ten-a", "ten-b"}


def test_an_index_that_knows_hardly_anything_is_left_to_the_administrator() -> None:
    packages = [package(f"{number:03}") for number in range(60)]
    with pytest.raises(OpendataError) as caught:
        snapshot(*packages, lost={one["id"] for one in packages})
    assert (caught.value.code, caught.value.params) == ("portal-index-behind", {"lost": 60, "count": 60})


def test_only_the_scope_is_read() -> None:
    other = package("b", organization={"name": "so-b", "title": "Sở B", "id": "2"})
    found = snapshot(package("a", applied=applied()), other, options=replace(OPTIONS, scope=("so-a",)))
    assert found.names == {"ten-a"}


@pytest.mark.parametrize(
    ("change", "stale"),
    [({"complete": False}, "unfinished"), ({"rules": "older"}, "mapping"), ({}, None)],
)
def test_why_a_holding_is_stale(change: dict[str, Any], stale: str | None) -> None:
    found = snapshot(package("a", applied=applied(**change)))
    assert found.state.holdings[dataset("ten-a")].stale == stale


@pytest.mark.parametrize(
    ("noted", "tables", "stale"), [(True, True, None), (False, True, "table-differs"), (False, False, None)]
)
def test_a_table_that_somebody_deleted_is_loaded_again_where_tables_are_wanted(
    noted: bool, tables: bool, stale: str | None
) -> None:
    options = replace(OPTIONS, tables=tables)
    ours = applied(tables={"r": TableState("s", "d", 3), "image": TableState("", "", 0)}, rules=mapping.rules(options))
    there = package("a", applied=ours, resources=[{"id": "r", "datastore_active": noted}, {"id": "image"}])
    assert snapshot(there, options=options).state.holdings[dataset("ten-a")].stale == stale


def test_a_draft_is_unfinished_and_one_that_was_complete_was_taken_off_the_pages_by_somebody() -> None:
    found = snapshot(package("a", applied=applied(complete=False), state="draft"))
    assert found.state.holdings[dataset("ten-a")].stale == "unfinished"
    found = snapshot(package("a", applied=applied(), state="draft"))
    holding = found.state.holdings[dataset("ten-a")]
    assert holding.stale is None
    assert [(one.field, one.place, one.there) for one in holding.drift] == [("status", "state", "draft")]


def test_the_private_dataset_tells_of_all_else() -> None:
    record = {"name": "so-a", "title": {"vi": "Sở A"}}
    body, theme = Subject(Kind.ORGANIZATION, "so-a"), Subject(Kind.THEME, "y-te")
    kept = HomeState(
        CATALOGUE,
        "c0ffee",
        "1.0",
        "2026-01-01",
        {body: Kept("o", "d", record), theme: Kept("t", "e", {"name": "y-te"})},
    )
    found = snapshot(private(kept))
    state = found.state
    assert (state.catalogue_id, state.commit, state.tool, state.as_of) == (CATALOGUE, "c0ffee", "1.0", "2026-01-01")
    assert (state.holdings[body].record, state.holdings[body].deleted) == (record, False)
    assert state.holdings[theme].deleted, "the group is not there any more"
    assert not state.foreign and found.home is not None and found.home.name == home_name(CATALOGUE)


def test_an_empty_portal_is_nobodys() -> None:
    found = snapshot(package("b"))
    assert (found.state.catalogue_id, found.home, found.kept) == (None, None, None)


@pytest.mark.parametrize(
    ("lost", "scope", "stale"), [(set(), (), None), ({"h"}, (), "not-indexed"), ({"h"}, ("so-b",), None)]
)
def test_a_private_dataset_that_the_index_lost_is_found_and_healed(
    lost: set[str], scope: tuple[str, ...], stale: str | None
) -> None:
    subject = Subject(Kind.CATALOGUE, "catalogue")
    kept = HomeState(CATALOGUE, "c0ffee", subjects={subject: Kept("c", "d", {"name": "catalogue"})})
    state = snapshot(private(kept), lost=lost, options=replace(OPTIONS, scope=scope)).state
    assert (state.catalogue_id, state.holdings[subject].stale) == (CATALOGUE, stale)


def test_a_private_dataset_that_was_deleted_still_tells() -> None:
    found = snapshot(private(state="deleted"))
    assert found.home is None and found.state.commit == "c0ffee"


@pytest.mark.parametrize("extras", [[], [{"key": home.EXTRA, "value": "x"}], None])
def test_a_private_dataset_that_cannot_be_read_ends_it(extras: Any) -> None:
    other = [{"key": key, "value": value} for key, value in encode(HomeState("another")).items()]
    with pytest.raises(OpendataError) as caught:
        snapshot(package("h", home_name(CATALOGUE), extras=extras if extras is not None else other))
    assert caught.value.code == "portal-home-unreadable"


def test_what_an_editor_may_not_write_is_beyond() -> None:
    state = snapshot(package("b"), rights=EDITOR).state
    assert state.beyond[Kind.ORGANIZATION] == "ask-administrator-organizations"
    assert state.beyond[Kind.THEME] == "ask-administrator-groups"
    assert "editor" in state.capabilities and "sysadmin" not in state.capabilities
    assert snapshot(package("b")).state.beyond == {Subject(Kind.ORGANIZATION, "so-a"): "organization-foreign"}


def test_a_hidden_version_is_told() -> None:
    notices = snapshot(rights=replace(RIGHTS, hidden=True)).state.notices
    assert [one.codes for one in notices] == [("portal-version-hidden",)]


def test_nothing_is_asked_on_a_first_load() -> None:
    assert completed(MadePortal([package("b")]), wanted("a"))[1] == []


def test_a_deleted_dataset_is_a_restoration() -> None:
    gone = package("our-a", "ten-a", applied(), state="deleted")
    found, calls = completed(MadePortal([gone, private()]), wanted("a"))
    holding = found.state.holdings[dataset("ten-a")]
    assert holding.deleted and holding.digest == "digest-a" and calls == ["package_show"]
    assert found.found[dataset("ten-a")].state == "deleted" and "ten-a" not in found.names


def test_a_deleted_dataset_that_has_lost_its_name_is_found() -> None:
    kept = HomeState(CATALOGUE, deleted={"our-a": Deleted("ten-a", "x", "2026-01-01")})
    gone = package("x", "x", applied=applied(), state="deleted")
    taken = package("b", "ten-a")
    found, calls = completed(MadePortal([gone, taken, private(kept)]), wanted("a"))
    assert found.state.holdings[dataset("ten-a")].deleted and dataset("ten-a") in found.state.foreign
    assert calls == ["package_show"]


def test_a_dataset_that_was_published_and_is_nowhere_was_removed() -> None:
    kept = HomeState(CATALOGUE, known=frozenset(map(short_id, ["our-a", "our-b", "our-c"])))
    other = package("b", "ten-b")
    found, calls = completed(MadePortal([private(kept), other]), wanted("a"), wanted("b"), wanted("new"))
    assert found.state.removed == {dataset("ten-a"), dataset("ten-b")} and calls.count("package_show") == 5
    assert set(found.state.foreign) & {dataset("ten-a"), dataset("ten-b")} == {dataset("ten-b")}
    ours = replace(kept, deleted={"our-a": Deleted("ten-a", "x", "2026-01-01")})
    assert completed(MadePortal([private(ours)]), wanted("a"))[0].state.removed == frozenset()


def test_a_cut_name_of_ours_that_somebody_else_bears_is_taken() -> None:
    options, long = replace(OPTIONS, prefix="tinh-"), "t" * 97
    taken = package("b", dataset_name(long, options))
    found, _ = completed(MadePortal([taken, private()]), wanted("a", name=long), options=options)
    assert found.state.foreign[dataset(long)] == "Sở A"


@pytest.mark.parametrize("scope", [(), ("so-b",)])
def test_a_name_that_a_dataset_lost_there_may_be_taken_by_now(scope: tuple[str, ...]) -> None:
    options, body = replace(OPTIONS, scope=scope), {"name": "so-b", "title": "Sở B", "id": "2"}
    home_there = private(organization=body)
    renamed = package("our-a", "ten-khac", applied(rules=mapping.rules(options)), organization=body)
    portal = MadePortal([home_there, renamed, package("x", "ten-a")])
    found, calls = completed(portal, wanted("a"), options=options)
    assert found.state.foreign[dataset("ten-a")] == "Sở A"
    assert calls == (["package_show"] if scope else [])
    found, _ = completed(MadePortal([home_there, renamed]), wanted("a"), options=options)
    assert dataset("ten-a") not in found.state.foreign


def test_ours_in_an_organization_that_the_scope_does_not_name_is_told() -> None:
    options = replace(OPTIONS, scope=("so-b",))
    found, _ = completed(MadePortal([private(), package("our-a", "ten-a", applied())]), wanted("a"), options=options)
    assert found.state.beyond[dataset("ten-a")] == "dataset-out-of-scope"
    assert dataset("ten-a") not in found.state.foreign


def test_an_editor_finds_a_deleted_dataset_by_a_resource() -> None:
    gone = package("x", "x", applied=applied(), state="deleted")
    portal = MadePortal([gone, private()], answers={"resource_show": {"id": "r", "package_id": "x"}})
    found, calls = completed(portal, wanted("a", resources=[{"id": "r"}]), rights=EDITOR)
    assert found.state.holdings[dataset("ten-a")].deleted
    assert calls == ["package_show", "resource_show", "package_show"]


def test_a_draft_that_the_index_lost_is_held_once_it_is_wanted() -> None:
    draft = package("a", applied=applied(complete=False), state="draft")
    found, _ = completed(MadePortal([draft, private()], lost={"a"}), wanted("a"))
    assert found.state.holdings[dataset("ten-a")].stale == "unfinished"


def test_a_name_that_is_hidden_from_us_is_taken() -> None:
    def hidden(data: Mapping[str, Any]) -> Any:
        raise NotAuthorized({"message": "no"}) if data["id"] == "ten-a" else NotFound()

    found, _ = completed(MadePortal([private()], answers={"package_show": hidden}), wanted("a"))
    assert dataset("ten-a") in found.state.foreign


def test_a_name_without_the_prefix_of_ours_takes_none_from_us() -> None:
    options = replace(OPTIONS, prefix="tinh-")
    odd = [{"key": marker.EXTRA, "value": "edited by hand"}]
    others = [package("b", "ten-a", extras=odd), package("c", "tinh-ten-b")]
    found, _ = completed(MadePortal([*others, private()]), wanted("a"), wanted("b"), options=options)
    assert set(found.state.beyond) == {Subject(Kind.ORGANIZATION, "so-a")}
    assert set(found.state.foreign) == {dataset("ten-b"), Subject(Kind.ORGANIZATION, "so-a")}


def test_a_name_that_the_entry_gives_stands_for_our_dataset() -> None:
    options = replace(OPTIONS, prefix="tinh-", datasets={"truong": "schools"})
    state = snapshot(package("b", "schools"), package("c", "truong"), options=options).state
    assert state.foreign[dataset("truong")] == "Sở A"
    odd = [{"key": marker.EXTRA, "value": "edited by hand"}]
    state = snapshot(package("b", "schools", extras=odd), options=options).state
    assert state.beyond[dataset("truong")] == "marker-unreadable"


def test_organizations_that_the_entry_maps_are_used_and_never_written() -> None:
    options = replace(OPTIONS, organizations={"so-y": "so-a"})
    body = wanted("y", Kind.ORGANIZATION, "so-y")
    found, calls = completed(MadePortal([package("b")]), body, options=options)
    assert found.state.holdings[body.subject].digest == body.digest and body.subject not in found.state.beyond
    assert calls == []


@pytest.mark.parametrize(("mark", "ours"), [(CATALOGUE, True), ("another", False)])
@pytest.mark.parametrize("begun", [True, False])
def test_organizations_with_our_mark_are_ours_though_a_run_was_killed(mark: str, ours: bool, begun: bool) -> None:
    there = [{"name": "so-a", "extras": [{"key": "opendata_catalogue", "value": mark}]}]
    body = wanted("o", Kind.ORGANIZATION, "so-a", title={"vi": "Sở A"})
    home_there = private()
    home_there["extras"].append({"key": "opendata_lease", "value": "{}"})
    portal = MadePortal([home_there] if begun else [], answers={"organization_list": there})
    found, _ = completed(portal, body)
    assert (body.subject in found.state.holdings) is ours
    assert (found.state.beyond.get(body.subject) == "organization-foreign") is not ours


def test_whose_organizations_are_is_not_asked_after_a_run_that_ended() -> None:
    _, calls = completed(MadePortal([private()]), wanted("o", Kind.ORGANIZATION, "so-a", title={"vi": "Sở A"}))
    assert calls == []


def edited(count: int, **answers: Any) -> tuple[Snapshot, list[str]]:
    packages = [package(f"{n:02}", applied=applied(f"{n:02}", fields={"title": "other"})) for n in range(count)]
    return completed(MadePortal([*packages, private()], answers=answers), *(wanted(f"{n:02}") for n in range(count)))


def test_drift_says_who_and_when() -> None:
    activity = [
        {"timestamp": "2026-03-02T10:00:00.123", "data": {"actor": "admin"}},
        {"timestamp": "2026-03-01T10:00:00.123", "data": {"actor": "lan"}},
    ]
    found, calls = edited(1, package_activity_list=activity)
    (one,) = found.state.holdings[dataset("ten-00")].drift
    assert (one.field, one.there, one.by, one.on) == ("title", "Thử", "lan", "2026-03-01T10:00:00Z")
    assert calls == ["package_activity_list"]


def test_of_much_drift_only_the_day_is_told() -> None:
    found, calls = edited(30, package_activity_list=[])
    assert len(calls) == 20
    assert all(h.drift[0].on == "2026-01-02T00:00:00Z" for h in found.state.holdings.values() if h.drift)


@given(values)
def test_activities_of_any_shape_do_not_matter_much(value: Any) -> None:
    try:
        edited(1, package_activity_list=value)
    except OpendataError as error:
        assert error.code == "portal-answer-broken"
