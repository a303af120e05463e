"""What only asking for single subjects shows: what was deleted there, names that others took, who edited what.

Measured on CKAN 2.12: a deleted dataset keeps its name until another one takes it, and ``package_show`` gives it, to a
sysadmin and to an editor of its organization; ``resource_show`` finds the resources of deleted datasets too.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial

from ckanapi.errors import CKANAPIError, NotAuthorized, NotFound

from publisher.errors import Exit, OpendataError
from publisher.plan.model import Desired, DesiredState, Drift, Holding, Kind, PortalState, Subject
from publisher.portals.ckan.mapping import mapping
from publisher.portals.ckan.mapping.values import dataset_name
from publisher.portals.ckan.model import Found, Options, Package, Rights
from publisher.portals.ckan.notes.home import HomeState, extras_of, home_name
from publisher.portals.ckan.reading.deep import served
from publisher.portals.ckan.reading.drift_settled import settled
from publisher.portals.ckan.reading.standing import MAPPING, NOT_INDEXED, UNFINISHED, Snapshot, Standing, Whose, look
from publisher.portals.ckan.reading.surroundings import moved, surroundings
from publisher.portals.ckan.wire.asking import Calls, all_objects, ask, ask_for
from publisher.portals.ckan.wire.transport import typed
from publisher.portals.ckan.writing.bodies import MARK
from publisher.portals.ckan.writing.settle import refused

PARALLEL = 4
"""Questions at a time."""
MOST_EDITS = 20
"""Datasets of which it is asked who edited them; of the others it is only told when."""
_PAGE = 25
"""The most organizations or groups with their extras that CKAN gives at once."""
_LISTS = {Kind.ORGANIZATION: ("organization_list", "organizations"), Kind.THEME: ("group_list", "groups")}
_SHOW = "package_show"


def complete(transport: Calls, options: Options, rights: Rights, snapshot: Snapshot, desired: DesiredState) -> Snapshot:
    """The snapshot with what only single questions show. On a first load no dataset is asked about.

    Raises:
        OpendataError: as :func:`publisher.portals.ckan.reading.snapshot.read`.
    """
    snapshot = _used(snapshot, options, desired)
    kept = snapshot.kept or HomeState(desired.catalogue_id)
    seeker = _Seeker(transport, options, rights, kept, snapshot.names, desired.catalogue_id)
    if rights.sysadmin and snapshot.interrupted:
        snapshot = _with_bodies(snapshot, seeker.bodies(snapshot.state, desired))
    if not rights.sysadmin:
        snapshot = _within_rights(snapshot, rights)
    if snapshot.kept is None:
        return snapshot
    with ThreadPoolExecutor(PARALLEL) as pool:
        sought = list(pool.map(seeker.seek, _not_held(snapshot.state, desired)))
        drifted = [holding for holding in snapshot.state.holdings.values() if holding.drift]
        edited = list(pool.map(seeker.edited, drifted[:MOST_EDITS], (snapshot.found[one.subject] for one in drifted)))
    edited += [_dated(one, snapshot.found[one.subject]) for one in drifted[MOST_EDITS:]]
    edited = seeker.settled(edited, snapshot.found, desired)
    snapshot = _with(snapshot, sought)
    holdings = {**snapshot.state.holdings, **{one.subject: one for one in edited}}
    if kept.around not in {None, surroundings(desired, options, rights)}:
        for subject in moved(holdings, snapshot.found, desired.subjects, seeker.context(desired)):
            holdings[subject] = replace(holdings[subject], stale=MAPPING)
    return replace(snapshot, state=replace(snapshot.state, holdings=holdings))


@dataclass(frozen=True, slots=True)
class _Sought:
    """What stands there of a dataset that is wanted and not held: ours, or somebody else's under its name."""

    desired: Desired
    ours: Standing | None = None
    taken: str | None = None


