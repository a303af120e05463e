"""Datasets that vanish beside a new one that looks the same: probably renamed without saying so.

A rename that is not declared (``formerly``) would give the dataset another identity and other addresses, and delete
the old one. So it is asked for.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from publisher.plan.model import Action, Change, Kind, PortalState, Record, Risk, Subject


def ask_about_renames(
    actions: Iterable[Action], state: PortalState, records: Mapping[Subject, Record]
) -> tuple[Action, ...]:
    """The actions, those of a dataset that vanishes and of its look-alike marked: both need consent.

    Datasets look alike that have the same files, the same table, or the same title and publisher.
    """
    found = list(actions)
    gone = [a for a in found if a.change is Change.DELETE and a.subject.kind is Kind.DATASET]
    new = [a for a in found if a.change is Change.CREATE and a.subject.kind is Kind.DATASET]
    twins: dict[Subject, Subject] = {}
    signs: dict[str, Subject] = {}
    for action in gone:
        for sign in _signs(state.holdings[action.subject].record):
            signs.setdefault(sign, action.subject)
    for action in new:
        old = next((signs[sign] for sign in _signs(records[action.subject]) if sign in signs), None)
        if old is not None and old not in twins:
            twins |= {old: action.subject, action.subject: old}
    return tuple(_marked(action, twins) for action in found)


def _marked(action: Action, twins: Mapping[Subject, Subject]) -> Action:
    twin = twins.get(action.subject)
    if twin is None:
        return action
    reasons = (*action.reasons, f"looks-like:{twin.name}")
    if action.change is Change.DELETE:
        # What vanished stays as long as nobody has said what the new one is.
        return replace(action, reasons=reasons, depends_on=(*action.depends_on, twin))
    return replace(action, reasons=reasons, risks=action.risks | {Risk.LOOK_ALIKE})


def _signs(record: Record) -> Sequence[str]:
    """What tells a dataset again under another name, the surest first."""
    resources = record.get("resources", ())
    files = [f"file:{part['sha256']}" for one in resources for part in one.get("parts", ()) if part.get("bytes")]
    tables = [f"table:{one['digest']}" for one in resources if one.get("digest") and one.get("rows")]
    titles = [f"title:{record.get('organization')}:{title}" for title in sorted(record.get("title", {}).values())]
    return [*files, *tables, *titles[:1]]
