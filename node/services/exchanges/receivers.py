"""Which organisations can be said to have got something: found by name among those that are known somewhere.

That is: those of this node, those something was exchanged with, and those that a catalogue lists, our own or the one
that this node proposes itself to. Each is asked by the node that speaks for it, or where there is none, by mail.
Refuses to believe a form: who was chosen is looked up once more.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from typing import Any
from urllib.parse import urlencode

import orjson

from federation.fetch_error import FetchError
from federation.records import ACTIVE, Source
from node.context import Node
from node.services.aggregating import peers
from node.services.aggregating.peers import Client, PeerError
from node.services.exchanges.people import contacts
from node.services.receipts.tellers import document_of
from node.storage import catalogue, exchange_homes, exchanges, organisations, sources
from node.storage.engine import Tx
from node.storage.owner_contacts import WILLING, Contact
from schemas.errors import DocumentError
from schemas.records import dataclass
from schemas.strict_json import loads
from schemas.vocabulary import ORGANISATION_TYPES

MOST, MOST_RECENT, SHORTEST, LONGEST = 12, 6, 2, 80
LIST_PATH = "organisations.json"
BY_MESSAGE, BY_MAIL = "message", "mail"
_MOST_BYTES, _DEADLINE_S = 2**18, 4.0
_LONGEST_ID = 500
Meant = Callable[[str, str], bool]
"""Whether an organisation of this id and name is one of those that are looked for."""


@dataclass(frozen=True, slots=True)
class Receiver:
    """An organisation that may have got something. ``peer`` is the node that asks it, blank where this one does.

    ``email`` is where it is asked by mail, if it has neither a node nor members here.
    """

    id: str
    name: str
    type: str
    peer: str = ""
    email: str = ""

    @property
    def told(self) -> dict[str, str]:
        """What an exchange says of it."""
        return {"type": self.type, "id": self.id, "name": self.name}


def recent(node: Node, organisation_id: str) -> list[Receiver]:
    """Those that an organisation of this node has exchanged something with, the latest first."""
    with node.database.read() as tx:
        return _distinct(_partners(tx, organisation_id), organisation_id)[:MOST_RECENT]


def search(node: Node, organisation_id: str, text: str, client: Client | None = None) -> list[Receiver]:
    """Those whose name has these words, those that begin with them first; none for a text that says too little."""
    wanted = _plain(text)[:LONGEST]
    if len(wanted) < SHORTEST:
        return []
    with node.database.read() as tx:
        known = [*_partners(tx, organisation_id), *_hosted(tx)]
        known += _of_catalogue(tx, node, lambda _id, name: wanted in _plain(name)) if node.settings.aggregate else []
    found = [one for one in known if wanted in _plain(one.name)]
    for board in _board(node):
        found += _at_board(node, board, {"name": wanted}, client)
    ranked = sorted(_distinct(found, organisation_id), key=lambda one: not _plain(one.name).startswith(wanted))
    return ranked[:MOST]


def chosen(
    node: Node, organisation_id: str, wanted_id: str, peer: str, client: Client | None = None
) -> Receiver | None:
    """The organisation that somebody chose, as it is now; None where it cannot be asked, or is the giver itself."""
    if wanted_id == organisation_id or len(wanted_id) > _LONGEST_ID:
        return None
    if peer:
        return _elsewhere(node, wanted_id, peer, client)
    with node.database.read() as tx:
        here = [*_hosted(tx), *(_of_catalogue(tx, node, _is(wanted_id)) if node.settings.aggregate else [])]
    return next((one for one in here if one.id == wanted_id and not one.peer), None)


def listed(node: Node, text: str = "", wanted_id: str = "") -> dict[str, Any]:
    """What a catalogue tells other nodes: the organisations of this name, or of this id, and who asks them how."""
    wanted = _plain(text)[:LONGEST]
    by_name = len(wanted) >= SHORTEST
    if not by_name and not wanted_id:
        return {"organisations": []}

    def is_meant(id_: str, name: str) -> bool:
        return id_ == wanted_id or (by_name and wanted in _plain(name))

    with node.database.read() as tx:
        known = [*(_as_message(one, node) for one in _hosted(tx)), *_of_catalogue(tx, node, is_meant)]
    found = [one for one in known if is_meant(one.id, one.name)]
    ranked = sorted(_distinct(found, ""), key=lambda one: not _plain(one.name).startswith(wanted))
    return {"organisations": [_row(node, one) for one in ranked[:MOST]]}


def _row(node: Node, one: Receiver) -> dict[str, str]:
    return {**one.told, "node": one.peer or node.settings.url, "by": BY_MESSAGE if one.peer else BY_MAIL}


def _as_message(one: Receiver, node: Node) -> Receiver:
    return Receiver(one.id, one.name, one.type, node.settings.url)


def _partners(tx: Tx, organisation_id: str) -> Iterator[Receiver]:
    for other, peer in exchange_homes.partners(tx, organisation_id, MOST):
        yield from _receiver(other, peer)
    for asker in exchanges.local_askers(tx, organisation_id, MOST):
        yield from _receiver(asker, "")


def _hosted(tx: Tx) -> list[Receiver]:
    return [
        Receiver(one.organisation.id, one.organisation.name, one.organisation.type) for one in organisations.every(tx)
    ]


def _is(wanted_id: str) -> Meant:
    return lambda id_, _name: id_ == wanted_id


def _of_catalogue(tx: Tx, node: Node, is_meant: Meant) -> list[Receiver]:
    """The organisations behind the sources of this catalogue that are meant and can be asked."""
    return [one for source in sources.every(tx) for one in _behind(tx, node, source, is_meant)]


def behind(tx: Tx, node: Node, source: Source, wanted_id: str) -> Receiver | None:
    """An organisation of a source, as it is asked: by a message to its node, or by mail to who answers for it."""
    return next(iter(_behind(tx, node, source, _is(wanted_id))), None)


def _behind(tx: Tx, node: Node, source: Source, is_meant: Meant) -> list[Receiver]:
    if source.state != ACTIVE:
        return []
    peer = source.node_id or "" if contacts.takes_messages(source) else ""
    document = document_of(source)
    told = [(one.id, one.name, one.type) for one in document.organisations] if document else []
    rows = told or catalogue.organisations_behind(tx, source.id, node.now)
    theirs = [row for row in rows if not row[0].startswith(node.settings.url) and (not peer or row[0].startswith(peer))]
    meant = [row for row in theirs if is_meant(row[0], row[1])]
    # Who answers for it is looked up for those alone: anybody may ask for any name.
    contact = None if peer or not meant else contacts.known(tx, source)
    if not peer and (contact is None or not _may_be_written_to(tx, contact)):
        return []
    return [Receiver(*row, peer, contact.email if contact else "") for row in meant]


def _may_be_written_to(tx: Tx, contact: Contact) -> bool:
    return contact.state == WILLING or (contact.told_at is None and contacts.takes_requests(tx, contact))


def _board(node: Node) -> list[str]:
    """The catalogue that this node proposes itself to, if any.

    Who only says that it reads us is not asked: it would hear what is typed here, and could answer for anybody.
    """
    own = (node.settings.board_url or "").rstrip("/") + "/"
    return [own] if len(own) > 1 and own != node.settings.url else []


def _at_board(node: Node, board: str, query: Mapping[str, str], client: Client | None) -> list[Receiver]:
    """What a catalogue lists; nothing where it cannot be reached, as it is one way to find somebody among several."""
    with suppress(FetchError, DocumentError, PeerError), peers.client_of(node, client) as fetcher:
        url = f"{board}{LIST_PATH}?{urlencode(query)}"
        answer = fetcher.get(url, accept="application/json", max_bytes=_MOST_BYTES, deadline_s=_DEADLINE_S)
        document = loads(answer.body) if answer.status == 200 else None
        rows = document.get("organisations") if isinstance(document, dict) else None
        if isinstance(rows, list):
            return [one for row in rows[:MOST] if isinstance(row, dict) for one in _told_by(node, board, row)]
    return []


def _told_by(node: Node, board: str, row: Mapping[str, Any]) -> Iterator[Receiver]:
    """A row of a catalogue. It says which node speaks for somebody, but not for those of other nodes than their own."""
    peer = board if row.get("by") == BY_MAIL else str(row.get("node") or "")
    for one in _receiver(row, peer):
        own = one.id.startswith(node.settings.url)
        if not own and (peer == board or one.id.startswith(peer)):
            yield one


def _receiver(told: Mapping[str, Any], peer: str) -> Iterator[Receiver]:
    id_, name, type_ = (told.get(member) for member in ("id", "name", "type"))
    if isinstance(id_, str) and isinstance(name, str) and type_ in ORGANISATION_TYPES and 0 < len(id_) <= _LONGEST_ID:
        shown = " ".join("".join(letter for letter in name if letter.isprintable()).split())[:200]
        if shown:
            yield Receiver(id_, shown, str(type_), peer)


def _elsewhere(node: Node, wanted_id: str, peer: str, client: Client | None) -> Receiver | None:
    """Raises nothing: what cannot be looked up now cannot be asked either."""
    if wanted_id.startswith(node.settings.url) or peer == node.settings.url:
        return None
    with suppress(PeerError):
        if wanted_id.startswith(peer):
            document = peers.read(node, peer, client)
            peers.inbox_of(node, peer, client)
            theirs = [one for one in document.organisations if one.id == wanted_id]
            return Receiver(theirs[0].id, theirs[0].name, theirs[0].type, peer) if theirs else None
        if peer in _board(node):
            peers.inbox_of(node, peer, client)
            found = _at_board(node, peer, {"id": wanted_id}, client)
            return next((one for one in found if (one.id, one.peer) == (wanted_id, peer)), None)
    return None


def _distinct(found: Iterable[Receiver], own_id: str) -> list[Receiver]:
    first: dict[str, Receiver] = {}
    for one in found:
        if one.id != own_id:
            first.setdefault(one.id, one)
    return list(first.values())


def _plain(text: str) -> str:
    return " ".join(text.casefold().split())


def document(node: Node, text: str, wanted_id: str) -> bytes:
    """`listed` as JSON."""
    return orjson.dumps(listed(node, text, wanted_id))
