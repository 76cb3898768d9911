"""The inbox: where other nodes send their messages. What is said here is believed for its signature alone."""

from __future__ import annotations

from http import HTTPStatus

import orjson
from flask import Blueprint, Response, current_app, request

from node.services.limits.allowance import Allowance, TooFastError, network_of, uncounted
from node.services.messages import receiving
from node.services.messages.receiving import MessageError
from node.services.messages.sending import MEDIA_TYPE
from node.services.syndication.node_document import INBOX_PATH as PATH
from node.web import current_node
from node.web.errors import PROBLEMS_URL
from schemas import problem
from schemas.http_signature import Request
from schemas.message import MOST_BYTES

blueprint = Blueprint("inbox", __name__)
without_csrf = True

WANTED = 'sharefeed=("@method" "@target-uri" "content-digest");created;nonce;keyid;alg="ed25519"'
A_MINUTE = 240
"""Messages that one network may send within a minute."""
_ALLOWANCE = "sharefeed.inbox"


@blueprint.errorhandler(MessageError)
def refused(error: MessageError) -> Response:
    """A problem document (RFC 9457)."""
    title = HTTPStatus(error.status).phrase
    document = {"type": PROBLEMS_URL + error.code, "title": title, "status": error.status, "detail": str(error)}
    response = Response(orjson.dumps(document), status=error.status, mimetype=problem.MEDIA_TYPE)
    response.headers["Cache-Control"] = "no-store"
    if error.status == HTTPStatus.UNAUTHORIZED:
        response.headers["WWW-Authenticate"] = "Signature"
        response.headers["Accept-Signature"] = WANTED
    return response


@blueprint.post(f"/{PATH}")
def take() -> Response:
    """One message. Answers 202 with what it did, or a problem document."""
    _count()
    if request.mimetype != MEDIA_TYPE:
        raise MessageError(415, "bad-type", f"A message is {MEDIA_TYPE}.")
    request.max_content_length = MOST_BYTES
    body = request.get_data(cache=False)
    answer = receiving.receive(current_node(), _as_signed(), body, network=network_of(request.remote_addr or ""))
    headers = {"Cache-Control": "no-store"}
    return Response(answer, status=202, mimetype="application/json", headers=headers)


def _as_signed() -> Request:
    """The request as its sender addressed it: to this node's own address, whatever name a proxy asks us by."""
    query = request.query_string.decode("latin-1")
    target = f"{current_node().settings.url}{PATH}" + (f"?{query}" if query else "")
    headers = {name.lower(): value for name, value in request.headers.items()}
    return Request(request.method, target, headers)


def _count() -> None:
    node, known = current_node(), current_app.extensions
    allowance: Allowance = known.setdefault(_ALLOWANCE, Allowance("inbox", A_MINUTE))
    network = network_of(request.remote_addr or "")
    if uncounted(node.settings.rate_uncounted)(network):
        return
    told = allowance.take(network, node.clock().timestamp())
    if not told.allowed:
        raise TooFastError(allowance.name, told.window_s)
