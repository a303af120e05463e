"""Every rule on a small catalogue: silent where all is well, and speaking where it should."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from support.pictures import SVG, png

from publisher.catalogue.load import load
from publisher.messages import messages
from publisher.problem import Problem
from publisher.validation.rules import RULE_OF, RULES
from publisher.validation.run import Options, validate
from publisher.workspace import Workspace

TODAY = date(2026, 3, 1)
KINDERGARTENS = "datasets/truong-mam-non/dataset.yaml"
REVIEWS = "datasets/truong-mam-non/reviews"
ORGANIZATIONS = "catalog/organizations.yaml"
THEMES = "catalog/themes.yaml"
SCHEMA = "schemas/truong-mam-non.yaml"
RESOURCE = {"name": "truong-mam-non", "path": "truong-mam-non.csv", "schema": "truong-mam-non"}
ENDED = {"name": "Sở cũ", "valid_to": "2025-02-28"}
DECREE = {
    "name": "Nghị định 47",
    "act": "Nghị định 47/2020/NĐ-CP",
    "basis": "text",
    "valid_from": "2020-05-25",
    "valid_to": "2025-08-18",
}
LAWS: dict[str, Any] = {"nd47": {**DECREE, "requires": ["security_note"], "licenses": ["cc-by-4"]}}

Edit = Callable[..., Path]
Make = Callable[[Path, Edit], None]


def problems(root: Path, **options: Any) -> list[Problem]:
    """What a run without tables finds on 1 March 2026."""
    wanted = Options(**{"tables": False, **options})
    return list(validate(load(root), today=TODAY, workspace=Workspace(root), options=wanted).problems)


def dataset(**keys: Any) -> Make:
    """A change of the dataset's descriptor."""
    return lambda root, edit: edit(KINDERGARTENS, **keys) and None


def terms(**keys: Any) -> Make:
    """A change of what the descriptor promises about updates; yearly where it does not say."""
    return dataset(freshness={"frequency": "annual", **keys})


def resource(**keys: Any) -> Make:
    """A change of the dataset's only resource; None removes a key."""
    entry = {key: value for key, value in {**RESOURCE, **keys}.items() if value is not None}
    return dataset(resources=[entry])


def file(name: str, **keys: Any) -> Make:
    """A change of another YAML file."""
    return lambda root, edit: edit(name, **keys) and None


def both(*changes: Make) -> Make:
    """Several changes, one after the other."""

    def make(root: Path, edit: Edit) -> None:
        for change in changes:
            change(root, edit)

    return make


def text(name: str, content: str = "a\n1\n") -> Make:
    """A file with this text."""

    def make(root: Path, edit: Edit) -> None:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, "utf-8")

    return make


def second(name: str = "nha-tre", **keys: Any) -> Make:
    """A second dataset with a file and a title of its own, unless said otherwise."""
    entry = {"name": "bang", "path": "bang.csv"}
    mine = {"title": {"vi": "Nhà trẻ", "en": "Nurseries"}, "resources": [entry]}
    return both(file(f"datasets/{name}/dataset.yaml", **{**mine, **keys}), text(f"datasets/{name}/bang.csv"))


def review(named: str, on: str) -> Make:
    """A review of a day in a file of a name."""
    return text(f"{REVIEWS}/{named}.yaml", f"on: {on}\nby: Tổ dữ liệu\nnote: Số liệu còn đúng.\n")


def without_file(root: Path, edit: Edit) -> None:
    """The dataset's file is not there."""
    (root / "datasets/truong-mam-non/truong-mam-non.csv").unlink()


def logo(path: str, content: bytes | None = None, *, ckan: bool = False) -> Make:
    """A theme's logo, with its file where there are bytes of it."""

    def make(root: Path, edit: Edit) -> None:
        edit("catalog/themes.yaml", **{"giao-duc": {"name": "Giáo dục", "logo": path}})
        if content is not None:
            place = root / "catalog" / path
            place.parent.mkdir(exist_ok=True)
            place.write_bytes(content)
        if ckan:
            edit("catalog/portals.yaml", ckan={"type": "ckan", "url": "https://a.example/", "token_env": "TOKEN"})

    return make


def linked(name: str, to: str) -> Make:
    """The dataset's file is a link."""

    def make(root: Path, edit: Edit) -> None:
        path = root / "datasets/truong-mam-non" / name
        path.unlink(missing_ok=True)
        try:
            path.symlink_to(to)
        except OSError:
            pytest.skip("links are not allowed here")

    return make


