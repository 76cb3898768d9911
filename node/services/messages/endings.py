"""What becomes of an exchange whose message has arrived, or could not be delivered: in the same transaction."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module

from node.context import Node
from node.storage.engine import Tx
from node.storage.messages import Outgoing
from schemas.message import OF_EXCHANGES

ENDINGS: Mapping[str, str] = dict.fromkeys(OF_EXCHANGES, "node.services.exchanges.heard")
"""Type of a message -> module with ``arrived(tx, node, message)`` and ``given_up(tx, node, message, state)``.

It is loaded when it is needed.
"""


def arrived(tx: Tx, node: Node, message: Outgoing) -> None:
    """Tell whoever sent it that it was taken."""
    module = ENDINGS.get(message.type)
    if module is not None:
        import_module(module).arrived(tx, node, message)


def given_up(tx: Tx, node: Node, message: Outgoing, state: str) -> None:
    """Tell whoever sent it that it will not arrive."""
    module = ENDINGS.get(message.type)
    if module is not None:
        import_module(module).given_up(tx, node, message, state)
