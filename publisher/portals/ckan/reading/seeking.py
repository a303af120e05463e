"""Single datasets that the search does not show as ours: deleted there, removed for good, or their name is taken.

Measured on CKAN 2.12: a deleted dataset keeps its name until another one takes it, and ``package_show`` gives it, to a
sysadmin and to an editor of its organization; ``resource_show`` finds the resources of deleted datasets too.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from ckanapi.errors import CKANAPIError, NotAuthorized, NotFound

from publisher.plan.model import Desired, DesiredState, Kind, PortalState
from publisher.portals.ckan.mapping import mapping
from publisher.portals.ckan.mapping.values import dataset_name
from publisher.portals.ckan.model import Options, Package, Rights
from publisher.portals.ckan.notes.home import HomeState, home_name, short_id
from publisher.portals.ckan.reading.standing import MAPPING, NOT_INDEXED, Snapshot, Standing, Whose, look
from publisher.portals.ckan.wire.asking import Calls, ask_for
from publisher.portals.ckan.wire.transport import typed
from publisher.portals.ckan.writing.settle import refused

OUT_OF_SCOPE = "dataset-out-of-scope"
_SHOW = "package_show"


@dataclass(frozen=True, slots=True)
class Sought:
    """What stands there of a dataset: ours, or somebody else's under its name.

    ``outside`` says that ours stands in an organization that the entry's scope does not name, ``removed`` that it was
    published and is nowhere now.
    """

    desired: Desired
    ours: Standing | None = None
    taken: str | None = None
    outside: bool = False
    removed: bool = False


@dataclass(frozen=True, slots=True)
class Seeker:
    """Asks about single datasets; ``names`` are the portal's names of all that was read already."""

    calls: Calls
    options: Options
    rights: Rights
    kept: HomeState
    names: frozenset[str]

    def seek(self, one: Desired) -> Sought:
        """What there is of a dataset that is not held: one request where it is found by its name, two where not."""
        package, taken = self._named(one)
        sought = self._as_ours(one, package)
        if sought is not None:
            return sought
        identity = self._elsewhere(one)
        package = ask_for(self.calls, _SHOW, {"id": identity}) if identity is not None else None
        sought = self._as_ours(one, package)
        if sought is not None:
            return replace(sought, taken=taken)
        published = short_id(one.id) in self.kept.known and one.id not in self.kept.deleted
        return Sought(one, taken=taken, removed=published and package is None)

    def claim(self, one: Desired) -> Sought:
        """Whether the name of a dataset that stands there under another one is free."""
        return Sought(one, taken=self._named(one)[1])

    def _named(self, one: Desired) -> tuple[Package | None, str | None]:
        """What stands under a dataset's name, and whose it is if the name is not free."""
        name = dataset_name(one.subject.name, self.options)
        if name in self.names:
            return None, None
        try:
            package: Package = typed(self.calls.call(_SHOW, {"id": name}), dict, _SHOW)
        except NotFound:
            return None, None
        except NotAuthorized:
            # A private or deleted one of an organization that is not ours to see.
            return None, ""
        except CKANAPIError as error:
            raise refused(error) from error
        there = self._standing(package)
        return package, None if there.deleted else there.owner

    def _as_ours(self, one: Desired, package: Package | None) -> Sought | None:
        if package is None:
            return None
        there = self._standing(package)
        if _is(there, one):
            return Sought(one, there)
        everywhere = replace(self, options=replace(self.options, scope=()))
        return Sought(one, outside=True) if _is(everywhere._standing(package), one) else None

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
        catalogue = self.kept.catalogue
        whose = Whose(catalogue, home_name(catalogue), mapping.rules(self.options), self.rights.names)
        return look(package, whose, _SHOW, self.options.scope)


def not_held(state: PortalState, desired: DesiredState) -> list[Desired]:
    """Datasets that are wanted and not held."""
    held = {holding.id for subject, holding in state.holdings.items() if subject.kind is Kind.DATASET}
    return [one for subject, one in desired.subjects.items() if subject.kind is Kind.DATASET and one.id not in held]


def to_be_renamed(snapshot: Snapshot, desired: DesiredState, options: Options) -> list[Desired]:
    """Datasets that are held and stand there under another name than git's."""
    names = {snapshot.state.holdings[subject].id: found.name for subject, found in snapshot.found.items()}
    wanted = {one.id: one for subject, one in desired.subjects.items() if subject.kind is Kind.DATASET}
    return [
        one for key, one in wanted.items() if key in names and names[key] != dataset_name(one.subject.name, options)
    ]


def with_sought(snapshot: Snapshot, sought: Iterable[Sought]) -> Snapshot:
    """What was found is held: deleted, or lost from the index."""
    state = snapshot.state
    holdings, found, names = dict(state.holdings), dict(snapshot.found), set(snapshot.names)
    foreign, beyond, removed = dict(state.foreign), dict(state.beyond), set(state.removed)
    for one in sought:
        if one.taken is not None:
            foreign.setdefault(one.desired.subject, one.taken)
        if one.outside:
            beyond[one.desired.subject] = OUT_OF_SCOPE
        if one.removed:
            removed.add(one.desired.subject)
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
    state = replace(state, holdings=holdings, foreign=foreign, beyond=beyond, removed=frozenset(removed))
    return replace(snapshot, state=state, found=found, names=frozenset(names))


def _is(there: Standing, one: Desired) -> bool:
    return there.holding is not None and there.holding.id == one.id
