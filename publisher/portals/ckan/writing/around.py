"""What stands around the datasets of a run: the records that they refer to, and the owner of the private dataset."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from publisher.errors import Exit, OpendataError
from publisher.plan.desired import CATALOGUE
from publisher.plan.model import Action, Change, DesiredState, Kind, Plan, PortalState, Record, Subject
from publisher.portals.ckan.mapping.mapping import Context
from publisher.portals.ckan.mapping.values import organization_name
from publisher.portals.ckan.model import Found, Options, Rights


def context_of(desired: DesiredState, state: PortalState, recipe: str, options: Options, rights: Rights) -> Context:
    """What datasets are mapped with: what git says of the catalogue, organizations and themes, else the portal."""
    records: dict[Subject, Record] = {
        subject: one.record for subject, one in state.holdings.items() if subject.kind is not Kind.DATASET
    }
    records |= {subject: one.record for subject, one in desired.subjects.items() if subject.kind is not Kind.DATASET}

    def of(kind: Kind) -> dict[str, Record]:
        return {subject.name: one for subject, one in records.items() if subject.kind is kind}

    return Context(records.get(CATALOGUE, {}), of(Kind.ORGANIZATION), of(Kind.THEME), recipe, options, rights)


def owner_of_home(plan: Plan, context: Context, home: Found | None) -> tuple[Action | None, str]:
    """The organization that the private dataset belongs to, and the action that has to make it before.

    It stays where it is; a new one goes to the entry's organization, else to the first of ours by name that we may
    write to, else to the first that the plan makes.

    Raises:
        OpendataError: ``portal-no-organization`` if there is none.
    """
    leaving = set(_names(plan, context, deletions=True))
    usable = {name: id for name, id in context.rights.organizations.items() if name not in leaving}
    there = (home.package.get("organization") or {}) if home is not None else {}
    if there.get("id") in usable.values():
        return None, str(there["name"])
    called = context.rights.called
    ours = sorted(organization_name(key, context) for key in context.organizations)
    for name in (context.options.organization, *ours):
        if name in usable:
            return None, called.get(name, name)
    coming = sorted(_names(plan, context, deletions=False).items())
    if not coming:
        raise OpendataError("portal-no-organization", Exit.NO, user=context.rights.user)
    name, action = coming[0]
    return action, name


def _names(plan: Plan, context: Context, *, deletions: bool) -> Mapping[str, Action]:
    """The portal's names of the organizations that a plan deletes, or that it writes."""

    def found() -> Iterator[tuple[str, Action]]:
        for action in plan.actions:
            if action.subject.kind is Kind.ORGANIZATION and (action.change is Change.DELETE) is deletions:
                yield organization_name(action.subject.name, context), action

    return dict(found())
