"""The booking of an exchange: entered when a request for something with a calendar is accepted, and kept in step.

No person stands in it: the calendar names the request, and the request knows who asked.
"""

from __future__ import annotations

from node.context import Node
from node.services.bookings import availability
from node.services.bookings.judging import Asked, judge
from node.services.bookings.keeping import CalendarError, known
from node.services.bookings.making import BookingStateError, Wanted, book, cancel, change, end
from node.services.bookings.opening import Span
from node.services.bookings.refusals import BookingError, Refusal
from node.services.bookings.taken import AROUND_S, taken_of
from node.storage import bookings, calendars, exchange_people
from node.storage.bookings import CANCELLED, CONFIRMED, HELD, OPEN, OUT
from node.storage.bookings import NO_SHOW as MISSED
from node.storage.bookings import RETURNED as BACK
from node.storage.engine import Tx
from node.storage.exchanges import Stored
from schemas import exchange as rules

HOLD_S = 600
"""How long a time is kept while its request is being accepted; what is not accepted then lapses by itself."""
_ONE_HAS = (rules.REQUESTED, rules.ACCEPTED, rules.HANDED_OVER, rules.LENT, rules.BROUGHT_BACK, rules.DISPUTED)
_ENDS = {rules.CANCELLED: CANCELLED, rules.NO_SHOW: MISSED, rules.RETURNED: BACK}


def refused(node: Node, key: str, organisation_id: str, span: Span) -> Refusal | None:
    """Why something cannot be asked for at this time; None where it can."""
    with node.database.read() as tx:
        kept = known(node, tx, key, organisation_id)
        blocked = kept.calendar.blocked(span)
        taken = taken_of(tx, kept, blocked.starts - AROUND_S, blocked.ends + AROUND_S, node.now)
    if not kept.row.open:
        return Refusal("off")
    found = judge(kept.calendar, taken.all(), Asked(span), node.now)
    return found if isinstance(found, Refusal) else None


def hold(node: Node, stored: Stored) -> int | None:
    """Hold the time of a request for a while; the booking's number, None for what has no calendar or no time.

    The owner has decided, so opening times and notice do not count. Raises `BookingError` where it is taken, or booked
    elsewhere since its organisation moved.
    """
    exchange = stored.exchange
    with node.database.read() as tx:
        row = calendars.by_key(tx, stored.key)
    if row is None or exchange.starts_at is None or exchange.ends_at is None:
        return None
    wanted = Wanted(Span(exchange.starts_at, exchange.ends_at), name_of(stored), hold_s=HOLD_S, insists=True)
    try:
        return book(node, stored.key, stored.organisation_id, wanted, name_of(stored)).id
    except CalendarError as error:
        raise BookingError(Refusal("off")) from error


def refuse_too_many(tx: Tx, node: Node, stored: Stored) -> None:
    """Raises `BookingError` where who asks has as many requests for it as one may have at once.

    It is looked at when they have shown that the address is theirs: strangers learn nothing of it.
    """
    row = calendars.by_key(tx, stored.key) if stored.contact_id is None else None
    person = exchange_people.of(tx, stored.id)
    most = known(node, tx, stored.key, stored.organisation_id).rules.quota if row is not None else 0
    if not most or person is None:
        return
    count = len(exchange_people.open_of(tx, person.person, stored.listing_id, _ONE_HAS))
    if count >= most:
        raise BookingError(Refusal("quota", {"name": person.name, "count": count, "most": most}))


def let_go(node: Node, stored: Stored, booking_id: int) -> None:
    """Give a time free again that was held in vain."""
    cancel(node, stored.key, stored.organisation_id, booking_id, "")


def reschedule(node: Node, stored: Stored) -> bool:
    """Move the booking of a request to the time of its exchange; whether there was something to move.

    The owner has decided, as in `hold`. Raises `BookingError` where that time is taken.
    """
    exchange = stored.exchange
    if stored.booking_id is None or exchange.starts_at is None or exchange.ends_at is None:
        return False
    with node.database.read() as tx:
        row = calendars.by_key(tx, stored.key)
        booking = bookings.by_id(tx, stored.booking_id, row.id) if row is not None else None
    span = Span(exchange.starts_at, exchange.ends_at)
    if booking is None or booking.state not in OPEN or Span(booking.starts_at, booking.ends_at) == span:
        return False
    wanted = Wanted(span, booking.name, booking.contact, booking.note, insists=True)
    try:
        change(node, stored.key, stored.organisation_id, booking.id, wanted)
    except (CalendarError, BookingStateError) as error:
        raise BookingError(Refusal("off")) from error
    return True


def confirm(tx: Tx, node: Node, stored: Stored, booking_id: int) -> None:
    """What was held is booked. Raises `BookingError` where it has lapsed meanwhile."""
    kept = known(node, tx, stored.key, stored.organisation_id)
    calendars.lock(tx, kept.row.id)
    booking = bookings.by_id(tx, booking_id, kept.row.id)
    if booking is None or booking.state != HELD:
        raise BookingError(Refusal("taken"))
    bookings.change(tx, booking_id, state=CONFIRMED, held_until=None, changed_at=node.now)


def follow(tx: Tx, node: Node, stored: Stored) -> int | None:
    """Bring the booking in step with its exchange; the calendar that is to say what is free now, if any."""
    row = calendars.by_key(tx, stored.key) if stored.booking_id is not None else None
    if row is None or stored.booking_id is None:
        return None
    calendars.lock(tx, row.id)
    booking = bookings.by_id(tx, stored.booking_id, row.id)
    if booking is None or booking.state not in OPEN:
        return None
    if booking.state != OUT and _is_out(stored):
        bookings.change(tx, booking.id, state=OUT, held_until=None, changed_at=node.now)
        return row.id
    state = _ENDS.get(stored.exchange.state)
    if state is None:
        return None
    end(tx, booking.id, state, node.now)
    return row.id


def _is_out(stored: Stored) -> bool:
    exchange = stored.exchange
    return exchange.is_loan and exchange.owner_said and exchange.state in (rules.HANDED_OVER, rules.LENT)


def is_back(node: Node, stored: Stored) -> bool:
    """Whether the calendar says of something lent that it is back."""
    if stored.exchange.state != rules.LENT or stored.booking_id is None or stored.contact_id is not None:
        return False
    with node.database.read() as tx:
        row = calendars.by_key(tx, stored.key)
        booking = bookings.by_id(tx, stored.booking_id, row.id) if row is not None else None
    return booking is not None and booking.state == BACK


def tell(node: Node, calendar_id: int | None) -> None:
    """Have the listing say what is free now."""
    if calendar_id is not None:
        availability.follow(node, calendar_id)


def name_of(stored: Stored) -> str:
    """What a calendar calls a request."""
    return f"#{stored.id[:6]}"
