"""Reading a source's node document again: its name, its pace, where its feed is, where the node has gone.

Once a day, and sooner where the feed seems to have gone elsewhere; in at most a few requests, over the guarded client.
Whatever goes wrong here is no fault of the source: it is read on as before. Refuses what discovery would refuse, and a
move that the new place does not confirm.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import replace
from urllib.parse import urljoin

from federation.discovery import WELL_KNOWN, Discovered, DiscoveryError, discover, well_known
from federation.fetch import Answer, FetchError
from federation.merge import KnownNode, territory
from federation.pasted import origin
from federation.ports import Book, Fetching, Ledger
from federation.reading import storable
from federation.records import PLAIN, REMOVED, PollResult, Source
from federation.rejudge import bring_along
from federation.renewal import (
    DocumentRead,
    News,
    document_of,
    handed_on,
    handing_on,
    is_better,
    led_to,
    refusal_of_move,
    renewed,
    shared,
    wants_feed,
)
from federation.schedule import wants_document
from federation.settle import settle
from schemas.errors import DocumentError
from schemas.node_document import NodeDocument, load_node_document
from schemas.records import dataclass
from schemas.strict_json import loads

ACCEPT = "application/json, */*;q=0.1"


@dataclass(frozen=True, slots=True)
class Refresh:
    """``own_id`` is this aggregator's node id; ``now`` whole seconds since 1970."""

    book: Book
    fetcher: Fetching
    own_id: str
    now: int

    def run(self, source: Source, result: PollResult) -> None:
        """Ask ``source``'s node about itself, if it is time, after a poll that ended in ``result``."""
        if not wants_document(source, result, self.now):
            return
        news = self._news(source, result)
        after = self._keep(source, news)
        if after is not None and after.document_asked_at is None:
            self._bring_along(after)

    def _news(self, source: Source, result: PollResult) -> News:
        if source.level == PLAIN:
            return led_to(source, result, None)
        read = self._read(source)
        if read is not None and read.document.id != source.node_id:
            # The whole site leads elsewhere for good: the same as a document that says so.
            return self._succeeded(source, read.document.id, None)
        document = read.document if read else document_of(source)
        if read is not None and read.at_home and read.document.moved_to not in (None, source.node_id):
            return self._succeeded(source, str(read.document.moved_to), read)
        feed = self._better_feed(source, read.url, read.document) if read else None
        if feed is not None:
            return News(read, feed)
        return replace(led_to(source, result, document), read=read)

    def _read(self, source: Source) -> DocumentRead | None:
        """The node's document, or that of the node to which its whole site leads for good."""
        for url in _places(source):
            known = url == source.document_url and source.node_document is not None
            answer = self._ask(source, url, known)
            if answer is None:
                return None
            if answer.status == 304 and known:
                return _unchanged(source, answer)
            read = _document_in(answer)
            if read is not None and _may_speak(source, read, answer):
                return read
        return None

    def _ask(self, source: Source, url: str, known: bool) -> Answer | None:
        try:
            return self.fetcher.get(
                url,
                accept=ACCEPT,
                etag=source.document_etag if known else None,
                last_modified=source.document_last_modified if known else None,
            )
        except FetchError:
            return None

    def _better_feed(self, source: Source, url: str, document: NodeDocument) -> Discovered | None:
        if not wants_feed(source, document):
            return None
        try:
            found = discover(self.fetcher, url, self.now)
        except DiscoveryError:
            return None
        return found if is_better(source, document, found) else None

    def _succeeded(self, source: Source, to: str, read: DocumentRead | None) -> News:
        """The node says that another has taken its place."""
        try:
            found = discover(self.fetcher, to, self.now)
            why = refusal_of_move(source, to, found, self.own_id)
        except DiscoveryError as error:
            found, why = None, str(error)
        return News(read, found) if why is None else News(read, refused=_not_followed(to, why))

    def _keep(self, source: Source, news: News) -> Source | None:
        """Keep what is new; None where someone else has the source by now."""
        with self.book.open() as ledger:
            stored = ledger.source(source.id)
            if stored is None or stored.state == REMOVED or stored.lease_token != source.lease_token:
                return None
            if stored.url != source.url or stored.node_id != source.node_id:
                return None
            after, events = renewed(stored, _free(ledger, stored, news), self.now)
            if after.node_id != stored.node_id or _is_moving(stored):
                # Asked again until everything that is shown came along, should this program end before that.
                after = replace(after, document_asked_at=None, document_read_at=None)
            after = _with_heirs(ledger, after, news, self.own_id, self.now)
            ledger.amend(after)
            for event in (*events, *handing_on(stored, after)):
                ledger.note(source.id, event.code, storable(event.message), self.now)
            settle(ledger, _changed_hands(ledger, stored, after), self.own_id, self.now)
        return after

    def _bring_along(self, source: Source) -> None:
        """After a move: what is shown says through whom it came, and what others said for the new node is judged."""
        bring_along(self.book, source.id, self.own_id, self.now)
        with self.book.open() as ledger:
            stored = ledger.source(source.id)
            if stored is not None and stored.lease_token == source.lease_token:
                ledger.amend(replace(stored, document_asked_at=self.now, document_read_at=self.now))


