"""Web sites for tests of finding feeds: each address answers as told, and every asking is noted."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import orjson

from federation.fetch import Answer, FetchError
from schemas.canonical import contribution, digest_hex
from schemas.fields import rfc3339
from schemas.page import with_hash

NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)
SECONDS = int(NOW.timestamp())
PARK = "https://park.example/"


def found(url: str, body: bytes | str, media_type: str = "text/html", status: int = 200, **more: Any) -> Answer:
    """The answer of one address; ``more`` are members of `Answer`."""
    data = body if isinstance(body, bytes) else body.encode()
    plain = Answer(url, status, data, media_type, None, None, None, NOW, None, None, None, None)
    return replace(plain, **more)


class Sites:
    """A `federation.ports.Fetching` over answers by address; an address that is not there is not found."""

    def __init__(self, *answers: Answer) -> None:
        self.answers = {answer.url: answer for answer in answers}
        self.broken: dict[str, FetchError] = {}
        self.asked: list[str] = []

    def leads(self, url: str, to: str, for_good: bool = False) -> None:
        """Make ``url`` redirect to another address."""
        self.answers[url] = replace(self.answers[to], permanent_url=to if for_good else None)

    def breaks(self, url: str, detail: str = "no connection could be made") -> None:
        self.broken[url] = FetchError(url, "connect", detail)

    def get(
        self,
        url: str,
        *,
        accept: str = "*/*",
        etag: str | None = None,
        last_modified: str | None = None,
        no_cache: bool = False,
    ) -> Answer:
        self.asked.append(url)
        if url in self.broken:
            raise self.broken[url]
        answer = self.answers.get(url) or found(url, "Not found", "text/plain", 404)
        if answer.etag is not None and answer.etag == etag:
            return replace(answer, status=304, body=b"")
        return answer


def item(name: str = "desk", base: str = PARK, **members: Any) -> dict[str, Any]:
    """A valid listing as an item; members of the extension by their names, None takes one away."""
    extension = {
        "direction": "offer",
        "kind": "item",
        "action": "give",
        "category": "furniture/desk",
        "expires": rfc3339(NOW.replace(year=2027, month=3)),
        "organisation": {"id": f"{base}organisations/park", "name": "Park group", "type": "community_group"},
        **members,
    }
    return {
        "id": f"{base}listings/{name}",
        "url": f"{base}listings/{name}",
        "title": f"A {name}",
        "date_modified": rfc3339(NOW),
        "_sharefeed": {member: value for member, value in extension.items() if value is not None},
    }


def feed(items: list[dict[str, Any]], head: dict[str, Any] | None = None, **members: Any) -> bytes:
    """A JSON Feed; ``head`` goes under ``_sharefeed``, a plain feed has none."""
    document = {"version": "https://jsonfeed.org/version/1.1", "title": "Park", "items": items, **members}
    return orjson.dumps({**document, **({"_sharefeed": head} if head is not None else {})})


def sums(items: list[dict[str, Any]]) -> dict[str, Any]:
    """Count and digest of these items."""
    marked = [(one["id"], with_hash(one)["_sharefeed"]["hash"]) for one in items]
    return {"count": len(items), "digest": digest_hex(sum(contribution(*pair) for pair in marked))}


def complete(items: list[dict[str, Any]], node: str = PARK, **head: Any) -> dict[str, Any]:
    """The head of a complete document (L0) with these items."""
    return {"version": "1.0", "node": node, "complete": True, "licence": "CC0-1.0", **sums(items), **head}


def changes(items: list[dict[str, Any]], node: str = PARK, **head: Any) -> dict[str, Any]:
    """The head of the last page of a change feed (L1) with these items."""
    place = {"epoch": "5a0b3a0e-8f0e-4c58-9d7b-2f6f0f8f3c11", "checkpoint": "c.1", "more": False}
    return {"version": "1.0", "node": node, "licence": "CC0-1.0", **place, **sums(items), **head}


def document(node: str = PARK, **members: Any) -> bytes:
    """A node document; ``feeds`` are its change feed and JSON Feed unless said otherwise."""
    feeds = {"changes": f"{node}changes.json", "json": f"{node}feed.json"}
    plain = {"sharefeed": "1.0", "id": node, "name": "Park node", "licence": "CC0-1.0", "feeds": feeds}
    return orjson.dumps({**plain, "contact": {"email": "park@park.example"}, **members})


def json_feed_at(url: str, body: bytes, **more: Any) -> Answer:
    return found(url, body, "application/feed+json", **more)


def document_at(url: str, body: bytes) -> Answer:
    return found(url, body, "application/json")


def page_at(url: str, *links: str) -> Answer:
    """A web page with these elements in its head."""
    return found(url, f"<!doctype html><html><head><title>Park</title>{''.join(links)}</head><body>Hello</body></html>")


def link(rel: str, href: str, type_: str = "") -> str:
    return f'<link rel="{rel}" type="{type_}" href="{href}">'


def node_site(node: str = PARK) -> list[Answer]:
    """A whole L1 node: its home page, node document, change feed and JSON Feed."""
    items = [item("desk", node), item("chair", node)]
    return [
        page_at(node, link("alternate", "/feed.json", "application/feed+json")),
        document_at(f"{node}.well-known/sharefeed.json", document(node)),
        json_feed_at(f"{node}changes.json", feed(items, changes(items, node)), etag='"c"'),
        json_feed_at(f"{node}feed.json", feed(items, complete(items, node), home_page_url=node), etag='"f"'),
    ]


RSS = """<?xml version="1.0"?><rss version="2.0"><channel><title>Park news</title><link>https://park.example/</link>
<description>News</description>
<item><title>Free chairs</title><link>https://park.example/chairs</link><guid>https://park.example/chairs</guid>
<pubDate>Fri, 20 Nov 2026 10:00:00 GMT</pubDate><description>Twelve of them</description></item></channel></rss>"""
