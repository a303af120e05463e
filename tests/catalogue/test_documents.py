"""YAML files are read strictly, with positions, and never end in an exception."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from publisher.catalogue.document import MAX_BYTES, Document, parse_document, read_document
from publisher.catalogue.jsonschemas import KINDS
from publisher.catalogue.nodes import MAX_PROBLEMS, Pointer, plain
from publisher.catalogue.shape import shape_problems

KEYS = st.sampled_from(["title", "vi", "status", "resources", "name", "a b", '"q"', "é", "<<", "? x", "&a k", "!t k"])
SCALARS = st.sampled_from(
    ["x", "*a", "&a y", "'t", '"\\u0301"', "1e999", "2025-02-30", "[", "{", "|", "- ", "no", "~", ""]
)
LINES = st.builds("{}{}: {}".format, st.sampled_from(["", "  ", "    ", "- ", "\t"]), KEYS, SCALARS)
YAMLISH = st.lists(LINES | st.text(max_size=8), max_size=12).map("\n".join)


def pointers(data: object, at: Pointer = ()) -> list[Pointer]:
    inner = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    return [at, *(one for key, value in inner for one in pointers(value, (*at, key)))]


def check(raw: bytes) -> None:
    document, problems = parse_document(raw, "f.yaml")
    assert document is not None or problems
    lines = raw.count(b"\n") + raw.count(b"\r") + raw.count(b"\xc2\x85") + raw.count(b"\xe2\x80") + 1
    for problem in problems:
        assert 1 <= (problem.line or 1) <= lines
        assert (problem.column or 1) >= 1
    if document is not None:
        found = document.text.replace("\r\n", "\n").replace("\r", "\n")
        length = [len(one) for one in found.translate({0x85: "\n", 0x2028: "\n", 0x2029: "\n"}).split("\n")]
        for pointer in pointers(document.data):
            for of_key in (True, False):
                line, column = document.place(pointer, key=of_key)
                assert 1 <= line <= len(length)
                assert 1 <= column <= length[line - 1] + 1
        for kind in KINDS:
            shape_problems(document, kind)


@settings(deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_are_a_document_or_a_problem(raw: bytes) -> None:
    check(raw)


@settings(deadline=None)
@given(YAMLISH)
def test_anything_like_yaml_is_a_document_or_a_problem(text: str) -> None:
    check(text.encode("utf-8", "replace"))


@settings(deadline=None, max_examples=40)
@given(
    st.recursive(
        st.text(max_size=5) | st.integers() | st.none(),
        lambda c: st.lists(c) | st.dictionaries(st.text(max_size=5), c),
        max_leaves=8,
    )
)
def test_any_data_have_a_shape_or_problems(data: object) -> None:
    for kind in KINDS:
        shape_problems(Document("f.yaml", "", data), kind)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("07627", "07627"),
        ("no", "no"),
        ("true", True),
        ("12", 12),
        ("-1.5", -1.5),
        ("1e3", 1000.0),
        ("1e999", "1e999"),
        ("1_000", "1_000"),
        ("0x1F", "0x1F"),
        ("2023-01-01", "2023-01-01"),
        ("~", None),
        ("12345678901234567890", "12345678901234567890"),
        (".inf", ".inf"),
    ],
)
def test_scalars_mean_what_is_seen(text: str, value: object) -> None:
    assert plain(text) == value
    assert type(plain(text)) is type(value)


def test_places_of_keys_and_values() -> None:
    document, problems = parse_document(b"a:\n  b: [1, {c: 2}]\n", "f.yaml")
    assert document is not None and not problems
    assert document.place(("a", "b"), key=True) == (2, 3)
    assert document.place(("a", "b", 1, "c")) == (2, 14)
    assert document.place(("a", "b", 1, "c"), key=True) == (2, 11)
    assert document.place(("a", "absent", "x")) == (2, 3)


def test_a_file_of_100_mb_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "dataset.yaml"
    with path.open("wb") as stream:
        stream.truncate(100_000_000)
    document, problems = read_document(path, "dataset.yaml")
    assert document is None
    assert [(one.code, one.params["limit"]) for one in problems] == [("yaml-too-large", MAX_BYTES)]


def test_a_folder_in_a_files_place(tmp_path: Path) -> None:
    assert [one.code for one in read_document(tmp_path, "x.yaml")[1]] == ["not-a-file"]
    assert [one.code for one in read_document(tmp_path / "absent", "x.yaml")[1]] == ["file-unreadable"]
    assert [one.code for one in read_document(tmp_path / ("x" * 300), "x.yaml")[1]] == ["file-unreadable"]


def test_nesting_up_to_the_limit_is_read_and_beyond_it_is_one_problem() -> None:
    within = "a: " + "[" * 50 + "]" * 50
    assert parse_document(within.encode(), "f.yaml")[0] is not None
    for beyond in ("[" * 100_000, "- " * 10_000, "{a: " * 10_000, "? " * 10_000, "a: " + "[" * 61 + "]" * 61):
        assert [one.code for one in parse_document(beyond.encode(), "f.yaml")[1]] == ["yaml-too-deep"]


def test_a_file_full_of_mistakes_is_told_in_part() -> None:
    keys = "".join(f"key{number}: x\n" for number in range(2_000))
    document, _ = parse_document(keys.encode(), "f.yaml")
    assert document is not None
    assert len(shape_problems(document, "dataset")) == MAX_PROBLEMS
    assert len(parse_document(b"a: 1\n" * 2_000, "f.yaml")[1]) == MAX_PROBLEMS


@pytest.mark.parametrize("word", ["e0", "-e1", "E5", ".", "-", "+"])
def test_what_only_looks_like_a_number_is_text(word: str) -> None:
    document, _ = parse_document(f"a: [{word}]\n".encode() if word != "-" else b"a: ['-']\n", "a.yaml")
    assert document is not None
    assert document.data == {"a": [word]}
