"""JSON Feed 1.1 (https://www.jsonfeed.org/version/1.1/), both directions.

Writing takes items as bytes that are ready to send: a publisher renders each listing once, when it changes, and a page
is then those bytes joined.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

import orjson

from schemas.canonical import EXTENSION
from schemas.errors import DocumentError, Problem
from schemas.fields import without_empty
from schemas.page import Page, dump_head, load_head
from schemas.strict_json import AmbiguousObject, JsonValue, loads

MEDIA_TYPE = "application/feed+json"
VERSION_URL = "https://jsonfeed.org/version/1.1"
_VERSION_PREFIXES = ("https://jsonfeed.org/version/1", "http://jsonfeed.org/version/1")


def encode_item(item: Mapping[str, Any]) -> bytes:
    """One item as it will stand in pages."""
    return orjson.dumps(item)


def encode(page: Page, items: Iterable[bytes]) -> bytes:
    """The feed document: ``page`` without its own items, and ``items`` as `encode_item` made them."""
    members = {
        "version": VERSION_URL,
        "title": page.title,
        "home_page_url": page.home_page_url,
        "feed_url": page.feed_url,
        "next_url": page.next_url,
        "description": page.description,
        "language": page.language,
        "authors": [{"name": page.author}] if page.author else None,
        EXTENSION: dump_head(page.head) if page.head else None,
    }
    opening = orjson.dumps(without_empty(members))
    return opening[:-1] + b',"items":[' + b",".join(items) + b"]}"


def looks_like(data: bytes) -> bool:
    """Whether ``data`` could be JSON at all: servers often name the wrong type."""
    return data.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"{", b"[")


def decode(data: bytes) -> Page:
    """The page in ``data``. Raises `DocumentError` when it is no JSON Feed, or its ``_sharefeed`` head is unusable.

    A missing title is forgiven (its address will do); an item is never judged here.
    """
    document = loads(data)
    _check_shape(document)
    page = Page(
        format="json",
        title=_text(document, "title") or "",
        items=tuple(document["items"]),
        home_page_url=_text(document, "home_page_url"),
        feed_url=_text(document, "feed_url"),
        next_url=_text(document, "next_url"),
        description=_text(document, "description"),
        language=_text(document, "language"),
        author=_author(document),
    )
    if EXTENSION not in document:
        return page
    head, problems = load_head(document[EXTENSION], f"/{EXTENSION}")
    return replace(page, head=head, problems=tuple(problems))


def _check_shape(document: JsonValue) -> None:
    if not isinstance(document, dict):
        raise DocumentError.of("not-a-feed", "A JSON Feed is an object; this is something else.")
    if not str(document.get("version", "")).startswith(_VERSION_PREFIXES):
        message = f"This must be {VERSION_URL} for the document to be a JSON Feed."
        raise DocumentError.of("not-a-feed", message, "/version")
    if not isinstance(document.get("items"), list):
        raise DocumentError.of("not-a-feed", "A JSON Feed has a list of items.", "/items")
    repeated = [pointer for pointer, part in _judged_parts(document) if isinstance(part, AmbiguousObject)]
    if repeated:
        message = "A name stands more than once here, so two readers could see two documents."
        raise DocumentError([Problem(pointer, "repeated-name", message) for pointer in repeated])


def _judged_parts(document: dict[str, JsonValue]) -> list[tuple[str, JsonValue]]:
    return [("", document), (f"/{EXTENSION}", document.get(EXTENSION))]


def _text(document: Mapping[str, Any], name: str) -> str | None:
    value = document.get(name)
    return value if isinstance(value, str) and value else None


def _author(document: Mapping[str, Any]) -> str | None:
    authors = document.get("authors")
    candidates = authors if isinstance(authors, list) else [document.get("author")]
    names = [_text(author, "name") for author in candidates if isinstance(author, dict)]
    return next((name for name in names if name), None)
