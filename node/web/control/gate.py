"""Who may come in: a request with the cookie of a session that is open. Everyone else is led to signing in."""

from __future__ import annotations

from flask import Blueprint, Response, g, request
from werkzeug.wrappers import Response as AnyResponse

from node.services.identity import operator
from node.web import current_node, inside
from node.web.inside import to
from node.web.unsent import signed_out

PATH = "/control"
SIGN_IN = f"{PATH}/sign-in"


def guarded(name: str) -> Blueprint:
    """A blueprint none of whose views is reached without a session."""
    made = Blueprint(name, __name__)
    made.before_request(require_operator)
    return made


def require_operator() -> AnyResponse | None:
    """None lets the request through."""
    session = operator.session_of(current_node(), request.cookies.get(operator.COOKIE))
    if session is None:
        return signed_out(SIGN_IN) or to(SIGN_IN)
    g.operator = session
    return None


def keep_cookie(response: Response | AnyResponse, secret: str) -> None:
    """Give the browser its session."""
    inside.keep_cookie(response, operator.COOKIE, secret, PATH, operator.LONGEST_S)


def drop_cookie(response: Response | AnyResponse) -> None:
    inside.drop_cookie(response, operator.COOKIE, PATH)
