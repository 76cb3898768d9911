"""Who may come in: a request with the cookie of a session that is open, and of an organisation only its members.

Everyone else is led to signing in. An organisation of which one is no member looks as if it were not there.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any, TypeVar, cast
from urllib.parse import urlencode

from flask import Blueprint, Response, abort, g, request
from werkzeug.datastructures import WWWAuthenticate
from werkzeug.exceptions import Unauthorized
from werkzeug.wrappers import Response as AnyResponse

from node.services.identity import accounts, api_tokens, members, sessions
from node.services.identity.api_tokens import Caller
from node.services.identity.members import VIEWER, Member
from node.services.limits import throttling
from node.web import current_node, inside
from node.web.inside import to
from node.web.unsent import signed_out

PATH = "/desk"
SIGN_IN = f"{PATH}/sign-in"
PROVE = f"{PATH}/account/prove"
AT_DESK = "sharefeed_at_desk"
"""The mark by which public pages, the same for everyone, know that the desk is worth asking (`js/own.js`)."""
PROOF_S, LONGEST_PROOF_S = 15 * 60, 45 * 60
"""How long ago somebody may have proved who they are, to open a form for dangerous things, and to send it."""
SAFE_METHODS = ("GET", "HEAD", "OPTIONS")
_LONGEST_WAY_BACK = 1000

View = TypeVar("View", bound=Callable[..., Any])


def guarded(name: str, least: str = VIEWER) -> Blueprint:
    """A blueprint none of whose views is reached without an account.

    Views whose address has a ``<slug>`` are for the members of that organisation, who are ``g.member`` then; what
    changes something (anything but GET) needs the role ``least``. `at_least` asks more of a single view.
    """
    made = Blueprint(name, __name__)

    def require() -> AnyResponse | None:
        return _refused(least)

    made.before_request(require)
    return made


def _refused(least: str) -> AnyResponse | None:
    """None lets the request through."""
    node = current_node()
    found = accounts.signed_in(node, request.cookies.get(accounts.COOKIE))
    if found is None:
        return signed_out(SIGN_IN) or to(f"{SIGN_IN}?{urlencode(_way_here())}" if _way_here() else SIGN_IN)
    g.account, g.session = found.account, found.session
    slug = (request.view_args or {}).get("slug")
    if slug is None:
        return None
    member = members.member_of(node, found.account, slug)
    if member is None:
        abort(404)
    if request.method not in SAFE_METHODS and not member.may(least):
        abort(403)
    g.member = member
    return None


def _way_here() -> dict[str, str]:
    """What signing in is to lead back to: a page that can be opened by its address, and is not the first one anyway."""
    query = request.query_string.decode("ascii", "ignore")
    here = request.path + (f"?{query}" if query else "")
    if request.method != "GET" or here == f"{PATH}/" or len(here) > _LONGEST_WAY_BACK:
        return {}
    return {"next": here}


def at_least(role: str) -> Callable[[View], View]:
    """Let only members with this role, or one that may more, reach a view, whatever its method."""

    def around(view: View) -> View:
        @functools.wraps(view)
        def checked(*args: Any, **kwargs: Any) -> Any:
            if not member_now().may(role):
                abort(403)
            return view(*args, **kwargs)

        return cast(View, checked)

    return around


def proved(page: str = "") -> Callable[[View], View]:
    """Let only those reach a view who proved a short while ago who they are; the others do that first.

    Then they are led to ``page``, in which ``{slug}`` may stand, or to the view itself where that shows one.
    """

    def around(view: View) -> View:
        @functools.wraps(view)
        def checked(*args: Any, **kwargs: Any) -> Any:
            within = PROOF_S if request.method == "GET" else LONGEST_PROOF_S
            if not sessions.is_proved(g.session, current_node().now, within):
                following = page.format(**(request.view_args or {})) or request.path
                return to(f"{PROVE}?{urlencode({'next': following})}")
            return view(*args, **kwargs)

        return cast(View, checked)

    return around


def member_now() -> Member:
    """Who asks, in the organisation that they ask about."""
    return cast(Member, g.member)


def turn_of_member() -> AbstractContextManager[None]:
    """Around what makes a member wait for another site: twice at once at most, as people press twice."""
    node = current_node()
    return node.turns.take(f"account {g.account.id}", node.settings.threads, 2)


def token_of_request(scope: str) -> Caller:
    """The program that asks, by its token (RFC 6750, ``Authorization: Bearer …``), which must have this scope.

    For routes with a ``<slug>`` the token must be that organisation's; else it is as if there were none. Answers 401
    without a good token and 403 where its scopes do not suffice. No cookie is looked at, so nothing can be forged.
    """
    kind, _, secret = request.headers.get("Authorization", "").partition(" ")
    found = api_tokens.caller(current_node(), secret.strip()) if kind.lower() == "bearer" else None
    slug = (request.view_args or {}).get("slug")
    if found is None:
        raise Unauthorized(
            "Send a token of this organisation: Authorization: Bearer sharefeed_…",
            www_authenticate=WWWAuthenticate("bearer", {"realm": "desk"}),
        )
    if slug is not None and slug != found.slug:
        abort(404)
    if scope not in found.scopes:
        abort(403, f"This token lacks the scope {scope}.")
    return found


def keep_cookie(response: Response | AnyResponse, secret: str) -> None:
    """Give the browser its session, and the mark by which it is known when it comes again."""
    inside.keep_cookie(response, accounts.COOKIE, secret, PATH, accounts.LONGEST_S)
    inside.keep_mark(response, AT_DESK, accounts.LONGEST_S)
    found = accounts.signed_in(current_node(), secret)
    if found is not None:
        mark = throttling.new_mark(current_node(), found.account.email)
        inside.keep_cookie(response, throttling.KNOWN_COOKIE, mark, PATH, throttling.KNOWN_S)


def drop_cookie(response: Response | AnyResponse) -> None:
    inside.drop_cookie(response, accounts.COOKIE, PATH)
    inside.drop_mark(response, AT_DESK)
