"""Our verdicts are frictionless's; whatever the bytes, there is no exception and no value in a message."""

from __future__ import annotations

import csv
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from frictionless import Dialect, Schema
from frictionless.formats import CsvControl
from frictionless.resources import TableResource
from hypothesis import given, settings
from hypothesis import strategies as st
from table_making import SCHEMA, make_table

from publisher.messages import messages
from publisher.personal import detectors
from publisher.tables.inspect import inspect
from publisher.tables.judge import judge
from publisher.tables.keys import Lookups
from publisher.tables.model import CheckedTable
from publisher.tables.opening import open_raw
from publisher.tables.rows import table_rows
from publisher.tables.schema import lower_data
from publisher.tables.source import Unreadable

ALL_TYPES: dict[str, Any] = {
    "fields": [
        {"name": "a", "type": "integer", "constraints": {"unique": True}},
        {"name": "b", "type": "number", "decimalChar": ",", "groupChar": "."},
        {"name": "c", "type": "date", "format": "%d/%m/%Y", "constraints": {"required": True}},
        {"name": "d", "type": "string", "constraints": {"enum": ["x", "y"]}},
        {"name": "e", "type": "yearmonth"},
        {"name": "f", "type": "boolean"},
        {"name": "g", "type": "string", "constraints": {"minLength": 2, "maxLength": 3}},
    ],
    "primaryKey": ["a", "d"],
    "missingValues": ["", "-"],
}
CELLS = st.sampled_from(
    [
        *(
            "",
            "-",
            "1",
            "007",
            "7",
            " 5 ",
            "1_000",
            "5.0",
            "1e5",
            "1.234,5",
            "NaN",
            "x",
            "y",
            "true",
            "TRUE",
            "2024-13",
        ),
        *("2024-13", "2024-02", "01/02/2023", "2023-02-01", "abc", "abcd", "é", "٣", "a b", '"q"'),
    ]
)


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as name:
        yield Path(name)


def checked(path: Path, schema: dict[str, Any] | None) -> CheckedTable:
    table = make_table(path, schema=schema)
    return inspect(table, Lookups({("d", "r"): table}, table_rows), detectors("vn"))


def ours(path: Path, schema: dict[str, Any]) -> list[tuple[Any, ...]]:
    table = make_table(path, schema=schema)
    judgement = judge(table, table.parts[0], open_raw(table, table.parts[0]))
    found = [_told(error) for error in judgement.header_errors]
    return found + [_told(error) for row in judgement.rows for error in row.errors]


def theirs(path: Path, schema: dict[str, Any]) -> list[tuple[Any, ...]]:
    control = CsvControl(delimiter=",", quote_char='"', skip_initial_space=False)
    resource = TableResource(
        path=path.name,
        basepath=str(path.parent),
        encoding="utf-8-sig",
        format="csv",
        dialect=Dialect(header=True, header_rows=[1], controls=[control]),
        schema=Schema.from_descriptor(lower_data(schema, ("en",))),
    )
    (task,) = resource.validate().tasks
    return [_told(error) for error in task.errors]


def _told(error: Any) -> tuple[Any, ...]:
    return error.type, getattr(error, "row_number", None), getattr(error, "field_name", None), error.note


@settings(max_examples=60, deadline=None)
@given(rows=st.lists(st.lists(CELLS, min_size=6, max_size=8), min_size=1, max_size=8))
def test_the_errors_of_a_csv_are_those_of_frictionless(folder: Path, rows: list[list[str]]) -> None:
    path = folder / "a.csv"
    lines = [",".join(f'"{cell}"' if "," in cell else cell for cell in row) for row in rows]
    path.write_text("\n".join(["a,b,c,d,e,f,g", *lines]) + "\n", encoding="utf-8")
    assert ours(path, ALL_TYPES) == theirs(path, ALL_TYPES)


RIGHT = st.tuples(
    st.sampled_from(["1", "007", "7", "2", "3", "4", "5", "-"]),
    st.sampled_from(["1.234,5", "0,5", "-"]),
    st.just("01/02/2023"),
    st.sampled_from(["x", "y", ""]),
    st.sampled_from(["2024-02", ""]),
    st.sampled_from(["true", ""]),
    st.sampled_from(["ab", "abc"]),
).map(list)
MOSTLY_RIGHT = st.lists(st.one_of(RIGHT, RIGHT, RIGHT, RIGHT, st.lists(CELLS, min_size=6, max_size=8)), max_size=10)


@settings(max_examples=200, deadline=None)
@given(rows=MOSTLY_RIGHT)
def test_where_most_rows_are_right_the_others_are_judged_as_by_frictionless(
    folder: Path, rows: list[list[str]]
) -> None:
    path = folder / "right.csv"
    lines = [",".join(f'"{cell}"' if "," in cell else cell for cell in row) for row in rows]
    path.write_text("\n".join(["a,b,c,d,e,f,g", *lines]) + "\n", encoding="utf-8")
    assert ours(path, ALL_TYPES) == theirs(path, ALL_TYPES)
    table = make_table(path, schema=ALL_TYPES)
    seen: list[Any] = []
    judged = list(judge(table, table.parts[0], open_raw(table, table.parts[0]), watch=[seen.append]).rows)
    read = list(csv.reader(lines))
    assert seen == read
    assert [row.raw for row in judged] == read
    assert [row.line for row in judged] == list(range(2, len(rows) + 2))
    assert list(table_rows(table)[1]) == [row.cells for row in judged]


