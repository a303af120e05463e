"""The one way of calling CKAN's actions: bounded, patient, and sure about what happened.

Actions and errors have ckanapi's names (``ckanapi.errors``). What the network, a proxy or a broken server does in
between is an OpendataError of one line, or :class:`Unsettled` where a write may have been carried out.
"""

from __future__ import annotations

import io
import json
import os
import re
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, Self, TypeVar, cast

import requests
import urllib3.exceptions

from publisher.catalogue.model import PortalEntry
from publisher.errors import Exit, OpendataError
from publisher.messages import Term
from publisher.portals.ckan.wire.answers import result_of
from publisher.portals.ckan.wire.exchange import Answer, Exchange, Sent
from publisher.portals.ckan.wire.failures import Failure, failure_of, retry_after
from publisher.portals.ckan.wire.limits import Limits, Pace, Patience, Sleep, limits_of
from publisher.portals.ckan.wire.multipart import FORM_LIMIT, Form, Upload, form_size, form_values
from publisher.portals.ckan.wire.token import Credentials, Origin, canonical, credentials, origin_of

__all__ = ["FORM_LIMIT", "Sent", "Transport", "Unsettled", "Upload", "connect", "form_size", "form_values", "typed"]

_ACTION = re.compile(r"[a-z0-9_]+")
_READING = re.compile(r"(?:^|_)(?:show|list|search|info|autocomplete)(?:_|$)")
_DOWNLOAD = 3600.0
_Kind = TypeVar("_Kind")


class Unsettled(Exception):
    """A write was sent, and nobody knows whether the server carried it out: read back what stands there.

    ``action`` is the action's name, ``seen`` what came instead of its answer.
    """

    def __init__(self, action: str, seen: str = "") -> None:
        super().__init__(action, seen)
        self.action = action
        self.seen = seen

    def __str__(self) -> str:
        return f"{self.action}: {self.seen}" if self.seen else self.action


class Transport:
    """Calls actions of one portal; safe to use from several threads."""

    def __init__(
        self,
        credentials: Credentials,
        limits: Limits | None = None,
        pace: Pace | None = None,
        sleep: Sleep = time.sleep,
    ) -> None:
        self.limits = limits or Limits()
        self.url = credentials.url
        self._credentials = credentials
        self._sleep = sleep
        self._exchange = Exchange(credentials, self.limits, pace or Pace(self.limits.rate, self.limits.parallel))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    @property
    def origin(self) -> Origin:
        """Whom the token is sent to."""
        return self._exchange.origin

    @property
    def sent(self) -> Sent:
        """Requests and bytes sent so far."""
        return self._exchange.sent

    def now(self) -> datetime:
        """The server's time: two machines' clocks may differ, a portal has one."""
        return self._exchange.now()

    def close(self) -> None:
        """Give up connections."""
        self._exchange.close()

    def call(
        self,
        action: str,
        data: Mapping[str, Any] | None = None,
        *,
        files: Sequence[Upload] = (),
        reads: bool | None = None,
    ) -> Any:
        """The result of an action. With files the parameters go as form values, nested ones as JSON.

        What only reads (told by the action's name unless ``reads`` says it) is tried again where the network or the
        server fails; what writes only where nothing can have happened: no connection, or 429.

        Raises:
            ckanapi.errors.CKANAPIError: and its subclasses, what CKAN itself answers.
            Unsettled: where a write was sent, and its answer did not come or is no answer.
            OpendataError: ``portal-unreachable``, ``portal-too-slow``, ``portal-busy``, ``portal-certificate``,
                ``portal-redirects``, ``portal-answer-broken``, ``portal-answer-too-large``, ``portal-failed``,
                ``portal-upload-too-large``; ``portal-form-too-large`` before anything is sent.
            SourceChanged: where a file is not what it was when it was looked at.
        """
        if not _ACTION.fullmatch(action):
            raise ValueError(action)
        url = f"{self.url}/api/3/action/{action}"
        reading = bool(_READING.search(action)) if reads is None else reads
        body, content_type = _body(data or {}, files)
        patience = Patience(self.limits, self._sleep)
        while True:
            answer = self._exchange.post(url, body, content_type)
            outcome = result_of(answer, self._credentials.token) if isinstance(answer, Answer) else answer
            if not isinstance(outcome, Failure):
                return outcome
            if outcome.sent and not reading:
                raise Unsettled(action, outcome.reason)
            if outcome.final or not patience.again(outcome.wait):
                raise outcome.error(self.origin)

    @contextmanager
    def open(self, url: str) -> Iterator[BinaryIO]:
        """The bytes behind an address, of the portal or of another server, which is asked without the token.

        Raises:
            OpendataError: as :meth:`call`; ``portal-file-missing`` where there is nothing, ``portal-address-bad``.
        """
        try:
            address = canonical(url)
            origin_of(address)
        except ValueError:
            raise OpendataError("portal-link-bad", Exit.UNREACHABLE) from None
        patience = Patience(self.limits, self._sleep)
        while True:
            with self._exchange.get(address, _DOWNLOAD) as found:
                failure = found if isinstance(found, Failure) else _failed(found)
                if not isinstance(found, Failure) and failure is None:
                    with io.BufferedReader(_Body(found, self.origin)) as stream:
                        yield cast(BinaryIO, stream)
                    return
            assert failure is not None
            if failure.code == "portal-file-missing":
                raise OpendataError(failure.code, Exit.UNREACHABLE, path=url)
            if failure.final or not patience.again(failure.wait):
                raise failure.error(origin_of(address))


