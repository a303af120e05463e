"""Organizations and groups of ours as a portal lists them: renamed, edited, deleted, and whose name is whose."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from support.ckan_reading import MadePortal, package

from publisher.plan.desired import CATALOGUE
from publisher.plan.diff import make_plan
from publisher.plan.model import Change, Desired, DesiredState, Kind, Plan, PortalState, Risk, Subject
from publisher.portals.ckan.mapping import mapping
from publisher.portals.ckan.model import Applied, Body, Options, Package, Rights
from publisher.portals.ckan.notes import marker
from publisher.portals.ckan.notes.home import HomeState, Kept, KeptBody, decode, encode, home_name
from publisher.portals.ckan.reading.bodies import learned, noted
from publisher.portals.ckan.reading.snapshot import Snapshot, complete, read

OURS = "6c1c2f0e-0a51-4c1e-9f5a-2f6f1c0d7a11"
OPTIONS = Options(languages=("vi",))
ORGANIZATION, THEME = Subject(Kind.ORGANIZATION, "so-y"), Subject(Kind.THEME, "y-te")
RECORDS: dict[Subject, dict[str, Any]] = {
    CATALOGUE: {"id": OURS, "standing": "official"},
    ORGANIZATION: {"name": "so-y", "title": {"vi": "Sở Y tế"}, "description": {"vi": "Mô tả"}},
    THEME: {"name": "y-te", "title": {"vi": "Y tế"}},
}
THERE = {"o": Body("so-y", "Sở Y tế", "Mô tả"), "g": Body("y-te", "Y tế")}


def rights(organization: str = "so-y", group: str = "y-te", **more: Any) -> Rights:
    """A sysadmin's, on a portal where our organization and group have these names."""
    bodies = {"o": replace(THERE["o"], name=organization), "g": replace(THERE["g"], name=group), **more}
    plugins = frozenset({"activity"})
    return Rights((2, 12), plugins, "admin", True, {organization: "o"}, {group: "g"}, True, True, bodies=bodies)


def kept(*, ids: bool = True) -> HomeState:
    notes = {ORGANIZATION: noted("o", vars_of(THERE["o"])), THEME: noted("g", vars_of(THERE["g"]))} if ids else {}
    subjects = {one: Kept(one.name, f"d-{one.name}", record, None, notes.get(one)) for one, record in RECORDS.items()}
    return HomeState(OURS, "c0ffee", subjects=subjects)


def vars_of(body: Body) -> dict[str, object]:
    return {"name": body.name, "title": body.title, "description": body.description}


def home(state: HomeState) -> Package:
    extras = [{"key": key, "value": value} for key, value in encode(state).items()]
    return package("h", home_name(OURS), private=True, extras=extras, organization={"name": "so-y", "id": "o"})


def dataset(organization: str = "so-y", group: str = "y-te") -> Package:
    """One of ours, as the search tells it; ``organization`` and ``group`` are what the index has of their names."""
    fields = marker.digests({"owner_org": "so-y", "groups": ["y-te"]})
    record = {"id": "i", "name": "truong", "organization": "so-y", "themes": ["y-te"]}
    applied = Applied(OURS, "i", "truong", "digest", None, mapping.rules(OPTIONS), record, fields)
    where = {"organization": {"name": organization, "id": "o"}, "groups": [{"name": group, "id": "g"}]}
    return package("i", "truong", applied, **where)


def seen(there: Rights, *packages: Package, state: HomeState | None = None, options: Options = OPTIONS) -> Snapshot:
    return read(MadePortal([home(state or kept()), *packages]), options, there, OURS)


