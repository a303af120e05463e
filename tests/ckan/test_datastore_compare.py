"""What is written to bring a table to a file's rows, on a table held in memory: any rows, with and without a key."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import pytest
from ckanapi.errors import ValidationError
from hypothesis import given, settings
from hypothesis import strategies as st

from publisher.errors import OpendataError
from publisher.portals.ckan.tables import compare as datastore_compare
from publisher.portals.ckan.tables import table as datastore_table
from publisher.portals.ckan.tables.compare import Lines, beside, by_key, by_position
from publisher.portals.ckan.tables.table import Line, Shape, Table, batches, refused
from publisher.portals.ckan.tables.types import columns_of, survey

Cells = Sequence[str | None]
RESOURCE = {"schema": {"fields": [{"name": "k", "type": "string"}, {"name": "v", "type": "integer"}]}}
ROWS = st.lists(st.tuples(st.sampled_from("abcdefgh"), st.none() | st.integers(0, 3).map(str)), max_size=14)
KEYED = ROWS.map(lambda rows: list(dict(rows).items()))


class Store:
    """The calls that the DataStore answers here, and the rows that a reader sees after each."""

    def __init__(self, rows: Sequence[Cells], limit: int = 4) -> None:
        self.rows = {number: list(row) for number, row in enumerate(rows, 1)}
        self.next, self.limit = len(rows) + 1, limit
        self.seen: list[list[Cells]] = [self.visible()]

    def visible(self) -> list[Cells]:
        return [tuple(self.rows[number]) for number in sorted(self.rows)]

    def call(self, action: str, data: Mapping[str, Any] | None = None) -> Any:
        assert data is not None
        if action == "datastore_search":
            limit = min(data["limit"], self.limit)
            page = sorted(self.rows)[data["offset"] : data["offset"] + limit]
            text = io.StringIO()
            known = {"k": 0, "v": 1}
            cells = ([number, *(self.rows[number][known[name]] for name in data["fields"][1:])] for number in page)
            csv.writer(text).writerows(cells)
            return {"records": text.getvalue(), "limit": limit}
        if action == "datastore_delete":
            assert data["filters"]["_id"]
            for number in data["filters"]["_id"]:
                del self.rows[number]
        elif data["method"] == "update":
            for record in data["records"]:
                assert record["_id"] in self.rows
                self.rows[record["_id"]] = [record["k"], record["v"]]
        else:
            for record in data["records"]:
                self.rows[self.next] = [record["k"], record["v"]]
                self.next += 1
        self.seen.append(self.visible())
        return {}


def shape_of(rows: Sequence[Cells], key: tuple[str, ...] = ()) -> Shape:
    columns = columns_of(RESOURCE, ["k", "v"], "vi")
    return Shape(columns, survey(columns, map(tuple, rows))[0], key)


def brought(
    how: Callable[[Table, Shape, Lines], bool], there: Sequence[Cells], ours: Sequence[Cells], key: tuple[str, ...]
) -> Store:
    store = Store(there)

    def lines() -> Iterator[Line]:
        return (Line(number, tuple(row)) for number, row in enumerate(ours, 2))

    changed = how(Table(store, "r"), shape_of(ours, key), lines)
    assert changed == (len(store.seen) > 1)
    return store


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (datastore_compare, datastore_table):
        monkeypatch.setattr(module, "BATCH_ROWS", 3)


@given(KEYED, KEYED)
@settings(deadline=None)
def test_with_a_key_the_rows_are_those_of_the_file_and_no_key_is_ever_there_twice(
    there: list[Cells], ours: list[Cells]
) -> None:
    store = brought(by_key, there, ours, ("k",))
    assert sorted(map(str, store.visible())) == sorted(map(str, ours))
    stays = {row[0] for row in there} & {row[0] for row in ours}
    for moment in store.seen:
        keys = [row[0] for row in moment]
        assert len(keys) == len(set(keys)) and stays <= set(keys)
        assert set(moment) <= {*map(tuple, there), *map(tuple, ours)}


@given(ROWS, ROWS)
@settings(deadline=None)
def test_without_a_key_the_rows_are_those_of_the_file_in_its_order(there: list[Cells], ours: list[Cells]) -> None:
    store = brought(by_position, there, ours, ())
    assert store.visible() == [tuple(row) for row in ours]
    for moment in store.seen:
        assert len(moment) >= min(len(there), len(ours))


@given(ROWS, ROWS)
@settings(deadline=None)
def test_rows_written_beside_the_old_ones_are_complete_before_these_go(there: list[Cells], ours: list[Cells]) -> None:
    store = Store(there)
    beside(Table(store, "r"), shape_of(ours), lambda: (Line(n, tuple(row)) for n, row in enumerate(ours, 2)))
    assert store.visible() == [tuple(row) for row in ours]
    assert all(len(moment) >= min(len(there), len(ours)) for moment in store.seen)


def test_a_key_that_stands_there_twice_is_left_once() -> None:
    store = brought(by_key, [("a", "1"), ("a", "2"), ("b", "3")], [("a", "1"), ("b", "3")], ("k",))
    assert store.visible() == [("a", "1"), ("b", "3")]


def test_few_changes_of_a_long_table_are_one_write() -> None:
    there = [(letter, "1") for letter in "abcdefghijklmnop"]
    store = brought(by_position, there, [*there[:5], ("x", "2"), *there[6:]], ())
    assert len(store.seen) == 2


@given(st.lists(st.text(max_size=5), max_size=20))
def test_portions_hold_all_lines_in_order_and_are_bounded(cells: list[str]) -> None:
    lines = [Line(number, (cell,)) for number, cell in enumerate(cells, 2)]
    portions = list(batches(lines))
    assert [line for portion in portions for line in portion] == lines
    assert all(0 < len(portion) <= 3 for portion in portions)


def test_a_row_of_many_bytes_fills_a_portion_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(datastore_table, "BATCH_BYTES", 100)
    assert [len(one) for one in batches(Line(n, (text,)) for n, text in enumerate(["a", "b" * 200, "c"], 2))] == [2, 1]


@pytest.mark.parametrize(
    ("error", "code", "params"),
    [
        (
            {"records": ['invalid input syntax for type bigint: "Nguyễn Văn A"'], "records_row": 1},
            "ckan-table-refused",
            {"first": 7, "last": 9},
        ),
        (
            {"records": ['null value in column "v" violates Nguyễn Văn A'], "_records_row": 1},
            "ckan-table-column-refused",
            {"first": 7, "last": 9, "column": "v"},
        ),
        (
            {"constraints": ["because of uniqueness constraint"], "info": {"orig": "Key (k)=(Nguyễn Văn A)"}},
            "ckan-table-key-repeated",
            {"key": "k"},
        ),
        ({"fields": ["Nguyễn Văn A"]}, "ckan-table-columns-refused", {}),
        ("Nguyễn Văn A", "ckan-table-refused", {"first": 7, "last": 9}),
    ],
)
def test_a_refusal_names_rows_and_column_and_no_value(error: object, code: str, params: dict[str, object]) -> None:
    said = refused(ValidationError(error).error_dict, shape_of([], ("k",)), [7, 8, 9])
    assert isinstance(said, OpendataError)
    assert (said.code, said.params) == (code, params)
