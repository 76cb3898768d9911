"""Success stories as the desk shows them: the list, the form, the preview, an answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from flask import g, request

from node.context import Node
from node.services.identity.members import EDITOR, Member
from node.services.pictures import uploads
from node.services.stories import consent, handed, moderating, shelving, writing
from node.services.stories.consent import Asked
from node.services.stories.handed import Told
from node.services.stories.writing import PEOPLE, Judged
from node.storage import stories as stored
from node.storage.engine import Tx
from node.storage.stories import PUBLISHED, OwnStory
from node.web.desk.photo_form import photo_fields
from node.web.form_state import form_at
from node.web.inside import head
from node.web.portal.cards import moment
from node.web.portal.marked import marked_texts
from node.web.stories.view import begin_path, card_of, paths_for, story_path, view_of, with_whom
from node.web.stories.views import answers_to, state_of
from node.web.view_models.desk import DeskFrame
from node.web.view_models.desk_listings import DeskWords
from node.web.view_models.desk_photos import PhotoFields
from node.web.view_models.parts import Choice
from node.web.view_models.stories import (
    DeskStoriesPage,
    DeskStoryFormPage,
    DeskStoryPreviewPage,
    DeskStoryRow,
    DeskStoryVersion,
    DeskStoryWordPage,
    StoryToTell,
)
from node.web.wording.code_words import word
from node.web.wording.phrases import say as _
from node.web.wording.said import plain
from schemas.listing import Image
from schemas.story import MOST_PHOTOS, Other, Story, shown_as

MOST_TO_TELL, MOST_ROWS = 12, 200


def list_page(node: Node, member: Member, frame: DeskFrame) -> DeskStoriesPage:
    with node.database.read() as tx:
        told = stored.of_organisation(tx, member.organisation_id, MOST_ROWS)
        of_us = stored.about(tx, member.organisation_id, MOST_ROWS)
        to_tell = _to_tell(tx, node, member, {one.exchange for one in told})
    hidden = moderating.hidden(node, [shelving.id_of(node, one.key) for one in told])
    start = f"/desk/{member.slug}/stories"
    return DeskStoriesPage(
        head=head(_("Stories")),
        desk=frame,
        to_tell=to_tell,
        told=tuple(_row(node, one, start, hidden.get(shelving.id_of(node, one.key))) for one in told),
        of_us=tuple(_of_us(node, one, start) for one in of_us),
        may_write=member.may(EDITOR),
    )


def latest_to_tell(node: Node, member: Member) -> StoryToTell | None:
    """The latest handover of which there is no story."""
    with node.database.read() as tx:
        told = stored.of_organisation(tx, member.organisation_id, MOST_ROWS)
        return next(iter(_to_tell(tx, node, member, {one.exchange for one in told})), None)


def _to_tell(tx: Tx, node: Node, member: Member, known: set[str]) -> tuple[StoryToTell, ...]:
    fresh = [one for one in handed.handovers(tx, node, member.organisation_id) if one.exchange not in known]
    return tuple(_begin(one, member.slug) for one in fresh[:MOST_TO_TELL])


def _begin(told: Told, slug: str) -> StoryToTell:
    return StoryToTell(told.handed.title, begin_path(slug, told.exchange), with_whom(told.other), told.handed.ended)


def _row(node: Node, own: OwnStory, start: str, reason: str | None) -> DeskStoryRow:
    state, story = _state(own, reason), shelving.shown(own)
    path = f"{start}/{own.key}"
    may_hide = g.account.operator and own.state == PUBLISHED
    return DeskStoryRow(
        title=own.title or _("Without a title"),
        path=request.script_root + path,
        state=state,
        saved=moment(own.saved_at),
        consent=consent_of(own),
        other=_name_of(own),
        public_path=story_path(own.key) if story is not None and reason is None else "",
        reason=reason or "",
        hide=form_at(f"{path}/hide", {"do": "hide"}) if may_hide and reason is None else None,
        show=form_at(f"{path}/hide", {"do": "show"}) if may_hide and reason is not None else None,
    )


def _state(own: OwnStory, reason: str | None) -> str:
    if reason is not None:
        return "hidden"
    return "waiting" if own.state == PUBLISHED and shelving.shown(own) is None else own.state


def consent_of(own: OwnStory) -> str:
    """What the other organisation said to what is published now: none, asked, yes or no."""
    if own.document is None or own.state != PUBLISHED or own.consent != stored.YES:
        return own.consent
    return stored.YES if shelving.has_agreed(own, shelving.load(own.document)) else stored.ASKED


def _name_of(own: OwnStory) -> str:
    return (shelving.load(own.document).other.name or "") if own.document else ""


def _of_us(node: Node, own: OwnStory, start: str) -> DeskStoryRow:
    """A story of others: there is always a document, as it is published."""
    story = shelving.load(own.document or "{}")
    return DeskStoryRow(
        title=story.title,
        path=f"{request.script_root}{start}/{own.key}/word",
        state=_state(own, None),
        saved=moment(own.saved_at),
        consent=consent_of(own),
        other=story.organisation.name,
        public_path=story_path(own.key) if shelving.shown(own) else "",
    )


def form_page(
    node: Node, member: Member, own: OwnStory, errors: Mapping[str, str], frame: DeskFrame
) -> DeskStoryFormPage:
    path = f"/desk/{member.slug}/stories/{own.key}"
    told, versions = _told(node, own)
    typed = {**own.typed, "story": own.key, "exchange": own.exchange}
    judged = writing.judge(node, own)
    reason = moderating.hidden(node, [shelving.id_of(node, own.key)]).get(shelving.id_of(node, own.key))
    is_published = own.state == PUBLISHED
    return DeskStoryFormPage(
        head=head(_("Tell what became of it")),
        desk=frame,
        form=form_at(path, typed, errors),
        handed=told.handed.title if told else "",
        with_whom=with_whom(told.other if told else Other("person")),
        photos=_photos(node, member, own),
        people=tuple(Choice(code, word(code, "story_people"), own.typed.get("people") == code) for code in PEOPLE),
        words=words_of(judged),
        other=(told.other.name or "") if told else "",
        consent=consent_of(own),
        asked=consent.was_asked(node, own) if own.consent == stored.ASKED else True,
        state=_state(own, reason),
        saved=moment(own.saved_at) if own.saved_at else None,
        saved_by=own.saved_by,
        withdraw=form_at(path, {"then": "withdraw", "story": own.key}) if is_published else None,
        discard=form_at(path, {"then": "discard", "story": own.key}) if own.saved_at and not is_published else None,
        public_path=story_path(own.key) if shelving.shown(own) and reason is None else "",
        list_path=f"{request.script_root}/desk/{member.slug}/stories",
        reason=reason or "",
        versions=versions,
    )


def _told(node: Node, own: OwnStory) -> tuple[Told | None, tuple[DeskStoryVersion, ...]]:
    with node.database.read() as tx:
        told = handed.handover(tx, node, own.organisation_id, own.exchange)
        known = stored.versions(tx, own.key)
    if told is None and own.document:
        before = shelving.load(own.document)
        told = Told(own.exchange, before.handed, before.other)
    rows = [
        DeskStoryVersion(moment(one.at), one.by, one.change, shelving.load(one.document).title) for one in known[::-1]
    ]
    return told, tuple(rows)


def _photos(node: Node, member: Member, own: OwnStory) -> PhotoFields:
    images: Sequence[Image] = writing.pictures_of(own)
    paths = paths_for(node, ())
    fields = photo_fields(node, member, uploads.of_images(node, images), paths)
    return PhotoFields(fields.upload_path, fields.items, MOST_PHOTOS, fields.most_mb, fields.media_path)


def words_of(judged: Judged) -> DeskWords:
    """What is said about the words of a draft; nothing where they are free of doubt."""
    if not judged.doubts:
        return DeskWords()
    reasons = tuple(plain(problem.message) for problem in judged.doubts)
    return DeskWords(refused=judged.refused, reasons=reasons, texts=marked_texts(judged.item, judged.doubts))


def preview_page(node: Node, member: Member, own: OwnStory, judged: Judged, frame: DeskFrame) -> DeskStoryPreviewPage:
    """What people would see if it were published now."""
    story, path = judged.story, f"/desk/{member.slug}/stories/{own.key}"
    shown = _as_shown(own, story) if story else None
    paths = paths_for(node, [shown] if shown else [])
    return DeskStoryPreviewPage(
        head=head(_("This is how people will see it.")),
        desk=frame,
        publish=form_at(f"{path}/publish", {"then": "appeal" if judged.refused else "publish"}),
        back_path=request.script_root + path,
        story=view_of(shown, paths) if shown else None,
        card=card_of(shown, own.key, paths) if shown else None,
        other=(story.other.name or "") if story else "",
        refused=judged.refused,
    )


def _as_shown(own: OwnStory, story: Story) -> Story | None:
    return shown_as(story, shelving.has_agreed(own, story))


def told_words(node: Node, own: OwnStory) -> str:
    """What is said to who has just published a story."""
    other = _name_of(own)
    if not other or consent_of(own) == stored.YES:
        return _("Thank you for telling it. Everyone can read it now.")
    if shelving.shown(own) is None:
        return _("Your words name %(other)s, so it is shown as soon as they say yes.", other=other)
    return _("Thank you. Everyone can read it now, without the name of %(other)s until they say yes.", other=other)


def word_page(node: Node, member: Member, asked: Asked, frame: DeskFrame, wrong: str) -> DeskStoryWordPage:
    yes, no = answers_to(asked, f"/desk/{member.slug}/stories/{asked.own.key}/word")
    may = member.may(EDITOR)
    return DeskStoryWordPage(
        head=head(_("May your name stand there?")),
        desk=frame,
        story=view_of(asked.story, paths_for(node, [asked.story])),
        state=state_of(asked),
        list_path=f"{request.script_root}/desk/{member.slug}/stories",
        yes=yes if may else None,
        no=no if may else None,
        wrong=wrong,
    )
