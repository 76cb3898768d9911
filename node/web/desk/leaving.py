"""Leaving an organisation, and closing one's account: said in plain words first, done with a tick and a button."""

from __future__ import annotations

from flask import abort, g, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from node.services.identity import leaving
from node.services.identity.members import MembersError
from node.storage.memberships import Place
from node.web import current_node
from node.web.desk.account import ACCOUNT
from node.web.desk.frame import desk_frame
from node.web.desk.gate import PATH, SIGN_IN, drop_cookie, guarded, proved
from node.web.form_state import form_at
from node.web.inside import head, say, to
from node.web.view_models.desk import DeskLeavingPage

blueprint = guarded("leaving")

CLOSE = f"{ACCOUNT}/close"


@blueprint.get("/account/leave/<place>")
def ask_leave(place: str) -> str:
    return _leave_page(place)


@blueprint.post("/account/leave/<place>")
def leave(place: str) -> ResponseReturnValue:
    found, _last = _place(place)
    if request.form.get("sure") != "yes":
        return _leave_page(place, unsure=True), 422
    try:
        leaving.leave(current_node(), g.account, place)
    except MembersError:
        return _leave_page(place), 409
    say(_("You have left %(name)s.", name=found.name))
    return to(f"{PATH}/")


@blueprint.get("/account/close")
@proved()
def ask_close() -> str:
    return _close_page()


@blueprint.post("/account/close")
@proved(CLOSE)
def close() -> ResponseReturnValue:
    if request.form.get("sure") != "yes":
        return _close_page(unsure=True), 422
    try:
        leaving.close(current_node(), g.account)
    except MembersError:
        return _close_page(), 409
    response = to(f"{SIGN_IN}?state=signed_out")
    drop_cookie(response)
    return response


def _place(slug: str) -> tuple[Place, bool]:
    found = next((one for one in leaving.places(current_node(), g.account) if one[0].slug == slug), None)
    if found is None:
        abort(404)
    return found


def _leave_page(slug: str, unsure: bool = False) -> str:
    place, last = _place(slug)
    blocked = (place.name,) if last else ()
    return _page(_("Leave an organisation"), f"{ACCOUNT}/leave/{slug}", place.name, blocked, False, unsure)


def _close_page(unsure: bool = False) -> str:
    node = current_node()
    blocked = tuple(place.name for place, last in leaving.places(node, g.account) if last)
    return _page(_("Close your account"), CLOSE, "", blocked, leaving.is_last_operator(node, g.account), unsure)


def _page(title: str, path: str, organisation: str, blocked: tuple[str, ...], operator: bool, unsure: bool) -> str:
    errors = {"sure": _("Tick the box if you are sure.")} if unsure else None
    view = DeskLeavingPage(
        head=head(title),
        desk=desk_frame(),
        back_path=f"{request.script_root}{ACCOUNT}",
        organisation=organisation,
        blocked=blocked,
        last_operator=operator,
        form=None if blocked or operator else form_at(path, {}, errors),
    )
    return render_template("desk/leaving.html", page=view)
