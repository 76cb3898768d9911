"""Two nodes, an organisation on each, and what happens between them."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl

from node.context import Node
from node.services.exchanges import receivers
from node.services.exchanges.asking import Wish
from node.services.exchanges.between_nodes import asking_across
from node.services.identity import accounts, members
from node.services.listings.publishing import ensure_organisation
from node.storage import listings
from node.storage.message_tables import messages_out
from tests.fakes.peer_nodes import Wires, answer, deliver
from tests.fakes.publisher import URL, clock_of


class FarWires(Wires):
    """Also answers for single listings."""

    def get(self, url: str, *, accept: str = "*/*", **more: Any) -> Any:
        board, asks, query = url.partition("organisations.json?")
        if asks and board in self.nodes:
            said = dict(parse_qsl(query))
            return answer(url, 200, receivers.document(self.nodes[board], said.get("name", ""), said.get("id", "")))
        node_id, found, key = url.removesuffix(".json").partition("listings/")
        if not found:
            return super().get(url, accept=accept, **more)
        node = self.nodes[node_id]
        with node.database.read() as tx:
            row = listings.by_key(tx, key)
        if row is None:
            return answer(url, 404, b"")
        return answer(url, 200, asking_across.own_document(node, row.item()))


def club(node: Node) -> str:
    """An organisation that asks, with a member; its id."""
    made = ensure_organisation(node, "Gladstone Connect", "community_group")
    bo = accounts.add(node, "Bo", "bo@club.example", operator=False)
    members.join(node, bo, "gladstone-connect", members.EDITOR)
    return made.id


def ask(node: Node, wires: Wires, organisation_id: str, key: str, **more: Any) -> str:
    """Ask for a listing of the first node; the number of the exchange."""
    far = asking_across.fetch(node, f"{URL}listings/{key}", wires)
    return asking_across.ask(node, organisation_id, far, Wish("", "", **{"agreed": True, "language": "en", **more}))


def settle(wires: Wires, *nodes: Node, patience: int = 300) -> None:
    """Let all of them deliver until nothing is on its way."""
    for _ in range(patience):
        if not sum(deliver(wires, node) for node in nodes):
            if not any(_waits(node) for node in nodes):
                return
            for node in nodes:
                clock_of(node).pass_by(minutes=2)
    raise AssertionError("messages are still on their way")


def _waits(node: Node) -> bool:
    with node.database.read() as tx:
        return tx.execute(messages_out.select().where(messages_out.c.state == "waiting")).first() is not None
