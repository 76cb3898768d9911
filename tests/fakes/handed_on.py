"""Somebody asks in a catalogue for what a node with an inbox publishes, in tests."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from federation.facts import short_key
from federation.records import L0, L1
from node.context import Node
from node.services.exchanges import asking
from node.services.exchanges.asking import Askable
from node.services.syndication import node_document
from node.storage import listings, sources
from schemas import exchange as rules
from schemas.exchange import ASKER
from tests.fakes.exchanges import FROM, act, every, shared, wish
from tests.node.web.aggregator import follow, send


def read(city: Node, school: Node, *keys: str) -> int:
    """Let a catalogue read these listings of another node; the number of its source."""
    with school.database.read() as tx:
        rows = [row for row in (listings.by_key(tx, key) for key in keys) if row is not None]
    return read_items(city, school, [row.item() for row in rows])


def read_items(city: Node, school: Node, items: Sequence[dict[str, Any]]) -> int:
    """Let a catalogue read exactly these items from another node; the number of its source."""
    with city.database.write() as tx:
        known = sources.by_node(tx, school.settings.url)
        if known is not None:
            sources.change(tx, known.id, level=L0)
    source = known or follow(city, school.settings.url)
    send(city, source, items)
    document = bytes(node_document.node_document(school).body).decode()
    with city.database.write() as tx:
        sources.change(tx, source.id, level=L1, node_document=document)
    return source.id


def offered(city: Node, school: Node, ref: str = "desk", **members: Any) -> Askable:
    """A listing of the school as it can be asked for in the catalogue."""
    what = shared(school, ref, **members)
    read(city, school, what.row.key)
    found = asking.askable(city, short_key(what.row.id))
    assert found is not None
    return found


def asked(city: Node, what: Askable, name: str = "Cem", confirmed: bool = True, **more: Any) -> str:
    """Ask in the catalogue, and confirm the address; the number of the exchange."""
    known = set(every(city))
    asking.ask(city, what, wish(name, **more), FROM)
    [made] = set(every(city)) - known
    return act(city, made, rules.CONFIRM, ASKER).id if confirmed else made
