"""Who is written to on which day: on change, weekly at most, daily while something is long overdue."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from publisher.freshness.digests import Ledger, Sent, after, digests, ledger_data, read_ledger
from publisher.freshness.model import Assessment, State, Timeline
from publisher.freshness.turnover import turnover

MONDAY = date(2026, 4, 6)


def assessment(name: str, state: State, body: str | None = "so-y-te", due_at: date | None = None) -> Assessment:
    line = Timeline("annual", None, None, due_at, due_at, due_at, due_at, None)
    now = datetime(2026, 4, 6, tzinfo=UTC)
    return Assessment(name, name.title(), "so-y-te", body, state, now, line)


def days(found: dict[int, list[Assessment]]) -> list[int]:
    """On which days after Monday something is sent, when the assessments change on the days given."""
    ledger: Ledger = {}
    sent = []
    present: list[Assessment] = []
    for number in range(22):
        present = found.get(number, present)
        today = MONDAY + timedelta(days=number)
        due = digests(present, ledger, today)
        if due:
            sent.append(number)
        ledger = after(ledger, due, today)
    return sent


OVERDUE, DUE = assessment("a", State.OVERDUE), assessment("b", State.DUE)
DELINQUENT = assessment("a", State.DELINQUENT)


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        ({0: [OVERDUE]}, [0]),
        ({0: [OVERDUE], 2: [OVERDUE, DUE]}, [0, 7]),
        ({0: [OVERDUE], 9: [OVERDUE, DUE]}, [0, 9]),
        ({0: [OVERDUE], 2: [OVERDUE, DUE], 5: [OVERDUE]}, [0]),
        ({0: [OVERDUE], 3: []}, [0]),
        ({0: [OVERDUE], 3: [DELINQUENT], 6: [assessment("a", State.FRESH)]}, [0, 3, 4, 5]),
        ({0: [assessment("a", State.FRESH)]}, []),
        ({0: [assessment("a", State.UNMEASURED)]}, []),
        ({0: [assessment("a", State.NO_EVIDENCE)]}, [0]),
        ({0: [assessment("a", State.OVERDUE, body=None)]}, []),
    ],
)
def test_when_a_body_is_written_to(found: dict[int, list[Assessment]], expected: list[int]) -> None:
    assert days(found) == expected


def test_each_body_has_its_own_digest_with_what_comes_due() -> None:
    soon = assessment("s", State.FRESH, due_at=MONDAY + timedelta(days=10))
    far = assessment("f", State.FRESH, due_at=MONDAY + timedelta(days=40))
    other = assessment("o", State.DELINQUENT, body="so-giao-duc")
    first, second = digests([far, DUE, soon, OVERDUE, other], {}, MONDAY)
    assert (first.organization, [one.dataset for one in first.items]) == ("so-giao-duc", ["o"])
    assert [one.dataset for one in second.items] == ["a", "b"]
    assert [one.dataset for one in second.coming] == ["s"]


def test_a_day_passing_is_no_change_but_another_missing_period_is() -> None:
    first = digests([replace(OVERDUE, days_late=3)], {}, MONDAY)
    ledger = after({}, first, MONDAY)
    later = MONDAY + timedelta(days=8)
    assert digests([replace(OVERDUE, days_late=11)], ledger, later) == ()
    assert len(digests([replace(OVERDUE, days_late=11, missing=("2025",))], ledger, later)) == 1


def test_the_ledger_is_kept_as_json() -> None:
    ledger = after({}, digests([OVERDUE], {}, MONDAY), MONDAY)
    assert read_ledger(json.loads(json.dumps(ledger_data(ledger)))) == ledger
    assert isinstance(ledger["so-y-te"], Sent)


@pytest.mark.parametrize("data", [[], {}, {"format": 2, "sent": {}}, {"format": 1, "sent": {"a": {"on": "x"}}}, None])
def test_anything_else_is_no_ledger(data: object) -> None:
    with pytest.raises(ValueError):
        read_ledger(data)


@pytest.mark.parametrize(
    ("before", "now", "exceeds"),
    [
        ("fffff", "oooff", True),
        ("ffffff", "ooofff", False),
        ("ff", "oo", False),
        ("ffff", "fffo", False),
        ("fffffff", "uuuufff", True),
        ("ppppp", "fffff", False),
        ("", "ooooo", False),
    ],
)
def test_too_much_at_once(before: str, now: str, exceeds: bool) -> None:
    states = {"f": State.FRESH, "o": State.OVERDUE, "u": State.UNMEASURED, "p": State.PROPOSED}
    first = {str(place): states[letter] for place, letter in enumerate(before)}
    second = {str(place): states[letter] for place, letter in enumerate(now)}
    assert turnover(first, second).exceeds(50) is exceeds
