"""What others changed on a portal since we last wrote it, and what the portal's policy makes of that."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from publisher.plan.model import Action, Change, Holding, Kind, Risk

REFUSE, OVERWRITE, KEEP = "refuse", "overwrite", "keep"
_RENAMED = {Kind.ORGANIZATION: "organization-renamed", Kind.THEME: "group-renamed"}
_CHANGED = "body-changed"


def with_drift(action: Action | None, before: Holding, policy: str) -> Action | None:
    """The action on a subject that has drifted, if any is to be taken.

    ``action`` is what git alone asks for, None if nothing. Under ``keep`` fields that git leaves alone stay as they
    are; one that git changes too is a conflict, which is refused as under ``refuse``.
    """
    fields = {one.field for one in before.drift}
    if policy == KEEP:
        changed = {one.field.partition(".")[0] for one in action.fields} if action else set()
        if not fields & changed:
            return replace(action, drift=before.drift) if action else None
    action = action or Action(Change.UPDATE, before.subject, before=before.digest, after=before.digest)
    risks = action.risks if policy == OVERWRITE else action.risks | {Risk.DRIFT}
    reasons = (*action.reasons, *(f"drift:{one}" for one in sorted(fields)), *_ways_out(before))
    return replace(action, drift=before.drift, risks=risks, reasons=reasons)


def _ways_out(before: Holding) -> Iterator[str]:
    """What else can be done about an organization or theme that somebody changed there."""
    code = _RENAMED.get(before.subject.kind)
    if code is None:
        return
    names = [one.there for one in before.drift if one.field == "name"]
    yield from (f"{code}:{{{before.subject.name}: {name}}}" for name in names)
    if len(names) < len(before.drift):
        yield _CHANGED


def keeps_name(action: Action, policy: str) -> bool:
    """Whether what somebody renamed there keeps that name, so that the one that git gives need not be free."""
    return policy == KEEP and Risk.DRIFT not in action.risks and any(one.field == "name" for one in action.drift)
