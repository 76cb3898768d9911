"""A name that is like no other goes through everything that asking can bring, and is found nowhere afterwards.

Read is every byte of every file in the folders of the nodes, what is in their backups, and every row on PostgreSQL. A
backup of before is brought back on both.
"""

from __future__ import annotations

import io
import logging
import os
import subprocess
import tarfile
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import orjson
import pytest

from federation.facts import short_key
from federation.records import L0
from node.app import create_app
from node.context import Node
from node.services.backup import backups
from node.services.backup.restoring import restore
from node.services.configuration.setup import settings_text
from node.services.exchanges import acting, asking, chasing, links
from node.services.exchanges.people import privacy
from node.services.mail import postman
from node.services.mail.postman import Postman
from node.services.moving.exporting import export
from node.settings import SETTINGS_FILE, load
from node.storage import sources
from node.storage.engine import Database
from schemas import exchange as rules
from schemas.exchange import ASKER, OWNER, Act
from schemas.fields import rfc3339
from tests.contracts.conftest import Made
from tests.contracts.test_exchanges import found_in
from tests.fakes.city import CITY
from tests.fakes.exchanges import act, asked, mails, now_of, shared
from tests.fakes.far import FarWires, ask, club, settle
from tests.fakes.handed_on import asked as asked_there
from tests.fakes.handed_on import read
from tests.fakes.own_client import client_of
from tests.fakes.postgres import fresh_database, programs
from tests.fakes.publisher import Clock, clock_of, publisher
from tests.fakes.smtp_server import MailServer
from tests.node.web.aggregator import follow, send
from tests.node.web.desk.signed_in import send as press

MARKER, PHONE = "Quixandro", "07700900461"
NAME, EMAIL = f"{MARKER} Wibberley", f"{MARKER}.Wibberley@cem.example"
WORDS = f"I am {MARKER}, ring me on {PHONE}."
TYPED: dict[str, Any] = {"email": EMAIL, "for_whom": f"{MARKER} club", "words": WORDS}
CLUB, FOLDER, CONTACT = "https://club.example.org/", "https://folder.example.org/", "post@folder.example"
DUMPED = b"PGDMP"
"""How a copy begins that PostgreSQL has packed."""
KEPT_DAYS = 3
"""For so long backups are kept here."""


class Net:
    """A school with its own node, a club with one, a folder of files, and the city that reads them."""

    def __init__(self, folder: Path, database: Database, mail_port: int) -> None:
        backed_up: dict[str, Any] = {"backup_days": KEPT_DAYS, "mail_capture": True}
        own = None if database.is_sqlite else database
        post = {
            "smtp_host": "127.0.0.1",
            "smtp_port": mail_port,
            "smtp_security": "none",
            "mail_from": "post@city.example",
        }
        city: dict[str, Any] = {
            "node_url": CITY,
            "node_name": "City",
            "aggregate": True,
            **backed_up,
            **post,
            "mail_capture": False,
        }
        self.school = publisher(folder / "school", own, **backed_up)
        self.city = publisher(folder / "city", **city)
        self.club = publisher(folder / "club", node_url=CLUB, node_name="Club", mail_capture=True)
        self.nodes = (self.school, self.city, self.club)
        self.wires = FarWires(*self.nodes)
        self.postman = Postman(self.city)
        for node, names in ((self.school, backed_up), (self.city, city)):
            said = settings_text(node.settings, ["node_url", "node_name", *names])
            (node.settings.home / SETTINGS_FILE).write_text(said)

    def settle(self) -> None:
        settle(self.wires, *self.nodes)
        self.postman.deliver()

    def pass_days(self, *steps: int) -> None:
        """Let so many days pass, each time with all that the worker does then."""
        for days in steps:
            for node in self.nodes:
                clock_of(node).pass_by(days=days)
                chasing.chase(node)
                while privacy.purge(node):
                    pass
                postman.tidy(node)
                node.database.wipe()
            self.settle()
            self.back_up()

    def back_up(self) -> None:
        for node in self.backed_up:
            assert backups.make_due(node, lambda _: 10**12) is not None

    @property
    def backed_up(self) -> list[Node]:
        """Those that make a backup each day here; a copy of PostgreSQL takes its time."""
        return [node for node in (self.school, self.city) if node.database.is_sqlite]

    def folders_desk(self) -> asking.Askable:
        """The city reads the folder, whose contact answers by mail, and shows what it gives."""
        source = follow(self.city, FOLDER)
        send(self.city, source, [item_of(self.city)])
        said = {"contact": {"email": CONTACT}, "languages": ["en"]}
        with self.city.database.write() as tx:
            sources.change(tx, source.id, level=L0, node_document=orjson.dumps(said).decode())
        found = asking.askable(self.city, short_key(f"{FOLDER}listings/bench"))
        assert found is not None
        return found


