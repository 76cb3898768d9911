"""Stories as JSON Feed and as Atom, for feed readers and for catalogues that show what their sources tell.

The whole of it is a chain of pages, the newest first. A page goes on after a story by its moment and id, so that what
comes or goes meanwhile shifts nothing; the first page states how many there are and a digest over all of them, so that
it is the same page exactly as long as nothing has changed.
"""

from __future__ import annotations

import hashlib
import re
from datetime import UTC, datetime
from urllib.parse import urlencode

import orjson

from node.context import Node
from node.services.syndication.feeds import Rendered, rendered
from node.storage import story_shelf
from node.storage.story_shelf import Shelved
from schemas import atom_feed, json_feed
from schemas.canonical import EXTENSION
from schemas.page import Page
from schemas.story_feed import StoriesHead, dump_head

JSON_NAME, ATOM_NAME = "stories.json", "stories.atom"
A_PAGE, RECENT = 100, 50
_AFTER = re.compile(r"(\d{1,12}) (\S{1,2048})\Z")


def json_document(node: Node, title: str, own: bool, after: str) -> Rendered:
    """A page of all stories, or of this node's ``own``; ``after`` is where the page before ended."""
    url = node.settings.url
    asked = _AFTER.match(after)
    with node.database.read() as tx:
        begin = (int(asked[1]), asked[2]) if asked else None
        found = story_shelf.newest(tx, A_PAGE + 1, begin, own)
        marks = story_shelf.marks(tx, own) if begin is None else []
    rows, more = found[:A_PAGE], len(found) > A_PAGE
    members = {
        "version": json_feed.VERSION_URL,
        "title": f"{title}: {node.settings.node_name}",
        "home_page_url": f"{url}stories",
        "feed_url": _address(url, own, after if asked else ""),
        "language": node.settings.language,
        EXTENSION: dump_head(StoriesHead(url, len(marks), _digest(marks)) if begin is None else StoriesHead(url)),
    }
    if more:
        members["next_url"] = _address(url, own, f"{rows[-1].published_at} {rows[-1].id}")
    body = orjson.dumps(members)[:-1] + b',"items":[' + b",".join(row.item.encode() for row in rows) + b"]}"
    return rendered("stories", body)


def own_address(url: str) -> str:
    """Where a node whose address is ``url`` publishes its own stories."""
    return _address(url, True, "")


def _address(url: str, own: bool, after: str) -> str:
    pairs = [*([("own", "1")] if own else []), *([("after", after)] if after else [])]
    return f"{url}{JSON_NAME}" + (f"?{urlencode(pairs)}" if pairs else "")


def _digest(marks: list[tuple[str, str]]) -> str:
    whole = hashlib.sha256()
    for id_, item in marks:
        whole.update(f"{id_}\0{item}\0".encode("utf-8", "surrogatepass"))
    return whole.hexdigest()


def atom_document(node: Node, title: str) -> Rendered:
    """The newest stories for feed readers."""
    url = node.settings.url
    with node.database.read() as tx:
        rows = story_shelf.newest(tx, RECENT)
    page = Page(
        format="atom",
        title=f"{title}: {node.settings.node_name}",
        items=tuple(_plain(row) for row in rows),
        home_page_url=f"{url}stories",
        feed_url=url + ATOM_NAME,
        language=node.settings.language,
    )
    return rendered("stories", atom_feed.encode(page))


def _plain(row: Shelved) -> dict[str, object]:
    """What a feed reader shows: the story and who tells it. Our own members mean listings in Atom, so they stay out."""
    item: dict[str, object] = orjson.loads(row.item)
    item.pop(EXTENSION)
    item.setdefault("date_modified", datetime.fromtimestamp(row.changed_at, UTC).isoformat())
    return item
