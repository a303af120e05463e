"""The content of the reference catalogue: complete, quoted exactly, and honest about what it is."""

from __future__ import annotations

import csv
import shutil
from collections import Counter, defaultdict
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from publisher.catalogue.load import load
from publisher.catalogue.model import Catalogue, Dataset, Status

ROOT = Path(__file__).parents[2]
FIGURES = [f"so-lieu-chuyen-doi-so-{one}" for one in ("bac-giang", "binh-duong", "binh-phuoc", "binh-thuan")]
SYSTEMS = "he-thong-thong-tin-bon-tinh"
BEFORE = "don-vi-hanh-chinh-truoc-thang-7-2025"
AFTER = "don-vi-hanh-chinh-tu-thang-7-2025"
MERGERS = "sap-xep-cap-tinh-2025"
MERGED_ON = date(2025, 7, 1)

Row = Mapping[str, str]


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    loaded = load(ROOT)
    assert loaded.problems == ()
    assert loaded.catalogue is not None
    return loaded.catalogue


@pytest.fixture(scope="module")
def figures(catalogue: Catalogue) -> list[Row]:
    return [row for name in FIGURES for row in rows(catalogue, name)]


def rows(catalogue: Catalogue, dataset: str, resource: str | None = None) -> list[Row]:
    one = catalogue.datasets[dataset]
    found = one.resource(resource or dataset)
    assert found is not None
    with found.parts[0].path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def proposals(catalogue: Catalogue) -> list[Dataset]:
    return [one for one in catalogue.datasets.values() if one.status is Status.PROPOSED]


def number(printed: str) -> Decimal:
    """A number as Vietnamese texts print it: a comma before decimals, a full stop between thousands."""
    return Decimal(printed.removesuffix("%").replace(".", "").replace(",", "."))


def test_sixty_figures_each_read_back_from_its_printed_form(figures: list[Row]) -> None:
    assert len(figures) == len({row["ma"] for row in figures}) == 60
    for row in figures:
        first, slash, second = row["so_in"].partition("/")
        sign = -1 if row["tu_kem"] == "tụt" else 1
        assert sign * number(first) == Decimal(row["gia_tri"]), row["ma"]
        expected = (str(number(first)), str(number(second))) if slash else ("", "")
        assert (row["tu_so"], row["mau_so"]) == expected, row["ma"]
        assert row["so_in"].endswith("%") == row["don_vi_tinh"].startswith("%"), row["ma"]


def test_every_figure_stands_in_its_quote_with_its_qualifier(figures: list[Row]) -> None:
    for row in figures:
        assert row["so_in"] in row["trich_dan"], row["ma"]
        assert row["tu_kem"] in row["trich_dan"], row["ma"]


def test_printed_forms_keep_what_a_spreadsheet_would_lose(figures: list[Row]) -> None:
    printed = {row["so_in"] for row in figures}
    assert {"01", "09", "02", "1.000", "2000", "154.766", "31,90%", "09/63"} <= printed


def test_figures_that_do_not_agree_are_noted_and_not_corrected(figures: list[Row]) -> None:
    by_code = {row["ma"]: row for row in figures}
    assert by_code["f003-09"]["so_in"] == "31,90%"
    assert round(Decimal(154766) / 485067 * 100, 2) == Decimal("31.91")
    for code in ("f000-16", "f003-06", "f003-09", "f004-04", "f004-05", "f004-07", "f004-08"):
        assert by_code[code]["ghi_chu"], code


def test_thirty_systems_say_what_the_article_says_of_open_data(catalogue: Catalogue) -> None:
    found = rows(catalogue, SYSTEMS)
    assert len(found) == len({row["ma"] for row in found}) == 30
    assert Counter(row["du_lieu_mo"] for row in found) == {"không nêu": 27, "dự kiến": 2, "có": 1}
    assert all(row["trich_dan"] for row in found)
    assert all(row["noi_ve_du_lieu_mo"] for row in found if row["du_lieu_mo"] != "không nêu")


def test_quotes_are_short_and_few(catalogue: Catalogue, figures: list[Row]) -> None:
    by_article = defaultdict(set)
    for row in [*figures, *rows(catalogue, SYSTEMS)]:
        assert 0 < len(row["trich_dan"]) < 300, row["ma"]
        by_article[row["bai_viet"]].add(row["trich_dan"])
    assert len(by_article) == 5
    assert all(sum(map(len, quotes)) < 1_500 for quotes in by_article.values())


def test_no_file_holds_more_than_data_and_descriptors() -> None:
    files = [path for folder in ("catalog", "datasets", "schemas") for path in (ROOT / folder).rglob("*")]
    assert {path.suffix for path in files if path.is_file() and not path.name.startswith(".")} <= {".yaml", ".csv"}


def test_ninety_four_proposals_without_data_say_what_they_rest_on(catalogue: Catalogue) -> None:
    found = proposals(catalogue)
    assert len(found) == 94
    for one in found:
        assert one.region == "bac-giang", one.name
        assert one.decision is None, f"{one.name} is not an item of an approved list"
        assert one.license is None, f"{one.name}: nobody has given terms for data that do not exist"
        assert [bool(resource.parts) for resource in one.resources] == [False], one.name
        assert one.resources[0].schema_name in catalogue.schemas
        assert (one.provenance[0].supports == "none") == (len(one.provenance) == 1), one.name
        assert one.provenance[0].note.by_language.keys() == {"vi", "en"}


def test_proposals_count_by_how_well_they_are_grounded(catalogue: Catalogue) -> None:
    # The same numbers stand in docs/catalogue.md.
    words = Counter(one.provenance[0].note.get("en") for one in proposals(catalogue))
    documented = (ROOT / "docs" / "catalogue.md").read_text("utf-8")
    assert sorted(words.values()) == [10, 13, 13, 15, 18, 25]
    assert [count for count in words.values() if f" | {count} |" not in documented] == []


