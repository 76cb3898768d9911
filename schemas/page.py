"""The page: one feed document, whatever its format. The codecs (`json_feed`, `atom_feed`) read into and write from it.

Items stay raw JSON Feed items here: each is judged by itself later, so that one bad listing never costs its page.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import field, replace
from datetime import datetime
from typing import Any

from marshmallow.exceptions import ValidationError

from schemas.canonical import EXTENSION, bare, listing_hash
from schemas.document import Document
from schemas.errors import DocumentError, Problem
from schemas.fields import (
    AbsoluteUri,
    Choice,
    Flag,
    HttpUrl,
    Moment,
    Number,
    Pattern,
    Text,
    problems_of,
    refuse,
)
from schemas.node_document import VERSION, Version
from schemas.records import dataclass
from schemas.vocabulary import REMOVAL_REASONS

MAX_CURSOR_BYTES = 512
MAX_PAGE_ENTRIES = 500
MAX_PAGE_BYTES = 2**20
MAX_COMPLETE_BYTES = 5 * 2**20
MAX_TOMBSTONES = 20_000
"""More than a page of any allowed size holds; judging each takes 50 µs."""


@dataclass(frozen=True, slots=True)
class Tombstone:
    """The record that a listing is gone. ``reason`` is one of `REMOVAL_REASONS`."""

    id: str
    at: datetime
    reason: str
    sig: str | None = None


@dataclass(frozen=True, slots=True)
class PageHead:
    """What a page says of itself under ``_sharefeed``: whose it is, where reading goes on, and the whole set's sum.

    ``checkpoint`` is the cursor from which reading goes on, ``count`` and ``digest`` describe the publisher's whole
    live set at its head. ``complete`` marks a document that holds that whole set by itself.
    """

    node: str
    version: str = VERSION
    epoch: str | None = None
    checkpoint: str | None = None
    more: bool = False
    complete: bool = False
    count: int | None = None
    digest: str | None = None
    licence: str | None = None
    deleted: tuple[Tombstone, ...] = ()


@dataclass(frozen=True, slots=True)
class Page:
    """One feed document. ``head`` is None for a plain feed; ``items`` are raw JSON Feed items, in document order.

    ``problems`` are faults that cost no listing (a tombstone without an id, say).
    """

    format: str
    title: str
    items: tuple[Any, ...] = ()
    head: PageHead | None = None
    home_page_url: str | None = None
    feed_url: str | None = None
    next_url: str | None = None
    description: str | None = None
    language: str | None = None
    author: str | None = None
    problems: tuple[Problem, ...] = field(default=())


class Digest(Pattern):
    form, code, message = re.compile(r"[0-9a-f]{64}\Z"), "bad-digest", "This must be 64 hex digits."


class Cursor(Text):
    """Opaque to everyone but its publisher; at most `MAX_CURSOR_BYTES` bytes."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        text = super()._deserialize(value, attr, data, **kwargs)
        if len(text.encode("utf-8")) > MAX_CURSOR_BYTES:
            raise refuse("too-long", f"A cursor has at most {MAX_CURSOR_BYTES} bytes.")
        return text


class TombstoneSchema(Document):
    made = Tombstone
    id = AbsoluteUri(required=True)
    at = Moment(required=True)
    reason = Choice(REMOVAL_REASONS, required=True)
    sig = Text(limit=200)


class PageHeadSchema(Document):
    """All of the head but its tombstones, which are judged one by one."""

    made = PageHead
    version = Version(limit=20, required=True)
    node = HttpUrl(required=True)
    epoch = Text(limit=80)
    checkpoint = Cursor()
    more = Flag()
    complete = Flag()
    count = Number(0, 1e9, whole=True)
    digest = Digest(limit=64)
    licence = Text(limit=60)


_HEAD = PageHeadSchema()
_TOMBSTONE = TombstoneSchema()


def load_head(document: Any, pointer: str) -> tuple[PageHead, list[Problem]]:
    """The head in ``document`` and the problems of single tombstones, which are left out.

    A tombstone with an unknown reason still removes (its reason becomes ``removed``): what is gone must not stay shown
    because of a word. Raises `DocumentError` when the head itself cannot be used, or has more than `MAX_TOMBSTONES`.
    """
    if not isinstance(document, Mapping):
        raise DocumentError([Problem(pointer, "not-an-object", "This must be an object with named members.")])
    try:
        head: PageHead = _HEAD.load(dict(document))
    except ValidationError as error:
        raise DocumentError([p.under(pointer) for p in problems_of(error.messages)]) from error
    deleted = document.get("deleted", [])
    if isinstance(deleted, list) and len(deleted) > MAX_TOMBSTONES:
        raise DocumentError.of("too-many", f"A page has at most {MAX_TOMBSTONES} removals.", pointer + "/deleted")
    tombstones, problems = load_tombstones(deleted, pointer + "/deleted")
    return replace(head, deleted=tombstones), problems


def load_tombstones(documents: Any, pointer: str) -> tuple[tuple[Tombstone, ...], list[Problem]]:
    """The tombstones that can be read, and the problems of the rest. Never raises."""
    if not isinstance(documents, list):
        return (), [Problem(pointer, "not-a-list", "This must be a list.")]
    good: list[Tombstone] = []
    problems: list[Problem] = []
    for index, document in enumerate(documents):
        try:
            good.append(_load_tombstone(document))
        except ValidationError as error:
            problems += [p.under(f"{pointer}/{index}") for p in problems_of(error.messages)]
    return tuple(good), problems


def _load_tombstone(document: Any) -> Tombstone:
    if not isinstance(document, dict):
        raise refuse("not-an-object", "This must be an object with named members.")
    reason = document.get("reason")
    known = document if reason in REMOVAL_REASONS else {**document, "reason": "removed"}
    tombstone: Tombstone = _TOMBSTONE.load(known)
    return tombstone


def dump_head(head: PageHead) -> dict[str, Any]:
    """The head as a JSON value; flags are always written, so that a reader sees them."""
    return {
        **_HEAD.dump(head),
        "more": head.more,
        "complete": head.complete,
        "deleted": [dump_tombstone(tombstone) for tombstone in head.deleted],
    }


def dump_tombstone(tombstone: Tombstone) -> dict[str, Any]:
    return dict(_TOMBSTONE.dump(tombstone))


def with_hash(item: Mapping[str, Any], via: tuple[str, ...] = ()) -> dict[str, Any]:
    """The item as it is sent: with its hash, and with the nodes that passed it on."""
    hashed = bare(item)
    marks = {"hash": listing_hash(item), **({"via": list(via)} if via else {})}
    return {**hashed, EXTENSION: {**hashed.get(EXTENSION, {}), **marks}}
