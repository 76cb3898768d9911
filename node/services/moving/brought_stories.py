"""The stories of an export: told anew at the node that they were brought to, under ids of its own.

A yes to being named was said to the node before, and the link by which it can be taken back is that node's. So it does
not count here; the other organisation is asked anew, and named once it has said yes again. A no stays a no.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import replace
from typing import Any, Protocol

import orjson

from federation.facts import seconds
from node.context import Node
from node.services.listings.doubted import ask_about
from node.services.moving.brought_files import Export
from node.services.pictures import uploads
from node.services.pictures.upload_names import FOLDER as MEDIA
from node.services.stories import handed, shelving
from node.services.stories.consent import ANSWERS, TAKEN_BACK, ask, call_back, topic_of
from node.services.stories.writing import FIELDS, LONGEST_TYPED, MOST_STORIES, pictures_of
from node.storage import receipt_halves, stories
from node.storage.engine import Tx
from node.storage.stories import ASKED, DRAFT, NO, NONE, PUBLISHED, STATES, WITHDRAWN, OwnStory, StoryVersion
from schemas.errors import DocumentError
from schemas.free.explain import NOT_FREE_WORDS, word_problems
from schemas.records import dataclass
from schemas.story import MOST_PHOTOS, Story, dump_story, load_story, word_item

LONGEST_EXCHANGE = 2048
_KEY = re.compile(r"[A-Za-z0-9_-]{16}\Z")
_CHANGES = frozenset((PUBLISHED, WITHDRAWN, *ANSWERS.values(), TAKEN_BACK))
_MOST_VERSIONS, _LONGEST_NAME, _LATEST = 100, 300, 2**40
NOT_READ = "A story was left out: it cannot be read, or is not this organisation's."
NO_RECEIPT = "The story “{title}” is taken down: the receipt of what it tells of did not come."
AN_ADVERT = "The story “{title}” is taken down: it reads like an advert. Look at it at the desk."


class Remarks(Protocol):
    def remark(self, words: str) -> None: ...


@dataclass(frozen=True, slots=True)
class _Arrival:
    """What reading a story takes: the node, whose it is, and how addresses of photos there become those here."""

    node: Node
    organisation_id: str
    moved: Callable[[Any], Any]


def bring_stories(
    node: Node, tx: Tx, export: Export, organisation_id: str, moved: Callable[[Any], Any], remarks: Remarks
) -> int:
    """Keep the stories and what each of them said before, and show what was shown; how many. After the receipts."""
    arrival, number = _Arrival(node, organisation_id, moved), 0
    for told in export.lines("stories.ndjson"):
        found = _story(arrival, told)
        if found is None or number >= MOST_STORIES or stories.by_key(tx, found.key) is not None:
            remarks.remark(NOT_READ)
            continue
        found = _judged(node, tx, found, remarks)
        stories.put(tx, found)
        for version in _versions(arrival, found.key, told.get("versions")):
            stories.note(tx, version)
        photos = uploads.of_images(node, pictures_of(found))
        uploads.keep_in(tx, node, organisation_id, topic_of(found.key), photos)
        shelving.shelve(tx, node, found.key)
        number += 1
    return number


def ask_anew(node: Node, organisation_id: str) -> None:
    """Ask the other organisations of what was brought, as far as anybody can be asked by now."""
    asked: Counter[str] = Counter()
    with node.database.write() as tx:
        for one in stories.of_organisation(tx, organisation_id, MOST_STORIES):
            asked[one.other_id] += bool(ask(tx, node, one, asked[one.other_id]))


def take_down(tx: Tx, node: Node, exchanges: Collection[str]) -> None:
    """Show no more what tells of these exchanges, of which nothing that was brought is true."""
    for one in stories.shown_of_exchanges(tx, exchanges):
        if handed.handover(tx, node, one.organisation_id, one.exchange) is None:
            stories.put(tx, replace(one, state=WITHDRAWN))
            stories.note(tx, StoryVersion(one.key, node.now, "", WITHDRAWN, one.document or ""))
            shelving.shelve(tx, node, one.key)
            call_back(tx, one.key)


def _story(arrival: _Arrival, told: Mapping[str, Any]) -> OwnStory | None:
    key, exchange, state, typed = (told.get(name) for name in ("key", "exchange", "state", "typed"))
    story = _document(arrival, str(key), told["item"]) if told.get("item") else None
    if not isinstance(key, str) or not _KEY.match(key) or not isinstance(exchange, str) or state not in STATES:
        return None
    if not isinstance(typed, dict) or (story is None and (told.get("item") or state != DRAFT)):
        return None
    other_id = (story.other.id or "") if story else ""
    return OwnStory(
        key,
        arrival.organisation_id,
        _text(exchange)[:LONGEST_EXCHANGE],
        {name: _text(typed.get(name)) for name in FIELDS},
        _images(arrival, told.get("images")),
        _moment(told, "saved_at"),
        _text(told.get("saved_by"))[:_LONGEST_NAME],
        str(state),
        _dumped(story) if story else None,
        seconds(story.date_published) if story else None,
        other_id,
        NONE if not other_id else NO if told.get("consent") == NO else ASKED,
        answered_at=_moment(told, "answered_at") or None,
    )


def _document(arrival: _Arrival, key: str, item: Any) -> Story | None:
    """What a story says, as it is told here; None where it is not this organisation's, or cannot be read."""
    try:
        story = load_story(arrival.moved(item))
    except DocumentError:
        return None
    if story.organisation.id != arrival.organisation_id:
        return None
    here = shelving.id_of(arrival.node, key)
    images = tuple(one for one in story.images if _is_here(arrival.node, one.url))
    return replace(story, id=here, url=here, images=images)


