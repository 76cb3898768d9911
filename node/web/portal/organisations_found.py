"""The organisations of a catalogue by name, for other nodes whose people look for one. Names no e-mail address."""

from __future__ import annotations

from flask import Blueprint, Response, request

from node.services.exchanges import receivers
from node.web import current_node

blueprint = Blueprint("organisations_found", __name__)


@blueprint.get("/organisations.json")
def found() -> Response:
    name, wanted_id = request.args.get("name", ""), request.args.get("id", "")
    body = receivers.document(current_node(), name[: receivers.LONGEST], wanted_id[:500])
    return Response(body, mimetype="application/json", headers={"Cache-Control": "public, max-age=60"})
