"""What a gift weighed, and how long help or the use of a room took: said once it was handed over, by either side.

Whoever says it first is believed, and may correct it for as long as anybody is known here; the other side reads it. The
owner may correct what the asker has said. Refuses what is far beyond what such things weigh, until it is said twice,
and altogether from who asks: anybody may ask, and what is said here stands in a city's sums.
"""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal
from typing import Any

from node.context import Node
from node.services.exchanges.between_nodes import across
from node.services.exchanges.links import Party
from node.services.limits.strangers import FormError
from node.services.listings import publishing
from node.services.receipts import issue
from node.storage import exchanges
from node.storage.engine import Tx
from node.storage.exchanges import Event, Stored
from schemas import exchange as rules
from schemas.errors import Problem
from schemas.exchange import ASKER, OWNER
from schemas.impact import estimate
from schemas.message import HEAVIEST_G, LONGEST_MIN, State
from schemas.records import dataclass

WEIGHT, HOURS = "weight", "hours"
DOUBTFUL = "doubtful"
"""The code of a problem that goes away when it is said twice."""
_TIMES_TOO_MUCH = 10
_TOO_MUCH_G = 1_000_000
_TOO_LONG_MIN = 31 * 24 * 60
_SAID = (rules.HANDED_OVER, rules.RECEIVED)
_AMOUNT = re.compile(r"(\d{1,7}(?:[.,]\d{1,3})?)\s*([a-z]*)\.?\Z")
_CLOCK = re.compile(r"(\d{1,4})[:h](\d\d)\Z")
_KILOGRAMS = {"": 1000, "kg": 1000, "kgs": 1000, "kilo": 1000, "kilos": 1000, "g": 1, "gram": 1, "grams": 1}
_KILOGRAMS |= {"t": 1_000_000, "tonne": 1_000_000, "tonnes": 1_000_000}
_HOURS = {"": 60, "h": 60, "hour": 60, "hours": 60, "hr": 60, "hrs": 60, "min": 1, "mins": 1, "minutes": 1}


@dataclass(frozen=True, slots=True)
class _Handed:
    """What `schemas.impact` asks of a handover."""

    action: str
    category: str
    title: str
    quantity: int
    weight_g: int | None = None
    weight_source: str = ""
    minutes: int | None = None
    ended_on: str = ""


def measured_in(stored: Stored) -> str:
    """Whether this is weighed, or timed; blank for what is lent, which comes back."""
    if stored.exchange.is_gift:
        return WEIGHT
    return HOURS if stored.exchange.action in ("host", "help") else ""


def may_measure(stored: Stored, side: str, now: int) -> bool:
    """Whether a side can say it now: once it was handed over, and the owner has not said it where the asker would."""
    over = stored.closed_at is not None and now - stored.closed_at > rules.FORGET_S
    mine = side == OWNER or stored.measured_by in ("", side)
    return bool(measured_in(stored)) and stored.exchange.state in _SAID and not over and mine


def usual_minutes(stored: Stored) -> int | None:
    """How long it was to be, where a time was agreed."""
    first, last = stored.exchange.starts_at, stored.exchange.ends_at
    return None if first is None or last is None else (last - first) // 60


def measure(node: Node, exchange_id: str, party: Party, typed: str, sure: bool = False) -> Stored:
    """Keep what something weighed, or how long it took; blank takes back what this side has said.

    Raises `FormError` for what cannot be meant, and, unless they are ``sure``, for what is hard to believe.
    """
    with publishing.writing(node) as tx:
        before = exchanges.by_id(tx, exchange_id, lock=True)
        if before is None or not may_measure(before, party.side, node.now):
            raise FormError([Problem("", "not-yet", "This cannot be said now.")])
        after = _measured(before, party.side, typed, sure)
        if after != before:
            exchanges.change(tx, after, node.now)
            exchanges.note(tx, after.id, _event(node, party, after))
            issue.follow(tx, node, after)
            across.tell_measured(tx, node, after)
    return after


def heard(tx: Tx, node: Node, before: Stored, weight_g: int | None, minutes: int | None) -> bool:
    """At the owner's home: the asker has weighed or timed it, or takes that back; whether it counts.

    What the owner's side has said stays, and what is hard to believe is not taken.
    """
    what = measured_in(before)
    amount = weight_g if what == WEIGHT else minutes
    if not may_measure(before, ASKER, node.now) or (amount is None and (weight_g, minutes) != (None, None)):
        return False
    if amount is not None and is_doubtful(before, amount):
        return False
    blank = replace(before, weight_g=None, minutes=None, measured_by="")
    values: dict[str, Any] = {"weight_g" if what == WEIGHT else "minutes": amount, "measured_by": ASKER}
    after = blank if amount is None else replace(blank, **values)
    if after != before:
        exchanges.change(tx, after, node.now)
        exchanges.note(tx, after.id, _event(node, Party(ASKER), after))
        issue.follow(tx, node, after)
    return True


