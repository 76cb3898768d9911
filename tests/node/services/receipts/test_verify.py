"""What a catalogue says of its handovers, worked out anew from the feeds of three real nodes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import orjson
import pytest
from sqlalchemy import update

from federation.fetch import Answer
from node.app import create_app
from node.context import Node
from node.services.aggregating import peers
from node.services.configuration import keys
from node.services.receipts import matching, verify
from node.services.receipts.verify import VerifyError
from node.settings import Settings
from node.storage import handovers, sources
from node.storage.receipt_tables import receipt_halves
from node.storage.rollup_tables import handover_rollups
from schemas.errors import SharefeedError
from schemas.exchange import ASKER, OWNER
from tests.fakes.halves import OURS, SOMEBODY, THEIRS, half
from tests.fakes.reading_city import CITY, City, reading
from tests.node.services.receipts import counted_by_hand


@pytest.fixture
def city(tmp_path: Path) -> Iterator[City]:
    with reading(tmp_path) as made:
        yield made


def lines(city: City) -> list[dict[str, Any]]:
    pages = [city.wire.get(f"{CITY}handovers.ndjson{query}") for query in ("", f"?after={OURS}exchanges/{7:020d}")]
    return [orjson.loads(line) for page in pages for line in page.body.splitlines()]


def test_what_a_catalogue_says_can_be_worked_out_by_anybody(city: City) -> None:
    found = city.verify()
    assert found.compared.differences == []
    assert found.agrees
    assert (found.handovers, found.counted) == (found.compared.published, found.compared.counted) == (9, 5)
    assert [(feed.node, feed.halves) for feed in found.feeds] == [(CITY, 2), (THEIRS, 6), (OURS, 8)]


def test_each_exchange_has_a_line_with_why_it_is_not_counted(city: City) -> None:
    told = {line["exchange"][-1] + line["exchange"][8]: line for line in lines(city)}
    assert {key: line.get("why", "") for key, line in told.items()} == {
        "1c": "one-operator",
        **dict.fromkeys(("1s", "2s", "3s", "4s", "5s"), ""),
        "7s": "one-sided",
        "8s": "one-sided",
        "9s": "differs",
    }
    assert told["9s"]["differences"] == ["/_sharefeed/quantity"]
    assert told["1s"]["weight_g"] == 26_000
    assert "taker_name" not in told["1c"]


def test_a_long_account_is_read_page_by_page(city: City) -> None:
    assert city.verify().agrees
    assert sum("handovers.ndjson?after=" in url for url in city.wire.asked) == 1


def put(city: City, **changes: Any) -> str:
    """Let the catalogue claim something else of the first handover that it counts."""
    with city.node.database.write() as tx:
        [first, *_] = [one for one in handovers.every(tx) if one.counted]
        handovers.put(tx, [first._replace(**changes)])
    return first.exchange


def test_an_inflated_figure_is_found_in_its_line_and_in_the_sums(city: City) -> None:
    put(city, weight_g=26_000_000)
    [line, of_month] = city.differences()
    assert line == ("different", "weight_g is 26000000 there and 26000 by its receipts.")
    assert of_month[0] == "sum"
    assert "weight_g is" in of_month[1]


def test_what_was_made_up_is_unfounded(city: City) -> None:
    put(city, exchange="https://school.example/exchanges/made-up")
    assert city.differences()[0] == ("unfounded", "It is published, and no owner's half of it is published.")


def test_what_was_left_out_is_missing(city: City) -> None:
    with city.node.database.write() as tx:
        [first, *_] = [one for one in handovers.every(tx) if one.counted]
        handovers.drop(tx, [first.exchange])
    assert city.differences()[0] == (
        "missing",
        "Receipts say it is matched, received, counted, and it is not published.",
    )


def test_sums_that_are_not_those_of_the_lines_are_found(city: City) -> None:
    with city.node.database.write() as tx:
        tx.execute(update(handover_rollups).values(received=handover_rollups.c.received + 1))
    assert {code for code, _ in city.differences()} == {"sum"}


def test_a_feed_that_does_not_hold_what_it_states_is_not_believed(city: City) -> None:
    def altered(url: str, answer: Answer, _: bool) -> Answer:
        mine = url.startswith(f"{OURS}receipts.json")
        return replace(answer, body=answer.body.replace(b"A desk", b"A dusk")) if mine else answer

    city.wire.fault = altered
    found = city.verify()
    [feed] = [one for one in found.feeds if one.failure]
    assert (feed.node, "count or digest" in feed.failure, found.agrees) == (OURS, True, False)
    assert f"the receipts of {OURS} could not be read" in found.compared.differences[0].words


def test_a_half_that_is_not_signed_rightly_is_named(city: City) -> None:
    def without_keys(url: str, answer: Answer, _: bool) -> Answer:
        if not url.startswith(f"{OURS}.well-known"):
            return answer
        return replace(answer, body=orjson.dumps({**orjson.loads(answer.body), "keys": []}))

    city.wire.fault = without_keys
    found = city.verify()
    [feed] = [one for one in found.feeds if one.node == OURS]
    assert (feed.halves, len(feed.aside), feed.failure) == (0, 8, "")
    unfounded = [one for one in found.compared.differences if one.code == "unfounded"]
    assert len(unfounded) == 8
    assert "unknown-key" in unfounded[0].words


def test_a_node_that_lost_its_key_is_counted_on_when_the_operator_believes_the_new_one(city: City) -> None:
    charity = city.nodes[THEIRS]
    (charity.settings.home / "key").unlink()
    city.clock.move(minutes=2)
    city.publish(half(OWNER, 20), half(ASKER, 20))
    city.read()
    assert [line.get("why") for line in lines(city) if line["exchange"].endswith("20")] == ["one-sided"]
    city.clock.move(days=3)
    city.read()
    peers.believe(city.node, THEIRS, keys.own(charity).id)
    city.read()
    assert [line.get("why") for line in lines(city) if line["exchange"].endswith("20")] == [None]


def test_a_node_that_cannot_be_reached_explains_what_is_missing(city: City) -> None:
    city.wire.fault = lambda url, answer, _: replace(answer, status=503) if url.startswith(THEIRS) else answer
    found = city.verify()
    assert [feed.node for feed in found.feeds if "503" in feed.failure] == [THEIRS]
    assert {one.code for one in found.compared.differences} == {"different", "sum"}
    why = [one.words for one in found.compared.differences if one.code == "different"]
    assert [words for words in why if not words.endswith(f" The receipts of {THEIRS} could not be read.")] == []


def test_what_is_counted_although_its_receipts_do_not_say_so_is_explained(city: City) -> None:
    with city.node.database.write() as tx:
        lies = {one.state: one._replace(counted=True) for one in handovers.every(tx) if not one.counted}
        handovers.put(tx, lies.values())
    told = "counted is True there and False by its receipts."
    assert {words for code, words in city.differences() if code == "different"} == {
        f"{told} One operator signed both halves.",
        f"{told} No other half of it is published.",
        f"{told} Its halves contradict each other.",
    }


def test_a_half_that_is_set_aside_explains_why_the_other_does_not_count(city: City) -> None:
    def without_keys(url: str, answer: Answer, _: bool) -> Answer:
        if not url.startswith(f"{THEIRS}.well-known"):
            return answer
        return replace(answer, body=orjson.dumps({**orjson.loads(answer.body), "keys": []}))

    city.wire.fault = without_keys
    why = [words for code, words in city.differences() if code == "different"]
    assert why
    assert [words for words in why if " The other half is not believed: " not in words] == []


def hear(city: City, node_id: str) -> None:
    """Let what the catalogue has read of a node be what came from it as messages."""
    with city.node.database.write() as tx:
        [source] = [one for one in sources.every(tx) if one.node_id == node_id]
        tx.execute(update(receipt_halves).where(receipt_halves.c.source_id == source.id).values(source_id=None))
        sources.remove(tx, source.id)


def test_of_a_node_that_is_known_by_messages_what_others_speak_of_counts(city: City) -> None:
    hear(city, THEIRS)
    assert city.differences() == []
    elsewhere = half(OWNER, 30, home=THEIRS, asker=SOMEBODY, asker_home=OURS)
    city.publish(elsewhere)
    assert orjson.loads(city.wire.get(f"{CITY}handovers.json").body)["receipts"] == [
        {"node": CITY, "url": f"{CITY}receipts.json"},
        {"node": OURS, "url": f"{OURS}receipts.json"},
        {"node": THEIRS, "url": f"{THEIRS}receipts.json", "whole": False},
    ]
    found = city.verify()
    assert (found.compared.differences, found.handovers, found.counted) == ([], 9, 5)
    put(city, exchange=elsewhere.exchange)
    assert "different" in {code for code, _ in city.differences()}


OWN_FACTORS = {
    "name": "our-town",
    "sources": [{"id": "ours", "title": "Weighed by us", "publisher": "Our Town", "licence": "CC0-1.0"}],
    "factors": [{"id": "desk", "label": "Desk", "source": "ours", "unit": "kg CO2e per kg, avoided", "kg_co2e": 1}],
    "goods": [
        {
            "category": "furniture/desk",
            "others": "all",
            "weight_kg": 26,
            "weight_source": "ours",
            "factors": ["desk"],
        }
    ],
}


def with_own_factors(city: City, factors: dict[str, Any], recompute: bool = True) -> None:
    """Let the catalogue's operator put a file of factors there."""
    before = city.node
    (before.settings.home / "factors.json").write_bytes(orjson.dumps(factors))
    told = {"node_url": CITY, "node_name": "city", "aggregate": True, "page_entries": 2}
    node = Node(Settings(before.settings.home, {**told, "impact_factors": "factors.json"}), before.database, city.clock)
    city.nodes[CITY], city.wire.apps[CITY.rstrip("/")] = node, create_app(node)
    if recompute:
        matching.settle_every(node)


