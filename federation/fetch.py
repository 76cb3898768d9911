"""The one guarded, bounded, conditional HTTP client: GET, and POST to an address that is known, over requests.

Refuses forbidden addresses at the moment of connecting, proxies from the environment, cookies and credentials,
answers that are late, too large or cut off, and any redirect that it has not judged itself. What a status means is
for the caller: every answer that arrives whole is returned.
"""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Mapping
from dataclasses import field
from datetime import UTC, datetime
from http.cookiejar import DefaultCookiePolicy
from types import TracebackType
from typing import Self
from urllib.parse import urldefrag, urljoin, urlsplit
from weakref import WeakSet

import requests
from urllib3.exceptions import HTTPError

from federation import response_headers
from federation.addresses import AddressPolicy, judge_url
from federation.bounded_body import Body, read_body
from federation.dial import Guard, Resolver
from federation.exchange import Exchange
from federation.fetch_error import FetchCode, FetchError, GuardError
from federation.guarded_connection import GuardedAdapter, default_tls
from federation.transport_failure import explain
from schemas.records import dataclass

__all__ = ["Answer", "FetchCode", "FetchError", "FetchPolicy", "Fetcher", "user_agent"]

ERROR_BODY_BYTES = 64 * 1024
_REDIRECTS = (301, 302, 303, 307, 308)
_PERMANENT = (301, 308)


@dataclass(frozen=True, slots=True)
class FetchPolicy:
    """Limits of every fetch: seconds for the whole of it, bytes after decoding, redirects followed."""

    addresses: AddressPolicy
    deadline_s: float = 20.0
    max_bytes: int = 8 * 2**20
    max_redirects: int = 5
    user_agent: str = field(kw_only=True)


def user_agent(name: str, version: str, contact_url: str) -> str:
    """The ``User-Agent`` by which an operator who wonders about the requests finds who sends them."""
    return f"{name}/{version} (+{contact_url})"


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole answer. ``url`` is where it came from, after redirects, without fragment.

    ``body`` is decoded from gzip or deflate; of an answer that is not 2xx, only the first 64 KiB are kept.
    ``media_type`` is lower case without parameters, "" if unstated. ``date`` is aware UTC. ``retry_after_s`` is 0 to
    24 hours. ``permanent_url`` is ``url`` if there were redirects and all said 301 or 308, else None. ``encoding`` is
    the content coding that was undone, such as gzip.
    """

    url: str
    status: int
    body: bytes
    media_type: str
    charset: str | None
    etag: str | None
    last_modified: str | None
    date: datetime | None
    retry_after_s: float | None
    permanent_url: str | None
    max_age_s: float | None
    link_header: str | None
    encoding: str | None = None


class Fetcher:
    """Fetches from any number of threads; each has its own session, so its connections are never shared.

    ``resolve`` is called as ``socket.getaddrinfo(host, port)``; ``tls`` verifies certificates; ``now`` gives aware
    UTC, and is asked only when an answer has no ``Date`` of its own.
    """

    def __init__(
        self,
        policy: FetchPolicy,
        *,
        resolve: Resolver = socket.getaddrinfo,
        tls: ssl.SSLContext | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._policy = policy
        self._resolve = resolve
        self._tls = tls or default_tls()
        self._now = now
        self._local = threading.local()
        self._lines: WeakSet[_Line] = WeakSet()
        self._lock = threading.Lock()
        self._closed = False

    def get(
        self,
        url: str,
        *,
        accept: str = "*/*",
        etag: str | None = None,
        last_modified: str | None = None,
        no_cache: bool = False,
        max_bytes: int | None = None,
        deadline_s: float | None = None,
    ) -> Answer:
        """Fetch ``url``, following redirects; raises `FetchError` unless a whole answer came in time.

        ``etag`` and ``last_modified`` are sent back as validators, and a 304 is an answer like any other;
        ``no_cache`` asks past every cache instead (RFC 9111, section 5.2.1.4). ``max_bytes`` and ``deadline_s``
        replace the policy's for this fetch.
        """
        headers = {"Accept": accept, **_conditions(etag, last_modified, no_cache)}
        line = self._line()
        line.exchange.start(self._policy.deadline_s if deadline_s is None else deadline_s)
        try:
            return self._follow(line, url, headers, self._policy.max_bytes if max_bytes is None else max_bytes)
        except GuardError as error:
            raise FetchError(url, error.code, error.detail) from error
        except (requests.RequestException, HTTPError) as error:
            raise FetchError(url, *explain(error, line.exchange)) from error

    def post(self, url: str, body: bytes, headers: Mapping[str, str], *, deadline_s: float | None = None) -> Answer:
        """Send ``body`` to ``url``, once; raises `FetchError` unless a whole answer came in time.

        A redirect is an answer like any other: what was signed for one address is said at no other. Whether what failed
        has arrived is not known, so nothing is sent again here.
        """
        line = self._line()
        line.exchange.start(self._policy.deadline_s if deadline_s is None else deadline_s)
        try:
            with line.send(url, body, headers) as response:
                content = _body(response, ERROR_BODY_BYTES, line.exchange).content
                return _answer(response, content, False, self._now)
        except GuardError as error:
            raise FetchError(url, error.code, error.detail) from error
        except (requests.RequestException, HTTPError) as error:
            raise FetchError(url, *explain(error, line.exchange)) from error

    def close(self) -> None:
        """Close idle connections of every thread; a fetch that is under way ends by itself."""
        with self._lock:
            self._closed = True
            lines = list(self._lines)
        for line in lines:
            line.session.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _line(self) -> _Line:
        if self._closed:
            raise RuntimeError("this Fetcher is closed")
        line: _Line | None = getattr(self._local, "line", None)
        if line is None:
            line = self._local.line = _Line(self._policy, self._resolve, self._tls)
            with self._lock:
                self._lines.add(line)
        return line

    def _follow(self, line: _Line, url: str, headers: dict[str, str], limit: int) -> Answer:
        permanent: bool | None = None
        for _ in range(self._policy.max_redirects + 1):
            with line.ask(url, headers) as response:
                if response.status_code not in _REDIRECTS:
                    body = _body(response, limit, line.exchange)
                    return _answer(response, body.content, permanent or False, self._now)
                permanent = response.status_code in _PERMANENT and permanent is not False
                url = _redirected(response, self._policy.addresses)
        raise GuardError("too-many-redirects", f"more than {self._policy.max_redirects} redirects, the last to {url}")


class _Session(requests.Session):
    def get_redirect_target(self, resp: requests.Response) -> str | None:
        """None: even with redirects off, requests would read the body of one whole, decoded and unbounded."""
        return None


class _Line:
    """One thread's session and the state of what it is fetching."""

    def __init__(self, policy: FetchPolicy, resolve: Resolver, tls: ssl.SSLContext) -> None:
        self.exchange = Exchange()
        self.session = _Session()
        self._addresses = policy.addresses
        adapter = GuardedAdapter(Guard(policy.addresses, resolve, self.exchange), tls)
        self.session.mount("https://", adapter)
        self.session.mount("http://", adapter)
        self.session.trust_env = False
        self.session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=()))
        self.session.headers.update({"User-Agent": policy.user_agent, "Accept-Encoding": "gzip, deflate"})

    def ask(self, url: str, headers: dict[str, str]) -> requests.Response:
        """Send one request and read the header of its answer; a GET may be sent again on a fresh connection."""
        request = self._prepared(requests.Request("GET", urldefrag(url).url, headers=headers), url)
        try:
            return self._send(request)
        except requests.ConnectionError:
            if self.exchange.received or self.exchange.opened:
                raise
            # The server closed the idle connection just as it was used again (RFC 9112, section 9.3.1).
            return self._send(request)

    def send(self, url: str, body: bytes, headers: Mapping[str, str]) -> requests.Response:
        """Send one POST on a connection of its own, and read the header of its answer."""
        alone = {"Connection": "close", **headers}
        request = self._prepared(requests.Request("POST", url, headers=alone, data=body), url)
        if request.url != url:
            raise GuardError("bad-url", "this address is not in its plain form")
        return self._send(request)

    def _prepared(self, request: requests.Request, url: str) -> requests.PreparedRequest:
        _check(url, self._addresses)
        prepared = self.session.prepare_request(request)
        # requests rewrites what it is given, and what it will connect to is what must be judged.
        _check(prepared.url or "", self._addresses)
        return prepared

    def _send(self, request: requests.PreparedRequest) -> requests.Response:
        self.exchange.next_hop()
        left = self.exchange.remaining()
        return self.session.send(request, stream=True, allow_redirects=False, timeout=left, verify=True, proxies={})