def item_of(node: Node) -> dict[str, Any]:
    said = {
        "type": "listing",
        "direction": "offer",
        "kind": "item",
        "action": "give",
        "category": "furniture/desk",
        "status": "available",
        "expires": rfc3339(node.clock().replace(year=2027)),
        "organisation": {"id": f"{FOLDER}organisations/shed", "name": "The Shed", "type": "charity"},
    }
    return {
        "id": f"{FOLDER}listings/bench",
        "url": f"{FOLDER}listings/bench",
        "title": "A workbench",
        "content_text": "Solid, and heavy.",
        "date_published": rfc3339(node.clock()),
        "date_modified": rfc3339(node.clock()),
        "_sharefeed": said,
    }


@pytest.fixture
def another(database: Database, made: Made, monkeypatch: pytest.MonkeyPatch) -> Iterator[Mapping[str, str]]:
    """What says where a backup of the school is brought back: on PostgreSQL, in a database with nothing in it."""
    with ExitStack() as stack:
        if not database.is_sqlite:
            monkeypatch.setenv("PATH", f"{programs()}{os.pathsep}{os.environ['PATH']}")
        yield {} if database.is_sqlite else {"DATABASE_URL": stack.enter_context(fresh_database(made.server))}


@pytest.fixture
def net(database: Database, tmp_path: Path) -> Iterator[Net]:
    refused = f"rcpt 550 5.1.1 {EMAIL.upper()} is not known, nor is {EMAIL.partition('@')[0]}:"
    with MailServer() as server:
        made = Net(tmp_path, database, server.port)
        # The first mail to each side of what the folder gives goes; what comes after is refused, and says to whom.
        server.script.extend(["", "", "", refused, refused])
        yield made
    for node in made.nodes:
        node.database.close()


def live(net: Net) -> str:
    """All that can be done with a request, done by one who is like no other; the one that is to be forgotten soon."""
    school, city = net.school, net.city
    chairs = shared(school, "chairs", 20)
    read(city, school, chairs.row.key)
    # Who never confirms, who is answered by the node itself, and who is told no.
    asked(school, chairs, NAME, confirmed=False, **{**TYPED, "email": f"{MARKER}@other.example"})
    refused = asked(school, chairs, NAME, **TYPED)
    acting.act(school, refused, Act(rules.DECLINE, OWNER), f"Sorry, {MARKER}.")
    # Who asks in the city for what the school gives: confirmed there, handed on, and handed over.
    there = asking.askable(city, short_key(chairs.row.id))
    assert there is not None
    far = asked_there(city, there, NAME, **TYPED)
    net.settle()
    acting.act(school, far, Act(rules.ACCEPT, OWNER), f"Come on Monday, {MARKER}.")
    acting.write(school, far, ASKER, f"{MARKER} here: on {PHONE} until three.")
    net.settle()
    for node, side in ((city, ASKER), (school, OWNER)):
        act(node, far, rules.HAND_OVER, side)
        net.settle()
    assert now_of(city, far).exchange.state == rules.RECEIVED
    # The club asks across, and names somebody in its words.
    across = ask(net.club, net.wires, club(net.club), chairs.row.key, words=WORDS)
    net.settle()
    acting.act(school, across, Act(rules.ACCEPT, OWNER), f"Is {MARKER} one of you?")
    net.settle()
    acting.act(net.club, across, Act(rules.CANCEL, ASKER), f"{MARKER} is ill.")
    net.settle()
    # What the folder gives, which the city keeps for it.
    bench = asked(city, net.folders_desk(), NAME, **TYPED)
    net.settle()
    acting.act(city, bench, Act(rules.ACCEPT, OWNER), f"Dear {MARKER}, by all means.")
    acting.write(city, bench, ASKER, f"{PHONE}")
    net.settle()
    act(city, bench, rules.MEET)
    net.settle()
    # Who asked, and has everything forgotten in a while.
    erased = asked(school, chairs, NAME, **{**TYPED, "email": f"{MARKER}@third.example"})
    act(school, erased, rules.ACCEPT)
    acting.write(school, erased, OWNER, f"Dear {MARKER}")
    return erased


