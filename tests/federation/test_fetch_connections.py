"""Which addresses the guarded client connects to, what it keeps open, and TLS."""

from __future__ import annotations

import os
import shutil
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from federation.addresses import AddressPolicy
from federation.fetch import Fetcher
from tests.fakes.fetching import NAME, Names, failure, policy
from tests.fakes.hostile_server import (
    HostileServer,
    Script,
    answer,
    drip,
    endless,
    hang_up,
    head,
    in_turn,
    redirect,
    send,
    silence,
)


@pytest.fixture
def fetcher() -> Iterator[Fetcher]:
    with Fetcher(policy()) as one:
        yield one


@pytest.mark.parametrize(
    ("url", "code"),
    [
        pytest.param("http://10.0.0.1/", "refused-address", id="private"),
        pytest.param("http://169.254.169.254/", "refused-address", id="metadata"),
        pytest.param("http://[fe80::1]/", "refused-address", id="link-local"),
        pytest.param("ftp://127.0.0.1/", "bad-url", id="ftp"),
        pytest.param("http://127.0.0.1:25/", "bad-url", id="mail"),
        pytest.param("http://0x7f.1/", "bad-url", id="hexadecimal"),
        pytest.param("http://user@127.0.0.1/", "bad-url", id="user"),
        pytest.param("nonsense", "bad-url", id="nonsense"),
        pytest.param("http://feeds.example/\nHost: evil", "bad-url", id="newline"),
    ],
)
def test_refused_before_any_connection(url: str, code: str) -> None:
    names = Names(["127.0.0.1"])
    with Fetcher(policy(), resolve=names) as fetcher:
        assert failure(fetcher, url).code == code
    assert names.asked == []


@pytest.mark.parametrize(
    "ips",
    [
        pytest.param(["127.0.0.1"], id="loopback"),
        pytest.param(["::1"], id="loopback-v6"),
        pytest.param(["::ffff:127.0.0.1"], id="mapped"),
        pytest.param(["64:ff9b::7f00:1"], id="nat64"),
        pytest.param(["fe80::1%1"], id="zone"),
        pytest.param(["10.0.0.1", "169.254.169.254"], id="several"),
    ],
)
def test_name_is_judged_by_what_it_stands_for(ips: list[str]) -> None:
    strict = policy(AddressPolicy(allow_http=True))
    with HostileServer({"/": answer(b"secret")}) as server, Fetcher(strict, resolve=Names(ips)) as fetcher:
        assert failure(fetcher, server.url("/", NAME)).code == "refused-address"
        assert server.accepted == 0


def test_name_is_resolved_once_and_its_change_is_seen_by_the_next_connection() -> None:
    names = Names(["127.0.0.1"], ["10.0.0.1"])
    script = send(head(200, "Content-Length: 2", "Connection: close") + b"hi")
    with HostileServer({"/": script}) as server, Fetcher(policy(), resolve=names) as fetcher:
        assert fetcher.get(server.url("/", NAME)).body == b"hi"
        assert names.asked == [NAME]
        assert server.asked[0].headers["host"] == f"{NAME}:{server.port}"
        assert failure(fetcher, server.url("/", NAME)).code == "refused-address"
        assert names.asked == [NAME, NAME]
        assert server.accepted == 1


def test_only_permitted_addresses_of_a_name_are_tried() -> None:
    names = Names(["10.0.0.1", "127.0.0.1"])
    with HostileServer({"/": answer(b"hi")}) as server, Fetcher(policy(), resolve=names) as fetcher:
        assert fetcher.get(server.url("/", NAME)).body == b"hi"


def test_next_address_is_tried_when_one_does_not_answer() -> None:
    with (
        HostileServer({"/": answer(b"hi")}) as server,
        Fetcher(policy(), resolve=Names(["::1", "127.0.0.1"])) as fetcher,
    ):
        assert fetcher.get(server.url("/", NAME)).body == b"hi"


def test_nobody_listens(fetcher: Fetcher) -> None:
    with HostileServer({}) as server:
        url = server.url("/")
    error = failure(fetcher, url)
    assert error.code == "connect"
    assert "refused" in error.detail


