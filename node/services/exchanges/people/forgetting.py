"""Forgetting who asked, and what was written.

Whom it was is noted by number outside the database, so that a backup brought back forgets them again. So is a story
that may name an organisation no longer.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from node.context import Node
from node.services.exchanges import links
from node.storage import exchange_people, messages, outbox
from node.storage.engine import Tx

FORGOTTEN_FILE = "forgotten"
HANDED_ON = "handed-on:"
"""Before the number of an exchange whose asker another node knows now: here only a hash of their address is kept."""

UNNAMED = "unnamed:"
"""Before the key of a story whose other organisation took its yes back, and the second at which it did."""


def forget(tx: Tx, node: Node, exchange_ids: Iterable[str]) -> None:
    """Forget who asked, and what was written, in these exchanges."""
    gone = []
    for exchange_id in exchange_ids:
        exchange_people.forget(tx, exchange_id)
        outbox.forget_topic(tx, links.topic_of(exchange_id))
        messages.forget_words(tx, exchange_id)
        gone.append(exchange_id)
    note(node.settings.home, gone)


def note(home: Path, gone: list[str]) -> None:
    """Note outside the database who is forgotten.

    It is done before the transaction ends: to be forgotten once too often harms nobody.
    """
    if not gone:
        return
    with os.fdopen(os.open(home / FORGOTTEN_FILE, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "a") as file:
        file.write("".join(f"{one}\n" for one in gone))
