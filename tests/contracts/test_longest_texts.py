"""Texts at the limit of what the schemas let through, and of no pattern that a database could shorten, are kept."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest

from federation.reading import Context, read_page
from federation.records import L0, Source
from federation.store_page import Asked, store_page
from node.storage.engine import Database
from schemas.fields import MAX_URL
from tests.fakes.sites import NOW, PARK, feed, item
from tests.fakes.stores import StoredStore

PRESENT = int(NOW.timestamp())
SCRIPTS = [pytest.param(0x4E00, 20_000, id="three bytes each"), pytest.param(0x21, 90, id="one byte each")]


def noise(length: int, first: int, span: int) -> str:
    """Letters and figures of one script in no order; the same every time."""
    letters = (chr(first + byte * 256 % span) for byte in range(span))
    usable = [letter for letter in letters if letter.isalnum()]
    seed = b"".join(hashlib.sha256(number.to_bytes(4, "big")).digest() for number in range(length // 16 + 1))
    return "".join(usable[int.from_bytes(seed[2 * at : 2 * at + 2], "big") % len(usable)] for at in range(length))


def longest(first: int, span: int) -> dict[str, Any]:
    """A listing whose every identifier, address and line is as long as it may be."""

    def address(name: str) -> str:
        return f"{PARK}{name}{noise(MAX_URL, first, span)}"[:MAX_URL]

    via = [address(f"v{number}") for number in range(3)]
    made = item("long", organisation={"id": address("o"), "name": noise(200, first, span), "type": "charity"})
    place = {"name": noise(200, first, span), "locality": noise(120, first, span), "lat": 52.6, "lon": -0.2}
    made["_sharefeed"] |= {"place": place, "via": via, "terms": noise(4000, first, span)}
    return {**made, "id": address("i"), "url": address("u"), "title": noise(200, first, span)}


@pytest.mark.parametrize(("first", "span"), SCRIPTS)
def test_a_listing_of_the_longest_texts_is_kept_and_harms_no_neighbour(
    database: Database, first: int, span: int
) -> None:
    store = StoredStore(database, PRESENT)
    source = store.add(Source(0, f"{PARK}feed.json", PARK, "Park", "json", L0, added_at=PRESENT))
    items = [item("before"), longest(first, span), item("after")]
    page = read_page(feed(items, {"version": "1.0", "node": PARK}), None, Context(PARK, PRESENT))
    asked = Asked("https://city.example/", PRESENT, 100, None, None, PRESENT)
    leased = store.lease(source.id, PRESENT)
    with store.book.open() as ledger:
        store_page(ledger, leased, page, asked)
    fine = {one.id for one in page.items if not one.problems}
    assert {items[0]["id"], items[2]["id"]} <= fine
    assert set(store.live()) == fine
