"""The feed of stories: a JSON Feed whose items are stories, read page by page. Pure.

Its head says whose they are, and on the first page how many there are in all with a digest that changes with any of
them. The digest is its publisher's to make; a reader compares it with nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from marshmallow.exceptions import ValidationError

from schemas.canonical import EXTENSION
from schemas.document import Document
from schemas.errors import DocumentError
from schemas.fields import Choice, HttpUrl, Number, Text, problems_of
from schemas.records import dataclass
from schemas.strict_json import loads

TYPE = "stories"
MOST_ITEMS = 200
"""Stories of one page that are read."""


@dataclass(frozen=True, slots=True)
class StoriesHead:
    """What a page of stories says of itself; ``count`` and ``digest`` stand on the first page."""

    node: str
    count: int | None = None
    digest: str | None = None


@dataclass(frozen=True, slots=True)
class StoriesRead:
    """A page as it was read: ``items`` are raw, each to be judged by itself."""

    head: StoriesHead
    items: tuple[Any, ...]
    next_url: str | None = None


class HeadSchema(Document):
    type = Choice((TYPE,), required=True)
    node = HttpUrl(required=True)
    count = Number(0, 1e9, whole=True)
    digest = Text(limit=64)


_HEAD = HeadSchema()


def dump_head(head: StoriesHead) -> dict[str, Any]:
    return {"type": TYPE, **_HEAD.dump(head)}


def load(data: bytes) -> StoriesRead:
    """The page in ``data``. Raises `DocumentError` when it is no feed of stories; no item is judged here."""
    document = loads(data)
    if not isinstance(document, Mapping) or not isinstance(document.get("items"), list):
        raise DocumentError.of("not-a-feed", "A feed of stories is a JSON Feed with a list of items.")
    try:
        head = _HEAD.load(document.get(EXTENSION))
    except ValidationError as error:
        raise DocumentError([one.under(f"/{EXTENSION}") for one in problems_of(error.messages)]) from error
    following = document.get("next_url")
    found = StoriesHead(head["node"], head.get("count"), head.get("digest"))
    return StoriesRead(found, tuple(document["items"][:MOST_ITEMS]), following if isinstance(following, str) else None)
