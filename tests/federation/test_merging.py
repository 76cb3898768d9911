"""Reader rule 6: whose word counts when the same listing comes by several routes, and what happens in rings."""

from __future__ import annotations

from dataclasses import dataclass

import orjson
import pytest

from federation.reading import MAX_VIA
from federation.records import L0
from schemas.canonical import listing_hash
from tests.fakes import faults
from tests.fakes.city import CITY, City
from tests.fakes.scripted import ScriptedNet, ScriptedNode
from tests.fakes.stores import MemoryStore

SCHOOL, HUB, RIVAL = "https://school.example/", "https://hub.example/", "https://rival.example/"


@dataclass
class Scene:
    """A school, and a hub that passes the school's listings on."""

    city: City
    school: ScriptedNode
    hub: ScriptedNode

    def pass_on(self, *refs: str, via: tuple[str, ...] = (SCHOOL,), **changes: object) -> None:
        for ref in refs:
            self.hub.put(self.school.item(ref, **changes), via)

    def route(self, ref: str) -> tuple[str, ...] | None:
        """By which nodes a listing of the school came that is shown."""
        row = self.city.shown().get(self.school.listing_id(ref))
        return row.via if row else None


@pytest.fixture
def scene(city: City, net: ScriptedNet) -> Scene:
    school, hub = net.node(SCHOOL), net.node(HUB)
    school.add("desk")
    made = Scene(city, school, hub)
    made.pass_on("desk")
    return made


def test_what_is_passed_on_is_what_was_sent(scene: Scene) -> None:
    hub = scene.city.follow(scene.hub)
    scene.city.poll_fine(hub)
    [row] = scene.city.shown().values()
    item = orjson.loads(row.text or "")
    sent = scene.school.item("desk")
    assert row.via == (SCHOOL, HUB)
    assert item["_sharefeed"]["hash"] == listing_hash(sent) == row.hash
    assert {**item, "_sharefeed": None} == {**sent, "_sharefeed": None}


def test_unknown_members_and_a_signature_are_passed_on(scene: Scene) -> None:
    item = scene.school.item("odd", _sharefeed__later={"a": [1.0, 1e-7]}, extra="kept")
    scene.school.put(item)
    scene.school.faults.append(faults.item(1, sig="c2ln"))
    school = scene.city.follow(scene.school)
    scene.city.poll_fine(school)
    passed = orjson.loads(scene.city.shown()[scene.school.listing_id("odd")].text or "")
    assert (passed["extra"], passed["_sharefeed"]["later"], passed["_sharefeed"]["sig"]) == (
        "kept",
        {"a": [1.0, 1e-7]},
        "c2ln",
    )


@pytest.mark.parametrize("sig", [2**70, "\ud83d", "x" * 300, {"deep": [[]]}, "\x00"])
def test_a_signature_that_is_none_is_left_out(scene: Scene, sig: object) -> None:
    """It stands outside the hash, so nothing else would keep it from breaking what is published."""
    scene.school.faults.append(faults.item(0, sig=sig))
    school = scene.city.follow(scene.school)
    scene.city.poll_fine(school)
    passed = orjson.loads(scene.city.shown()[scene.school.listing_id("desk")].text or "")
    assert "sig" not in passed["_sharefeed"]


@pytest.mark.parametrize("order", ["school first", "hub first"])
def test_the_origins_own_copy_wins(scene: Scene, order: str) -> None:
    school, hub = scene.city.follow(scene.school), scene.city.follow(scene.hub)
    scene.city.poll_fine(*((school, hub) if order == "school first" else (hub, school)))
    assert scene.route("desk") == (SCHOOL,)
    assert (scene.city.states(school), scene.city.states(hub)) == ({"desk": "shown"}, {"desk": "merged"})
    scene.city.check_source(school)
    scene.city.check_source(hub)


