"""Carrying out an approved plan: journal, apply, verify."""

from __future__ import annotations

from pathlib import Path

from publisher.apply.journal import FileJournal
from publisher.errors import Exit, OpendataError
from publisher.plan.model import DesiredState, Outcome, OutcomeStatus, Plan, PortalState
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
    """The outcomes, those failed whose subject the portal does not hold as planned.

    Raises:
        OpendataError: ``portal-unverified`` if the portal cannot be read back.
    """
    failed = {one.subject for one in outcomes if one.status is OutcomeStatus.FAILED}
    done = [action for action in plan.actions if action.subject not in failed]
    try:
        wrong = portal.verify(done, before)
    except OpendataError as error:
        raise OpendataError("portal-unverified", Exit.UNREACHABLE, portal=plan.portal) from error
    return [
        Outcome(one.subject, OutcomeStatus.FAILED, "not-as-planned", {"path": wrong[one.subject]})
        if one.subject in wrong
        else one
        for one in outcomes
    ]


class _Silent:
    """The journal of a run that has nothing to do."""

    def write(self, event: str, /, **details: object) -> None:
        """Nothing is written."""
