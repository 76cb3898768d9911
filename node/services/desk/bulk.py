"""The same done with every listing that a search at the desk shows, however many: asked first, then done in pieces.

Each piece of some hundred listings is one transaction, so that others get their turn and memory stays small. What has
changed since somebody was asked is left out, also by the piece before: whoever goes on after a crash does the rest.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from time import monotonic

import orjson

from node.context import Node
from node.services.desk import listings as desk_listings
from node.services.desk import undo
from node.services.desk.listings import PAUSE, RENEW, RESUME, WITHDRAW, Meant
from node.services.identity import audit
from node.services.identity.members import Member
from node.services.listings.publishing import PublishingError, writing
from node.services.listings.publishing_parts import refuse_moved
from node.storage import listings
from node.storage.engine import Tx
from node.storage.listings import EXPIRED, LIVE, PAUSED, WITHDRAWN, Filter, OwnListing
from schemas.errors import DocumentError, Problem, SharefeedError
from schemas.records import dataclass

PIECE = 250
AT_ONCE_S = 20.0
SHOWN = 5
POSSIBLE: Mapping[str, tuple[str, ...]] = {
    RENEW: (LIVE, WITHDRAWN, EXPIRED),
    PAUSE: (LIVE,),
    RESUME: (PAUSED,),
    WITHDRAW: (LIVE, PAUSED, EXPIRED),
}
"""The states in which something is done; what is not named, in each."""


class OtherNumberError(SharefeedError):
    """There are more or fewer of them than somebody agreed to. Nothing was done."""

    def __init__(self) -> None:
        super().__init__("The number has changed meanwhile.")


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be done with all that ``wanted`` finds; ``fields`` are those of `listings.do`."""

    wanted: Filter
    doing: str
    fields: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Offer:
    """How many listings it would be, and the first of them."""

    count: int
    first: tuple[OwnListing, ...]


@dataclass(frozen=True, slots=True)
class Agreed:
    """What somebody agreed to: how many listings, and when (seconds since 1970) they were told the number."""

    count: int
    at: int


@dataclass(frozen=True, slots=True)
class Done:
    """What was done with how many, and how many were left: they had changed, or cannot be like this (``why``).

    ``rest`` are those that there was no time for, behind the key ``after``.
    """

    done: int = 0
    changed: int = 0
    refused: int = 0
    why: Problem | None = None
    rest: int = 0
    after: str = ""


def offer(node: Node, wish: Wish) -> Offer:
    """What doing this would be. Raises `PublishingError` for something that cannot be done."""
    _meant(node, wish)
    with node.database.read() as tx:
        return Offer(_count(tx, wish.wanted), tuple(listings.page(tx, wish.wanted, SHOWN)))


def carry_out(
    node: Node, member: Member, wish: Wish, agreed: Agreed, seconds: float = AT_ONCE_S, piece: int = PIECE
) -> Done:
    """Do what was agreed to, for some seconds at most, in transactions of one ``piece`` of listings each.

    Raises `OtherNumberError`, and `PublishingError` for something that cannot be done: nothing was done then. What
    cannot be done with single listings leaves only these as they are.
    """
    change, ends = _meant(node, wish), monotonic() + seconds
    with node.database.read() as tx:
        refuse_moved(tx, [member.organisation_id])
        if _count(tx, wish.wanted) != agreed.count:
            raise OtherNumberError
    still = replace(wish.wanted, unchanged=max(0, min(agreed.at, node.now)))
    told = Done(after=wish.wanted.after)
    entry, mark = f"{wish.doing}: {agreed.count}", mark_of(member, wish, agreed)
    while True:
        with writing(node) as tx:
            if entry:
                audit.record(tx, node, audit.by(member), "listings-changed", entry, member.organisation_id)
            keys = listings.keys(tx, replace(still, after=told.after), piece)
            with undo.marked(tx, node, keys, mark):
                told = _added(told, *_piece(tx, node, keys, change, member.name), keys)
        entry = ""
        if len(keys) < piece or monotonic() >= ends:
            break
    return _settled(node, told, wish.wanted, agreed)


def mark_of(member: Member, wish: Wish, agreed: Agreed) -> str:
    """By what it is taken back; the same for all of its parts."""
    told = orjson.dumps([wish.doing, dict(wish.fields), str(replace(wish.wanted, after=""))])
    return undo.mark_of(member, told.decode(), agreed.at)


def _meant(node: Node, wish: Wish) -> Meant:
    if wish.wanted.state not in POSSIBLE.get(wish.doing, (wish.wanted.state,)):
        raise PublishingError([Problem("/then", "not-a-choice", "This cannot be done here.")])
    return desk_listings.meant(node, wish.wanted.organisation_id, wish.doing, wish.fields)


def _count(tx: Tx, wanted: Filter) -> int:
    return sum(listings.count(tx, wanted).values())


def _piece(tx: Tx, node: Node, keys: Sequence[str], change: Meant, by: str) -> tuple[int, list[Problem]]:
    """Do it with these, or with as many of them as it can be done with; how many, and what was said of the others."""
    if not keys:
        return 0, []
    try:
        return desk_listings.do_in(tx, node, keys, change, by), []
    except (PublishingError, DocumentError) as error:
        if len(keys) == 1:
            return 0, [error.problems[0]]
    half = len(keys) // 2
    first, second = (_piece(tx, node, part, change, by) for part in (keys[:half], keys[half:]))
    return first[0] + second[0], first[1] + second[1]


def _added(told: Done, count: int, refused: Sequence[Problem], keys: Sequence[str]) -> Done:
    why = told.why or next(iter(refused), None)
    return replace(
        told,
        done=told.done + count,
        refused=told.refused + len(refused),
        why=why,
        after=keys[-1] if keys else told.after,
    )


def _settled(node: Node, told: Done, wanted: Filter, agreed: Agreed) -> Done:
    """The same with what is left to do, and with what had changed since it was agreed to."""
    with node.database.read() as tx:
        rest = _count(tx, replace(wanted, after=told.after))
    return replace(told, rest=rest, changed=max(0, agreed.count - told.done - told.refused - rest))
