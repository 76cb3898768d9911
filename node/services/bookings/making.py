"""Entering a booking, changing it and calling it off.

That no two bookings have one unit at the same time is for the database to see to; here those who come at the same
moment stand in a line, so that each is told about the others, and whoever was overtaken all the same looks again.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256
from typing import TypeVar

from node.context import Node
from node.services.bookings import availability
from node.services.bookings.judging import Asked, Fit, judge
from node.services.bookings.keeping import CalendarError, Kept, known
from node.services.bookings.opening import Span
from node.services.bookings.refusals import BookingError, Refusal
from node.services.bookings.taken import AROUND_S, TakenSpans, taken_of, together
from node.storage import booking_spans, bookings, calendars, handed_on
from node.storage.booking_spans import OverlapError
from node.storage.bookings import CANCELLED, CONFIRMED, HELD, OPEN, OUT, Booking
from node.storage.engine import Tx
from schemas.errors import Problem, SharefeedError
from schemas.records import dataclass

MOST_NAME, MOST_CONTACT, MOST_NOTE = 120, 200, 1000
_TRIES = 5
_THIS_ONE = ("unit-taken", "late", "busy")
_T = TypeVar("_T")


class UnknownBookingError(SharefeedError):
    """This calendar has no booking of that number."""


class BookingStateError(SharefeedError):
    """A booking is not in a state in which this can be done with it, such as calling off what is over."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be entered: ``span`` in whole seconds since 1970, ``unit`` where it must be that one.

    ``hold_s``: it lapses after so many seconds unless it is confirmed. ``insists``: the desk has decided that opening
    times, notice and quotas do not count this time.
    """

    span: Span
    name: str
    contact: str = ""
    note: str = ""
    unit: int | None = None
    hold_s: int | None = None
    insists: bool = False


def book(node: Node, key: str, organisation_id: str, wanted: Wanted, by: str) -> Booking:
    """Enter a booking of a listing's calendar; ``by`` says who did.

    Raises `BookingError` with the reason why not, `CalendarError` for what was typed, and `UnknownCalendarError`.
    """
    wanted = _checked(wanted)

    def enter(tx: Tx) -> Booking:
        kept = _locked(node, tx, key, organisation_id)
        moved = handed_on.of(tx, organisation_id)
        if moved is not None:
            raise CalendarError(Problem("", "moved", f"This organisation moved to {moved.to}. Book it there."))
        fit = _fit(tx, kept, wanted, node.now)
        hold = None if wanted.hold_s is None else node.now + wanted.hold_s
        number = bookings.add(
            tx,
            calendar_id=kept.row.id,
            unit=fit.unit,
            starts_at=fit.span.starts,
            ends_at=fit.span.ends,
            state=CONFIRMED if hold is None else HELD,
            held_until=hold,
            **_person(wanted),
            reason="",
            entered_by=by,
            entered_at=node.now,
            changed_at=node.now,
        )
        booking_spans.place(tx, kept.row.id, fit.unit, fit.blocked.starts, fit.blocked.ends, number)
        return one(tx, kept, number)

    return _told(node, _in_line(node, enter))


def change(node: Node, key: str, organisation_id: str, booking_id: int, wanted: Wanted) -> Booking:
    """Change who has it, when or which one. It keeps its unit where that is free and no other one is asked for.

    Raises as `book` does, and `UnknownBookingError` and `BookingStateError`.
    """
    wanted = _checked(wanted)

    def enter(tx: Tx) -> Booking:
        kept = _locked(node, tx, key, organisation_id)
        before = one(tx, kept, booking_id)
        if before.state not in OPEN:
            raise BookingStateError("This booking is over.")
        values = _person(wanted)
        if _moves(before, wanted):
            fit = _moved(tx, kept, before, wanted, node.now)
            values.update(unit=fit.unit, starts_at=fit.span.starts, ends_at=fit.span.ends)
            booking_spans.release(tx, booking_id)
            booking_spans.place(tx, kept.row.id, fit.unit, fit.blocked.starts, fit.blocked.ends, booking_id)
        bookings.change(tx, booking_id, **values, changed_at=node.now)
        return one(tx, kept, booking_id)

    return _told(node, _in_line(node, enter))


def cancel(node: Node, key: str, organisation_id: str, booking_id: int, reason: str) -> Booking:
    """Call a booking off; its time is free again. ``reason`` is kept with it.

    Raises `UnknownCalendarError`, `UnknownBookingError`, and `BookingStateError` for what is out or over.
    """
    if len(reason) > MOST_NOTE:
        raise CalendarError(Problem("/reason", "too-long", "Say it in at most 1,000 letters."))

    def call_off(tx: Tx) -> Booking:
        kept = _locked(node, tx, key, organisation_id)
        if one(tx, kept, booking_id).state not in (HELD, CONFIRMED):
            raise BookingStateError("This booking is out, or over.")
        end(tx, booking_id, CANCELLED, node.now, reason)
        return one(tx, kept, booking_id)

    return _told(node, _in_line(node, call_off))


def end(tx: Tx, booking_id: int, state: str, now: int, reason: str = "") -> None:
    """Move a booking to a state in which it no longer has its unit."""
    booking_spans.release(tx, booking_id)
    bookings.change(tx, booking_id, state=state, held_until=None, reason=reason, changed_at=now)


def one(tx: Tx, kept: Kept, booking_id: int) -> Booking:
    """Raises `UnknownBookingError`."""
    found = bookings.by_id(tx, booking_id, kept.row.id)
    if found is None:
        raise UnknownBookingError(f"There is no booking {booking_id} here.")
    return found


def borrower_of(name: str, contact: str) -> str:
    """The same for the same person as far as one can tell: by how they are reached, or else by their name."""
    said = "".join((contact or name).casefold().split())
    return sha256(said.encode()).hexdigest()


def _in_line(node: Node, work: Callable[[Tx], _T]) -> _T:
    for _ in range(_TRIES):
        try:
            with booking_spans.writing(node.database) as tx:
                return work(tx)
        except OverlapError:
            continue
    raise BookingError(Refusal("taken"))


def _told(node: Node, booking: Booking) -> Booking:
    """Have the listing say what is free now."""
    availability.follow(node, booking.calendar_id)
    return booking


def _locked(node: Node, tx: Tx, key: str, organisation_id: str) -> Kept:
    calendars.lock(tx, known(node, tx, key, organisation_id).row.id)
    # What was read before the line may have changed while we stood in it.
    return known(node, tx, key, organisation_id)


def _checked(wanted: Wanted) -> Wanted:
    """What was typed, trimmed. Raises `CalendarError`."""
    trimmed = replace(wanted, **{name: getattr(wanted, name).strip() for name in ("name", "contact", "note")})
    problems = []
    if not trimmed.name:
        problems.append(Problem("/name", "missing", "Say who has it."))
    for name, most in (("name", MOST_NAME), ("contact", MOST_CONTACT), ("note", MOST_NOTE)):
        if len(getattr(trimmed, name)) > most:
            problems.append(Problem(f"/{name}", "too-long", "This is too long."))
    if problems:
        raise CalendarError(*problems)
    return trimmed


def _person(wanted: Wanted) -> dict[str, object]:
    who = {"name": wanted.name, "contact": wanted.contact, "note": wanted.note}
    return {**who, "borrower": borrower_of(wanted.name, wanted.contact)}


def _moves(before: Booking, wanted: Wanted) -> bool:
    another = wanted.unit is not None and wanted.unit != before.unit
    return another or wanted.span != Span(before.starts_at, before.ends_at)


def _moved(tx: Tx, kept: Kept, before: Booking, wanted: Wanted, now: int) -> Fit:
    """Where a booking goes. What is out is a thing in somebody's hands: it cannot become another one."""
    staying = replace(wanted, unit=wanted.unit or before.unit)
    try:
        return _fit(tx, kept, staying, now, before)
    except BookingError as error:
        if error.refusal.code not in _THIS_ONE or wanted.unit is not None or before.state == OUT:
            raise
    return _fit(tx, kept, wanted, now, before)


