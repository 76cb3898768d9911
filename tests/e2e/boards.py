"""A board in this very process, at an address of its own on this machine: up in a second, for a browser to look at."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from typing import Any

from werkzeug.serving import WSGIRequestHandler, make_server

from examples.demo_processes import choose_port
from node.search.follow import Follower
from tests.node.web.aggregator import Browser, follow, send


class Quiet(WSGIRequestHandler):
    def log(self, type: str, message: str, *args: Any) -> None:
        """What is asked here is of no interest."""


class Place:
    """One address at which one board after another answers, as after an upgrade."""

    def __init__(self, home: Path, port: int, items: Sequence[dict[str, Any]]) -> None:
        self.home, self.url, self.items, self.count = home, f"http://127.0.0.1:{port}/", items, 0
        self.board = self.put()

    def put(self, **settings: Any) -> Browser:
        """Let another board answer from now on, with the same listings."""
        self.count += 1
        board = Browser(self.home / str(self.count), node_url=self.url, **settings)
        send(board.node, follow(board.node), self.items)
        Follower(board.node).catch_up()
        self.board = board
        return board

    def __call__(self, environ: dict[str, Any], start: Any) -> Iterable[bytes]:
        return self.board.client.application(environ, start)


@contextmanager
def place_with(items: Sequence[dict[str, Any]], home: Path) -> Iterator[Place]:
    """A board with these listings, for as long as the block."""
    port = choose_port()
    made = Place(home, port, items)
    server = make_server("127.0.0.1", port, made, threaded=True, request_handler=Quiet)
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield made
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
