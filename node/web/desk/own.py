"""What the public page of a listing or an organisation asks for those who are signed in: where they change it.

Public pages are the same for everyone, so that caches may keep them; a script asks here, and shows the way.
"""

from __future__ import annotations

from flask import abort, g, request
from flask.typing import ResponseReturnValue

from node.services.identity import members
from node.services.identity.members import EDITOR, OWNER
from node.services.listings import publishing
from node.services.listings.publishing import UnknownListingError
from node.web import current_node
from node.web.desk.frame import own_places
from node.web.desk.gate import guarded

blueprint = guarded("own")


@blueprint.get("/account/own/listings/<key>")
def listing(key: str) -> ResponseReturnValue:
    try:
        row = publishing.listing(current_node(), key)
    except UnknownListingError:
        abort(404)
    found = next((place.slug for place in own_places() if place.organisation_id == row.organisation_id), "")
    _refuse_others(found, EDITOR)
    return {"path": f"{request.script_root}/desk/{found}/listings/{row.key}/edit"}


@blueprint.get("/account/own/organisations/<key>")
def organisation(key: str) -> ResponseReturnValue:
    _refuse_others(key, OWNER)
    return {"path": f"{request.script_root}/desk/{key}/profile"}


def _refuse_others(slug: str, least: str) -> None:
    """404 for those who may not change anything there: it is nothing to them."""
    member = members.member_of(current_node(), g.account, slug)
    if member is None or not member.may(least):
        abort(404)
