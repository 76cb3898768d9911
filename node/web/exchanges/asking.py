"""The form by which anyone asks for a listing of this node. Nothing typed is lost on the way."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, abort, make_response, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import get_locale
from flask_babel import gettext as _

from node.services.bookings.refusals import BookingError
from node.services.exchanges import asking
from node.services.exchanges.asking import Askable, Wish
from node.services.exchanges.between_nodes.elsewhere import ForeignListing
from node.services.limits.strangers import FormError, FormLimitError
from node.services.mail.mail_settings import open_mailbox
from node.services.moving import moves
from node.storage.asking_rules import NEED
from node.web import current_node
from node.web.desk.booking_words import refused
from node.web.exchanges.asking_times import TIMES, by_day, span_of
from node.web.exchanges.needs import chosen_need, needs
from node.web.form_state import form_at, sentences, typed_in
from node.web.portal.pages import to_new_place
from node.web.view_models.exchanges import AskPage
from node.web.view_models.parts import Head, Link
from node.web.wording.code_words import word

blueprint = Blueprint("asking", __name__)

PATH = "/listings/<key>/ask"
FIELDS = ("quantity", *TIMES, "need", "name", "email", "for_whom", "words", "agreed")
TRAP = "homepage"


@blueprint.get(PATH)
def form(key: str) -> ResponseReturnValue:
    place = moves.place_of(current_node(), key.partition(".")[0]) if "." in key else None
    return to_new_place(place.listing(key)) if place else _page(_askable(key), {}, {})


@blueprint.post(PATH)
def send(key: str) -> ResponseReturnValue:
    what, typed = _askable(key), typed_in(*FIELDS)
    if request.form.get(TRAP):
        # A browser's autofill may have done it, so a person gets another try; a program seldom reads this.
        words = _("Something filled in a field that people do not see. Nothing was kept; please send it again.")
        return _page(what, typed, {"": words}), 422
    try:
        _ask(what, typed)
    except FormLimitError as error:
        response = make_response(_page(what, typed, sentences(error.problems)), 429)
        response.headers["Retry-After"] = str(error.retry_s)
        return response
    except _UnreadableError as error:
        return _page(what, typed, error.errors), 422
    except BookingError as error:
        return _page(what, typed, {"first": refused(error.refusal)}), 422
    return _page(what, typed, {}, sent_to=typed["email"].strip())


class _UnreadableError(Exception):
    def __init__(self, errors: dict[str, str]) -> None:
        self.errors = errors


def _ask(what: Askable, typed: Mapping[str, str]) -> None:
    node, errors = current_node(), dict[str, str]()
    span = span_of(node, what, typed, errors) if what.takes_time else None
    counted = what.left is not None and typed["quantity"].strip()
    wish = Wish(
        name=typed["name"],
        email=typed["email"],
        words=typed["words"],
        for_whom=typed["for_whom"],
        quantity=_number(typed["quantity"]) if counted else 1,
        starts_at=span.starts if span else None,
        ends_at=span.ends if span else None,
        need=chosen_need(typed) if what.fairness == NEED else 0,
        agreed=bool(typed["agreed"]),
        language=str(get_locale() or node.settings.language).replace("_", "-"),
    )
    try:
        asking.ask(node, what, wish, request.remote_addr or "")
    except FormLimitError:
        raise
    except FormError as error:
        # What a time that could not be read lacks is said already.
        raise _UnreadableError({**sentences(error.problems), **errors}) from error


def _number(text: str) -> int | None:
    typed = text.strip()
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 6 else None


def _askable(key: str) -> Askable:
    found = asking.askable(current_node(), key)
    if found is None:
        abort(404)
    return found


def _page(what: Askable, typed: dict[str, str], errors: dict[str, str], sent_to: str = "") -> str:
    node, listing = current_node(), what.row.listing()
    is_want = listing.direction == "want"
    title = _("Please look at your mails") if sent_to else _("Offer this") if is_want else _("Ask for this")
    page = AskPage(
        head=Head(title, indexed=False),
        listing=Link(listing.title, f"{request.script_root}/listings/{what.row.key}", language=listing.language),
        organisation=what.organisation,
        form=form_at(f"/listings/{what.row.key}/ask", {"quantity": "1", **typed}, errors),
        is_want=is_want,
        many=listing.quantity.available if what.left is not None and listing.quantity.available > 1 else 0,
        asks_days=what.takes_time,
        asks_times=what.takes_time and not by_day(node, what),
        needs=needs(typed) if what.fairness == NEED and not is_want else (),
        fairness=word(what.fairness, "fairness") if what.fairness else "",
        waiting=what.waiting,
        terms=listing.terms or "",
        elsewhere=what.row.source.name if isinstance(what.row, ForeignListing) else "",
        hands_on=isinstance(what.row, ForeignListing) and what.row.takes_messages,
        sent_to=sent_to,
        mailbox_path=f"{request.script_root}/mailbox" if sent_to and open_mailbox(node.settings) else None,
    )
    return render_template("portal/ask.html", page=page)
