"""``opendata freshness``: who is late, since when, by what evidence, and what comes due next."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from datetime import date, datetime, time, tzinfo
from fnmatch import fnmatchcase
from pathlib import Path

import click

from publisher.catalogue.model import Catalogue, Dataset
from publisher.errors import Exit, OpendataError
from publisher.freshness.model import Assessment, State
from publisher.session import Session
from publisher.session import now as clock

FAIL_ON = (State.DELINQUENT, State.OVERDUE, State.DUE, State.NO_EVIDENCE)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}\Z")


class _AsItsGroup(click.Context):
    """``opendata freshness`` in usage lines, not the inner name of the report."""

    @property
    def command_path(self) -> str:
        """How one calls it."""
        return self.parent.command_path if self.parent else super().command_path


class _Report(click.Command):
    """The report, whose help is that of the whole group."""

    context_class = _AsItsGroup

    def get_help(self, ctx: click.Context) -> str:
        """The group's help, wherever ``--help`` stands."""
        return ctx.parent.get_help() if ctx.parent else super().get_help(ctx)


@click.command(cls=_Report, hidden=True)
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@click.option("--select", multiple=True, help="Only datasets whose name fits, such as truong-*; may be repeated.")
@click.option("--now", "instant", help="The day or instant to judge on, such as 2026-04-15 (default: now).")
@click.option(
    "--fail-on",
    type=click.Choice([state.value for state in FAIL_ON]),
    default=State.OVERDUE.value,
    show_default=True,
    help="The mildest state that ends with exit code 1.",
)
@click.option(
    "--format", "shape", type=click.Choice(["table", "json"]), default="table", help="How the report is written."
)
@click.option("--upcoming", metavar="P30D", help="Also what comes due in the time from now, such as P30D.")
@click.pass_obj
def command(
    session: Session,
    paths: Sequence[Path],
    select: Sequence[str],
    instant: str | None,
    fail_on: str,
    shape: str,
    upcoming: str | None,
) -> int:
    """Say which dataset is up to date, due, overdue or unknown, and by which evidence.

    Deadlines follow from the period that the data are about, never from the last update. Exit codes: 0 nothing at or
    above --fail-on, 1 a breach, 3 something could not be measured and there is no breach.
    """
    from publisher.catalogue.load import load
    from publisher.freshness.evidence import zone_of
    from publisher.reports import freshness as report

    loaded = load(session.root)
    catalogue = loaded.catalogue
    if catalogue is None:
        raise OpendataError("freshness-no-catalogue", Exit.NO, loaded.problems)
    zone = zone_of(catalogue.settings.time_zone)
    at = _instant(instant, zone)
    until = _until(upcoming, at.astimezone(zone).date())
    found = measure(session, catalogue, _selected(catalogue, paths, select), at)
    soon = report.coming(found, at.astimezone(zone).date(), until) if until else None
    if shape == "json":
        data = report.as_data(found, at.astimezone(zone), soon)
        click.echo(json.dumps(data, ensure_ascii=False, indent=2))
    else:
        click.echo(report.as_text(found, catalogue, session.messages, soon))
    _say_broken(session, catalogue)
    if report.breaches(found, State(fail_on)):
        return Exit.NO
    return Exit.UNREACHABLE if any(one.state is State.UNMEASURED for one in found) else Exit.DONE


def measure(session: Session, catalogue: Catalogue, datasets: Sequence[Dataset], now: datetime) -> list[Assessment]:
    """Assess datasets at an instant: read the tables that hold evidence, ask git, and compare with the calendar.

    Raises:
        OpendataError: ``time-zone-unknown``.
    """
    from publisher.freshness.assess import assess
    from publisher.freshness.measure import needs_tables, observations
    from publisher.freshness.timeline import timeline_of
    from publisher.tables.model import CheckedTable

    with_columns = [dataset.name for dataset in datasets if needs_tables(dataset)]
    tables: dict[tuple[str, str], CheckedTable] = {}
    if with_columns:
        from publisher.tables.check import check_tables

        tables = dict(check_tables(catalogue, with_columns, session.workspace, session.progress))
    seen = observations(catalogue, datasets, tables)
    language = session.messages.language
    return [
        assess(one, timeline_of(one, seen[one.name]), now, catalogue=catalogue, language=language) for one in datasets
    ]


def _selected(catalogue: Catalogue, paths: Sequence[Path], patterns: Sequence[str]) -> list[Dataset]:
    wanted = [path.resolve() for path in paths]
    for path in wanted:
        if not path.exists():
            raise OpendataError("freshness-no-such-path", path=str(path))
    chosen = []
    for dataset in catalogue.datasets.values():
        folder = (catalogue.root / dataset.folder).resolve()
        near = not wanted or any(path == folder or path in folder.parents or folder in path.parents for path in wanted)
        if near and (not patterns or any(fnmatchcase(dataset.name, pattern) for pattern in patterns)):
            chosen.append(dataset)
    if not chosen and (paths or patterns):
        raise OpendataError("freshness-nothing-selected")
    return chosen


def _instant(text: str | None, zone: tzinfo) -> datetime:
    if text is None:
        return clock()
    try:
        if _DAY.match(text):
            return datetime.combine(date.fromisoformat(text), time(12), zone)
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise OpendataError("freshness-bad-now", value=text) from error
    return found if found.tzinfo else found.replace(tzinfo=zone)


def _until(text: str | None, today: date) -> date | None:
    from publisher.freshness.durations import parse_duration

    if text is None:
        return None
    try:
        return parse_duration(text).after(today)
    except ValueError as error:
        raise OpendataError("freshness-bad-duration", value=text) from error


def _say_broken(session: Session, catalogue: Catalogue) -> None:
    for file in catalogue.broken.values():
        click.echo(
            session.messages.text("{file} cannot be read and is left out; see opendata validate.", file=file), err=True
        )
