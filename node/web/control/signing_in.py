"""Signing in by a one-time link, and out. Opening a link changes nothing; pressing its button uses it up."""

from __future__ import annotations

from flask import Blueprint, Response, make_response, render_template, request, session
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from node.services.identity import operator
from node.services.identity.links import READY
from node.services.identity.operator import SignInError
from node.web import current_node
from node.web.control.gate import SIGN_IN, drop_cookie, keep_cookie
from node.web.form_state import form_at
from node.web.inside import to
from node.web.view_models.control import LoginPage
from node.web.view_models.parts import Head

blueprint = Blueprint("signing_in", __name__)

COMMAND = "sharefeed operator link"
_STATUS = {"used": 410, "expired": 410}


@blueprint.get("/sign-in")
def explain() -> ResponseReturnValue:
    if operator.session_of(current_node(), request.cookies.get(operator.COOKIE)):
        return to("/control/")
    return _page("signed_out" if request.args.get("state") == "signed_out" else "explain")


@blueprint.get("/sign-in/<token>")
def link(token: str) -> Response:
    return _page(operator.state_of_link(current_node(), token), token)


@blueprint.post("/sign-in/<token>")
def use(token: str) -> ResponseReturnValue:
    try:
        secret = operator.sign_in(current_node(), token)
    except SignInError as error:
        return _page(error.state)
    # What the browser's other cookie held belongs to the time before.
    session.clear()
    response = to("/control/")
    keep_cookie(response, secret)
    return response


@blueprint.post("/sign-out")
def sign_out() -> ResponseReturnValue:
    operator.sign_out(current_node(), request.cookies.get(operator.COOKIE, ""))
    session.clear()
    response = to(f"{SIGN_IN}?state=signed_out")
    drop_cookie(response)
    return response


def _page(state: str, token: str = "") -> Response:
    form = form_at(f"{SIGN_IN}/{token}") if state == READY else None
    head = Head(_("Sign in to control"), indexed=False)
    page = LoginPage(head, state, COMMAND, operator.LINK_MINUTES, form)
    return make_response(render_template("control/login.html", page=page), _STATUS.get(state, 200))
