"""What an exception of requests or urllib3 means in the client's own few codes."""

from __future__ import annotations

import http.client
from collections.abc import Iterator

import requests
from urllib3.exceptions import HTTPError, LocationValueError

from federation.exchange import Exchange
from federation.fetch_error import FetchCode, GuardError

_Failure = requests.RequestException | HTTPError


def explain(error: _Failure, exchange: Exchange) -> tuple[FetchCode, str]:
    """The code and a plain phrase for a failure before the body; `read_body` explains those inside it."""
    try:
        exchange.remaining()
    except GuardError as overdue:
        return overdue.code, overdue.detail
    if isinstance(error, requests.Timeout):
        late = exchange.overdue()
        return late.code, late.detail
    if isinstance(error, requests.exceptions.SSLError):
        return "tls", "no secure connection, because the server's certificate or its TLS was not acceptable"
    if isinstance(error, requests.exceptions.InvalidURL | LocationValueError):
        return "bad-url", "the address of the server is malformed"
    return _unreadable(list(_causes(error)))


def _unreadable(causes: list[BaseException]) -> tuple[FetchCode, str]:
    if any(isinstance(cause, http.client.RemoteDisconnected | ConnectionError) for cause in causes):
        return "truncated", "the server closed the connection without a whole answer"
    # http.client says "too many header fields" with its base class and nothing finer.
    if any(isinstance(cause, http.client.LineTooLong) or type(cause) is http.client.HTTPException for cause in causes):
        return "too-large", "the header of the answer is too large"
    return "bad-answer", "what the server sent is not an HTTP answer"


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The exception and those wrapped in it, by argument as urllib3 does, or by ``reason``."""
    yield error
    for inner in (*error.args, getattr(error, "reason", None)):
        if isinstance(inner, BaseException):
            yield from _causes(inner)
