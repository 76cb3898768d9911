"""From a listing to the desk of one's own node: for organisations that ask from there.

The address of that node is typed here and remembered by the browser alone. Nothing is sent there: a link leads there.
"""

from __future__ import annotations

from urllib.parse import urlencode, urlsplit

from flask import Blueprint, abort, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from marshmallow.exceptions import ValidationError

from node.context import Node
from node.services.catalogue import shown
from node.services.catalogue.shown import Found
from node.services.exchanges import asking
from node.services.exchanges.people import contacts
from node.web import current_node
from node.web.form_state import form_at, typed_in
from node.web.view_models.exchanges import AskAsPage
from node.web.view_models.parts import Head, Link
from schemas.fields import HttpUrl

blueprint = Blueprint("asking_as", __name__)

PATH = "/listings/<key>/ask-as"
DESK = "desk/ask"


def may_be_asked_from_afar(node: Node, found: Found) -> bool:
    """Whether the home of a listing takes requests of other nodes."""
    if found.source is not None:
        return contacts.takes_messages(found.source)
    return found.shown.entry.source_id is None and asking.askable(node, found.shown.entry.key) is not None


@blueprint.get(PATH)
def form(key: str) -> str:
    return _page(key, _found(key), {})


@blueprint.post(PATH)
def lead(key: str) -> ResponseReturnValue:
    found, typed = _found(key), typed_in("node")
    address = own_node(typed["node"], bool(current_node().settings.allow_loopback))
    if not address:
        error = {"node": _("This must be the address of your own site, such as https://share.example.org/.")}
        return _page(key, found, typed, error), 422
    return _page(key, found, {"node": address}, leads_to=address)


def own_node(text: str, plain_http: bool = False) -> str:
    """The address of a node, as somebody types it; "" where it is none."""
    address = text.strip()
    if address and "://" not in address:
        address = f"https://{address}"
    try:
        HttpUrl().deserialize(address)
        parts = urlsplit(address)
        host = parts.hostname if parts.port != 0 else ""
    except (ValidationError, ValueError):
        return ""
    if (parts.scheme != "https" and not plain_http) or parts.query or parts.fragment or not host:
        return ""
    return f"{address.rstrip('/')}/"


def _found(key: str) -> Found:
    found = shown.listing(current_node(), key)
    if not isinstance(found, Found) or not may_be_asked_from_afar(current_node(), found):
        abort(404)
    return found


def _page(
    key: str, found: Found, typed: dict[str, str], errors: dict[str, str] | None = None, leads_to: str = ""
) -> str:
    entry = found.shown.entry
    desk = f"{leads_to}{DESK}?{urlencode({'listing': entry.id})}" if leads_to else ""
    page = AskAsPage(
        head=Head(_("Ask as an organisation"), indexed=False),
        listing=Link(entry.facts.title, f"{request.script_root}/listings/{key}", language=entry.facts.language),
        form=form_at(f"/listings/{key}/ask-as", typed, errors or {}),
        desk=Link(urlsplit(leads_to).netloc, desk) if desk else None,
    )
    return render_template("portal/ask_as.html", page=page)