def _dumped(story: Story) -> str:
    return orjson.dumps(dump_story(story)).decode()


def _images(arrival: _Arrival, found: Any) -> tuple[Mapping[str, str], ...]:
    told = arrival.moved(found) if isinstance(found, list) else []
    images = [
        {"url": one["url"], "alt": _text(one.get("alt"))}
        for one in told
        if isinstance(one, dict) and isinstance(one.get("url"), str) and _is_here(arrival.node, one["url"])
    ]
    return tuple(images[:MOST_PHOTOS])


def _is_here(node: Node, url: str) -> bool:
    return url.startswith(f"{node.settings.url}{MEDIA}/")


def _judged(node: Node, tx: Tx, found: OwnStory, remarks: Remarks) -> OwnStory:
    """As it can be shown here: with a receipt, and judged as if somebody had written it here."""
    if found.state != PUBLISHED or found.document is None:
        return found
    story = shelving.load(found.document)
    if not receipt_halves.of_exchanges(tx, [found.exchange]):
        remarks.remark(NO_RECEIPT.format(title=story.title))
        return replace(found, state=WITHDRAWN)
    doubts = word_problems(word_item(story.title, story.content_text, story.handed, story.organisation.type))
    if any(one.code == NOT_FREE_WORDS for one in doubts):
        remarks.remark(AN_ADVERT.format(title=story.title))
        return replace(found, state=WITHDRAWN)
    if doubts:
        ask_about(node, tx, {story.id: doubts})
    return found


def _versions(arrival: _Arrival, key: str, found: Any) -> Iterator[StoryVersion]:
    for one in found[:_MOST_VERSIONS] if isinstance(found, list) else ():
        story = _document(arrival, key, one.get("item")) if isinstance(one, dict) else None
        if story is not None and one.get("change") in _CHANGES:
            by = _text(one.get("by"))[:_LONGEST_NAME]
            yield StoryVersion(key, _moment(one, "at"), by, one["change"], _dumped(story))


def _text(value: Any) -> str:
    """What a database can hold of a text."""
    plain = value[:LONGEST_TYPED].replace("\x00", "") if isinstance(value, str) else ""
    return plain.encode("utf-8", "ignore").decode()


def _moment(told: Mapping[str, Any], name: str) -> int:
    value = told.get(name)
    return value if isinstance(value, int) and 0 <= value < _LATEST else 0
