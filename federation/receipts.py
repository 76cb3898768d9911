"""Judging the feed of receipts of another node: which page leads on, and which halves are that node's to tell. Pure.

Refuses what a node says in another's name: a half must be signed with a key of the node whose feed it stands in, about
an organisation of that node or somebody whose address it confirmed.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import date, timedelta
from typing import Any
from urllib.parse import quote, urlsplit

import orjson

from federation.reading import storable
from schemas.canonical import listing_hash
from schemas.errors import DocumentError, Problem
from schemas.exchange import ASKER, OWNER
from schemas.handover import PERSON
from schemas.page import MAX_PAGE_ENTRIES, Page, PageHead
from schemas.receipt import (
    LARGEST_HALF_BYTES,
    UNKNOWN_KEY,
    Half,
    hash_and_payload,
    is_signed_with,
    load_half,
    not_signed,
    of_unknown_key,
)
from schemas.records import dataclass

FUTURE = "future"
LONGEST_ID = 2048
MOST_REASONS = 5
KeyOf = Callable[[str, str], str | None]
"""Node id and key id -> the public key that is believed to be that node's; None where none is, or not yet."""


@dataclass(frozen=True, slots=True)
class Teller:
    """The node whose feed is read: its id first, then those it had before it moved.

    ``organisations`` are those that its node document names, ``given_by`` the ids of nodes that have handed listings on
    to it, ``others`` those of all other nodes that speak for themselves, this one among them. ``today`` is in UTC.
    """

    ids: tuple[str, ...]
    today: date
    others: tuple[str, ...] = ()
    organisations: frozenset[str] = frozenset()
    given_by: tuple[str, ...] = ()

    def has(self, organisation_id: str) -> bool:
        """Whether an organisation is this node's, or at least none that another node speaks for."""
        homes = [home for home in (*self.ids, *self.others) if organisation_id.startswith(home)]
        home = max(homes, key=len, default=None)
        if home is None or home in self.ids:
            return True
        return home in self.given_by and organisation_id in self.organisations


@dataclass(frozen=True, slots=True)
class Judged:
    """One item of a page: its id and hash, the half in it with its JSON text, or why it is set aside.

    ``exchange`` is what it speaks of, where that can be read.
    """

    id: str
    hash: str
    half: Half | None
    text: str
    problems: tuple[Problem, ...] = ()
    exchange: str = ""

    @property
    def is_for_later(self) -> bool:
        """Whether it is to be judged again: its key could not be looked up or is not believed yet, or its day comes."""
        return any(problem.code in (UNKNOWN_KEY, FUTURE) for problem in self.problems)


def address(url: str, cursor: str | None) -> str:
    """The feed's address from a cursor on."""
    if cursor is None:
        return url
    return f"{url}{'&' if urlsplit(url).query else '?'}after={quote(cursor, safe='')}"


def check_page(page: Page, node_id: str, url: str, asked: Collection[str]) -> PageHead:
    """The head of a page that can be taken. Raises `DocumentError` for one that cannot; then nothing of it is applied.

    ``url`` is the feed's address without a cursor, ``asked`` are the addresses that were asked already in this reading.
    """
    head = page.head
    if head is None or head.epoch is None or head.checkpoint is None:
        raise DocumentError.of("not-a-change-feed", "A feed of receipts states epoch and checkpoint.", "/_sharefeed")
    if head.node != node_id:
        message = f"This feed belongs to {node_id}; what came says it is {head.node}."
        raise DocumentError.of("other-node", message, "/_sharefeed/node")
    if len(page.items) + len(head.deleted) > 2 * MAX_PAGE_ENTRIES:
        raise DocumentError.of("too-many", f"A page has at most {MAX_PAGE_ENTRIES} items.", "/items")
    if head.more and not page.items and not head.deleted:
        raise DocumentError.of("empty-page", "An empty page says that more follows.", "/_sharefeed/more")
    if head.more and address(url, head.checkpoint) in asked:
        raise DocumentError.of("repeated-page", "More follows, but at a page that was read already.", "/_sharefeed")
    return head


def judge(item: Any, teller: Teller, key_of: KeyOf) -> Judged | None:
    """What becomes of one item; None for one without an id, which stands outside count and digest."""
    identity = item.get("id") if isinstance(item, dict) else None
    if not isinstance(identity, str) or not identity or len(identity) > LONGEST_ID or "\0" in identity:
        return None
    try:
        identity.encode()
        hash_, form = hash_and_payload(item)
        text = orjson.dumps(item).decode()
        half = load_half(item)
    except UnicodeEncodeError:
        return None
    except DocumentError as error:
        return Judged(identity, _hash_of(item), None, "", tuple(map(_plain, error.problems[:MOST_REASONS])))
    problems = tuple(_problems(half, len(text.encode()), teller))
    if not problems:
        problems = _problems_of_signature(item, half, teller, key_of, form)
    return Judged(identity, hash_, None if problems else half, text, problems, half.exchange)


def _plain(problem: Problem) -> Problem:
    return Problem(storable(problem.pointer, 500), problem.code, storable(problem.message, 500))


def _hash_of(item: Any) -> str:
    try:
        return listing_hash(item)
    except DocumentError:
        return ""


def _problems_of_signature(
    item: Any, half: Half, teller: Teller, key_of: KeyOf, form: bytes | None
) -> tuple[Problem, ...]:
    # The key is asked for under the node's present id: a node that has moved has taken it along.
    public = key_of(teller.ids[0], half.key or "")
    if public is None:
        return (of_unknown_key(),)
    return () if is_signed_with(item, public, form) else (not_signed(),)


def _problems(half: Half, size: int, teller: Teller) -> list[Problem]:
    found = []
    if size > LARGEST_HALF_BYTES:
        found.append(Problem("", "too-large", f"A half of a receipt has at most {LARGEST_HALF_BYTES} bytes."))
    if half.signed_by not in teller.ids:
        message = "A node publishes the halves that it has signed itself, and no others."
        found.append(Problem("/_sharefeed/signed_by", "not-theirs", message))
    if half.ended > teller.today + timedelta(days=1):
        found.append(Problem("/_sharefeed/ended", FUTURE, "This day has not come yet."))
    if not _may_speak(half, teller):
        pointer = f"/_sharefeed/{half.side}/id"
        found.append(Problem(pointer, "not-theirs", "This organisation is another node's, which speaks for itself."))
    return found


def _may_speak(half: Half, teller: Teller) -> bool:
    """Whether whom this half speaks for is the node's own: an organisation, or for a person, nobody else's listing."""
    party = half.owner if half.side == OWNER else half.asker
    if half.side == ASKER and party.type == PERSON:
        return half.attested
    return party.id is None or teller.has(party.id)
