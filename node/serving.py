"""Answering over HTTP with waitress: small, in one process, and content with threads."""

from __future__ import annotations

import signal
from collections.abc import Callable
from types import FrameType
from typing import TYPE_CHECKING, NoReturn

from node.web.security import MOST_BODY_BYTES
from schemas.errors import SharefeedError

if TYPE_CHECKING:
    from flask import Flask

    from node.settings import Settings

_BACKLOG = 512
_CONNECTIONS = 400
_IDLE_S = 60


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
    stop_on_sigterm()
    begun()
    server.run()


def stop_on_sigterm() -> None:
    """Let a service manager's request to stop end the process as Ctrl-C does: after what is being done."""
    signal.signal(signal.SIGTERM, _stop)


def _stop(_number: int, _frame: FrameType | None) -> NoReturn:
    raise SystemExit(0)
