"""What an exchange does to its listing: how many are left, whether they are promised, and that none is any more."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any

from node.context import Node
from node.services.exchanges.between_nodes import elsewhere
from node.services.listings import publishing
from node.services.listings.publishing import PublishingError
from node.storage import calendars, exchanges, listing_versions, listings
from node.storage.engine import Tx
from node.storage.exchanges import Stored
from node.storage.listings import LIVE, PAUSED, OwnListing
from schemas import exchange_promises as promises
from schemas.exchange import Exchange

GIVEN, AVAILABLE, RESERVED = "given", "available", "reserved"


def room(tx: Tx, stored: Stored, now: int, of_none: int | None = 0) -> int | None:
    """How many of its listing can be promised in an exchange; None where numbers do not say it.

    What has a calendar is not counted: there the calendar says whether it can be had. ``of_none`` is what there is of a
    listing that is not to be had any more.
    """
    if stored.contact_id is not None:
        theirs = elsewhere.by_key(tx, stored.key, now)
        return promises.room(elsewhere.left(tx, theirs), stored.exchange, _others(tx, stored)) if theirs else of_none
    row = listings.by_key(tx, stored.key)
    if row is None or row.state not in (LIVE, PAUSED):
        return of_none
    if calendars.by_key(tx, stored.key) is not None:
        return None
    return promises.room(row.listing().quantity.available, stored.exchange, _others(tx, stored))


def follow(tx: Tx, node: Node, before: Exchange, after: Stored, by: str) -> None:
    """Bring the listing in step with an exchange that was ``before``; within a transaction of `publishing.writing`.

    A listing that cannot be published as it would be stays as it is: a handover must not fail over that.
    """
    row = listings.by_key(tx, after.key) if after.contact_id is None else None
    taken = after.exchange.counted - before.counted
    moved = taken or promises.promised(before) != promises.promised(after.exchange)
    if row is None or not after.exchange.is_gift or not moved:
        return
    back = row.state not in (LIVE, PAUSED)
    if back and not (taken < 0 and _was_given(tx, row, node.now)):
        return
    # Of what had gone altogether, none was left.
    left = (0 if back else row.listing().quantity.available) - taken
    if left <= 0:
        with suppress(PublishingError):
            publishing.withdraw_in(tx, node, {row.key: GIVEN}, by)
        return
    promised = sum(promises.promised(one) for one in (*_others(tx, after), after.exchange))
    _state(tx, node, row, left, RESERVED if promised >= left else AVAILABLE, by, back)


def _was_given(tx: Tx, row: OwnListing, now: int) -> bool:
    """Whether a listing is gone because all of it was given, and would be shown still if it had not been."""
    version = listing_versions.one(tx, row.id, listing_versions.latest(tx, row.id))
    return version is not None and version.change == GIVEN and row.expires_at > now


def _state(tx: Tx, node: Node, row: OwnListing, left: int, status: str, by: str, back: bool = False) -> None:
    listing = row.listing()
    wanted: dict[str, Any] = {"status": status, "quantity": replace(listing.quantity, available=left)}
    if (listing.status, listing.quantity.available) == (status, left) and not back:
        return
    try:
        publishing.revise_in(tx, node, [row.key], lambda _: wanted, by, revive=back)
    except PublishingError:
        return


def _others(tx: Tx, stored: Stored) -> Sequence[Exchange]:
    return [one.exchange for one in exchanges.of_listing(tx, stored.listing_id) if one.id != stored.id]