def test_an_operators_own_factors_are_read_and_worked_with(city: City) -> None:
    with_own_factors(city, OWN_FACTORS)
    found = city.verify()
    assert found.agrees
    assert found.factors.startswith("our-town-")
    # Five desks of 26 kg: a kilogram for each kilogram by their file, and 0.4 by ours.
    assert found.by_shipped["co2e_g"] == (130_000, 52_000)
    assert found.by_shipped["weight_g"] == (130_000, 130_000)


def test_figures_are_those_that_a_script_works_out_from_feeds_by_hand(city: City) -> None:
    for number, (ours, theirs) in enumerate(
        (((20, "stated"), None), ((30, "stated"), (25, "measured")), (None, None)), 21
    ):
        weights = [
            {} if one is None else dict(zip(("weight_kg", "weight_source"), one, strict=True)) for one in (ours, theirs)
        ]
        told: dict[str, Any] = {"title": "Office desk", "quantity": 3}
        city.publish(half(OWNER, number, **told, **weights[0]), half(ASKER, number, **told, **weights[1]))
    city.read()
    assert stated(city) == counted_by_hand.sums(city.published())
    assert stated(city)["exchanges"] == 8
    assert city.verify().agrees
    with_own_factors(city, OWN_FACTORS)
    assert stated(city) == counted_by_hand.sums(city.published(), Fraction(1))


