"""The pages that links in mails lead to: confirming, and all mails of one address.

A link leads to a page with a button: programs that check mails open links, and must change nothing. (The link that ends
mails has a page of its own, `node.web.alerts.stopping`.)
"""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from node.services.alerts import choices, links
from node.services.alerts.choices import DONE, OVER
from node.services.alerts.links import AlertLinkError
from node.storage.alerts import PAUSED, Alert
from node.web import current_node
from node.web.alerts.parts import about, frequencies, keep_private, own_path
from node.web.form_state import form_at, typed_in
from node.web.view_models.alerts import AlertRow, AlertsPage, AlertWordPage
from node.web.view_models.parts import Form, Head

blueprint = Blueprint("alert_manage", __name__, url_prefix="/alerts")
blueprint.after_request(keep_private)


@blueprint.get("/confirm/<token>")
def confirming(token: str) -> ResponseReturnValue:
    state, alert = choices.state_of(current_node(), token)
    if state == OVER or alert is None:
        return _word("over"), 410
    if state == DONE:
        return _word("confirmed", alert)
    return _word("confirm", alert, form_at(f"/alerts/confirm/{token}"))


@blueprint.post("/confirm/<token>")
def confirm(token: str) -> ResponseReturnValue:
    try:
        return _word("confirmed", choices.confirm(current_node(), token))
    except AlertLinkError:
        return _word("over"), 410


def _word(state: str, alert: Alert | None = None, press: Form | None = None) -> str:
    titles = {
        "confirm": _("Shall we write to you?"),
        "confirmed": _("We will write to you"),
        "over": _("This link does nothing any more"),
    }
    head = Head(titles[state], indexed=False)
    if alert is None:
        return render_template("portal/alert_word.html", page=AlertWordPage(head, state))
    manage = own_path(links.manage_url(current_node(), alert.person)) if state == "confirmed" else None
    page = AlertWordPage(head, state, about(alert), alert.frequency, press, manage, bool(alert.listing))
    return render_template("portal/alert_word.html", page=page)


@blueprint.get("/manage/<token>")
def manage(token: str) -> ResponseReturnValue:
    return _manage(token)


@blueprint.post("/manage/<token>/change")
def change(token: str) -> ResponseReturnValue:
    typed = typed_in("id", "frequency")
    choices.change(current_node(), token, typed["id"], typed["frequency"])
    return _back(token, "changed")


@blueprint.post("/manage/<token>/pause")
def pause(token: str) -> ResponseReturnValue:
    choices.pause(current_node(), token, typed_in("id")["id"])
    return _back(token, "paused")


@blueprint.post("/manage/<token>/resume")
def resume(token: str) -> ResponseReturnValue:
    choices.resume(current_node(), token, typed_in("id")["id"])
    return _back(token, "resumed")


@blueprint.post("/manage/<token>/stop")
def stop_one(token: str) -> ResponseReturnValue:
    choices.remove(current_node(), token, typed_in("id")["id"])
    return _back(token, "stopped")


@blueprint.post("/manage/<token>/stop-all")
def stop_all(token: str) -> ResponseReturnValue:
    choices.remove(current_node(), token)
    return _back(token, "deleted")


def _back(token: str, said: str) -> ResponseReturnValue:
    return redirect(f"{request.script_root}/alerts/manage/{token}?said={said}", 303)


def _manage(token: str) -> str:
    path = f"/alerts/manage/{token}"
    rows = tuple(_row(path, alert) for alert in choices.of_person(current_node(), token))
    said = {
        "changed": _("Changed. It holds from now on."),
        "paused": _("Paused. What comes in the meantime is not told later."),
        "resumed": _("We write to you again, about what is new from now on."),
        "stopped": _("Done. Nothing more comes of it."),
        "deleted": _("Done. Your address and everything about these mails is deleted."),
    }
    page = AlertsPage(
        Head(_("Your mails from us"), indexed=False),
        rows,
        form_at(f"{path}/stop-all") if rows else None,
        said.get(request.args.get("said", "")),
    )
    return render_template("portal/alerts.html", page=page)


def _row(path: str, alert: Alert) -> AlertRow:
    paused = alert.state == PAUSED
    rest = form_at(f"{path}/resume" if paused else f"{path}/pause")
    forms = form_at(f"{path}/change"), rest, form_at(f"{path}/stop")
    return AlertRow(alert.id, about(alert), alert.frequency, frequencies(alert.frequency), *forms, paused)
