"""Progress: a moving line for people, plain lines for logs, nothing when quiet."""

from __future__ import annotations

import io

from publisher.progress import Moving, Plain, progress, silent


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_each_stream_gets_what_suits_it() -> None:
    assert progress(True, Terminal()) is silent
    assert isinstance(progress(False, Terminal()), Moving)
    assert isinstance(progress(False, io.StringIO()), Plain)


def test_a_moving_line_is_wiped_at_the_end() -> None:
    stream = io.StringIO()
    ticks = iter(range(10))
    moving = Moving(stream, 20, lambda: next(ticks))
    moving("Tables", 1, 2)
    assert stream.getvalue() == "\r" + "Tables 1/2".ljust(20)
    moving("Tables", 2, 2)
    assert stream.getvalue().endswith("\r" + " " * 20 + "\r")


def test_a_log_gets_a_line_only_after_a_while() -> None:
    stream = io.StringIO()
    ticks = iter([0, 1, 11, 11, 12, 30, 30])
    plain = Plain(stream, lambda: next(ticks))
    for done in range(1, 5):
        plain("Tables", done, 0)
    assert stream.getvalue().splitlines() == ["Tables 2", "Tables 4"]
