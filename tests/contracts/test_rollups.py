"""The sums over handovers are what a recount says, whatever came in which order. On both databases."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, update

from node.context import Node
from node.services.dashboard.recounting import Recount, recount
from node.storage import handovers, rollups
from node.storage.rollup_tables import handover_organisations, handover_rollups
from node.storage.rollups import Asked
from schemas.handover import HANDOVER_STATES, WEIGHT_SOURCES, Handover
from schemas.standings import Standings
from schemas.tally import ALL, CONFIRMED, NOT_HANDED_OVER, ONE_SIDED, OUTCOMES, STANDINGS
from tests.fakes.handovers import handover as made
from tests.thorough import examples

MARCH = Asked(("2026-03",))
EXCHANGES = tuple(f"https://park.example/exchanges/{number}" for number in range(6))


def handover(name: str, **changes: Any) -> Handover:
    """A gift in March that both have confirmed, between organisations of Eye, but for ``changes``."""
    days = {"listed_on": "2026-03-01", "accepted_on": "2026-03-05", "ended_on": "2026-03-09", "month": "2026-03"}
    usual = {"exchange": f"https://park.example/exchanges/{name}", "place": "Eye", **days}
    return made(**{**usual, **changes})


@st.composite
def drawn(draw: st.DrawFn) -> Handover:
    """Any handover that storage takes, of a few organisations, places and months, so that many meet in one cell."""
    known = draw(st.none() | st.integers(0, 10**9))
    day = st.sampled_from(("", "2026-02-27", "2026-03-01", "2026-03-31", "no day"))
    state = draw(st.sampled_from(HANDOVER_STATES))
    return Handover(
        exchange=draw(st.sampled_from(EXCHANGES)),
        state=state,
        counted=state == "matched" and draw(st.booleans()),
        outcome=draw(st.sampled_from((*OUTCOMES, "never heard of"))),
        direction=draw(st.sampled_from(("offer", "want"))),
        action=draw(st.sampled_from(("give", "lend", "host", "help", "sing"))),
        kind="item",
        category=draw(st.sampled_from(("furniture/chair", "furniture", "nonsense/x", "", ALL))),
        listing_id="https://park.example/listings/1",
        title="Chair",
        owner_id="https://park.example/",
        place=draw(st.sampled_from(("", "Eye", ALL, "  Orton   Goldhay ", "كرسي'\";--"))),
        quantity=draw(st.integers(1, 50)),
        weight_g=known,
        weight_source=draw(st.sampled_from(WEIGHT_SOURCES)),
        minutes=draw(st.none() | st.integers(0, 10**6)),
        co2e_low_g=draw(st.none() | st.integers(0, 10**9)),
        co2e_g=known,
        cost_pence=draw(st.none() | st.integers(0, 10**6)),
        giver_id=draw(st.sampled_from(("", "https://park.example/o/1", "https://park.example/o/2"))),
        taker_id=draw(st.sampled_from(("", "https://park.example/o/1", "https://other.example/o/1"))),
        giver_type=draw(st.sampled_from(("person", "charity", "odd"))),
        listed_on=draw(day),
        accepted_on=draw(day),
        handed_over_on=draw(day),
        ended_on=draw(day),
        month=draw(st.sampled_from(("", "2026-02", "2026-03"))),
    )


_Step = tuple[str, list[Any]]
STEPS = st.lists(
    st.tuples(st.just("put"), st.lists(drawn(), max_size=4, unique_by=lambda one: one.exchange))
    | st.tuples(st.just("drop"), st.lists(st.sampled_from(EXCHANGES), max_size=3, unique=True)),
    max_size=6,
)


def put(node: Node, *rows: Handover) -> None:
    with node.database.write() as tx:
        handovers.put(tx, rows)


def total(node: Node, standing: str, **chosen: str) -> dict[str, int]:
    with node.database.read() as tx:
        found = rollups.by_month(tx, replace(MARCH, chosen=chosen)).get(("2026-03", standing), {})
    return {name: value for name, value in found.items() if value}


def empty(node: Node) -> None:
    with node.database.write() as tx:
        handovers.drop(tx, EXCHANGES)


def test_sums_are_those_of_a_recount_whatever_happened(node: Node) -> None:
    @settings(max_examples=examples(10), deadline=None)
    @given(STEPS)
    def told(steps: Sequence[_Step]) -> None:
        empty(node)
        assert all(not rows for rows in stored(node)), "Without handovers there is no sum left."
        for what, of in steps:
            with node.database.write() as tx:
                handovers.put(tx, of) if what == "put" else handovers.drop(tx, of)
            assert recount(node).wrong == ()

    told()


def stored(node: Node) -> list[Any]:
    with node.database.read() as tx:
        return [tx.execute(table.select()).all() for table in (handover_rollups, handover_organisations)]


def test_ledgers_are_apart_and_what_is_not_known_is_counted(node: Node) -> None:
    desk = handover("a", quantity=2, weight_g=52_000, weight_source="measured", co2e_low_g=5, co2e_g=10, co2e_high_g=20)
    put(
        node, desk, handover("b", weight_g=None), handover("c", action="lend", outcome="returned", weight_g=9, co2e_g=9)
    )
    put(node, handover("d", action="host", minutes=90), handover("e", action="help", minutes=None))
    found = total(node, CONFIRMED)
    assert {
        name: found.get(name) for name in ("given", "weighed", "unweighed", "weight_g", "measured_g", "co2e_g")
    } == {
        "given": 3,
        "weighed": 1,
        "unweighed": 1,
        "weight_g": 52_000,
        "measured_g": 52_000,
        "co2e_g": 10,
    }
    assert (found["uses"], found["space_minutes"], found["space"], found["skill_unknown"]) == (1, 90, 1, 1)
    assert "skill_minutes" not in found


def test_what_one_side_says_is_never_among_what_is_confirmed(node: Node) -> None:
    put(node, handover("a"), handover("b", state="one_sided", counted=False, weight_g=7))
    put(node, handover("c", state="one_operator", counted=False), handover("d", state="differs", counted=False))
    put(node, handover("e", state="matched", counted=False, outcome="no_show"))
    assert total(node, CONFIRMED)["exchanges"] == total(node, "one_operator")["exchanges"] == 1
    assert total(node, ONE_SIDED)["weight_g"] == 7
    assert total(node, NOT_HANDED_OVER)["no_show"] == total(node, "differs")["received"] == 1


@pytest.mark.parametrize(
    ("action", "said", "standing"),
    [("give", "2026-03-07", ONE_SIDED), ("give", "", NOT_HANDED_OVER), ("lend", "2026-03-07", NOT_HANDED_OVER)],
)
def test_what_one_side_says_and_nobody_answers_is_not_nothing(
    node: Node, action: str, said: str, standing: str
) -> None:
    silent = {"state": "one_sided", "counted": False, "outcome": "unknown", "weight_g": None, "co2e_g": None}
    put(node, handover("a", action=action, handed_over_on=said, **silent))
    assert {one for one in STANDINGS if total(node, one).get("unknown")} == {standing}
    found = Standings()
    found.add(standing, {"exchanges": 1, "unknown": 1})
    assert found.funnel.handed_over == found.unanswered == int(standing == ONE_SIDED)


def test_a_choice_narrows_and_values_of_a_dimension_stand_side_by_side(node: Node) -> None:
    put(node, handover("a", place="Eye"), handover("b", place="Orton"), handover("c", place="Eye", action="lend"))
    assert total(node, CONFIRMED, place="Eye")["exchanges"] == 2
    assert total(node, CONFIRMED, place="Eye", action="lend")["exchanges"] == 1
    with node.database.read() as tx:
        asked = replace(MARCH, chosen={"place": "Eye"})
        by_action = {key: sums["exchanges"] for key, sums in rollups.by_value(tx, asked, "action").items()}
        by_place = {key: sums["exchanges"] for key, sums in rollups.by_value(tx, asked, "place").items()}
        assert rollups.most_frequent(tx, MARCH, "place", 5) == ["Eye", "Orton"]
        assert [cell.place for cell, _ in rollups.finest(tx, asked)] == ["Eye", "Eye"]
        assert rollups.span(tx) == ("2026-03", "2026-03")
    assert by_action == {("give", CONFIRMED): 1, ("lend", CONFIRMED): 1}
    assert by_place == {("Eye", CONFIRMED): 2, ("Orton", CONFIRMED): 1}


def test_an_organisation_is_counted_once_over_months_and_roles(node: Node) -> None:
    one, two = "https://park.example/o/1", "https://park.example/o/2"
    put(node, handover("a", giver_id=one, taker_id=two), handover("b", giver_id=two, taker_id=one, month="2026-02"))
    put(node, handover("c", giver_id="https://x.example/", state="one_sided", counted=False))
    put(node, handover("d", giver_id=one, taker_id=two))
    with node.database.read() as tx:
        assert rollups.organisations(tx, Asked(("2026-02", "2026-03"))) == (2, 2, 2)
        assert rollups.organisations(tx, MARCH) == (2, 1, 1)
        assert rollups.organisations_by_month(tx, Asked(("2026-02", "2026-03"))) == {"2026-02": 2, "2026-03": 2}
        for chosen in ({"action": "give"}, {"action": "give", "place": "Eye"}, {"action": "lend", "place": "Eye"}):
            assert rollups.organisations(tx, replace(MARCH, chosen=chosen))[0] == 2 * (chosen["action"] == "give")


def test_days_until_a_home_was_found_are_counted_in_spans(node: Node) -> None:
    put(node, handover("a", listed_on="2026-03-01", accepted_on="2026-03-01"))
    put(node, handover("b", listed_on="2026-03-01", accepted_on="", ended_on="2026-03-09"))
    put(node, handover("c", listed_on="2025-03-01"), handover("d", listed_on=""), handover("e", action="lend"))
    put(node, handover("f", listed_on="2026-03-09", accepted_on="2026-03-01"))
    found = {name: value for name, value in total(node, CONFIRMED).items() if name.startswith("days_")}
    assert found == {"days_1": 1, "days_14": 1, "days_more": 1, "days_unknown": 2}


def test_what_is_wrong_is_found_and_mended(node: Node) -> None:
    put(node, handover("a"), handover("b", month="2026-02"))
    assert recount(node) == Recount(2, 2, ())
    with node.database.write() as tx:
        tx.execute(update(handover_rollups).where(handover_rollups.c.month == "2026-03").values(weight_g=1))
        tx.execute(delete(handover_organisations).where(handover_organisations.c.month == "2026-03"))
        tx.execute(update(handover_rollups).where(handover_rollups.c.month == "2026-02").values(month="1999-01"))
    found = recount(node)
    assert [month for month, _ in found.wrong] == ["1999-01", "2026-02", "2026-03"]
    assert recount(node, mend=True) == found
    assert recount(node).wrong == ()


def test_many_who_write_at_once_count_each_once(node: Node) -> None:
    def write(number: int) -> None:
        put(node, handover("same", quantity=number + 1), handover(f"own-{number}"))

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(write, range(12)))
    assert total(node, CONFIRMED)["exchanges"] == 13
    assert recount(node).wrong == ()
