"""Which handovers of its own an organisation can tell a story of, and what is known of each."""

from __future__ import annotations

from datetime import UTC, date, datetime
from itertools import islice
from zoneinfo import ZoneInfo

from node.context import Node
from node.storage import exchange_lists, exchanges
from node.storage import handovers as receipts
from node.storage.engine import Tx
from node.storage.exchange_lists import ENDED, Wanted
from node.storage.exchanges import Stored
from schemas import exchange as rules
from schemas.handover import MATCHED, ONE_OPERATOR, Handover
from schemas.records import dataclass
from schemas.story import PERSON, Handed, Other

OVER = (rules.RECEIVED, rules.RETURNED)
"""The ends of an exchange that there is something to tell of."""
MOST = 200
PATH = "exchanges/"


@dataclass(frozen=True, slots=True)
class Told:
    """A handover of an organisation; ``exchange`` is its URI, ``other`` the other side, with its name."""

    exchange: str
    handed: Handed
    other: Other


def handovers(tx: Tx, node: Node, organisation_id: str) -> list[Told]:
    """What an organisation has handed over or been given, the latest first."""
    rows = (row for row in receipts.of_organisation(tx, organisation_id) if _is_good(row))
    told = [_of_row(row, organisation_id) for row in islice(rows, MOST)]
    known = {one.exchange for one in told}
    # One that has just ended may have no receipt yet.
    ended = exchange_lists.page(tx, Wanted(organisation_id, OVER), ENDED, MOST)
    own = (_of_exchange(node, one) for one in ended)
    told += [one for one in own if one.exchange not in known]
    return sorted(told, key=lambda one: (one.handed.ended or date.min, one.exchange), reverse=True)[:MOST]


def handover(tx: Tx, node: Node, organisation_id: str, exchange: str) -> Told | None:
    """One of them, by the URI of its exchange."""
    row = receipts.by_exchange(tx, exchange)
    if row is not None and organisation_id in (row.giver_id, row.taker_id) and _is_good(row):
        return _of_row(row, organisation_id)
    own = exchanges.by_id(tx, local_id(node, exchange) or "")
    if own is None or own.organisation_id != organisation_id or own.exchange.state not in OVER:
        return None
    return _of_exchange(node, own)


def _is_good(row: Handover) -> bool:
    """Whether both sides have said that it came to its end as it should."""
    return row.state in (MATCHED, ONE_OPERATOR) and row.outcome in OVER


def _of_row(row: Handover, organisation_id: str) -> Told:
    """A handover as its receipt has it, from one side."""
    takes = row.giver_id != organisation_id
    id_, name, type_ = (getattr(row, f"{'giver' if takes else 'taker'}_{part}") for part in ("id", "name", "type"))
    handed = Handed(
        title=row.title[:200] or row.category,
        direction=row.direction,
        kind=row.kind,
        action=row.action,
        category=row.category,
        quantity=max(1, row.quantity),
        exchange=row.exchange,
        listing=row.listing_id or None,
        ended=date.fromisoformat(row.ended_on) if row.ended_on else None,
    )
    other = Other(type_, id_, name) if id_ and name and type_ != PERSON else Other(PERSON)
    return Told(row.exchange, handed, other)


def uri_of(node: Node, exchange_id: str) -> str:
    """The URI of an exchange whose owner is here."""
    return f"{node.settings.url}{PATH}{exchange_id}"


def local_id(node: Node, exchange: str) -> str | None:
    """The number of an exchange whose owner is here; None for another node's."""
    start = node.settings.url + PATH
    return exchange.removeprefix(start) if exchange.startswith(start) else None


def _of_exchange(node: Node, stored: Stored) -> Told:
    listing, exchange = stored.listing, stored.exchange
    zone = ZoneInfo(node.settings.timezone)
    uri = uri_of(node, stored.id)
    handed = Handed(
        title=str(listing["title"]),
        direction=exchange.direction,
        kind=str(listing["kind"]),
        action=exchange.action,
        category=str(listing["category"]),
        quantity=max(1, exchange.granted),
        exchange=uri,
        listing=stored.listing_id,
        ended=datetime.fromtimestamp(stored.closed_at or exchange.since, UTC).astimezone(zone).date(),
    )
    return Told(uri, handed, Other(PERSON))
