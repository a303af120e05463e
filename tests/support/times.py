"""A clock that stands still until somebody waits."""

from __future__ import annotations


class Time:
    """Instead of ``time.monotonic`` (call it) and ``time.sleep``; ``slept`` are the pauses so far."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.slept: list[float] = []

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds
