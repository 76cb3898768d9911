"""How far the receipts of each source have been read, and what its feed holds."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import fields
from typing import Any

import orjson
from sqlalchemy import Row, and_, delete, func, or_, select, update

from federation.ports import StaleError
from federation.records import ACTIVE, L1
from node.storage.among import among
from node.storage.engine import Tx
from node.storage.receipt_tables import receipt_mirror, receipt_readings
from node.storage.tables import sources
from node.storage.upsert import insert_of, upsert
from schemas.canonical import digest_hex
from schemas.errors import Problem
from schemas.records import dataclass

_r, _m = receipt_readings.c, receipt_mirror.c
_NOTHING = "[]"


@dataclass(frozen=True, slots=True)
class Reading:
    """How far one source's receipts have been read; moments are whole seconds since 1970 in UTC.

    ``again_at`` is when they are to be read from the start again, ``again_s`` how long that is put off the next time.
    ``unripe`` is whether something of it was set aside because its key was not known or its day had not come.
    ``day`` is the latest one, in days since 1970, on which something new was taken, and ``day_bytes`` how much then.
    """

    source_id: int
    epoch: str | None = None
    cursor: str | None = None
    etag: str | None = None
    reading: int = 0
    reading_open: bool = False
    count: int = 0
    digest: str = digest_hex(0)
    due_at: int = 0
    lease_until: int = 0
    lease_token: int = 0
    failures: int = 0
    whole_at: int | None = None
    again_at: int | None = None
    again_s: int = 0
    unripe: bool = False
    day: int = 0
    day_bytes: int = 0
    verified_at: int | None = None
    last_at: int | None = None
    last_code: str = ""
    last_message: str = ""


@dataclass(frozen=True, slots=True)
class Held:
    """One item of a source's feed; ``exchange`` is blank where it is set aside, and ``reasons`` say why."""

    source_id: int
    id: str
    hash: str
    exchange: str = ""
    side: str = ""
    signed_by: str = ""
    reasons: tuple[Problem, ...] = ()
    reading: int = 0


_READING = tuple(field.name for field in fields(Reading))


def of_source(tx: Tx, source_id: int) -> Reading | None:
    row = tx.execute(select(receipt_readings).where(_r.source_id == source_id)).first()
    return _reading(row) if row else None


def every(tx: Tx) -> list[Reading]:
    """How far all of them are, by the numbers of their sources."""
    return [_reading(row) for row in tx.execute(select(receipt_readings).order_by(_r.source_id))]


def speakers(tx: Tx) -> list[str]:
    """The ids of the nodes that have told receipts of their own, in order."""
    query = select(sources.c.node_id).join(receipt_readings, _r.source_id == sources.c.id)
    return list(tx.execute(query.where(_r.whole_at.is_not(None)).distinct().order_by(sources.c.node_id)).scalars())


def claim(tx: Tx, now: int, lease_s: int, limit: int) -> list[Reading]:
    """Those of active sources that are due, leased to the caller; of a node that has several sources, the first."""
    s = sources.c
    twin = sources.alias()
    first = ~select(twin.c.id).where(twin.c.node_id == s.node_id, twin.c.id < s.id, twin.c.state == ACTIVE).exists()
    due = or_(_r.source_id.is_(None), and_(_r.due_at <= now, _r.lease_until <= now))
    query = select(s.id).select_from(sources.outerjoin(receipt_readings, _r.source_id == s.id))
    query = query.where(s.state == ACTIVE, s.level == L1, s.node_id.is_not(None), first, due)
    query = query.order_by(func.coalesce(_r.due_at, 0), s.id).limit(limit)
    return [lease(tx, source_id, now, lease_s) for (source_id,) in tx.execute(query).fetchall()]


def lease(tx: Tx, source_id: int, now: int, lease_s: int) -> Reading:
    """The reading of this source, leased to the caller; the token fences off whoever held it before."""
    fresh = insert_of(tx.dialect, receipt_readings).values(_values(Reading(source_id)))
    tx.execute(fresh.on_conflict_do_nothing())
    leased = {"lease_until": now + lease_s, "lease_token": _r.lease_token + 1}
    tx.execute(update(receipt_readings).where(_r.source_id == source_id).values(leased))
    row = tx.execute(select(receipt_readings).where(_r.source_id == source_id)).one()
    return _reading(row)


