"""Whose copy is shown: the resolution of one listing that came by several routes."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import permutations

import pytest

from federation.merge import Current, KnownNode, Nodes, Resolution, resolve, territory
from federation.records import (
    ACTIVE,
    EXPIRED,
    HELD,
    LOOP,
    MERGED,
    PAUSED,
    QUARANTINED,
    REFUSED,
    REMOVED,
    SHOWN,
    SUSPENDED,
    Mirrored,
)
from schemas.errors import Problem
from tests.federation.made import PRESENT

OWN = "https://city.example/"
SCHOOL, HUB, RIVAL = "https://school.example/", "https://hub.example/", "https://rival.example/"
ID = SCHOOL + "listings/1"
FREE_ID = "urn:uuid:1"


def known(*spoken: int, states: dict[int, str] | None = None) -> Nodes:
    """School is source 1, hub 2, rival 3; those named have spoken."""
    nodes = {1: SCHOOL, 2: HUB, 3: RIVAL}
    states = states or {}
    return Nodes(OWN, [KnownNode(i, n, states.get(i, ACTIVE), i in spoken) for i, n in nodes.items()])


def copy(
    source_id: int, *via: str, id_: str = ID, state: str = SHOWN, codes: Sequence[str] = (), seen: int = PRESENT
) -> Mirrored:
    reasons = tuple(Problem("", code, "") for code in codes)
    return Mirrored(source_id, id_, "h" * 43, via, state, reasons, 1, seen, seen)


@pytest.mark.parametrize("node_id", ["https://a.example", "https://a.example/"])
def test_territory_ends_in_a_slash(node_id: str) -> None:
    assert territory(node_id) == "https://a.example/"


@pytest.mark.parametrize(
    ("listing_id", "home"),
    [
        pytest.param("https://h.example/one/listings/1", "https://h.example/one/", id="a node on a path"),
        pytest.param("https://h.example/one/two/listings/1", "https://h.example/one/two", id="the longest match"),
        pytest.param("https://h.example/oneself/1", None, id="a path that begins alike"),
        pytest.param("https://h.example.evil/one/1", None, id="a host that begins alike"),
        pytest.param("https://h.example/three/1", None, id="a neighbour"),
        pytest.param(OWN + "listings/1", OWN, id="this node"),
        pytest.param("urn:uuid:1", None, id="no address"),
        pytest.param("https://h.example/silent/1", None, id="a node that has not spoken"),
    ],
)
def test_the_home_of_an_id(listing_id: str, home: str | None) -> None:
    ids = ["https://h.example/one/", "https://h.example/one/two", "https://h.example/silent/"]
    nodes = Nodes(OWN, [KnownNode(i, n, ACTIVE, "silent" not in n) for i, n in enumerate(ids, start=1)])
    assert nodes.home(listing_id) == home


@pytest.mark.parametrize(
    ("row", "spoken", "counts"),
    [
        pytest.param(copy(1), {1}, True, id="the origin itself"),
        pytest.param(copy(2, SCHOOL), {2}, True, id="passed on, origin has not spoken"),
        pytest.param(copy(2, SCHOOL), {1, 2}, False, id="passed on, origin has spoken"),
        pytest.param(copy(3), {1}, False, id="an id under a node that has spoken"),
        pytest.param(copy(3), set(), True, id="an id under a node that has not"),
        pytest.param(copy(3, SCHOOL, id_=FREE_ID), {1}, False, id="names an origin that has spoken"),
        pytest.param(copy(3, id_=FREE_ID), {1, 2}, True, id="its own, under no address"),
        pytest.param(copy(3, id_=OWN + "listings/1"), set(), False, id="an id under this node"),
        pytest.param(copy(3, OWN, id_=FREE_ID), set(), False, id="names this node as origin"),
        pytest.param(copy(1, HUB), {1, 2}, False, id="the home itself, but from another origin that has spoken"),
        pytest.param(copy(1, "https://far.example/"), {1, 2}, True, id="the home itself, from an origin unknown here"),
        pytest.param(copy(2, "", id_=FREE_ID), {1, 2}, True, id="an empty origin"),
        pytest.param(copy(9), {1}, False, id="a source that is not there"),
    ],
)
def test_which_copies_count(row: Mirrored, spoken: set[int], counts: bool) -> None:
    assert known(*spoken).counts(row) is counts


@pytest.mark.parametrize(
    ("state", "counts", "overrules"),
    [(ACTIVE, True, True), (PAUSED, True, True), (SUSPENDED, False, True), (REMOVED, False, False)],
)
def test_what_the_state_of_the_origin_means(state: str, counts: bool, overrules: bool) -> None:
    nodes = known(1, 2, states={1: state})
    assert nodes.counts(copy(1)) is counts
    assert nodes.counts(copy(2, SCHOOL)) is not overrules


RANKED = [
    pytest.param([copy(1), copy(2, SCHOOL)], id="the origin before who passed it on"),
    pytest.param([copy(2, SCHOOL), copy(3)], id="the home's word, passed on, before a stranger's claim"),
    pytest.param([copy(2, SCHOOL), copy(3, SCHOOL, HUB)], id="the shorter way"),
    pytest.param([copy(2, SCHOOL, seen=1), copy(3, SCHOOL, seen=2)], id="who was first"),
    pytest.param([copy(2, SCHOOL), copy(3, SCHOOL)], id="the older source"),
    pytest.param(
        [copy(3, id_=FREE_ID, seen=9), copy(2, SCHOOL, id_=FREE_ID, seen=1)], id="no address: the shorter way"
    ),
    pytest.param([copy(2, SCHOOL), copy(3, "https://school.example.evil/")], id="an origin that only begins alike"),
    pytest.param([copy(2, SCHOOL), copy(3, "")], id="an empty origin is no home"),
]


@pytest.mark.parametrize("best_first", RANKED)
def test_the_order_of_preference(best_first: list[Mirrored]) -> None:
    for routes in permutations(best_first):
        assert resolve(routes, None, (), known()).winner == best_first[0]


def test_what_is_shown_stays_among_equals() -> None:
    routes = [copy(2, SCHOOL, seen=1), copy(3, SCHOOL, seen=2)]
    assert resolve(routes, Current(3, "h", ()), (), known()).winner == routes[1]


@pytest.mark.parametrize("state", [HELD, QUARANTINED, LOOP, EXPIRED, REFUSED])
def test_only_what_may_be_shown_wins(state: str) -> None:
    stands_back = copy(2, SCHOOL, state=MERGED)
    assert resolve([copy(1, state=state), stands_back], None, (), known()).winner == stands_back


CURRENT = Current(1, "old", (SCHOOL,))


@pytest.mark.parametrize(
    ("routes", "waiting", "expected"),
    [
        pytest.param([], (), Resolution(reason="given"), id="gone"),
        pytest.param([], (1,), Resolution(keep=True, reason="given"), id="its removal waits"),
        pytest.param([], (2,), Resolution(reason="given"), id="another's removal waits"),
        pytest.param([copy(1, state=EXPIRED)], (), Resolution(reason="expired"), id="its time is over"),
        pytest.param([copy(1, state=REFUSED)], (), Resolution(reason="given"), id="refused"),
        pytest.param([copy(1, state=LOOP)], (), Resolution(reason="given"), id="a loop"),
        pytest.param([copy(1, state=HELD)], (), Resolution(keep=True, reason="given"), id="its update waits"),
        pytest.param(
            [copy(1, state=QUARANTINED, codes=["missing"])],
            (),
            Resolution(keep=True, reason="given"),
            id="its update is invalid",
        ),
        pytest.param(
            [copy(1, state=QUARANTINED, codes=["missing", "not-free"])],
            (),
            Resolution(keep=False, reason="given"),
            id="its update is not free",
        ),
    ],
)
def test_what_stays_of_what_is_shown(routes: list[Mirrored], waiting: Sequence[int], expected: Resolution) -> None:
    assert resolve(routes, CURRENT, waiting, known(1), "given") == expected


@pytest.mark.parametrize("state", [SUSPENDED, REMOVED])
def test_nothing_stays_of_a_source_that_does_not_count(state: str) -> None:
    nodes = known(1, states={1: state})
    assert resolve([copy(1, state=QUARANTINED)], CURRENT, (), nodes) == Resolution()


def test_an_older_version_does_not_stay_when_its_origin_has_spoken() -> None:
    """What a hub passed on, and then broke, goes once the origin itself is heard."""
    shown = Current(2, "old", (SCHOOL, HUB))
    assert resolve([copy(2, SCHOOL, state=QUARANTINED)], shown, (), known(1, 2)) == Resolution()


@pytest.mark.parametrize("routes", [[], [copy(1)], [copy(3, id_=OWN + "listings/1")]])
def test_what_was_written_here_is_nobody_elses_to_change(routes: list[Mirrored]) -> None:
    assert resolve(routes, Current(None, "h", ()), (1,), known(1)) == Resolution(keep=True)


def test_nothing_comes_of_nothing() -> None:
    assert resolve([], None, (1,), known(1), "given") == Resolution(reason="given")
