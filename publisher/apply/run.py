"""Carrying out an approved plan: journal, apply, verify."""

from __future__ import annotations

from pathlib import Path

from publisher.apply.journal import FileJournal
from publisher.digest import digest_of_stream
from publisher.errors import Exit, OpendataError
from publisher.plan.diff import ABSENT
from publisher.plan.model import DesiredState, Outcome, OutcomeStatus, Plan, PortalState, Subject
from publisher.portals.base import Portal


def carry_out(portal: Portal, plan: Plan, desired: DesiredState, state: PortalState, folder: Path) -> list[Outcome]:
    """Apply a plan and read back what came of it; the outcome of every action. ``folder`` takes the journal.

    An empty plan leaves no trace but the removal of what an interrupted run left.

    Raises:
        OpendataError: what the portal raises; then nothing was published.
    """
    if plan.empty:
        return list(portal.apply(plan, desired, state, _Silent()))
    with FileJournal(folder, plan.portal) as journal:
        actions = [f"{action.change.value} {action.subject}" for action in plan.actions]
        journal.write("begin", commit=plan.commit, base=plan.base_commit, rebuild=plan.rebuild, actions=actions)
        outcomes = list(portal.apply(plan, desired, state, journal))
        outcomes = verified(portal, plan, outcomes, state)
        failed = [f"{one.subject}: {one.code}" for one in outcomes if one.status is OutcomeStatus.FAILED]
        journal.write("done", actions=len(plan.actions), failed=failed)
    return outcomes


def verified(portal: Portal, plan: Plan, outcomes: list[Outcome], before: PortalState) -> list[Outcome]:
    """The outcomes, those failed whose subject the portal does not hold as planned, byte for byte.

    Raises:
        OpendataError: ``portal-unverified`` if the portal cannot be read back.
    """
    try:
        after = portal.snapshot()
    except OpendataError as error:
        raise OpendataError("portal-unverified", Exit.UNREACHABLE, portal=plan.portal) from error
    failed = {one.subject for one in outcomes if one.status is OutcomeStatus.FAILED}
    wrong: dict[Subject, str] = {}
    for action in plan.actions:
        if action.subject in failed:
            continue
        holding = after.holdings.get(action.subject)
        if (holding.digest if holding else ABSENT) != action.after:
            wrong[action.subject] = "record"
            continue
        old = before.holdings.get(action.subject)
        known = {file.sha256 for file in old.files} if old else set()
        for file in holding.files if holding else ():
            if file.sha256 not in known and not _is_there(portal, action.subject, file.name, file.sha256):
                wrong[action.subject] = file.name
    return [
        Outcome(one.subject, OutcomeStatus.FAILED, "not-as-planned", {"path": wrong[one.subject]})
        if one.subject in wrong
        else one
        for one in outcomes
    ]


def _is_there(portal: Portal, subject: Subject, name: str, sha256: str) -> bool:
    try:
        with portal.read(subject, name) as stream:
            return digest_of_stream(stream) == sha256
    except OpendataError:
        return False


class _Silent:
    """The journal of a run that has nothing to do."""

    def write(self, event: str, /, **details: object) -> None:
        """Nothing is written."""
