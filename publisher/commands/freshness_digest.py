"""``opendata freshness digest``: mails to the bodies whose data wait for them, as files or over SMTP."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import replace
from email.message import EmailMessage
from pathlib import Path
from typing import TYPE_CHECKING

import click

from publisher.commands.freshness_measure import Asked, measure
from publisher.commands.freshness_report import choosing, write
from publisher.errors import Exit, OpendataError
from publisher.freshness.digests import Digest, Sent, after, ledger_data, read_ledger
from publisher.freshness.turnover import SHARE
from publisher.session import Session

if TYPE_CHECKING:
    from publisher.mail import Mail
    from publisher.messages import Messages
    from publisher.reports.freshness.model import Report

PASSWORD = "OPENDATA_SMTP_PASSWORD"
LEDGER = "freshness-digests.json"


@click.command()
@choosing
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), help="Write each mail as a file (.eml) here.")
@click.option(
    "--smtp-url",
    metavar="URL",
    help="Send by this server: smtp://user@host:587 (STARTTLS) or smtps://user@host. The password is in "
    "OPENDATA_SMTP_PASSWORD.",
)
@click.option("--sender", metavar="MAILBOX", help="Whose mails these are (default: the catalogue's publisher).")
@click.option(
    "--ledger",
    type=click.Path(dir_okay=False, path_type=Path),
    help="The file that remembers what was sent (default: in the workspace).",
)
@click.option("--repository", metavar="URL", help="Where reviews are added: https://github.com/owner/name.")
@click.option("--branch", help="The branch on which they are added (default: main).")
@click.option(
    "--calendar",
    metavar="URL",
    help="Address of the due dates, {organization} for a body's key (default: the portal's own).",
)
@click.option(
    "--previous",
    type=click.Path(dir_okay=False, path_type=Path),
    help="The last run's report (--format json): when too much changed at once, nobody is written to. May be absent.",
)
@click.option(
    "--share", type=click.IntRange(1, 100), default=SHARE, show_default=True, help="How much is too much, in percent."
)
@click.pass_obj
def command(
    session: Session,
    paths: Sequence[Path],
    select: Sequence[str],
    organization: str | None,
    instant: str | None,
    remote: bool,
    out: Path | None,
    smtp_url: str | None,
    sender: str | None,
    ledger: Path | None,
    repository: str | None,
    branch: str | None,
    calendar: str | None,
    previous: Path | None,
    share: int,
) -> int:
    """Write to the bodies whose data wait for them.

    To the body that answers today; when something changed since its last mail, at most once a week, and daily while
    something is long overdue. Without --out and --smtp-url it only says who would be written to.
    """
    from publisher.freshness.digests import digests
    from publisher.mail import is_mailbox
    from publisher.reports.forges.new_file import project_of
    from publisher.reports.freshness.letter import mail

    words = session.messages
    report = measure(session, Asked(paths, select, instant, organization, remote=remote))
    if previous is not None and previous.exists() and _too_many(report, previous, share, words):
        return Exit.INCOMPLETE
    # Mails speak the catalogue's first language, whoever runs the command.
    spoken = replace(session, language=report.catalogue.settings.languages[0]).messages
    place = ledger or session.workspace.folder / LEDGER
    known = _known(place)
    settings = report.catalogue.settings
    project = project_of(os.environ, repository or settings.repository, branch or settings.repository_branch)
    due: list[tuple[Digest, EmailMessage]] = []
    for one in digests(report.found, known, report.today):
        address = (calendar or _calendar(report)).replace("{organization}", one.organization)
        made = mail(one, report, spoken, project, address or None)
        if made is None or not is_mailbox(made.to):
            text = "{key} has no usable mailbox in organizations.yaml (contact.email) and is not written to."
            click.echo(words.text(text, key=one.organization), err=True)
            continue
        due.append((one, _message(made, report, sender)))
    if not due:
        click.echo(words.text("There is nothing to write today."))
        return Exit.DONE
    if out is None and smtp_url is None:
        for _, message in due:
            click.echo(words.text("Would write to {mailbox}.", mailbox=message["To"]))
        return Exit.DONE
    refused = 0
    for one, mailbox in _delivered(due, out, smtp_url):
        if mailbox is None:
            refused += 1
            click.echo(words.text("The server refused the mail to {key}.", key=one.organization), err=True)
            continue
        known = after(known, [one], report.today)
        _write(place, (json.dumps(ledger_data(known), indent=1) + "\n").encode())
        click.echo(words.text("Written to {mailbox}.", mailbox=mailbox))
    return Exit.INCOMPLETE if refused else Exit.DONE


def _calendar(report: Report) -> str:
    """Where the embedded portal keeps a body's due dates; '' where the catalogue has no such portal in public."""
    base = report.catalogue.settings.base_url
    if base is None or not any(portal.type == "site" for portal in report.catalogue.portals.values()):
        return ""
    return f"{base.rstrip('/')}/organization/{{organization}}/freshness.ics"


def _too_many(report: Report, previous: Path, share: int, words: Messages) -> bool:
    from publisher.freshness.turnover import turnover
    from publisher.reports.freshness_issue import read_states

    changes = turnover(read_states(previous), {one.dataset: one.state for one in report.found})
    if changes.exceeds(share):
        click.echo(
            words.text(
                "{changed} of {followed} datasets changed state at once. No mail is written: check the measurement "
                "first.",
                changed=changes.changed,
                followed=changes.followed,
            ),
            err=True,
        )
        return True
    return False


def _message(made: Mail, report: Report, sender: str | None) -> EmailMessage:
    from publisher.mail import compose

    settings = report.catalogue.settings
    mailbox = sender or settings.publisher_email
    if mailbox is None:
        raise OpendataError("mail-no-sender")
    return compose(made, mailbox, report.catalogue.text(settings.publisher, made.language), report.now)


def _delivered(
    due: Sequence[tuple[Digest, EmailMessage]], out: Path | None, smtp_url: str | None
) -> Iterator[tuple[Digest, str | None]]:
    """The digests as they are handed over, with the mailbox; None for what the server refused."""
    from publisher.mail import connected, send, server_of

    if smtp_url is None:
        for one, message in due:
            yield one, _file(one, message, out)
        return
    with connected(server_of(smtp_url), os.environ.get(PASSWORD)) as smtp:
        for one, message in due:
            mailbox = _file(one, message, out)
            yield one, mailbox if send(smtp, message) else None


def _file(one: Digest, message: EmailMessage, out: Path | None) -> str:
    if out is not None:
        _write(out / f"{one.organization}.eml", message.as_bytes())
    return str(message["To"])


def _known(place: Path) -> dict[str, Sent]:
    try:
        text = place.read_text("utf-8")
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError) as error:
        raise OpendataError("freshness-ledger-unreadable", path=str(place)) from error
    try:
        return read_ledger(json.loads(text))
    except ValueError as error:
        raise OpendataError("freshness-ledger-unreadable", path=str(place)) from error


def _write(path: Path, content: bytes) -> None:
    write({"": content}, path)