def test_only_the_word_of_an_origin_that_is_read_counts(scene: Scene) -> None:
    """The hub keeps sending what the school has long removed, and what it never had."""
    school, hub = scene.city.follow(scene.school), scene.city.follow(scene.hub)
    scene.pass_on("invented")
    scene.city.poll_fine(school, hub)
    assert scene.city.refs(scene.school) == {"desk"}
    scene.school.remove("desk")
    scene.city.poll_fine(school)
    scene.pass_on("desk", title="Still here, says the hub")
    scene.city.poll_fine(hub)
    assert scene.city.refs(scene.school) == set()
    assert scene.city.states(hub) == {"desk": "merged", "invented": "merged"}
    reason = scene.city.store.rows(hub)[scene.school.listing_id("desk")][0].reasons[0]
    assert SCHOOL in reason.message


def test_an_origin_that_has_not_spoken_overrules_nobody(scene: Scene) -> None:
    scene.pass_on("chair")
    school, hub = scene.city.follow(scene.school), scene.city.follow(scene.hub)
    scene.city.poll_fine(hub)
    scene.school.faults.append(faults.lost)
    scene.city.poll(school)
    assert scene.city.refs(scene.school) == {"desk", "chair"}


def test_an_origin_that_speaks_at_last_ends_what_was_said_for_it(scene: Scene) -> None:
    scene.school.page_size = 1
    scene.school.add("lamp")
    scene.pass_on("chair")
    school, hub = scene.city.follow(scene.school), scene.city.follow(scene.hub)
    scene.city.poll_fine(hub)
    assert scene.city.poll(school, pages=1).code == "more"
    assert scene.city.refs(scene.school) == {"desk", "chair"}
    scene.city.poll_fine(school)
    assert scene.city.refs(scene.school) == {"desk", "lamp"}
    assert scene.city.states(hub) == {"desk": "merged", "chair": "merged"}
    scene.city.check_source(hub)


@pytest.mark.parametrize("level", [L0, "L1"])
def test_an_origin_that_speaks_at_last_ends_what_was_said_for_it_under_other_ids(scene: Scene, level: str) -> None:
    """An id need be no address; then only the copy's own word says whose it is, and that is enough to deny it."""
    name, other = "urn:uuid:5a0b3a0e-8f0e-4c58-9d7b-2f6f0f8f3c11", "https://school.example.evil/"
    scene.hub.put(scene.school.item("chair", id=name), (SCHOOL,))
    scene.hub.put(scene.school.item("chair", id="urn:x:theirs"), (other,))
    school, hub = scene.city.follow(scene.school, level), scene.city.follow(scene.hub)
    scene.city.poll_fine(hub)
    assert name in scene.city.shown()
    scene.city.poll_fine(school)
    assert set(scene.city.shown()) == {scene.school.listing_id("desk"), "urn:x:theirs"}
    assert SCHOOL in scene.city.store.rows(hub)[name][0].reasons[0].message
    scene.city.check_source(hub)


@pytest.mark.parametrize(
    ("id_", "via"),
    [
        pytest.param(SCHOOL + "listings/desk", (), id="an id under the school's address"),
        pytest.param(SCHOOL + "listings/new", (), id="a new id under the school's address"),
        pytest.param(RIVAL + "listings/1", (SCHOOL,), id="says that it came from the school"),
        pytest.param(CITY + "listings/1", (), id="an id under this node's address"),
    ],
)
@pytest.mark.parametrize("order", ["first", "last"])
def test_nobody_speaks_for_a_node_that_is_read(
    scene: Scene, net: ScriptedNet, id_: str, via: tuple[str, ...], order: str
) -> None:
    rival = net.node(RIVAL)
    rival.put(scene.school.item("x", id=id_, title="Mine now"), via)
    school, hostile = scene.city.follow(scene.school), scene.city.follow(rival)
    scene.city.poll_fine(*((hostile, school) if order == "first" else (school, hostile)))
    assert scene.city.titles(scene.school) == {"desk": "A desk"}
    assert len(scene.city.shown()) == 1
    rival.put(scene.school.item("x", id=id_, title="Mine again"), via)
    scene.city.poll_fine(hostile)
    assert [row.via for row in scene.city.shown().values()] == [(SCHOOL,)]


