"""What somebody changed on a portal, as people read it: in names that they know, a line for each thing done."""

from __future__ import annotations

import pytest

from publisher.messages import messages
from publisher.plan.model import Drift
from publisher.portals.ckan.mapping.files import FIELDS
from publisher.portals.ckan.mapping.table import GROUPS, ROWS, TAGS
from publisher.reports.drift import drift_lines, place_words

ZONE = "Asia/Ho_Chi_Minh"
ID = "8a1f3f0e-5c0e-4f0e-9d0f-0d8a5b1c2d3e"


def lines(*drift: Drift, language: str = "en") -> list[str]:
    return list(drift_lines(drift, messages(language), ZONE))


def file(field: str, there: object) -> Drift:
    return Drift("resources", f"resources/{ID}/{field}", there, part="so-lieu.csv")


def test_a_field_is_called_as_descriptors_call_it_with_the_readers_own_time() -> None:
    edited = Drift("description", "notes", "Sửa tay", "Cũ", "lan", "2026-11-23T17:40:02Z")
    assert lines(edited) == ["description was changed on the portal: Sửa tay (by lan, 24 Nov 2026 00:40)"]
    assert lines(edited, language="vi") == ["mô tả đã bị sửa trên cổng thành: Sửa tay (lan, 24/11/2026 00:40)"]


def test_an_emptied_value_is_told_as_that_and_a_long_one_only_named() -> None:
    assert lines(Drift("keywords", "tags", None)) == ["list of keywords was emptied on the portal"]
    assert lines(Drift("description", "notes", "a\nb")) == ["description was changed on the portal"]


def test_a_file_that_was_removed_is_one_line() -> None:
    gone = [file(one, None) for one in ("name", "format", "mimetype", "rows", "hash")]
    assert lines(*gone) == ["file “so-lieu.csv” was removed on the portal"]
    assert lines(*gone, language="vi") == ["tệp “so-lieu.csv” đã bị xóa trên cổng"]


def test_a_file_that_was_replaced_is_one_line_and_its_texts_are_told_beside_it() -> None:
    assert lines(file("size", 23), file("url", "khac.csv"), file("description", "Mới")) == [
        "file “so-lieu.csv” was replaced on the portal",
        "file “so-lieu.csv”: description was changed on the portal: Mới",
    ]


def test_a_link_is_called_by_its_title() -> None:
    link = Drift("resources", f"resources/{ID}/name", "Khác", part="Bản đồ")
    assert lines(link) == ["“Bản đồ”: title was changed on the portal: Khác"]


def test_who_sees_a_page_is_told_in_a_sentence() -> None:
    assert lines(Drift("status", "state", "draft", "active")) == [
        "the page was set back to a draft, which readers do not see"
    ]


@pytest.mark.parametrize("language", ["vi", "en"])
def test_every_place_that_is_written_has_a_name_for_people(language: str) -> None:
    words = messages(language)
    places = [row.place.replace("LANG", "en") for row in (*ROWS, TAGS, GROUPS)]
    places += [f"resources/{ID}/{name.replace('LANG', 'en')}" for name, _, _ in FIELDS]
    own = words.text("the portal's own field “{name}”", name="")[:8]
    for place in places:
        said = place_words(Drift("x", place, "y", part="t.csv"), words)
        assert own not in said and "_" not in said, (place, said)
    assert own in place_words(Drift("portal_fields", "extras:so_hieu", "y"), words)
