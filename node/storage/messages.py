"""Messages on their way, and messages that came: each is kept together with what causes it, or what it causes."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import orjson
from sqlalchemy import ColumnElement, Table, and_, delete, exists, false, func, not_, or_, select, update

from node.storage.engine import Tx
from node.storage.message_tables import message_nonces, messages_in, messages_out
from node.storage.upsert import insert_of
from schemas.message import HANDED_OVER, MESSAGE, PASS_ON, REQUEST
from schemas.records import dataclass

WAITING, FAILED, REFUSED = "waiting", "failed", "refused"
_ENDS = ("/", ":", "./", ".:")
"""What may follow the host in an address."""
_c = messages_out.c


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message on its way. ``body`` is its JSON, ``lease_token`` fences off whoever held it before."""

    number: int
    id: str
    to_node: str
    exchange_id: str
    type: str
    body: str
    made_at: int
    tries: int
    lease_token: int


@dataclass(frozen=True, slots=True)
class Undelivered:
    """A message that will not arrive: ``state`` is failed or refused, ``problem`` says why."""

    type: str
    state: str
    problem: str


def add(tx: Tx, message_id: str, to_node: str, exchange_id: str, type_: str, body: str, now: int) -> None:
    """Put a message on its way."""
    told = {"id": message_id, "to_node": to_node, "exchange_id": exchange_id, "type": type_, "body": body}
    blank = {"state": WAITING, "tries": 0, "lease_until": 0, "lease_token": 0, "problem": ""}
    tx.execute(messages_out.insert().values(**told, **blank, made_at=now, due_at=now))


def claim(tx: Tx, now: int, lease_s: int, limit: int, but_to: Collection[str] = ()) -> list[Outgoing]:
    """Messages that are due, leased to the caller; of one exchange only the oldest, so that they arrive in order.

    Those to nodes of the sites ``but_to`` (a host, and a port if any) are passed over.
    """
    older = messages_out.alias("older")
    same = and_(older.c.to_node == _c.to_node, older.c.exchange_id == _c.exchange_id, older.c.state == WAITING)
    first = ~exists().where(same, older.c.number < _c.number)
    there = [_c.to_node.icontains(f"://{site}{end}", autoescape=True) for site in but_to for end in _ENDS]
    due = and_(_c.state == WAITING, _c.due_at <= now, _c.lease_until <= now, not_(or_(false(), *there)), first)
    query = select(_c.number).where(due).order_by(_c.due_at, _c.number).limit(limit)
    numbers = [row.number for row in tx.execute(query.with_for_update(skip_locked=True, of=messages_out))]
    if not numbers:
        return []
    leased = {"lease_until": now + lease_s, "lease_token": _c.lease_token + 1}
    tx.execute(update(messages_out).where(_c.number.in_(numbers)).values(leased))
    found = tx.execute(select(messages_out).where(_c.number.in_(numbers)).order_by(_c.number))
    return [Outgoing(*(getattr(row, name) for name in Outgoing.__slots__)) for row in found]


def is_due(tx: Tx, now: int) -> bool:
    """Whether something waits to be sent now: one look, as it is asked for every second."""
    due = and_(_c.state == WAITING, _c.due_at <= now, _c.lease_until <= now)
    return tx.execute(select(_c.number).where(due).limit(1)).first() is not None


def delivered(tx: Tx, message: Outgoing) -> bool:
    """It has arrived, and is forgotten here. Whether it still was the caller's."""
    return tx.execute(delete(messages_out).where(_mine(message))).rowcount == 1


def postpone(tx: Tx, message: Outgoing, due_at: int, problem: str) -> None:
    """A try failed; the next one is at ``due_at``."""
    values = {"due_at": due_at, "tries": message.tries + 1, "lease_until": 0, "problem": problem}
    tx.execute(update(messages_out).where(_mine(message)).values(values))


def settle(tx: Tx, message: Outgoing, state: str, problem: str) -> bool:
    """It will not arrive; its words are forgotten. Whether it still was the caller's."""
    values = {"state": state, "problem": problem, "body": "", "lease_until": 0}
    return tx.execute(update(messages_out).where(_mine(message)).values(values)).rowcount == 1


def _mine(message: Outgoing) -> Any:
    return and_(_c.number == message.number, _c.lease_token == message.lease_token, _c.state == WAITING)


def undelivered(tx: Tx, exchange_id: str) -> list[Undelivered]:
    """What of an exchange could not be delivered, in order."""
    query = select(messages_out).where(_c.exchange_id == exchange_id, _c.state != WAITING).order_by(_c.number)
    return [Undelivered(row.type, row.state, row.problem) for row in tx.execute(query)]