@pytest.mark.parametrize(
    "id_",
    [
        pytest.param("https://school.example.evil/listings/desk", id="an address that begins alike"),
        pytest.param("https://school.example", id="the address itself, without slash"),
        pytest.param("http://school.example/listings/desk", id="another scheme"),
    ],
)
def test_an_address_that_only_looks_alike_is_its_owners(scene: Scene, net: ScriptedNet, id_: str) -> None:
    rival = net.node(RIVAL)
    rival.put(scene.school.item("x", id=id_))
    scene.city.poll_fine(scene.city.follow(scene.school), scene.city.follow(rival))
    assert id_ in scene.city.shown()


def test_a_removal_by_another_node_removes_only_its_own_copy(scene: Scene) -> None:
    school, hub = scene.city.follow(scene.school), scene.city.follow(scene.hub)
    scene.city.poll_fine(school, hub)
    scene.hub.log.bury(scene.school.listing_id("desk"), "given", scene.city.now)
    scene.city.poll_fine(hub)
    assert scene.route("desk") == (SCHOOL,)


def test_when_the_copy_that_was_shown_goes_the_next_is_shown(scene: Scene, net: ScriptedNet) -> None:
    other = net.node("https://other.example/")
    other.put(scene.school.item("desk"), (SCHOOL, "https://third.example/"))
    hub, detour = scene.city.follow(scene.hub), scene.city.follow(other)
    scene.city.poll_fine(detour, hub)
    assert scene.route("desk") == (SCHOOL, HUB)
    scene.hub.log.bury(scene.school.listing_id("desk"), "given", scene.city.now)
    scene.city.poll_fine(hub)
    assert scene.route("desk") == (SCHOOL, "https://third.example/", other.id)
    assert scene.city.states(detour) == {"desk": "shown"}
    scene.pass_on("desk")
    scene.city.poll_fine(hub)
    assert scene.route("desk") == (SCHOOL, HUB)
    for source_id in (hub, detour):
        scene.city.check_source(source_id)


def test_a_copy_that_outlived_its_time_does_not_come_forward(scene: Scene, net: ScriptedNet) -> None:
    other = net.node("https://other.example/")
    other.put(scene.school.item("desk", _sharefeed__expires=faults.stamp(scene.city.now + 3600)), (SCHOOL, RIVAL))
    hub, detour = scene.city.follow(scene.hub), scene.city.follow(other)
    scene.city.poll_fine(hub, detour)
    scene.city.net.clock.pass_by(hours=2)
    scene.hub.log.bury(scene.school.listing_id("desk"), "given", scene.city.now)
    scene.city.poll_fine(hub)
    assert scene.city.shown() == {}
    assert scene.city.states(detour) == {"desk": "expired"}


def test_equal_copies_do_not_take_turns(scene: Scene, net: ScriptedNet) -> None:
    """Each change of route is a change that every reader must fetch."""
    other = net.node("https://other.example/")
    other.put(scene.school.item("desk"), (SCHOOL,))
    hub, twin = scene.city.follow(scene.hub), scene.city.follow(other)
    scene.city.poll_fine(hub, twin)
    position = scene.city.shown()[scene.school.listing_id("desk")].position
    for _ in range(3):
        scene.city.net.clock.pass_by(days=1)
        scene.city.poll_fine(twin, hub)
    assert scene.city.shown()[scene.school.listing_id("desk")].position == position


def test_a_change_of_via_is_a_change(scene: Scene) -> None:
    hub = scene.city.follow(scene.hub)
    scene.city.poll_fine(hub)
    scene.pass_on("desk", via=(SCHOOL, "https://third.example/"))
    result = scene.city.poll(hub)
    assert (result.code, result.tally.changed) == ("ok", 1)
    assert scene.route("desk") == (SCHOOL, "https://third.example/", HUB)
    scene.city.check_source(hub)


