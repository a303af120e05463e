"""What the pages say, that they are repeatable, and that every link on them leads somewhere."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from posixpath import normpath
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest

from publisher.portals.site.markdown import markdown, plain
from publisher.portals.site.pages import page_key, render_dataset_pages, render_site
from publisher.portals.site.view import SiteView

Make = Callable[..., SiteView]
FIGURES = "so-lieu-chuyen-doi-so"


class Page(HTMLParser):
    """Collects the tags and the text of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())


def drawn(view: SiteView) -> dict[str, str]:
    return {
        path: data.decode() for path, data in render_site(view) if path.endswith((".html", ".json", ".txt", ".xml"))
    }


@pytest.fixture
def pages(view: SiteView) -> dict[str, str]:
    return drawn(view)


def test_the_same_view_gives_the_same_bytes_whatever_the_order_of_its_parts(view: SiteView, make: Make) -> None:
    def backwards(mapping: Any) -> dict[str, Any]:
        return dict(reversed(list(mapping.items())))

    other = make(
        datasets=backwards(view.datasets),
        organizations=backwards(view.organizations),
        themes=backwards(view.themes),
        files=backwards(view.files),
    )
    first = list(render_site(view))
    assert dict(first) == dict(render_site(other))
    assert len(first) == len(dict(first)), "a path was drawn twice"


def test_every_relative_link_leads_to_a_page_or_file(view: SiteView, pages: dict[str, str]) -> None:
    there = {path for path, _ in render_site(view)}
    there |= {f"dataset/{name}/{file.name}" for name, files in view.files.items() for file in files}
    checked = 0
    for path, html in pages.items():
        if not path.endswith(".html") or path == "404.html":
            continue
        for _, attributes in Page(html).tags:
            link = attributes.get("href") or attributes.get("src") or attributes.get("action") or ""
            parts = urlsplit(link)
            if parts.scheme or not parts.path:
                continue
            assert not parts.path.startswith("/"), f"{path}: {link} does not work in a folder"
            target = normpath(f"/{path.rpartition('/')[0]}/{unquote(parts.path)}").lstrip("/")
            target = target or "index.html"
            assert target in there or f"{target}/index.html" in there, f"{path}: {link}"
            checked += 1
    assert checked > 500


def test_pages_hold_no_inline_script_or_style_and_ask_only_for_our_own(pages: dict[str, str]) -> None:
    for path, html in pages.items():
        if not path.endswith(".html"):
            continue
        page = Page(html)
        assert "default-src 'self'" in html
        for tag, attributes in page.tags:
            assert tag != "style" and "style" not in attributes, path
            assert not any(name.startswith("on") for name in attributes), path
            if tag == "script":
                assert attributes.get("src") and not urlsplit(attributes["src"] or "").scheme


def test_each_language_has_every_page_and_they_name_each_other(pages: dict[str, str]) -> None:
    first = {path for path in pages if path.endswith("index.html") and not path.startswith("en/")}
    shared = {path for path in first if "/resource/" not in path}
    assert shared == {path.removeprefix("en/") for path in pages if path.startswith("en/") and path.endswith(".html")}
    html = pages[f"en/dataset/{FIGURES}/index.html"]
    assert '<html lang="en">' in html
    assert f'hreflang="vi" href="../../../dataset/{FIGURES}/"' in html


def test_a_reference_catalogue_says_on_every_page_that_it_is_none(pages: dict[str, str], make: Make) -> None:
    whole = [html for path, html in pages.items() if path.endswith(".html") and 'http-equiv="refresh"' not in html]
    assert len(whole) > 20
    assert all('name="robots" content="noindex"' in html and 'class="banner"' in html for html in whole)
    official = drawn(make(catalogue={**make().catalogue, "standing": "official"}))
    assert "noindex" not in official[f"dataset/{FIGURES}/index.html"] and "banner" not in official["index.html"]
    assert "sitemap.xml" in official["robots.txt"]


