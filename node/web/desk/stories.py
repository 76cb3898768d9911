"""Success stories at the desk: what can be told, writing it, publishing it, and an answer to what others tell of us."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from flask import Blueprint, abort, g, get_template_attribute, jsonify, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from node.context import Node
from node.services.desk.drafts import kept_images
from node.services.identity.audit import by
from node.services.identity.members import EDITOR
from node.services.pictures import uploads
from node.services.stories import consent, moderating, shelving, writing
from node.services.stories.consent import Asked, ConsentError
from node.services.stories.moderating import ModerationError
from node.services.stories.writing import FIELDS, StoryError, StoryNotPublishedError
from node.storage.stories import OwnStory
from node.web import current_node
from node.web.desk import stories_view as views_of
from node.web.desk.frame import desk_frame
from node.web.desk.gate import at_least, guarded, member_now
from node.web.desk.photo_form import SentPhotos, take_large_forms
from node.web.desk.photo_form import read as read_photos
from node.web.desk.saving import Writing
from node.web.form_state import typed_in
from node.web.inside import say, to
from node.web.wording.said import plain

views = guarded("desk_stories_form", EDITOR)
take_large_forms(views)
blueprint = Blueprint("stories_desk", __name__)


@views.get("/<slug>/stories")
def every(slug: str) -> str:
    page = views_of.list_page(current_node(), member_now(), desk_frame("stories"))
    return render_template("desk/stories.html", page=page)


@views.get("/<slug>/stories/new")
@at_least(EDITOR)
def new(slug: str) -> ResponseReturnValue:
    """A story of the handover that the address names; the one that was begun, if there is one."""
    begun = writing.begin(current_node(), member_now().organisation_id, request.args.get("exchange", ""))
    if begun is None:
        say(plain(writing.GONE), ok=False)
        return to(f"/desk/{slug}/stories")
    return to(f"/desk/{slug}/stories/{begun.key}") if begun.saved_at else _form(begun)


@views.get("/<slug>/stories/<key>")
@at_least(EDITOR)
def one(slug: str, key: str) -> str:
    return _form(_own(key))


@views.post("/<slug>/stories/<key>")
def send(slug: str, key: str) -> ResponseReturnValue:
    """Keep what was typed, and do what the button says."""
    node, then, here = current_node(), request.form.get("then", "save"), f"/desk/{slug}/stories"
    if then in ("withdraw", "discard"):
        return _put_away(node, _own(key), then, here)
    typed, photos = _typed(key)
    return _writing().answer(typed, photos, then)


@views.get("/<slug>/stories/<key>/preview")
@at_least(EDITOR)
def preview(slug: str, key: str) -> ResponseReturnValue:
    node, found = current_node(), _own(key)
    judged = writing.judge(node, found)
    if judged.story is None:
        return _form(found, {name: plain(said) for name, said in judged.errors.items()}), 422
    page = views_of.preview_page(node, member_now(), found, judged, desk_frame("stories"))
    return render_template("desk/story_preview.html", page=page)


@views.post("/<slug>/stories/<key>/publish")
def publish(slug: str, key: str) -> ResponseReturnValue:
    """From the preview: with ``then`` appeal, although the words read otherwise."""
    return _go_on(_own(key), request.form.get("then", "publish"))


@views.get("/<slug>/stories/<key>/word")
@at_least(EDITOR)
def word(slug: str, key: str) -> str:
    return _word(_asked(key))


@views.post("/<slug>/stories/<key>/word")
def answer(slug: str, key: str) -> ResponseReturnValue:
    """What this organisation says to being named in a story of another one."""
    node, asked = current_node(), _asked(key)
    try:
        consent.answer(node, asked, request.form.get("says", ""), request.form.get("seen", ""))
    except ConsentError as error:
        return _word(_asked(key), plain(str(error))), 422
    say(_("Thank you, your answer is kept."))
    return to(f"/desk/{slug}/stories/{key}/word")


@views.post("/<slug>/stories/<key>/hide")
def hide(slug: str, key: str) -> ResponseReturnValue:
    """By who runs the node alone."""
    node, found = current_node(), _own(key)
    if not g.account.operator:
        abort(404)
    story_id = shelving.id_of(node, found.key)
    try:
        if request.form.get("do") == "show":
            moderating.show(node, story_id, by(g.account))
        else:
            moderating.hide(node, story_id, request.form.get("reason", ""), by(g.account))
    except ModerationError as error:
        say(plain(str(error)), ok=False)
    return to(f"/desk/{slug}/stories")


def _writing() -> Writing[OwnStory]:
    node, here = current_node(), f"/desk/{member_now().slug}/stories"
    keep = partial(writing.save, node)
    return Writing(keep, StoryError, _form, _saved, lambda kept: f"{here}/{kept.key}", _go_on)


def _put_away(node: Node, found: OwnStory, then: str, here: str) -> ResponseReturnValue:
    if then == "withdraw":
        writing.withdraw(node, found, by(member_now()))
        say(_("It is taken down. What you wrote is kept here."))
        return to(f"{here}/{found.key}")
    writing.discard(node, found, by(member_now()))
    say(_("It was thrown away."))
    return to(here)


def _go_on(kept: OwnStory, then: str) -> ResponseReturnValue:
    node, member = current_node(), member_now()
    here = f"/desk/{member.slug}/stories/{kept.key}"
    if then not in ("publish", "appeal"):
        judged = writing.judge(node, kept)
        if judged.story is None:
            return _form(kept, {name: plain(said) for name, said in judged.errors.items()}), 422
        return to(f"{here}/preview")
    try:
        after = writing.publish(node, kept, by(member), then == "appeal")
    except StoryNotPublishedError as error:
        return _form(kept, {name: plain(said) for name, said in error.errors.items()}), 422
    except StoryError as error:
        return _form(kept, {"": plain(str(error))}), 422
    say(views_of.told_words(node, after))
    return to(f"/desk/{member.slug}/stories")


def _typed(key: str) -> tuple[OwnStory, SentPhotos]:
    """The story as it was sent, and what became of its photos."""
    node, member = current_node(), member_now()
    known = writing.own(node, member.organisation_id, key)
    exchange = known.exchange if known else request.form.get("exchange", "")
    begun = known or OwnStory(key, member.organisation_id, exchange, {})
    typed = typed_in(*FIELDS)
    before = begun if known else writing.begin(node, member.organisation_id, exchange) or begun
    photos = read_photos(node, member, writing.pictures_of(before))
    images = kept_images(uploads.images(node, photos.photos))
    return replace(begun, typed=typed, images=images, saved_by=member.name), photos


def _own(key: str) -> OwnStory:
    found = writing.own(current_node(), member_now().organisation_id, key)
    if found is None:
        abort(404)
    return found


def _asked(key: str) -> Asked:
    member = member_now()
    asked = consent.by_organisation(current_node(), member.organisation_id, key, by(member))
    if asked is None:
        abort(404)
    return asked


def _form(found: OwnStory, errors: dict[str, str] | None = None) -> str:
    page = views_of.form_page(current_node(), member_now(), found, errors or {}, desk_frame("stories"))
    return render_template("desk/story_form.html", page=page)


def _word(asked: Asked, wrong: str = "") -> str:
    page = views_of.word_page(current_node(), member_now(), asked, desk_frame("stories"), wrong)
    return render_template("desk/story_word.html", page=page)


def _saved(kept: OwnStory) -> ResponseReturnValue:
    """What a script needs after saving: where the draft is, and what the words leave in doubt."""
    about = views_of.words_of(writing.judge(current_node(), kept))
    drawn = str(get_template_attribute("macros/story.html", "doubts")(about))
    address = f"{request.script_root}/desk/{member_now().slug}/stories/{kept.key}"
    return jsonify(said=_("Saved"), address=address, words=drawn)


blueprint.register_blueprint(views)
