"""Which organisations can be said to have got something: found by name among those that are known somewhere.

That is: those of this node, those something was exchanged with, and those that a catalogue lists, our own or the one
that this node proposes itself to. Each is asked by the node that speaks for it, or where there is none, by mail.
Refuses to believe a form: who was chosen is looked up once more.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import orjson

from federation.fetch_error import FetchError
from federation.records import ACTIVE, Source
from node.context import Node
from node.services import peers
from node.services.board_reports import boards_of
from node.services.exchanges import contacts
from node.services.peers import Client, PeerError
from node.services.receipts.tellers import document_of
from node.storage import catalogue, exchange_homes, exchanges, organisations, sources
from node.storage.engine import Tx
from node.storage.owner_contacts import WILLING, Contact
from schemas.errors import DocumentError
from schemas.strict_json import loads
from schemas.vocabulary import ORGANISATION_TYPES

MOST, MOST_RECENT, SHORTEST, LONGEST = 12, 6, 2, 80
LIST_PATH = "organisations.json"
BY_MESSAGE, BY_MAIL = "message", "mail"
_MOST_BYTES, _DEADLINE_S, _MOST_BOARDS = 2**18, 4.0, 2
_LONGEST_ID = 500


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
        known += _of_catalogue(tx, node) if node.settings.aggregate else []
    found = [one for one in known if wanted in _plain(one.name)]
    for board in boards_of(node)[:_MOST_BOARDS]:
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
        here = [*_hosted(tx), *(_of_catalogue(tx, node) if node.settings.aggregate else [])]
    return next((one for one in here if one.id == wanted_id and not one.peer), None)


def listed(node: Node, text: str = "", wanted_id: str = "") -> dict[str, Any]:
    """What a catalogue tells other nodes: the organisations of this name, or of this id, and who asks them how."""
    with node.database.read() as tx:
        known = [*(_as_message(one, node) for one in _hosted(tx)), *_of_catalogue(tx, node)]
    wanted = _plain(text)[:LONGEST]
    found = [one for one in known if one.id == wanted_id or (len(wanted) >= SHORTEST and wanted in _plain(one.name))]
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


def _of_catalogue(tx: Tx, node: Node) -> list[Receiver]:
    """The organisations behind the sources of this catalogue that can be asked."""
    return [one for source in sources.every(tx) for one in behind(tx, node, source)]


def behind(tx: Tx, node: Node, source: Source) -> list[Receiver]:
    """The organisations of a source, as they are asked: by a message to its node, or by mail to who answers for it."""
    peer = source.node_id or "" if contacts.takes_messages(source) else ""
    contact = None if peer else contacts.known(tx, source)
    if source.state != ACTIVE or (not peer and (contact is None or not _may_be_written_to(tx, contact))):
        return []
    document = document_of(source)
    told = [(one.id, one.name, one.type) for one in document.organisations] if document else []
    rows = told or catalogue.organisations_behind(tx, source.id, node.now)
    email = contact.email if contact else ""
    theirs = [row for row in rows if not row[0].startswith(node.settings.url) and (not peer or row[0].startswith(peer))]
    return [Receiver(*row, peer, email) for row in theirs]


def _may_be_written_to(tx: Tx, contact: Contact) -> bool:
    return contact.state == WILLING or (contact.told_at is None and contacts.takes_requests(tx, contact))


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
        if peer in boards_of(node):
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
