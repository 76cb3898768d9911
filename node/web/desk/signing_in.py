"""Signing in, by a password or a one-time link, and out. Opening a link changes nothing; its button uses it up."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, make_response, render_template, request, session
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from node.services.identity import accounts, members, passkeys
from node.services.identity.accounts import DoorError
from node.services.identity.links import EXPIRED, READY, USED
from node.services.limits.throttling import KNOWN_COOKIE, TooManyTriesError
from node.storage.accounts import Account
from node.web import current_node
from node.web.desk.device import device_of
from node.web.desk.gate import PATH, SIGN_IN, drop_cookie, keep_cookie
from node.web.form_state import form_at, typed_in
from node.web.inside import head, just_said, to
from node.web.view_models.desk import DeskSignInPage
from node.web.wording.languages import chosen

blueprint = Blueprint("signing_in", __name__)

CODE = f"{SIGN_IN}/code"
INVITATIONS = f"{PATH}/invitation/"
_STATUS = {USED: 410, EXPIRED: 410}
_LONGEST_WAY_BACK = 1000


@blueprint.get("/sign-in")
def ask() -> ResponseReturnValue:
    if accounts.signed_in(current_node(), request.cookies.get(accounts.COOKIE)):
        return to(f"{PATH}/")
    asked = request.args.get("state", "")
    state = asked if asked in ("signed_out", "reset") else "ask"
    return _page(state, {"next": request.args.get("next", "")})


@blueprint.post("/sign-in")
def by_password() -> ResponseReturnValue:
    typed = typed_in("email", "next")
    password = request.form.get("password", "")
    try:
        secret = accounts.sign_in_by_password(
            current_node(),
            typed["email"],
            password,
            _device(),
            request.remote_addr or "",
            request.cookies.get(KNOWN_COOKIE, ""),
        )
    except TooManyTriesError as error:
        response = _page("ask", typed, {"email": wait_a_while(error)}, 429)
        response.headers["Retry-After"] = str(error.retry_s)
        return response
    except DoorError:
        wrong = _("That address and that password do not fit together. Look at both once more.")
        return _page("ask", typed, {"email": wrong}, 422)
    if accounts.half_in(current_node(), secret) is not None:
        return welcome(secret, f"{CODE}?{urlencode({'next': typed['next']})}" if typed["next"] else CODE)
    return welcome(secret, way_back(typed["next"]))


@blueprint.get("/sign-in/code")
def ask_code() -> ResponseReturnValue:
    if accounts.half_in(current_node(), request.cookies.get(accounts.COOKIE)) is None:
        return to(SIGN_IN)
    return _code(request.args.get("next", ""))


@blueprint.post("/sign-in/code")
def by_code() -> ResponseReturnValue:
    node, half, following = current_node(), request.cookies.get(accounts.COOKIE, ""), request.form.get("next", "")
    if accounts.half_in(node, half) is None:
        return to(SIGN_IN)
    try:
        secret = accounts.sign_in_by_code(node, half, request.form.get("code", ""), _device())
    except TooManyTriesError as error:
        return _code(following, {"code": wait_a_while(error)}), 429
    except DoorError:
        wrong = _(
            "This code does not fit, or was used already. Type the one that the app shows now. If none fits, the"
            " phone’s clock may be wrong: let it set itself, or use a recovery code."
        )
        return _code(following, {"code": wrong}), 422
    return welcome(secret, way_back(following))


def _code(following: str, errors: Mapping[str, str] | None = None) -> str:
    page = DeskSignInPage(
        head(_("Your code")), "code", form_at(CODE, {"next": following}, errors), **passkey_form(following)
    )
    return render_template("desk/code.html", page=page)


@blueprint.get("/sign-in/<token>")
def link(token: str) -> Response:
    return _page(accounts.state_of_link(current_node(), token), token=token)


@blueprint.post("/sign-in/<token>")
def by_link(token: str) -> ResponseReturnValue:
    try:
        secret = accounts.sign_in_by_link(current_node(), token, _device(), chosen(current_node().settings))
    except DoorError as error:
        return _page(error.state)
    entered = accounts.signed_in(current_node(), secret)
    first = entered is not None and entered.account.password_hash is None
    return welcome(secret, f"{PATH}/account/password" if first else f"{PATH}/")


@blueprint.post("/sign-out")
def sign_out() -> ResponseReturnValue:
    accounts.sign_out(current_node(), request.cookies.get(accounts.COOKIE, ""))
    session.clear()
    following = way_back(request.form.get("next", ""))
    # Only an invitation has a page for those who are nobody yet; all else would lead to signing in again.
    response = to(following if following.startswith(INVITATIONS) else f"{SIGN_IN}?state=signed_out")
    drop_cookie(response)
    return response


def wait_a_while(error: TooManyTriesError) -> str:
    return str(
        ngettext(
            "There were too many wrong tries. Wait %(num)s second, then try again.",
            "There were too many wrong tries. Wait %(num)s seconds, then try again.",
            error.retry_s,
        )
    )


def _device() -> str:
    return device_of(request.headers.get("User-Agent", ""))


def welcome(secret: str, path: str) -> ResponseReturnValue:
    """Lead somebody in who was let in."""
    # What the browser's other cookie held belongs to the time before.
    session.clear()
    entered = accounts.signed_in(current_node(), secret)
    response = to(first_page(entered.account) if entered and path == f"{PATH}/" else path)
    keep_cookie(response, secret)
    return response


def first_page(account: Account) -> str:
    """The desk of the only organisation that somebody may open; who has several, or none yet, chooses."""
    places = members.places_of(current_node(), account)
    return f"{PATH}/{places[0].slug}/" if len(places) == 1 else f"{PATH}/"


def way_back(path: str) -> str:
    """``path`` if it is a page of the desk, else its first one."""
    bare = path.partition("?")[0]
    inside_desk = bare.startswith(f"{PATH}/") and "//" not in bare and "\\" not in path and path.isprintable()
    return path if inside_desk and path.isascii() and len(path) <= _LONGEST_WAY_BACK else f"{PATH}/"


def passkey_form(following: str, path: str = f"{SIGN_IN}/passkey") -> dict[str, Any]:
    """For pages that a passkey may answer: the form, and where its options come from."""
    if not passkeys.available(current_node().settings):
        return {}
    return {
        "passkey": form_at(path, {"next": following}),
        "options_path": f"{request.script_root}{SIGN_IN}/passkey/options",
    }


def _page(
    state: str,
    typed: Mapping[str, str] | None = None,
    errors: Mapping[str, str] | None = None,
    status: int = 200,
    token: str = "",
) -> Response:
    path = f"{SIGN_IN}/{token}" if state == READY else SIGN_IN
    form = form_at(path, {"next": "", **(typed or {})}, errors)
    reset = f"{request.script_root}{PATH}/reset"
    said, _good = just_said()
    page = DeskSignInPage(head(_("Sign in")), state, form, reset, said, **passkey_form(form.typed["next"]))
    return make_response(render_template("desk/sign_in.html", page=page), _STATUS.get(state, status))
