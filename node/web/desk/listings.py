"""All listings of an organisation: found, filtered, changed several at a time, and what each of them said before."""

from __future__ import annotations

from flask import abort, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from node.services import desk_listings
from node.services.members import EDITOR
from node.services.publishing import PublishingError, UnknownListingError
from node.storage.listings import STATES, Filter
from node.web import current_node
from node.web.desk.frame import desk_frame
from node.web.desk.gate import guarded, member_now
from node.web.desk.listing_form import own_listing
from node.web.desk.listings_view import DRAFTS, Asked, done, history_page, listings_page
from node.web.form_state import sentences
from node.web.inside import page_number, say, to
from node.web.said import plain

blueprint = guarded("desk_listings", EDITOR)
LONGEST_SEARCH = 100


@blueprint.get("/<slug>/listings")
def page(slug: str) -> str:
    return _page()


def _page(errors: dict[str, str] | None = None) -> str:
    view = listings_page(current_node(), member_now(), _asked(), desk_frame("listings"), errors or {})
    return render_template("desk/listings.html", page=view)


def _asked() -> Asked:
    """What the address asks for; whatever makes no sense is left out."""
    state = request.values.get("state", "live")
    text = request.args.get("q", "")[:LONGEST_SEARCH].replace("\x00", "").strip()
    wanted = Filter(
        member_now().organisation_id,
        state if state in STATES else "live",
        text,
        request.args.get("sign", "")[:20],
        request.args.get("category", "")[:80].replace("\x00", ""),
    )
    return Asked(wanted, DRAFTS if state == DRAFTS else wanted.state, page_number())


@blueprint.post("/<slug>/listings")
def change(slug: str) -> ResponseReturnValue:
    """Do with what is ticked what the button says, and come back to where it was."""
    member, doing = member_now(), request.form.get("then", "")
    fields = {name: request.form.get(name, "") for name in ("reason", "category", "expires", "place")}
    keys = request.form.getlist("key")[: desk_listings.PAGE]
    try:
        count = desk_listings.do(current_node(), member.organisation_id, keys, doing, fields, member.name)
    except PublishingError as error:
        return _page(sentences(error.problems)), 422
    say(done(doing, count))
    query = request.query_string.decode("ascii", "ignore")
    return to(f"/desk/{slug}/listings" + (f"?{query}" if query else ""))


@blueprint.get("/<slug>/listings/<key>/history")
def history(slug: str, key: str) -> str:
    node, row = current_node(), own_listing(key)
    view = history_page(node, member_now(), row, desk_listings.history(node, row), desk_frame("listings"))
    return render_template("desk/history.html", page=view)


@blueprint.post("/<slug>/listings/<key>/history")
def bring_back(slug: str, key: str) -> ResponseReturnValue:
    try:
        number = request.form.get("version", 0, type=int)
        desk_listings.bring_back(current_node(), own_listing(key), number, member_now().name)
    except UnknownListingError:
        abort(404)
    except PublishingError as error:
        wrong = " ".join(plain(problem.message) for problem in error.problems)
        say(wrong, ok=False)
    else:
        say(_("It says again what it said then."))
    return to(f"/desk/{slug}/listings/{key}/history")