@dataclass(frozen=True, slots=True)
class Standing:
    """How it goes with what is on its way: ``late`` were tried in vain and wait, the ``oldest`` of them since then.

    ``nodes`` are those that did not take them, ``failed`` were given up, and ``problem`` is what the last try met.
    """

    late: int = 0
    oldest: int | None = None
    nodes: tuple[str, ...] = ()
    failed: int = 0
    problem: str = ""


def standing(tx: Tx, since: int) -> Standing:
    """How the messages of this node fare; of those that were given up, what was begun after ``since``."""
    tried, given_up = and_(_c.state == WAITING, _c.tries > 0), and_(_c.state == FAILED, _c.made_at > since)
    late = tx.execute(select(func.count(), func.min(_c.made_at)).select_from(messages_out).where(tried)).one()
    failed = tx.execute(select(func.count()).select_from(messages_out).where(given_up)).scalar_one()
    either = tried if late[0] else given_up
    nodes = tx.execute(select(_c.to_node).where(either).distinct().order_by(_c.to_node).limit(5)).scalars()
    last = select(_c.problem).where(either).order_by(_c.number.desc()).limit(1)
    return Standing(late[0], late[1], tuple(nodes), failed, str(tx.execute(last).scalar() or ""))


def waiting(tx: Tx, exchange_id: str) -> int:
    """How many messages of an exchange have not arrived yet."""
    query = select(func.count()).select_from(messages_out)
    return int(tx.execute(query.where(_c.exchange_id == exchange_id, _c.state == WAITING)).scalar_one())


def waiting_codes(tx: Tx, exchange_id: str) -> list[str]:
    """The codes of an exchange that are on their way to be compared."""
    query = select(_c.body).where(_c.exchange_id == exchange_id, _c.state == WAITING, _c.type == HANDED_OVER)
    said = [orjson.loads(row.body).get("code") for row in tx.execute(query.order_by(_c.number))]
    return [code for code in said if code]


def forget_words(tx: Tx, exchange_id: str) -> None:
    """Forget what of an exchange says more than that something was done, and the words of what was done."""
    about = or_(_c.type.in_([REQUEST, MESSAGE, PASS_ON]), _c.state != WAITING)
    tx.execute(delete(messages_out).where(_c.exchange_id == exchange_id, _c.exchange_id != "", about))
    left = select(_c.number, _c.body).where(_c.exchange_id == exchange_id, _c.exchange_id != "")
    for row in tx.execute(left).fetchall():
        told = orjson.loads(row.body)
        if told.pop("words", None) is not None:
            body = orjson.dumps(told).decode()
            tx.execute(update(messages_out).where(_c.number == row.number).values(body=body))


def answer_to(tx: Tx, from_node: str, message_id: str) -> str | None:
    """What was answered to a message that came before; None for a new one."""
    c = messages_in.c
    return tx.execute(select(c.answer).where(c.from_node == from_node, c.id == message_id)).scalar()


def took(tx: Tx, from_node: str, message_id: str, at: int) -> bool:
    """Note that this message is being taken; False where somebody else has done so."""
    values = {"from_node": from_node, "id": message_id, "answer": "", "at": at}
    return _is_new(tx, messages_in, values, messages_in.c.id)


def answered(tx: Tx, from_node: str, message_id: str, answer: str) -> None:
    c = messages_in.c
    tx.execute(update(messages_in).where(c.from_node == from_node, c.id == message_id).values(answer=answer))


def forget(tx: Tx, from_node: str, message_id: str) -> None:
    """Forget that this message came."""
    c = messages_in.c
    tx.execute(delete(messages_in).where(c.from_node == from_node, c.id == message_id))


def use_nonce(tx: Tx, keyed: str, at: int) -> bool:
    """Note a nonce; False where it was used before."""
    return _is_new(tx, message_nonces, {"keyed": keyed, "at": at}, message_nonces.c.keyed)


def _is_new(tx: Tx, table: Table, values: Mapping[str, Any], column: ColumnElement[Any]) -> bool:
    """Insert a row unless there is one with its key; of two who do so at once, the second waits for the first."""
    made = insert_of(tx.dialect, table).values(values).on_conflict_do_nothing().returning(column)
    return tx.execute(made).first() is not None


def tidy(tx: Tx, nonces_before: int, messages_before: int) -> None:
    """Forget nonces and messages that are older than this."""
    tx.execute(delete(message_nonces).where(message_nonces.c.at < nonces_before))
    tx.execute(delete(messages_in).where(messages_in.c.at < messages_before))
    tx.execute(delete(messages_out).where(_c.state != WAITING, _c.made_at < messages_before))
