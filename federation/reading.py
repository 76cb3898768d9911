"""From the bytes of a page to judged listings. Pure and picklable at both ends: worker processes run `read_page`.

A bad item never costs its page, and a bad page never costs what is already shown: it raises, and nothing is applied.
What is handed on can be stored anywhere: no lone surrogates, no control characters, nothing endless.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import orjson
from marshmallow.exceptions import ValidationError

from federation.facts import Facts, facts_of, passed_on
from federation.plain import Defaults, with_defaults
from federation.records import ReadItem, ReadPage
from schemas import feed
from schemas.canonical import EXTENSION, listing_hash
from schemas.errors import DocumentError, Problem
from schemas.fields import FORBIDDEN, AbsoluteUri, HttpUrl, Many, Text, problems_of
from schemas.free.explain import NOT_FREE_WORDS, fingerprint, word_problems
from schemas.free.prices import price_members
from schemas.listing import LONGEST_LIFE, load_listing, without_passing_marks
from schemas.page import Page
from schemas.records import dataclass
from schemas.vocabulary import home_of

MAX_ITEM_BYTES = 256 * 1024
MAX_VIA = 8
MAX_REASONS = 20
NOT_FREE = "not-free"
HIDING = frozenset([NOT_FREE, NOT_FREE_WORDS])
"""What hides even an earlier version that was fine: the thing itself is for sale now."""
BY_THE_CLOCK = frozenset(["expires-too-late", "from-the-future", "unknown-category"])
"""What is wrong only as of now, or by the vocabulary of now: the operator can release it all the same."""

_DAY_S = 86_400
_HASH_LENGTH = 43
_ID = AbsoluteUri(required=True)
_VIA = Many(HttpUrl(), limit=100)
_SIG = Text(limit=200)


@dataclass(frozen=True, slots=True)
class Context:
    """For whom a page is read: the polled node's id, the present, the operator's defaults for a plain feed, and the
    address at which it was found, against which a plain feed's relative addresses are resolved.
    """

    node_id: str
    now: int
    defaults: Defaults | None = None
    url: str | None = None


def read_page(body: bytes, media_type: str | None, context: Context) -> ReadPage:
    """The judged page in ``body``. Raises `DocumentError` when the document as a whole cannot be used."""
    page = feed.decode(body, media_type, context.url)
    items: list[ReadItem] = []
    outside = list(page.problems)
    seen: set[str] = set()
    for index, raw in enumerate(page.items):
        try:
            whole = _with_defaults(raw, page, context)
            listing_id = _identified(whole, seen)
        except DocumentError as error:
            outside += [problem.under(f"/items/{index}") for problem in error.problems]
            continue
        items.append(read_item(listing_id, whole, page.format, context))
    return ReadPage(page.format, page.title, page.head, tuple(items), page.next_url, tuple(outside))


def _with_defaults(raw: Any, page: Page, context: Context) -> Any:
    if page.head is not None or context.defaults is None:
        return raw
    return with_defaults(raw, context.defaults, context.now)


def _identified(raw: Any, seen: set[str]) -> str:
    """The item's id. Items without one, and repeated ids, stay outside count and digest on both sides."""
    if not isinstance(raw, dict):
        raise DocumentError.of("not-an-object", "An item is an object with named members.")
    try:
        listing_id: str = _ID.deserialize(raw.get("id"))
    except ValidationError as error:
        raise DocumentError(problems_of(error.messages, ("id",))) from error
    if listing_id in seen:
        raise DocumentError.of(
            "repeated-id", "Another item before this one has the same id; this one is left out.", "/id"
        )
    seen.add(listing_id)
    return listing_id


def read_item(listing_id: str, raw: dict[str, Any], format_: str, context: Context) -> ReadItem:
    """One raw item, judged. Never raises: whatever is wrong with it stands in ``problems``."""
    problems: list[Problem] = []
    hash_, own_hash = _hashes(raw, format_, problems)
    via = _via(raw, problems)
    item = _as_sent(raw, problems)
    facts = _facts(raw, context, problems)
    published = _published(raw, own_hash, via, context) if facts else None
    doubts = _storable(word_problems(raw))
    words = fingerprint(raw) if doubts else ""
    appeal = bool(doubts and _extension(raw).get("appeal"))
    problems_ = _storable(problems)
    return ReadItem(listing_id, hash_, via, item, published, facts, problems_, own_hash, doubts, words, appeal)


def read_kept(listing_id: str, text: str, hash_: str, context: Context) -> ReadItem:
    """An item that was read before and kept as ``text``, judged as of ``context.now``; ``hash_`` is what it was then.

    What was wrong with its bytes can no longer be seen: only what was readable then may be shown now.
    """
    item = read_item(listing_id, json.loads(text), KEPT_FORMAT, context)
    return item._replace(hash=hash_)


KEPT_FORMAT = "kept"
"""No wire format: as with XML, whose items are rebuilt, the stated hash is not held against the text."""


def _extension(raw: dict[str, Any]) -> dict[str, Any]:
    extension = raw.get(EXTENSION)
    return extension if isinstance(extension, dict) else {}


