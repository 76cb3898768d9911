"""Calendars elsewhere that keep units from being booked, and what was last read of them."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from sqlalchemy import Row, delete, func, select, update

from node.storage.booking_tables import busy_calendars, busy_spans
from node.storage.engine import Tx
from schemas.records import dataclass

_c = busy_calendars.c


@dataclass(frozen=True, slots=True)
class BusyCalendar:
    """One calendar elsewhere. ``unit`` None: it keeps all of them. ``problem`` is a code, empty while all is well.

    ``good_at`` is when it last answered, ``read_at`` when it was last read whole; what it said then counts until it
    says something else.
    """

    id: int
    calendar_id: int
    unit: int | None
    url: str
    etag: str | None
    last_modified: str | None
    next_poll_at: int
    polled_at: int | None
    good_at: int | None
    read_at: int | None
    failures: int
    problem: str
    events: int


_NAMES = tuple(BusyCalendar.__slots__)


def add(tx: Tx, calendar_id: int, unit: int | None, url: str, now: int) -> int:
    row = {"calendar_id": calendar_id, "unit": unit, "url": url, "next_poll_at": now}
    made = busy_calendars.insert().values(**row, failures=0, problem="", events=0).returning(_c.id)
    return int(tx.execute(made).scalar_one())


def remove(tx: Tx, busy_id: int, calendar_id: int) -> bool:
    """Forget a calendar and what it said; whether this calendar had it."""
    if tx.execute(select(_c.id).where(_c.id == busy_id, _c.calendar_id == calendar_id)).first() is None:
        return False
    tx.execute(delete(busy_spans).where(busy_spans.c.busy_id == busy_id))
    tx.execute(delete(busy_calendars).where(_c.id == busy_id))
    return True


def of(tx: Tx, calendar_id: int) -> list[BusyCalendar]:
    query = select(busy_calendars).where(_c.calendar_id == calendar_id).order_by(_c.id)
    return [_busy(row) for row in tx.execute(query)]


def by_id(tx: Tx, busy_id: int) -> BusyCalendar | None:
    row = tx.execute(select(busy_calendars).where(_c.id == busy_id)).first()
    return _busy(row) if row else None


def claim(tx: Tx, now: int, until: int) -> BusyCalendar | None:
    """The calendar that has been due for longest, given to this worker until ``until``; None where none is due."""
    due = select(busy_calendars).where(_c.next_poll_at <= now).order_by(_c.next_poll_at, _c.id).limit(1)
    row = tx.execute(due.with_for_update(skip_locked=True)).first()
    if row is None:
        return None
    tx.execute(update(busy_calendars).where(_c.id == row.id).values(next_poll_at=until))
    return _busy(row)


def change(tx: Tx, busy_id: int, **values: Any) -> None:
    tx.execute(update(busy_calendars).where(_c.id == busy_id).values(**values))


def replace_spans(tx: Tx, busy_id: int, spans: Iterable[tuple[int, int]]) -> None:
    """What a calendar says now, in place of what it said."""
    tx.execute(delete(busy_spans).where(busy_spans.c.busy_id == busy_id))
    rows = [{"busy_id": busy_id, "starts_at": starts, "ends_at": ends} for starts, ends in sorted(set(spans))]
    if rows:
        tx.execute(busy_spans.insert(), rows)


def spans(tx: Tx, calendar_ids: Collection[int], first: int, last: int) -> list[tuple[int, int | None, int, int]]:
    """What other calendars say of the time from ``first`` to ``last``.

    For which calendar, for which unit (None for all), beginning and end.
    """
    s = busy_spans.c
    query = (
        select(_c.calendar_id, _c.unit, s.starts_at, s.ends_at)
        .join(busy_spans, s.busy_id == _c.id)
        .where(_c.calendar_id.in_(calendar_ids), s.starts_at < last, s.ends_at > first)
        .order_by(s.starts_at, s.ends_at)
    )
    return [tuple(row) for row in tx.execute(query)]


def highest_unit(tx: Tx, calendar_id: int) -> int:
    """The highest unit that a calendar elsewhere is bound to; 0 where there is none."""
    query = select(func.max(_c.unit)).where(_c.calendar_id == calendar_id)
    return int(tx.execute(query).scalar() or 0)


def troubled(tx: Tx, calendar_ids: Iterable[int]) -> list[BusyCalendar]:
    """Those of these calendars that could not be read when they were last asked."""
    query = select(busy_calendars).where(_c.calendar_id.in_(list(calendar_ids)), _c.problem != "").order_by(_c.id)
    return [_busy(row) for row in tx.execute(query)]


def _busy(row: Row[Any]) -> BusyCalendar:
    return BusyCalendar(*(getattr(row, name) for name in _NAMES))
