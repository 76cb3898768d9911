"""An aggregator reads the receipts of its sources on every database, whatever they send."""

from __future__ import annotations

import copy
from collections import deque
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest

from federation.fetch import Answer
from node.services.aggregating import sources as services
from node.services.receipts.harvest import Limits
from node.storage import receipt_readings, sources
from node.storage.engine import Database
from schemas import signing
from schemas.canonical import canonical_bytes
from schemas.exchange import ASKER, OWNER
from schemas.handover import DIFFERS, MATCHED, ONE_OPERATOR, ONE_SIDED
from schemas.receipt import Party
from tests.fakes import faults
from tests.fakes.halves import CHARITY, OURS, SOMEBODY, THEIRS, both, half, item, key_of
from tests.fakes.receipt_feeds import Reader, publish, reader
from tests.fakes.scripted import DAY_S, Request, ScriptedNode

EVIL, THIRD = "https://evil.example/", "https://third.example/"


@pytest.fixture
def city(database: Database, tmp_path: Path) -> Reader:
    return reader(tmp_path / "home", database)


def pair_of(city: Reader, count: int = 1) -> tuple[ScriptedNode, ScriptedNode]:
    """Two nodes that have signed so many handovers."""
    school, charity = city.follow(OURS), city.follow(THEIRS)
    for number in range(1, count + 1):
        ours, theirs = both(number)
        publish(school, ours)
        publish(charity, theirs)
    return school, charity


def test_two_halves_from_two_nodes_are_counted_once(city: Reader) -> None:
    school, charity = pair_of(city, 3)
    assert city.read(school).code == "ok"
    assert city.states() == [ONE_SIDED] * 3
    assert city.read(charity).code == "ok"
    assert city.states() == [MATCHED] * 3
    assert len(city.counted()) == 3
    before = city.handovers()
    assert [city.read(school).code for _ in range(3)] == ["ok", "unchanged", "unchanged"]
    assert city.handovers() == before
    assert city.reading(school).verified_at == city.node.now


def test_the_order_of_nodes_does_not_matter(city: Reader) -> None:
    school, charity = pair_of(city)
    city.read(charity)
    assert city.handovers() == []
    city.read(school)
    assert city.states() == [MATCHED]


def test_small_pages_and_lost_connections_end_with_the_same(city: Reader) -> None:
    school, charity = pair_of(city, 7)
    school.page_size = 2
    city.read(charity)
    school.faults = deque([None, faults.lost])
    assert city.read(school).code == "connect"
    assert city.reading(school).failures == 1
    school.faults = deque([faults.truncated])
    assert city.read(school).code == "malformed-json"
    assert len(city.counted()) == 2
    assert city.read(school).code == "ok"
    assert len(city.counted()) == 7
    assert (city.reading(school).failures, city.reading(school).count) == (0, 7)


def test_a_half_that_is_said_anew_counts_as_it_is_said_now(city: Reader) -> None:
    school, charity = pair_of(city)
    city.read(school), city.read(charity)
    publish(school, item(half(quantity=2)))
    city.read(school)
    assert (city.states(), city.counted()) == ([DIFFERS], [])
    publish(charity, item(half(ASKER, quantity=2)))
    city.read(charity)
    assert [one.quantity for one in city.handovers()] == [2]
    assert city.known() == 2


def test_what_a_feed_takes_back_is_not_counted_any_more(city: Reader) -> None:
    school, charity = pair_of(city, 2)
    city.read(school), city.read(charity)
    for node in (charity, school):
        node.log.bury(next(iter(node.log.rows)), "removed", city.net.clock.now)
    city.read(charity)
    assert sorted(city.states()) == [MATCHED, ONE_SIDED]
    city.read(school)
    assert city.states() == [MATCHED]


def test_a_node_that_was_restored_is_read_from_the_start(city: Reader) -> None:
    school, charity = pair_of(city, 2)
    backup = school.log.copy()
    ours, theirs = both(9)
    publish(school, ours)
    publish(charity, theirs)
    city.read(school), city.read(charity)
    assert len(city.counted()) == 3
    school.restore(backup)
    assert city.read(school).code == "ok"
    assert len(city.counted()) == 2
    school.faults = deque([faults.resync] * 2)
    assert city.read(school).code == "repeated-resync"


def test_a_page_of_another_history_is_not_read_on_from_where_this_one_was(city: Reader) -> None:
    """A copy that was brought back may know the cursor, and yet not what was removed after it was made."""
    school, charity = pair_of(city, 2)
    city.read(school), city.read(charity)
    school.log.rows.pop(next(iter(school.log.rows)))
    school.faults = deque([of_another_epoch])
    assert city.read(school).code == "ok"
    assert sorted(city.states()) == [MATCHED]