def stated(city: City) -> dict[str, int]:
    """What the catalogue says of what both sides confirmed."""
    told = orjson.loads(city.wire.get(f"{CITY}handovers.json").body)["sums"]["2026-11"]["confirmed"]
    return {name: told.get(name, 0) for name in counted_by_hand.sums([])}


def test_a_figure_that_is_not_that_of_the_operators_factors_is_found(city: City) -> None:
    with_own_factors(city, OWN_FACTORS)
    put(city, co2e_g=10**9)
    assert ("different", "co2e_g is 1000000000 there and 26000 by its receipts.") in city.differences()


def test_what_was_worked_out_with_factors_that_are_gone_is_told(city: City) -> None:
    with_own_factors(city, OWN_FACTORS, recompute=False)
    differences = city.differences()
    assert [code for code, _ in differences] == ["factors"]
    assert "The effect of 8 exchanges was worked out with the factors sharefeed-" in differences[0][1]


def test_factors_that_are_not_those_that_the_account_names_are_not_believed(city: City) -> None:
    with_own_factors(city, OWN_FACTORS)

    def altered(url: str, answer: Answer, _: bool) -> Answer:
        own = url.endswith("/impact/factors/own.json")
        return replace(answer, body=answer.body.replace(b'"kg_co2e":1', b'"kg_co2e":9')) if own else answer

    city.wire.fault = altered
    found = city.verify()
    assert not found.agrees
    assert [one.code for one in found.compared.differences] == ["factors", "factors"]
    assert "and not our-town-" in found.compared.differences[0].words


