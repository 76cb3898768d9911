"""What recognition is computed from: an organisation's own handovers, and the first of each kind that it took part in.

Of a million handovers a few are read. Refuses to judge them: `schemas.recognition` does.
"""

from __future__ import annotations

from typing import Any, cast

from sqlalchemy import ColumnElement, Select, Table, func, or_, select

from federation.facts import short_key
from node.storage.among import among
from node.storage.engine import Tx
from node.storage.receipt_tables import handovers
from schemas.impact import GOODS, LEDGER_OF, Effect
from schemas.organisation import Organisation
from schemas.recognition import Handed

_c = handovers.c
_KEY_LENGTH = len(short_key(""))
_READ = select(
    *(_c.exchange, _c.state, _c.outcome, _c.action, _c.category, _c.giver_id, _c.taker_id, _c.owner_id),
    *(_c.asked_on, _c.accepted_on, _c.ended_on),
)

_EFFECT = (
    *(_c.action, _c.quantity, _c.weight_g, _c.weight_source, _c.co2e_low_g, _c.co2e_g, _c.co2e_high_g, _c.cost_pence),
    *(_c.minutes, _c.factors),
)


def needed(tx: Tx, organisation_id: str, whole: bool = True) -> list[Handed]:
    """The handovers that say what this organisation has earned; ``whole`` with those of others that came before."""
    own = or_(_c.giver_id == organisation_id, _c.taker_id == organisation_id)
    rows = list(tx.execute(_READ.where(_c.counted, own)))
    if whole and rows:
        firsts = [*_firsts(tx, organisation_id, _c.category), *_firsts(tx, organisation_id, _c.taker_id)]
        rows += tx.execute(_READ.where(among(tx, _c.exchange, set(firsts))))
    return cast("list[Handed]", rows)


def _firsts(tx: Tx, organisation_id: str, kind: ColumnElement[Any]) -> list[str]:
    """For each value of ``kind`` in what it gave, the exchange with which that began for everyone."""
    name = cast(Any, kind).name
    given = select(kind.label("kind")).where(_c.giver_id == organisation_id, _c.counted, kind != "").distinct()
    kinds = given.subquery()
    first = _first(handovers.alias("first"), name, kinds.c.kind)
    return [row.exchange for row in tx.execute(select(first.label("exchange")).select_from(kinds)) if row.exchange]


def _first(table: Any, name: str, value: ColumnElement[str]) -> Any:
    """The earliest that counts, whoever else took part; a person gives, but is no organisation that was first."""
    earlier: Table = table
    kept = (earlier.c.counted, earlier.c.ended_on > "", earlier.c.giver_id != earlier.c.taker_id)
    theirs = (earlier.c[name] == value, *kept, *([earlier.c.giver_id != ""] if name == "category" else []))
    query: Select[Any] = select(earlier.c.exchange).where(*theirs)
    return query.order_by(earlier.c.ended_on, earlier.c.exchange).limit(1).correlate_except(earlier).scalar_subquery()


def years(tx: Tx, organisation_id: str) -> list[int]:
    """The years in which something that counts ended for this organisation, the latest first."""
    own = or_(_c.giver_id == organisation_id, _c.taker_id == organisation_id)
    year = func.substr(_c.ended_on, 1, 4)
    rows = tx.execute(select(year.label("year")).where(_c.counted, own, _c.ended_on > "").distinct())
    return sorted((int(row.year) for row in rows if row.year.isascii() and row.year.isdigit()), reverse=True)


def given_in(tx: Tx, organisation_id: str, year: int) -> list[Effect]:
    """What each handover of a year in which this organisation was the giver was good for, as it was worked out."""
    own = (_c.counted, _c.giver_id == organisation_id, _c.taker_id != organisation_id)
    rows = tx.execute(select(*_EFFECT).where(*own, *_in(year)))
    return [Effect(LEDGER_OF.get(row.action, GOODS), *row[1:]) for row in rows]


def taken_in(tx: Tx, organisation_id: str, year: int) -> int:
    """How often this organisation received something in a year."""
    own = (_c.counted, _c.taker_id == organisation_id, _c.giver_id != organisation_id)
    return int(tx.execute(select(func.count()).select_from(handovers).where(*own, *_in(year))).scalar_one())


def _in(year: int) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return _c.ended_on >= f"{year:04}-01-01", _c.ended_on <= f"{year:04}-12-31"


def by_key(tx: Tx, key: str) -> Organisation | None:
    """The organisation that pages name by this key, as its receipts that count say who it is."""
    if len(key) != _KEY_LENGTH:
        return None
    for id_, name, type_ in ((_c.giver_id, _c.giver_name, _c.giver_type), (_c.taker_id, _c.taker_name, _c.taker_type)):
        found = next((one for one in _different(tx, id_) if short_key(one) == key), None)
        if found is not None:
            latest = select(name.label("name"), type_.label("type")).where(id_ == found, _c.counted)
            row = tx.execute(latest.order_by(_c.ended_on.desc(), _c.exchange).limit(1)).first()
            if row is not None:
                return Organisation(found, row.name, row.type)
    return None


def _different(tx: Tx, column: ColumnElement[str]) -> list[str]:
    """Each value of an indexed column once, by one look into the index for each: there are many rows of each."""
    first = select(func.min(column).label("id")).where(column > "").cte("known", recursive=True)
    following = select(func.min(column)).where(column > first.c.id).scalar_subquery()
    known = first.union_all(select(following).where(first.c.id.is_not(None)))
    return [row.id for row in tx.execute(select(known.c.id).where(known.c.id.is_not(None)))]