def _fit(tx: Tx, kept: Kept, wanted: Wanted, now: int, before: Booking | None = None) -> Fit:
    """Raises `BookingError`."""
    besides = before.id if before else None
    blocked = kept.calendar.blocked(wanted.span)
    taken = taken_of(tx, kept, blocked.starts - AROUND_S, blocked.ends + AROUND_S, now, besides)
    others = bookings.count_open(tx, kept.row.id, borrower_of(wanted.name, wanted.contact), now, besides)
    asked = Asked(wanted.span, wanted.unit, wanted.name, others, wanted.insists or _only_begun(before, wanted))
    if not kept.row.open and not wanted.insists and before is None:
        raise BookingError(Refusal("off"))
    found = _judged(kept, taken, asked, now)
    if isinstance(found, Refusal):
        raise BookingError(found)
    return found


def _only_begun(before: Booking | None, wanted: Wanted) -> bool:
    """Whether a booking that is out only gets another end: when it began is no question any more."""
    return before is not None and before.state == OUT and before.starts_at == wanted.span.starts


def _judged(kept: Kept, taken: TakenSpans, asked: Asked, now: int) -> Fit | Refusal:
    """The verdict; what is only said elsewhere or only late can be waved through, and is named as what it is."""
    calendar = kept.calendar
    if asked.insists:
        return judge(calendar, taken.booked, asked, now)
    found = judge(calendar, taken.all(), asked, now)
    if isinstance(found, Fit) or not found.final:
        return found
    for code, less in (("late", together(taken.booked, taken.busy)), ("busy", taken.booked)):
        if isinstance(judge(calendar, less, asked, now), Fit):
            return Refusal(code)
    return found
