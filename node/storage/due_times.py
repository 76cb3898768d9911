"""Due times and leases that lie further ahead than any that this program gives: what a clock left that was wrong."""

from __future__ import annotations

from sqlalchemy import and_, update

from node.storage.booking_tables import busy_calendars
from node.storage.engine import Tx
from node.storage.import_tables import imports
from node.storage.message_tables import messages_out
from node.storage.photo_tables import picture_copies
from node.storage.receipt_tables import receipt_readings
from node.storage.story_tables import story_readings
from node.storage.tables import alerts, outbox, photos, sources

_DAY_S = 86_400
FARTHEST_S = (
    (sources.c.due_at, 2 * _DAY_S),
    (outbox.c.due_at, _DAY_S),
    (messages_out.c.due_at, 2 * _DAY_S),
    (photos.c.due_at, 60 * _DAY_S),
    (picture_copies.c.due_at, 2 * _DAY_S),
    (receipt_readings.c.due_at, 2 * _DAY_S),
    (receipt_readings.c.again_at, 8 * _DAY_S),
    (story_readings.c.due_at, 2 * _DAY_S),
    (busy_calendars.c.next_poll_at, 2 * _DAY_S),
    (alerts.c.due_at, 9 * _DAY_S),
)
"""A little more than the longest pause that is ever given in each."""
_SENT = (outbox, messages_out)
"""What was never tried in these is due when it is written."""
_LEASES = (
    *(sources.c.lease_until, outbox.c.lease_until, messages_out.c.lease_until, picture_copies.c.lease_until),
    *(receipt_readings.c.lease_until, imports.c.leased_until),
)
LONGEST_LEASE_S = 600


def pull_in(tx: Tx, now: int) -> int:
    """Let what is due too far ahead be due now, and end leases that nobody can have; how many rows that were.

    A lease that somebody may have taken just before is not ended, but made no longer than one that is taken now.
    """
    changed = 0
    for due, farthest in FARTHEST_S:
        changed += tx.execute(update(due.table).where(due > now + farthest).values({due: now})).rowcount
    for table in _SENT:
        untried = and_(table.c.state == "waiting", table.c.tries == 0, table.c.due_at > now)
        changed += tx.execute(update(table).where(untried).values(due_at=now)).rowcount
    for lease in _LEASES:
        changed += tx.execute(update(lease.table).where(lease > now + _DAY_S).values({lease: 0})).rowcount
        longest = now + LONGEST_LEASE_S
        changed += tx.execute(update(lease.table).where(lease > longest).values({lease: longest})).rowcount
    return changed
