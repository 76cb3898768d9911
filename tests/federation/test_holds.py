"""Reader rule 4: many removals wait for a word, few apply at once. The words: tests/node/test_moderation.py."""

from __future__ import annotations

import pytest

from federation.records import APPLIED, L0, WAITING
from federation.window import slices
from tests.fakes.city import City
from tests.fakes.scripted import ScriptedNet, ScriptedNode


@pytest.fixture
def shop(net: ScriptedNet) -> ScriptedNode:
    return net.node("https://shop.example/")


def refs(count: int, first: int = 0) -> list[str]:
    return [f"box{number:03}" for number in range(first, first + count)]


@pytest.mark.parametrize("level", [L0, "L1"])
@pytest.mark.parametrize(
    ("size", "removed", "waits"),
    [
        pytest.param(100, 20, False, id="twenty of a hundred"),
        pytest.param(100, 21, True, id="21 of a hundred"),
        pytest.param(209, 21, True, id="21 of 209, just above a tenth"),
        pytest.param(210, 21, False, id="21 of 210, a tenth"),
        pytest.param(21, 20, False, id="all but one of 21"),
        pytest.param(4, 3, False, id="three of four"),
    ],
)
def test_more_than_twenty_and_more_than_a_tenth_wait(
    city: City, shop: ScriptedNode, level: str, size: int, removed: int, waits: bool
) -> None:
    shop.add(*refs(size))
    source_id = city.follow(shop, level)
    city.poll_fine(source_id)
    shop.remove(*refs(removed))
    city.poll_fine(source_id)
    assert len(city.refs(shop)) == (size if waits else size - removed)
    source, aside = city.source(source_id), city.store.withdrawn(source_id).values()
    assert (source.mirror_count, source.verified_at) == (size - removed, city.now)
    assert {row.state for row in aside} == {WAITING if waits else APPLIED}
    assert len(aside) == removed
    city.check_source(source_id)


def test_slices_of_a_day_are_counted_together(city: City, shop: ScriptedNode) -> None:
    """The counterexample [slicing]: fifteen at a time would empty any source within a day."""
    shop.add(*refs(100))
    source_id = city.follow(shop)
    city.poll_fine(source_id)
    for first in (0, 15, 30, 45):
        shop.remove(*refs(15, first))
        city.net.clock.pass_by(hours=2)
        city.poll_fine(source_id)
    assert len(city.refs(shop)) == 85
    assert sum(one.removed for one in slices(city.source(source_id).removal_window, city.now)) == 60
    states = [row.state for row in city.store.withdrawn(source_id).values()]
    assert (states.count(APPLIED), states.count(WAITING)) == (15, 45)


def test_slices_that_are_put_back_between_do_not_shrink_the_day(city: City, shop: ScriptedNode) -> None:
    """Measured against the size at the start of the day, however much is added meanwhile."""
    shop.add(*refs(100))
    source_id = city.follow(shop)
    city.poll_fine(source_id)
    shop.remove(*refs(15))
    city.poll_fine(source_id)
    shop.add(*refs(500, 100))
    city.poll_fine(source_id)
    shop.remove(*refs(15, 15))
    city.poll_fine(source_id)
    assert len(city.refs(shop)) == 585
    assert [one.size for one in slices(city.source(source_id).removal_window, city.now)] == [100]


def test_a_new_day_counts_anew(city: City, shop: ScriptedNode) -> None:
    shop.add(*refs(100))
    source_id = city.follow(shop)
    city.poll_fine(source_id)
    for first in (0, 15, 30):
        shop.remove(*refs(15, first))
        city.poll_fine(source_id)
        city.net.clock.pass_by(hours=25)
    assert len(city.refs(shop)) == 55


def test_the_limit_does_not_pass_twice_across_the_edge_of_a_day(city: City, shop: ScriptedNode) -> None:
    shop.add(*refs(100))
    source_id = city.follow(shop)
    city.poll_fine(source_id)
    for first, count, hours in ((0, 1, 23.9), (1, 19, 0.2), (20, 20, 0)):
        shop.remove(*refs(count, first))
        city.poll_fine(source_id)
        city.net.clock.pass_by(hours=hours)
    assert len(city.refs(shop)) == 80


@pytest.mark.parametrize(("size", "waits"), [(2, False), (3, True), (20, True)])
def test_an_absence_that_would_empty_a_source_waits(city: City, shop: ScriptedNode, size: int, waits: bool) -> None:
    shop.add(*refs(size))
    source_id = city.follow(shop, L0)
    city.poll_fine(source_id)
    shop.remove(*refs(size))
    city.poll_fine(source_id)
    assert len(city.refs(shop)) == (size if waits else 0)
    assert city.source(source_id).mirror_count == 0


