"""All listings of an organisation: found, filtered, changed several at a time, and what each of them said before."""

from __future__ import annotations

import secrets

from flask import abort, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from node.services.desk import bulk, listings
from node.services.desk import undo as desk_undo
from node.services.desk.bulk import Wish
from node.services.identity.members import EDITOR
from node.services.listings.publishing import PublishingError, UnknownListingError
from node.web import current_node
from node.web.desk import undoing
from node.web.desk.bulk_view import asked_for, query_of
from node.web.desk.frame import desk_frame
from node.web.desk.gate import guarded, member_now
from node.web.desk.listing_form import own_listing
from node.web.desk.listings_view import Sent, done, history_page, listings_page
from node.web.form_state import sentences
from node.web.inside import say, to
from node.web.wording.said import plain

blueprint = guarded("desk_listings", EDITOR)
FIELDS = ("reason", "category", "expires", "place")
"""What is asked for besides, to do one thing or another with several."""


@blueprint.get("/<slug>/listings")
def page(slug: str) -> str:
    return _page()


def _page(errors: dict[str, str] | None = None) -> str:
    """The list; with ``errors`` everything that was ticked and typed stays so."""
    sent = Sent({name: request.form.get(name, "") for name in (*FIELDS, "all")}, frozenset(request.form.getlist("key")))
    view = listings_page(current_node(), member_now(), asked_for(), desk_frame("listings"), errors or {}, sent)
    return render_template("desk/listings.html", page=view)


@blueprint.post("/<slug>/listings")
def change(slug: str) -> ResponseReturnValue:
    """Do with what is ticked what the button says, and come back to where it was."""
    member, doing = member_now(), request.form.get("then", "")
    fields = {name: request.form.get(name, "") for name in FIELDS}
    if request.form.get("all") == "yes":
        return _ask_about_all(slug, doing, fields)
    keys = request.form.getlist("key")[: listings.PAGE]
    try:
        mark = desk_undo.mark_of(member, secrets.token_hex(8), current_node().now)
        count = listings.do(current_node(), member, keys, doing, fields, mark)
    except PublishingError as error:
        return _page(sentences(error.problems)), 422
    say(done(doing, count))
    undoing.remember(slug, mark, count)
    query = request.query_string.decode("ascii", "ignore")
    return to(f"/desk/{slug}/listings" + (f"?{query}" if query else ""))


def _ask_about_all(slug: str, doing: str, fields: dict[str, str]) -> ResponseReturnValue:
    """Lead to the question whether it is to be done with everything that the search shows."""
    wish = Wish(asked_for().wanted, doing, fields)
    try:
        bulk.offer(current_node(), wish)
    except PublishingError as error:
        return _page(sentences(error.problems)), 422
    return to(f"/desk/{slug}/listings/all?{query_of(wish)}")


@blueprint.post("/<slug>/listings/undo")
def undo(slug: str) -> ResponseReturnValue:
    """Take back what this browser did last with several."""
    kept = undoing.remembered(slug)
    if kept is None:
        say(
            _("That cannot be taken back any more. What each of them said before stands under “What became of it”."),
            False,
        )
        return to(f"/desk/{slug}/listings")
    try:
        what = desk_undo.undo(current_node(), member_now(), kept.mark)
    except PublishingError as error:
        refused = " ".join(sentences(error.problems).values())
        say(refused, ok=False)
        return to(f"/desk/{slug}/listings")
    if not what.rest:
        undoing.forget()
    say(undoing.told(what))
    return to(f"/desk/{slug}/listings")


@blueprint.get("/<slug>/listings/<key>/history")
def history(slug: str, key: str) -> str:
    node, row = current_node(), own_listing(key)
    view = history_page(node, member_now(), row, listings.history(node, row), desk_frame("listings"))
    return render_template("desk/history.html", page=view)


@blueprint.post("/<slug>/listings/<key>/history")
def bring_back(slug: str, key: str) -> ResponseReturnValue:
    try:
        number = request.form.get("version", 0, type=int)
        listings.bring_back(current_node(), own_listing(key), number, member_now().name)
    except UnknownListingError:
        abort(404)
    except PublishingError as error:
        wrong = " ".join(plain(problem.message) for problem in error.problems)
        say(wrong, ok=False)
    else:
        say(_("It says again what it said then."))
    return to(f"/desk/{slug}/listings/{key}/history")
