"""What a dataset's record becomes on CKAN, field by field."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

import pytest
from support.mapped import ID, SYSADMIN, context, desired, table

from publisher.plan.model import Kind, PublishedFile, SourceFile
from publisher.portals.ckan.mapping.mapping import body, held, owned, record_field, rules, wanted
from publisher.portals.ckan.mapping.values import LICENSES, name_of, tags_of
from publisher.portals.ckan.model import Options, Rights, Wanted
from publisher.portals.made import made_from_schema, made_from_table

BANNER = "Bản trình diễn, không phải cổng chính thức: không nội dung nào ở đây được công bố nhân danh cơ quan nhà nước."


def editor(**more: Any) -> Rights:
    return Rights((2, 11), frozenset({"datastore"}), "bien-tap", sysadmin=False, **more)


def made(record: dict[str, Any], **options: Any) -> Wanted:
    return wanted(desired(record), context(**options))


def test_the_first_language_is_the_portals_and_others_are_extras() -> None:
    record = {"title": {"en": "Schools", "vi": "Trường"}, "description": {"vi": "Danh sách", "en": "A list"}}
    found = made(record)
    assert (found.fields["title"], found.fields["notes"]) == ("Trường", "Danh sách")
    assert (found.extras["title_en"], found.extras["notes_en"]) == ("Schools", "A list")
    assert "title_translated" not in found.fields
    other = made(record, languages=("en", "vi"))
    assert (other.fields["title"], other.extras["title_vi"]) == ("Schools", "Trường")


def test_fluent_gets_objects() -> None:
    found = made({"title": {"vi": "Trường", "en": "Schools"}, "resources": [table()]}, fluent=True)
    assert found.fields["title"] == "Trường"
    assert found.fields["title_translated"] == {"vi": "Trường", "en": "Schools"}
    assert not [key for key in found.extras if key.startswith(("title_", "notes_"))]
    assert found.resources[0].fields["name_translated"] == {"vi": "Bảng (CSV)", "en": "Table (CSV)"}


@pytest.mark.parametrize(
    ("record", "said"),
    [
        ({"status": "proposed"}, "Đây là đề xuất, không phải dữ liệu đã công bố."),
        ({"status": "planned", "promised": "2027-03-31"}, "Dự kiến: chưa có số liệu. Hẹn công bố ngày 31/03/2027."),
        ({"status": "not-open", "status_reason": {"vi": "Bí mật."}}, "Dữ liệu này không mở. Bí mật."),
        (
            {"status": "withdrawn", "status_reason": {"vi": "Sai số liệu."}},
            "Tập dữ liệu này đã được rút lại; các tệp không còn được cung cấp. Sai số liệu.",
        ),
        (
            {"status": "withdrawn", "taken_down": "2026-05-01", "status_reason": {"vi": "Gỡ ngày 01/05/2026."}},
            "Gỡ ngày 01/05/2026.",
        ),
    ],
)
def test_notes_say_first_what_is_no_published_data(record: dict[str, Any], said: str) -> None:
    record = {**record, "description": {"vi": "Mô tả."}}
    assert made(record).fields["notes"] == f"{said}\n\nMô tả."
    assert made(record, standing="reference").fields["notes"] == f"{said}\n\n{BANNER}\n\nMô tả."


def test_a_reference_catalogue_says_so_everywhere_and_publishes_in_its_makers_name() -> None:
    there = context(standing="reference")
    found = wanted(desired({"description": {"vi": "Mô tả.", "en": "Description."}}), there)
    assert found.fields["notes"] == f"{BANNER}\n\nMô tả."
    assert found.extras["notes_en"].startswith("Demonstration, not an official portal")
    assert found.extras["publisher_name"] == "Người biên soạn thử"
    assert found.extras["organization_name"] == "Sở A"
    assert body(there.organizations["so-a"], Kind.ORGANIZATION, there)["description"].startswith(BANNER)
    assert made({}).extras["publisher_name"] == "Sở A"


@pytest.mark.parametrize(
    ("name", "prefix", "there"),
    [
        ("truong", "", "truong"),
        ("truong", "bac-giang-", "bac-giang-truong"),
        ("a", "", "a-ca978112"),
        ("new", "", "new-11507a0e"),
        ("a" * 100, "", "a" * 100),
    ],
)
def test_names(name: str, prefix: str, there: str) -> None:
    assert name_of(prefix, name) == there


def test_names_that_are_too_long_stay_apart() -> None:
    one, other = (name_of("x-", "a" * 99 + end) for end in "bc")
    assert one != other
    assert {len(one), len(other)} == {100}


def test_tags_are_what_ckan_takes() -> None:
    keywords = [
        "giáo dục",
        "Giáo dục",
        "giáo dục",
        "R&D; thử",
        "x",
        "a" * 120,
        "đ\u0303\u0309a",
        "số_1.2-3",
        "!!",
        "2 ",
    ]
    assert tags_of(keywords) == ("Giáo dục", "R D thử", "a" * 100, "giáo dục", "số_1.2-3", "đa")


@pytest.mark.parametrize(
    ("spdx", "there"),
    [
        ("CC-BY-4.0", "cc-by"),
        ("CC-BY-SA-4.0", "cc-by-sa"),
        ("CC-BY-NC-ND-4.0", "cc-nc"),
        ("CC-BY-ND-4.0", "khoa"),
        ("CC0-1.0", "cc-zero"),
        ("ODbL-1.0", "odc-odbl"),
        ("ODC-By-1.0", "odc-by"),
        ("PDDL-1.0", "odc-pddl"),
        ("MIT", "khoa"),
        (None, "khoa"),
    ],
)
def test_licences_by_spdx(spdx: str | None, there: str) -> None:
    around = context()
    entry = {"name": {"vi": "Tên"}, "url": "https://example.org/l", **({"spdx": spdx} if spdx else {})}
    around = replace(around, catalogue={**around.catalogue, "licenses": {"khoa": entry}})
    found = wanted(desired({"license": "khoa"}), around)
    assert found.fields["license_id"] == there
    assert (found.extras["license_title"], found.extras["license_url"]) == ("Tên", "https://example.org/l")
    assert len(dict(LICENSES)) == len(LICENSES)


def test_the_entry_decides_on_licences_first() -> None:
    assert made({"license": "cc-by"}, licenses={"cc-by": "vn-mo"}).fields["license_id"] == "vn-mo"


def test_the_owner_is_the_own_organization_where_the_token_may_write() -> None:
    mapped = {"organizations": {"so-a": "department-a"}, "organization": "chung"}

    def owner(rights: Rights, **options: Any) -> Any:
        return made({}, rights=rights, **options).fields["owner_org"]

    assert owner(editor(organizations={"so-a": "1"})) == "so-a"
    assert owner(editor(organizations={"chung": "1"}), organization="chung") == "chung"
    assert owner(editor(create_organizations=True), organization="chung") == "so-a"
    assert owner(editor(organizations={"department-a": "1"}), **mapped) == "department-a"
    # An organization that the entry names is used and never made.
    assert owner(editor(organizations={"chung": "1"}, create_organizations=True), **mapped) == "chung"
    assert owner(SYSADMIN, **mapped) == "department-a"


def test_themes_are_groups_where_the_token_may_assign_and_extras_always() -> None:
    record = {"themes": ["xa-hoi", "y-te"]}
    assert made(record).groups == ("xa-hoi", "y-te")
    assert made(record, rights=editor(groups={"y-te": "1"})).groups == ("y-te",)
    found = made(record, rights=editor())
    assert found.groups == ()
    assert "groups" not in owned(found, {})
    assert found.extras["theme"] == '["http://example.org/HEAL"]'
    assert found.extras["theme_title"] == "Xã hội; Y tế"


def test_a_group_has_another_name_than_an_organization() -> None:
    assert made({"themes": ["y-te"]}, organizations={"so-a": "y-te"}).groups == ("y-te-theme",)


def test_a_field_of_the_portals_own_form_is_no_extra() -> None:
    rights = Rights((2, 11), frozenset(), "a", sysadmin=True, fields=frozenset({"theme", "issued"}))
    found = made({"themes": ["y-te"], "issued": "2024-01-01"}, rights=rights)
    assert (found.fields["theme"], found.fields["issued"]) == (["http://example.org/HEAL"], "2024-01-01")
    assert {"theme", "issued"}.isdisjoint(found.extras)
    assert (record_field("theme"), record_field("issued")) == ("themes", "issued")


def test_freshness_is_told_in_days_that_do_not_change() -> None:
    terms = {
        "frequency": "annual",
        "covered": {"name": "2024"},
        "next": {"name": "2025", "end": "2025-12-31"},
        "due_at": "2026-01-31",
        "overdue_at": "2026-02-15",
        "missing": ["2022", "2023"],
        "evidence": {"kind": "git", "detail": "datasets/thu/bang.csv", "on": "2025-01-10"},
    }
    found = made({"freshness": terms}).extras
    assert found["frequency"].endswith("/frequency/ANNUAL")
    assert (found["data_through"], found["data_missing"]) == ("2024", "2022, 2023")
    assert (found["next_period"], found["next_due"], found["late_from"]) == ("2025", "2026-01-31", "2026-02-15")
    assert found["evidence"].endswith("bang.csv trong git: 2025-01-10")
    assert "datasets/" not in found["evidence"]
    exempt = made({"freshness": {**terms, "fixed": "exempt"}}).extras
    assert {"next_period", "next_due", "late_from"}.isdisjoint(exempt)
    paused = made({"freshness": {**terms, "fixed": "paused", "fixed_until": "2026-06-30"}}).extras
    assert paused["updates"] == "Tạm ngừng cập nhật đến hết 30/06/2026."


def test_who_answers_and_where_it_belongs_today() -> None:
    found = made({"succession": [{"key": "so-b", "inferred": True}], "region": "tinh-a"}).extras
    assert found["responsible"] == "Sở A (đến 30/06/2025) \nChịu trách nhiệm hiện nay: Sở B (suy ra)"
    assert found["spatial_text"] == "Tỉnh A (đến 30/06/2025; nay là Tỉnh B)"
    assert "responsible" not in made({"organization": "so-b"}).extras


def test_every_format_is_a_resource_and_the_first_has_our_id() -> None:
    resource = table()
    found = made({"resources": [resource]}).resources
    assert [one.id for one in found] == [
        resource["id"],
        *(str(uuid5(UUID(resource["id"]), f)) for f in ("xlsx", "json")),
    ]
    assert {one.of for one in found} == {resource["id"]}
    assert [one.fields["format"] for one in found] == ["CSV", "XLSX", "JSON"]
    assert [one.fields["name"] for one in found] == ["Bảng (CSV)", "Bảng (XLSX)", "Bảng (JSON)"]
    assert [one.table for one in found] == [True, False, False]
    files = [one.file for one in found]
    assert [one and (one.name, one.resource, one.format) for one in files] == [
        (f"bang.{format}", "bang", format) for format in ("csv", "xlsx", "json")
    ]
    assert [one and one.made_from for one in files] == [
        made_from_table("recipe", format, resource) for format in ("csv", "xlsx", "json")
    ]


@pytest.mark.parametrize("rights", [SYSADMIN, Rights((2, 12), frozenset(), "a", sysadmin=True)])
def test_tables_go_into_the_datastore_where_there_is_one(rights: Rights) -> None:
    record = {"resources": [table()]}
    assert made(record, rights=rights).resources[0].table is ("datastore" in rights.plugins)
    assert not made(record, rights=rights, tables=False).resources[0].table


def source(name: str) -> SourceFile:
    return SourceFile(name, Path(name), "0" * 64, 1, "bang")


def test_committed_files_stand_where_no_format_is_made_of_them() -> None:
    parts = [{"name": f"{year}.csv", "period": year, "rows": 2} for year in ("2023", "2024")]
    resource = table(derived=[], parts=parts)
    found = wanted(desired({"resources": [resource]}, (source("2023.csv"), source("2024.csv"))), context()).resources
    assert [one.id for one in found] == [resource["id"], str(uuid5(UUID(resource["id"]), "2024.csv"))]
    assert [one.fields["name"] for one in found] == ["Bảng (2023, CSV)", "Bảng (2024, CSV)"]
    assert [(one.fields["period"], one.fields["rows"]) for one in found] == [("2023", 2), ("2024", 2)]
    document = table(format="pdf", derived=None, rows=None)
    (one,) = wanted(desired({"resources": [document]}, (source("bang.pdf"),)), context()).resources
    assert (one.fields["name"], one.fields["format"], one.table) == ("Bảng", "PDF", False)
    assert one.file is not None
    assert one.file.source == source("bang.pdf")
    both = wanted(desired({"resources": [table()]}, (source("bang.csv"),)), context()).resources
    assert all(one.file is not None and one.file.source is None for one in both)


def test_forms_links_and_services() -> None:
    form = table("mau", derived=None, format=None, rows=None, form=True, schema={"fields": []})
    link = {"id": ID, "name": "lien-ket", "url": "https://example.org/a.pdf?x=1"}
    service = {"id": str(uuid5(UUID(ID), "api")), "name": "api", "url": "example.org/api", "service": True}
    record = {"resources": [form, link, service]}
    empty, pdf, api = made(record).resources
    assert empty.fields["name"] == "Bảng – Biểu mẫu để điền (XLSX)"
    assert empty.fields["name_en"] == "Table – Form to fill in (XLSX)"
    assert empty.file is not None
    assert (empty.file.name, empty.file.format) == ("mau-form.xlsx", None)
    assert empty.file.made_from == made_from_schema("recipe", desired(record).record, form)
    assert (pdf.fields["url"], pdf.fields["format"], pdf.file) == ("https://example.org/a.pdf?x=1", "PDF", None)
    assert (api.fields["url"], api.fields["format"]) == ("http://example.org/api", "API")


@pytest.mark.parametrize("more", [{"status": "withdrawn"}, {"taken_down": "2026-01-01"}])
def test_what_was_withdrawn_has_no_resources(more: dict[str, Any]) -> None:
    assert made({"resources": [table()], **more}).resources == ()


def test_a_portals_own_fields_go_there_as_they_are_and_win_over_extras_alone() -> None:
    given = {"rieng": {"a": [1]}, "title": "Khác", "resources": [], "extras": {"spatial": "{}", "identifier": "x"}}
    found = made({"portal_fields": given})
    assert found.fields["rieng"] == {"a": [1]}
    assert found.fields["title"] == "Thử"
    assert "resources" not in found.fields
    assert (found.extras["spatial"], found.extras["identifier"]) == ("{}", "x")
    assert record_field("rieng") == record_field("extras:spatial") == "portal_fields"


def test_hashes_are_owned_and_what_the_server_makes_is_not_held() -> None:
    found = made({"resources": [table(derived=["csv"])]})
    (resource,) = found.resources
    places = owned(found, {"bang.csv": PublishedFile("bang.csv", "ab", 1)})
    assert places[f"resources/{resource.id}/hash"] == "sha256:ab"
    package = {
        "id": "x",
        "metadata_modified": "x",
        "organization": {"name": "so-a"},
        "owner_org": "b1946ac9",
        "license_title": "x",
        "version": "  ",
        "tags": [{"name": "b"}, {"name": "a"}, {"name": "của bộ từ", "vocabulary_id": "x"}],
        "extras": [{"key": "opendata", "value": "a"}, {"key": "khac", "value": " x\r\ny "}],
        "resources": [{"id": "r", "url": "http://x", "url_type": "upload", "size": 1, "rows": 5, "hash": "sha256:ab"}],
    }
    assert held(package) == {
        "owner_org": "so-a",
        "tags": ["a", "b"],
        "extras:khac": "x y",
        "resources/r/rows": "5",
        "resources/r/hash": "sha256:ab",
    }


def test_lines_of_extras_survive_the_web_form() -> None:
    # CKAN's form shows extras in a single line, where browsers drop line breaks (measured with Chromium on 2.12).
    found = made({"provenance": [{"source": "Nguồn một"}, {"source": "Nguồn hai"}]})
    saved = {key: value.replace("\n", "") for key, value in found.extras.items()}
    assert "\n" in found.extras["provenance"]
    assert held({"extras": [{"key": key, "value": value} for key, value in saved.items()]}) == {
        place: value for place, value in owned(found, {}).items() if place.startswith("extras:")
    }


@pytest.mark.parametrize("odd", [None, 1, "x", {}, [None, 1, "x", {}]])
def test_odd_packages_are_read_without_complaint(odd: Any) -> None:
    keys = ("organization", "extras", "tags", "groups", "resources", "title")
    assert isinstance(held(dict.fromkeys(keys, odd)), dict)


def test_rules_change_with_what_changes_packages_alone() -> None:
    base = Options(("vi",))
    assert rules(base) == rules(Options(("vi",), scope=("a",), drift="keep"))
    others = [
        Options(("en",)),
        Options(("vi",), prefix="a"),
        Options(("vi",), fluent=True),
        Options(("vi",), tables=False),
    ]
    assert len({rules(one) for one in (base, *others)}) == 5
    there = context()
    assert rules(there.options, there) != rules(there.options)
    assert rules(there.options, there) != rules(there.options, context(standing="reference"))
    assert rules(there.options, there) == rules(there.options, context())
    shown = {**there.organizations, "so-a": {**there.organizations["so-a"], "logo": {"sha256": "1"}}}
    assert rules(there.options, there) == rules(there.options, replace(there, organizations=shown))


def test_bodies_say_their_time_and_who_followed() -> None:
    there = context()
    record = {**there.organizations["so-a"], "successor": {"key": "so-b", "inferred": True}}
    found = body(record, Kind.ORGANIZATION, there)
    assert found["description"] == (
        "Cơ quan này tồn tại đến hết ngày 30/06/2025.\n\n"
        "Cơ quan kế thừa là Sở B. Điều này là suy ra; chưa đọc được văn bản nào xác nhận."
    )
    extras = {one["key"]: one["value"] for one in found["extras"]}
    assert extras["opendata_catalogue"] == there.catalogue["id"]
    assert (extras["identifier"], extras["title_en"], extras["successor"]) == ("A1", "Department A", "so-b")
    theme = body(there.themes["y-te"], Kind.THEME, there)
    assert (theme["name"], theme["title"], theme["description"]) == ("y-te", "Y tế", "")
