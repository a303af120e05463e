"""Verification by reading back: the records that a portal tells of, and the bytes that it gives."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from publisher.digest import digest_of_stream
from publisher.errors import OpendataError
from publisher.plan.diff import ABSENT
from publisher.plan.model import Action, PortalState, Subject
from publisher.portals.base import Portal


def read_back(portal: Portal, actions: Sequence[Action], before: PortalState) -> Mapping[Subject, str]:
    """Subjects that a portal does not hold as planned: ``record``, or the name of a new file that is not as told.

    Raises:
        OpendataError: what the portal raises when it is asked for its state.
    """
    after = portal.snapshot()
    wrong: dict[Subject, str] = {}
    for action in actions:
        holding = after.holdings.get(action.subject)
        if (holding.digest if holding else ABSENT) != action.after:
            wrong[action.subject] = "record"
            continue
        old = before.holdings.get(action.subject)
        known = {file.sha256 for file in old.files} if old else set()
        for file in holding.files if holding else ():
            if file.sha256 not in known and not _is_there(portal, action.subject, file.name, file.sha256):
                wrong[action.subject] = file.name
    return wrong


def _is_there(portal: Portal, subject: Subject, name: str, sha256: str) -> bool:
    try:
        with portal.read(subject, name) as stream:
            return digest_of_stream(stream) == sha256
    except OpendataError:
        return False
