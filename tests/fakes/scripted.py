"""Scripted nodes: they answer `federation.ports.Fetching.get` by the publisher's rules, or break them one at a time.

net = ScriptedNet()
node = net.node("https://school.example/")
node.add("desk")
node.faults.append(faults.truncated)      # the next answer only; None in the queue is an honest one
"""

from __future__ import annotations

import hashlib
import json
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit
from uuid import UUID

import orjson

from federation.fetch import Answer, FetchError
from schemas import atom_feed, json_feed
from schemas.canonical import listing_hash
from schemas.errors import DocumentError
from schemas.page import Page, PageHead, Tombstone, with_hash
from schemas.problem import RESYNC
from tests.fakes.change_log import ChangeLog, LogRow
from tests.schemas.made import NOW, desk_item

START = int(NOW.timestamp())
DAY_S = 86_400


@dataclass(frozen=True)
class Request:
    """What a reader asked: ``etag`` and ``last_modified`` as it sent them."""

    url: str
    etag: str | None
    last_modified: str | None
    no_cache: bool


Fault = Callable[["ScriptedNode", Request, Answer], Answer]


@dataclass
class Clock:
    """The one clock of a test, in seconds since 1970."""

    now: int = START

    def pass_by(self, days: float = 0, hours: float = 0, seconds: float = 0) -> None:
        self.now += int(days * DAY_S + hours * 3600 + seconds)


@dataclass
class ScriptedNode:
    """A publisher. ``log`` is what it publishes; a fault is used up by one answer; ``asked`` lists every request.

    ``document`` is its node document; ``leads_to`` the site to which all of its addresses redirect for good.
    """

    id: str
    clock: Clock
    own_log: Callable[[], ChangeLog] | None = None
    page_size: int = 500
    faults: deque[Fault | None] = field(default_factory=deque)
    asked: list[Request] = field(default_factory=list)
    kept: dict[str, Answer] = field(default_factory=dict)
    document: dict[str, Any] | None = None
    leads_to: str | None = None
    _log: ChangeLog = field(default_factory=ChangeLog)

    @property
    def log(self) -> ChangeLog:
        return self.own_log() if self.own_log else self._log

    def address(self, path: str = "changes.json") -> str:
        return self.id + path

    def listing_id(self, ref: str) -> str:
        return f"{self.id}listings/{ref}"

    def item(self, ref: str, **changes: Any) -> dict[str, Any]:
        """A valid item, as `desk_item` makes it, with this node's id for ``ref`` unless another is given."""
        members = {"title": f"A {ref}", "_sharefeed__expires": _stamp(self.clock.now + 60 * DAY_S), **changes}
        return desk_item(**{"id": self.listing_id(ref), "date_modified": _stamp(self.clock.now), **members})

    def add(self, *refs: str, **changes: Any) -> None:
        """Publish a listing for each ``ref``, or change it."""
        for ref in refs:
            self.put(self.item(ref, **changes))

    def put(self, item: Mapping[str, Any], via: tuple[str, ...] = (), hash_: str | None = None) -> None:
        """Publish this item, however wrong; ``hash_`` is stated in place of its true hash."""
        try:
            raw = with_hash(item, via)
            true_hash = listing_hash(item)
        except (DocumentError, AttributeError, TypeError):
            raw, true_hash = dict(item), "?" * 43
        if hash_ is not None:
            raw["_sharefeed"]["hash"] = hash_
        # The standard library writes half a character as an escape; others refuse to.
        self._log.put(str(item["id"]), json.dumps(raw), true_hash, via, self.clock.now)

    def describe(self, *feeds: str, **members: Any) -> None:
        """Publish a node document that lists these of ``changes`` and ``json``, under the name that it had."""
        listed = {kind: self.address({"changes": "changes.json", "json": "feed.json"}[kind]) for kind in feeds}
        name = (self.document or {}).get("name", "Scripted")
        least = {"sharefeed": "1.0", "id": self.id, "name": name, "licence": "CC0-1.0"}
        self.document = {**least, "feeds": listed, **members}

    def remove(self, *refs: str, reason: str = "given") -> None:
        for ref in refs:
            self._log.bury(self.listing_id(ref), reason, self.clock.now)

    def restore(self, backup: ChangeLog) -> None:
        """Go back to a copy of the log that was taken earlier: a new epoch."""
        self._log = replace(backup.copy(), epoch=str(UUID(int=UUID(self._log.epoch).int + 1)))

    def answer(self, request: Request) -> Answer:
        """The honest answer."""
        parts = urlsplit(request.url)
        path = parts.path.rpartition("/")[2]
        if parts.path == "/.well-known/sharefeed.json" and self.document is not None:
            told = answer(request.url, 200, orjson.dumps(self.document), self.clock.now, "application/json")
            return self._conditional(request, told)
        after = parse_qs(parts.query).get("after", [None])[0]
        if path == "changes.json":
            return self._conditional(request, self._changes(request.url, after))
        if path in ("feed.json", "feed.atom"):
            return self._conditional(request, self._document(request.url, path))
        return answer(request.url, 404, b"", self.clock.now)

    def answer_at(self, path: str) -> Answer:
        """The honest answer at this path, to a reader that knows nothing yet."""
        return self.answer(Request(self.address(path), None, None, False))

    def _conditional(self, request: Request, full: Answer) -> Answer:
        if full.status == 200 and request.etag is not None and request.etag == full.etag:
            return replace(full, status=304, body=b"")
        return full

    def _changes(self, url: str, after: str | None) -> Answer:
        log = self.log
        epoch, position, base = _parsed(after) if after else (log.epoch, 0, log.head)
        if epoch != log.epoch or max(position, base) > log.head or log.pruned_through > max(position, base):
            return answer(url, 410, orjson.dumps({"type": RESYNC}), self.clock.now)
        rows = log.after(position, base)
        taken, more = rows[: self.page_size], len(rows) > self.page_size
        position = taken[-1].position if more else log.head
        checkpoint = f"{epoch}.{position}.{base if position < base else 0}"
        next_url = f"{self.address()}?after={quote(checkpoint, safe='')}" if more else None
        head = replace(self.head(taken), checkpoint=checkpoint, more=more, epoch=epoch)
        return self._answer(url, Page("json", "Scripted", head=head, next_url=next_url), taken)

    def _document(self, url: str, path: str) -> Answer:
        rows = list(self.log.live().values())
        page = Page(path.rpartition(".")[2], "Scripted", head=replace(self.head(()), complete=True))
        if path == "feed.json":
            return self._answer(url, page, rows)
        items = tuple(orjson.loads(row.text or "") for row in rows)
        body = atom_feed.encode(replace(page, items=items))
        return answer(url, 200, body, self.clock.now, "application/atom+xml", self.log.epoch)

    def head(self, rows: list[LogRow] | tuple[LogRow, ...]) -> PageHead:
        count, digest = self.log.sums()
        gone = tuple(
            Tombstone(row.id, datetime.fromtimestamp(row.at, UTC), row.reason or "removed")
            for row in rows
            if not row.live
        )
        return PageHead(node=self.id, count=count, digest=digest, licence="CC0-1.0", deleted=gone)

    def _answer(self, url: str, page: Page, rows: list[LogRow]) -> Answer:
        body = json_feed.encode(page, [row.text.encode() for row in rows if row.text is not None])
        return answer(url, 200, body, self.clock.now, json_feed.MEDIA_TYPE, self.log.epoch)


