"""The desk's requests: what waits for an answer first, one page for each, and how they are taken."""

from __future__ import annotations

from flask import abort, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from node.services import publishing
from node.services.bookings.refusals import BookingError
from node.services.exchanges import away, reading
from node.services.exchanges.acting import ExchangeError
from node.services.exchanges.reading import AGREED, OVER, Row, Seen
from node.services.mail_settings import can_mail
from node.services.members import EDITOR, OWNER
from node.services.publishing import OwnListing, UnknownListingError
from node.storage.asking_rules import FAIRNESS, AskingRules
from node.web import current_node
from node.web.cards import moment
from node.web.code_words import word
from node.web.desk.booking_words import refused
from node.web.desk.frame import desk_frame
from node.web.desk.gate import at_least, guarded, member_now
from node.web.exchange_view import NotDoneError, copy_of, perform, view_of, waits_for_answer
from node.web.form_state import form_at, typed_in
from node.web.inside import PAGE_ROWS, head, page_number, pager, say, to
from node.web.said import plain
from node.web.view_model_parts import Choice
from node.web.view_models_exchanges import (
    DeskGivenPage,
    DeskRequestPage,
    DeskRequestRow,
    DeskRequestsPage,
    ExchangePage,
)
from schemas import exchange as rules

blueprint = guarded("requests")

PATH = "/<slug>/requests"
ELSEWHERE = "elsewhere"
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


@blueprint.get("/<slug>/listings/<key>/given")
@at_least(EDITOR)
def given(slug: str, key: str) -> str:
    return _given_page(slug, _listing(key), {}, {})


@blueprint.post("/<slug>/listings/<key>/given")
@at_least(EDITOR)
def give(slug: str, key: str) -> ResponseReturnValue:
    node, member, row, typed = current_node(), member_now(), _listing(key), typed_in("who", "quantity")
    try:
        if typed["who"] == ELSEWHERE:
            text = typed["quantity"].strip() or "1"
            quantity = int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 0
            away.gave_elsewhere(node, key, member.organisation_id, quantity, member.name)
            say(_("Noted, thank you. There is so much less of it on the board."))
        elif typed["who"] in {one.stored.id for one in _askers(row)}:
            away.gave_to(node, typed["who"], member.name)
            say(_("Noted, thank you. We ask them whether it was so."))
        else:
            return _given_page(slug, row, typed, {"who": _("Choose who has it.")}), 422
    except ExchangeError as error:
        field = "quantity" if row.listing().quantity.available > 1 else "who"
        return _given_page(slug, row, typed, {field: plain(error.refusal.sentence)}), 422
    except BookingError as error:
        return _given_page(slug, row, typed, {"who": refused(error.refusal)}), 422
    return to(f"/desk/{slug}/requests")


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
    return DeskRequestRow(stored.title, name, here, exchange.state, moment(exchange.since), tuple(marks), handed)


def _listing(key: str) -> OwnListing:
    try:
        row = publishing.listing(current_node(), key)
    except UnknownListingError:
        abort(404)
    listing = row.listing()
    if row.organisation_id != member_now().organisation_id or (listing.direction, listing.action) != ("offer", "give"):
        abort(404)
    return row


def _askers(row: OwnListing) -> list[Row]:
    node, organisation_id = current_node(), row.organisation_id
    waiting, _said = reading.waiting(node, organisation_id)
    agreed, _many = reading.others(node, organisation_id, (rules.ACCEPTED,), MOST_AGREED)
    return [one for one in (*agreed, *waiting) if one.stored.listing_id == row.id]


def _given_page(slug: str, row: OwnListing, typed: dict[str, str], errors: dict[str, str]) -> str:
    listing = row.listing()
    askers = [(one.stored.id, one.name or _("Nobody is known any more")) for one in _askers(row)]
    options = [*askers, (ELSEWHERE, _("Somebody else, who did not ask here"))]
    chosen = typed.get("who") or options[0][0]
    many = listing.quantity.available if listing.quantity.available > 1 else 0
    page = DeskGivenPage(
        head=head(_("Already gave it away?")),
        desk=desk_frame("listings"),
        title=listing.title,
        form=form_at(f"/desk/{slug}/listings/{row.key}/given", {"quantity": str(many or 1), **typed}, errors),
        people=tuple(Choice(code, name, code == chosen) for code, name in options),
        many=many,
    )
    return render_template("desk/given.html", page=page)
