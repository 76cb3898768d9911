"""An organisation that moves to a node of its own: this node says so, leads there, and lets its listings go in time.

It is believed only what was seen: the new node must answer, with every listing under the id that it has here. What
readers make of it stands in docs/protocol.md. Nothing can be changed here any more meanwhile, so that there are
never two versions.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin

from federation.facts import Removal
from node.context import Node
from node.services.identity.audit import COMMAND_LINE, Who, record
from node.services.listings.own_ids import listing_id
from node.services.stories import shelving
from node.storage import catalogue, imports, listings, organisations, stories
from node.storage import handed_on as stored
from node.storage.engine import Tx
from node.storage.handed_on import HandedOver
from node.storage.listings import LIVE, WITHDRAWN
from node.storage.stories import PUBLISHED
from schemas.errors import DocumentError, SharefeedError
from schemas.node_document import HandedOn
from schemas.records import dataclass

if TYPE_CHECKING:
    from federation.discovery import Discovered
    from federation.ports import Fetching

DAYS = 14
"""So long this node publishes what it handed on: node documents are read once a day."""
_DAY_S = 86_400
_MOST_PAGES, _MOST_STORIES = 400, 1000
_NAMED = 3


class MoveError(SharefeedError):
    """An organisation was not moved, and nothing was changed. ``code`` says why: ``unknown``, ``moved``, ``not-moved``,
    ``no-node``, ``itself``, ``unreadable``, ``missing``, ``too-late`` or ``elsewhere``.
    """

    def __init__(self, code: str, message: str) -> None:
        self.code = code
        super().__init__(f"{message} Nothing was changed.")


@dataclass(frozen=True, slots=True)
class Place:
    """Where an organisation is now, as its pages there are found."""

    to: str

    def listing(self, key: str) -> str:
        return f"{self.to}listings/{key}"

    def organisation(self, slug: str) -> str:
        return f"{self.to}organisations/{slug}"

    def story(self, key: str) -> str:
        return f"{self.to}{shelving.PATH}{key}"


def move_of(node: Node, slug: str) -> HandedOver | None:
    """Where the organisation with this slug moved, if it did."""
    with node.database.read() as tx:
        return stored.by_slug(tx, slug)


def place_of(node: Node, slug: str) -> Place | None:
    """Where what has this slug is now, where it moved."""
    moved = move_of(node, slug)
    return None if moved is None else _place(moved)


def place_of_story(node: Node, key: str) -> Place | None:
    """Where a story is told now whose organisation moved, if anybody may read it."""
    with node.database.read() as tx:
        own = stories.by_key(tx, key)
        moved = stored.of(tx, own.organisation_id) if own is not None and own.state == PUBLISHED else None
    return None if moved is None else _place(moved)


def _place(moved: HandedOver) -> Place:
    return Place(moved.to if moved.to.endswith("/") else moved.to + "/")


def told(tx: Tx) -> tuple[HandedOn, ...]:
    """What the node document says of it."""
    return tuple(HandedOn(one.ids, one.to, datetime.fromtimestamp(one.at, UTC)) for one in stored.every(tx))


def move(node: Node, slug: str, address: str, by: Who = COMMAND_LINE, fetcher: Fetching | None = None) -> HandedOver:
    """Hand the organisation's listings on to the node at ``address``, which must have them already. `MoveError`."""
    with node.database.read() as tx:
        own = organisations.by_slug(tx, slug)
        wanted = {row.id for row in listings.select_by(tx, LIVE, own.organisation.id)} if own else set()
        moved = stored.by_slug(tx, slug)
    if own is None:
        raise MoveError("unknown", f"There is no organisation {slug} here; `sharefeed organisation list` names them.")
    if moved is not None:
        raise MoveError("moved", f"{slug} moved to {moved.to} already.")
    with _fetching(node, fetcher) as client:
        found = _found(node, client, address)
        _refuse_missing(wanted - set(_ids_at(client, found)), found.node_id)
    made = HandedOver(
        own.organisation.id,
        slug,
        listing_id(node.settings.url, f"{slug}."),
        found.node_id,
        node.now,
        node.now + DAYS * _DAY_S,
        False,
    )
    with node.database.write() as tx:
        refuse_at_work(tx, own.organisation.id)
        stored.put(tx, made)
        _shelve(tx, node, own.organisation.id)
        record(tx, node, by, "organisation-moved", found.node_id, own.organisation.id)
    return made


def _shelve(tx: Tx, node: Node, organisation_id: str) -> None:
    """Stories are told where their organisation is."""
    for story in stories.of_organisation(tx, organisation_id, _MOST_STORIES):
        shelving.shelve(tx, node, story.key)


