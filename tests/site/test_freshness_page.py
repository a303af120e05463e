"""The page of freshness, its calendars and feeds, from records. All is made up."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable
from typing import Any
from xml.etree import ElementTree as ET

import icalendar
import pytest
from support.calendars import objections

from publisher.plan.model import Record
from publisher.portals.site.pages import render_site
from publisher.portals.site.view import SiteView

Make = Callable[..., SiteView]
HISTORY = [
    {"period": "2024-Q4", "due_at": "2025-01-15", "outcome": "unknown"},
    {"period": "2025-Q1", "due_at": "2025-04-15", "delivered_on": "2025-03-20", "days_late": -26, "outcome": "early"},
    {"period": "2025-Q2", "due_at": "2025-07-15", "delivered_on": "2025-07-25", "days_late": 10, "outcome": "late",
     "revised_on": "2025-09-01"},
    {"period": "2025-Q3", "due_at": "2025-10-15", "outcome": "missing"},
    {"period": "2025-Q4", "due_at": "2026-01-15", "delivered_on": "2026-03-01", "days_late": 45, "outcome": "late"},
]  # fmt: skip
TERMS: dict[str, Any] = {
    "frequency": "quarterly",
    "mode": "calendar",
    "covered": {"name": "2025-Q4", "start": "2025-10-01", "end": "2025-12-31"},
    "next": {"name": "2026-Q1", "start": "2026-01-01", "end": "2026-03-31"},
    "opens_at": "2026-04-01",
    "due_at": "2026-04-15",
    "overdue_at": "2026-05-15",
    "delinquent_at": "2026-06-14",
    "missing": ["2025-Q3"],
    "evidence": {"kind": "period", "detail": "so-{period}.csv", "through": "2025-12-31"},
    "others": [
        {"kind": "content", "detail": "a.csv", "on": "2026-03-01", "covered": "2025-Q4"},
        {"kind": "git", "detail": "shallow-clone"},
    ],
    "ahead": [{"name": "2026-Q2", "due_at": "2026-07-15"}],
    "history": HISTORY,
    "review": "https://github.com/example/data/new/main?filename=datasets%2Fa%2Freviews%2FYYYY-MM-DD.yaml&value=on%3A%20YYYY-MM-DD",
}


def followed(view: SiteView, **terms: Any) -> dict[str, Record]:
    """The sample portal, whose fishery output is promised each quarter."""
    records = copy.deepcopy(dict(view.datasets))
    records["san-luong-thuy-san"] = {**records["san-luong-thuy-san"], "freshness": {**TERMS, **terms}}
    return records


@pytest.fixture
def pages(view: SiteView, make: Make) -> dict[str, bytes]:
    return dict(render_site(make(datasets=followed(view))))


def words(page: bytes) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", re.sub(r"</?time[^>]*>", "", page.decode())).split())


def test_without_script_the_dates_stand_by_organization(pages: dict[str, bytes]) -> None:
    page = pages["freshness/index.html"].decode()
    # The figures' publisher ended; the page lists them under the body that took over last.
    assert page.index('id="body-so-khcn-bac-ninh"') < page.index("so-lieu-chuyen-doi-so/")
    said = words(pages["freshness/index.html"])
    assert "Đang chờ: quý 1/2026, hạn 15/04/2026" in said and "Còn thiếu: quý 3/2025." in said
    assert said.count("Cập nhật hằng quý") == 1, "not in the place of a state that no script has worded"
    assert "Freshness" in words(pages["en/freshness/index.html"]) and "due 15 Apr 2026" in words(
        pages["en/freshness/index.html"]
    )
    assert 'href="../freshness/"' in pages["about/index.html"].decode()


def test_the_map_says_each_month_in_words_too(pages: dict[str, bytes]) -> None:
    page = pages["freshness/index.html"].decode()
    cells = re.findall(r'<span class="o ([a-z-]+)" role="img" aria-label="([^"]+)"', page)
    assert cells == [
        ("unknown", "quý 4/2024: không rõ"),
        ("early", "quý 1/2025: trước khi hết kỳ"),
        ("late", "quý 2/2025: chậm 10 ngày"),
        ("missing", "quý 3/2025: chưa có"),
        ("long", "quý 4/2025: chậm 45 ngày"),
        ("next", "2024: hạn 31/01/2025"),
    ]
    assert page.count("<abbr") == 24 and 'title="03/2026"' in page


def test_a_dataset_tells_its_evidence_its_past_and_where_to_review(pages: dict[str, bytes]) -> None:
    said = words(pages["dataset/san-luong-thuy-san/index.html"])
    assert "Theo kỳ" in said or "tên tệp" in said
    assert "quý 2/2025 15/07/2025 25/07/2025 ! chậm 10 ngày; sửa lại ngày 01/09/2025" in said
    assert "Không đo được: git (bản sao này chỉ có một phần lịch sử)." in said
    assert "data-review" in pages["dataset/san-luong-thuy-san/index.html"].decode()


def test_evidence_that_disagrees_is_named(view: SiteView, make: Make) -> None:
    others = [{"kind": "attested", "detail": "r.yaml", "on": "2025-08-01", "covered": "2025-Q2"}]
    pages = dict(render_site(make(datasets=followed(view, others=others))))
    assert "Other evidence disagrees: review r.yaml: Q2 2025." in words(
        pages["en/dataset/san-luong-thuy-san/index.html"]
    )


def test_calendars_are_as_those_who_subscribe_want_them(pages: dict[str, bytes]) -> None:
    found = {path: objections(content) for path, content in pages.items() if path.endswith(".ics")}
    assert len(found) >= 4 and not any(found.values()), found


def test_calendars_have_a_year_of_due_dates(pages: dict[str, bytes]) -> None:
    found = icalendar.Calendar.from_ical(pages["freshness.ics"]).events
    dates = {(str(one["SUMMARY"]), str(one.decoded("DTSTART"))) for one in found}
    assert ("Hạn nộp: Sản lượng thủy sản (số giả để thử) (quý 2/2026)", "2026-07-15") in dates
    assert len(found) == 3 and len({str(one["UID"]) for one in found}) == 3
    own = icalendar.Calendar.from_ical(pages["organization/so-khoa-hoc-va-cong-nghe/freshness.ics"]).events
    assert {str(one["UID"]) for one in own} <= {str(one["UID"]) for one in found}
    assert (
        "organization/so-khoa-hoc-va-cong-nghe/freshness.ics"
        in pages["organization/so-khoa-hoc-va-cong-nghe/index.html"].decode()
    )


def test_feeds_tell_what_came_in(pages: dict[str, bytes]) -> None:
    root = ET.fromstring(pages["en/feed.atom"])
    atom = "{http://www.w3.org/2005/Atom}"
    titles = [one.findtext(f"{atom}title") for one in root.findall(f"{atom}entry")]
    assert titles[0] == "Fishery output (made up) (Q4 2025)" and "Digital transformation figures" in titles
    assert root.findtext(f"{atom}updated", "").startswith("2026-03-01T00:00:00")


def test_no_clock_and_no_order_decides_a_byte(view: SiteView, make: Make) -> None:
    records = followed(view)
    backwards = dict(reversed(records.items()))
    again = dict(render_site(make(datasets=backwards)))
    assert again["freshness/index.html"] == dict(render_site(make(datasets=records)))["freshness/index.html"]


def test_where_nothing_is_promised_there_is_no_page(view: SiteView, make: Make) -> None:
    records = {
        name: {**record, "freshness": {"frequency": "irregular", "fixed": "fresh"}}
        for name, record in view.datasets.items()
        if record["status"] == "published"
    }
    pages = dict(render_site(make(datasets=records)))
    assert "freshness/index.html" not in pages and "freshness.ics" not in pages
    assert 'href="../freshness/"' not in pages["about/index.html"].decode()


def test_pauses_and_ends_are_dated(view: SiteView, make: Make) -> None:
    pages = dict(render_site(make(datasets=followed(view, fixed="paused", fixed_until="2026-06-30"))))
    page = pages["en/freshness/index.html"]
    assert "Updates paused until 30 Jun 2026." in words(page)
    assert 'data-fixed-until="2026-06-30"' in page.decode()
    assert 'data-words-paused="Updates paused"' in page.decode()
    assert all("2026-Q1" not in str(one["UID"]) for one in icalendar.Calendar.from_ical(pages["freshness.ics"]).events)


@pytest.mark.parametrize("odd", ["", "<b>", None])
def test_odd_dates_of_a_portal_break_nothing(view: SiteView, make: Make, odd: str | None) -> None:
    history = [{**HISTORY[1], "delivered_on": odd}]
    pages = dict(render_site(make(datasets=followed(view, due_at=odd, history=history))))
    assert b"<b>" not in pages["dataset/san-luong-thuy-san/index.html"]


def test_what_is_awaited_is_true_on_every_day(view: SiteView, make: Make) -> None:
    def said(**terms: Any) -> str:
        pages = dict(render_site(make(datasets=followed(view, **terms))))
        return words(pages["en/dataset/san-luong-thuy-san/index.html"])

    assert "Awaited: Q1 2026, due 15 Apr 2026, late from 15 May 2026." in said()
    assert "Awaited: Q1 2026, due 15 Apr 2026." in said(overdue_at="2026-04-16")
    assert "Awaited: an update, due 15 Apr 2026, late from 15 May 2026." in said(next={})
    assert "Awaited" in said(fixed="paused", fixed_until="2026-12-31")
    assert "Awaited" not in said(fixed="paused")
    assert "Awaited" in said(fixed="ended", fixed_from="2026-06-01")
    assert "Awaited" not in said(fixed="ended", fixed_from="2026-01-31")


def test_what_is_after_the_end_is_no_due_date(view: SiteView, make: Make) -> None:
    ended = dict(render_site(make(datasets=followed(view, fixed="ended", fixed_from="2026-01-31"))))
    assert b"quy 1/2026" not in ended["freshness.ics"] and "quý 1/2026".encode() not in ended["freshness.ics"]
    assert 'class="o next" role="img" aria-label="quý 1/2026' not in ended["freshness/index.html"].decode()
