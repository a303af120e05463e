"""``opendata freshness history``: which data came in time over the past periods, from git."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from publisher.commands.freshness_measure import instant_of, loaded, selected
from publisher.commands.freshness_report import write
from publisher.commands.options import SELECT
from publisher.errors import Exit, OpendataError
from publisher.reports.history import FORMATS
from publisher.session import Session
from publisher.session import now as clock
from publisher.text import suggest

if TYPE_CHECKING:
    from publisher.catalogue.model import Catalogue
    from publisher.git import Repository
    from publisher.reports.history import History

PERIODS = 12


@click.command()
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@SELECT
@click.option("--organization", metavar="KEY", help="Only what a body answers for today, or published.")
@click.option("--now", "instant", help="The day or instant to judge on, such as 2026-04-15 (default: now).")
@click.option(
    "--periods", type=click.IntRange(1, 1000), default=PERIODS, show_default=True, help="How many periods back."
)
@click.option(
    "--format", "shape", type=click.Choice(FORMATS), default="table", show_default=True, help="How it is written."
)
@click.option("--out", type=click.Path(path_type=Path), help="The file to write (default: standard output).")
@click.pass_obj
def command(
    session: Session,
    paths: Sequence[Path],
    select: Sequence[str],
    organization: str | None,
    instant: str | None,
    periods: int,
    shape: str,
    out: Path | None,
) -> int:
    """Say which data came in time over the past periods, how late the others were, and whether it gets better.

    Days of delivery come from git: with --now in the past, from what it knew then. What was due before git knew a
    dataset is not known, and counts neither way.
    """
    from publisher.freshness.past import known_at
    from publisher.reports.history import render
    from publisher.zones import zone_of

    present = loaded(session.root, session.workspace)
    zone = zone_of(present.settings.time_zone)
    at = instant_of(instant, zone).astimezone(zone)
    with known_at(session.root, at, clock()) as known:
        catalogue = present if known.root == session.root else loaded(known.root)
        history = _history(session, catalogue, known.repository, at, paths, select, organization, periods)
    write({"": render(history, shape, session.messages)}, out)
    return Exit.DONE


def _history(
    session: Session,
    catalogue: Catalogue,
    repository: Repository | None,
    at: datetime,
    paths: Sequence[Path],
    select: Sequence[str],
    organization: str | None,
    periods: int,
) -> History:
    from dataclasses import replace

    from publisher.freshness.columns import column_history
    from publisher.freshness.punctuality import by_body, punctuality
    from publisher.freshness.versions import versions_of
    from publisher.reports.history import History

    if organization is not None and organization not in catalogue.organizations:
        meant = suggest(organization, catalogue.organizations)
        raise OpendataError("freshness-no-such-organization", key=organization, meant=meant)
    chosen = selected(session.root, catalogue, paths, select)
    part = replace(catalogue, datasets={one.name: one for one in chosen})
    versions = versions_of(part, repository, session.workspace, at)
    columns = column_history(catalogue, chosen, versions, repository, session.workspace)
    found = punctuality(catalogue, versions, columns, at, datasets=chosen, periods=periods)
    if organization is not None:
        bodies = by_body(catalogue, found, at.date())
        own = {name for name in found if catalogue.datasets[name].organization == organization}
        found = {name: one for name, one in found.items() if name in own or name in bodies.get(organization, ())}
    return History(catalogue, at, found, periods, organization, session.messages.language)