def test_a_dataset_page_tells_everything_in_order(pages: dict[str, str]) -> None:
    text = Page(pages[f"dataset/{FIGURES}/index.html"]).text
    expected = [
        "Số liệu chuyển đổi số tỉnh Bắc Giang",
        "Sở Thông tin và Truyền thông tỉnh Bắc Giang",
        "Creative Commons Ghi công 4.0",
        "Các con số in trong bài báo",
        "Cập nhật hằng năm. Dữ liệu đến hết 2023 . Đang chờ: 2024, hạn 31/01/2025 .",
        "12.480 dòng · 5 cột",
        "Tải CSV",
        "Bản gốc đã nộp",
        "5 dòng đầu trong 12.480",
        "43.117",
        "thuộc khóa",
        "đã đọc chính văn bản",
        "Sở Khoa học và Công nghệ tỉnh Bắc Ninh",
        "suy ra",
        "Sửa đơn vị của dòng 3.",
        "Đã rà soát, không thay đổi.",
    ]
    place = 0
    for words in expected:
        found = text.find(words, place)
        assert found >= 0, f"{words!r} is not there, or not after what comes before it: {text[place : place + 300]}"
        place = found


def test_one_primary_button_a_resource(pages: dict[str, str]) -> None:
    page = Page(pages[f"dataset/{FIGURES}/index.html"])
    primary = [a["href"] for tag, a in page.tags if tag == "a" and "pri" in (a.get("class") or "").split()]
    assert primary == ["so-lieu.csv"]


def test_checksums_stand_beside_every_file(view: SiteView, pages: dict[str, str]) -> None:
    html = pages[f"dataset/{FIGURES}/index.html"]
    assert all(file.sha256 in html and f'href="{file.name}"' in html for file in view.files[FIGURES])


def test_freshness_gives_the_reader_s_clock_its_dates_and_no_state_of_the_day(pages: dict[str, str]) -> None:
    badge = next(a for tag, a in Page(pages[f"dataset/{FIGURES}/index.html"]).tags if "data-freshness" in a)
    assert badge["data-opens"] == "2025-01-01" and badge["data-overdue"] == "2025-02-01"
    assert badge["data-words-overdue"] == "Quá hạn" and "data-state" not in badge


def test_an_explicit_instant_is_worded_by_the_build(view: SiteView, make: Make) -> None:
    record = dict(view.datasets[FIGURES])
    record["freshness"] = {**record["freshness"], "state": "overdue", "as_of": "2025-02-10"}
    html = dict(render_dataset_pages(make(datasets={FIGURES: record}), FIGURES))[
        f"dataset/{FIGURES}/index.html"
    ].decode()
    assert "Quá hạn" in html and "data-freshness" not in html and "10/02/2025" in html


def test_proposals_are_shown_as_proposals(pages: dict[str, str]) -> None:
    own = Page(pages["dataset/danh-muc-du-lieu-mo/index.html"]).text
    assert "Đây là đề xuất, không phải dữ liệu đã công bố." in own and "Tải CSV" not in own
    assert "dataset/danh-muc-du-lieu-mo/datapackage.json" not in pages
    together = pages["proposals/index.html"]
    assert "danh-muc-form.xlsx" in together and "biết qua nguồn dẫn lại" in together
    listed = pages["dataset/index.html"]
    assert listed.index("san-luong-thuy-san/") < listed.index("danh-muc-du-lieu-mo/")


def test_a_held_dataset_says_that_a_newer_version_waits(make: Make) -> None:
    html = dict(render_dataset_pages(make(held={FIGURES: ("row-error",)}), FIGURES))[f"dataset/{FIGURES}/index.html"]
    assert "bản tốt gần nhất" in html.decode()


def test_organizations_name_those_before_and_after(pages: dict[str, str]) -> None:
    text = Page(pages["organization/so-khoa-hoc-va-cong-nghe/index.html"]).text
    assert "Kế thừa bởi Sở Khoa học và Công nghệ tỉnh Bắc Ninh suy ra" in text
    assert "Kế thừa từ Sở Thông tin và Truyền thông tỉnh Bắc Giang" in text


