"""How an exchange is spoken of: a thing changes hands, a room or help takes place, and what somebody wants is offered.

Codes of words may have these behind them, as ``handed_over_time``; the first that has words of its own counts.
"""

from __future__ import annotations

from schemas.exchange import Exchange

WANT, TIME = "want", "time"
_TAKES_PLACE = ("host", "help")


def manners(exchange: Exchange) -> tuple[str, ...]:
    """What is particular about an exchange for the words about it, what matters most first."""
    found = (WANT, exchange.direction == "want"), (TIME, exchange.action in _TAKES_PLACE)
    return tuple(manner for manner, is_so in found if is_so)
