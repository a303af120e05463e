"""Evidence of resources that live at an address of their own: asked politely, and only on request.

The first look at an address, and the same content again, are no update. A source whose content differs between two
looks in a row is dynamic: it says nothing about updates (both as HDX does, OCHA-DAP/hdx-data-freshness).
What cannot be asked is unmeasured, never stale. What was seen is kept in the workspace, by address.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta, tzinfo
from urllib.parse import urlsplit

from publisher.catalogue.model import Dataset, Status
from publisher.freshness.content import content_digest
from publisher.freshness.http import Answer, Asker, Refused, Unanswered
from publisher.freshness.model import Observation
from publisher.tables.source import Table, table_of
from publisher.workspace import Workspace, unwritable, write_atomically

HOSTS = 8
"""Hosts that are asked at the same time; each gets one request after the other."""
DELAY = 1.0
"""Seconds between two requests to one host, as a Crawl-delay in robots.txt would ask for."""
LEDGER = "remote.json"
_JUST_NOW = timedelta(seconds=10)

Ask = Callable[[], Asker]


@dataclass(frozen=True, slots=True)
class Seen:
    """What is remembered of an address. ``changed`` is the instant of its last known change, ISO 8601."""

    etag: str | None = None
    modified: str | None = None
    digest: str | None = None
    changed: str | None = None
    dynamic: bool = False
    failure: str | None = None


def observe_remote(
    datasets: Iterable[Dataset],
    workspace: Workspace,
    now: datetime,
    zone: tzinfo,
    *,
    ask: Ask = Asker,
    sleep: Callable[[float], None] = time.sleep,
    delay: float = DELAY,
    catalogue: Iterable[Dataset] | None = None,
) -> dict[str, tuple[Observation, ...]]:
    """Ask the addresses of published datasets' resources; what they say, by dataset.

    What was seen of addresses that no dataset of the ``catalogue`` has any more is forgotten.

    Raises:
        OpendataError: ``locked`` while another run asks, ``workspace-unwritable``.
    """
    wanted = tuple(one for one in datasets if one.status is Status.PUBLISHED)
    tables = {r.url: table_of(r, one.name) for one in wanted for r in one.resources if r.url and not r.service}
    if not tables:
        return {}
    with workspace.locked("remote", 5):
        ledger = _read(workspace)
        hosts: dict[str, list[str]] = {}
        for url in tables:
            hosts.setdefault(urlsplit(url).netloc.rpartition("@")[2].lower(), []).append(url)

        def visit(urls: Sequence[str]) -> dict[str, Seen]:
            return _host({url: tables[url] for url in urls}, ledger, now, ask, lambda: sleep(delay))

        with ThreadPoolExecutor(HOSTS) as pool:
            found = {url: seen for part in pool.map(visit, hosts.values()) for url, seen in part.items()}
        seen = {**ledger, **found}
        if catalogue is not None:
            present = {resource.url for one in catalogue for resource in one.resources}
            seen = {url: one for url, one in seen.items() if url in present}
        _write(workspace, seen)
    return {
        one.name: tuple(
            _observation(r.url, found[r.url], zone) for r in one.resources if r.url in found and _says(found[r.url])
        )
        for one in wanted
    }


def _says(seen: Seen) -> bool:
    return seen.failure is not None or (seen.changed is not None and not seen.dynamic)


def _observation(url: str, seen: Seen, zone: tzinfo) -> Observation:
    parts = urlsplit(url)
    shown = f"{parts.hostname}{parts.path}"  # no account, no key of a query: evidence is published
    if seen.failure is not None or seen.changed is None:
        return Observation("remote", shown)
    return Observation("remote", shown, on=datetime.fromisoformat(seen.changed).astimezone(zone).date())


def _host(
    tables: Mapping[str, Table], ledger: Mapping[str, Seen], now: datetime, ask: Ask, pause: Callable[[], None]
) -> dict[str, Seen]:
    """The addresses of one host, one request after the other; a host that refuses is left alone."""
    found: dict[str, Seen] = {}
    refused: str | None = None
    with ask() as asker:
        for url, table in tables.items():
            before = ledger.get(url, Seen())
            if refused is None:
                try:
                    found[url] = _look(asker, url, table, before, now, pause)
                    continue
                except Refused as error:
                    refused = str(error)
                    found[url] = replace(before, failure=refused)
                except Unanswered as error:
                    found[url] = replace(before, failure=str(error))
                pause()
            else:
                found[url] = replace(before, failure=refused)
    return found


def _look(asker: Asker, url: str, table: Table, before: Seen, now: datetime, pause: Callable[[], None]) -> Seen:
    """One look: the headers first, the bytes where those do not say that nothing changed."""
    if before.dynamic:  # should it have become a file, this is the first look at it
        before = replace(before, digest=None)
    head = asker.head(url)
    pause()
    if head is not None and _unchanged(head, before):
        return replace(before, failure=None)
    answer = asker.get(url)
    pause()
    digest = _digest(answer, table, url)
    if digest is not None and digest != before.digest:
        again = _digest(asker.get(url), table, url)
        pause()
        if again != digest:
            return Seen(answer.etag, None, again, before.changed, dynamic=True)
    return _judged(before, answer, digest, now)


def _judged(before: Seen, answer: Answer, digest: str | None, now: datetime) -> Seen:
    claimed = answer.modified if answer.modified and not _of_this_moment(answer, now) else None
    said = claimed.isoformat() if claimed else None
    changed = before.changed
    if before.digest is None or digest is None:  # the first look, or too large: only the header can tell
        changed = said or changed
    elif digest != before.digest:
        newer = claimed is not None and (changed is None or claimed > datetime.fromisoformat(changed))
        changed = said if newer else now.isoformat()
    return Seen(answer.etag, said, digest, changed)


def _of_this_moment(answer: Answer, now: datetime) -> bool:
    """Whether the date of change is only that of the answer, as servers without files give it; or of the future."""
    return answer.modified is not None and answer.modified > min(answer.date or now, now) - _JUST_NOW


def _unchanged(answer: Answer, before: Seen) -> bool:
    if before.digest is None:
        return False
    if answer.etag is not None and before.etag is not None:
        return answer.etag == before.etag
    return answer.modified is not None and answer.modified.isoformat() == before.modified


def _digest(answer: Answer, table: Table, url: str) -> str | None:
    if answer.content is None:
        return None
    return content_digest(answer.content, table, urlsplit(url).path) or hashlib.sha256(answer.content).hexdigest()


def _read(workspace: Workspace) -> dict[str, Seen]:
    try:
        data = json.loads((workspace.folder / LEDGER).read_text("utf-8"))
        return {url: Seen(**one) for url, one in data.items()}
    except (OSError, ValueError, TypeError, AttributeError):
        return {}


def _write(workspace: Workspace, ledger: Mapping[str, Seen]) -> None:
    text = json.dumps({url: asdict(seen) for url, seen in sorted(ledger.items())}, ensure_ascii=False, indent=1)
    try:
        write_atomically(workspace.folder / LEDGER, text.encode())
    except OSError as error:
        raise unwritable(workspace.folder, error) from error