@pytest.mark.parametrize("name", ["b ", " b", "b\u00a0", " "])
def test_rows_under_a_name_with_white_space_around_it_are_not_lost(folder: Path, name: str) -> None:
    path = folder / "blank.csv"
    path.write_text(f"a,{name}\n1,x\n2,y\nbad,z\n", encoding="utf-8")
    schema = {"fields": [{"name": "a", "type": "integer"}, {"name": name, "type": "string"}]}
    assert ours(path, schema) == [one for one in theirs(path, schema) if one[1] is None] != []


def test_a_file_that_changes_while_it_is_read_is_told(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = folder / "moving.csv"
    path.write_text("a\n1\nbad\n", encoding="utf-8")
    table = make_table(path, schema={"fields": [{"name": "a", "type": "integer"}]})
    judged = judge(table, table.parts[0], open_raw(table, table.parts[0])).rows
    assert next(judged).cells == ("1",)
    path.write_text("other\n1\n", encoding="utf-8")
    with pytest.raises(Unreadable) as told:
        list(judged)
    assert told.value.problem.code == "table-unreadable"


@settings(max_examples=60, deadline=None)
@given(rows=st.lists(st.lists(CELLS, min_size=6, max_size=8), min_size=1, max_size=8))
@pytest.mark.parametrize("labels", ["a,b,c,d,e,f,g", "g,b,c,d,e,f,a"])
@pytest.mark.parametrize("schema", [ALL_TYPES, None], ids=["schema", "none"])
def test_rows_read_again_are_the_rows_that_were_judged(
    folder: Path, schema: dict[str, Any] | None, labels: str, rows: list[list[str]]
) -> None:
    path = folder / "again.csv"
    lines = [",".join(f'"{cell}"' if "," in cell else cell for cell in row) for row in rows]
    path.write_text("\n".join([labels, *lines]) + "\n", encoding="utf-8")
    table = make_table(path, schema=schema)
    judged = judge(table, table.parts[0], open_raw(table, table.parts[0]))
    assert list(table_rows(table)[1]) == [row.cells for row in judged.rows]


SOUP = st.text(alphabet='a1,;"\n\r\t\x00é\u0301-.', max_size=200).map(str.encode)


@settings(max_examples=150, deadline=None)
@given(content=st.one_of(st.binary(max_size=300), SOUP))
@pytest.mark.parametrize("name", ["a.csv", "a.tsv", "a.json", "a.jsonl", "a.xlsx", "a.xls", "a.geojson"])
def test_no_bytes_end_in_an_exception(folder: Path, name: str, content: bytes) -> None:
    path = folder / name
    path.write_bytes(content)
    for schema in (SCHEMA, None):
        result = checked(path, schema)
        assert result.facts is not None or result.problems


@settings(max_examples=80, deadline=None)
@given(body=st.text(alphabet='01,.-"\né', max_size=120))
def test_no_body_under_a_good_header_ends_in_an_exception(folder: Path, body: str) -> None:
    path = folder / "b.csv"
    path.write_text("ma,ten,ngay,so\n" + body, encoding="utf-8")
    assert checked(path, SCHEMA).dataset == "d"


@pytest.mark.parametrize("cell", ["sNaN", "nan", "inf", "1e999999999", "9" * 6000])
def test_strange_numbers_are_survived(folder: Path, cell: str) -> None:
    path = folder / "c.csv"
    path.write_text(f"ma,ten,ngay,so\n00001,a,,{cell}\n")
    result = checked(path, SCHEMA)
    assert result.problems or result.facts is not None


SECRET = "QzSecretZq"


@settings(max_examples=60, deadline=None)
@given(
    row=st.lists(st.sampled_from([SECRET, f"{SECRET}@gmail.com", f"1{SECRET}", f"{SECRET} Báº¯c", ""]), max_size=6),
    newline=st.sampled_from(["\n", "\r\n"]),
    header=st.booleans(),
)
def test_no_value_is_ever_in_a_message(folder: Path, row: list[str], newline: str, header: bool) -> None:
    path = folder / "d.csv"
    lines = ["ma,ten,ngay,so"] if header else []
    path.write_text(newline.join([*lines, ",".join(row), ",".join(row[::-1])]), encoding="utf-8")
    for problem in checked(path, SCHEMA).problems:
        for language in ("vi", "en"):
            words = messages(language)
            said = words.message(problem) + words.help(problem) + repr(problem)
            assert SECRET.lower() not in said.lower()
            assert not re.search("{[a-z_]+}", words.message(problem))
