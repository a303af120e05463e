"""Which views a resource is to have, from its record and the portal's plugins."""

from __future__ import annotations

from typing import Any

import pytest

from publisher.portals.ckan.model import Options, Rights
from publisher.portals.ckan.tables.views import wanted_views

OPTIONS = Options(languages=("vi", "en"))
ALL = ("datastore", "datatables_view", "image_view", "text_view", "recline_map_view", "recline_graph_view")
PART = {"parts": [{"name": "a", "sha256": "0" * 64, "bytes": 1}]}
TABLE: dict[str, Any] = {
    **PART,
    "format": "csv",
    "columns": ["ten", "vi_do", "kinh_do"],
    "schema": {
        "fields": [
            {"name": "ten", "type": "string"},
            {"name": "vi_do", "type": "number"},
            {"name": "kinh_do", "type": "number"},
        ]
    },
}


def types(record: dict[str, Any], *plugins: str, options: Options = OPTIONS) -> list[str]:
    rights = Rights((2, 12), frozenset(plugins or ALL), "editor", False)
    return [wish.type for wish in wanted_views(record, rights, options, bool(record.get("columns")))]


def test_a_table_is_shown_as_a_table_and_its_places_on_a_map() -> None:
    assert types(TABLE) == ["datatables_view", "recline_map_view"]
    assert types(TABLE, "datastore", "datatables_view") == ["datatables_view"]
    assert types(TABLE, "datastore", "recline_view", "recline_grid_view") == ["recline_grid_view"]


def test_titles_are_in_the_language_of_the_catalogue() -> None:
    rights = Rights((2, 12), frozenset(ALL), "editor", False)
    titles = [wish.title for wish in wanted_views(TABLE, rights, OPTIONS, True)]
    assert titles == ["Bảng", "Bản đồ"]


def test_a_chart_that_the_steward_asks_for_is_one_of_the_views() -> None:
    record = {**TABLE, "chart": {"x": "ten", "y": "vi_do", "kind": "line"}}
    rights = Rights((2, 10), frozenset({"datastore", "recline_graph_view"}), "editor", False)
    (wish,) = wanted_views(record, rights, OPTIONS, True)
    assert dict(wish.settings) == {"graph_type": "lines", "group": "ten", "series": "vi_do"}


@pytest.mark.parametrize(("format", "view"), [("png", "image_view"), ("jpg", "image_view"), ("json", "text_view")])
def test_a_file_that_is_no_table(format: str, view: str) -> None:
    assert types({**PART, "format": format}) == [view]


def test_nothing_for_an_empty_form_a_link_or_a_portal_without_tables() -> None:
    assert types({"form": True, "format": "xlsx"}) == []
    assert types({"url": "https://example.org/a.png", "format": "png"}) == []
    assert types({**PART, "format": "pdf"}) == []
    assert types(TABLE, "datatables_view") == []
    assert types(TABLE, options=Options(languages=("vi",), tables=False)) == []
