"""Answering with bytes that many ask for again and again: strong ETags, 304, gzip, open to scripts of other sites."""

from __future__ import annotations

from flask import Response, request

from node.services.syndication.feeds import Rendered

_GZIP_FROM_BYTES = 600
"""Smaller answers fit into one packet either way."""
_GZIPPED = "-gzip"


def conditional(answer: Rendered, media_type: str) -> Response:
    """The answer with its ETag, or 304 (RFC 9110 section 13.1.2) where the reader has it in either encoding.

    Each encoding has an ETag of its own, for a strong ETag promises the same bytes.
    """
    gzipped = len(answer.body) >= _GZIP_FROM_BYTES and request.accept_encodings["gzip"] > 0
    etag = answer.etag + (_GZIPPED if gzipped else "")
    response = (
        Response(status=304, content_type=media_type) if _has(answer.etag) else _full(answer, gzipped, media_type)
    )
    response.set_etag(etag)
    response.vary.add("Accept-Encoding")
    response.headers["Cache-Control"] = "no-cache"
    return response


def _has(etag: str) -> bool:
    held = request.if_none_match
    return held.contains_weak(etag) or held.contains_weak(etag + _GZIPPED)


def _full(answer: Rendered, gzipped: bool, media_type: str) -> Response:
    response = Response(answer.gzipped if gzipped else answer.body, content_type=media_type)
    if gzipped:
        response.headers["Content-Encoding"] = "gzip"
    return response


def open_to_all(response: Response) -> Response:
    """Let scripts of any site read the answer (CORS), and ask conditionally."""
    headers = response.headers
    headers["Access-Control-Allow-Origin"] = "*"
    headers["Access-Control-Expose-Headers"] = "ETag, Link, Retry-After, RateLimit, RateLimit-Policy"
    if request.method == "OPTIONS":
        headers["Access-Control-Allow-Methods"] = "GET, HEAD, OPTIONS"
        headers["Access-Control-Allow-Headers"] = "If-None-Match, If-Modified-Since"
        headers["Access-Control-Max-Age"] = "86400"
    return response
