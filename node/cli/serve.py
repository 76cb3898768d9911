"""Running a node: web pages and feeds, the work behind them, or both in one process."""

from __future__ import annotations

import logging
import os
import signal
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

import click

from node.cli.common import with_node, with_upgraded_node
from node.logs import start_logging

if TYPE_CHECKING:
    from node.context import Node

log = logging.getLogger(__name__)

WORK_FAILED = "The work behind the pages could not begin, so this node ends"

_address = [
    click.option("--host", help="Address to listen on, in place of the setting."),
    click.option("--port", type=click.IntRange(0, 65535), help="Port to listen on, in place of the setting."),
    click.option("--threads", type=click.IntRange(1, 256), help="Requests answered at the same time."),
]


def _with_address(command: Callable[..., None]) -> Callable[..., None]:
    for option in reversed(_address):
        command = option(command)
    return command


@click.command()
@_with_address
@with_upgraded_node
def serve(node: Node, host: str | None, port: int | None, threads: int | None) -> None:
    """Run the whole node in one process: pages, feeds and the work behind them."""
    node = _listening(node, host, port, threads)

    def work() -> Callable[[], None]:
        _load_words(node)
        return _start_worker(node)

    both(lambda begun: _answer(node, begun), Beside(work))


@click.command()
@_with_address
@with_node
def web(node: Node, host: str | None, port: int | None, threads: int | None) -> None:
    """Run pages and feeds alone; as many of these as you like may share one database."""
    from node.worker import follow

    node = _listening(node, host, port, threads)
    stop = follow(node) if node.settings.aggregate else None
    words = threading.Thread(target=_load_words, args=(node,), name="words", daemon=True)
    try:
        _answer(node, words.start)
    finally:
        if stop:
            stop()


@click.command()
@with_node
def worker(node: Node) -> None:
    """Run the work behind the pages alone: reading sources, expiry, tidying up."""
    from node.processes import give_way
    from node.serving import stop_on_sigterm

    check(node)
    start_logging()
    stop_on_sigterm()
    give_way()
    stop = _start_worker(node)
    click.echo(f"{node.settings.node_name} is at work. Stop it with Ctrl-C.")
    try:
        threading.Event().wait()
    except KeyboardInterrupt:
        click.echo("Stopping after what is being done.")
    finally:
        stop()


def _listening(node: Node, host: str | None, port: int | None, threads: int | None) -> Node:
    from node.context import Node
    from node.processes import look_for_cycles_less

    look_for_cycles_less()  # before most of the program is loaded, which is a tenth quicker for it
    wanted = {"host": host, "port": port, "threads": threads}
    given = {name: value for name, value in wanted.items() if value is not None}
    check(node)
    return Node(node.settings.changed(**given), node.database, node.clock)


def check(node: Node) -> None:
    """Raises `SettingError` now for what would otherwise fail in the night."""
    from node.services.configuration import keys
    from node.services.configuration.setup import check_described, check_settings, check_url

    check_url(node.settings)
    check_settings(node.settings)
    check_described(node.settings)
    node.settings.secret()
    lost = keys.is_missing(node) and _has_worked(node)
    keys.own(node)
    if lost:
        click.echo(
            f"There was no key in {keys.path_of(node.settings)}, so a new one was made. Nodes that know this one "
            "believe nothing it says until their operators say so. If you have the old key: stop this, run "
            "`sharefeed key import FILE --replace`, and start it again.",
            err=True,
        )


def _has_worked(node: Node) -> bool:
    from node.storage import heartbeats

    with node.database.read() as tx:
        return heartbeats.by_name(tx, "worker") is not None


def _answer(node: Node, begun: Callable[[], None] = lambda: None) -> None:
    from node.app import create_app
    from node.services.mail.mail_settings import open_mailbox
    from node.serving import serve as answer

    start_logging()
    app = create_app(node)
    settings = node.settings
    if settings.allow_loopback:
        click.secho("allow_loopback is on: this node reads addresses on this machine. For development only.", fg="red")
    if settings.mail_capture:
        where = f" They stand at {settings.url}mailbox." if open_mailbox(settings) else ""
        click.secho(f"mail_capture is on: mails are kept and none is sent.{where} For development only.", fg="red")
    told = f"{settings.node_name} answers on http://{settings.host}:{settings.port}/ as {settings.url}"

    def listening() -> None:
        click.echo(told)
        begun()

    answer(app, settings, listening)


def both(answer: Callable[[Callable[[], None]], None], work: Beside) -> None:
    """Answer until asked to stop, with the work beside it. Raises `click.ClickException` where that could not begin."""
    try:
        answer(work.begin)
    finally:
        work.end()
        if work.failed:
            # Not 0: a service manager starts again what failed, and lets rest what was asked to stop.
            raise click.ClickException(f"{WORK_FAILED}. Nothing was lost; the lines before this one say what it met.")


def _load_words(node: Node) -> None:
    """Read what searches need of the vocabulary, beside the first answers, which need none of it."""
    if node.settings.aggregate:
        from node.search.lexicon import load_vocabulary

        load_vocabulary()


class Beside:
    """The work of a node beside its answers: begun once it listens, so that nobody waits for what it loads.

    ``start`` begins it, and returns what stops it.
    """

    def __init__(self, start: Callable[[], Callable[[], None]]) -> None:
        self._start = start
        self.failed = False
        self._stop: Callable[[], None] = lambda: None
        self._beginning = threading.Thread(target=self._begin, name="work", daemon=True)

    def begin(self) -> None:
        self._beginning.start()

    def _begin(self) -> None:
        try:
            self._stop = self._start()
        except Exception:
            # Pages without the work behind them would look well and grow old: the whole ends, for others to see.
            self.failed = True
            log.exception(WORK_FAILED)
            os.kill(os.getpid(), signal.SIGTERM)

    def end(self) -> None:
        """Stop, after what is being done; at once where nothing was begun."""
        if self._beginning.ident is not None:
            self._beginning.join()
        self._stop()


def _start_worker(node: Node) -> Callable[[], None]:
    from node.worker import start

    stop: Callable[[], None] = start(node)
    return stop
