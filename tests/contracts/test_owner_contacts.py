"""Who answers for a node that takes no messages, once that node is read no more, on every database."""

from __future__ import annotations

from pathlib import Path

import orjson
import pytest

from federation.discovery import Discovered
from federation.facts import short_key
from federation.records import L0, ReadPage
from node.context import Node
from node.services.aggregating import sources as source_service
from node.services.exchanges import asking
from node.services.exchanges.people import contacts, privacy, stopping
from node.storage import owner_contacts, sources
from node.storage.engine import Database
from node.storage.owner_contacts import STOPPED, Contact
from schemas import exchange as rules
from schemas.exchange import ASKER
from tests.contracts.test_nothing_left import CONTACT, FOLDER, item_of
from tests.fakes.city import CITY
from tests.fakes.exchanges import act, asked, now_of
from tests.fakes.publisher import clock_of, publisher
from tests.node.web.aggregator import follow, send

EMPTY = ReadPage("json", "Folder", None, (), None, ())


@pytest.fixture
def city(database: Database, tmp_path: Path) -> Node:
    return publisher(tmp_path / "home", database, node_url=CITY, node_name="City", aggregate=True, mail_capture=True)


@pytest.fixture
def source_id(city: Node) -> int:
    """A folder of files with one listing, whose contact answers by mail."""
    source = follow(city, FOLDER)
    send(city, source, [item_of(city)])
    described(city, source.id)
    return source.id


def described(city: Node, source_id: int) -> None:
    said = {"contact": {"email": CONTACT}, "languages": ["en"]}
    with city.database.write() as tx:
        sources.change(tx, source_id, level=L0, node_document=orjson.dumps(said).decode())


def asked_for(city: Node) -> str:
    what = asking.askable(city, short_key(f"{FOLDER}listings/bench"))
    assert what is not None
    return asked(city, what)


def contact_of(city: Node, exchange_id: str) -> Contact | None:
    with city.database.read() as tx:
        return owner_contacts.by_id(tx, now_of(city, exchange_id).contact_id or "")


def forgotten(city: Node, days: float) -> None:
    clock_of(city).pass_by(days=days)
    privacy.purge(city)


def added_again(city: Node, node_id: str = FOLDER) -> int:
    found = Discovered(f"{node_id}other.json", "json", L0, node_id, "Folder", None, None, EMPTY)
    number = source_service.add(city, found).id
    described(city, number)
    return number


def test_of_a_source_that_is_read_nobody_is_forgotten(city: Node, source_id: int) -> None:
    one = asked_for(city)
    act(city, one, rules.WITHDRAW, ASKER)
    forgotten(city, 400)
    assert contact_of(city, one) is not None


def test_they_are_forgotten_a_month_after_the_last_that_they_answer_for(city: Node, source_id: int) -> None:
    one = asked_for(city)
    source_service.remove(city, source_id)
    forgotten(city, 1)
    assert contact_of(city, one) is not None
    act(city, one, rules.WITHDRAW, ASKER)
    forgotten(city, 29)
    assert contact_of(city, one) is not None
    forgotten(city, 2)
    assert contact_of(city, one) is None


def test_who_said_stop_has_said_it_when_their_node_is_read_again(city: Node, source_id: int) -> None:
    contact = contact_of(city, asked_for(city))
    assert contact is not None
    stopping.stop(city, contact)
    source_service.remove(city, source_id)
    forgotten(city, 400)
    number = added_again(city)
    with city.database.write() as tx:
        found = contacts.ensured(tx, number)
    assert found is not None
    assert (found.id, found.state) == (contact.id, STOPPED)


def test_the_next_source_is_not_taken_for_the_one_that_is_gone(city: Node, source_id: int) -> None:
    """SQLite gives the number of a source that is gone to the next one."""
    contact = contact_of(city, asked_for(city))
    assert contact is not None
    stopping.stop(city, contact)
    source_service.remove(city, source_id)
    number = added_again(city, "https://another.example.org/")
    with city.database.write() as tx:
        found = contacts.ensured(tx, number)
    assert found is not None
    assert (found.id != contact.id, found.state) == (True, owner_contacts.NEW)
