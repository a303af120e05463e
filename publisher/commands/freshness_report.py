"""``opendata freshness`` by itself: who is late, since when, by what evidence, and what comes due next."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, tzinfo
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from publisher.catalogue.model import Catalogue, Dataset
from publisher.errors import Exit, OpendataError
from publisher.freshness.model import Assessment, Observation, State
from publisher.reports.freshness import FORMATS
from publisher.session import Session
from publisher.session import now as clock
from publisher.text import suggest

if TYPE_CHECKING:
    from publisher.git import Repository
    from publisher.reports.freshness.model import Report

FAIL_ON = (State.DELINQUENT, State.OVERDUE, State.DUE, State.NO_EVIDENCE)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}\Z")
_Function = TypeVar("_Function", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be measured."""

    paths: Sequence[Path] = ()
    select: Sequence[str] = ()
    instant: str | None = None
    organization: str | None = None
    upcoming: str | None = None
    remote: bool = False
    portal: str | None = None
    fail_on: State = State.OVERDUE


def choosing(function: _Function) -> _Function:
    """The arguments and options that choose what is measured, for each command that measures."""
    options: tuple[Callable[[_Function], _Function], ...] = (
        click.argument("paths", nargs=-1, type=click.Path(path_type=Path)),
        click.option(
            "--select", multiple=True, help="Only datasets whose name fits, such as truong-*; may be repeated."
        ),
        click.option("--organization", metavar="KEY", help="Only what a body answers for today, or published."),
        click.option("--now", "instant", help="The day or instant to judge on, such as 2026-04-15 (default: now)."),
        click.option("--remote", is_flag=True, help="Also ask the servers of data that lie elsewhere."),
    )
    for option in reversed(options):
        function = option(function)
    return function


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
@choosing
@click.option(
    "--fail-on",
    type=click.Choice([state.value for state in FAIL_ON]),
    default=State.OVERDUE.value,
    show_default=True,
    help="The mildest state that ends with exit code 1.",
)
@click.option("--upcoming", metavar="P30D", help="Also what comes due in the time from now, such as P30D.")
@click.option("--portal", metavar="KEY", help="Also compare with what this portal serves: is it behind git?")
@click.option(
    "--format", "shape", type=click.Choice(FORMATS), default="table", show_default=True, help="How it is written."
)
@click.option(
    "--out", type=click.Path(path_type=Path), help="The file to write (default: standard output); a folder for badges."
)
@click.pass_obj
def command(
    session: Session,
    paths: Sequence[Path],
    select: Sequence[str],
    organization: str | None,
    instant: str | None,
    remote: bool,
    fail_on: str,
    upcoming: str | None,
    portal: str | None,
    shape: str,
    out: Path | None,
) -> int:
    """Say which dataset is up to date, due, overdue or unknown, and by which evidence.

    Deadlines follow from the period that the data are about, never from the last update. Exit codes: 0 nothing at or
    above --fail-on, 1 a breach, 3 something could not be measured and there is no breach.
    """
    from publisher.reports.freshness import render

    if shape == "badges" and out is None:
        raise OpendataError("freshness-badges-where")
    report = measure(session, Asked(paths, select, instant, organization, upcoming, remote, portal, State(fail_on)))
    write(render(report, shape, session.messages), out)
    for file in report.catalogue.broken.values():
        text = "{file} cannot be read and is left out; see opendata validate."
        click.echo(session.messages.text(text, file=file), err=True)
    if report.breaches:
        return Exit.NO
    unmeasured = any(one.state is State.UNMEASURED for one in report.found)
    return Exit.UNREACHABLE if unmeasured or (portal and report.behind is None) else Exit.DONE


def write(files: dict[str, bytes], out: Path | None) -> None:
    """Write a report's files: to standard output, into a file, or below a folder where there are several.

    Raises:
        OpendataError: ``freshness-not-written``.
    """
    from publisher.messages import reason_of
    from publisher.workspace import write_atomically

    if out is None:
        for content in files.values():
            click.echo(content, nl=False)
        return
    for name, content in files.items():
        path = out / name if name else out
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            write_atomically(path, content)
        except OSError as error:
            raise OpendataError("freshness-not-written", path=str(path), reason=reason_of(error)) from error


