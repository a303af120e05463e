"""One failure is one outcome; a portal that is gone is found out once, not for every dataset."""

from __future__ import annotations

from typing import Any

import pytest
from ckanapi.errors import NotAuthorized

from publisher.errors import Exit, OpendataError
from publisher.plan.model import Action, Change, Kind, OutcomeStatus, Subject
from publisher.portals.ckan.wire.transport import Unsettled
from publisher.portals.ckan.writing.step import Stepper


class Portal:
    """Answers, or not."""

    url = "http://portal"

    def __init__(self, *, alive: bool) -> None:
        self.alive = alive
        self.asked = 0

    def call(self, action: str) -> Any:
        self.asked += 1
        if not self.alive:
            raise OpendataError("portal-unreachable", Exit.UNREACHABLE, url=self.url, reason="timeout")
        return {}


class Journal:
    """Keeps what it is told."""

    def __init__(self) -> None:
        self.events: list[tuple[str, dict[str, object]]] = []

    def write(self, event: str, /, **details: object) -> None:
        self.events.append((event, details))


def action(name: str, *needs: str) -> Action:
    depends = tuple(Subject(Kind.ORGANIZATION, one) for one in needs)
    kind = Kind.DATASET if needs else Kind.ORGANIZATION
    return Action(Change.CREATE, Subject(kind, name), depends_on=depends)


def fails(error: Exception) -> Any:
    def work() -> None:
        raise error

    return work


def silent() -> OpendataError:
    return OpendataError("portal-too-slow", Exit.UNREACHABLE)


def test_a_step_is_written_down_before_and_after() -> None:
    journal = Journal()
    done: list[str] = []

    def work() -> None:
        assert [event for event, _ in journal.events] == ["step"]
        done.append("a")

    outcome = Stepper(Portal(alive=True), journal).take(action("a"), work)
    assert (outcome.status, done) == (OutcomeStatus.DONE, ["a"])
    assert [event for event, _ in journal.events] == ["step", "stepped"]


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (OpendataError("source-changed", Exit.NO, path="a.csv"), "source-changed"),
        (NotAuthorized("no"), "portal-not-allowed"),
        (silent(), "portal-too-slow"),
        (Unsettled("package_revise", "timeout"), "portal-unsettled"),
    ],
)
def test_one_failure_stops_nothing_else_while_the_portal_answers(error: Exception, code: str) -> None:
    stepper = Stepper(Portal(alive=True), Journal())
    assert stepper.take(action("a"), fails(error)).code == code
    assert stepper.take(action("b"), lambda: None).status is OutcomeStatus.DONE


@pytest.mark.parametrize("error", [silent(), Unsettled("package_revise", "timeout")])
def test_a_portal_that_is_gone_is_asked_once_and_the_rest_fails_at_once(error: Exception) -> None:
    portal, tried = Portal(alive=False), []
    stepper = Stepper(portal, Journal())
    stepper.take(action("a"), fails(error))
    outcomes = [stepper.take(action(f"b{one}"), lambda: tried.append(1)) for one in range(100)]
    assert {one.code for one in outcomes} == {"portal-unreachable"}
    assert (tried, portal.asked) == ([], 1)


def test_what_needs_something_that_failed_is_not_tried() -> None:
    stepper = Stepper(Portal(alive=True), Journal())
    stepper.take(action("so-y-te"), fails(NotAuthorized("no")))
    outcome = stepper.take(action("benh-vien", "so-y-te"), fails(AssertionError()))
    assert (outcome.code, outcome.params) == ("needs-failed", {"path": "so-y-te"})
    assert stepper.take(action("truong", "so-giao-duc"), lambda: None).status is OutcomeStatus.DONE
