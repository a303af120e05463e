"""A proxy between us and a CKAN that does harm to one request of a run, in a way that networks and servers do.

    with Proxy(stack.url) as proxy:
        proxy.harm(Fault.LATE_TIMEOUT, 7)      # the seventh request from now on
        ...                                    # publish to proxy.url
        proxy.harmed                           # the action that was hit, None if the run was over before

Every answer closes its connection, so that requests and connections count alike.
"""

from __future__ import annotations

import http.client
import json
import socket
import struct
import threading
import urllib.parse
from collections.abc import Callable, Iterable
from contextlib import suppress
from enum import StrEnum
from typing import Self

_HTML = b"<html><head><title>502 Bad Gateway</title></head><body>nginx</body></html>"
_PIECE = 1 << 16


class Fault(StrEnum):
    """What happens to a request; the names with *late* come after CKAN has acted."""

    REFUSED = "connection refused"
    RESET = "reset mid-body"
    LATE_RESET = "reset mid-answer"
    TIMEOUT = "timeout"
    LATE_TIMEOUT = "timeout after it was done"
    TOO_MANY = "429 with Retry-After"
    ERROR = "500"
    LATE_ERROR = "500 after it was done"
    GATEWAY = "502 HTML"
    UNAVAILABLE = "503"
    GATEWAY_TIMEOUT = "504"
    LATE_GATEWAY_TIMEOUT = "504 after it was done"
    TRUNCATED = "truncated answer"
    NO_JSON = "answer that is no JSON"
    LOST = "document lost from the index"


_ANSWERS = {
    Fault.TOO_MANY: (429, b"slow down", {"Retry-After": "0"}),
    Fault.ERROR: (500, b'{"success": false, "error": {"__type": "Internal Server Error"}}', {}),
    Fault.LATE_ERROR: (500, b"Internal Server Error", {}),
    Fault.GATEWAY: (502, _HTML, {"Content-Type": "text/html"}),
    Fault.UNAVAILABLE: (503, b"", {}),
    Fault.GATEWAY_TIMEOUT: (504, _HTML, {"Content-Type": "text/html"}),
    Fault.LATE_GATEWAY_TIMEOUT: (504, _HTML, {"Content-Type": "text/html"}),
    Fault.NO_JSON: (200, b"<!doctype html><p>Welcome to the hotel's network", {"Content-Type": "text/html"}),
}
_BEFORE = {Fault.TOO_MANY, Fault.ERROR, Fault.GATEWAY, Fault.UNAVAILABLE, Fault.GATEWAY_TIMEOUT}


