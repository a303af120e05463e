"""A bound on the time of one answer as a whole: its connection is cut when it has taken too long.

The timeouts of the libraries count from one byte to the next; a server that sends a byte a minute never reaches them.
"""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from threading import Timer
from types import TracebackType
from typing import Any, Self

from requests import Session
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool


class Watch:
    """Cuts the connection of a request when ``longest`` seconds have gone since it was sent; ``pause`` are the seconds
    that sending may stand still.
    """

    def __init__(self, longest: float, pause: float) -> None:
        self._longest = longest
        self.pause = pause
        self._timer: Timer | None = None
        self.late = False
        """Whether it came to that."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, at: TracebackType | None) -> None:
        self.stop()

    def start(self, sock: socket.socket) -> None:
        """Watch this connection, and no other one of before."""
        self.stop()
        self._timer = Timer(self._longest, self._cut, (sock,))
        self._timer.daemon = True
        self._timer.start()

    def stop(self) -> None:
        """Watch no longer."""
        if self._timer is not None:
            self._timer.cancel()

    @contextmanager
    def at_work(self) -> Iterator[None]:
        """Requests that this thread sends in here are watched, until the end of the watch."""
        token = _WATCH.set(self)
        try:
            yield
        finally:
            _WATCH.reset(token)

    def _cut(self, sock: socket.socket) -> None:
        self.late = True
        with suppress(OSError):
            socket.socket.shutdown(sock, socket.SHUT_RDWR)


_WATCH: ContextVar[Watch | None] = ContextVar("watch", default=None)


def _connected(connection: HTTPConnection) -> None:
    # Otherwise the time to connect also bounds each piece that is sent.
    watch = _WATCH.get()
    if watch and connection.sock:
        connection.sock.settimeout(watch.pause)


def _sent(connection: HTTPConnection) -> None:
    watch = _WATCH.get()
    if watch and connection.sock:
        watch.start(connection.sock)


class _Plain(HTTPConnection):
    def connect(self) -> None:
        super().connect()
        _connected(self)

    def request(self, *args: Any, **options: Any) -> None:
        super().request(*args, **options)
        _sent(self)


class _Encrypted(HTTPSConnection):
    def connect(self) -> None:
        super().connect()
        _connected(self)

    def request(self, *args: Any, **options: Any) -> None:
        super().request(*args, **options)
        _sent(self)


class _PlainPool(HTTPConnectionPool):
    ConnectionCls = _Plain


class _EncryptedPool(HTTPSConnectionPool):
    ConnectionCls = _Encrypted


_POOLS = {"http": _PlainPool, "https": _EncryptedPool}


class _Adapter(HTTPAdapter):
    def init_poolmanager(self, *args: Any, **options: Any) -> None:
        super().init_poolmanager(*args, **options)
        self.poolmanager.pool_classes_by_scheme = _POOLS

    def proxy_manager_for(self, proxy: str, **options: Any) -> Any:
        manager = super().proxy_manager_for(proxy, **options)
        if not proxy.lower().startswith("socks"):  # which has pools of its own
            manager.pool_classes_by_scheme = _POOLS
        return manager


def watched(session: Session, connections: int) -> Session:
    """The session, its requests to be watched and tried once."""
    adapter = _Adapter(pool_maxsize=connections, max_retries=0)
    session.mount("http://", adapter)
    session.mount("https://", adapter)
    return session
