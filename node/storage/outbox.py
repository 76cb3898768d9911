"""Mails on their way: one row each, written in the transaction of what causes it.

A worker leases the mails that are due and says what became of each. Once a mail is settled, neither the address nor
the words are kept: the row stays for a while to say that, and when, and to be found by its key.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row, and_, delete, func, or_, select, update

from node.storage.engine import Tx
from node.storage.tables import outbox
from schemas.records import dataclass

WAITING, SENT, FAILED, CAPTURED = "waiting", "sent", "failed", "captured"


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail; moments are whole seconds since 1970 in UTC.

    ``key`` names what caused it, ``topic`` what it is about; ``message`` is as it is sent (RFC 5322, ASCII).
    ``lease_token`` fences off whoever held it before, ``tried_at`` is the first try, from ``useless_at`` on it is not
    worth sending. ``problem`` is what the last try met, without the address.
    """

    key: str
    topic: str
    recipient: str
    message: str
    made_at: int
    due_at: int
    useless_at: int | None = None
    state: str = WAITING
    id: int = 0
    tries: int = 0
    lease_until: int = 0
    lease_token: int = 0
    tried_at: int | None = None
    settled_at: int | None = None
    problem: str = ""


_NAMES = tuple(Mail.__slots__)


def add(tx: Tx, mail: Mail) -> bool:
    """Keep a mail, unless its cause has mailed already; whether it was kept."""
    if tx.execute(select(outbox.c.id).where(outbox.c.key == mail.key)).first() is not None:
        return False
    tx.execute(outbox.insert().values({name: getattr(mail, name) for name in _NAMES if name != "id"}))
    return True


def claim(tx: Tx, now: int, lease_s: int, limit: int) -> list[Mail]:
    """Mails that are due, the longest due first, leased to the caller until ``now + lease_s``."""
    c = outbox.c
    due = and_(c.state == WAITING, c.due_at <= now, c.lease_until <= now)
    query = select(c.id).where(due).order_by(c.due_at, c.id).limit(limit)
    ids = [row.id for row in tx.execute(query.with_for_update(skip_locked=True))]
    tx.execute(update(outbox).where(c.id.in_(ids)).values(lease_until=now + lease_s, lease_token=c.lease_token + 1))
    return [_mail(row) for row in tx.execute(select(outbox).where(c.id.in_(ids)).order_by(c.due_at, c.id))]


def release(tx: Tx, mail: Mail) -> None:
    """Give a mail back untried."""
    tx.execute(_held(mail).values(lease_until=0))


def postpone(tx: Tx, mail: Mail, now: int, due_at: int, problem: str) -> bool:
    """A try failed: the next one is at ``due_at``. Whether the mail still was the caller's."""
    first = now if mail.tried_at is None else mail.tried_at
    values = {"tries": mail.tries + 1, "tried_at": first, "due_at": due_at, "lease_until": 0, "problem": problem}
    return tx.execute(_held(mail).values(values)).rowcount == 1


def settle(tx: Tx, mail: Mail, state: str, now: int, problem: str = "") -> bool:
    """Nothing more is done with this mail: it is `SENT` or `FAILED`. Whether it still was the caller's."""
    values = {"state": state, "tries": mail.tries + 1, "settled_at": now, "problem": problem}
    return tx.execute(_held(mail).values(recipient="", message="", **values)).rowcount == 1


def _held(mail: Mail) -> Any:
    c = outbox.c
    return update(outbox).where(c.id == mail.id, c.lease_token == mail.lease_token, c.state == WAITING)


def call_back(tx: Tx, topic: str) -> int:
    """Forget what is about this and not sent yet; how many mails."""
    c = outbox.c
    return tx.execute(delete(outbox).where(c.topic == topic, c.state.in_([WAITING, CAPTURED]))).rowcount


def forget_topic(tx: Tx, topic: str) -> None:
    """Forget what is about this, also what a server said of mails that it refused; only that some were sent stays."""
    tx.execute(delete(outbox).where(outbox.c.topic == topic, outbox.c.state != SENT))


def captured(tx: Tx, limit: int) -> list[Mail]:
    """Mails that are kept in place of being sent, the newest first."""
    query = select(outbox).where(outbox.c.state == CAPTURED).order_by(outbox.c.id.desc()).limit(limit)
    return [_mail(row) for row in tx.execute(query)]


def captured_one(tx: Tx, number: int) -> Mail | None:
    """One of those mails."""
    c = outbox.c
    row = tx.execute(select(outbox).where(c.id == number, c.state == CAPTURED)).first()
    return _mail(row) if row else None


def count(tx: Tx, state: str, since: int = 0) -> int:
    """How many mails are in this state; of settled ones, those settled after ``since``."""
    c = outbox.c
    recent = or_(c.settled_at.is_(None), c.settled_at > since)
    return int(tx.execute(select(func.count()).select_from(outbox).where(c.state == state, recent)).scalar_one())


def late(tx: Tx) -> tuple[int, str]:
    """How many mails wait that were tried already, and what the last of them met."""
    c = outbox.c
    tried = and_(c.state == WAITING, c.tries > 0)
    number = int(tx.execute(select(func.count()).select_from(outbox).where(tried)).scalar_one())
    return number, _newest_problem(tx, tried)


def last_sent(tx: Tx) -> int | None:
    """When a server took a mail last, in seconds since 1970."""
    c = outbox.c
    return tx.execute(select(func.max(c.settled_at)).where(c.state == SENT)).scalar()


def oldest_try(tx: Tx) -> int | None:
    """When the first of the mails that still wait was tried for the first time."""
    c = outbox.c
    return tx.execute(select(func.min(c.tried_at)).where(c.state == WAITING)).scalar()


def last_failure(tx: Tx, since: int) -> str:
    """What the last mail that was given up after ``since`` met."""
    return _newest_problem(tx, and_(outbox.c.state == FAILED, outbox.c.settled_at > since))


def _newest_problem(tx: Tx, which: Any) -> str:
    query = select(outbox.c.problem).where(which).order_by(outbox.c.settled_at.desc(), outbox.c.id.desc())
    return str(tx.execute(query.limit(1)).scalar() or "")


def forget(tx: Tx, settled_before: int, captured_before: int) -> None:
    """Forget settled mails and captured ones that are older than this."""
    c = outbox.c
    old = or_(c.settled_at < settled_before, and_(c.state == CAPTURED, c.made_at < captured_before))
    tx.execute(delete(outbox).where(old))


def _mail(row: Row[Any]) -> Mail:
    return Mail(**{name: getattr(row, name) for name in _NAMES})
