"""What an organisation says of itself, and another organisation for those who run the node."""

from __future__ import annotations

from collections.abc import Iterable
from zoneinfo import ZoneInfo

from flask import abort, g, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from node.context import Node
from node.services.desk.place import PRECISIONS
from node.services.identity import members
from node.services.identity.audit import by
from node.services.identity.members import OWNER
from node.services.limits.strangers import FormError
from node.services.organisations import hosting, profiles
from node.services.organisations.profiles import MOST_LOGO_BYTES, FoundAt, NewLogo
from node.services.pictures.upload_names import FOLDER
from node.web import current_node
from node.web.desk import profile_form
from node.web.desk.calendar_form import LIKE_MONDAY, as_monday, choices
from node.web.desk.frame import desk_frame
from node.web.desk.gate import at_least, guarded, member_now
from node.web.desk.photo_form import take_large_forms
from node.web.desk.profile_form import HOURS_FIELDS, PLACE_FIELDS
from node.web.form_state import form_at, sentences, typed_in
from node.web.inside import head, say, to
from node.web.portal.scene import scene_of
from node.web.view_models.parts import Choice, Image
from node.web.view_models.profile import DeskNewOrganisationPage, DeskProfilePage
from node.web.wording.code_words import word
from schemas.errors import Problem
from schemas.organisation import Organisation
from schemas.vocabulary import ORGANISATION_TYPES

blueprint = guarded("profile", least=OWNER)
take_large_forms(blueprint)

FIELDS = ("name", "type", "description", "url")
NEW_FIELDS = ("name", "type")


@blueprint.get("/<slug>/profile")
@at_least(OWNER)
def page(slug: str) -> str:
    own = _organisation(slug)
    return _page(slug, own, {name: getattr(own, name) or "" for name in FIELDS} | profile_form.typed_of(own), {})


@blueprint.post("/<slug>/profile")
def save(slug: str) -> ResponseReturnValue:
    node, own = current_node(), _organisation(slug)
    typed = as_monday(typed_in(*FIELDS, *PLACE_FIELDS, *HOURS_FIELDS))
    zone = node.settings.timezone
    found = profile_form.read(typed, own, node.clock().astimezone(ZoneInfo(zone)).date(), node.settings.country, zone)
    logo, errors = _logo(node)
    errors |= found.errors
    if errors:
        return _page(slug, own, typed, errors, logo), 422
    try:
        profiles.change(node, slug, typed, logo, by(member_now()), FoundAt(found.place, found.hours))
    except FormError as error:
        return _page(slug, own, typed, _by_field(error.problems), logo), 422
    say(_("Saved. Visitors see it at once."))
    return to(f"/desk/{slug}/")


@blueprint.get("/new")
def new() -> str:
    if not g.account.operator:
        abort(404)
    node = current_node()
    # The first one is mostly called like the site that was made for it.
    name = "" if hosting.organisations(node) else node.settings.node_name
    return _new_page({"name": name, "type": hosting.DEFAULT_TYPE}, {})


@blueprint.post("/new")
def make() -> ResponseReturnValue:
    if not g.account.operator:
        abort(404)
    typed = typed_in(*NEW_FIELDS)
    try:
        slug = profiles.make(current_node(), typed["name"], typed["type"], by(g.account))
    except FormError as error:
        return _new_page(typed, sentences(error.problems)), 422
    # Who runs the node may do everything here without it, but it is members who are written to when people ask.
    members.join(current_node(), g.account, slug, OWNER, by(g.account))
    return to(f"/desk/{slug}/profile")


def _by_field(problems: Iterable[Problem]) -> dict[str, str]:
    """What is wrong, by field of the form: the place and the hours are told in members of their own."""
    fields = {"place/name": "place_name", "opening_hours/note": "hours_note"}
    found = sentences(problems)
    return {fields.get(name, name.removeprefix("place/")): said for name, said in found.items()}


def _organisation(slug: str) -> Organisation:
    own = hosting.organisation(current_node(), slug)
    if own is None:
        abort(404)
    return own.organisation


def _logo(node: Node) -> tuple[NewLogo | None, dict[str, str]]:
    """What is to become of the logo, None where nothing was said of it; and what is wrong with what was sent.

    Browsers forget which file was chosen, so one that was sent beside something wrong is named by ``kept_logo``.
    """
    sent = request.files.get("logo")
    data = b""
    if sent is not None:
        data = sent.read(MOST_LOGO_BYTES + 1)
        sent.close()
    if data:
        try:
            return NewLogo(profiles.take_logo(node, data)), {}
        except FormError as error:
            return None, _by_field(error.problems)
    if request.form.get("without_logo"):
        return NewLogo(), {}
    kept = request.form.get("kept_logo", "")
    return (NewLogo(kept) if profiles.is_logo_here(node, kept) else None), {}


def _page(
    slug: str, own: Organisation, typed: dict[str, str], errors: dict[str, str], logo: NewLogo | None = None
) -> str:
    root = request.script_root
    kept = logo.name if logo else ""
    shown = f"{current_node().settings.url}{FOLDER}/{kept}" if kept else own.logo
    view = DeskProfilePage(
        head=head(_("What we say of ourselves")),
        desk=desk_frame("profile"),
        form=form_at(f"/desk/{slug}/profile", typed, errors),
        types=_types(typed["type"]),
        logo=_image(shown),
        kept_logo=kept,
        without_logo=logo == NewLogo(),
        precisions=tuple(Choice(code, word(code, "precision"), code == typed["precision"]) for code in PRECISIONS),
        days=profile_form.opening_days(typed, errors),
        like_monday=choices(LIKE_MONDAY, typed["like_monday"]),
        closed_path=f"{root}/desk/{slug}/calendar/closed",
        most_mb=MOST_LOGO_BYTES // 1_000_000,
        public_path=f"{root}/organisations/{slug}",
    )
    return render_template("desk/profile.html", page=view)


def _new_page(typed: dict[str, str], errors: dict[str, str]) -> str:
    form = form_at("/desk/new", typed, errors)
    bring = f"{request.script_root}/desk/bring"
    view = DeskNewOrganisationPage(head(_("Add an organisation")), desk_frame(), form, _types(typed["type"]), bring)
    return render_template("desk/new_organisation.html", page=view)


def _types(chosen: str) -> tuple[Choice, ...]:
    return tuple(Choice(code, word(code, "organisation_type"), code == chosen) for code in ORGANISATION_TYPES)


def _image(logo: str | None) -> Image | None:
    """The logo, where it is one of our pictures: a page never makes a browser ask other sites."""
    return scene_of(current_node(), ()).paths.logo(logo)
