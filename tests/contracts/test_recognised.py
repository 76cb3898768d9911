"""What is read of a database is enough: the same comes out as of all handovers, on SQLite and on PostgreSQL."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

from federation.facts import short_key
from node.context import Node
from node.storage import handovers, recognised
from schemas import recognition
from schemas.handover import Handover
from schemas.organisation import Organisation

NOW = datetime(2026, 11, 20, tzinfo=UTC)
SIDES = [f"https://{name}.example/" for name in "abcd"] + [""]
STATES = [("matched", "received")] * 5 + [
    ("one_operator", "received"),
    ("matched", "cancelled"),
    ("one_sided", "returned"),
]


def made(chance: random.Random, number: int) -> Handover:
    state, outcome = chance.choice(STATES)
    giver, taker = chance.choice(SIDES), chance.choice(SIDES)
    days = sorted(chance.choices(range(500), k=3), reverse=True)
    asked, accepted, ended = ((NOW - timedelta(one)).date().isoformat() for one in days)
    return Handover(
        exchange=f"https://a.example/exchanges/{number}",
        state=state,
        counted=state == "matched" and outcome == "received",
        outcome=outcome,
        direction="offer",
        action=chance.choice(["give", "lend", "host", "help"]),
        kind="item",
        category=chance.choice(["music", "garden", "furniture/desk", "other", ""]),
        listing_id="x",
        title="x",
        owner_id=giver,
        giver_id=giver,
        taker_id=taker,
        asked_on=asked,
        accepted_on=accepted,
        ended_on=chance.choice([ended] * 20 + [""]),
    )


def test_an_organisations_own_and_the_first_of_each_kind_are_enough(node: Node) -> None:
    known: list[Handover] = []
    chance = random.Random(7)
    for round_ in range(12):
        more = [made(chance, len(known) + number) for number in range(1 + 4 * round_)]
        known += more
        with node.database.write() as tx:
            handovers.put(tx, more)
        for organisation in SIDES[:4]:
            with node.database.read() as tx:
                read = recognised.needed(tx, organisation)
                alone = recognised.needed(tx, organisation, whole=False)
            assert recognition.of(organisation, read, NOW) == recognition.of(organisation, known, NOW)
            assert recognition.of(organisation, alone, NOW, False) == recognition.of(organisation, known, NOW, False)
            assert len(read) <= len(alone) + 10
    assert any(recognition.of(one, known, NOW).badge("pioneer") for one in SIDES[:4])


def test_whoever_shared_or_received_is_found_by_the_key_of_their_page(node: Node) -> None:
    chance = random.Random(3)
    rows = [made(chance, number) for number in range(60)]
    named = [row._replace(giver_name=f"Of {row.giver_id}", giver_type="school") for row in rows if row.counted]
    with node.database.write() as tx:
        assert recognised.by_key(tx, short_key(SIDES[0])) is None
        handovers.put(tx, named)
    with node.database.read() as tx:
        for giver in SIDES[:4]:
            assert recognised.by_key(tx, short_key(giver)) == Organisation(giver, f"Of {giver}", "school")
        for other in ("", short_key(""), short_key("https://e.example/"), "x" * 5000):
            assert recognised.by_key(tx, other) is None


def test_who_only_received_is_found_as_well(node: Node) -> None:
    row = made(random.Random(1), 1)._replace(state="matched", counted=True, giver_id=SIDES[0], taker_id=SIDES[1])
    with node.database.write() as tx:
        handovers.put(tx, [row._replace(taker_name="Taker", taker_type="charity")])
    with node.database.read() as tx:
        assert recognised.by_key(tx, short_key(SIDES[1])) == Organisation(SIDES[1], "Taker", "charity")
