"""From what a person pasted to a feed that can be read: any page of a site, a bare domain, a feed, a node document.

Refuses a document or a feed that speaks for another node: merging trusts a source's node id, so an id must lie where
it was found, or its own site must name the feed. Guesses no addresses but the well-known one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from time import monotonic
from types import MappingProxyType
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit, urlunsplit

from federation.fetch import Answer, FetchError
from federation.page_links import is_page, links_of
from federation.pasted import PastedError, addresses, origin
from federation.plain import Defaults
from federation.ports import Fetching
from federation.reading import Context, read_page
from federation.records import L0, L1, PLAIN, ReadPage
from schemas import feed, json_feed
from schemas.errors import DocumentError, Problem, SharefeedError
from schemas.node_document import NodeDocument, load_node_document
from schemas.organisation import Organisation
from schemas.page import Page, PageHead
from schemas.records import dataclass
from schemas.strict_json import loads

WELL_KNOWN = ".well-known/sharefeed.json"
MAX_ASKED = 16
MAX_SECONDS = 60.0
ACCEPT = (
    "application/feed+json, application/atom+xml;q=0.9, application/json;q=0.9, application/rss+xml;q=0.8, "
    "text/html;q=0.7, */*;q=0.1"
)

STAND_IN = Defaults(Organisation("urn:x-sharefeed:not-said-yet", "Not said yet", "community_group"))
"""How the entries of a plain feed are read while nobody has said yet what they are."""

Tried = tuple[tuple[str, str], ...]
"""Each address that was asked, and what happened there."""


@dataclass(frozen=True, slots=True)
class Discovered:
    """A feed that can become a source.

    ``format`` is json, atom or rss; ``level`` L0, L1 or plain; ``node_id`` the id under which its listings are owned
    (the feed's own address where it names none). ``sample`` is its first page, judged. ``problems`` are faults that did
    not keep it from being found; ``node_document_text`` is the document as sent.
    """

    feed_url: str
    format: str
    level: str
    node_id: str
    name: str
    node_document: NodeDocument | None
    node_document_text: str | None
    sample: ReadPage
    problems: tuple[Problem, ...] = ()
    document_url: str | None = None
    tried: Tried = ()


class DiscoveryError(SharefeedError):
    """No feed was found, or one that must not be read; ``code`` is stable, ``tried`` says what was asked.

    ``broken`` are documents that are feeds or node documents of ours by their look, but break rules: by address, all
    problems of each.
    """

    def __init__(
        self,
        code: str,
        message: str,
        tried: Iterable[tuple[str, str]] = (),
        broken: Mapping[str, Sequence[Problem]] = MappingProxyType({}),
    ) -> None:
        self.code = code
        self.tried: Tried = tuple(tried)
        self.broken = {url: tuple(problems) for url, problems in broken.items()}
        super().__init__(message)


@dataclass(frozen=True, slots=True)
class FoundDocument:
    """A node document, and the address that it came from."""

    document: NodeDocument
    url: str
    text: str


def discover(fetcher: Fetching, pasted: str, now: int, defaults: Defaults | None = None) -> Discovered:
    """The feed behind ``pasted``. ``now`` is in whole seconds since 1970; ``defaults`` are for a plain feed's sample.

    Raises `DiscoveryError`, whose codes are ``not-an-address``, ``unreachable``, ``no-feed``, ``other-node``,
    ``moved-again`` and ``too-many-steps``.
    """
    try:
        candidates = addresses(pasted)
    except PastedError as error:
        raise DiscoveryError("not-an-address", str(error)) from error
    return _Search(fetcher, now, defaults or STAND_IN).run(candidates)


def level_of(page_format: str, head: PageHead | None) -> str:
    """What a feed is by its own facts: only a change feed has a checkpoint, and only JSON can be one."""
    if head is None:
        return PLAIN
    return L1 if page_format == "json" and head.epoch and head.checkpoint else L0


class _Search:
    """One discovery: what was asked so far, and what was noticed on the way."""

    def __init__(self, fetcher: Fetching, now: int, defaults: Defaults) -> None:
        self._fetcher = fetcher
        self._now = now
        self._defaults = defaults
        self._ends = monotonic() + MAX_SECONDS
        self._answers: dict[str, Answer | None] = {}
        self._documents: dict[str, FoundDocument | None] = {}
        self._said: dict[str, str] = {}
        self._problems: list[Problem] = []
        self._broken: dict[str, tuple[Problem, ...]] = {}
        self._moved = False

    def run(self, candidates: tuple[str, ...]) -> Discovered:
        for url in candidates:
            answer = self._ask(url)
            if answer is None:
                continue
            found = self._from_answer(answer)
            if found is not None:
                return replace(found, problems=tuple(self._problems), tried=self._tried())
            raise self._error("no-feed", _NO_FEED.format(url=url, said=self._said[url]))
        raise self._error("unreachable", f"{candidates[0]} could not be read: {self._said[candidates[0]]}.")

    def _tried(self) -> Tried:
        return tuple(self._said.items())

    def _error(self, code: str, message: str) -> DiscoveryError:
        return DiscoveryError(code, message, self._tried(), self._broken)

    def _ask(self, url: str) -> Answer | None:
        """The whole answer of ``url``, whatever its status; None when none came. Each address is asked once."""
        if url in self._answers:
            return self._answers[url]
        if len(self._answers) >= MAX_ASKED or monotonic() > self._ends:
            count = len(self._answers)
            raise self._error("too-many-steps", f"After {count} addresses and a good while there was still no feed.")
        try:
            answer = self._fetcher.get(url, accept=ACCEPT)
        except FetchError as error:
            self._answers[url] = None
            self._said[url] = error.detail
            return None
        self._answers[url] = answer
        self._said[url] = "read" if answer.status == 200 else f"answered with status {answer.status}"
        return answer

    def _from_answer(self, answer: Answer) -> Discovered | None:
        if answer.status != 200:
            return self._from_documents([well_known(answer.url)])
        found = self._document_in(answer)
        if found is not None:
            return self._from_document(found)
        if is_page(answer):
            return self._from_page(answer)
        return self._from_feed(answer, self._asked_as(answer)) or self._from_page(answer)

    def _asked_as(self, answer: Answer) -> str:
        """The address to keep for an answer: a redirect is followed for good only where it says so itself."""
        return answer.permanent_url or self._asked_url(answer)

    def _from_page(self, answer: Answer) -> Discovered | None:
        links = links_of(answer)
        found = self._from_documents([*links.documents, well_known(answer.url)])
        feeds = iter(links.feeds)
        while found is None and (url := next(feeds, None)):
            linked = self._ask(url)
            if linked is not None and linked.status == 200 and not is_page(linked):
                found = self._from_feed(linked, self._asked_as(linked))
        return found

    def _from_documents(self, urls: Iterable[str]) -> Discovered | None:
        for url in urls:
            found = self._document_at(url)
            discovered = self._from_document(found) if found else None
            if discovered is not None:
                return discovered
        return None

    def _document_at(self, url: str) -> FoundDocument | None:
        answer = self._ask(url)
        return self._document_in(answer) if answer is not None and answer.status == 200 else None

    def _document_in(self, answer: Answer) -> FoundDocument | None:
        url = self._asked_url(answer)
        if url not in self._documents:
            self._documents[url] = self._read_document(url, answer)
        return self._documents[url]

    def _read_document(self, url: str, answer: Answer) -> FoundDocument | None:
        if not json_feed.looks_like(answer.body):
            return None
        try:
            value = loads(answer.body)
            if not isinstance(value, dict) or "sharefeed" not in value:
                return None
            document = load_node_document(value)
        except DocumentError as error:
            self._note(url, error)
            return None
        self._said[url] = "is a node document"
        return FoundDocument(document, answer.url, answer.body.decode("utf-8-sig"))

    def _asked_url(self, answer: Answer) -> str:
        return next(url for url, known in self._answers.items() if known is answer)

    def _note(self, url: str, error: DocumentError) -> None:
        self._say_broken(url, error)
        self._problems += [replace(problem, message=f"{url}: {problem.message}") for problem in error.problems]

    def _say_broken(self, url: str, error: DocumentError) -> None:
        self._said[url] = str(error)[:500]
        if error.problems[0].code != "not-a-feed":
            self._broken[url] = error.problems

    def _from_document(self, found: FoundDocument) -> Discovered | None:
        document = found.document
        if document.moved_to is not None:
            return self._moved_on(document.moved_to)
        for kind in ("changes", "json", "atom"):
            url = getattr(document.feeds, kind)
            discovered = self._listed_feed(found, url, kind) if url else None
            if discovered is not None:
                return discovered
        return None

    def _moved_on(self, url: str) -> Discovered | None:
        if self._moved:
            raise self._error(
                "moved-again", f"This node moved, and says at its new address that it moved to {url} again."
            )
        self._moved = True
        answer = self._ask(url)
        if answer is None:
            raise self._error("unreachable", f"This node moved to {url}, which could not be read: {self._said[url]}.")
        return self._from_answer(answer)

    def _listed_feed(self, found: FoundDocument, url: str, kind: str) -> Discovered | None:
        """The feed that a document lists, if it can be read and is the document's own."""
        node_id = found.document.id
        answer = self._ask(url)
        page = self._page_in(answer) if answer is not None else None
        if page is not None and page.head is not None and page.head.node != node_id:
            self._said[url] = f"belongs to {page.head.node}, not to {node_id}"
            page = None
        if page is not None and kind == "changes" and level_of(page.format, page.head) != L1:
            self._said[url] = "states no epoch and checkpoint, so it is no change feed"
            page = None
        if answer is None or page is None:
            message = f"The node document lists {url}, which could not be used: {self._said[url]}."
            self._problems.append(Problem(f"/feeds/{kind}", "feed-unusable", message))
            return None
        self._check_vouched(node_id, found.url, url)
        return self._discovered(answer, page, url, node_id, found)

    def _page_in(self, answer: Answer) -> Page | None:
        if answer.status != 200:
            return None
        try:
            page = feed.decode(answer.body, answer.media_type, answer.url)
        except DocumentError as error:
            self._say_broken(self._asked_url(answer), error)
            return None
        self._said[self._asked_url(answer)] = f"is a feed ({page.format})"
        return page

    def _from_feed(self, answer: Answer, url: str) -> Discovered | None:
        page = self._page_in(answer)
        if page is None:
            return None
        if page.head is None:
            return self._from_plain(answer, page, url)
        if level_of(page.format, page.head) == L1 and url != without_cursor(url):
            return self._from_start(url)
        node_id = page.head.node
        found = self._document_of(node_id, page)
        better = self._from_document(found) if found else None
        if better is not None:
            return better
        self._check_vouched(node_id, answer.url, url)
        return self._discovered(answer, page, url, node_id, None)

    def _from_start(self, url: str) -> Discovered | None:
        """Someone pasted a later page of a change feed: reading begins at its first."""
        first = self._ask(without_cursor(url))
        return self._from_feed(first, without_cursor(url)) if first is not None else None

    def _from_plain(self, answer: Answer, page: Page, url: str) -> Discovered | None:
        """A plain feed may belong to a node all the same: its home page would link to the node document."""
        home_url = _web(page.home_page_url)
        home = self._ask(home_url) if home_url else None
        if home is not None and home.status == 200 and is_page(home):
            better = self._from_documents(links_of(home).documents)
            if better is not None:
                return better
        return self._discovered(answer, page, url, url, None)

    def _document_of(self, node_id: str, page: Page) -> FoundDocument | None:
        """The document of the node that a feed names: at its well-known place, or where its pages link to."""
        for url in dict.fromkeys((urljoin(node_id, WELL_KNOWN), well_known(node_id))):
            found = self._document_at(url)
            if found is not None and found.document.id == node_id:
                return found
        for url in dict.fromkeys(filter(None, (node_id, _web(page.home_page_url)))):
            answer = self._ask(url)
            for linked in links_of(answer).documents if answer is not None and answer.status == 200 else ():
                found = self._document_at(linked)
                if found is not None and found.document.id == node_id:
                    return found
        return None

    def _check_vouched(self, node_id: str, where: str, feed_url: str) -> None:
        """Raises `DiscoveryError` unless ``node_id`` lies where it was found, or its own site names the feed."""
        if origin(node_id) == origin(where):
            return
        for url in dict.fromkeys((urljoin(node_id, WELL_KNOWN), well_known(node_id))):
            own = self._document_at(url)
            if own is not None and own.document.id == node_id and feed_url in _feeds(own.document):
                return
        message = (
            f"{where} says that it is {node_id}, which is another site, and that site does not name this feed. "
            f"Nothing was kept. If both are yours, list {feed_url} in the node document of {node_id}."
        )
        raise self._error("other-node", message)

    def _discovered(
        self, answer: Answer, page: Page, url: str, node_id: str, found: FoundDocument | None
    ) -> Discovered | None:
        try:
            defaults = self._defaults if page.head is None else None
            sample = read_page(answer.body, answer.media_type, Context(node_id, self._now, defaults))
        except DocumentError as error:
            self._note(url, error)
            return None
        document = found.document if found else None
        return Discovered(
            feed_url=url,
            format=page.format,
            level=level_of(page.format, page.head),
            node_id=node_id,
            name=document.name if document else page.title.strip()[:200] or urlsplit(url).netloc,
            node_document=document,
            node_document_text=found.text if found else None,
            sample=sample,
            document_url=found.url if found else None,
        )


_NO_FEED = (
    "No feed was found at {url} ({said}), nor where it leads. Paste the address of the feed itself, "
    "or of a page that links to it; the site's own software may call it RSS."
)


def well_known(url: str) -> str:
    """Where the site of this address has its node document."""
    return urljoin(url, f"/{WELL_KNOWN}")


def _feeds(document: NodeDocument) -> tuple[str | None, ...]:
    return document.feeds.changes, document.feeds.json, document.feeds.atom


def _web(url: str | None) -> str | None:
    return url if url is not None and url.lower().startswith(("http://", "https://")) else None


def without_cursor(url: str) -> str:
    """The address at which the reading of a change feed begins."""
    parts = urlsplit(url)
    kept = [(name, value) for name, value in parse_qsl(parts.query, keep_blank_values=True) if name != "after"]
    return (
        url
        if len(kept) == len(parse_qsl(parts.query, keep_blank_values=True))
        else urlunsplit(parts._replace(query=urlencode(kept)))
    )
