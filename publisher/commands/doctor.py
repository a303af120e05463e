"""``opendata doctor``: what a run needs, looked at one by one, on one page."""

from __future__ import annotations

import json
import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import click

from publisher import __version__
from publisher.catalogue.model import Catalogue, PortalEntry
from publisher.errors import Exit, OpendataError
from publisher.session import Session
from publisher.text import one_line

LIBRARIES = (
    "babel",
    "ckanapi",
    "click",
    "frictionless",
    "jinja2",
    "jsonschema-rs",
    "python-calamine",
    "pyyaml",
    "requests",
)


class State(StrEnum):
    """How a check ended: good, worth a look, or in the way."""

    OK = "ok"
    NOTE = "note"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the page; ``detail`` is in the reader's language."""

    check: str
    state: State
    detail: str


@click.command()
@click.option(
    "--format", "shape", type=click.Choice(["human", "json"]), default="human", help="How the findings are written."
)
@click.pass_obj
def command(session: Session, shape: str) -> int:
    """Check this computer, the catalogue and the portals' reach, on one page.

    Asks the addresses of the catalogue's own portals and no others. Shows no password or token.
    """
    findings = list(_findings(session))
    words = session.messages
    if shape == "json":
        click.echo(json.dumps({"findings": [asdict(one) for one in findings]}, ensure_ascii=False, indent=2))
    else:
        marks = {State.OK: words.text("good"), State.NOTE: words.text("note"), State.BAD: words.text("bad")}
        width = max(len(words.text(one.check)) for one in findings)
        for one in findings:
            click.echo(f"{words.text(one.check):{width}}  {marks[one.state]:6}  {one.detail}")
    return Exit.NO if any(one.state is State.BAD for one in findings) else Exit.DONE


def _findings(session: Session) -> Iterator[Finding]:
    yield Finding("opendata", State.OK, __version__)
    yield Finding("Python", State.OK, f"{platform.python_version()}, {platform.platform(terse=True)}")
    yield _libraries()
    yield _git(session)
    yield Finding("Language", State.OK, f"{session.language}, {sys.stdout.encoding}")
    yield _proxy(session)
    yield from _catalogue(session)


def _libraries() -> Finding:
    found = {}
    for name in LIBRARIES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "-"
    state = State.BAD if "-" in found.values() else State.OK
    return Finding("Libraries", state, ", ".join(f"{name} {number}" for name, number in found.items()))


def _git(session: Session) -> Finding:
    executable = shutil.which("git")
    if executable is None:
        advice = session.messages.text("not found: dates of change and --changed-since will be missing")
        return Finding("Git", State.NOTE, advice)
    done = subprocess.run([executable, "--version"], capture_output=True, text=True, check=False)
    return Finding("Git", State.OK, done.stdout.strip().removeprefix("git version "))


def _proxy(session: Session) -> Finding:
    from urllib.request import getproxies

    listed = ", ".join(f"{scheme} {_shown(address)}" for scheme, address in sorted(getproxies().items()))
    return Finding("Proxy", State.OK, listed or session.messages.text("none"))


def _shown(address: str) -> str:
    """An address, however badly written, without what may be secret in it: a user, a password, a query."""
    scheme, mark, rest = address.partition("://")
    secret, _, place = (rest or scheme).rpartition("@")
    place = "…" if "?" in secret else place.partition("?")[0].partition("#")[0]
    return f"{scheme}{mark}{place}" if mark else place


def _catalogue(session: Session) -> Iterator[Finding]:
    from publisher.catalogue.load import load

    words = session.messages
    try:
        root = session.root
    except OpendataError as error:
        yield Finding("Catalogue", State.BAD, words.of("message", error.code, **error.params))
        return
    loaded = load(root)
    if loaded.catalogue is None:
        yield Finding("Catalogue", State.BAD, words.text("{path}: cannot be read, see opendata validate", path=root))
        return
    count = len({*loaded.catalogue.datasets, *loaded.catalogue.broken})
    said = words.plural("{path}: {count} dataset", "{path}: {count} datasets", count, path=root)
    yield Finding("Catalogue", State.NOTE if loaded.problems else State.OK, said)
    workspace = session.workspace.folder
    yield Finding("Workspace", *_writable(workspace, session))
    for portal in loaded.catalogue.portals.values():
        yield from _portal(session, loaded.catalogue, portal)


