"""What a calendar has left, said in its listing: from when and until when it can be had, and whether at all.

The listing changes only when that means something else to its readers: that a day has passed is no news, and so an end
that only moves with the days is not stated.
"""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import date, timedelta

from node.context import Node
from node.services.bookings.free import FreeDays, free_days
from node.services.bookings.keeping import Kept, kept_of
from node.services.bookings.opening import day_at, whole_day
from node.services.bookings.rules import Rules
from node.services.bookings.taken import taken_of
from node.services.listings import publishing
from node.storage import bookings, calendars
from node.storage.engine import Tx
from node.storage.listings import LIVE
from schemas.listing import Available, Listing

log = logging.getLogger(__name__)

PUBLIC_PATH = "calendars/listings/{key}.ics"
"""Where everyone may read when a listing is booked."""

_LONG_CLOSED = timedelta(days=7)
"""Weekends and holidays are no news; this is."""
_MOST_FULL = 366
_RECENT_S = 31 * 86_400


def follow(node: Node, calendar_id: int) -> bool:
    """Bring the listing of a calendar in step with what is free; whether it changed.

    A listing that cannot be published as it is stays as it is: a booking must not fail over it.
    """
    with node.database.read() as tx:
        row = calendars.by_id(tx, calendar_id)
        if row is None or row.state != LIVE:
            return False
        kept = kept_of(node, tx, row)
        free = _free(node, tx, kept) if row.open else None
    listing = publishing.listing(node, row.key).listing()
    today = day_at(node.now, kept.calendar.zone)
    wanted = stated(listing, free, kept.rules, today) if free else listing
    address = node.settings.url + PUBLIC_PATH.format(key=row.key)
    wanted = replace(wanted, calendar_url=wanted.calendar_url or address)
    changed = {
        name: getattr(wanted, name)
        for name in ("available", "status", "calendar_url")
        if getattr(wanted, name) != getattr(listing, name)
    }
    if not changed:
        return False
    try:
        publishing.edit(node, row.key, **changed)
    except publishing.PublishingError as error:
        log.warning("what is free of %s could not be published: %s", row.key, error)
        return False
    return True


def follow_all(node: Node) -> int:
    """Bring every listing that can be booked in step; how many changed."""
    with node.database.read() as tx:
        ids = bookings.calendars_in_use(tx, node.now - _RECENT_S)
    return sum(follow(node, calendar_id) for calendar_id in ids)


def stated(listing: Listing, free: FreeDays, rules: Rules, today: date) -> Listing:
    """The listing as it should be, given the days that are free and those that are full. Pure."""
    full = set(free.full)
    left = [day for day in free.possible if day not in full]
    if not free.possible:
        return listing
    if not left:
        return replace(listing, status="reserved")
    before = listing.available or Available()
    first = _first(before.from_, left[0], free.possible[0], rules, today)
    last = _last(before.until, left[-1], rules, today)
    between = tuple(day for day in free.full if left[0] < day < left[-1])
    # That a full day has passed is no news either.
    same = {day for day in before.full if day > today} == {day for day in between if day > today}
    taken = before.full if same else between[:_MOST_FULL]
    available = Available(first, last, taken) if first or last or taken else None
    return replace(listing, available=available, status="available")


def _first(before: date | None, left: date, possible: date, rules: Rules, today: date) -> date | None:
    soonest = today + timedelta(minutes=rules.notice)
    if left > possible or (rules.first_day and rules.first_day > today) or left - soonest > _LONG_CLOSED:
        return left
    # It was stated, and has come: that it can be had now says the same.
    return before if before and (before <= today or before == left) else None


def _last(before: date | None, left: date, rules: Rules, today: date) -> date | None:
    """Without a season's end in sight it goes on beyond what can be booked today."""
    if rules.last_day is None:
        return before
    return left if today + timedelta(days=rules.ahead_days) >= rules.last_day else None


def _free(node: Node, tx: Tx, kept: Kept) -> FreeDays:
    end = whole_day(kept.calendar.last_day(node.now), kept.calendar.zone).ends + 60 * kept.rules.after
    taken = taken_of(tx, kept, node.now - 86_400, end, node.now).all()
    return free_days(kept.calendar, taken, node.now)
