"""Work out anew what a node says of its handovers, from published feeds alone, and explain what differs.

Read are the node's account (`handovers.json` and its lines), the node document and the receipts of every node that it
names. Every signature is checked with the keys that those nodes publish. Nothing is kept, and no database is needed.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Protocol
from urllib.parse import urljoin

from federation.fetch import Answer, FetchError
from federation.receipts import Judged, Teller, address, check_page, judge
from node.processes import Workshop
from node.services.receipts.comparing import Account, Compared, compare
from node.services.receipts.keeping import REPEATED
from schemas import json_feed
from schemas.canonical import contribution, digest_hex
from schemas.errors import SharefeedError
from schemas.impact_factors import shipped
from schemas.node_document import NodeDocument, load_node_document
from schemas.page import PageHead
from schemas.receipt import Half
from schemas.receipt_pair import handover, pair
from schemas.strict_json import loads

WELL_KNOWN = ".well-known/sharefeed.json"
MOST_PAGES, MOST_FEEDS = 20_000, 5_000
_INLINE_BYTES = 64 * 1024
_AHEAD = 16
_PIECE_S = 120.0


class VerifyError(SharefeedError):
    """The account of a node cannot be read, so nothing can be compared."""


class Client(Protocol):
    """The guarded client (`federation.fetch.Fetcher`), as far as it is needed here."""

    def get(self, url: str, *, accept: str = "*/*") -> Answer: ...


@dataclass
class Feed:
    """The receipts of one node: how many halves are believed, what was set aside, and why it could not be read."""

    node: str
    url: str
    halves: int = 0
    aside: list[tuple[str, str]] = field(default_factory=list)
    failure: str = ""


@dataclass
class Verified:
    """What came of it: the node, the feeds that were read, how many handovers receipts make, and what differs."""

    node: str
    feeds: list[Feed]
    handovers: int
    counted: int
    compared: Compared

    @property
    def agrees(self) -> bool:
        return not self.compared.differences and not any(feed.failure for feed in self.feeds)


def verify(client: Client, url: str, today: date, workers: int = 0) -> Verified:
    """Verify the node at ``url``, with so many ``workers`` checking signatures (0 is one a processor).

    Raises `VerifyError`, and `DocumentError` for a node document that cannot be read.
    """
    home = _document(client, url)
    if not home.feeds.handovers:
        raise VerifyError(f"{home.id} does not publish what it makes of receipts")
    index = _json(client, home.feeds.handovers)
    told = _feeds(index)
    documents: dict[str, NodeDocument | str] = {node: _document_or_why(client, node) for node, _ in told}
    reader = _Reader(client, workers or os.cpu_count() or 1)
    try:
        begun = [
            reader.begin(node, url, _teller(node, home.id, documents, today), documents[node]) for node, url in told
        ]
        feeds = [(one.feed, one.finish()) for one in begun]
    finally:
        reader.close()
    account = _account([one for one, _ in feeds], [judged for _, judged in feeds])
    lines = _lines(client, str(index.get("handovers", "")))
    stated = index.get("sums")
    compared = compare(lines, stated if isinstance(stated, dict) else {}, account, shipped().version)
    counted = sum(one.counted for one in account.handovers.values())
    return Verified(home.id, [one for one, _ in feeds], len(account.handovers), counted, compared)


def _account(feeds: list[Feed], judged: list[list[Judged]]) -> Account:
    """What all halves say together."""
    halves: dict[str, list[Half]] = {}
    account = Account(unread=tuple(feed.node for feed in feeds if feed.failure))
    for of_feed in judged:
        for one in of_feed:
            if one.half is not None:
                halves.setdefault(one.half.exchange, []).append(one.half)
            elif one.exchange:
                account.aside[one.exchange] = str(one.problems[0])
    factors = shipped()
    for exchange, known in halves.items():
        found = pair(known)
        made = handover(found, 0, factors) if found else None
        if made is not None:
            account.handovers[exchange] = made
    return account


def judged_page(body: bytes, teller: Teller, keys: Mapping[str, str]) -> list[Judged]:
    """Every item of a page with an id, judged; made for other processes."""
    page = json_feed.decode(body)
    found = [judge(item, teller, lambda _node, key_id: keys.get(key_id)) for item in page.items]
    return [Judged(one.id, one.hash, one.half, "", one.problems, one.exchange) for one in found if one is not None]


@dataclass
class _Begun:
    """The pages of one feed, judged elsewhere meanwhile, each with its head."""

    feed: Feed
    pages: list[tuple[Future[list[Judged]], PageHead]] = field(default_factory=list)

    def finish(self) -> list[Judged]:
        """Each half under its latest id, in the order of the feed; none of a feed that could not be read to its end."""
        if self.feed.failure:
            return []
        try:
            return _once(self.feed, _latest(self.pages))
        except SharefeedError as error:
            self.feed.failure = str(error)
            return []


class _Reader:
    """Reads feeds to their ends; while one page is fetched, others are judged elsewhere."""

    def __init__(self, client: Client, workers: int) -> None:
        self._client = client
        self._workshop = Workshop(workers, _PIECE_S)
        self._threads = ThreadPoolExecutor(workers, thread_name_prefix="verify")

    def begin(self, node: str, url: str, teller: Teller, document: NodeDocument | str) -> _Begun:
        """Fetch the receipts of one node, and have them judged."""
        begun = _Begun(Feed(node, url))
        if isinstance(document, str):
            begun.feed.failure = document
            return begun
        keys = {key.id: key.public for key in document.keys}
        try:
            self._pages(begun, teller, keys)
        except (FetchError, SharefeedError) as error:
            begun.feed.failure = str(error)
        return begun

    def _pages(self, begun: _Begun, teller: Teller, keys: Mapping[str, str]) -> None:
        feed, pages = begun.feed, begun.pages
        asked: set[str] = set()
        cursor, epoch = None, None
        for _ in range(MOST_PAGES):
            asking = address(feed.url, cursor)
            asked.add(asking)
            body = _body(self._client, asking)
            head = check_page(json_feed.decode(body), feed.node, feed.url, asked)
            if epoch is not None and head.epoch != epoch:
                raise VerifyError("its history began anew while it was read; try again")
            pages.append((self._threads.submit(self._judged, body, teller, keys), head))
            if len(pages) > _AHEAD:
                # No more pages are held than can be judged soon.
                pages[-_AHEAD][0].result()
            cursor, epoch = head.checkpoint, head.epoch
            if not head.more:
                return
        raise VerifyError("it never ends")

    def _judged(self, body: bytes, teller: Teller, keys: Mapping[str, str]) -> list[Judged]:
        if len(body) < _INLINE_BYTES:
            return judged_page(body, teller, keys)
        return self._workshop.run(judged_page, body, teller, keys)

    def close(self) -> None:
        self._threads.shutdown(wait=True, cancel_futures=True)
        self._workshop.close()


def _latest(pages: list[tuple[Future[list[Judged]], PageHead]]) -> list[Judged]:
    """What the feed holds at its end, which must be what it states of itself."""
    found: dict[str, Judged] = {}
    for future, head in pages:
        for one in future.result():
            found.pop(one.id, None)
            found[one.id] = one
        for gone in head.deleted:
            found.pop(gone.id, None)
    total, last = digest_hex(sum(contribution(one.id, one.hash) for one in found.values())), pages[-1][1]
    if (last.count, last.digest) not in ((None, None), (len(found), total)):
        raise VerifyError(
            "its count or digest is not that of what it sent; it may have changed meanwhile, so try again"
        )
    return list(found.values())


def _once(feed: Feed, judged: list[Judged]) -> list[Judged]:
    """One half of each side and exchange; what is set aside is noted in the feed."""
    taken: set[tuple[str, str, str]] = set()
    found = []
    for one in judged:
        if one.half is None:
            feed.aside.append((one.id, str(one.problems[0])))
        elif (name := (one.half.exchange, one.half.side, one.half.signed_by)) in taken:
            feed.aside.append((one.id, str(REPEATED)))
            continue
        else:
            taken.add(name)
            feed.halves += 1
        found.append(one)
    return found


def _teller(node: str, home: str, documents: Mapping[str, NodeDocument | str], today: date) -> Teller:
    """Who may speak for whom. What the node ``home`` itself has kept for others, it says on its own account."""
    document = documents[node]
    others = tuple(sorted(one for one in documents if one != node)) if node != home else ()
    if isinstance(document, str):
        return Teller((node,), today, others)
    given_by = tuple(
        other
        for other in others
        if not isinstance(one := documents[other], str)
        and any(handed.to.rstrip("/") == node.rstrip("/") for handed in one.handed_on)
    )
    organisations = frozenset(one.id for one in document.organisations)
    return Teller((node, *document.moved_from), today, others, organisations, given_by)


def _feeds(index: Mapping[str, Any]) -> list[tuple[str, str]]:
    told = index.get("receipts")
    if not isinstance(told, list) or len(told) > MOST_FEEDS:
        raise VerifyError("the account does not say from whose receipts it was made")
    named = [(str(one.get("node", "")), str(one.get("url", ""))) for one in told if isinstance(one, dict)]
    return list(dict(named).items())


def _lines(client: Client, url: str) -> Iterator[dict[str, Any]]:
    """Every line of the account, page after page."""
    for _ in range(MOST_PAGES):
        answer = _answer(client, url)
        for line in answer.body.splitlines():
            document = loads(line)
            if not isinstance(document, dict):
                raise VerifyError(f"{url} has a line that is no object")
            yield document
        following = _next(answer)
        if following is None:
            return
        url = following
    raise VerifyError(f"{url} never ends")


def _next(answer: Answer) -> str | None:
    from requests.utils import parse_header_links

    links = parse_header_links(answer.link_header) if answer.link_header else []
    found = next((link["url"] for link in links if link.get("rel") == "next"), None)
    return urljoin(answer.url, found) if found else None


def _document_or_why(client: Client, node: str) -> NodeDocument | str:
    try:
        found = _document(client, node)
    except SharefeedError as error:
        return str(error)
    return found if found.id == node else f"the node document of {node} is that of {found.id}"


def _document(client: Client, url: str) -> NodeDocument:
    return load_node_document(_json(client, urljoin(url if url.endswith("/") else url + "/", WELL_KNOWN)))


def _json(client: Client, url: str) -> dict[str, Any]:
    document = loads(_body(client, url))
    if not isinstance(document, dict):
        raise VerifyError(f"{url} is no JSON object")
    return document


def _body(client: Client, url: str) -> bytes:
    return _answer(client, url).body


def _answer(client: Client, url: str) -> Answer:
    try:
        answer = client.get(url)
    except FetchError as error:
        raise VerifyError(str(error)) from error
    if answer.status != 200:
        raise VerifyError(f"{url} answered with status {answer.status}")
    return answer
