"""From a story to what pages show of it: its card, and the whole. Reads no database but for our copies of photos."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from urllib.parse import urlencode

from flask import request

from federation.facts import short_key
from node.context import Node
from node.services.catalogue import shown as services
from node.services.stories.reading import Shown
from node.web.portal.cards import Paths, sign_of
from node.web.portal.scene import scene_of
from node.web.view_models.parts import FeedLink, Image, Link, StoryCard
from node.web.view_models.stories import StoryView
from node.web.wording.code_words import word
from node.web.wording.phrases import say as _
from node.web.wording.prose import paragraphs
from node.web.wording.words import clip
from schemas import atom_feed, json_feed
from schemas.story import PERSON, Other, Story

LIST_PATH, JSON_PATH, ATOM_PATH = "/stories", "/stories.json", "/stories.atom"
LONGEST_EXCERPT = 180


def story_path(key: str) -> str:
    return f"{request.script_root}{LIST_PATH}/{key}"


def begin_path(slug: str, exchange: str) -> str:
    """Where an organisation here begins the story of a handover."""
    return f"{request.script_root}/desk/{slug}/stories/new?{urlencode({'exchange': exchange})}"


def feed_links() -> tuple[FeedLink, ...]:
    root = request.script_root
    return (
        FeedLink(_("Stories as JSON Feed"), root + JSON_PATH, json_feed.MEDIA_TYPE),
        FeedLink(_("Stories as Atom"), root + ATOM_PATH, atom_feed.MEDIA_TYPE),
    )


def cards_of(node: Node, shown: Sequence[Shown]) -> tuple[StoryCard, ...]:
    """The cards of stories, with our copies of their photos."""
    paths = paths_for(node, [one.story for one in shown])
    return tuple(card_of(one.story, one.key, paths) for one in shown)


def paths_for(node: Node, stories: Iterable[Story]) -> Paths:
    """Where pages are, with what we have of the photos of these stories."""
    addresses = {image.url for story in stories for image in story.images}
    return replace(scene_of(node, ()).paths, copies=services.copies(node, addresses))


def card_of(story: Story, key: str, paths: Paths) -> StoryCard:
    return StoryCard(
        path=story_path(key),
        title=story.title,
        excerpt=clip(story.content_text, LONGEST_EXCERPT),
        organisation=story.organisation.name,
        with_whom=with_whom(story.other),
        sign=sign_of(story.handed.direction, story.handed.action),
        root=story.handed.category.partition("/")[0],
        image=next(iter(_pictures(story, paths, small=True)), None),
        told=story.date_published,
        language=story.language,
    )


def with_whom(other: Other) -> str:
    """Who the other side was, in words: by its name, or as somebody of its kind."""
    if other.name:
        return other.name
    if other.type == PERSON:
        return _("somebody nearby")
    return word(other.type, "story_other")


def view_of(story: Story, paths: Paths, handed_path: str = "") -> StoryView:
    """The whole of a story; ``handed_path`` leads to the listing of what changed hands, where that is still shown."""
    other = story.other
    return StoryView(
        title=story.title,
        body=paragraphs(story.content_text),
        organisation=Link(story.organisation.name, _organisation(story.organisation.id, paths)),
        handed=Link(story.handed.title, handed_path),
        sign=sign_of(story.handed.direction, story.handed.action),
        root=story.handed.category.partition("/")[0],
        language=story.language,
        images=_pictures(story, paths),
        other=Link(other.name, _organisation(other.id, paths)) if other.name and other.id else None,
        with_whom=with_whom(other),
        quantity=story.handed.quantity,
        ended=story.handed.ended,
        told=story.date_published,
        changed=story.date_modified if story.date_modified.date() > story.date_published.date() else None,
    )


def _organisation(organisation_id: str, paths: Paths) -> str:
    return paths.organisation(organisation_id, short_key(organisation_id))


def _pictures(story: Story, paths: Paths, small: bool = False) -> tuple[Image, ...]:
    found = (paths.picture(image.url, image.alt or "", small) for image in story.images)
    return tuple(image for image in found if image is not None)