def successors(**lines: str | None) -> Make:
    """Organizations that ended, each with its successor."""
    entries: dict[str, Any] = {"so-giao-duc": {"name": "Sở"}}
    for key, heir in lines.items():
        entries[key] = {"name": key, "valid_to": "2025-02-28"}
        if heir is not None:
            entries[key]["successor"] = {"key": heir, "basis": "act"}
    return file(ORGANIZATIONS, **entries)


BAD: list[tuple[str, str, Make]] = [
    ("organization-unknown", KINDERGARTENS, dataset(organization="so-giao-duk")),
    ("organization-unknown", KINDERGARTENS, dataset(responsible="so-khac")),
    ("organization-unknown", ORGANIZATIONS, file(ORGANIZATIONS, **{"so-y-te": {"name": "Y tế", "parent": "ubnd"}})),
    ("organization-unknown", ORGANIZATIONS, successors(cu="khong-co")),
    ("theme-unknown", KINDERGARTENS, dataset(themes=["giao-duc", "y-te"])),
    ("license-unknown", KINDERGARTENS, dataset(license="cc-by-5")),
    ("license-unknown", "catalog/catalog.yaml", file("catalog/catalog.yaml", defaults={"license": "khong-co"})),
    ("license-unknown", "catalog/legal.yaml", file("catalog/legal.yaml", nd47={**DECREE, "licenses": ["khong-co"]})),
    ("region-unknown", KINDERGARTENS, dataset(region="bac-giang")),
    ("decision-unknown", KINDERGARTENS, dataset(approval={"decision": "qd-1"})),
    ("logo-missing", THEMES, logo("logos/a.png")),
    ("logo-outside", THEMES, logo("../a.png")),
    ("logo-kind", THEMES, logo("logos/a.png", SVG)),
    ("logo-too-large", THEMES, logo("logos/a.png", png() + bytes(200_000))),
    ("logo-active", THEMES, logo("logos/a.svg", SVG.replace(b"<circle", b'<circle onclick="x"'))),
    ("logo-not-for-ckan", THEMES, logo("logos/a.svg", SVG, ckan=True)),
    ("schema-not-found", KINDERGARTENS, resource(schema="truong-mam-nom")),
    ("resource-duplicate-name", KINDERGARTENS, dataset(resources=[RESOURCE, {**RESOURCE, "path": "b.csv"}])),
    (
        "resource-duplicate-name",
        KINDERGARTENS,
        dataset(resources=[RESOURCE, {"name": "b1", "url": "https://a.vn/b", "formerly": ["truong-mam-non"]}]),
    ),
    (
        "resource-same-file-name",
        KINDERGARTENS,
        both(
            text("datasets/truong-mam-non/cu/truong-mam-non.csv"),
            dataset(resources=[RESOURCE, {"name": "cu", "path": "cu/truong-mam-non.csv"}]),
        ),
    ),
    (
        "id-duplicate",
        KINDERGARTENS,
        both(second(id="0b7a2a52-2f7c-4e0e-8d5c-0a3c6f2d9b11"), dataset(id="0b7a2a52-2f7c-4e0e-8d5c-0a3c6f2d9b11")),
    ),
    (
        "formerly-claimed-twice",
        KINDERGARTENS,
        both(second(formerly=["mau-giao"]), dataset(formerly=["cu", "mau-giao"])),
    ),
    ("formerly-in-use", KINDERGARTENS, both(second(), dataset(formerly=["cu", "nha-tre"]))),
    ("title-duplicate", KINDERGARTENS, second(title={"vi": "DANH SÁCH  trường mam non"})),
    ("title-placeholder", KINDERGARTENS, dataset(title="truong-mam-non")),
    ("data-copied", KINDERGARTENS, both(second(), text("datasets/truong-mam-non/truong-mam-non.csv"))),
    ("file-missing", KINDERGARTENS, resource(path="Truong-mam-non.csv")),
    ("file-outside", KINDERGARTENS, resource(path="../bang.csv")),
    ("file-outside", KINDERGARTENS, resource(path="/etc/passwd")),
    ("file-outside", KINDERGARTENS, resource(path="C:\\bang.csv")),
    ("file-outside", KINDERGARTENS, linked("truong-mam-non.csv", "../../catalog/catalog.yaml")),
    (
        "file-name-decomposed",
        KINDERGARTENS,
        both(
            resource(path="trường.csv"),
            text(unicodedata.normalize("NFD", "datasets/truong-mam-non/trường.csv"), "a\n1\n"),
        ),
    ),
    ("file-missing", KINDERGARTENS, linked("truong-mam-non.csv", "khong-co.csv")),
    ("file-no-file", KINDERGARTENS, both(resource(path="bang"), text("datasets/truong-mam-non/bang/x.csv"))),
    (
        "file-lfs-pointer",
        KINDERGARTENS,
        text(
            "datasets/truong-mam-non/truong-mam-non.csv",
            "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n",
        ),
    ),
    (
        "file-unnamed",
        "datasets/truong-mam-non/truong-mam-non (1).csv",
        text("datasets/truong-mam-non/truong-mam-non (1).csv"),
    ),
    ("file-without-dataset", "datasets/moi/bang.csv", text("datasets/moi/bang.csv")),
    (
        "period-invalid",
        KINDERGARTENS,
        both(resource(path="b-{period}.csv"), text("datasets/truong-mam-non/b-2023-13.csv")),
    ),
    (
        "period-twice",
        KINDERGARTENS,
        both(
            resource(path="b-{period}.csv"),
            text("datasets/truong-mam-non/b-2023-Q1.csv"),
            text("datasets/truong-mam-non/b-2023q1.csv"),
        ),
    ),
    ("column-unknown", SCHEMA, file(SCHEMA, primaryKey=["ma_truong"])),
    ("column-unknown", SCHEMA, file(SCHEMA, uniqueKeys=[["ten", "xa"]])),
    ("column-unknown", KINDERGARTENS, resource(chart={"x": "ten", "y": "so_te"})),
    ("column-unknown", KINDERGARTENS, resource(contact_columns=["email"])),
    (
        "column-unknown",
        KINDERGARTENS,
        resource(schema={"fields": [{"name": "a1", "type": "string"}], "primaryKey": "b1"}),
    ),
    (
        "column-duplicate",
        SCHEMA,
        file(SCHEMA, fields=[{"name": "ma", "type": "string"}, {"name": "ma", "type": "string"}]),
    ),
    (
        "evidence-column-unknown",
        KINDERGARTENS,
        dataset(freshness={"frequency": "annual", "evidence": [{"column": "ngay"}]}),
    ),
    (
        "evidence-resource-unknown",
        KINDERGARTENS,
        dataset(freshness={"frequency": "annual", "evidence": [{"column": "ma", "resource": "bang"}]}),
    ),
    (
        "foreign-key-unknown",
        KINDERGARTENS,
        file(SCHEMA, foreignKeys=[{"fields": "ma", "reference": {"dataset": "xa", "resource": "xa", "fields": "ma"}}]),
    ),
    (
        "foreign-key-columns",
        KINDERGARTENS,
        file(SCHEMA, foreignKeys=[{"fields": ["ma", "ten"], "reference": {"fields": "ma"}}]),
    ),
    ("column-unknown", KINDERGARTENS, file(SCHEMA, foreignKeys=[{"fields": "ma", "reference": {"fields": "ma_cu"}}])),
    ("temporal-reversed", KINDERGARTENS, dataset(temporal={"start": "2023-12-31", "end": "2023-01-01"})),
    ("issued-too-early", KINDERGARTENS, dataset(issued="2022-01-01")),
    ("freshness-reversed", KINDERGARTENS, terms(began="2024-01-01", ended="2023-01-01")),
    ("freshness-order", KINDERGARTENS, terms(grace="P1M", delinquent="P20D")),
    ("year-starts-unused", KINDERGARTENS, terms(frequency="weekly", year_starts="09-01")),
    ("year-starts-unused", KINDERGARTENS, terms(frequency="R/2021-01-01/P5Y", year_starts="09-01")),
    ("year-starts-unused", KINDERGARTENS, terms(mode="rolling", year_starts="09-01")),
    ("working-days-without-due", KINDERGARTENS, terms(working_days=True)),
    ("working-days-without-due", KINDERGARTENS, terms(working_days=True, due="P1M")),
    ("working-days-without-due", KINDERGARTENS, terms(working_days=True, due="P900D")),
    ("pause-without-end", KINDERGARTENS, terms(paused={"reason": "Đổi hệ thống"})),
    (
        "publisher-not-valid",
        KINDERGARTENS,
        file(ORGANIZATIONS, **{"so-giao-duc": {"name": "Sở", "valid_from": "2024-01-01"}}),
    ),
    ("responsible-missing", KINDERGARTENS, file(ORGANIZATIONS, **{"so-giao-duc": ENDED})),
    ("responsible-ended", KINDERGARTENS, both(successors(cu=None), dataset(responsible="cu"))),
    (
        "publisher-ended",
        KINDERGARTENS,
        both(file(ORGANIZATIONS, **{"so-giao-duc": ENDED}), dataset(temporal=None, issued=None)),
    ),
    ("successor-circle", ORGANIZATIONS, successors(a1="b1", b1="c1", c1="a1")),
    ("parent-circle", "catalog/regions.yaml", file("catalog/regions.yaml", a1={"name": "A", "parent": "a1"})),
    (
        "validity-reversed",
        ORGANIZATIONS,
        file(ORGANIZATIONS, cu={"name": "Cũ", "valid_from": "2025-01-01", "valid_to": "2024-01-01"}),
    ),
    ("license-missing", KINDERGARTENS, dataset(license=None)),
    (
        "license-not-valid",
        KINDERGARTENS,
        file("catalog/licenses.yaml", **{"cc-by-4": {"name": "x", "valid_from": "2025-01-01"}}),
    ),
    (
        "license-ended",
        KINDERGARTENS,
        both(
            dataset(temporal=None, issued=None),
            file("catalog/licenses.yaml", **{"cc-by-4": {"name": "x", "valid_to": "2025-01-01"}}),
        ),
    ),
    ("legal-field-missing", KINDERGARTENS, file("catalog/legal.yaml", **LAWS)),
    (
        "legal-field-advised",
        KINDERGARTENS,
        file("catalog/legal.yaml", nd47={**DECREE, "basis": "second-hand", "requires": ["contact"]}),
    ),
    (
        "legal-field-due",
        KINDERGARTENS,
        both(
            dataset(temporal=None, issued=None),
            file(
                "catalog/legal.yaml",
                moi={
                    "name": "Mới",
                    "act": "Luật",
                    "basis": "text",
                    "valid_from": "2026-01-01",
                    "requires": ["approval"],
                },
            ),
        ),
    ),
    ("legal-act-ended", KINDERGARTENS, both(dataset(issued="2025-12-01"), file("catalog/legal.yaml", **LAWS))),
    (
        "legal-act-ended",
        KINDERGARTENS,
        both(
            dataset(issued="2025-12-01", security_note="Theo Nghị định 47/2020/NĐ-CP."),
            file("catalog/legal.yaml", nd47=DECREE),
        ),
    ),
    ("published-without-data", KINDERGARTENS, dataset(resources=[])),
    ("format-not-open", KINDERGARTENS, resource(path="bang.PDF", schema=None)),
    ("format-old-excel", KINDERGARTENS, resource(path=None, url="https://a.example/bang.xls?v=1", schema=None)),
    ("status-reason-missing", KINDERGARTENS, dataset(status="withdrawn")),
    ("proposed-with-data", KINDERGARTENS, dataset(status="proposed")),
    ("planned-without-promise", KINDERGARTENS, dataset(status="planned", resources=[])),
    ("promise-passed", KINDERGARTENS, dataset(status="planned", promised="2026-02-28", resources=[])),
    ("published-not-public", KINDERGARTENS, dataset(access_rights="non-public")),
    ("embargo-without-data", KINDERGARTENS, dataset(status="planned", promised="2026-04-01", publish_at="2026-04-01")),
    ("review-future", f"{REVIEWS}/2026-03-02.yaml", review("2026-03-02", "2026-03-02")),
    ("review-file-name", f"{REVIEWS}/2026-02-11.yaml", review("2026-02-11", "2026-02-01")),
    ("embargo-pending", KINDERGARTENS, dataset(publish_at="2026-03-02")),
    ("keywords-few", KINDERGARTENS, dataset(keywords=["trường"])),
    ("description-short", KINDERGARTENS, dataset(description="Danh sách trường mầm non.")),
    ("translation-missing", KINDERGARTENS, dataset(title="Danh sách trường mầm non")),
    ("portal-field-taken", KINDERGARTENS, dataset(portal_fields={"notes": "Mô tả khác", "rieng": 1})),
    ("portal-field-taken", KINDERGARTENS, dataset(portal_fields={"extras": {"opendata": "x"}})),
    (
        "secret-in-yaml",
        "catalog/portals.yaml",
        file("catalog/portals.yaml", ckan={"type": "ckan", "url": "https://lan:matkhau@a.example/"}),
    ),
    (
        "secret-in-yaml",
        "catalog/portals.yaml",
        file("catalog/portals.yaml", ckan={"type": "ckan", "token_file": "0b7a2a52-2f7c-4e0e-8d5c-0a3c6f2d9b11"}),
    ),
    ("secret-in-yaml", KINDERGARTENS, resource(path=None, url="https://a.example/?token=abcdefgh12", schema=None)),
    (
        "token-file-inside",
        "catalog/portals.yaml",
        file("catalog/portals.yaml", ckan={"type": "ckan", "url": "https://a.example/", "token_file": "catalog/token"}),
    ),
    ("time-zone-unknown", "catalog/catalog.yaml", file("catalog/catalog.yaml", time_zone="Sao Hỏa")),
    (
        "suppression-expired",
        "catalog/catalog.yaml",
        file(
            "catalog/catalog.yaml",
            suppress=[
                {"rule": "keywords-few", "dataset": "truong-mam-non", "reason": "Đã xem xét rồi", "until": "2026-02-28"}
            ],
        ),
    ),
    (
        "rule-unknown",
        "catalog/catalog.yaml",
        file(
            "catalog/catalog.yaml",
            suppress=[{"rule": "keyword-few", "dataset": "truong-mam-non", "reason": "Đã xem xét rồi"}],
        ),
    ),
    ("rule-unknown", "catalog/catalog.yaml", file("catalog/catalog.yaml", rules={"keyword-few": "off"})),
    (
        "suppression-dataset-unknown",
        "catalog/catalog.yaml",
        file(
            "catalog/catalog.yaml", suppress=[{"rule": "keywords-few", "dataset": "truong", "reason": "Đã xem xét rồi"}]
        ),
    ),
]


