"""Who is written to today about which data: decided from assessments and a ledger of what was sent. Pure.

A body hears of its data when something has changed since it last heard, at most once a week; while
something is long overdue, every day. What cannot be measured is no body's lateness and makes no mail.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from publisher.digest import digest_of
from publisher.freshness.model import Assessment, State

FORMAT = 1
OPEN = (State.DELINQUENT, State.OVERDUE, State.DUE, State.NO_EVIDENCE)
"""States that a body is written to about."""
WEEKLY = timedelta(days=7)
DAILY = timedelta(days=1)
AHEAD = timedelta(days=21)
"""How far a digest looks ahead; what comes due is told in it, but is no reason to write."""


@dataclass(frozen=True, slots=True)
class Sent:
    """The last digest to a body: its day, and the digest of what it said."""

    on: date
    signature: str


Ledger = Mapping[str, Sent]


@dataclass(frozen=True, slots=True)
class Digest:
    """What a body is told today: what is open, and what comes due soon."""

    organization: str
    items: tuple[Assessment, ...]
    coming: tuple[Assessment, ...]
    signature: str


def digests(found: Iterable[Assessment], ledger: Ledger, today: date) -> tuple[Digest, ...]:
    """The digests that are to be sent on a day, by the body that answers today."""
    by_body: dict[str, list[Assessment]] = {}
    for one in found:
        if one.responsible is not None:
            by_body.setdefault(one.responsible, []).append(one)
    made = (_digest(body, members, today) for body, members in sorted(by_body.items()))
    return tuple(one for one in made if one.items and _is_time(one, ledger.get(one.organization), today))


def _digest(body: str, found: Iterable[Assessment], today: date) -> Digest:
    members = sorted(found, key=lambda one: (OPEN.index(one.state) if one.state in OPEN else len(OPEN), one.dataset))
    items = tuple(one for one in members if one.state in OPEN)
    coming = tuple(
        one
        for one in members
        if one.state in {State.FRESH, State.PLANNED}
        and one.timeline.due_at is not None
        and today <= one.timeline.due_at <= today + AHEAD
    )
    return Digest(body, items, coming, _signature(items))


def _signature(items: Iterable[Assessment]) -> str:
    return digest_of([[one.dataset, one.state.value, list(one.missing), str(one.timeline.due_at)] for one in items])


def _is_time(digest: Digest, last: Sent | None, today: date) -> bool:
    if last is None:
        return True
    if any(one.state is State.DELINQUENT for one in digest.items):
        return today - last.on >= DAILY
    return digest.signature != last.signature and today - last.on >= WEEKLY


def after(ledger: Ledger, sent: Iterable[Digest], today: date) -> dict[str, Sent]:
    """The ledger with digests that were sent on a day."""
    return {**ledger, **{one.organization: Sent(today, one.signature) for one in sent}}


def read_ledger(data: Any) -> dict[str, Sent]:
    """A ledger from plain data.

    Raises:
        ValueError: if it does not have the shape of :func:`ledger_data`.
    """
    try:
        if data["format"] != FORMAT:
            raise ValueError("another format")
        return {
            str(body): Sent(date.fromisoformat(one["on"]), str(one["signature"])) for body, one in data["sent"].items()
        }
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError("no ledger") from error


def ledger_data(ledger: Ledger) -> dict[str, Any]:
    """A ledger as plain data, by name of the body."""
    return {
        "format": FORMAT,
        "sent": {body: {"on": str(one.on), "signature": one.signature} for body, one in sorted(ledger.items())},
    }
