"""Sessions of signed-in browsers: opened, kept alive by being used, ended. What opens one is decided elsewhere."""

from __future__ import annotations

from contextlib import suppress

from node.context import Node
from node.services.identity.links import hash_of, new_secret
from node.storage import sessions as stored
from node.storage.engine import StorageError, Tx
from node.storage.sessions import StoredSession
from schemas.records import dataclass

SEEN_EVERY_S, SEEN_PATIENCE_S = 60, 1
SHOWN_CHARACTERS = 8


@dataclass(frozen=True, slots=True)
class Kind:
    """What sessions of a role are like: they end when they are not used for ``idle_s``, and after ``longest_s``."""

    role: str
    idle_s: int
    longest_s: int


def begin(tx: Tx, node: Node, kind: Kind, account_id: str | None = None, device: str = "") -> str:
    """Open a session; its secret, for the browser's cookie."""
    secret, now = new_secret(), node.now
    stored.forget(tx, now)
    stored.add(tx, StoredSession(hash_of(secret), kind.role, account_id, device, now, now, now + kind.idle_s, now))
    return secret


def found(node: Node, kind: Kind, secret: str | None) -> StoredSession | None:
    """The session that a cookie belongs to, kept alive by being asked for; None when there is none or it is over."""
    if not secret:
        return None
    with node.database.read() as tx:
        session = stored.by_hash(tx, hash_of(secret))
    if session is None or session.role != kind.role or session.expires_at <= node.now:
        return None
    if node.now - session.seen_at >= SEEN_EVERY_S:
        # Where nothing can be written, people may go on reading, and soon.
        with suppress(StorageError), node.database.write(SEEN_PATIENCE_S) as tx:
            until = min(node.now + kind.idle_s, session.created_at + kind.longest_s)
            stored.seen(tx, session.token_hash, node.now, until)
    return session


def is_proved(session: StoredSession, now: int, within_s: int) -> bool:
    """Whether who uses a session proved who they are so many seconds ago at most."""
    return now - session.proved_at < within_s


def end(node: Node, secret: str) -> None:
    """End the session of this cookie, if there is one."""
    with node.database.write() as tx:
        stored.remove(tx, [hash_of(secret)])


def still_open(tx: Tx, node: Node, role: str, account_id: str | None = None) -> list[StoredSession]:
    """The sessions that are open, the latest seen first."""
    return [one for one in stored.every(tx, role, account_id) if one.expires_at > node.now]


def name_of(session: StoredSession) -> str:
    """The beginning of its hash: it tells sessions apart and opens nothing."""
    return session.token_hash[:SHOWN_CHARACTERS]
