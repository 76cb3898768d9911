"""Which key of another node is believed: the one that was seen first, and then only what follows it.

A new key is believed where the old one has signed that it follows, or where the operator says so. Refuses an inbox that
is not below the node's own address: nobody sends us to somebody else's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from typing import TYPE_CHECKING, Protocol
from urllib.parse import urlsplit

from federation.fetch_error import FetchError
from node.context import Node
from node.storage import peers, receipt_readings
from node.storage.engine import Tx
from node.storage.peers import FORMER, OFFERED, OPERATOR, PINNED, SEEN, SIGNED, Peer, PeerKey
from schemas import signing
from schemas.errors import DocumentError, SharefeedError
from schemas.node_document import Key, NodeDocument, load_node_document
from schemas.strict_json import loads

if TYPE_CHECKING:
    from federation.fetch import Answer, Fetcher

LOOK_AGAIN_S = 60
"""How long a node is not asked again for a key that it did not have."""
DEADLINE_S = 5.0
MOST_BYTES = 2**20
_MOST_STEPS = 20


def site_of(node_id: str) -> str:
    """The host of a node: by this those are counted together that one person can make up in any number.

    Of this machine, where nodes are tried out, the port belongs to it.
    """
    parts = urlsplit(node_id)
    is_here = parts.hostname in ("127.0.0.1", "localhost", "::1")
    return parts.netloc if is_here else (parts.hostname or node_id).rstrip(".")


class PeerError(SharefeedError):
    """A node that cannot be spoken with: its document cannot be read, or is not its own."""


class Client(Protocol):
    """The guarded client (`federation.fetch.Fetcher`), as far as it is needed here."""

    def get(
        self, url: str, *, accept: str = "*/*", max_bytes: int | None = None, deadline_s: float | None = None
    ) -> Answer: ...


def key_of(
    node: Node,
    node_id: str,
    key_id: str,
    client: Client | None = None,
    former: bool = False,
    turn: Callable[[], AbstractContextManager[None]] = nullcontext,
) -> str | None:
    """The public key of this id that is believed to be the node's; with ``former``, also one that was before.

    A node or key that is not known is looked up in the node's document, at most once a minute, within a ``turn``.
    """
    with node.database.read() as tx:
        found, peer = peers.key(tx, node_id, key_id), peers.by_id(tx, node_id)
    if found is not None and (found.state == PINNED or (former and found.state == FORMER)):
        return found.public
    if found is not None and found.state == FORMER:
        return None
    if peer is not None and node.now - peer.read_at < LOOK_AGAIN_S:
        return None
    try:
        with turn():
            look(node, node_id, client)
    except PeerError:
        return None
    with node.database.read() as tx:
        found = peers.key(tx, node_id, key_id)
    allowed = (PINNED, FORMER) if former else (PINNED,)
    return found.public if found is not None and found.state in allowed else None


def inbox_of(node: Node, node_id: str, client: Client | None = None) -> str:
    """Where messages to a node go. Raises `PeerError` where it takes none, or cannot be asked."""
    with node.database.read() as tx:
        peer = peers.by_id(tx, node_id)
    if peer is None or not peer.inbox or node.now - peer.read_at > 86_400:
        peer = look(node, node_id, client)
    if not peer.inbox:
        raise PeerError(f"{node_id} takes no messages")
    return peer.inbox


def look(node: Node, node_id: str, client: Client | None = None) -> Peer:
    """Read a node's document now, and take up its inbox and keys. Raises `PeerError`."""
    read(node, node_id, client)
    with node.database.read() as tx:
        found = peers.by_id(tx, node_id)
    if found is None:
        raise PeerError(f"{node_id} is not known any more")
    return found


def read(node: Node, node_id: str, client: Client | None = None) -> NodeDocument:
    """The document of a node, read now; its inbox and keys are taken up. Raises `PeerError`."""
    if not node_id.endswith("/"):
        # What begins with it is taken for its own: without the slash https://a.co would speak for a.com.
        raise PeerError(f"{node_id[:200]} is no id of a node: it does not end in a slash")
    with node.database.write() as tx:
        known = peers.by_id(tx, node_id)
        peers.put(tx, replace(known or Peer(node_id, "", "", 0), read_at=node.now))
    document = _document(node, node_id, client)
    contact = document.contact.email if document.contact else None
    found = Peer(node_id, document.name, _own_inbox(document), node.now, contact or "")
    with node.database.write() as tx:
        peers.put(tx, found)
        _take_up(tx, node_id, document.keys, node.now)
    return document


