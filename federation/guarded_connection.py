"""The hooks that put the guard beneath requests: its adapter, urllib3's connections, http.client's reading.

Refuses proxies, retries by the library, a header that ends early (http.client takes the end of the stream for the
end of the header, so a cut answer would be a success with an empty body), and reads without a deadline.
"""

from __future__ import annotations

import http.client
import io
import socket
import ssl
from email.errors import FirstHeaderLineIsContinuationDefect, MissingHeaderBodySeparatorDefect
from functools import cache, partial
from typing import TYPE_CHECKING, Any, cast

from requests.adapters import HTTPAdapter
from requests.utils import DEFAULT_CA_BUNDLE_PATH
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.poolmanager import PoolManager

from federation.dial import Guard, dial
from federation.exchange import Exchange
from federation.fetch_error import GuardError

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

# Idle connections that one thread keeps: a poller meets a source again minutes later, when they are long closed.
_POOLED_HOSTS = 16
_BAD_HEADER = (MissingHeaderBodySeparatorDefect, FirstHeaderLineIsContinuationDefect)


class _TimedRaw(io.RawIOBase):
    """The raw side of an answer's stream: every read waits no longer than the exchange may last, and is counted."""

    def __init__(self, raw: io.RawIOBase, connection: socket.socket, exchange: Exchange) -> None:
        self._raw = raw
        self._connection = connection
        self._exchange = exchange

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer) -> int | None:
        self._connection.settimeout(self._exchange.remaining())
        received = self._raw.readinto(buffer)
        self._exchange.count(received or 0)
        return received

    def close(self) -> None:
        self._raw.close()
        super().close()


class _WholeLines(io.BufferedReader):
    """http.client reads status, header, chunk sizes and trailer by lines, and none of them may end with the stream."""

    def __init__(self, raw: io.RawIOBase, exchange: Exchange) -> None:
        super().__init__(raw)
        self._exchange = exchange

    def readline(self, size: int | None = -1) -> bytes:
        line = super().readline(size)
        if line.endswith(b"\n") or len(line) == size:
            return line
        # Nothing at all is http.client's own case: an idle connection that the server had already closed.
        if self._exchange.received:
            raise GuardError("truncated", "the answer ended inside its header or its framing")
        return line


class _Answer(http.client.HTTPResponse):
    def __init__(self, connection: socket.socket, *args: Any, exchange: Exchange, **options: Any) -> None:
        super().__init__(connection, *args, **options)
        self.fp = _WholeLines(_TimedRaw(self.fp.detach(), connection, exchange), exchange)

    def begin(self) -> None:
        super().begin()
        while 101 < self.status < 200:
            # Interim answers such as 103: http.client skips only 100 and would take this one for the last.
            vars(self).update(headers=None, msg=None)
            super().begin()
        if self.status == http.HTTPStatus.SWITCHING_PROTOCOLS:
            raise GuardError("bad-answer", "the server changed to a protocol that was not asked for")
        if any(isinstance(defect, _BAD_HEADER) for defect in self.headers.defects):
            raise GuardError("bad-answer", "the header of the answer is malformed")


def _answers(exchange: Exchange) -> type[http.client.HTTPResponse]:
    # http.client only ever calls it; a class of its own for every connection would outlive the connection.
    return cast("type[http.client.HTTPResponse]", partial(_Answer, exchange=exchange))


class _PlainConnection(HTTPConnection):
    def __init__(self, *args: Any, guard: Guard, **options: Any) -> None:
        super().__init__(*args, **options)
        self._guard = guard
        self.response_class = _answers(guard.exchange)

    def _new_conn(self) -> socket.socket:
        return dial(self._dns_host, self.port, self._guard)


class _SecureConnection(HTTPSConnection):
    def __init__(self, *args: Any, guard: Guard, **options: Any) -> None:
        super().__init__(*args, **options)
        self._guard = guard
        self.response_class = _answers(guard.exchange)

    def _new_conn(self) -> socket.socket:
        return dial(self._dns_host, self.port, self._guard)


class _PlainPool(HTTPConnectionPool):
    ConnectionCls = _PlainConnection


class _SecurePool(HTTPSConnectionPool):
    ConnectionCls = _SecureConnection


class _GuardedPools(PoolManager):
    def __init__(self, guard: Guard, **options: Any) -> None:
        super().__init__(**options)
        self._guard = guard
        self.pool_classes_by_scheme = {"http": _PlainPool, "https": _SecurePool}

    def _new_pool(
        self, scheme: str, host: str, port: int, request_context: dict[str, Any] | None = None
    ) -> HTTPConnectionPool:
        pool = super()._new_pool(scheme, host, port, request_context)
        pool.conn_kw["guard"] = self._guard
        return pool


class GuardedAdapter(HTTPAdapter):
    """Transport of one thread: connects only as ``guard`` permits and verifies every certificate with ``tls``."""

    def __init__(self, guard: Guard, tls: ssl.SSLContext) -> None:
        self._guard = guard
        self._tls = tls
        super().__init__(pool_connections=_POOLED_HOSTS, pool_maxsize=1, max_retries=0)

    def init_poolmanager(self, connections: int, maxsize: int, block: bool = False, **options: Any) -> None:
        self.poolmanager = _GuardedPools(
            self._guard, num_pools=connections, maxsize=maxsize, block=block, ssl_context=self._tls, **options
        )

    def cert_verify(self, conn: Any, url: str | bytes, verify: Any, cert: Any) -> None:
        """Nothing to set: the one context verifies, and reading the bundle anew costs 20 ms a connection."""

    def proxy_manager_for(self, proxy: str | bytes, **options: Any) -> Any:
        raise GuardError("connect", f"a proxy ({proxy!r}) would connect to addresses that nobody checked")


@cache
def default_tls() -> ssl.SSLContext:
    """A verifying context with the certificates that requests ships, whatever the environment says; made once."""
    return ssl.create_default_context(cafile=DEFAULT_CA_BUNDLE_PATH)
