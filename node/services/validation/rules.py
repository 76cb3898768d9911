"""The rules that a feed is held against, each a function of what was seen. Pure; `judging` puts them together."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from federation.pasted import origin
from federation.records import L0, L1, PLAIN, ReadItem
from node.services.validation.examining import Evidence, SeenPage
from schemas.canonical import contribution, digest_hex
from schemas.errors import Problem
from schemas.page import MAX_COMPLETE_BYTES, MAX_PAGE_BYTES, MAX_PAGE_ENTRIES, PageHead
from schemas.records import dataclass

_WORTH_COMPRESSING = 4096
_FEED_TYPES = {
    "json": ("application/feed+json", "application/json"),
    "atom": ("application/atom+xml", "application/xml", "text/xml"),
    "rss": ("application/rss+xml", "application/xml", "text/xml"),
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One rule that is broken, in the document at ``where``; ``advice`` where nothing is lost by it."""

    where: str
    problem: Problem
    advice: bool = False


@dataclass(frozen=True, slots=True)
class Sums:
    """What was read and what was stated: how many listings, and their digest."""

    count: int
    digest: str
    stated_count: int
    stated_digest: str

    @property
    def agrees(self) -> bool:
        return (self.count, self.digest) == (self.stated_count, self.stated_digest)


def findings(evidence: Evidence, sums: Sums | None) -> Iterator[Finding]:
    """Every rule that is broken, in the order of reading; ``sums`` where the whole was read and can be compared."""
    yield from _of_document(evidence)
    yield from _of_pages(evidence)
    yield from _of_level(evidence, last_head(evidence))
    yield from _of_sums(evidence, sums)
    yield from _of_http(evidence)


def last_head(evidence: Evidence) -> PageHead | None:
    last = evidence.pages[-1].page if evidence.pages else None
    return last.head if last else None


def is_whole(evidence: Evidence, head: PageHead) -> bool:
    """Whether what was read must be everything that there is."""
    return head.complete if evidence.level == L0 else evidence.level == L1


def sums_of(head: PageHead, live: dict[str, ReadItem]) -> Sums | None:
    if head.count is None or head.digest is None:
        return None
    digest = digest_hex(sum(contribution(item.id, item.hash, item.via) for item in live.values()))
    return Sums(len(live), digest, head.count, head.digest)


def _of_document(evidence: Evidence) -> Iterator[Finding]:
    where = evidence.document_url or evidence.target
    yield from (Finding(where, problem) for problem in evidence.problems)
    document = evidence.document
    if document is None:
        return
    feeds = document.feeds
    if not (feeds.changes or feeds.json or feeds.atom):
        yield Finding(where, Problem("/feeds", "no-feeds", "The node document lists no feed."))
    if document.contact is None or not (document.contact.email or document.contact.url):
        message = "Say whom to ask: an operator who wonders about a listing looks here."
        yield Finding(where, Problem("/contact", "no-contact", message), advice=True)
    if not document.id.startswith("https://"):
        message = "The id is no https address; catalogues refuse that outside of tests."
        yield Finding(where, Problem("/id", "not-https", message), advice=True)


def _of_pages(evidence: Evidence) -> Iterator[Finding]:
    for seen in evidence.pages:
        yield from (Finding(seen.url, problem) for problem in seen.problems)
        if seen.page is not None:
            yield from (Finding(seen.url, problem) for problem in seen.page.outside)
    if evidence.level == L1:
        heads = [(seen, seen.page.head) for seen in evidence.pages if seen.page and seen.page.head]
        for seen, head in heads:
            yield from _of_change_page(seen, head)
        yield from _of_sequence(heads)
        yield from _of_resuming(evidence, heads[-1][1] if heads else None)


def _of_change_page(seen: SeenPage, head: PageHead) -> Iterator[Finding]:
    page = seen.page
    if page is None:
        return
    entries = len(page.items) + len(head.deleted)
    if entries > MAX_PAGE_ENTRIES:
        message = f"A page has at most {MAX_PAGE_ENTRIES} listings and tombstones; this one has {entries}."
        yield Finding(seen.url, Problem("/items", "page-too-long", message))
    # One listing may be larger than a page; it then stands alone.
    if seen.bytes > MAX_PAGE_BYTES and entries > 1:
        message = f"A page has at most {MAX_PAGE_BYTES // 2**20} MiB; this one has {seen.bytes:,} bytes."
        yield Finding(seen.url, Problem("", "page-too-large", message))
    if head.more and not entries:
        yield Finding(seen.url, Problem("/_sharefeed/more", "empty-page", "An empty page says that more follows."))
    yield from _of_next_url(seen, head, page.next_url)


def _of_next_url(seen: SeenPage, head: PageHead, next_url: str | None) -> Iterator[Finding]:
    if not head.more and next_url is not None:
        yield Finding(seen.url, Problem("/next_url", "needless-next-url", "The last page names no next one."))
    if not head.more:
        return
    if next_url is None:
        yield Finding(seen.url, Problem("/next_url", "missing", "More follows, but the next page is not named."))
    elif origin(next_url) != origin(seen.url):
        message = f"{next_url} lies on another site; readers go no further."
        yield Finding(seen.url, Problem("/next_url", "foreign-page", message))


def _of_sequence(heads: list[tuple[SeenPage, PageHead]]) -> Iterator[Finding]:
    seen_checkpoints: set[str] = set()
    for (_, before), (seen, head) in pairwise(heads):
        if head.epoch != before.epoch:
            message = "The epoch changed in the middle of a reading; the answer to an older cursor is 410 resync."
            yield Finding(seen.url, Problem("/_sharefeed/epoch", "other-epoch", message))
        if head.node != before.node:
            message = f"This page belongs to {head.node}, the one before it to {before.node}."
            yield Finding(seen.url, Problem("/_sharefeed/node", "other-node", message))
        seen_checkpoints.add(before.checkpoint or "")
        if (head.checkpoint or "") in seen_checkpoints and head.more:
            message = "More follows, but the checkpoint did not move."
            yield Finding(seen.url, Problem("/_sharefeed/checkpoint", "repeated-page", message))


