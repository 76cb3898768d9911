"""Receipts of an exchange between two nodes, on every database: each signs its half, and both know that they match."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest

from node.context import Node
from node.services.configuration import keys
from node.services.exchanges import acting
from node.services.messages.sending import send
from node.services.syndication import feeds
from node.services.syndication.feeds import FeedCache
from node.storage import handovers
from node.storage.engine import Database
from node.storage.handovers import Handover
from schemas import exchange as rules
from schemas.exchange import ASKER, OWNER, Act
from schemas.handover import MATCHED
from schemas.receipt import is_signed_with, load_half, signed
from tests.fakes.exchanges import shared
from tests.fakes.far import FarWires, ask, club, settle
from tests.fakes.publisher import URL, publisher

OTHER = "https://other.example.org/"


@pytest.fixture
def here(database: Database, tmp_path: Path) -> Node:
    return publisher(tmp_path / "here", database, mail_capture=True)


@pytest.fixture
def other(tmp_path: Path) -> Iterator[Node]:
    made = publisher(tmp_path / "other", node_url=OTHER, mail_capture=True)
    yield made
    made.database.close()


@pytest.fixture
def wires(here: Node, other: Node) -> FarWires:
    return FarWires(here, other)


def known(node: Node) -> list[Handover]:
    with node.database.read() as tx:
        return list(handovers.every(tx))


def published(node: Node) -> list[dict[str, Any]]:
    return list(orjson.loads(feeds.changes(node, None, FeedCache(), feeds.RECEIPTS).body)["items"])


def given(here: Node, other: Node, wires: FarWires) -> str:
    one = ask(other, wires, club(other), shared(here, quantity=5, weight_kg=26).row.key)
    settle(wires, here, other)
    for node, name, side in (
        (here, rules.ACCEPT, OWNER),
        (other, rules.HAND_OVER, ASKER),
        (here, rules.HAND_OVER, OWNER),
    ):
        acting.act(node, one, Act(name, side))
        settle(wires, here, other)
    return one


def test_both_homes_sign_and_both_know_that_it_matches(here: Node, other: Node, wires: FarWires) -> None:
    one = given(here, other, wires)
    for node, side in ((here, OWNER), (other, ASKER)):
        [item] = published(node)
        assert is_signed_with(item, keys.own(node).public)
        half = load_half(item)
        assert (half.side, half.attested, half.exchange) == (side, False, f"{URL}exchanges/{one}")
        [found] = known(node)
        assert (found.state, found.counted, found.weight_g) == (MATCHED, True, 26_000)
    assert known(here)[0].taker_id == known(other)[0].taker_id != ""


def test_a_half_that_is_not_the_sender_s_own_changes_nothing(here: Node, other: Node, wires: FarWires) -> None:
    given(here, other, wires)
    before = known(here)
    [theirs], [ours] = published(other), published(here)
    altered = {**theirs, "title": "A throne"}
    inflated = signed(load_half({**ours}), keys.own(other).private)
    foreign = signed(load_half(theirs), keys.own(here).private)
    for item in (altered, inflated, foreign, ours, {}, None, 7):
        with other.database.write() as tx:
            send(tx, other, URL, {"type": "receipt", "exchange": before[0].exchange, "receipt": item})
        settle(wires, here, other)
    assert known(here) == before


def test_what_was_called_off_is_said_by_the_owner_alone(here: Node, other: Node, wires: FarWires) -> None:
    one = ask(other, wires, club(other), shared(here).row.key)
    settle(wires, here, other)
    acting.act(here, one, Act(rules.DECLINE, OWNER))
    settle(wires, here, other)
    [item] = published(here)
    assert item["_sharefeed"]["asker"] == {"type": load_half(item).asker.type}
    assert published(other) == []
    assert [found.outcome for found in known(other)] == [rules.DECLINED]
