"""What the desk looks at: everything of some days, read in one transaction."""

from __future__ import annotations

from datetime import date, timedelta

from node.context import Node
from node.services.bookings.free import Slot, free_slots
from node.services.bookings.keeping import BOOKABLE, Kept, every_kept, kept_of, known, zone_of
from node.services.bookings.making import one
from node.services.bookings.opening import Span, day_at, whole_day
from node.services.bookings.rules import DAYS, FREE
from node.services.bookings.taken import TakenSpans, taken_of_all
from node.storage import bookings, busy, calendars
from node.storage.bookings import CANCELLED, STATES, Booking
from node.storage.busy import BusyCalendar
from schemas.records import dataclass

MOST_FREE, MOST_FREE_DAYS, LOOKED_AHEAD_DAYS = 40, 10, 27
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
        every = every_kept(node, tx, organisation_id) if key is None else [known(node, tx, key, organisation_id)]
        zone = zone_of(node)
        begin, end = whole_day(first, zone).starts, whole_day(last, zone).ends
        margin = 60 * max((kept.rules.before + kept.rules.after for kept in every), default=0)
        held = bookings.meeting(tx, [kept.row.id for kept in every], begin, end, SHOWN)
        taken = taken_of_all(tx, every, begin - margin, end + margin, node.now)
        now = taken_of_all(tx, every, node.now, node.now + 1, node.now)
    mine: dict[int, list[Booking]] = {kept.row.id: [] for kept in every}
    for booking in held:
        mine[booking.calendar_id].append(booking)
    here = Span(node.now, node.now + 1)
    return [Seen(kept, mine[n], taken[n], _free_now(kept, now[n], here)) for kept in every for n in (kept.row.id,)]


def _free_now(kept: Kept, taken: TakenSpans, now: Span) -> int:
    gone = [unit for unit, spans in taken.all().items() if any(span.meets(now) for span in spans)]
    return kept.rules.units - len(gone)


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


def free_instead(node: Node, organisation_id: str, key: str, day: date) -> list[Slot]:
    """What can be booked instead of what is taken: what is free on ``day``, or on the next day that has anything free.

    By the day, it is each day that is free in the four weeks from then on. Raises `UnknownCalendarError`.
    """
    first = max(day, day_at(node.now, zone_of(node)))
    last = first + timedelta(days=LOOKED_AHEAD_DAYS)
    [seen] = look(node, organisation_id, first, last, key)
    slots = free_times(node, seen, first, last)
    if seen.kept.rules.mode == DAYS:
        return slots[:MOST_FREE_DAYS]
    zone = seen.kept.calendar.zone
    return [slot for slot in slots if day_at(slot.span.starts, zone) == day_at(slots[0].span.starts, zone)][:MOST_FREE]


def booking_of(node: Node, key: str, organisation_id: str, booking_id: int) -> tuple[Kept, Booking]:
    """A booking with its calendar. Raises `UnknownCalendarError` and `UnknownBookingError`."""
    with node.database.read() as tx:
        kept = known(node, tx, key, organisation_id)
        return kept, one(tx, kept, booking_id)


def without_calendar(node: Node, organisation_id: str, limit: int = 50) -> list[tuple[str, str]]:
    """Key and title of what an organisation shows that could have a calendar and has none, the latest first."""
    with node.database.read() as tx:
        return calendars.without(tx, organisation_id, BOOKABLE, limit)


def troubled(node: Node, organisation_id: str) -> list[tuple[Kept, BusyCalendar]]:
    """The calendars elsewhere that could not be read when they were last asked, and for what they are read."""
    with node.database.read() as tx:
        rows = {row.id: row for row in calendars.of_organisation(tx, organisation_id)}
        found = busy.troubled(tx, rows)
        return [(kept_of(node, tx, rows[one.calendar_id]), one) for one in found]
