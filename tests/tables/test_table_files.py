"""Files of every format: the good ones are equal tables, the bad ones give one clear problem."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import xlsxwriter
from table_making import NAMES, ROWS, SCHEMA, Check, codes, csv_bytes, make_table

from publisher.catalogue.model import Chart
from publisher.problem import Severity
from publisher.tables import read_sheet
from publisher.tables.inspect import inspect
from publisher.tables.keys import Lookups
from publisher.tables.rows import read_csv_rows, table_rows

DICTS = [{"ma": a, "ten": b, "ngay": c or None, "so": int(d) if d.isdigit() else float(d)} for a, b, c, d in ROWS]


def xlsx_bytes(rows: list[list[Any]], sheet: str = "Dữ liệu", merge: str | None = None) -> bytes:
    book = openpyxl.Workbook()
    page = book.worksheets[0]
    page.title = sheet
    for row in rows:
        page.append(row)
    if merge:
        page.merge_cells(merge)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


TYPED = [[a, b, date.fromisoformat(c) if c else None, float(d)] for a, b, c, d in ROWS]
GOOD = {
    "a.csv": csv_bytes(ROWS),
    "crlf.csv": csv_bytes(ROWS, "\r\n") + b"\r\n",
    "bom.csv": b"\xef\xbb\xbf" + csv_bytes(ROWS),
    "quoted.csv": "\n".join(",".join(f'"{cell}"' for cell in row) for row in [NAMES, *ROWS]).encode(),
    "shuffled.csv": csv_bytes(ROWS[::-1]),
    "zeros.csv": csv_bytes([[*row[:3], row[3] + (".00" if row[3].isdigit() else "0")] for row in ROWS]),
    "a.tsv": csv_bytes(ROWS, delimiter="\t"),
    "a.json": json.dumps(DICTS).encode(),
    "lists.json": json.dumps([NAMES, *([d[name] for name in NAMES] for d in DICTS)]).encode(),
    "a.jsonl": b"\n".join(json.dumps(d).encode() for d in DICTS),
    "a.xlsx": xlsx_bytes([NAMES, *TYPED]),
    "blank-end.xlsx": xlsx_bytes([NAMES, *TYPED, [None] * 4, [None] * 9]),
}


@pytest.mark.parametrize("name", GOOD)
def test_equal_rows_have_equal_digests(check: Check, name: str) -> None:
    checked = check(name, GOOD[name])
    assert checked.problems == ()
    assert checked.facts is not None
    assert checked.facts.rows == 3
    assert checked.facts.digest == check("reference.csv", GOOD["a.csv"]).facts.digest  # type: ignore[union-attr]
    assert checked.facts.latest["ngay"] == "2023-02-01"
    assert checked.facts.missing == {"ngay": 1}
    assert ("00001", "Xã Một", "2023-01-05", "1.5") in checked.facts.preview


def test_parquet(check: Check, tmp_path: Path) -> None:
    pyarrow = pytest.importorskip("pyarrow")
    from pyarrow.parquet import write_table

    write_table(pyarrow.Table.from_pylist(DICTS), tmp_path / "a.parquet")
    problems = codes(check("a.parquet"))
    assert problems == ["table-type-date", "table-type-date"] or problems == []
    typed = [{**d, "ngay": date.fromisoformat(d["ngay"]) if d["ngay"] else None} for d in DICTS]
    write_table(pyarrow.Table.from_pylist(typed), tmp_path / "b.parquet")
    checked = check("b.parquet")
    assert checked.problems == ()
    assert checked.facts.digest == check("a.csv", GOOD["a.csv"]).facts.digest  # type: ignore[union-attr]
    (tmp_path / "cut.parquet").write_bytes((tmp_path / "b.parquet").read_bytes()[:200])
    assert codes(check("cut.parquet")) == ["table-truncated"]


def broken_zip() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("readme.txt", "not a workbook")
    return out.getvalue()


ELSEWHERE = "table-header-elsewhere"
XLSX = GOOD["a.xlsx"]
BAD = [
    ("empty.csv", b"", ["table-empty"]),
    ("header.csv", b"ma,ten,ngay,so\n", ["table-no-rows"]),
    ("empty.xlsx", b"", ["table-empty"]),
    ("blank.xlsx", xlsx_bytes([]), ["table-empty"]),
    ("sheet-header.xlsx", xlsx_bytes([NAMES]), ["table-no-rows"]),
    ("cut.xlsx", XLSX[: len(XLSX) // 2], ["table-truncated"]),
    ("cut.json", GOOD["a.json"][:-20], ["table-truncated"]),
    ("broken.json", b'[{"ma": 1},, {"ma": 2}]', ["table-json-broken"]),
    ("nan.json", b'[{"ma": NaN}]', ["table-json-broken"]),
    ("deep.json", b"[" * 200_000, ["table-json-broken"]),
    ("shape.json", b'{"data": []}', ["table-json-shape"]),
    ("mixed.json", b'[{"ma": "1"}, [1]]', ["table-json-shape"]),
    ("broken.jsonl", b'{"ma": "00001"}\n{"ma": \n', ["table-json-broken"]),
    ("xlsx-named.csv", XLSX, ["table-lying-extension"]),
    ("csv-named.xlsx", GOOD["a.csv"], ["table-lying-extension"]),
    ("html-named.xls", b"<html><table><tr><td>1</td></tr></table></html>", ["table-lying-extension"]),
    ("zip-named.xlsx", broken_zip(), ["table-lying-extension"]),
    ("pdf-named.csv", b"%PDF-1.7\n", ["table-lying-extension"]),
    ("locked.xlsx", b"\xd0\xcf\x11\xe0" + bytes(600) + "EncryptedPackage".encode("utf-16-le"), ["table-protected"]),
    ("broken.xls", b"\xd0\xcf\x11\xe0" + bytes(600), ["table-workbook-broken"]),
    ("semicolon.csv", csv_bytes(ROWS, delimiter=";"), ["table-delimiter"]),
    ("tab.csv", csv_bytes(ROWS, delimiter="\t"), ["table-delimiter"]),
    ("sep.csv", b"sep=,\n" + csv_bytes(ROWS), ["table-sep-line"]),
    ("sep2.csv", b"sep=;\n" + csv_bytes(ROWS, delimiter=";"), ["table-sep-line"]),
    ("utf16.csv", csv_bytes(ROWS).decode().encode("utf-16"), ["table-encoding"]),
    ("cp1252.csv", csv_bytes([["00001", "caf\u00e9", "", "1"]]).decode().encode("cp1252"), ["table-encoding"]),
    ("short.csv", csv_bytes([ROWS[0], ["00002", "Xã Hai"]]), ["table-missing-cell"]),
    ("long.csv", csv_bytes([ROWS[0], [*ROWS[1], "thừa", "thừa"]]), ["table-extra-cell"]),
    ("blank.csv", csv_bytes([ROWS[0], [], ROWS[1]]), ["table-blank-row"]),
    ("order.csv", b"ten,ma,ngay,so\na,00001,,1\n", ["table-column-order"]),
    ("missing.csv", b"ma,ten,so\n00001,a,1\n", ["table-missing-label"]),
    ("extra.csv", b"ma,ten,ngay,so,them\n00001,a,,1,x\n", ["table-extra-label"]),
    ("twice.csv", b"ma,ten,ngay,so,ma\n00001,a,,1,x\n", ["table-duplicate-label"]),
    ("almost.csv", "Mã,ten,ngay,so\n00001,a,,1\n".encode(), ["table-incorrect-label"]),
    ("no-header.csv", csv_bytes(ROWS).split(b"\n", 1)[1], ["table-header-not-found"]),
    ("title-row.csv", "Danh sách xã,,,\n".encode() + csv_bytes(ROWS), ["table-header-elsewhere"]),
    ("type.csv", csv_bytes([["00001", "a", "hôm qua", "nhiều"]]), ["table-type-date", "table-type-number"]),
    ("comma.csv", csv_bytes([["00001", "a", "", '"1.234,5"']]), ["table-number-separators"]),
    ("serial.csv", csv_bytes([["00001", "a", "44931", "1"]]), ["table-excel-serial-date"]),
    ("zeros-lost.csv", csv_bytes([["123", "a", "", "1"]]), ["table-lost-zeros"]),
    ("zeros-lost.xlsx", xlsx_bytes([NAMES, [123, "a", None, 1]]), ["table-lost-zeros"]),
    ("pattern.csv", csv_bytes([["ABC", "a", "", "1"]]), ["table-pattern"]),
    ("minimum.csv", csv_bytes([["00001", "a", "", "-1"]]), ["table-minimum"]),
    ("key.csv", csv_bytes([ROWS[0], ROWS[0]]), ["table-primary-key"]),
    ("no-key.csv", csv_bytes([["", "a", "", "1"]]), ["table-primary-key-empty"]),
    ("text-date.xlsx", xlsx_bytes([NAMES, ["00001", date(2023, 1, 2), None, 1]]), ["table-date-in-text"]),
    ("error.xlsx", xlsx_bytes([NAMES, ["00001", "a", None, "#N/A"]]), ["table-error-cell"]),
    ("formula.xlsx", xlsx_bytes([NAMES, ["00001", "a", None, "=1+1"]]), ["table-formula-empty"]),
    ("merged.xlsx", xlsx_bytes([["Bảng"], NAMES, *TYPED], merge="A1:D1"), ["table-merged-header", ELSEWHERE]),
    ("mojibake.csv", csv_bytes([["00001", "Báº¯c Giang", "", "1"]]), ["table-mojibake"]),
    ("nfd.csv", csv_bytes([["00001", "Ba\u0306\u0301c", "", "1"]]), ["table-not-nfc"]),
    ("tcvn3.csv", csv_bytes([[f"0000{n}", "B¾c Giang t¹i tØnh", "", "1"] for n in range(4)]), ["table-tcvn3"]),
    ("total.csv", csv_bytes([*ROWS, ["99999", "Tổng cộng", "", "21.5"]]), ["table-total-row"]),
    ("pointer.csv", b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n", ["table-lfs-pointer"]),
]  # fmt: skip


@pytest.mark.parametrize(("name", "content", "expected"), BAD, ids=[case[0] for case in BAD])
def test_bad_files_give_one_clear_problem(check: Check, name: str, content: bytes, expected: list[str]) -> None:
    checked = check(name, content)
    assert codes(checked) == expected
    assert all(problem.file == f"datasets/d/{name}" for problem in checked.problems)


@pytest.mark.parametrize(
    ("text", "encoding", "expected"),
    [
        ("B\u0103\u0301c Giang, ti\u0309nh", "cp1258", "Windows-1258"),
        ("caf\u00e9", "cp1252", "Windows-1252"),
        ("B\u00bec Giang, t\u00b9i x\u00b7 nµy", "latin-1", "TCVN3 (ABC)"),
    ],
)
def test_the_encoding_is_guessed_for_the_message(check: Check, text: str, encoding: str, expected: str) -> None:
    checked = check("a.csv", b"ma,ten,ngay,so\n00001," + text.encode(encoding) + b",,1\n")
    assert checked.problems[0].params["looks_like"] == expected
    assert checked.problems[0].line == 2


def test_rows_are_numbered_as_the_sheet_numbers_them(check: Check) -> None:
    content = xlsx_bytes([["Danh sách"], ["Đơn vị: xã"], NAMES, *TYPED, ["x", "a", None, 1]], sheet="Số liệu")
    checked = check("a.xlsx", content, header_row=3, sheet="Số liệu")
    (problem,) = checked.problems
    assert (problem.code, problem.line, problem.field, problem.sheet) == ("table-pattern", 7, "ma", "Số liệu")
    (missing,) = check("a.xlsx", content, sheet="khác").problems
    assert missing.code == "table-sheet-missing"
    assert missing.params == {"wanted": "khác", "sheets": "Số liệu"}


def test_a_part_with_other_columns_is_not_said_to_be_empty(tmp_path: Path) -> None:
    files = tmp_path / "a-2023.csv", tmp_path / "a-2024.csv"
    files[0].write_bytes(b"ky,so\n2023,1\n")
    files[1].write_bytes(b"ky,so_luong\n2024,2\n")
    table = make_table(*files, schema=None)
    assert codes(inspect(table, Lookups({("d", "r"): table}, table_rows), [])) == ["table-parts-differ"]


def test_a_declared_delimiter_and_encoding_are_used(check: Check) -> None:
    content = "ma;ten;ngay;so\n00001;Xa\u0303;;1\n".encode("cp1258")
    checked = check("a.csv", content, delimiter=";", encoding="cp1258")
    assert codes(checked) == ["table-not-nfc"]


def test_decomposed_text_that_misses_a_list_of_values_is_one_error(check: Check) -> None:
    schema = {"fields": [{"name": "cap", "type": "string", "constraints": {"enum": ["xã", "phường"]}}]}
    apart = "xa\u0303"
    checked = check("a.csv", "\n".join(["cap", "phường", *[apart] * 30]).encode(), schema=schema)
    assert [(one.code, one.severity, one.line) for one in checked.problems] == [("table-not-nfc", Severity.ERROR, 3)]
    assert checked.problems[0].params["count"] == 30
    others = check("b.csv", f"cap\n{apart}\ntha\u0300nh\n".encode(), schema=schema)
    assert codes(others) == ["table-not-nfc", "table-enum"]


@pytest.mark.parametrize("name", ["Panadol®", "«Sen»", "Nội¹", "5 µg", "Đặng Thùy Trâm", "São Tomé e Ação", "Straße"])
def test_signs_and_letters_of_good_text_are_left_alone(check: Check, name: str) -> None:
    rows = [[f"0000{number}", name, "", "1"] for number in range(5)]
    assert codes(check("a.csv", csv_bytes(rows))) == []


def test_numbers_in_text_columns_of_sheets_are_their_digits(check: Check) -> None:
    checked = check("a.xlsx", xlsx_bytes([NAMES, [12345, 7.0, None, 0.1 + 0.2]]))
    assert checked.problems == ()
    assert checked.facts is not None
    assert checked.facts.preview == (("12345", "7", None, "0.3"),)


def test_an_old_workbook_is_read(check: Check) -> None:
    xlwt = pytest.importorskip("xlwt")
    book = xlwt.Workbook()
    page = book.add_sheet("Data")
    day = xlwt.easyxf(num_format_str="yyyy-mm-dd")
    for row, cells in enumerate([NAMES, *TYPED]):
        for column, cell in enumerate(cells):
            if cell is not None:
                page.write(row, column, cell, *([day] if isinstance(cell, date) else []))
    out = io.BytesIO()
    book.save(out)
    checked = check("a.xls", out.getvalue())
    assert checked.problems == ()
    assert checked.facts.digest == check("a.csv", GOOD["a.csv"]).facts.digest  # type: ignore[union-attr]


def test_formulas_with_a_result_are_values(check: Check) -> None:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out)
    page = book.add_worksheet()
    page.write_row(0, 0, NAMES)
    page.write_row(1, 0, ["00001", "a"])
    page.write_formula(1, 2, '=IF(A1="x", A1, "")', None, "")
    page.write_formula(1, 3, "=1+1", None, 2)
    book.close()
    as_excel_does = io.BytesIO()
    with zipfile.ZipFile(out) as made, zipfile.ZipFile(as_excel_does, "w") as changed:
        for name in made.namelist():
            changed.writestr(name, made.read(name).replace(b'<c r="C2">', b'<c r="C2" t="str">'))
    checked = check("a.xlsx", as_excel_does.getvalue())
    assert checked.problems == ()
    assert checked.facts is not None
    assert checked.facts.preview == (("00001", "a", None, "2"),)


def test_other_sheets_running_numbers_and_merged_cells_are_told(check: Check) -> None:
    book = openpyxl.Workbook()
    for row in ["STT", "ten"], [1, "a"], [2, None]:
        book.worksheets[0].append(row)
    book.worksheets[0].merge_cells("B2:B3")
    book.create_sheet("Nháp")
    out = io.BytesIO()
    book.save(out)
    found = check("a.xlsx", out.getvalue(), schema=None).problems
    assert {(problem.code, problem.severity.value) for problem in found} == {
        ("table-merged-cells", "error"),
        ("table-other-sheets", "notice"),
        ("table-stt-column", "warning"),
        ("table-without-schema", "notice"),
    }
    assert next(problem for problem in found if problem.code == "table-other-sheets").params == {"others": "Nháp"}


def test_charts_and_periods_are_facts(check: Check) -> None:
    schema = {
        "fields": [
            {"name": "quy", "type": "string"},
            {"name": "nam", "type": "year"},
            {"name": "so", "type": "number"},
        ]
    }
    content = b"quy,nam,so\n2023-Q1,2022,1\n2023-Q2,2023,2\n2022-Q4,2021,3\n"
    facts = check("a.csv", content, schema=schema, chart=Chart("quy", "so")).facts
    assert facts is not None
    assert facts.latest == {"quy": "2023-Q2", "nam": "2023"}
    assert facts.periods["quy"] == ("2022-Q4", "2023-Q1", "2023-Q2")
    assert facts.points == (("2023-Q1", "", "1"), ("2023-Q2", "", "2"), ("2022-Q4", "", "3"))


def test_without_a_schema_there_are_facts_and_a_notice(check: Check) -> None:
    checked = check("a.csv", b"a,,a\n1,2,3\n", schema=None)
    assert codes(checked) == ["table-without-schema"]
    assert checked.facts is not None
    assert checked.facts.columns == ("a", "B", "a (C)")


def test_files_that_are_no_tables(check: Check) -> None:
    checked = check("a.pdf", b"%PDF-1.7", schema=None)
    assert checked.problems == ()
    assert checked.facts is not None
    assert (checked.facts.format, checked.facts.rows, checked.facts.columns) == ("pdf", None, ())
    assert codes(check("a.geojson", b'{"type": "FeatureCollection", "features": []}', schema=None)) == []
    assert codes(check("b.geojson", b'{"type": "Feature"}', schema=None)) == ["table-geojson"]
    assert codes(check("c.geojson", b"{", schema=None)) == ["table-truncated"]


def test_at_most_a_hundred_problems_a_file(check: Check) -> None:
    checked = check("a.csv", csv_bytes([["00001", "a", "", "x"]] * 150))
    assert len(checked.problems) == 101
    assert checked.problems[-1].code == "table-more-problems"
    assert checked.problems[-1].params["count"] == 199  # 150 bad numbers and 149 repeated keys, 100 shown


def test_unique_keys_and_keys_across_files(tmp_path: Path, check: Check) -> None:
    schema = {**SCHEMA, "uniqueKeys": [["ten", "so"]]}
    assert codes(check("a.csv", csv_bytes([ROWS[0], ["00009", *ROWS[0][1:]]]), schema=schema)) == ["table-unique-key"]
    for name in ("2022.csv", "2023.csv"):
        (tmp_path / name).write_bytes(csv_bytes(ROWS[:1]))
    from publisher.tables.inspect import inspect
    from publisher.tables.keys import Lookups

    table = make_table(tmp_path / "2022.csv", tmp_path / "2023.csv")
    (problem,) = inspect(table, Lookups({}, table_rows), ()).problems
    assert (problem.code, problem.file, problem.line) == ("table-key-across-files", "datasets/d/2023.csv", 2)
    assert problem.params == {"columns": "ma", "first": 2, "first_file": "2022.csv"}


def test_foreign_keys(check: Check) -> None:
    reference = {"resource": "", "fields": "ma"}
    schema = {**SCHEMA, "foreignKeys": [{"fields": "ten", "reference": reference}]}
    checked = check("a.csv", csv_bytes([["00001", "00001", "", "1"], ["00002", "00007", "", "1"]]), schema=schema)
    (problem,) = checked.problems
    assert (problem.code, problem.line, problem.field) == ("table-foreign-key", 3, "ten")
    schema["foreignKeys"] = [{"fields": "ten", "reference": {"dataset": "khac", "resource": "x", "fields": "ma"}}]
    assert codes(check("a.csv", csv_bytes(ROWS), schema=schema)) == ["table-foreign-key-target"]


def test_a_schema_that_frictionless_refuses_is_a_problem_of_the_schema(check: Check) -> None:
    schema = {"fields": [{"name": "ma", "type": "integer", "constraints": {"pattern": "("}}]}
    (problem,) = check("a.csv", b"ma\n1\n", schema=schema).problems
    assert (problem.code, problem.file) == ("table-schema-invalid", "datasets/d/dataset.yaml")


def test_read_csv_rows_reads_back_what_was_derived() -> None:
    columns, rows = read_csv_rows(io.StringIO('\ufeffa,b\n1,\n"x\ny",2\n', newline=""))
    assert (columns, list(rows)) == (("a", "b"), [("1", None), ("x\ny", "2")])


@pytest.mark.parametrize(
    "xml",
    [
        b'<c r="A1"><f>x</f>' + b" " * 200_000,
        b'<c r="A1"><f>x</f><v>' + b" " * 200_000,
        b"<c " * 200_000,
        b"<c><f " * 100_000,
        b"<c" + b' t="e"' * 100_000,
        b"<c>" + b" " * 200_000 + b"<f",
    ],
    ids=["blanks", "value", "open", "formulas", "kinds", "before"],
)
def test_what_is_looked_for_in_a_sheet_is_found_in_one_pass(xml: bytes) -> None:
    # Each of these took minutes and more where the search went back over what it had read.
    for pattern in (read_sheet._ERROR_CELL, read_sheet._EMPTY_FORMULA):
        assert len(pattern.findall(xml)) <= 1
