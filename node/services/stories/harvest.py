"""A catalogue reads what its sources' nodes tell: their own stories, each judged, and gone when they are gone there.

What cannot be reached changes nothing; only a feed that was read to its end removes. Refuses to follow a feed to
another site, and to take more than `MOST` stories of one node: the newest count.
"""

from __future__ import annotations

import logging
import random
from collections.abc import Iterable
from dataclasses import replace
from urllib.parse import urljoin

import orjson

from federation.facts import short_key
from federation.fetch import Answer, FetchError
from federation.pasted import origin
from federation.ports import Fetching
from federation.reading import storable
from federation.records import PollResult, Source
from federation.schedule import Pace, next_wait
from federation.stories import Judged, Speaker, judge
from node.context import Node
from node.services.receipts.tellers import document_of, teller_of
from node.services.stories.shelving import row_of
from node.storage import sources, story_readings, story_shelf
from node.storage.engine import Tx
from node.storage.story_readings import Reading
from node.storage.story_shelf import RELEASED, Ruling, Shelved
from schemas import story_feed
from schemas.errors import DocumentError, Problem
from schemas.node_document import NodeDocument
from schemas.records import dataclass

log = logging.getLogger(__name__)

MOST, MOST_PAGES, MOST_BYTES = 1000, 20, 2 * 2**20
LEASE_S, AT_ONCE, NO_FEED_S, DAY_S = 300, 2, 3600, 86_400
_ACCEPT = "application/feed+json, application/json;q=0.8"


class _StopError(Exception):
    """A reading that cannot go on; nothing is changed by it."""

    def __init__(self, code: str, message: str, retry_after_s: float | None = None) -> None:
        self.result = PollResult(code, message, retry_after_s=retry_after_s)
        super().__init__(message)


@dataclass(frozen=True, slots=True)
class _Read:
    """A feed that was read to its end, or as far as stories are taken; ``etag`` of its first page."""

    items: tuple[object, ...]
    etag: str | None
    max_age_s: float | None


def read_due(node: Node, client: Fetching) -> int:
    """Read the stories of a few sources that are due; how many."""
    with node.database.write() as tx:
        claimed = story_readings.claim(tx, node.now, node.now + LEASE_S, AT_ONCE)
    for reading in claimed:
        try:
            read(node, client, reading)
        except Exception:
            # A bug must not end the reading of the other sources; it is logged whole, and comes again later.
            log.exception("reading the stories of source %s failed", reading.source_id)
    return len(claimed)


def read(node: Node, client: Fetching, reading: Reading) -> PollResult:
    """Read the stories of one source now, and keep what came of it."""
    with node.database.read() as tx:
        source = sources.by_id(tx, reading.source_id)
        speaker = _speaker(tx, node, source) if source is not None else None
    if source is None or speaker is None:
        return PollResult("removed", "This source is not there any more.")
    result, found = _asked(client, source, reading, node.now)
    failures = 0 if result.fine or result.code == "no-stories" else reading.failures + 1
    due_at = node.now + _wait(node, replace(source, failures=failures), result)
    problem = "" if failures == 0 else storable(result.message, 500)
    after = replace(reading, due_at=due_at, failures=failures, problem=problem)
    with node.database.write() as tx:
        if sources.by_id(tx, source.id, lock=True) is None:
            return PollResult("removed", "This source is not there any more.")
        if found is not None:
            _keep(tx, node, source, speaker, found)
            after = replace(after, etag=found.etag, read_at=node.now)
        elif result.code == "no-stories":
            story_shelf.drop_source(tx, source.id)
        story_readings.save(tx, after)
    return result


def _asked(client: Fetching, source: Source, reading: Reading, now: int) -> tuple[PollResult, _Read | None]:
    document = document_of(source)
    url = _feed_of(source, document)
    if document is None or url is None:
        return PollResult("no-stories", "This node tells no stories."), None
    # Once a day without validators, to catch a node whose ETags lie.
    is_fresh = reading.read_at is not None and now - reading.read_at < DAY_S
    try:
        found = _pages(client, document.id, url, reading.etag if is_fresh else None)
    except _StopError as stop:
        return stop.result, None
    except FetchError as error:
        return PollResult(error.code, str(error)), None
    except DocumentError as error:
        return PollResult(error.problems[0].code, str(error)), None
    if found is None:
        return PollResult("unchanged", "Nothing changed since the last reading."), None
    return PollResult("ok", "Read to its end.", max_age_s=found.max_age_s), found