def test_a_logo_is_an_image_beside_the_name_that_readers_need_not_hear_of(view: SiteView, make: Make) -> None:
    key = "so-khcn-bac-ninh"
    logo = {"name": "logo.svg", "sha256": "0123456789abcdef", "bytes": 10}
    shown = drawn(make(organizations={**view.organizations, key: {**view.organizations[key], "logo": logo}}))
    for path, up in ((f"organization/{key}/index.html", "../../"), (f"en/organization/{key}/index.html", "../../../")):
        (image,) = [attributes for tag, attributes in Page(shown[path]).tags if tag == "img"]
        assert image["src"] == f"{up}organization/{key}/logo.svg?v=01234567"
        assert (image["alt"], image["width"], image["height"]) == ("", "72", "72")
    told = json.loads(shown[f"api/3/action/organization_show/{key}.json"])["result"]
    assert told["image_display_url"] == f"https://data.example.org/organization/{key}/logo.svg?v=01234567"
    plain = drawn(view)
    assert "<img" not in plain[f"organization/{key}/index.html"]
    assert "image_display_url" not in plain[f"api/3/action/organization_show/{key}.json"]


def test_a_body_that_only_took_over_lists_what_it_answers_for(pages: dict[str, str]) -> None:
    page = Page(pages["organization/so-khcn-bac-ninh/index.html"])
    assert "2 tập dữ liệu của cơ quan trước, nay do cơ quan này chịu trách nhiệm" in page.text
    assert "0 tập dữ liệu" not in page.text
    assert any(a.get("href") == f"../../dataset/{FIGURES}/" for tag, a in page.tags if tag == "a")
    listed = Page(pages["organization/index.html"]).text
    assert "Sở Khoa học và Công nghệ tỉnh Bắc Ninh 2 tiếp nhận" in listed
    # The one that published it lists it as its own, and nobody else as taken over.
    before = Page(pages["organization/so-thong-tin-va-truyen-thong/index.html"]).text
    assert "cơ quan trước" not in before and "0 tập dữ liệu" not in before


def test_old_addresses_lead_to_the_new(pages: dict[str, str]) -> None:
    assert f"0; url=../../dataset/{FIGURES}/" in pages["dataset/so-lieu-cds/index.html"]
    assert f"0; url=../../dataset/{FIGURES}/" in pages["en/dataset/so-lieu-cds/index.html"]
    old = pages[f"dataset/{FIGURES}/resource/bang-1/index.html"]
    assert f"url=../../../../dataset/{FIGURES}/#resource-9a0b5c52" in old


def test_the_page_for_unknown_addresses_works_at_any_depth(pages: dict[str, str], make: Make) -> None:
    assert 'href="/assets/app.css' in pages["404.html"]
    deep = drawn(make(catalogue={**make().catalogue, "base_url": "https://example.org/du-lieu/"}))
    assert 'href="/du-lieu/assets/app.css' in deep["404.html"]


PROBES = ["<script>alert(1)</script>", '"><img src=x onerror=alert(2)>', "'><svg/onload=alert(3)>", "{{7*7}}{x}%(y)s"]


