"""A new password by a mailed link. The answer is the same whether there is an account or not."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, Response, make_response, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from node.services.identity import accounts, addresses, resetting
from node.services.identity.accounts import DoorError
from node.services.identity.addresses import TAKEN, AddressError
from node.services.identity.links import EXPIRED, READY, USED
from node.services.limits.strangers import FormError
from node.services.limits.throttling import TooManyTriesError
from node.services.mail.mail_settings import can_mail
from node.web import current_node
from node.web.desk.gate import PATH, SIGN_IN
from node.web.desk.signing_in import wait_a_while
from node.web.form_state import form_at, sentences, typed_in
from node.web.inside import head, to
from node.web.view_models.desk import DeskAddressUndoPage, DeskResetPage

blueprint = Blueprint("resetting", __name__)

RESET = f"{PATH}/reset"
_STATUS = {USED: 410, EXPIRED: 410, TAKEN: 409}


@blueprint.get("/reset")
def ask() -> Response:
    return _page("ask" if can_mail(current_node().settings) else "no_mail")


@blueprint.post("/reset")
def send() -> ResponseReturnValue:
    node, typed = current_node(), typed_in("email")
    if not can_mail(node.settings):
        return _page("no_mail")
    problems = accounts.email_problems(typed["email"].strip())
    if problems:
        return _page("ask", typed, sentences(problems), 422)
    try:
        resetting.ask(node, typed["email"].strip(), request.remote_addr or "")
    except TooManyTriesError as error:
        return _page("ask", typed, {"email": wait_a_while(error)}, 429)
    return _page("asked")


@blueprint.get("/reset/<token>")
def link(token: str) -> Response:
    return _page(resetting.state_of_link(current_node(), token), token=token)


@blueprint.post("/reset/<token>")
def set_password(token: str) -> ResponseReturnValue:
    try:
        resetting.set_password(current_node(), token, request.form.get("password", ""))
    except FormError as error:
        return _page(READY, None, sentences(error.problems), 422, token)
    except DoorError as error:
        return _page(error.state)
    return to(f"{SIGN_IN}?state=reset")


@blueprint.get("/reset/address/<token>")
def address(token: str) -> Response:
    return _undo_page(addresses.state_of_undo(current_node(), token), token)


@blueprint.post("/reset/address/<token>")
def undo_address(token: str) -> ResponseReturnValue:
    try:
        return to(f"{RESET}/{addresses.undo(current_node(), token)}")
    except AddressError as error:
        return _undo_page(error.state)


def _undo_page(state: str, token: str = "") -> Response:
    form = form_at(f"{RESET}/address/{token}") if state == READY else None
    page = DeskAddressUndoPage(head(_("Take the change of your address back")), state, form)
    return make_response(render_template("desk/address_undo.html", page=page), _STATUS.get(state, 200))


def _page(
    state: str,
    typed: Mapping[str, str] | None = None,
    errors: Mapping[str, str] | None = None,
    status: int = 200,
    token: str = "",
) -> Response:
    path = f"{RESET}/{token}" if state == READY else RESET
    form = None if state in ("asked", "no_mail") else form_at(path, typed, errors)
    page = DeskResetPage(head(_("A new password")), state, form, resetting.MINUTES)
    return make_response(render_template("desk/reset.html", page=page), _STATUS.get(state, status))
