"""The form by which anyone says that something is wrong with a listing. Nothing typed is lost on the way."""

from __future__ import annotations

from flask import Blueprint, abort, make_response, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from node.services.catalogue import shown as services
from node.services.catalogue.shown import Found
from node.services.moderation.reporting import REASONS, ReportError, ReportLimitError, report
from node.web import current_node
from node.web.form_state import form_at, sentences, typed_in
from node.web.view_models.listing import ReportDonePage, ReportPage
from node.web.view_models.parts import Choice, Head, Link
from node.web.wording.code_words import word

blueprint = Blueprint("reporting", __name__)

PATH = "/listings/<key>/report"
FIELDS = ("reason", "words", "email")
TRAP = "homepage"


@blueprint.get(PATH)
def form(key: str) -> str:
    return _page(key, _found(key), {}, {})


@blueprint.post(PATH)
def send(key: str) -> ResponseReturnValue:
    found, typed = _found(key), typed_in(*FIELDS)
    if request.form.get(TRAP):
        # A browser's autofill may have done it, so a person gets another try; a program seldom reads this.
        words = _("Something filled in a field that people do not see. Nothing was kept; please send it again.")
        return _page(key, found, typed, {"": words}), 422
    try:
        report(current_node(), found.shown.entry.id, **typed, from_address=request.remote_addr or "")
    except ReportLimitError as error:
        response = make_response(_page(key, found, typed, sentences(error.problems)), 429)
        response.headers["Retry-After"] = str(error.retry_s)
        return response
    except ReportError as error:
        return _page(key, found, typed, sentences(error.problems)), 422
    page = ReportDonePage(
        Head(_("Thank you, we have it"), indexed=False), _link(key, found), typed["email"].strip() or None
    )
    return render_template("portal/report_done.html", page=page)


def _found(key: str) -> Found:
    """The listing that is shown under this key; what is gone needs no report."""
    found = services.listing(current_node(), key)
    if not isinstance(found, Found):
        abort(404)
    return found


def _link(key: str, found: Found) -> Link:
    facts = found.shown.entry.facts
    return Link(facts.title, f"{request.script_root}/listings/{key}", language=facts.language)


def _page(key: str, found: Found, typed: dict[str, str], errors: dict[str, str]) -> str:
    head = Head(_("Report something wrong"), indexed=False)
    reasons = tuple(Choice(code, word(code, "report"), typed.get("reason") == code) for code in REASONS)
    state = form_at(f"/listings/{key}/report", typed, errors)
    return render_template("portal/report.html", page=ReportPage(head, _link(key, found), state, reasons))
