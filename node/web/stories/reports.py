"""The form by which anyone says that something is wrong with a story. Nothing typed is lost on the way."""

from __future__ import annotations

from flask import Blueprint, abort, make_response, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from node.services.moderation.reporting import ReportError, ReportLimitError, report
from node.services.stories import reading
from node.services.stories.reading import Shown
from node.web import current_node
from node.web.form_state import form_at, sentences, typed_in
from node.web.portal.reporting import FIELDS, TRAP
from node.web.stories.view import story_path
from node.web.view_models.parts import Choice, Head, Link
from node.web.view_models.stories import StoryReportDonePage, StoryReportPage
from node.web.wording.code_words import word

blueprint = Blueprint("story_reports", __name__)

PATH = "/stories/<key>/report"
REASONS = ("wrong", "personal", "not_free", "unsafe", "other")


@blueprint.get(PATH)
def form(key: str) -> str:
    return _page(_found(key), {}, {})


@blueprint.post(PATH)
def send(key: str) -> ResponseReturnValue:
    found, typed = _found(key), typed_in(*FIELDS)
    if request.form.get(TRAP):
        # A browser's autofill may have done it, so a person gets another try; a program seldom reads this.
        words = _("Something filled in a field that people do not see. Nothing was kept; please send it again.")
        return _page(found, typed, {"": words}), 422
    try:
        report(current_node(), found.story.id, **typed, from_address=request.remote_addr or "")
    except ReportLimitError as error:
        response = make_response(_page(found, typed, sentences(error.problems)), 429)
        response.headers["Retry-After"] = str(error.retry_s)
        return response
    except ReportError as error:
        return _page(found, typed, sentences(error.problems)), 422
    head = Head(_("Thank you, we have it"), indexed=False)
    page = StoryReportDonePage(head, _link(found), typed["email"].strip() or None)
    return render_template("portal/story_report_done.html", page=page)


def _found(key: str) -> Shown:
    found = reading.one(current_node(), key)
    if found is None:
        abort(404)
    return found


def _link(found: Shown) -> Link:
    return Link(found.story.title, story_path(found.key), language=found.story.language)


def _page(found: Shown, typed: dict[str, str], errors: dict[str, str]) -> str:
    reasons = tuple(Choice(code, word(code, "report"), typed.get("reason") == code) for code in REASONS)
    state = form_at(f"/stories/{found.key}/report", typed, errors)
    head = Head(_("Report something wrong"), indexed=False)
    return render_template("portal/story_report.html", page=StoryReportPage(head, _link(found), state, reasons))
