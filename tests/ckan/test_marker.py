"""What we note in a dataset comes back as it was, or not at all."""

from __future__ import annotations

import json
import re
import zlib
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.mapped import FIELDS, ID, RECORDS, context, desired
from support.states import write_catalogue

from publisher.catalogue.load import load
from publisher.freshness.evidence import observe
from publisher.freshness.timeline import timeline_of
from publisher.plan.dataset_record import dataset_record
from publisher.plan.model import PublishedFile
from publisher.portals.ckan.mapping.mapping import owned, wanted
from publisher.portals.ckan.model import Applied, TableState
from publisher.portals.ckan.notes import marker
from publisher.portals.ckan.notes.marker import BadMarker, decode, encode
from publisher.portals.ckan.notes.marker_shape import is_record

ROOT = Path(__file__).parents[2]

KEYS = st.sampled_from(["vi", "key", "name", "url", "id", "start", "on", "note", "source", "x"])
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda one: st.lists(one, max_size=3) | st.dictionaries(KEYS, one, max_size=3),
    max_leaves=8,
)
WORD = st.text(max_size=20)
SIZE = st.integers(0, 10**12)
MAYBE = st.none() | WORD
APPLIED = st.builds(
    Applied,
    catalogue=WORD,
    id=WORD,
    name=WORD,
    digest=WORD,
    commit=MAYBE,
    rules=WORD,
    record=RECORDS.map(lambda record: {**record, "id": "id", "name": "ten"}),
    fields=st.dictionaries(WORD, WORD, max_size=4),
    files=st.lists(st.builds(PublishedFile, WORD, WORD, SIZE, MAYBE, MAYBE), max_size=3).map(tuple),
    tables=st.dictionaries(
        WORD, st.builds(TableState, WORD, WORD, SIZE, st.lists(WORD, max_size=2).map(tuple)), max_size=2
    ),
    complete=st.booleans(),
)
PLAIN = Applied("danh-muc", "id", "ten", "d", None, "r", {"id": "id", "name": "ten", "title": {"vi": "Thử"}})


def spelled(data: Any) -> str:
    """Any data in the letters of a marker."""
    packed = zlib.compress(json.dumps(data).encode())
    letters = marker._spelled(len(packed).to_bytes(7) + packed + bytes(-len(packed) % 7))
    return " ".join(letters[start : start + 40] for start in range(0, len(letters), 40))


def data_of(applied: Applied) -> list[Any]:
    """The data inside a marker."""
    found: list[Any] = json.loads(zlib.decompress(marker._bytes_of(encode(applied).replace(" ", ""))))
    return found


@given(APPLIED)
def test_what_was_applied_comes_back(applied: Applied) -> None:
    text = encode(applied)
    assert decode(text) == applied
    assert re.fullmatch(r"([a-z]{40} )*[a-z]{1,40}", text)
    assert marker.gather({**marker.pieces(text), "khac": "x"}) == text


@pytest.mark.parametrize("size", [25_000, 40_000, 60_000])
def test_a_long_one_is_cut_into_extras_that_solr_takes(size: int) -> None:
    applied = replace(PLAIN, record={**PLAIN.record, "note": Random(size).randbytes(size).hex()})
    pieces = marker.pieces(encode(applied))
    assert list(pieces) == ["opendata", *(f"opendata_{number}" for number in range(2, len(pieces) + 1))]
    assert len(pieces) > 1
    assert all(len(one.encode()) <= 32_766 and one == one.strip() for one in pieces.values())
    assert decode(marker.gather(pieces) or "") == applied
    del pieces[f"opendata_{len(pieces)}"]
    with pytest.raises(BadMarker):
        decode(marker.gather(pieces) or "")


def test_what_only_pages_need_is_left_out() -> None:
    chart = {"x": "nam", "points": [["2024", "", 1]]}
    resource = {"id": ID, "name": "bang", "rows": 1}
    record = {**PLAIN.record, "resources": [{**resource, "preview": [["1"]], "chart": chart}]}
    found = decode(encode(replace(PLAIN, record=record))).record
    assert found == {**PLAIN.record, "resources": [{**resource, "chart": {"x": "nam"}}]}
    assert found == marker.kept(record)
    assert record["resources"][0]["preview"]


