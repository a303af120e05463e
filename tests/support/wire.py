"""A server on 127.0.0.1 that answers as it is told, well or badly, and remembers what it was asked."""

from __future__ import annotations

import json
import socket
import ssl
import struct
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any

Reply = Callable[["Handler"], None]


@dataclass(frozen=True)
class Seen:
    """One request as it came in."""

    method: str
    path: str
    headers: Message
    body: bytes


class Wire(ThreadingHTTPServer):
    """Answers one request after the other with ``replies``, the last one again and again."""

    daemon_threads = True

    def __init__(self, replies: list[Reply]) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.replies = replies
        self.seen: list[Seen] = []
        self.over = Event()
        self.scheme = "http"

    @property
    def url(self) -> str:
        return f"{self.scheme}://127.0.0.1:{self.server_address[1]}"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Clients go away in the middle here; that is what is tested."""


class Handler(BaseHTTPRequestHandler):
    server: Wire
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.server.seen.append(Seen(self.command, self.path, self.headers, body))
        replies = self.server.replies
        reply = replies.pop(0) if len(replies) > 1 else replies[0]
        reply(self)

    do_GET = do_POST

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing."""


@contextmanager
def wire(*replies: Reply, tls: ssl.SSLContext | None = None) -> Iterator[Wire]:
    """A server that is there as long as the context."""
    server = Wire(list(replies))
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
        server.scheme = "https"
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server
    finally:
        server.over.set()
        server.shutdown()
        thread.join()
        server.server_close()


def answer(status: int, body: bytes = b"", **headers: str) -> Reply:
    """A whole answer; underscores of header names stand for hyphens."""

    def reply(handler: Handler) -> None:
        handler.send_response(status)
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    return reply


def result(value: Any) -> Reply:
    """What CKAN answers."""
    return answer(200, json.dumps({"success": True, "result": value}).encode(), Content_Type="application/json")


def error(status: int, said: Mapping[str, Any]) -> Reply:
    """What CKAN answers when it does not do it."""
    return answer(status, json.dumps({"success": False, "error": said}).encode(), Content_Type="application/json")


def raw(*pieces: bytes) -> Reply:
    """Bytes as they are, then the end of the connection."""

    def reply(handler: Handler) -> None:
        for piece in pieces:
            handler.wfile.write(piece)
        handler.close_connection = True

    return reply


def reset(before: bytes = b"") -> Reply:
    """Some bytes, then the connection is torn down."""

    def reply(handler: Handler) -> None:
        handler.wfile.write(before)
        handler.wfile.flush()
        handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        handler.connection.close()
        handler.close_connection = True

    return reply


def drip(before: bytes = b"") -> Reply:
    """Some bytes, then one more again and again: never long silent, never done."""

    def reply(handler: Handler) -> None:
        handler.close_connection = True
        with suppress(OSError):
            handler.wfile.write(before)
            while not handler.server.over.wait(0.01):
                handler.wfile.write(b"a")

    return reply


def hang(handler: Handler) -> None:
    """Nothing at all, until the server ends."""
    handler.close_connection = True
    handler.server.over.wait(30)
