"""The helpers that other tests rely on tell the truth about a real CKAN."""

from __future__ import annotations

import pytest
import requests
from support.ckan import ActionError, Stack, fresh


def test_the_stack_is_the_version_asked_for(stack: Stack) -> None:
    assert stack.anonymous("status_show")["ckan_version"].startswith(f"{stack.version}.")


def test_the_plugins_are_there(stack: Stack) -> None:
    plugins = set(stack.anonymous("status_show")["extensions"])
    assert {"activity", "datastore", "image_view", "text_view", "datatables_view"} <= plugins
    assert ("recline_map_view" in plugins) is (stack.version == "2.10")


def test_requests_are_counted(stack: Stack) -> None:
    page = f"/{fresh('page')}"
    mark = stack.mark()
    stack.action("organization_list")
    assert requests.get(stack.url + page, timeout=30).status_code == 404
    seen = [(request.method, request.action, request.status) for request in stack.requests_since(mark)]
    assert ("POST", "organization_list", 200) in seen
    assert seen.count(("GET", page, 404)) == 1
    assert page not in [request.path for request in stack.requests_since(stack.mark())]


def test_an_organization_editor_has_rights_in_one_organization_only(stack: Stack) -> None:
    editor = stack.organization_editor()
    other = stack.organization()
    name = fresh("dataset")
    editor.action("package_create", name=name, owner_org=editor.organization)
    assert stack.exists(name)
    with pytest.raises(ActionError) as refused:
        editor.action("package_create", name=fresh("dataset"), owner_org=other)
    assert refused.value.status in (403, 409)
    with pytest.raises(ActionError) as refused:
        editor.action("organization_patch", id=editor.organization, title="x")
    assert refused.value.status == 403


def test_a_dataset_can_lose_its_place_in_the_index(stack: Stack) -> None:
    editor = stack.organization_editor()
    made = editor.action("package_create", name=fresh("dataset"), owner_org=editor.organization)
    query = f"id:{made['id']}"
    assert stack.action("package_search", fq=query)["count"] == 1
    stack.lose_document(made["id"])
    assert stack.action("package_search", fq=query)["count"] == 0
    assert stack.exists(made["name"])


def test_tokens_stay_out_of_reports(newest: Stack) -> None:
    assert newest.token not in repr(newest)
    assert newest.editor_token not in repr(newest)
