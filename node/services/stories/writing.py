"""Telling a story at the desk: kept while it is typed, judged, published, taken back. Nothing that was typed is lost.

A story is its organisation's: every member sees its draft, and nobody else.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import field, replace
from datetime import UTC, datetime
from typing import Any

import orjson

from node.context import Node
from node.services.identity.audit import Who, record
from node.services.pictures import uploads
from node.services.pictures.upload_names import FOLDER as MEDIA
from node.services.stories import consent, handed, shelving
from node.services.stories.handed import Told
from node.storage import exchange_people, handed_on, listings, organisations, stories
from node.storage.engine import Tx
from node.storage.stories import ASKED, DRAFT, NONE, PUBLISHED, WITHDRAWN, OwnStory, StoryVersion
from schemas.errors import Problem, SharefeedError
from schemas.fields import FORBIDDEN
from schemas.free.explain import NOT_FREE_WORDS, word_problems
from schemas.listing import Image
from schemas.records import dataclass
from schemas.story import (
    LONGEST_TEXT,
    LONGEST_TITLE,
    MOST_PHOTOS,
    PERSON,
    Story,
    Teller,
    digest,
    dump_story,
    names,
    word_item,
)

FIELDS = ("title", "text", "people", "appeal")
NOBODY, AGREED = "nobody", "agreed"
PEOPLE = (NOBODY, AGREED)
"""What is said of the photos: nobody can be recognised, or everyone who can has agreed."""
MOST_STORIES = 500
LONGEST_TYPED = 20_000
_KEY = re.compile(r"[A-Za-z0-9_-]{16}\Z")

NO_TITLE = "Give it a title, in a few words."
LONG_TITLE = f"The title has more than {LONGEST_TITLE} letters. Make it shorter."
NO_TEXT = "Tell what happened, in a few sentences."
LONG_TEXT = f"This has more than {LONGEST_TEXT} letters. Make it a little shorter."
BAD_TEXT = "There is a sign in this that cannot be shown. Type it anew without it."
NO_ALT = "Say in a few words what each photo shows, for those who cannot see it."
NO_PEOPLE = "Say whether anybody can be recognised in the photos, and has agreed."
MANY_PHOTOS = f"A story has at most {MOST_PHOTOS} photos. Remove some of them."
PERSON_NAMED = "This names a person. Leave the name out: no story here says who somebody is."
NOT_A_STORY = "This reads like an advert. Tell what happened, and leave prices and offers out."
GONE = "This handover is not there any more, so there is nothing to tell of."


class StoryError(SharefeedError):
    """A story that cannot be kept or is not there (any more). What was kept before is as it was."""


class StoryNotPublishedError(StoryError):
    """A story that cannot be published as it is: ``errors`` are sentences by field. What was typed is kept."""

    def __init__(self, errors: Mapping[str, str]) -> None:
        self.errors = dict(errors)
        super().__init__(" ".join(self.errors.values()))


@dataclass(frozen=True, slots=True)
class Judged:
    """A draft as it would be published: the story, or ``errors`` by field; what its words (``item``) leave in doubt.

    ``refused``: they are a clear case, so that it cannot be published without an appeal.
    """

    story: Story | None
    errors: Mapping[str, str] = field(default_factory=dict)
    item: Mapping[str, Any] = field(default_factory=dict)
    doubts: tuple[Problem, ...] = ()

    @property
    def refused(self) -> bool:
        return any(problem.code == NOT_FREE_WORDS for problem in self.doubts)


def new_key() -> str:
    return secrets.token_urlsafe(12)


def begin(node: Node, organisation_id: str, exchange: str) -> OwnStory | None:
    """What an organisation tells of a handover: what it has begun, else a fresh draft that is not kept yet.

    It has the listing's own photos at the beginning. None where there is no such handover.
    """
    with node.database.read() as tx:
        known = stories.of_exchange(tx, organisation_id, exchange)
        told = handed.handover(tx, node, organisation_id, exchange)
        if known is not None or told is None:
            return known
        photos = _photos_of(tx, node, organisation_id, told)
    return OwnStory(new_key(), organisation_id, exchange, dict.fromkeys(FIELDS, ""), photos)


def _photos_of(tx: Tx, node: Node, organisation_id: str, told: Told) -> tuple[Mapping[str, str], ...]:
    """The photos of the listing, where it is this organisation's and they were sent here."""
    key = (told.handed.listing or "").rpartition("/")[2]
    row = listings.by_key(tx, key) if key else None
    if row is None or row.organisation_id != organisation_id:
        return ()
    mine = [image for image in row.listing().images if image.url.startswith(f"{node.settings.url}{MEDIA}/")]
    return tuple({"url": image.url, "alt": image.alt or ""} for image in mine[:MOST_PHOTOS])


