"""The one path from files to an approved plan; ``plan``, ``publish``, ``takedown`` and the demo walk it.

load, generated data, validation, evidence, desired state, the portal's state, plan. What may be done
of the plan is decided by :func:`decide`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from typing import TYPE_CHECKING

from publisher.apply.tables import CatalogueTables
from publisher.catalogue.load import Loaded, load
from publisher.catalogue.model import Catalogue, PortalEntry
from publisher.errors import Exit, OpendataError
from publisher.freshness.model import Timeline
from publisher.freshness.punctuality import Delivery
from publisher.git import Repository
from publisher.plan.desired import desired_state, showing_day, with_history
from publisher.plan.diff import make_plan
from publisher.plan.model import DesiredState, Kind, Plan, PortalState, Risk
from publisher.plan.safety import Caps, Verdict, agreed, review, selected
from publisher.portals.base import Portal
from publisher.portals.registry import Setup, entry_of, make_portal
from publisher.progress import Progress, progress
from publisher.session import Session, now
from publisher.zones import day_in

if TYPE_CHECKING:
    from publisher.validation.run import Report


@dataclass(frozen=True)
class Prepared:
    """A plan with everything that it was made from. ``warnings`` are codes of things to know."""

    catalogue: Catalogue
    entry: PortalEntry
    report: Report
    desired: DesiredState
    portal: Portal
    state: PortalState
    plan: Plan
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True)
class Wish:
    """What somebody wants done of a plan."""

    allow: Mapping[Risk, int] = field(default_factory=dict)
    cap: int | None = None
    select: Sequence[str] = ()
    reviewed: Plan | None = None


@contextmanager
def prepare(
    session: Session,
    portal_key: str | None = None,
    *,
    as_of: date | None = None,
    rollback: bool = False,
    address: str | None = None,
    deep: bool = False,
    wait: float = 0.0,
    by_row: bool = True,
) -> Iterator[Prepared]:
    """Walk from the files to the plan; nothing is written but caches. The portal is open as long as the context.

    ``deep`` has the portal look at what it otherwise takes from its notes; ``wait`` is how many seconds it may wait
    for another publisher. Without ``by_row`` no published table is fetched to say which of its rows change.

    Raises:
        OpendataError: ``catalogue-blocked`` and ``portal-older-commit``, which refuse to publish;
            what the portal raises.
    """
    say = progress(session.quiet)
    words = session.messages
    say(words.text("Reading the catalogue"), 0, 0)
    repository = Repository.find(session.root)
    catalogue, report = checked(session, repository, say, as_of)
    entry = entry_of(catalogue, portal_key)
    say(words.text("Comparing with the portal"), 0, 0)
    tables = CatalogueTables(catalogue, by_row=by_row or entry.type == "site")
    steps = partial(say, words.text("Building the portal"))
    backups = session.workspace.backups
    setup = Setup(entry, catalogue.settings, session.root, tables, address, steps, deep, wait, backups)
    with closing(make_portal(setup)) as portal:
        yield _planned(session, portal, catalogue, report, entry, repository, tables, as_of, rollback)


def _planned(
    session: Session,
    portal: Portal,
    catalogue: Catalogue,
    report: Report,
    entry: PortalEntry,
    repository: Repository | None,
    tables: CatalogueTables,
    as_of: date | None,
    rollback: bool,
) -> Prepared:
    # The portal answers while files are measured.
    with ThreadPoolExecutor(1) as pool:
        reading = pool.submit(portal.snapshot)
        lines, past = measured(session, catalogue, report, repository)
        state = reading.result()
    if state.catalogue_id not in {None, str(catalogue.settings.id)}:
        raise OpendataError("portal-other-catalogue", Exit.NO, portal=entry.key)
    head = repository.head() if repository else None
    shallow = repository.is_shallow() if repository else False
    today = day_in(catalogue.settings.time_zone, now())
    commit = head.sha if head else None
    desired = desired_state(catalogue, report, lines, entry, commit, as_of, today=today, history=past)
    if shallow:
        desired = with_history(desired, state)
    state = portal.complete(state, desired)
    plan = make_plan(entry.key, desired, state, partial(tables.compare, portal), entry.drift)
    warnings = [] if plan.empty else _ancestry(repository, state.commit, desired.commit, rollback)
    if repository is not None and repository.dirty():
        warnings.append("uncommitted")
    return Prepared(catalogue, entry, report, desired, portal, state, plan, tuple(warnings))


def checked(
    session: Session, repository: Repository | None, say: Progress, as_of: date | None = None
) -> tuple[Catalogue, Report]:
    """The catalogue and what validation says of it.

    Raises:
        OpendataError: ``catalogue-blocked`` if what all datasets refer to has errors.
    """
    from publisher.catalogue.generated import with_generated
    from publisher.validation.run import validate

    loaded = load(session.root)
    if loaded.catalogue is None:
        raise OpendataError("catalogue-blocked", Exit.NO, loaded.problems)
    today = day_in(loaded.catalogue.settings.time_zone, now())
    catalogue = with_generated(loaded.catalogue, session.workspace, showing_day(as_of, today))
    report = validate(
        Loaded(catalogue, loaded.problems),
        today=today,
        workspace=session.workspace,
        repository=repository,
        progress=say,
    )
    if report.blocked:
        errors = [one for one in report.problems if one.dataset is None and one.severity == "error"]
        raise OpendataError("catalogue-blocked", Exit.NO, errors)
    return catalogue, report


def measured(
    session: Session, catalogue: Catalogue, report: Report, repository: Repository | None
) -> tuple[dict[str, Timeline], Mapping[str, Sequence[Delivery]]]:
    """Every dataset's deadlines by the evidence at hand, and its past deliveries, from one walk through git."""
    from publisher.freshness.calendar import calendar_of
    from publisher.freshness.columns import column_history
    from publisher.freshness.measure import observations
    from publisher.freshness.punctuality import punctuality
    from publisher.freshness.timeline import timeline_of
    from publisher.freshness.versions import versions_of

    datasets = catalogue.sound
    versions = versions_of(catalogue, repository, session.workspace)
    seen = observations(catalogue, datasets.values(), report.tables, repository, versions=versions)
    columns = column_history(catalogue, datasets.values(), versions, repository, session.workspace)
    calendar = calendar_of(catalogue)
    lines = {name: timeline_of(one, seen[name], calendar=calendar) for name, one in datasets.items()}
    return lines, punctuality(catalogue, versions, columns)


