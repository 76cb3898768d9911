"""A want, ready to be posted: from the words that a search found nothing for."""

from __future__ import annotations

from urllib.parse import quote, urlencode

from flask import Blueprint, render_template, request

from node.context import Node
from node.search.request import SearchRequest, from_args
from node.services.catalogue import wishing
from node.services.catalogue.wishing import Wish
from node.services.mail.mail_settings import can_mail
from node.web import current_node
from node.web.portal.scene import scene_of
from node.web.searching.page import Addresses
from node.web.view_models.parts import Link
from node.web.view_models.portal import WishPage
from node.web.wording.code_words import category, word
from node.web.wording.phrases import say as _

blueprint = Blueprint("wishing", __name__)

PATH = "/wanted/new"


@blueprint.get(PATH)
def new() -> str:
    node = current_node()
    asked, _problems = from_args(request.args)
    scene = scene_of(node, ())
    root, path = scene.paths.root, scene.paths.root + PATH
    head = scene.head(
        _("Post what you need"), _("What you look for, ready to be posted as wanted."), scene.address(path)
    )
    if not asked.q:
        return render_template("portal/wish.html", page=WishPage(head, path))
    made = wishing.wish(asked.q)
    alerts = Addresses(root).of_alert(SearchRequest(q=asked.q, near=asked.near))
    page = WishPage(
        head=head,
        action_path=path,
        q=asked.q,
        title=made.title,
        category=Link(category(made.category).plural, f"{root}/categories/{made.category}") if made.category else None,
        text=_text(made),
        row=made.row,
        mail_url=_mail(node, made),
        alert_path=alerts if can_mail(node.settings) else None,
    )
    return render_template("portal/wish.html", page=page)


def _text(made: Wish) -> str:
    """The want in words, for a mail or a noticeboard."""
    asked = {
        "give": _("We are looking for this to keep:"),
        "lend": _("We would like to borrow this:"),
        "host": _("We are looking for a room:"),
        "help": _("We are looking for help:"),
    }
    kind, question = _("Kind: %(kind)s", kind=word(made.kind, "kind")), _("Do you have one to spare?")
    return f"{asked[made.action]} {made.title}\n{kind}\n{question}"


def _mail(node: Node, made: Wish) -> str | None:
    """A mail to whoever runs the board, if they say where."""
    to = node.settings.contact_email
    if not to:
        return None
    written = urlencode({"subject": _("Wanted: %(title)s", title=made.title), "body": _text(made)}, quote_via=quote)
    return f"mailto:{quote(to, safe='@')}?{written}"
