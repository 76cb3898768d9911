"""What every part of a running node needs: its settings, its database, the time, and processes for heavy work.

Made once by whoever starts the program (a command, the web application, a test) and handed on; nothing here is global.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import field
from datetime import UTC, datetime
from threading import Event

from node.lines import Lines
from node.processes import Workshop
from node.published import PublishedValues
from node.settings import Settings
from node.storage.engine import Database
from node.turns import Turns
from schemas.records import dataclass

WORK_S, REST_S = 20.0, 60.0
WORK_BYTES = 1536 * 2**20
MOST_WORK = 4
"""Pieces of work at the same time: each holds a thread that answers requests."""


def _now() -> datetime:
    return datetime.now(UTC)


def _workshop() -> Workshop:
    # One process: what it does is bounded by its limits, and what comes meanwhile waits no longer than a second or two.
    return Workshop(1, WORK_S, REST_S, WORK_BYTES, MOST_WORK)


@dataclass(frozen=True, slots=True)
class Node:
    """One node. ``clock`` returns the present as an aware UTC ``datetime``; tests pass their own.

    ``workshop`` is where a request has done what would keep others waiting; its processes start when they are needed.
    ``outgoing`` is set when a message to another node waits, so that a worker in this process need not look for it.
    ``turns`` are those at waiting for other sites while somebody waits for an answer here.
    ``lines`` are the connections to the mail server.
    """

    settings: Settings
    database: Database
    clock: Callable[[], datetime] = field(default=_now)
    workshop: Workshop = field(default_factory=_workshop, compare=False, repr=False)
    outgoing: Event = field(default_factory=Event, compare=False, repr=False)
    turns: Turns = field(default_factory=Turns, compare=False, repr=False)
    lines: Lines = field(default_factory=Lines, compare=False, repr=False)

    @property
    def now(self) -> int:
        """The present in whole seconds since 1970."""
        return int(self.clock().timestamp())

    @classmethod
    def open(cls, settings: Settings, database: Database | None = None, clock: Callable[[], datetime] = _now) -> Node:
        """The node with these settings under what its operator published, its database not yet touched."""
        own = database or Database(settings.database)
        return cls(settings.under(PublishedValues(own, clock)), own, clock)
