"""What visitors say is wrong with listings and stories, which a report names by their id, and what became of it."""

from __future__ import annotations

from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, and_, func, not_, or_, select, update

from node.storage import story_shelf
from node.storage.engine import Tx
from node.storage.tables import catalogue, reports
from schemas.records import dataclass

WAITING, KEPT, TAKEN_DOWN, GONE = "waiting", "kept", "taken_down", "gone"


@dataclass(frozen=True, slots=True)
class Report:
    """One person's report of one listing.

    ``sender`` is a keyed hash of the network address that it came from, blank after a day; ``words`` and ``email`` may
    be empty; moments are whole seconds since 1970 in UTC.
    """

    id: int
    listing_id: str
    reason: str
    words: str
    email: str
    sender: str
    state: str
    reported_at: int
    decided_at: int | None


class Reported(NamedTuple):
    """A listing that is shown and reported: by how many reports, and when the first of them came."""

    listing_id: str
    reports: int
    since: int


_NAMES = tuple(Report.__slots__)


def add(tx: Tx, report: Report) -> Report:
    """Keep a new report; it comes back with its number."""
    values = {name: getattr(report, name) for name in _NAMES if name != "id"}
    number = tx.execute(reports.insert().values(values).returning(reports.c.id)).scalar_one()
    return Report(**{**values, "id": number})


def waiting_from(tx: Tx, listing_id: str, sender: str) -> Report | None:
    """What one sender said of a listing and is not answered yet."""
    mine = and_(reports.c.listing_id == listing_id, reports.c.sender == sender, reports.c.state == WAITING)
    row = tx.execute(select(reports).where(mine).order_by(reports.c.id)).first()
    return Report(*(getattr(row, name) for name in _NAMES)) if row else None


def of_listing(tx: Tx, listing_id: str, limit: int) -> list[Report]:
    """The reports of a listing that wait, the oldest first."""
    query = select(reports).where(reports.c.listing_id == listing_id, reports.c.state == WAITING)
    rows = tx.execute(query.order_by(reports.c.reported_at, reports.c.id).limit(limit))
    return [Report(*(getattr(row, name) for name in _NAMES)) for row in rows]


def waiting(tx: Tx, limit: int, offset: int = 0) -> list[Reported]:
    """Reported listings that are still shown, the longest waiting first."""
    since = func.min(reports.c.reported_at)
    query = select(reports.c.listing_id, func.count(), since).where(_open()).group_by(reports.c.listing_id)
    query = query.order_by(since, reports.c.listing_id).limit(limit).offset(offset)
    return [Reported(*row) for row in tx.execute(query)]


def count_waiting(tx: Tx) -> int:
    """How many listings are shown and reported."""
    query = select(func.count(reports.c.listing_id.distinct())).where(_open())
    return int(tx.execute(query).scalar_one())


def waiting_stories(tx: Tx, limit: int) -> list[Reported]:
    """Reported stories that are still shown, the longest waiting first."""
    since = func.min(reports.c.reported_at)
    query = select(reports.c.listing_id, func.count(), since).where(_open_stories()).group_by(reports.c.listing_id)
    return [Reported(*row) for row in tx.execute(query.order_by(since, reports.c.listing_id).limit(limit))]


def count_waiting_stories(tx: Tx) -> int:
    """How many stories are shown and reported."""
    query = select(func.count(reports.c.listing_id.distinct())).where(_open_stories())
    return int(tx.execute(query).scalar_one())


def count_all_waiting(tx: Tx) -> int:
    """How many reports wait in all."""
    query = select(func.count()).select_from(reports).where(reports.c.state == WAITING)
    return int(tx.execute(query).scalar_one())


def count_from(tx: Tx, sender: str, since: int) -> int:
    """How many came from one address since then, whatever became of them."""
    lately = and_(reports.c.sender == sender, reports.c.reported_at > since)
    return int(tx.execute(select(func.count()).select_from(reports).where(lately)).scalar_one())


def decide(tx: Tx, listing_id: str, state: str, now: int) -> int:
    """Answer all reports of a listing that wait; how many."""
    mine = and_(reports.c.listing_id == listing_id, reports.c.state == WAITING)
    return tx.execute(update(reports).where(mine).values(state=state, decided_at=now)).rowcount


def close_gone(tx: Tx, now: int) -> int:
    """Answer reports of listings and stories that are no longer shown; how many."""
    shown = or_(reports.c.listing_id.in_(_shown()), reports.c.listing_id.in_(story_shelf.shown_ids(_asked())))
    over = and_(reports.c.state == WAITING, not_(shown))
    return tx.execute(update(reports).where(over).values(state=GONE, decided_at=now)).rowcount


def forget_people(tx: Tx, senders_before: int, words_before: int) -> None:
    """Blank what belongs to persons: hashes of addresses by the report's time, words and e-mail by the answer's."""
    c = reports.c
    tx.execute(update(reports).where(c.sender != "", c.reported_at < senders_before).values(sender=""))
    old = and_(c.decided_at.is_not(None), c.decided_at < words_before)
    tx.execute(update(reports).where(old).values(email="", words=""))


def _open() -> ColumnElement[bool]:
    return and_(reports.c.state == WAITING, reports.c.listing_id.in_(_shown()))


def _open_stories() -> ColumnElement[bool]:
    return and_(reports.c.state == WAITING, reports.c.listing_id.in_(story_shelf.shown_ids(_asked())))


def _shown() -> Any:
    """The ids of what is reported and shown: asked of the few reports, never of the whole catalogue."""
    return select(catalogue.c.id).where(catalogue.c.id.in_(_asked()), catalogue.c.item.is_not(None))


def _asked() -> Any:
    return select(reports.c.listing_id).where(reports.c.state == WAITING)
