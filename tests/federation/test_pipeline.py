"""Reader rules 1 and 2: a page is applied whole or not at all, and only a whole reading deletes by absence."""

from __future__ import annotations

import pytest

from federation.plain import Defaults
from federation.records import L0
from tests.fakes import faults
from tests.fakes.city import City
from tests.fakes.scripted import Fault, ScriptedNet, ScriptedNode
from tests.schemas.made import PARK

SCHOOL = "https://school.example/"
DEFAULTS = Defaults(PARK).to_json()


@pytest.fixture
def school(net: ScriptedNet) -> ScriptedNode:
    node = net.node(SCHOOL, page_size=2)
    node.add("desk", "chair", "lamp")
    return node


def frozen(city: City, source_id: int) -> object:
    """Everything that a bad page must leave as it was."""
    source = city.source(source_id)
    marks = (source.cursor, source.epoch, source.mirror_count, source.mirror_digest, source.verified_at)
    return marks, {id_: (row.hash, row.state) for id_, (row, _) in city.store.rows(source_id).items()}, city.shown()


def test_a_first_reading_follows_every_page_and_is_verified(city: City, school: ScriptedNode) -> None:
    source_id = city.follow(school)
    result = city.poll(source_id)
    assert (result.code, result.tally.pages, result.tally.added) == ("ok", 2, 3)
    assert result.tally.bytes > 1000
    assert city.refs(school) == {"desk", "chair", "lamp"}
    source = city.source(source_id)
    assert (source.verified_at, source.last_full_at, source.reading_open) == (city.now, city.now, False)
    assert (source.due_at, source.lease_until, source.failures) == (city.now + 3600, 0, 0)
    city.check_source(source_id)


def test_a_later_reading_asks_for_what_changed_only(city: City, school: ScriptedNode) -> None:
    source_id = city.follow(school)
    city.poll_fine(source_id)
    school.add("lamp", title="A better lamp")
    school.remove("chair")
    result = city.poll(source_id)
    assert (result.tally.added, result.tally.changed, result.tally.removed) == (0, 1, 1)
    assert city.titles(school) == {"desk": "A desk", "lamp": "A better lamp"}
    city.check_source(source_id)


BAD_PAGES = [
    pytest.param(faults.lost, "connect", id="lost"),
    pytest.param(faults.truncated, "malformed-json", id="truncated"),
    pytest.param(faults.empty_body, "not-a-feed", id="cut off inside its headers"),
    pytest.param(faults.wrong_node, "other-node", id="another node's page"),
    pytest.param(faults.no_longer_sharefeed, "not-sharefeed", id="no Sharefeed page any more"),
    pytest.param(faults.no_checkpoint, "not-a-change-feed", id="no checkpoint"),
    pytest.param(faults.no_epoch, "not-a-change-feed", id="no epoch"),
    pytest.param(faults.empty_with_more, "empty-page", id="an empty page says that more follows"),
    pytest.param(faults.unasked_304, "http-304", id="304 to an unconditional request"),
    pytest.param(faults.status(500), "http-500", id="server error"),
    pytest.param(faults.status(404), "http-404", id="not found"),
    pytest.param(faults.status(403), "http-403", id="not allowed"),
    pytest.param(faults.status(206), "http-206", id="a part of it"),
]
BAD_PAGES_WITH_MORE = [
    pytest.param(faults.foreign_next_url, "foreign-page", id="next page elsewhere"),
    pytest.param(faults.malformed_next_url, "foreign-page", id="next page at no address"),
    pytest.param(faults.no_next_url, "foreign-page", id="next page unnamed"),
    pytest.param(faults.next_url_here, "repeated-page", id="next page is this page"),
]
BAD_LATER_PAGES = [pytest.param(faults.repeated_checkpoint, "repeated-page", id="checkpoint did not move")]


@pytest.mark.parametrize(("fault", "code"), BAD_PAGES + BAD_PAGES_WITH_MORE)
@pytest.mark.parametrize("honest_pages", [0, 1], ids=["first page", "second page"])
def test_a_bad_page_of_a_first_reading_changes_nothing(
    city: City, school: ScriptedNode, fault: Fault, code: str, honest_pages: int
) -> None:
    school.add("table", "sofa")
    source_id = city.follow(school)
    if honest_pages:
        city.poll(source_id, pages=1)
    before = frozen(city, source_id)
    school.faults.append(fault)
    result = city.poll(source_id)
    assert (result.code, result.fine) == (code, False)
    assert frozen(city, source_id) == before
    source = city.source(source_id)
    assert (source.failures, source.last_code, source.lease_until) == (1, code, 0)
    assert source.due_at > city.now
    city.poll_fine(source_id)
    assert city.refs(school) == {"desk", "chair", "lamp", "table", "sofa"}
    assert city.source(source_id).failures == 0
    city.check_source(source_id)


