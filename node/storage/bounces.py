"""Addresses whose mail servers refuse them: how often since the last mail that was taken, and since when."""

from __future__ import annotations

from sqlalchemy import delete

from node.storage.engine import Tx
from node.storage.tables import bounces
from node.storage.upsert import insert_of
from schemas.records import dataclass


@dataclass(frozen=True, slots=True)
class Bounce:
    """``count`` mails in a row were refused, the first and the last at these moments (seconds since 1970)."""

    count: int
    first_at: int
    last_at: int


def refused(tx: Tx, person: str, now: int) -> Bounce:
    """Note that a mail to an address, by its keyed hash, was refused for good; how often that was now."""
    c = bounces.c
    fresh = insert_of(tx.dialect, bounces).values(person=person, count=1, first_at=now, last_at=now)
    again = fresh.on_conflict_do_update(index_elements=[c.person], set_={"count": c.count + 1, "last_at": now})
    row = tx.execute(again.returning(c.count, c.first_at, c.last_at)).one()
    return Bounce(*row)


def forget(tx: Tx, person: str) -> None:
    """Note that a mail to an address was taken, or that nobody is there to write to."""
    tx.execute(delete(bounces).where(bounces.c.person == person))


def tidy(tx: Tx, last_before: int) -> None:
    """Forget what nobody was refused after this moment."""
    tx.execute(delete(bounces).where(bounces.c.last_at < last_before))
