"""Several nodes in one process, and between them a network that loses, doubles and delays what it is told to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

import orjson

from federation.fetch import Answer, FetchError
from node.context import Node
from node.services.messages import receiving
from node.services.messages.receiving import MessageError
from node.services.messages.sending import Courier
from node.services.syndication import node_document
from node.turns import NoTurnError
from schemas.http_signature import Request

GOOD, DROPPED, UNANSWERED, DOUBLED = "good", "dropped", "unanswered", "doubled"
FAULTS = (GOOD, DROPPED, UNANSWERED, DOUBLED)
NOW = datetime(2026, 12, 1, 9, tzinfo=UTC)
Handlers = Mapping[str, str]


def answer(url: str, status: int, body: bytes) -> Answer:
    return Answer(url, status, body, "application/json", None, None, None, NOW, None, None, None, None)


class Wires:
    """A client for nodes that are here. ``faults`` are what happens to each message sent, in turn; then all is good."""

    def __init__(self, *nodes: Node, handlers: Handlers | None = None, faults: Iterable[str] = ()) -> None:
        self.nodes = {node.settings.url: node for node in nodes}
        self.documents: dict[str, bytes] = {}
        self.handlers = receiving.HANDLERS if handlers is None else handlers
        self.faults = list(faults)
        self.asked: list[str] = []
        self.sent: list[tuple[str, bytes, dict[str, str]]] = []

    def get(self, url: str, *, accept: str = "*/*", **_: Any) -> Answer:
        self.asked.append(url)
        node_id = url.removesuffix(".well-known/sharefeed.json")
        if node_id in self.documents:
            return answer(url, 200, self.documents[node_id])
        node = self.nodes.get(node_id)
        if node is None:
            raise FetchError(url, "connect", "no connection")
        return answer(url, 200, bytes(node_document.node_document(node).body))

    def post(self, url: str, body: bytes, headers: Mapping[str, str], **_: Any) -> Answer:
        self.sent.append((url, body, dict(headers)))
        fault = self.faults.pop(0) if self.faults else GOOD
        if fault == DROPPED:
            raise FetchError(url, "connect", "no connection")
        answered = self.take(url, body, headers)
        if fault == DOUBLED:
            self.take(url, body, headers)
        if fault == UNANSWERED:
            raise FetchError(url, "truncated", "the answer was cut off")
        return answered

    def take(self, url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        """Hand a request to the node that it is addressed to, as its inbox does."""
        node = next(one for node_id, one in self.nodes.items() if url.startswith(node_id))
        request = Request("POST", url, {name.lower(): value for name, value in headers.items()})
        try:
            return answer(url, 202, receiving.receive(node, request, body, self, self.handlers))
        except NoTurnError as error:
            return answer(url, 429, orjson.dumps({"title": "too-many", "detail": str(error)}))
        except MessageError as error:
            return answer(url, error.status, orjson.dumps({"title": error.code, "detail": str(error)}))


def deliver(wires: Wires, *nodes: Node) -> int:
    """Let each node send what is due, once, by a courier that knows nothing of what was before."""
    return sum(Courier(node, wires).deliver() for node in nodes)
