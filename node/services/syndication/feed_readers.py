"""Who reads our feeds: other nodes alone, by the address that each names in its ``User-Agent``.

Nothing is kept of browsers, of feed readers of persons, or of the network that a request came from. A name is only a
claim: it is shown as what somebody says of themselves, never trusted.
"""

from __future__ import annotations

import re
from threading import Lock
from urllib.parse import urlsplit

from node.context import Node
from node.services.syndication.cursor import CursorError, parse
from node.storage import catalogue, feed_readers
from node.storage.engine import StorageError
from node.storage.feed_readers import FeedReader

EVERY_S = 600
"""A reader is noted this often at most: many polls are one row and one write."""
_MOST_KNOWN = 1000
_PATIENCE_S = 1
_AGENT = re.compile(r"sharefeed/[A-Za-z0-9.+-]{1,40} \(\+(https?://[^\s()<>\"'\\]{1,190})\)")


class Notebook:
    """What this process has noted lately; threads share it."""

    def __init__(self) -> None:
        self._noted: dict[str, int] = {}
        self._lock = Lock()

    def note(self, node: Node, agent: str, after: str = "") -> bool:
        """Note the node that asks, if it is one and was not noted a moment ago. Never fails: reading goes before."""
        address = node_of(agent)
        if address is None or address == node.settings.url or not self._is_due(address, node.now):
            return False
        try:
            with node.database.write(_PATIENCE_S) as tx:
                feed_readers.note(tx, FeedReader(address, node.now, node.now, _position(after)))
        except StorageError:
            return False
        return True

    def _is_due(self, address: str, now: int) -> bool:
        with self._lock:
            # A clock that was set back makes a gap below nothing: then it is noted as well.
            if 0 <= now - self._noted.get(address, -EVERY_S) < EVERY_S:
                return False
            if len(self._noted) >= _MOST_KNOWN:
                self._noted.clear()
            self._noted[address] = now
            return True


def node_of(agent: str) -> str | None:
    """The address of the node that a ``User-Agent`` names, with a slash at the end; None for anything else."""
    found = _AGENT.fullmatch(agent)
    if found is None:
        return None
    try:
        parts = urlsplit(found[1])
        host, _port = parts.hostname, parts.port
    except ValueError:
        return None
    if not host or "@" in parts.netloc or parts.query or parts.fragment:
        return None
    return found[1].rstrip("/") + "/"


def _position(after: str) -> int:
    try:
        return parse(after).position if after else -1
    except CursorError:
        return -1


def readers(node: Node) -> list[FeedReader]:
    """The nodes that read us, who did last first."""
    with node.database.read() as tx:
        return feed_readers.every(tx)


def head_of_log(node: Node) -> int:
    """The position of the latest change, against which it is told how far a reader has come."""
    with node.database.read() as tx:
        return catalogue.state(tx).head
