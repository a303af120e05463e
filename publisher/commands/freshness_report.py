"""``opendata freshness`` by itself: who is late, since when, by what evidence, and what comes due next."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

import click

from publisher.commands.freshness_measure import Asked, measure
from publisher.commands.options import DEEP, SELECT
from publisher.errors import Exit, OpendataError
from publisher.freshness.model import State
from publisher.reports.freshness import FORMATS
from publisher.session import Session

FAIL_ON = (State.DELINQUENT, State.OVERDUE, State.DUE, State.NO_EVIDENCE)
_Function = TypeVar("_Function", bound=Callable[..., Any])


def choosing(function: _Function) -> _Function:
    """The arguments and options that choose what is measured, for each command that measures."""
    options: tuple[Callable[[_Function], _Function], ...] = (
        click.argument("paths", nargs=-1, type=click.Path(path_type=Path)),
        SELECT,
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
@click.option(
    "--portal", metavar="KEY", help="Also compare with what this portal serves: is it behind git, do its links answer?"
)
@DEEP
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
    deep: bool,
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
    report = measure(
        session, Asked(paths, select, instant, organization, upcoming, remote, portal, State(fail_on), deep)
    )
    write(render(report, shape, session.messages), out)
    for file in report.catalogue.broken.values():
        text = "{file} cannot be read and is left out; see opendata validate."
        click.echo(session.messages.text(text, file=file), err=True)
    if report.is_breached:
        return Exit.NO
    unmeasured = any(one.state is State.UNMEASURED for one in report.found)
    return Exit.UNREACHABLE if unmeasured or (portal and report.behind is None) else Exit.DONE


def write(files: dict[str, bytes], out: Path | None) -> None:
    """Write a report's files: to standard output, into a file, or below a folder where there are several.

    Raises:
        OpendataError: ``cannot-write``.
    """
    from publisher.workspace import write_atomically, writing

    if out is None:
        for content in files.values():
            click.echo(content, nl=False)
        return
    for name, content in files.items():
        path = out / name if name else out
        with writing(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            write_atomically(path, content)