def _portal(session: Session, catalogue: Catalogue, portal: PortalEntry) -> Iterator[Finding]:
    words = session.messages
    name = f"{words.text('Portal')} {portal.key}"
    if portal.path:
        yield Finding(name, *_writable(catalogue.root / portal.path, session))
    url = (os.environ.get(portal.url_env, "") if portal.url_env else "") or portal.url
    if portal.url_env and not url:
        yield Finding(name, State.NOTE, words.text("{variable} is not set", variable=portal.url_env))
    present = bool(portal.token_env and os.environ.get(portal.token_env))
    if portal.token_env:
        sentence = "{variable} is set" if present else "{variable} is not set"
        yield Finding(name, State.OK if present else State.NOTE, words.text(sentence, variable=portal.token_env))
    if url and portal.type == "ckan":
        known = portal if present or portal.token_file else replace(portal, token_env=None)
        for state, said in _ckan(session, catalogue.root, known):
            # Versions and names are what a stranger's server sends: nothing of it may steer the terminal.
            yield Finding(name, state, one_line(said, 500))
    elif url:
        yield Finding(name, *_reached(url, session))


def _ckan(session: Session, root: Path, portal: PortalEntry) -> Iterator[tuple[State, str]]:
    """What answers at a CKAN portal's address, and what its token may do there; without a token only the first."""
    from ckanapi.errors import CKANAPIError

    from publisher.portals.ckan.reading.rights import rights
    from publisher.portals.ckan.wire.limits import limits_of
    from publisher.portals.ckan.wire.token import credentials
    from publisher.portals.ckan.wire.transport import Transport, typed

    words = session.messages
    try:
        found = credentials(portal, root)
        if found.exposed:
            yield State.NOTE, words.text("{path}: other people of this computer can read it", path=portal.token_file)
        with Transport(found, replace(limits_of(portal, root), tries=1)) as transport:
            status = typed(transport.call("status_show"), dict, "status_show")
            version = str(status.get("ckan_version") or "?")[:20]
            yield State.OK, words.text("{url}: CKAN {version}", url=found.url, version=version)
            if found.token is not None:
                may = rights(transport, portal.scope)
                yield State.OK, _allowed(session, may.user, may.sysadmin, len(may.organizations))
    except OpendataError as error:
        yield State.BAD, words.of("message", error.code, **error.params) or error.code
    except CKANAPIError as error:  # a portal that shows its version to nobody, or not to us
        yield State.BAD, words.text("CKAN refuses to tell ({reason})", reason=type(error).__name__)


def _allowed(session: Session, user: str, sysadmin: bool, organizations: int) -> str:
    if sysadmin:
        return session.messages.text("the token is accepted: {user}, administrator of the portal", user=user)
    return session.messages.plural(
        "the token is accepted: {user}, may write to {count} organization",
        "the token is accepted: {user}, may write to {count} organizations",
        organizations,
        user=user,
    )


def _reached(url: str, session: Session) -> tuple[State, str]:
    import requests

    from publisher.http import TIMEOUT, make_session

    try:
        with make_session() as asked, asked.get(url, timeout=TIMEOUT, stream=True) as answer:
            pass
    except requests.RequestException as error:
        reason = type(error).__name__
        return State.BAD, session.messages.text("{url}: not reached ({reason})", url=_shown(url), reason=reason)
    return (State.OK if answer.ok else State.BAD), f"{_shown(url)}: HTTP {answer.status_code}"


def _writable(folder: Path, session: Session) -> tuple[State, str]:
    """Whether the folder, or the nearest one above that exists, can be written to; nothing is made."""
    existing = next(one for one in (folder, *folder.parents) if one.exists())
    if existing.is_dir() and os.access(existing, os.W_OK):
        return State.OK, str(folder)
    return State.BAD, session.messages.text("{path}: cannot be written to", path=folder)
