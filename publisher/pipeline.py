"""The one path from files to an approved plan; ``plan``, ``publish``, ``takedown`` and the demo walk it.

load, generated data, validation, evidence, desired state, the portal's state, plan; the portal answers
while the files are measured. What may be done of the plan is decided by :func:`decide`.
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
from publisher.problem import Problem
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
    files = _read(session, as_of)
    report = files.checked()
    entry = entry_of(files.catalogue, portal_key)
    tables = CatalogueTables(files.catalogue, by_row=by_row or entry.type == "site")
    steps = partial(files.say, session.messages.text("Building the portal"))
    backups = session.workspace.backups
    setup = Setup(entry, files.catalogue.settings, session.root, tables, address, steps, deep, wait, backups)
    with closing(make_portal(setup)) as portal:
        yield _planned(files, report, portal, entry, tables, rollback)


def _planned(
    files: _Files, report: Report, portal: Portal, entry: PortalEntry, tables: CatalogueTables, rollback: bool
) -> Prepared:
    files.say(files.session.messages.text("Comparing with the portal"), 0, 0)
    # Not earlier: tables are checked in forked processes, which no other thread may be beside.
    with ThreadPoolExecutor(1) as pool:
        reading = pool.submit(portal.snapshot)
        desired = files.desired(report, entry)
        state = reading.result()
    if state.catalogue_id not in {None, desired.catalogue_id}:
        raise OpendataError("portal-other-catalogue", Exit.NO, portal=entry.key)
    repository = files.repository
    if repository is not None and repository.is_shallow:
        desired = with_history(desired, state)
    state = portal.complete(state, desired)
    plan = make_plan(entry.key, desired, state, partial(tables.compare, portal), entry.drift)
    warnings = [] if plan.empty else _ancestry(repository, state.commit, desired.commit, rollback)
    if repository is not None and repository.dirty():
        warnings.append("uncommitted")
    return Prepared(files.catalogue, entry, report, desired, portal, state, plan, tuple(warnings))


@dataclass(frozen=True)
class _Files:
    """What stands in the catalogue's folder, with the data that is generated; ``today`` is by its time zone."""

    session: Session
    repository: Repository | None
    catalogue: Catalogue
    problems: tuple[Problem, ...]
    today: date
    as_of: date | None
    say: Progress

    def checked(self) -> Report:
        """What validation says.

        Raises:
            OpendataError: ``catalogue-blocked`` if what all datasets refer to has errors.
        """
        from publisher.validation.run import validate

        report = validate(
            Loaded(self.catalogue, self.problems),
            today=self.today,
            workspace=self.session.workspace,
            repository=self.repository,
            progress=self.say,
        )
        if report.blocked:
            errors = [one for one in report.problems if one.dataset is None and one.severity == "error"]
            raise OpendataError("catalogue-blocked", Exit.NO, errors)
        return report

    def desired(self, report: Report, entry: PortalEntry) -> DesiredState:
        """What git says that the portal of an entry is to hold."""
        lines, past = measured(self.session, self.catalogue, report, self.repository)
        head = self.repository.head() if self.repository else None
        commit = head.sha if head else None
        return desired_state(self.catalogue, report, lines, entry, commit, self.as_of, today=self.today, history=past)


def _read(session: Session, as_of: date | None) -> _Files:
    """The catalogue's files.

    Raises:
        OpendataError: ``catalogue-blocked`` if ``catalog.yaml`` cannot be read.
    """
    from publisher.catalogue.generated import with_generated

    say = progress(session.quiet)
    say(session.messages.text("Reading the catalogue"), 0, 0)
    loaded = load(session.root)
    if loaded.catalogue is None:
        raise OpendataError("catalogue-blocked", Exit.NO, loaded.problems)
    today = day_in(loaded.catalogue.settings.time_zone, now())
    catalogue = with_generated(loaded.catalogue, session.workspace, showing_day(as_of, today))
    return _Files(session, Repository.find(session.root), catalogue, loaded.problems, today, as_of, say)


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
