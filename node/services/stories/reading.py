"""Stories as public pages and feeds show them: the newest, those of an organisation, those beside a listing."""

from __future__ import annotations

from collections.abc import Iterable

import orjson

from federation.facts import short_key
from node.context import Node
from node.storage import story_shelf
from node.storage.story_shelf import Shelved
from schemas.records import dataclass
from schemas.story import Story, load_story

A_PAGE = 12


@dataclass(frozen=True, slots=True)
class Shown:
    """A story that is shown; ``source_id`` is where it was read, None for one that is told here."""

    key: str
    story: Story
    source_id: int | None = None


def newest(node: Node, limit: int) -> list[Shown]:
    with node.database.read() as tx:
        return _shown(story_shelf.newest(tx, limit))


def page(node: Node, number: int) -> tuple[list[Shown], int]:
    """Page ``number`` (from 1) of all stories, the newest first, and how many there are in all."""
    with node.database.read() as tx:
        return _shown(story_shelf.page(tx, A_PAGE, (number - 1) * A_PAGE)), story_shelf.count(tx)


def one(node: Node, key: str) -> Shown | None:
    """The story with this key; None where none is shown."""
    with node.database.read() as tx:
        found = story_shelf.by_key(tx, key)
    return _of(found) if found else None


def of_organisation(node: Node, organisation_id: str, limit: int) -> list[Shown]:
    """What an organisation tells, and what others tell of it by its name."""
    with node.database.read() as tx:
        return _shown(story_shelf.of_organisation(tx, short_key(organisation_id), limit))


def beside(node: Node, organisation_key: str, category: str, limit: int) -> list[Shown]:
    """Stories for the page of a listing: its organisation's, then those about things of its kind."""
    with node.database.read() as tx:
        return _shown(story_shelf.beside(tx, organisation_key, category, limit))


def _shown(rows: Iterable[Shelved]) -> list[Shown]:
    return [_of(row) for row in rows]


def _of(row: Shelved) -> Shown:
    return Shown(row.key, load_story(orjson.loads(row.item)), row.source_id)
