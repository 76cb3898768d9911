"""One source, from due to done.

    due        the worker claims the source with a lease; nobody else reads it meanwhile
    fetch      the guarded client asks with validators, or without them once a day
    decode     JSON, Atom or RSS becomes a page of raw items; a page that is not whole raises, and nothing is applied
    validate   each item is judged by itself; worker processes do this and the step before
    screen     what its source or the operator said of it: held, refused, released
    decide     the mirror takes every change at once; many removals wait for a word
    store      mirror, catalogue, cursor and ETag in one transaction, if the cursor is still the one that was asked with

A failing node is a result, not a crash: `Poll.run` always returns a `PollResult`.
"""

from __future__ import annotations

import time
from collections.abc import Collection
from dataclasses import field, replace
from typing import NoReturn
from urllib.parse import quote, urlsplit

from federation.fetch import Answer, FetchError
from federation.plain import Defaults
from federation.ports import Book, Decoding, Fetching, StaleError
from federation.reading import Context, storable
from federation.records import L1, PLAIN, SUSPENDED, SUSPENDED_NOW, PollResult, ReadPage, Source, Tally
from federation.rejudge import hide, speaks_again
from federation.schedule import Pace, after_gone, next_due, wants_unconditional, wants_whole_reading
from federation.store_page import Asked, store_page, store_unchanged
from schemas.errors import DocumentError, Problem
from schemas.problem import RESYNC, problem_type
from schemas.records import dataclass

ACCEPT = (
    "application/feed+json, application/atom+xml;q=0.9, application/json;q=0.8, application/rss+xml;q=0.7, */*;q=0.1"
)

GONE = "The node said three times within a day that it is gone. It is asked again after 30 days."


@dataclass(frozen=True, slots=True)
class Limits:
    """How much of one source is read in one poll, and from one source in all."""

    pages: int = 400
    listings: int = 100_000
    seconds: float = 120.0


class Stop(Exception):  # noqa: N818 - control flow of one poll, caught in `run`
    """Ends a poll with its result."""

    def __init__(self, code: str, message: str, retry_after_s: float | None = None) -> None:
        self.result = PollResult(code, message, retry_after_s=retry_after_s)
        super().__init__(message)


@dataclass
class _Going:
    """How far one poll has come."""

    source: Source
    started: float
    asked: set[str] = field(default_factory=set)
    beginnings: int = 0
    permanent_url: str | None = None
    tally: Tally = field(default_factory=Tally)


@dataclass
class Poll:
    """One reading of one source. ``own_id`` is this aggregator's node id; ``now`` whole seconds since 1970."""

    book: Book
    fetcher: Fetching
    decode: Decoding
    own_id: str
    pace: Pace
    limits: Limits
    now: int
    chance: float = 0.0

    def run(self, source: Source) -> PollResult:
        """Read ``source`` (claimed by this worker) to its end or to the limits, and plan the next reading."""
        going = _Going(source, time.monotonic())
        try:
            result = self._read(going)
        except Stop as stop:
            result = stop.result
        except (FetchError, DocumentError, StaleError) as error:
            result = PollResult(*_failure(error))
        told = replace(result, message=storable(result.message), tally=going.tally, permanent_url=going.permanent_url)
        return self._finish(going, told)

    def _begin_whole(self, source: Source) -> Source:
        """Begin a reading from the start: new marks, no cursor, no validators."""
        fresh = replace(
            source, reading=source.reading + 1, reading_open=True, cursor=None, etag=None, last_modified=None
        )
        with self.book.open() as ledger:
            ledger.save(fresh, asked_with=source.cursor)
        return fresh

    def _begin_again(self, going: _Going) -> None:
        """The node has lost the history that the cursor speaks of. Once in a poll is enough."""
        going.beginnings += 1
        if going.beginnings > 1:
            raise Stop("repeated-resync", "The node keeps sending its reader back to the start.")
        going.source = self._begin_whole(going.source)
        going.asked.clear()

    def _read(self, going: _Going) -> PollResult:
        source = going.source
        if wants_whole_reading(source, self.now) or (source.level != L1 and wants_unconditional(source, self.now)):
            going.source = self._begin_whole(source)
        while True:
            answer = self._fetch(going)
            if answer.status == 304:
                return self._unchanged(going.source, answer)
            page = self._page(going, answer)
            if page is None:
                self._begin_again(going)
                continue
            self._store(going, answer, page)
            if not (page.head and page.head.more and source.level == L1):
                return _done(answer)
            if time.monotonic() - going.started > self.limits.seconds or going.tally.pages >= self.limits.pages:
                return PollResult("more", "Read as far as one poll may; the rest follows.")

    def _fetch(self, going: _Going) -> Answer:
        source = going.source
        whole = source.reading_open or wants_unconditional(source, self.now)
        url = _address(source, source.cursor)
        going.asked.add(url)
        answer = self.fetcher.get(
            url,
            accept=ACCEPT,
            etag=None if whole else source.etag,
            last_modified=None if whole else source.last_modified,
            no_cache=whole,
        )
        going.permanent_url = answer.permanent_url
        asked_if_changed = not whole and (source.etag is not None or source.last_modified is not None)
        if answer.status in (200, 410) or (answer.status == 304 and asked_if_changed):
            return answer
        raise Stop(f"http-{answer.status}", _status_words(answer.status), answer.retry_after_s)

    def _page(self, going: _Going, answer: Answer) -> ReadPage | None:
        """The page of ``answer``; None where the history that the cursor speaks of was lost."""
        source = going.source
        if answer.status == 410:
            self._check_resync(source, answer)
            return None
        defaults = Defaults.from_json(source.defaults) if source.level == PLAIN else None
        context = Context(source.node_id, self.now, defaults, answer.url)
        page = self.decode(answer.body, answer.media_type, context)
        _check_page(source, answer, page, going.asked)
        lost = source.level == L1 and source.cursor is not None and page.head and page.head.epoch != source.epoch
        return None if lost else page

    def _check_resync(self, source: Source, answer: Answer) -> None:
        """A 410 that asks for a new reading passes, where there was a cursor whose history could have been lost."""
        if problem_type(answer.body) != RESYNC:
            self._gone(source, answer)
        if source.cursor is None:
            raise Stop("repeated-resync", "The node keeps sending its reader back to the start.")

    def _gone(self, source: Source, answer: Answer) -> NoReturn:
        """A 410 that asks for no new reading: the third within a day suspends the source."""
        counted, suspend = after_gone(source, self.now)
        with self.book.open() as ledger:
            ledger.save(counted, asked_with=source.cursor)
            if suspend:
                ledger.suspend(source.id, GONE)
                ledger.note(source.id, SUSPENDED_NOW, GONE, self.now)
        if suspend:
            hide(self.book, source.id, self.own_id, self.now)
        raise Stop("gone", "The node says that this feed is gone.", answer.retry_after_s)

    def _store(self, going: _Going, answer: Answer, page: ReadPage) -> None:
        asked = Asked(
            self.own_id, self.now, self.limits.listings, answer.etag, answer.last_modified, _date(answer, self.now)
        )
        with self.book.open() as ledger:
            stored, read = store_page(ledger, going.source, page, asked)
        going.source = stored
        going.tally += replace(read, bytes=len(answer.body))

    def _unchanged(self, source: Source, answer: Answer) -> PollResult:
        with self.book.open() as ledger:
            store_unchanged(ledger, source, _date(answer, self.now))
        return PollResult("unchanged", "Nothing changed since the last reading.", max_age_s=answer.max_age_s)

    def _finish(self, going: _Going, result: PollResult) -> PollResult:
        milliseconds = int((time.monotonic() - going.started) * 1000)
        with self.book.open() as ledger:
            source = ledger.source(going.source.id)
            if source is None:
                return result
            # Whoever lost the lease must not end another worker's.
            if source.lease_token == going.source.lease_token:
                source = _with_result(source, result, self.now)
                due = next_due(source, result, self.pace, self.chance, self.now)
                ledger.save(replace(source, due_at=due, lease_until=0), asked_with=source.cursor)
            ledger.log_poll(source.id, result, milliseconds, self.now)
        if source.state == SUSPENDED and result.fine:
            speaks_again(self.book, source.id, self.own_id, self.now)
        return result


