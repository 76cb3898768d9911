"""What every answer says to browsers about safety, and which requests are taken at all."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from flask import Flask, Request, Response, request
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface, SessionMixin
from itsdangerous import BadSignature
from werkzeug.middleware.proxy_fix import ProxyFix

from node.settings import Settings

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

MAX_BODY_BYTES = 2**20
MOST_BODY_BYTES = 64 * 2**20
"""What the few views may take that take files, of those who are signed in; no server in front needs to take more."""
LOOPBACK_HOSTS = ("localhost", "127.0.0.1", "[::1]")
FRAME_ENDPOINT = "embed.frame"
"""The one page that other websites may show in a frame: it holds no form, reads no cookie and sets none."""
_YEAR_S = 31_536_000
_POWERS = "camera=(), microphone=(), payment=(), usb=(), browsing-topics=()"
_FRAMED_BY_NOBODY = "frame-ancestors 'none'"


class Sessions(SecureCookieSessionInterface):
    """Flask's sessions, for which nothing is prepared where there is no cookie: few readers ever have one.

    A cookie that is dated ahead is ours all the same: the clock was put back, and who has a form open may send it.
    """

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        value, signing = request.cookies.get(self.get_cookie_name(app)), self.get_signing_serializer(app)
        if not value or signing is None:
            return self.session_class()
        try:
            kept, made_at = signing.loads(value, return_timestamp=True)
        except BadSignature:
            return self.session_class()
        is_over = datetime.now(UTC) - made_at > app.permanent_session_lifetime
        return self.session_class() if is_over else self.session_class(kept)

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        # What nobody looked at is neither kept nor a reason for caches to tell readers apart.
        if session.accessed or session.modified:
            super().save_session(app, session, response)


def configuration(settings: Settings) -> dict[str, Any]:
    """Flask's configuration: a limit on bodies, our own hosts, cookies that scripts and other sites cannot use."""
    return {
        "SECRET_KEY": settings.secret(),
        "MAX_CONTENT_LENGTH": MAX_BODY_BYTES,
        "TRUSTED_HOSTS": trusted_hosts(settings),
        "SESSION_COOKIE_SECURE": settings.url.startswith("https://"),
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_NAME": "sharefeed_session",
        "WTF_CSRF_TIME_LIMIT": None,  # a form may lie open overnight; the token ends with the session
    }


def trusted_hosts(settings: Settings) -> list[str]:
    """The names by which this node may be asked: its own, and this machine's, for whoever looks or checks from here.

    Links and redirects are made from ``node_url`` alone, so what a request calls its host decides nothing.
    """
    own = urlsplit(settings.url).hostname or ""
    hosts = [f"[{own}]" if ":" in own else own]
    return hosts + [host for host in LOOPBACK_HOSTS if host not in hosts]


def install(app: Flask, settings: Settings) -> None:
    """Set headers on every answer, and believe as many proxies as the settings name."""
    everywhere, framed = response_headers(settings), frame_headers(settings)

    def protect(response: Response) -> Response:
        in_a_frame = request.endpoint == FRAME_ENDPOINT and response.status_code < 400
        said = response.headers
        for name, value in (framed if in_a_frame else everywhere).items():
            if name not in said:
                said.add(name, value)
        return response

    app.session_interface = Sessions()
    app.after_request(protect)
    count = settings.trusted_proxies
    if count:
        proxied = ProxyFix(app.wsgi_app, x_for=count, x_proto=count, x_host=count)
        app.wsgi_app = below_own_path(proxied, settings)  # type: ignore[method-assign, assignment]


def below_own_path(inner: WSGIApplication, settings: Settings) -> WSGIApplication:
    """Answer below the path of the node's own address where a proxy has taken that off (X-Forwarded-Prefix).

    Most proxies hand on what a visitor says there. So no other path is believed: all links and redirects begin with it.
    """
    own = urlsplit(settings.url).path.rstrip("/")

    def outer(environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        said = str(environ.pop("HTTP_X_FORWARDED_PREFIX", "")).split(",")
        if own and own in [one.strip().rstrip("/") for one in said]:
            environ["SCRIPT_NAME"] = own
        return inner(environ, start)

    return outer


def response_headers(settings: Settings) -> dict[str, str]:
    headers = {
        "Content-Security-Policy": content_security_policy(settings),
        "Referrer-Policy": "same-origin",
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Permissions-Policy": f"geolocation=(self), {_POWERS}",
    }
    return headers | _transport(settings)


def frame_headers(settings: Settings) -> dict[str, str]:
    """The headers of the page for frames: whoever likes may show it, and it can do less than any other page."""
    headers = {
        "Content-Security-Policy": (
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
            "form-action 'none'; base-uri 'none'; frame-ancestors *"
        ),
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
        "Cross-Origin-Resource-Policy": "cross-origin",
        "Permissions-Policy": f"geolocation=(), {_POWERS}",
    }
    return headers | _transport(settings)


def _transport(settings: Settings) -> dict[str, str]:
    encrypted = settings.url.startswith("https://")
    return {"Strict-Transport-Security": f"max-age={_YEAR_S}"} if encrypted else {}


def content_security_policy(settings: Settings) -> str:
    """Everything from this site alone, but for map tiles and a logo where the settings name other hosts."""
    pictures = " ".join(["'self'", "data:", *_foreign_origins(settings)])
    return (
        "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; connect-src 'self'; "
        f"img-src {pictures}; manifest-src 'self'; worker-src 'self'; form-action 'self'; base-uri 'none'; "
        + _FRAMED_BY_NOBODY
    )


def let_us_frame(response: Response) -> None:
    """Let pages of this site, and no other, show the answer in a frame."""
    policy = response.headers.get("Content-Security-Policy", "")
    response.headers["Content-Security-Policy"] = policy.replace(_FRAMED_BY_NOBODY, "frame-ancestors 'self'")
    response.headers["X-Frame-Options"] = "SAMEORIGIN"


def with_frames(settings: Settings) -> str:
    """The policy of a page that shows other pages of this site in frames."""
    return f"{content_security_policy(settings)}; frame-src 'self'"


def _foreign_origins(settings: Settings) -> list[str]:
    origins = []
    for address in (settings.map_tiles, settings.logo):
        # A tile address may hold {s} for one of several servers; the braces are no part of a host.
        parts = urlsplit(address.replace("{s}", "*"))
        if parts.scheme in ("http", "https") and parts.netloc and not set(parts.netloc) & set(" ;,'\""):
            origins.append(f"{parts.scheme}://{parts.netloc}")
    return origins
