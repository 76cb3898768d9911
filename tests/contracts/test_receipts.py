"""Receipts on every database: signed once when an exchange is over, published in a feed, and silent about people."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson
import pytest

from node.context import Node
from node.services.configuration import keys, setup
from node.services.exchanges import asking, away, chasing, measuring
from node.services.exchanges.links import Party
from node.services.receipts import issue, matching
from node.services.syndication import feeds
from node.services.syndication.cursor import CursorError
from node.services.syndication.feeds import FeedCache, ResyncError
from node.storage import exchanges, handovers
from node.storage.engine import Database
from schemas import exchange as rules
from schemas.exchange import ASKER, OPERATOR, OWNER
from schemas.handover import ONE_OPERATOR, ONE_SIDED
from schemas.place import Place
from schemas.receipt import Half, is_signed_with, load_half
from tests.fakes.bookable import bookable, hour
from tests.fakes.exchanges import act, asked, now_of, shared
from tests.fakes.mirror_reader import MirrorReader
from tests.fakes.publisher import URL, clock_of, publisher

MARKER = "Zyxwvut"
SCHOOL = f"{URL}organisations/riverside-school"


@pytest.fixture
def node(database: Database, tmp_path: Path) -> Node:
    return publisher(tmp_path / "home", database, mail_capture=True)


def page(node: Node, after: str | None = None, most: int = 500) -> dict[str, Any]:
    small = Node(node.settings.changed(page_entries=most), node.database, node.clock)
    return dict(orjson.loads(feeds.changes(small, after, FeedCache(), feeds.RECEIPTS).body))


def halves(node: Node) -> list[Half]:
    """What is published, each checked against the key that the node publishes."""
    public = keys.own(node).public
    items = page(node)["items"]
    assert all(is_signed_with(item, public) for item in items)
    return [load_half(item) for item in items]


def given(node: Node, ref: str = "desk", **members: Any) -> str:
    """A desk that was asked for, promised and handed over; the number of the exchange."""
    one = asked(node, shared(node, ref, **members))
    act(node, one, rules.ACCEPT)
    act(node, one, rules.MEET)
    return one


def test_a_gift_leaves_two_halves_and_one_handover(node: Node) -> None:
    place = Place(name="Room 7", locality="Peterborough", postcode="PE1 1AA", lat=52.57, lon=-0.24)
    what = shared(node, quantity=3, weight_kg=26, place=place)
    clock_of(node).pass_by(days=1)
    one = asked(node, what, quantity=3)
    clock_of(node).pass_by(days=1)
    act(node, one, rules.ACCEPT, quantity=2)
    clock_of(node).pass_by(days=1)
    act(node, one, rules.HAND_OVER, OWNER)
    assert halves(node) == []
    clock_of(node).pass_by(days=1)
    act(node, one, rules.HAND_OVER, ASKER)
    owner, asker = sorted(halves(node), key=lambda half: half.side, reverse=True)
    assert (owner.side, owner.attested, asker.side, asker.attested) == (OWNER, False, ASKER, True)
    assert owner.id == f"{URL}receipts/{one}.owner"
    assert owner.content_text == "Riverside School gave 2 × A desk to somebody."
    with node.database.read() as tx:
        [found] = handovers.of_organisation(tx, SCHOOL)
    assert (found.exchange, found.state, found.counted) == (f"{URL}exchanges/{one}", ONE_OPERATOR, False)
    assert (found.quantity, found.weight_g, found.weight_source, found.place) == (2, 52_000, "stated", "Peterborough")
    assert (found.giver_id, found.taker_id, found.taker_type) == (SCHOOL, "", "person")
    days = (found.listed_on, found.asked_on, found.accepted_on, found.ended_on, found.month)
    assert days == ("2026-12-01", "2026-12-02", "2026-12-03", "2026-12-05", "2026-12")
    assert str(owner.handed_over) == "2026-12-04"


def _declined(node: Node, one: str) -> None:
    act(node, one, rules.DECLINE)


def _withdrawn(node: Node, one: str) -> None:
    act(node, one, rules.WITHDRAW, ASKER)


def _expired(node: Node, one: str) -> None:
    for _ in range(30):
        clock_of(node).pass_by(days=1)
        chasing.chase(node)


def _cancelled(node: Node, one: str) -> None:
    act(node, one, rules.ACCEPT)
    act(node, one, rules.CANCEL, ASKER)


def _no_show(node: Node, one: str) -> None:
    act(node, one, rules.ACCEPT)
    act(node, one, rules.MISS)


def _unknown(node: Node, one: str) -> None:
    act(node, one, rules.ACCEPT)
    act(node, one, rules.HAND_OVER)
    _expired(node, one)


def _settled(node: Node, one: str) -> None:
    act(node, one, rules.ACCEPT)
    act(node, one, rules.HAND_OVER)
    act(node, one, rules.DISPUTE, ASKER)
    act(node, one, rules.SETTLE, OPERATOR, outcome=rules.RECEIVED)


@pytest.mark.parametrize(
    ("how", "outcome"),
    [
        (_declined, rules.DECLINED),
        (_withdrawn, rules.WITHDRAWN),
        (_expired, rules.EXPIRED),
        (_cancelled, rules.CANCELLED),
        (_no_show, rules.NO_SHOW),
        (_unknown, rules.UNKNOWN),
        (_settled, rules.RECEIVED),
    ],
)
def test_what_the_asker_did_not_say_is_said_by_the_owner_alone(node: Node, how: Any, outcome: str) -> None:
    one = asked(node, shared(node))
    how(node, one)
    [owner] = halves(node)
    assert (owner.side, owner.outcome) == (OWNER, outcome)
    with node.database.read() as tx:
        found = handovers.by_exchange(tx, owner.exchange)
    assert found is not None
    assert (found.state, found.counted, found.outcome) == (ONE_SIDED, False, outcome)
    assert bool(found.handed_over_on) == (how in (_unknown, _settled))


def test_a_loan_is_over_when_it_is_back(node: Node) -> None:
    what = shared(node, kind="equipment", action="lend")
    one = asked(node, what, starts_at=node.now + 3600, ends_at=node.now + 90_000)
    act(node, one, rules.ACCEPT)
    act(node, one, rules.MEET)
    assert halves(node) == []
    act(node, one, rules.BRING_BACK)
    assert {(half.side, half.outcome) for half in halves(node)} == {(OWNER, "returned"), (ASKER, "returned")}


def test_a_room_says_for_how_long(node: Node) -> None:
    key, _organisation = bookable(node, "hall", "The hall")
    shared(node)
    what = asking.askable(node, key)
    assert what is not None
    span = hour(2, 10, hours=3)
    one = asked(node, what, starts_at=span.starts, ends_at=span.ends)
    act(node, one, rules.ACCEPT)
    booked = now_of(node, one)
    assert issue.hours_of(booked) is None
    room = replace(booked, exchange=replace(booked.exchange, action="host"))
    assert issue.hours_of(room) == 3
    told = replace(room, booking_id=None, listing={**room.listing, "hours": 1.5})
    assert issue.hours_of(told) == 1.5


def test_on_a_want_the_asker_gives(node: Node) -> None:
    one = asked(node, shared(node, direction="want"))
    act(node, one, rules.ACCEPT)
    act(node, one, rules.MEET)
    with node.database.read() as tx:
        [found] = handovers.of_organisation(tx, SCHOOL)
    assert (found.taker_id, found.giver_id, found.giver_type) == (SCHOOL, "", "person")


def test_what_was_given_elsewhere_is_one_sides_word(node: Node) -> None:
    what = shared(node, quantity=2)
    away.gave_elsewhere(node, what.row.key, what.row.organisation_id, 1, "ann")
    [owner] = halves(node)
    assert (owner.side, owner.outcome, owner.accepted) == (OWNER, "unknown", None)


def test_of_what_nobody_confirmed_nothing_is_said(node: Node) -> None:
    what = shared(node)
    first, _second = asked(node, what, confirmed=False), asked(node, what, "Dai", confirmed=False)
    act(node, first, rules.WITHDRAW, ASKER)
    _expired(node, "")
    assert issue.issue_missing(node) == 0
    assert halves(node) == []


def test_to_sign_again_changes_nothing(node: Node) -> None:
    one = given(node)
    before = page(node)
    clock_of(node).pass_by(days=3)
    with node.database.write() as tx:
        stored = exchanges.by_id(tx, one)
        assert stored is not None
        issue.follow(tx, node, stored)
        issue.follow(tx, node, stored)
    assert issue.issue_missing(node) == 0
    assert page(node) == before


def test_what_is_said_of_the_weight_later_is_signed_anew_and_stands_alone(node: Node) -> None:
    one = given(node)
    for typed, weight in (("19.5", 19.5), ("21", 21.0)):
        measuring.measure(node, one, Party(OWNER), typed)
        assert [(half.side, half.weight_kg, half.weight_source) for half in halves(node)] == [
            (OWNER, weight, "measured"),
            (ASKER, weight, "measured"),
        ]


def test_another_key_signs_what_is_new_and_leaves_what_was(node: Node) -> None:
    given(node)
    [old] = {half.key for half in halves(node)}
    keys.rotate(node)
    given(node, "chair")
    told = [load_half(item).key for item in page(node)["items"]]
    assert told == [old, old, keys.own(node).id, keys.own(node).id]


def test_handovers_can_be_worked_out_anew_from_what_is_known(node: Node) -> None:
    numbers = [given(node, f"desk-{number}") for number in range(3)]
    with node.database.write() as tx:
        before = list(handovers.every(tx))
        handovers.put(tx, [before[0]._replace(quantity=50, factors="old")])
        handovers.put(tx, [before[1]._replace(exchange="https://other.example/exchanges/1")])
        handovers.drop(tx, [before[2].exchange])
    assert matching.settle_every(node) == len(numbers)
    with node.database.read() as tx:
        assert [handovers.by_exchange(tx, one.exchange) for one in before] == before


def test_a_handover_does_not_wait_for_a_key_that_cannot_be_read(node: Node, caplog: pytest.LogCaptureFixture) -> None:
    path = keys.path_of(node.settings)
    keys.own(node)
    content = path.read_bytes()
    path.write_bytes(b"broken")
    one = given(node)
    assert now_of(node, one).exchange.state == rules.RECEIVED
    assert "waits to be signed" in caplog.text
    with pytest.raises(keys.KeyFileError):
        issue.issue_missing(node)
    path.write_bytes(content)
    clock_of(node).pass_by(days=2)
    assert issue.issue_missing(node) == 1
    assert issue.issue_missing(node) == 0
    [owner, _asker] = halves(node)
    assert str(owner.ended) == "2026-12-01"


def test_nobody_is_found_in_receipts(node: Node) -> None:
    what = shared(node)
    one = asked(node, what, MARKER, for_whom=f"{MARKER} club", words=f"I am {MARKER}")
    act(node, one, rules.ACCEPT)
    act(node, one, rules.MEET)
    body = feeds.changes(node, None, FeedCache(), feeds.RECEIPTS).body
    assert one.encode() in body
    assert MARKER.casefold() not in body.decode().casefold()
    assert b"@" not in body
    # Days and no hours: when exactly somebody was at the door is not told.
    assert b":00:00Z" in body
    assert {half.date_modified.hour for half in halves(node)} == {0}


def test_a_reader_with_small_pages_ends_with_all_of_them(node: Node) -> None:
    reader = MirrorReader(lambda after: orjson.dumps(page(node, after, most=1)))
    given(node)
    reader.read_page()
    given(node, "chair")
    reader.read_to_the_end()
    assert len(reader.mirror) == 4
    held = reader.checkpoint
    assert page(node, held)["items"] == []
    given(node, "lamp")
    assert [item["_sharefeed"]["side"] for item in page(node, held)["items"]] == [OWNER, ASKER]


def test_a_new_epoch_begins_anew_and_a_foreign_cursor_is_refused(node: Node) -> None:
    given(node)
    held = page(node)["_sharefeed"]["checkpoint"]
    setup.new_epoch(node)
    with pytest.raises(ResyncError):
        page(node, held)
    with pytest.raises(CursorError):
        page(node, "nonsense")
    epoch = page(node)["_sharefeed"]["epoch"]
    with pytest.raises(ResyncError):
        page(node, f"{epoch}.99")


def test_the_feed_of_receipts_is_apart_from_that_of_listings(node: Node) -> None:
    given(node, quantity=5)
    cache = FeedCache()
    listings = orjson.loads(feeds.changes(node, None, cache).body)
    receipts = orjson.loads(feeds.changes(node, None, cache, feeds.RECEIPTS).body)
    assert ([item["title"] for item in listings["items"]], receipts["title"]) == (["A desk"], "Receipts of Share")
    assert (listings["_sharefeed"]["count"], receipts["_sharefeed"]["count"]) == (1, 2)
    assert receipts["feed_url"] == f"{URL}receipts.json"
