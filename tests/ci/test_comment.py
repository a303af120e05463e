from __future__ import annotations

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from publisher.errors import OpendataError
from publisher.messages import messages
from publisher.plan.model import Action, Change, HeldBack, Kind, Plan, Risk, Subject
from publisher.reports.comment import MARKER, MAX_COMMENT, Found, comment, plain, read_problems
from publisher.reports.freshness_issue import issue_body, read_freshness, verdict
from publisher.reports.plan import table_words
from publisher.tables.model import TableChange

VI = messages("vi")
RENDERER = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
PROBES = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "[x](https://evil.example)",
    "![x](https://evil.example/pixel)",
    "https://evil.example/a",
    "www.evil.example",
    "@everyone",
    "steward@example.org",
    "#1 !2 ~bug %3 $4 &5",
    "/close",
    "**bold** _it_ `code` ~~no~~",
    "a | b",
    "&lt;b&gt;",
    "<!-- opendata:report -->",
    "-->",
    "\n# heading\n\n- list\n\n/close\n",
    "a\u202eb\u200bc\x00d\x1b[31m",
    "[[wiki]] [ ] [x] {:.class}",
    "\\",
]


def harmless(markdown: str) -> None:
    """Rendered as the forges do, a text is one paragraph of text and nothing else."""
    rendered = RENDERER.render(f"- x {markdown}")
    assert set(re.findall(r"<(/?\w+)", rendered)) <= {"ul", "/ul", "li", "/li"}, rendered
    assert not re.search(r"[@#!~%$]\w|https?://|www\.\w", rendered), rendered
    assert "\n" not in markdown


@pytest.mark.parametrize("text", PROBES)
def test_a_foreign_text_does_nothing(text: str) -> None:
    harmless(plain(text))


@given(st.lists(st.one_of(st.sampled_from(PROBES), st.text(max_size=8)), max_size=5).map("".join))
def test_no_text_does_anything(text: str) -> None:
    harmless(plain(text))


@pytest.mark.parametrize("text", ["Có 2 dòng trùng mã ở cột ma_truong (xem dòng 5).", "50 % < 60 %", "a_b*c"])
def test_an_ordinary_text_reads_as_it_is(text: str) -> None:
    rendered = RENDERER.renderInline(plain(text))
    assert rendered.replace("&lt;", "<") == text


def found(file: str = "datasets/a/dataset.yaml", line: int | None = 3, severity: str = "error") -> Found:
    return Found(severity, file, line, "Thiếu tiêu đề.", "Hãy thêm tiêu đề.")


def link(file: str, line: int | None) -> str:
    return f"https://example.org/edit/{file}" + (f"#L{line}" if line else "")


def test_grouped_by_file_each_line_with_its_link() -> None:
    problems = [found("z.csv", None, "warning"), found(line=9), found(line=3)]
    text = comment(problems, None, link, VI)
    assert text.startswith(MARKER)
    assert "Có 2 chỗ cần sửa" in text and "Và 1 lời nhắc." in text
    assert text.index("#L3") < text.index("#L9") < text.index("edit/z.csv")
    assert text.count("**[datasets/a/dataset.yaml]") == 1
    assert "[dòng 3](<https://example.org/edit/datasets/a/dataset.yaml#L3>)" in text


def test_an_address_cannot_break_out_of_its_link() -> None:
    text = comment([found("a> (b).yaml")], None, lambda f, _: f"https://example.org/{f}", VI)
    assert "<https://example.org/a(b).yaml>" in text
    assert "javascript" not in comment([found()], None, lambda _f, _l: "javascript:alert(1)", VI)


def test_thousands_of_problems_fit_into_one_comment() -> None:
    many = [Found("error", f"datasets/{n}/dataset.yaml", n + 1, "x" * 5000, "y" * 5000) for n in range(3000)]
    text = comment(many, None, link, VI)
    assert len(text) <= MAX_COMMENT
    assert text.rstrip().endswith("Phần còn lại có trong nhật ký của lần chạy.")
    assert "Còn 2900 mục nữa" in comment([found(f"f{n}") for n in range(3000)], None, link, VI)


