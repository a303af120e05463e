"""Which periods came in time, from histories made with git. Every dataset and value is made up."""

from __future__ import annotations

import json
import shutil
import subprocess
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from punctual import Past, table, two_years

from publisher.catalogue.load import load
from publisher.cli import run
from publisher.freshness.model import Period
from publisher.freshness.punctuality import Delivery, Outcome, Trend, punctuality, summed_up

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="needs git")
SCHEMA = json.loads((Path(__file__).parents[2] / "docs/schemas/freshness-history.schema.json").read_text("utf-8"))
NOW = "2026-11-23"


@pytest.fixture(scope="module")
def catalogue(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return two_years(tmp_path_factory.mktemp("punctual")).root


def history(root: Path, capsys: pytest.CaptureFixture[str], *more: str) -> dict[str, Any]:
    assert run(["--lang", "en", "--catalog", str(root), "freshness", "history", "--format", "json", *more]) == 0
    data: dict[str, Any] = json.loads(capsys.readouterr().out)
    jsonschema.validate(data, SCHEMA, format_checker=jsonschema.FormatChecker())
    return data


def told(data: dict[str, Any], name: str) -> list[tuple[str, str, int | None]]:
    (found,) = (one for one in data["datasets"] if one["dataset"] == name)
    return [(one["period"], one["outcome"], one["days_late"]) for one in found["history"]]


def test_the_file_of_a_period_is_its_delivery(catalogue: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = history(catalogue, capsys, "--now", NOW)
    assert told(data, "quy-theo-tep") == [
        ("2024-Q1", "unknown", None),
        ("2024-Q2", "unknown", None),
        ("2024-Q3", "unknown", None),
        ("2024-Q4", "on-time", -5),
        ("2025-Q1", "early", -26),
        ("2025-Q2", "late", 10),
        ("2025-Q3", "missing", None),
        ("2025-Q4", "on-time", -3),
        ("2026-Q1", "on-time", -8),
        ("2026-Q2", "on-time", -5),
        ("2026-Q3", "on-time", -6),
    ]
    (found,) = (one for one in data["datasets"] if one["dataset"] == "quy-theo-tep")
    assert [one["period"] for one in found["history"] if one["revised_on"]] == ["2025-Q2"]
    assert (found["due"], found["in_time"], found["share_in_time"], found["trend"]) == (8, 6, 0.75, "better")


def test_a_column_is_read_in_each_version(catalogue: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert told(history(catalogue, capsys, "--now", NOW), "quy-theo-cot") == [
        ("2024-Q4", "on-time", -5),
        ("2025-Q1", "on-time", -7),
        ("2025-Q2", "late", 21),
        ("2025-Q3", "missing", None),
        ("2025-Q4", "missing", None),
        ("2026-Q1", "on-time", -8),
        ("2026-Q2", "missing", None),
        ("2026-Q3", "missing", None),
    ]


def test_a_change_shows_the_periods_that_had_ended(catalogue: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = told(history(catalogue, capsys, "--now", NOW, "--periods", "24"), "thang-theo-thay-doi")
    assert found[:6] == [
        ("2024-12", "on-time", 0),
        ("2025-01", "on-time", -5),
        ("2025-02", "late", 2),
        ("2025-03", "on-time", -2),
        ("2025-04", "on-time", -1),
        ("2025-05", "late", 45),
    ]
    assert found[-1] == ("2026-10", "missing", None)


def test_bodies_are_those_that_answer_on_the_day(catalogue: Path, capsys: pytest.CaptureFixture[str]) -> None:
    now = history(catalogue, capsys, "--now", NOW)
    then = history(catalogue, capsys, "--now", "2026-03-01")
    assert [one["organization"] for one in now["organizations"]] == ["so-giao-duc", "so-y-te-moi"]
    assert [one["organization"] for one in then["organizations"]] == ["so-giao-duc", "so-y-te"]
    only = history(catalogue, capsys, "--now", NOW, "--organization", "so-giao-duc")
    assert [one["dataset"] for one in only["datasets"]] == ["quy-theo-tep"]


def test_nothing_later_leaks_into_the_past(catalogue: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = history(catalogue, capsys, "--now", "2025-08-20", "--select", "quy-*")
    assert told(found, "quy-theo-tep")[-1] == ("2025-Q2", "late", 10)
    assert not any(one["revised_on"] for one in found["datasets"][1]["history"])
    assert told(found, "quy-theo-cot")[-1] == ("2025-Q2", "late", 21)
    before = history(catalogue, capsys, "--now", "2025-07-20", "--select", "quy-*")
    assert told(before, "quy-theo-tep")[-1] == ("2025-Q2", "missing", None)


def test_the_due_day_itself_is_in_time(catalogue: Path, capsys: pytest.CaptureFixture[str]) -> None:
    on_the_day = history(catalogue, capsys, "--now", "2025-07-15", "--select", "quy-theo-tep")
    assert told(on_the_day, "quy-theo-tep")[-1][0] == "2025-Q1"
    day_after = history(catalogue, capsys, "--now", "2025-07-16", "--select", "quy-theo-tep")
    assert told(day_after, "quy-theo-tep")[-1] == ("2025-Q2", "missing", None)


def test_a_shallow_clone_knows_less_and_says_so(
    catalogue: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    clone = tmp_path / "clone"
    subprocess.run(["git", "clone", "-q", "--depth", "3", catalogue.as_uri(), str(clone)], check=True)
    found = told(history(clone, capsys, "--now", NOW), "quy-theo-tep")
    assert found[-2:] == [("2026-Q2", "on-time", -5), ("2026-Q3", "on-time", -6)]
    assert {outcome for _, outcome, _ in found[:-2]} == {"unknown"}


def test_the_table_says_it_in_words(catalogue: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--lang", "vi", "--catalog", str(catalogue), "freshness", "history", "--now", NOW]) == 0
    text = capsys.readouterr().out
    assert "Sở Giáo dục giả: 75% đúng hạn (6 trong 8 kỳ), 1 kỳ chậm, 1 kỳ chưa có, 3 kỳ không rõ" in text
    assert "hạn 15/07/2025, có ngày 25/07/2025: chậm 10 ngày" in text
    # The least punctual body stands first.
    assert text.index("Sở Y tế mới giả") < text.index("Sở Giáo dục giả")


def test_without_dates_there_is_no_history(catalogue_dir: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--lang", "en", "--catalog", str(catalogue_dir), "freshness", "history", "--now", NOW]) == 0
    assert "There is no dataset with due dates here" in capsys.readouterr().out


def test_pauses_and_ends_make_nothing_late(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    past = Past(tmp_path)
    past.dataset("ngung", "{frequency: monthly, evidence: [content], ended: 2025-03-31}", "a.csv")
    past.dataset(
        "tam-ngung",
        "{frequency: monthly, evidence: [content], paused: {until: 2025-06-30, reason: Nâng cấp hệ thống}}",
        "b.csv",
    )
    past.write("2025-02-05", {"datasets/ngung/a.csv": table("1"), "datasets/tam-ngung/b.csv": table("1")})
    data = history(tmp_path, capsys, "--now", "2025-09-15")
    assert told(data, "ngung") == [
        ("2025-01", "on-time", -5),
        ("2025-02", "missing", None),
        ("2025-03", "missing", None),
    ]
    assert told(data, "tam-ngung") == [
        ("2025-01", "on-time", -5),
        ("2025-06", "missing", None),
        ("2025-07", "missing", None),
        ("2025-08", "missing", None),
    ]


def test_a_review_dated_into_the_future_delivers_nothing_yet(catalogue_dir: Path) -> None:
    reviews = catalogue_dir / "datasets/truong-mam-non/reviews"
    reviews.mkdir()
    for day in ("2024-01-10", "2099-01-10"):
        (reviews / f"{day}.yaml").write_text(f"on: {day}\nby: Giả\nnote: Giả\n", "utf-8")
    loaded = load(catalogue_dir).catalogue
    assert loaded is not None
    elsewhere = replace(loaded.datasets["truong-mam-non"], resources=())
    found = punctuality(loaded, {}, now=datetime(2025, 6, 1, tzinfo=UTC), datasets=[elsewhere])
    assert [(one.period.name, one.outcome) for one in found["truong-mam-non"]] == [
        ("2023", Outcome.ON_TIME),
        ("2024", Outcome.MISSING),
    ]


def test_rolling_data_are_late_by_their_last_update(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    past = Past(tmp_path)
    past.dataset("cuon", "{frequency: monthly, mode: rolling, evidence: [content]}", "a.csv")
    for day, row in (("2025-01-01", "1"), ("2025-01-25", "2"), ("2025-03-10", "3")):
        past.write(day, {"datasets/cuon/a.csv": table(row)})
    assert told(history(tmp_path, capsys, "--now", "2025-04-20"), "cuon") == [
        ("2025-01-01", "on-time", -6),
        ("2025-01-25", "late", 14),
        ("2025-03-10", "missing", None),
    ]


def _delivery(month: int, outcome: Outcome, days: int | None = None) -> Delivery:
    day = date(2025, month, 10)
    return Delivery("bo", Period(day, day, f"2025-{month:02}"), day, None, days, outcome)


@pytest.mark.parametrize(
    ("outcomes", "trend"),
    [
        ([Outcome.LATE, Outcome.MISSING, Outcome.ON_TIME, Outcome.EARLY], Trend.BETTER),
        ([Outcome.ON_TIME, Outcome.ON_TIME, Outcome.MISSING, Outcome.LATE], Trend.WORSE),
        ([Outcome.ON_TIME, Outcome.LATE, Outcome.LATE, Outcome.ON_TIME], Trend.STEADY),
        ([Outcome.UNKNOWN, Outcome.ON_TIME, Outcome.LATE, Outcome.LATE], None),
    ],
)
def test_the_trend_compares_the_later_half(outcomes: list[Outcome], trend: Trend | None) -> None:
    found = [_delivery(month, outcome) for month, outcome in enumerate(outcomes, 1)]
    assert summed_up(found[::-1]).trend is trend


def test_what_is_unknown_counts_neither_way() -> None:
    found = summed_up([_delivery(1, Outcome.UNKNOWN), _delivery(2, Outcome.LATE, 6), _delivery(3, Outcome.ON_TIME, -2)])
    assert (found.due, found.unknown, found.share, found.median_days) == (2, 1, 0.5, 2)
    nothing = summed_up([])
    assert (nothing.share, nothing.median_days, nothing.trend) == (None, None, None)


def test_without_a_clock_nothing_after_the_last_delivery_is_told(catalogue: Path) -> None:
    from publisher.catalogue.load import load
    from publisher.freshness.punctuality import punctuality
    from publisher.freshness.versions import versions_of
    from publisher.git import Repository

    loaded = load(catalogue).catalogue
    assert loaded is not None
    versions = versions_of(loaded, Repository.find(catalogue), None, datetime.fromisoformat("2026-12-01T00:00:00Z"))
    found = punctuality(loaded, versions)
    assert found["thang-theo-thay-doi"][-1].period.name == "2026-09"
    assert found["quy-theo-tep"][-1].outcome is Outcome.ON_TIME
