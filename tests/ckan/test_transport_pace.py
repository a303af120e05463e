"""How requests of several threads are held to a pace, and how it gives way to a server under load."""

from __future__ import annotations

from threading import Event, Thread

import pytest
from support.times import Time

from publisher.portals.ckan.wire.limits import Limits, Pace, Patience


def through(pace: Pace, times: int = 1) -> None:
    for _ in range(times):
        with pace:
            pass


def test_a_rate_is_kept() -> None:
    time = Time()
    through(Pace(4, clock=time, sleep=time.sleep), 5)
    assert time.slept == [0.25] * 4


def test_without_a_rate_nobody_waits() -> None:
    time = Time()
    through(Pace(clock=time, sleep=time.sleep), 100)
    assert time.slept == []


def test_one_wish_to_wait_makes_all_wait() -> None:
    time = Time()
    pace = Pace(clock=time, sleep=time.sleep)
    pace.pushed_back(7)
    through(pace, 2)
    assert time.slept == [7]


def test_a_wish_that_comes_while_one_sleeps_counts_too() -> None:
    time = Time()
    pace = Pace(1, clock=time, sleep=lambda seconds: (time.sleep(seconds), later.pop()() if later else None))
    later = [lambda: pace.pushed_back(5)]
    through(pace, 2)
    assert time.slept == [1, 5]


def test_under_load_both_are_halved_and_come_back_slowly() -> None:
    time = Time()
    pace = Pace(2, 8, clock=time, sleep=time.sleep)
    pace.pushed_back()
    pace.pushed_back()  # sent together with the first: one complaint
    assert pace.window == 4
    through(pace, 2)
    assert time.slept == [1.0]
    time.now += 10
    for _ in range(10):
        pace.pushed_back()
        time.now += 1
    assert pace.window == 1
    pace.went_well()
    assert pace.window == 2
    for _ in range(60):
        pace.went_well()
    assert pace.window == 8
    time.slept.clear()
    time.now += 100
    through(pace, 2)
    assert time.slept == [pytest.approx(0.5)]


def test_no_more_than_the_window_run_at_the_same_time() -> None:
    pace = Pace(parallel=2)
    inside, go, third = Event(), Event(), Event()

    def hold() -> None:
        with pace:
            inside.set()
            go.wait(30)

    def enter() -> None:
        with pace:
            third.set()

    first = Thread(target=hold)
    first.start()
    inside.wait(30)
    with pace:
        second = Thread(target=enter)
        second.start()
        assert not third.wait(0.05)
    assert third.wait(30)
    go.set()
    first.join()
    second.join()


def test_tries_are_further_and_further_apart_and_end() -> None:
    time = Time()
    patience = Patience(Limits(tries=6, patience=60), time.sleep)
    while patience.again():
        pass
    assert len(time.slept) == 5
    assert all(most / 2 <= slept <= most for slept, most in zip(time.slept, [0.5, 1, 2, 4, 8], strict=True))


def test_what_the_server_asks_for_is_granted_up_to_the_end_of_patience() -> None:
    time = Time()
    patience = Patience(Limits(patience=60), time.sleep)
    assert [patience.again(40), patience.again(40), patience.again(15)] == [True, False, True]
    assert time.slept == [40, 15]