def test_an_absence_at_the_end_of_a_reading_from_the_start_waits_as_well(city: City, shop: ScriptedNode) -> None:
    empty = shop.log.copy()
    shop.add(*refs(5))
    source_id = city.follow(shop)
    city.poll_fine(source_id)
    shop.restore(empty)
    city.poll_fine(source_id)
    assert len(city.refs(shop)) == 5
    assert city.source(source_id).verified_at == city.now


def test_tombstones_may_empty_a_source(city: City, shop: ScriptedNode) -> None:
    """Each one is the node's own word."""
    shop.add(*refs(5))
    source_id = city.follow(shop)
    city.poll_fine(source_id)
    shop.remove(*refs(5))
    city.poll_fine(source_id)
    assert city.refs(shop) == set()


@pytest.mark.parametrize("level", [L0, "L1"])
def test_a_listing_that_is_sent_again_ends_its_hold(city: City, shop: ScriptedNode, level: str) -> None:
    shop.add(*refs(30))
    source_id = city.follow(shop, level)
    city.poll_fine(source_id)
    shop.remove(*refs(30))
    city.poll_fine(source_id)
    assert len(city.store.withdrawn(source_id)) == 30
    shop.add("box001", title="Back")
    shop.add("box002")
    city.poll_fine(source_id)
    assert len(city.store.withdrawn(source_id)) == 28
    assert city.titles(shop)["box001"] == "Back"
    assert len(city.refs(shop)) == 30
    shop.remove("box001")
    city.poll_fine(source_id)
    assert city.store.withdrawn(source_id)[shop.listing_id("box001")].state == WAITING
    city.check_source(source_id)


def test_a_listing_that_is_sent_again_broken_ends_its_hold_too(city: City, shop: ScriptedNode) -> None:
    shop.add(*refs(30))
    source_id = city.follow(shop)
    city.poll_fine(source_id)
    shop.remove(*refs(30))
    city.poll_fine(source_id)
    shop.put(shop.item("box001", title="\x00"))
    city.poll_fine(source_id)
    assert shop.listing_id("box001") not in city.store.withdrawn(source_id)
    assert city.titles(shop)["box001"] == "A box001"


def test_a_held_listing_of_a_watched_source_that_is_sent_again_stays_shown(city: City, shop: ScriptedNode) -> None:
    shop.add(*refs(30))
    source_id = city.follow(shop)
    city.poll_fine(source_id)
    city.store.change(source_id, hold_new=True)
    shop.remove(*refs(30))
    city.poll_fine(source_id)
    shop.add("box001", title="Back")
    city.poll_fine(source_id)
    assert city.states(source_id) == {"box001": "held"}
    assert city.titles(shop)["box001"] == "A box001"


def test_what_is_set_aside_is_what_was_shown(city: City, shop: ScriptedNode) -> None:
    """The version sent last may have been unfit to be shown; an undo restores the one that was."""
    shop.add("box", "other")
    source_id = city.follow(shop)
    city.poll_fine(source_id)
    shown = city.shown()[shop.listing_id("box")]
    shop.put(shop.item("box", _sharefeed__category="dragons/green"))
    city.poll_fine(source_id)
    shop.remove("box")
    city.poll_fine(source_id)
    aside = city.store.withdrawn(source_id)[shop.listing_id("box")]
    assert (aside.item, aside.hash, (*aside.via, shop.id)) == (shown.text, shown.hash, shown.via)


def test_what_was_never_shown_is_not_set_aside(city: City, shop: ScriptedNode) -> None:
    shop.put(shop.item("odd", title="\x00"))
    shop.add("box")
    source_id = city.follow(shop)
    city.poll_fine(source_id)
    shop.remove("odd")
    city.poll_fine(source_id)
    assert city.store.withdrawn(source_id) == {}


def test_removals_of_several_chunks_form_one_batch(city: City, shop: ScriptedNode) -> None:
    shop.add(*refs(1100))
    source_id = city.follow(shop, L0)
    city.poll_fine(source_id)
    shop.remove(*refs(1050))
    city.poll_fine(source_id)
    assert (len(city.refs(shop)), city.source(source_id).mirror_count) == (1100, 50)
    assert len({row.batch for row in city.store.withdrawn(source_id).values()}) == 1
