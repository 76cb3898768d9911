"""Kept mails for everyone, on a machine of one's own: anywhere else there is no such page."""

from __future__ import annotations

from flask import Blueprint, Response, abort, render_template
from flask_babel import gettext as _

from node.context import Node
from node.services import mailbox
from node.services.mail_settings import open_mailbox
from node.web import current_node
from node.web.cards import moment
from node.web.view_models import Head, KeptMail, Link, MailboxPage

blueprint = Blueprint("mailbox", __name__)


@blueprint.after_request
def keep_private(response: Response) -> Response:
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.get("/mailbox")
def page() -> str:
    node = current_node()
    if not open_mailbox(node.settings):
        abort(404)
    head = Head(_("The mailbox"), indexed=False)
    return render_template("portal/mailbox.html", page=MailboxPage(head, kept_mails(node)))


def kept_mails(node: Node) -> tuple[KeptMail, ...]:
    return tuple(
        KeptMail(
            to=one.to,
            subject=one.subject,
            at=moment(one.at),
            text=one.text,
            source=one.html,
            links=tuple(Link(url, url) for url in one.links),
            unsubscribe=one.unsubscribe,
        )
        for one in mailbox.kept(node)
    )
