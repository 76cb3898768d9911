"""The page of one exchange, by a link in a mail: for who asked, and for who answers without signing in.

Opening it changes nothing, because programs that check mails open every link; its buttons do.
"""

from __future__ import annotations

import orjson
from flask import Blueprint, Response, abort, make_response, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from node.services.exchanges import reading
from node.services.exchanges.links import ExchangeLinkError
from node.services.exchanges.people import privacy, stopping
from node.services.exchanges.reading import Seen
from node.storage.owner_contacts import STOPPED, Contact
from node.web import current_node
from node.web.exchanges import meeting
from node.web.exchanges.view import NotDoneError, copy_of, perform, view_of
from node.web.inside import keep_private
from node.web.view_models.exchanges import ExchangePage
from node.web.view_models.parts import Head
from schemas.exchange import ASKER

blueprint = Blueprint("asked", __name__)
blueprint.after_request(keep_private)

PATH = "/asked/<token>"


@blueprint.get(PATH)
def page(token: str) -> ResponseReturnValue:
    try:
        seen = reading.by_token(current_node(), token)
    except ExchangeLinkError:
        return _bad()
    return meeting.remember(make_response(_page(seen, token)), seen, token)


@blueprint.post(PATH)
def answer(token: str) -> ResponseReturnValue:
    try:
        seen = reading.by_token(current_node(), token)
    except ExchangeLinkError:
        return _bad()
    try:
        perform(current_node(), seen)
    except NotDoneError as error:
        return _page(reading.by_token(current_node(), token), token, error), 422
    return redirect(f"{request.script_root}/asked/{token}", 303)


@blueprint.get(f"{PATH}/bay")
def bay(token: str) -> str:
    """The page as a phone keeps it for a place without a connection."""
    try:
        seen = reading.by_token(current_node(), token)
    except ExchangeLinkError:
        abort(404)
    view = copy_of(view_of(current_node(), seen, f"/asked/{token}"))
    return render_template("portal/exchange.html", page=ExchangePage(Head(seen.stored.title, indexed=False), view))


@blueprint.get(f"{PATH}/stop")
def ask_to_stop(token: str) -> ResponseReturnValue:
    """The link at the foot of a mail: it shows the button, as programs that check mails open every link."""
    _contact(token)
    return page(token)


@blueprint.post(f"{PATH}/stop")
def stop(token: str) -> ResponseReturnValue:
    contact = _contact(token)
    if contact.state == STOPPED:
        stopping.confirm(current_node(), contact, again=True)
    else:
        stopping.stop(current_node(), contact)
    return redirect(f"{request.script_root}/asked/{token}#stop", 303)


def _contact(token: str) -> Contact:
    try:
        contact = reading.by_token(current_node(), token).party.contact
    except ExchangeLinkError:
        abort(404)
    return contact or abort(404)


@blueprint.post(f"{PATH}/forget")
def forget(token: str) -> ResponseReturnValue:
    privacy.erase(current_node(), _asker(token).stored.id)
    return redirect(f"{request.script_root}/asked/{token}", 303)


@blueprint.get(f"{PATH}/mine.json")
def mine(token: str) -> Response:
    taken = privacy.taken_along(current_node(), _asker(token).stored)
    headers = {"Content-Disposition": "attachment; filename=request.json"}
    return Response(orjson.dumps(taken, option=orjson.OPT_INDENT_2), mimetype="application/json", headers=headers)


@blueprint.get(f"{PATH}/qr.svg")
def picture(token: str) -> Response:
    """What one shows at the door: it leads the other side's phone to their own page, with the code filled in."""
    try:
        seen = reading.by_token(current_node(), token)
    except ExchangeLinkError:
        abort(404)
    return meeting.picture(current_node(), seen)


def _asker(token: str) -> Seen:
    try:
        seen = reading.by_token(current_node(), token)
    except ExchangeLinkError:
        abort(404)
    if seen.party.side != ASKER:
        abort(404)
    return seen


def _bad() -> ResponseReturnValue:
    return render_template(
        "portal/exchange.html", page=ExchangePage(Head(_("This link does not work"), indexed=False))
    ), 404


def _page(seen: Seen, token: str, wrong: NotDoneError | None = None) -> str:
    view = view_of(current_node(), seen, f"/asked/{token}", wrong)
    return render_template("portal/exchange.html", page=ExchangePage(Head(seen.stored.title, indexed=False), view))
