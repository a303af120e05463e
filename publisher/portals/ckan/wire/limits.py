"""How hard a portal may be asked: limits of one answer, the pace of all requests together, and when to give up."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from threading import Condition
from types import TracebackType
from typing import Self

from publisher.catalogue.model import PortalEntry
from publisher.http import CONNECTIONS, TIMEOUT

Clock = Callable[[], float]
Sleep = Callable[[float], None]

_FIRST_PAUSE, _LONGEST_PAUSE = 0.5, 8.0
_SLOWEST = 16.0
_RECOVERY = 0.9
_ONCE = 1.0


@dataclass(frozen=True, slots=True)
class Limits:
    """What one request may take. ``rate`` is in requests a second, None is as fast as the server answers.

    ``timeout`` is how long to wait for the next bytes, ``longest`` for one answer as a whole; ``largest`` the bytes of
    an answer, unpacked. ``patience`` is for how many seconds in all a call waits before it tries again (``Retry-After``
    included), ``tries`` how often it is tried.
    """

    rate: float | None = None
    parallel: int = 4
    timeout: float = TIMEOUT[1]
    longest: float = 600.0
    largest: int = 64 << 20
    patience: float = 60.0
    tries: int = 6
    ca_bundle: Path | None = None


def limits_of(entry: PortalEntry, root: Path) -> Limits:
    """The limits that an entry of ``catalog/portals.yaml`` sets; paths are relative to the catalogue's root."""
    return Limits(
        rate=entry.rate,
        parallel=min(entry.parallel, CONNECTIONS),
        timeout=entry.timeout or TIMEOUT[1],
        ca_bundle=(root / Path(entry.ca_bundle).expanduser()) if entry.ca_bundle else None,
    )


class Patience:
    """The tries of one call: waits longer before each, by chance, so that those who failed together do not come
    together again.
    """

    def __init__(self, limits: Limits, sleep: Sleep = time.sleep) -> None:
        self._left = limits.patience
        self._tries = limits.tries - 1
        self._pause = _FIRST_PAUSE
        self._sleep = sleep

    def again(self, wait: float | None = None) -> bool:
        """Wait, at least as long as the server asks for (``Retry-After``); False where it is time to give up."""
        pause = max(random.uniform(self._pause / 2, self._pause), wait or 0.0)
        if not self._tries or pause > self._left:
            return False
        self._tries -= 1
        self._left -= pause
        self._pause = min(_LONGEST_PAUSE, self._pause * 2)
        self._sleep(pause)
        return True


class Pace:
    """Lets requests of several threads pass: ``with pace: send()``.

    At most ``rate`` of them start in a second and ``parallel`` run at the same time. A server that pushes back halves
    both; each request that goes well gives a little of it back. What one thread is told to wait, all of them wait.
    """

    def __init__(
        self, rate: float | None = None, parallel: int = 4, clock: Clock = time.monotonic, sleep: Sleep = time.sleep
    ) -> None:
        self._gap = 1 / rate if rate else 0.0
        self._parallel = parallel
        self._clock = clock
        self._sleep = sleep
        self._free = Condition()
        self._window = float(parallel)
        self._slower = 1.0
        self._running = 0
        self._next = 0.0
        self._quiet_until = 0.0
        self._halved_at = float("-inf")

    @property
    def window(self) -> int:
        """How many requests may run at the same time now."""
        return int(self._window)

    def __enter__(self) -> Self:
        with self._free:
            self._free.wait_for(lambda: self._running < self.window)
            self._running += 1
            start = max(self._clock(), self._next, self._quiet_until)
            self._next = start + self._gap * self._slower
        try:
            self._wait_until(start)
            # Another thread may have been told to wait while this one slept.
            while self._quiet_until > self._clock():
                self._wait_until(self._quiet_until)
        except BaseException:  # interrupted while asleep: the others must not wait for a place that nobody holds
            self._leave()
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, at: TracebackType | None) -> None:
        self._leave()

    def went_well(self) -> None:
        """Told after an answer that did not complain of the load."""
        with self._free:
            self._window = min(float(self._parallel), self._window + 1 / self._window)
            self._slower = max(1.0, self._slower * _RECOVERY)
            self._free.notify_all()

    def pushed_back(self, seconds: float = 0.0) -> None:
        """Told after 429 or 503: everybody is quiet for that long, and slower afterwards."""
        with self._free:
            now = self._clock()
            self._quiet_until = max(self._quiet_until, now + seconds)
            if now - self._halved_at >= _ONCE:  # requests that ran together are one complaint
                self._halved_at = now
                self._window = max(1.0, self._window / 2)
                self._slower = min(_SLOWEST, self._slower * 2)

    def _leave(self) -> None:
        with self._free:
            self._running -= 1
            self._free.notify_all()

    def _wait_until(self, instant: float) -> None:
        wait = instant - self._clock()
        if wait > 0:
            self._sleep(wait)
