"""Requests to addresses that a catalogue names, bounded in bytes, time and reach.

The session is that of :mod:`publisher.http`, without its retries: what does not answer is asked on the next run.
"""

from __future__ import annotations

import ipaddress
import socket
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from types import TracebackType
from typing import Any, Self
from urllib.parse import urljoin, urlsplit

import requests
from requests.adapters import HTTPAdapter
from requests.utils import get_environ_proxies, select_proxy

from publisher.http import make_session

TIMEOUT = (10.0, 30.0)
"""Seconds to connect, and to wait for the next bytes: strangers' servers get less than our own."""
LONGEST = 60.0
"""Seconds for one answer as a whole."""
LARGEST = 50 << 20
"""Bytes that are read of one answer; of a longer one only the headers count."""
PATIENCE = 30.0
"""Seconds that a host may ask us to wait (Retry-After) before it is left alone for this run."""
REDIRECTS = 5
TRIED = 3
"""Of a host's numbers, as many are tried."""
_BUSY = frozenset({429, 503})
_CHUNK = 1 << 16
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")


class Unanswered(Exception):
    """An address that could not be measured; the message is a short reason without the address."""


class Refused(Unanswered):
    """A host that wants no more requests for now."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What an address says; ``content`` is None where it is too long, or was not asked for."""

    etag: str | None
    modified: datetime | None
    date: datetime | None
    content: bytes | None = None


class Asker:
    """Asks the addresses of one host."""

    def __init__(self, sleep: Callable[[float], None] = time.sleep) -> None:
        self._sleep = sleep
        self._session = make_session(retries=0)
        self._session.auth = _nobody
        self._route = _Route(max_retries=0)
        self._session.mount("http://", self._route)
        self._session.mount("https://", self._route)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, at: TracebackType | None) -> None:
        self._session.close()

    def head(self, url: str) -> Answer | None:
        """The headers; None where the server does not answer such requests.

        Raises:
            Unanswered: or :class:`Refused`.
        """
        with self._ask("HEAD", url) as answer:
            return None if answer.status_code in {400, 403, 405, 501} else _headers(_fine(answer))

    def get(self, url: str) -> Answer:
        """The headers and, up to a size, the bytes.

        Raises:
            Unanswered: or :class:`Refused`.
        """
        until = time.monotonic() + LONGEST
        with self._ask("GET", url) as answer:
            found = _headers(_fine(answer))
            content = bytearray()
            try:
                for chunk in answer.iter_content(_CHUNK):
                    content += chunk
                    if len(content) > LARGEST:
                        return found
                    if time.monotonic() > until:
                        raise Unanswered("too slow")
            except requests.RequestException as error:
                raise Unanswered(type(error).__name__) from error
            return Answer(found.etag, found.modified, found.date, bytes(content))

    def _ask(self, method: str, url: str, patient: bool = True) -> requests.Response:
        answer = self._reach(method, url)
        if answer.status_code not in _BUSY:
            return answer
        wait = _retry_after(answer)
        answer.close()
        if not patient or wait is None or wait > PATIENCE:
            raise Refused(f"HTTP {answer.status_code}")
        self._sleep(wait)
        return self._ask(method, url, patient=False)

    def _reach(self, method: str, url: str) -> requests.Response:
        """Follow redirects by hand: only to the host that the catalogue names."""
        host = urlsplit(url).hostname
        for _ in range(REDIRECTS + 1):
            answer = self._send(method, url, _allowed(url))
            if not answer.is_redirect:
                return answer
            answer.close()
            url = urljoin(url, answer.headers["Location"])
            if urlsplit(url).hostname != host:
                raise Unanswered("redirect to another host")
        raise Unanswered("too many redirects")

    def _send(self, method: str, url: str, numbers: Sequence[str | None]) -> requests.Response:
        """One request, to the first of the host's numbers that takes a connection."""
        failure: Exception | None = None
        for self._route.number in numbers[:TRIED]:
            try:
                return self._session.request(method, url, timeout=TIMEOUT, allow_redirects=False, stream=True)
            except requests.ConnectionError as error:
                failure = error
            except (requests.RequestException, ValueError) as error:
                raise Unanswered(type(error).__name__) from error
        raise Unanswered(type(failure).__name__) from failure