def save(tx: Tx, reading: Reading, asked_with: str | None) -> None:
    """Keep how far it is. Raises `StaleError` when cursor or lease are no longer the caller's."""
    mine = and_(
        _r.source_id == reading.source_id,
        _r.lease_token == reading.lease_token,
        _r.cursor.is_not_distinct_from(asked_with),
    )
    if tx.execute(update(receipt_readings).where(mine).values(_values(reading))).rowcount != 1:
        raise StaleError(reading.source_id)


def soon(tx: Tx, source_id: int) -> None:
    """Let the receipts of a source be read at the next opportunity."""
    tx.execute(update(receipt_readings).where(_r.source_id == source_id).values(due_at=0))


def anew(tx: Tx, node_id: str) -> None:
    """Let the receipts of a node of which something waits for a key be read from the start at the next opportunity."""
    its_own = select(sources.c.id).where(sources.c.node_id == node_id)
    waiting = and_(_r.source_id.in_(its_own), _r.unripe)
    tx.execute(update(receipt_readings).where(waiting).values(due_at=0, again_at=0, again_s=0))


def held(tx: Tx, source_id: int, ids: Collection[str]) -> dict[str, Held]:
    """What is known of these items of a source, by id."""
    query = select(receipt_mirror).where(_m.source_id == source_id, among(tx, _m.id, ids))
    return {row.id: _held(row) for row in tx.execute(query)}


def named(tx: Tx, source_id: int, exchanges: Collection[str]) -> dict[tuple[str, str, str], str]:
    """Exchange, side and signer -> the id under which a source's feed has that half."""
    query = select(receipt_mirror).where(_m.source_id == source_id, among(tx, _m.exchange, exchanges))
    return {(row.exchange, row.side, row.signed_by): row.id for row in tx.execute(query)}


def put(tx: Tx, rows: Sequence[Held]) -> None:
    """Keep these items as the feed has them now."""
    upsert(tx, receipt_mirror, [{**_plain(row), "reasons": _text(row.reasons)} for row in rows])


def mark(tx: Tx, source_id: int, ids: Collection[str], reading: int) -> None:
    """Note that a reading met these items unchanged."""
    met = and_(_m.source_id == source_id, among(tx, _m.id, ids))
    tx.execute(update(receipt_mirror).where(met).values(reading=reading))


def unmarked(tx: Tx, source_id: int, reading: int, limit: int) -> list[Held]:
    """Some of what the reading with this number did not meet."""
    query = select(receipt_mirror).where(_m.source_id == source_id, _m.reading < reading)
    return [_held(row) for row in tx.execute(query.order_by(_m.id).limit(limit))]


def drop(tx: Tx, source_id: int, ids: Collection[str]) -> None:
    """Forget these items of a source."""
    tx.execute(delete(receipt_mirror).where(_m.source_id == source_id, among(tx, _m.id, ids)))


def aside(tx: Tx, source_id: int, limit: int) -> tuple[int, list[Held]]:
    """How many items of a source are set aside, and some of them."""
    mine = and_(_m.source_id == source_id, _m.reasons != _NOTHING)
    count = tx.execute(select(func.count()).select_from(receipt_mirror).where(mine)).scalar_one()
    rows = tx.execute(select(receipt_mirror).where(mine).order_by(_m.id).limit(limit))
    return int(count), [_held(row) for row in rows]


def _plain(row: Held) -> dict[str, Any]:
    return {name: getattr(row, name) for name in Held.__slots__}


def _values(reading: Reading) -> dict[str, Any]:
    return {name: getattr(reading, name) for name in _READING}


def _text(reasons: Sequence[Problem]) -> str:
    return orjson.dumps([problem.as_json() for problem in reasons]).decode() if reasons else _NOTHING


def _reading(row: Row[Any]) -> Reading:
    return Reading(**{name: getattr(row, name) for name in _READING})


def _held(row: Row[Any]) -> Held:
    values = {name: getattr(row, name) for name in Held.__slots__}
    return Held(**{**values, "reasons": tuple(Problem.from_json(one) for one in orjson.loads(row.reasons))})