def test_columns_are_titled_in_both_languages_and_codes_are_text(catalogue: Catalogue) -> None:
    for name, schema in catalogue.schemas.items():
        for field in schema.data["fields"]:
            assert set(field["title"]) == {"vi", "en"}, f"{name}.{field['name']}"
            if field["name"].startswith("ma_"):
                assert field["type"] == "string", f"{name}.{field['name']}"


def test_every_line_of_successors_ends_in_a_body_of_today(catalogue: Catalogue) -> None:
    for key, body in catalogue.organizations.items():
        today, inferred = catalogue.responsible_on(key, date(2026, 1, 1))
        assert today is not None, key
        assert today.validity.end is None, key
        if body.successor is not None:
            assert body.validity.end is not None, key
            assert body.successor.basis, key
        if today.region == "bac-ninh" and key not in {today.key, "ubnd-tinh-bac-giang"}:
            assert inferred, f"{key}: no act was read"


def test_a_body_that_was_split_is_never_followed_by_rule(catalogue: Catalogue) -> None:
    split = "so-lao-dong-thuong-binh-va-xa-hoi"
    own = [one for one in catalogue.datasets.values() if one.organization == split]
    assert len(own) == 4
    for one in own:
        assert one.responsible is not None, one.name
        assert catalogue.organizations[one.responsible].validity.end is None, one.name


def test_published_data_are_the_projects_compilation_and_never_a_departments(catalogue: Catalogue) -> None:
    for one in catalogue.datasets.values():
        if one.status is Status.PUBLISHED:
            assert one.organization == "du-an-opendata-publisher", one.name
            assert one.provenance, one.name
            assert one.security_note, one.name
            assert one.license == "cc0-1-0", one.name


def test_code_lists_before_and_after_the_merger(catalogue: Catalogue) -> None:
    sizes = {
        (BEFORE, "cap-tinh"): 63,
        (BEFORE, "cap-huyen"): 696,
        (BEFORE, "cap-xa"): 10_051,
        (AFTER, "cap-tinh"): 34,
        (AFTER, "cap-xa"): 3_321,
        ("don-vi-hanh-chinh-bac-giang-2023", "cap-huyen"): 10,
        ("don-vi-hanh-chinh-bac-giang-2023", "cap-xa"): 209,
    }
    assert {place: len(rows(catalogue, *place)) for place in sizes} == sizes
    provinces = Counter(row["ma_tinh"] for row in rows(catalogue, AFTER, "cap-xa"))
    assert [provinces[code] for code in ("24", "79", "75", "68")] == [99, 168, 95, 124]
    for dataset in (BEFORE, AFTER, "don-vi-hanh-chinh-bac-giang-2023"):
        for resource in catalogue.datasets[dataset].resources:
            for row in rows(catalogue, dataset, resource.name):
                name = next(value for column, value in row.items() if column.startswith("ten_"))
                assert name == " ".join(name.split()), name


def test_code_24_means_two_provinces(catalogue: Catalogue) -> None:
    named = {
        dataset: {row["ma_tinh"]: row["ten_tinh"] for row in rows(catalogue, dataset, "cap-tinh")}
        for dataset in (BEFORE, AFTER)
    }
    assert named[BEFORE]["24"] == "Tỉnh Bắc Giang"
    assert named[AFTER]["24"] == "Bắc Ninh"
    both = [one for one in catalogue.regions.values() if one.code == "24"]
    assert [MERGED_ON in one.validity for one in both] == [False, True]


def test_old_and_new_provinces_agree_with_the_codes_of_communes(catalogue: Catalogue) -> None:
    pairs = {row["ma_tinh_cu"]: row["ma_tinh_moi"] for row in rows(catalogue, MERGERS)}
    assert (len(pairs), len(set(pairs.values()))) == (63, 34)
    old = {row["ma_xa"]: row["ma_tinh"] for row in rows(catalogue, BEFORE, "cap-xa")}
    known = [row for row in rows(catalogue, AFTER, "cap-xa") if row["ma_xa"] in old]
    assert len(known) == 3_310
    assert all(pairs[old[row["ma_xa"]]] == row["ma_tinh"] for row in known)
    counted = Counter(old[row["ma_xa"]] for row in known)
    assert {row["ma_tinh_cu"]: row["so_ma_xa_khop"] for row in rows(catalogue, MERGERS)} == {
        code: str(count) for code, count in counted.items()
    }


def test_law_is_dated_and_no_ended_terms_are_given(catalogue: Catalogue) -> None:
    in_force = [one for one in catalogue.legal.values() if date(2026, 1, 1) in one.validity]
    assert in_force
    assert all(one.review_every is None and one.update_within is None and not one.licenses for one in in_force)
    decree = catalogue.legal["nd47-2020"]
    assert (decree.review_every, decree.update_within) == ("P6M", "P3M")
    assert catalogue.licenses["vn-nd47-art18"].validity == decree.validity
    assert catalogue.settings.default_license is None


def test_it_is_a_reference_and_stands_alone(catalogue: Catalogue, tmp_path: Path) -> None:
    assert catalogue.settings.standing == "reference"
    for folder in ("catalog", "datasets", "schemas"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
        for path in (ROOT / folder).rglob("*.yaml"):
            text = path.read_text("utf-8")
            assert "seed-" not in text and "/shared/" not in text and "../" not in text, path
    alone = load(tmp_path)
    assert alone.problems == ()
    assert alone.catalogue is not None
    assert alone.catalogue.datasets.keys() == catalogue.datasets.keys()