def _conditions(etag: str | None, last_modified: str | None, no_cache: bool) -> dict[str, str]:
    if no_cache:
        return {"Cache-Control": "no-cache"}
    stated = {
        "If-None-Match": response_headers.validator(etag),
        "If-Modified-Since": response_headers.validator(last_modified),
    }
    return {name: value for name, value in stated.items() if value}


def _check(url: str, policy: AddressPolicy) -> None:
    if refused := judge_url(url, policy):
        raise GuardError(refused.code, refused.reason)


def _redirected(response: requests.Response, policy: AddressPolicy) -> str:
    """Where a redirect leads, judged; raises `GuardError` ``bad-redirect`` or ``refused-address``."""
    # http.client reads header fields as Latin-1, and servers write them in UTF-8.
    stated = response.headers.get("location", "").encode("latin-1", "replace").decode("utf-8", "replace").strip()
    if not stated:
        raise GuardError("bad-redirect", "a redirect does not say where to")
    try:
        url = urljoin(response.url, stated)
        downgraded = urlsplit(response.url).scheme == "https" and urlsplit(url).scheme == "http"
    except ValueError as error:
        raise GuardError("bad-redirect", "a redirect leads to a malformed address") from error
    if downgraded:
        raise GuardError("bad-redirect", f"a redirect leads from https to {url}")
    if refused := judge_url(url, policy):
        code: FetchCode = "bad-redirect" if refused.code == "bad-url" else "refused-address"
        raise GuardError(code, f"a redirect leads to {url}: {refused.reason}")
    return url


def _body(response: requests.Response, limit: int, exchange: Exchange) -> Body:
    successful = 200 <= response.status_code < 300
    limit = limit if successful else min(limit, ERROR_BODY_BYTES)
    return read_body(response.raw, limit, exchange, may_cut=not successful)


def _answer(response: requests.Response, body: bytes, permanent: bool, now: Callable[[], datetime]) -> Answer:
    headers = response.headers
    content_type = headers.get("content-type")
    date = response_headers.http_date(headers.get("date"))
    return Answer(
        url=response.url,
        status=response.status_code,
        body=body,
        media_type=response_headers.media_type(content_type),
        charset=response_headers.charset(content_type),
        etag=response_headers.validator(headers.get("etag")),
        last_modified=response_headers.validator(headers.get("last-modified")),
        date=date,
        retry_after_s=response_headers.retry_after(headers.get("retry-after"), date or now()),
        permanent_url=response.url if permanent else None,
        max_age_s=response_headers.max_age(headers.get("cache-control")),
        link_header=headers.get("link"),
        encoding=headers.get("content-encoding"),
    )