def of_another_epoch(node: ScriptedNode, request: Request, honest: Answer) -> Answer:
    page = node.answer(replace(request, etag=None))
    told = orjson.loads(page.body)
    told["_sharefeed"]["epoch"] = "00000000-0000-4000-8000-000000000009"
    return replace(page, body=orjson.dumps(told))


def test_unreachable_is_not_taken_back(city: Reader) -> None:
    school, charity = pair_of(city)
    city.read(school), city.read(charity)
    school.faults = deque([faults.lost, faults.gone, faults.empty_body])
    assert [city.read(school).fine for _ in range(3)] == [False] * 3
    assert len(city.counted()) == 1


def test_a_feed_that_lies_about_itself_is_read_again_from_the_start(city: Reader) -> None:
    school, _charity = pair_of(city)
    city.read(school)
    school.log.rows.clear()
    ours, _theirs = both(5)
    publish(school, ours)
    city.read(school)
    assert city.reading(school).again_at is not None
    city.net.clock.now += 1
    assert city.read(school).code == "ok"
    assert (city.reading(school).count, city.reading(school).again_at) == (1, None)
    assert [one.exchange[-1] for one in city.handovers()] == ["5"]


def forged(**changes: Any) -> dict[str, Any]:
    """The school's half, changed after it was signed."""
    sent = copy.deepcopy(item(half(number=9)))
    sent["_sharefeed"] |= changes
    return sent


def resigned(sent: dict[str, Any], key: bytes) -> dict[str, Any]:
    """An item with whatever it says, under another signature."""
    made = copy.deepcopy(sent)
    made["_sharefeed"].pop("sig")
    made["_sharefeed"]["key"] = signing.key_id(signing.public_of(key))
    made["_sharefeed"]["sig"] = signing.sign(key, "receipt", canonical_bytes(made))
    return made


