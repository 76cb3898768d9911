"""The worker's clock, where it need not wait for the next firing."""

from __future__ import annotations

import time
from threading import Event, get_ident

from node.worker import Clock, watch_for


def test_what_is_asked_for_is_done_at_once_and_by_itself_now_and_then() -> None:
    asked, done = Event(), list[int]()
    end = watch_for(asked, 60, lambda: done.append(get_ident()))
    began = time.monotonic()
    asked.set()
    wait_for(done, 1)
    assert time.monotonic() - began < 30
    end()
    assert get_ident() not in done

    end = watch_for(Event(), 0.01, lambda: done.append(0))
    wait_for(done, 3)
    end()
    count = len(done)
    time.sleep(0.05)
    assert len(done) == count


def test_what_fails_is_done_again() -> None:
    asked, done = Event(), list[int]()

    def fail() -> None:
        done.append(len(done))
        raise ZeroDivisionError

    end = watch_for(asked, 0.01, fail)
    wait_for(done, 3)
    end()


def test_nothing_waits_until_it_is_that_late_again_when_the_clock_is_put_back() -> None:
    ahead, done = [1000.0], list[int]()
    clock = Clock(lambda: ahead[0], 0.01)
    clock.every(60, lambda: done.append(0))
    clock.scheduler.start()
    try:
        ahead[0] -= 0.5
        time.sleep(0.1)
        assert done == []
        ahead[0] -= 3600
        wait_for(done, 1)
        time.sleep(0.1)
        assert len(done) == 1
    finally:
        clock.stop()


def wait_for(done: list[int], count: int) -> None:
    until = time.monotonic() + 20
    while len(done) < count:
        assert time.monotonic() < until
        time.sleep(0.005)
