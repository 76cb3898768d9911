"""Adding, pausing, suspending, resuming and removing sources, and how each one is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from federation.discovery import Discovered, discover
from federation.plain import Defaults
from federation.records import ACTIVE, PAUSED, SUSPENDED
from node.services.aggregating import sources
from node.services.aggregating.sources import SourceError
from node.services.moderation import decisions
from node.storage import catalogue
from schemas.canonical import listing_hash
from tests.fakes import faults
from tests.fakes.aggregator import Aggregator, aggregator, boxes
from tests.fakes.city import CITY
from tests.fakes.scripted import Answer, Request, ScriptedNode
from tests.schemas.made import PARK


@pytest.fixture
def made(tmp_path: Path) -> Iterator[Aggregator]:
    with aggregator(tmp_path / "home") as one:
        yield one


def found(made: Aggregator, node: ScriptedNode, path: str = "changes.json") -> Discovered:
    return discover(made.net, node.address(path), made.city.now)


def two_routes(made: Aggregator) -> tuple[ScriptedNode, int, int]:
    """A school, and a hub that passes on its desk and a sofa that the school no longer has; both were read."""
    school = made.school("desk", "chair")
    hub = made.net.node("https://hub.example/")
    for ref in ("desk", "sofa"):
        hub.put(school.item(ref), (school.id,))
    origin, forwarder = made.city.follow(school), made.city.follow(hub)
    made.city.poll_fine(forwarder, origin)
    assert made.city.refs(school) == {"desk", "chair"}
    return school, origin, forwarder


def test_what_is_added_is_due_at_once(made: Aggregator) -> None:
    school = made.school("desk")
    source = sources.add(made.node, found(made, school), hold_new=True, name="The school")
    assert (source.level, source.node_id, source.name, source.due_at) == ("L1", school.id, "The school", made.city.now)
    assert sources.get(made.node, source.id) == source
    made.city.poll_fine(source.id)
    assert made.city.states(source.id) == {"desk": "held"}


def test_what_cannot_be_added(made: Aggregator) -> None:
    school = made.school("desk")
    ours = replace(found(made, school), node_id=CITY)
    plain = replace(found(made, school), level="plain")
    first = sources.add(made.node, found(made, school))
    for again in (found(made, school), replace(found(made, school), feed_url=school.address("feed.json"))):
        with pytest.raises(SourceError, match="already") as caught:
            sources.add(made.node, again)
        assert caught.value.source_id == first.id
    with pytest.raises(SourceError, match="this node itself"):
        sources.add(made.node, ours)
    with pytest.raises(SourceError, match="plain feed"):
        sources.add(made.node, replace(plain, feed_url="https://x.example/", node_id="https://x.example/"))
    assert len(sources.health(made.node)) == 1


def test_a_plain_feed_needs_the_operators_defaults(made: Aggregator) -> None:
    school = made.school()
    plain = replace(found(made, school), level="plain")
    source = sources.add(made.node, plain, defaults=Defaults(PARK))
    assert Defaults.from_json(source.defaults) == Defaults(PARK)


def test_a_source_that_is_not_there(made: Aggregator) -> None:
    acts: list[Callable[[], object]] = [
        lambda: sources.get(made.node, 9),
        lambda: sources.health_of(made.node, 9),
        lambda: sources.pause(made.node, 9),
        lambda: sources.resume(made.node, 9),
        lambda: sources.remove(made.node, 9),
    ]
    for act in acts:
        with pytest.raises(SourceError) as caught:
            act()
        assert caught.value.source_id == 9


def test_a_paused_source_keeps_what_it_shows(made: Aggregator) -> None:
    shop, source_id = made.shop(3)
    sources.pause(made.node, source_id, "a question")
    source = sources.get(made.node, source_id)
    assert (source.state, source.state_reason) == (PAUSED, "a question")
    assert len(made.city.refs(shop)) == 3
    made.net.clock.pass_by(days=1)
    sources.resume(made.node, source_id)
    source = sources.get(made.node, source_id)
    assert (source.state, source.state_reason, source.due_at) == (ACTIVE, None, made.city.now)


def test_a_suspended_source_shows_nothing_until_it_is_resumed(made: Aggregator) -> None:
    """What waits, and older versions that only the catalogue has, go and come back with the rest."""
    shop, source_id = made.shop(30)
    shop.remove(*boxes(25))
    shop.put(shop.item("box29", title="\x00"))
    made.city.poll_fine(source_id)
    before = made.city.titles(shop)
    assert len(before) == 30
    made.suspend(shop, source_id)
    assert made.city.shown() == {}
    assert sources.get(made.node, source_id).state == SUSPENDED
    sources.resume(made.node, source_id)
    assert made.city.titles(shop) == before
    assert len(decisions.batches(made.node)) == 1
    made.city.check_source(source_id)


def test_a_suspension_that_was_cut_off_is_finished(made: Aggregator) -> None:
    shop, source_id = made.shop(3)
    made.city.store.change(source_id, state=SUSPENDED)
    assert len(made.city.refs(shop)) == 3
    assert sources.hide_suspended(made.node) == 1
    assert made.city.shown() == {}
    assert sources.hide_suspended(made.node) == 0


def test_a_return_from_suspension_that_was_cut_off_is_finished(made: Aggregator) -> None:
    shop, source_id = made.shop(3)
    assert sources.show_resumed(made.node) == 0
    made.suspend(shop, source_id)
    assert sources.show_resumed(made.node) == 0
    made.city.store.change(source_id, state=ACTIVE)
    assert made.city.shown() == {}
    assert sources.show_resumed(made.node) == 1
    assert len(made.city.refs(shop)) == 3
    assert sources.show_resumed(made.node) == 0


def test_a_source_that_said_it_is_gone_comes_back_whole(made: Aggregator) -> None:
    shop, source_id = made.shop(3)
    made.suspend(shop, source_id)
    assert made.city.shown() == {}
    sources.resume(made.node, source_id)
    assert len(made.city.refs(shop)) == 3
    shop.faults.append(faults.gone)
    made.city.poll(source_id)
    assert sources.get(made.node, source_id).state == ACTIVE


def test_a_suspended_origin_is_not_heard_through_others(made: Aggregator) -> None:
    school, origin, _ = two_routes(made)
    made.suspend(school, origin)
    assert made.city.refs(school) == set()


def test_what_is_removed_is_forgotten(made: Aggregator) -> None:
    shop, source_id = made.shop(30)
    shop.remove(*boxes(25))
    made.city.poll_fine(source_id)
    assert sources.remove(made.node, source_id) == 30
    assert (made.city.shown(), decisions.batches(made.node), sources.health(made.node)) == ({}, [], [])
    assert (made.city.store.rows(source_id), made.city.store.withdrawn(source_id)) == ({}, {})


def test_more_listings_than_one_transaction_takes_are_removed(made: Aggregator) -> None:
    _, source_id = made.shop(1100)
    assert sources.remove(made.node, source_id) == 1100
    assert made.city.shown() == {}


def test_others_are_heard_again_when_the_origin_is_removed(made: Aggregator) -> None:
    """Of what the origin had, and of what only they still have."""
    school, origin, forwarder = two_routes(made)
    sources.remove(made.node, origin)
    assert made.city.refs(school) == {"desk", "sofa"}
    assert made.city.states(forwarder) == {"desk": "shown", "sofa": "shown"}
    made.city.check_source(forwarder)


def test_when_a_forwarder_is_removed_the_origin_stays(made: Aggregator) -> None:
    school, origin, forwarder = two_routes(made)
    assert sources.remove(made.node, forwarder) == 0
    assert made.city.refs(school) == {"desk", "chair"}
    made.city.check_source(origin)


def test_a_worker_that_still_reads_a_removed_source_keeps_nothing(made: Aggregator) -> None:
    """Whatever else happens to the lease between looking and removing."""
    shop, source_id = made.shop(3)
    shop.add("late")
    leased = made.city.store.lease(source_id, made.city.now)

    def remove(node: ScriptedNode, request: Request, honest: Answer) -> Answer:
        sources.remove(made.node, source_id)
        return honest

    shop.faults.append(remove)
    assert made.city.poll(source_id, leased=leased).code == "stale"
    with made.node.database.read() as tx:
        assert list(catalogue.live(tx)) == []


def test_health_counts_what_became_of_everything(made: Aggregator) -> None:
    shop, source_id = made.shop(30)
    shop.remove(*boxes(25))
    shop.put(shop.item("odd", title="\x00"))
    made.city.poll_fine(source_id)
    how = sources.health_of(made.node, source_id)
    assert (how.shown, how.held, how.quarantined, how.merged, how.waiting_removals) == (30, 25, 1, 0, 25)
    assert how.identical
    assert len(sources.recent_polls(made.node, source_id)) == 2


def test_the_report_says_what_became_of_each_listing_page_by_page(made: Aggregator) -> None:
    school = made.school("a", "b", "c")
    school.put(school.item("odd", _sharefeed__category="dragons/green"))
    source_id = made.city.follow(school)
    made.city.poll_fine(source_id)
    first = sources.report(made.node, source_id, limit=3)
    second = sources.report(made.node, source_id, after=first["next_after"], limit=3)
    assert [row["verdict"] for row in first["listings"] + second["listings"]] == ["shown"] * 3 + ["quarantined"]
    assert second["listings"][0]["reasons"][0]["pointer"] == "/_sharefeed/category"
    assert first["listings"][0]["hash"] == listing_hash(school.item("a"))
    assert (first["counts"]["sent"], second["next_after"]) == (4, None)
    assert first["verified_identical"] is not None


def test_the_report_says_how_the_source_is(made: Aggregator) -> None:
    school, origin, forwarder = two_routes(made)
    moment = faults.stamp(made.city.now)
    told = sources.report(made.node, forwarder)
    assert (told["counts"]["merged"], sources.report(made.node, origin)["counts"]["merged"]) == (2, 0)
    assert (told["verified_identical"], told["last_verified_identical"]) == (moment, moment)
    assert told["next_read"] == faults.stamp(made.city.source(forwarder).due_at)
    assert (told["document_read"], told["history"]) == (None, [])
    made.suspend(school, origin)
    told = sources.report(made.node, origin)
    assert told["next_read"] == faults.stamp(made.city.now + 30 * 86_400)
    assert [(event["at"], event["code"]) for event in told["history"]] == [(moment, "suspended")]
    sources.resume(made.node, origin)
    assert [event["code"] for event in sources.report(made.node, origin)["history"]] == ["resumed", "suspended"]
    sources.pause(made.node, origin)
    assert sources.report(made.node, origin)["next_read"] is None


def test_the_last_verification_stays_while_a_mirror_differs(made: Aggregator) -> None:
    shop, source_id = made.shop(3)
    before = made.city.now
    made.net.clock.pass_by(hours=1)
    shop.add("late")
    shop.faults.append(faults.wrong_digest)
    made.city.poll(source_id)
    told = sources.report(made.node, source_id)
    assert (told["verified_identical"], told["last_verified_identical"]) == (None, faults.stamp(before))


def test_a_node_document_that_was_just_read_is_not_asked_for_again(made: Aggregator) -> None:
    school = made.school("desk")
    school.describe("changes", name="The school", ttl=1800)
    source = sources.add(made.node, found(made, school))
    assert (source.document_url, source.ttl_s) == (school.address(".well-known/sharefeed.json"), 1800)
    assert sources.report(made.node, source.id)["document_read"] == faults.stamp(made.city.now)
    school.asked.clear()
    assert made.city.visit(source.id).fine
    assert not any("well-known" in request.url for request in school.asked)


def test_only_the_last_polls_are_kept(made: Aggregator) -> None:
    _, source_id = made.shop(1)
    for _ in range(60):
        made.city.poll(source_id)
    polls = sources.recent_polls(made.node, source_id)
    assert len(polls) == 50
    assert {poll.code for poll in polls} == {"unchanged"}
