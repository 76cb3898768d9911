"""Halves of receipts, signed with keys of their own, for tests: a desk that a school gave to a charity."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from schemas import signing
from schemas.exchange import ASKER, OWNER
from schemas.receipt import Half, Party, half_id, signed

OURS, THEIRS = "https://school.example/", "https://charity.example/"
SCHOOL = Party("school", f"{OURS}organisations/school", "Riverside School")
CHARITY = Party("charity", f"{THEIRS}organisations/kettles", "Kettles for All")
SOMEBODY = Party("person")
_MOMENT = datetime(2026, 11, 14, tzinfo=UTC)


def key_of(node_id: str) -> bytes:
    """The private key of a node, always the same."""
    return hashlib.sha256(b"key of " + node_id.encode()).digest()


def half(side: str = OWNER, number: int = 1, home: str = OURS, **changes: Any) -> Half:
    """One half of an exchange that the node ``home`` keeps, not signed yet."""
    exchange = f"{home}exchanges/{number:020d}"
    values: dict[str, Any] = {
        "title": "A desk",
        "content_text": "Riverside School gave A desk to Kettles for All.",
        "date_published": _MOMENT,
        "date_modified": _MOMENT,
        "exchange": exchange,
        "side": side,
        "outcome": "received",
        "listing": f"{home}listings/school.desk",
        "direction": "offer",
        "kind": "item",
        "action": "give",
        "category": "furniture/desk",
        "quantity": 1,
        "owner": replace(SCHOOL, id=f"{home}organisations/school"),
        "asker": CHARITY,
        "asker_home": THEIRS,
        "asked": date(2026, 11, 9),
        "ended": date(2026, 11, 14),
        **changes,
    }
    signer = values.setdefault("signed_by", home if side == OWNER else values["asker_home"])
    values.setdefault("key", signing.key_id(signing.public_of(key_of(signer))))
    return Half(id=half_id(signer, values["exchange"], side), **values)


def item(of: Half, key: bytes | None = None) -> dict[str, Any]:
    """The half as its node publishes it."""
    return signed(of, key or key_of(of.signed_by))


def both(number: int = 1, home: str = OURS, **changes: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """Both halves of one exchange, as they are published."""
    return item(half(OWNER, number, home, **changes)), item(half(ASKER, number, home, **changes))
