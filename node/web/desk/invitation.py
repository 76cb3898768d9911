"""Answering an invitation. Opening its link changes nothing; the button on its page joins."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, Response, make_response, render_template, request, session
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from node.services.identity import accounts, invitations
from node.services.identity.accounts import SignedIn
from node.services.identity.invitations import InvitationError, Seen
from node.services.limits.strangers import FormError
from node.web import current_node
from node.web.desk.device import device_of
from node.web.desk.gate import PATH, SIGN_IN, keep_cookie
from node.web.desk.signing_in import INVITATIONS
from node.web.form_state import form_at, sentences
from node.web.inside import head, say, to
from node.web.view_models.desk_people import DeskInvitationPage
from node.web.wording.languages import chosen

blueprint = Blueprint("invitation", __name__)


@blueprint.get("/invitation/<token>")
def page(token: str) -> Response:
    seen = invitations.look(current_node(), token)
    return _page(token, seen) if seen else _over()


@blueprint.post("/invitation/<token>")
def accept(token: str) -> ResponseReturnValue:
    node, here = current_node(), _signed_in()
    seen = invitations.look(node, token)
    if seen is None:
        return _over()
    try:
        if here is not None:
            slug, secret = invitations.accept(node, token, here.account), None
        else:
            typed, device = request.form, device_of(request.headers.get("User-Agent", ""))
            slug, secret = invitations.accept_anew(
                node, token, typed.get("name", ""), typed.get("password", ""), device, chosen(node.settings)
            )
    except FormError as error:
        return _page(token, seen, {"name": request.form.get("name", "")}, sentences(error.problems), 422)
    except InvitationError:
        return _page(token, seen) if seen.known and here is None else _over()
    if secret is not None:
        session.clear()
    say(_("Welcome. You look after this organisation now, with the others."))
    response = to(f"{PATH}/{slug}/")
    if secret is not None:
        keep_cookie(response, secret)
    return response


def _signed_in() -> SignedIn | None:
    return accounts.signed_in(current_node(), request.cookies.get(accounts.COOKIE))


def _is_theirs(seen: Seen, here: SignedIn) -> bool:
    return seen.invitation.email.casefold() == here.account.email.casefold()


def _over() -> Response:
    view = DeskInvitationPage(head(_("Invitation")), sign_in_path=f"{request.script_root}{PATH}/")
    return make_response(render_template("desk/invitation.html", page=view), 410)


def _page(
    token: str,
    seen: Seen,
    typed: Mapping[str, str] | None = None,
    errors: Mapping[str, str] | None = None,
    status: int = 200,
) -> Response:
    here, path = _signed_in(), f"{INVITATIONS}{token}"
    must_sign_in = here is None and seen.known
    view = DeskInvitationPage(
        head=head(_("Invitation")),
        organisation=seen.organisation,
        role=seen.invitation.role,
        by=seen.invitation.invited_by,
        email=seen.invitation.email,
        form=None if must_sign_in else form_at(path, {"email": seen.invitation.email, **(typed or {})}, errors),
        account=f"{here.account.name} ({here.account.email})" if here else "",
        leave=form_at(f"{PATH}/sign-out", {"next": path}) if here and not _is_theirs(seen, here) else None,
        sign_in_path=f"{request.script_root}{SIGN_IN}?next={path}" if must_sign_in else None,
    )
    return make_response(render_template("desk/invitation.html", page=view), status)
