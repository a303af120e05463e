"""Consent, caps and agreement."""

from __future__ import annotations

from datetime import date

import pytest

from publisher.catalogue.document import Document
from publisher.catalogue.model import Consent, Source
from publisher.messages import messages
from publisher.plan.model import Action, Change, FieldChange, HeldBack, Kind, Plan, Risk, Subject
from publisher.plan.safety import Caps, agreed, review, selected
from publisher.reports.plan import field_words, held_words, plan_human, plan_markdown
from publisher.text import NO_TEXT


def delete(name: str, kind: Kind = Kind.DATASET) -> Action:
    subject = Subject(kind, name)
    return Action(Change.DELETE, subject, risks=frozenset({Risk.DELETE}), before=f"was-{name}", after="absent")


def create(name: str) -> Action:
    return Action(Change.CREATE, Subject(Kind.DATASET, name), before="absent", after=f"new-{name}")


def plan_of(*actions: Action) -> Plan:
    return Plan("site", "c", None, None, actions)


def consent(action: Action, kind: str = "delete", portal: str = "site") -> Consent:
    source = Source(Document("catalog/consents/x.yaml", "", {}))
    before, after = action.before or "", action.after or ""
    return Consent(source, portal, action.subject.name, kind, before, after, "x", date(2024, 1, 1), NO_TEXT)


def names(plan: Plan) -> list[str]:
    return [action.subject.name for action in plan.actions]


def test_what_lacks_consent_is_held_and_the_rest_goes() -> None:
    verdict = review(plan_of(create("a"), delete("b")), [], {}, Caps(), portal_holds={Kind.DATASET: 10})
    assert names(verdict.plan) == ["a"]
    assert [one.codes for one in verdict.attention] == [("needs-consent-delete",)]
    assert verdict.wanting == {Risk.DELETE: 1}


@pytest.mark.parametrize(("number", "done"), [(1, []), (2, ["a", "b"]), (3, [])])
def test_only_the_exact_number_is_consent(number: int, done: list[str]) -> None:
    plan = plan_of(delete("a"), delete("b"))
    verdict = review(plan, [], {Risk.DELETE: number}, Caps(), portal_holds={Kind.DATASET: 10})
    assert names(verdict.plan) == done


def test_a_consent_file_fits_its_digests_portal_and_kind_alone() -> None:
    plan = plan_of(delete("a"))
    assert names(review(plan, [consent(delete("a"))], {}, Caps(), portal_holds={Kind.DATASET: 10}).plan) == ["a"]
    for other in (consent(create("a")), consent(delete("a"), "loss"), consent(delete("a"), portal="ckan")):
        assert names(review(plan, [other], {}, Caps(), portal_holds={Kind.DATASET: 10}).plan) == []


def test_what_a_file_consents_to_is_not_counted_again() -> None:
    plan = plan_of(delete("a"), delete("b"))
    verdict = review(plan, [consent(delete("a"))], {Risk.DELETE: 1}, Caps(), portal_holds={Kind.DATASET: 10})
    assert names(verdict.plan) == ["a", "b"]


def test_too_much_at_once_is_held_whole_though_consented() -> None:
    deletions = [delete(str(number)) for number in range(4)]
    verdict = review(plan_of(create("n"), *deletions), [], {Risk.DELETE: 4}, Caps(), portal_holds={Kind.DATASET: 10})
    assert names(verdict.plan) == ["n"]
    assert verdict.capped == (4, 3)
    assert (
        len(
            names(
                review(plan_of(*deletions), [], {Risk.DELETE: 4}, Caps(number=4), portal_holds={Kind.DATASET: 10}).plan
            )
        )
        == 4
    )


