"""Who wants to be told when something new fits a search or a listing, how far each was looked after, what was told."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import Row, and_, delete, func, or_, select, update

from node.storage.among import among
from node.storage.engine import Tx
from node.storage.tables import alert_told, alerts, catalogue
from schemas.records import dataclass

PENDING, ACTIVE, PAUSED = "pending", "active", "paused"
OVER_FOR_GOOD = ("given", "withdrawn", "expired")
"""Why a listing went that will hardly come back."""


@dataclass(frozen=True, slots=True)
class Alert:
    """One search or listing that somebody is told about; moments are whole seconds since 1970 in UTC.

    ``person`` and ``sender`` are keyed hashes of the e-mail and of the network address, the latter blank after a day.
    ``position`` is how far in the change log it has been looked after. ``listing`` is the key of the listing whose
    matches are told; where that is empty, ``search`` is the query string of the search.
    """

    id: str
    person: str
    email: str
    search: str
    words: str
    language: str
    frequency: str
    state: str
    position: int
    due_at: int
    sender: str
    asked: int
    asked_at: int
    confirmed_at: int | None = None
    listing: str = ""


_NAMES = tuple(Alert.__slots__)


def add(tx: Tx, alert: Alert) -> None:
    tx.execute(alerts.insert().values({name: getattr(alert, name) for name in _NAMES}))


def by_id(tx: Tx, alert_id: str) -> Alert | None:
    row = tx.execute(select(alerts).where(alerts.c.id == alert_id)).first()
    return _alert(row) if row else None


def of_person(tx: Tx, person: str) -> list[Alert]:
    """All alerts of one address, confirmed or not, the oldest first."""
    query = select(alerts).where(alerts.c.person == person).order_by(alerts.c.asked_at, alerts.c.id)
    return [_alert(row) for row in tx.execute(query)]


def count_from(tx: Tx, sender: str, since: int) -> int:
    """How many were asked for from one network address since then."""
    return _count(tx, and_(alerts.c.sender == sender, alerts.c.asked_at > since))


def count_pending(tx: Tx) -> int:
    """How many wait for their confirmation."""
    return _count(tx, alerts.c.state == PENDING)


def _count(tx: Tx, which: Any) -> int:
    return int(tx.execute(select(func.count()).select_from(alerts).where(which)).scalar_one())


def change(tx: Tx, alert_id: str, **values: Any) -> bool:
    """Change some columns; whether the alert is there."""
    return tx.execute(update(alerts).where(alerts.c.id == alert_id).values(values)).rowcount == 1


def confirm(tx: Tx, alert_id: str, position: int, due_at: int, now: int) -> bool:
    """Begin to look after it; whether it waited for that."""
    waiting = update(alerts).where(alerts.c.id == alert_id, alerts.c.state == PENDING)
    values = {"state": ACTIVE, "position": position, "due_at": due_at, "confirmed_at": now}
    return tx.execute(waiting.values(values)).rowcount == 1


def resume(tx: Tx, alert_id: str, position: int, due_at: int, now: int) -> bool:
    """Begin to look after it anew; whether it was paused."""
    paused = update(alerts).where(alerts.c.id == alert_id, alerts.c.state == PAUSED)
    values = {"state": ACTIVE, "position": position, "due_at": due_at, "confirmed_at": now}
    return tx.execute(paused.values(values)).rowcount == 1


def due(tx: Tx, now: int, position: int, resting: str, after: tuple[int, str], limit: int) -> list[Alert]:
    """Alerts that are due, those that follow (due_at, id) ``after``.

    Those of the frequency ``resting`` only where the change log, at ``position``, has something for them.
    """
    c = alerts.c
    wanted = and_(c.state == ACTIVE, c.due_at <= now, or_(c.position < position, c.frequency != resting))
    following = or_(c.due_at > after[0], and_(c.due_at == after[0], c.id > after[1]))
    query = select(alerts).where(wanted, following).order_by(c.due_at, c.id).limit(limit)
    return [_alert(row) for row in tx.execute(query)]


def advance(tx: Tx, alert: Alert, position: int, due_at: int) -> bool:
    """Note how far it was looked after; False where another worker did it, or it was changed, in the meantime."""
    c = alerts.c
    mine = and_(c.id == alert.id, c.state == ACTIVE, c.position == alert.position, c.due_at == alert.due_at)
    return tx.execute(update(alerts).where(mine).values(position=position, due_at=due_at)).rowcount == 1


def of_gone(tx: Tx, gone_before: int, limit: int) -> list[tuple[Alert, str]]:
    """Alerts of listings that are not shown any more, and why those went; empty where nothing is known of them.

    What may come back counts only once it went before ``gone_before``.
    """
    there, a = catalogue.c, alerts.c
    joined = alerts.outerjoin(catalogue, there.key == a.listing)
    final = or_(there.removed_reason.in_(OVER_FOR_GOOD), there.changed_at < gone_before, there.key.is_(None))
    gone = and_(a.listing != "", or_(there.live.is_(None), there.live.is_(False)), final)
    query = select(*alerts.c, there.removed_reason).select_from(joined).where(gone).order_by(a.id).limit(limit)
    rows: Any = tx.execute(query)
    return [(_alert(row), row.removed_reason or "") for row in rows]


def tell(tx: Tx, alert_id: str, keys: Sequence[str], now: int) -> None:
    """Note that these listings were told; none of them may have been told before."""
    if keys:
        tx.execute(alert_told.insert(), [{"alert_id": alert_id, "key": key, "told_at": now} for key in keys])


def told(tx: Tx, alert_id: str, keys: Collection[str]) -> set[str]:
    """Which of these listings were told already."""
    c = alert_told.c
    return {row.key for row in tx.execute(select(c.key).where(c.alert_id == alert_id, among(tx, c.key, keys)))}


def changed_between(tx: Tx, after: int, through: int, limit: int) -> list[tuple[int, str, int]]:
    """Position, key and first showing of live listings that changed in this part of the change log, in its order."""
    c = catalogue.c
    part = and_(c.position > after, c.position <= through, c.item.is_not(None))
    query = select(c.position, c.key, c.first_shown_at).where(part).order_by(c.position).limit(limit)
    return [(row.position, row.key, row.first_shown_at) for row in tx.execute(query)]


def shown_since(tx: Tx, moment: int, limit: int) -> list[str]:
    """Keys of what is shown for the first time since then, among the ``limit`` latest changes."""
    c = catalogue.c
    query = select(c.key, c.first_shown_at).where(c.item.is_not(None)).order_by(c.position.desc()).limit(limit)
    return [row.key for row in tx.execute(query) if row.first_shown_at >= moment]


def remove(tx: Tx, alert_ids: Sequence[str]) -> int:
    """Forget these alerts, the address with them, and what they were told; how many there were."""
    return tx.execute(delete(alerts).where(alerts.c.id.in_(list(alert_ids)))).rowcount


def tidy(tx: Tx, asked_before: int, senders_before: int) -> None:
    """Forget what was never confirmed, hashes of network addresses, and what was told of listings long gone."""
    c = alerts.c
    tx.execute(delete(alerts).where(c.state == PENDING, c.asked_at <= asked_before))
    tx.execute(update(alerts).where(c.sender != "", c.asked_at < senders_before).values(sender=""))
    tx.execute(delete(alert_told).where(alert_told.c.key.not_in(select(catalogue.c.key))))


def _alert(row: Row[Any]) -> Alert:
    return Alert(**{name: getattr(row, name) for name in _NAMES})
