"""Asking another node for what it shares, in the name of one's own organisation."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlencode

from flask import render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import get_locale
from flask_babel import gettext as _

from node.services.exchanges.asking import Wish
from node.services.exchanges.between_nodes import asking_across
from node.services.exchanges.between_nodes.asking_across import FarListing, FarListingError
from node.services.identity.members import EDITOR
from node.services.limits.strangers import FormError
from node.storage.asking_rules import NEED
from node.web import current_node
from node.web.desk.frame import desk_frame, own_places
from node.web.desk.gate import at_least, guarded, member_now, turn_of_member
from node.web.exchanges.asking_times import plain_span
from node.web.exchanges.needs import chosen_need, needs
from node.web.form_state import form_at, sentences, typed_in
from node.web.inside import head, say, to
from node.web.view_models.exchanges import DeskAskChoicePage, DeskAskPage
from node.web.view_models.parts import Link
from node.web.wording.code_words import word
from node.web.wording.said import plain

blueprint = guarded("ask")

FIELDS = ("listing", "quantity", "first", "starts", "last", "ends", "for_whom", "need", "words", "agreed")
_LONGEST_ADDRESS = 2048


@blueprint.get("/ask")
def choose() -> ResponseReturnValue:
    """Where a catalogue leads to: it does not know the organisations of this node."""
    query = urlencode({"listing": request.args.get("listing", "")[:_LONGEST_ADDRESS]})
    places = own_places()
    if len(places) == 1:
        return to(f"/desk/{places[0].slug}/ask?{query}")
    links = tuple(Link(one.name, f"{request.script_root}/desk/{one.slug}/ask?{query}") for one in places)
    return render_template("desk/ask_as.html", page=DeskAskChoicePage(head(_("Ask for this")), desk_frame(), links))


@blueprint.get("/<slug>/ask")
@at_least(EDITOR)
def form(slug: str) -> ResponseReturnValue:
    address = request.args.get("listing", "").strip()[:_LONGEST_ADDRESS]
    if not address:
        return _page(slug, None, {})
    known = asking_across.open_request(current_node(), member_now().organisation_id, address)
    if known is not None:
        # Perhaps they stand at its shelf, and come from what its label leads to.
        return to(f"/desk/{slug}/requests/{known}")
    try:
        with turn_of_member():
            far = asking_across.fetch(current_node(), address)
        return _page(slug, far, {"listing": address})
    except FarListingError as error:
        return _page(slug, None, {"listing": address}, {"listing": plain(str(error))}), 422


@blueprint.post("/<slug>/ask")
@at_least(EDITOR)
def send(slug: str) -> ResponseReturnValue:
    node, typed, errors = current_node(), typed_in(*FIELDS), dict[str, str]()
    try:
        with turn_of_member():
            far = asking_across.fetch(node, typed["listing"].strip()[:_LONGEST_ADDRESS])
    except FarListingError as error:
        return _page(slug, None, typed, {"listing": plain(str(error))}), 422
    try:
        made = asking_across.ask(node, member_now().organisation_id, far, _wish(far, typed, errors))
    except FormError as error:
        return _page(slug, far, typed, {**sentences(error.problems), **errors}), 422
    say(_("Sent. Their answer stands here, and you get a mail."))
    return to(f"/desk/{slug}/requests/{made}")


def _wish(far: FarListing, typed: Mapping[str, str], errors: dict[str, str]) -> Wish:
    node, text = current_node(), typed["quantity"].strip()
    span = plain_span(node, _by_day(far), typed, errors) if far.takes_time else None
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 0
    return Wish(
        name="",
        email="",
        words=typed["words"],
        for_whom=typed["for_whom"],
        quantity=number if far.left is not None and text else 1,
        starts_at=span.starts if span else None,
        ends_at=span.ends if span else None,
        need=chosen_need(typed) if far.fairness == NEED else 0,
        agreed=bool(typed["agreed"]),
        language=str(get_locale() or node.settings.language).replace("_", "-"),
    )


def _by_day(far: FarListing) -> bool:
    return bool(far.listing.action == "lend")


def _many(far: FarListing | None) -> int:
    left = (far.left or 0) if far is not None else 0
    return left if left > 1 else 0


def _page(slug: str, far: FarListing | None, typed: dict[str, str], errors: dict[str, str] | None = None) -> str:
    listing = far.listing if far is not None else None
    page = DeskAskPage(
        head=head(_("Ask another site")),
        desk=desk_frame("requests"),
        back_path=f"{request.script_root}/desk/{slug}/requests",
        form=form_at(f"/desk/{slug}/ask", {"quantity": "1", **typed}, errors or {}),
        listing=Link(listing.title, listing.url or listing.id, language=listing.language) if listing else None,
        organisation=listing.organisation.name if listing else "",
        site=far.site if far is not None else "",
        is_want=listing is not None and listing.direction == "want",
        many=_many(far),
        asks_days=far is not None and far.takes_time,
        asks_times=far is not None and far.takes_time and not _by_day(far),
        terms=(listing.terms or "") if listing else "",
        needs=needs(typed) if far is not None and far.fairness == NEED else (),
        fairness=word(far.fairness, "fairness") if far is not None and far.fairness else "",
    )
    return render_template("desk/ask.html", page=page)