def test_one_risky_change_is_always_within_the_cap_and_creating_is_never_capped() -> None:
    assert names(review(plan_of(delete("a")), [], {Risk.DELETE: 1}, Caps(), portal_holds={Kind.DATASET: 1}).plan) == [
        "a"
    ]
    many = [create(str(number)) for number in range(50)]
    assert len(review(plan_of(*many), [], {}, Caps(), portal_holds={Kind.DATASET: 1}).plan.actions) == 50


def test_only_what_both_plans_hold_is_done() -> None:
    earlier = plan_of(create("a"), delete("b"))
    now = plan_of(create("a"), create("c"), delete("b"))
    left = agreed(now, earlier)
    assert names(left) == ["a", "b"]
    assert [one.codes for one in left.held] == [("not-in-plan",)]


def test_what_is_not_selected_needs_no_attention() -> None:
    verdict = review(selected(plan_of(create("aa"), create("b")), {"aa"}), [], {}, Caps(), portal_holds={})
    assert names(verdict.plan) == ["aa"]
    assert verdict.attention == ()


@pytest.mark.parametrize(("count", "lines"), [(20, 20), (25, 11)])
def test_a_first_publication_lists_ten_datasets_and_what_is_dangerous(count: int, lines: int) -> None:
    plan = plan_of(*(create(f"a{place:02}") for place in range(count)), delete("b"))
    verdict = review(plan, [], {}, Caps(), portal_holds={Kind.DATASET: 10})
    told = list(plan_human(plan, verdict, messages("vi")))
    assert sum(line.startswith("+") or line.startswith("…") for line in told) == lines
    assert ("… và 15 tập dữ liệu khác" in told) == (lines == 11)
    assert any(line.startswith("- ") and line.endswith(" b") for line in told)
    assert f"thêm {count}," in told[-1]
    assert all(action.subject.name in plan_markdown(plan, verdict, messages("vi")) for action in plan.actions)


def test_bodies_and_themes_are_deleted_by_the_same_consent_and_capped_by_their_own_number() -> None:
    bodies = [delete(f"so-{number}", Kind.ORGANIZATION) for number in range(3)]
    holds = {Kind.DATASET: 100, Kind.ORGANIZATION: 4}
    lacking = review(plan_of(bodies[0]), [], {}, Caps(), portal_holds=holds)
    assert names(lacking.plan) == []
    assert lacking.wanting == {Risk.DELETE: 1}
    assert names(review(plan_of(bodies[0]), [], {Risk.DELETE: 1}, Caps(), portal_holds=holds).plan) == ["so-0"]
    assert names(review(plan_of(bodies[0]), [consent(bodies[0])], {}, Caps(), portal_holds=holds).plan) == ["so-0"]
    many = review(plan_of(*bodies, delete("a")), [], {Risk.DELETE: 4}, Caps(), portal_holds=holds)
    assert (names(many.plan), many.capped) == ([], (3, 1))
    assert len(review(plan_of(*bodies), [], {Risk.DELETE: 3}, Caps(number=3), portal_holds=holds).plan.actions) == 3


def test_what_changes_is_told_in_the_names_that_readers_know() -> None:
    changed = (
        FieldChange("title.vi", "Cũ", "Mới"),
        FieldChange("modified", None, "2026-11-24"),
        FieldChange("resources.bang.rows", 3, 4),
        FieldChange("contact.email", "a@example.org", None),
    )
    assert [field_words(one, messages("vi")) for one in changed] == [
        "tiêu đề (vi): Cũ → Mới",
        "ngày số liệu thay đổi lần cuối: thêm 24/11/2026",
        "“bang”: số dòng: 3 → 4",
        "liên hệ – email: bỏ a@example.org",
    ]
    assert field_words(FieldChange("unheard.of", 1, 2), messages("en")) == "unheard.of: 1 → 2"


def test_errors_that_hold_back_are_looked_up_by_validate_not_told_by_codes() -> None:
    held = HeldBack(Subject(Kind.DATASET, "truong"), ("shape-empty",))
    assert held_words(held, messages("en")) == "held back by errors: opendata validate --select truong tells them"
