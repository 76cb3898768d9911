"""What surrounds every page of the desk: which organisation it is about, where its parts are, what was just done."""

from __future__ import annotations

from typing import cast

from flask import g, request

from node.services.exchanges import reading
from node.services.identity import members
from node.services.identity.members import Member
from node.services.moving import moves
from node.services.stories import consent
from node.storage.accounts import Account
from node.storage.memberships import Place
from node.web import current_node
from node.web.desk.navigation import tabs
from node.web.form_state import form_at
from node.web.inside import just_said
from node.web.view_models.desk import DeskFrame
from node.web.view_models.parts import Link


def own_places() -> list[Place]:
    """The organisations that who asks may open, by name; looked up once for each request."""
    if "places" not in g:
        g.places = members.places_of(current_node(), cast(Account, g.account))
    return cast(list[Place], g.places)


def desk_frame(current: str = "") -> DeskFrame:
    """The frame for the request that is being answered; ``current`` is the code of its entry in the navigation."""
    root, account = request.script_root, cast(Account, g.account)
    member: Member | None = g.get("member")
    places = own_places()
    said, good = just_said()
    return DeskFrame(
        home_path=f"{root}/desk/",
        account=account.name,
        sign_out=form_at("/desk/sign-out"),
        organisation=next((one.name for one in places if member and one.slug == member.slug), ""),
        role=member.role if member else "",
        tabs=tabs(member, current, root, _waiting(member)) if member else (),
        places=tuple(
            Link(one.name, f"{root}/desk/{one.slug}/", bool(member and one.slug == member.slug)) for one in places
        ),
        account_path=f"{root}/desk/account",
        flash=said,
        flash_ok=good,
        moved_to=_moved_to(member) if member else "",
    )


def _moved_to(member: Member) -> str:
    moved = moves.move_of(current_node(), member.slug)
    return moved.to if moved else ""


def _waiting(member: Member) -> dict[str, int]:
    """How much waits for an answer, by the code of its entry."""
    node = current_node()
    return {
        "requests": reading.count_waiting(node, member.organisation_id),
        "stories": consent.count_asked(node, member.organisation_id),
    }
