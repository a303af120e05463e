"""``opendata ci``: what the ready workflow files run: one comment, one issue, and answers to stewards' comments."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from publisher.errors import Exit, OpendataError
from publisher.freshness.turnover import SHARE
from publisher.messages import Messages, messages
from publisher.session import Session
from publisher.session import now as clock

if TYPE_CHECKING:
    from publisher.reports.forges.base import Forge
    from publisher.reports.forges.request import Request

MAX_BYTES = 20_000_000
_LANGUAGE = re.compile(r"[a-z]{2,3}")
_provider = click.option(
    "--provider", type=click.Choice(["github", "gitlab"]), required=True, help="Whose merge requests these are."
)
_language = click.option("--language", help="The stewards' language: vi, en, ... (default: as --lang).")
_dry_run = click.option("--dry-run", is_flag=True, help="Ask nobody and write nothing; print the Markdown.")


@click.group()
def command() -> None:
    """What the CI jobs run: comment on a merge request, answer a steward's comment."""


@command.command()
@_provider
@click.option("--problems", type=click.Path(path_type=Path), help="The report of opendata validate --format json.")
@click.option("--plan", type=click.Path(path_type=Path), help="The plan of opendata plan --out.")
@_language
@_dry_run
@click.pass_obj
def comment(
    session: Session, provider: str, problems: Path | None, plan: Path | None, language: str | None, dry_run: bool
) -> int:
    """Write the one comment on the merge request, or a new text into it.

    The address, the project and the token come from the CI's environment; the reports are data and decide nothing.
    """
    from publisher.plan.serial import plan_from_text
    from publisher.reports.comment import MARKER, read_problems
    from publisher.reports.comment import comment as render
    from publisher.reports.forges.base import put_comment

    words = _words(session, language)
    found = read_problems(_text(problems), problems.name) if problems else None
    planned = plan_from_text(_text(plan), plan.name) if plan else None
    if dry_run:
        click.echo(render(found, planned, lambda _file, _line: None, words), nl=False)
        return Exit.DONE
    forge = _forge(provider)
    request = forge.merge_request()
    if request is None:
        click.echo(session.messages.text("This run belongs to no merge request; nothing to comment on."))
        return Exit.DONE
    body = render(found, planned, lambda file, line: forge.edit_address(request, file, line), words)
    click.echo(session.messages.text(_OUTCOMES[put_comment(forge, request.number, MARKER, body)]))
    return Exit.DONE


@command.command()
@_provider
@click.option(
    "--freshness",
    type=click.Path(path_type=Path),
    required=True,
    help="The report of opendata freshness --format json.",
)
@click.option(
    "--previous",
    type=click.Path(dir_okay=False, path_type=Path),
    help="The last run's report: when too much changed at once, the issue warns of that alone. May be absent.",
)
@click.option(
    "--share", type=click.IntRange(1, 100), default=SHARE, show_default=True, help="How much is too much, in percent."
)
@_language
@_dry_run
@click.pass_obj
def issue(
    session: Session,
    provider: str,
    freshness: Path,
    previous: Path | None,
    share: int,
    language: str | None,
    dry_run: bool,
) -> int:
    """Open, update or close the one issue about late data.

    It is open as long as something is late. What could not be measured neither opens nor closes it.
    """
    from publisher.reports.forges.base import put_issue
    from publisher.reports.freshness_issue import MARKER, news, read_freshness, read_states

    words = _words(session, language)
    data = read_freshness(_text(freshness), freshness.name)
    before = read_states(previous) if previous is not None and previous.exists() else {}
    body, wanted = news(data, before, share, words)
    if dry_run:
        click.echo(body, nl=False)
        return Exit.DONE
    title = words.text("Late data: who has to do what")
    click.echo(session.messages.text(_OUTCOMES[put_issue(_forge(provider), MARKER, title, body, wanted)]))
    return Exit.DONE


@command.command("command")
@_provider
@click.option(
    "--show",
    type=click.Choice(["action", "branch", "number"]),
    help="Only print this of the request, and change nothing.",
)
@click.pass_obj
def answer(session: Session, provider: str, show: str | None) -> int:
    """Do what a steward's comment asks: /opendata fix, or /opendata attest DATASET NOTE.

    Only for those who may push, only on branches of the project itself; changes files and leaves the commit to git.
    """
    event = _event(provider)
    forge = _forge(provider, event)
    request = _asked(provider, forge, event, session.messages)
    if request is None:
        click.echo("none" if show == "action" else "", nl=show is not None)
        return Exit.DONE
    if show is not None:
        values = {
            "action": request.action,
            "branch": request.merge_request.branch or "",
            "number": str(request.merge_request.number),
        }
        click.echo(values[show])
        return Exit.DONE
    if request.action == "attest":
        return _attest(session, forge, request)
    return _fix() if request.action == "fix" else Exit.DONE


