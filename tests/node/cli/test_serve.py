"""`sharefeed serve` as a service manager sees it."""

from __future__ import annotations

import threading
from collections.abc import Callable

import click
import pytest

from node.cli.serve import Beside, both
from node.serving import stop_on_sigterm


def answering(begun: Callable[[], None]) -> None:
    begun()
    threading.Event().wait(20)


def test_where_the_work_cannot_begin_the_whole_ends_as_a_failure_so_that_it_is_started_again() -> None:
    def broken() -> Callable[[], None]:
        raise OSError("no such disk")

    stop_on_sigterm()
    with pytest.raises(click.ClickException, match="could not begin"):
        both(answering, Beside(broken))


def test_what_is_asked_to_stop_stops_its_work_and_has_not_failed() -> None:
    stopped = []

    def asked(begun: Callable[[], None]) -> None:
        begun()
        raise SystemExit(0)

    with pytest.raises(SystemExit) as ended:
        both(asked, Beside(lambda: lambda: stopped.append("work")))
    assert (ended.value.code, stopped) == (0, ["work"])
