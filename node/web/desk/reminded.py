"""From a mail, without signing in: is it there still? The page asks, its buttons answer."""

from __future__ import annotations

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from node.services.listings import reminders
from node.services.listings.reminders import Asked, ReminderLinkError
from node.storage.listings import LIVE, WITHDRAWN
from node.web import current_node
from node.web.form_state import form_at
from node.web.inside import head
from node.web.portal.cards import moment
from node.web.portal.scene import scene_of
from node.web.view_models.desk_listings import DeskRemindedPage

blueprint = Blueprint("reminded", __name__)


@blueprint.get("/still-there/<token>")
def page(token: str) -> ResponseReturnValue:
    try:
        return _page(reminders.asked(current_node(), token), token)
    except ReminderLinkError:
        return _bad()


@blueprint.post("/still-there/<token>")
def answer(token: str) -> ResponseReturnValue:
    try:
        return _page(reminders.answer(current_node(), token, request.form.get("then", "")), token)
    except ReminderLinkError:
        return _bad()


def _bad() -> ResponseReturnValue:
    return render_template("desk/reminded.html", page=DeskRemindedPage(head(_("Is it there still?")), "bad")), 404


def _page(found: Asked, token: str) -> str:
    node, row = current_node(), found.row
    state = "ask" if found.fresh else {LIVE: "renewed", WITHDRAWN: "gone"}.get(row.state, "not_shown")
    view = DeskRemindedPage(
        head=head(_("Is it there still?")),
        state=state,
        title=row.item()["title"],
        organisation=found.organisation,
        form=form_at(f"/desk/{reminders.PATH.removeprefix('desk/')}{token}") if found.fresh else None,
        until=moment(row.expires_at),
        renewed_until=reminders.renewed_until(node) if found.fresh else None,
        path=scene_of(node, ()).paths.listing(row.key) if row.state == LIVE else None,
    )
    return render_template("desk/reminded.html", page=view)