def _of_resuming(evidence: Evidence, last: PageHead | None) -> Iterator[Finding]:
    """Asked from its own last checkpoint, a change feed has nothing to say, or what is new."""
    seen = evidence.resumed
    if seen is None or last is None:
        return
    head = seen.page.head if seen.page else None
    if head is None:
        why = str(seen.problems[0].message) if seen.problems else "it is no change feed."
        message = f"Asked from the last checkpoint, where every later reading begins, it failed: {why}"
        yield Finding(seen.url, Problem("/_sharefeed/checkpoint", "checkpoint-useless", message))
    elif _same_state(head, last) and seen.page is not None and (seen.page.items or head.deleted):
        message = "Asked from the last checkpoint, it sends listings again although nothing has changed."
        yield Finding(seen.url, Problem("/_sharefeed/checkpoint", "checkpoint-ignored", message))


def _same_state(one: PageHead, other: PageHead) -> bool:
    return (one.epoch, one.count, one.digest) == (other.epoch, other.count, other.digest)


def _of_level(evidence: Evidence, head: PageHead | None) -> Iterator[Finding]:
    where = evidence.feed_url or evidence.target
    if evidence.level in (L0, L1) and head is not None:
        yield from _of_licence(evidence, head, where)
    if evidence.level == L1 and evidence.document is None and evidence.feed_url is not None:
        message = "A node with a change feed has a node document at /.well-known/sharefeed.json, which was not found."
        yield Finding(where, Problem("", "no-node-document", message))
    if evidence.level == L0 and head is not None:
        yield from _of_complete(evidence, head, where)
    if evidence.level == PLAIN:
        message = (
            "This is a plain feed. It can be read, but a catalogue's operator must say what its entries are, "
            "and what is deleted from it stays shown until it expires."
        )
        yield Finding(where, Problem("", "plain-feed", message), advice=True)


def _of_licence(evidence: Evidence, head: PageHead, where: str) -> Iterator[Finding]:
    stated = evidence.document.licence if evidence.document else None
    if head.licence is None and stated is None:
        message = "Say under which licence the listings may be used, such as CC0-1.0."
        yield Finding(where, Problem("/_sharefeed/licence", "no-licence", message))
    elif head.licence and stated and head.licence != stated:
        message = f"The feed says {head.licence}, the node document says {stated}."
        yield Finding(where, Problem("/_sharefeed/licence", "two-licences", message))


def _of_complete(evidence: Evidence, head: PageHead, where: str) -> Iterator[Finding]:
    size = sum(page.bytes for page in evidence.pages)
    if not head.complete:
        message = "It is not marked complete, so what you delete stays in catalogues until it expires."
        yield Finding(where, Problem("/_sharefeed/complete", "not-complete", message))
        return
    if size > MAX_COMPLETE_BYTES:
        message = f"A complete document has at most {MAX_COMPLETE_BYTES // 2**20} MiB; this one has {size:,} bytes."
        yield Finding(where, Problem("", "too-large", message))
    if evidence.pages[0].page is not None and evidence.pages[0].page.next_url:
        message = "A document marked complete holds everything by itself, so it has no next page."
        yield Finding(where, Problem("/next_url", "needless-next-url", message))


def _of_sums(evidence: Evidence, sums: Sums | None) -> Iterator[Finding]:
    where = evidence.feed_url or evidence.target
    head = last_head(evidence)
    if sums is None:
        if evidence.stopped is None and head is not None and is_whole(evidence, head):
            message = "Without count and digest no reader can check that it has everything."
            yield Finding(where, Problem("/_sharefeed", "no-digest", message), advice=evidence.level == L0)
        return
    if sums.count != sums.stated_count:
        message = f"It says that there are {sums.stated_count} listings; {sums.count} were read."
        yield Finding(where, Problem("/_sharefeed/count", "count-differs", message))
    elif not sums.agrees:
        message = "The digest is not that of the listings that were read, though there are as many as it says."
        yield Finding(where, Problem("/_sharefeed/digest", "digest-differs", message))


def _of_http(evidence: Evidence) -> Iterator[Finding]:
    first = evidence.pages[0] if evidence.pages else None
    if first is None or first.http is None or first.page is None:
        return
    http, where = first.http, first.url
    if http.media_type not in _FEED_TYPES.get(evidence.format, ()):
        stated = http.media_type or "nothing"
        message = f"The server calls it {stated}; {_FEED_TYPES[evidence.format][0]} is right."
        yield Finding(where, Problem("", "media-type", message), advice=True)
    if not (http.etag or http.last_modified):
        message = "With an ETag or Last-Modified, readers would only fetch what has changed."
        yield Finding(where, Problem("", "no-validator", message), advice=evidence.level != L1)
    if evidence.unchanged is False:
        message = "Asked again with its own ETag or date, it was sent whole instead of being answered with 304."
        yield Finding(where, Problem("", "no-304", message), advice=evidence.level != L1)
    if http.encoding is None and http.bytes > _WORTH_COMPRESSING:
        yield Finding(where, Problem("", "not-compressed", "Sent with gzip, it would be far smaller."), advice=True)
    if evidence.level == L1 and http.max_age_s:
        message = "Caches may keep it, but a change moves listings between pages: say Cache-Control: no-cache."
        yield Finding(where, Problem("", "cached", message), advice=True)