def _with_result(source: Source, result: PollResult, now: int) -> Source:
    read = now if result.fine else source.last_read_at
    failures = 0 if result.fine else source.failures + 1
    told = replace(source, last_polled_at=now, last_read_at=read, failures=failures)
    return replace(told, last_code=result.code, last_message=result.message)


def _address(source: Source, cursor: str | None) -> str:
    """The feed's address, and on a change feed the cursor from which reading goes on."""
    if source.level != L1 or cursor is None:
        return source.url
    joiner = "&" if urlsplit(source.url).query else "?"
    return f"{source.url}{joiner}after={quote(cursor, safe='')}"


def _check_page(source: Source, answer: Answer, page: ReadPage, asked: Collection[str]) -> None:
    """Refuse a page that cannot be what the source is: nothing of it is applied."""
    head = page.head
    if source.level == PLAIN:
        return
    if head is None:
        raise DocumentError.of("not-sharefeed", "This was a Sharefeed feed; what came now has no _sharefeed member.")
    if head.node != source.node_id:
        message = f"This feed belongs to {source.node_id}; what came now says it is {head.node}."
        raise DocumentError.of("other-node", message, "/_sharefeed/node")
    if source.level == L1:
        _check_change_page(source, answer, page, asked)


def _check_change_page(source: Source, answer: Answer, page: ReadPage, asked: Collection[str]) -> None:
    head = page.head
    if head is None or head.epoch is None or head.checkpoint is None:
        raise DocumentError.of("not-a-change-feed", "A change feed states epoch and checkpoint.", "/_sharefeed")
    if not head.more:
        return
    if not page.items and not head.deleted and not page.outside:
        raise DocumentError.of("empty-page", "An empty page says that more follows.", "/_sharefeed/more")
    if page.next_url is None or _origin(page.next_url) != _origin(answer.url):
        message = "The next page must be named, and lie at the same address."
        raise DocumentError([Problem("/next_url", "foreign-page", message)])
    # Reading goes on at the checkpoint, so both must lead on.
    following = {page.next_url, _address(source, head.checkpoint)}
    if head.checkpoint == source.cursor or not following.isdisjoint({*asked, answer.url}):
        raise DocumentError.of("repeated-page", "More follows, but at a page that was read already.", "/next_url")


def _origin(url: str) -> tuple[str, str] | None:
    """Scheme and authority; None for what is no address."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    return parts.scheme.lower(), parts.netloc.lower()


def _done(answer: Answer) -> PollResult:
    return PollResult("ok", "Read to its end.", max_age_s=answer.max_age_s)


def _date(answer: Answer, now: int) -> int:
    """When the answer was true: its Date, but never later than now."""
    return min(int(answer.date.timestamp()), now) if answer.date else now


def _failure(error: FetchError | DocumentError | StaleError) -> tuple[str, str]:
    if isinstance(error, FetchError):
        return error.code, str(error)
    if isinstance(error, DocumentError):
        return error.problems[0].code, str(error)
    return "stale", str(error)


def _status_words(status: int) -> str:
    if status in (429, 503):
        return "The node asked us to come back later."
    if status in (401, 403):
        return "The node does not let us read this feed."
    return "There is no feed at this address." if status == 404 else f"The node answered with status {status}."
