"""What becomes of a booking: confirmed, handed out, brought back, or nobody came; and what should be back by now."""

from __future__ import annotations

from collections.abc import Mapping

from node.context import Node
from node.services.bookings import availability
from node.services.bookings.keeping import Kept, kept_of, known
from node.services.bookings.making import BookingStateError, end, one
from node.storage import bookings, calendars
from node.storage.bookings import CANCELLED, CONFIRMED, HELD, NO_SHOW, OPEN, OUT, RETURNED, Booking

STEPS: Mapping[str, tuple[str, ...]] = {
    CONFIRMED: (HELD, OUT),
    OUT: (HELD, CONFIRMED),
    RETURNED: (OUT,),
    NO_SHOW: (CONFIRMED,),
}
"""From which states a booking comes to each; back from out to confirmed, for who pressed the wrong button."""

LAPSED = "lapsed"
"""The reason of what was held and not confirmed in time."""

FORGET_AFTER_S = 180 * 86_400
"""How long after its end a booking still names a person."""

_AT_ONCE = 200


def mark(node: Node, key: str, organisation_id: str, booking_id: int, state: str) -> Booking:
    """Move a booking to ``state``, one of `STEPS`. To mark what is marked already changes nothing.

    Raises `UnknownCalendarError`, `UnknownBookingError` and `BookingStateError`.
    """
    with node.database.write() as tx:
        kept = known(node, tx, key, organisation_id)
        calendars.lock(tx, kept.row.id)
        booking = one(tx, kept, booking_id)
        if booking.state == state:
            return booking
        if booking.state not in STEPS[state]:
            raise BookingStateError("This cannot be done with the booking any more.")
        if state in OPEN:
            bookings.change(tx, booking_id, state=state, held_until=None, changed_at=node.now)
        else:
            end(tx, booking_id, state, node.now)
        marked = one(tx, kept, booking_id)
    availability.follow(node, kept.row.id)
    return marked


def overdue(node: Node, organisation_id: str) -> list[tuple[Kept, Booking]]:
    """What is out and should be back, the longest overdue first, with the calendar that it is of."""
    with node.database.read() as tx:
        rows = {row.id: row for row in calendars.of_organisation(tx, organisation_id)}
        late = bookings.overdue(tx, list(rows), node.now)
        kept = {number: kept_of(node, tx, rows[number]) for number in {one.calendar_id for one in late}}
    return [(kept[booking.calendar_id], booking) for booking in late]


def lapse(node: Node) -> set[int]:
    """Call off what was held and not confirmed in time; the calendars in which something was."""
    touched = set()
    with node.database.write() as tx:
        due = bookings.lapsed(tx, node.now, _AT_ONCE)
        # In the order of the calendars: two workers never wait for each other in a ring.
        for booking in sorted(due, key=lambda one: one.calendar_id):
            calendars.lock(tx, booking.calendar_id)
            still = bookings.by_id(tx, booking.id, booking.calendar_id)
            if still is not None and still.state == HELD:
                end(tx, booking.id, CANCELLED, node.now, LAPSED)
                touched.add(booking.calendar_id)
    for calendar_id in touched:
        availability.follow(node, calendar_id)
    return touched


def forget_people(node: Node) -> int:
    """Take names, contacts and notes out of bookings that have been over for half a year; how many there were."""
    nobody = {"name": "", "contact": "", "borrower": "", "note": "", "reason": ""}
    with node.database.write() as tx:
        old = bookings.over(tx, node.now - FORGET_AFTER_S, _AT_ONCE)
        for booking in old:
            bookings.change(tx, booking.id, **nobody)
    return len(old)
