"""Other nodes and their keys: which key is believed, which ones were before it, and which nobody has vouched for."""

from __future__ import annotations

from sqlalchemy import delete, func, literal, select, update

from node.storage.engine import Tx
from node.storage.message_tables import peer_keys, peers
from node.storage.upsert import upsert
from schemas.records import dataclass

PINNED, FORMER, OFFERED = "pinned", "former", "offered"
SEEN, SIGNED, OPERATOR = "seen", "signed", "operator"


@dataclass(frozen=True, slots=True)
class Peer:
    """A node; ``name`` and ``inbox`` are blank until its document was read, ``read_at`` is the last try.

    ``contact`` is the address for questions that it states, or blank.
    """

    node_id: str
    name: str
    inbox: str
    read_at: int
    contact: str = ""


@dataclass(frozen=True, slots=True)
class PeerKey:
    """A key of a node, in one of three states, and how it came into it."""

    node_id: str
    key_id: str
    public: str
    state: str
    how: str
    at: int


def by_id(tx: Tx, node_id: str) -> Peer | None:
    row = tx.execute(select(peers).where(peers.c.node_id == node_id)).first()
    return Peer(row.node_id, row.name, row.inbox, row.read_at, row.contact) if row else None


def put(tx: Tx, peer: Peer) -> None:
    """Keep what is known of a node now."""
    upsert(tx, peers, [{name: getattr(peer, name) for name in Peer.__slots__}])


def forget_silent(tx: Tx, before: int) -> None:
    """Forget the names of nodes whose document could never be read, and was asked for before this."""
    c = peers.c
    tx.execute(delete(peers).where(c.name == "", c.inbox == "", c.read_at < before))


def contact_of(tx: Tx, organisation_id: str) -> str:
    """The address that the node of an organisation states for questions; blank where none is known."""
    c = peers.c
    theirs = func.substr(literal(organisation_id), 1, func.length(c.node_id)) == c.node_id
    query = select(c.contact).where(c.contact != "", theirs).order_by(func.length(c.node_id).desc()).limit(1)
    return str(tx.execute(query).scalar() or "")


def keys(tx: Tx, node_id: str) -> list[PeerKey]:
    """All keys of a node, the newest first."""
    c = peer_keys.c
    query = select(peer_keys).where(c.node_id == node_id).order_by(c.at.desc(), c.key_id)
    return [PeerKey(*(getattr(row, name) for name in PeerKey.__slots__)) for row in tx.execute(query)]


def key(tx: Tx, node_id: str, key_id: str) -> PeerKey | None:
    return next((one for one in keys(tx, node_id) if one.key_id == key_id), None)


def pinned(tx: Tx, node_id: str) -> PeerKey | None:
    """The key of a node that is believed now."""
    return next((one for one in keys(tx, node_id) if one.state == PINNED), None)


def every(tx: Tx) -> list[PeerKey]:
    """The keys that are believed, and those that are offered in their place."""
    query = select(peer_keys.c.node_id).distinct().order_by(peer_keys.c.node_id)
    found = [one for row in tx.execute(query) for one in keys(tx, row.node_id)]
    return [one for one in found if one.state != FORMER]


def pin(tx: Tx, node_id: str, key_id: str, public: str, how: str, at: int) -> None:
    """Believe this key of a node from now on; the one before it has been."""
    c = peer_keys.c
    tx.execute(update(peer_keys).where(c.node_id == node_id, c.state == PINNED).values(state=FORMER))
    keep(tx, PeerKey(node_id, key_id, public, PINNED, how, at))


def keep(tx: Tx, one: PeerKey) -> None:
    """Keep a key as it stands."""
    upsert(tx, peer_keys, [{name: getattr(one, name) for name in PeerKey.__slots__}])
