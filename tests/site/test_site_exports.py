"""datapackage.json as frictionless reads it, and the API's files in CKAN's shape."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from publisher.portals.site.context import Lens
from publisher.portals.site.exports import datapackage
from publisher.portals.site.pages import render_site
from publisher.portals.site.quality import quality
from publisher.portals.site.view import SiteView

Make = Callable[..., SiteView]
FIGURES = "so-lieu-chuyen-doi-so"


@pytest.mark.parametrize("name", [FIGURES, "san-luong-thuy-san"])
def test_frictionless_accepts_the_package_with_its_data(site_folder: Path, name: str) -> None:
    from frictionless import Package

    report = Package(str(site_folder / "dataset" / name / "datapackage.json")).validate()
    assert report.valid, report.flatten(["type", "message"])
    assert report.tasks[0].stats["rows"] > 0


def test_frictionless_sees_a_changed_byte(site_folder: Path, tmp_path: Path) -> None:
    from frictionless import Package

    folder = site_folder / "dataset" / FIGURES
    (tmp_path / "datapackage.json").write_bytes((folder / "datapackage.json").read_bytes())
    (tmp_path / "so-lieu.csv").write_bytes((folder / "so-lieu.csv").read_bytes().replace(b"43117", b"43118"))
    report = Package(str(tmp_path / "datapackage.json")).validate()
    assert report.flatten(["type"]) == [["hash-count"]]


def test_a_reference_catalogue_is_the_publisher_of_its_packages(view: SiteView, make: Make) -> None:
    package = datapackage(Lens(view, "vi"), FIGURES)
    assert package is not None and package["contributors"] == [{"title": "Nhóm dự án", "role": "publisher"}]
    official = make(catalogue={**view.catalogue, "standing": "official"})
    package = datapackage(Lens(official, "vi"), FIGURES)
    assert package is not None and package["contributors"][0]["title"].startswith("Sở Thông tin")


def test_a_dataset_without_data_has_no_package(view: SiteView) -> None:
    assert datapackage(Lens(view, "vi"), "danh-muc-du-lieu-mo") is None


def test_a_derived_table_s_schema_speaks_of_canonical_values(view: SiteView, make: Make) -> None:
    schema = {
        "fields": [
            {"name": "ngay", "type": "date", "format": "%d/%m/%Y", "constraints": {"minimum": "31/12/2020"}},
            {"name": "gia", "type": "number", "decimalChar": ",", "groupChar": ".", "unit": {"vi": "đồng"}},
            {"name": "thu", "type": "string", "format": "email", "title": {"vi": "Thư", "en": "Mail"}},
        ],
        "primaryKey": "ngay",
        "uniqueKeys": [["gia"]],
        "missingValues": ["", "-"],
        "foreignKeys": [
            {"fields": "thu", "reference": {"dataset": "khac", "resource": "a", "fields": "b"}},
            {"fields": "thu", "reference": {"resource": "mat", "fields": "b"}},
            {"fields": "thu", "reference": {"resource": "", "fields": "thu"}},
        ],
    }
    record = view.datasets[FIGURES]
    resources = [{**record["resources"][0], "schema": schema}, *record["resources"][1:]]
    changed = make(datasets={**view.datasets, FIGURES: {**record, "resources": resources}})
    package = datapackage(Lens(changed, "en"), FIGURES)
    assert package is not None
    lowered = package["resources"][0]["schema"]
    assert lowered["fields"] == [
        {"name": "ngay", "type": "date", "constraints": {"minimum": "2020-12-31"}},
        {"name": "gia", "type": "number", "unit": "đồng"},
        {"name": "thu", "type": "string", "format": "email", "title": "Mail"},
    ]
    assert lowered["primaryKey"] == ["ngay"] and "missingValues" not in lowered
    assert lowered["foreignKeys"] == [{"fields": ["thu"], "reference": {"resource": "", "fields": ["thu"]}}]


def answer(site: Path, path: str) -> Any:
    plain = site / "api/3/action" / path
    assert plain.read_bytes() == plain.with_name(plain.name + ".json").read_bytes()
    found = json.loads(plain.read_text("utf-8"))
    assert found["success"] is True and "help_show" in found["help"]
    return found["result"]


def test_the_api_answers_like_ckan(site_folder: Path, view: SiteView) -> None:
    assert answer(site_folder, "package_list") == sorted(view.datasets)
    assert answer(site_folder, "group_list") == ["cong-nghe", "nong-nghiep"]
    assert answer(site_folder, "organization_show/so-thong-tin-va-truyen-thong")["package_count"] == 2
    package = answer(site_folder, f"package_show/{FIGURES}")
    assert package["id"] == view.datasets[FIGURES]["id"] and package["title"].startswith("Số liệu")
    assert package["organization"]["name"] == package["owner_org"] == "so-thong-tin-va-truyen-thong"
    resource = package["resources"][0]
    assert resource["url"] == f"https://data.example.org/dataset/{FIGURES}/so-lieu.csv"
    assert resource["hash"] == view.files[FIGURES][0].sha256 and len(resource["files"]) == 4
    extras = {extra["key"]: extra["value"] for extra in package["extras"]}
    assert extras["standing"] == "reference" and json.loads(extras["freshness"])["frequency"] == "annual"


def test_the_examples_on_the_api_page_name_files_that_are_there(site_folder: Path) -> None:
    import re

    html = (site_folder / "api/index.html").read_text("utf-8")
    addresses = re.findall(r"curl https://data\.example\.org/(\S+)", html)
    assert len(addresses) >= 7 and all((site_folder / address).is_file() for address in addresses)


def measured(view: SiteView, **terms: Any) -> dict[str, Any]:
    """The measurements of the figures by metric."""
    record = view.datasets[FIGURES]
    changed = replace(view, datasets={FIGURES: {**record, "freshness": {**record["freshness"], **terms}}})
    found = quality(Lens(changed, "vi"), FIGURES)
    assert found is not None
    base = view.catalogue["base_url"].rstrip("/")
    *metrics, about = found["@graph"]
    assert about["@id"] == f"{base}/dataset/{FIGURES}/"
    values = {one["dqv:isMeasurementOf"]["@id"]: one for one in about["dqv:hasQualityMeasurement"]}
    assert values.keys() == {one["@id"] for one in metrics} and all(one["dqv:inDimension"] for one in metrics)
    return {name.removeprefix(f"{base}#"): one for name, one in values.items()}


def test_quality_is_measured_without_a_clock(view: SiteView) -> None:
    history = [{"outcome": one} for one in ("unknown", "early", "on-time", "late", "missing")]
    found = measured(view, history=history, missing=["2021"])
    assert {name: one["dqv:value"]["@value"] for name, one in found.items()}.items() >= {
        "due-at": "2025-01-31",
        "overdue-at": "2025-02-01",
        "periods-in-time": "2",
        "periods-late": "1",
        "share-in-time": "0.500",
        "gaps": "1",
        "partial-periods": "0",
    }.items()
    assert found["data-through"]["skos:note"].startswith("column: ")
    assert found["data-through"]["dqv:value"]["@type"] == "xsd:date"
    assert "days-late" not in found and not any("prov:generatedAtTime" in one for one in found.values())


def test_quality_says_how_late_data_are_where_the_build_was_given_a_day(view: SiteView) -> None:
    late = measured(view, state="overdue", as_of="2025-02-10")["days-late"]
    assert late["dqv:value"]["@value"] == "10"
    assert late["prov:generatedAtTime"] == {"@value": "2025-02-10T00:00:00", "@type": "xsd:dateTime"}
    assert measured(view, state="due", as_of="2025-01-31")["days-late"]["dqv:value"]["@value"] == "0"


def test_quality_stands_beside_the_data_and_is_named_where_programs_look(view: SiteView) -> None:
    files = dict(render_site(view))
    assert f"dataset/{FIGURES}/quality.jsonld" in files
    assert json.loads(files[f"dataset/{FIGURES}/datapackage.json"])["quality"] == "quality.jsonld"
    answer = json.loads(files[f"api/3/action/package_show/{FIGURES}.json"])["result"]
    extras = {one["key"]: one["value"] for one in answer["extras"]}
    assert extras["quality"] == f"{view.catalogue['base_url'].rstrip('/')}/dataset/{FIGURES}/quality.jsonld"
    assert 'quality.jsonld" type="application/ld+json"' in files[f"dataset/{FIGURES}/index.html"].decode()
    # What has no data has nothing to measure.
    assert "dataset/danh-muc-du-lieu-mo/quality.jsonld" not in files
