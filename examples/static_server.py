"""A folder over HTTP on this machine, as web spaces do: ``python -m examples.static_server FOLDER PORT``."""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable, Sequence
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from types import FrameType
from typing import Any, NoReturn


class QuietHandler(SimpleHTTPRequestHandler):
    """Serves files with the types that web spaces give them, and keeps no log."""

    protocol_version = "HTTP/1.1"
    extensions_map = {
        **SimpleHTTPRequestHandler.extensions_map,
        ".atom": "application/atom+xml",
        ".json": "application/json",
        ".html": "text/html; charset=utf-8",
        ".svg": "image/svg+xml",
    }

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name is the base class's
        """Say nothing."""


def main(arguments: Sequence[str]) -> None:
    """Serve the folder ``arguments[0]`` on the loopback port ``arguments[1]`` until asked to stop."""
    folder, port = arguments
    handler: Callable[..., QuietHandler] = partial(QuietHandler, directory=folder)
    signal.signal(signal.SIGTERM, _stop)
    with ThreadingHTTPServer(("127.0.0.1", int(port)), handler) as server:
        server.serve_forever()


def _stop(_number: int, _frame: FrameType | None) -> NoReturn:
    raise SystemExit(0)


if __name__ == "__main__":
    main(sys.argv[1:])