def measure(session: Session, asked: Asked) -> Report:
    """Assess datasets at an instant: read the tables that hold evidence, ask git, and compare with the calendar.

    Raises:
        OpendataError: where the catalogue cannot be read, nothing fits what was asked, or an option's
            value cannot be read.
    """
    from publisher.freshness.evidence import zone_of
    from publisher.freshness.past import known_at

    present = loaded(session.root)
    zone = zone_of(present.settings.time_zone)
    at = instant_of(asked.instant, zone).astimezone(zone)
    with known_at(session.root, at, clock()) as known:
        catalogue = present if known.root == session.root else loaded(known.root)
        return _report(session, catalogue, known.repository, asked, at)


def loaded(root: Path) -> Catalogue:
    """The catalogue of a folder.

    Raises:
        OpendataError: ``freshness-no-catalogue``.
    """
    from publisher.catalogue.load import load

    found = load(root)
    if found.catalogue is None:
        raise OpendataError("freshness-no-catalogue", Exit.NO, found.problems)
    return found.catalogue


def _report(
    session: Session, catalogue: Catalogue, repository: Repository | None, asked: Asked, at: datetime
) -> Report:
    from publisher.commands.freshness_elsewhere import elsewhere
    from publisher.freshness.legal import list_review
    from publisher.reports.freshness.model import Report, by_urgency, coming

    if asked.organization is not None and asked.organization not in catalogue.organizations:
        meant = suggest(asked.organization, catalogue.organizations) or "-"
        raise OpendataError("freshness-no-such-organization", key=asked.organization, meant=meant)
    until = _until(asked.upcoming, at.date())
    chosen = selected(session.root, catalogue, asked.paths, asked.select)
    if (asked.remote or asked.portal) and catalogue.root != session.root:
        raise OpendataError("freshness-past-elsewhere")
    beyond = elsewhere(session, chosen, at, remote=asked.remote, portal=asked.portal)
    found = assessments(session, catalogue, chosen, at, repository, beyond.further)
    if asked.organization is not None:
        found = [one for one in found if asked.organization in (one.responsible, one.organization)]
    whole = not (asked.paths or asked.select or asked.organization)
    return Report(
        catalogue,
        at,
        tuple(by_urgency(found)),
        asked.fail_on,
        tuple(coming(found, at.date(), until)) if until else None,
        until,
        behind=beyond.behind,
        review=list_review(catalogue, catalogue.reviews, at) if whole else None,
        organization=asked.organization,
        language=session.messages.language,
    )


def assessments(
    session: Session,
    catalogue: Catalogue,
    datasets: Sequence[Dataset],
    now: datetime,
    repository: Repository | None,
    further: Mapping[str, Sequence[Observation]] | None = None,
) -> list[Assessment]:
    """The assessments of datasets at an instant; ``further`` are observations that only requests could make.

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
    seen = observations(catalogue, datasets, tables, repository, workspace=session.workspace, further=further)
    language = session.messages.language
    return [
        assess(one, timeline_of(one, seen[one.name]), now, catalogue=catalogue, language=language) for one in datasets
    ]


def selected(root: Path, catalogue: Catalogue, paths: Sequence[Path], patterns: Sequence[str]) -> list[Dataset]:
    """The datasets that are asked for, by place or by name; all where nothing is asked.

    Raises:
        OpendataError: ``freshness-no-such-path``, or ``freshness-nothing-selected``.
    """
    wanted = [path.resolve() for path in paths]
    for path in wanted:
        if not path.exists():
            raise OpendataError("freshness-no-such-path", path=str(path))
    chosen = []
    for dataset in catalogue.datasets.values():
        folder = (root / dataset.folder).resolve()
        near = not wanted or any(path == folder or path in folder.parents or folder in path.parents for path in wanted)
        if near and (not patterns or any(fnmatchcase(dataset.name, pattern) for pattern in patterns)):
            chosen.append(dataset)
    if not chosen and (paths or patterns):
        raise OpendataError("freshness-nothing-selected")
    return chosen


def instant_of(text: str | None, zone: tzinfo) -> datetime:
    """The instant of ``--now``: the clock's where nothing is said, noon of a day, a time as it is written.

    Raises:
        OpendataError: ``freshness-bad-now``.
    """
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
