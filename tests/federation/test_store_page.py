"""One page in one transaction: the mirror, what waits, the cursor and the validators move together, or not at all."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from federation.ports import StaleError
from federation.records import L0, L1, PLAIN, ReadItem, ReadPage, Source
from federation.store_page import Asked, store_page, store_unchanged
from schemas.canonical import contribution, digest_hex
from schemas.errors import DocumentError, Problem
from schemas.page import PageHead
from tests.fakes.city import City
from tests.federation.made import DAY_S, NODE, OWN, PRESENT, listing_id, read

EPOCH = "5a0b3a0e-8f0e-4c58-9d7b-2f6f0f8f3c11"
ASKED = Asked(OWN, PRESENT, 100, '"tag"', "Sun, 22 Nov 2026 10:00:00 GMT", PRESENT - 5)


def page(*items: ReadItem, **head: Any) -> ReadPage:
    total = sum(contribution(item.id, item.hash, item.via) for item in items)
    sums = {"count": len(items), "digest": digest_hex(total)}
    said = PageHead(NODE, **{"epoch": EPOCH, "checkpoint": "c1", **sums, **head})
    return ReadPage("json", "T", said, items, None, ())


def leased(city: City, level: str = L1, **values: Any) -> Source:
    added = city.store.add(Source(0, NODE + "feed", NODE, "Node", "json", level, **values))
    return city.store.lease(added.id, PRESENT)


def store(city: City, source: Source, read_page: ReadPage, asked: Asked = ASKED) -> Source:
    with city.store.book.open() as ledger:
        return store_page(ledger, source, read_page, asked)[0]


@pytest.mark.parametrize(
    ("level", "head", "expected"),
    [
        pytest.param(L1, {}, ("c1", EPOCH, None, None), id="a change feed that moved on: the next address is another"),
        pytest.param(L1, {"checkpoint": "c0"}, ("c0", EPOCH, '"tag"', None), id="a change feed that stayed"),
        pytest.param(L1, {"checkpoint": "c0", "more": True}, ("c0", EPOCH, None, None), id="more to come"),
        pytest.param(L0, {"complete": True}, ("c0", None, '"tag"', ASKED.last_modified), id="a document"),
        pytest.param(PLAIN, {}, ("c0", None, '"tag"', ASKED.last_modified), id="a plain feed"),
    ],
)
def test_cursor_and_validators(city: City, level: str, head: dict[str, Any], expected: tuple[str | None, ...]) -> None:
    source = store(city, leased(city, level, cursor="c0"), page(read(), **head))
    assert (source.cursor, source.epoch, source.etag, source.last_modified) == expected
    assert city.source(source.id) == source


@pytest.mark.parametrize(
    ("level", "values", "head", "deletes"),
    [
        pytest.param(L1, {"reading_open": True}, {}, True, id="the end of a reading from the start"),
        pytest.param(L1, {"reading_open": True}, {"more": True}, False, id="more to come"),
        pytest.param(L1, {}, {}, False, id="the end of a later reading"),
        pytest.param(L1, {}, {"complete": True}, False, id="a change feed that calls itself complete"),
        pytest.param(L0, {}, {"complete": True}, True, id="a complete document"),
        pytest.param(L0, {}, {"complete": True, "more": True}, False, id="complete, with more"),
        pytest.param(L0, {"reading_open": True}, {}, False, id="not complete"),
        pytest.param(PLAIN, {"reading_open": True}, {"complete": True}, False, id="a plain feed"),
    ],
)
def test_when_absence_deletes(
    city: City, level: str, values: dict[str, Any], head: dict[str, Any], deletes: bool
) -> None:
    source = leased(city, level, reading=1)
    source = store(city, source, page(read("old"), read("kept"), **head))
    city.store.change(source.id, reading=2, **values)
    source = city.store.lease(source.id, PRESENT)
    source = store(city, source, page(read("kept"), **head))
    assert (listing_id("old") not in city.store.rows(source.id)) == deletes
    assert (listing_id("old") not in city.shown()) == deletes
    assert listing_id("kept") in city.shown()


def test_a_next_page_means_that_a_document_is_not_whole(city: City) -> None:
    source = store(city, leased(city, L0), page(read("old"), complete=True))
    again = replace(page(complete=True), next_url=NODE + "2")
    store(city, source, again)
    assert set(city.shown()) == {listing_id("old")}


@pytest.mark.parametrize(
    "moved",
    [{"cursor": "elsewhere"}, {"lease_token": 99}],
    ids=["the cursor moved", "the lease was lost"],
)
def test_someone_else_was_faster(city: City, moved: dict[str, Any]) -> None:
    source = leased(city)
    city.store.change(source.id, **moved)
    before = city.source(source.id)
    with pytest.raises(StaleError) as caught:
        store(city, source, page(read()))
    assert caught.value.source_id == source.id
    assert (city.shown(), city.store.rows(source.id), city.source(source.id)) == ({}, {}, before)


def test_a_crash_keeps_nothing_of_the_page(city: City) -> None:
    source = leased(city)
    before = city.source(source.id)

    def crash() -> None:
        with city.store.book.open() as ledger:
            store_page(ledger, source, page(read()), ASKED)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        crash()
    assert (city.shown(), city.store.rows(source.id), city.source(source.id)) == ({}, {}, before)


def test_more_listings_than_are_taken(city: City) -> None:
    source = leased(city)
    with pytest.raises(DocumentError) as caught:
        store(city, source, page(read("a"), read("b")), replace(ASKED, listings_limit=1))
    assert caught.value.problems[0].code == "too-many-listings"
    assert city.shown() == {}


def test_faults_that_belong_to_no_listing_cost_nothing(city: City) -> None:
    fault = Problem("/items/3", "repeated-id", "Twice.")
    source = store(city, leased(city, L0), replace(page(read(), complete=True), outside=(fault,)))
    assert (len(city.shown()), source.verified_at) == (1, ASKED.date)


@pytest.mark.parametrize(
    ("level", "head", "verified_at", "reread_at"),
    [
        pytest.param(L1, {}, ASKED.date, None, id="identical"),
        pytest.param(L1, {"count": 2}, None, PRESENT, id="differs"),
        pytest.param(L1, {"count": None}, None, None, id="nothing stated"),
        pytest.param(L1, {"count": 2, "more": True}, None, None, id="not the last page"),
        pytest.param(L0, {"complete": True}, ASKED.date, None, id="a document, identical"),
        pytest.param(L0, {"complete": True, "count": 2}, None, PRESENT, id="a document, differs"),
        pytest.param(L0, {"count": 2}, None, None, id="a document that is not complete"),
        pytest.param(PLAIN, {"count": 2, "complete": True}, None, None, id="a plain feed"),
    ],
)
def test_verification(
    city: City, level: str, head: dict[str, Any], verified_at: int | None, reread_at: int | None
) -> None:
    source = store(city, leased(city, level), page(read(), **head))
    assert (source.verified_at, source.reread_at) == (verified_at, reread_at)


def test_numbers_of_readings(city: City) -> None:
    """Each document is a reading of its own; pages of a change feed continue the one that was begun."""
    document, feed = leased(city, L0), city.store.add(Source(0, NODE + "c", NODE, "N", "json", L1, reading=4))
    assert store(city, document, page(read(), complete=True)).reading == 1
    assert store(city, city.store.lease(feed.id, PRESENT), page(read())).reading == 4


@pytest.mark.parametrize(
    ("verified_at", "reread_at", "expected"),
    [
        pytest.param(PRESENT - DAY_S, None, PRESENT, id="identical still"),
        pytest.param(PRESENT + 5, None, PRESENT + 5, id="never backwards"),
        pytest.param(None, None, None, id="never compared"),
        pytest.param(PRESENT - DAY_S, PRESENT + 9, PRESENT - DAY_S, id="differs"),
    ],
)
def test_nothing_new(city: City, verified_at: int | None, reread_at: int | None, expected: int | None) -> None:
    source = leased(city, cursor="c", verified_at=verified_at, reread_at=reread_at)
    with city.store.book.open() as ledger:
        store_unchanged(ledger, source, PRESENT)
    assert city.source(source.id).verified_at == expected
