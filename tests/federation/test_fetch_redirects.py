"""Redirects: followed by hand, each judged again."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from federation.fetch import Fetcher
from tests.fakes.fetching import PATIENT_S, Names, failure, policy
from tests.fakes.hostile_server import (
    HostileServer,
    Script,
    answer,
    drip,
    gzip_bomb,
    head,
    redirect,
    send,
)


@pytest.fixture
def fetcher() -> Iterator[Fetcher]:
    with Fetcher(policy(deadline_s=PATIENT_S)) as one:
        yield one


@pytest.mark.parametrize(
    ("statuses", "permanent"),
    [
        pytest.param((301,), True, id="301"),
        pytest.param((308,), True, id="308"),
        pytest.param((302,), False, id="302"),
        pytest.param((303,), False, id="303"),
        pytest.param((307,), False, id="307"),
        pytest.param((301, 308, 301), True, id="all-permanent"),
        pytest.param((301, 302), False, id="last-temporary"),
        pytest.param((302, 301), False, id="first-temporary"),
        pytest.param((301, 302, 301), False, id="middle-temporary"),
        pytest.param((302,) * 5, False, id="as-many-as-allowed"),
    ],
)
def test_redirects_are_followed_and_judged(fetcher: Fetcher, statuses: tuple[int, ...], permanent: bool) -> None:
    hops: dict[str, Script] = {f"/{at}": redirect(f"{at + 1}", status) for at, status in enumerate(statuses)}
    goal = f"/{len(statuses)}"
    with HostileServer({**hops, goal: answer(b"there")}) as server:
        got = fetcher.get(server.url("/0"), etag='"v1"')
        assert (got.body, got.url) == (b"there", server.url(goal))
        assert got.permanent_url == (server.url(goal) if permanent else None)
        assert server.paths() == [*hops, goal]


@pytest.mark.parametrize(
    ("script", "code"),
    [
        pytest.param(redirect("/"), "too-many-redirects", id="loop"),
        pytest.param(redirect("http://10.0.0.1/"), "refused-address", id="to-private"),
        pytest.param(redirect("http://169.254.169.254/latest"), "refused-address", id="to-metadata"),
        pytest.param(redirect("//192.168.1.1/"), "refused-address", id="to-private-same-scheme"),
        pytest.param(redirect("http://feeds.example/"), "refused-address", id="to-name-of-private"),
        pytest.param(redirect("http://0x7f.1/"), "bad-redirect", id="to-odd-number"),
        pytest.param(redirect("file:///etc/passwd"), "bad-redirect", id="to-file"),
        pytest.param(redirect("http://user:secret@127.0.0.1/"), "bad-redirect", id="with-password"),
        pytest.param(redirect("http://127.0.0.1:22/"), "bad-redirect", id="to-ssh"),
        pytest.param(redirect("http://[::/"), "bad-redirect", id="malformed"),
        pytest.param(redirect("http://a b/"), "bad-redirect", id="blank"),
        pytest.param(redirect(""), "bad-redirect", id="empty"),
        pytest.param(send(head(302)), "bad-redirect", id="without-location"),
        pytest.param(
            send(head(302, "Location: http://127.0.0.1/", "Location: http://127.0.0.2/")), "bad-redirect", id="two"
        ),
    ],
)
def test_bad_redirect(script: Script, code: str) -> None:
    with HostileServer({"/": script}) as server, Fetcher(policy(), resolve=Names(["10.0.0.1"])) as fetcher:
        assert failure(fetcher, server.url("/")).code == code


def test_one_redirect_more_than_allowed(fetcher: Fetcher) -> None:
    hops: dict[str, Script] = {f"/{at}": redirect(f"/{at + 1}") for at in range(6)}
    with HostileServer({**hops, "/6": answer(b"there")}) as server:
        assert failure(fetcher, server.url("/0")).code == "too-many-redirects"
        assert server.paths() == list(hops)
    with HostileServer({**hops, "/6": answer(b"there")}) as server, Fetcher(policy(max_redirects=0)) as strict:
        assert failure(strict, server.url("/0")).code == "too-many-redirects"
        assert server.paths() == ["/0"]


def test_body_of_a_redirect_is_not_read(fetcher: Fetcher) -> None:
    scripts = {
        "/bomb": answer(gzip_bomb(2 * 10**7), "Location: /goal", "Content-Encoding: gzip", status=302),
        "/drip": drip(head(302, "Location: /goal", "Content-Length: 1000"), b"x", 0.05),
        "/goal": answer(b"there"),
    }
    with HostileServer(scripts) as server:
        assert fetcher.get(server.url("/bomb")).body == b"there"
        assert fetcher.get(server.url("/drip")).body == b"there"


def test_location_in_utf_8_is_understood(fetcher: Fetcher) -> None:
    with HostileServer({"/": redirect("/größe".encode().decode("latin-1"))}) as server:
        assert fetcher.get(server.url("/")).url == server.url("/gr%C3%B6%C3%9Fe")


def test_deadline_covers_the_whole_chain() -> None:
    def slow_hop(wire: Any) -> None:
        wire.wait(0.15)
        redirect("/")(wire)

    with Fetcher(policy()) as hasty, HostileServer({"/": slow_hop}) as server:
        assert failure(hasty, server.url("/")).code == "deadline"
