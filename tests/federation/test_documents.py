"""Single documents: L0 in JSON and Atom, which may delete by absence, and plain feeds, which never do."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import orjson
import pytest

from federation.plain import Defaults
from federation.records import L0, PLAIN
from schemas import json_feed
from schemas.page import Page
from tests.fakes import faults
from tests.fakes.city import City
from tests.fakes.scripted import Answer, Request, ScriptedNet, ScriptedNode, answer
from tests.schemas.made import PARK

DEFAULTS = Defaults(PARK, days_until_expiry=30).to_json()
ATOM = "feed.atom"


@pytest.fixture
def school(net: ScriptedNet) -> ScriptedNode:
    node = net.node("https://school.example/")
    node.add("desk", "chair", "lamp")
    return node


@pytest.mark.parametrize("path", ["feed.json", ATOM])
def test_a_complete_document_is_followed_by_absence(city: City, school: ScriptedNode, path: str) -> None:
    source_id = city.follow(school, L0, path)
    city.poll_fine(source_id)
    assert city.source(source_id).verified_at == city.now
    school.remove("desk")
    school.add("chair", title="A better chair")
    school.add("table")
    result = city.poll(source_id)
    assert (result.tally.added, result.tally.changed, result.tally.removed) == (1, 1, 1)
    assert city.titles(school) == {"chair": "A better chair", "lamp": "A lamp", "table": "A table"}
    assert city.source(source_id).verified_at == city.now
    city.check_source(source_id)


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param(faults.head(complete=False), id="not marked complete"),
        pytest.param(faults.head(more=True), id="complete, but more follows"),
        pytest.param(faults.top(next_url="https://school.example/feed2.json"), id="complete, but with a next page"),
    ],
)
def test_a_document_that_is_not_whole_deletes_nothing(city: City, school: ScriptedNode, fault: Any) -> None:
    source_id = city.follow(school, L0)
    city.poll_fine(source_id)
    school.remove("desk")
    school.add("table")
    school.faults.append(fault)
    city.poll_fine(source_id)
    assert city.refs(school) == {"desk", "chair", "lamp", "table"}
    assert city.source(source_id).reread_at is None


def test_tombstones_of_a_recent_document_delete(city: City, school: ScriptedNode) -> None:
    source_id = city.follow(school, L0)
    city.poll_fine(source_id)
    stone = {"id": school.listing_id("desk"), "at": "2026-11-22T10:00:00Z", "reason": "given"}
    school.add("lamp", title="Newer")
    recent = faults.head(complete=False, deleted=[stone])
    school.faults.append(lambda n, r, h: faults.top(items=[])(n, r, recent(n, r, h)))
    city.poll_fine(source_id)
    assert city.refs(school) == {"chair", "lamp"}


def test_an_interrupted_document_deletes_nothing_and_the_next_does(city: City, school: ScriptedNode) -> None:
    source_id = city.follow(school, L0)
    city.poll_fine(source_id)
    city.net.clock.pass_by(days=2)
    school.remove("desk")
    school.faults.append(faults.truncated)
    assert not city.poll(source_id).fine
    assert city.source(source_id).reading_open
    city.poll_fine(source_id)
    assert city.refs(school) == {"chair", "lamp"}
    assert not city.source(source_id).reading_open


def test_what_came_as_atom_is_published_with_a_hash_that_readers_can_check(city: City, school: ScriptedNode) -> None:
    """Its stated hash is that of other bytes; what is published from here must have the hash of what it is."""
    school.faults.append(_atom_with_hash(school, "desk", "B" * 43))
    source_id = city.follow(school, L0, ATOM)
    city.poll_fine(source_id)
    row, _ = city.store.rows(source_id)[school.listing_id("desk")]
    assert row.hash == "B" * 43
    assert city.shown()[school.listing_id("desk")].hash != "B" * 43
    city.check()
    head = city.shown()[school.listing_id("desk")].position
    school.faults.append(_atom_with_hash(school, "desk", "B" * 43))
    city.net.clock.pass_by(days=1)
    city.poll_fine(source_id)
    assert city.shown()[school.listing_id("desk")].position == head


def _atom_with_hash(school: ScriptedNode, ref: str, stated: str) -> faults.Fault:
    def fault(node: ScriptedNode, request: Request, honest: Answer) -> Answer:
        true = school.log.rows[school.listing_id(ref)].hash
        body = honest.body.replace(true.encode(), stated.encode())
        assert body != honest.body
        return answer(request.url, 200, body, node.clock.now, "application/atom+xml")

    return fault


def plain(*entries: dict[str, Any], **top: Any) -> Callable[[ScriptedNode, Request, Answer], Answer]:
    """A plain JSON Feed of these entries in place of the node's own."""

    def fault(node: ScriptedNode, request: Request, honest: Answer) -> Answer:
        body = json_feed.encode(Page("json", "A blog"), [orjson.dumps(entry) for entry in entries])
        return answer(request.url, 200, orjson.dumps({**orjson.loads(body), **top}), node.clock.now, "application/json")

    return fault


