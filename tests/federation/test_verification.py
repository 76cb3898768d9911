"""Reader rules 5 and 7: what is verified and when it is read again, validators, waits, and feeds that are gone."""

from __future__ import annotations

import pytest

from federation.records import L0, SUSPENDED
from tests.fakes import faults
from tests.fakes.city import City
from tests.fakes.scripted import DAY_S, Fault, Request, ScriptedNet, ScriptedNode

HOUR_S = 3600


@pytest.fixture
def school(net: ScriptedNet) -> ScriptedNode:
    node = net.node("https://school.example/", page_size=2)
    node.add("desk", "chair", "lamp")
    return node


@pytest.mark.parametrize("level", [L0, "L1"])
def test_what_is_unchanged_is_answered_304_and_stays_verified(city: City, school: ScriptedNode, level: str) -> None:
    source_id = city.follow(school, level)
    city.poll_fine(source_id, source_id)
    first = city.source(source_id)
    city.net.clock.pass_by(hours=1)
    result = city.poll(source_id)
    assert (result.code, result.tally.pages, school.asked[-1].etag) == ("unchanged", 0, first.etag)
    source = city.source(source_id)
    assert (source.verified_at, source.last_read_at, source.failures) == (city.now, city.now, 0)
    assert (source.last_full_at, source.cursor) == (first.last_full_at, first.cursor)


@pytest.mark.parametrize("level", [L0, "L1"])
def test_a_day_later_it_is_read_without_validators(city: City, school: ScriptedNode, level: str) -> None:
    """An unconditional reading catches an ETag that lies."""
    source_id = city.follow(school, level)
    city.poll_fine(source_id, source_id)
    school.add("lamp", title="A better lamp")
    school.faults.append(faults.lying_etag)
    assert city.poll(source_id).code == "unchanged"
    assert city.titles(school)["lamp"] == "A lamp"
    city.net.clock.pass_by(days=1)
    school.faults.append(faults.lying_etag)
    assert city.poll(source_id).code == "ok"
    assert (school.asked[-1].etag, school.asked[-1].no_cache) == (None, True)
    assert city.titles(school)["lamp"] == "A better lamp"
    assert city.source(source_id).last_full_at == city.now


@pytest.mark.parametrize("level", [L0, "L1"])
def test_304_to_an_unconditional_reading_is_an_error(city: City, school: ScriptedNode, level: str) -> None:
    source_id = city.follow(school, level)
    city.poll_fine(source_id, source_id)
    before = city.source(source_id)
    city.net.clock.pass_by(days=1)
    school.faults.append(faults.unasked_304)
    assert city.poll(source_id).code == "http-304"
    source = city.source(source_id)
    assert (source.verified_at, source.last_full_at, source.failures) == (before.verified_at, before.last_full_at, 1)
    city.poll_fine(source_id)


def test_304_where_no_validator_was_sent_is_an_error(city: City, school: ScriptedNode) -> None:
    source_id = city.follow(school)
    city.poll_fine(source_id)
    city.store.change(source_id, etag=None)
    school.faults.append(faults.unasked_304)
    assert city.poll(source_id).code == "http-304"


def test_the_etag_of_a_page_is_not_sent_with_another_cursor(city: City, school: ScriptedNode) -> None:
    source_id = city.follow(school)
    city.poll_fine(source_id, source_id)
    assert city.source(source_id).etag is not None
    school.add("table")
    city.poll_fine(source_id)
    assert city.source(source_id).etag is None
    city.poll_fine(source_id)
    assert school.asked[-1].etag is None