def planned(there: Rights, policy: str = "refuse", options: Options = OPTIONS, **texts: Any) -> Plan:
    """The plan of a catalogue that changes its dataset, and ``texts`` of its organization."""
    snapshot = seen(there, dataset(), options=options)
    records = {**RECORDS, ORGANIZATION: {**RECORDS[ORGANIZATION], **texts}}
    wanted = {
        one: Desired(one, one.name, record, f"d-{one.name}" if record == RECORDS[one] else "other")
        for one, record in records.items()
    }
    new = Desired(Subject(Kind.DATASET, "truong"), "i", {"name": "truong", "organization": "so-y"}, "new")
    desired = DesiredState(OURS, None, "1", None, {**wanted, new.subject: new})
    assert snapshot.rights is not None
    portal = MadePortal([home(kept())], answers={"package_activity_list": []})
    state = complete(portal, options, snapshot.rights, snapshot, desired).state
    return make_plan("there", desired, state, lambda *_: None, policy)


def drift(state: PortalState, subject: Subject) -> list[tuple[str, Any, Any]]:
    return [(one.place, one.there, one.applied) for one in state.holdings[subject].drift]


@pytest.mark.parametrize("indexed", [{}, {"organization": "so-y-moi", "group": "y-te-moi"}])
def test_a_new_name_is_drift_of_its_own_and_of_no_dataset(indexed: dict[str, str]) -> None:
    snapshot = seen(rights("so-y-moi", "y-te-moi"), dataset(**indexed))
    assert drift(snapshot.state, ORGANIZATION) == [("name", "so-y-moi", "so-y")]
    assert drift(snapshot.state, THEME) == [("name", "y-te-moi", "y-te")]
    assert not any(one.deleted for one in snapshot.state.holdings.values())
    assert drift(snapshot.state, Subject(Kind.DATASET, "truong")) == []
    assert not any(one.kind is not Kind.DATASET for one in snapshot.state.foreign)
    told = snapshot.rights
    assert told is not None and told.called == {"so-y": "so-y-moi", "y-te": "y-te-moi"}
    assert (told.organizations, told.groups) == ({"so-y": "o"}, {"y-te": "g"})


def test_a_dataset_that_was_moved_is_drift_whatever_the_other_one_is_called() -> None:
    moved = {**dataset(), "organization": {"name": "so-y", "id": "another"}}
    snapshot = seen(rights("so-y-moi"), moved)
    assert drift(snapshot.state, Subject(Kind.DATASET, "truong")) == [("owner_org", "another", "so-y")]


def test_texts_are_drift_with_what_we_wrote() -> None:
    there = rights(o=Body("so-y", "Sở Y tế tỉnh", ""))
    assert drift(seen(there).state, ORGANIZATION) == [
        ("title", "Sở Y tế tỉnh", "Sở Y tế"),
        ("description", None, "Mô tả"),
    ]


def test_one_that_is_gone_is_deleted_and_an_editor_cannot_know() -> None:
    gone = replace(rights(), organizations={}, bodies={"g": THERE["g"]})
    assert seen(gone).state.holdings[ORGANIZATION].deleted
    assert not seen(replace(gone, sysadmin=False)).state.holdings[ORGANIZATION].deleted


@pytest.mark.parametrize(
    ("policy", "held", "left"), [("refuse", True, False), ("overwrite", False, False), ("keep", False, True)]
)
def test_policies_decide_and_datasets_wait_for_none_of_them(policy: str, held: bool, left: bool) -> None:
    plan = planned(rights("so-y-moi"), policy)
    actions = {one.subject: one for one in plan.actions}
    assert (ORGANIZATION in plan.kept) is left and (ORGANIZATION in actions) is not left
    if not left:
        assert actions[ORGANIZATION].change is Change.UPDATE
        assert (Risk.DRIFT in actions[ORGANIZATION].risks) is held
        assert "organization-renamed:{so-y: so-y-moi}" in actions[ORGANIZATION].reasons
    assert actions[Subject(Kind.DATASET, "truong")].depends_on == ()


def test_texts_that_git_by_now_wants_are_none() -> None:
    there = rights(o=Body("so-y", "Sở Y tế tỉnh", "Mô tả"))
    (action, _) = planned(there, title={"vi": "Sở Y tế tỉnh"}).actions
    assert (action.subject, action.drift, action.risks) == (ORGANIZATION, (), frozenset())
    (action, _) = planned(there, "keep", title={"vi": "Tên thứ ba"}).actions
    assert Risk.DRIFT in action.risks