@pytest.mark.parametrize("state", ["active", "paused", "suspended"])
def test_what_the_state_of_a_source_means_for_its_listings(scene: Scene, state: str) -> None:
    school, hub = scene.city.follow(scene.school), scene.city.follow(scene.hub)
    scene.city.poll_fine(school, hub)
    scene.city.store.change(school, state=state)
    scene.pass_on("desk", title="Changed by the hub")
    scene.school.add("desk", title="Changed by the school")
    scene.city.poll_fine(hub)
    if state != "suspended":
        scene.city.poll_fine(school)
    expected = {} if state == "suspended" else {"desk": "Changed by the school"}
    assert scene.city.titles(scene.school) == expected
    assert scene.city.states(school) == {"desk": "merged" if state == "suspended" else "shown"}


@pytest.mark.parametrize(
    ("via", "loops"),
    [
        pytest.param((SCHOOL, CITY), True, id="this node has passed it on"),
        pytest.param((CITY,), True, id="this node is its origin"),
        pytest.param(tuple(f"https://n{i}.example/" for i in range(MAX_VIA + 1)), True, id="nine nodes"),
        pytest.param(tuple(f"https://n{i}.example/" for i in range(MAX_VIA)), False, id="eight nodes"),
    ],
)
@pytest.mark.parametrize("level", [L0, "L1"])
def test_a_loop_is_neither_shown_nor_passed_on(scene: Scene, level: str, via: tuple[str, ...], loops: bool) -> None:
    scene.pass_on("chair", via=via)
    hub = scene.city.follow(scene.hub, level)
    scene.city.poll_fine(hub)
    assert scene.city.refs(scene.school) == ({"desk"} if loops else {"desk", "chair"})
    assert scene.city.states(hub)["chair"] == ("loop" if loops else "shown")
    assert scene.city.source(hub).verified_at == scene.city.now


def test_a_loop_replaces_the_copy_that_was_shown(scene: Scene) -> None:
    """The counterexample [immortal listings in rings]: the earlier copy must not stay."""
    hub = scene.city.follow(scene.hub)
    scene.city.poll_fine(hub)
    scene.pass_on("desk", via=(SCHOOL, CITY))
    scene.city.poll_fine(hub)
    assert scene.city.shown() == {}
    assert scene.city.states(hub) == {"desk": "loop"}


@pytest.mark.parametrize("origin_first", [True, False])
def test_a_listing_that_dies_dies_in_every_ring(net: ScriptedNet, origin_first: bool) -> None:
    """Three aggregators that all read one another; the school is read by one of them only."""
    school = net.node(SCHOOL)
    school.add("desk", "chair")
    cities = [_aggregator(net, f"https://{name}.example/") for name in "abc"]
    followed = {
        city.id: [city.follow(net.nodes[other.id[:-1]]) for other in cities if other is not city] for city in cities
    }
    followed[cities[0].id].insert(0 if origin_first else 2, cities[0].follow(school))

    def rounds(count: int) -> None:
        for _ in range(count):
            net.clock.pass_by(hours=1)
            for city in cities:
                city.poll_fine(*followed[city.id])

    rounds(3)
    assert [city.refs(school) for city in cities] == [{"desk", "chair"}] * 3
    assert cities[1].shown()[school.listing_id("desk")].via == (SCHOOL, cities[0].id)
    heads = [city.store.book.memory.log.head for city in cities]
    rounds(3)
    assert [city.store.book.memory.log.head for city in cities] == heads
    school.remove("desk")
    rounds(8)
    assert [city.refs(school) for city in cities] == [{"chair"}] * 3
    for city in cities:
        city.check()
        for source_id in followed[city.id]:
            city.check_source(source_id)
            assert city.source(source_id).verified_at == net.clock.now


def _aggregator(net: ScriptedNet, id_: str) -> City:
    """One that publishes its own catalogue on the network."""
    store = MemoryStore()
    net.node(id_, log=lambda: store.book.memory.log)
    return City(net, store, id_)
