"""The catalogue follows the mirrors: what is published, withdrawn and said of rows that are not shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import orjson
import pytest

from federation.chunks import CHUNK, chunked
from federation.records import (
    ACTIVE,
    EXPIRED,
    HELD,
    KEPT,
    L1,
    MERGED,
    QUARANTINED,
    SHOWN,
    SUSPENDED,
    WAITING,
    Mirrored,
    ReadItem,
    Source,
    Withdrawn,
)
from federation.settle import Fresh, settle
from tests.fakes.city import City
from tests.fakes.scripted import DAY_S
from tests.federation.made import NODE, OWN, PRESENT, listing_id, read, row

HUB = "https://hub.example/"


@pytest.fixture
def sources(city: City) -> list[int]:
    """The node and a hub that passes its listings on; neither has spoken."""
    made = [Source(0, url + "changes.json", url, url, "json", L1) for url in (NODE, HUB)]
    return [city.store.add(source).id for source in made]


def put(city: City, *rows: tuple[Mirrored, ReadItem]) -> None:
    with city.store.book.open() as ledger:
        ledger.put([(one, item.item) for one, item in rows])


def settled(city: City, ids: Sequence[str], now: int = PRESENT, fresh: Fresh | None = None) -> None:
    with city.store.book.open() as ledger:
        settle(ledger, ids, OWN, now, fresh, {listing_id("given"): "given"})


def state(city: City, source_id: int, ref: str) -> str:
    return city.store.rows(source_id)[listing_id(ref)][0].state


def test_long_lists_are_taken_in_pieces() -> None:
    ids = [str(number) for number in range(2 * CHUNK + 1)]
    assert [len(piece) for piece in chunked(ids)] == [CHUNK, CHUNK, 1]
    assert list(chunked([])) == []


@pytest.mark.parametrize("is_fresh", [True, False])
def test_what_is_put_is_published(city: City, sources: list[int], is_fresh: bool) -> None:
    item = read()
    put(city, (row(item), item))
    fresh = Fresh(sources[0], {item.id: (row(item), item)}) if is_fresh else None
    settled(city, [item.id], fresh=fresh)
    shown = city.shown()[item.id]
    assert (shown.hash, shown.via, shown.source_id) == (item.hash, (NODE,), sources[0])
    assert orjson.loads(shown.text or "")["title"] == "Oak desk"


def test_settling_again_changes_nothing(city: City, sources: list[int]) -> None:
    item = read()
    put(city, (row(item), item))
    settled(city, [item.id])
    before = city.shown()
    settled(city, [item.id, listing_id("unheard of")])
    assert city.shown() == before


def test_more_listings_than_one_statement_takes(city: City, sources: list[int]) -> None:
    items = [read(f"box{number}") for number in range(CHUNK + 5)]
    put(city, *[(row(item), item) for item in items])
    settled(city, [item.id for item in items])
    assert len(city.shown()) == CHUNK + 5


@pytest.mark.parametrize("before", [SHOWN, MERGED])
def test_who_wins_and_who_stands_back(city: City, sources: list[int], before: str) -> None:
    own, copied = read(), read(via=(NODE,))
    put(city, (row(own, sources[0], before), own), (row(copied, sources[1], before), copied))
    settled(city, [own.id])
    assert (state(city, sources[0], "desk"), state(city, sources[1], "desk")) == (SHOWN, MERGED)
    [reason] = city.store.rows(sources[1])[own.id][0].reasons
    assert (reason.code, NODE in reason.message) == ("merged", True)


def test_the_reason_follows_who_is_shown(city: City, sources: list[int]) -> None:
    own, copied = read(), read(via=(NODE,))
    put(city, (row(own, sources[0]), own), (row(copied, sources[1]), copied))
    settled(city, [own.id])
    city.store.change(sources[0], state=SUSPENDED, last_full_at=PRESENT)
    settled(city, [own.id])
    assert city.shown() == {}
    said = [city.store.rows(source_id)[own.id][0].reasons[0].message for source_id in sources]
    assert "suspended" in said[0]
    assert NODE in said[1]
    assert "read here itself" in said[1]


def test_a_copy_that_outlived_its_time_does_not_come_forward(city: City, sources: list[int]) -> None:
    old, fine = read(via=(NODE,)), read(via=(NODE, "https://far.example/"))
    later = PRESENT + 61 * DAY_S
    fresh_item = read(via=(NODE, "https://far.example/"), _sharefeed__expires="2027-06-01T10:00:00Z")
    third = city.store.add(Source(0, "https://third.example/", "https://third.example/", "T", "json", L1)).id
    put(city, (row(old, sources[1], MERGED), old), (row(fresh_item, third, MERGED), fresh_item))
    settled(city, [fine.id], now=later)
    assert city.shown()[fine.id].source_id == third
    assert (state(city, sources[1], "desk"), state(city, third, "desk")) == (EXPIRED, SHOWN)


def test_when_every_copy_outlived_its_time_nothing_is_shown(city: City, sources: list[int]) -> None:
    old, other = read(via=(NODE,)), read()
    put(city, (row(old, sources[1], MERGED), old), (row(other, sources[0], MERGED), other))
    settled(city, [old.id], now=PRESENT + 61 * DAY_S)
    assert city.shown() == {}
    assert {state(city, source_id, "desk") for source_id in sources} == {EXPIRED}


@pytest.mark.parametrize("waits", [WAITING, KEPT, "applied"])
@pytest.mark.parametrize("source_state", [ACTIVE, SUSPENDED])
def test_a_removal_that_waits_keeps_what_is_shown(
    city: City, sources: list[int], waits: str, source_state: str
) -> None:
    item = read("given")
    put(city, (row(item), item))
    settled(city, [item.id])
    with city.store.book.open() as ledger:
        ledger.drop(sources[0], [item.id])
        text = ledger.published([item.id])[item.id]
        aside = Withdrawn(sources[0], item.id, "batch", waits, "given", text, item.hash, (), PRESENT)
        ledger.put_withdrawn([aside])
    city.store.change(sources[0], state=source_state)
    settled(city, [item.id])
    assert (item.id in city.shown()) == (waits != "applied" and source_state == ACTIVE)


@pytest.mark.parametrize("unfit", [QUARANTINED, HELD])
def test_an_older_version_stays_while_its_source_counts(city: City, sources: list[int], unfit: str) -> None:
    good = read()
    put(city, (row(good), good))
    settled(city, [good.id])
    newer = read(title="Newer")
    put(city, (row(newer, sources[0], unfit, "missing"), newer))
    settled(city, [good.id])
    assert city.titles_of([good.id]) == ["Oak desk"]
    city.store.change(sources[0], state=SUSPENDED)
    settled(city, [good.id])
    assert city.shown() == {}


def test_a_row_whose_text_is_lost_breaks_nothing(city: City, sources: list[int]) -> None:
    item = read()
    put(city, (replace(row(item)), item._replace(item='{"id": "x"}')))
    settled(city, [item.id])
    assert city.shown() == {}
