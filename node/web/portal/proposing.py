"""The form by which anyone proposes a source. Nothing typed is lost on the way, and nothing is fetched for it."""

from __future__ import annotations

from flask import Blueprint, abort, make_response, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from node.services.aggregating.proposals import ProposalError, ProposalLimitError, propose
from node.web import current_node
from node.web.form_state import form_at, sentences, typed_in
from node.web.view_models.network import ProposeDonePage, ProposePage
from node.web.view_models.parts import Head

blueprint = Blueprint("proposing", __name__)

PATH = "/sources/propose"
FIELDS = ("url", "name", "email", "note")
TRAP = "homepage"


@blueprint.get(PATH)
def form() -> str:
    if not current_node().settings.proposals:
        abort(404)
    # A link may bring the address and the name along; they are shown, never sent by themselves.
    return _page({name: request.args.get(name, "")[:2048] for name in ("url", "name")}, {})


@blueprint.post(PATH)
def send() -> ResponseReturnValue:
    node, typed = current_node(), typed_in(*FIELDS)
    if not node.settings.proposals:
        abort(404)
    if request.form.get(TRAP):
        # A browser's autofill may have done it, so a person gets another try; a program seldom reads this.
        words = _("Something filled in a field that people do not see. Nothing was kept; please send it again.")
        return _page(typed, {"": words}), 422
    try:
        kept = propose(node, **typed, from_address=request.remote_addr or "")
    except ProposalLimitError as error:
        response = make_response(_page(typed, sentences(error.problems)), 429)
        response.headers["Retry-After"] = str(error.retry_s)
        return response
    except ProposalError as error:
        return _page(typed, sentences(error.problems)), 422
    page = ProposeDonePage(Head(_("Thank you, we have it"), indexed=False), kept.url, typed["email"].strip() or None)
    return render_template("portal/propose_done.html", page=page)


def _page(typed: dict[str, str], errors: dict[str, str]) -> str:
    head = Head(_("Add your organisation"), _("Tell this board where your free listings are."))
    return render_template("portal/propose.html", page=ProposePage(head, form_at(PATH, typed, errors)))
