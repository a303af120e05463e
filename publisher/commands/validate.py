"""``opendata validate``: check the catalogue and say what is wrong and what to do."""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from publisher.commands.options import SELECT
from publisher.errors import Exit, OpendataError
from publisher.reports.problems import FORMATS, render
from publisher.session import Session, now

if TYPE_CHECKING:
    from publisher.git import Repository
    from publisher.validation.run import Options, Report


@click.command()
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@SELECT
@click.option("--changed-since", metavar="REV", help="Only what changed since a git revision, and what depends on it.")
@click.option("--shard", metavar="I/N", help="Only the I-th of N shares of the datasets, for jobs side by side.")
@click.option(
    "--baseline",
    type=click.Path(path_type=Path, dir_okay=False),
    help="File of known problems, shown as notices (default: catalog/baseline.yaml).",
)
@click.option(
    "--write-baseline",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write the problems of now as known ones; with --baseline only those that were known.",
)
@click.option("--format", "shape", type=click.Choice(FORMATS), default="human", help="How the problems are written.")
@click.option("--tables/--no-tables", default=True, help="Check the data files too.")
@click.pass_obj
def command(
    session: Session,
    paths: Sequence[Path],
    select: Sequence[str],
    changed_since: str | None,
    shard: str | None,
    baseline: Path | None,
    write_baseline: Path | None,
    shape: str,
    tables: bool,
) -> int:
    """Check the catalogue: descriptors, references, tables, personal data.

    PATHS are files or folders to be checked alone, with what depends on them. Exit codes: 0 no error, 1 errors.
    """
    from publisher.git import Repository
    from publisher.validation.baseline import read_baseline
    from publisher.validation.run import Options

    options = Options(
        paths=_inside(session.root, paths),
        select=tuple(select),
        changed_since=changed_since,
        shard=_shard(shard),
        baseline=read_baseline(baseline) if baseline is not None else None,
        tables=tables,
    )
    repository = Repository.find(session.root)
    if write_baseline is not None:
        return _write(session, options, repository, write_baseline)
    report = _run(session, options, repository)
    prefix = repository.prefix() if repository is not None and shape in {"github", "gitlab", "sarif"} else ""
    click.echo(render(report.problems, shape, session.messages, prefix=prefix))
    if shape == "human":
        _summary(session, report)
    return Exit.NO if report.failed else Exit.DONE


def _run(session: Session, options: Options, repository: Repository | None) -> Report:
    from publisher.catalogue.generated import with_generated
    from publisher.catalogue.load import load
    from publisher.validation.run import validate
    from publisher.zones import day_in

    def say(text: str, done: int, total: int) -> None:
        session.progress(session.messages.text("Checking tables"), done, total)

    loaded = load(session.root)
    today = now().date()
    if loaded.catalogue is not None:
        with suppress(OpendataError):  # a rule says that the time zone is not known
            today = day_in(loaded.catalogue.settings.time_zone, now())
        loaded = replace(loaded, catalogue=with_generated(loaded.catalogue, session.workspace, today))
    return validate(
        loaded, today=today, workspace=session.workspace, repository=repository, options=options, progress=say
    )


def _write(session: Session, options: Options, repository: Repository | None, path: Path) -> int:
    """Write a baseline: all of today's problems, or with ``--baseline`` those of them that were known."""
    from publisher.validation.baseline import write_baseline

    everything = _run(session, replace(options, baseline={}), repository)
    problems = everything.problems
    if options.baseline is not None:
        known = _run(session, options, repository).known
        problems = tuple(problem for problem in problems if problem.fingerprint in known)
    count = write_baseline(path, problems)
    said = session.messages.plural("{count} problem is known now.", "{count} problems are known now.", count)
    click.echo(said, err=True)
    return Exit.DONE


def _summary(session: Session, report: Report) -> None:
    if session.quiet:
        return
    words = session.messages
    count = len(report.datasets)
    lines = [words.plural("{count} dataset looked at.", "{count} datasets looked at.", count)]
    if report.held:
        held = len(report.held)
        lines.append(words.plural("{count} would be held back.", "{count} would be held back.", held))
    if report.known:
        known = len(report.known)
        lines.append(words.plural("{count} known problem.", "{count} known problems.", known))
    if report.suppressed:
        silent = len(report.suppressed)
        lines.append(words.plural("{count} suppressed with a reason.", "{count} suppressed with a reason.", silent))
    click.echo(" ".join(lines), err=True)


def _inside(root: Path, paths: Sequence[Path]) -> tuple[str, ...]:
    top = root.resolve()
    found = []
    for path in paths:
        whole = path.resolve()
        if not whole.is_relative_to(top):
            raise OpendataError("path-outside-catalogue", path=str(path), root=str(root))
        if not whole.exists():
            raise OpendataError("path-not-found", path=str(path))
        found.append(whole.relative_to(top).as_posix())
    return tuple(found)


def _shard(text: str | None) -> tuple[int, int] | None:
    if text is None:
        return None
    match = re.fullmatch(r"([1-9]\d{0,3})/([1-9]\d{0,3})", text)
    if match is None or int(match[1]) > int(match[2]):
        raise OpendataError("shard-invalid", value=text)
    return int(match[1]), int(match[2])
