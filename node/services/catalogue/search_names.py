"""What organisations and sources in a search are called, for pages and mails that say what was asked for."""

from __future__ import annotations

from collections.abc import Iterator

from node.context import Node
from node.search.request import SearchRequest
from node.storage import catalogue, sources
from node.storage.engine import Tx

MOST = 5
"""So many of each are looked up; nobody reads more."""


def names_in(node: Node, asked: SearchRequest) -> dict[tuple[str, str], str]:
    """Filter and value -> the name, of what the search names by a key and is known here."""
    if not (asked.organisation or asked.source):
        return {}
    with node.database.read() as tx:
        return dict(_names(tx, asked))


def _names(tx: Tx, asked: SearchRequest) -> Iterator[tuple[tuple[str, str], str]]:
    for key in asked.organisation[:MOST]:
        if name := catalogue.organisation_name(tx, key):
            yield ("organisation", key), name
    for number in asked.source[:MOST]:
        if source := sources.by_id(tx, number):
            yield ("source", str(number)), source.name
