"""Already gave it away? One press says who has it: somebody who asked, an organisation, or nobody known."""

from __future__ import annotations

from flask import abort, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from node.services.bookings.refusals import BookingError
from node.services.exchanges import away, reading, receivers
from node.services.exchanges.acting import ExchangeError
from node.services.exchanges.reading import Row
from node.services.exchanges.receivers import Receiver
from node.services.identity.members import EDITOR
from node.services.listings import publishing
from node.services.listings.publishing import OwnListing, UnknownListingError
from node.web import current_node
from node.web.desk.booking_words import refused
from node.web.desk.frame import desk_frame
from node.web.desk.gate import at_least, guarded, member_now, turn_of_member
from node.web.form_state import form_at, typed_in
from node.web.inside import head, say, to
from node.web.view_models.exchanges import DeskGivenPage, DeskReceiver
from node.web.wording.said import plain

blueprint = guarded("giving")

PATH = "/<slug>/listings/<key>/given"
ELSEWHERE, LOOK, ORGANISATION = "elsewhere", "look", "to "


@blueprint.get(PATH)
@at_least(EDITOR)
def given(slug: str, key: str) -> str:
    return _page(slug, _listing(key), {"name": request.args.get("name", "")[: receivers.LONGEST]}, {})


@blueprint.post(PATH)
@at_least(EDITOR)
def give(slug: str, key: str) -> ResponseReturnValue:
    row, typed = _listing(key), typed_in("who", "quantity", "name")
    if typed["who"] == LOOK:
        return _page(slug, row, typed, {})
    try:
        made = _give(row, typed)
    except ExchangeError as error:
        field = "quantity" if row.listing().quantity.available > 1 else "who"
        return _page(slug, row, typed, {field: plain(error.refusal.sentence)}), 422
    except BookingError as error:
        return _page(slug, row, typed, {"who": refused(error.refusal)}), 422
    except _NobodyError as error:
        return _page(slug, row, typed, {"who": str(error)}), 422
    return to(f"/desk/{slug}/requests/{made}" if made else f"/desk/{slug}/requests")


class _NobodyError(Exception):
    """Nobody was chosen, or somebody who cannot be asked."""


def _give(row: OwnListing, typed: dict[str, str]) -> str:
    """The number of the request to look at afterwards, if there is one."""
    node, member = current_node(), member_now()
    quantity = _number(typed["quantity"])
    if typed["who"] == ELSEWHERE:
        away.gave_elsewhere(node, row.key, member.organisation_id, quantity, member.name)
        say(_("Noted, thank you. There is so much less of it on the board."))
        return ""
    if typed["who"].startswith(ORGANISATION):
        receiver = _receiver(typed["who"].removeprefix(ORGANISATION))
        made = away.gave_to_organisation(node, row.key, member.organisation_id, quantity, receiver, member.name)
        say(_("Noted, thank you. We ask them whether it was so."))
        return made.id
    if typed["who"] not in {one.stored.id for one in _askers(row)}:
        raise _NobodyError(_("Choose who has it."))
    away.gave_to(node, typed["who"], member.name)
    say(_("Noted, thank you. We ask them whether it was so."))
    return typed["who"]


def _number(typed: str) -> int:
    text = typed.strip() or "1"
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 0


def _receiver(said: str) -> Receiver:
    wanted_id, _between, peer = said.partition(" ")
    with turn_of_member():
        found = receivers.chosen(current_node(), member_now().organisation_id, wanted_id, peer)
    if found is None:
        raise _NobodyError(
            _(
                "They cannot be asked: their site does not answer now, or they want no such mails. "
                "Choose “somebody else”, or try again later."
            )
        )
    return found


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
    return reading.open_about(current_node(), row.organisation_id, row.id)


def _search(organisation_id: str, name: str) -> list[Receiver]:
    with turn_of_member():
        return receivers.search(current_node(), organisation_id, name)


def _page(slug: str, row: OwnListing, typed: dict[str, str], errors: dict[str, str]) -> str:
    node, listing, name = current_node(), row.listing(), typed.get("name", "")
    askers = tuple(DeskReceiver(one.stored.id, one.name or _("Nobody is known any more")) for one in _askers(row))
    many = listing.quantity.available if listing.quantity.available > 1 else 0
    found = _search(row.organisation_id, name) if name.strip() else []
    page = DeskGivenPage(
        head=head(_("Already gave it away?")),
        desk=desk_frame("listings"),
        title=listing.title,
        form=form_at(f"/desk/{slug}/listings/{row.key}/given", {"quantity": str(many or 1), **typed}, errors),
        people=askers,
        recent=tuple(map(_button, receivers.recent(node, row.organisation_id))),
        found=tuple(map(_button, found)),
        looked_for=name.strip(),
        many=many,
    )
    return render_template("desk/given.html", page=page)


def _button(one: Receiver) -> DeskReceiver:
    from node.web.wording.code_words import word

    return DeskReceiver(f"{ORGANISATION}{one.id} {one.peer}", one.name, word(one.type, "organisation_type"))