def followed(copy: Stored, state: State) -> Stored:
    """The asker's copy after what the owner's home says was weighed or timed. Its own word the asker's side knows."""
    if state.measured_by == ASKER and copy.measured_by != ASKER:
        return copy
    what = measured_in(copy)
    weight_g = state.weight_g if what == WEIGHT else None
    minutes = state.minutes if what == HOURS else None
    known = state.measured_by if (weight_g, minutes) != (None, None) else None
    return replace(copy, weight_g=weight_g, minutes=minutes, measured_by=known or "")


def _event(node: Node, party: Party, after: Stored) -> Event:
    exchange = after.exchange
    return Event(node.now, party.side, "measure", exchange.state, exchange.granted)


def _measured(before: Stored, side: str, typed: str, sure: bool) -> Stored:
    what = measured_in(before)
    if not typed.strip():
        return replace(before, weight_g=None, minutes=None, measured_by="")
    amount = read(what, typed)
    if amount is None:
        raise FormError([_not_read(what)])
    if is_doubtful(before, amount) and (side == ASKER or not sure):
        raise FormError([_too_much(what) if side == ASKER else _doubt(what)])
    values: dict[str, Any] = {"weight_g" if what == WEIGHT else "minutes": amount}
    return replace(before, measured_by=side, **values)


def _not_read(what: str) -> Problem:
    if what == WEIGHT:
        return Problem("/weight", "bad-number", "Say it in kilograms, such as 12 or 0.5.")
    return Problem("/hours", "bad-number", "Say it in hours, such as 2 or 1.5, or as 1:30.")


def _doubt(what: str) -> Problem:
    if what == WEIGHT:
        return Problem("/weight", DOUBTFUL, "This is much more than such things weigh. If it is right, tick the box.")
    return Problem("/hours", DOUBTFUL, "This is very long. If it is right, tick the box.")


def _too_much(what: str) -> Problem:
    if what == WEIGHT:
        message = "This is much more than such things weigh. If it is right, the other side can say it."
        return Problem("/weight", "too-much", message)
    return Problem("/hours", "too-much", "This is very long. If it is right, the other side can say it.")


def read(what: str, typed: str) -> int | None:
    """Grams, or minutes, as people type them: ``12``, ``0,5 kg``, ``800 g``, ``1:30``; None for what is neither."""
    text = " ".join(typed.casefold().split())
    clock = _CLOCK.match(text) if what == HOURS and text.isascii() else None
    if clock:
        return _within(what, int(clock[1]) * 60 + int(clock[2])) if int(clock[2]) < 60 else None
    amount = _AMOUNT.match(text) if text.isascii() else None
    factor = (_KILOGRAMS if what == WEIGHT else _HOURS).get(amount[2]) if amount else None
    if amount is None or factor is None:
        return None
    return _within(what, round(Decimal(amount[1].replace(",", ".")) * factor))


def _within(what: str, amount: int) -> int | None:
    return amount if 0 < amount <= (HEAVIEST_G if what == WEIGHT else LONGEST_MIN) else None


def is_doubtful(stored: Stored, amount: int) -> bool:
    """Whether this is hard to believe: ten times what such things weigh, or more than a tonne where nobody knows."""
    if measured_in(stored) == HOURS:
        return amount > max(_TOO_LONG_MIN, 2 * (usual_minutes(stored) or 0))
    usual = usual_g(stored)
    return amount > (_TOO_MUCH_G if usual is None else max(_TIMES_TOO_MUCH * usual, 1000))


def usual_g(stored: Stored) -> int | None:
    """Grams that all of it would weigh as its listing says, else as such things do; None where nobody knows."""
    about, exchange = stored.listing, stored.exchange
    quantity = exchange.granted or exchange.asked
    if about.get("weight_kg"):
        return int(about["weight_kg"] * 1000 * quantity + 0.5)
    handed = _Handed(exchange.action, about.get("category") or "", stored.title, quantity)
    return estimate(handed, about.get("unit") or "").weight_g