@pytest.mark.parametrize(
    "answer",
    [{"status": 404}, {"body": b"[]"}, {"body": b'{"name":"x"' + b" " * 10**6 + b"}"}],
    ids=["gone", "none", "huge"],
)
def test_factors_that_cannot_be_read_are_named(city: City, answer: dict[str, Any]) -> None:
    with_own_factors(city, OWN_FACTORS)
    city.wire.fault = lambda url, given, _: replace(given, **answer) if url.endswith("own.json") else given
    assert "cannot be read" in city.differences()[0][1]


@pytest.mark.parametrize(
    "members",
    [
        {"sums": 7},
        {"sums": {"2026-11": 7}},
        {"sums": {"2026-11": {"confirmed": [1]}}},
        {"sums": {"": {"": {"": "a lot"}}}},
        {"receipts": [{"node": "http://[", "url": "x"}]},
        {"receipts": [{"node": CITY}]},
        {"receipts": ["x"]},
        {"receipts": None},
        {"handovers": "http://[abc/"},
        {"handovers": 7},
        {"factors": {"url": "file:///etc/passwd"}},
        {"factors": {"url": None, "version": 7}},
    ],
    ids=str,
)
def test_an_account_that_is_none_is_told_and_breaks_nothing(city: City, members: dict[str, Any]) -> None:
    def altered(url: str, answer: Answer, _: bool) -> Answer:
        whole = url.endswith("/handovers.json")
        return replace(answer, body=orjson.dumps({**orjson.loads(answer.body), **members})) if whole else answer

    city.wire.fault = altered
    try:
        agrees = city.verify().agrees
    except VerifyError:
        agrees = False
    assert not agrees


@pytest.mark.parametrize("line", [b"[]", b"7", b"{", b'{"exchange":[]}', b'{"exchange":"x","counted":{}}', b"\xff"])
def test_a_line_that_is_none_is_told_and_breaks_nothing(city: City, line: bytes) -> None:
    city.wire.fault = lambda url, answer, _: replace(answer, body=line) if "ndjson" in url else answer
    try:
        agrees = city.verify().agrees
    except SharefeedError:
        agrees = False
    assert not agrees


def test_a_link_that_leads_nowhere_is_told(city: City) -> None:
    city.wire.fault = lambda url, answer, _: replace(answer, link_header='<http://[>; rel="next"')
    with pytest.raises(VerifyError, match="no address"):
        city.verify()


def test_a_node_without_an_account_cannot_be_verified(city: City) -> None:
    with pytest.raises(VerifyError):
        verify.verify(city.wire, f"{CITY}nothing", city.node.clock().date())
