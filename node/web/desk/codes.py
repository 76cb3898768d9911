"""Codes of an app as a second proof: set up, confirmed, renewed, turned off; and the page that asks for one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from flask import Response, abort, g, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from node.services.identity import second_factor
from node.services.identity.second_factor import CodeError
from node.services.limits.throttling import TooManyTriesError
from node.web import current_node
from node.web.desk.frame import desk_frame
from node.web.desk.gate import PATH, guarded, proved
from node.web.desk.signing_in import wait_a_while
from node.web.form_state import form_at
from node.web.inside import head, say, to
from node.web.view_models.desk import DeskCodesPage

blueprint = guarded("codes")

CODES = f"{PATH}/account/codes"


@blueprint.get("/account/codes")
@proved()
def page() -> str:
    return _page()


@blueprint.post("/account/codes/begin")
@proved(CODES)
def begin() -> ResponseReturnValue:
    second_factor.begin(current_node(), g.account)
    return to(CODES)


@blueprint.get("/account/codes/qr.svg")
@proved()
def picture() -> Response:
    from node.services.printing import qr

    node = current_node()
    secret = second_factor.pending(node, g.account)
    if secret is None:
        abort(404)
    return Response(qr.code(second_factor.address(node, g.account, secret)).body, content_type=qr.MEDIA_TYPE)


@blueprint.post("/account/codes/confirm")
@proved(CODES)
def confirm() -> ResponseReturnValue:
    try:
        codes = second_factor.confirm(current_node(), g.account, request.form.get("code", ""))
    except CodeError:
        wrong = _(
            "This code does not fit. Type the one that the app shows now. If none fits, the phone’s clock may be wrong:"
            " let it set itself."
        )
        return _page({"code": wrong}), 422
    except TooManyTriesError as error:
        return _page({"code": wait_a_while(error)}), 429
    # The codes are nowhere but in this answer.
    return _page(recovery=codes)


@blueprint.post("/account/codes/recovery")
@proved(CODES)
def renew() -> str:
    return _page(recovery=second_factor.new_recovery_codes(current_node(), g.account))


@blueprint.post("/account/codes/off")
@proved(CODES)
def turn_off() -> ResponseReturnValue:
    second_factor.turn_off(current_node(), g.account)
    say(_("Signing in asks for no code any more."))
    return to(f"{PATH}/account")


def _page(errors: Mapping[str, str] | None = None, recovery: Sequence[str] = ()) -> str:
    node = current_node()
    on, left = second_factor.state(node, g.account)
    secret = second_factor.pending(node, g.account)
    view = DeskCodesPage(
        head=head(_("Codes from an app")),
        desk=desk_frame(),
        begin=form_at(f"{CODES}/begin"),
        confirm=form_at(f"{CODES}/confirm", errors=errors) if secret else None,
        secret=" ".join(secret[at : at + 4] for at in range(0, len(secret), 4)) if secret else "",
        qr_path=f"{request.script_root}{CODES}/qr.svg",
        recovery=tuple(recovery),
        left=left,
        renew=form_at(f"{CODES}/recovery") if on else None,
        off=form_at(f"{CODES}/off") if on else None,
        account_path=f"{request.script_root}{PATH}/account",
    )
    return render_template("desk/codes.html", page=view)