@pytest.mark.parametrize(("code", "where", "make"), BAD, ids=[f"{n}-{code}" for n, (code, _, _) in enumerate(BAD)])
def test_a_rule_speaks(catalogue_dir: Path, edit: Edit, code: str, where: str, make: Make) -> None:
    make(catalogue_dir, edit)
    found = [(one.code, one.file) for one in problems(catalogue_dir)]
    assert (code, where) in found


def test_what_is_not_there_at_all_is_not_counted(catalogue_dir: Path, edit: Edit) -> None:
    edit(KINDERGARTENS, keywords=None)
    (few,) = problems(catalogue_dir)
    assert messages("vi").message(few).startswith("Chưa có từ khóa nào; từ 3 ")
    assert messages("en").message(few).startswith("There are no keywords; 3 ")


def test_a_valid_catalogue_has_no_problem(catalogue_dir: Path) -> None:
    assert problems(catalogue_dir, tables=True) == []


GOOD: list[Make] = [
    dataset(portal_fields={"tags_translated": {"vi": ["trường"]}, "extras": {"spatial": "{}"}}),
    second(),
    successors(cu="moi", moi="so-giao-duc"),
    both(successors(cu="so-giao-duc"), dataset(organization="cu")),
    dataset(formerly=["mau-giao"]),
    both(
        resource(path="b-{period}.csv"),
        text("datasets/truong-mam-non/b-2023-2024.csv"),
        text("datasets/truong-mam-non/b-2024-2025.csv", "a\n2\n"),
        without_file,
    ),
    both(
        text("datasets/truong-mam-non/cu/bang.csv"),
        dataset(resources=[RESOURCE, {"name": "cu", "path": "cu/bang.csv"}]),
    ),
    dataset(freshness={"frequency": "annual", "evidence": [{"column": "ma"}, "git"]}),
    file(SCHEMA, foreignKeys=[{"fields": "ma", "reference": {"fields": "ma"}}], uniqueKeys=[["ten", "so_tre"]]),
    both(file("catalog/legal.yaml", **LAWS), dataset(security_note="Không có nguy cơ nào được thấy.")),
    both(file("catalog/legal.yaml", **LAWS), dataset(issued="2025-08-18", security_note="Đã xem xét.")),
    both(
        dataset(
            status="not-open",
            status_reason="Có thông tin cá nhân.",
            resources=[{"name": "b1", "schema": "truong-mam-non"}],
            temporal=None,
            issued=None,
        ),
        without_file,
    ),
    both(dataset(status="planned", promised="2026-03-01", resources=[]), without_file),
    both(resource(path=None, url="https://a.example/wfs", service=True), without_file),
    dataset(resources=[RESOURCE, {"name": "giai-thich", "url": "https://a.example/giai-thich.pdf"}]),
    dataset(publish_at="2026-03-01"),
    terms(frequency="hằng quý", year_starts="04-01", due="P10D", working_days=True),
    terms(frequency="R/2021-01-01/P5Y", grace="P1M", delinquent="P3M", paused={"until": "2026-05-01", "reason": "x"}),
    review("2026-03-01", "2026-03-01"),
    review("2026-02-01-lan-hai", "2026-02-01"),
    dataset(resources=[RESOURCE, {"name": "la", "url": "https://[x/bang.pdf"}], landing_page="https://[x/?a=1@b"),
    file(
        "catalog/portals.yaml",
        ckan={
            "type": "ckan",
            "url": "https://a.example/?key=vi",
            "token_env": "CKAN_TOKEN",
            "token_file": "~/ckan-token",
        },
    ),
    file(
        "catalog/catalog.yaml",
        rules={"keywords-few": "off"},
        suppress=[
            {
                "rule": "description-short",
                "dataset": "truong-mam-non",
                "reason": "Đã xem xét rồi",
                "until": "2026-03-01",
            }
        ],
    ),
]


