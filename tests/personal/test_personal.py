"""Personal data are found and never shown; what only looks like them passes. All values are made up."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from publisher.catalogue.model import Part
from publisher.countries.vn.personal import LATEST_BIRTH
from publisher.personal import detectors
from publisher.tables.inspect import inspect
from publisher.tables.keys import Lookups
from publisher.tables.rows import table_rows
from publisher.tables.source import Table


def scan(tmp_path: Path, header: str, cell: str, country: str | None = "vn", **options: Any) -> list[str]:
    """Codes of the personal data found in a one-cell table."""
    path = tmp_path / "a.csv"
    path.write_text(f'{header}\n"{cell}"\n', encoding="utf-8")
    table = Table("d", "r", (Part("a.csv", path),), **options)
    found = inspect(table, Lookups({}, table_rows), detectors(country)).problems
    for problem in found:
        assert cell not in repr(problem)
    return [problem.code for problem in found if problem.code.startswith("personal-")]


FOUND = [
    ("ghi_chu", "024085012345", "personal-cccd"),
    ("ghi_chu", "Số CCCD: 001200000123.", "personal-cccd"),
    ("so_cccd", "24085012345", "personal-cccd"),
    ("Số CCCD", "1200000123", "personal-cccd"),
    ("can_cuoc", "2.4085012345E+10", "personal-cccd"),
    ("so_dinh_danh", "024 085 012 345", "personal-cccd"),
    ("ghi_chu", "0912345678", "personal-mobile"),
    ("ghi_chu", "ĐT: 0912.345.678, gặp sau 17 giờ", "personal-mobile"),
    ("ghi_chu", "+84 912 345 678", "personal-mobile"),
    ("dien_thoai", "912345678", "personal-mobile"),
    ("ghi_chu", "0352345678", "personal-mobile"),
    ("lien_he", "ten.nguoi@example.org", "personal-email"),
    ("lien_he", "truonghoc123@gmail.com", "personal-email"),
    ("lien_he", "nguyenvana@so.example.gov.vn", "personal-email"),
    ("lien_he", "an.nguyen@so.example.gov.vn", "personal-email"),
]
CLEAN = [
    ("ghi_chu", "099085012345"),  # no such province
    ("ghi_chu", "024985012345"),  # no such century
    ("ghi_chu", "024399012345"),  # born in 2099
    ("ghi_chu", "1024085012345"),
    ("so_tien", "240850123456"),
    ("ty_le", "0.912345678"),
    ("ty_le", "0,024085012345"),
    ("dien_thoai", "02043854321"),
    ("so_tien", "912345678"),
    ("ma_so_thue", "0900000027"),
    ("ghi_chu", "2023-09-12"),
    ("ma", "a0912345678b"),
    ("lien_he", "vanthu@bacgiang.example.gov.vn"),
    ("lien_he", "so.tttt@example.gov.vn"),
    ("lien_he", "sogddt@example.gov.vn"),
    ("lien_he", "press.office@example.org"),
    ("dia_chi", "https://example.org/@trang"),
]


@pytest.mark.parametrize(("header", "cell", "code"), FOUND)
def test_personal_data_are_found(tmp_path: Path, header: str, cell: str, code: str) -> None:
    assert scan(tmp_path, header, cell) == [code]


@pytest.mark.parametrize(("header", "cell"), CLEAN)
def test_what_only_looks_like_them_passes(tmp_path: Path, header: str, cell: str) -> None:
    assert scan(tmp_path, header, cell) == []


def test_the_day_does_not_change_what_is_found(tmp_path: Path) -> None:
    year = f"{LATEST_BIRTH % 100:02}"
    assert scan(tmp_path, "a", f"0243{year}012345") == ["personal-cccd"]


def test_contact_columns_may_hold_lines_and_mailboxes_but_no_identity_numbers(tmp_path: Path) -> None:
    for cell in ("0912345678", "truonghoc@gmail.com"):
        assert scan(tmp_path, "lien_he", cell, contact_columns=("lien_he",)) == []
    assert scan(tmp_path, "lien_he", "024085012345", contact_columns=("lien_he",)) == ["personal-cccd"]


def test_without_a_country_only_addresses_are_looked_for(tmp_path: Path) -> None:
    assert scan(tmp_path, "a", "024085012345", country=None) == []
    assert scan(tmp_path, "a", "0912345678", country=None) == []
    assert scan(tmp_path, "a", "first.last@example.org", country=None) == ["personal-email"]


def test_numbers_in_number_columns_need_a_hint(tmp_path: Path) -> None:
    schema = {"fields": [{"name": "von", "type": "integer"}]}
    assert scan(tmp_path, "von", "84912345678", schema=schema) == []
    schema = {"fields": [{"name": "so_dien_thoai", "type": "integer"}]}
    assert scan(tmp_path, "so_dien_thoai", "84912345678", schema=schema) == ["personal-mobile"]


def test_one_problem_a_column_with_place_and_number(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("ma,lien_he\n1,\n2,0912345678\n3,0912345679; 0912345670\n")
    table = Table("d", "r", (Part("a.csv", path),))
    found = inspect(table, Lookups({}, table_rows), detectors("vn")).problems
    (problem,) = [one for one in found if one.code == "personal-mobile"]
    assert (problem.line, problem.field, problem.params, problem.severity.value) == (
        3,
        "lien_he",
        {"count": 3},
        "error",
    )


def test_a_table_without_header_and_an_invalid_one_are_scanned_too(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("0912345678,x\n0912345679,y\n")
    schema = {"fields": [{"name": "ma", "type": "string"}]}
    for given in (None, schema):
        found = inspect(
            Table("d", "r", (Part("a.csv", path),), given), Lookups({}, table_rows), detectors("vn")
        ).problems
        assert [one.line for one in found if one.code == "personal-mobile"] == [1, 2]
        assert "09123456" not in repr(found)


def test_no_number_of_other_problems_hides_personal_data(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("so,ghi_chu\n" + "x,\n" * 200 + "1,0912345678\n")
    schema = {"fields": [{"name": "so", "type": "integer"}, {"name": "ghi_chu", "type": "string"}]}
    table = Table("d", "r", (Part("a.csv", path),), schema)
    found = [one.code for one in inspect(table, Lookups({}, table_rows), detectors("vn")).problems]
    assert found.count("table-type-integer") == 100
    assert {"personal-mobile", "table-more-problems"} <= set(found)


def test_properties_of_geojson_are_scanned(tmp_path: Path) -> None:
    path = tmp_path / "a.geojson"
    path.write_text(
        '{"type": "FeatureCollection", "features": [{"type": "Feature", "geometry": null,'
        ' "properties": {"lien_he": {"dt": "0912345678"}}}]}'
    )
    (problem,) = inspect(Table("d", "r", (Part("a.geojson", path),)), Lookups({}, table_rows), detectors("vn")).problems
    assert (problem.code, problem.field) == ("personal-mobile", "lien_he")
