"""Asking for mails: about what is new in a search or what meets a listing, and for the link to all mails of an address.

Whatever is asked, the answer is the same for an address that is known here and for one that is not.
"""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import quote, urlencode

from flask import Blueprint, abort, make_response, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import get_locale
from flask_babel import gettext as _

from node.context import Node
from node.search.request import SearchRequest, from_args
from node.services.alerts import asking
from node.services.alerts.asking import AlertError, AlertLimitError, Asker
from node.services.alerts.times import DAILY
from node.services.catalogue import shown as catalogue
from node.services.catalogue.distances import in_miles
from node.services.catalogue.search_names import names_in
from node.services.catalogue.shown import Found
from node.services.limits.throttling import TooManyTriesError
from node.services.mail.mail_settings import can_mail, open_mailbox
from node.storage.catalogue import Shown
from node.web import current_node
from node.web.alerts.parts import frequencies, keep_private, of_listing
from node.web.form_state import form_at, sentences, typed_in
from node.web.searching.page import Addresses, said_of
from node.web.view_models.alerts import AlertAskedPage, AlertMinePage, AlertNewPage
from node.web.view_models.parts import Head, Link

blueprint = Blueprint("alerts", __name__, url_prefix="/alerts")
blueprint.after_request(keep_private)

TRAP = "homepage"
_FORM_FIELDS = ("email", "frequency")


@blueprint.get("/new")
def form() -> str:
    return _search_form(_asked())({"frequency": DAILY}, {})


@blueprint.post("/new")
def send() -> ResponseReturnValue:
    node, asked = current_node(), _asked()
    about = _about_search(node, asked)
    return _sent(_search_form(asked), about, lambda asker: asking.ask(node, asked, about.label, asker))


@blueprint.get("/matches/<key>")
def matches_form(key: str) -> str:
    return _matches_form(_listing(key))({"frequency": DAILY}, {})


@blueprint.post("/matches/<key>")
def send_matches(key: str) -> ResponseReturnValue:
    node, shown = current_node(), _listing(key)
    return _sent(_matches_form(shown), _about(shown), lambda asker: asking.ask_for_matches(node, shown, asker))


@blueprint.get("/mine")
def mine() -> str:
    _need_mail()
    return _mine({}, {})


@blueprint.post("/mine")
def send_link() -> ResponseReturnValue:
    _need_mail()
    typed = typed_in("email")
    if request.form.get(TRAP):
        return _mine(typed, {"": _trapped()}), 422
    try:
        asking.ask_for_link(current_node(), typed["email"], _language(), request.remote_addr or "")
    except TooManyTriesError:
        return _mine(typed, {"email": _("There were too many tries. Please wait a while.")}), 429
    except AlertError as error:
        return _mine(typed, sentences(error.problems)), 422
    return _mine({}, {}, sent_to=typed["email"].strip())


def _sent(
    page: Callable[[dict[str, str], dict[str, str]], str], about: Link, ask: Callable[[Asker], None]
) -> ResponseReturnValue:
    """The answer to a form that asks for mails: ``page`` shows it again, ``ask`` does what it asks for."""
    node, typed = current_node(), typed_in(*_FORM_FIELDS)
    if request.form.get(TRAP):
        return page(typed, {"": _trapped()}), 422
    try:
        ask(Asker(typed["email"], typed["frequency"], _language(), request.remote_addr or ""))
    except AlertLimitError as error:
        response = make_response(page(typed, sentences(error.problems)), 429)
        response.headers["Retry-After"] = str(error.retry_s)
        return response
    except AlertError as error:
        return page(typed, sentences(error.problems)), 422
    head = Head(_("Please look at your mails"), indexed=False)
    asked = AlertAskedPage(head, about, typed["email"].strip(), asking.CONFIRM_S // 3600, _mailbox(node))
    return render_template("portal/alert_asked.html", page=asked)


def _trapped() -> str:
    # A browser's autofill may have done it, so a person gets another try; a program seldom reads this.
    return str(_("Something filled in a field that people do not see. Nothing was kept; please send it again."))


def _language() -> str:
    return str(get_locale() or current_node().settings.language).replace("_", "-")


def _mailbox(node: Node) -> str | None:
    return f"{request.script_root}/mailbox" if open_mailbox(node.settings) else None


def _need_mail() -> None:
    """Where no mail can be sent there is nothing to ask for."""
    if not can_mail(current_node().settings):
        abort(404)


def _asked() -> SearchRequest:
    """The search in the address, without order and page."""
    _need_mail()
    asked, _problems = from_args(request.args)
    return asked.changed(sort="", limit=SearchRequest().limit)


def _listing(key: str) -> Shown:
    _need_mail()
    found = catalogue.listing(current_node(), key)
    if not isinstance(found, Found):
        abort(404 if found is None else 410)
    return found.shown


def _about_search(node: Node, asked: SearchRequest) -> Link:
    root = request.script_root
    said = said_of(asked, root, in_miles(node.settings), names_in(node, asked))
    return Link(said, Addresses(root).of(asked))


def _about(shown: Shown) -> Link:
    facts = shown.entry.facts
    return of_listing(shown.entry.key, " ".join(facts.title.split()), facts.direction == "want")


def _search_form(asked: SearchRequest) -> Callable[[dict[str, str], dict[str, str]], str]:
    path = "/alerts/new?" + urlencode(asked.to_args())
    lead = _("We write to you when something new fits this search:")
    title = _("Tell me when something new fits")
    return _form(path.rstrip("?"), title, lead, _about_search(current_node(), asked))


def _matches_form(shown: Shown) -> Callable[[dict[str, str], dict[str, str]], str]:
    facts = shown.entry.facts
    wanted = facts.direction == "want"
    title = _("Tell me when something fits this") if wanted else _("Tell me when somebody looks for this")
    lead = _("We write to you when something is offered that fits this:") if wanted else ""
    lead = lead or _("We write to you when somebody looks for this:")
    about = Link(" ".join(facts.title.split()), _about(shown).address)
    return _form(f"/alerts/matches/{quote(shown.entry.key)}", title, lead, about)


def _form(path: str, title: str, lead: str, about: Link) -> Callable[[dict[str, str], dict[str, str]], str]:
    def page(typed: dict[str, str], errors: dict[str, str]) -> str:
        state, choices = form_at(path, typed, errors), frequencies(typed.get("frequency", ""))
        view = AlertNewPage(
            Head(title, indexed=False), lead, about, state, choices, f"{request.script_root}/alerts/mine"
        )
        return render_template("portal/alert_new.html", page=view)

    return page


def _mine(typed: dict[str, str], errors: dict[str, str], sent_to: str = "") -> str:
    head = Head(_("Please look at your mails") if sent_to else _("Your mails from us"), indexed=False)
    mailbox = _mailbox(current_node()) if sent_to else None
    page = AlertMinePage(head, form_at("/alerts/mine", typed, errors), sent_to, mailbox)
    return render_template("portal/alert_mine.html", page=page)
