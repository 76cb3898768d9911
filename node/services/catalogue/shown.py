"""What public pages show: a listing, an organisation, a small node's front page. Expired listings are shown nowhere."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import field, replace
from typing import TYPE_CHECKING

import orjson

from federation.facts import short_key
from node.context import Node
from node.storage import catalogue, organisations, story_shelf
from node.storage.catalogue import Grave, Shown
from schemas.errors import DocumentError
from schemas.listing import load_listing
from schemas.organisation import Organisation, load_organisation
from schemas.records import dataclass
from schemas.story import load_story

if TYPE_CHECKING:
    # For their names alone: behind them stands the HTTP client, which a small publisher never loads.
    from federation.records import Mirrored, Source
    from node.services.pictures.proxy import Picture
    from node.storage.engine import Tx

FRONT_PAGE_LISTINGS = 24
LAST_FRONT_PAGE = 100
ORGANISATION_LISTINGS = 200


@dataclass(frozen=True, slots=True)
class Found:
    """A listing that is shown; ``source`` is where it was read, None for one written here.

    ``sent`` is what that source sent last, None if it has removed it; ``nodes`` are the sources among the nodes that
    it came through, by their ids.
    """

    shown: Shown
    source: Source | None
    sent: Mirrored | None = None
    nodes: Mapping[str, Source] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Gone:
    """A listing that was here; ``at`` is in seconds since 1970, ``title`` None where it is not known any more.

    ``reason`` is a word of the protocol, or ``met`` for a want that found what it looked for.
    """

    reason: str
    at: int
    title: str | None = None


@dataclass(frozen=True, slots=True)
class Host:
    """An organisation with what it offers and looks for; ``slug`` is None for one of another node.

    ``source`` is where its newest listing was read, None for one of ours.
    """

    organisation: Organisation
    slug: str | None
    shown: tuple[Shown, ...]
    source: Source | None = None


@dataclass(frozen=True, slots=True)
class Front:
    """One page of a node's listings, the newest first, of ``pages`` pages; organisations with their slugs."""

    shown: tuple[Shown, ...]
    total: int
    pages: int
    organisations: tuple[tuple[str, Organisation], ...]


def listing(node: Node, key: str) -> Found | Gone | None:
    """What stands, or stood, under this key; None if nothing ever did."""
    with node.database.read() as tx:
        shown = catalogue.by_key(tx, key)
        if shown is None:
            grave = catalogue.grave(tx, key)
            return _buried(grave) if grave else None
        entry = shown.entry
        if entry.facts.expires_at <= node.now:
            return Gone("expired", entry.facts.expires_at, entry.facts.title)
        return Found(shown, None) if entry.source_id is None else _from_elsewhere(tx, shown, entry.source_id)


def key_of(node: Node, listing_id: str) -> str | None:
    """The key of a listing that is shown, by its id; None for any other."""
    with node.database.read() as tx:
        shown = catalogue.by_ids(tx, [listing_id]).get(listing_id)
    return shown.entry.key if shown is not None and shown.entry.facts.expires_at > node.now else None


def _buried(grave: Grave) -> Gone:
    reason = grave.removed_reason or "removed"
    met = reason == "given" and grave.direction == "want"
    return Gone("met" if met else reason, grave.changed_at)


def _from_elsewhere(tx: Tx, shown: Shown, source_id: int) -> Found:
    from node.storage import mirror, sources

    source, entry = sources.by_id(tx, source_id), shown.entry
    passed = [node_id for node_id in entry.via if source is None or node_id != source.node_id]
    known = [source, *(sources.by_node(tx, node_id) for node_id in passed)]
    sent = mirror.known(tx, source_id, [entry.id]).get(entry.id)
    return Found(shown, source, sent, {one.node_id: one for one in known if one is not None})


def organisation(node: Node, key: str) -> Host | None:
    """The organisation behind a slug of ours or a key of the catalogue."""
    with node.database.read() as tx:
        own = organisations.by_slug(tx, key)
        wanted = short_key(own.organisation.id) if own else key
        shown = tuple(catalogue.of_organisation(tx, wanted, node.now, ORGANISATION_LISTINGS))
        if own is not None:
            return Host(own.organisation, own.slug, shown)
        return _host_elsewhere(tx, shown) if shown else _teller(tx, wanted) or _known_by_receipts(tx, wanted)


def _teller(tx: Tx, key: str) -> Host | None:
    """An organisation of another node that shares nothing just now, but told a story."""
    told = (load_story(orjson.loads(one.item)) for one in story_shelf.of_organisation(tx, key, 1))
    teller = next((story.organisation for story in told if short_key(story.organisation.id) == key), None)
    return Host(Organisation(teller.id, teller.name, teller.type), None, ()) if teller else None


def _known_by_receipts(tx: Tx, key: str) -> Host | None:
    """An organisation of another node that has nothing on the board just now, but shared something before."""
    from node.storage import recognised

    known = recognised.by_key(tx, key)
    return Host(known, None, ()) if known else None


def _host_elsewhere(tx: Tx, shown: tuple[Shown, ...]) -> Host:
    from node.storage import sources

    source_id = shown[0].entry.source_id
    source = None if source_id is None else sources.by_id(tx, source_id)
    stated = load_listing(orjson.loads(shown[0].entry.item)).organisation
    return Host(_described(stated, source), None, shown, source)


def _described(stated: Organisation, source: Source | None) -> Organisation:
    """The organisation as its listing states it, with what only its profile in the node's document says."""
    document = orjson.loads(source.node_document) if source is not None and source.node_document else {}
    for profile in document.get("organisations") or ():
        if isinstance(profile, dict) and profile.get("id") == stated.id:
            return _filled(stated, profile)
    return stated


def _filled(stated: Organisation, profile: Mapping[str, object]) -> Organisation:
    try:
        said = load_organisation(profile)
    except DocumentError:
        return stated
    return replace(
        stated,
        description=stated.description or said.description,
        url=stated.url or said.url,
        identifiers=stated.identifiers or said.identifiers,
    )


def front(node: Node, page: int) -> Front | None:
    """Page ``page`` (from 1) of everything that this node shows; None beyond the last."""
    with node.database.read() as tx:
        total = catalogue.state(tx).live_count
        pages = min(LAST_FRONT_PAGE, max(1, math.ceil(total / FRONT_PAGE_LISTINGS)))
        if not 1 <= page <= pages:
            return None
        newest = catalogue.newest(tx, node.now, page * FRONT_PAGE_LISTINGS)
        hosts = organisations.every(tx)
    shown = tuple(newest[(page - 1) * FRONT_PAGE_LISTINGS :])
    return Front(shown, total, pages, tuple((host.slug, host.organisation) for host in hosts))


def copies(node: Node, addresses: Iterable[str]) -> Mapping[str, Picture]:
    """Our copies of these pictures, as far as there are any; the others are asked for. Only catalogues keep copies."""
    elsewhere = [address for address in addresses if not address.startswith(node.settings.url)]
    if not elsewhere or not node.settings.aggregate:
        return {}
    from node.services.pictures import proxy

    with node.database.read() as tx:
        ready = proxy.pictures(tx, elsewhere)
    if len(ready) < len(elsewhere):
        proxy.register(node, elsewhere)
    return ready
