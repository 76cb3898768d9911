"""One-time links: each opens one door, once, for a while.

The database holds hashes alone, so a copy of it opens nothing. Opening a link uses nothing up, because scanners of mail
and chat open links too: the button on its page does.
"""

from __future__ import annotations

import hashlib
import secrets

from node.context import Node
from node.storage import links as stored
from node.storage.engine import Tx
from node.storage.links import StoredLink

READY, USED, EXPIRED = "ready", "used", "expired"
_DAY_S = 86_400


def make(
    tx: Tx, node: Node, purpose: str, minutes: int, account_id: str | None = None, email: str | None = None
) -> str:
    """The token of a new link, good for so many minutes; ``email`` is the address that it gives the account."""
    token = new_secret()
    stored.forget(tx, node.now - _DAY_S)
    stored.add(tx, StoredLink(hash_of(token), purpose, account_id, node.now + minutes * 60, None, email))
    return token


def state_of(node: Node, purpose: str, token: str) -> str:
    """`READY`, `USED` or `EXPIRED` (as which an unknown one counts); asking changes nothing."""
    with node.database.read() as tx:
        link = stored.by_hash(tx, purpose, hash_of(token))
    if link is None or (link.used_at is None and link.expires_at <= node.now):
        return EXPIRED
    return READY if link.used_at is None else USED


def use(tx: Tx, node: Node, purpose: str, token: str) -> StoredLink | None:
    """Use a link up; None where it is not good any more, or never was."""
    if not stored.use(tx, purpose, hash_of(token), node.now):
        return None
    return stored.by_hash(tx, purpose, hash_of(token))


def new_secret() -> str:
    """256 random bits for an address or a cookie."""
    return secrets.token_urlsafe(32)


def hash_of(secret: str) -> str:
    """What is kept of a secret. One of 256 random bits needs no slow hash: there is nothing to guess."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