@pytest.mark.parametrize(
    "fault",
    [pytest.param(faults.wrong_digest, id="digest"), pytest.param(faults.wrong_count, id="count")],
)
@pytest.mark.parametrize("level", [L0, "L1"])
def test_a_mismatch_is_read_again_at_once_then_in_an_hour_doubling_to_a_week(
    city: City, school: ScriptedNode, level: str, fault: Fault
) -> None:
    source_id = city.follow(school, level)
    city.poll_fine(source_id)
    school.add("table")
    readings = []
    for _ in range(12):
        school.faults.extend([None, fault] if level == "L1" and readings else [fault])
        city.poll_fine(source_id)
        school.faults.clear()
        source = city.source(source_id)
        assert source.reread_at is not None
        readings.append((source.reading, source.reread_at - city.now))
        city.net.clock.now = source.reread_at
    hours = [wait / HOUR_S for _, wait in readings]
    assert hours == [0, 1, 2, 4, 8, 16, 32, 64, 128, 168, 168, 168]
    assert len({reading for reading, _ in readings}) == 12
    city.poll_fine(source_id)
    source = city.source(source_id)
    assert (source.verified_at, source.reread_at, source.mismatch_backoff_s) == (city.now, None, 0)


def test_a_mismatch_is_due_at_once(city: City, school: ScriptedNode) -> None:
    source_id = city.follow(school)
    school.faults.extend([None, faults.wrong_digest])
    city.poll_fine(source_id)
    assert city.source(source_id).due_at == city.now
    city.poll_fine(source_id)
    source = city.source(source_id)
    assert (source.reading, source.verified_at) == (2, city.now)
    assert source.due_at > city.now


def test_readings_between_do_not_put_off_the_one_that_mends(city: City, school: ScriptedNode) -> None:
    """A source that is read every minute would otherwise never be read from the start again."""
    source_id = city.follow(school)
    city.poll_fine(source_id)
    city.store.change(source_id, mirror_count=4)
    school.add("table")
    city.poll_fine(source_id)
    planned = city.source(source_id).reread_at
    assert planned == city.now
    school.faults.extend([None, faults.wrong_digest])
    city.poll_fine(source_id)
    planned = city.source(source_id).reread_at
    assert planned == city.now + HOUR_S
    for minute in range(1, 60):
        city.net.clock.pass_by(seconds=60)
        school.add("table", title=f"Table {minute}")
        school.faults.append(faults.wrong_digest)
        city.poll_fine(source_id)
        assert city.source(source_id).reread_at == planned
    city.net.clock.pass_by(seconds=60)
    reading = city.source(source_id).reading
    city.poll_fine(source_id)
    assert (city.source(source_id).reading, city.source(source_id).reread_at) == (reading + 1, None)


def test_a_failing_node_is_not_asked_at_once_because_a_mirror_differs(city: City, school: ScriptedNode) -> None:
    source_id = city.follow(school)
    school.faults.extend([None, faults.wrong_digest, faults.status(503, retry_after_s=900)])
    city.poll_fine(source_id)
    assert city.poll(source_id).code == "http-503"
    assert city.source(source_id).due_at == city.now + 900
    school.faults.append(faults.lost)
    city.poll(source_id)
    assert city.source(source_id).due_at >= city.now + 60


def test_a_node_that_stops_stating_its_digest_is_not_read_from_the_start_for_ever(
    city: City, school: ScriptedNode
) -> None:
    source_id = city.follow(school)
    school.faults.extend([None, faults.wrong_digest])
    city.poll_fine(source_id)
    school.faults.extend([faults.head(digest=None)] * 9)
    city.poll_fine(source_id)
    reading = city.source(source_id).reading
    for _ in range(3):
        city.net.clock.pass_by(hours=1)
        city.poll_fine(source_id)
    source = city.source(source_id)
    assert (source.reading, source.reread_at, source.verified_at) == (reading, None, None)


def test_a_mirror_that_was_damaged_is_mended(city: City, school: ScriptedNode) -> None:
    source_id = city.follow(school)
    city.poll_fine(source_id)
    with city.store.book.open() as ledger:
        ledger.drop(source_id, [school.listing_id("desk")])
    city.store.change(source_id, mirror_count=2, mirror_digest="0" * 64)
    school.add("table")
    city.poll_fine(source_id, source_id)
    assert city.refs(school) == {"desk", "chair", "lamp", "table"}