def connect(entry: PortalEntry, root: Path, environ: Mapping[str, str] = os.environ) -> Transport:
    """The transport of an entry of ``catalog/portals.yaml``, to be closed by the caller.

    Raises:
        OpendataError: as :func:`publisher.portals.ckan.wire.token.credentials`; ``portal-ca-bundle``.
    """
    return Transport(credentials(entry, root, environ), limits_of(entry, root))


def typed(value: object, kind: type[_Kind], action: str) -> _Kind:
    """A part of an answer that must be of a kind.

    Raises:
        OpendataError: ``portal-answer-broken`` if it is not.
    """
    if not isinstance(value, kind):
        raise OpendataError("portal-answer-broken", Exit.UNREACHABLE, url=action, reason=Term("wrong type"))
    return value


def _body(data: Mapping[str, Any], files: Sequence[Upload]) -> tuple[bytes | Form, str]:
    if not files:
        return json.dumps(data, ensure_ascii=False, allow_nan=False).encode(), "application/json"
    values = form_values(data)
    size = form_size(values)
    if size > FORM_LIMIT:
        raise OpendataError("portal-form-too-large", size=size, limit=FORM_LIMIT)
    form = Form(values, files)
    return form, form.content_type


def _failed(response: requests.Response) -> Failure | None:
    status = response.status_code
    if status == 200:
        return None
    if status in {404, 410}:
        return Failure("portal-file-missing", Term("not found"), final=True)
    final = status < 500 and status not in {408, 429}
    return Failure(
        "portal-busy" if status in {429, 503} else "portal-failed",
        Term(f"HTTP {status}"),
        final=final,
        wait=retry_after(response.headers.get("Retry-After", "")),
    )


class _Body(io.RawIOBase):
    """The bytes of an answer as they come in; what breaks off is an OpendataError."""

    def __init__(self, response: requests.Response, origin: Origin) -> None:
        self._response = response
        self._origin = origin

    def readable(self) -> bool:
        """It is."""
        return True

    def readinto(self, buffer: Any) -> int:
        """The next bytes."""
        failure = None
        piece = b""
        try:
            piece = self._response.raw.read1(len(buffer), decode_content=True)
        except (urllib3.exceptions.HTTPError, OSError, ValueError) as error:
            failure = failure_of(error)
        if failure is not None:
            raise failure.error(self._origin)
        buffer[: len(piece)] = piece
        return len(piece)
