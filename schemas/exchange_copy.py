"""The copy of an exchange that the asker's home keeps: how it follows the owner's home, which decides. Pure.

It follows in everything but one: that the asker's side has said something, it takes from nobody. That the owner's side
has taken back what it said is the owner's to say.
"""

from __future__ import annotations

from dataclasses import replace

from schemas.exchange import (
    ACCEPTED,
    BROUGHT_BACK,
    CANCELLED,
    HANDED_OVER,
    HAPPENED,
    LENT,
    OWNER,
    RECEIVED,
    RETURNED,
    STATES,
    UNCONFIRMED,
    UNKNOWN,
    Exchange,
    first_step,
)
from schemas.records import dataclass


@dataclass(frozen=True, slots=True)
class Told:
    """Where the owner's home says that an exchange stands, and its time, where it has one."""

    state: str
    granted: int
    owner_said: bool
    since: int
    starts_at: int | None = None
    ends_at: int | None = None


def follow(copy: Exchange, told: Told, typed: bool = False, now: int = 0) -> Exchange:
    """The copy after what was told. What cannot be is not followed: the copy stays as it is.

    ``typed``: the code of the owner's side was typed here, and is being compared there. Who typed it says that it was
    handed over if the code is right; that it has happened says that it was. ``now``: what is past of the ladder to
    another time is not caught up with.
    """
    if told.state not in STATES or told.state == UNCONFIRMED or not 0 <= told.granted <= copy.asked:
        return copy
    said = replace(copy, asker_said=True) if typed and told.owner_said and told.state in HAPPENED else copy
    state = believed(said, told.state)
    taken_back = is_taken_back(copy, told)
    if (_is_settled(copy) or (state == copy.state and _same(copy, told))) and not taken_back:
        return copy
    owner_said = (copy.owner_said and not taken_back) or told.owner_said
    moved = replace(said, state=state, granted=told.granted, owner_said=owner_said, since=told.since)
    if _is_at_another_time(copy, told):
        moved = replace(moved, starts_at=told.starts_at, ends_at=told.ends_at)
        return replace(moved, step=first_step(moved, now))
    return replace(moved, step=0 if state != copy.state else copy.step)


def believed(copy: Exchange, state: str) -> str:
    """The state that the copy takes for the one that was told."""
    if state in HAPPENED and not copy.asker_said:
        # Both must have said so, and the asker has not.
        return UNKNOWN if state in (RECEIVED, RETURNED) else HANDED_OVER
    if state == RETURNED and copy.giver != OWNER and copy.state != RETURNED:
        # Whose it is says when it is back.
        return BROUGHT_BACK if copy.state in (LENT, BROUGHT_BACK) else UNKNOWN
    return state


def _same(copy: Exchange, told: Told) -> bool:
    return copy.granted == told.granted and copy.owner_said >= told.owner_said and not _is_at_another_time(copy, told)


def _is_at_another_time(copy: Exchange, told: Told) -> bool:
    """Whether the owner has named a time that is not the one known here, and that can be one."""
    starts, ends = told.starts_at, told.ends_at
    is_time = starts is not None and ends is not None and starts < ends and not copy.is_gift
    return is_time and (starts, ends) != (copy.starts_at, copy.ends_at)


def is_taken_back(copy: Exchange, told: Told) -> bool:
    """Whether the owner's side has said that it was a mistake: perhaps before it heard that the asker's said yes."""
    unsaid = copy.owner_said and not told.owner_said and copy.is_gift and copy.giver == OWNER
    return unsaid and copy.state in (HANDED_OVER, RECEIVED) and told.state in (ACCEPTED, HANDED_OVER, CANCELLED)


def _is_settled(copy: Exchange) -> bool:
    """What both have said is not unsaid, but for a gift that was given by mistake."""
    return copy.state in (RECEIVED, RETURNED) and copy.owner_said and copy.asker_said