def _hashes(raw: dict[str, Any], format_: str, problems: list[Problem]) -> tuple[str, str]:
    """The hash that counts at its source, and that of the item as it is passed on from here.

    From JSON both are the computed one, held against the stated one; from XML, whose items are rebuilt, the stated one
    counts, and what is rebuilt may have another.
    """
    stated = _extension(raw).get("hash")
    usable = (
        stated if isinstance(stated, str) and len(stated) == _HASH_LENGTH and not FORBIDDEN.search(stated) else None
    )
    try:
        computed = listing_hash(raw)
    except DocumentError as error:
        problems += error.problems
        unknown = usable or "?" * _HASH_LENGTH
        return unknown, unknown
    if format_ != "json" and usable:
        return usable, computed
    if stated is not None and stated != computed:
        message = "The stated hash is not that of this item, so it was changed after it was published."
        problems.append(Problem(f"/{EXTENSION}/hash", "hash-differs", message))
    return computed, computed


def _via(raw: dict[str, Any], problems: list[Problem]) -> tuple[str, ...]:
    try:
        via: tuple[str, ...] = _VIA.deserialize(_extension(raw).get("via", []))
    except ValidationError:
        problems.append(Problem(f"/{EXTENSION}/via", "bad-via", "This must be a list of node ids."))
        return ()
    return via


def _as_sent(raw: dict[str, Any], problems: list[Problem]) -> str:
    """JSON text of the item; one that is far too large, or could not be read again, is kept by its id and title."""
    try:
        text = orjson.dumps(raw).decode()
    except TypeError:
        text = _patched(raw)
    if len(text) <= MAX_ITEM_BYTES:
        return text
    problems.append(Problem("", "too-large", f"This item has more than {MAX_ITEM_BYTES // 1024} KiB."))
    return _summary(raw)


def _patched(raw: dict[str, Any]) -> str:
    """What orjson refuses (half characters, numbers beyond 64 bits), written so that every database takes it."""
    try:
        text = json.dumps(raw, ensure_ascii=False, allow_nan=False).encode("utf-8", "replace").decode()
        orjson.loads(text)
    except (ValueError, RecursionError):
        return _summary(raw)
    return text


def _summary(raw: dict[str, Any]) -> str:
    title = raw.get("title")
    shown = storable(title, 200) if isinstance(title, str) else None
    return json.dumps({"id": raw["id"], "title": shown})


def _facts(raw: dict[str, Any], context: Context, problems: list[Problem]) -> Facts | None:
    """The facts of an item with which nothing is wrong but by the clock. That it is not free is said in any case."""
    if problems:
        problems += _prices(raw)
        return None
    try:
        facts = facts_of(load_listing(raw))
    except DocumentError as error:
        problems += error.problems
        return None
    problems += judged_by_the_clock(facts, context.now)
    return facts


def _prices(raw: dict[str, Any]) -> list[Problem]:
    try:
        return list(price_members(raw))
    except RecursionError:
        # Far deeper than any listing may be, which has been said already.
        return []


def _storable(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """The problems without what no database takes, at most `MAX_REASONS`; what hides a listing comes first."""
    first = sorted(problems, key=lambda problem: problem.code != NOT_FREE)[:MAX_REASONS]
    return tuple(replace(p, pointer=storable(p.pointer), message=storable(p.message)) for p in first)


def storable(text: str, limit: int = 2000) -> str:
    """The text as every database takes it, cut to ``limit`` characters."""
    return FORBIDDEN.sub("\ufffd", text[:limit])


def judged_by_the_clock(facts: Facts, now: int) -> list[Problem]:
    """What is wrong with a listing as of ``now``, or by a vocabulary that may know better tomorrow.

    These do not make it unreadable: the operator can release it all the same.
    """
    problems = []
    if facts.expires_at > now + LONGEST_LIFE.total_seconds():
        message = "This is more than a year ahead; listings are renewed every year."
        problems.append(Problem(f"/{EXTENSION}/expires", "expires-too-late", message))
    if facts.modified_at > now + _DAY_S:
        problems.append(Problem("/date_modified", "from-the-future", "This lies in the future."))
    if home_of(facts.category) is None:
        message = "The vocabulary has no such category, and no such root."
        problems.append(Problem(f"/{EXTENSION}/category", "unknown-category", message))
    return problems


def _published(raw: dict[str, Any], hash_: str, via: tuple[str, ...], context: Context) -> str:
    """The item as this node passes it on: unchanged but for its hash, stated, and the node that it came through."""
    item = without_passing_marks(raw)
    marks = {"hash": hash_, **_signature(raw), "via": list(passed_on(via, context.node_id))}
    item[EXTENSION] = {**item[EXTENSION], **marks}
    return orjson.dumps(item).decode()


def _signature(raw: dict[str, Any]) -> dict[str, str]:
    """The origin's signature, if it could be one: it stands outside the hash, so nothing else has looked at it."""
    try:
        return {"sig": _SIG.deserialize(_extension(raw)["sig"])}
    except (KeyError, ValidationError):
        return {}
