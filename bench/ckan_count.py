"""What a run asked of CKAN: requests by kind, bytes sent, files replaced; and goals held against figures. Pure but for
the forwarder, which stands between a run and CKAN on 127.0.0.1 and counts bytes.
"""

from __future__ import annotations

import socket
import threading
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

_PIECE = 1 << 18


@dataclass(frozen=True)
class Counts:
    """Requests of a run. ``bodies`` wrote organizations and groups, ``tables`` asked the DataStore or wrote views of
    tables; ``rest`` is all others, the reading of lists of organizations and groups among them. ``by_action`` is all.
    """

    rest: int
    bodies: int
    tables: int
    by_action: Mapping[str, int]

    @property
    def all(self) -> int:
        """Every request."""
        return self.rest + self.bodies + self.tables

    def __str__(self) -> str:
        return ", ".join(f"{action} {count}" for action, count in self.by_action.items())


def counted(actions: Iterable[str]) -> Counts:
    """Requests by kind; an action's name, or the path of anything else."""
    by_action = Counter(actions)
    kinds = Counter[str]()
    for action, count in by_action.items():
        kinds[_kind(action)] += count
    return Counts(kinds["rest"], kinds["bodies"], kinds["tables"], dict(by_action.most_common()))


def _kind(action: str) -> str:
    if action.startswith(("datastore_", "resource_view_")):
        return "tables"
    if action.startswith(("organization_", "group_")) and "_list" not in action:
        return "bodies"
    return "rest"


def files_of(packages: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """The instant at which CKAN took each file that it holds, by resource id; links are none."""
    resources = (resource for package in packages for resource in package["resources"])
    return {one["id"]: one["last_modified"] for one in resources if one.get("url_type") == "upload"}


def files_sent(before: Mapping[str, Any], after: Mapping[str, Any]) -> int:
    """How many files came in between."""
    return sum(before.get(key) != instant for key, instant in after.items())


@dataclass(frozen=True)
class Goal:
    """What is to be reached: a figure of at most, or at least, ``limit``."""

    text: str
    reached: float
    limit: float
    at_least: bool = False

    @property
    def met(self) -> bool:
        """Whether it is."""
        return self.reached >= self.limit if self.at_least else self.reached <= self.limit

    def line(self) -> str:
        """A row of the table of goals."""
        bound = f"{'at least' if self.at_least else 'at most'} {_number(self.limit)}"
        return f"| {self.text} | {bound} | {_number(self.reached)} | {'yes' if self.met else '**no**'} |"


def _number(value: float) -> str:
    return f"{value:,.0f}" if value == int(value) else f"{value:,.2f}"


class Forwarder:
    """A port of 127.0.0.1 behind which another one answers; counts the bytes to it, headers included.

    ``away`` are the seconds by which each answer comes later, as from a portal that is not on this machine.
    """

    def __init__(self, port: int) -> None:
        self.away = 0.0
        self._port = port
        self._lock = threading.Lock()
        self._sent = 0
        self._listener = socket.create_server(("127.0.0.1", 0))
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    @property
    def sent(self) -> int:
        """Bytes that went to the port behind it so far."""
        with self._lock:
            return self._sent

    def close(self) -> None:
        """Take no more connections."""
        self._listener.close()

    def _accept(self) -> None:
        with suppress(OSError):  # closed
            while True:
                client, _ = self._listener.accept()
                threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        with client, suppress(OSError), socket.create_connection(("127.0.0.1", self._port)) as server:
            for end in (client, server):
                end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            asked = threading.Event()
            back = threading.Thread(target=self._answer, args=(server, client, asked), daemon=True)
            back.start()
            for size in _pumped(client, server):
                with self._lock:
                    self._sent += size
                asked.set()
            back.join()

    def _answer(self, server: socket.socket, client: socket.socket, asked: threading.Event) -> None:
        with suppress(OSError):
            for _ in _pumped(server, client):
                if asked.is_set():  # the first bytes of an answer
                    asked.clear()
                    time.sleep(self.away)


def _pumped(source: socket.socket, target: socket.socket) -> Iterator[int]:
    """Pass bytes on until there are no more; how many each time, told before they go on."""
    while piece := source.recv(_PIECE):
        yield len(piece)
        target.sendall(piece)
    with suppress(OSError):
        target.shutdown(socket.SHUT_WR)


@contextmanager
def forwarding(port: int) -> Iterator[Forwarder]:
    """A forwarder as long as the context."""
    forwarder = Forwarder(port)
    try:
        yield forwarder
    finally:
        forwarder.close()
