"""Kept mails for everyone, on a machine of one's own: anywhere else there is no such page."""

from __future__ import annotations

from flask import Blueprint, Response, abort, render_template, request
from flask_babel import gettext as _

from node.context import Node
from node.services.mail import mailbox
from node.services.mail.mail_settings import open_mailbox
from node.web import current_node
from node.web.portal.cards import moment
from node.web.view_models.alerts import KeptMail, MailboxPage
from node.web.view_models.parts import Head, Link

blueprint = Blueprint("mailbox", __name__)

MAIL_POLICY = "default-src 'none'; style-src 'unsafe-inline'; form-action 'none'; base-uri 'none'; sandbox"
"""For a mail as a page: it brings styles of its own, as mails have to, and nothing else of it counts."""


@blueprint.after_request
def keep_private(response: Response) -> Response:
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.get("/mailbox")
def page() -> str:
    node = _open_node()
    head = Head(_("The mailbox"), indexed=False)
    mails = kept_mails(node, f"{request.script_root}/mailbox")
    return render_template("portal/mailbox.html", page=MailboxPage(head, mails))


@blueprint.get("/mailbox/<int:number>")
def one(number: int) -> Response:
    return as_page(_open_node(), number)


def as_page(node: Node, number: int) -> Response:
    """The HTML of one kept mail as a page of its own; 404 where there is none."""
    kept = mailbox.kept_one(node, number)
    if kept is None or not kept.html:
        abort(404)
    response = Response(kept.html, mimetype="text/html")
    response.headers["Content-Security-Policy"] = MAIL_POLICY
    return response


def kept_mails(node: Node, root: str) -> tuple[KeptMail, ...]:
    """The mails that are kept, with their pages under ``root``."""
    return tuple(
        KeptMail(
            to=one.to,
            subject=one.subject,
            at=moment(one.at),
            text=one.text,
            source=one.html,
            links=tuple(Link(url, url) for url in one.links),
            unsubscribe=one.unsubscribe,
            page_path=f"{root}/{one.number}" if one.html else None,
        )
        for one in mailbox.kept(node)
    )


def _open_node() -> Node:
    node = current_node()
    if not open_mailbox(node.settings):
        abort(404)
    return node