def test_a_damaged_mirror_whose_sums_differ_is_counted_anew(city: City, school: ScriptedNode) -> None:
    """Sums that are wrong by themselves would make every comparison fail, for ever."""
    source_id = city.follow(school)
    city.poll_fine(source_id)
    city.store.change(source_id, mirror_count=7, mirror_digest="1" * 64)
    school.add("table")
    city.poll_fine(source_id, source_id)
    city.check_source(source_id)
    assert city.source(source_id).verified_at == city.now


def test_verified_at_is_what_the_answer_says_its_date_is(city: City, school: ScriptedNode) -> None:
    source_id = city.follow(school)
    school.faults.extend([None, faults.dated(city.now - 500)])
    city.poll_fine(source_id)
    assert city.source(source_id).verified_at == city.now - 500
    school.faults.append(faults.dated(city.now + 500))
    city.poll_fine(source_id)
    assert city.source(source_id).verified_at == city.now


def test_stale_copies_are_caught_up_with(city: City, school: ScriptedNode) -> None:
    source_id = city.follow(school)
    city.poll_fine(source_id, source_id)
    school.add("table")
    school.faults.append(faults.stale_copy)
    city.poll_fine(source_id)
    assert "table" not in city.refs(school)
    city.net.clock.pass_by(days=1)
    school.faults.append(faults.stale_copy)
    city.poll_fine(source_id)
    assert "table" in city.refs(school)
    city.check_source(source_id)


def test_a_first_reading_asks_past_every_cache(city: City, school: ScriptedNode) -> None:
    school.kept[school.address()] = school.answer(Request(school.address(), None, None, False))
    school.add("table")
    school.faults.extend([faults.stale_copy, faults.stale_copy])
    source_id = city.follow(school)
    city.poll_fine(source_id)
    assert "table" in city.refs(school)


@pytest.mark.parametrize(
    ("fault", "wait"),
    [
        pytest.param(faults.status(503, retry_after_s=1200), 1200, id="Retry-After"),
        pytest.param(faults.status(429, retry_after_s=1), 60, id="Retry-After shorter than the shortest"),
        pytest.param(faults.status(503, retry_after_s=10 * DAY_S), DAY_S, id="Retry-After longer than a day"),
        pytest.param(faults.lost, 60, id="unreachable"),
        pytest.param(None, HOUR_S, id="fine"),
        pytest.param(faults.for_seconds(7200), 7200, id="max-age"),
    ],
)
def test_when_it_is_asked_again(city: City, school: ScriptedNode, fault: Fault | None, wait: int) -> None:
    source_id = city.follow(school, L0)
    school.faults.append(fault)
    city.poll(source_id)
    assert city.source(source_id).due_at == city.now + wait


def test_failures_back_off_to_a_day(city: City, school: ScriptedNode) -> None:
    source_id = city.follow(school, L0)
    school.faults.extend([faults.lost] * 14)
    waits = []
    for _ in range(14):
        city.poll(source_id)
        waits.append(city.source(source_id).due_at - city.now)
    assert waits[:4] == [60, 120, 240, 480]
    assert waits[-1] == DAY_S
    assert waits == sorted(waits)


@pytest.mark.parametrize("level", [L0, "L1"])
def test_gone_three_times_in_a_day_suspends_and_hides(city: City, school: ScriptedNode, level: str) -> None:
    source_id = city.follow(school, level)
    city.poll_fine(source_id)
    for _ in range(2):
        school.faults.append(faults.gone)
        assert city.poll(source_id).code == "gone"
        city.net.clock.pass_by(hours=2)
    assert city.source(source_id).state == "active"
    assert len(city.refs(school)) == 3
    school.faults.append(faults.gone)
    city.poll(source_id)
    source = city.source(source_id)
    assert source.state == SUSPENDED
    assert source.state_reason
    assert city.shown() == {}
    assert len(city.store.rows(source_id)) == 3
    city.check_source(source_id)