def save(node: Node, story: OwnStory) -> OwnStory:
    """Keep what was typed, under a key that `new_key` made; as it is kept. Raises `StoryError`."""
    if not _KEY.match(story.key):
        raise StoryError("This is no form of ours. Nothing was saved; begin again from the list of your stories.")
    typed = {name: _kept(story.typed.get(name, "")) for name in FIELDS}
    with node.database.write() as tx:
        known = stories.by_key(tx, story.key, lock=True)
        if known is None:
            _check_new(tx, node, story)
            known = replace(story, state=DRAFT, document=None, published_at=None, consent=NONE, other_id="")
        elif known.organisation_id != story.organisation_id:
            raise StoryError("This is no form of ours. Nothing was saved; begin again from the list of your stories.")
        kept = replace(known, typed=typed, images=story.images, saved_at=node.now, saved_by=story.saved_by)
        stories.put(tx, kept)
        _keep_photos(tx, node, kept)
    return kept


def _check_new(tx: Tx, node: Node, story: OwnStory) -> None:
    if handed.handover(tx, node, story.organisation_id, story.exchange) is None:
        raise StoryError(GONE)
    if stories.count(tx, story.organisation_id) >= MOST_STORIES:
        raise StoryError(f"There are {MOST_STORIES} stories already. Delete some of them first.")


def _kept(text: str) -> str:
    """What can be kept of a text: no database holds NUL, nor half of a character."""
    plain = text[:LONGEST_TYPED].replace("\x00", "").replace("\r\n", "\n")
    return plain.encode("utf-8", "ignore").decode()


def _keep_photos(tx: Tx, node: Node, own: OwnStory) -> None:
    uploads.keep_in(tx, node, own.organisation_id, consent.topic_of(own.key), uploads.of_images(node, pictures_of(own)))


def pictures_of(own: OwnStory) -> tuple[Image, ...]:
    """The photos of a draft as a story has them."""
    return tuple(Image(one["url"], one.get("alt") or None) for one in own.images)


def own(node: Node, organisation_id: str, key: str) -> OwnStory | None:
    """A story of this organisation; None where it has none of this key."""
    with node.database.read() as tx:
        found = stories.by_key(tx, key)
    return found if found is not None and found.organisation_id == organisation_id else None


def judge(node: Node, draft: OwnStory) -> Judged:
    """What a draft would be if it were published now."""
    with node.database.read() as tx:
        return _judged(tx, node, draft)


def _judged(tx: Tx, node: Node, draft: OwnStory) -> Judged:
    told = handed.handover(tx, node, draft.organisation_id, draft.exchange) or _as_before(draft)
    host = organisations.by_ids(tx, [draft.organisation_id]).get(draft.organisation_id)
    if told is None or host is None:
        return Judged(None, {"": GONE})
    item = word_item(draft.title, draft.typed.get("text", ""), told.handed, host.organisation.type)
    doubts, errors = word_problems(item), dict(_errors(draft))
    if errors:
        return Judged(None, errors, item, doubts)
    teller = Teller(host.organisation.id, host.organisation.name, host.organisation.type)
    story = _story(node, draft, told, teller)
    if _names_person(tx, node, story, draft.exchange):
        return Judged(None, {"text": PERSON_NAMED}, item, doubts)
    return Judged(story, {}, item, doubts)


def _story(node: Node, draft: OwnStory, told: Told, teller: Teller) -> Story:
    now = datetime.fromtimestamp(node.now, UTC)
    first = now if draft.published_at is None else datetime.fromtimestamp(draft.published_at, UTC)
    return Story(
        id=shelving.id_of(node, draft.key),
        url=shelving.id_of(node, draft.key),
        title=" ".join(draft.title.split()),
        content_text=draft.typed["text"].strip(),
        language=node.settings.language,
        date_published=first,
        date_modified=now,
        organisation=teller,
        handed=told.handed,
        other=told.other,
        images=pictures_of(draft),
    )


def _as_before(draft: OwnStory) -> Told | None:
    """The handover as the story had it when it was published: what is known of exchanges may go."""
    if draft.document is None:
        return None
    before = shelving.load(draft.document)
    return Told(draft.exchange, before.handed, before.other)


def _errors(draft: OwnStory) -> Iterator[tuple[str, str]]:
    title, text = " ".join(draft.title.split()), draft.typed.get("text", "").strip()
    if not title or len(title) > LONGEST_TITLE:
        yield "title", LONG_TITLE if title else NO_TITLE
    if not text or len(text) > LONGEST_TEXT:
        yield "text", LONG_TEXT if text else NO_TEXT
    for name, value in (("title", title), ("text", text)):
        if FORBIDDEN.search(value):
            yield name, BAD_TEXT
    yield from _wrong_photos(draft)