def decide(prepared: Prepared, wish: Wish) -> Verdict:
    """What of the plan may be done: what is selected, agreed to earlier, and consented to.

    Raises:
        OpendataError: ``selection-empty`` for a pattern that fits no dataset, here or on the portal.
    """
    plan = prepared.plan
    if wish.select:
        from publisher.validation.selection import matching

        there = [subject.name for subject in prepared.state.holdings if subject.kind is Kind.DATASET]
        plan = selected(plan, matching(prepared.catalogue, wish.select, there))
    if wish.reviewed is not None:
        plan = agreed(plan, wish.reviewed)
    holds = Counter(subject.kind for subject, one in prepared.state.holdings.items() if not one.deleted)
    consents = prepared.catalogue.consents
    return review(plan, consents, wish.allow, Caps(number=wish.cap), portal_holds=holds)


def _ancestry(repository: Repository | None, published: str | None, wanted: str | None, rollback: bool) -> list[str]:
    """Whether the commit to publish follows the published one; codes of what is not known.

    Raises:
        OpendataError: ``portal-older-commit`` unless a rollback is wanted.
    """
    if published is None or wanted is None or published == wanted or repository is None:
        return []
    try:
        base = repository.base(published)
    except OpendataError:
        return ["ancestry-unknown"]
    if base == published:
        return []
    if base == wanted:
        if rollback:
            return []
        raise OpendataError("portal-older-commit", Exit.NO, published=published[:12], commit=wanted[:12])
    return ["ancestry-unknown"]
