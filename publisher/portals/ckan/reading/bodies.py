"""Organizations and groups of ours as they stand on a portal: what somebody changed of them, deleted or renamed.

The private dataset keeps CKAN's id of each, its name and short digests of its title and description; what stands there
comes with the lists that tell our rights, and costs no request. Those lists hold no extras: an edit of one is not seen.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import asdict, replace

from publisher.plan.model import Desired, Drift, Holding, Kind, Subject
from publisher.portals.ckan.mapping import mapping
from publisher.portals.ckan.mapping.places import normal
from publisher.portals.ckan.mapping.values import group_name, organization_name
from publisher.portals.ckan.model import Body, Options, Rights
from publisher.portals.ckan.notes import marker
from publisher.portals.ckan.notes.home import HomeState, Kept, KeptBody
from publisher.portals.ckan.reading.standing import MAPPING

KINDS = (Kind.ORGANIZATION, Kind.THEME)
NAME = "name"
TEXTS = ("title", "description")


def in_our_words(rights: Rights, kept: HomeState | None, options: Options) -> Rights:
    """The rights with our own names of organizations and groups of ours that somebody renamed there."""
    called: dict[str, str] = {}
    reached = {Kind.ORGANIZATION: dict(rights.organizations), Kind.THEME: dict(rights.groups)}
    context = context_of(kept, options, rights)
    for subject, one in _ours(kept):
        there, name = _there(subject, one, context), name_of(subject, one, context)
        if one.body is None or there is None or there.name == name:
            continue
        called[name] = there.name
        names = reached[subject.kind]
        if names.get(there.name) == one.body.id:
            del names[there.name]
            names[name] = one.body.id
    organizations, groups = reached.values()
    return replace(rights, organizations=organizations, groups=groups, called=called) if called else rights


def context_of(kept: HomeState | None, options: Options, rights: Rights) -> mapping.Context:
    """What records were last mapped with. Organizations of others are known by their names alone: a theme's group
    cannot have the name of one.
    """
    subjects = kept.subjects if kept is not None else {}
    records = {
        kind: {subject.name: one.record for subject, one in subjects.items() if subject.kind is kind} for kind in Kind
    }
    catalogue = next(iter(records[Kind.CATALOGUE].values()), {})
    organizations = {**{name: {} for name in rights.organizations}, **records[Kind.ORGANIZATION]}
    return mapping.Context(catalogue, organizations, records[Kind.THEME], "", options, rights)


def held(kept: HomeState | None, context: mapping.Context) -> dict[Subject, Holding]:
    """The catalogue, organizations and themes as the private dataset tells, with what somebody changed of them there;
    those that are gone count as deleted.
    """
    subjects = kept.subjects if kept is not None else {}
    return {subject: _holding(subject, one, context) for subject, one in subjects.items()}


def settled(
    holdings: Mapping[Subject, Holding], desired: Mapping[Subject, Desired], context: mapping.Context
) -> dict[Subject, Holding]:
    """Those that somebody changed, without the changes that git by now wants."""
    found: dict[Subject, Holding] = {}
    for subject, holding in holdings.items():
        if subject.kind in KINDS and holding.drift and subject in desired:
            wanted = mapping.body(desired[subject].record, subject.kind, context)
            left = tuple(one for one in holding.drift if one.place == NAME or normal(wanted[one.place]) != one.there)
            found[subject] = replace(holding, drift=left)
    return found


def noted(
    identity: str, body: Mapping[str, object], before: KeptBody | None = None, left: Collection[str] = ()
) -> KeptBody:
    """An organization or group as it is written, or as it stands there, to be kept. Fields that were ``left`` as
    somebody changed them stay noted as ``before``.
    """
    fields = marker.digests({place: normal(body.get(place)) for place in TEXTS})
    if before is None:
        return KeptBody(identity, str(body[NAME]), fields)
    fields |= {place: one for place, one in before.fields.items() if place in left}
    return KeptBody(identity, before.name if NAME in left else str(body[NAME]), fields)


def learned(subjects: Mapping[Subject, Kept], context: mapping.Context) -> dict[Subject, Kept]:
    """What was kept before CKAN's ids were, with those of the organizations and groups that stand under our names; and
    with the name that one has now where that is by now the one it is to have.
    """
    found = dict(subjects)
    for subject, one in subjects.items():
        if subject.kind not in KINDS:
            continue
        name = name_of(subject, one, context)
        identity = _names(subject.kind, context.rights).get(name)
        there = context.rights.bodies.get(identity or "")
        if one.body is None and identity is not None and there is not None:
            # One that the entry names may be somebody else's.
            given = subject.kind is Kind.THEME and subject.name in context.options.groups
            body = KeptBody(identity, name) if given else noted(identity, asdict(there))
            found[subject] = replace(one, body=body)
        elif one.body is not None and one.body.id == identity and there is not None and there.name == name:
            found[subject] = replace(one, body=replace(one.body, name=name))
    return found


def name_of(subject: Subject, kept: Kept, context: mapping.Context) -> str:
    """The name that an organization or group is to have: a group keeps the one that it was given."""
    if subject.kind is Kind.ORGANIZATION:
        return organization_name(subject.name, context)
    given = kept.body.name if kept.body is not None and subject.name not in context.options.groups else None
    return given or group_name(subject.name, context)


def _ours(kept: HomeState | None) -> Iterator[tuple[Subject, Kept]]:
    subjects = kept.subjects if kept is not None else {}
    return ((subject, one) for subject, one in subjects.items() if subject.kind in KINDS)


def _there(subject: Subject, kept: Kept, context: mapping.Context) -> Body | None:
    """What is known by its id, under whatever name; None where another one is meant by now, or nothing is known."""
    if kept.body is None:
        return None
    there, name = context.rights.bodies.get(kept.body.id), name_of(subject, kept, context)
    if there is None or there.name == name or name == kept.body.name:
        return there
    used = subject.kind is Kind.ORGANIZATION and subject.name in context.options.organizations
    another = _names(subject.kind, context.rights).get(name, kept.body.id) != kept.body.id
    return None if used or another else there


def _holding(subject: Subject, kept: Kept, context: mapping.Context) -> Holding:
    holding = Holding(subject, kept.id, kept.record, kept.digest, commit=kept.commit)
    if subject.kind not in KINDS:
        return holding
    rights, name, there = context.rights, name_of(subject, kept, context), _there(subject, kept, context)
    if kept.body is None or there is None:
        return replace(holding, deleted=_is_told(subject.kind, context) and name not in _names(subject.kind, rights))
    drift = tuple(_drift(subject, kept, kept.body, there, context))
    # The entry gives it another name by now than it was given.
    stale = MAPPING if there.name == kept.body.name != name else None
    return replace(holding, drift=drift, stale=stale)


def _drift(subject: Subject, kept: Kept, body: KeptBody, there: Body, context: mapping.Context) -> Iterator[Drift]:
    name = name_of(subject, kept, context)
    if not body.fields:
        return  # it is not ours
    if there.name not in {body.name, name}:
        yield Drift(NAME, NAME, there.name, name)
    values = {place: normal(getattr(there, place)) for place in TEXTS}
    changed = [place for place, digest in marker.digests(values).items() if body.fields.get(place, digest) != digest]
    wrote = {place: normal(one) for place, one in mapping.body(kept.record, subject.kind, context).items()}
    sure = marker.digests({place: wrote[place] for place in changed})
    for place in changed:
        yield Drift(place, place, values[place], wrote[place] if sure[place] == body.fields[place] else None)


def _is_told(kind: Kind, context: mapping.Context) -> bool:
    """Whether we are told of all that stand there, which only a sysadmin is."""
    return context.rights.sysadmin and not (kind is Kind.ORGANIZATION and context.options.scope)


def _names(kind: Kind, rights: Rights) -> Mapping[str, str]:
    return rights.organizations if kind is Kind.ORGANIZATION else rights.groups