@command.command()
@_provider
@click.option(
    "--into", type=click.Path(file_okay=False, path_type=Path), default=Path(), help="The repository's folder."
)
@_language
@click.pass_obj
def files(session: Session, provider: str, into: Path, language: str | None) -> int:
    """Write the ready workflow files into a repository; a file that is there is left as it is."""
    from publisher.scaffold.catalogue import workflow_files
    from publisher.scaffold.write import write_new

    spoken = language or session.language
    if not _LANGUAGE.fullmatch(spoken):
        raise OpendataError("ci-language", language=spoken)
    found = {(into / name).as_posix(): content for name, content in workflow_files(provider, spoken).items()}
    written = write_new(Path(), found)
    for path in written.made:
        click.echo(path)
    for path in written.kept:
        click.echo(session.messages.text("{path} is there already and stays as it is.", path=path), err=True)
    return Exit.NO if written.kept else Exit.DONE


_OUTCOMES = {
    "created": "Written anew.",
    "updated": "Updated in place.",
    "closed": "Closed.",
    "unchanged": "Nothing to change.",
}


def _asked(provider: str, forge: Forge, event: Mapping[str, Any], words: Messages) -> Request | None:
    """What the event asks for, if anything.

    One who may push is told why it cannot be done; nobody else is answered.
    """
    from publisher.reports.forges.request import Request, github_comment, gitlab_comment, new_commits, read_request

    comment = github_comment(event) if provider == "github" else gitlab_comment(event)
    if comment is None:
        merge_request = forge.merge_request() if new_commits(event) else None
        return Request("validate", merge_request) if merge_request else None
    if not comment.body.strip().startswith("/opendata"):
        return None
    try:
        return read_request(forge, comment)
    except OpendataError as error:
        if error.code in {"ci-request-unclear", "ci-request-fork"}:
            _reply(forge, comment.number, error, words)
        raise


def _reply(forge: Forge, number: int, error: OpendataError, words: Messages) -> None:
    from publisher.reports.comment import plain

    said = [words.of(context, error.code, **error.params) for context in ("message", "help")]
    forge.write_comment(number, plain(" ".join(one for one in said if one), 1000))


def _fix() -> int:
    from publisher.commands.fix import command as fix

    return int(click.get_current_context().invoke(fix, paths=(), check=False, form="human") or Exit.DONE)


def _attest(session: Session, forge: Forge, request: Request) -> int:
    from publisher.catalogue.load import load
    from publisher.commands.attest import find_dataset, write_review
    from publisher.zones import day_in

    loaded = load(session.root)
    try:
        if loaded.catalogue is None:
            raise OpendataError("freshness-no-catalogue", Exit.NO, loaded.problems)
        dataset = find_dataset(loaded.catalogue, request.dataset)
        today = day_in(loaded.catalogue.settings.time_zone, clock())
        path = write_review(session.root, dataset.folder, request.by, today, request.note)
    except OpendataError as error:
        _reply(forge, request.merge_request.number, error, session.messages)
        raise
    click.echo(path.relative_to(session.root).as_posix())
    return Exit.DONE


def _words(session: Session, language: str | None) -> Messages:
    return messages(language) if language else session.messages


def _forge(provider: str, event: Mapping[str, Any] | None = None) -> Forge:
    from publisher.reports.forges.github import GitHub
    from publisher.reports.forges.gitlab import GitLab

    event = _event(provider) if event is None else event
    return GitHub(os.environ, event) if provider == "github" else GitLab(os.environ, event)


def _event(provider: str) -> dict[str, Any]:
    """What started the job, as the CI tells it; {} where it tells nothing."""
    path = os.environ.get("GITHUB_EVENT_PATH" if provider == "github" else "TRIGGER_PAYLOAD")
    if not path:
        return {}
    return _object(Path(path))


def _object(path: Path) -> dict[str, Any]:
    """The JSON object in a file.

    Raises:
        OpendataError: ``ci-event-unusable`` if it holds none.
    """
    try:
        found = json.loads(_text(path))
    except (ValueError, RecursionError) as error:
        raise OpendataError("ci-event-unusable", file=path.name) from error
    if not isinstance(found, dict):
        raise OpendataError("ci-event-unusable", file=path.name)
    return found


def _text(path: Path) -> str:
    try:
        if path.stat().st_size > MAX_BYTES:
            raise OpendataError("ci-report-unreadable", file=path.name)
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise OpendataError("ci-report-unreadable", file=path.name) from error
