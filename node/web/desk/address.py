"""Another e-mail address for one's account. Opening a link changes nothing; its button does."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Response, g, make_response, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from node.services.identity import addresses
from node.services.identity.addresses import TAKEN, AddressError
from node.services.identity.links import EXPIRED, READY, USED
from node.services.limits.strangers import FormError
from node.services.limits.throttling import TooManyTriesError
from node.services.mail.mail_settings import can_mail
from node.web import current_node
from node.web.desk.account import ACCOUNT
from node.web.desk.frame import desk_frame
from node.web.desk.gate import guarded, proved
from node.web.desk.signing_in import wait_a_while
from node.web.form_state import form_at, sentences, typed_in
from node.web.inside import head, say, to
from node.web.view_models.desk import DeskAddressPage

blueprint = guarded("address")

ADDRESS = f"{ACCOUNT}/address"
_STATUS = {USED: 410, EXPIRED: 410, TAKEN: 409}


@blueprint.get("/account/address")
@proved()
def ask() -> Response:
    return _page("ask" if can_mail(current_node().settings) else "no_mail")


@blueprint.post("/account/address")
@proved(ADDRESS)
def send() -> Response:
    node, typed = current_node(), typed_in("email")
    if not can_mail(node.settings):
        return _page("no_mail")
    try:
        addresses.ask(node, g.account, typed["email"], request.remote_addr or "")
    except FormError as error:
        return _page("ask", typed, sentences(error.problems), 422)
    except TooManyTriesError as error:
        return _page("ask", typed, {"email": wait_a_while(error)}, 429)
    return _page("asked")


@blueprint.get("/account/address/<token>")
def link(token: str) -> Response:
    state, email = addresses.state_of_link(current_node(), g.account, token)
    return _page(state, token=token, new_email=email)


@blueprint.post("/account/address/<token>")
def confirm(token: str) -> ResponseReturnValue:
    try:
        email = addresses.confirm(current_node(), g.account, token)
    except AddressError as error:
        return _page(error.state)
    say(_("From now on you sign in as %(email)s.", email=email))
    return to(ACCOUNT)


def _page(
    state: str,
    typed: Mapping[str, str] | None = None,
    errors: Mapping[str, str] | None = None,
    status: int = 200,
    token: str = "",
    new_email: str = "",
) -> Response:
    path = f"{ADDRESS}/{token}" if state == READY else ADDRESS
    form = None if state in ("asked", "no_mail") else form_at(path, typed, errors)
    page = DeskAddressPage(
        head=head(_("Another e-mail address")),
        desk=desk_frame(),
        state=state,
        back_path=f"{request.script_root}{ACCOUNT}",
        email=g.account.email,
        form=form,
        new_email=new_email,
        hours=addresses.HOURS,
    )
    return make_response(render_template("desk/address.html", page=page), _STATUS.get(state, status))
