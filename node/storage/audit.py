"""The log of what was done: entries are only ever added, one after another, and names can be taken out of them."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from sqlalchemy import Row, delete, func, or_, select, update

from node.storage.account_tables import audit, audit_end, audit_names
from node.storage.engine import Tx
from node.storage.upsert import insert_of
from schemas.records import dataclass

BEGINNING = "0" * 64
_END = 1


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that was done; ``at`` is in whole seconds since 1970 in UTC.

    ``organisation_id`` is None for what is not about one, ``account_id`` None for the command line and the node itself.
    ``about_id`` is whose name stands in the subject. ``who`` and ``subject`` are None once that name was taken out;
    their digests stay. ``before`` is the hash of the entry before it.
    """

    position: int
    at: int
    organisation_id: str | None
    account_id: str | None
    who: str | None
    action: str
    about_id: str | None
    subject: str | None
    who_digest: str
    subject_digest: str
    before: str
    hash: str


_NAMES = tuple(Entry.__slots__)


def end(tx: Tx, lock: bool = False) -> tuple[int, str]:
    """Position and hash of the last entry; with ``lock``, other writers wait until this transaction ends."""
    query = select(audit_end).where(audit_end.c.id == _END)
    if lock:
        first = insert_of(tx.dialect, audit_end).values(id=_END, position=0, hash=BEGINNING)
        tx.execute(first.on_conflict_do_nothing(index_elements=["id"]))
        query = query.with_for_update()
    row = tx.execute(query).first()
    return (row.position, row.hash) if row else (0, BEGINNING)


def add(tx: Tx, entry: Entry) -> None:
    """Add the entry that follows `end`, which must be locked."""
    tx.execute(audit.insert().values({name: getattr(entry, name) for name in _NAMES}))
    tx.execute(update(audit_end).where(audit_end.c.id == _END).values(position=entry.position, hash=entry.hash))


def every(tx: Tx, at_once: int = 1000) -> Iterator[Entry]:
    """All entries in order."""
    after = -1
    while True:
        query = select(audit).where(audit.c.position > after).order_by(audit.c.position).limit(at_once)
        rows = tx.execute(query).all()
        if not rows:
            return
        yield from map(_entry, rows)
        after = rows[-1].position


def count(tx: Tx, organisation_id: str, action: str = "", since: int = 0) -> int:
    """How many entries are about one organisation; of one kind, and since a moment, where these are given."""
    query = select(func.count()).where(audit.c.organisation_id == organisation_id, audit.c.at >= since)
    if action:
        query = query.where(audit.c.action == action)
    return tx.execute(query).scalar() or 0


def newest(tx: Tx, organisation_id: str, limit: int, skip: int = 0) -> list[Entry]:
    """Entries about one organisation, the newest first."""
    query = select(audit).where(audit.c.organisation_id == organisation_id)
    return [_entry(row) for row in tx.execute(query.order_by(audit.c.position.desc()).limit(limit).offset(skip))]


def saying(tx: Tx, action: Collection[str], about_ids: Collection[str]) -> list[Entry]:
    """Entries of these actions about these ids."""
    query = select(audit).where(audit.c.about_id.in_(about_ids), audit.c.action.in_(action))
    return [_entry(row) for row in tx.execute(query)]


def keys(tx: Tx, ids: Collection[str] | None = None) -> dict[str, str]:
    """The keys of these ids, as far as they have one; without ids, all of them."""
    query = select(audit_names.c.id, audit_names.c.key)
    rows = tx.execute(query if ids is None else query.where(audit_names.c.id.in_(ids)))
    return {row.id: row.key for row in rows}


def add_name(tx: Tx, id_: str, key: str, address: str | None = None) -> None:
    """Give an id its key, unless it, or this address, has one."""
    row = {"id": id_, "key": key, "address": address}
    tx.execute(insert_of(tx.dialect, audit_names).values(row).on_conflict_do_nothing())


def id_of(tx: Tx, address: str) -> str | None:
    """The id under which an address without an account stands in the log."""
    return tx.execute(select(audit_names.c.id).where(audit_names.c.address == address)).scalar()


def addresses(tx: Tx, before: int) -> dict[str, str]:
    """The addresses without an account of which nothing was said after ``before``, by their ids."""
    c = audit_names.c
    later = select(audit.c.position).where(audit.c.about_id == c.id, audit.c.at > before).exists()
    query = select(c.id, c.address).where(c.address.is_not(None), ~later)
    return {row.id: row.address for row in tx.execute(query.order_by(c.id))}


def adopt(tx: Tx, address: str, account_id: str) -> None:
    """What was said of an address is said of this account from now on."""
    told = {"address": None, "account_id": account_id}
    tx.execute(update(audit_names).where(audit_names.c.address == address).values(told))


def ids_of(tx: Tx, account_id: str) -> list[str]:
    """The ids under which an account stands in the log besides its own."""
    query = select(audit_names.c.id).where(audit_names.c.account_id == account_id)
    return list(tx.execute(query.order_by(audit_names.c.id)).scalars())


def erase(tx: Tx, ids: Collection[str]) -> None:
    """Take the names of these ids out of all entries, and the keys with which they could be guessed."""
    tx.execute(update(audit).where(audit.c.account_id.in_(ids)).values(who=None))
    tx.execute(update(audit).where(audit.c.about_id.in_(ids)).values(subject=None))
    tx.execute(delete(audit_names).where(or_(audit_names.c.id.in_(ids), audit_names.c.account_id.in_(ids))))


def _entry(row: Row[Any]) -> Entry:
    return Entry(*(getattr(row, name) for name in _NAMES))
