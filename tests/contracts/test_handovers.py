"""Handovers on every database: kept once an exchange, and found by who gave and who took."""

from __future__ import annotations

from node.context import Node
from node.storage import handovers
from tests.fakes.handovers import GIVER, TAKER, handover


def test_a_handover_comes_back_as_it_was_kept(node: Node) -> None:
    whole = handover(
        1, minutes=90, co2e_low_g=1, co2e_g=2, co2e_high_g=3, cost_pence=4, factors="2026-1", weight_g=2**40
    )
    bare = handover(2, weight_g=None, weight_source="unknown", taker_id="", taker_name="", taker_type="person")
    with node.database.write() as tx:
        handovers.put(tx, [whole, bare])
    with node.database.read() as tx:
        assert handovers.by_exchange(tx, whole.exchange) == whole
        assert list(handovers.every(tx)) == [whole, bare]
        assert handovers.by_exchange(tx, "https://node.example/exchanges/none") is None


def test_an_exchange_is_kept_once_as_it_was_last_said(node: Node) -> None:
    with node.database.write() as tx:
        handovers.put(tx, [handover(1, state="one_sided", counted=False), handover(2)])
        handovers.put(tx, [handover(1)])
        handovers.put(tx, [])
    with node.database.read() as tx:
        assert list(handovers.every(tx)) == [handover(1), handover(2)]


def test_an_organisation_has_what_it_gave_and_what_it_took(node: Node) -> None:
    gave = handover(1, ended_on="2026-10-01")
    took = handover(2, giver_id=TAKER, taker_id=GIVER, ended_on="2026-11-01")
    inside = handover(3, taker_id=GIVER, ended_on="2026-09-01")
    other = handover(4, giver_id=TAKER, taker_id="")
    with node.database.write() as tx:
        handovers.put(tx, [gave, took, inside, other])
    with node.database.read() as tx:
        assert handovers.of_organisation(tx, GIVER) == [took, gave, inside]
        assert handovers.of_organisation(tx, "https://nobody.example") == []


def test_what_is_dropped_is_gone_and_nothing_else(node: Node) -> None:
    with node.database.write() as tx:
        handovers.put(tx, [handover(1), handover(2), handover(3)])
        handovers.drop(tx, [handover(1).exchange, handover(3).exchange, "https://node.example/exchanges/none"])
        handovers.drop(tx, [])
    with node.database.read() as tx:
        assert list(handovers.every(tx)) == [handover(2)]
