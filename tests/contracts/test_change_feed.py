"""The change feed, rule by rule (docs/protocol.md, rules for a publisher), on every database."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlsplit

import orjson
import pytest

from federation.facts import Entry
from node.context import Node
from node.services.configuration import setup
from node.services.listings import expiry, publishing
from node.services.syndication import feeds
from node.services.syndication.cursor import CursorError, parse
from node.services.syndication.feeds import FeedCache, ResyncError
from node.storage import catalogue
from schemas.canonical import EXTENSION
from schemas.json_feed import decode
from schemas.page import MAX_COMPLETE_BYTES, MAX_PAGE_BYTES
from tests.fakes.mirror_reader import MirrorReader
from tests.fakes.publisher import URL, clock_of, draft, school

OLD = {"days": 91}


def paged(node: Node, most: int) -> Node:
    """The same node with pages of at most ``most`` entries."""
    return Node(node.settings.changed(page_entries=most), node.database, node.clock)


def page(node: Node, after: str | None = None, most: int = 500) -> dict[str, Any]:
    found = orjson.loads(feeds.changes(paged(node, most), after, FeedCache()).body)
    assert isinstance(found, dict)
    return found


def head_of(document: dict[str, Any]) -> dict[str, Any]:
    found = document[EXTENSION]
    assert isinstance(found, dict)
    return found


def checkpoint(node: Node, after: str | None = None, most: int = 500) -> str:
    return str(head_of(page(node, after, most))["checkpoint"])


def titles(document: dict[str, Any]) -> list[str]:
    return [item["title"] for item in document["items"]]


def gone(document: dict[str, Any]) -> list[tuple[str, str]]:
    return [(t["id"].rsplit(".")[-1], t["reason"]) for t in head_of(document)["deleted"]]


def put(node: Node, *refs: str, **members: Any) -> None:
    publishing.put_listings(node, [draft(node, ref, **{"title": f"Desk {ref}", **members}) for ref in refs])


def withdraw(node: Node, ref: str, reason: str = "withdrawn") -> None:
    publishing.withdraw(node, f"riverside-school.{ref}", reason)


def reader(node: Node, most: int = 500) -> MirrorReader:
    return MirrorReader(lambda after: feeds.changes(paged(node, most), after, FeedCache()).body)


def test_an_empty_node_has_one_empty_page(node: Node) -> None:
    document = page(node)
    head = head_of(document)
    assert (document["items"], head["deleted"], head["more"], head["count"]) == ([], [], False, 0)
    assert (head["version"], head["node"], head["licence"], head["complete"]) == ("1.0", URL, "CC0-1.0", False)
    assert "next_url" not in document


def test_every_live_listing_stands_once_at_its_latest_change(node: Node) -> None:
    put(node, "a", "b", "c")
    put(node, "a", title="Desk a, oak")
    assert titles(page(node)) == ["Desk b", "Desk c", "Desk a, oak"]


def test_an_unchanged_listing_is_not_sent_again(node: Node) -> None:
    put(node, "a", "b")
    held = checkpoint(node)
    clock_of(node).pass_by(hours=5)
    put(node, "a", "b")
    assert page(node, held)["items"] == []
    assert checkpoint(node, held) == held


def test_what_was_deleted_before_a_first_reading_is_not_told_to_it(node: Node) -> None:
    put(node, "a", "b")
    withdraw(node, "a", "given")
    assert gone(page(node)) == []


def test_what_is_deleted_afterwards_is_told_with_its_reason(node: Node) -> None:
    put(node, "a", "b")
    held = checkpoint(node)
    withdraw(node, "a", "given")
    assert gone(page(node, held)) == [("a", "given")]


def test_no_ghosts_when_something_is_deleted_while_a_first_reading_runs(node: Node) -> None:
    put(node, "a", "b", "c")
    first = reader(node, most=1)
    first.read_page()
    withdraw(node, "a")
    first.read_to_the_end()
    assert sorted(first.mirror) == [f"{URL}listings/riverside-school.{ref}" for ref in "bc"]


def test_a_base_is_dropped_once_the_position_has_reached_it(node: Node) -> None:
    put(node, "a", "b", "c")
    assert parse(checkpoint(node, most=1)).base == 3
    assert parse(checkpoint(node)).base == 0


def test_a_listing_that_comes_back_replaces_its_tombstone(node: Node) -> None:
    put(node, "a")
    held = checkpoint(node)
    withdraw(node, "a")
    publishing.renew(node, "riverside-school.a")
    document = page(node, held)
    assert (titles(document), gone(document)) == (["Desk a"], [])


# Rule 5: 410 only if something would otherwise be missed.


def test_restoring_a_backup_gives_a_new_epoch_and_old_cursors_are_refused(node: Node) -> None:
    put(node, "a")
    held = checkpoint(node)
    setup.new_epoch(node)
    with pytest.raises(ResyncError):
        page(node, held)


def test_a_position_beyond_the_head_is_refused(node: Node) -> None:
    put(node, "a")
    epoch, position = checkpoint(node).split(".")
    with pytest.raises(ResyncError):
        page(node, f"{epoch}.{int(position) + 1}")
    with pytest.raises(ResyncError):
        page(node, f"{epoch}.0.{int(position) + 1}")


def test_a_cursor_older_than_a_discarded_tombstone_is_refused_and_a_newer_one_is_not(node: Node) -> None:
    put(node, "a", "b", "c")
    before = checkpoint(node)
    withdraw(node, "a")
    after = checkpoint(node, before)
    clock_of(node).pass_by(**OLD)
    assert expiry.prune(node) == 1
    with pytest.raises(ResyncError):
        page(node, before)
    assert page(node, after)["items"] == []


def test_a_tombstone_is_kept_for_ninety_days_whatever_the_setting_says(node: Node) -> None:
    put(node, "a", "b")
    held = checkpoint(node)
    withdraw(node, "a")
    hasty = Node(node.settings.changed(tombstone_days=1), node.database, node.clock)
    clock_of(node).pass_by(days=89)
    assert expiry.prune(hasty) == 0
    assert gone(page(node, held)) == [("a", "withdrawn")]


def test_an_idle_publisher_never_sends_its_readers_back_to_the_start(node: Node) -> None:
    put(node, "a", "b")
    withdraw(node, "a")
    held = checkpoint(node)
    clock_of(node).pass_by(days=1000)
    expiry.prune(node)
    assert checkpoint(node, held) == held


def test_a_first_reading_of_old_listings_comes_to_its_end(node: Node) -> None:
    """Its positions are older than discarded tombstones, of which it has no need."""
    put(node, "a", "b", "c")
    withdraw(node, "c")
    clock_of(node).pass_by(**OLD)
    expiry.prune(node)
    slow = reader(node, most=1)
    slow.read_to_the_end()
    assert (len(slow.mirror), slow.pages, slow.resyncs) == (2, 2, 0)


def test_a_first_reading_that_sleeps_past_a_discarded_tombstone_begins_again(node: Node) -> None:
    put(node, "a", "b", "c")
    sleeper = reader(node, most=1)
    sleeper.read_page()
    withdraw(node, "a")
    clock_of(node).pass_by(**OLD)
    expiry.prune(node)
    sleeper.read_to_the_end()
    assert (len(sleeper.mirror), sleeper.resyncs) == (2, 1)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("x", id="a-word"),
        pytest.param("00000000-0000-0000-0000-000000000000", id="no-position"),
        pytest.param("00000000-0000-0000-0000-000000000000.-1", id="negative"),
        pytest.param("00000000-0000-0000-0000-000000000000.1.2.3", id="too-much"),
        pytest.param("00000000-0000-0000-0000-000000000000." + "9" * 19, id="beyond-every-database"),
        pytest.param("00000000-0000-0000-0000-000000000000.١", id="digits-of-another-script"),
        pytest.param("x" * 100_000, id="long"),
    ],
)
def test_what_is_no_cursor_is_refused_as_such(node: Node, text: str) -> None:
    with pytest.raises(CursorError):
        page(node, text)


# Rules 6 and 7: pages.


def test_pages_lead_from_one_to_the_next_on_the_same_origin(node: Node) -> None:
    put(node, "a", "b", "c")
    document, seen = page(node, most=2), []
    while "next_url" in document:
        seen += titles(document)
        address = document["next_url"]
        assert address.startswith(f"{URL}changes.json?after=")
        (after,) = parse_qs(urlsplit(address).query)["after"]
        assert after == head_of(document)["checkpoint"]
        document = page(node, after, most=2)
    assert [*seen, *titles(document)] == ["Desk a", "Desk b", "Desk c"]


def test_a_page_holds_at_most_five_hundred_entries(node: Node) -> None:
    put(node, *(f"n{number}" for number in range(501)))
    first = page(node)
    assert (len(first["items"]), head_of(first)["more"], head_of(first)["count"]) == (500, True, 501)
    last = page(node, head_of(first)["checkpoint"])
    assert (len(last["items"]), head_of(last)["more"]) == (1, False)


def test_tombstones_count_as_entries(node: Node) -> None:
    put(node, *(f"n{number}" for number in range(6)))
    held = checkpoint(node)
    for number in range(5):
        withdraw(node, f"n{number}")
    document = page(node, held, most=4)
    assert (len(gone(document)), head_of(document)["more"]) == (4, True)


def test_a_page_holds_at_most_a_mebibyte(node: Node) -> None:
    put(node, *(f"n{number}" for number in range(150)), content_text="ü" * 9_900)
    most, after, more = 0, None, True
    while more:
        body = feeds.changes(node, after, FeedCache()).body
        most = max(most, len(body))
        head = head_of(orjson.loads(body))
        after, more = head["checkpoint"], head["more"]
    assert MAX_PAGE_BYTES * 0.95 < most <= MAX_PAGE_BYTES


def test_a_listing_too_large_for_any_page_still_lets_the_reading_go_on(node: Node) -> None:
    put(node, "a", "b")
    with node.database.write() as tx:
        (shown,) = catalogue.live(tx, 1)
        item = orjson.dumps({"id": "urn:giant", "title": "x" * MAX_PAGE_BYTES}).decode()
        giant = Entry("urn:giant", "giant", None, item, "h" * 43, (), shown.entry.facts)
        catalogue.apply(tx, [giant], [], node.now)
    put(node, "c")
    document, sizes = page(node), []
    while head_of(document)["more"]:
        sizes.append(len(document["items"]))
        document = page(node, head_of(document)["checkpoint"])
    assert [*sizes, len(document["items"])] == [2, 1, 1]


def test_the_etag_follows_the_bytes_and_the_epoch(node: Node) -> None:
    put(node, "a")
    cache = FeedCache()
    first = feeds.json_document(node, cache)
    assert feeds.json_document(node, cache) is first
    assert feeds.json_document(node, FeedCache()) == first
    put(node, "b")
    assert feeds.json_document(node, cache).etag != first.etag
    assert feeds.rendered("one", b"x").etag != feeds.rendered("other", b"x").etag


def test_an_expired_listing_stays_in_the_set_until_its_tombstone(node: Node) -> None:
    put(node, "a", "b")
    held = checkpoint(node)
    clock_of(node).pass_by(days=61)
    assert titles(page(node)) == ["Desk a", "Desk b"]
    assert head_of(page(node))["count"] == 2
    assert expiry.expire(node, limit=1) == 1
    assert expiry.expire(node) == 1
    assert expiry.expire(node) == 0
    document = page(node, held)
    assert gone(document) == [("a", "expired"), ("b", "expired")]
    assert head_of(document)["count"] == 0
    assert {row.state for row in publishing.listings(node)} == {"expired"}


def test_only_listings_of_this_node_are_expired_here(node: Node) -> None:
    put(node, "a")
    with node.database.write() as tx:
        (shown,) = catalogue.live(tx, 1)
        foreign = Entry(
            "urn:foreign", "foreign", 7, shown.entry.item, "h" * 43, ("https://n.example/",), shown.entry.facts
        )
        catalogue.apply(tx, [foreign], [], node.now)
    clock_of(node).pass_by(days=61)
    assert expiry.expire(node) == 1
    with node.database.read() as tx:
        assert [found.entry.id for found in catalogue.live(tx)] == ["urn:foreign"]


# L0: the documents that everyone can read.


def test_the_json_feed_is_complete_while_it_is_small(node: Node) -> None:
    put(node, "a", "b")
    withdraw(node, "a")
    found = decode(feeds.json_document(node, FeedCache()).body)
    assert found.head is not None
    assert (found.head.complete, found.head.count, len(found.items)) == (True, 1, 1)
    assert found.head.deleted == ()
    assert (found.title, found.feed_url, found.home_page_url) == ("Share", f"{URL}feed.json", URL)


def test_the_atom_feed_carries_the_same_as_the_json_feed(node: Node) -> None:
    from schemas import atom_feed

    put(node, "a", "b", content_text="Two drawers & a lock")
    atom = atom_feed.decode(feeds.atom_document(node, FeedCache()).body)
    json = decode(feeds.json_document(node, FeedCache()).body)
    assert atom.items == json.items
    assert atom.head is not None
    assert json.head is not None
    assert (atom.head.complete, atom.head.digest, atom.head.count) == (True, json.head.digest, 2)


def test_a_set_too_large_for_one_document_gives_the_newest_and_says_so(node: Node) -> None:
    host = school(node)
    text = "x" * 10_000
    drafts = [draft(node, f"n{number}", title=f"Desk {number}", content_text=text) for number in range(540)]
    assert drafts[0].listing.organisation == host
    publishing.put_listings(node, drafts)
    withdraw(node, "n0", "given")
    body = feeds.json_document(node, FeedCache()).body
    found = decode(body)
    assert found.head is not None
    assert (found.head.complete, len(found.items), found.head.count) == (False, feeds.RECENT_LISTINGS, 539)
    assert found.items[0]["title"] == "Desk 539"
    assert [(t.id.rsplit(".")[-1], t.reason) for t in found.head.deleted] == [("n0", "given")]
    assert len(body) < MAX_COMPLETE_BYTES
