"""Files made from rows repeat byte for byte and read back as the same table."""

from __future__ import annotations

import hashlib
import io
import json
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from table_making import SCHEMA, make_table

from publisher.catalogue.document import parse_document
from publisher.catalogue.model import Source, TableSchema
from publisher.tables.compare import compare
from publisher.tables.convert import CannotConvert, ColumnSpec, column_specs, convert
from publisher.tables.form import write_form
from publisher.tables.inspect import inspect
from publisher.tables.keys import Lookups
from publisher.tables.model import Row
from publisher.tables.rows import read_csv_rows, table_rows
from publisher.tables.schema import lower, lower_canonical

COLUMNS = column_specs(SCHEMA, ("ma", "ten", "ngay", "so"), ("vi",))
ROWS: list[Row] = [
    ("00001", "=1+1", "2023-01-05", "1.5"),
    ("00002", 'Xã "Hai", phường\nBa', None, "123456789012345678"),
    ("00003", "https://example.org", "1850-01-01", None),
]


@pytest.mark.parametrize("form", ["csv", "xlsx", "json"])
def test_conversions_repeat_and_read_back(tmp_path: Path, form: str) -> None:
    hashes = set()
    for name in ("one", "two"):
        path = tmp_path / f"{name}.{form}"
        convert(form, COLUMNS, iter(ROWS), path)
        hashes.add(hashlib.sha256(path.read_bytes()).hexdigest())
    assert len(hashes) == 1
    table = make_table(path)
    columns, rows = table_rows(table)
    assert columns == ("ma", "ten", "ngay", "so")
    back = list(rows)
    assert [row[:2] for row in back] == [row[:2] for row in ROWS]
    if form != "xlsx":  # a date before 1900 and a number of 18 digits stay text in Excel
        assert back == ROWS
        assert inspect(table, Lookups({}, table_rows), ()).problems == ()
    assert sorted(p.name for p in tmp_path.iterdir()) == [f"one.{form}", f"two.{form}"]


def test_parquet_repeats_and_reads_back(tmp_path: Path) -> None:
    pytest.importorskip("pyarrow")
    for name in ("one", "two"):
        convert("parquet", COLUMNS, iter(ROWS), tmp_path / f"{name}.parquet")
    assert (tmp_path / "one.parquet").read_bytes() == (tmp_path / "two.parquet").read_bytes()
    assert list(table_rows(make_table(tmp_path / "one.parquet"))[1]) == ROWS
    long = [("00001", "a", None, "0.12345678901234567890123")]
    with pytest.raises(CannotConvert):
        convert("parquet", COLUMNS, long, tmp_path / "long.parquet")
    assert not (tmp_path / "long.parquet").exists()


def test_json_is_typed_and_exact(tmp_path: Path) -> None:
    convert("json", COLUMNS, ROWS, tmp_path / "a.json")
    data = json.loads((tmp_path / "a.json").read_text("utf-8"), parse_float=Decimal)
    assert [one["so"] for one in data] == [Decimal("1.5"), 123456789012345678, None]
    convert("json", COLUMNS, [], tmp_path / "b.json")
    assert json.loads((tmp_path / "b.json").read_text()) == []


def test_excel_gets_no_formula_and_a_dictionary(tmp_path: Path) -> None:
    convert("xlsx", [*COLUMNS[:-1], ColumnSpec("so", "number", "Số", "Tổng số", "xã")], ROWS, tmp_path / "a.xlsx")
    book = openpyxl.load_workbook(tmp_path / "a.xlsx")
    assert book.sheetnames == ["Data", "Dictionary"]
    assert (book["Data"]["B2"].value, book["Data"]["B2"].data_type) == ("=1+1", "s")
    assert [cell.value for cell in book["Dictionary"][5]] == ["so", "Số", "number", "xã", "Tổng số"]


def test_a_failure_leaves_the_old_file(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("old")

    def broken() -> object:
        yield ROWS[0]
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        convert("csv", COLUMNS, broken(), tmp_path / "a.csv")  # type: ignore[arg-type]
    assert [path.name for path in tmp_path.iterdir()] == ["a.csv"]
    assert (tmp_path / "a.csv").read_text() == "old"


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(*[st.one_of(st.none(), st.text(alphabet='a,"\né=', min_size=1))] * 2), max_size=5))
def test_any_text_survives_the_csv(tmp_path_factory: pytest.TempPathFactory, rows: list[Row]) -> None:
    path = tmp_path_factory.mktemp("csv") / "a.csv"
    convert("csv", [ColumnSpec("a"), ColumnSpec("b")], rows, path)
    with path.open(encoding="utf-8", newline="") as stream:
        columns, back = read_csv_rows(stream)
        assert (columns, list(back)) == (("a", "b"), rows)


def schema_of(text: str) -> TableSchema:
    document, _ = parse_document(text.encode(), "schemas/a.yaml")
    assert document is not None
    return TableSchema(Source(document), document.data, "a")


