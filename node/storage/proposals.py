"""Sources that people have proposed, and what became of each."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row, and_, func, select, update

from node.storage.engine import Tx
from node.storage.tables import proposals
from schemas.records import dataclass

WAITING, ACCEPTED, REFUSED = "waiting", "accepted", "refused"


@dataclass(frozen=True, slots=True)
class Proposal:
    """One proposed source. ``preview`` is JSON text ("" until an operator asks for it).

    ``sender`` is a keyed hash of the network address that it came from, blank after a day; moments are whole
    seconds since 1970 in UTC.
    """

    id: int
    url: str
    name: str
    email: str
    note: str
    state: str
    reason: str
    preview: str
    sender: str
    source_id: int | None
    proposed_at: int
    decided_at: int | None


_NAMES = tuple(Proposal.__slots__)


def add(tx: Tx, proposal: Proposal) -> Proposal:
    """Keep a new proposal; it comes back with its number."""
    values = {name: getattr(proposal, name) for name in _NAMES if name != "id"}
    number = tx.execute(proposals.insert().values(values).returning(proposals.c.id)).scalar_one()
    return Proposal(**{**values, "id": number})


def by_id(tx: Tx, proposal_id: int) -> Proposal | None:
    row = tx.execute(select(proposals).where(proposals.c.id == proposal_id)).first()
    return _proposal(row) if row else None


def waiting_for(tx: Tx, url: str) -> Proposal | None:
    """The proposal of this very address that still waits."""
    query = select(proposals).where(proposals.c.url == url, proposals.c.state == WAITING)
    row = tx.execute(query.order_by(proposals.c.id)).first()
    return _proposal(row) if row else None


def waiting(tx: Tx, limit: int, offset: int = 0) -> list[Proposal]:
    """Those that wait for an answer, the oldest first."""
    query = select(proposals).where(proposals.c.state == WAITING).order_by(proposals.c.proposed_at, proposals.c.id)
    return [_proposal(row) for row in tx.execute(query.limit(limit).offset(offset))]


def decided(tx: Tx, limit: int) -> list[Proposal]:
    """Those that were answered, the latest first."""
    query = select(proposals).where(proposals.c.state != WAITING)
    query = query.order_by(proposals.c.decided_at.desc(), proposals.c.id.desc())
    return [_proposal(row) for row in tx.execute(query.limit(limit))]


def count_waiting(tx: Tx) -> int:
    query = select(func.count()).select_from(proposals).where(proposals.c.state == WAITING)
    return int(tx.execute(query).scalar_one())


def count_from(tx: Tx, sender: str, since: int) -> int:
    """How many came from one address since then, whatever became of them."""
    lately = and_(proposals.c.sender == sender, proposals.c.proposed_at > since)
    return int(tx.execute(select(func.count()).select_from(proposals).where(lately)).scalar_one())


def set_preview(tx: Tx, proposal_id: int, preview: str) -> None:
    tx.execute(update(proposals).where(proposals.c.id == proposal_id).values(preview=preview))


def decide(tx: Tx, proposal_id: int, state: str, reason: str, source_id: int | None, now: int) -> bool:
    """Give the answer, unless one was given already; whether it was given now."""
    open_one = update(proposals).where(proposals.c.id == proposal_id, proposals.c.state == WAITING)
    values = {"state": state, "reason": reason, "source_id": source_id, "decided_at": now}
    return tx.execute(open_one.values(values)).rowcount == 1


def forget_people(tx: Tx, senders_before: int, words_before: int) -> None:
    """Blank what belongs to persons: hashes of addresses by the proposal's time, e-mail and note by the answer's."""
    c = proposals.c
    tx.execute(update(proposals).where(c.sender != "", c.proposed_at < senders_before).values(sender=""))
    old = and_(c.decided_at.is_not(None), c.decided_at < words_before)
    tx.execute(update(proposals).where(old).values(email="", note="", preview=""))


def _proposal(row: Row[Any]) -> Proposal:
    return Proposal(*(getattr(row, name) for name in _NAMES))
