"""Who has what and when. Names and contacts of borrowers are read from here by the desk alone."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, func, or_, select, update

from node.storage.booking_tables import bookings, calendars
from node.storage.engine import Tx
from schemas.records import dataclass

HELD, CONFIRMED, OUT, RETURNED, CANCELLED, NO_SHOW = "held", "confirmed", "out", "returned", "cancelled", "no_show"
STATES = (HELD, CONFIRMED, OUT, RETURNED, CANCELLED, NO_SHOW)
OPEN = (HELD, CONFIRMED, OUT)
"""The states in which a booking has its unit."""

_c = bookings.c


@dataclass(frozen=True, slots=True)
class Booking:
    """One booking of a unit from ``starts_at`` up to ``ends_at``; moments are whole seconds since 1970 in UTC.

    ``name`` and ``contact`` are personal data; ``borrower`` is the same for the same person, for their quota.
    ``reason`` says why it was cancelled; ``held_until``: nobody has confirmed it, and then it lapses.
    """

    id: int
    calendar_id: int
    unit: int
    starts_at: int
    ends_at: int
    state: str
    held_until: int | None
    name: str
    contact: str
    borrower: str
    note: str
    reason: str
    entered_by: str
    entered_at: int
    changed_at: int


_NAMES = tuple(Booking.__slots__)


def add(tx: Tx, **values: Any) -> int:
    """A new booking with these members; its number."""
    return int(tx.execute(bookings.insert().values(**values).returning(_c.id)).scalar_one())


def change(tx: Tx, booking_id: int, **values: Any) -> None:
    tx.execute(update(bookings).where(_c.id == booking_id).values(**values))


def by_id(tx: Tx, booking_id: int, calendar_id: int) -> Booking | None:
    """A booking of this calendar."""
    row = tx.execute(select(bookings).where(_c.id == booking_id, _c.calendar_id == calendar_id)).first()
    return _booking(row) if row else None


def each(tx: Tx, organisation_id: str, at_once: int = 500) -> Iterator[Booking]:
    """Every booking of an organisation, in the order in which they were entered, with a few in memory at a time."""
    last = 0
    while True:
        query = select(bookings).join(calendars, calendars.c.id == _c.calendar_id)
        query = query.where(calendars.c.organisation_id == organisation_id, _c.id > last).order_by(_c.id)
        rows = tx.execute(query.limit(at_once)).all()
        yield from (_booking(row) for row in rows)
        if len(rows) < at_once:
            return
        last = rows[-1].id


def meeting(tx: Tx, calendar_ids: Sequence[int], first: int, last: int, states: Sequence[str] = OPEN) -> list[Booking]:
    """The bookings in these states that meet the time from ``first`` to ``last``, by their beginning."""
    when = and_(_c.starts_at < last, _c.ends_at > first)
    return _some(tx, and_(_c.calendar_id.in_(list(calendar_ids)), when, _c.state.in_(list(states))))


def latest(tx: Tx, calendar_id: int, limit: int) -> list[Booking]:
    """The bookings of a calendar that began last, whatever became of them."""
    query = select(bookings).where(_c.calendar_id == calendar_id).order_by(_c.starts_at.desc(), _c.id.desc())
    return [_booking(row) for row in tx.execute(query.limit(limit))]


def overdue(tx: Tx, calendar_ids: Sequence[int], now: int) -> list[Booking]:
    """What is out and should be back, the longest overdue first."""
    out = and_(_c.calendar_id.in_(list(calendar_ids)), _c.state == OUT, _c.ends_at <= now)
    return _some(tx, out, _c.ends_at)


def count_open(tx: Tx, calendar_id: int, borrower: str, now: int, besides: int | None = None) -> int:
    """How many bookings that are not over one borrower has; what is out is not over, however late it is."""
    live = or_(_c.state == OUT, and_(_c.state.in_([HELD, CONFIRMED]), _c.ends_at > now))
    query = select(func.count()).where(_c.calendar_id == calendar_id, _c.borrower == borrower, live)
    if besides is not None:
        query = query.where(_c.id != besides)
    return int(tx.execute(query).scalar_one())


def lapsed(tx: Tx, now: int, limit: int) -> list[Booking]:
    """What was held for somebody who did not confirm it in time."""
    return _some(tx, and_(_c.state == HELD, _c.held_until <= now), _c.held_until, limit)


def over(tx: Tx, before: int, limit: int) -> list[Booking]:
    """Bookings that ended before ``before`` and still name a person, but for what never came back."""
    gone = and_(_c.ends_at < before, _c.changed_at < before, _c.state != OUT, _c.borrower != "")
    return _some(tx, gone, _c.ends_at, limit)


def last_changes(tx: Tx, calendar_ids: Collection[int]) -> dict[int, int]:
    """When a booking of each calendar was last entered or changed; those without any are left out."""
    query = select(_c.calendar_id, func.max(_c.changed_at)).where(_c.calendar_id.in_(calendar_ids))
    return {number: int(changed) for number, changed in tx.execute(query.group_by(_c.calendar_id))}


def calendars_in_use(tx: Tx, since: int) -> list[int]:
    """The calendars that take bookings, or had one that ended after ``since``."""
    used = select(_c.calendar_id).where(_c.ends_at > since)
    query = select(calendars.c.id).where(or_(calendars.c.open, calendars.c.id.in_(used)))
    return [row.id for row in tx.execute(query.order_by(calendars.c.id))]


def _some(tx: Tx, condition: ColumnElement[bool], order: Any = None, limit: int | None = None) -> list[Booking]:
    query = select(bookings).where(condition).order_by(_c.starts_at if order is None else order, _c.id)
    return [_booking(row) for row in tx.execute(query if limit is None else query.limit(limit))]


def _booking(row: Row[Any]) -> Booking:
    return Booking(*(getattr(row, name) for name in _NAMES))