def test_the_entry_may_take_the_new_name_over() -> None:
    options = replace(OPTIONS, organizations={"so-y": "so-y-moi"}, groups={"y-te": "y-te-moi"})
    plan = planned(rights("so-y-moi", "y-te-moi"), options=options)
    assert [one.subject.kind for one in plan.actions] == [Kind.DATASET] and not plan.kept


def test_a_group_that_the_entry_gives_another_name_is_renamed_and_one_that_is_there_is_used() -> None:
    options = replace(OPTIONS, groups={"y-te": "health"})
    assert seen(rights(), options=options).state.holdings[THEME].stale == "mapping"
    there = rights(x=Body("health"))
    there = replace(there, groups={**there.groups, "health": "x"})
    snapshot = seen(there, options=options)
    assert snapshot.state.holdings[THEME].stale is None
    assert snapshot.rights is not None and snapshot.rights.called == {}


def test_an_organization_that_the_entry_names_no_longer_gets_our_name_again() -> None:
    state = kept()
    body = state.subjects[ORGANIZATION].body
    assert body is not None
    one = replace(state.subjects[ORGANIZATION], body=replace(body, name="so-y-moi"))
    holding = seen(rights("so-y-moi"), state=replace(state, subjects={**state.subjects, ORGANIZATION: one})).state
    assert (holding.holdings[ORGANIZATION].stale, holding.holdings[ORGANIZATION].deleted) == ("mapping", False)


def test_one_of_others_may_change_as_it_likes_and_is_found_under_its_new_name() -> None:
    state = kept()
    one = replace(state.subjects[THEME], body=KeptBody("g", "y-te"))
    there = rights(group="y-te-moi", g=Body("y-te-moi", "Của họ"))
    there = replace(there, groups={"y-te-moi": "g"})
    snapshot = seen(there, dataset(), state=replace(state, subjects={**state.subjects, THEME: one}))
    assert (snapshot.state.holdings[THEME].drift, snapshot.state.holdings[THEME].deleted) == ((), False)
    assert snapshot.rights is not None and snapshot.rights.called == {"y-te": "y-te-moi"}


@pytest.mark.parametrize("ids", [True, False])
def test_a_group_that_evades_an_organization_of_others_is_held(ids: bool) -> None:
    """``y-te`` is an organization of another catalogue: the theme's group has another name."""
    there = rights(group="y-te-theme", s=Body("y-te"))
    there = replace(there, organizations={**there.organizations, "y-te": "s"})
    state = kept(ids=ids)
    theme = state.subjects[THEME]
    named = replace(theme.body, name="y-te-theme") if theme.body is not None else None
    state = replace(state, subjects={**state.subjects, THEME: replace(theme, body=named)})
    holding = seen(there, state=state).state.holdings[THEME]
    assert (holding.deleted, holding.drift) == (False, ())


def test_a_state_of_before_learns_the_ids_of_what_stands_there() -> None:
    old = decode(encode(kept(ids=False)))
    assert all(one.body is None for one in old.subjects.values())
    snapshot = seen(rights(), state=old)
    assert not any(one.deleted or one.drift for one in snapshot.state.holdings.values())
    context = mapping.Context(RECORDS[CATALOGUE], {}, {}, "", OPTIONS, rights())
    assert learned(old.subjects, context) == kept().subjects


def test_what_was_left_as_somebody_changed_it_stays_noted_as_we_wrote_it() -> None:
    before = noted("o", vars_of(THERE["o"]))
    after = noted("o", {"name": "so-y", "title": "Mới", "description": "Mô tả mới"}, before, {"name", "title"})
    assert (after.name, after.fields["title"]) == ("so-y", before.fields["title"])
    assert after.fields["description"] != before.fields["description"]
    assert isinstance(after, KeptBody)
