"""The guarded client with servers that mean well: what it asks, and every lawful form of an answer."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from federation.addresses import AddressPolicy
from federation.fetch import Answer, Fetcher, FetchError
from tests.fakes.fetching import FEED, PATIENT_S, policy
from tests.fakes.hostile_server import (
    HostileServer,
    Script,
    answer,
    chunks,
    hang_up,
    head,
    raw_deflate,
    redirect,
    send,
)


@pytest.fixture
def fetcher() -> Iterator[Fetcher]:
    with Fetcher(policy(deadline_s=PATIENT_S)) as one:
        yield one


def test_answer_carries_what_a_reader_needs(fetcher: Fetcher) -> None:
    fields = (
        "Content-Type: Application/Feed+JSON; charset=UTF-8",
        'ETag: "v1"',
        "Last-Modified: Sun, 22 Nov 2026 10:00:00 GMT",
        "Date: Sun, 22 Nov 2026 12:00:00 GMT",
        "Cache-Control: public, max-age=600",
        'Link: <a>; rel="hub"',
        'Link: <b>; rel="self"',
    )
    with HostileServer({"/feed": answer(b"{}", *fields)}) as server:
        got = fetcher.get(server.url("/feed#top"))
        assert got == Answer(
            url=server.url("/feed"),
            status=200,
            body=b"{}",
            media_type="application/feed+json",
            charset="utf-8",
            etag='"v1"',
            last_modified="Sun, 22 Nov 2026 10:00:00 GMT",
            date=datetime(2026, 11, 22, 12, tzinfo=UTC),
            retry_after_s=None,
            permanent_url=None,
            max_age_s=600.0,
            link_header='<a>; rel="hub", <b>; rel="self"',
        )


def test_request_says_who_asks_and_nothing_more(
    fetcher: Fetcher, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "netrc").write_text("default login me password secret\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:1")
    with HostileServer({"/": answer(b"", "Set-Cookie: id=1; Path=/")}) as server:
        fetcher.get(server.url("/"), accept="application/json")
        fetcher.get(server.url("/"))
        sent = {"host", "user-agent", "accept", "accept-encoding", "connection"}
        assert [set(request.headers) for request in server.asked] == [sent, sent]
        assert server.asked[0].headers["user-agent"] == "Sharefeed/0.1.0 (+https://catalogue.example/contact)"
        assert [request.headers["accept"] for request in server.asked] == ["application/json", "*/*"]


@pytest.mark.parametrize(
    ("options", "sent"),
    [
        pytest.param({}, {}, id="unconditional"),
        pytest.param({"etag": '"v1"'}, {"if-none-match": '"v1"'}, id="etag"),
        pytest.param({"last_modified": "then"}, {"if-modified-since": "then"}, id="last-modified"),
        pytest.param(
            {"etag": 'W/"v1"', "last_modified": "then"},
            {"if-none-match": 'W/"v1"', "if-modified-since": "then"},
            id="both",
        ),
        pytest.param({"etag": '"v1"', "no_cache": True}, {"cache-control": "no-cache"}, id="no-cache"),
        pytest.param({"etag": "a\r\nX: y"}, {}, id="unusable-etag"),
    ],
)
def test_conditions(fetcher: Fetcher, options: dict[str, Any], sent: dict[str, str]) -> None:
    with HostileServer({"/": send(head(304, 'ETag: "v1"'), hang_up=False)}) as server:
        got = fetcher.get(server.url("/"), **options)
        assert (got.status, got.body, got.etag) == (304, b"", '"v1"')
        asked = server.asked[0].headers
        names = ("if-none-match", "if-modified-since", "cache-control")
        assert {name: asked[name] for name in names if name in asked} == sent


@pytest.mark.parametrize("status", [200, 201, 204, 304, 404, 410, 429, 500, 503, 599])
def test_every_status_is_an_answer(fetcher: Fetcher, status: int) -> None:
    body = b"" if status in (204, 304) else b"words"
    with HostileServer({"/": answer(body, status=status)}) as server:
        got = fetcher.get(server.url("/"))
        assert (got.status, got.body) == (status, body)


@pytest.mark.parametrize(
    ("fields", "seconds"),
    [
        pytest.param(("Retry-After: 30",), 30.0, id="seconds"),
        pytest.param(("Retry-After: 864000",), 86400.0, id="clamped"),
        pytest.param(
            ("Date: Mon, 01 Jan 2024 00:00:00 GMT", "Retry-After: Mon, 01 Jan 2024 00:02:00 GMT"), 120.0, id="its-clock"
        ),
        pytest.param(("Retry-After: Sun, 22 Nov 2026 12:01:00 GMT",), 60.0, id="our-clock"),
    ],
)
def test_retry_after(fields: tuple[str, ...], seconds: float) -> None:
    noon = datetime(2026, 11, 22, 12, tzinfo=UTC)
    with (
        HostileServer({"/": answer(b"busy", *fields, status=503)}) as server,
        Fetcher(policy(), now=lambda: noon) as fetcher,
    ):
        assert fetcher.get(server.url("/")).retry_after_s == seconds


WELL_MEANT: dict[str, Script] = {
    "length": answer(FEED),
    "chunked": send(head(200, "Transfer-Encoding: chunked") + chunks(FEED[:7], FEED[7:]), hang_up=False),
    "chunked-with-trailer": send(
        head(200, "Transfer-Encoding: chunked") + chunks(FEED, end=b"0\r\nX: y\r\n\r\n"), hang_up=False
    ),
    "until-close": send(head(200) + FEED),
    "http-1.0": send(b"HTTP/1.0 200 OK\r\n\r\n" + FEED),
    "gzip": answer(gzip.compress(FEED), "Content-Encoding: GZIP"),
    "gzip-until-close": send(head(200, "Content-Encoding: x-gzip") + gzip.compress(FEED)),
    "gzip-members": answer(gzip.compress(FEED[:9]) + gzip.compress(FEED[9:]), "Content-Encoding: gzip"),
    "gzip-tiny-chunks": send(
        head(200, "Content-Encoding: gzip", "Transfer-Encoding: chunked")
        + chunks(*(bytes([byte]) for byte in gzip.compress(FEED))),
        hang_up=False,
    ),
    "deflate": answer(zlib.compress(FEED), "Content-Encoding: deflate"),
    "deflate-raw": answer(raw_deflate(FEED), "Content-Encoding: deflate"),
    "deflate-tiny-chunks": send(
        head(200, "Content-Encoding: deflate", "Transfer-Encoding: chunked")
        + chunks(*(bytes([byte]) for byte in raw_deflate(FEED))),
        hang_up=False,
    ),
    "after-interim-answers": send(
        head(100) + head(103, "Link: </x>") + head(200, f"Content-Length: {len(FEED)}") + FEED, hang_up=False
    ),
}


@pytest.mark.parametrize("script", WELL_MEANT.values(), ids=WELL_MEANT)
def test_every_lawful_form_of_a_body_is_read(fetcher: Fetcher, script: Script) -> None:
    with HostileServer({"/": script}) as server:
        assert fetcher.get(server.url("/")).body == FEED
        assert fetcher.get(server.url("/")).body == FEED


@pytest.mark.parametrize(
    "script",
    [
        pytest.param(answer(b"", "Content-Encoding: gzip"), id="empty-gzip"),
        pytest.param(send(head(304, "Transfer-Encoding: chunked"), hang_up=False), id="304-announcing-chunks"),
        pytest.param(send(head(304, "Content-Length: 500"), hang_up=False), id="304-with-length"),
        pytest.param(send(head(204, "Content-Encoding: gzip"), hang_up=False), id="204-gzip"),
    ],
)
def test_no_body_is_lawful(fetcher: Fetcher, script: Script) -> None:
    with HostileServer({"/": script}) as server:
        assert fetcher.get(server.url("/")).body == b""
        assert fetcher.get(server.url("/")).body == b""


def test_a_post_says_what_it_was_told_and_brings_the_answer(fetcher: Fetcher) -> None:
    with HostileServer({"/inbox": answer(b'{"result":"done"}', status=202)}) as server:
        got = fetcher.post(server.url("/inbox"), b'{"a":1}', {"Content-Type": "application/json", "X-Said": "yes"})
        assert (got.status, got.body) == (202, b'{"result":"done"}')
        [asked] = server.asked
        assert asked.body == b'{"a":1}'
        assert (asked.headers["content-type"], asked.headers["x-said"]) == ("application/json", "yes")


def test_a_post_is_sent_once_and_to_no_other_address(fetcher: Fetcher) -> None:
    scripts = {"/moved": redirect("/inbox", 307), "/inbox": answer(b"{}"), "/gone": hang_up()}
    with HostileServer(scripts) as server:
        assert fetcher.post(server.url("/moved"), b"{}", {}).status == 307
        with pytest.raises(FetchError):
            fetcher.post(server.url("/gone"), b"{}", {})
        assert server.paths() == ["/moved", "/gone"]


@pytest.mark.parametrize("url", ["https://10.0.0.1/inbox", "http://shop.example/inbox", "https://127.0.0.1/inbox"])
def test_a_post_goes_nowhere_inside(url: str) -> None:
    with Fetcher(policy(AddressPolicy())) as guarded, pytest.raises(FetchError) as refused:
        guarded.post(url, b"{}", {})
    assert refused.value.code in ("refused-address", "bad-url")


def test_an_answer_to_a_post_is_bounded(fetcher: Fetcher) -> None:
    with HostileServer({"/inbox": answer(b"x" * 200_000)}) as server, pytest.raises(FetchError) as refused:
        fetcher.post(server.url("/inbox"), b"{}", {})
    assert refused.value.code == "too-large"
