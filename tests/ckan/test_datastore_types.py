"""Columns of the DataStore: types, names and dictionary made from a table schema."""

from __future__ import annotations

import unicodedata
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from publisher.portals.ckan.tables.types import NAME_BYTES, Column, column_ids, columns_of, survey

NAMES = st.lists(st.text(min_size=1, max_size=90), unique=True, max_size=8)
INT8 = st.integers(-(2**63), 2**63 - 1)


def column(kind: str, **more: Any) -> Column:
    return columns_of({"schema": {"fields": [{"name": "x", "type": kind, **more}]}}, ["x"], "vi")[0]


def kind_of(type_: str, *cells: str | None) -> str:
    return survey([column(type_)], [(cell,) for cell in cells])[0][0].name


@given(NAMES)
@example(["_a", "a", '"a', "%a", "A", "xmin", "XMIN", " ", "é", "e\u0301"])
@example(['" \x1f'])
@example(["ế" * 21, "ế" * 22, "ế" * 22 + "a"])
def test_every_name_is_one_that_ckan_and_postgresql_take_and_no_two_are_alike(names: list[str]) -> None:
    ids = column_ids(names)
    assert list(ids) == names
    assert len(set(ids.values())) == len(names)
    assert column_ids(names) == ids
    for made in ids.values():
        assert 0 < len(made.encode()) <= NAME_BYTES
        assert made == made.strip() and not made.startswith("_")
        assert not set(made) & set('"%\\') and made.lower() not in {"xmin", "ctid", "tableoid"}
        assert not any(unicodedata.category(letter).startswith("C") for letter in made)


@pytest.mark.parametrize("name", ["ma", "Tỷ lệ (nghìn đồng)", "a,b", "nam-2025", "a:b"])
def test_a_name_that_is_fine_stays(name: str) -> None:
    assert column_ids([name]) == {name: name}


def test_a_changed_name_does_not_depend_on_the_columns_beside_it() -> None:
    assert column_ids(["_ma", "x"])["_ma"] == column_ids(["y", "_ma"])["_ma"] != "ma"


def test_a_changed_name_keeps_the_true_one_in_the_dictionary() -> None:
    untitled, titled = columns_of(
        {"schema": {"fields": [{"name": "_a"}, {"name": "_b", "title": {"en": "B", "vi": "Bê"}}]}}, ["_a", "_b"], "vi"
    )
    assert (untitled.label, untitled.notes) == ("_a", "")
    assert (titled.label, titled.notes) == ("Bê", "Tên trong tệp: _b")


def test_words_of_the_dictionary_are_in_the_language_asked_for() -> None:
    field = {"name": "x", "title": {"vi": "Số", "en": "Number"}, "unit": "km", "description": {"en": "How far."}}
    english = columns_of({"schema": {"fields": [field]}}, ["x"], "en")[0]
    assert english.info(english.kinds[0]) == {
        "label": "Number",
        "notes": "How far.\nUnit: km",
        "type_override": "text",
    }


@pytest.mark.parametrize(
    ("declared", "cells", "stored"),
    [
        ("integer", ["1", None, "-5"], "int8"),
        ("integer", ["9223372036854775807"], "int8"),
        ("integer", ["1", "9223372036854775808"], "numeric"),
        ("number", ["1.5", "NaN", "123456789012345678901234567890.123"], "numeric"),
        ("number", ["1.5", "Infinity"], "text"),
        ("number", ["1E+500"], "text"),
        ("boolean", ["true", "false", None], "bool"),
        ("date", ["2025-02-28"], "date"),
        ("date", ["2025-02-28", "2025-02-30"], "text"),
        ("datetime", ["2025-02-28T07:00:00"], "timestamp"),
        ("datetime", ["2025-02-28T07:00:00", "2025-02-28T07:00:00+07:00"], "text"),
        ("datetime", ["2025-02-28T07:00:00.500000"], "text"),
        ("time", ["07:00:00"], "time"),
        ("time", ["24:00:01"], "text"),
        ("year", ["2025", "0044"], "int4"),
        ("string", ["00123"], "text"),
        ("any", ["1"], "text"),
        ("geojson", ["{}"], "text"),
        ("integer", [None], "int8"),
        ("integer", [], "int8"),
    ],
)
def test_the_type_is_the_narrowest_of_the_schema_that_holds_every_cell(
    declared: str, cells: list[str | None], stored: str
) -> None:
    assert kind_of(declared, *cells) == stored


def test_a_wider_type_is_told_in_the_dictionary_and_what_loaders_are_to_take() -> None:
    one = column("integer")
    notes = [one.info(kind)["notes"] for kind in one.kinds]
    assert notes == [
        "",
        "Không phải mọi giá trị đều vừa với kiểu int8.",
        "Không phải mọi giá trị đều vừa với kiểu int8.",
    ]
    assert [one.info(kind)["type_override"] for kind in one.kinds] == ["numeric", "numeric", "text"]


@given(st.decimals(allow_nan=False, allow_infinity=False, places=6), st.integers(0, 4))
def test_equal_numbers_are_the_same_however_postgresql_writes_them(number: Decimal, zeros: int) -> None:
    same = column("number").kinds[0].same
    text = format(number, "f")
    assert same(text + "0" * zeros) == same(text)
    assert Decimal(same(text)) == number


@given(
    st.decimals(allow_nan=False, allow_infinity=False, places=3),
    st.decimals(allow_nan=False, allow_infinity=False, places=3),
)
def test_different_numbers_are_not_the_same(one: Decimal, other: Decimal) -> None:
    same = column("number").kinds[0].same
    assert (same(format(one, "f")) == same(format(other, "f"))) == (one == other)


@given(INT8)
def test_every_bigint_fits_and_is_itself(number: int) -> None:
    kind = column("integer").kinds[0]
    assert kind.fits(str(number)) and kind.same(str(number)) == str(number)


@pytest.mark.parametrize(
    ("declared", "ours", "theirs"),
    [
        ("boolean", "true", "t"),
        ("boolean", "false", "f"),
        ("datetime", "2025-02-28T07:00:00", "2025-02-28 07:00:00"),
        ("datetime", "2025-02-28T07:00:00", "2025-02-28T07:00:00.000"),
        ("year", "0044", "44"),
        ("date", "2025-02-28", "2025-02-28"),
        ("number", "NaN", "NaN"),
        ("string", "true", "true"),
    ],
)
def test_what_the_portal_answers_is_known_again(declared: str, ours: str, theirs: str) -> None:
    same = column(declared).kinds[0].same
    assert same(ours) == same(theirs)