@pytest.mark.parametrize(("fault", "code"), BAD_PAGES[:8] + BAD_PAGES[9:] + BAD_PAGES_WITH_MORE + BAD_LATER_PAGES)
def test_a_bad_page_of_a_later_reading_changes_nothing(
    city: City, school: ScriptedNode, fault: Fault, code: str
) -> None:
    source_id = city.follow(school)
    city.poll_fine(source_id)
    before = frozen(city, source_id)
    school.remove("desk")
    school.add("table", "sofa", "bed")
    school.faults.append(fault)
    assert city.poll(source_id).code == code
    assert frozen(city, source_id) == before
    city.poll_fine(source_id)
    assert city.refs(school) == {"chair", "lamp", "table", "sofa", "bed"}


@pytest.mark.parametrize("level", [L0, "plain"])
@pytest.mark.parametrize("fault", [faults.lost, faults.truncated, faults.empty_body, faults.status(503)])
def test_unreachable_or_broken_is_not_deleted(city: City, school: ScriptedNode, level: str, fault: Fault) -> None:
    source_id = city.follow(school, level, defaults=DEFAULTS)
    city.poll_fine(source_id)
    before = frozen(city, source_id)
    school.remove("desk", "chair", "lamp")
    city.net.clock.pass_by(days=2)
    school.faults.append(fault)
    assert not city.poll(source_id).fine
    assert frozen(city, source_id) == before


def test_pages_that_lead_in_a_circle_are_left(city: City, school: ScriptedNode) -> None:
    """c1 leads to c2, and c2 back to c1: what would lead back is not applied."""
    school.add("table", "sofa", "bed")
    source_id = city.follow(school)
    first = city.poll(source_id, pages=1)
    assert first.code == "more"
    here = city.source(source_id).cursor
    assert here is not None
    school.faults.extend([None, faults.leading_to(here)])
    result = city.poll(source_id)
    assert result.code == "repeated-page"
    assert (city.source(source_id).mirror_count, result.tally.pages) == (4, 1)
    city.poll_fine(source_id)
    assert len(city.refs(school)) == 6


def test_a_reading_survives_a_crash_between_pages(city: City, school: ScriptedNode) -> None:
    source_id = city.follow(school)
    city.poll_fine(source_id)
    backup = school.log.copy()
    school.add("stolen")
    city.poll_fine(source_id)
    school.restore(backup)
    school.add("table", "sofa")
    assert city.poll(source_id, pages=1).code == "more"
    source = city.source(source_id)
    assert (source.reading, source.reading_open) == (2, True)
    assert "stolen" in city.refs(school)
    school.faults.append(faults.lost)
    assert not city.poll(source_id).fine
    assert "stolen" in city.refs(school)
    result = city.poll(source_id)
    assert (result.code, city.source(source_id).reading) == ("ok", 2)
    assert city.refs(school) == {"desk", "chair", "lamp", "table", "sofa"}
    assert all(request.no_cache for request in school.asked[-3:])
    city.check_source(source_id)


def test_a_reader_that_stops_at_its_own_limit_has_not_read_to_the_end(city: City, school: ScriptedNode) -> None:
    source_id = city.follow(school)
    city.poll_fine(source_id)
    city.store.change(source_id, epoch="another")
    school.add("table", "sofa", "bed", "urn")
    school.remove("desk")
    assert city.poll(source_id, pages=2).code == "more"
    assert city.source(source_id).due_at == city.now
    assert "desk" in city.refs(school)
    city.poll_fine(source_id)
    assert city.refs(school) == {"chair", "lamp", "table", "sofa", "bed", "urn"}


@pytest.mark.parametrize("fault", [faults.resync, faults.other_epoch], ids=["410 resync", "new epoch without 410"])
def test_lost_history_is_read_again_in_the_same_poll(city: City, school: ScriptedNode, fault: Fault) -> None:
    source_id = city.follow(school)
    city.poll_fine(source_id)
    school.faults.append(fault)
    result = city.poll(source_id)
    assert (result.code, result.tally.pages, result.tally.added, result.tally.removed) == ("ok", 2, 0, 0)
    assert city.source(source_id).reading == 2
    assert (school.asked[-2].url, school.asked[-2].no_cache, school.asked[-2].etag) == (school.address(), True, None)


def test_history_lost_in_the_middle_of_a_reading_begins_it_again(city: City, school: ScriptedNode) -> None:
    source_id = city.follow(school)
    school.faults.extend([None, faults.resync])
    result = city.poll(source_id)
    assert (result.code, city.source(source_id).reading_open) == ("ok", False)
    assert city.refs(school) == {"desk", "chair", "lamp"}
    city.check_source(source_id)


def test_a_node_that_always_lost_its_history_is_left(city: City, school: ScriptedNode) -> None:
    source_id = city.follow(school)
    city.poll_fine(source_id)
    school.faults.extend([faults.resync] * 10)
    result = city.poll(source_id)
    assert result.code == "repeated-resync"
    source = city.source(source_id)
    assert (source.state, source.gone_answers, source.failures) == ("active", 0, 1)
    assert len(school.asked) < 8


def test_a_node_that_loses_its_history_on_every_second_page_is_left(city: City, school: ScriptedNode) -> None:
    source_id = city.follow(school)
    school.faults.extend([None, faults.resync] * 10)
    assert city.poll(source_id).code == "repeated-resync"
    assert len(school.asked) < 8