PUBLIC = (
    ("/feed.json", "/feed.atom", "/changes.json", "/receipts.json", "/handovers.ndjson", "/handovers.json"),
    ("/stories.json", "/impact.json", "/", "/search", "/impact", "/wanted", "/.well-known/sharefeed.json"),
)


def published(node: Node, slug: str = "") -> bytes:
    """All that a node shows to everybody, and what an organisation takes with it."""
    app = create_app(node)
    client = client_of(app)
    bodies = [client.get(path, base_url=node.settings.url).data for paths in PUBLIC for path in paths]
    if slug:
        with zipfile.ZipFile(io.BytesIO(b"".join(export(node, slug).pieces))) as archive:
            bodies.extend(archive.read(name) for name in archive.namelist())
    return b"\n".join(bodies)


def places(node: Node) -> set[str]:
    """The files of a node in which something of who asked stands, at any place; what is packed is unpacked first."""
    marks = [one.casefold().encode() for one in (MARKER, PHONE, MARKER.encode().hex())]
    found = set()
    for path in sorted(node.settings.home.rglob("*")):
        if path.is_file() and any(mark in data.lower() for data in unpacked(path) for mark in marks):
            found.add(path.name)
    return found


def unpacked(path: Path) -> Iterator[bytes]:
    data = path.read_bytes()
    yield data
    if path.name.endswith(".tar.gz"):
        with tarfile.open(fileobj=io.BytesIO(data)) as archive:
            for member in archive:
                file = archive.extractfile(member)
                kept = file.read() if file else b""
                yield kept
                if kept.startswith(DUMPED):
                    yield subprocess.run(["pg_restore", "--file=-"], input=kept, capture_output=True, check=True).stdout


def test_it_is_found_nowhere_a_month_later(
    net: Net, another: Mapping[str, str], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    school, city = net.school, net.city
    erased = live(net)
    for node, slug in ((school, "riverside-school"), (city, ""), (net.club, "gladstone-connect")):
        shown = published(node, slug).lower()
        assert [one for one in (MARKER.lower(), PHONE) if one.encode() in shown] == [], node.settings.url
        assert found_in(node, MARKER)
    assert school.database.is_sqlite is ("sharefeed.sqlite" in {one.partition("-")[0] for one in places(school)})
    old = {
        node: backups.make(node).path.rename(tmp_path / f"{node.settings.node_name}.tar.gz") for node in (school, city)
    }
    net.back_up()

    client, link = (
        client_of(create_app(school)),
        "/" + links.asker_url(school, erased).removeprefix(school.settings.url),
    )
    taken = client.get(f"{link}/mine.json").get_json()
    assert (taken["name"], taken["messages"][0]["text"]) == (NAME, WORDS)
    assert press(client, f"{link}/forget", link).status_code == 303
    assert now_of(school, erased).exchange.state == rules.CANCELLED
    assert ("ann@school.example", "Called off: A desk") in [mail[:2] for mail in mails(school)]
    assert taken["name"] not in mails(school)[-1][2]

    net.pass_days(2, 8, 11, 10, *[1] * (KEPT_DAYS + 1))
    for node in net.nodes:
        assert (found_in(node, MARKER), found_in(node, PHONE)) == (set(), set())
        assert (places(node), found_in(node, MARKER)) == (set(), set())
        assert MARKER not in published(node).decode()
    assert MARKER.lower() not in caplog.text.lower()
    assert PHONE not in caplog.text

    for node, archive in old.items():
        assert any(MARKER.encode() in data for data in unpacked(archive))
        node.database.close()
        where = another if node is school else {}
        restore(node.settings.home, archive, replace=True, environment=where)
        back = Node.open(load(node.settings.home, where), clock=Clock())
        assert now_of(back, erased).title if node is school else back.settings.aggregate
        assert (places(back), found_in(back, MARKER), found_in(back, PHONE)) == (set(), set(), set())
        back.database.close()