class _Route(HTTPAdapter):
    """Connects to the number that was looked up and allowed; name, certificate and headers stay those of the URL.

    Looking the name up again for the connection could give another number, one inside the network.
    """

    number: str | None = None
    """Where to; None leaves it to a proxy."""

    def send(self, request: requests.PreparedRequest, *how: Any, **named: Any) -> requests.Response:
        """Send to the number; the certificate that is asked for, and the header of the host, are the name's."""
        if self.number is not None:
            parts = urlsplit(request.url or "")
            request.headers["Host"] = parts.netloc.rpartition("@")[2]
            self.poolmanager.connection_pool_kw["server_hostname"] = parts.hostname
            port = f":{parts.port}" if parts.port else ""
            request.url = parts._replace(netloc=f"{self.number}{port}").geturl()
        return super().send(request, *how, **named)


def _allowed(url: str) -> tuple[str | None, ...]:
    """The numbers of a URL's host; None in their place where a proxy looks the name up.

    What is no public address is refused, unless the catalogue itself names the number (or localhost).

    Raises:
        Unanswered: for another scheme than http and https, no host, and addresses inside a network.
    """
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise Unanswered("not an address") from error
    if parts.scheme not in {"http", "https"} or not host:
        raise Unanswered("not an address")
    if select_proxy(url, get_environ_proxies(url)):
        return (None,)  # the proxy decides
    try:
        looked_up = socket.getaddrinfo(host, port or 80, type=socket.SOCK_STREAM)
        found = list(dict.fromkeys(ipaddress.ip_address(one[4][0]) for one in looked_up))
    except (OSError, UnicodeError, ValueError) as error:
        raise Unanswered("unknown host") from error
    for address in map(_reached, found):
        if address.is_link_local or address.is_multicast or address.is_unspecified:
            raise Unanswered("not a public address")
        if not address.is_global and not _is_named(host):
            raise Unanswered("not a public address")
    return tuple(f"[{one}]" if one.version == 6 else str(one) for one in found)


def _reached(
    address: ipaddress.IPv4Address | ipaddress.IPv6Address,
) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    """The IPv4 address that an IPv6 one stands for (RFC 4291, 2.5.5.2; 6to4; NAT64, RFC 6052), else itself."""
    if isinstance(address, ipaddress.IPv4Address):
        return address
    if address in _NAT64:
        return ipaddress.IPv4Address(address.packed[-4:])
    return address.ipv4_mapped or address.sixtofour or address


def _is_named(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return host == "localhost"
    return True


def _fine(answer: requests.Response) -> requests.Response:
    if answer.status_code != 200:
        raise Unanswered(f"HTTP {answer.status_code}")
    return answer


def _headers(answer: requests.Response) -> Answer:
    return Answer(
        answer.headers.get("ETag"), _instant(answer.headers.get("Last-Modified")), _instant(answer.headers.get("Date"))
    )


def _instant(text: str | None) -> datetime | None:
    try:
        found = parsedate_to_datetime(text) if text else None
    except (ValueError, OverflowError):
        return None
    return found if found is None or found.tzinfo else found.replace(tzinfo=UTC)


def _retry_after(answer: requests.Response) -> float | None:
    """The seconds that the server asks for, as a number or a date (RFC 9110, 10.2.3)."""
    text = answer.headers.get("Retry-After", "").strip()
    if text.isascii() and text.isdigit():
        return float(text)
    at = _instant(text)
    return max(0.0, (at - datetime.now(UTC)).total_seconds()) if at else None


def _nobody(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """No account of this machine's .netrc is told to anybody."""
    return request
