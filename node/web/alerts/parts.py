"""What the pages about mails share: they are for one person, and say what an alert is about."""

from __future__ import annotations

from urllib.parse import parse_qsl

from flask import Response, request
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from node.search.request import from_args
from node.services.alerts.times import FREQUENCIES
from node.storage.alerts import Alert
from node.web import current_node
from node.web.searching.page import Addresses
from node.web.view_models.parts import Choice, Link
from node.web.wording.code_words import word


def keep_private(response: Response) -> Response:
    """Out of caches and search engines; and no page elsewhere learns the address, which is a key."""
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Robots-Tag"] = "noindex"
    return response


def frequencies(chosen: str) -> tuple[Choice, ...]:
    """How often mails may come."""
    return tuple(Choice(code, word(code, "frequency"), code == chosen) for code in FREQUENCIES)


def about(alert: Alert) -> Link:
    """What an alert is about, in words, and its page."""
    if alert.listing:
        return of_listing(alert.listing, alert.words, alert.search == "direction=offer")
    asked, _problems = from_args(MultiDict(parse_qsl(alert.search)))
    return Link(alert.words, Addresses(request.script_root).of(asked))


def of_listing(key: str, title: str, is_want: bool) -> Link:
    """What meets a listing, in words, and the listing's page."""
    said = _("What fits “%(title)s”", title=title) if is_want else _("Who looks for “%(title)s”", title=title)
    return Link(str(said), f"{request.script_root}/listings/{key}")


def own_path(url: str) -> str:
    """The path of an absolute address of this site."""
    return f"{request.script_root}/{url.removeprefix(current_node().settings.url)}"
