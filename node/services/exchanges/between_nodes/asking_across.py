"""Asking for what another node publishes, in the name of an organisation of this one.

The listing is fetched from its own home, by the guarded client, each time: what a catalogue or a form says of it counts
for nothing. Of who asks, their organisation's name is told, and nothing of the person at the desk.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import orjson

from federation.fetch_error import FetchError
from node.context import Node
from node.services.aggregating import peers
from node.services.aggregating.peers import Client, PeerError
from node.services.exchanges import acting, asking, links
from node.services.exchanges.asking import MOST, Wish
from node.services.exchanges.between_nodes import across
from node.services.limits.strangers import FormError, text_problems
from node.storage import asking_rules, exchange_homes, exchange_people, exchanges, organisations
from node.storage.asking_rules import FAIRNESS
from node.storage.engine import Tx
from node.storage.exchange_homes import Home
from node.storage.exchange_people import Letter, Person
from node.storage.exchanges import Event, Stored
from schemas import exchange as rules
from schemas.errors import DocumentError, Problem, SharefeedError
from schemas.exchange import ASKER, Exchange
from schemas.json_feed import MEDIA_TYPE, VERSION_URL
from schemas.listing import Listing, load_listing
from schemas.node_document import NONE
from schemas.records import dataclass
from schemas.strict_json import loads

LISTINGS, JSON_END = "listings/", ".json"
A_DAY = 40
"""Requests of one organisation within a day."""
_MOST_BYTES = 2**19


class FarListingError(SharefeedError):
    """A listing that cannot be asked for from here; ``code`` says why."""

    def __init__(self, code: str, message: str) -> None:
        self.code = code
        super().__init__(message)


@dataclass(frozen=True, slots=True)
class FarListing:
    """A listing as its own home publishes it now, that home's id, and what its site is called.

    ``fairness`` is who has it there if several ask, one of `asking_rules.FAIRNESS`, or blank where it does not say so.
    """

    listing: Listing
    node_id: str
    site: str = ""
    fairness: str = ""

    @property
    def takes_time(self) -> bool:
        """Whether it is had for a time, and so asked for from when until when."""
        return self.listing.direction == "offer" and self.listing.action != "give"

    @property
    def left(self) -> int | None:
        """How many there are; None where a number says nothing."""
        return self.listing.quantity.available if self.listing.action in ("give", "lend") else None


def own_document(node: Node, item: Mapping[str, Any]) -> bytes:
    """One listing of this node as a JSON Feed of one item, for those who ask for it from elsewhere."""
    with node.database.read() as tx:
        turn = asking_rules.of(tx, item["_sharefeed"]["organisation"]["id"]).turn
    head = {"version": "1.0", "node": node.settings.url, "licence": node.settings.licence, "turn": turn}
    document = {"version": VERSION_URL, "title": item["title"], "items": [item], "_sharefeed": head}
    return orjson.dumps(document)


def fetch(node: Node, listing_id: str, client: Client | None = None) -> FarListing:
    """The listing of this id, from its home. Raises `FarListingError`."""
    if listing_id.startswith(node.settings.url):
        raise FarListingError("ours", "This is published here; ask for it on its page.")
    if not listing_id.startswith(("https://", "http://")) or "#" in listing_id or "?" in listing_id:
        raise FarListingError("unknown", "This is no address of a listing.")
    try:
        with peers.client_of(node, client) as fetcher:
            answer = fetcher.get(listing_id + JSON_END, accept=MEDIA_TYPE, max_bytes=_MOST_BYTES, deadline_s=8.0)
        if answer.status != 200:
            raise FarListingError("gone", "This is not there any more, or its site does not take requests from others.")
        return _read(node, listing_id, loads(answer.body), client)
    except (FetchError, DocumentError, PeerError) as error:
        raise FarListingError(
            "unreachable", "Its site cannot be reached, or does not take requests from others."
        ) from error


def _read(node: Node, listing_id: str, document: Any, client: Client | None) -> FarListing:
    """Raises `DocumentError`, `PeerError` and `FarListingError`."""
    items = document.get("items") if isinstance(document, dict) else None
    head = document.get("_sharefeed") if isinstance(document, dict) else None
    if not isinstance(items, list) or len(items) != 1 or not isinstance(head, dict):
        raise DocumentError.of("not-a-feed", "This is no document of one listing.")
    listing, node_id = load_listing(items[0]), head.get("node")
    if listing.id != listing_id or not isinstance(node_id, str) or not listing_id.startswith(f"{node_id}{LISTINGS}"):
        raise DocumentError.of("foreign-page", "This listing is another one, or of another node.")
    if listing.organisation.id.startswith(node.settings.url):
        raise FarListingError("ours", "This is of an organisation of this node.")
    peers.inbox_of(node, node_id, client)
    turn = head.get("turn")
    if turn == NONE:
        raise FarListingError("closed", "This organisation takes no requests there. Please ask it in another way.")
    with node.database.read() as tx:
        site = across.called(tx, node_id)
    return FarListing(listing, node_id, site, turn if turn in FAIRNESS else "")


def open_request(node: Node, organisation_id: str, listing_id: str) -> str | None:
    """The number of what an organisation has asked for this listing already and is not over; None where it has not."""
    with node.database.read() as tx:
        known = exchange_people.open_of(tx, links.person_of(node, organisation_id), listing_id, rules.OPEN)
        return known[0] if known else None


def ask(node: Node, organisation_id: str, far: FarListing, wish: Wish) -> str:
    """Ask for it in an organisation's name; the number of the exchange. Raises `FormError`."""
    wish = _checked(far, wish, node.now)
    with node.database.write() as tx:
        own = organisations.by_ids(tx, [organisation_id])[organisation_id].organisation
        person = links.person_of(node, own.id)
        known = exchange_people.open_of(tx, person, far.listing.id, rules.OPEN)
        if known:
            return known[0]
        if exchange_people.asked_by(tx, person, node.now - rules.DAY_S, rules.STATES) >= A_DAY:
            raise FormError([Problem("", "too-many", "This is a lot for one day. Please go on tomorrow.")])
        stored = _stored(far, wish, node.now)
        exchanges.add(tx, stored)
        exchanges.note(tx, stored.id, Event(node.now, ASKER, rules.CONFIRM, rules.REQUESTED, stored.exchange.asked))
        exchange_people.add(tx, Person(stored.id, own.name, "", wish.for_whom, wish.language, person, "", node.now))
        if wish.words:
            exchange_people.write(tx, stored.id, Letter(node.now, ASKER, wish.words))
        _send(tx, node, stored, far, {"type": own.type, "id": own.id, "name": own.name})
    return stored.id


