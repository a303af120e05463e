"""What a portal is and a token may do: told by CKAN itself, refused clearly, in few requests."""

from __future__ import annotations

from typing import Any

import pytest
from ckanapi.errors import NotAuthorized, NotFound
from hypothesis import given
from hypothesis import strategies as st
from support.ckan import Stack
from support.ckan_reading import STATUS, MadePortal

from publisher.errors import Exit, OpendataError
from publisher.portals.ckan.reading.rights import rights
from publisher.portals.ckan.wire.token import Credentials
from publisher.portals.ckan.wire.transport import Transport

ACTIONS = ["user_show", "status_show", "organization_list_for_user", "group_list_authz"]
KEYS = st.sampled_from(["name", "id", "sysadmin", "ckan_version", "extensions"])
json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=6,
)


def answering(error: Exception) -> Any:
    def raises(_: object) -> None:
        raise error

    return raises


def refused(portal: MadePortal, scope: tuple[str, ...] = ()) -> OpendataError:
    with pytest.raises(OpendataError) as caught:
        rights(portal, scope)
    return caught.value


@pytest.mark.parametrize("error", [NotFound(), NotAuthorized({"message": "no"})])
def test_a_token_that_ckan_does_not_know_is_refused_at_once(error: Exception) -> None:
    portal = MadePortal(answers={"user_show": answering(error)})
    caught = refused(portal)
    assert (caught.code, caught.exit_code, portal.calls) == ("portal-token-refused", Exit.USAGE, ["user_show"])


def test_a_plain_user_without_an_organization_has_no_rights() -> None:
    portal = MadePortal(answers={"user_show": {"name": "binh", "sysadmin": False}, "organization_list_for_user": []})
    caught = refused(portal)
    assert (caught.code, caught.params) == ("portal-no-rights", {"user": "binh"})


def test_a_sysadmin_may_begin_on_an_empty_portal() -> None:
    found = rights(MadePortal(answers={"organization_list_for_user": []}))
    assert found.sysadmin and found.create_organizations and found.organizations == {}


def test_a_scope_restricts_the_organizations() -> None:
    bodies = [{"name": "so-a", "id": "1"}, {"name": "so-b", "id": "2"}]
    editor = {"user_show": {"name": "binh", "sysadmin": False}, "organization_list_for_user": bodies}
    known = editor | {"organization_show": {"name": "so-c", "id": "3"}}
    assert rights(MadePortal(answers=known), ["so-b", "so-c"]).organizations == {"so-b": "2"}
    assert refused(MadePortal(answers=known), ("so-c",)).code == "portal-no-rights"
    nowhere = MadePortal(answers=editor | {"organization_show": answering(NotFound())})
    unknown = refused(nowhere, ("so-b", "so-d"))
    assert (unknown.code, unknown.params["name"]) == ("portal-organization-unknown", "so-d")


@pytest.mark.parametrize("status", [answering(NotAuthorized({"message": "no"})), {"extensions": ["datastore"]}])
def test_a_hidden_version_is_taken_for_the_oldest(status: Any) -> None:
    found = rights(MadePortal(answers={"status_show": status}))
    assert found.hidden and found.version == (2, 10)


def test_versions_that_nobody_keeps_safe_are_refused() -> None:
    caught = refused(MadePortal(answers={"status_show": {**STATUS, "ckan_version": "2.9.11"}}))
    assert (caught.code, caught.params) == ("portal-too-old", {"version": "2.9"})


def test_a_portal_with_forms_of_its_own_tells_their_fields() -> None:
    status = {**STATUS, "extensions": ["scheming_datasets"]}
    schema = {"dataset_fields": [{"field_name": "frequency"}, {"field_name": "theme"}, {"label": "odd"}]}
    portal = MadePortal(answers={"status_show": status, "scheming_dataset_schema_show": schema})
    assert rights(portal).fields == {"frequency", "theme"}
    assert portal.calls == [*ACTIONS, "scheming_dataset_schema_show"]


@given(st.sampled_from(ACTIONS), json)
def test_answers_of_any_shape_end_in_rights_or_one_clear_line(action: str, answer: Any) -> None:
    try:
        found = rights(MadePortal(answers={action: answer}))
    except OpendataError as error:
        assert error.code in {"portal-answer-broken", "portal-no-rights", "portal-too-old"}
    else:
        assert all(
            isinstance(one, str) for one in [*found.organizations, *found.organizations.values(), *found.plugins]
        )


def test_a_real_ckan_tells_a_sysadmin_from_an_editor_in_four_requests(stack: Stack) -> None:
    editor = stack.organization_editor()
    group = stack.action("group_create", name=f"nhom-{editor.name[-8:]}", title="Thử")
    with Transport(Credentials(stack.url, stack.token)) as transport:
        admin = rights(transport)
        assert transport.sent.requests == len(ACTIONS)
    version = tuple(map(int, stack.version.split(".")))
    assert (admin.version, admin.user, admin.sysadmin, admin.hidden) == (version, "admin", True, False)
    assert {"activity", "datastore"} <= admin.plugins
    assert editor.organization in admin.organizations and group["name"] in admin.groups
    with Transport(Credentials(stack.url, editor.token)) as transport:
        found = rights(transport)
    assert (found.user, found.sysadmin, found.create_organizations) == (editor.name, False, False)
    assert list(found.organizations) == [editor.organization] and found.groups == {}
    stack.action("group_member_create", id=group["id"], username=editor.name, role="member")
    with Transport(Credentials(stack.url, editor.token)) as transport:
        assert rights(transport).groups == {group["name"]: group["id"]}
    stack.action("group_purge", id=group["id"])


def test_a_real_ckan_knows_no_bad_token(stack: Stack) -> None:
    with Transport(Credentials(stack.url, "bad")) as transport, pytest.raises(OpendataError) as caught:
        rights(transport)
    assert caught.value.code == "portal-token-refused"


def test_a_real_member_without_the_right_to_write_is_refused(stack: Stack) -> None:
    member = stack.organization_editor(role="member")
    with Transport(Credentials(stack.url, member.token)) as transport, pytest.raises(OpendataError) as caught:
        rights(transport)
    assert (caught.value.code, caught.value.params) == ("portal-no-rights", {"user": member.name})
