"""Letting operators in: whoever can run a command on the node's machine makes a link that signs in one browser, once.

There are no passwords to guess or to lose. The database holds hashes alone, so a copy of it opens nothing. Opening a
link uses nothing up, because scanners of mail and chat open links too: the button on its page does.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass

from node.context import Node
from node.storage import sessions as stored
from node.storage.sessions import StoredLink, StoredSession
from schemas.errors import SharefeedError

LINK_MINUTES = 15
IDLE_S = 12 * 3600
LONGEST_S = 7 * 86_400
"""A session ends after this long even if it is used all the time."""
SEEN_EVERY_S = 60
COOKIE = "sharefeed_operator"
ROLE = "operator"
SIGN_IN_PATH = "control/sign-in/"
READY, USED, EXPIRED = "ready", "used", "expired"
_SHOWN_CHARACTERS = 8


class SignInError(SharefeedError):
    """A link that lets nobody in; ``state`` is ``used`` or ``expired`` (which an unknown one counts as)."""

    def __init__(self, state: str) -> None:
        self.state = state
        words = "was used already" if state == USED else "is too old, or none that this node has made"
        super().__init__(f"This link {words}. Nobody was signed in. Make a new one with `sharefeed operator link`.")


class NoControlPagesError(SharefeedError):
    """A link was asked for on a node that has no pages to sign in to."""

    def __init__(self) -> None:
        super().__init__(
            "This node publishes and does not read others, so it has no control pages, and no link was made. Its "
            "listings are kept with `sharefeed listing`, `sharefeed organisation` and `sharefeed import`; control "
            "pages come with the setting aggregate = true."
        )


class SessionError(SharefeedError):
    """There is no such session, or more than one whose name begins so."""


@dataclass(frozen=True, slots=True)
class Session:
    """A signed-in browser. ``name`` is the beginning of a hash: it tells sessions apart and opens nothing."""

    name: str
    role: str
    created_at: int
    seen_at: int
    expires_at: int


def new_link(node: Node) -> str:
    """The address of a new one-time link, good for `LINK_MINUTES`. Raises `NoControlPagesError`."""
    if not node.settings.aggregate:
        raise NoControlPagesError
    token = secrets.token_urlsafe(32)
    with node.database.write() as tx:
        stored.forget_links(tx, node.now - 86_400)
        stored.add_link(tx, StoredLink(_hash(token), node.now + LINK_MINUTES * 60, None))
    return f"{node.settings.url}{SIGN_IN_PATH}{token}"


def state_of_link(node: Node, token: str) -> str:
    """`READY`, `USED` or `EXPIRED`; asking changes nothing."""
    with node.database.read() as tx:
        link = stored.link(tx, _hash(token))
    if link is None or (link.used_at is None and link.expires_at <= node.now):
        return EXPIRED
    return READY if link.used_at is None else USED


def sign_in(node: Node, token: str) -> str:
    """Use a link up; the secret of the new session, for the browser's cookie. Raises `SignInError`."""
    secret = secrets.token_urlsafe(32)
    with node.database.write() as tx:
        good = stored.use_link(tx, _hash(token), node.now)
        if good:
            stored.forget(tx, node.now)
            stored.add(tx, StoredSession(_hash(secret), ROLE, node.now, node.now, node.now + IDLE_S))
    if not good:
        raise SignInError(USED if state_of_link(node, token) == USED else EXPIRED)
    return secret


def session_of(node: Node, secret: str | None) -> Session | None:
    """The session that a cookie belongs to, kept alive by being asked for; None when there is none or it is over."""
    if not secret:
        return None
    with node.database.read() as tx:
        found = stored.by_hash(tx, _hash(secret))
    if found is None or found.expires_at <= node.now:
        return None
    if node.now - found.seen_at >= SEEN_EVERY_S:
        with node.database.write() as tx:
            stored.seen(tx, found.token_hash, node.now, min(node.now + IDLE_S, found.created_at + LONGEST_S))
    return _session(found)


def sign_out(node: Node, secret: str) -> None:
    """End the session of this cookie, if there is one."""
    with node.database.write() as tx:
        stored.remove(tx, [_hash(secret)])


def sessions(node: Node) -> list[Session]:
    """The sessions that are open, the latest seen first."""
    with node.database.read() as tx:
        return [_session(found) for found in stored.every(tx) if found.expires_at > node.now]


def revoke(node: Node, name: str) -> None:
    """End the one session whose name begins so. Raises `SessionError` unless there is exactly one."""
    with node.database.write() as tx:
        found = [one.token_hash for one in stored.every(tx) if name and one.token_hash.startswith(name.lower())]
        if len(found) != 1:
            which = "No session has" if not found else "More than one session has"
            raise SessionError(f"{which} a name that begins with {name!r}. `sharefeed operator sessions` lists them.")
        stored.remove(tx, found)


def revoke_all(node: Node) -> int:
    """End every session; how many there were. Links that were not used yet stop working too."""
    with node.database.write() as tx:
        stored.forget_links(tx, node.now + LINK_MINUTES * 60 + 1)
        return stored.remove(tx, [one.token_hash for one in stored.every(tx)])


def _hash(secret: str) -> str:
    # A secret of 256 random bits needs no slow hash: there is nothing to guess.
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def _session(found: StoredSession) -> Session:
    name = found.token_hash[:_SHOWN_CHARACTERS]
    return Session(name, found.role, found.created_at, found.seen_at, found.expires_at)
