"""Reading a feed as a catalogue would, and keeping what was seen for `judging.judge`. All of the asking is here.

Reads at most `MAX_PAGES` pages, writes nothing, and judges nothing but where reading must stop.
"""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote, urlsplit

from federation.discovery import STAND_IN, Discovered, DiscoveryError, discover, level_of
from federation.fetch import Answer, FetchError
from federation.pasted import origin
from federation.ports import Fetching
from federation.reading import Context, read_page
from federation.records import L1, PLAIN, ReadPage
from schemas import feed, json_feed
from schemas.errors import DocumentError, Problem, SharefeedError
from schemas.node_document import NodeDocument, load_node_document
from schemas.records import dataclass
from schemas.strict_json import loads

MAX_PAGES = 20
MAX_FILE_BYTES = 32 * 2**20
FEED_ENDINGS = (".json", ".atom", ".xml", ".rss", ".feed")
TABLE_ENDINGS = (".csv", ".tsv", ".xlsx", ".xls", ".ods")
ACCEPT = "application/feed+json, application/atom+xml;q=0.9, application/json;q=0.8, application/rss+xml;q=0.7"


class ExamineError(SharefeedError):
    """There is nothing here that could be validated; the message says what to do instead."""


@dataclass(frozen=True, slots=True)
class Http:
    """How a page came: what of its answer matters to readers.

    ``bytes`` is the size after decompression, ``sha256`` of those bytes.
    """

    status: int
    media_type: str
    etag: str | None
    last_modified: str | None
    max_age_s: float | None
    encoding: str | None
    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class SeenPage:
    """One page as it was read; ``page`` is None where it could not be, and ``problems`` then says why."""

    url: str
    bytes: int
    page: ReadPage | None
    problems: tuple[Problem, ...] = ()
    http: Http | None = None


@dataclass(frozen=True, slots=True)
class Evidence:
    """All that was seen of one feed. ``now`` in whole seconds since 1970.

    ``pages`` in the order of reading; ``stopped`` says why reading ended before its end; ``unchanged`` whether asking
    again with the page's own validator was answered with 304 (None: it stated none, or changed meanwhile); ``resumed``
    is what came for the last checkpoint of a change feed.
    """

    target: str
    level: str
    format: str
    node_id: str
    name: str
    now: int
    feed_url: str | None = None
    document: NodeDocument | None = None
    document_url: str | None = None
    problems: tuple[Problem, ...] = ()
    pages: tuple[SeenPage, ...] = ()
    stopped: str | None = None
    unchanged: bool | None = None
    resumed: SeenPage | None = None


def examine_address(fetcher: Fetching, pasted: str, now: int) -> Evidence:
    """What is found behind an address. Raises `DiscoveryError` when that is nothing that can be judged."""
    try:
        found = discover(fetcher, pasted, now)
    except DiscoveryError as error:
        if error.code == "no-feed" and error.broken:
            return _broken_evidence(pasted, error, now)
        raise
    reading = _Reading(fetcher, found, now)
    pages, stopped = reading.pages()
    evidence = Evidence(
        target=pasted,
        level=found.level,
        format=found.format,
        node_id=found.node_id,
        name=found.name,
        now=now,
        feed_url=found.feed_url,
        document=found.node_document,
        document_url=found.document_url,
        problems=found.problems,
        pages=pages,
        stopped=stopped,
        unchanged=reading.is_unchanged(pages[0]),
    )
    return replace(evidence, resumed=reading.resumed(pages[-1])) if found.level == L1 and stopped is None else evidence


def _broken_evidence(pasted: str, error: DiscoveryError, now: int) -> Evidence:
    """What there is breaks the rules of a feed so far that nothing of it can be read."""
    pages = tuple(SeenPage(url, 0, None, problems) for url, problems in error.broken.items())
    return Evidence(pasted, "none", "", "", pasted, now, pages=pages, stopped="Nothing could be read as a feed.")


