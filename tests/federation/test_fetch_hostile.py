"""The guarded client against servers that do everything wrong, over real loopback sockets."""

from __future__ import annotations

import gzip
import os
import tracemalloc
import zlib
from collections.abc import Iterator

import pytest

from federation.fetch import Fetcher
from tests.fakes.fetching import CHUNKED, DEADLINE_S, FEED, LIMIT, PATIENT_S, failure, policy
from tests.fakes.hostile_server import (
    HostileServer,
    Script,
    answer,
    chunks,
    drip,
    endless,
    gzip_bomb,
    hang_up,
    head,
    reset,
    send,
    silence,
)


@pytest.fixture
def fetcher(request: pytest.FixtureRequest) -> Iterator[Fetcher]:
    """One with a short deadline for whoever expects to meet it, and a patient one for all others."""
    case = getattr(request.node, "callspec", None)
    expects_it = case is not None and case.params.get("code") == "deadline"
    with Fetcher(policy(deadline_s=DEADLINE_S if expects_it else PATIENT_S)) as one:
        yield one


WRONG: dict[str, tuple[Script, str]] = {
    "header-drip": (drip(b"HTTP/1.1 200 OK\r\n", b"X: y\r\n", 0.02), "deadline"),
    "status-drip": (drip(b"", b"HTTP/1.1 200", 0.02), "deadline"),
    "body-drip": (drip(head(200, "Content-Length: 1000"), b"x", 0.02), "deadline"),
    "body-drip-until-close": (drip(head(200), b"x", 0.02), "deadline"),
    "chunk-drip": (drip(CHUNKED, b"1\r\nx\r\n", 0.01), "deadline"),
    "trailer-drip": (drip(CHUNKED + b"0\r\n", b"X: y\r\n", 0.01), "deadline"),
    "interim-drip": (drip(b"", head(100), 0.01), "deadline"),
    "error-body-drip": (drip(head(500, "Content-Length: 1000"), b"x", 0.02), "deadline"),
    "silence": (silence(), "deadline"),
    "silence-after-header": (silence(head(200, "Content-Length: 5")), "deadline"),
    "endless-body": (endless(head(200), b"x" * 65536), "too-large"),
    "endless-chunks": (endless(CHUNKED, chunks(b"x" * 9999, end=b"")), "too-large"),
    "endless-gzip": (endless(head(200, "Content-Encoding: gzip"), gzip_bomb(10**6)), "too-large"),
    "endless-empty-gzip-members": (
        endless(head(200, "Content-Encoding: gzip"), gzip.compress(b"") * 500),
        "too-large",
    ),
    "endless-header": (endless(b"HTTP/1.1 200 OK\r\n", b"X: " + b"y" * 5000 + b"\r\n"), "too-large"),
    "endless-header-line": (endless(b"HTTP/1.1 200 OK\r\nX: ", b"y" * 5000), "too-large"),
    "endless-status-line": (endless(b"HTTP/1.1 200 ", b"y" * 5000), "too-large"),
    "endless-interim": (endless(b"", head(100) * 50), "too-large"),
    "endless-chunk-extension": (endless(CHUNKED + b"5;", b"x" * 5000), "truncated|too-large"),
    "endless-trailer": (endless(CHUNKED + b"0\r\n", b"X: y\r\n" * 500), "too-large"),
    "many-header-fields": (send(b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 500 + b"\r\n"), "too-large"),
    "large-length": (silence(head(200, f"Content-Length: {LIMIT + 1}")), "too-large"),
    "large-body": (answer(b"x" * (LIMIT + 1)), "too-large"),
    "gzip-bomb": (answer(gzip_bomb(2 * 10**7), "Content-Encoding: gzip"), "too-large"),
    "deflate-bomb": (answer(zlib.compress(bytes(2 * 10**7)), "Content-Encoding: deflate"), "too-large"),
    "no-answer": (hang_up(), "truncated"),
    "reset": (reset(), "truncated"),
    "reset-in-body": (reset(head(200, "Content-Length: 1000") + b"x"), "truncated"),
    "cut-in-status": (send(b"HTTP/1.1 20"), "truncated"),
    "cut-in-header": (send(b"HTTP/1.1 200 OK\r\nContent-Ty"), "truncated"),
    "cut-between-header-lines": (send(b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n"), "truncated"),
    "short-body": (send(head(200, "Content-Length: 10") + b"x"), "truncated"),
    "short-error-body": (send(head(500, "Content-Length: 10") + b"x"), "truncated"),
    "no-last-chunk": (send(CHUNKED + chunks(b"abc", end=b"")), "truncated"),
    "no-end-of-trailer": (send(CHUNKED + chunks(b"abc", end=b"0\r\n")), "truncated"),
    "cut-in-chunk": (send(CHUNKED + b"5\r\nab"), "truncated"),
    "cut-in-chunk-size": (send(CHUNKED + b"5"), "truncated"),
    "cut-gzip": (answer(gzip.compress(FEED)[:-3], "Content-Encoding: gzip"), "truncated"),
    "gzip-of-nothing-until-close": (send(head(200, "Content-Encoding: gzip")), "truncated"),
    "cut-deflate": (answer(zlib.compress(FEED)[:-3], "Content-Encoding: deflate"), "truncated"),
    "one-byte-of-deflate": (answer(b"x", "Content-Encoding: deflate"), "truncated"),
    "not-gzip": (answer(FEED, "Content-Encoding: gzip"), "bad-answer"),
    "not-deflate": (answer(b"\xff\xff" + FEED, "Content-Encoding: deflate"), "bad-answer"),
    "damaged-gzip": (answer(gzip.compress(FEED)[:-8] + bytes(8), "Content-Encoding: gzip"), "bad-answer"),
    "more-after-gzip": (answer(gzip.compress(FEED) + b"more", "Content-Encoding: gzip"), "bad-answer"),
    "more-after-deflate": (answer(zlib.compress(FEED) + b"more", "Content-Encoding: deflate"), "bad-answer"),
    "brotli": (answer(FEED, "Content-Encoding: br"), "bad-answer"),
    "gzip-twice": (answer(FEED, "Content-Encoding: gzip, gzip"), "bad-answer"),
    "gzip-transfer": (send(head(200, "Transfer-Encoding: gzip, chunked") + chunks(FEED)), "bad-answer"),
    "two-lengths": (send(head(200, "Content-Length: 5", "Content-Length: 6") + b"xxxxx"), "bad-answer"),
    "negative-length": (send(head(200, "Content-Length: -6")), "bad-answer"),
    "length-in-words": (send(head(200, "Content-Length: six")), "bad-answer"),
    "chunk-size-in-words": (send(CHUNKED + b"zz\r\nab\r\n"), "bad-answer"),
    "negative-chunk": (send(CHUNKED + b"-5\r\nab\r\n"), "bad-answer"),
    "chunk-of-minus-one": (endless(CHUNKED + b"-1\r\n", b"x" * 65536), "too-large"),
    "not-http": (send(b"220 mail.example ESMTP\r\n\r\n"), "bad-answer"),
    "http-2": (send(b"HTTP/2 200 OK\r\n\r\n"), "bad-answer"),
    "line-without-colon": (send(b"HTTP/1.1 200 OK\r\nnonsense\r\nContent-Length: 2\r\n\r\nhi"), "bad-answer"),
    "another-protocol": (send(head(101, "Upgrade: x"), hang_up=False), "bad-answer"),
}


@pytest.mark.parametrize(("script", "code"), WRONG.values(), ids=WRONG)
def test_no_wrong_answer_succeeds_and_the_next_one_is_fine(fetcher: Fetcher, script: Script, code: str) -> None:
    with HostileServer({"/wrong": script, "/right": answer(b"right")}) as server:
        assert fetcher.get(server.url("/right")).body == b"right"
        assert failure(fetcher, server.url("/wrong")).code in code.split("|")
        assert fetcher.get(server.url("/right")).body == b"right"
        # A connection that ends without a byte may have been idle for too long, so it is tried once more.
        assert server.paths() in (["/right", "/wrong", "/right"], ["/right", "/wrong", "/wrong", "/right"])


@pytest.mark.parametrize(
    "whole",
    [
        pytest.param(head(200, f"Content-Length: {len(FEED)}") + FEED, id="length"),
        pytest.param(CHUNKED + chunks(FEED[:40], FEED[40:]), id="chunked"),
        pytest.param(
            head(200, "Content-Encoding: gzip", "Transfer-Encoding: chunked") + chunks(gzip.compress(FEED)), id="gzip"
        ),
        pytest.param(head(200, "Content-Encoding: gzip") + gzip.compress(FEED), id="gzip-until-close"),
    ],
)
def test_no_cut_anywhere_is_a_success(fetcher: Fetcher, whole: bytes) -> None:
    cuts = range(0, len(whole), 3)
    with HostileServer({f"/{cut}": send(whole[:cut]) for cut in cuts} | {"/whole": send(whole)}) as server:
        assert {failure(fetcher, server.url(f"/{cut}")).code for cut in cuts} == {"truncated"}
        assert fetcher.get(server.url("/whole")).body == FEED


def test_bomb_is_never_in_memory() -> None:
    script = answer(gzip_bomb(64 * 2**20), "Content-Encoding: gzip")
    with HostileServer({"/": script}) as server, Fetcher(policy(max_bytes=2**20)) as fetcher:
        failure(fetcher, server.url("/"))
        tracemalloc.start()
        try:
            failure(fetcher, server.url("/"))
            assert tracemalloc.get_traced_memory()[1] < 4 * 2**20
        finally:
            tracemalloc.stop()


def test_body_of_exactly_the_limit_is_whole(fetcher: Fetcher) -> None:
    body = os.urandom(LIMIT)
    scripts = {
        "/plain": answer(body),
        "/gzip": answer(gzip.compress(body), "Content-Encoding: gzip"),
        "/chunked": send(CHUNKED + chunks(*(body[at : at + 50] for at in range(0, LIMIT, 50)))),
    }
    with HostileServer(scripts) as server:
        assert [fetcher.get(server.url(path)).body == body for path in scripts] == [True, True, True]
        assert failure(fetcher, server.url("/plain"), max_bytes=LIMIT - 1).code == "too-large"
        assert failure(fetcher, server.url("/gzip"), max_bytes=LIMIT - 1).code == "too-large"


def test_long_error_page_is_cut_and_not_an_error() -> None:
    page = b"x" * 200_000
    scripts = {
        "/plain": answer(page, status=503),
        "/gzip": answer(gzip.compress(page), "Content-Encoding: gzip", status=404),
        "/endless": endless(head(500), b"x" * 65536),
    }
    with HostileServer(scripts) as server, Fetcher(policy(max_bytes=2**20)) as fetcher:
        for path in scripts:
            assert fetcher.get(server.url(path)).body == page[:65536]
