"""An organisation that moves to another node: its listings stay the same listings, and nobody else gets them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from federation.merge import KnownNode, Nodes
from federation.records import ACTIVE, REMOVED
from tests.fakes.city import CITY, City
from tests.fakes.scripted import ScriptedNet, ScriptedNode

OLD, NEW, RIVAL = "https://council.example/", "https://school.example/", "https://rival.example/"
SCHOOL = OLD + "listings/school."
REFS = ("school.desk", "school.chair")


@pytest.fixture
def old(net: ScriptedNet) -> ScriptedNode:
    node = net.node(OLD)
    node.add(*REFS, "library.lamp")
    node.describe("changes", "json")
    return node


@pytest.fixture
def new(net: ScriptedNet) -> ScriptedNode:
    return net.node(NEW)


def bring(old: ScriptedNode, new: ScriptedNode, *refs: str, **changes: Any) -> None:
    """Publish listings of the old node at the new one, under the ids that they have."""
    for ref in refs:
        new.put(old.item(ref, **changes))


def hand_on(city: City, node: ScriptedNode, ids: str = SCHOOL, to: str = NEW, **after: float) -> None:
    at = datetime.fromtimestamp(city.now, UTC) + timedelta(**after)
    node.describe("changes", "json", handed_on=[{"ids": ids, "to": to, "at": at.isoformat()}])


def days_go_by(city: City, *source_ids: int, days: int = 1) -> None:
    for _ in range(days):
        city.net.clock.pass_by(days=1)
        for source_id in source_ids:
            assert city.visit(source_id).fine


def origins(city: City) -> dict[str, str]:
    """From which node each listing is shown."""
    return {id_.removeprefix(OLD + "listings/"): row.via[0] for id_, row in city.shown().items()}


def test_each_listing_is_shown_once_at_every_step(city: City, old: ScriptedNode, new: ScriptedNode) -> None:
    first = city.follow(old)
    city.visit(first)
    everything = {*REFS, "library.lamp"}
    bring(old, new, *REFS, title="As the school says it")
    second = city.follow(new)
    city.visit(second)
    assert origins(city) == dict.fromkeys(everything, OLD), "the old node has not said anything"
    hand_on(city, old)
    days_go_by(city, second, first)
    assert origins(city) == {"school.desk": NEW, "school.chair": NEW, "library.lamp": OLD}
    assert set(city.titles(old).values()) == {"As the school says it", "A library.lamp"}
    assert city.store.events(first) == ["handed-on"]
    old.remove(*REFS, reason="removed")
    days_go_by(city, first, second)
    assert origins(city) == {"school.desk": NEW, "school.chair": NEW, "library.lamp": OLD}
    new.log.bury(SCHOOL + "desk", "given", city.now)
    days_go_by(city, second)
    assert set(origins(city)) == {"school.chair", "library.lamp"}


def test_what_the_new_node_takes_down_does_not_come_back_from_the_old(
    city: City, old: ScriptedNode, new: ScriptedNode
) -> None:
    first, second = city.follow(old), city.follow(new)
    bring(old, new, *REFS)
    hand_on(city, old)
    for source_id in (first, second, first):
        city.visit(source_id)
    days_go_by(city, second, first)
    new.log.bury(SCHOOL + "desk", "given", city.now)
    days_go_by(city, second, first, days=2)
    assert set(origins(city)) == {"school.chair", "library.lamp"}


def test_nothing_is_missing_while_the_new_node_was_not_read_since(
    city: City, old: ScriptedNode, new: ScriptedNode
) -> None:
    first, second = city.follow(old), city.follow(new)
    city.visit(first)
    city.visit(second)
    bring(old, new, *REFS)
    city.net.clock.pass_by(hours=1)
    hand_on(city, old)
    days_go_by(city, first)
    assert origins(city) == dict.fromkeys((*REFS, "library.lamp"), OLD)
    days_go_by(city, second, first)
    assert origins(city)["school.desk"] == NEW


def test_what_goes_to_a_node_that_is_not_read_stays(city: City, old: ScriptedNode) -> None:
    first = city.follow(old)
    city.visit(first)
    hand_on(city, old)
    days_go_by(city, first, days=2)
    assert origins(city) == dict.fromkeys((*REFS, "library.lamp"), OLD)


def test_a_node_that_claims_anothers_listings_gets_none(
    city: City, net: ScriptedNet, old: ScriptedNode, new: ScriptedNode
) -> None:
    rival = net.node(RIVAL)
    first, third = city.follow(old), city.follow(rival)
    city.visit(first)
    bring(old, rival, *REFS, "library.lamp", title="Buy here")
    rival.describe("changes", "json")
    for ids, to in ((SCHOOL, RIVAL), (OLD, RIVAL)):
        hand_on(city, rival, ids, to)
        days_go_by(city, third, first, third)
        assert origins(city) == dict.fromkeys((*REFS, "library.lamp"), OLD)
    rival.describe("changes", "json", moved_from=[OLD])
    days_go_by(city, third, first)
    assert set(origins(city).values()) == {OLD}


def test_a_node_gives_away_what_is_its_own_and_nothing_beside_it(
    city: City, net: ScriptedNet, old: ScriptedNode, new: ScriptedNode
) -> None:
    rival = net.node(RIVAL)
    first, second, third = city.follow(old), city.follow(new), city.follow(rival)
    bring(old, new, *REFS)
    bring(old, rival, *REFS, "library.lamp", title="Buy here")
    hand_on(city, old)
    for source_id in (first, second, third):
        city.visit(source_id)
    days_go_by(city, second, third, first)
    # The new node may hand on what it was given, and that alone.
    hand_on(city, new, ids=OLD, to=RIVAL)
    days_go_by(city, first, third, second)
    assert origins(city) == {"school.desk": RIVAL, "school.chair": RIVAL, "library.lamp": OLD}


def test_a_word_that_is_taken_back_counts_no_more(city: City, old: ScriptedNode, new: ScriptedNode) -> None:
    first, second = city.follow(old), city.follow(new)
    bring(old, new, *REFS)
    hand_on(city, old)
    for source_id in (first, second):
        city.visit(source_id)
    days_go_by(city, second, first)
    assert NEW in origins(city).values()
    old.describe("changes", "json")
    days_go_by(city, second, first)
    assert set(origins(city).values()) == {OLD}
    assert city.store.events(first) == ["handed-on", "handed-on"]


@pytest.mark.parametrize(
    ("pairs", "home"),
    [
        pytest.param({OLD: [(SCHOOL, NEW)]}, NEW, id="handed on"),
        pytest.param({OLD: [(OLD + "listings/schoo.", NEW)]}, OLD, id="another's"),
        pytest.param({OLD: [(SCHOOL, "https://unknown.example/")]}, OLD, id="to a node that is not read"),
        pytest.param({OLD: [(SCHOOL, CITY)]}, CITY, id="to this aggregator"),
        pytest.param({OLD: [(OLD, RIVAL), (SCHOOL, NEW)]}, NEW, id="the longest"),
        pytest.param({OLD: [(SCHOOL, NEW)], NEW: [(SCHOOL, OLD)]}, NEW, id="back again ends"),
        pytest.param({NEW: [(SCHOOL, NEW)]}, OLD, id="taken"),
    ],
)
def test_whose_an_id_is(pairs: dict[str, list[tuple[str, str]]], home: str) -> None:
    states = {OLD: ACTIVE, NEW: ACTIVE, RIVAL: REMOVED}
    known = [
        KnownNode(number, node_id, state, True, (), tuple(pairs.get(node_id, ())))
        for number, (node_id, state) in enumerate(states.items(), 1)
    ]
    assert Nodes(CITY, known).home(SCHOOL + "desk") == home


def test_what_lies_elsewhere_is_nothing_to_hand_on(
    city: City, old: ScriptedNode, new: ScriptedNode, net: ScriptedNet
) -> None:
    """Otherwise a node could have the whole catalogue looked through each time that it is read."""
    rival = net.node(RIVAL)
    rival.add("rival.desk")
    rival.describe("changes", "json")
    ids = [city.follow(node) for node in (old, new, rival)]
    for source_id in ids:
        city.visit(source_id)
    hand_on(city, rival, OLD)
    days_go_by(city, *ids, days=2)
    hand_on(city, rival, "https://c")
    days_go_by(city, *ids, days=2)
    assert city.store.events(ids[2]) == []
    hand_on(city, rival, RIVAL + "listings/rival.")
    days_go_by(city, *ids, days=2)
    assert city.store.events(ids[2]) == ["handed-on"]


def test_what_was_handed_on_to_a_node_can_be_handed_on_by_it(
    city: City, old: ScriptedNode, new: ScriptedNode, net: ScriptedNet
) -> None:
    third = net.node(RIVAL)
    ids = [city.follow(node) for node in (old, new, third)]
    new.describe("changes", "json")
    bring(old, new, *REFS)
    bring(old, third, *REFS)
    hand_on(city, old)
    hand_on(city, new, SCHOOL, RIVAL)
    for source_id in ids:
        city.visit(source_id)
    days_go_by(city, *reversed(ids), days=3)
    assert origins(city)["school.desk"] == RIVAL
