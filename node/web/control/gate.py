"""Who may come in: a request with the cookie of a session that is open. Everyone else is led to signing in."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, g, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from node.services import operator
from node.web import current_node

SIGN_IN = "/control/sign-in"


def guarded(name: str) -> Blueprint:
    """A blueprint none of whose views is reached without a session."""
    made = Blueprint(name, __name__)
    made.before_request(require_operator)
    return made


def require_operator() -> AnyResponse | None:
    """None lets the request through."""
    session = operator.session_of(current_node(), request.cookies.get(operator.COOKIE))
    if session is None:
        return to(SIGN_IN)
    g.operator = session
    return None


def to(path: str) -> AnyResponse:
    """See another page of this site (RFC 9110 section 15.4.4). ``path`` is ours, never the request's."""
    return redirect(request.script_root + path, 303)


def keep_cookie(response: Response | AnyResponse, secret: str) -> None:
    """Give the browser its session: out of reach of scripts, of other sites' forms, and of plain http."""
    response.set_cookie(operator.COOKIE, secret, max_age=operator.LONGEST_S, **_cookie_place())


def drop_cookie(response: Response | AnyResponse) -> None:
    response.delete_cookie(operator.COOKIE, **_cookie_place())


def _cookie_place() -> dict[str, Any]:
    return {
        "path": f"{request.script_root}/control",
        "secure": current_node().settings.url.startswith("https://"),
        "httponly": True,
        "samesite": "Lax",
    }
