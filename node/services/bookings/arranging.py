"""Setting up calendars: the rules of one, and the days on which an organisation or one of its calendars is closed.

What is booked already stays booked, whatever the rules become; the desk shows it.
"""

from __future__ import annotations

import orjson

from node.context import Node
from node.services.bookings import availability
from node.services.bookings.keeping import (
    CalendarError,
    UnknownCalendarError,
    calendars_of,
    known,
    may_have_calendar,
)
from node.services.bookings.rules import Closure, Rules, dump_rules, problems_of
from node.services.organisations.profiles import publish_closed_days
from node.storage import booking_spans, busy, calendars, closures
from node.storage import listings as stored_listings
from node.storage.engine import Tx
from schemas.errors import Problem

MOST_CLOSURES = 400
LONGEST_REASON = 80


def put_rules(node: Node, key: str, organisation_id: str, rules: Rules, taking: bool = True) -> None:
    """Keep the rules of a listing's calendar; ``taking``: it takes new bookings.

    Raises `CalendarError`, and `UnknownCalendarError` where this organisation has no listing of that key.
    """
    problems = problems_of(rules)
    if problems:
        raise CalendarError(*problems)
    with node.database.write() as tx:
        listing = stored_listings.by_key(tx, key)
        if listing is None or listing.organisation_id != organisation_id:
            raise UnknownCalendarError(key)
        if not may_have_calendar(listing.item()):
            raise CalendarError(Problem("", "not-bookable", "Only what is lent, hosted or helped with can be booked."))
        before = calendars.by_key(tx, key)
        if before is not None:
            calendars.lock(tx, before.id)
            _refuse_fewer(tx, before.id, rules.units, node.now)
        kept = orjson.dumps(dump_rules(rules)).decode()
        number = calendars.put(tx, listing.id, organisation_id, taking, kept, node.now)
    availability.follow(node, number)


def _refuse_fewer(tx: Tx, calendar_id: int, units: int, now: int) -> None:
    """A piece that somebody has, will have, or another calendar is bound to cannot go."""
    if booking_spans.last_of_units(tx, calendar_id, units, now) is not None:
        raise CalendarError(Problem("/units", "still-booked", "A piece with a higher number is still booked."))
    if busy.highest_unit(tx, calendar_id) > units:
        message = "Another calendar belongs to a piece with a higher number; take that calendar away first."
        raise CalendarError(Problem("/units", "still-booked", message))


def add_closure(node: Node, organisation_id: str, closure: Closure, key: str | None = None) -> int:
    """Close an organisation, or one calendar where its listing is named. Raises `CalendarError`.

    What is booked on these days stays booked; the desk shows it.
    """
    if closure.last < closure.first:
        raise CalendarError(Problem("/last", "bad-date", "This lies before the first day."))
    if len(closure.reason) > LONGEST_REASON:
        raise CalendarError(Problem("/reason", "too-long", "Say it in at most 80 letters."))
    days = {"first_day": closure.first.isoformat(), "last_day": closure.last.isoformat()}
    with node.database.write() as tx:
        calendar_id = known(node, tx, key, organisation_id).row.id if key else None
        if closures.count(tx, organisation_id) >= MOST_CLOSURES:
            message = "There are 400 closed days already; take away those that are over."
            raise CalendarError(Problem("", "too-many", message))
        whose = {"organisation_id": organisation_id, "calendar_id": calendar_id}
        number = closures.add(tx, **whose, **days, yearly=closure.yearly, reason=closure.reason)
    _follow_all(node, organisation_id)
    return number


def remove_closure(node: Node, organisation_id: str, closure_id: int) -> bool:
    """Forget closed days; whether there were any of that number."""
    with node.database.write() as tx:
        gone = closures.remove(tx, closure_id, organisation_id)
    _follow_all(node, organisation_id)
    return gone


def _follow_all(node: Node, organisation_id: str) -> None:
    publish_closed_days(node, organisation_id)
    for kept in calendars_of(node, organisation_id):
        availability.follow(node, kept.row.id)
