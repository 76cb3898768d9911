"""What becomes of an exchange whose message has arrived, or could not be delivered: in the same transaction."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module

from node.context import Node
from node.storage.engine import Tx
from node.storage.messages import Outgoing
from schemas.message import CODE_ANSWERS, HANDED_OVER, OF_EXCHANGES

ENDINGS: Mapping[str, str] = dict.fromkeys(OF_EXCHANGES, "node.services.exchanges.between_nodes.heard")
"""Type of a message -> module with ``arrived(tx, node, message, code)`` and ``given_up(tx, node, message, state)``.

It is loaded when it is needed.
"""


def is_answer(message: Outgoing, code: str) -> bool:
    """Whether a refusal is what the message has asked: a code that somebody typed was not the right one."""
    return message.type == HANDED_OVER and code in CODE_ANSWERS


def arrived(tx: Tx, node: Node, message: Outgoing, code: str = "") -> Callable[[], None] | None:
    """Tell whoever sent it that it was taken, or with ``code`` what it was answered.

    What is returned is to be called once all of it is kept.
    """
    module = ENDINGS.get(message.type)
    if module is None:
        return None
    afterwards: Callable[[], None] | None = import_module(module).arrived(tx, node, message, code)
    return afterwards


def given_up(tx: Tx, node: Node, message: Outgoing, state: str) -> None:
    """Tell whoever sent it that it will not arrive."""
    module = ENDINGS.get(message.type)
    if module is not None:
        import_module(module).given_up(tx, node, message, state)
