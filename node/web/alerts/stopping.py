"""Ending mails by the link that each of them carries, by its button or by the reader's mail program (RFC 8058).

Mail programs send the POST by themselves, from their own servers and without cookies, so no token of a form can be
asked for: the signed address is the proof. Opening the link changes nothing.
"""

from __future__ import annotations

from flask import Blueprint, Response, render_template
from flask_babel import gettext as _

from node.services.alerts import choices
from node.web import current_node
from node.web.alerts.parts import about, keep_private, own_path
from node.web.form_state import form_at
from node.web.view_models.alerts import AlertWordPage
from node.web.view_models.parts import Head

blueprint = Blueprint("alert_stop", __name__, url_prefix="/alerts/stop")
blueprint.after_request(keep_private)
without_csrf = True


@blueprint.get("/<token>")
def page(token: str) -> str:
    alert = choices.stopped(current_node(), token)
    if alert is None:
        return _stopped(None)
    head = Head(_("Shall we stop writing to you?"), indexed=False)
    press = form_at(f"/alerts/stop/{token}")
    view = AlertWordPage(head, "stop", about(alert), alert.frequency, press, of_listing=bool(alert.listing))
    return render_template("portal/alert_word.html", page=view)


@blueprint.post("/<token>")
def stop(token: str) -> Response | str:
    return _stopped(choices.stop(current_node(), token))


def _stopped(others: str | None) -> str:
    path = own_path(others) if others else None
    head = Head(_("No more mails about this"), indexed=False)
    return render_template("portal/alert_word.html", page=AlertWordPage(head, "stopped", manage_path=path))
