"""The page of freshness in a real browser, on a history made with git. All data are made up."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from publisher.cli import run

HERE = Path(__file__).parent
CHROMIUM = next(
    (path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), ""
)
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(shutil.which("git") is None or not CHROMIUM, reason="needs git and Chromium"),
]
PATHS = ["freshness/", "en/freshness/", "dataset/quy-theo-tep/", "organization/so-y-te-moi/", ""]
sys.path.append(str(HERE.parent / "freshness"))


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    from punctual import two_years

    root = two_years(tmp_path_factory.mktemp("freshness") / "catalogue").root
    assert run(["--catalog", str(root), "--quiet", "publish", "--yes"]) == 0
    served = partial(_Quiet, directory=str(root / "build" / "site"))
    server = ThreadingHTTPServer(("127.0.0.1", 0), served)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    playwright = pytest.importorskip("playwright.sync_api")
    with playwright.sync_playwright() as api:
        chromium = api.chromium.launch(executable_path=CHROMIUM)
        yield chromium
        chromium.close()


@pytest.fixture
def opened(browser: Any) -> Iterator[Any]:
    """Opens a page on a day; what the console says of it is an error."""
    contexts: list[Any] = []
    said: list[str] = []

    def go(url: str, width: int = 1280, today: str = "2026-11-23", **options: Any) -> Any:
        context = browser.new_context(viewport={"width": width, "height": 800}, **options)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.clock.set_fixed_time(f"{today}T12:00:00")
        page.goto(url, wait_until="load")
        return page

    yield go
    for context in contexts:
        context.close()
    assert said == []


def shown(page: Any) -> list[str]:
    return [one.inner_text() for one in page.locator(".followed li:visible h3").all()]


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_and_nothing_is_too_wide(opened: Any, address: str, width: int, scheme: str) -> None:
    axe = (HERE / "axe" / "axe.min.js").read_text("utf-8")
    page = opened(address, width, color_scheme=scheme, bypass_csp=True)
    for path in PATHS:
        page.goto(address + path, wait_until="load")
        page.evaluate("for (const part of document.querySelectorAll('details')) part.open = true")
        assert page.locator("html").evaluate("(html) => html.scrollWidth") <= width, path
        page.evaluate(axe)
        found = page.evaluate("axe.run().then((r) => r.violations.map((v) => [v.id, v.nodes[0].html.slice(0, 200)]))")
        assert found == [], path


def test_the_list_is_narrowed_and_the_address_says_how(opened: Any, address: str) -> None:
    page = opened(address + "en/freshness/")
    assert len(shown(page)) == 3 and page.locator("#status").inner_text() == "3 of 3 datasets"
    page.select_option("select[name=organization]", "so-y-te-moi")
    assert shown(page) == ["quy theo cot (made up)", "thang theo thay doi (made up)"]
    page.select_option("select[name=state]", "delinquent")
    assert shown(page) == ["quy theo cot (made up)"]
    assert page.locator(".heat tbody tr[data-dataset]:visible").count() == 1
    assert page.url.endswith("?organization=so-y-te-moi&state=delinquent")
    page.reload()
    assert shown(page) == ["quy theo cot (made up)"]


@pytest.mark.parametrize(
    ("today", "words"),
    [("2026-12-31", "Up to date"), ("2027-01-15", "Update due"), ("2027-02-14", "Overdue")],
)
def test_states_follow_the_reader_s_clock(opened: Any, address: str, today: str, words: str) -> None:
    page = opened(address + "en/freshness/", today=today)
    assert words in page.locator("[data-dataset=quy-theo-tep] .badge").inner_text()


def test_what_was_to_come_is_missing_once_its_day_is_over(opened: Any, address: str) -> None:
    label = "Q2 2026: due on 15 Jul 2026"
    page = opened(address + "en/freshness/", today="2026-07-15")
    assert page.get_by_label(label, exact=True).inner_text() == "·"
    page = opened(address + "en/freshness/", today="2026-07-16")
    assert page.get_by_label(f"{label}: not there", exact=True).inner_text() == "×"


def test_periods_whose_day_is_over_are_named_missing(opened: Any, address: str) -> None:
    page = opened(address + "en/dataset/quy-theo-cot/", today="2026-07-15")
    assert "By now missing" not in page.locator("p.fresh").inner_text()
    page = opened(address + "en/dataset/quy-theo-cot/", today="2026-11-23")
    assert "By now missing: Q2 2026, Q3 2026." in page.locator("p.fresh").inner_text()


def test_a_review_is_dated_with_the_reader_s_day(opened: Any, address: str) -> None:
    page = opened(address + "dataset/quy-theo-tep/")
    link = page.locator("a[data-review]").get_attribute("href")
    assert "reviews%2F2026-11-23.yaml" in link and "on%3A%202026-11-23" in link


def test_without_script_all_is_there_but_the_choice(opened: Any, address: str) -> None:
    page = opened(address + "freshness/", java_script_enabled=False)
    assert not page.locator("#narrow").is_visible() and len(shown(page)) == 3
    assert page.locator(".heat tbody tr[data-dataset]").count() == 3


@pytest.mark.parametrize(
    ("today", "state", "said"),
    [
        ("2027-01-15", "Update due", "days left: 0"),
        ("2027-01-16", "Update due", "the due date has passed, not yet late"),
        ("2027-02-14", "Overdue", "days late: 30"),
    ],
)
def test_what_is_left_follows_the_reader_s_clock(opened: Any, address: str, today: str, state: str, said: str) -> None:
    page = opened(address + "en/freshness/", today=today)
    row = page.locator("li[data-dataset=quy-theo-tep]")
    assert state in row.locator(".badge").inner_text() and row.locator("[data-countdown]").inner_text() == said
