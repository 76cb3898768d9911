"""Whoever has asked for a listing before, and stands at its shelf now: the link to their page is mailed once more.

A label leads to the listing's page, and that leads here. Nobody is told whether an address has asked for anything.
"""

from __future__ import annotations

from flask import Blueprint, abort, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import get_locale
from flask_babel import gettext as _

from node.services.catalogue import shown
from node.services.catalogue.shown import Found
from node.services.exchanges import asking
from node.services.limits.strangers import FormError
from node.services.limits.throttling import TooManyTriesError
from node.services.mail.mail_settings import can_mail
from node.web import current_node
from node.web.exchanges.asking_as import may_be_asked_from_afar
from node.web.form_state import form_at, sentences, typed_in
from node.web.view_models.exchanges import AskedAlreadyPage
from node.web.view_models.parts import Head, Link

blueprint = Blueprint("asked_already", __name__)

PATH = "/listings/<key>/asked"


@blueprint.get(PATH)
def form(key: str) -> str:
    return _page(_found(key), key, {}, {})


@blueprint.post(PATH)
def send(key: str) -> ResponseReturnValue:
    node, found, typed = current_node(), _found(key), typed_in("email")
    language = str(get_locale() or node.settings.language).replace("_", "-")
    try:
        asking.send_links(node, found.shown.entry.id, typed["email"], language, request.remote_addr or "")
    except FormError as error:
        return _page(found, key, typed, sentences(error.problems)), 422
    except TooManyTriesError:
        return _page(found, key, typed, {"email": _("There were too many tries. Please wait a while.")}), 429
    return _page(found, key, typed, {}, sent_to=typed["email"].strip())


def _found(key: str) -> Found:
    found = shown.listing(current_node(), key)
    if not isinstance(found, Found) or not can_mail(current_node().settings):
        abort(404)
    return found


def _page(found: Found, key: str, typed: dict[str, str], errors: dict[str, str], sent_to: str = "") -> str:
    facts, root = found.shown.entry.facts, request.script_root
    page = AskedAlreadyPage(
        head=Head(_("You have asked for it already"), indexed=False),
        listing=Link(facts.title, f"{root}/listings/{key}", language=facts.language),
        form=form_at(f"/listings/{key}/asked", typed, errors),
        ask_as_path=f"{root}/listings/{key}/ask-as" if may_be_asked_from_afar(current_node(), found) else "",
        sent_to=sent_to,
    )
    return render_template("portal/asked_already.html", page=page)
