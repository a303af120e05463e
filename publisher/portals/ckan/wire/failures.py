"""Why there is no answer, as a value: the libraries' exceptions hold the request, and with it the token."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import MAXYEAR, MINYEAR, UTC, datetime
from email.utils import parsedate_to_datetime

import urllib3.exceptions

from publisher.errors import Exit, OpendataError
from publisher.messages import Term
from publisher.portals.ckan.wire.token import Origin
from publisher.portals.ckan.wire.watch import Watch


@dataclass(frozen=True, slots=True)
class Failure:
    """Why there is no answer, as a code and a short reason without any address.

    ``sent`` is false where the server surely did nothing; ``final`` where trying again would change nothing.
    """

    code: str
    reason: Term
    sent: bool = True
    final: bool = False
    wait: float | None = None
    host: str | None = None

    def error(self, origin: Origin) -> OpendataError:
        """What ends a command."""
        return OpendataError(
            self.code, Exit.UNREACHABLE, url=f"{origin.scheme}://{origin}", reason=self.reason, host=self.host
        )


def failure_of(error: BaseException, watch: Watch | None = None) -> Failure:
    """What an exception of the libraries means."""
    if watch is not None and watch.late:
        return Failure("portal-too-slow", Term("timeout"))
    causes = tuple(_causes(error))

    def any_of(*kinds: type[BaseException]) -> bool:
        return any(isinstance(one, kinds) for one in causes)

    if any_of(ssl.SSLCertVerificationError):
        return Failure("portal-certificate", Term("certificate not trusted"), sent=False, final=True)
    if any_of(urllib3.exceptions.ProxyError):
        return Failure("portal-unreachable", Term("proxy not reached"), sent=False)
    if any_of(urllib3.exceptions.NameResolutionError):
        return Failure("portal-unreachable", Term("name not found"), sent=False)
    if any_of(urllib3.exceptions.NewConnectionError):
        return Failure("portal-unreachable", Term("connection refused"), sent=False)
    if any_of(urllib3.exceptions.ConnectTimeoutError):
        return Failure("portal-unreachable", Term("timeout"), sent=False)
    if any_of(urllib3.exceptions.TimeoutError, TimeoutError):
        return Failure("portal-too-slow", Term("timeout"))
    if any_of(urllib3.exceptions.DecodeError):
        return Failure("portal-answer-broken", Term("cut off"))
    if any_of(urllib3.exceptions.SSLError, ssl.SSLError):
        return Failure("portal-unreachable", Term("no encrypted connection"))
    return Failure("portal-unreachable", Term("connection lost"))


def _causes(error: BaseException) -> Iterator[BaseException]:
    """An exception and what it was made of, as requests and urllib3 pack them into each other."""
    seen: set[int] = set()
    todo: list[object] = [error]
    while todo:
        one = todo.pop()
        if isinstance(one, BaseException) and id(one) not in seen:
            seen.add(id(one))
            yield one
            todo += [*one.args, getattr(one, "reason", None), one.__cause__, one.__context__]


def retry_after(value: str) -> float | None:
    """The seconds of a ``Retry-After`` header, which names a number or an instant; None where it is neither."""
    if value.isdecimal() and value.isascii():
        return float(value[:9])
    at = instant(value)
    return None if at is None else max(0.0, (at - datetime.now(UTC)).total_seconds())


def instant(value: str) -> datetime | None:
    """An instant as HTTP writes it (RFC 9110, 5.6.7); None for what is none, or lies where years end."""
    try:
        at = parsedate_to_datetime(value)
    except (ValueError, OverflowError):
        return None
    return at.replace(tzinfo=at.tzinfo or UTC) if MINYEAR < at.year < MAXYEAR else None
