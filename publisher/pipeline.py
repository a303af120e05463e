"""The one path from files to an approved plan; ``plan``, ``publish``, ``takedown`` and the demo walk it.

load, generated data, validation, evidence, desired state, the portal's state, plan. What may be done
of the plan is decided by :func:`decide`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, tzinfo
from functools import partial
from typing import TYPE_CHECKING

from publisher.apply.tables import CatalogueTables
from publisher.catalogue.load import Loaded, load
from publisher.catalogue.model import Catalogue, PortalEntry
from publisher.errors import Exit, OpendataError
from publisher.freshness.model import Timeline
from publisher.freshness.punctuality import Delivery
from publisher.git import Repository
from publisher.plan.desired import desired_state, with_history
from publisher.plan.diff import make_plan
from publisher.plan.model import DesiredState, Kind, Plan, PortalState, Risk
from publisher.plan.safety import Caps, Verdict, agreed, review, selected
from publisher.portals.base import Portal
from publisher.portals.registry import entry_of, make_portal
from publisher.progress import Progress, progress
from publisher.session import Session, now

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


def prepare(
    session: Session,
    portal_key: str | None = None,
    *,
    as_of: date | None = None,
    rollback: bool = False,
    address: str | None = None,
) -> Prepared:
    """Walk from the files to the plan; nothing is written but caches.

    Raises:
        OpendataError: ``catalogue-blocked`` and ``portal-older-commit``, which refuse to publish;
            what the portal raises.
    """
    say = progress(session.quiet)
    words = session.messages
    say(words.text("Reading the catalogue"), 0, 0)
    repository = Repository.find(session.root)
    catalogue, report = checked(session, repository, say)
    entry = entry_of(catalogue, portal_key)
    say(words.text("Comparing with the portal"), 0, 0)
    tables = CatalogueTables(catalogue)
    portal = make_portal(entry, session.root, tables, address, partial(say, words.text("Building the portal")))
    state = portal.snapshot()
    if state.catalogue_id not in {None, str(catalogue.settings.id)}:
        raise OpendataError("portal-other-catalogue", Exit.NO, portal=entry.key)
    head = repository.head() if repository else None
    shallow = repository.is_shallow() if repository else False
    lines, past = measured(session, catalogue, report, repository)
    today = now().astimezone(_zone(catalogue)).date()
    commit = head.sha if head else None
    desired = desired_state(catalogue, report, lines, entry, commit, as_of, today=today, history=past)
    if shallow:
        desired = with_history(desired, state)
    plan = make_plan(entry.key, desired, state, partial(tables.compare, portal))
    warnings = [] if plan.empty else _ancestry(repository, state.commit, desired.commit, rollback)
    if repository is not None and repository.dirty():
        warnings.append("uncommitted")
    return Prepared(catalogue, entry, report, desired, portal, state, plan, tuple(warnings))


def checked(session: Session, repository: Repository | None, say: Progress) -> tuple[Catalogue, Report]:
    """The catalogue and what validation says of it.

    Raises:
        OpendataError: ``catalogue-blocked`` if what all datasets refer to has errors.
    """
    from publisher.catalogue.generated import with_generated
    from publisher.validation.run import validate

    loaded = load(session.root)
    if loaded.catalogue is None:
        raise OpendataError("catalogue-blocked", Exit.NO, loaded.problems)
    catalogue = with_generated(loaded.catalogue, session.workspace)
    report = validate(
        Loaded(catalogue, loaded.problems),
        today=now().astimezone(_zone(catalogue)).date(),
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

    datasets = catalogue.datasets
    versions = versions_of(catalogue, repository, session.workspace)
    seen = observations(catalogue, datasets.values(), report.tables, repository, versions=versions)
    columns = column_history(catalogue, datasets.values(), versions, repository, session.workspace)
    calendar = calendar_of(catalogue)
    lines = {name: timeline_of(one, seen[name], calendar=calendar) for name, one in datasets.items()}
    return lines, punctuality(catalogue, versions, columns)


def decide(prepared: Prepared, wish: Wish) -> Verdict:
    """What of the plan may be done: what is selected, agreed to earlier, and consented to."""
    plan = selected(prepared.plan, wish.select)
    if wish.reviewed is not None:
        plan = agreed(plan, wish.reviewed)
    held = sum(subject.kind is Kind.DATASET for subject in prepared.state.holdings)
    consents = prepared.catalogue.consents
    return review(plan, consents, wish.allow, Caps(number=wish.cap), portal_datasets=held)


def _zone(catalogue: Catalogue) -> tzinfo:
    from publisher.freshness.evidence import zone_of

    return zone_of(catalogue.settings.time_zone)


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