FULL = """\
title: {vi: Xã, en: Communes}
fields:
  - {name: ma, type: string, title: {vi: Mã, en: Code}, constraints: {required: true, enum: [1, 2]}}
  - {name: ngay, type: date, format: "%d/%m/%Y", constraints: {minimum: "31/12/2020"}, unit: {vi: ngày}}
  - {name: so, type: number, decimalChar: ",", constraints: {minimum: 0, maximum: 10}}
primaryKey: ma
uniqueKeys: [[ma, ngay]]
quasi_identifiers: [ngay]
foreignKeys:
  - {fields: ma, reference: {resource: "", fields: ma}}
  - {fields: ma, reference: {dataset: other, resource: x, fields: ma}}
"""


def test_lowered_schemas_are_accepted_by_frictionless() -> None:
    from frictionless import Schema

    schema = schema_of(FULL)
    lowered, canonical = lower(schema, ("vi", "en")), lower_canonical(schema.data, ("en",))
    assert lowered["title"] == "Xã"
    assert lowered["fields"][0]["title"] == "Mã"
    assert lowered["fields"][0]["constraints"]["enum"] == ["1", "2"]
    assert lowered["primaryKey"] == ["ma"]
    assert [key["reference"] for key in lowered["foreignKeys"]] == [{"resource": "", "fields": ["ma"]}]
    assert not {"uniqueKeys", "quasi_identifiers"} & lowered.keys()
    assert canonical["fields"][1] == {
        "name": "ngay",
        "type": "date",
        "unit": "ngày",
        "constraints": {"minimum": "2020-12-31"},
    }
    for one in (lowered, canonical):
        Schema.from_descriptor(one)


def test_the_form_repeats_and_is_read_with_its_second_row_as_header(tmp_path: Path) -> None:
    schema = schema_of(FULL.replace("enum: [1, 2]", f"enum: [{', '.join(f'gia-tri-so-{n}' for n in range(40))}]"))
    for name in ("a", "b"):
        write_form(schema, "Biểu mẫu", ("vi", "en"), tmp_path / f"{name}.xlsx")
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()
    book = openpyxl.load_workbook(tmp_path / "a.xlsx")
    sheet = book["Data"]
    assert [cell.value for cell in sheet[1]] == ["Mã *", "ngay", "so"]
    assert [cell.value for cell in sheet[2]] == ["ma", "ngay", "so"]
    assert "Bắt buộc" in sheet["A2"].comment.text
    assert [rule.type for rule in sheet.data_validations.dataValidation] == ["list", "decimal"]
    assert book["Lists"]["A40"].value == "gia-tri-so-39"
    sheet.append(["gia-tri-so-1", "01/02/2023", 5])
    out = io.BytesIO()
    book.save(out)
    (tmp_path / "filled.xlsx").write_bytes(out.getvalue())
    table = make_table(tmp_path / "filled.xlsx", schema=dict(schema.data), header_row=2, sheet="Data")
    assert list(table_rows(table)[1]) == [("gia-tri-so-1", "2023-02-01", "5")]


def test_compare_by_key_and_by_content() -> None:
    before = (("ma", "ten", "cu"), [("1", "a", "x"), ("2", "b", "y"), ("3", "c", None)])
    after = (("ma", "moi", "ten"), [("1", "n", "a"), ("2", "n", None), ("4", "n", None)])
    change = compare("r", before, after, keys_before=("ma",), keys_after=("ma",))
    assert (change.added, change.removed, change.changed) == (1, 1, 1)
    assert (change.columns_added, change.columns_removed, change.breaking) == (("moi",), ("cu",), True)
    by_content = compare("r", before, after)
    assert (by_content.added, by_content.removed, by_content.changed) == (2, 2, 0)


def test_compare_types_keys_and_emptied_columns() -> None:
    before = (("a", "b"), [("1", "x")])
    widened = compare("r", before, before, types_before={"a": "integer"}, types_after={"a": "number"})
    assert (widened.types_changed, widened.breaking) == (("a",), False)
    narrowed = compare("r", before, before, types_before={"a": "string"}, types_after={"a": "integer"})
    assert (narrowed.types_changed, narrowed.breaking) == (("a",), True)
    assert compare("r", before, before, keys_before=("a",), keys_after=("b",)).breaking
    assert compare("r", before, (("a", "b"), [("1", None)])).emptied == ("b",)
    assert compare("r", before, (("a", "b"), [])).emptied == ()


def test_a_text_longer_than_a_cell_of_excel_is_never_cut(tmp_path: Path) -> None:
    long = [("00001", "a" * 32_768, None, None)]
    with pytest.raises(CannotConvert):
        convert("xlsx", COLUMNS, long, tmp_path / "a.xlsx")
    assert list(tmp_path.iterdir()) == []
    convert("xlsx", COLUMNS, [("00001", "a" * 32_767, None, None)], tmp_path / "a.xlsx")
    assert len(openpyxl.load_workbook(tmp_path / "a.xlsx")["Data"]["B2"].value) == 32_767
    convert("csv", COLUMNS, long, tmp_path / "a.csv")
    checked = inspect(make_table(tmp_path / "a.csv"), Lookups({}, table_rows), ())
    assert checked.facts is not None
    assert not checked.facts.fits_excel
    assert "table-not-for-excel" in [one.code for one in checked.problems]