def _send(tx: Tx, node: Node, stored: Stored, far: FarListing, asker: Mapping[str, str]) -> None:
    owner = far.listing.organisation
    other = {"type": owner.type, "id": owner.id, "name": owner.name}
    home = Home(stored.id, ASKER, far.node_id, asker["id"], other)
    exchange_homes.add(tx, home)
    across.request(tx, node, stored, home, asker)


def _checked(far: FarListing, wish: Wish, now: int) -> Wish:
    words, for_whom = (text.replace("\r\n", "\n").strip() for text in (wish.words, wish.for_whom))
    problems = text_problems("words", words, acting.LONGEST_LETTER) if words else []
    problems += text_problems("for_whom", for_whom, asking.LONGEST_NAME) if for_whom else []
    if "\n" in for_whom:
        problems.append(Problem("/for_whom", "bad-text", "A name stands on one line."))
    most = max(far.left, 1) if far.left is not None else MOST
    if wish.quantity is None or not 1 <= wish.quantity <= most:
        problems.append(Problem("/quantity", "out-of-range", "Say how many, at least one, and no more than there are."))
    if wish.need not in asking.NEEDS:
        problems.append(Problem("/need", "not-a-choice", "Choose one of these."))
    if far.takes_time:
        problems += asking.time_problems(wish, now)
    if not wish.agreed:
        problems.append(Problem("/agreed", "missing", "Please say that you have read the notice and agree."))
    if problems:
        raise FormError(problems)
    return replace(wish, words=words, for_whom=for_whom)


def _stored(far: FarListing, wish: Wish, now: int) -> Stored:
    listing = far.listing
    exchange = Exchange(
        direction=listing.direction,
        action=listing.action,
        asked=wish.quantity or 1,
        opened_at=now,
        since=now,
        state=rules.REQUESTED,
        starts_at=wish.starts_at,
        ends_at=wish.ends_at,
    )
    about = {
        # No key: it has no page here, and nothing of this node is counted by it.
        "key": "",
        "url": listing.url or listing.id,
        **asking.told_of(listing),
        "listed": listing.date_published.date().isoformat() if listing.date_published else None,
    }
    return Stored(secrets.token_hex(10), listing.id, listing.organisation.id, about, exchange, wish.need)
