"""A person who asked in a catalogue, as the owner's node knows them: what they say counts at the catalogue alone."""

from __future__ import annotations

from node.context import Node
from node.services.exchanges.people import telling
from node.storage import exchanges


def send_link(node: Node, exchange_id: str) -> None:
    """Have the catalogue mail its own link to who asked, so that they can say there what became of it."""
    with node.database.write() as tx:
        stored = exchanges.by_id(tx, exchange_id)
        if stored is not None:
            telling.send_link(tx, node, stored)
