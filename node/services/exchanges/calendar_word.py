"""What staff say of a booking in the calendar, for the request that it was made for: one press moves both."""

from __future__ import annotations

from collections.abc import Mapping

from node.context import Node
from node.services.bookings import handing, making
from node.services.bookings.keeping import known
from node.services.bookings.making import BookingStateError, Wanted
from node.services.bookings.opening import Span
from node.services.exchanges import acting
from node.services.exchanges.acting import ExchangeError
from node.storage import exchanges
from node.storage.bookings import CONFIRMED, NO_SHOW, OUT, RETURNED, Booking
from node.storage.exchanges import Stored
from schemas import exchange as rules
from schemas.exchange import OWNER, Act


class RequestStateError(BookingStateError):
    """What the request of a booking does not allow, such as that nobody came before it was time."""


_SAID: Mapping[str, str] = {OUT: rules.HAND_OVER, RETURNED: rules.BRING_BACK, NO_SHOW: rules.MISS}
_NOT_BACK = (rules.ACCEPTED, rules.HANDED_OVER)


def mark(node: Node, key: str, organisation_id: str, booking_id: int, state: str, by: str) -> Booking:
    """Move a booking as `handing.mark` does, and the request that it is of. Raises as that does.

    What is back before who asked has said that they had it, is said to be back once they do.
    """
    stored = _request(node, organisation_id, booking_id)
    if stored is not None:
        _move(node, stored, state, by)
    return handing.mark(node, key, organisation_id, booking_id, state)


def _move(node: Node, stored: Stored, state: str, by: str) -> None:
    exchange = stored.exchange
    if state == CONFIRMED and exchange.owner_said:
        raise RequestStateError("The request says that it was handed over. What is wrong there is said there.")
    if state not in _SAID or not exchange.is_open or (state == RETURNED and exchange.state in _NOT_BACK):
        return
    if state == RETURNED and not exchange.is_loan:
        return
    try:
        acting.act(node, stored.id, Act(_SAID[state], OWNER), by=by)
    except ExchangeError as error:
        raise RequestStateError(str(error)) from error


def change(node: Node, key: str, organisation_id: str, booking_id: int, wanted: Wanted, by: str) -> Booking:
    """Change a booking as `making.change` does, and the time of the request that it is of: who asked is told.

    Raises as that does, and `RequestStateError` where the request cannot be at that time; then nothing was changed.
    """
    before, stored = _one(node, key, organisation_id, booking_id), _request(node, organisation_id, booking_id)
    changed = making.change(node, key, organisation_id, booking_id, wanted)
    was, span = Span(before.starts_at, before.ends_at), Span(changed.starts_at, changed.ends_at)
    if stored is None or span == was or not rules.may_reschedule(stored.exchange):
        return changed
    named = Act(rules.RESCHEDULE, OWNER, starts_at=span.starts, ends_at=span.ends)
    try:
        acting.act(node, stored.id, named, by=by)
    except ExchangeError as error:
        back = Wanted(was, before.name, before.contact, before.note, before.unit, insists=True)
        making.change(node, key, organisation_id, booking_id, back)
        raise RequestStateError(str(error)) from error
    return changed


def cancel(node: Node, key: str, organisation_id: str, booking_id: int, reason: str, by: str) -> Booking:
    """Call a booking off as `making.cancel` does, and the request that it is of: who asked reads the reason."""
    stored = _request(node, organisation_id, booking_id)
    if stored is None or stored.exchange.state != rules.ACCEPTED:
        return making.cancel(node, key, organisation_id, booking_id, reason)
    gone = making.cancel(node, key, organisation_id, booking_id, reason)
    acting.act(node, stored.id, Act(rules.CANCEL, OWNER), reason, by)
    return gone


def _one(node: Node, key: str, organisation_id: str, booking_id: int) -> Booking:
    with node.database.read() as tx:
        return making.one(tx, known(node, tx, key, organisation_id), booking_id)


def _request(node: Node, organisation_id: str, booking_id: int) -> Stored | None:
    with node.database.read() as tx:
        return exchanges.by_booking(tx, organisation_id, booking_id)
