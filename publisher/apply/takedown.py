"""Taking a dataset down: its bytes leave the portal at once, a note stays at its address.

The one plan that does not come from git, and does not wait for it: it works while the catalogue has
errors. Publishing holds the dataset back until its descriptor says ``withdrawn`` or restoring is agreed to.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from publisher import __version__
from publisher.dates import day
from publisher.digest import digest_of
from publisher.errors import Exit, OpendataError
from publisher.messages import messages
from publisher.plan.model import (
    Action,
    Change,
    Desired,
    DesiredState,
    Holding,
    Kind,
    Plan,
    PortalState,
    Record,
    Subject,
)
from publisher.portals.base import Portal
from publisher.text import suggest

_KEPT = ("id", "name", "formerly", "title", "organization", "succession", "responsible", "themes", "contact")


def tombstone(record: Record, reason: str, on: date, languages: Sequence[str]) -> Record:
    """What stays of a dataset's record: who it was, and when and why it was taken down."""
    said = {
        language: messages(language).text(
            "Taken down on {date}: {reason}", date=day(on.isoformat(), language), reason=reason
        )
        for language in languages
    }
    kept = {key: record[key] for key in _KEPT if key in record}
    return {**kept, "status": "withdrawn", "status_reason": said, "taken_down": on.isoformat()}


def find(state: PortalState, name: str) -> Holding:
    """What the portal holds of a dataset.

    Raises:
        OpendataError: ``takedown-not-there``, with the name that was probably meant.
    """
    holding = state.holdings.get(Subject(Kind.DATASET, name))
    if holding is None:
        known = [subject.name for subject in state.holdings if subject.kind is Kind.DATASET]
        raise OpendataError("takedown-not-there", Exit.NO, dataset=name, meant=suggest(name, known))
    return holding


def takedown_plan(portal: str, state: PortalState, holding: Holding, record: Record) -> tuple[Plan, DesiredState]:
    """The plan that replaces a dataset with its tombstone and touches nothing else."""
    digest = digest_of(record)
    wanted = Desired(holding.subject, holding.id, record, digest)
    desired = DesiredState(state.catalogue_id or "", state.commit, __version__, state.as_of, {holding.subject: wanted})
    action = Action(Change.WITHDRAW, holding.subject, reasons=("taken-down",), before=holding.digest, after=digest)
    return Plan(portal, desired.catalogue_id, state.commit, state.commit, (action,)), desired


def still_there(portal: Portal, holding: Holding) -> list[str]:
    """Names of a dataset's files that the portal still gives.

    Raises:
        OpendataError: what the portal raises where it cannot say; no answer does not mean that a file is gone.
    """
    found = []
    for file in holding.files:
        try:
            with portal.read(holding.subject, file.name):
                found.append(file.name)
        except OpendataError as error:
            if error.code != "portal-file-missing":
                raise
    return found
