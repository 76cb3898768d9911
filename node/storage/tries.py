"""How often somebody guessed wrong, by keys that name nobody."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import delete, select, update

from node.storage.account_tables import tries
from node.storage.engine import Tx
from node.storage.upsert import insert_of


def counts(tx: Tx, keys: Sequence[str], now: int) -> dict[str, tuple[int, int]]:
    """Count and time of the last try of each key; others who ask for them wait until this transaction ends."""
    for key in sorted(keys):
        # A row that is not there yet cannot be locked: of many first tries at once, all would pass.
        first = insert_of(tx.dialect, tries).values(key=key, number=0, last_at=now)
        tx.execute(first.on_conflict_do_nothing(index_elements=["key"]))
    query = select(tries).where(tries.c.key.in_(list(keys))).order_by(tries.c.key)
    return {row.key: (row.number, row.last_at) for row in tx.execute(query.with_for_update())}


def add(tx: Tx, keys: Sequence[str], now: int) -> None:
    """Count one more for each key, all of which `counts` was asked for."""
    more = update(tries).where(tries.c.key.in_(list(keys)))
    tx.execute(more.values(number=tries.c.number + 1, last_at=now))


def take_back(tx: Tx, keys: Sequence[str]) -> None:
    """Count one less for each key: it was no wrong guess."""
    tx.execute(update(tries).where(tries.c.key.in_(list(keys)), tries.c.number > 0).values(number=tries.c.number - 1))


def clear(tx: Tx, key: str) -> None:
    tx.execute(delete(tries).where(tries.c.key == key))


def forget(tx: Tx, before: int) -> None:
    """Forget those who did not try since ``before``."""
    tx.execute(delete(tries).where(tries.c.last_at < before))
