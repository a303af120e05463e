"""Everything that a portal holds of a catalogue, complete or not at all, in a request for each thousand datasets.

The search index tells of all datasets, private ones and drafts too; the database (``package_list``: names of public
ones) of those whose document the index has lost. A dataset of ours that only the database knows counts as held and is
stale, since any real change of it heals the index.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial

from publisher.errors import Exit, OpendataError
from publisher.plan.desired import CATALOGUE
from publisher.plan.model import HeldBack, Holding, Kind, PortalState, Subject
from publisher.portals.ckan.mapping import mapping
from publisher.portals.ckan.mapping.values import dataset_name
from publisher.portals.ckan.model import Found, Options, Rights
from publisher.portals.ckan.notes.home import HomeState, decode, extras_of, home_name, roll_call
from publisher.portals.ckan.notes.lease import EXTRA as LEASE
from publisher.portals.ckan.reading import bodies
from publisher.portals.ckan.reading import deep as deeply
from publisher.portals.ckan.reading.completion import PARALLEL, complete
from publisher.portals.ckan.reading.drift import explained
from publisher.portals.ckan.reading.pages import ROWS, SEARCH, read_all
from publisher.portals.ckan.reading.standing import MAPPING, NOT_INDEXED, Snapshot, Standing, Whose, look, originals
from publisher.portals.ckan.wire.asking import Calls, ask, ask_for
from publisher.portals.ckan.wire.transport import typed

__all__ = ["Snapshot", "capabilities", "complete", "read"]

MOST_LOST, SHARE_LOST = 50, 10
"""An index that does not know more datasets than this, and a tenth of all, is better mended than asked around."""
ASK_ORGANIZATIONS, ASK_GROUPS = "ask-administrator-organizations", "ask-administrator-groups"
FOREIGN = {Kind.ORGANIZATION: "organization-foreign", Kind.THEME: "theme-foreign"}
HIDDEN = "portal-version-hidden"


def read(
    transport: Calls, options: Options, rights: Rights, catalogue_id: str, *, deep: bool = False, rows: int = ROWS
) -> Snapshot:
    """All that stands there; with ``deep`` tables and files of ours are read too.

    Raises:
        OpendataError: ``portal-incomplete``, ``portal-index-behind``, ``portal-home-unreadable``,
            ``portal-answer-broken``, ``portal-refused``, and what the transport raises.
    """
    whose = Whose(catalogue_id, home_name(catalogue_id), mapping.rules(options), rights.names, options.tables)
    indexed = read_all(transport, partial(look, whose=whose, action=SEARCH), options.scope, rows)
    standing = originals([*indexed, *_lost(transport, indexed, whose, options)])
    home = next((one.found for one in standing if one.name == whose.home), None) or _home(transport, whose)
    kept = _kept(home, catalogue_id) if home is not None else None
    if home is not None and home.state == "deleted":
        home = None  # somebody deleted it: what it tells is used, and a new one takes its name
    rights = bodies.in_our_words(rights, kept, options)
    whose = replace(whose, names=rights.names)
    standing = [_again(one, whose) for one in standing] if rights.called else standing
    found = {one.holding.subject: one.found for one in standing if one.holding is not None and one.found is not None}
    holdings = {one.holding.subject: one.holding for one in standing if one.holding is not None}
    context = bodies.context_of(kept, options, rights)
    for subject, holding in holdings.items():
        applied = found[subject].applied
        if holding.drift and applied is not None and applied.rules == whose.rules:
            holdings[subject] = explained(holding, applied, context)
        if holding.stale is None and _is_called_otherwise(holding, found[subject], options):
            holdings[subject] = replace(holdings[subject], stale=MAPPING)
    if deep:
        with ThreadPoolExecutor(PARALLEL) as pool:
            ours = [(holding, found[subject]) for subject, holding in holdings.items() if not holding.deleted]
            looked = pool.map(lambda pair: deeply.looked(transport, options, *pair), ours)
            holdings |= {one.subject: one for one in looked}
    around = bodies.held(kept, context)
    is_lost = home is not None and not options.scope and all(one.name != whose.home for one in indexed)
    if is_lost and CATALOGUE in around:
        around[CATALOGUE] = replace(around[CATALOGUE], stale=NOT_INDEXED)
    strangers = _foreign_bodies(kept, context)
    state = PortalState(
        catalogue_id=catalogue_id if kept is not None or holdings else None,
        commit=kept.commit if kept is not None else None,
        tool=kept.tool if kept is not None else None,
        as_of=kept.as_of if kept is not None else None,
        holdings=around | holdings,
        capabilities=capabilities(rights),
        foreign=_foreign(standing, whose, options) | strangers,
        beyond=_beyond(rights, strangers, standing, options),
        notices=_notices(rights, standing),
    )
    others = {one.name: one.id for one in standing if one.holding is None and one.name != whose.home}
    return Snapshot(state, found, frozenset(one.name for one in standing), home, kept, others, rights)


def capabilities(rights: Rights) -> frozenset[str]:
    """What a portal and our token can do, in words."""
    views = {f"views:{one}" for one in rights.plugins if one.endswith("_view")}
    known = rights.plugins & {"activity", "datastore", "datapusher", "xloader", "fluent"}
    return frozenset({"ckan", "sysadmin" if rights.sysadmin else "editor", *known, *views})


def _lost(transport: Calls, indexed: Sequence[Standing], whose: Whose, options: Options) -> list[Standing]:
    """Datasets that the database knows and the index does not; nothing is asked where all of ours answered the roll.

    For single organizations nobody lists what the database holds.
    """
    home = next((one.found for one in indexed if one.name == whose.home), None)
    ended = home is not None and LEASE not in extras_of(home.package)
    roll = _kept(home, whose.catalogue).roll if home is not None and ended else None
    if options.scope or roll == roll_call(one.holding.id for one in indexed if one.holding is not None):
        return []
    known = {one.name for one in indexed}
    names = [typed(one, str, "package_list") for one in ask(transport, "package_list", {}, list)]
    lost = [name for name in names if name not in known]
    if len(lost) > max(MOST_LOST, len(names) // SHARE_LOST):
        raise OpendataError("portal-index-behind", Exit.UNREACHABLE, lost=len(lost), count=len(names))
    with ThreadPoolExecutor(PARALLEL) as pool:
        shown = list(pool.map(lambda name: ask_for(transport, "package_show", {"id": name}), lost))
    there = [look(one, whose, "package_show") for one in shown if one is not None]
    return [
        replace(one, holding=replace(one.holding, stale=NOT_INDEXED)) if one.holding is not None else one
        for one in there
        if not one.deleted
    ]


def _home(transport: Calls, whose: Whose) -> Found | None:
    """The private dataset where the search does not tell of it: lost from the index, of another organization."""
    package = ask_for(transport, "package_show", {"id": whose.home})
    return look(package, whose, "package_show").found if package is not None else None


def _kept(home: Found, catalogue_id: str) -> HomeState:
    try:
        kept = decode(extras_of(home.package))
        if kept.catalogue != catalogue_id:
            raise ValueError(kept.catalogue)
    except ValueError:
        raise OpendataError("portal-home-unreadable", Exit.NO, name=home.name) from None
    return kept


def _is_called_otherwise(holding: Holding, found: Found, options: Options) -> bool:
    """Whether the entry gives a dataset another name by now than it has there; an edit of the name itself is drift."""
    edited = any(one.place == "name" for one in holding.drift)
    return not (edited or holding.deleted) and found.name != dataset_name(holding.subject.name, options)


def _again(one: Standing, whose: Whose) -> Standing:
    """A dataset of ours looked at with what is known by now of organizations and groups: another name of one is no
    change of what belongs to it.
    """
    if one.holding is None or one.found is None:
        return one
    again = look(one.found.package, whose, SEARCH)
    return one if again.holding is None else replace(one, holding=replace(one.holding, drift=again.holding.drift))


def _subjects(standing: Iterable[Standing], options: Options, *, ours: bool) -> dict[str, Subject]:
    """What the portal's names of datasets stand for with us, the names that may be ours, or the others: the entry's
    word, else the name without our prefix.
    """
    given = {theirs: key for key, theirs in options.datasets.items()}
    return {
        one.name: Subject(Kind.DATASET, given.get(one.name, one.name.removeprefix(options.prefix)))
        for one in standing
        if (one.name in given or one.name.startswith(options.prefix)) is ours
    }


def _foreign(standing: Sequence[Standing], whose: Whose, options: Options) -> dict[Subject, str]:
    """Datasets of others with their owners. A name that cannot be ours takes none from those that can."""
    owners = {one.name: one.owner for one in standing if one.holding is None and one.name != whose.home}
    subjects = _subjects(standing, options, ours=False) | _subjects(standing, options, ours=True)
    return {subject: owners[name] for name, subject in subjects.items() if name in owners}


def _foreign_bodies(kept: HomeState | None, context: mapping.Context) -> dict[Subject, str]:
    """Organizations and groups that the private dataset does not tell of."""
    told = kept.subjects.items() if kept is not None else ()
    ours = {kind: {bodies.name_of(one, each, context) for one, each in told if one.kind is kind} for kind in FOREIGN}
    keys = {name: key for key, name in context.options.organizations.items()}
    there = {Kind.ORGANIZATION: context.rights.organizations, Kind.THEME: context.rights.groups}
    return {
        Subject(kind, keys.get(name, name) if kind is Kind.ORGANIZATION else name): ""
        for kind, names in there.items()
        for name in names
        if name not in ours[kind]
    }


def _beyond(
    rights: Rights, bodies: Mapping[Subject, str], standing: Sequence[Standing], options: Options
) -> dict[Kind | Subject, str]:
    found: dict[Kind | Subject, str] = {subject: FOREIGN[subject.kind] for subject in bodies}
    found |= {Subject(Kind.ORGANIZATION, key): FOREIGN[Kind.ORGANIZATION] for key in options.organizations}
    if not rights.create_organizations:
        found[Kind.ORGANIZATION] = ASK_ORGANIZATIONS
    if not rights.create_groups:
        found[Kind.THEME] = ASK_GROUPS
    subjects = _subjects(standing, options, ours=True)
    odd = {one.name: one.problem for one in standing if one.problem is not None}
    return found | {subjects[name]: problem for name, problem in odd.items() if name in subjects}


def _notices(rights: Rights, standing: Iterable[Standing]) -> tuple[HeldBack, ...]:
    hidden = [HeldBack(CATALOGUE, (HIDDEN,))] if rights.hidden else []
    odd = [HeldBack(Subject(Kind.DATASET, one.name), (one.problem,)) for one in standing if one.problem is not None]
    return tuple(hidden + odd)
