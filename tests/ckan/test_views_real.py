"""Views on a real CKAN: made once, ours told from those of others, gone when they fit no more."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from support.ckan import Editor, Stack, fresh
from support.ckan_writing import named, sysadmin

from publisher.portals.ckan.model import Options, Rights
from publisher.portals.ckan.tables.views import ensure_views
from publisher.portals.ckan.wire.token import Credentials
from publisher.portals.ckan.wire.transport import Transport

OPTIONS = Options(languages=("vi", "en"))
TABLE: dict[str, Any] = {
    "columns": ["lat", "lon"],
    "schema": {"fields": [{"name": "lat", "type": "number"}, {"name": "lon", "type": "number"}]},
    "chart": {"x": "lat", "y": "lon"},
}


class Site:
    def __init__(self, stack: Stack, editor: Editor, transport: Transport) -> None:
        resource = {"name": "bang", "url": "https://example.org/bang.csv", "format": "CSV"}
        made = editor.action("package_create", name=fresh("views"), owner_org=editor.organization, resources=[resource])
        self.stack, self.editor, self.transport = stack, editor, transport
        self.dataset, self.id = made["id"], made["resources"][0]["id"]
        fields = [{"id": name, "type": "numeric", "info": {"label": f"Cột {name}"}} for name in ("lat", "lon")]
        records = [{"lat": 11.2, "lon": 106.4}]
        editor.action("datastore_create", resource_id=self.id, force=True, fields=fields, records=records)
        plugins = frozenset(stack.action("status_show")["extensions"])
        self.rights = Rights((2, int(stack.version.split(".")[1])), plugins, editor.name, False)

    def ensure(self, record: dict[str, Any] = TABLE, **more: Any) -> tuple[str, ...]:
        return ensure_views(self.transport, self.id, record, self.rights, OPTIONS, **more)

    def views(self) -> dict[str, str]:
        return {view["view_type"]: view["title"] for view in self.stack.anonymous("resource_view_list", id=self.id)}

    def ids(self) -> list[str]:
        return [view["id"] for view in self.stack.anonymous("resource_view_list", id=self.id)]


@pytest.fixture
def site(stack: Stack) -> Iterator[Site]:
    editor = stack.organization_editor()
    with Transport(Credentials(stack.url, editor.token)) as transport:
        yield Site(stack, editor, transport)


def test_views_are_made_once_and_drawn(site: Site) -> None:
    ours = site.ensure()
    wanted = {"datatables_view": "Bảng"}
    if "recline_map_view" in site.rights.plugins:
        wanted["recline_map_view"] = "Bản đồ"
    assert site.views() == wanted
    assert (site.ensure(), site.ensure(before=ours)) == (ours, ours)
    assert sorted(site.ids()) == sorted(ours)
    page = requests.get(f"{site.stack.url}/dataset/{site.dataset}/resource/{site.id}/view/{ours[0]}", timeout=60)
    assert (page.status_code, "Cột&nbsp;lat" in page.text) == (200, True)


def test_a_title_of_ours_that_was_changed_is_mended(site: Site) -> None:
    ours = site.ensure()
    site.editor.action("resource_view_update", id=ours[0], title="x", view_type="datatables_view", resource_id=site.id)
    assert site.ensure(before=ours) == ours
    assert site.views()["datatables_view"] == "Bảng"


def test_a_view_that_others_made_is_neither_doubled_nor_ours_nor_removed(site: Site) -> None:
    made = site.editor.action(
        "resource_view_create", resource_id=site.id, view_type="datatables_view", title="Xem nhanh"
    )
    ours = site.ensure()
    assert made["id"] not in ours
    assert len(site.ids()) == len(site.views())
    assert site.ensure({}, before=ours) == ()
    assert site.ids() == [made["id"]]


def test_a_text_and_an_image_of_a_dataset_are_shown_once(newest: Stack, tmp_path: Path) -> None:
    desk = sysadmin(newest, tmp_path)
    name = named()
    files = desk.source("a.xml", b"<a/>"), desk.source("b.png", b"\x89PNG")
    described = [desk.resource(name, one.resource, one) for one in files]
    for one, kind in zip(described, ("xml", "png"), strict=True):
        one["format"] = kind
    desired = desk.desired(name, *files, resources=described)
    found = desk.write(desired)
    assert found.applied is not None and found.applied.complete
    shown = [newest.action("resource_view_list", id=one["id"]) for one in found.package["resources"]]
    assert [[view["view_type"] for view in views] for views in shown] == [["text_view"], ["image_view"]]
    again = desk.desired(name, *files, resources=described, license="cc-by")
    desk.write(again, found)
    assert desk.through.calls == ["package_revise"]


def test_a_look_that_finds_a_view_gone_puts_it_back(newest: Stack, tmp_path: Path) -> None:
    desk = sysadmin(newest, tmp_path)
    name = named()
    file = desk.source("a.xml", b"<a/>")
    described = desk.resource(name, file.resource, file) | {"format": "xml"}
    found = desk.write(desk.desired(name, file, resources=[described]))
    (view,) = newest.action("resource_view_list", id=described["id"])
    newest.action("resource_view_delete", id=view["id"])
    desk.write(desk.desired(name, file, resources=[described]), found, reasons=("stale:views-missing",))
    assert [one["view_type"] for one in newest.action("resource_view_list", id=described["id"])] == ["text_view"]
