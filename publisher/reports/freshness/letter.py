"""A digest as a mail to the body that answers: what is open, what comes due, and what to do, in text and HTML."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from markupsafe import Markup

from publisher.catalogue.model import Organization
from publisher.freshness.digests import Digest
from publisher.freshness.model import Assessment, State
from publisher.freshness.new_file import Project, review_link
from publisher.freshness.words import STATES
from publisher.mail import Mail
from publisher.messages import Messages
from publisher.reports.freshness.model import Report
from publisher.reports.freshness.words import TO_DO, day_in_words, missing, partial, when
from publisher.text import one_line

MAX_ITEMS = 100
MAX_TITLE = 200


@dataclass(frozen=True, slots=True)
class Line:
    """One dataset of a letter: its title, what is said of it, and links by their words."""

    title: str
    said: str
    links: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Letter:
    """What the text and the HTML of a mail say alike."""

    language: str
    greeting: str
    opening: str
    groups: tuple[tuple[str, tuple[Line, ...]], ...]
    closing: tuple[str, ...]
    links: tuple[tuple[str, str], ...]


def mail(digest: Digest, report: Report, words: Messages, project: Project | None, calendar: str | None) -> Mail | None:
    """The mail of a digest; None where the body has no mailbox. ``calendar`` is the address of its due dates."""
    catalogue = report.catalogue
    body = catalogue.organizations[digest.organization]
    if body.contact is None or body.contact.email is None:
        return None
    letter = _letter(digest, body, report, words, project, calendar)
    name = catalogue.text(body.name, words.language)
    late = sum(one.state in {State.DELINQUENT, State.OVERDUE} for one in digest.items)
    if late:
        subject = words.plural("{count} dataset is late", "{count} datasets are late", late)
    else:
        subject = words.plural("{count} dataset waits for you", "{count} datasets wait for you", len(digest.items))
    catalogue_name = catalogue.text(catalogue.settings.name, words.language)
    return Mail(
        to=body.contact.email,
        to_name=name,
        subject=f"{subject} ({catalogue_name})",
        text=_text(letter),
        html=str(_html(letter)),
        id=f"{report.today}.{digest.organization}.{digest.signature[:12]}@{catalogue.settings.id}",
        language=words.language,
    )


def _letter(
    digest: Digest, body: Organization, report: Report, words: Messages, project: Project | None, calendar: str | None
) -> Letter:
    catalogue = report.catalogue
    groups = [
        (
            f"{words.text(STATES[state])}: {words.text(TO_DO[state])}",
            tuple(_lines(list(members), report, words, project)),
        )
        for state, members in groupby(digest.items, key=lambda one: one.state)
    ]
    if digest.coming:
        groups.append((words.text("Coming due"), tuple(_lines(digest.coming, report, words, None))))
    closing = []
    if project is not None:
        closing.append(
            words.text(
                "A review says that somebody looked and the data are right: open the link, fill in who reviewed "
                "and what was found, and send it."
            )
        )
    closing.append(
        words.text(
            "This mail was written by a program. It comes when something changes, at most once a week; daily "
            "while something is long overdue."
        )
    )
    links = []
    if calendar:
        links.append((words.text("Subscribe to the due dates in your calendar"), calendar))
    if catalogue.settings.base_url:
        links.append((words.text("The portal"), catalogue.settings.base_url))
    return Letter(
        words.language,
        words.text("To: {name}", name=catalogue.text(body.name, words.language)),
        words.text("As of {day}, these data wait for you:", day=day_in_words(report.today, words)),
        tuple(groups),
        tuple(closing),
        tuple(links),
    )


def _review_link(project: Project, dataset: str, report: Report) -> str:
    return review_link(project, report.catalogue.datasets[dataset].folder, report.today.isoformat())


def _lines(found: Sequence[Assessment], report: Report, words: Messages, project: Project | None) -> Iterator[Line]:
    for one in found[:MAX_ITEMS]:
        said = " ".join(part for part in (when(one, words), missing(one, words), partial(one, words)) if part)
        title = one_line(report.catalogue.text(report.catalogue.datasets[one.dataset].title, words.language), MAX_TITLE)
        links = []
        page = report.address(one.dataset)
        if page:
            links.append((words.text("Its page"), page))
        if project is not None:
            links.append((words.text("Record a review"), _review_link(project, one.dataset, report)))
        yield Line(title, said, tuple(links))
    if (more := len(found) - MAX_ITEMS) > 0:
        yield Line(words.plural("and {count} more", "and {count} more", more), "", ())


def _text(letter: Letter) -> str:
    parts = [letter.greeting, "", letter.opening, ""]
    for title, lines in letter.groups:
        parts += [title, ""]
        for line in lines:
            parts.append(f"* {line.title}")
            parts += [f"  {line.said}"] if line.said else []
            parts += [f"  {name}: {address}" for name, address in line.links]
            parts.append("")
    parts += [f"{name}: {address}" for name, address in letter.links]
    return "\n".join([*parts, "", *letter.closing]) + "\n"


def _html(letter: Letter) -> Markup:
    groups = [
        Markup("<h2>{}</h2>\n<ul>\n{}\n</ul>").format(title, Markup("\n").join(_item(line) for line in lines))
        for title, lines in letter.groups
    ]
    closing = [Markup("<p>{}</p>").format(sentence) for sentence in letter.closing]
    body = [
        Markup("<p>{}</p>").format(letter.greeting),
        Markup("<p>{}</p>").format(letter.opening),
        *groups,
        *(Markup("<p>{}</p>").format(_link(*link)) for link in letter.links),
        *closing,
    ]
    head = Markup('<!doctype html>\n<html lang="{}">\n<head><meta charset="utf-8"><title>{}</title></head>\n<body>\n')
    return head.format(letter.language, letter.opening) + Markup("\n").join(body) + Markup("\n</body>\n</html>\n")


def _item(line: Line) -> Markup:
    parts = [Markup("<strong>{}</strong>").format(line.title)]
    parts += [Markup("{}").format(line.said)] if line.said else []
    parts += [_link(*link) for link in line.links]
    return Markup("<li>{}</li>").format(Markup("<br>\n").join(parts))


def _link(name: str, address: str) -> Markup:
    if not address.startswith(("https://", "http://")):
        return Markup("{}").format(name)
    return Markup('<a href="{}">{}</a>').format(address, name)