def suspended(city: City, school: ScriptedNode, level: str = "L1") -> int:
    source_id = city.follow(school, level)
    city.poll_fine(source_id)
    school.faults.extend([faults.gone] * 3)
    for _ in range(3):
        city.poll(source_id)
    assert (city.source(source_id).state, city.shown()) == (SUSPENDED, {})
    return source_id


@pytest.mark.parametrize("level", [L0, "L1"])
def test_a_suspension_ends_after_thirty_days_once_the_node_speaks_again(
    city: City, school: ScriptedNode, level: str
) -> None:
    source_id = suspended(city, school, level)
    assert city.source(source_id).due_at == city.now + 30 * DAY_S
    city.net.clock.pass_by(days=30)
    school.remove("desk")
    city.poll_fine(source_id)
    source = city.source(source_id)
    assert (source.state, source.state_reason, source.due_at - city.now) == ("active", None, HOUR_S)
    assert city.refs(school) == {"chair", "lamp"}
    assert city.store.events(source_id) == ["suspended", "resumed"]
    city.check_source(source_id)


def test_a_node_that_is_gone_still_is_suspended_for_thirty_days_more(city: City, school: ScriptedNode) -> None:
    source_id = suspended(city, school)
    for _ in range(3):
        city.net.clock.pass_by(days=30)
        school.faults.append(faults.gone)
        assert city.poll(source_id).code == "gone"
        source = city.source(source_id)
        assert (source.state, source.due_at, city.shown()) == (SUSPENDED, city.now + 30 * DAY_S, {})
    assert city.store.events(source_id) == ["suspended"]


def test_a_node_that_cannot_be_asked_when_its_suspension_is_over_is_asked_again_soon(
    city: City, school: ScriptedNode
) -> None:
    source_id = suspended(city, school)
    city.net.clock.pass_by(days=30)
    school.faults.append(faults.lost)
    city.poll(source_id)
    source = city.source(source_id)
    assert (source.state, city.shown()) == (SUSPENDED, {})
    assert source.due_at <= city.now + DAY_S


def test_gone_three_times_over_two_days_does_not_suspend(city: City, school: ScriptedNode) -> None:
    source_id = city.follow(school)
    city.poll_fine(source_id)
    for _ in range(6):
        school.faults.append(faults.gone)
        city.poll(source_id)
        city.net.clock.pass_by(hours=13)
    assert city.source(source_id).state == "active"
    assert len(city.refs(school)) == 3


def test_a_410_that_asks_for_a_new_reading_never_suspends(city: City, school: ScriptedNode) -> None:
    source_id = city.follow(school)
    city.poll_fine(source_id)
    for _ in range(4):
        school.faults.append(faults.resync)
        city.poll_fine(source_id)
    source = city.source(source_id)
    assert (source.state, source.gone_answers, source.reading) == ("active", 0, 5)


def test_an_answer_of_a_node_cannot_undo_the_operators_pause(city: City, school: ScriptedNode) -> None:
    source_id = city.follow(school)
    leased = city.store.lease(source_id, city.now)

    def pause(node: ScriptedNode, request: object, honest: object) -> object:
        city.store.change(source_id, state="paused", state_reason="a question", name="New name", hold_new=True)
        return honest

    school.faults.append(pause)
    assert city.poll(source_id, leased=leased).fine
    source = city.source(source_id)
    assert (source.state, source.state_reason, source.name, source.hold_new) == (
        "paused",
        "a question",
        "New name",
        True,
    )


def test_a_reading_of_a_paused_source_cannot_undo_its_resumption(city: City, school: ScriptedNode) -> None:
    source_id = city.follow(school, state="paused")
    leased = city.store.lease(source_id, city.now)

    def resume(node: ScriptedNode, request: object, honest: object) -> object:
        city.store.change(source_id, state="active")
        return honest

    school.faults.append(resume)
    city.poll(source_id, leased=leased)
    assert city.source(source_id).state == "active"