class Proxy:
    """Listens on 127.0.0.1 and hands requests on to ``target``. ``lose`` takes a dataset out of the index by its id."""

    def __init__(self, target: str, lose: Callable[[str], None] | None = None, hang: float = 4.0) -> None:
        parts = urllib.parse.urlsplit(target)
        self._to = (parts.hostname or "127.0.0.1", parts.port or 80)
        self._lose = lose
        self._hang = hang
        self._lock = threading.Lock()
        self._fault: Fault | None = None
        self._at = 0
        self._over = threading.Event()
        self.requests = 0
        self.harmed: str | None = None
        self._listener = _listen(0)
        self._port = self._listener.getsockname()[1]
        self.url = f"http://127.0.0.1:{self._port}"

    def __enter__(self) -> Self:
        self._accept(self._listener)
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._listener.close()

    def harm(self, fault: Fault | None, at: int = 0) -> None:
        """Count from here, and do harm to the request of that number; none does not."""
        with self._lock:
            self._fault, self._at, self.requests, self.harmed = fault, at, 0, None
        if fault is Fault.REFUSED and at == 1:
            self._close_for_a_while()

    def _accept(self, listener: socket.socket) -> None:
        def work() -> None:
            while True:
                try:
                    connection, _ = listener.accept()
                except OSError:  # closed
                    return
                threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

        threading.Thread(target=work, daemon=True).start()

    def _close_for_a_while(self) -> None:
        """Whoever comes meanwhile is refused, as by a server that starts anew."""
        self.harmed = "connection"
        # accept() in another thread wakes up by this, and not by close() alone.
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        threading.Timer(0.15, self._open_again).start()

    def _open_again(self) -> None:
        if not self._over.is_set():
            self._listener = _listen(self._port)
            self._accept(self._listener)

    def _serve(self, client: socket.socket) -> None:
        # Whoever was harmed may have gone away by the time of the answer.
        with suppress(OSError), client, client.makefile("rb") as stream:
            head = _head(stream.readline(), iter(stream.readline, b"\r\n"))
            if head is None:
                return
            method, path, headers = head
            with self._lock:
                self.requests += 1
                hit = self._fault if self.requests == self._at else None
                # Refusing comes before the request that is refused: when the one before has been answered.
                refuse_next = self._fault is Fault.REFUSED and self.requests == self._at - 1
                if hit is Fault.REFUSED:
                    hit = None
                if hit is not None:
                    self.harmed = path.rpartition("/")[2]
            length = int(headers.get("content-length", 0))
            if hit is Fault.RESET:
                stream.read(length // 2)
                _reset(client)
                return
            body = stream.read(length)
            if hit is Fault.TIMEOUT:
                self._over.wait(self._hang)
                return
            if hit in _BEFORE:
                client.sendall(_answer(*_ANSWERS[hit]))
                return
            status, found, given = self._forward(method, path, headers, body)
            if refuse_next:
                self._close_for_a_while()
            self._reply(client, hit, status, found, given)

    def _reply(
        self, client: socket.socket, hit: Fault | None, status: int, found: bytes, given: dict[str, str]
    ) -> None:
        whole = _answer(status, found, given)
        if hit is Fault.LATE_TIMEOUT:
            self._over.wait(self._hang)
        elif hit is Fault.LATE_RESET:
            client.sendall(whole[: len(whole) - len(found) // 2])
            _reset(client)
        elif hit is Fault.TRUNCATED:
            client.sendall(whole[: len(whole) - len(found) // 2])
        elif hit in _ANSWERS:
            client.sendall(_answer(*_ANSWERS[hit]))
        else:
            if hit is Fault.LOST:
                self._lose_what_is_in(found)
            client.sendall(whole)

    def _lose_what_is_in(self, found: bytes) -> None:
        try:
            result = json.loads(found)["result"]
            result = result.get("package", result)
            identity = result["id"] if "resources" in result else None
        except (ValueError, KeyError, TypeError, AttributeError):
            identity = None
        if identity and self._lose:
            self._lose(identity)
        else:
            self.harmed = None

    def _forward(
        self, method: str, path: str, headers: dict[str, str], body: bytes
    ) -> tuple[int, bytes, dict[str, str]]:
        connection = http.client.HTTPConnection(*self._to, timeout=120)
        try:
            kept = {key: value for key, value in headers.items() if key not in {"host", "connection", "content-length"}}
            connection.request(method, path, body or None, kept)
            answer = connection.getresponse()
            given = {key: value for key in ("Content-Type", "Date") if (value := answer.headers.get(key))}
            return answer.status, answer.read(), given
        finally:
            connection.close()


def _listen(port: int) -> socket.socket:
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("127.0.0.1", port))
    listener.listen(64)
    return listener


def _head(first: bytes, lines: Iterable[bytes]) -> tuple[str, str, dict[str, str]] | None:
    words = first.decode("latin-1").split()
    if len(words) != 3:
        return None
    headers = {}
    for line in lines:
        if not line.strip():
            break
        key, _, value = line.decode("latin-1").partition(":")
        headers[key.strip().lower()] = value.strip()
    return words[0], words[1], headers


def _answer(status: int, body: bytes, headers: dict[str, str]) -> bytes:
    given = {"Content-Type": "application/json", **headers, "Content-Length": str(len(body)), "Connection": "close"}
    lines = [f"HTTP/1.1 {status} {http.client.responses.get(status, '')}", *(f"{k}: {v}" for k, v in given.items())]
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + body


def _reset(client: socket.socket) -> None:
    """Close a connection so that the other side is told of an error (RST)."""
    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    client.close()
