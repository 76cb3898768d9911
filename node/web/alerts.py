"""Asking for mails about what is new in a search, confirming that, and changing or ending them.

A link in a mail leads to a page with a button: programs that check mails open links, and must change nothing. These
pages are for one person: they stay out of caches and search engines.
"""

from __future__ import annotations

from urllib.parse import parse_qsl, urlencode

from flask import Blueprint, Response, abort, make_response, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import get_locale
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from node.context import Node
from node.search.request import SearchRequest, from_args
from node.services import alerts
from node.services.alert_links import AlertLinkError
from node.services.alert_times import DAILY, FREQUENCIES
from node.services.alerts import DONE, OVER, AlertError, AlertLimitError
from node.services.mail_settings import can_mail, open_mailbox
from node.storage.alerts import Alert
from node.web import current_node
from node.web.code_words import word
from node.web.form_state import form_at, sentences, typed_in
from node.web.search_page import Addresses, said_of
from node.web.site import in_miles
from node.web.view_models import (
    AlertAskedPage,
    AlertNewPage,
    AlertRow,
    AlertsPage,
    AlertWordPage,
    Choice,
    Form,
    Head,
    Link,
)

blueprint = Blueprint("alerts", __name__, url_prefix="/alerts")

TRAP = "homepage"
_FORM_FIELDS = ("email", "frequency")


@blueprint.after_request
def keep_private(response: Response) -> Response:
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Robots-Tag"] = "noindex"
    return response


@blueprint.get("/new")
def form() -> str:
    return _new_page(_asked(), {"frequency": DAILY}, {})


@blueprint.post("/new")
def send() -> ResponseReturnValue:
    node, asked, typed = current_node(), _asked(), typed_in(*_FORM_FIELDS)
    if request.form.get(TRAP):
        # A browser's autofill may have done it, so a person gets another try; a program seldom reads this.
        words = _("Something filled in a field that people do not see. Nothing was kept; please send it again.")
        return _new_page(asked, typed, {"": words}), 422
    language, search = str(get_locale() or node.settings.language).replace("_", "-"), _search(node, asked)
    try:
        alerts.ask(node, asked, search.label, **typed, language=language, from_address=request.remote_addr or "")
    except AlertLimitError as error:
        response = make_response(_new_page(asked, typed, sentences(error.problems)), 429)
        response.headers["Retry-After"] = str(error.retry_s)
        return response
    except AlertError as error:
        return _new_page(asked, typed, sentences(error.problems)), 422
    mailbox = f"{request.script_root}/mailbox" if open_mailbox(node.settings) else None
    head = Head(_("Please look at your mails"), indexed=False)
    page = AlertAskedPage(head, search, typed["email"].strip(), alerts.CONFIRM_S // 3600, mailbox)
    return render_template("portal/alert_asked.html", page=page)


def _asked() -> SearchRequest:
    """The search in the address, without order and page. Where no mail can be sent there is nothing to ask for."""
    if not can_mail(current_node().settings):
        abort(404)
    asked, _problems = from_args(request.args)
    return asked.changed(sort="", limit=SearchRequest().limit)


def _search(node: Node, asked: SearchRequest) -> Link:
    root = request.script_root
    return Link(said_of(asked, root, in_miles(node.settings)), Addresses(root).of(asked))


def _new_page(asked: SearchRequest, typed: dict[str, str], errors: dict[str, str]) -> str:
    path = "/alerts/new?" + urlencode(asked.to_args())
    head = Head(_("Tell me when something new fits"), indexed=False)
    state, search = form_at(path.rstrip("?"), typed, errors), _search(current_node(), asked)
    page = AlertNewPage(head, search, state, _frequencies(typed.get("frequency", "")))
    return render_template("portal/alert_new.html", page=page)


def _frequencies(chosen: str) -> tuple[Choice, ...]:
    return tuple(Choice(code, word(code, "frequency"), code == chosen) for code in FREQUENCIES)


# Links in mails


@blueprint.get("/confirm/<token>")
def confirming(token: str) -> ResponseReturnValue:
    state, alert = alerts.state_of(current_node(), token)
    if state == OVER or alert is None:
        return _word("over"), 410
    if state == DONE:
        return _word("confirmed", alert)
    return _word("confirm", alert, form_at(f"/alerts/confirm/{token}"))


@blueprint.post("/confirm/<token>")
def confirm(token: str) -> ResponseReturnValue:
    try:
        return _word("confirmed", alerts.confirm(current_node(), token))
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
    manage = _own_path(alerts.manage_url(current_node(), alert.person)) if state == "confirmed" else None
    page = AlertWordPage(head, state, search_of(alert), alert.frequency, press, manage)
    return render_template("portal/alert_word.html", page=page)


def search_of(alert: Alert) -> Link:
    asked, _problems = from_args(MultiDict(parse_qsl(alert.search)))
    return Link(alert.words, Addresses(request.script_root).of(asked))


def _own_path(url: str) -> str:
    return f"{request.script_root}/{url.removeprefix(current_node().settings.url)}"


# All mails of one address


@blueprint.get("/manage/<token>")
def manage(token: str) -> ResponseReturnValue:
    return _manage(token)


@blueprint.post("/manage/<token>/change")
def change(token: str) -> ResponseReturnValue:
    typed = typed_in("id", "frequency")
    alerts.change(current_node(), token, typed["id"], typed["frequency"])
    return redirect(f"{request.script_root}/alerts/manage/{token}?said=changed", 303)


@blueprint.post("/manage/<token>/stop")
def stop_one(token: str) -> ResponseReturnValue:
    alerts.remove(current_node(), token, typed_in("id")["id"])
    return redirect(f"{request.script_root}/alerts/manage/{token}?said=stopped", 303)


@blueprint.post("/manage/<token>/stop-all")
def stop_all(token: str) -> ResponseReturnValue:
    alerts.remove(current_node(), token)
    return redirect(f"{request.script_root}/alerts/manage/{token}?said=stopped", 303)


def _manage(token: str) -> str:
    path = f"/alerts/manage/{token}"
    rows = tuple(_row(path, alert) for alert in alerts.of_person(current_node(), token))
    said = {"changed": _("Changed. It holds from now on."), "stopped": _("Done. Nothing more comes of it.")}
    page = AlertsPage(
        Head(_("Your mails from us"), indexed=False),
        rows,
        form_at(f"{path}/stop-all") if rows else None,
        said.get(request.args.get("said", "")),
    )
    return render_template("portal/alerts.html", page=page)


def _row(path: str, alert: Alert) -> AlertRow:
    forms = form_at(f"{path}/change"), form_at(f"{path}/stop")
    return AlertRow(alert.id, search_of(alert), alert.frequency, _frequencies(alert.frequency), *forms)