@pytest.mark.parametrize("make", GOOD, ids=range(len(GOOD)))
def test_a_rule_is_silent(catalogue_dir: Path, edit: Edit, make: Make) -> None:
    make(catalogue_dir, edit)
    assert [(one.code, one.file, one.params) for one in problems(catalogue_dir)] == []


def test_proposals_are_left_in_peace(catalogue_dir: Path, edit: Edit) -> None:
    """A proposal has no data, no licence, a body that has ended: none of that is its fault."""
    edit("catalog/legal.yaml", **LAWS)
    edit(
        ORGANIZATIONS,
        **{"so-giao-duc": {**ENDED, "successor": {"key": "so-moi", "basis": "act"}}, "so-moi": {"name": "Mới"}},
    )
    lean = {"license": None, "temporal": None, "issued": None, "freshness": None, "keywords": None}
    edit(KINDERGARTENS, status="proposed", description="Trường mầm non.", title="Trường", resources=[], **lean)
    (catalogue_dir / "datasets/truong-mam-non/truong-mam-non.csv").unlink()
    assert problems(catalogue_dir) == []


def test_every_code_of_every_rule_has_a_bad_case() -> None:
    with_git = {"id-changed", "catalogue-id-changed", "dataset-renamed", "dataset-removed"}
    assert {code for code, _, _ in BAD} | with_git == set(RULE_OF)


