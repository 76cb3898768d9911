"""Answering over HTTP with waitress: small, in one process, and content with threads."""

from __future__ import annotations

import copy
import signal
from collections.abc import Callable
from types import FrameType
from typing import TYPE_CHECKING, Any, NoReturn

from node.web.security import MAX_BODY_BYTES, MOST_BODY_BYTES
from schemas.errors import SharefeedError

if TYPE_CHECKING:
    from flask import Flask
    from waitress.channel import HTTPChannel

    from node.settings import Settings

_BACKLOG = 512
_CONNECTIONS = 400
_IDLE_S = 60
TOO_LARGE = "This is more than is taken from somebody who is not signed in. Sign in, and send it again."


class ListenError(SharefeedError):
    """The address cannot be listened on."""


def serve(app: Flask, settings: Settings, begun: Callable[[], None] = lambda: None) -> None:
    """Answer on ``settings.host`` and ``port`` until the process is asked to stop (SIGTERM or Ctrl-C).

    ``begun`` is called once the address is ours. Raises `ListenError`.
    """
    from waitress.server import create_server

    try:
        server = create_server(
            app,
            host=settings.host,
            port=settings.port,
            threads=settings.threads,
            ident=None,
            backlog=_BACKLOG,
            connection_limit=_CONNECTIONS,
            channel_timeout=_IDLE_S,
            # What a view takes is for the view to say; most take far less.
            max_request_body_size=MOST_BODY_BYTES,
            # waitress would drop the headers that ProxyFix has been told to believe.
            clear_untrusted_proxy_headers=not settings.trusted_proxies,
        )
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise ListenError(
            f"{settings.host}:{settings.port} cannot be listened on: {reason}. Nothing is served. End what holds it, "
            "or choose another with --port or --host."
        ) from error
    channels = channels_for(_may_send_files(app))
    for listening in (server, *getattr(server, "map", {}).values()):
        # With several addresses, each has a server of its own.
        if hasattr(listening, "channel_class"):
            listening.channel_class = channels
    stop_on_sigterm()
    begun()
    try:
        server.run()
    finally:
        _hang_up(server)


def _hang_up(server: Any) -> None:
    """Close what nobody answers any more, so that nobody waits for it: this program may be asking itself just now."""
    from waitress import wasyncore

    wasyncore.close_all(getattr(server, "map", None) or server._map, ignore_all=True)


def _may_send_files(app: Flask) -> Callable[[str], bool]:
    """Whether a request with these cookies may be larger than `MAX_BODY_BYTES`: of somebody who is signed in."""
    from werkzeug.http import parse_cookie

    from node.services.identity import accounts

    node = app.extensions["sharefeed"]

    def may(cookies: str) -> bool:
        secret = parse_cookie(cookies).get(accounts.COOKIE)
        try:
            return bool(secret) and accounts.is_open(node, str(secret))
        except SharefeedError:
            return False

    return may


def channels_for(may_send_files: Callable[[str], bool]) -> type[HTTPChannel]:
    """Connections that take a large body only where the cookies before it allow that.

    waitress keeps a whole body, on disk if need be, before anything of ours is asked: so it is asked here, when the
    headers are there and nothing of the body has been read.
    """
    from waitress.channel import HTTPChannel
    from waitress.parser import HTTPRequestParser
    from waitress.utilities import RequestEntityTooLarge

    class Parser(HTTPRequestParser):  # type: ignore[misc]
        adj: Any
        error: Any

        def parse_header(self, header_plus: bytes) -> None:
            super().parse_header(header_plus)
            is_large = self.chunked or self.content_length > MAX_BODY_BYTES
            if is_large and not may_send_files(self.headers.get("COOKIE", "")):
                self.adj = _smaller(self.adj)

        def received(self, data: bytes) -> int:
            consumed: int = super().received(data)
            if isinstance(self.error, RequestEntityTooLarge):
                self.error = RequestEntityTooLarge(TOO_LARGE)
            return consumed

    class Channel(HTTPChannel):  # type: ignore[misc]
        parser_class = Parser

    return Channel


def _smaller(adjustments: Any) -> Any:
    made = copy.copy(adjustments)
    made.max_request_body_size = MAX_BODY_BYTES + 1  # waitress refuses what has as many
    return made


def stop_on_sigterm() -> None:
    """Let a service manager's request to stop end the process as Ctrl-C does: after what is being done."""
    signal.signal(signal.SIGTERM, _stop)


def _stop(_number: int, _frame: FrameType | None) -> NoReturn:
    raise SystemExit(0)
