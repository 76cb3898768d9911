"""A small catalogue with its index, for tests of searching: listings are made in a line and found by their names."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

from werkzeug.datastructures import MultiDict

from federation.facts import Entry, Removal, facts_of
from node.context import Node
from node.search.find import Found, find
from node.search.follow import Follower
from node.search.index import IndexReader
from node.search.request import SearchRequest, from_args
from node.storage import catalogue
from schemas.canonical import listing_hash
from schemas.json_feed import encode_item
from schemas.listing import Listing, dump_listing, load_listing
from schemas.organisation import Organisation
from schemas.place import Place
from tests.fakes.publisher import START, publisher

WHO = Organisation(id="https://elsewhere.example.org/organisations/hub", name="Nene Hub", type="charity")
PETERBOROUGH = (52.5733, -0.2441)


def listing(name: str, title: str, **members: Any) -> Listing:
    """A valid listing called ``name``; any member may be another."""
    made = Listing(
        id=f"https://elsewhere.example.org/listings/{name}",
        title=title,
        date_modified=START - timedelta(days=1),
        direction="offer",
        kind="item",
        action="give",
        category="other",
        expires=START + timedelta(days=60),
        organisation=WHO,
    )
    return replace(made, **members)


def at(lat: float, lon: float, precision_m: float | None = None, locality: str | None = None) -> Place:
    return Place(lat=lat, lon=lon, precision_m=precision_m, locality=locality)


def entry(made: Listing, source_id: int | None = 1) -> Entry:
    """The catalogue's entry, under the listing's own name as its key."""
    item = dump_listing(made)
    hash_ = listing_hash(item)
    item["_sharefeed"]["hash"] = hash_
    name = made.id.rpartition("/")[2]
    text = encode_item(item).decode()
    return Entry(made.id, name, source_id, text, hash_, (), facts_of(load_listing(item)))


class Board:
    """A node with an index of its own; `put` and `drop` change the catalogue, `follow` the index."""

    def __init__(self, home: Path) -> None:
        self.node: Node = publisher(home, aggregate=True)
        self.follower = Follower(self.node)
        self.reader = IndexReader(self.node.settings.home)

    def put(self, listings: Iterable[Listing], source_id: int | None = 1) -> Board:
        entries = [entry(made, source_id) for made in listings]
        with self.node.database.write() as tx:
            catalogue.apply(tx, entries, [], self.node.now)
        return self

    def drop(self, *names: str) -> Board:
        removals = [Removal(f"https://elsewhere.example.org/listings/{name}", "given") for name in names]
        with self.node.database.write() as tx:
            catalogue.apply(tx, [], removals, self.node.now)
        return self

    def follow(self) -> Board:
        self.follower.catch_up()
        return self

    def find(self, **asked: Any) -> Found:
        return find(self.reader.snapshot(), SearchRequest(**asked), self.node.now)

    def names(self, **asked: Any) -> list[str]:
        """The names of what is found, in order."""
        return [hit.key for hit in self.find(**asked).hits]

    def epoch(self) -> str:
        with self.node.database.read() as tx:
            return catalogue.state(tx).epoch


def asked(query: str) -> SearchRequest:
    """The search of a query string that is known to be good."""
    request, problems = from_args(MultiDict(parse_qsl(query)))
    assert problems == []
    return request
