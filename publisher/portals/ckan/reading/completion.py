"""What only asking for single subjects shows: what was deleted there, names that others took, who edited what."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial

from ckanapi.errors import CKANAPIError, NotAuthorized, NotFound

from publisher.errors import Exit, OpendataError
from publisher.plan.model import DesiredState, Drift, Holding, Kind, PortalState, Subject
from publisher.portals.ckan.mapping import mapping
from publisher.portals.ckan.mapping.values import dataset_name
from publisher.portals.ckan.model import Found, Options, Package, Rights
from publisher.portals.ckan.notes.home import HomeState, extras_of, home_name
from publisher.portals.ckan.reading.bodies import settled as settled_bodies
from publisher.portals.ckan.reading.deep import served
from publisher.portals.ckan.reading.drift_settled import settled
from publisher.portals.ckan.reading.seeking import Seeker, not_held, to_be_renamed, with_sought
from publisher.portals.ckan.reading.standing import MAPPING, UNFINISHED, Snapshot
from publisher.portals.ckan.reading.surroundings import moved, surroundings
from publisher.portals.ckan.wire.asking import Calls, all_objects, ask
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
    asker = _Asker(transport, options, rights, desired.catalogue_id)
    if rights.sysadmin and snapshot.interrupted:
        snapshot = _with_bodies(snapshot, asker.bodies(snapshot.state, desired))
    if not rights.sysadmin:
        snapshot = _within_rights(snapshot, rights)
    if snapshot.kept is None:
        return snapshot
    seeker = Seeker(transport, options, rights, kept, snapshot.names)
    with ThreadPoolExecutor(PARALLEL) as pool:
        sought = list(pool.map(seeker.seek, not_held(snapshot.state, desired)))
        sought += pool.map(seeker.claim, to_be_renamed(snapshot, desired, options))
        drifted = [one for one in snapshot.state.holdings.values() if one.drift and one.subject in snapshot.found]
        edited = list(pool.map(asker.edited, drifted[:MOST_EDITS], (snapshot.found[one.subject] for one in drifted)))
    edited += [_dated(one, snapshot.found[one.subject]) for one in drifted[MOST_EDITS:]]
    edited = asker.settled(edited, snapshot.found, desired)
    snapshot = with_sought(snapshot, sought)
    holdings = {**snapshot.state.holdings, **{one.subject: one for one in edited}}
    holdings |= settled_bodies(holdings, desired.subjects, asker.context(desired))
    if kept.around not in {None, surroundings(desired, options, rights)}:
        for subject in moved(holdings, snapshot.found, desired.subjects, asker.context(desired)):
            holdings[subject] = replace(holdings[subject], stale=MAPPING)
    return replace(snapshot, state=replace(snapshot.state, holdings=holdings))


@dataclass(frozen=True, slots=True)
class _Asker:
    """Asks about edits, files, organizations and groups."""

    calls: Calls
    options: Options
    rights: Rights
    catalogue: str

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
    """Organizations that the entry maps to the portal's are used and never written: they are as they should be. And of
    the names of others those are taken that we would give, whatever they look like.
    """
    state = snapshot.state
    used = {
        one.subject: Holding(one.subject, one.id, one.record, one.digest)
        for key in options.organizations
        if (one := desired.subjects.get(Subject(Kind.ORGANIZATION, key))) is not None
    }
    names = {one: dataset_name(one.name, options) for one in desired.subjects if one.kind is Kind.DATASET}
    foreign = {key: owner for key, owner in state.foreign.items() if key not in names and key not in used}
    for subject, name in names.items():
        if name in snapshot.others:
            short = Subject(Kind.DATASET, name.removeprefix(options.prefix))
            foreign[subject] = state.foreign.get(subject) or state.foreign.get(short, "")
    beyond = {key: code for key, code in state.beyond.items() if key not in used}
    theirs = frozenset(snapshot.others.values())
    waiting = frozenset(one.subject for one in not_held(state, desired) if one.id in theirs)
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
    reached = set(rights.organizations.values())
    beyond |= {
        subject: "ask-administrator-datasets"
        for subject, found in snapshot.found.items()
        if (found.package.get("organization") or {}).get("id") not in reached
    }
    return replace(snapshot, state=replace(snapshot.state, beyond=beyond))


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
