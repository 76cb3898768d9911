"""Moving to a node of one's own: the steps, the address of the new node, and the way back while there is one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from flask import g, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from node.services.identity.audit import by
from node.services.identity.members import OWNER
from node.services.moving import moves
from node.services.moving.moves import DAYS, MoveError
from node.web import current_node
from node.web.desk.frame import desk_frame
from node.web.desk.gate import at_least, guarded, proved, turn_of_member
from node.web.form_state import form_at, typed_in
from node.web.inside import head, say, to
from node.web.portal.cards import moment
from node.web.view_models.desk_move import DeskMovePage

blueprint = guarded("moving", OWNER)

PAGE = "/desk/{slug}/move"


@blueprint.get("/<slug>/move")
@at_least(OWNER)
def page(slug: str) -> str:
    return _page(slug, {})


@blueprint.post("/<slug>/move")
@proved(PAGE)
def move(slug: str) -> ResponseReturnValue:
    typed = typed_in("address")
    if request.form.get("sure") != "yes":
        return _page(slug, typed, {"sure": _("Tick the box if you are sure.")}), 422
    try:
        with turn_of_member():
            moves.move(current_node(), slug, typed["address"].strip(), by(g.account))
    except MoveError as error:
        return _page(slug, typed, {"address": _why_not(error)}), 422
    say(_("You have moved. Your pages here lead to the new ones."))
    return to(PAGE.format(slug=slug))


@blueprint.post("/<slug>/move/undo")
@proved(PAGE)
def undo(slug: str) -> ResponseReturnValue:
    try:
        moves.take_back(current_node(), slug, by(g.account))
        say(_("You are at home here again."))
    except MoveError:
        say(_("That was not possible any more. Look at the page once again."), ok=False)
    return to(PAGE.format(slug=slug))


def _why_not(error: MoveError) -> str:
    known: dict[str, str] = {
        "missing": _("Not all of your listings are there yet. Take a new copy, bring it there, and try again."),
        "itself": _("This is the address of this node. Give that of the new one."),
        "moved": _("You have moved already."),
        "no-node": _("There is no node at this address. Look whether it is running, and whether you typed it right."),
    }
    return known.get(error.code) or _("What is at this address could not be read. Try again in a while.")


def _page(slug: str, typed: Mapping[str, str], errors: Mapping[str, str] | None = None) -> str:
    moved = moves.move_of(current_node(), slug)
    path = PAGE.format(slug=slug)
    open_still = moved is not None and not moved.ended
    view = DeskMovePage(
        head=head(_("Move to your own node")),
        # The page itself says it, with more.
        desk=replace(desk_frame("export"), moved_to=""),
        days=DAYS,
        export_path=f"{request.script_root}/desk/{slug}/export",
        form=form_at(path, typed, errors) if moved is None else None,
        to=moved.to if moved else "",
        ends=moment(moved.ends_at) if moved and open_still else None,
        undo=form_at(f"{path}/undo") if open_still else None,
    )
    return render_template("desk/move.html", page=view)
