"""What is taken of each unit of a calendar. That no two spans overlap is for the database to see to, on both alike.

The spans of a unit are a chain in time (`node.storage.booking_tables`). Here one is put into it or taken out; that
somebody else was quicker shows as a constraint that refuses, and is an `OverlapError` whichever of them it was.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager

from sqlalchemy import and_, delete, select, update
from sqlalchemy.exc import IntegrityError

from node.storage.booking_tables import booking_spans
from node.storage.engine import Database, StorageError, Tx
from node.storage.upsert import insert_of

_c = booking_spans.c


class OverlapError(StorageError):
    """Another booking has the unit for a part of the time. Nothing of the transaction was kept."""


@contextmanager
def writing(database: Database) -> Iterator[Tx]:
    """A write in which an overlap is seen at its end at the latest. Raises `OverlapError`."""
    try:
        with database.write() as tx:
            yield tx
    except StorageError as error:
        if isinstance(error.__cause__, IntegrityError):
            raise OverlapError("another booking has it then") from error
        raise


def place(tx: Tx, calendar_id: int, unit: int, starts_at: int, ends_at: int, booking_id: int) -> None:
    """Take a unit from ``starts_at`` up to ``ends_at`` for a booking. Raises `OverlapError`."""
    _begin(tx, calendar_id, unit)
    here = and_(_c.calendar_id == calendar_id, _c.unit == unit)
    before = tx.execute(
        select(_c.ends_at).where(here, _c.ends_at <= starts_at).order_by(_c.ends_at.desc()).limit(1)
    ).scalar_one()
    after = and_(here, _c.follows == before)
    following = tx.execute(select(_c.starts_at).where(after)).scalar()
    if following is not None and following < ends_at:
        raise OverlapError("another booking has it then")
    tx.execute(update(booking_spans).where(after).values(follows=ends_at))
    row = {"calendar_id": calendar_id, "unit": unit, "starts_at": starts_at, "ends_at": ends_at}
    tx.execute(booking_spans.insert().values(**row, follows=before, booking_id=booking_id))


def release(tx: Tx, booking_id: int) -> None:
    """Give back what a booking has taken, if anything."""
    row = tx.execute(select(booking_spans).where(_c.booking_id == booking_id)).first()
    if row is None:
        return
    tx.execute(delete(booking_spans).where(_c.booking_id == booking_id))
    after = and_(_c.calendar_id == row.calendar_id, _c.unit == row.unit, _c.follows == row.ends_at)
    tx.execute(update(booking_spans).where(after).values(follows=row.follows))


def taken(
    tx: Tx, calendar_ids: Collection[int], first: int, last: int, besides: int | None = None
) -> list[tuple[int, int, int, int]]:
    """Calendar, unit, beginning and end of each span that meets the time from ``first`` to ``last``.

    The span of one booking may be left out.
    """
    query = select(_c.calendar_id, _c.unit, _c.starts_at, _c.ends_at).where(
        _c.calendar_id.in_(calendar_ids), _c.booking_id.is_not(None), _c.starts_at < last, _c.ends_at > first
    )
    if besides is not None:
        query = query.where(_c.booking_id != besides)
    return [tuple(row) for row in tx.execute(query.order_by(_c.calendar_id, _c.unit, _c.starts_at))]


def last_of_units(tx: Tx, calendar_id: int, above: int, after: int) -> int | None:
    """The highest unit above ``above`` that is taken at some time after ``after``; None where there is none."""
    query = select(_c.unit).where(_c.calendar_id == calendar_id, _c.unit > above, _c.ends_at > after)
    return tx.execute(query.order_by(_c.unit.desc()).limit(1)).scalar()


def _begin(tx: Tx, calendar_id: int, unit: int) -> None:
    first = {"calendar_id": calendar_id, "unit": unit, "starts_at": 0, "ends_at": 0, "follows": None}
    tx.execute(insert_of(tx.dialect, booking_spans).values(**first, booking_id=None).on_conflict_do_nothing())
