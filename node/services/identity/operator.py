"""Letting operators in: whoever can run a command on the node's machine makes a link that signs in one browser, once.

There are no passwords to guess or to lose.
"""

from __future__ import annotations

from node.context import Node
from node.services.identity import links
from node.services.identity import sessions as open_sessions
from node.services.identity.links import EXPIRED, USED
from node.services.identity.sessions import Kind, begin, name_of, still_open
from node.storage import links as stored_links
from node.storage import sessions as stored
from node.storage.sessions import StoredSession
from schemas.errors import SharefeedError
from schemas.records import dataclass

LINK_MINUTES = 15
IDLE_S = 12 * 3600
LONGEST_S = 7 * 86_400
"""A session ends after this long even if it is used all the time."""
COOKIE = "sharefeed_operator"
ROLE = "operator"
SIGN_IN_PATH = "control/sign-in/"
_KIND = Kind(ROLE, IDLE_S, LONGEST_S)


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
    with node.database.write() as tx:
        token = links.make(tx, node, ROLE, LINK_MINUTES)
    return f"{node.settings.url}{SIGN_IN_PATH}{token}"


def state_of_link(node: Node, token: str) -> str:
    """`READY`, `USED` or `EXPIRED`; asking changes nothing."""
    return links.state_of(node, ROLE, token)


def sign_in(node: Node, token: str) -> str:
    """Use a link up; the secret of the new session, for the browser's cookie. Raises `SignInError`."""
    with node.database.write() as tx:
        if links.use(tx, node, ROLE, token):
            return begin(tx, node, _KIND)
    raise SignInError(USED if state_of_link(node, token) == USED else EXPIRED)


def session_of(node: Node, secret: str | None) -> Session | None:
    """The session that a cookie belongs to, kept alive by being asked for; None when there is none or it is over."""
    found = open_sessions.found(node, _KIND, secret)
    return None if found is None else _session(found)


def sign_out(node: Node, secret: str) -> None:
    """End the session of this cookie, if there is one."""
    open_sessions.end(node, secret)


def sessions(node: Node) -> list[Session]:
    """The sessions that are open, the latest seen first."""
    with node.database.read() as tx:
        return [_session(found) for found in still_open(tx, node, ROLE)]


def revoke(node: Node, name: str) -> None:
    """End the one session whose name begins so. Raises `SessionError` unless there is exactly one."""
    with node.database.write() as tx:
        found = [one.token_hash for one in stored.every(tx, ROLE) if name and one.token_hash.startswith(name.lower())]
        if len(found) != 1:
            which = "No session has" if not found else "More than one session has"
            raise SessionError(f"{which} a name that begins with {name!r}. `sharefeed operator sessions` lists them.")
        stored.remove(tx, found)


def revoke_all(node: Node) -> int:
    """End every session; how many there were. Links that were not used yet stop working too."""
    with node.database.write() as tx:
        stored_links.remove(tx, ROLE)
        return stored.remove(tx, [one.token_hash for one in stored.every(tx, ROLE)])


def _session(found: StoredSession) -> Session:
    return Session(name_of(found), found.role, found.created_at, found.seen_at, found.expires_at)
