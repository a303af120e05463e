"""The list is due for review as a dataset is for data, and only while an act that was read says so."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from publisher.catalogue.load import load
from publisher.catalogue.model import Catalogue
from publisher.freshness.legal import ListReview, list_review
from publisher.freshness.model import State

DECREE = {
    "name": "Nghị định 47",
    "act": "Nghị định 47/2020/NĐ-CP",
    "basis": "text",
    "valid_from": "2020-05-25",
    "valid_to": "2025-08-18",
    "review_every": "P6M",
    "update_within": "P3M",
}
AFTER = {"name": "Nghị định 194", "act": "Nghị định 194/2025/NĐ-CP", "basis": "text", "valid_from": "2025-08-19"}


@pytest.fixture
def catalogue(catalogue_dir: Path, edit: Callable[..., Path]) -> Catalogue:
    edit("catalog/legal.yaml", cu=DECREE, moi=AFTER)
    for on in ("2024-08-31", "2025-03-10"):
        edit(f"catalog/reviews/{on}.yaml", on=on, by="Tổ rà soát", note="Đã rà soát")
    loaded = load(catalogue_dir)
    assert not loaded.problems
    assert loaded.catalogue is not None
    return loaded.catalogue


def at(catalogue: Catalogue, day: str) -> ListReview:
    now = datetime.fromisoformat(f"{day}T12:00").replace(tzinfo=ZoneInfo("Asia/Ho_Chi_Minh"))
    return list_review(catalogue, catalogue.reviews, now)


@pytest.mark.parametrize(
    ("day", "state", "late"),
    [
        ("2024-07-14", State.FRESH, 0),  # six months from the list's first dataset
        ("2024-07-15", State.DUE, 0),
        ("2024-07-16", State.OVERDUE, 1),
        ("2024-08-31", State.FRESH, 0),
        ("2025-02-27", State.FRESH, 0),
        ("2025-02-28", State.DUE, 0),  # there is no 31 February
        ("2025-03-01", State.OVERDUE, 1),
        ("2025-03-09", State.OVERDUE, 9),
        ("2025-03-10", State.FRESH, 0),
        ("2025-08-18", State.FRESH, 0),
        ("2026-11-23", State.FRESH, 0),
    ],
)
def test_the_list_is_reviewed_every_six_months_while_the_decree_holds(
    catalogue: Catalogue, day: str, state: State, late: int
) -> None:
    got = at(catalogue, day)
    assert (got.state, got.days_late) == (state, late)


def test_no_term_outlives_its_act(catalogue: Catalogue) -> None:
    last_days = at(catalogue, "2025-08-18")
    assert last_days.profile is not None
    assert last_days.profile.key == "cu"
    assert last_days.timeline.due_at is None  # it would be 10 September, after the decree ended
    after = at(catalogue, "2025-08-19")
    assert (after.profile, after.timeline.due_at) == (None, None)
    assert after.last is not None
    assert after.last.on == date(2025, 3, 10)


def test_what_a_review_found_is_added_within_three_months(catalogue: Catalogue) -> None:
    assert at(catalogue, "2024-09-01").update_by == date(2024, 11, 30)
    assert at(catalogue, "2024-08-30").update_by is None
    assert at(catalogue, "2025-04-01").update_by == date(2025, 6, 10)
    assert at(catalogue, "2025-09-01").update_by is None


def test_a_review_in_the_last_days_of_the_act_has_no_term_for_what_it_found(
    catalogue_dir: Path, edit: Callable[..., Path]
) -> None:
    edit("catalog/legal.yaml", cu=DECREE)
    edit("catalog/reviews/2025-06-01.yaml", on="2025-06-01", by="Tổ rà soát", note="Đã rà soát")
    loaded = load(catalogue_dir).catalogue
    assert loaded is not None
    got = at(loaded, "2025-06-02")
    assert got.profile is not None
    assert got.update_by is None  # 1 September is after the act


def test_what_was_not_known_then_does_not_count(catalogue: Catalogue) -> None:
    then = at(catalogue, "2025-03-05")
    assert then.last is not None
    assert then.last.on == date(2024, 8, 31)
    assert then.timeline.evidence is not None
    assert then.timeline.evidence.detail == "catalog/reviews/2024-08-31.yaml"
    assert then.timeline.due_at == date(2025, 2, 28)


def test_a_catalogue_without_profiles_has_no_term(catalogue_dir: Path) -> None:
    plain = load(catalogue_dir).catalogue
    assert plain is not None
    got = at(plain, "2024-07-14")
    assert (got.state, got.profile, got.last, got.timeline.due_at) == (State.FRESH, None, None, None)


def test_a_review_of_the_list_has_the_shape_of_a_review(catalogue_dir: Path, edit: Callable[..., Path]) -> None:
    edit("catalog/reviews/2026-01-05.yaml", on="2026-01-05", by="Tổ rà soát")
    problems = load(catalogue_dir).problems
    assert [(one.code, one.file) for one in problems] == [("shape-missing-key", "catalog/reviews/2026-01-05.yaml")]
