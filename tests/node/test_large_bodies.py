"""What is too large from somebody who is not signed in is refused by its headers: nothing of it is taken."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import suppress

import pytest
from flask import Flask
from waitress import wasyncore
from waitress.server import create_server

from node.context import Node
from node.services.identity import accounts
from node.serving import TOO_LARGE, _may_send_files, channels_for
from node.web.security import MAX_BODY_BYTES, MOST_BODY_BYTES

DISPATCH_S = 5


@pytest.fixture
def cookie(node: Node) -> str:
    account = accounts.add(node, "Ann", "ann@school.example")
    with node.database.write() as tx:
        return f"{accounts.COOKIE}={accounts.let_in(tx, node, account, '')}"


@pytest.fixture
def port(app: Flask) -> Iterator[int]:
    server = create_server(app, host="127.0.0.1", port=0, threads=1, max_request_body_size=MOST_BODY_BYTES)
    server.channel_class = channels_for(_may_send_files(app))
    stop = threading.Event()

    def run() -> None:
        while not stop.is_set():
            wasyncore.loop(0.05, map=server._map, count=1)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    try:
        yield int(server.effective_port)
    finally:
        stop.set()
        thread.join(DISPATCH_S)
        server.task_dispatcher.shutdown()
        wasyncore.close_all(server._map)


def answer_before_the_body(port: int, head: str, body: bytes = b"") -> str:
    """What is said to a request of which all but ``body`` never comes; nothing where the server waits for the rest."""
    with socket.create_connection(("127.0.0.1", port), timeout=DISPATCH_S) as connection:
        words = f"POST /desk/riverside-school/photos HTTP/1.1\r\nHost: share.example.org\r\n{head}\r\n"
        connection.sendall(words.encode() + body)
        connection.settimeout(1)
        answer = b""
        with suppress(TimeoutError):
            while piece := connection.recv(10_000):
                answer += piece
        return answer.decode()


LARGE = f"Content-Length: {MAX_BODY_BYTES + 1}\r\n"


@pytest.mark.parametrize(
    "cookies", ["", "Cookie: sharefeed_account=guess\r\n", 'Cookie: ;;=;"=;\r\n'], ids=["none", "wrong", "rubbish"]
)
def test_a_large_body_is_refused_before_it_comes(port: int, cookies: str) -> None:
    answer = answer_before_the_body(port, LARGE + cookies)
    assert answer.startswith("HTTP/1.1 413 ")
    assert TOO_LARGE in answer


def test_who_is_signed_in_is_waited_for(port: int, cookie: str, node: Node) -> None:
    assert answer_before_the_body(port, f"{LARGE}Cookie: {cookie}\r\n") == ""
    accounts.sign_out(node, cookie.partition("=")[2])
    assert answer_before_the_body(port, f"{LARGE}Cookie: {cookie}\r\n").startswith("HTTP/1.1 413 ")


def test_a_body_that_does_not_say_how_large_it_is_ends_at_the_limit(port: int) -> None:
    head = "Transfer-Encoding: chunked\r\n"
    piece = b"%x\r\n" % 2**20 + b"x" * 2**20 + b"\r\n"
    assert answer_before_the_body(port, head, b"1\r\nx\r\n") == ""
    assert answer_before_the_body(port, head, piece + b"1\r\nx\r\n").startswith("HTTP/1.1 413 ")


def test_one_of_the_usual_size_is_taken_from_everybody(port: int) -> None:
    assert answer_before_the_body(port, f"Content-Length: {MAX_BODY_BYTES}\r\n") == ""
    assert " 400 " in answer_before_the_body(port, "Content-Length: 3\r\n", b"a=b").partition("\r\n")[0] + " "