def test_connecting_takes_too_long(fetcher: Fetcher) -> None:
    with socket.create_server(("127.0.0.1", 0), backlog=0) as full:
        port = full.getsockname()[1]
        waiting = [socket.socket() for _ in range(4)]
        try:
            for client in waiting:
                client.setblocking(False)
                client.connect_ex(("127.0.0.1", port))
            assert failure(fetcher, f"http://127.0.0.1:{port}/").code == "deadline"
        finally:
            for client in waiting:
                client.close()


def _no_such_name(host: str, port: int) -> list[Any]:
    raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")


def test_name_without_an_address() -> None:
    with Fetcher(policy(), resolve=_no_such_name) as fetcher:
        assert failure(fetcher, "http://feeds.example/").code == "dns"
    with Fetcher(policy(), resolve=Names([])) as fetcher:
        assert failure(fetcher, "http://feeds.example/").code == "dns"


def test_look_up_takes_too_long() -> None:
    answered = threading.Event()

    def slow(host: str, port: int) -> list[Any]:
        answered.wait(5)
        return []

    with Fetcher(policy(), resolve=slow) as fetcher:
        try:
            assert failure(fetcher, "http://feeds.example/").code == "deadline"
        finally:
            answered.set()


def test_connection_is_reused_and_a_deadline_does_not_haunt_it(fetcher: Fetcher) -> None:
    with HostileServer({"/": answer(b"hi"), "/silent": silence()}) as server:
        fetcher.get(server.url("/"), deadline_s=0.1)
        time.sleep(0.15)
        fetcher.get(server.url("/"))
        assert failure(fetcher, server.url("/silent"), deadline_s=0.1).code == "deadline"
        fetcher.get(server.url("/"))
        assert [request.connection for request in server.asked] == [1, 1, 1, 2]


def test_connection_closed_while_idle_is_replaced(fetcher: Fetcher) -> None:
    with HostileServer({"/": in_turn(answer(b"one"), hang_up(), answer(b"two"))}) as server:
        assert fetcher.get(server.url("/")).body == b"one"
        assert fetcher.get(server.url("/")).body == b"two"
        assert [request.connection for request in server.asked] == [1, 1, 2]


def test_fresh_connection_is_not_tried_twice(fetcher: Fetcher) -> None:
    with HostileServer({"/": hang_up()}) as server:
        assert failure(fetcher, server.url("/")).code == "truncated"
        assert len(server.asked) == 1


def test_what_follows_an_answer_is_not_taken_for_the_next(fetcher: Fetcher) -> None:
    smuggled = head(200, "Content-Length: 4") + b"evil"
    with HostileServer({"/a": send(head(200, "Content-Length: 2") + b"hi" + smuggled, hang_up=False)}) as server:
        server.scripts["/b"] = answer(b"good")
        assert fetcher.get(server.url("/a")).body == b"hi"
        assert fetcher.get(server.url("/b")).body == b"good"


def test_threads_share_a_fetcher_but_no_connection(fetcher: Fetcher) -> None:
    bodies = {f"/{at}": os.urandom(50_000) for at in range(4)}
    wrong: list[str] = []

    def work(path: str, url: str) -> None:
        wrong.extend(path for _ in range(5) if fetcher.get(url, deadline_s=5).body != bodies[path])

    with HostileServer({path: answer(body) for path, body in bodies.items()}) as server:
        threads = [threading.Thread(target=work, args=(path, server.url(path))) for path in bodies]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(10)
        assert wrong == []
        assert len(server.asked) == 20
        assert {(request.path, request.connection) for request in server.asked} == {
            (path, number) for number, path in {request.connection: request.path for request in server.asked}.items()
        }
        assert server.accepted == 4