SCHOOLS = Party("school", f"{OURS}organisations/school", "Riverside School")
HOSTILE: dict[str, tuple[dict[str, Any], str]] = {
    "altered": (forged(quantity=500), "bad-signature"),
    "under another key": (item(half(number=9), key_of(EVIL)), "unknown-key"),
    "in the school's name": (resigned(forged(), key_of(EVIL)), "unknown-key"),
    "no half at all": ({"id": f"{OURS}receipts/1", "title": "Buy now"}, "missing"),
    "no JSON that has one form": ({**forged(), "id": f"{OURS}receipts/1", "more": 2**60}, "bad-number"),
    "too large": (resigned({**forged(), "more": "x" * 20_000}, key_of(OURS)), "too-large"),
    "of another year": (item(half(number=9, ended=half().ended.replace(year=2030))), "future"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_what_cannot_be_believed_is_set_aside_and_its_neighbours_kept(city: Reader, name: str) -> None:
    school, _charity = pair_of(city, 2)
    sent, code = HOSTILE[name]
    publish(school, sent)
    assert city.read(school).code == "ok"
    assert code in city.aside(school)
    assert (len(city.handovers()), city.known(), city.reading(school).count) == (2, 2, 3)


@pytest.mark.parametrize(
    ("told", "code"),
    [
        pytest.param(lambda: item(half(home=OURS)), "not-theirs", id="another's half, rightly signed"),
        pytest.param(lambda: item(half(home=EVIL, owner=SCHOOLS)), "not-theirs", id="another's organisation"),
        pytest.param(
            lambda: item(half(ASKER, asker_home=EVIL, asker=CHARITY)), "not-theirs", id="another's organisation asks"
        ),
        pytest.param(
            lambda: item(half(ASKER, asker_home=EVIL, asker=CHARITY, attested=True)), "not-theirs", id="attested"
        ),
        pytest.param(lambda: item(half(ASKER, asker_home=EVIL, asker=SOMEBODY)), "not-theirs", id="a person, unseen"),
    ],
)
def test_nobody_speaks_for_an_organisation_that_speaks_for_itself(city: Reader, told: Any, code: str) -> None:
    school, charity = pair_of(city)
    city.read(school), city.read(charity)
    evil = city.follow(EVIL)
    publish(evil, told())
    city.read(evil)
    assert set(city.aside(evil)) == {code}
    assert (city.states(), len(city.counted())) == ([MATCHED], 1)


def test_a_third_node_neither_confirms_nor_spoils_what_two_say(city: Reader) -> None:
    school, _charity = pair_of(city)
    city.read(school)
    evil = city.follow(EVIL)
    other = Party("charity", f"{EVIL}organisations/x", "X")
    publish(evil, item(half(ASKER, asker_home=EVIL, asker=other)), item(half(ASKER, 1, asker_home=EVIL, asker=other)))
    city.read(evil)
    assert city.states() == [ONE_SIDED]


def test_nobody_counts_twice_by_saying_it_under_two_names(city: Reader) -> None:
    school, charity = pair_of(city)
    ours, theirs = both(1)
    for node, sent in ((school, ours), (charity, theirs)):
        publish(node, resigned({**sent, "id": sent["id"] + "-again"}, key_of(node.id)))
        city.read(node)
    assert city.aside(school) == city.aside(charity) == ["repeated"]
    assert len(city.counted()) == 1
    assert city.known() == 2


def test_a_node_alone_makes_nothing_that_counts(city: Reader) -> None:
    evil = city.follow(EVIL)
    own = Party("business", f"{EVIL}organisations/x", "X")
    for number in range(5):
        told: dict[str, Any] = {"home": EVIL, "owner": own, "asker_home": EVIL, "asker": SOMEBODY}
        publish(evil, item(half(OWNER, number, **told)), item(half(ASKER, number, attested=True, **told)))
    city.read(evil)
    assert (city.states(), city.counted()) == ([ONE_OPERATOR] * 5, [])


def test_two_names_with_one_key_are_one_operator(city: Reader) -> None:
    told: dict[str, Any] = {"asker_home": EVIL, "asker": Party("charity", f"{EVIL}organisations/x", "X")}
    school, evil = city.follow(OURS), city.follow(EVIL)
    publish(school, item(half(OWNER, **told)))
    publish(evil, resigned(item(half(ASKER, **told)), key_of(OURS)))
    city.read(school)
    city.keys[EVIL] = key_of(OURS)
    city.read(evil)
    assert city.states() == [ONE_OPERATOR]


def test_a_flood_ends_at_its_bounds(city: Reader) -> None:
    evil = city.follow(EVIL)
    evil.page_size = 5
    own = Party("business", f"{EVIL}organisations/x", "X")
    publish(evil, *(item(half(OWNER, number, home=EVIL, owner=own)) for number in range(40)))
    city.limits = Limits(pages=3)
    assert city.read(evil).code == "more"
    assert city.known() == 15
    city.limits = Limits(halves=17)
    assert city.read(evil).code == "too-many"
    assert city.known() == 15


def test_no_node_fills_the_disk_in_a_day(city: Reader) -> None:
    school, _charity = pair_of(city, 9)
    school.page_size = 2
    assert city.read(school).code == "ok"
    a_half = city.reading(school).day_bytes // 9
    for number in range(1, 10):
        publish(school, item(half(number=number, quantity=3)))

    def changed() -> int:
        return sum(one.quantity == 3 for one in city.handovers())

    city.limits = Limits(day_bytes=int(4.5 * a_half))
    city.net.clock.now += DAY_S
    found = city.read(school)
    assert (found.code, found.retry_after_s) == ("more", 3600.0)
    assert (changed(), city.known()) == (4, 9)
    assert city.read(school).code == "more"
    assert (changed(), city.reading(school).failures) == (4, 0)
    city.net.clock.now += DAY_S
    assert city.read(school).code == "more"
    city.net.clock.now += DAY_S
    assert city.read(school).code == "ok"
    assert changed() == 9


def test_what_came_while_its_key_could_not_be_looked_up_counts_afterwards(city: Reader) -> None:
    school, charity = pair_of(city, 3)
    city.read(school)
    city.silent = True
    assert city.read(charity).code == "ok"
    assert city.aside(charity) == ["unknown-key"] * 3
    assert city.counted() == []
    city.silent = False
    # Nothing has changed in its feed: what was set aside is judged again all the same.
    assert city.read(charity).code == "ok"
    assert city.aside(charity) == []
    assert len(city.counted()) == 3
    assert [city.read(charity).code for _ in range(3)] == ["ok", "unchanged", "unchanged"]


def test_what_a_node_with_a_wrong_clock_dated_ahead_counts_once_that_day_has_come(city: Reader) -> None:
    school, charity = pair_of(city, 1)
    ended = datetime.fromtimestamp(city.net.clock.now, UTC).date() + timedelta(days=3)
    for node, one in zip((school, charity), both(7, ended=ended), strict=True):
        publish(node, one)
        city.read(node)
        assert city.aside(node) == ["future"]
    assert len(city.counted()) == 1
    city.net.clock.now += 3 * DAY_S
    for node in (school, charity):
        city.read(node)
        assert city.aside(node) == []
    assert len(city.counted()) == 2
    assert [city.read(school).code for _ in range(3)] == ["ok", "unchanged", "unchanged"]


def test_a_key_that_stays_unknown_is_asked_for_more_and_more_seldom(city: Reader) -> None:
    _school, charity = pair_of(city)
    city.silent = True
    began = city.net.clock.now
    for _ in range(60):
        city.read(charity)
        city.net.clock.now += DAY_S // 2
    asked = city.reading(charity).reading
    assert 5 <= asked <= 12, asked
    assert city.net.clock.now - began == 30 * DAY_S


def test_a_page_that_is_too_large_is_not_read(city: Reader) -> None:
    school, _charity = pair_of(city, 3)
    city.limits = Limits(bytes=1000)
    assert city.read(school).code == "too-large"
    assert city.known() == 0


def test_many_keys_cost_few_requests(city: Reader) -> None:
    evil = city.follow(EVIL)
    own = Party("business", f"{EVIL}organisations/x", "X")
    for number in range(60):
        key = key_of(f"{EVIL}{number}")
        publish(evil, item(half(OWNER, number, home=EVIL, owner=own), key))
    city.read(evil)
    assert len(city.asked_keys) == Limits().keys
    assert city.aside(evil) == ["unknown-key"] * 60


@pytest.mark.parametrize(
    ("head", "code"),
    [
        ({"node": OURS}, "other-node"),
        ({"epoch": None}, "not-a-change-feed"),
        ({"more": True, "checkpoint": "c.1"}, "empty-page"),
    ],
)
def test_a_page_of_another_kind_changes_nothing(city: Reader, head: dict[str, Any], code: str) -> None:
    evil = city.follow(EVIL)

    def odd(node: ScriptedNode, request: Any, honest: Any) -> Any:
        document = orjson.loads(honest.body)
        changed = {**document["_sharefeed"], **head}
        document["_sharefeed"] = {name: value for name, value in changed.items() if value is not None}
        return replace(honest, body=orjson.dumps(document))

    evil.faults = deque([odd])
    assert city.read(evil).code == code
    assert city.reading(evil).whole_at is None


def test_what_was_signed_before_a_node_moved_is_still_its_own(city: Reader) -> None:
    moved = city.follow(THIRD)
    publish(moved, resigned(item(half()), key_of(THIRD)))
    city.read(moved)
    assert city.aside(moved) == ["not-theirs"]
    city.describe(moved, former_ids=f'["{OURS}"]')
    publish(moved, resigned({**item(half()), "note": "again"}, key_of(THIRD)))
    city.read(moved)
    assert (city.aside(moved), city.states()) == ([], [ONE_SIDED])


def test_a_static_node_may_be_spoken_for_and_one_that_speaks_may_not(city: Reader) -> None:
    charity, third = city.follow(THEIRS), city.follow(THIRD)
    kept = half(OWNER, home=THIRD, owner=SCHOOLS, asker_home=THEIRS)
    publish(third, item(kept))
    publish(charity, item(half(ASKER, home=THIRD, owner=SCHOOLS, asker_home=THEIRS)))
    city.read(third), city.read(charity)
    assert city.states() == [MATCHED]
    city.read(city.follow(OURS))
    publish(third, item(half(OWNER, 2, home=THIRD, owner=SCHOOLS)))
    city.read(third)
    assert city.aside(third) == ["not-theirs"]


def test_only_active_sources_are_read_and_only_when_they_are_due(city: Reader) -> None:
    school, charity = pair_of(city)
    services.pause(city.node, city.numbers[THEIRS])
    assert city.harvest.due() == 1
    assert city.harvest.due() == 0
    assert (len(school.asked), len(charity.asked)) == (1, 0)
    city.net.clock.now += 2 * DAY_S
    services.resume(city.node, city.numbers[THEIRS])
    assert city.harvest.due() == 2
    assert city.states() == [MATCHED]


def test_a_node_without_receipts_is_looked_at_again_later(city: Reader) -> None:
    school = city.follow(OURS)
    assert school.document is not None
    del school.document["feeds"]["receipts"]
    city.describe(school)
    assert city.read(school).code == "no-receipts"
    assert city.reading(school).due_at == city.node.now + 3600
    assert school.asked == []


def test_another_worker_that_reads_the_same_is_told_so(city: Reader) -> None:
    school, _charity = pair_of(city)

    def meddle(node: ScriptedNode, request: Any, honest: Any) -> Any:
        with city.node.database.write() as tx:
            receipt_readings.lease(tx, city.numbers[OURS], city.node.now, 60)
        return honest

    school.faults = deque([meddle])
    assert city.read(school).code == "stale"
    assert city.known() == 0


def test_a_source_that_is_removed_takes_its_word_along(city: Reader) -> None:
    school, charity = pair_of(city, 3)
    city.read(school), city.read(charity)
    services.remove(city.node, city.numbers[THEIRS])
    assert city.states() == [ONE_SIDED] * 3
    services.remove(city.node, city.numbers[OURS])
    assert (city.handovers(), city.known()) == ([], 0)
    with city.node.database.read() as tx:
        assert sources.every(tx) == []
        assert receipt_readings.every(tx) == []
