"""The same done with all listings that a search shows: the question, with the number and the meaning, and the deed."""

from __future__ import annotations

from dataclasses import replace

from flask import render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from node.services.desk import bulk
from node.services.desk.bulk import Agreed, OtherNumberError, Wish
from node.services.identity.members import EDITOR
from node.services.listings.publishing import PublishingError
from node.web import current_node
from node.web.desk import undoing
from node.web.desk.bulk_view import bulk_page, list_query, query_of, told, wish_of
from node.web.desk.frame import desk_frame
from node.web.desk.gate import at_least, guarded, member_now
from node.web.form_state import sentences
from node.web.inside import say, to

blueprint = guarded("bulk", EDITOR)


@blueprint.get("/<slug>/listings/all")
@at_least(EDITOR)
def page(slug: str) -> ResponseReturnValue:
    wish = wish_of()
    # When a part is done already, what others changed since the beginning is still left out.
    at = request.args.get("at", type=int) if wish.wanted.after else None
    return _ask(slug, wish, current_node().now if at is None else at)


def _ask(slug: str, wish: Wish, at: int, errors: dict[str, str] | None = None) -> ResponseReturnValue:
    try:
        offer = bulk.offer(current_node(), wish)
    except PublishingError as error:
        return _back(slug, wish, " ".join(sentences(error.problems).values()))
    if not offer.count:
        return _back(slug, wish, _("This search shows nothing any more."))
    view = bulk_page(current_node(), member_now(), wish, offer, at, desk_frame("listings"), errors or {})
    return render_template("desk/bulk.html", page=view), 409 if errors else 200


def _back(slug: str, wish: Wish, wrong: str = "") -> ResponseReturnValue:
    if wrong:
        say(wrong, ok=False)
    return to(f"/desk/{slug}/listings?{list_query(wish)}")


@blueprint.post("/<slug>/listings/all")
def change(slug: str) -> ResponseReturnValue:
    """Do it with as many as was agreed to, or ask again where that number is no longer right."""
    node, wish = current_node(), wish_of()
    agreed = Agreed(request.form.get("count", -1, type=int), request.form.get("at", 0, type=int))
    try:
        done = bulk.carry_out(node, member_now(), wish, agreed)
    except OtherNumberError:
        return _ask(slug, wish, node.now, {"": _("The number has changed since you were asked. Nothing was done.")})
    except PublishingError as error:
        return _back(slug, wish, " ".join(sentences(error.problems).values()))
    say(told(wish.doing, done), ok=not done.refused)
    undoing.remember(slug, bulk.mark_of(member_now(), wish, agreed), agreed.count)
    if not done.rest:
        return _back(slug, wish)
    rest = replace(wish, wanted=replace(wish.wanted, after=done.after))
    return to(f"/desk/{slug}/listings/all?{query_of(rest, agreed.at)}")
