"""What every part of a running node needs: its settings, its database and the time.

Made once by whoever starts the program (a command, the web application, a test) and handed on; nothing here is global.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from node.published import PublishedValues
from node.settings import Settings
from node.storage.engine import Database


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Node:
    """One node. ``clock`` returns the present as an aware UTC ``datetime``; tests pass their own."""

    settings: Settings
    database: Database
    clock: Callable[[], datetime] = field(default=_now)

    @property
    def now(self) -> int:
        """The present in whole seconds since 1970."""
        return int(self.clock().timestamp())

    @classmethod
    def open(cls, settings: Settings, database: Database | None = None, clock: Callable[[], datetime] = _now) -> Node:
        """The node with these settings under what its operator published, its database not yet touched."""
        own = database or Database(settings.database)
        return cls(settings.under(PublishedValues(own, clock)), own, clock)
