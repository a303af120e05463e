"""The pages in a real browser: nothing wrong in the console, nothing too wide, nothing that axe objects to.

``axe/axe.min.js`` is axe-core 4.14.1 (MPL-2.0), used by these tests alone.
"""

from __future__ import annotations

import gzip
import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from publisher.portals.site.pages import render_site

pytestmark = pytest.mark.browser
HERE = Path(__file__).parent
CHROMIUM = next(
    (path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), None
)
FIGURES = "dataset/so-lieu-chuyen-doi-so/"
PATHS = ["", "dataset/", FIGURES, "dataset/san-luong-thuy-san/", "dataset/danh-muc-du-lieu-mo/", "organization/",
         "organization/so-khoa-hoc-va-cong-nghe/", "group/", "group/cong-nghe/", "proposals/", "about/", "api/",
         "404.html", "en/", "en/" + FIGURES]  # fmt: skip


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        pass


@contextmanager
def served(folder: Path) -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(folder)))
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture(scope="module")
def address(site_folder: Path) -> Iterator[str]:
    with served(site_folder) as address:
        yield address


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    playwright = pytest.importorskip("playwright.sync_api")
    if CHROMIUM is None:
        pytest.skip("Chromium is not installed")
    with playwright.sync_playwright() as api:
        chromium = api.chromium.launch(executable_path=CHROMIUM)
        yield chromium
        chromium.close()


@pytest.fixture
def opened(browser: Any) -> Iterator[Any]:
    """Opens a page; what the console says of it is an error."""
    contexts: list[Any] = []
    said: list[str] = []

    def go(url: str, width: int = 1280, **options: Any) -> Any:
        context = browser.new_context(viewport={"width": width, "height": 800}, **options)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.goto(url, wait_until="load")
        return page

    yield go
    for context in contexts:
        context.close()
    assert said == []


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(opened: Any, address: str, width: int, scheme: str) -> None:
    axe = (HERE / "axe" / "axe.min.js").read_text("utf-8")
    page = opened(address, width, color_scheme=scheme, bypass_csp=True)
    for path in PATHS:
        page.goto(address + path, wait_until="load")
        page.evaluate("for (const part of document.querySelectorAll('details')) part.open = true")
        page.evaluate(axe)
        found = page.evaluate("axe.run().then((r) => r.violations.map((v) => [v.id, v.nodes[0].html.slice(0, 200)]))")
        assert found == [], path


@pytest.mark.parametrize("path", ["organization/so-khoa-hoc-va-cong-nghe/", "group/cong-nghe/"])
def test_a_logo_is_shown_under_the_pages_own_policy(opened: Any, address: str, path: str) -> None:
    page = opened(address + path, 360)
    assert page.evaluate("(i => i.complete && i.naturalWidth > 0)(document.querySelector('img.logo'))")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


def test_a_title_of_one_long_word_is_not_wider_than_a_small_phone(opened: Any, address: str) -> None:
    page = opened(address, 320)
    page.goto(address + FIGURES, wait_until="load")
    page.evaluate(
        "for (const e of document.querySelectorAll('h1, .crumb li > :last-child')) e.textContent = 'W'.repeat(500)"
    )
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


@pytest.mark.parametrize("script", [True, False])
def test_nothing_is_wider_than_a_small_phone(opened: Any, address: str, script: bool) -> None:
    page = opened(address, 320, java_script_enabled=script)
    for path in PATHS:
        page.goto(address + path, wait_until="load")
        wide = page.locator("html").evaluate("(html) => html.scrollWidth") if script else None
        assert wide is None or wide <= 320, path
        assert page.locator("h1").is_visible()


def test_the_whole_list_is_there_without_script(opened: Any, address: str) -> None:
    page = opened(address + "dataset/?q=khong-co", java_script_enabled=False)
    assert page.locator("#results .hits li").count() == 3
    page.locator("#facets [data-facet=groups] a", has_text="Công nghệ").click()
    assert page.url.endswith("/group/cong-nghe/")


def test_the_script_folds_and_matches_as_the_vectors_say(opened: Any, address: str) -> None:
    vectors = json.loads((HERE / "fold-vectors.json").read_text("utf-8"))
    page = opened(address + "dataset/")
    for text, folded in vectors["fold"]:
        assert page.evaluate("(text) => portalSearch.fold(text)", text) == folded
    score = "([q, t, r]) => portalSearch.score(portalSearch.ask(q), portalSearch.index(t, r))"
    for case in vectors["match"]:
        assert (page.evaluate(score, [case["query"], case["title"], case["rest"]]) > 0) is case["found"], case
    for case in vectors["better"]:
        first, second = (page.evaluate(score, [case["query"], case[which], ""]) for which in ("first", "second"))
        assert first > second, case


def test_search_and_filters(opened: Any, address: str) -> None:
    # Its own waiting, as the pages' policy forbids what wait_for_function evaluates.
    expect = pytest.importorskip("playwright.sync_api").expect
    page = opened(address)
    hits = page.locator("#results .hits li")
    page.fill("#q", "thuy san")
    page.keyboard.press("Enter")
    page.wait_for_url("**/dataset/?q=thuy+san")
    expect(hits).to_have_count(1)
    assert page.locator("#results h2 a").get_attribute("href") == "../dataset/san-luong-thuy-san/"
    page.locator("#status a").click()
    expect(hits).to_have_count(3)
    page.locator("#facets a", has_text="Đề xuất").click()
    expect(hits).to_have_count(1)
    assert page.url.endswith("?status=proposed")
    page.go_back()
    expect(hits).to_have_count(3)
    page.fill("#q", "zzz")
    page.wait_for_selector("text=Không tìm thấy")