@dataclass(frozen=True, slots=True)
class _Seeker:
    """Asks about single subjects."""

    calls: Calls
    options: Options
    rights: Rights
    kept: HomeState
    names: frozenset[str]
    catalogue: str

    def seek(self, one: Desired) -> _Sought:
        """One request where it is found by its name, two where it is not there."""
        name, taken = dataset_name(one.subject.name, self.options), None
        if name not in self.names:
            try:
                there = self._standing(typed(self.calls.call(_SHOW, {"id": name}), dict, _SHOW))
            except NotFound:
                there = None
            except NotAuthorized:
                # A private or deleted one of an organization that is not ours to see.
                there, taken = None, ""
            except CKANAPIError as error:
                raise refused(error) from error
            if there is not None and _is(there, one):
                return _Sought(one, there)
            taken = there.owner if there is not None and not there.deleted else taken
        identity = self._elsewhere(one)
        package = ask_for(self.calls, _SHOW, {"id": identity}) if identity is not None else None
        there = self._standing(package) if package is not None else None
        return _Sought(one, there if there is not None and _is(there, one) else None, taken)

    def edited(self, holding: Holding, found: Found) -> Holding:
        """A dataset's drift with who edited it last, of all but ourselves if there is somebody else, and when."""
        if "activity" not in self.rights.plugins:
            return _dated(holding, found)
        action, query = "package_activity_list", {"id": found.id, "limit": 5}
        try:
            events = all_objects(self.calls.call(action, query), action)
        except CKANAPIError:
            return _dated(holding, found)
        told = [(_actor(one.get("data")), one.get("timestamp")) for one in events]
        # Views and the like are told without anybody who made them.
        people = [pair for pair in told if pair[0] is not None]
        others = [pair for pair in people if pair[0] != self.rights.user]
        by, on = next(iter(others or people), (None, None))
        return _with_edit(holding, by, str(on) if on else found.revision)

    def settled(
        self, drifted: Iterable[Holding], found: Mapping[Subject, Found], desired: DesiredState
    ) -> list[Holding]:
        """Holdings without the drift that git by now wants as it stands there."""
        context = self.context(desired)
        wanted = {one.id: one for one in desired.subjects.values()}
        return [
            settled(one, wanted[one.id], context, partial(self._serves, found[one.subject]))
            if one.id in wanted
            else one
            for one in drifted
        ]

    def _serves(self, found: Found, identity: str, sha256: str) -> bool:
        there: list[Package] = found.package.get("resources") or []
        resource = next((one for one in there if one["id"] == identity), {})
        return served(self.calls, str(resource.get("url") or "")) == sha256

    def bodies(self, state: PortalState, desired: DesiredState) -> dict[Subject, Holding]:
        """Organizations and groups with our mark of which the private dataset does not tell, since the run that made
        them was killed: written again, they are ours for good.
        """
        found: dict[Subject, Holding] = {}
        for kind, (action, key) in _LISTS.items():
            context = self.context(desired)
            wanted = {
                str(mapping.body(one.record, kind, context)["name"]): one
                for subject, one in desired.subjects.items()
                if subject.kind is kind and subject in state.foreign and subject not in state.holdings
            }
            names = sorted(wanted)
            for start in range(0, len(names), _PAGE):
                query = {"all_fields": True, "include_extras": True, key: names[start : start + _PAGE]}
                for body in all_objects(ask(self.calls, action, query, list), action):
                    one = wanted.get(str(body.get("name")))
                    if one is not None and extras_of(body).get(MARK) == self.catalogue:
                        found[one.subject] = Holding(one.subject, one.id, one.record, one.digest, stale=UNFINISHED)
        return found

    def _elsewhere(self, one: Desired) -> str | None:
        """CKAN's id of a dataset of ours that has lost its name, if there may be one."""
        deleted = self.kept.deleted.get(one.id)
        if deleted is not None:
            return deleted.portal_id
        if self.rights.sysadmin:
            return one.id
        first = next(iter(one.record.get("resources") or ()), None)
        resource = ask_for(self.calls, "resource_show", {"id": first["id"]}) if first is not None else None
        return str(resource["package_id"]) if resource is not None and resource.get("package_id") else None

    def _standing(self, package: Package) -> Standing:
        whose = Whose(self.catalogue, home_name(self.catalogue), mapping.rules(self.options))
        return look(package, whose, _SHOW, self.options.scope)

    def context(self, desired: DesiredState) -> mapping.Context:
        """What datasets are mapped with."""
        records = {
            kind: {subject.name: one.record for subject, one in desired.subjects.items() if subject.kind is kind}
            for kind in Kind
        }
        catalogue = next(iter(records[Kind.CATALOGUE].values()), {})
        return mapping.Context(
            catalogue, records[Kind.ORGANIZATION], records[Kind.THEME], "", self.options, self.rights
        )