def test_a_restored_backup_is_read_to_the_letter(city: City, school: ScriptedNode) -> None:
    source_id = city.follow(school)
    backup = school.log.copy()
    city.poll_fine(source_id)
    school.add("desk", title="A newer desk")
    school.add("stolen")
    city.poll_fine(source_id)
    school.restore(backup)
    city.poll_fine(source_id)
    assert city.titles(school) == {"desk": "A desk", "chair": "A chair", "lamp": "A lamp"}
    assert city.source(source_id).verified_at == city.now
    city.check_source(source_id)


def test_a_reader_that_slept_past_the_tombstones_reads_again(city: City, school: ScriptedNode) -> None:
    source_id = city.follow(school)
    city.poll_fine(source_id)
    school.remove("desk")
    city.net.clock.pass_by(days=100)
    school.log.prune(city.now - 90 * 86_400)
    school.add("chair", "lamp")
    city.poll_fine(source_id)
    assert city.refs(school) == {"chair", "lamp"}
    assert city.source(source_id).reading == 2


def test_deleted_while_a_first_reading_runs(city: City, school: ScriptedNode) -> None:
    """The counterexample [ghosts]: what was read on page one goes before page two is asked for."""
    school.add("table", "sofa", "bed")
    source_id = city.follow(school)
    city.poll(source_id, pages=1)
    school.remove("desk", "table")
    city.poll_fine(source_id)
    assert city.refs(school) == {"chair", "lamp", "sofa", "bed"}
    city.check_source(source_id)


def test_the_stored_checkpoint_moved_meanwhile(city: City, school: ScriptedNode) -> None:
    source_id = city.follow(school)
    city.poll_fine(source_id)
    mine = city.store.lease(source_id, city.now)
    city.store.change(source_id, cursor="moved")
    before = frozen(city, source_id)
    school.add("table")
    result = city.poll(source_id, leased=mine)
    assert (result.code, frozen(city, source_id)) == ("stale", before)


def test_a_lost_lease_changes_nothing_and_frees_nothing(city: City, school: ScriptedNode) -> None:
    source_id = city.follow(school)
    city.poll_fine(source_id)
    school.add("table")
    slow = city.store.lease(source_id, city.now)
    city.net.clock.pass_by(hours=1)
    other = city.store.lease(source_id, city.now)
    before = frozen(city, source_id)
    result = city.poll(source_id, leased=slow)
    assert (result.code, frozen(city, source_id)) == ("stale", before)
    assert city.source(source_id) == other
    assert city.poll(source_id, leased=other).fine
    assert "table" in city.refs(school)


def test_a_source_that_was_removed_while_it_was_read(city: City, school: ScriptedNode) -> None:
    source_id = city.follow(school)
    leased = city.store.lease(source_id, city.now)

    def forget(node: ScriptedNode, request: object, honest: object) -> object:
        city.store.forget(source_id)
        return honest

    school.faults.append(forget)
    assert city.poll(source_id, leased=leased).code == "stale"
    assert city.shown() == {}


def test_what_was_read_before_a_failure_is_counted(city: City, school: ScriptedNode) -> None:
    source_id = city.follow(school)
    school.faults.extend([None, faults.lost])
    result = city.poll(source_id)
    assert (result.code, result.tally.pages, result.tally.added) == ("connect", 1, 2)


def test_a_source_with_too_many_listings_keeps_what_it_has(city: City, school: ScriptedNode) -> None:
    source_id = city.follow(school, L0)
    city.poll_fine(source_id)
    before = frozen(city, source_id)
    school.add("table")
    assert city.poll(source_id, listings=3).code == "too-many-listings"
    assert frozen(city, source_id) == before


@pytest.mark.parametrize("how", ["tombstones", "restored"])
def test_a_source_near_its_limit_can_give_all_its_listings_other_ids(city: City, net: ScriptedNet, how: str) -> None:
    """The new ones come first, and only then the word that the old ones are gone."""
    shop = net.node("https://shop.example/", page_size=3)
    empty = shop.log.copy()
    shop.add(*(f"old{number}" for number in range(9)))
    source_id = city.follow(shop)
    assert city.poll(source_id, listings=10).fine
    if how == "restored":
        shop.restore(empty)
    shop.add(*(f"new{number}" for number in range(9)))
    if how == "tombstones":
        shop.remove(*(f"old{number}" for number in range(9)))
    for _ in range(3):
        assert city.poll(source_id, listings=10).fine
    assert set(city.states(source_id)) == {f"new{number}" for number in range(9)}
    assert city.source(source_id).verified_at == city.now


def test_the_limit_counts_what_stays_and_not_what_goes(city: City, school: ScriptedNode) -> None:
    source_id = city.follow(school, L0)
    city.poll_fine(source_id)
    school.remove("desk", "chair")
    school.add("table", "sofa")
    assert city.poll(source_id, listings=3).code == "ok"
    assert city.refs(school) == {"lamp", "table", "sofa"}