@pytest.mark.parametrize(
    ("today", "words"),
    [
        ("2024-12-31", "Còn mới"),
        ("2025-01-01", "Đến kỳ cập nhật"),
        ("2025-02-01", "Quá hạn"),
        ("2025-04-30", "Quá hạn lâu"),
    ],
)
def test_freshness_follows_the_reader_s_clock(opened: Any, address: str, today: str, words: str) -> None:
    page = opened(address)
    page.clock.set_fixed_time(f"{today}T12:00:00")
    page.goto(address + FIGURES)
    assert words in page.locator("[data-freshness]").inner_text()


ANNUAL = {"frequency": "annual", "due_at": "2025-01-31", "overdue_at": "2025-02-01", "delinquent_at": "2025-04-30"}


@pytest.mark.parametrize(
    ("terms", "status", "said"),
    [
        (
            {**ANNUAL, "fixed": "paused", "fixed_until": "2025-03-31"},
            "published",
            {"2025-03-31": "Tạm dừng cập nhật", "2025-04-01": "Quá hạn"},
        ),
        (
            {**ANNUAL, "fixed": "ended", "fixed_from": "2025-02-15"},
            "published",
            {"2025-02-14": "Quá hạn", "2025-02-15": "Đã ngừng cập nhật"},
        ),
        (
            {"frequency": "unknown", "fixed": "paused", "fixed_until": "2025-03-31", "otherwise": "no-evidence"},
            "published",
            {"2025-03-31": "Tạm dừng cập nhật", "2025-04-01": "Chưa có bằng chứng cập nhật"},
        ),
        (
            {**ANNUAL, "fixed": "planned", "fixed_until": "2025-01-31"},
            "planned",
            {"2025-01-31": "Dự kiến", "2025-02-01": "Quá hạn"},
        ),
    ],
)
def test_pauses_ends_and_promises_hold_on_their_days_alone(
    opened: Any, make: Any, view: Any, tmp_path: Path, terms: dict[str, str], status: str, said: dict[str, str]
) -> None:
    name = FIGURES.split("/")[1]
    record = {**view.datasets[name], "status": status, "freshness": terms}
    for path, content in render_site(make(datasets={name: record})):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(content)
    with served(tmp_path) as address:
        page = opened(address + FIGURES)
        for today, words in said.items():
            page.clock.set_fixed_time(f"{today}T12:00:00")
            page.reload()
            assert words in page.locator("[data-freshness]").inner_text()


def test_a_long_quotation_does_not_make_rows_tall(opened: Any, make: Any, view: Any, tmp_path: Path) -> None:
    name = FIGURES.split("/")[1]
    resource = view.datasets[name]["resources"][0]
    rows = [["Một câu trích dài " * 7, *row[1:]] for row in resource["preview"]]
    record = {**view.datasets[name], "resources": [{**resource, "preview": rows}]}
    for path, content in render_site(make(datasets={name: record})):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(content)
    with served(tmp_path) as address:
        for width, lines in ((1280, 2), (360, 4)):
            row = opened(address + FIGURES, width).locator("table[data-sortable] tbody tr").first
            assert row.bounding_box()["height"] < 15 + 23 * lines


def test_a_preview_sorts_by_number(opened: Any, address: str) -> None:
    page = opened(address + FIGURES)
    page.locator("table[data-sortable] th button", has_text="Giá trị").click()
    values = page.locator("table[data-sortable] td.n").all_inner_texts()
    assert values == ["5", "9", "94", "122,51", "43.117"]


def test_the_folder_opens_from_disk(browser: Any, site_folder: Path) -> None:
    """Chromium lets a file load no font and no list (other origins), and says so; the pages work all the same."""
    said: list[str] = []
    page = browser.new_page()
    page.on("console", lambda message: said.append(message.text))
    page.goto((site_folder / "dataset/san-luong-thuy-san/index.html").as_uri())
    assert page.locator("body").evaluate("(body) => getComputedStyle(body).fontFamily").startswith('"Source Sans 3"')
    page.locator(".top nav a", has_text="Dữ liệu").click()
    assert page.url.endswith("/dataset/index.html") and page.locator("#results .hits li").count() == 3
    assert not [text for text in said if "Content Security Policy" in text]
    page.close()


def test_budgets(site_folder: Path) -> None:
    def weight(*names: str) -> int:
        return sum(len(gzip.compress((site_folder / "assets" / name).read_bytes())) for name in names)

    assert weight("app.css") <= 8_000
    assert weight("app.js", "search.js") <= 15_000
    fonts = sum(path.stat().st_size for path in (site_folder / "assets").glob("*.woff2"))
    assert fonts <= 45_000
    assert max(len(gzip.compress(path.read_bytes())) for path in site_folder.rglob("*.html")) <= 40_000
