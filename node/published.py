"""What an operator published over the settings, as this process knows it: looked at again once a second at most.

Every process that answers or works reads the same row of the database, so what is published holds in all of them within
a second, without a restart. While the database cannot be read, what was known last stands.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from threading import Lock
from typing import Any

from node.settings import APPEARANCE, SettingError, typed
from node.storage import appearances
from node.storage.engine import Database, StorageError, Tx

EVERY_S = 1.0


class PublishedValues:
    """The published values of one node; threads share it. ``clock`` returns an aware ``datetime``."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock
        self._values: Mapping[str, Any] = {}
        self._head: appearances.Head | None = None
        self._looked_at: float | None = None
        self._asked = 0
        self._lock = Lock()
        self._known = False

    def values(self) -> Mapping[str, Any]:
        now = self._clock().timestamp()
        # A clock that was set back makes a gap below nothing: then it is looked at as well.
        if self._looked_at is None or not 0 <= now - self._looked_at < EVERY_S:
            self._look(now)
        return self._values

    def look_again(self) -> None:
        self._asked += 1
        self._looked_at = None

    def _look(self, now: float) -> None:
        # One thread looks, the others go on with what was known, so that at most one connection is taken for it.
        if not self._lock.acquire(blocking=not self._known):
            return
        try:
            asked = self._asked
            self._read()
            self._known = True
            self._looked_at = now if asked == self._asked else None
        finally:
            self._lock.release()

    def _read(self) -> None:
        try:
            with self._database.read() as tx:
                head = appearances.head(tx)
                if head != self._head or not self._known:
                    self._values = _values_of(tx, head)
                    self._head = head
        except StorageError:
            # Not there, not migrated yet, or busy: a page that needs the database will say so itself.
            return


def _values_of(tx: Tx, head: appearances.Head | None) -> Mapping[str, Any]:
    version = appearances.by_id(tx, head.id) if head else None
    return usable(version.values) if version else {}


def usable(values: Mapping[str, Any]) -> Mapping[str, Any]:
    """Those of the values that this version of the software has settings for, each of its type."""
    found = {}
    for name in APPEARANCE:
        try:
            if name in values:
                found[name] = typed(name, values[name])
        except SettingError:
            continue
    return found
