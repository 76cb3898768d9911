"""When the certificate of our own address ends, seen as everybody else sees it."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple
from urllib.parse import urlsplit

from node.context import Node
from node.storage import measured
from node.storage.measured import Reading

BEGINS, ENDS = "certificate-from", "certificate-until"
TIMEOUT_S = 15.0


class Span(NamedTuple):
    """From when to when a certificate is good, in seconds since 1970."""

    begins: int
    ends: int


Ask = Callable[[str, int], Span]


def look(node: Node, ask: Ask | None = None) -> None:
    """Ask our own address for its certificate, and keep from when to when it is good.

    What stands in the way is noted by the look at the address itself (`watch.ask_ourselves`).
    """
    parts = urlsplit(node.settings.url)
    if parts.scheme != "https" or not parts.hostname:
        return
    try:
        span = (ask or _asked)(parts.hostname, parts.port or 443)
    except (OSError, ValueError):
        return
    with node.database.write() as tx:
        measured.keep(tx, Reading(BEGINS, node.now, span.begins))
        measured.keep(tx, Reading(ENDS, node.now, span.ends))


def known(node: Node) -> Span | None:
    """The certificate that was seen last; None where none was."""
    with node.database.read() as tx:
        begins, ends = measured.latest(tx, BEGINS), measured.latest(tx, ENDS)
    return Span(begins.value, ends.value) if begins and ends else None


def _asked(host: str, port: int) -> Span:
    import socket
    import ssl

    # Our own address, as the settings have it: no stranger chooses where this goes.
    with (
        socket.create_connection((host, port), timeout=TIMEOUT_S) as plain,
        ssl.create_default_context().wrap_socket(plain, server_hostname=host) as safe,
    ):
        found = safe.getpeercert() or {}
    return Span(*(int(ssl.cert_time_to_seconds(str(found[name]))) for name in ("notBefore", "notAfter")))