def entry(ref: str, **members: Any) -> dict[str, Any]:
    stated = {"id": f"https://school.example/listings/{ref}", "title": f"A {ref}", "content_text": "Take it."}
    return {**stated, "date_published": "2026-11-22T09:00:00Z", **members}


def test_entries_of_a_plain_feed_are_added_and_changed_and_never_deleted(city: City, school: ScriptedNode) -> None:
    source_id = city.follow(school, PLAIN, defaults=DEFAULTS)
    school.faults.append(plain(entry("desk"), entry("chair")))
    city.poll_fine(source_id)
    assert city.refs(school) == {"desk", "chair"}
    school.faults.append(plain(entry("chair", title="A better chair"), entry("lamp")))
    city.poll_fine(source_id)
    assert city.titles(school) == {"desk": "A desk", "chair": "A better chair", "lamp": "A lamp"}
    school.faults.append(plain())
    city.poll_fine(source_id)
    assert city.refs(school) == {"desk", "chair", "lamp"}
    city.check_source(source_id)


def test_a_plain_feed_that_calls_itself_complete_one_day_still_deletes_nothing(
    city: City, school: ScriptedNode
) -> None:
    source_id = city.follow(school, PLAIN, defaults=DEFAULTS)
    school.faults.append(plain(entry("desk"), entry("chair")))
    city.poll_fine(source_id)
    head = {"version": "1.0", "node": "https://evil.example/", "complete": True, "count": 0, "digest": "0" * 64}
    school.faults.append(plain(_sharefeed=head))
    city.poll_fine(source_id)
    assert city.refs(school) == {"desk", "chair"}
    source = city.source(source_id)
    assert (source.reread_at, source.verified_at) == (None, None)


def test_an_unchanged_plain_feed_changes_nothing_day_after_day(city: City, school: ScriptedNode) -> None:
    source_id = city.follow(school, PLAIN, defaults=DEFAULTS)
    entries = (entry("desk"), entry("chair", date_published=None, id="not a uri"))
    school.faults.append(plain(*entries))
    city.poll_fine(source_id)
    positions = {row.position for row in city.shown().values()}
    for _ in range(5):
        city.net.clock.pass_by(days=1)
        school.faults.append(plain(*entries))
        result = city.poll(source_id)
        assert (result.tally.added, result.tally.changed) == (0, 0)
    assert {row.position for row in city.shown().values()} == positions


def test_entries_of_a_plain_feed_expire_in_the_mirror(city: City, school: ScriptedNode) -> None:
    source_id = city.follow(school, PLAIN, defaults=DEFAULTS)
    school.faults.append(plain(entry("desk")))
    city.poll_fine(source_id)
    city.net.clock.pass_by(days=31)
    school.faults.append(plain(entry("desk")))
    city.poll_fine(source_id)
    assert (city.refs(school), city.states(source_id)) == (set(), {"desk": "expired"})


def test_bad_entries_of_a_plain_feed_cost_no_neighbour(city: City, school: ScriptedNode) -> None:
    source_id = city.follow(school, PLAIN, defaults=DEFAULTS)
    nameless, priced = entry("x"), entry("sofa", price="5.00")
    del nameless["id"]
    empty = {"id": "https://school.example/listings/empty"}
    strange: Any = [nameless, priced, empty, "text", None, entry("desk", title="Twin")]
    school.faults.append(plain(entry("desk"), *strange))
    city.poll_fine(source_id)
    assert city.titles(school) == {"desk": "A desk"}
    assert city.states(source_id) == {"desk": "shown", "sofa": "quarantined"}