def _feed_of(source: Source, document: NodeDocument | None) -> str | None:
    """Where a node tells its stories, which must be on its own site."""
    url = document.feeds.stories if document is not None and document.id == source.node_id else None
    return url if url is not None and origin(url) == origin(source.node_id or "") else None


def _pages(client: Fetching, node_id: str, url: str, etag: str | None) -> _Read | None:
    """The whole feed; None where nothing has changed. Raises `FetchError`, `DocumentError` and `_StopError`."""
    first = _fetch(client, url, etag)
    if first.status == 304:
        return None
    items: list[object] = []
    asked, following, answer = {url}, "", first
    while True:
        page = story_feed.load(answer.body)
        if page.head.node != node_id:
            raise _StopError("not-its-own", "The feed of stories says that it is another node's.")
        items += page.items
        if page.next_url is None or len(items) >= MOST or len(asked) >= MOST_PAGES:
            return _Read(tuple(items[:MOST]), first.etag, first.max_age_s)
        following = urljoin(answer.url, page.next_url)
        if origin(following) != origin(url) or following in asked:
            raise _StopError("bad-next", "The feed of stories goes on where it was already, or at another site.")
        asked.add(following)
        answer = _fetch(client, following, None)


def _fetch(client: Fetching, url: str, etag: str | None) -> Answer:
    answer = client.get(url, accept=_ACCEPT, etag=etag)
    if len(answer.body) > MOST_BYTES:
        raise _StopError("too-large", f"A page of stories has at most {MOST_BYTES} bytes.")
    if answer.status == 200 or (answer.status == 304 and etag is not None):
        return answer
    raise _StopError(f"http-{answer.status}", f"The node answered with status {answer.status}.", answer.retry_after_s)


def _speaker(tx: Tx, node: Node, source: Source) -> Speaker:
    document, teller = document_of(source), teller_of(tx, node, source)
    others = (one.node_id for one in sources.nodes(tx) if one.node_id and one.source_id != source.id)
    former = tuple(one for one in orjson.loads(source.former_ids) if isinstance(one, str))
    return Speaker(
        ids=(source.node_id or "", *former),
        others=(node.settings.url, *others),
        organisations=frozenset(one.id for one in document.organisations) if document else frozenset(),
        trusted=source.trusts_words,
        given_by=teller.given_by,
    )


def _keep(tx: Tx, node: Node, source: Source, speaker: Speaker, found: _Read) -> None:
    """Let the shelf hold what the feed does, and nothing else of this source."""
    judged = {one.id: one for one in (judge(item, speaker) for item in found.items) if one is not None}
    before = story_shelf.of_source(tx, source.id)
    taken = story_shelf.owners(tx, list(judged))
    rulings = story_shelf.rulings(tx, list(judged))
    # What another source tells under an id stays its own: ids lie at one node, but a node may be read twice.
    mine = [one for one in judged.values() if taken.get(one.id, source.id) == source.id]
    rows = [_row(one, node.now, source.id, rulings.get(one.id)) for one in mine]
    story_shelf.put(tx, [row for row in rows if before.get(row.id) != row])
    story_shelf.drop(tx, sorted(before.keys() - {row.id for row in rows}))


def _row(judged: Judged, now: int, source_id: int, ruling: Ruling | None) -> Shelved:
    released = ruling is not None and ruling.ruling == RELEASED and ruling.words == judged.words
    problems = () if released and judged.story is not None else judged.problems
    if judged.story is not None:
        return row_of(judged.story, short_key(judged.id), now, source_id, _as_json(problems))
    return Shelved(
        id=judged.id,
        key=short_key(judged.id),
        source_id=source_id,
        item=orjson.dumps(dict(judged.item)).decode(),
        problems=_as_json(problems),
        title=judged.title,
        organisation_key="",
        other_key="",
        category="",
        published_at=0,
        changed_at=now,
    )


def _as_json(problems: Iterable[Problem]) -> str:
    return orjson.dumps(
        [{"pointer": one.pointer, "code": one.code, "message": one.message} for one in problems]
    ).decode()


def _wait(node: Node, source: Source, result: PollResult) -> int:
    settings = node.settings
    if result.code == "no-stories":
        return max(int(settings.poll_interval), NO_FEED_S)
    chance = random.random()  # noqa: S311 - spreads the load, keeps no secret
    return next_wait(source, result, Pace(settings.poll_interval, settings.poll_minimum), chance)
