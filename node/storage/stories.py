"""The stories that organisations of this node tell: as they were typed, as they were published, and their versions."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

import orjson
from sqlalchemy import Row, and_, delete, func, select, update

from node.storage.among import among
from node.storage.engine import Tx
from node.storage.story_tables import stories, story_versions
from node.storage.upsert import upsert
from schemas.records import dataclass

DRAFT, PUBLISHED, WITHDRAWN = "draft", "published", "withdrawn"
STATES = (DRAFT, PUBLISHED, WITHDRAWN)
NONE, ASKED, YES, NO = "none", "asked", "yes", "no"
CONSENTS = (NONE, ASKED, YES, NO)

_c = stories.c


@dataclass(frozen=True, slots=True)
class OwnStory:
    """A story of an organisation here. ``typed`` and ``images`` (dicts of url and alt) are what the form holds.

    ``document`` is the item as it was last published, with the other organisation's name, or None. ``consent`` is what
    that organisation (``other_id``, or blank) said, ``agreed_to`` the digest of what it said yes to. Moments are whole
    seconds since 1970.
    """

    key: str
    organisation_id: str
    exchange: str
    typed: Mapping[str, str]
    images: tuple[Mapping[str, str], ...] = ()
    saved_at: int = 0
    saved_by: str = ""
    state: str = DRAFT
    document: str | None = None
    published_at: int | None = None
    other_id: str = ""
    consent: str = NONE
    agreed_to: str = ""
    answered_at: int | None = None

    @property
    def title(self) -> str:
        return self.typed.get("title", "")


@dataclass(frozen=True, slots=True)
class StoryVersion:
    """What a story said after a change by somebody."""

    key: str
    at: int
    by: str
    change: str
    document: str


_PLAIN = tuple(name for name in OwnStory.__slots__ if name not in ("typed", "images"))


def put(tx: Tx, story: OwnStory) -> None:
    """Keep a story as it is now."""
    values = {name: getattr(story, name) for name in _PLAIN}
    values["typed"] = orjson.dumps(dict(story.typed)).decode()
    values["images"] = orjson.dumps([dict(image) for image in story.images]).decode()
    upsert(tx, stories, [values], kept=("organisation_id",))


def answer(tx: Tx, key: str, consent: str, agreed_to: str, at: int) -> None:
    """Keep what the other organisation said."""
    tx.execute(update(stories).where(_c.key == key).values(consent=consent, agreed_to=agreed_to, answered_at=at))


def by_key(tx: Tx, key: str, lock: bool = False) -> OwnStory | None:
    """A story; with ``lock`` others who would change it wait until this transaction ends."""
    query = select(stories).where(_c.key == key)
    row = tx.execute(query.with_for_update() if lock else query).first()
    return _story(row) if row else None


def of_organisation(tx: Tx, organisation_id: str, limit: int) -> list[OwnStory]:
    """The stories of an organisation, the latest saved first."""
    query = select(stories).where(_c.organisation_id == organisation_id).order_by(_c.saved_at.desc(), _c.key)
    return [_story(row) for row in tx.execute(query.limit(limit))]


def about(tx: Tx, organisation_id: str, limit: int) -> list[OwnStory]:
    """What other organisations here publish of this one, the latest saved first."""
    theirs = and_(_c.other_id == organisation_id, _c.state == PUBLISHED)
    query = select(stories).where(theirs).order_by(_c.saved_at.desc(), _c.key)
    return [_story(row) for row in tx.execute(query.limit(limit))]


def count_asked(tx: Tx, organisation_id: str) -> int:
    """How many stories of others wait for this organisation's word."""
    where = and_(_c.other_id == organisation_id, _c.state == PUBLISHED, _c.consent == ASKED)
    return int(tx.execute(select(func.count()).select_from(stories).where(where)).scalar_one())


def of_exchange(tx: Tx, organisation_id: str, exchange: str) -> OwnStory | None:
    """What an organisation tells of an exchange, the latest of it."""
    query = select(stories).where(_c.organisation_id == organisation_id, _c.exchange == exchange)
    row = tx.execute(query.order_by(_c.saved_at.desc(), _c.key).limit(1)).first()
    return _story(row) if row else None


def published(tx: Tx) -> Iterator[OwnStory]:
    """All that is published, with or without its other organisation's yes."""
    return (_story(row) for row in tx.execute(select(stories).where(_c.state == PUBLISHED).order_by(_c.key)))


def count(tx: Tx, organisation_id: str) -> int:
    query = select(func.count()).select_from(stories).where(_c.organisation_id == organisation_id)
    return int(tx.execute(query).scalar_one())


def remove(tx: Tx, key: str) -> None:
    """Forget a story and its versions."""
    tx.execute(delete(story_versions).where(story_versions.c.key == key))
    tx.execute(delete(stories).where(_c.key == key))


def note(tx: Tx, version: StoryVersion) -> None:
    """Add what a story says now, and who did it."""
    tx.execute(story_versions.insert().values({name: getattr(version, name) for name in StoryVersion.__slots__}))


def versions(tx: Tx, key: str) -> list[StoryVersion]:
    """What a story said, in order."""
    v = story_versions.c
    rows = tx.execute(select(story_versions).where(v.key == key).order_by(v.id))
    return [StoryVersion(*(getattr(row, name) for name in StoryVersion.__slots__)) for row in rows]


def count_versions(tx: Tx, key: str, change: str, since: int) -> int:
    """How often a story was changed in this way since then."""
    v = story_versions.c
    query = select(func.count()).select_from(story_versions).where(v.key == key, v.change == change, v.at >= since)
    return int(tx.execute(query).scalar_one())


def shown_of_exchanges(tx: Tx, exchanges: Collection[str]) -> list[OwnStory]:
    """The published stories that tell of these exchanges."""
    query = select(stories).where(among(tx, _c.exchange, exchanges), _c.state == PUBLISHED).order_by(_c.key)
    return [_story(row) for row in tx.execute(query)]


def _story(row: Row[Any]) -> OwnStory:
    plain = {name: getattr(row, name) for name in _PLAIN}
    return OwnStory(**plain, typed=orjson.loads(row.typed), images=tuple(orjson.loads(row.images)))
