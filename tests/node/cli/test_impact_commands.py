"""`sharefeed impact`: what was read of receipts, what was set aside, and what can be worked out anew."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from typing import Any

import orjson
import pytest
from click.testing import CliRunner, Result
from werkzeug.serving import make_server

from node.app import create_app
from node.cli import main
from node.context import Node
from node.services.configuration import keys
from node.services.receipts import issue
from node.storage import handovers
from node.storage.engine import sqlite_url
from schemas.exchange import ASKER
from tests.fakes.databases import database_at
from tests.fakes.halves import OURS, SOMEBODY, half, item, key_of
from tests.fakes.publisher import publisher
from tests.fakes.receipt_feeds import publish, reader


def test_what_was_set_aside_is_told_with_its_reasons(tmp_path: Path) -> None:
    path = tmp_path / "sharefeed.sqlite"
    city = reader(tmp_path / "node", database_at(path))
    school = city.follow(OURS)
    publish(school, item(half(number=1)), item(half(number=2), key_of("https://evil.example/")))
    city.read(school)
    (tmp_path / "node" / "settings.toml").write_text('node_url = "https://city.example/"\naggregate = true\n')
    told = CliRunner().invoke(
        main, ["--home", str(tmp_path / "node"), "impact", "receipts"], env={"DATABASE_URL": sqlite_url(path)}
    )
    assert told.exit_code == 0, told.output
    assert "Scripted" in told.output
    assert "1 half was set aside" in told.output
    assert f"{OURS}receipts/00000000000000000002.owner" in told.output
    assert "unknown-key" in told.output


@contextmanager
def serving(home: Path) -> Iterator[Node]:
    """A node with a handover of its own, behind a real server on this machine."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    node = publisher(home, node_url=f"http://127.0.0.1:{port}/", allow_loopback=True)
    url = node.settings.url
    told: dict[str, Any] = {"home": url, "asker": SOMEBODY, "asker_home": url, "key": None}
    with node.database.write() as tx:
        issue.publish(tx, node, keys.own(node), [half(**told), half(ASKER, attested=True, **told)])
    server = make_server("127.0.0.1", port, create_app(node))
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield node
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
        node.database.close()


def verified(url: str, *options: str) -> Result:
    return CliRunner().invoke(main, ["impact", "verify", url, *options], env={"SHAREFEED_HOME": "", "DATABASE_URL": ""})


@pytest.mark.parametrize("address", ["http://127.0.0.1:48999/", "localhost:48999"])
def test_whoever_verifies_on_their_own_machine_is_told_how(address: str) -> None:
    refused = verified(address)
    assert (refused.exit_code, refused.stdout) == (2, "")
    assert refused.stderr.startswith(f"{address} cannot be verified: ")
    assert "To allow it, say --allow-loopback." in refused.stderr
    assert "http://" in verified(address, "--allow-loopback").stderr.split(": ", 1)[1]
    assert "--allow-loopback" not in verified(address, "--allow-loopback").stderr


def test_what_is_no_address_is_called_so_and_never_looked_for() -> None:
    refused = verified("desk@school.example")
    assert (refused.exit_code, "This is an e-mail address" in refused.stderr) == (2, True)


def test_anybody_can_verify_a_node_and_is_told_what_differs(tmp_path: Path) -> None:
    with serving(tmp_path / "node") as node:
        url = node.settings.url
        assert verified(url).exit_code == 2
        fine = verified(url, "--allow-loopback")
        assert (fine.exit_code, "Everything agrees." in fine.output) == (0, True), fine.output
        assert "By receipts: 1 exchange, 0 counted." in fine.output
        with node.database.write() as tx:
            [one] = handovers.every(tx)
            handovers.put(tx, [one._replace(quantity=7)])
        wrong = verified(url, "--allow-loopback")
        assert wrong.exit_code == 1
        assert f"{one.exchange}: quantity is 7 there and 1 by its receipts." in wrong.output
        told = orjson.loads(verified(url, "--allow-loopback", "--json").stdout)
        assert (told["agrees"], told["handovers"], len(told["compared"]["differences"])) == (False, 1, 2)
