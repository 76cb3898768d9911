"""Where a picture on the other side's phone leads: to the page of this side, with the code filled in.

A browser that has opened the link of its mail before is known by a cookie for this one exchange; who looks after it at
the desk goes there. Everyone else is told what to do. Refuses to say what the exchange is about, and changes nothing.
"""

from __future__ import annotations

from urllib.parse import urlencode

from flask import Blueprint, Response, abort, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from node.context import Node
from node.services.exchanges import links
from node.services.exchanges.acting import CODE_LENGTH
from node.services.exchanges.between_nodes import meeting_places
from node.services.exchanges.links import ExchangeLinkError
from node.services.exchanges.reading import Seen
from node.services.printing import qr
from node.web import current_node
from node.web.desk.gate import AT_DESK
from node.web.inside import keep_cookie, keep_private
from node.web.view_models.exchanges import MeetingPage
from node.web.view_models.parts import Head
from schemas.exchange import ASKER, OWNER

blueprint = Blueprint("meeting", __name__)
blueprint.after_request(keep_private)

PATH = "/exchanges/<exchange_id>"
DESK = "/desk/meet/"
KNOWN_S = 90 * 86_400
"""How long a browser is known that has opened the link of its mail."""
_SIDES = (OWNER, ASKER)


@blueprint.get(PATH)
def meet(exchange_id: str) -> ResponseReturnValue:
    side, code = scanned()
    if not exchange_id.isalnum() or len(exchange_id) > 20:
        abort(404)
    token = request.cookies.get(_cookie(side), "")
    if _is_theirs(current_node(), token, exchange_id, side):
        return redirect(f"{request.script_root}/asked/{token}?code={code}", 303)
    own = request.cookies.get(_cookie(OWNER if side == ASKER else ASKER), "")
    if _is_theirs(current_node(), own, exchange_id, OWNER if side == ASKER else ASKER):
        return _unknown(code, own_path=f"{request.script_root}/asked/{own}")
    desk = f"{request.script_root}{DESK}{exchange_id}?{urlencode({'for': side, 'code': code})}"
    # Whoever is signed in goes straight there; who does not look after it is told so there.
    return redirect(desk, 303) if AT_DESK in request.cookies else _unknown(code, desk)


def not_at_this_desk(name: str) -> ResponseReturnValue:
    """What is told to somebody who came to the desk with a picture, and does not look after what it is about there."""
    _side, code = scanned()
    return _unknown(code, signed_in_as=name), 404


def scanned() -> tuple[str, str]:
    """Whose phone a picture is meant for, and the code that it brings; none of ours is answered with nothing."""
    side, code = request.args.get("for", ""), request.args.get("code", "")
    if side not in _SIDES or not (code.isascii() and code.isdigit() and len(code) == CODE_LENGTH):
        abort(404)
    return side, code


def _unknown(code: str, desk_path: str = "", own_path: str = "", signed_in_as: str = "") -> str:
    page = MeetingPage(Head(_("When you meet"), indexed=False), code, desk_path, own_path, signed_in_as)
    return render_template("portal/meeting.html", page=page)


def _is_theirs(node: Node, token: str, exchange_id: str, side: str) -> bool:
    try:
        with node.database.read() as tx:
            stored, party = links.party(node, tx, token)
    except ExchangeLinkError:
        return False
    return (stored.id, party.side) == (exchange_id, side)


def remember(response: Response, seen: Seen, token: str) -> Response:
    """Let this browser come to its page by a picture from now on, without its mail."""
    keep_cookie(response, _cookie(seen.party.side), token, f"/exchanges/{seen.stored.id}", KNOWN_S)
    return response


def _cookie(side: str) -> str:
    return f"sharefeed_meets_as_{side}"


def picture(node: Node, seen: Seen) -> Response:
    """The code of the side that looks, for the phone of the other one."""
    address = meeting_places.address(node, seen.stored, seen.home, seen.party.side)
    return Response(qr.code(address).body, mimetype=qr.MEDIA_TYPE)
