"""From the bytes of a page to judged listings. Pure and picklable at both ends: worker processes run `read_page`.

A bad item never costs its page, and a bad page never costs what is already shown: it raises, and nothing is applied.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import orjson
from marshmallow.exceptions import ValidationError

from federation.facts import Facts, facts_of, passed_on
from federation.plain import Defaults, with_defaults
from federation.records import ReadItem, ReadPage
from schemas import feed
from schemas.canonical import EXTENSION, listing_hash
from schemas.errors import DocumentError, Problem
from schemas.fields import AbsoluteUri, problems_of
from schemas.listing import LONGEST_LIFE, load_listing, without_passing_marks
from schemas.page import Page
from schemas.vocabulary import home_of

MAX_ITEM_BYTES = 256 * 1024
MAX_VIA = 8
_DAY_S = 86_400
_HASH_LENGTH = 43
_ID = AbsoluteUri(required=True)


@dataclass(frozen=True, slots=True)
class Context:
    """For whom a page is read: the polled node's id, the operator's defaults for a plain feed, and the present."""

    node_id: str
    now: int
    defaults: Defaults | None = None


def read_page(body: bytes, media_type: str | None, context: Context) -> ReadPage:
    """The judged page in ``body``. Raises `DocumentError` when the document as a whole cannot be used."""
    page = feed.decode(body, media_type)
    items: list[ReadItem] = []
    outside = list(page.problems)
    seen: set[str] = set()
    for index, raw in enumerate(_raw_items(page, context, outside)):
        try:
            listing_id = _identified(raw, seen)
        except DocumentError as error:
            outside += [problem.under(f"/items/{index}") for problem in error.problems]
            continue
        items.append(read_item(listing_id, raw, page.format, context))
    return ReadPage(page.format, page.title, page.head, tuple(items), page.next_url, tuple(outside))


def _raw_items(page: Page, context: Context, outside: list[Problem]) -> Iterator[Any]:
    if page.head is not None or context.defaults is None:
        yield from page.items
        return
    for index, item in enumerate(page.items):
        try:
            yield with_defaults(item, context.defaults, context.now)
        except DocumentError as error:
            outside += [problem.under(f"/items/{index}") for problem in error.problems]


def _identified(raw: Any, seen: set[str]) -> str:
    """The item's id. Items without one, and repeated ids, stay outside count and digest on both sides."""
    if not isinstance(raw, dict):
        raise DocumentError.of("not-an-object", "An item is an object with named members.")
    try:
        listing_id = str(_ID.deserialize(raw.get("id")))
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
    hash_ = _hash(raw, format_, problems)
    via = _via(raw, problems)
    item = _as_sent(raw, problems)
    facts = None if problems else _facts(raw, context, problems)
    published = _published(raw, hash_, via, context) if facts else None
    return ReadItem(listing_id, hash_, via, item, published, facts, tuple(problems))


def _extension(raw: dict[str, Any]) -> dict[str, Any]:
    extension = raw.get(EXTENSION)
    return extension if isinstance(extension, dict) else {}


def _hash(raw: dict[str, Any], format_: str, problems: list[Problem]) -> str:
    """From JSON the computed hash, held against the stated one; from XML, whose items are rebuilt, the stated one."""
    stated = _extension(raw).get("hash")
    has_stated = isinstance(stated, str) and len(stated) == _HASH_LENGTH
    if format_ != "json" and has_stated:
        return str(stated)
    try:
        computed = listing_hash(raw)
    except DocumentError as error:
        problems += error.problems
        return str(stated) if has_stated else "?" * _HASH_LENGTH
    if stated is not None and stated != computed:
        message = "The stated hash is not that of this item, so it was changed after it was published."
        problems.append(Problem(f"/{EXTENSION}/hash", "hash-differs", message))
    return computed


def _via(raw: dict[str, Any], problems: list[Problem]) -> tuple[str, ...]:
    via = _extension(raw).get("via", [])
    if isinstance(via, list) and all(isinstance(node, str) and len(node) <= 2048 for node in via):
        return tuple(via)
    problems.append(Problem(f"/{EXTENSION}/via", "bad-via", "This must be a list of node ids."))
    return ()


def _as_sent(raw: dict[str, Any], problems: list[Problem]) -> str:
    """JSON text of the item; one that is far too large is kept by its id and title only."""
    try:
        text = orjson.dumps(raw).decode()
    except TypeError:
        # Lone surrogates: json escapes what orjson refuses, and the escapes can be stored anywhere.
        text = json.dumps(raw)
    if len(text) <= MAX_ITEM_BYTES:
        return text
    problems.append(Problem("", "too-large", f"This item has more than {MAX_ITEM_BYTES // 1024} KiB."))
    return json.dumps({"id": raw.get("id"), "title": str(raw.get("title"))[:200]})


def _facts(raw: dict[str, Any], context: Context, problems: list[Problem]) -> Facts | None:
    try:
        facts = facts_of(load_listing(raw))
    except DocumentError as error:
        problems += error.problems
        return None
    problems += judged_by_the_clock(facts, context.now)
    return facts


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
    signed = {name: _extension(raw)[name] for name in ("sig",) if name in _extension(raw)}
    item[EXTENSION] = {**item[EXTENSION], "hash": hash_, **signed, "via": list(passed_on(via, context.node_id))}
    return orjson.dumps(item).decode()
