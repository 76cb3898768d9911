"""Tokens with which other programs work for an organisation: made, shown once, listed with their last use, removed."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from flask import g, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from node.services.identity import api_tokens
from node.services.identity.members import OWNER
from node.services.limits.strangers import FormError
from node.web import current_node
from node.web.desk.frame import desk_frame
from node.web.desk.gate import at_least, guarded, proved
from node.web.form_state import form_at, sentences, typed_in
from node.web.inside import head, say, to
from node.web.portal.cards import moment
from node.web.view_models.desk_people import DeskTokenRow, DeskTokensPage
from node.web.view_models.parts import Choice
from node.web.wording.code_words import word

blueprint = guarded("tokens", OWNER)

PAGE = "/desk/{slug}/tokens"


@blueprint.get("/<slug>/tokens")
@at_least(OWNER)
def page(slug: str) -> str:
    return _page({})


@blueprint.post("/<slug>/tokens")
@proved(PAGE)
def make(slug: str) -> ResponseReturnValue:
    typed, scopes = typed_in("name"), request.form.getlist("scopes")
    try:
        secret = api_tokens.make(current_node(), g.member, typed["name"], scopes)
    except FormError as error:
        return _page(typed, scopes, sentences(error.problems)), 422
    # The secret is nowhere but in this answer.
    return _page({}, secret=secret, made=typed["name"].strip())


@blueprint.post("/<slug>/tokens/remove")
def remove(slug: str) -> ResponseReturnValue:
    if api_tokens.remove(current_node(), g.member, request.form.get("token", "")):
        say(_("The token does not work any more."))
    else:
        say(_("That token was removed already."))
    return to(PAGE.format(slug=slug))


def _page(
    typed: Mapping[str, str],
    scopes: Collection[str] = (),
    errors: Mapping[str, str] | None = None,
    secret: str | None = None,
    made: str = "",
) -> str:
    node, path = current_node(), PAGE.format(slug=g.member.slug)
    view = DeskTokensPage(
        head=head(_("Tokens for programs")),
        desk=desk_frame("tokens"),
        form=form_at(path, typed, errors),
        scopes=tuple(Choice(one, word(one, "scope"), one in scopes) for one in api_tokens.SCOPES),
        tokens=tuple(
            DeskTokenRow(
                one.name,
                tuple(word(scope, "scope") for scope in one.scopes.split()),
                one.made_by,
                moment(one.made_at),
                form_at(f"{path}/remove", {"token": one.id}),
                moment(one.used_at) if one.used_at else None,
            )
            for one in api_tokens.of_organisation(node, g.member.organisation_id)
        ),
        secret=secret,
        made=made,
        address=f"{node.settings.url}desk/{g.member.slug}/api/",
    )
    return render_template("desk/tokens.html", page=view)