def test_problems_stand_where_the_mistake_is(catalogue_dir: Path, edit: Edit) -> None:
    edit(KINDERGARTENS, organization="so-giao-duk")
    (problem,) = problems(catalogue_dir)
    line = (catalogue_dir / KINDERGARTENS).read_text("utf-8").splitlines()[(problem.line or 0) - 1]
    assert line == "organization: so-giao-duk"
    assert problem.column == len("organization: ") + 1
    assert problem.params["suggestion"] == "so-giao-duc"
    assert problem.dataset == "truong-mam-non"


def test_a_broken_file_of_the_catalogue_is_told_once(catalogue_dir: Path) -> None:
    (catalogue_dir / ORGANIZATIONS).write_text("so-giao-duc: [\n", "utf-8")
    assert {one.file for one in problems(catalogue_dir)} == {ORGANIZATIONS}


def test_secrets_are_never_shown(catalogue_dir: Path, edit: Edit) -> None:
    edit("catalog/portals.yaml", ckan={"type": "ckan", "url": "https://lan:matkhau@a.example/"})
    (problem,) = problems(catalogue_dir)
    assert "matkhau" not in repr(problem.params)


def test_rules_are_documented_in_both_languages() -> None:
    from publisher.messages import messages
    from publisher.validation.documentation import documentation

    vietnamese = messages("vi")
    for code, rule in RULES.items():
        english = documentation(rule, messages("en"))
        assert len(english) >= 4 and english[-1].startswith("Source:"), code
        assert any(paragraph.startswith("To fix it") for paragraph in english), code
        translated = documentation(rule, vietnamese)
        assert translated != english and translated[-1].startswith("Nguồn:"), code
        assert rule.CODES[code] == rule.SEVERITY, code
        assert set(rule.DEPENDS_ON_TODAY) <= set(rule.CODES), code