class _Reading:
    """One reading of a feed from its start."""

    def __init__(self, fetcher: Fetching, found: Discovered, now: int) -> None:
        self._fetcher = fetcher
        self._found = found
        self._context = Context(found.node_id, now, STAND_IN if found.level == PLAIN else None)

    def pages(self) -> tuple[tuple[SeenPage, ...], str | None]:
        """The pages up to the end, and why reading ended before it, if it did."""
        pages: list[SeenPage] = []
        url: str | None = self._found.feed_url
        while url is not None and len(pages) < MAX_PAGES:
            pages.append(self._page(url))
            url, stopped = self._next(pages)
            if stopped:
                return tuple(pages), stopped
        return tuple(pages), f"Only the first {MAX_PAGES} pages were read." if url else None

    def _page(self, url: str, etag: str | None = None) -> SeenPage:
        try:
            answer = self._fetcher.get(url, accept=ACCEPT, etag=etag)
        except FetchError as error:
            return SeenPage(url, 0, None, (Problem("", error.code, f"{error}"),))
        if answer.status != 200:
            problem = Problem("", f"http-{answer.status}", f"The server answered with status {answer.status}.")
            return SeenPage(url, len(answer.body), None, (problem,), _http(answer))
        return _seen(url, answer.body, answer.media_type, self._context, _http(answer))

    def _next(self, pages: list[SeenPage]) -> tuple[str | None, str | None]:
        seen = pages[-1]
        if seen.page is None:
            return None, "Reading ended at a page that could not be used."
        if self._found.level != L1 or seen.page.head is None or not seen.page.head.more:
            return None, None
        url = seen.page.next_url
        if url is None or origin(url) != origin(seen.url) or url in [page.url for page in pages]:
            return None, "Reading ended where a page does not lead to a next one that may be read."
        return url, None

    def is_unchanged(self, first: SeenPage) -> bool | None:
        """Whether the first page, asked for again with its validator, is answered with 304."""
        if first.http is None or not (first.http.etag or first.http.last_modified):
            return None
        try:
            again = self._fetcher.get(
                first.url, accept=ACCEPT, etag=first.http.etag, last_modified=first.http.last_modified
            )
        except FetchError:
            return None
        if again.status == 304:
            return True
        # Other bytes have another validator, and are no sign of anything.
        return False if hashlib.sha256(again.body).hexdigest() == first.http.sha256 else None

    def resumed(self, last: SeenPage) -> SeenPage | None:
        """What comes for the last checkpoint: nothing new, as a rule."""
        head = last.page.head if last.page else None
        if head is None or head.checkpoint is None:
            return None
        joiner = "&" if urlsplit(self._found.feed_url).query else "?"
        return self._page(f"{self._found.feed_url}{joiner}after={quote(head.checkpoint, safe='')}")


def _http(answer: Answer) -> Http:
    return Http(
        status=answer.status,
        media_type=answer.media_type,
        etag=answer.etag,
        last_modified=answer.last_modified,
        max_age_s=answer.max_age_s,
        encoding=answer.encoding,
        bytes=len(answer.body),
        sha256=hashlib.sha256(answer.body).hexdigest(),
    )


def _seen(url: str, body: bytes, media_type: str | None, context: Context, http: Http | None = None) -> SeenPage:
    try:
        return SeenPage(url, len(body), read_page(body, media_type, context), (), http)
    except DocumentError as error:
        return SeenPage(url, len(body), None, error.problems, http)


def refuse_missing_file(target: str) -> None:
    """Raises `ExamineError` where a text is meant for a file or a folder, and there is no such file.

    Whatever has a scheme, or begins with the name of a server, is an address.
    """
    path = Path(target)
    if target.strip() and path.is_dir():
        raise ExamineError(f"{target} is a folder. Name the feed in it, such as {path / 'feed.json'}.")
    server = target.partition("/")[0]
    if not target.strip():
        return
    is_name = path.suffix.lower() in (*FEED_ENDINGS, *TABLE_ENDINGS) and "/" not in target
    is_address = ("." in server or ":" in server or server == "localhost") and server.strip(".~")
    if is_name or not is_address:
        raise ExamineError(f"There is no file {target}. An address of the web begins with https://.")


def examine_file(path: Path, now: int) -> Evidence:
    """What a file on this machine holds: a feed or a node document. Raises `ExamineError` for anything else."""
    if path.suffix.lower() in TABLE_ENDINGS:
        raise ExamineError(f"{path} is a spreadsheet. Check it with `sharefeed import --dry-run {path}`.")
    body = _content(path)
    document = _document(body) if json_feed.looks_like(body) else None
    if document is not None:
        return _document_evidence(path, document, now)
    try:
        page = feed.decode(body)
    except DocumentError as error:
        seen = SeenPage(str(path), len(body), None, error.problems)
        return Evidence(str(path), "none", "", "", path.name, now, pages=(seen,), stopped="The file could not be used.")
    level = level_of(page.format, page.head)
    node_id = page.head.node if page.head else path.resolve().as_uri()
    context = Context(node_id, now, STAND_IN if level == PLAIN else None)
    pages = (_seen(str(path), body, None, context),)
    stopped = "A file holds one page of a change feed; the others were not read." if level == L1 else None
    return Evidence(str(path), level, page.format, node_id, page.title, now, pages=pages, stopped=stopped)


def _content(path: Path) -> bytes:
    try:
        if path.stat().st_size > MAX_FILE_BYTES:
            raise ExamineError(f"{path} is larger than {MAX_FILE_BYTES // 2**20} MiB; no reader would take it.")
        return path.read_bytes()
    except OSError as error:
        raise ExamineError(f"{path} cannot be read: {error.strerror}.") from error


def _document(body: bytes) -> object | None:
    """The value of a node document; None where the bytes are something else."""
    try:
        value = loads(body)
    except DocumentError:
        return None
    return value if isinstance(value, dict) and "sharefeed" in value else None


def _document_evidence(path: Path, value: object, now: int) -> Evidence:
    try:
        document = load_node_document(value)
    except DocumentError as error:
        return Evidence(str(path), "document", "json", "", path.name, now, problems=error.problems)
    where = str(path)
    return Evidence(where, "document", "json", document.id, document.name, now, document=document, document_url=where)
