"""What public pages show: a listing, an organisation, a small node's front page. Expired listings are shown nowhere."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import orjson

from federation.facts import short_key
from node.context import Node
from node.storage import catalogue, organisations
from node.storage.catalogue import Shown
from schemas.listing import load_listing
from schemas.organisation import Organisation

if TYPE_CHECKING:
    # For their names alone: behind them stands the HTTP client, which a small publisher never loads.
    from federation.records import Source
    from node.services.photos import Picture
    from node.storage.engine import Tx

FRONT_PAGE_LISTINGS = 24
LAST_FRONT_PAGE = 100
ORGANISATION_LISTINGS = 200


@dataclass(frozen=True, slots=True)
class Found:
    """A listing that is shown; ``source`` is where it was read, None for one written here."""

    shown: Shown
    source: Source | None


@dataclass(frozen=True, slots=True)
class Gone:
    """A listing that was here; ``at`` is in seconds since 1970, ``title`` None where it is not known any more."""

    reason: str
    at: int
    title: str | None = None


@dataclass(frozen=True, slots=True)
class Host:
    """An organisation with what it offers and looks for; ``slug`` is None for one of another node."""

    organisation: Organisation
    slug: str | None
    shown: tuple[Shown, ...]


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
            return Gone(grave.removed_reason or "removed", grave.changed_at) if grave else None
        entry = shown.entry
        if entry.facts.expires_at <= node.now:
            return Gone("expired", entry.facts.expires_at, entry.facts.title)
        return Found(shown, None if entry.source_id is None else _source(tx, entry.source_id))


def _source(tx: Tx, source_id: int) -> Source | None:
    from node.storage import sources

    return sources.by_id(tx, source_id)


def organisation(node: Node, key: str) -> Host | None:
    """The organisation behind a slug of ours or a key of the catalogue."""
    with node.database.read() as tx:
        own = organisations.by_slug(tx, key)
        wanted = short_key(own.organisation.id) if own else key
        shown = tuple(catalogue.of_organisation(tx, wanted, node.now, ORGANISATION_LISTINGS))
    if own is not None:
        return Host(own.organisation, own.slug, shown)
    return Host(_stated(shown[0]), None, shown) if shown else None


def _stated(shown: Shown) -> Organisation:
    return load_listing(orjson.loads(shown.entry.item)).organisation


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
    from node.services import photos

    with node.database.read() as tx:
        ready = photos.pictures(tx, elsewhere)
    if len(ready) < len(elsewhere):
        photos.register(node, elsewhere)
    return ready


def newest(node: Node, limit: int, direction: str) -> list[Shown]:
    """The newest visible offers or wants."""
    with node.database.read() as tx:
        return catalogue.newest(tx, node.now, limit, direction)
