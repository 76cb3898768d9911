"""Listings that this process has read lately, so that a search reads again only what has changed since.

A row of the catalogue changes only with its position and its hash, and no row changes while the head of the change log
stands still. The head is asked for again once the index has gone beyond it, and at the latest after a quarter of a
second, which is less than the index itself may be behind. So a search whose listings were all read before asks the
database nothing, and what has been withdrawn is shown no longer than that.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from threading import Lock
from time import monotonic

from node.storage import catalogue
from node.storage.catalogue import Shown
from node.storage.engine import Database, Tx

MOST_KEPT = 4096
"""Some 4 kB each."""
TRUSTED_S = 0.25
"""So long a head counts as the newest."""


@dataclass(slots=True)
class _Held:
    """A listing, and at which head of the change log it was last known to be current."""

    shown: Shown
    head: tuple[str, int]


class KeptListings:
    """The listings that one process looked at last; threads share it."""

    def __init__(self, most: int = MOST_KEPT, trusted_s: float = TRUSTED_S) -> None:
        self._most = most
        self._trusted_s = trusted_s
        self._held: OrderedDict[str, _Held] = OrderedDict()
        self._head = ("", -1)
        self._asked_at = -1e9
        self._lock = Lock()

    def by_keys(self, database: Database, keys: Sequence[str], reached: tuple[str, int]) -> dict[str, Shown]:
        """The live listings with these keys; ``reached`` are epoch and position of the index that named them."""
        if not keys:
            return {}
        found = self._current(keys) if self._is_recent(reached) else {}
        if len(found) == len(keys):
            return found
        with database.read() as tx:
            return self._read(tx, keys)

    def _is_recent(self, reached: tuple[str, int]) -> bool:
        epoch, head = self._head
        return monotonic() - self._asked_at < self._trusted_s and epoch == reached[0] and head >= reached[1]

    def _current(self, keys: Sequence[str]) -> dict[str, Shown]:
        """Those that were current at the newest head known."""
        with self._lock:
            held = {key: one for key in keys if (one := self._held.get(key)) and one.head == self._head}
            for key in held:
                self._held.move_to_end(key)
            return {key: one.shown for key, one in held.items()}

    def _read(self, tx: Tx, keys: Sequence[str]) -> dict[str, Shown]:
        """All of them as they are in one state of the database."""
        asked_at, state = monotonic(), catalogue.state(tx)
        with self._lock:
            self._head, self._asked_at = (state.epoch, state.head), asked_at
        found = self._current(keys)
        unsure = [key for key in keys if key not in found]
        if unsure:
            held = [key for key in unsure if key in self._held]
            found |= self._renewed(catalogue.versions(tx, held)) if held else {}
            missing = [key for key in unsure if key not in found]
            found |= catalogue.by_keys(tx, missing) if missing else {}
            self._keep(found, (state.epoch, state.head))
        return found

    def _renewed(self, versions: Mapping[str, tuple[int, str]]) -> dict[str, Shown]:
        """What is held of each in just this version."""
        with self._lock:
            held = ((self._held.get(key), version) for key, version in versions.items())
            same = (one.shown for one, version in held if one is not None and _version(one.shown) == version)
            return {shown.entry.key: shown for shown in same}

    def _keep(self, found: Mapping[str, Shown], head: tuple[str, int]) -> None:
        with self._lock:
            for key, shown in found.items():
                self._held[key] = _Held(shown, head)
                self._held.move_to_end(key)
            while len(self._held) > self._most:
                self._held.popitem(last=False)


def _version(shown: Shown) -> tuple[int, str]:
    return shown.position, shown.entry.hash