def _document(node: Node, node_id: str, client: Client | None) -> NodeDocument:
    url = f"{node_id.rstrip('/')}/.well-known/sharefeed.json"
    try:
        with client_of(node, client) as fetcher:
            answer = fetcher.get(url, accept="application/json", max_bytes=MOST_BYTES, deadline_s=DEADLINE_S)
        if answer.status != 200:
            raise PeerError(f"{url} answers with {answer.status}")
        document = load_node_document(loads(answer.body))
    except (FetchError, DocumentError) as error:
        raise PeerError(f"The node document of {node_id} cannot be read: {error}") from error
    if document.id != node_id:
        raise PeerError(f"The node document at {url} is that of {document.id}")
    return document


def client_of(node: Node, given: Client | None) -> AbstractContextManager[Client]:
    """The client that is given, left open afterwards; without one, a guarded client of our own."""
    if given is not None:
        return nullcontext(given)
    from node.services.aggregating.polling import make_fetcher

    made: Fetcher = make_fetcher(node)
    return made


def _own_inbox(document: NodeDocument) -> str:
    inbox = document.inbox or ""
    return inbox if inbox.startswith(f"{document.id.rstrip('/')}/") else ""


def _take_up(tx: Tx, node_id: str, told: Sequence[Key], now: int) -> None:
    good = [key for key in told if signing.is_public(key.public) and key.id == signing.key_id(key.public)]
    current = next((key for key in good if key.until is None), None)
    pinned = peers.pinned(tx, node_id)
    if current is None or (pinned is not None and pinned.key_id == current.id):
        return
    if pinned is None:
        for key in _before(node_id, current, good):
            peers.keep(tx, PeerKey(node_id, key.id, key.public, FORMER, SEEN, now))
        peers.pin(tx, node_id, current.id, current.public, SEEN, now)
        return
    chain = follows(node_id, pinned, good)
    for key in chain:
        peers.pin(tx, node_id, key.id, key.public, SIGNED, now)
    known = peers.key(tx, node_id, current.id)
    if current.id not in {key.id for key in chain} and (known is None or known.state != FORMER):
        peers.keep(tx, PeerKey(node_id, current.id, current.public, OFFERED, SEEN, now))


def _before(node_id: str, current: Key, told: Sequence[Key]) -> list[Key]:
    """The keys that a node had before the present one: what they have signed leads to it."""
    others = [key for key in told if key.id != current.id]
    starts = [(key, PeerKey(node_id, key.id, key.public, FORMER, SEEN, 0)) for key in others]
    return [key for key, start in starts if current.id in {one.id for one in follows(node_id, start, told)}]


def follows(node_id: str, pinned: PeerKey, told: Iterable[Key]) -> list[Key]:
    """The keys that follow a believed one, each named by a signature of the one before it."""
    public, before, found = pinned.public, pinned.key_id, list[Key]()
    told = list(told)
    for _ in range(_MOST_STEPS):
        following = next((key for key in told if key.by == before and _is_named(node_id, key, public)), None)
        if following is None or following.id in {key.id for key in found} | {pinned.key_id}:
            break
        found.append(following)
        public, before = following.public, following.id
    return found


def _is_named(node_id: str, key: Key, by: str) -> bool:
    if key.from_ is None or key.sig is None:
        return False
    return signing.verify(by, signing.KEY, signing.statement(node_id, key.public, key.from_), key.sig)


def believe(node: Node, node_id: str, key_id: str) -> None:
    """The operator's word for a key that a node offers. Raises `PeerError` where it offers none such."""
    with node.database.write() as tx:
        found = peers.key(tx, node_id, key_id)
        if found is None or found.state not in (OFFERED, PINNED):
            raise PeerError(f"{node_id} offers no key {key_id}; `sharefeed key known` lists what was offered")
        peers.pin(tx, node_id, key_id, found.public, OPERATOR, node.now)
        receipt_readings.anew(tx, node_id)


def known(node: Node) -> list[PeerKey]:
    """The keys of other nodes that are believed, and those that are offered in their place."""
    with node.database.read() as tx:
        return peers.every(tx)
