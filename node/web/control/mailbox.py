"""The operator's view of mails that are kept in place of being sent."""

from __future__ import annotations

from flask import Response, abort, render_template, request
from flask_babel import gettext as _

from node.web import current_node
from node.web.control.frame import control_frame
from node.web.control.gate import guarded
from node.web.inside import head
from node.web.mailbox import as_page, kept_mails
from node.web.view_models.alerts import ControlMailboxPage

blueprint = guarded("control_mailbox")


@blueprint.get("/mailbox")
def page() -> str:
    node = current_node()
    captured = bool(node.settings.mail_capture)
    mails = kept_mails(node, f"{request.script_root}/control/mailbox") if captured else ()
    view = ControlMailboxPage(head(_("The mailbox")), control_frame(node, "overview"), mails, captured)
    return render_template("control/mailbox.html", page=view)


@blueprint.get("/mailbox/<int:number>")
def one(number: int) -> Response:
    node = current_node()
    if not node.settings.mail_capture:
        abort(404)
    return as_page(node, number)