def test_a_clean_merge_request_is_told_so() -> None:
    assert "Các tệp dữ liệu đều đạt." in comment([], None, link, VI)
    assert "Không có gì phải sửa." in comment([found(severity="notice")], None, link, VI)


def test_the_plan_in_the_words_of_every_plan() -> None:
    actions = (
        Action(Change.UPDATE, Subject(Kind.DATASET, "a"), tables=(TableChange("bang", added=3, changed=1),)),
        Action(Change.DELETE, Subject(Kind.DATASET, "<b>"), risks=frozenset({Risk.DELETE})),
    )
    held = (HeldBack(Subject(Kind.DATASET, "c"), ("theme-unknown",)),)
    text = comment(None, Plan("site", "c", None, None, actions, held), link, VI)
    assert "- sửa tập dữ liệu a\n  - bang: " in text
    assert all(plain(table_words(one, VI)) in text for one in actions[0].tables)
    assert "- xóa tập dữ liệu &lt;b\\> ⚠️" in text
    assert "Giữ lại ở bản tốt gần nhất:\n- c: " in text
    assert "Không có gì thay đổi." in comment(None, Plan("site", "c", None, None), link, VI)


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"problems": 1}', '{"problems": [{}]}', '{"problems": [{"file": 1}]}', "[" * 9999]
)
def test_a_report_of_another_shape_is_refused(text: str) -> None:
    with pytest.raises(OpendataError, match="ci-report-unreadable"):
        read_problems(text, "problems.json")


def test_odd_values_of_a_report_are_put_right() -> None:
    entry = {"file": "f", "message": "m", "severity": "fatal", "line": True, "help": ["x"]}
    assert read_problems(json.dumps({"problems": [entry]}), "p") == [Found("error", "f", None, "m", "")]


def test_the_sheet_of_a_workbook_is_named_and_harmless() -> None:
    entry = {"severity": "error", "file": "b.xlsx", "line": 4, "message": "m", "help": "", "sheet": "@all"}
    found = read_problems(json.dumps({"problems": [entry]}), "p")
    assert "trang tính @\u200ball, dòng 4" in comment(found, None, lambda file, line: None, messages("vi"))


def report(*states: str) -> dict[str, object]:
    datasets = [
        {
            "dataset": f"d-{n}",
            "title": "Trường | <b>",
            "state": state,
            "due_at": "2026-01-31",
            "days_late": 5,
            "missing_periods": ["2025"],
        }
        for n, state in enumerate(states)
    ]
    return read_freshness(json.dumps({"snapshotted_at": "2026-02-05T06:00:00+07:00", "datasets": datasets}), "f")


@pytest.mark.parametrize(
    ("states", "wanted"),
    [
        (["overdue", "fresh"], True),
        (["delinquent", "unmeasured"], True),
        (["unmeasured", "due"], None),
        (["fresh", "proposed", "due"], False),
        ([], False),
    ],
)
def test_an_issue_is_open_while_something_is_late(states: list[str], wanted: bool | None) -> None:
    assert verdict(report(*states)) is wanted


def test_an_issue_of_thousands_is_not_too_long_for_the_forge() -> None:
    data = report(*["delinquent", "overdue", "due", "no-evidence"] * 500)
    for one in data["datasets"]:
        one["title"] = "Ấ<" * 200
    text = issue_body(data, VI)
    assert len(text) < 65_000 and "### Quá hạn (500)" in text


def test_the_issue_names_what_is_late() -> None:
    text = issue_body(report("overdue", "fresh"), VI)
    assert "### Quá hạn (1)" in text
    row = "| Trường \\| &lt;b\\> (d-0) | 31/01/2026 | 5 | 2025 |  |"
    assert row in text
    assert "Không có dữ liệu nào quá hạn." in issue_body(report("fresh"), VI)
