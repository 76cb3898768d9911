"""What is shown of an own story: put on the shelf, or taken from it, when it changes or its other side says a word."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import orjson

from federation.facts import seconds, short_key
from node.context import Node
from node.storage import handed_on, stories, story_shelf
from node.storage.engine import Tx
from node.storage.stories import PUBLISHED, YES, OwnStory
from node.storage.story_shelf import FINE, Shelved
from schemas.story import Story, digest, dump_story, load_story, shown_as

PATH = "stories/"


def id_of(node: Node, key: str) -> str:
    """The id of a story that is told here, which is also its page's address."""
    return f"{node.settings.url}{PATH}{key}"


def load(document: str) -> Story:
    """A story as it was kept."""
    return load_story(orjson.loads(document))


def has_agreed(own: OwnStory, story: Story) -> bool:
    """Whether the other organisation has said yes to the very words and photos of a story."""
    return own.consent == YES and own.agreed_to == digest(story)


def shown(own: OwnStory) -> Story | None:
    """A story as everyone sees it; None where there is nothing to show."""
    if own.state != PUBLISHED or own.document is None:
        return None
    whole = load(own.document)
    story = shown_as(whole, has_agreed(own, whole))
    if story is None or own.answered_at is None:
        return story
    answered = datetime.fromtimestamp(own.answered_at, UTC)
    return replace(story, date_modified=max(story.date_modified, answered))


def shelve(tx: Tx, node: Node, key: str) -> Story | None:
    """Bring the shelf in step with a story; as it is shown now: not at all once its organisation is elsewhere."""
    own = stories.by_key(tx, key)
    has_moved = own is not None and handed_on.of(tx, own.organisation_id) is not None
    story = shown(own) if own is not None and not has_moved else None
    if story is None:
        story_shelf.drop(tx, [id_of(node, key)])
    else:
        story_shelf.put(tx, [row_of(story, key, node.now)])
    return story


def row_of(story: Story, key: str, now: int, source_id: int | None = None, problems: str = FINE) -> Shelved:
    """The row of a story on the shelf."""
    return Shelved(
        id=story.id,
        key=key,
        source_id=source_id,
        item=orjson.dumps(dump_story(story)).decode(),
        problems=problems,
        title=story.title,
        organisation_key=short_key(story.organisation.id),
        other_key=short_key(story.other.id) if story.other.id else "",
        category=story.handed.category,
        published_at=min(seconds(story.date_published), now),
        changed_at=min(seconds(story.date_modified), now),
    )
