"""The desk's requests: what waits for an answer first, one page for each, and how they are taken."""

from __future__ import annotations

from urllib.parse import urlencode

from flask import Response, abort, g, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from node.services.exchanges import acting, reading
from node.services.exchanges.between_nodes import meeting_places
from node.services.exchanges.manners import manners
from node.services.exchanges.reading import AGREED, OVER, Row, Seen
from node.services.identity.members import EDITOR, OWNER
from node.services.mail.mail_settings import can_mail
from node.storage.asking_rules import FAIRNESS, AskingRules
from node.web import current_node
from node.web.desk.frame import desk_frame
from node.web.desk.gate import at_least, guarded, member_now
from node.web.exchanges import meeting
from node.web.exchanges.view import NotDoneError, copy_of, perform, view_of, waits_for_answer
from node.web.form_state import form_at
from node.web.inside import PAGE_ROWS, head, page_number, pager, say, to
from node.web.portal.cards import moment
from node.web.view_models.exchanges import (
    DeskRequestPage,
    DeskRequestRow,
    DeskRequestsPage,
    ExchangePage,
)
from node.web.view_models.parts import Choice
from node.web.wording.code_words import word
from schemas import exchange as rules

blueprint = guarded("requests")

PATH = "/<slug>/requests"
MOST_AGREED = 200


@blueprint.get(PATH)
def every(slug: str) -> str:
    node, member, number = current_node(), member_now(), page_number()
    waiting, said = reading.waiting(node, member.organisation_id)
    agreed, _many = reading.others(node, member.organisation_id, AGREED, MOST_AGREED)
    over, total = reading.others(node, member.organisation_id, OVER, PAGE_ROWS, (number - 1) * PAGE_ROWS)
    here = f"{request.script_root}/desk/{slug}/requests"
    view = DeskRequestsPage(
        head=head(_("Requests")),
        desk=desk_frame("requests"),
        waiting=tuple(_row(slug, row) for row in waiting),
        agreed=tuple(_row(slug, row) for row in agreed),
        over=tuple(_row(slug, row) for row in over),
        asked=tuple(_row(slug, row) for row in reading.asked_elsewhere(node, member.organisation_id)),
        ask_path=f"{request.script_root}/desk/{slug}/ask" if member.may(EDITOR) else "",
        pager=pager(f"{here}?", number, total),
        settings=form_at(f"/desk/{slug}/requests") if member.may(OWNER) else None,
        fairnesses=tuple(Choice(code, word(code, "fairness"), code == said.fairness) for code in FAIRNESS),
        is_open=said.open,
        can_mail=can_mail(node.settings),
    )
    return render_template("desk/requests.html", page=view)


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
    side, code = request.args.get("for", ""), request.args.get("code", "")[: acting.CODE_LENGTH]
    place = meeting_places.at_desk(current_node(), g.account, exchange_id, side) if side in ("owner", "asker") else None
    if place is None:
        abort(404)
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


def _row(slug: str, row: Row) -> DeskRequestRow:
    stored, exchange = row.stored, row.stored.exchange
    marks = [_("had something before")] if row.had_before and exchange.state == rules.REQUESTED else []
    marks += [word(str(stored.need), "exchange_need")] if stored.need else []
    path = f"/desk/{slug}/requests/{stored.id}"
    is_ours = bool(stored.key)
    is_owed = exchange.state == rules.ACCEPTED or (exchange.state == rules.HANDED_OVER and not exchange.owner_said)
    handed = form_at(path, {"do": rules.HAND_OVER}) if is_ours and is_owed and member_now().may(EDITOR) else None
    name = row.name or _("Nobody is known any more")
    here = request.script_root + path
    since, how = moment(exchange.since), manners(exchange)
    return DeskRequestRow(stored.title, name, here, exchange.state, since, tuple(marks), handed, how)