def refuse_at_work(tx: Tx, organisation_id: str) -> None:
    """Raises `MoveError` while an import of the organisation changes its listings."""
    one = imports.open_of(tx, organisation_id)
    if one is not None and one.state in imports.AT_WORK:
        raise MoveError("at-work", "A list is being brought in just now. Wait until that is done, and move then.")


def _fetching(node: Node, given: Fetching | None) -> AbstractContextManager[Fetching]:
    if given is not None:
        return nullcontext(given)
    from node.services.aggregating.polling import make_fetcher

    return make_fetcher(node)


def _found(node: Node, client: Fetching, address: str) -> Discovered:
    """The node at an address. The client refuses addresses inside, and what is too large or too slow."""
    from federation.discovery import DiscoveryError, discover
    from federation.records import L1

    try:
        found = discover(client, address, node.now)
    except DiscoveryError as error:
        raise MoveError("no-node", f"No node was found at {address}: {str(error).rstrip('.')}.") from error
    if found.level != L1 or found.node_document is None:
        raise MoveError("no-node", f"What is at {address} is no node with a change feed.")
    if found.node_id.rstrip("/") == node.settings.url.rstrip("/"):
        raise MoveError("itself", "That is the address of this node.")
    return found


def _ids_at(client: Fetching, found: Discovered) -> Iterator[str]:
    """The ids of everything that a node publishes, a page after the other."""
    url: str | None = found.feed_url
    for _ in range(_MOST_PAGES):
        if url is None:
            return
        page = _page(client, url)
        yield from (str(item.get("id")) for item in page.get("items", ()) if isinstance(item, dict))
        following = page.get("next_url")
        more = isinstance(page.get("_sharefeed"), dict) and page["_sharefeed"].get("more") is True
        url = urljoin(url, following) if more and isinstance(following, str) else None
    raise MoveError("unreadable", "The new node's feed has too many pages.")


def _page(client: Fetching, url: str) -> dict[str, Any]:
    from federation.fetch import FetchError
    from schemas.strict_json import loads

    try:
        answer = client.get(url, accept="application/feed+json, application/json;q=0.9", no_cache=True)
        page = loads(answer.body) if answer.status == 200 else None
    except (FetchError, DocumentError) as error:
        raise MoveError("unreadable", f"{url} could not be read: {str(error).rstrip('.')}.") from error
    if not isinstance(page, dict) or not isinstance(page.get("items", []), list):
        raise MoveError("unreadable", f"{url} could not be read.")
    return page


def _refuse_missing(missing: set[str], node_id: str) -> None:
    if missing:
        named = ", ".join(sorted(missing)[:_NAMED]) + (" and others" if len(missing) > _NAMED else "")
        raise MoveError(
            "missing",
            f"{len(missing)} listings that are shown here are not published by {node_id}: {named}. "
            "Bring the newest file there first.",
        )


def take_back(node: Node, slug: str, by: Who = COMMAND_LINE) -> None:
    """Let the organisation be at home here again, as long as its listings still are. Raises `MoveError`."""
    with node.database.write() as tx:
        moved = stored.by_slug(tx, slug)
        if moved is None:
            raise MoveError("not-moved", f"{slug} has not moved anywhere.")
        if moved.ended:
            raise MoveError("too-late", f"{slug} is at {moved.to} for good: its listings are no longer published here.")
        stored.remove(tx, moved.organisation_id)
        _shelve(tx, node, moved.organisation_id)
        record(tx, node, by, "organisation-move-undone", moved.to, moved.organisation_id)


def finish(node: Node) -> int:
    """Stop publishing what was handed on long enough ago; of how many organisations."""
    with node.database.read() as tx:
        over = stored.due(tx, node.now)
    for moved in over:
        _let_go(node, moved)
    return len(over)


def _let_go(node: Node, moved: HandedOver) -> None:
    from federation.settle import settle
    from node.storage.ledger import StoredLedger

    with node.database.write() as tx:
        catalogue.state(tx, lock=True)
        now = stored.of(tx, moved.organisation_id)
        if now is None or now.ended or now.at != moved.at:
            return  # taken back meanwhile
        ids = [row.id for row in listings.select_by(tx, LIVE, moved.organisation_id)]
        catalogue.apply(tx, [], [Removal(listing_id, "removed") for listing_id in ids], node.now)
        listings.set_state(tx, ids, WITHDRAWN)
        stored.end(tx, moved.organisation_id)
        if node.settings.aggregate:
            # As the new node sends them, if it is read here.
            settle(StoredLedger(tx), ids, node.settings.url, node.now)
