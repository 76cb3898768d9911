"""Passkeys at the desk: made, removed, and shown instead of a password or a code."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson
from flask import Blueprint, Response, abort, current_app, g, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from node.services.identity import accounts, passkeys, proving
from node.services.identity.passkeys import PasskeyError, UnknownPasskeyError
from node.services.limits.allowance import Allowance, TooFastError, network_of
from node.web import current_node
from node.web.desk.device import device_of
from node.web.desk.frame import desk_frame
from node.web.desk.gate import PATH, PROVE, SIGN_IN, guarded, proved
from node.web.desk.signing_in import way_back, welcome
from node.web.form_state import form_at
from node.web.inside import head, say, to
from node.web.portal.cards import moment
from node.web.view_models.desk import DeskPasskeyRow, DeskPasskeysPage

blueprint = guarded("passkeys")
door = Blueprint("passkey_door", __name__)

PASSKEYS = f"{PATH}/account/passkeys"
A_MINUTE = 60
"""How often one network may ask for what a passkey is to answer."""
_ALLOWANCE = "sharefeed.passkeys"
_LONGEST_ANSWER = 20_000


@blueprint.get("/account/passkeys")
@proved()
def page() -> str:
    node, root = current_node(), request.script_root
    view = DeskPasskeysPage(
        head=head(_("Passkeys")),
        desk=desk_frame(),
        form=form_at(PASSKEYS, {"name": device_of(request.headers.get("User-Agent", ""))}),
        options_path=f"{root}{PASSKEYS}/options",
        available=passkeys.available(node.settings),
        passkeys=tuple(
            DeskPasskeyRow(
                one.name,
                moment(one.made_at),
                form_at(f"{PASSKEYS}/remove", {"passkey": one.id}),
                moment(one.used_at) if one.used_at else None,
            )
            for one in passkeys.of_account(node, g.account)
        ),
    )
    return render_template("desk/passkeys.html", page=view)


@blueprint.post("/account/passkeys/options")
@proved(PASSKEYS)
def options_to_make() -> Response:
    return _json(passkeys.options_to_make(current_node(), g.account))


@blueprint.post("/account/passkeys")
@proved(PASSKEYS)
def make() -> ResponseReturnValue:
    try:
        passkeys.make(current_node(), g.account, _answer(), request.form.get("name", "").strip())
        say(_("The passkey is kept. You can sign in with it from now on."))
    except PasskeyError:
        say(_("That did not work, and nothing was changed. Try once more."), ok=False)
    return to(PASSKEYS)


@blueprint.post("/account/passkeys/remove")
@proved(PASSKEYS)
def remove() -> ResponseReturnValue:
    if passkeys.remove(current_node(), g.account, request.form.get("passkey", "")):
        say(_("The passkey opens nothing here any more."))
    else:
        say(_("That passkey was removed already."))
    return to(PASSKEYS)


@blueprint.post("/account/prove/passkey")
def prove() -> ResponseReturnValue:
    following = request.form.get("next", "")
    try:
        proving.by_passkey(current_node(), g.account, g.session, _answer())
    except PasskeyError:
        say(_("That passkey does not fit. Try once more."), ok=False)
        return to(PROVE)
    return to(way_back(following))


@door.post("/sign-in/passkey/options")
def options_to_show() -> Response:
    node, known = current_node(), current_app.extensions
    # Each is a row that is kept for some minutes, and anybody may ask.
    allowance: Allowance = known.setdefault(_ALLOWANCE, Allowance("passkeys", A_MINUTE))
    told = allowance.take(network_of(request.remote_addr or ""), node.clock().timestamp())
    if not told.allowed:
        raise TooFastError(allowance.name, told.window_s)
    return _json(passkeys.options_to_show(current_node()))


@door.post("/sign-in/passkey")
def sign_in() -> ResponseReturnValue:
    device = device_of(request.headers.get("User-Agent", ""))
    try:
        secret = accounts.sign_in_by_passkey(current_node(), _answer(), device)
    except UnknownPasskeyError:
        say(_("That passkey opens nothing here any more. Sign in with another one, or with your password."), ok=False)
        return to(SIGN_IN)
    except PasskeyError:
        say(_("That passkey does not fit. Try once more, or sign in with your password."), ok=False)
        return to(SIGN_IN)
    return welcome(secret, way_back(request.form.get("next", "")))


def _answer() -> Mapping[str, Any]:
    """What the browser says of the passkey, from the form's field ``answer``. Raises `PasskeyError`."""
    text = request.form.get("answer", "")
    try:
        found = orjson.loads(text) if len(text) <= _LONGEST_ANSWER else None
    except orjson.JSONDecodeError:
        found = None
    if not isinstance(found, dict) or not isinstance(found.get("response"), dict):
        raise PasskeyError("This is no answer of a browser. Nothing was changed.")
    return found


def _json(options: Mapping[str, Any]) -> Response:
    if not passkeys.available(current_node().settings):
        abort(404)
    return Response(orjson.dumps(options, default=str), content_type="application/json")