@given(st.text(max_size=200) | st.text("abcdefghijklmnopqrstuvwxyz ", min_size=20, max_size=300))
def test_other_texts_are_refused(text: str) -> None:
    with pytest.raises(BadMarker):
        decode(text)


@given(st.data())
def test_a_damaged_marker_is_refused_or_says_the_same(data: st.DataObject) -> None:
    text = encode(PLAIN)
    place = data.draw(st.integers(0, len(text) - 1))
    damaged = text[:place] + data.draw(st.sampled_from("az 9")) + text[place + 1 :]
    try:
        assert decode(damaged) == PLAIN
    except BadMarker:
        assert damaged != text


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("catalogue", None),
        ("id", 1),
        ("commit", 1),
        ("record", []),
        ("record", {}),
        ("record", {"id": "id", "name": 1}),
        ("fields", {"title": 1}),
        ("fields", []),
        ("files", {}),
        ("files", [{"name": "a"}]),
        ("files", [{"name": "a", "sha256": "b", "bytes": -1, "resource": None, "made_from": None}]),
        ("files", [{"name": "a", "sha256": "b", "bytes": True, "resource": None, "made_from": None}]),
        ("tables", {"a": {"schema": "a", "rows_digest": "b", "rows": "1", "views": []}}),
        ("tables", {"a": []}),
        ("complete", 1),
    ],
)
def test_wrong_types_are_refused(key: str, value: Any) -> None:
    version, data = data_of(PLAIN)
    assert decode(spelled([version, data])) == PLAIN
    with pytest.raises(BadMarker):
        decode(spelled([version, {**data, key: value}]))


@pytest.mark.parametrize("data", [None, 1, [], [1], [99, {}], {"a": 1}, [1, []], [1, {}], "chữ"])
def test_other_data_are_refused(data: Any) -> None:
    with pytest.raises(BadMarker):
        decode(spelled(data))


@given(record=RECORDS, field=st.sampled_from([*FIELDS, "portal_fields", "taken_down"]), value=JSON)
def test_a_record_that_is_read_can_be_mapped(record: dict[str, Any], field: str, value: Any) -> None:
    # Whoever may edit a dataset may write anything into its extras.
    odd = {**desired(record).record, field: value}
    try:
        found = decode(spelled([1, {**data_of(PLAIN)[1], "record": odd}]))
    except BadMarker:
        return
    assert owned(wanted(desired(found.record), context()), {})


def test_a_bomb_is_refused() -> None:
    packed = zlib.compress(bytes(marker._LARGEST + 1), 9)
    with pytest.raises(BadMarker):
        decode(marker._spelled(len(packed).to_bytes(7) + packed + bytes(-len(packed) % 7)))


def test_what_is_nested_without_end_is_refused() -> None:
    packed = zlib.compress(b"[" * 200_000)
    with pytest.raises(BadMarker):
        decode(marker._spelled(len(packed).to_bytes(7) + packed + bytes(-len(packed) % 7)))


def test_another_catalogue_is_refused() -> None:
    assert decode(encode(PLAIN), "danh-muc") == PLAIN
    with pytest.raises(BadMarker):
        decode(encode(PLAIN), "khac")


def test_digests_are_short_and_of_the_value_alone() -> None:
    found = marker.digests({"title": "Thử", "extras:title_en": "Thử", "tags": ["a"]})
    assert found["title"] == found["extras:title_en"] != found["tags"]
    assert {len(one) for one in found.values()} == {12}


@pytest.mark.parametrize(
    ("key", "ours"), [("opendata", True), ("opendata_2", True), ("opendata_lease", True), ("opendatabase", False)]
)
def test_our_extras_are_known(key: str, ours: bool) -> None:
    assert marker.is_ours(key) is ours


def test_every_record_that_we_make_is_taken(catalogue_dir: Path) -> None:
    for root in (write_catalogue(catalogue_dir), ROOT):
        catalogue = load(root).catalogue
        assert catalogue is not None
        for dataset in catalogue.sound.values():
            line = timeline_of(dataset, observe(dataset, {}, {}))
            record, _ = dataset_record(catalogue, dataset, {}, line, ("csv", "xlsx", "json"))
            assert is_record(record), dataset.name
            assert decode(encode(replace(PLAIN, record=record))).record == marker.kept(record)
