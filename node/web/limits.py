"""How fast one network may search: by the API, by the page, by feeds of searches, in frames, for organisations.

Each is counted for itself. What nodes read from one another, files, and pages that cost little are never counted, nor
what a browser asks before a script's request (CORS). Every counted answer says what is left, as
draft-ietf-httpapi-ratelimit-headers-11 has it.
"""

from __future__ import annotations

from functools import lru_cache

from flask import Flask, Response, current_app, g, request

from node.services.limits.allowance import WINDOW_S, Allowance, TooFastError, network_of, uncounted
from node.settings import Settings
from node.web import current_node
from node.web.security import FRAME_ENDPOINT

API_START = "/api/v1/"
SUGGESTING = 5
"""What is suggested while somebody types is asked for with every few letters, and costs little."""
_WARNED = "sharefeed.proxy-warning"


def install(app: Flask, settings: Settings) -> None:
    """Count from now on. Raises `SettingError` for a network that is none."""
    quota = settings.api_rate_per_minute
    if not quota:
        return
    api, feeds = Allowance("api", quota), Allowance("search-feeds", quota)
    frames, organisations = Allowance("frames", quota), Allowance("organisations", quota)
    pages = {"portal.search": Allowance("search", quota), FRAME_ENDPOINT: frames, "oembed.provide": frames}
    pages["organisations_found.found"] = organisations
    suggestions = Allowance("suggestions", quota * SUGGESTING)
    free = uncounted(settings.rate_uncounted)

    @lru_cache(maxsize=4096)
    def who(address: str) -> tuple[str, bool]:
        network = network_of(address)
        return network, free(network)

    def counted() -> Allowance | None:
        if request.method == "OPTIONS":
            return None
        if request.path.startswith(API_START):
            return suggestions if request.endpoint == "api.suggestions" else api
        return feeds if request.blueprint == "search_feeds" else pages.get(request.endpoint or "")

    def count() -> None:
        allowance = counted()
        if allowance is None:
            return
        network, is_free = who(request.remote_addr or "")
        told = allowance.untouched() if is_free else allowance.take(network, current_node().clock().timestamp())
        g.rate_limit = (allowance, told)
        if not told.allowed:
            _warn(settings)
            raise TooFastError(allowance.name, told.window_s)

    app.before_request(count)
    app.after_request(_tell)


def policy_of(name: str, quota: int) -> str:
    return f'"{name}";q={quota};w={WINDOW_S}'


def _tell(response: Response) -> Response:
    said = g.get("rate_limit")
    if said is not None:
        allowance, told = said
        response.headers["RateLimit-Policy"] = policy_of(allowance.name, allowance.quota)
        response.headers["RateLimit"] = f'"{allowance.name}";r={told.left};t={told.window_s}'
    return response


def _warn(settings: Settings) -> None:
    """Tell the operator, once, what it looks like when all visitors count as one: their own proxy."""
    known = current_app.extensions
    if settings.trusted_proxies or "X-Forwarded-For" not in request.headers or _WARNED in known:
        return
    known[_WARNED] = True
    current_app.logger.warning(
        "Requests from %s are refused as too many, and carry X-Forwarded-For. If they come from your own proxy, set "
        "trusted_proxies: without it all visitors count as one.",
        request.remote_addr,
    )
