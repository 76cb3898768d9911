"""The days of a listing's strip on which it is known to be closed.

A feed says on which days a whole organisation is closed, and its calendars go by those. The hours of its week say when
somebody is there, and a hall may well be had at other times: the weekdays of a calendar are known at its node alone.
"""

from __future__ import annotations

from datetime import date, timedelta

from node.context import Node
from node.services.bookings.keeping import calendar_if_any
from node.services.bookings.opening import closed_on, day_at, open_on
from node.services.organisations.opening_times import closures_of
from node.web.portal.day_strip import MOST_WEEKS
from schemas.listing import Listing


def closed_by_organisation(listing: Listing, today: date) -> tuple[date, ...]:
    """Those on which all of its organisation is closed, as far as that says so."""
    hours = listing.organisation.opening_hours
    if hours is None or listing.direction != "offer":
        return ()
    closures = closures_of(hours)
    return tuple(day for day in _days(listing, today) if closed_on(closures, day))


def closed_by_calendar(node: Node, listing: Listing, key: str) -> tuple[date, ...] | None:
    """Those on which its own calendar is closed, as on the usual weekdays; None where it has none at this node."""
    kept = calendar_if_any(node, key)
    if kept is None:
        return None
    rules, closures, zone = kept.rules, kept.calendar.closures, kept.calendar.zone
    today = day_at(node.now, zone)
    return tuple(day for day in _days(listing, today) if not open_on(rules, closures, day, zone))


def _days(listing: Listing, today: date) -> list[date]:
    """All that a strip may show of it."""
    first = listing.available.from_ if listing.available else None
    begin = max(first or today, today)
    return [begin + timedelta(days=gap) for gap in range(7 * MOST_WEEKS)]
