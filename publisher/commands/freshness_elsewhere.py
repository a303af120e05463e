"""What ``opendata freshness`` learns from beyond git: servers of data elsewhere, and a portal. Only on request."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, tzinfo

import click

from publisher.catalogue.model import Catalogue, Dataset
from publisher.errors import Exit, OpendataError
from publisher.freshness.model import Observation
from publisher.reports.freshness.model import Behind
from publisher.session import Session

ON_PURPOSE = frozenset({"embargo"})
"""What holds a dataset back without the portal being late."""


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """Observations by dataset, and what a portal lacks; ``behind`` is None where it was not asked or did not answer."""

    further: dict[str, tuple[Observation, ...]] = field(default_factory=dict)
    behind: tuple[Behind, ...] | None = None


def elsewhere(
    session: Session,
    catalogue: Catalogue,
    datasets: Sequence[Dataset],
    at: datetime,
    *,
    remote: bool = False,
    portal: str | None = None,
    deep: bool = False,
) -> Elsewhere:
    """Ask what is asked for, of some of a catalogue's datasets; ``deep`` reads the portal's files and tables too.

    A portal that cannot be reached is told on standard error, and hides no other evidence.

    ``at`` is the present, in the catalogue's time zone.

    Raises:
        OpendataError: for a portal that is not there, or a catalogue that cannot be published at all.
    """
    further: dict[str, tuple[Observation, ...]] = {}
    if remote and at.tzinfo is not None:
        from publisher.freshness.remote import observe_remote

        # A descriptor that cannot be read for now may have addresses that are not to be forgotten.
        known = None if catalogue.broken else catalogue.datasets.values()
        further = observe_remote(datasets, session.workspace, at, at.tzinfo, catalogue=known)
    if portal is None:
        return Elsewhere(further)
    try:
        served, lacks = _portal(session, portal, {one.name for one in datasets}, at.tzinfo, deep=deep)
    except OpendataError as error:
        if error.exit_code is not Exit.UNREACHABLE:
            raise
        click.echo(session.messages.of("message", error.code, **error.params) or error.code, err=True)
        unknown = Observation("portal", portal)
        return Elsewhere({one.name: (*further.get(one.name, ()), unknown) for one in datasets})
    for name, seen in served.items():
        further[name] = (*further.get(name, ()), seen)
    return Elsewhere(further, lacks)


def _portal(
    session: Session, key: str, names: Collection[str], zone: tzinfo | None, *, deep: bool
) -> tuple[dict[str, Observation], tuple[Behind, ...]]:
    from publisher.freshness.behind import behind
    from publisher.freshness.line import main_line
    from publisher.git import Repository
    from publisher.pipeline import prepare
    from publisher.plan.model import Kind
    from publisher.plan.records import day_of
    from publisher.portals.serving import unserved

    # What was published is read record by record, as long as the portal is open.
    with prepare(session, key, deep=deep) as prepared:
        shown = [held for held in prepared.state.holdings.values() if not held.deleted]
        holdings = {held.subject.name: held for held in shown if held.subject.kind is Kind.DATASET}
        served = {name: replace(held, record=dict(held.record)) for name, held in holdings.items()}
        lost = unserved(prepared.portal, [held for name, held in holdings.items() if name in names], deep=deep)
    wanted = {one.name: made for one, made in prepared.desired.subjects.items() if one.kind is Kind.DATASET}
    held = {
        one.name: codes
        for one, codes in prepared.desired.held.items()
        if one.kind is Kind.DATASET and not ON_PURPOSE & set(codes)
    }
    repository = Repository.find(session.root)
    line = main_line(repository) if repository else []
    folders = {one.name: one.folder for one in prepared.catalogue.sound.values() if one.name in names}
    seen = {}
    for name, holding in served.items():
        modified = day_of(holding.record.get("modified"))
        if name in names and modified is not None:
            seen[name] = Observation("portal", key, on=modified)
    older = {one.dataset: one.since for one in behind(served, wanted, held, folders, line)}
    damaged = {subject.name: files for subject, files in lost.items()}
    edited = {name: tuple(dict.fromkeys(one.field for one in served[name].drift)) for name in served if name in names}
    lacks = []
    for name in sorted({*older, *damaged, *(name for name, fields in edited.items() if fields)} & set(folders)):
        title = prepared.catalogue.text(prepared.catalogue.datasets[name].title, session.messages.language)
        since = older.get(name)
        day = since.astimezone(zone).date() if since else None
        lacks.append(Behind(name, title, key, day, damaged.get(name, ()), edited.get(name, ())))
    return seen, tuple(lacks)