def _with_heirs(ledger: Ledger, source: Source, news: News, own_id: str, now: int) -> Source:
    """The source with what its node says that it handed on, where it says that at home."""
    if news.read is None or not news.read.at_home or news.read.document.id != source.node_id:
        return source
    named = {one.to for one in news.read.document.handed_on}
    read_at = {own_id: now}
    nodes = ledger.nodes() if named else []
    own = _own_ids(nodes, source)
    for node in nodes:
        other = ledger.source(node.source_id) if node.spoken and node.node_id in named else None
        if other is not None and other.state != REMOVED and other.last_read_at is not None:
            read_at[node.node_id] = max(other.last_read_at, read_at.get(node.node_id, 0))
    return replace(source, handed_on=json.dumps(handed_on(source, news.read.document, read_at, own)))


def _own_ids(nodes: Iterable[KnownNode], source: Source) -> list[str]:
    """What the ids begin with that a node speaks for: under its own addresses, and what others handed on to it."""
    own = [territory(one) for one in (source.node_id, *json.loads(source.former_ids))]
    others = (node for node in nodes if node.source_id != source.id)
    return own + [ids for node in others for ids, to in node.handed_on if to == source.node_id]


def _changed_hands(ledger: Ledger, before: Source, after: Source) -> list[str]:
    """The listings that another node speaks for than before."""
    was, now = ({(ids, to) for ids, to in json.loads(one.handed_on)} for one in (before, after))
    own = _own_ids(ledger.nodes(), after) if was != now else []
    # Never more than it speaks for: what is said of others must not have the whole catalogue looked through.
    places = {place for ids, _ in was ^ now for place in shared(ids, own)}
    return sorted({found for place in places for found in ledger.under(place, -1)})


def _is_moving(source: Source) -> bool:
    return source.former_ids != "[]" and source.document_read_at is None


def _places(source: Source) -> Iterator[str]:
    """Where the document was, and where it should be."""
    places = (source.document_url, urljoin(source.node_id, WELL_KNOWN), well_known(source.node_id))
    yield from dict.fromkeys(place for place in places if place)


def _document_in(answer: Answer) -> DocumentRead | None:
    if answer.status != 200:
        return None
    try:
        document = load_node_document(loads(answer.body))
    except DocumentError:
        return None
    at_home = origin(answer.url) == origin(document.id)
    text = answer.body.decode("utf-8-sig")
    return DocumentRead(document, text, answer.url, answer.etag, answer.last_modified, at_home)


def _may_speak(source: Source, read: DocumentRead, answer: Answer) -> bool:
    """Whether a document may speak for this node: from its own site, or from where it was when the source was added."""
    if read.document.id == source.node_id:
        return read.at_home or answer.url == source.document_url
    return read.at_home and answer.permanent_url is not None and origin(answer.url) != origin(source.node_id)


def _unchanged(source: Source, answer: Answer) -> DocumentRead | None:
    document = document_of(source)
    if document is None or source.node_document is None or source.document_url is None:
        return None
    at_home = origin(answer.url) == origin(document.id) == origin(source.document_url)
    validators = (answer.etag or source.document_etag, source.document_last_modified)
    return DocumentRead(document, source.node_document, source.document_url, *validators, at_home)


def _not_followed(to: str, why: str) -> str:
    return f"The node says that it moved to {to}, which was not followed: {why.rstrip('.')}. It is read where it was."


def _free(ledger: Ledger, source: Source, news: News) -> News:
    """The news without what another source reads already."""
    url = news.feed.feed_url if news.feed else news.url
    other = ledger.source_at(url) if url else None
    if news.feed is not None and news.feed.node_id != source.node_id:
        ids = {node.source_id for node in ledger.nodes() if news.feed.node_id in (node.node_id, *node.former)}
        other = min(ids - {source.id}, default=other)
    if url is None or other in (None, source.id):
        return news
    return News(news.read, refused=f"What it says about {url} was not followed: source {other} reads that already.")
