"""The desk's requests: what waits for an answer first, one page for each, and how they are taken."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import urlencode

from flask import Response, abort, g, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from node.services.exchanges import reading
from node.services.exchanges.between_nodes import meeting_places
from node.services.exchanges.reading import Seen
from node.services.identity.members import EDITOR, OWNER
from node.services.mail.mail_settings import can_mail
from node.storage.asking_rules import FAIRNESS, AskingRules
from node.web import current_node
from node.web.desk.frame import desk_frame
from node.web.desk.gate import at_least, guarded, member_now
from node.web.desk.request_rows import row_of
from node.web.exchanges import meeting
from node.web.exchanges.view import NotDoneError, copy_of, perform, view_of, waits_for_answer
from node.web.form_state import form_at
from node.web.inside import PAGE_ROWS, head, page_number, pager, say, to
from node.web.view_models.exchanges import (
    DeskRequestPage,
    DeskRequestsPage,
    DeskRequestsSection,
    ExchangePage,
)
from node.web.view_models.parts import Choice, Form
from node.web.wording.code_words import word

blueprint = guarded("requests")

PATH = "/<slug>/requests"
LISTS = {"waiting": reading.waiting, "agreed": reading.agreed, "asked": reading.asked_elsewhere, "over": reading.over}
AT_FIRST = {"waiting": 30, "agreed": 30, "asked": 10, "over": 10}
"""How many of each kind stand on the page that shows every kind."""
LONGEST_SEARCH = 100


@blueprint.get(PATH)
def every(slug: str) -> str:
    node, member, show = current_node(), member_now(), request.args.get("show", "")
    words = request.args.get("q", "").strip()[:LONGEST_SEARCH]
    here = f"{request.script_root}/desk/{slug}/requests"
    sections = (_one_kind(slug, show, words),) if show in LISTS else _every_kind(slug, words)
    is_whole = not words and show not in LISTS
    said = reading.rules_of(node, member.organisation_id)
    view = DeskRequestsPage(
        head=head(_("Requests")),
        desk=desk_frame("requests"),
        sections=sections,
        search=Form(here, "", {"q": words}) if words or any(section.rows for section in sections) else None,
        back_path="" if is_whole else here,
        ask_path=f"{request.script_root}/desk/{slug}/ask" if is_whole and member.may(EDITOR) else "",
        settings=form_at(f"/desk/{slug}/requests") if is_whole and member.may(OWNER) else None,
        fairnesses=tuple(
            Choice(code, word(code, "fairness"), code == said.fairness, hint=word(code, "fairness_hint"))
            for code in FAIRNESS
        ),
        turn=word(said.fairness, "fairness"),
        is_open=said.open,
        can_mail=can_mail(node.settings),
    )
    return render_template("desk/requests.html", page=view)


def _every_kind(slug: str, words: str) -> tuple[DeskRequestsSection, ...]:
    """The first of each kind."""
    return tuple(_section(slug, kind, words, AT_FIRST[kind], 1) for kind in LISTS)


def _one_kind(slug: str, kind: str, words: str) -> DeskRequestsSection:
    """A page of one kind."""
    page = page_number()
    section = _section(slug, kind, words, PAGE_ROWS, page)
    turning = pager(f"{_kind_path(slug, kind, words)}&", page, section.total)
    return replace(section, all_path="", pager=turning)


def _section(slug: str, kind: str, words: str, limit: int, page: int) -> DeskRequestsSection:
    found, total = LISTS[kind](current_node(), member_now().organisation_id, words, limit, (page - 1) * limit)
    path = _kind_path(slug, kind, words) if total > limit else ""
    return DeskRequestsSection(kind, tuple(row_of(slug, row) for row in found), total, path)


def _kind_path(slug: str, kind: str, words: str) -> str:
    asked = {"show": kind, "q": words} if words else {"show": kind}
    return f"{request.script_root}/desk/{slug}/requests?{urlencode(asked)}"


@blueprint.post(PATH)
@at_least(OWNER)
def put_rules(slug: str) -> ResponseReturnValue:
    fairness = request.form.get("fairness", "")
    if fairness not in FAIRNESS:
        abort(400)
    said = AskingRules(bool(request.form.get("open")), fairness)
    reading.put_rules(current_node(), member_now().organisation_id, said)
    say(_("Kept."))
    return to(f"/desk/{slug}/requests")


@blueprint.get(f"{PATH}/<exchange_id>")
def one(slug: str, exchange_id: str) -> str:
    return _page(slug, _seen(exchange_id))


@blueprint.get(f"{PATH}/<exchange_id>/bay")
def bay(slug: str, exchange_id: str) -> str:
    """The page as a phone keeps it for a place without a connection."""
    seen = _seen(exchange_id)
    view = copy_of(view_of(current_node(), seen, f"/desk/{slug}/requests/{exchange_id}"))
    return render_template("portal/exchange.html", page=ExchangePage(head(seen.stored.title), view))


@blueprint.get(f"{PATH}/<exchange_id>/qr.svg")
def picture(slug: str, exchange_id: str) -> Response:
    """What one shows at the door: it leads the other side's phone to their own page, with the code filled in."""
    return meeting.picture(current_node(), _seen(exchange_id))


@blueprint.get("/meet/<exchange_id>")
def meet(exchange_id: str) -> ResponseReturnValue:
    """From a picture that was scanned, to the desk of the organisation that takes part."""
    side, code = meeting.scanned()
    place = meeting_places.at_desk(current_node(), g.account, exchange_id, side)
    if place is None:
        return meeting.not_at_this_desk(g.account.name)
    return to(f"/desk/{place}/requests/{exchange_id}?{urlencode({'code': code})}")


@blueprint.post(f"{PATH}/<exchange_id>")
@at_least(EDITOR)
def answer(slug: str, exchange_id: str) -> ResponseReturnValue:
    seen = _seen(exchange_id)
    try:
        perform(current_node(), seen)
    except NotDoneError as error:
        return _page(slug, _seen(exchange_id), error), 422
    if not waits_for_answer(seen):
        say(_("Done."))
    return to(f"/desk/{slug}/requests/{exchange_id}")


def _seen(exchange_id: str) -> Seen:
    found = reading.by_member(current_node(), member_now(), exchange_id)
    if found is None:
        abort(404)
    return found


def _page(slug: str, seen: Seen, wrong: NotDoneError | None = None) -> str:
    view = view_of(current_node(), seen, f"/desk/{slug}/requests/{seen.stored.id}", wrong)
    back = f"{request.script_root}/desk/{slug}/requests"
    page = DeskRequestPage(head(seen.stored.title), desk_frame("requests"), back, view)
    return render_template("desk/request.html", page=page)
