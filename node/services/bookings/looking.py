"""What the desk looks at: everything of some days, read in one transaction."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from node.context import Node
from node.services.bookings.free import Slot, free_slots
from node.services.bookings.keeping import Kept, kept_of, known, may_have_calendar
from node.services.bookings.making import one
from node.services.bookings.opening import Span, whole_day
from node.services.bookings.rules import FREE
from node.services.bookings.taken import TakenSpans, taken_of
from node.storage import bookings, busy, calendars
from node.storage import listings as stored_listings
from node.storage.bookings import CANCELLED, STATES, Booking
from node.storage.busy import BusyCalendar
from node.storage.listings import LIVE, OwnListing

SHOWN = tuple(state for state in STATES if state != CANCELLED)


@dataclass(frozen=True, slots=True)
class Seen:
    """One calendar with its bookings of some days; ``free_now`` is how many pieces are free at this moment."""

    kept: Kept
    bookings: list[Booking]
    taken: TakenSpans
    free_now: int


def look(node: Node, organisation_id: str, first: date, last: date, key: str | None = None) -> list[Seen]:
    """The calendars of an organisation, or the one of a listing, from ``first`` to ``last``.

    Raises `UnknownCalendarError`.
    """
    with node.database.read() as tx:
        if key is None:
            every = [kept_of(node, tx, row) for row in calendars.of_organisation(tx, organisation_id)]
        else:
            every = [known(node, tx, key, organisation_id)]
        seen = []
        for kept in every:
            begin, end = whole_day(first, kept.calendar.zone).starts, whole_day(last, kept.calendar.zone).ends
            held = bookings.meeting(tx, [kept.row.id], begin, end, SHOWN)
            margin = 60 * (kept.rules.before + kept.rules.after)
            taken = taken_of(tx, kept, begin - margin, end + margin, node.now)
            now = taken_of(tx, kept, node.now, node.now + 1, node.now).all()
            here = Span(node.now, node.now + 1)
            gone = [unit for unit, spans in now.items() if any(span.meets(here) for span in spans)]
            seen.append(Seen(kept, held, taken, kept.rules.units - len(gone)))
    return seen


def free_times(node: Node, seen: Seen, first: date, last: date) -> list[Slot]:
    """What can be booked of one calendar on these days; free lengths that follow each other are one time."""
    slots = [slot for slot in free_slots(seen.kept.calendar, seen.taken.all(), first, last, node.now) if slot.free]
    if seen.kept.rules.mode != FREE:
        return slots
    joined: list[Slot] = []
    for slot in slots:
        if joined and joined[-1].span.ends == slot.span.starts:
            span = Span(joined[-1].span.starts, slot.span.ends)
            joined[-1] = Slot(span, min(joined[-1].free, slot.free))
        else:
            joined.append(slot)
    return joined


def booking_of(node: Node, key: str, organisation_id: str, booking_id: int) -> tuple[Kept, Booking]:
    """A booking with its calendar. Raises `UnknownCalendarError` and `UnknownBookingError`."""
    with node.database.read() as tx:
        kept = known(node, tx, key, organisation_id)
        return kept, one(tx, kept, booking_id)


def without_calendar(node: Node, organisation_id: str) -> list[OwnListing]:
    """What an organisation shows that could have a calendar and has none."""
    with node.database.read() as tx:
        have = {row.listing_id for row in calendars.of_organisation(tx, organisation_id)}
        shown = stored_listings.select_by(tx, LIVE, organisation_id)
    return [listing for listing in shown if listing.id not in have and may_have_calendar(listing.item())]


def troubled(node: Node, organisation_id: str) -> list[tuple[Kept, BusyCalendar]]:
    """The calendars elsewhere that could not be read when they were last asked, and for what they are read."""
    with node.database.read() as tx:
        rows = {row.id: row for row in calendars.of_organisation(tx, organisation_id)}
        found = busy.troubled(tx, rows)
        return [(kept_of(node, tx, rows[one.calendar_id]), one) for one in found]
