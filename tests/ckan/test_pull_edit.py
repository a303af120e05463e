"""Single values of a YAML file are changed; comments, order and form of all else stay."""

from __future__ import annotations

from typing import Any

import pytest

from publisher.catalogue.document import Document, parse_document
from publisher.scaffold.pull_edit import CannotEdit, with_items, with_value, without

TEXT = """\
# Về tệp này
title:  # hai ngôn ngữ
  vi: Trường học   # tên
  en: "Schools"
description: >-
  Một đoạn
  văn dài.

# từ khóa
keywords:
  - trường   # một
  # hai
  - lớp
themes: [giao-duc, y-te]
contact: {email: a@example.org, phone: "0204"}
resources:
  - name: bang   # bảng
    title: Bảng
    path: bang.csv
  - {name: lien-ket, url: "https://example.org/a"}
note: |
  Dòng một
  # không phải ghi chú

license: cc-by
"""


def read(text: str) -> Document:
    document, problems = parse_document(text.encode(), "a.yaml")
    assert document is not None
    assert problems == []
    return document


def changed(pointer: Any, value: Any) -> set[str]:
    made = with_value(read(TEXT), pointer, value)
    return set(TEXT.splitlines()) ^ set(made.text.splitlines())


@pytest.mark.parametrize(
    ("pointer", "value", "lines"),
    [
        (("title", "vi"), "Lớp học", {"  vi: Trường học   # tên", "  vi: Lớp học   # tên"}),
        (("title", "en"), "a: b", {'  en: "Schools"', '  en: "a: b"'}),
        (("title", "fr"), "Écoles", {"  fr: Écoles"}),
        (("license",), "cc-zero", {"license: cc-by", "license: cc-zero"}),
        (("landing_page",), "https://a.example/", {'landing_page: "https://a.example/"'}),
        (("contact", "email"), "b@example.org", None),
        (("contact", "name"), "Văn phòng", None),
        (("resources", 0, "title"), "Bảng mới", {"    title: Bảng", "    title: Bảng mới"}),
        (("resources", 1, "title"), "Liên kết", None),
        (("resources", 0, "portal_fields", "rights"), "x", {"    portal_fields:", "      rights: x"}),
        (("portal_fields", "extras", "a b"), "1", {"portal_fields:", "  extras:", '    a b: "1"'}),
        (("description",), "Ngắn", {"description: >-", "  Một đoạn", "  văn dài.", "description: Ngắn"}),
        (("description",), "Một\n\nHai", None),
        (("note",), "Khác", {"note: |", "  Dòng một", "  # không phải ghi chú", "note: Khác"}),
    ],
)
def test_a_value_is_set_and_nothing_else_moves(pointer: Any, value: Any, lines: set[str] | None) -> None:
    found = changed(pointer, value)
    if lines is not None:
        assert found == lines
    kept = [line for line in TEXT.splitlines() if "#" in line and "không phải" not in line]
    text = with_value(read(TEXT), pointer, value).text
    assert [line for line in kept if line.split("#")[1] not in text] == []


@pytest.mark.parametrize(
    "pointer",
    [("title", "en"), ("description",), ("themes", 0), ("contact", "phone"), ("resources", 0, "title"), ("license",)],
)
def test_a_key_is_removed(pointer: Any) -> None:
    made = without(read(TEXT), pointer)
    assert len(made.text) < len(TEXT)
    assert "# hai ngôn ngữ" in made.text


def test_an_object_that_is_empty_goes_too() -> None:
    made = without(read("a: 1\nb:\n  c:\n    d: 1\n"), ("b", "c", "d"))
    assert made.text == "a: 1\n"


def test_items_of_lists_come_and_go() -> None:
    made = with_items(read(TEXT), ("keywords",), ["trường"], ["học"])
    assert made.data["keywords"] == ["lớp", "học"]
    assert "  # hai\n  - lớp\n  - học\n" in made.text
    assert with_items(read(TEXT), ("themes",), ["y-te"], ["xa-hoi"]).data["themes"] == ["giao-duc", "xa-hoi"]
    assert with_items(read("a: 1\n"), ("b",), [], ["x"]).text == "a: 1\nb: [x]\n"
    assert with_items(read("a: 1\nb: [x]\n"), ("b",), ["x"], []).text == "a: 1\n"


def test_what_cannot_be_done_without_doubt_is_refused() -> None:
    with pytest.raises(CannotEdit):
        with_value(read('a: "x\n  y"\nb: {c: 1,\n  d: 2}\n'), ("a", "z"), 1)