def test_closed_fetcher_says_so() -> None:
    fetcher = Fetcher(policy())
    fetcher.close()
    with pytest.raises(RuntimeError, match="closed"):
        fetcher.get("https://feeds.example/")


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A PEM file with a key and a self-signed certificate for `NAME`."""
    if shutil.which("openssl") is None:
        pytest.skip("needs the openssl command to make a certificate")
    folder = tmp_path_factory.mktemp("tls")
    new_key = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", "key.pem")
    subject = ("-subj", f"/CN={NAME}", "-addext", f"subjectAltName=DNS:{NAME}")
    subprocess.run(
        ["openssl", "req", "-x509", *new_key, *subject, "-days", "2", "-out", "cert.pem"],
        cwd=folder,
        check=True,
        capture_output=True,
        timeout=30,
    )
    whole = folder / "both.pem"
    whole.write_bytes((folder / "key.pem").read_bytes() + (folder / "cert.pem").read_bytes())
    return whole


@pytest.fixture
def server_tls(certificate: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


@pytest.fixture
def secure(certificate: Path) -> Iterator[Fetcher]:
    """Trusts the certificate; every name is this machine."""
    tls = ssl.create_default_context(cafile=certificate)
    with Fetcher(policy(), resolve=Names(["127.0.0.1"]), tls=tls) as one:
        yield one


def test_tls_is_verified_against_the_name(secure: Fetcher, server_tls: ssl.SSLContext) -> None:
    shown: list[str | None] = []
    server_tls.sni_callback = lambda _, name, __: shown.append(name)
    with HostileServer({"/": answer(b"hi")}, tls=server_tls) as server:
        assert [secure.get(server.url("/", NAME)).body for _ in range(2)] == [b"hi", b"hi"]
        assert shown == [NAME]
        assert server.asked[0].headers["host"] == f"{NAME}:{server.port}"
        assert failure(secure, server.url("/", "other.example")).code == "tls"
        assert failure(secure, server.url("/")).code == "tls"
        assert len(server.asked) == 2


def test_unknown_certificate_is_refused(server_tls: ssl.SSLContext) -> None:
    with (
        HostileServer({"/": answer(b"hi")}, tls=server_tls) as server,
        Fetcher(policy(), resolve=Names(["127.0.0.1"])) as fetcher,
    ):
        assert failure(fetcher, server.url("/", NAME)).code == "tls"
        assert server.asked == []


def test_plain_server_on_a_tls_address(secure: Fetcher) -> None:
    with HostileServer({}) as server:
        url = f"https://{NAME}:{server.port}/"
        assert failure(secure, url).code in ("tls", "deadline")


def test_tls_handshake_that_never_ends(secure: Fetcher) -> None:
    with socket.create_server(("127.0.0.1", 0)) as mute:
        assert failure(secure, f"https://{NAME}:{mute.getsockname()[1]}/").code == "deadline"


@pytest.mark.parametrize(
    ("script", "code"),
    [
        pytest.param(drip(b"HTTP/1.1 200 OK\r\n", b"X: y\r\n", 0.02), "deadline", id="header-drip"),
        pytest.param(drip(head(200, "Content-Length: 1000"), b"x", 0.02), "deadline", id="body-drip"),
        pytest.param(silence(), "deadline", id="silence"),
        pytest.param(endless(head(200), b"x" * 65536), "too-large", id="endless-body"),
        pytest.param(send(b"HTTP/1.1 200 OK\r\nContent-Ty"), "truncated", id="cut-in-header"),
        pytest.param(send(head(200, "Content-Length: 10") + b"x"), "truncated", id="short-body"),
    ],
)
def test_limits_hold_inside_tls(secure: Fetcher, server_tls: ssl.SSLContext, script: Script, code: str) -> None:
    with HostileServer({"/": script}, tls=server_tls) as server:
        assert failure(secure, server.url("/", NAME)).code == code


def test_redirect_from_https_to_http_is_refused(secure: Fetcher, server_tls: ssl.SSLContext) -> None:
    with HostileServer({"/": answer(b"hi")}) as plain, HostileServer({}, tls=server_tls) as server:
        server.scripts["/"] = redirect(plain.url("/", NAME))
        assert failure(secure, server.url("/", NAME)).code == "bad-redirect"
        assert plain.accepted == 0
        plain.scripts["/up"] = redirect(server.url("/goal", NAME), 301)
        server.scripts["/goal"] = answer(b"there")
        assert secure.get(plain.url("/up", NAME)).permanent_url == server.url("/goal", NAME)