def _wrong_photos(draft: OwnStory) -> Iterator[tuple[str, str]]:
    if len(draft.images) > MOST_PHOTOS:
        yield "photo_file", MANY_PHOTOS
    bare = next((at for at, image in enumerate(draft.images, 1) if not image.get("alt", "").strip()), None)
    if bare is not None:
        yield f"photo-{bare}", NO_ALT
    if draft.images and draft.typed.get("people") not in PEOPLE:
        yield "people", NO_PEOPLE


def _names_person(tx: Tx, node: Node, story: Story, exchange: str) -> bool:
    """Whether it names who asked, as long as that is known here. A name of one word must be written as it is."""
    number = handed.local_id(node, exchange)
    person = exchange_people.of(tx, number) if number and story.other.type == PERSON else None
    if person is None or not person.name.strip():
        return False
    if len(person.name.split()) > 1:
        return names(story, person.name)
    return re.search(rf"\b{re.escape(person.name.strip())}\b", f"{story.title}\n{story.content_text}") is not None


def publish(node: Node, draft: OwnStory, by: Who, appeal: bool = False) -> OwnStory:
    """Publish what was saved of a story, in place of what it said before, and ask the other organisation.

    With ``appeal`` its teller says that it is no advert although it reads like one. Raises `StoryNotPublishedError`.
    """
    with node.database.write() as tx:
        kept = stories.by_key(tx, draft.key, lock=True)
        if kept is None or kept.organisation_id != draft.organisation_id:
            raise StoryError(GONE)
        _refuse_moved(tx, kept)
        judged = _judged(tx, node, kept)
        if judged.story is None:
            raise StoryNotPublishedError(judged.errors)
        if judged.refused and not appeal:
            raise StoryNotPublishedError({"text": NOT_A_STORY})
        after = _published(kept, judged.story)
        stories.put(tx, after)
        _note(tx, node, after, by, PUBLISHED)
        shelving.shelve(tx, node, after.key)
        consent.ask(tx, node, after)
        _ask_operator(tx, node, judged)
    return after


def _refuse_moved(tx: Tx, kept: OwnStory) -> None:
    moved = handed_on.of(tx, kept.organisation_id)
    if moved is not None:
        raise StoryError(f"This organisation moved to {moved.to}. Its stories are told there now.")


def _published(kept: OwnStory, story: Story) -> OwnStory:
    """The row of a story that says this now. A no of the other organisation stays a no, whatever it says."""
    at = int(story.date_published.timestamp())
    document = orjson.dumps(dump_story(story)).decode()
    other_id = story.other.id or ""
    agrees = kept.consent
    if not other_id:
        agrees = NONE
    elif kept.other_id != other_id or agrees == NONE or (agrees == "yes" and kept.agreed_to != digest(story)):
        agrees = ASKED
    return replace(kept, state=PUBLISHED, document=document, published_at=at, other_id=other_id, consent=agrees)


def _note(tx: Tx, node: Node, after: OwnStory, by: Who, change: str) -> None:
    stories.note(tx, StoryVersion(after.key, node.now, by.name, change, after.document or ""))
    record(tx, node, by, f"story-{change}", after.title, after.organisation_id)


def _ask_operator(tx: Tx, node: Node, judged: Judged) -> None:
    """What is in doubt is shown, as its teller stands in for it, and whoever runs a catalogue looks at it."""
    from node.services.listings.doubted import ask_about

    if judged.story is not None and judged.doubts:
        ask_about(node, tx, {judged.story.id: judged.doubts})


def withdraw(node: Node, story: OwnStory, by: Who) -> None:
    """Show a story no more. What was written is kept, and can be published again."""
    with node.database.write() as tx:
        kept = stories.by_key(tx, story.key, lock=True)
        if kept is None or kept.state != PUBLISHED:
            return
        after = replace(kept, state=WITHDRAWN)
        stories.put(tx, after)
        _note(tx, node, after, by, WITHDRAWN)
        shelving.shelve(tx, node, after.key)
        consent.call_back(tx, after.key)


def discard(node: Node, story: OwnStory, by: Who) -> None:
    """Delete a story that is not published, with its versions and photos."""
    with node.database.write() as tx:
        kept = stories.by_key(tx, story.key, lock=True)
        if kept is None or kept.state == PUBLISHED:
            return
        stories.remove(tx, kept.key)
        _keep_photos(tx, node, replace(kept, images=()))
        record(tx, node, by, "story-deleted", kept.title, kept.organisation_id)
