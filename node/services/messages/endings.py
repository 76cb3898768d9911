"""What becomes of an exchange whose message could not be delivered."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module

from node.context import Node
from node.storage.messages import Outgoing
from schemas.message import OF_EXCHANGES

GIVEN_UP: Mapping[str, str] = dict.fromkeys(OF_EXCHANGES, "node.services.exchanges.heard")
"""Type of a message -> module with ``given_up(node, message, state, problem)``; loaded when it is needed."""


def given_up(node: Node, message: Outgoing, state: str, problem: str) -> None:
    """Tell whoever sent it."""
    module = GIVEN_UP.get(message.type)
    if module is not None:
        import_module(module).given_up(node, message, state, problem)
