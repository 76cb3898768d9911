"""Listings that this process has read lately, so that a search reads again only what has changed since.

A row of the catalogue changes only with its position and its hash. Both are asked of the database each time, so what it
no longer has, or has anew, is never taken from here.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from threading import Lock

from node.storage import catalogue
from node.storage.catalogue import Shown
from node.storage.engine import Tx

MOST_KEPT = 4096
"""Some 4 kB each."""


class KeptListings:
    """The listings that one process looked at last; threads share it."""

    def __init__(self, most: int = MOST_KEPT) -> None:
        self._most = most
        self._held: OrderedDict[str, Shown] = OrderedDict()
        self._lock = Lock()

    def by_keys(self, tx: Tx, keys: Sequence[str]) -> dict[str, Shown]:
        """The live listings with these keys, as they are in the database."""
        found = self._current(catalogue.versions(tx, keys))
        missing = [key for key, shown in found.items() if shown is None]
        read = catalogue.by_keys(tx, missing) if missing else {}
        self._keep(read)
        return {key: shown for key, shown in found.items() if shown is not None} | read

    def _current(self, versions: Mapping[str, tuple[int, str]]) -> dict[str, Shown | None]:
        """What is held of each in just this version."""
        with self._lock:
            return {key: self._if_same(key, version) for key, version in versions.items()}

    def _if_same(self, key: str, version: tuple[int, str]) -> Shown | None:
        held = self._held.get(key)
        if held is None or (held.position, held.entry.hash) != version:
            return None
        self._held.move_to_end(key)
        return held

    def _keep(self, read: Mapping[str, Shown]) -> None:
        with self._lock:
            for key, shown in read.items():
                self._held[key] = shown
                self._held.move_to_end(key)
            while len(self._held) > self._most:
                self._held.popitem(last=False)
