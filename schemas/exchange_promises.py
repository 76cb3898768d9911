"""How many of a listing exchanges keep from others, and how many can be promised still. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from schemas.exchange import ACCEPTED, BROUGHT_BACK, DISPUTED, HANDED_OVER, LENT, Exchange


def promised(exchange: Exchange) -> int:
    """How many of a listing this exchange keeps from others: what was promised and has not left the listing."""
    keeps = exchange.state in (ACCEPTED, HANDED_OVER, LENT, BROUGHT_BACK, DISPUTED)
    return exchange.granted - exchange.counted if keeps and exchange.action in ("give", "lend") else 0


def room(available: int, exchange: Exchange, others: Iterable[Exchange]) -> int | None:
    """How many of ``available`` can be promised in this exchange; None where a number says nothing, as of a hall."""
    if exchange.action not in ("give", "lend"):
        return None
    return max(0, available - sum(promised(other) for other in others if _meet(exchange, other)))


def _meet(one: Exchange, other: Exchange) -> bool:
    """Whether both want it at the same time; what has no dates, or is not back yet, is wanted at any time."""
    spans = (one.starts_at, one.ends_at, other.starts_at, other.ends_at)
    if one.is_gift or other.state == BROUGHT_BACK or None in spans:
        return True
    begins, ends, their_begin, their_end = (span or 0 for span in spans)
    return begins < their_end and their_begin < ends