def _used(snapshot: Snapshot, options: Options, desired: DesiredState) -> Snapshot:
    """Organizations that the entry maps to the portal's are used and never written: they are as they should be. And a
    name without the prefix of ours takes none from us.
    """
    state = snapshot.state
    used = {
        one.subject: Holding(one.subject, one.id, one.record, one.digest)
        for key in options.organizations
        if (one := desired.subjects.get(Subject(Kind.ORGANIZATION, key))) is not None
    }
    free = {
        subject
        for subject in state.foreign
        if subject.kind is Kind.DATASET
        and subject in desired.subjects
        and dataset_name(subject.name, options) not in snapshot.names
    }
    foreign = {key: owner for key, owner in state.foreign.items() if key not in free and key not in used}
    beyond = {key: code for key, code in state.beyond.items() if key not in used}
    theirs = frozenset(snapshot.others.values())
    waiting = frozenset(one.subject for one in _not_held(state, desired) if one.id in theirs)
    holdings = {**state.holdings, **used}
    return replace(snapshot, state=replace(state, holdings=holdings, foreign=foreign, beyond=beyond, waiting=waiting))


def prove_no_home(calls: Calls, catalogue: str, address: str) -> None:
    """Make sure that there is no private dataset, and not only none that our rights reach.

    Raises:
        OpendataError: ``portal-home-hidden``.
    """
    name = home_name(catalogue)
    try:
        calls.call(_SHOW, {"id": name})
    except NotFound:
        return
    except NotAuthorized as error:
        raise OpendataError("portal-home-hidden", Exit.NO, name=name, folder=address) from error
    except CKANAPIError as error:
        raise refused(error) from error


def _within_rights(snapshot: Snapshot, rights: Rights) -> Snapshot:
    """Datasets of organizations in which the token's person may write nothing are for somebody else to publish."""
    beyond: dict[Kind | Subject, str] = dict(snapshot.state.beyond)
    beyond |= {
        subject: "ask-administrator-datasets"
        for subject, found in snapshot.found.items()
        if (found.package.get("organization") or {}).get("name") not in rights.organizations
    }
    return replace(snapshot, state=replace(snapshot.state, beyond=beyond))


def _not_held(state: PortalState, desired: DesiredState) -> list[Desired]:
    held = {holding.id for subject, holding in state.holdings.items() if subject.kind is Kind.DATASET}
    return [one for subject, one in desired.subjects.items() if subject.kind is Kind.DATASET and one.id not in held]


def _is(there: Standing, one: Desired) -> bool:
    return there.holding is not None and there.holding.id == one.id


def _with(snapshot: Snapshot, sought: Iterable[_Sought]) -> Snapshot:
    """What was found is held: deleted, or lost from the index."""
    holdings, found, names = dict(snapshot.state.holdings), dict(snapshot.found), set(snapshot.names)
    foreign = dict(snapshot.state.foreign)
    for one in sought:
        if one.taken is not None:
            foreign.setdefault(one.desired.subject, one.taken)
        if one.ours is None or one.ours.holding is None or one.ours.found is None:
            continue
        holding = one.ours.holding
        subject = holding.subject if holding.subject not in holdings else one.desired.subject
        if subject in holdings:
            continue
        lost = not holding.deleted and holding.stale in {None, MAPPING}
        holdings[subject] = replace(holding, subject=subject, stale=NOT_INDEXED if lost else holding.stale)
        found[subject] = one.ours.found
        names |= set() if holding.deleted else {one.ours.name}
    state = replace(snapshot.state, holdings=holdings, foreign=foreign)
    return replace(snapshot, state=state, found=found, names=frozenset(names))


def _with_bodies(snapshot: Snapshot, bodies: Mapping[Subject, Holding]) -> Snapshot:
    state = snapshot.state
    state = replace(
        state,
        holdings={**state.holdings, **bodies},
        foreign={subject: owner for subject, owner in state.foreign.items() if subject not in bodies},
        beyond={subject: code for subject, code in state.beyond.items() if subject not in bodies},
    )
    return replace(snapshot, state=state)


def _actor(data: object) -> str | None:
    actor = data.get("actor") if isinstance(data, dict) else None
    return actor if isinstance(actor, str) and actor else None


def _dated(holding: Holding, found: Found) -> Holding:
    return _with_edit(holding, None, found.revision)


def _with_edit(holding: Holding, by: str | None, on: str) -> Holding:
    """CKAN tells times in UTC, without saying so."""
    when = f"{on.partition('.')[0]}Z" if not on.endswith("Z") else on
    drift: tuple[Drift, ...] = tuple(replace(one, by=by, on=when) for one in holding.drift)
    return replace(holding, drift=drift)