def poisoned(value: Any, probe: str, key: str = "") -> Any:
    """The same record with a probe at the end of every text that is shown."""
    if isinstance(value, dict):
        return {k: poisoned(v, probe, k) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [poisoned(v, probe, key) for v in value]
    fixed = {"name", "key", "id", "organization", "license", "region", "status", "type", "kind", "themes", "languages",
             "base_url", "standing", "sha256", "start", "end", "x", "y", "format", "primaryKey", "parent",
             "formerly"}  # fmt: skip
    dated = {"on", "valid_from", "valid_to", "issued", "modified", "due_at", "opens_at", "overdue_at", "delinquent_at"}
    if not isinstance(value, str) or (key in fixed and not re.fullmatch(r"(vi|en|pt)", key)) or key in dated:
        return value
    return value + probe


@pytest.mark.parametrize("probe", PROBES)
def test_html_and_script_in_every_text_come_out_as_text(view: SiteView, make: Make, probe: str) -> None:
    records = {name: poisoned(dict(record), probe) for name, record in view.datasets.items()}
    for record in records.values():
        record["landing_page"] = "javascript:alert(1)"
        record["keywords"] = [probe]
        record["provenance"] = [{"source": probe, "url": "javascript:alert(1)", "note": {"vi": probe}, "basis": probe}]
        record["description"] = {"vi": f"{probe}\n\n[liên kết](javascript:alert(1)) ![x](http://x/y.png)\n\n# {probe}"}
        record["status_reason"] = {"vi": probe}
    bad = make(
        catalogue=poisoned(dict(view.catalogue), probe),
        organizations=poisoned(dict(view.organizations), probe),
        themes=poisoned(dict(view.themes), probe),
        datasets=records,
    )
    clean = {path: Page(html) for path, html in drawn(view).items() if path.endswith(".html")}
    for path, html in drawn(bad).items():
        if not path.endswith(".html"):
            continue
        page = Page(html)
        tags = {tag for tag, _ in page.tags}
        assert "img" not in tags, path
        scripts = [a for tag, a in page.tags if tag == "script"]
        assert len(scripts) == len([1 for tag, _ in clean[path].tags if tag == "script"]), path
        for tag, attributes in page.tags:
            assert not any(name.startswith("on") for name in attributes), (path, tag, attributes)
            link = (attributes.get("href") or "").strip().lower()
            assert not link.startswith(("javascript:", "data:")), path
        if probe.startswith("{{") and path == f"dataset/{FIGURES}/index.html":
            assert "{{7*7}}{x}%(y)s" in html


def test_markdown_keeps_what_is_allowed_and_nothing_else() -> None:
    html = markdown(
        "# Đầu\n\n**đậm** [a](https://example.org) [b](javascript:x) <b onclick=x>c</b> ![i](http://x/i.png)"
    )
    assert "<h3>Đầu</h3>" in html and "<strong>đậm</strong>" in html
    assert 'href="https://example.org"' in html and "javascript" not in re.findall(r'href="([^"]*)"', html)
    assert "<b" not in html and "<img" not in html
    assert plain("**Một** câu [có](https://x) dấu.\n\nHai.") == "Một câu có dấu. Hai."
    assert plain("Một câu vừa đủ dài. Câu sau thì bị cắt mất.", 24) == "Một câu vừa đủ dài."
    assert plain("từ " * 200, 20).endswith("…") and len(plain("từ " * 200, 20)) <= 21


def test_a_page_s_key_moves_with_all_that_it_shows_and_with_nothing_else(view: SiteView, make: Make) -> None:
    key = page_key(view, FIGURES)
    assert key == page_key(make(), FIGURES)
    record = dict(view.datasets[FIGURES])
    organizations = dict(view.organizations)
    successor = {**organizations["so-khcn-bac-ninh"], "title": {"vi": "Tên mới"}}
    changes: list[dict[str, Any]] = [
        {"datasets": {**view.datasets, FIGURES: {**record, "keywords": ["khác"]}}},
        {"organizations": {**organizations, "so-khcn-bac-ninh": successor}},
        {"files": {**view.files, FIGURES: view.files[FIGURES][:1]}},
        {"catalogue": {**view.catalogue, "standing": "official"}},
        {"held": {FIGURES: ("x",)}},
        {"tool": "0.2.0"},
    ]
    assert all(page_key(make(**change), FIGURES) != key for change in changes)
    other = {**view.datasets, "san-luong-thuy-san": {**view.datasets["san-luong-thuy-san"], "keywords": ["khác"]}}
    assert page_key(make(datasets=other, commit="f" * 40), FIGURES) == key


def test_a_bare_catalogue_in_portuguese_has_its_pages_too(make: Make) -> None:
    bare = make(
        catalogue={"name": {"pt": "Dados abertos"}, "languages": ["pt"], "standing": "official"},
        organizations={"camara": {"title": {"pt": "Câmara"}}},
        themes={},
        datasets={"escolas": {"name": "escolas", "title": {"pt": "Escolas"}, "organization": "camara"}},
        files={},
        redirects={},
    )
    pages = drawn(bare)
    assert "Conjuntos" in pages["index.html"] or "conjuntos" in pages["index.html"]
    assert "Saltar para o conteúdo" in pages["dataset/escolas/index.html"]
    assert "sitemap.xml" not in pages and "proposals/index.html" not in pages


def test_long_lists_are_cut_into_pages_that_reach_every_dataset(view: SiteView, make: Make) -> None:
    record = view.datasets["san-luong-thuy-san"]
    many = {f"bo-{n:03}": {**record, "name": f"bo-{n:03}", "title": {"vi": f"Bộ {n:03}"}} for n in range(230)}
    pages = drawn(make(datasets=many, files={}, redirects={}))
    lists = [html for path, html in pages.items() if re.fullmatch(r"dataset/(~\d/)?index\.html", path)]
    assert len(lists) == 3
    assert all(any(f"dataset/{name}/" in html for html in lists) for name in many)
    assert 'href="../~3/"' in pages["dataset/~2/index.html"] and 'href="./~2/"' in pages["dataset/index.html"]


def test_words_are_there_in_both_translated_languages() -> None:
    from publisher.messages import messages

    package = Path(__file__).parents[2] / "publisher" / "portals" / "site"
    asked: set[str] = set()
    for path in [*package.glob("*.py"), *package.glob("templates/*.html")]:
        text = path.read_text("utf-8")
        asked |= {found[2] for found in re.finditer(r'\b(?:t|say|lens\.say|self\.say)\(\s*(["\'])(.+?)(?<!\\)\1', text)}
    assert len(asked) > 150
    same = {"pt": {"About"}, "vi": set[str]()}
    for language in ("vi", "pt"):
        silent = {words for words in asked if messages(language).text(words) == words} - same[language]
        assert not silent, f"{language}: no words for {sorted(silent)}"


@pytest.mark.parametrize("language", ["vi", "pt"])
def test_translations_keep_the_placeholders(language: str) -> None:
    from babel.messages.pofile import read_po

    folder = Path(__file__).parents[2] / "publisher" / "locale" / language / "LC_MESSAGES"
    with (folder / "portal.po").open("rb") as stream:
        for message in read_po(stream):
            ids = message.id if isinstance(message.id, tuple) else (message.id,)
            texts = message.string if isinstance(message.string, tuple) else (message.string,)
            if not ids[0]:
                continue
            for text in texts:
                assert set(re.findall(r"{\w+}", text)) == set(re.findall(r"{\w+}", ids[0])), ids[0]


def test_nothing_of_a_withdrawn_dataset_is_shown(view: SiteView, make: Make) -> None:
    record = {**view.datasets[FIGURES], "status": "withdrawn", "status_reason": {"vi": "Lý do rút."}}
    pages = drawn(make(datasets={FIGURES: record}))
    html = pages[f"dataset/{FIGURES}/index.html"]
    assert "Lý do rút." in html and "43.117" not in html and '<svg class="chart' not in html
    assert f"dataset/{FIGURES}/datapackage.json" not in pages


def test_the_search_list_is_small_and_ordered(pages: dict[str, str]) -> None:
    data = json.loads(pages["search/records.json"])
    assert [row[0] for row in data["rows"]] == ["san-luong-thuy-san", FIGURES, "danh-muc-du-lieu-mo"]
    row = data["rows"][1]
    assert data["organization"][row[2]][0] == "so-thong-tin-va-truyen-thong"
    assert [data["res_format"][n][0] for n in row[4]] == ["CSV", "JSON", "XLSX"]
