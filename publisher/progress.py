"""Progress of long work: one updating line at a terminal, a plain line now and then in CI, nothing when quiet."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import Protocol, TextIO

EVERY = 10.0
"""Seconds between two lines where nobody can see a line move."""
REDRAW = 0.1


class Progress(Protocol):
    """What long work calls after each step; ``text`` is already in the reader's language."""

    def __call__(self, text: str, done: int, total: int) -> None:
        """Say that ``done`` of ``total`` steps are done; ``total`` 0 means not known."""


def silent(text: str, done: int, total: int) -> None:
    """Says nothing."""


class Moving:
    """One line that is written over; it is wiped when the work is done."""

    def __init__(self, stream: TextIO, width: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._stream, self._width, self._clock = stream, width, clock
        self._drawn = float("-inf")

    def __call__(self, text: str, done: int, total: int) -> None:
        """Draw the line anew, at most ten times a second; wipe it at the end."""
        if total and done >= total:
            self._stream.write("\r" + " " * self._width + "\r")
        elif self._clock() - self._drawn >= REDRAW:
            self._drawn = self._clock()
            self._stream.write("\r" + _said(text, done, total)[: self._width].ljust(self._width))
        self._stream.flush()


class Plain:
    """A line of its own at intervals, for logs."""

    def __init__(self, stream: TextIO, clock: Callable[[], float] = time.monotonic) -> None:
        self._stream, self._clock = stream, clock
        self._last = clock()

    def __call__(self, text: str, done: int, total: int) -> None:
        """Write a line if the last one is long ago; short work stays silent."""
        if self._clock() - self._last >= EVERY:
            self._last = self._clock()
            self._stream.write(_said(text, done, total) + "\n")
            self._stream.flush()


def progress(quiet: bool, stream: TextIO | None = None) -> Progress:
    """The progress that suits the stream (standard error unless another is given)."""
    stream = stream or sys.stderr
    if quiet:
        return silent
    if stream.isatty():
        import shutil

        return Moving(stream, shutil.get_terminal_size().columns - 1)
    return Plain(stream)


def _said(text: str, done: int, total: int) -> str:
    return f"{text} {done}/{total}" if total else f"{text} {done}"
