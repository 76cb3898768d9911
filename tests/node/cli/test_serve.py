"""`sharefeed serve` as a service manager sees it."""

from __future__ import annotations

import os
import signal
import socket
import threading
from collections.abc import Callable
from pathlib import Path

import click
import pytest

from examples.demo_processes import choose_port
from node.app import create_app
from node.cli.serve import Beside, both, check
from node.context import Node
from node.services.configuration.keys import KeyFileError
from node.services.configuration.setup import init
from node.services.health.watch import ask_ourselves, beat
from node.serving import serve, stop_on_sigterm
from node.settings import KEY_FILE, SECRET_FILE, SettingError
from node.storage import heartbeats


@pytest.fixture
def node(tmp_path: Path) -> Node:
    return init(tmp_path / "node", {"node_url": "https://share.example.org/", "node_name": "Share"}, {})


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


def test_who_is_not_answered_any_more_is_not_left_waiting(node: Node) -> None:
    app, port = create_app(node), choose_port()
    calls: list[socket.socket] = []

    def begun() -> None:
        calls.append(socket.create_connection(("127.0.0.1", port), 20))
        threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGTERM)).start()

    serve(app, node.settings.changed(host="127.0.0.1", port=port), begun)
    [call] = calls
    with call:
        assert call.recv(1) == b""


def test_what_it_learns_of_itself_while_it_ends_is_not_noted(node: Node) -> None:
    node.lines.end(20)
    ask_ourselves(node, lambda _: b"")
    with node.database.read() as tx:
        assert heartbeats.by_name(tx, "address") is None


@pytest.mark.parametrize("left", [pytest.param(None, id="gone"), pytest.param("3f9a", id="cut off")])
def test_a_secret_that_is_gone_or_cut_off_stops_it_and_leads_to_no_dead_end(node: Node, left: str | None) -> None:
    path = node.settings.home / SECRET_FILE
    path.unlink() if left is None else path.write_text(left)
    with pytest.raises(SettingError, match="Put your copy of it back") as told:
        check(node)
    assert str(path) in str(told.value)
    assert "sharefeed init" not in str(told.value)


def test_a_key_that_was_lost_is_not_replaced_without_a_word(node: Node, capsys: pytest.CaptureFixture[str]) -> None:
    path = node.settings.home / KEY_FILE
    path.unlink()
    check(node)
    assert capsys.readouterr().err == ""
    beat(node)
    path.unlink()
    check(node)
    assert f"There was no key in {path}" in capsys.readouterr().err
    path.write_text("nonsense")
    with pytest.raises(KeyFileError, match="sharefeed key import FILE --replace"):
        check(node)
