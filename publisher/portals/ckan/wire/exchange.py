"""One request and its answer: who is asked with the token, and how much may come back."""

from __future__ import annotations

import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from threading import Lock
from typing import Any
from urllib.parse import urljoin

import requests
import urllib3.exceptions

from publisher.errors import OpendataError
from publisher.http import CONNECTIONS, TIMEOUT, make_session
from publisher.messages import Term
from publisher.portals.ckan.wire.failures import Failure, failure_of, instant, retry_after
from publisher.portals.ckan.wire.limits import Limits, Pace
from publisher.portals.ckan.wire.multipart import Form
from publisher.portals.ckan.wire.token import Credentials, Origin, canonical, origin_of
from publisher.portals.ckan.wire.watch import Watch, watched

REDIRECTS = 5
_REDIRECTING = frozenset({301, 302, 307, 308})
_BUSY = frozenset({429, 503})
_PIECE = 1 << 16
_OF_AN_ERROR = 1 << 20


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole answer; ``wait`` are the seconds that its ``Retry-After`` asks for."""

    status: int
    body: bytes
    wait: float | None = None


@dataclass(frozen=True, slots=True)
class Sent:
    """How many requests went out, and how many bytes of their bodies."""

    requests: int = 0
    bytes: int = 0


class Exchange:
    """Speaks to one portal.

    Raises:
        OpendataError: ``portal-ca-bundle`` if the certificates of its own cannot be used.
    """

    def __init__(self, credentials: Credentials, limits: Limits, pace: Pace) -> None:
        self.origin = credentials.origin
        self.pace = pace
        self._credentials = credentials
        self._limits = limits
        self._verify = _certificates(limits)
        self._sent = Sent()
        self._ahead = timedelta()
        self._counting = Lock()
        self._session = watched(make_session(retries=0), max(CONNECTIONS, limits.parallel))
        self._session.auth = _nobody
        self._known_settings: dict[Origin, dict[str, Any]] = {}

    @property
    def sent(self) -> Sent:
        """What was sent so far."""
        return self._sent

    def now(self) -> datetime:
        """The server's time, by the ``Date`` of its last answer; this machine's before the first."""
        return datetime.now(UTC) + self._ahead

    def close(self) -> None:
        """Close the connections."""
        self._session.close()

    def post(self, url: str, body: bytes | Form, content_type: str) -> Answer | Failure:
        """Send a body to an address of the portal; redirects only within it.

        Raises:
            SourceChanged: where a file of the body cannot be read as it was.
        """
        with self.pace, Watch(self._limits.longest, self._limits.timeout) as watch:
            for _ in range(REDIRECTS + 1):
                response = self._send(watch, "POST", url, {"Content-Type": content_type}, body)
                if isinstance(response, Failure):
                    return response
                with response:
                    if response.status_code not in _REDIRECTING:
                        return self._whole(watch, response)
                    target = _target(response)
                    if target is None or origin_of(target) != self.origin:
                        return _elsewhere(target)
                    url = target
            return Failure("portal-redirects", Term("too many redirects"), sent=False, final=True)

    @contextmanager
    def get(self, url: str, longest: float) -> Iterator[requests.Response | Failure]:
        """Ask for an address, of the portal or of a server that it names; redirects are followed, the token stays."""
        response: requests.Response | Failure = Failure(
            "portal-redirects", Term("too many redirects"), sent=False, final=True
        )
        with Watch(longest, self._limits.timeout) as watch:
            for _ in range(REDIRECTS + 1):
                with self.pace:
                    found = self._send(watch, "GET", url, {"Accept-Encoding": "identity"}, None)
                if isinstance(found, Failure):
                    response = found
                    break
                if found.status_code not in {*_REDIRECTING, 303}:
                    self._note(found)
                    response = found
                    break
                target = _target(found)
                found.close()
                if target is None or (url.startswith("https:") and not target.startswith("https:")):
                    response = _elsewhere(target)
                    break
                url = target
            if isinstance(response, Failure):
                yield response
            else:
                with response:
                    yield response

    def _send(
        self, watch: Watch, method: str, url: str, headers: Mapping[str, str], body: bytes | Form | None
    ) -> requests.Response | Failure:
        own = {}
        asked = origin_of(url)
        if self._credentials.token is not None and asked == self.origin:
            own = {self._credentials.header: self._credentials.token}
        with self._counting:
            self._sent = Sent(self._sent.requests + 1, self._sent.bytes + len(body or b""))
        try:
            # Not by Session.send: it keeps cookies, and reads the whole body of a redirect, however long.
            request = self._session.prepare_request(
                requests.Request(method, url, headers={**headers, **own}, data=body)
            )
            settings = self._settings(url, asked)
            with watch.at_work():
                return self._session.get_adapter(url).send(
                    request,
                    stream=True,
                    timeout=(TIMEOUT[0], self._limits.timeout),
                    verify=settings["verify"] or True,
                    # A proxy elsewhere would see the token, and does not reach this machine.
                    proxies={} if asked.is_this_machine else settings["proxies"],
                )
        except (requests.RequestException, urllib3.exceptions.HTTPError, OSError, ValueError) as error:
            return failure_of(error, watch)

    def _settings(self, url: str, origin: Origin) -> dict[str, Any]:
        """What the environment says of proxies and certificates for a server, found out once."""
        if origin not in self._known_settings:
            self._known_settings[origin] = dict(
                self._session.merge_environment_settings(url, {}, True, self._verify, None)
            )
        return self._known_settings[origin]

    def _whole(self, watch: Watch, response: requests.Response) -> Answer | Failure:
        status = response.status_code
        bound = self._limits.largest if status == 200 else _OF_AN_ERROR
        body = bytearray()
        try:
            while piece := response.raw.read1(_PIECE, decode_content=True):
                body += piece
                if len(body) > bound:
                    return Failure("portal-answer-too-large", Term(f"> {bound >> 20} MiB"), final=True)
        except (urllib3.exceptions.HTTPError, OSError, ValueError) as error:
            return failure_of(error, watch)
        if watch.late:
            return Failure("portal-too-slow", Term("timeout"))
        at = instant(response.headers.get("Date", ""))
        if at is not None:
            self._ahead = at - datetime.now(UTC)
        return Answer(status, bytes(body), self._note(response))

    def _note(self, response: requests.Response) -> float | None:
        """Keep to the pace that an answer asks for; the seconds of its ``Retry-After``."""
        wait = retry_after(response.headers.get("Retry-After", ""))
        if response.status_code in _BUSY:
            self.pace.pushed_back(min(wait or 0.0, self._limits.patience))
        else:
            self.pace.went_well()
        return wait


def _target(response: requests.Response) -> str | None:
    """Where a redirect leads; None if nowhere that can be asked."""
    location = response.headers.get("Location")
    if not location:
        return None
    try:
        target = canonical(urljoin(response.url, location))
        origin_of(target)
    except ValueError:
        return None
    return target


def _elsewhere(target: str | None) -> Failure:
    host = origin_of(target) if target else None
    where = f"{host.scheme}://{host}" if host else "?"
    return Failure("portal-redirects", Term("redirect elsewhere"), sent=False, final=True, host=where)


def _certificates(limits: Limits) -> str | bool:
    if limits.ca_bundle is None:
        return True
    try:
        ssl.create_default_context(cafile=str(limits.ca_bundle))
    except OSError:
        raise OpendataError("portal-ca-bundle", path=str(limits.ca_bundle)) from None
    return str(limits.ca_bundle)


def _nobody(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """No password of ~/.netrc takes the place of the token."""
    return request
