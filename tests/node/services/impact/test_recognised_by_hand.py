"""What a catalogue says that organisations have earned is what anybody works out of published feeds and rules."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import cycle
from pathlib import Path
from typing import Any

import orjson
import pytest

from federation.facts import short_key
from schemas.exchange import ASKER, OWNER
from schemas.receipt import Half, Party
from tests.fakes.halves import CHARITY, OURS, SCHOOL, THEIRS, half
from tests.fakes.reading_city import CITY, City, reading
from tests.node.services.impact import recognised_by_hand
from tests.node.services.receipts import counted_by_hand

CLUBS = tuple(Party("community_group", f"{THEIRS}organisations/club-{number}", f"Club {number}") for number in range(4))
NURSERY = Party("school", f"{OURS}organisations/nursery", "Riverside Nursery")
FIRST = date(2025, 10, 6)
GOT_BY = (*CLUBS, CHARITY, CHARITY)
KINDS = (
    ("give", "item", "furniture/desk"),
    ("give", "item", "furniture/chair"),
    ("lend", "item", "tools/drill"),
    ("host", "space", "space/hall"),
    ("help", "skill", "skills/repair"),
)


@pytest.fixture
def city(tmp_path: Path) -> Iterator[City]:
    with reading(tmp_path, page_entries=100) as made:
        yield made


def told(number: int, day: date, kind: tuple[str, str, str], wait: int, **more: Any) -> dict[str, Any]:
    """What both halves say of something that ended on a day, and was agreed to ``wait`` days after it was asked for."""
    action, kind_, category = kind
    accepted = day - timedelta(number % 20)
    return {
        "number": number,
        "action": action,
        "kind": kind_,
        "category": category,
        "ended": day,
        "outcome": "returned" if action == "lend" else "received",
        "accepted": accepted,
        "asked": accepted - timedelta(wait),
        "handed_over": day,
        **more,
    }


def year() -> Iterator[Half]:
    """A school that shares for more than a year, others now and then, and between them what does not count."""
    for number, kind, asker, wait in zip(range(70), cycle(KINDS), cycle(GOT_BY), cycle((0, 1, 0, 2, 5)), strict=False):
        both = told(100 + number, FIRST + timedelta(6 * number), kind, wait, asker=asker)
        yield half(OWNER, **both)
        if number % 9 != 4:
            yield half(ASKER, **{**both, "quantity": 2} if number % 9 == 7 else both)
    for number in range(8):
        # The same two within one month: no more than four of them count.
        both = told(200 + number, date(2026, 10, 2 + number), KINDS[0], 0, home=THEIRS, owner=CHARITY, asker=SCHOOL)
        yield half(OWNER, asker_home=OURS, **both)
        yield half(ASKER, asker_home=OURS, **both)
    before = told(300, date(2025, 10, 1), ("lend", "item", "tools/drill"), 0, owner=NURSERY, asker=CLUBS[0])
    yield half(OWNER, **before)
    yield half(ASKER, **before)
    yield half(OWNER, **told(301, date(2025, 9, 1), ("give", "item", "furniture/desk"), 0, outcome="declined"))


def test_levels_and_badges_are_what_anybody_works_out_of_feeds_and_rules(city: City) -> None:
    city.publish(*year())
    city.read()
    rules = orjson.loads(city.wire.get(f"{CITY}recognition.json").body)
    pairs = counted_by_hand.matched(counted_by_hand.items(city.published()), *rules["counts"]["outcomes"])
    today, found = city.clock().date().isoformat(), {}
    for one in (SCHOOL, NURSERY, CHARITY, *CLUBS):
        said = orjson.loads(city.wire.get(f"{CITY}organisations/{short_key(str(one.id))}/recognition.json").body)
        by_hand = recognised_by_hand.recognised(rules, str(one.id), pairs, today)
        earned = {goal: since for goal, (_, since) in by_hand.items() if since}
        levels = [level["id"] for level in rules["levels"] if level["id"] in earned]
        level = {"id": levels[-1], "rank": len(levels), "since": earned[levels[-1]]} if levels else None
        assert (said["handovers"], said["level"]) == (by_hand["open-door"][0], level)
        assert {badge["id"]: (badge["count"], badge["since"]) for badge in said["badges"]} == {
            badge["id"]: by_hand[badge["id"]] for badge in rules["badges"] if badge["id"] in earned
        }
        # Of how many it would take it may say too few, where their share is too small.
        assert all(goal["count"] == by_hand[goal["id"]][0] for goal in said["ahead"] if goal["id"] != "quick")
        found[one] = (levels[-1] if levels else "", len(said["badges"]))
    # What was compared is not nothing.
    few = {NURSERY: ("open-door", 2), CHARITY: ("open-door", 2), CLUBS[0]: ("", 1), **dict.fromkeys(CLUBS[1:], ("", 0))}
    assert found == {SCHOOL: ("mainstay", 10), **few}
