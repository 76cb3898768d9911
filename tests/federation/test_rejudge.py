"""Judging again: the operator's word, what was set aside, and sources that are suspended and resumed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from federation import rejudge
from federation.records import ACTIVE, APPLIED, KEPT, SUSPENDED, WAITING
from tests.fakes.city import City
from tests.fakes.scripted import ScriptedNet, ScriptedNode


@pytest.fixture
def school(net: ScriptedNet) -> ScriptedNode:
    node = net.node("https://school.example/")
    node.add("desk", "chair", "lamp")
    return node


def hide(city: City, source_id: int) -> None:
    city.store.change(source_id, state=SUSPENDED)
    rejudge.hide(city.store.book, source_id, city.id, city.now)


def show(city: City, source_id: int) -> None:
    city.store.change(source_id, state=ACTIVE)
    rejudge.show(city.store.book, source_id, city.id, city.now)


def restore(city: City, source_id: int) -> int:
    with city.store.book.open() as ledger:
        rows = list(city.store.withdrawn(source_id).values())
        return rejudge.restore(ledger, city.source(source_id), rows, city.id, city.now)


def test_a_word_on_what_is_gone_does_nothing(city: City, school: ScriptedNode) -> None:
    source_id = city.follow(school)
    with city.store.book.open() as ledger:
        assert rejudge.judge(ledger, city.source(source_id), "https://x.example/", None, city.id, city.now) is None


def test_suspended_and_resumed(city: City, school: ScriptedNode) -> None:
    source_id = city.follow(school)
    city.poll_fine(source_id)
    before = city.titles(school)
    hide(city, source_id)
    assert city.shown() == {}
    assert set(city.states(source_id).values()) == {"merged"}
    show(city, source_id)
    assert city.titles(school) == before
    assert set(city.states(source_id).values()) == {"shown"}
    city.check_source(source_id)


def test_what_only_the_catalogue_had_comes_back_too(city: City, school: ScriptedNode) -> None:
    """An older version whose update is unfit, and removals that wait: the mirror has neither."""
    school.add(*[f"box{number}" for number in range(30)])
    source_id = city.follow(school)
    city.poll_fine(source_id)
    school.put(school.item("desk", title="\x00"))
    school.remove(*[f"box{number}" for number in range(30)])
    city.poll_fine(source_id)
    before = city.titles(school)
    assert len(before) == 33
    hide(city, source_id)
    assert city.shown() == {}
    show(city, source_id)
    assert city.titles(school) == before
    assert city.states(source_id)["desk"] == "quarantined"
    school.add("desk", title="Mended")
    city.poll_fine(source_id)
    assert city.titles(school) == {**before, "desk": "Mended"}
    school.remove("desk")
    city.poll_fine(source_id)
    assert city.store.withdrawn(source_id)[school.listing_id("desk")].state == WAITING
    city.check_source(source_id)


def test_hiding_twice_and_showing_twice_is_the_same_as_once(city: City, school: ScriptedNode) -> None:
    source_id = city.follow(school)
    city.poll_fine(source_id)
    school.put(school.item("desk", title="\x00"))
    city.poll_fine(source_id)
    before = city.titles(school)
    for act in (hide, hide, show, show):
        act(city, source_id)
    assert city.titles(school) == before


def test_more_listings_than_one_transaction_takes(city: City, school: ScriptedNode) -> None:
    school.add(*[f"box{number}" for number in range(600)])
    source_id = city.follow(school)
    city.poll_fine(source_id)
    hide(city, source_id)
    assert city.shown() == {}
    show(city, source_id)
    assert len(city.shown()) == 603


def test_what_is_restored(city: City, school: ScriptedNode) -> None:
    source_id = city.follow(school)
    city.poll_fine(source_id)
    before = city.shown()
    school.remove("desk", "chair")
    city.poll_fine(source_id)
    assert {row.state for row in city.store.withdrawn(source_id).values()} == {APPLIED}
    assert restore(city, source_id) == 2
    after = city.shown()
    assert {id_: (row.text, row.hash, row.via) for id_, row in after.items()} == {
        id_: (row.text, row.hash, row.via) for id_, row in before.items()
    }
    assert restore(city, source_id) == 0


def test_an_older_version_that_was_shown_is_restored(city: City, school: ScriptedNode) -> None:
    """Not the unfit one that was sent after it."""
    source_id = city.follow(school)
    city.poll_fine(source_id)
    school.put(school.item("desk", _sharefeed__category="dragons/green", title="Odd"))
    city.poll_fine(source_id)
    school.remove("desk")
    city.poll_fine(source_id)
    assert restore(city, source_id) == 1
    assert city.titles(school)["desk"] == "A desk"


@pytest.mark.parametrize(
    ("case", "expected"),
    [("over", 0), ("suspended", 0), ("overruled", 0), ("shown from elsewhere", 0), ("fine", 1)],
)
def test_what_is_not_restored(city: City, net: ScriptedNet, school: ScriptedNode, case: str, expected: int) -> None:
    hub = net.node("https://hub.example/")
    hub.put(school.item("desk"), (school.id,))
    source_id = city.follow(hub)
    city.poll_fine(source_id)
    hub.log.bury(school.listing_id("desk"), "given", city.now)
    city.poll_fine(source_id)
    if case == "over":
        city.net.clock.pass_by(days=61)
    if case == "suspended":
        city.store.change(source_id, state=SUSPENDED)
    if case == "overruled":
        school.remove("desk")
        city.poll_fine(city.follow(school))
    if case == "shown from elsewhere":
        city.poll_fine(city.follow(school))
    assert restore(city, source_id) == expected


@pytest.mark.parametrize("state", [WAITING, KEPT])
def test_a_listing_that_waits_does_not_hide_its_origins_word(
    city: City, net: ScriptedNet, school: ScriptedNode, state: str
) -> None:
    """A hub's removal waits; then the origin becomes a source, and does not have the listing."""
    hub = net.node("https://hub.example/")
    hub.put(school.item("desk"), (school.id,))
    hub.put(school.item("sofa"), (school.id,))
    source_id = city.follow(hub)
    city.poll_fine(source_id)
    hub.log.bury(school.listing_id("sofa"), "given", city.now)
    city.poll_fine(source_id)
    with city.store.book.open() as ledger:
        rows = list(city.store.withdrawn(source_id).values())
        ledger.put_withdrawn([replace(row, state=state) for row in rows])
        rejudge.restore(ledger, city.source(source_id), rows, city.id, city.now)
    assert city.refs(school) == {"desk", "sofa"}
    city.poll_fine(city.follow(school))
    assert city.refs(school) == {"desk", "chair", "lamp"}
