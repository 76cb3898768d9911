"""Writing a listing: choosing what is shared, the form, saving while it is typed, the preview, publishing."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any

from flask import Blueprint, abort, g, get_template_attribute, jsonify, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from node.services.desk import drafts
from node.services.desk.drafts import DraftError, Judged
from node.services.desk.fields import FIELDS, SIGNS
from node.services.identity.members import EDITOR
from node.services.listings import publishing
from node.services.listings.doubted import is_about_words
from node.services.listings.publishing import OwnListing, PublishingError, UnknownListingError
from node.services.pictures import uploads
from node.storage.desk_drafts import DeskDraft
from node.storage.listings import PAUSED
from node.web import current_node
from node.web.desk.frame import desk_frame
from node.web.desk.gate import at_least, guarded, member_now
from node.web.desk.listing_form_view import asks_of, form_page, new_page, preview_page, published_page
from node.web.desk.listing_form_view import words_of as words_about
from node.web.desk.photo_form import SentPhotos, take_large_forms
from node.web.desk.photo_form import read as read_photos
from node.web.desk.saving import Writing
from node.web.form_state import form_at, sentences, typed_in
from node.web.inside import say, to
from node.web.wording.said import plain

views = guarded("desk_listing_form", EDITOR)
take_large_forms(views)
blueprint = Blueprint("desk_writing", __name__)


@views.get("/<slug>/listings/new")
@at_least(EDITOR)
def new(slug: str) -> str:
    page = new_page(current_node(), member_now(), desk_frame("listings"), request.script_root)
    return render_template("desk/new_listing.html", page=page)


@views.get("/<slug>/listings/new/<sign>")
@at_least(EDITOR)
def begin(slug: str, sign: str) -> str:
    if sign not in SIGNS:
        abort(404)
    return _form(DeskDraft(drafts.new_id(), member_now().organisation_id, None, sign, {}))


@views.get("/<slug>/listings/<key>/edit")
@at_least(EDITOR)
def edit(slug: str, key: str) -> str:
    return _form(drafts.begin_change(current_node(), own_listing(key)))


@views.post("/<slug>/listings/<key>/duplicate")
def duplicate(slug: str, key: str) -> ResponseReturnValue:
    try:
        made = drafts.duplicate(current_node(), own_listing(key), g.member.name)
    except DraftError as error:
        say(plain(str(error)), ok=False)
        return to(f"/desk/{slug}/listings?state=drafts")
    say(_("This is a copy that nobody sees yet."))
    return to(f"/desk/{slug}/drafts/{made.id}")


@views.get("/<slug>/drafts/<draft_id>")
@at_least(EDITOR)
def draft(slug: str, draft_id: str) -> ResponseReturnValue:
    found = _draft(draft_id)
    return _form(found) if found else _gone(draft_id)


def _gone(draft_id: str) -> ResponseReturnValue:
    """Whoever comes back to what is no draft any more is led to what became of it."""
    member = member_now()
    row = drafts.published_as(current_node(), member.organisation_id, member.slug, draft_id)
    if row is not None:
        say(_("It is published already. What you change here, you change there."))
        return to(f"/desk/{member.slug}/listings/{row.key}/edit")
    say(_("This draft is not there any more: somebody published it, or threw it away."), ok=False)
    return to(f"/desk/{member.slug}/listings?state=drafts")


@views.post("/<slug>/drafts/<draft_id>")
def send(slug: str, draft_id: str) -> ResponseReturnValue:
    """Keep what was typed, and do what the button says."""
    node, then = current_node(), request.form.get("then", "save")
    if then == "discard":
        drafts.discard(node, member_now().organisation_id, draft_id)
        say(_("It was thrown away."))
        return to(f"/desk/{slug}/listings?state=drafts")
    typed, photos = _typed(draft_id)
    if then == "autosave" and _is_published(typed):
        return {"problem": _("It is published already. What you change now is kept when you publish it again.")}, 422
    if then != "autosave":
        _say_who_changed_it_too(typed)
    return _writing().answer(typed, photos, then)


def _say_who_changed_it_too(typed: DeskDraft) -> None:
    """Before the draft takes over what others changed: of the same words, only its own will stand."""
    who = drafts.contested_by(current_node(), typed)
    if who:
        text = _(
            "%(who)s changed the same while you wrote. What you wrote stands;"
            " what it said before is kept under “What became of it”.",
            who=who,
        )
        say(text)


def _writing() -> Writing[DeskDraft]:
    node, here = current_node(), f"/desk/{member_now().slug}/drafts"
    keep = partial(drafts.save, node)
    return Writing(keep, DraftError, _form, _saved, lambda kept: f"{here}/{kept.id}", _go_on)


@views.get("/<slug>/drafts/<draft_id>/preview")
@at_least(EDITOR)
def preview(slug: str, draft_id: str) -> ResponseReturnValue:
    node, found = current_node(), _draft(draft_id)
    if found is None:
        return _gone(draft_id)
    judged = _judged(found)
    try:
        shown = drafts.as_shown(node, found, judged)
    except PublishingError as error:
        return _form(found, _errors(judged, error)), 422
    page = preview_page(node, found, shown, judged, request.script_root)
    return render_template("desk/preview.html", page=page)


@views.post("/<slug>/drafts/<draft_id>/publish")
def publish(slug: str, draft_id: str) -> ResponseReturnValue:
    """From the preview: with ``then`` appeal, although the words read otherwise."""
    found = _draft(draft_id)
    return _go_on(found, request.form.get("then", "publish")) if found else _gone(draft_id)


@views.get("/<slug>/listings/<key>/published")
def published(slug: str, key: str) -> ResponseReturnValue:
    row = own_listing(key)
    page = published_page(current_node(), row, desk_frame("listings"), request.script_root, "doubted" in request.args)
    if page is None:
        if row.state == PAUSED:
            say(_("It is kept. It is paused, so nobody sees it until you show it again."))
        else:
            say(_("It is kept as it is, and nobody sees it. “Show for another 90 days” shows it again."))
        return to(f"/desk/{slug}/listings?state={row.state}")
    return render_template("desk/published.html", page=page)


def _go_on(kept: DeskDraft, then: str) -> ResponseReturnValue:
    node, member = current_node(), member_now()
    judged = _judged(kept)
    if then not in ("publish", "appeal"):
        errors = _said_of(judged)
        if errors:
            return _form(kept, errors), 422
        return to(f"/desk/{member.slug}/drafts/{kept.id}/preview")
    try:
        outcome = drafts.publish(node, kept, member.slug, member.name, then == "appeal")
    except PublishingError as error:
        return _form(kept, _errors(judged, error)), 422
    doubted = "?doubted=1" if outcome.doubts else ""
    return to(f"/desk/{member.slug}/listings/{outcome.key}/published{doubted}")


def _errors(judged: Judged, error: PublishingError) -> dict[str, str]:
    """What is wrong, by field; what words are in doubt is said where they are."""
    if judged.read.errors:
        return _said_of(judged)
    if any(is_about_words(problem) for problem in error.problems):
        return {"words-title": _not_free()}
    return sentences(error.problems)


def _not_free() -> str:
    return str(_("This cannot be published as it is: it does not read as free."))


def _said_of(judged: Judged) -> dict[str, str]:
    """What is to be put right before anybody looks at it."""
    refused = {"words-title": _not_free()} if judged.refused else {}
    return refused | {name: plain(said) for name, said in judged.read.errors.items()}


def _typed(draft_id: str) -> tuple[DeskDraft, SentPhotos]:
    """The draft as it was sent, and what became of its photos."""
    node, member, sign = current_node(), member_now(), request.form.get("sign", "")
    if sign not in SIGNS:
        abort(404)
    typed = typed_in(*FIELDS[sign])
    key, base = request.form.get("key") or None, request.form.get("base", 0, type=int)
    made = DeskDraft(draft_id, member.organisation_id, key, sign, typed, base=base)
    known = drafts.draft(node, member.organisation_id, draft_id)
    made = drafts.with_typed_town(node, made, known)
    before = known.images if known else drafts.images_of(node, made)
    photos = read_photos(node, member, drafts.pictures_of(before))
    images = drafts.kept_images(uploads.images(node, photos.photos))
    return replace(made, images=images, saved_by=member.name), photos


def _draft(draft_id: str) -> DeskDraft | None:
    return drafts.draft(current_node(), member_now().organisation_id, draft_id)


def _is_published(typed: DeskDraft) -> bool:
    """Whether this was published while it was on its way: what is saved late must not become a draft again."""
    node, member = current_node(), member_now()
    if typed.key or _draft(typed.id):
        return False
    return drafts.published_as(node, member.organisation_id, member.slug, typed.id) is not None


def own_listing(key: str) -> OwnListing:
    """The listing of the organisation that the request is about; 404 where it has none of this key."""
    try:
        row = publishing.listing(current_node(), key)
    except UnknownListingError:
        abort(404)
    if row.organisation_id != member_now().organisation_id:
        abort(404)
    return row


def _judged(found: DeskDraft) -> Judged:
    return drafts.judge(found, drafts.setting_of(current_node(), found.organisation_id, found.key))


def _form(found: DeskDraft, errors: dict[str, str] | None = None) -> str:
    node = current_node()
    setting = drafts.setting_of(node, found.organisation_id, found.key)
    judged = drafts.judge(found, setting)
    page = form_page(node, member_now(), found, setting, judged, errors or {}, desk_frame("listings"))
    return render_template("desk/listing_form.html", page=page)


def _saved(kept: DeskDraft) -> ResponseReturnValue:
    """What a script needs after saving: where the draft is, what is asked further, what the words leave in doubt."""
    node, member = current_node(), member_now()
    judged = _judged(kept)
    asks = _drawn("asks", asks_of(kept.sign, kept.typed), form_at(request.path, kept.typed))
    about = words_about(node, member, judged)
    return jsonify(
        said=_("Saved"),
        address=f"{request.script_root}/desk/{member.slug}/drafts/{kept.id}",
        asks=asks,
        words=_drawn("words", about),
    )


def _drawn(macro: str, *values: Any) -> str:
    return str(get_template_attribute("macros/desk_listing.html", macro)(*values))


blueprint.register_blueprint(views)