class ScriptedNet:
    """A network of scripted nodes by origin: a `federation.ports.Fetching`."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.nodes: dict[str, ScriptedNode] = {}

    def node(self, id_: str, log: Callable[[], ChangeLog] | None = None, **values: Any) -> ScriptedNode:
        made = ScriptedNode(id_, self.clock, log, **values)
        self.nodes[_origin(id_)] = made
        return made

    def get(
        self,
        url: str,
        *,
        accept: str = "*/*",
        etag: str | None = None,
        last_modified: str | None = None,
        no_cache: bool = False,
    ) -> Answer:
        node = self.nodes.get(_origin(url))
        if node is None:
            raise FetchError(url, "connect", "there is no such site")
        if node.leads_to is not None:
            node.asked.append(Request(url, etag, last_modified, no_cache))
            to = node.leads_to + url.split("/", 3)[3]
            answered = self.get(to, etag=etag, last_modified=last_modified, no_cache=no_cache)
            return replace(answered, permanent_url=answered.url)
        request = Request(url, etag, last_modified, no_cache)
        node.asked.append(request)
        honest = node.answer(request)
        fault = node.faults.popleft() if node.faults else None
        arrived = fault(node, request, honest) if fault else honest
        if honest.status == 200:
            node.kept[url] = honest
        return arrived


def answer(
    url: str,
    status: int,
    body: bytes,
    now: int,
    media_type: str = "application/problem+json",
    epoch: str = "",
    **rest: Any,
) -> Answer:
    """A whole answer; a 200 has a strong ETag over epoch and bytes."""
    etag = f'"{hashlib.sha256(epoch.encode() + body).hexdigest()[:16]}"' if status == 200 else None
    members: dict[str, Any] = {
        "charset": None,
        "etag": etag,
        "last_modified": None,
        "date": datetime.fromtimestamp(now, UTC),
        "retry_after_s": None,
        "permanent_url": None,
        "max_age_s": None,
        "link_header": None,
        **rest,
    }
    return Answer(url=url, status=status, body=body, media_type=media_type, **members)


def _origin(url: str) -> str:
    return "/".join(url.split("/", 3)[:3])


def _parsed(cursor: str) -> tuple[str, int, int]:
    epoch, position, base = cursor.split(".")
    return epoch, int(position), int(base)


def _stamp(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
