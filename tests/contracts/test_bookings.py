"""No unit is booked twice, on every database: by the constraint alone, and by the service under a rush."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from node.context import Node
from node.services.bookings import handing, making
from node.services.bookings.arranging import put_rules
from node.services.bookings.keeping import CalendarError, UnknownCalendarError, calendar_of
from node.services.bookings.making import BookingStateError, UnknownBookingError, book, cancel, change
from node.services.bookings.opening import Span
from node.services.bookings.refusals import BookingError
from node.services.bookings.rules import FREE, Rules
from node.storage import booking_spans, bookings
from node.storage.booking_spans import OverlapError
from node.storage.bookings import CANCELLED, CONFIRMED, HELD, NO_SHOW, OUT, RETURNED, Booking
from tests.fakes.bookable import EVERY_DAY, bookable, hour, wanted
from tests.fakes.publisher import clock_of
from tests.thorough import examples

RUSH = 50


@pytest.fixture
def rushed(node: Node) -> Callable[[Callable[[int], Any]], list[Any]]:
    """Does something fifty times at the same moment; what came of each, errors among them."""

    def rush(work: Callable[[int], Any]) -> list[Any]:
        start = Barrier(RUSH)

        def one(number: int) -> Any:
            start.wait()
            try:
                return work(number)
            except (BookingError, OverlapError) as error:
                return error

        with ThreadPoolExecutor(RUSH) as threads:
            return list(threads.map(one, range(RUSH)))

    return rush


def rows(node: Node) -> list[Span]:
    with node.database.read() as tx:
        found = tx.execute(text("SELECT unit, starts_at, ends_at FROM booking_spans WHERE booking_id IS NOT NULL"))
        spans: dict[int, list[Span]] = {}
        for unit, starts, ends in found:
            spans.setdefault(unit, []).append(Span(starts, ends))
    for unit in spans.values():
        assert not any(a.meets(b) for a in unit for b in unit if a is not b)
    return [span for unit in spans.values() for span in unit]


def refusal(error: BookingError) -> str:
    return error.refusal.code


@pytest.mark.parametrize("units", [1, 3])
def test_of_fifty_at_once_as_many_succeed_as_there_are_units(node: Node, rushed: Any, units: int) -> None:
    key, organisation = bookable(node, units=units)
    found = rushed(lambda number: book(node, key, organisation, wanted(hour(2, 9), f"Visitor {number}"), "desk"))
    made = [one for one in found if isinstance(one, Booking)]
    refused = {refusal(one) for one in found if isinstance(one, BookingError)}
    assert sorted(one.unit for one in made) == list(range(1, units + 1))
    assert refused == {"taken" if units == 1 else "all-taken"}
    assert len(rows(node)) == units


def test_fifty_at_once_for_different_hours_all_succeed(node: Node, rushed: Any) -> None:
    key, organisation = bookable(node, ahead_days=60)
    found = rushed(
        lambda number: book(node, key, organisation, wanted(hour(2 + number // 8, 9 + number % 8), str(number)), "")
    )
    assert [one for one in found if not isinstance(one, Booking)] == []
    assert len(rows(node)) == RUSH


def test_fifty_at_once_of_one_borrower_get_no_more_than_their_quota(node: Node, rushed: Any) -> None:
    """They come between different bookings, so that no constraint has anything against any of them."""
    key, organisation = bookable(node, quota=2, ahead_days=60)
    for day in range(2, 2 + RUSH):
        book(node, key, organisation, wanted(hour(day, 12), f"Neighbour {day}"), "")
    asked = [wanted(hour(2 + number, 9), contact="anna@example.org") for number in range(RUSH)]
    found = rushed(lambda number: book(node, key, organisation, asked[number], ""))
    assert len([one for one in found if isinstance(one, Booking)]) == 2
    assert {refusal(one) for one in found if isinstance(one, BookingError)} == {"quota"}


def _unlocked(node: Node, number: int, key: str, organisation: str, span: Span) -> int:
    """Enter a booking as somebody would who looks at nothing and stands in no line."""
    calendar_id = calendar_of(node, key, organisation).row.id
    row = {"calendar_id": calendar_id, "unit": 1, "starts_at": span.starts, "ends_at": span.ends, "note": ""}
    times = {"entered_at": 0, "changed_at": 0, "entered_by": "", "reason": "", "contact": "", "borrower": ""}
    with booking_spans.writing(node.database) as tx:
        made = bookings.add(tx, **row, **times, state=CONFIRMED, name=str(number))
        booking_spans.place(tx, calendar_id, 1, span.starts, span.ends, made)
    return made


def test_the_database_alone_lets_one_of_fifty_in(node: Node, rushed: Any) -> None:
    """Without the line in which the service has them stand: spans that differ, and all meet in one second."""
    key, organisation = bookable(node)
    middle = hour(2, 12).starts
    found = rushed(lambda n: _unlocked(node, n, key, organisation, Span(middle - 60 * n, middle + 1 + 37 * (RUSH - n))))
    assert len([one for one in found if isinstance(one, int)]) == 1
    assert len(rows(node)) == 1


def test_the_database_alone_keeps_those_apart_that_come_between_others(node: Node, rushed: Any) -> None:
    key, organisation = bookable(node)
    for at in (9, 13):
        _unlocked(node, 0, key, organisation, hour(2, at))
    start = hour(2, 10).starts
    rushed(lambda n: _unlocked(node, n, key, organisation, Span(start + 300 * (n % 36), start + 300 * (n % 36) + 700)))
    assert 3 <= len(rows(node)) <= 2 + 15


HAND_WRITTEN = {
    "over the whole": (0, 9, 12),
    "over its begin": (0, 8, 10),
    "over its end": (0, 10, 12),
    "within": (0, 10, 11),
    "following what does not end there": (10, 11, 12),
    "beginning before what it follows": (11, 10, 12),
    "following nothing": (None, 12, 13),
    "backwards": (11, 13, 12),
}


@pytest.mark.parametrize(("follows", "starts", "ends"), HAND_WRITTEN.values(), ids=HAND_WRITTEN)
def test_a_row_that_overlaps_or_leaves_the_chain_is_refused(
    node: Node, follows: int | None, starts: int, ends: int
) -> None:
    key, organisation = bookable(node)
    taken = hour(2, 9, 2)
    first = _unlocked(node, 1, key, organisation, taken)
    at = {0: 0, None: None, 10: hour(2, 10).starts, 11: taken.ends}
    values = {"s": hour(2, starts).starts, "e": hour(2, ends).starts, "f": at[follows], "b": first}
    query = "INSERT INTO booking_spans SELECT calendar_id, 1, :e, :s, :f, NULL FROM booking_spans WHERE booking_id = :b"
    with pytest.raises(OverlapError), booking_spans.writing(node.database) as tx:
        tx.execute(text(query), values)
    assert rows(node) == [taken]


def test_a_hand_cannot_move_a_span_over_another_or_take_one_out_of_the_chain(node: Node) -> None:
    key, organisation = bookable(node)
    for at in (9, 10, 12):
        _unlocked(node, at, key, organisation, hour(2, at))
    for query in (
        f"UPDATE booking_spans SET ends_at = {hour(2, 12).starts + 60} WHERE ends_at = {hour(2, 11).starts}",
        f"UPDATE booking_spans SET starts_at = {hour(2, 9).starts} WHERE ends_at = {hour(2, 11).starts}",
        f"DELETE FROM booking_spans WHERE ends_at = {hour(2, 11).starts}",
    ):
        with pytest.raises(OverlapError), booking_spans.writing(node.database) as tx:
            tx.execute(text(query))
    assert len(rows(node)) == 3


MINUTE = 60
BASE = hour(2, 9).starts
moves = st.one_of(
    st.tuples(st.just("book"), st.integers(0, 60), st.integers(1, 20)),
    st.tuples(st.just("move"), st.integers(0, 60), st.integers(1, 20), st.integers(0, 30)),
    st.tuples(st.just("cancel"), st.integers(0, 30)),
    st.tuples(st.just("return"), st.integers(0, 30)),
)


@settings(max_examples=examples(10), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(moves, max_size=25), st.integers(1, 3), st.integers(0, 2))
def test_whatever_is_done_no_two_overlap_and_a_free_unit_is_found(
    node: Node, steps: list[tuple[Any, ...]], units: int, before: int
) -> None:
    rules: dict[str, Any] = {"mode": FREE, "step": 5, "units": units, "before": before}
    ref = f"thing{len(steps)}-{abs(hash(tuple(steps)))}-{units}-{before}"
    key, organisation = bookable(node, ref, **rules)
    model: dict[int, tuple[int, Span]] = {}
    for step in steps:
        _do(node, key, organisation, step, model, units, before * MINUTE)
    with node.database.read() as tx:
        number = calendar_of(node, key, organisation).row.id
        kept = sorted((unit, starts, ends) for _, unit, starts, ends in booking_spans.taken(tx, [number], 0, 10**12))
    assert kept == sorted((unit, span.starts - before * MINUTE, span.ends) for unit, span in model.values())


def _do(
    node: Node,
    key: str,
    organisation: str,
    step: tuple[Any, ...],
    model: dict[int, tuple[int, Span]],
    units: int,
    before: int,
) -> None:
    """One step on the service and on a model of it, which must agree on whether it can be done."""
    if step[0] == "book" or (step[0] == "move" and model):
        span = Span(BASE + step[1] * MINUTE, BASE + (step[1] + step[2]) * MINUTE)
        which = None if step[0] == "book" else sorted(model)[step[3] % len(model)]
        others = {number: held for number, held in model.items() if number != which}
        wide = Span(span.starts - before, span.ends)
        busy = {unit for unit, held in others.values() if wide.meets(Span(held.starts - before, held.ends))}
        asked = wanted(span, insists=True)
        try:
            args = (node, key, organisation)
            done = book(*args, asked, "") if which is None else change(*args, which, asked)
            assert done.unit not in busy
            model[done.id] = (done.unit, span)
        except BookingError:
            assert busy == set(range(1, units + 1))
    elif step[0] in ("cancel", "return") and model:
        which = sorted(model)[step[1] % len(model)]
        if step[0] == "cancel":
            cancel(node, key, organisation, which, "")
        else:
            handing.mark(node, key, organisation, which, OUT)
            handing.mark(node, key, organisation, which, RETURNED)
        del model[which]


def test_a_booking_keeps_what_was_said_and_is_only_seen_by_its_own(node: Node) -> None:
    key, organisation = bookable(node)
    made = book(node, key, organisation, wanted(hour(2, 9), " Anna ", contact="07700 900123", note="Key"), "Bob")
    said = (made.name, made.contact, made.note, made.entered_by, made.state)
    assert said == ("Anna", "07700 900123", "Key", "Bob", CONFIRMED)
    with pytest.raises(UnknownCalendarError):
        book(node, key, "https://share.example.org/organisations/other", wanted(hour(2, 10)), "")
    other, _ = bookable(node, "saw")
    with pytest.raises(UnknownBookingError):
        cancel(node, other, organisation, made.id, "")


@pytest.mark.parametrize(
    ("values", "pointer"),
    [({"name": "  "}, "/name"), ({"contact": "x" * 201}, "/contact"), ({"note": "x" * 1001}, "/note")],
)
def test_what_cannot_be_kept_is_said_at_its_field(node: Node, values: dict[str, str], pointer: str) -> None:
    key, organisation = bookable(node)
    with pytest.raises(CalendarError) as found:
        book(node, key, organisation, wanted(hour(2, 9), **values), "")
    assert [problem.pointer for problem in found.value.problems] == [pointer]


def test_changing_keeps_the_unit_where_it_can_and_gives_another_where_it_must(node: Node) -> None:
    key, organisation = bookable(node, units=2)
    args = (node, key, organisation)
    first, second = (book(*args, wanted(hour(2, at), unit=1), "") for at in (9, 11))
    assert change(*args, first.id, wanted(hour(2, 10))).unit == 1
    assert change(*args, first.id, wanted(hour(2, 10), "Berta")).name == "Berta"
    assert change(*args, first.id, wanted(hour(2, 11))).unit == 2
    with pytest.raises(BookingError, match="unit-taken"):
        change(*args, first.id, wanted(hour(2, 11), unit=second.unit))
    assert len(rows(node)) == 2


def test_what_is_out_stays_the_same_thing_and_may_be_had_longer(node: Node) -> None:
    key, organisation = bookable(node, units=2)
    args = (node, key, organisation)
    out = book(*args, wanted(hour(1, 9), unit=1), "")
    handing.mark(*args, out.id, OUT)
    book(*args, wanted(hour(1, 13), unit=1), "")
    clock_of(node).pass_by(hours=2)
    assert change(*args, out.id, wanted(hour(1, 9, 4))).ends_at == hour(1, 13).starts
    with pytest.raises(BookingError, match="unit-taken"):
        change(*args, out.id, wanted(hour(1, 9, 5)))


def test_the_life_of_a_booking(node: Node) -> None:
    key, organisation = bookable(node)
    args = (node, key, organisation)
    made = book(*args, wanted(hour(2, 9)), "")
    with pytest.raises(BookingStateError):
        handing.mark(*args, made.id, RETURNED)
    for state in (OUT, CONFIRMED, OUT, OUT, RETURNED):
        assert handing.mark(*args, made.id, state).state == state
    assert rows(node) == []
    for work in (lambda: cancel(*args, made.id, ""), lambda: change(*args, made.id, wanted(hour(2, 10)))):
        with pytest.raises(BookingStateError):
            work()
    nobody = book(*args, wanted(hour(2, 9)), "")
    assert handing.mark(*args, nobody.id, NO_SHOW).state == NO_SHOW
    off = book(*args, wanted(hour(2, 9)), "")
    assert (cancel(*args, off.id, "It rains").state, rows(node)) == (CANCELLED, [])
    with node.database.read() as tx:
        found = bookings.by_id(tx, off.id, off.calendar_id)
    assert found is not None
    assert found.reason == "It rains"


def test_what_should_be_back_is_overdue_and_cannot_be_had_today(node: Node) -> None:
    key, organisation = bookable(node)
    args = (node, key, organisation)
    out = book(*args, wanted(hour(1, 9)), "")
    handing.mark(*args, out.id, OUT)
    assert handing.overdue(node, organisation) == []
    clock_of(node).pass_by(hours=1)
    [(kept, late)] = handing.overdue(node, organisation)
    assert (kept.title, late.id) == ("A drill", out.id)
    with pytest.raises(BookingError, match="late"):
        book(*args, wanted(hour(1, 12)), "")
    assert book(*args, wanted(hour(1, 12), insists=True), "").unit == 1
    assert book(*args, wanted(hour(2, 12)), "").unit == 1
    handing.mark(*args, out.id, RETURNED)
    assert book(*args, wanted(hour(1, 14)), "").unit == 1


def test_what_is_held_lapses_unless_it_is_confirmed(node: Node) -> None:
    key, organisation = bookable(node)
    args = (node, key, organisation)
    held, kept = (book(*args, wanted(hour(2, at), hold_s=3600), "") for at in (9, 10))
    assert held.state == HELD
    assert handing.mark(*args, kept.id, CONFIRMED).held_until is None
    assert handing.lapse(node) == set()
    clock_of(node).pass_by(hours=1)
    assert handing.lapse(node) == {held.calendar_id}
    assert rows(node) == [hour(2, 10)]


def test_people_are_forgotten_half_a_year_after_but_not_while_they_have_the_thing(node: Node) -> None:
    key, organisation = bookable(node)
    args = (node, key, organisation)
    over, out = (book(*args, wanted(hour(2, at), contact="a@example.org", note="n"), "") for at in (9, 10))
    handing.mark(*args, out.id, OUT)
    clock_of(node).pass_by(days=180)
    assert handing.forget_people(node) == 0
    clock_of(node).pass_by(days=3)
    assert (handing.forget_people(node), handing.forget_people(node)) == (1, 0)
    with node.database.read() as tx:
        names = [bookings.by_id(tx, one.id, one.calendar_id) for one in (over, out)]
    assert [(one.name, one.contact, one.note) for one in names if one] == [("", "", ""), ("Anna", "a@example.org", "n")]


def test_a_unit_that_is_booked_cannot_go_and_nothing_is_booked_where_none_is_taken(node: Node) -> None:
    key, organisation = bookable(node, units=2)
    args = (node, key, organisation)
    book(*args, wanted(hour(2, 9), unit=2), "")
    with pytest.raises(CalendarError, match="still booked"):
        put_rules(*args, Rules(openings=EVERY_DAY))
    clock_of(node).pass_by(days=2)
    put_rules(*args, Rules(openings=EVERY_DAY), taking=False)
    with pytest.raises(BookingError, match="off"):
        book(*args, wanted(hour(5, 9)), "")
    assert making.book(*args, wanted(hour(5, 9), insists=True), "").unit == 1
