"""A network without sockets: addresses lead to applications in this process, through a wire that can misbehave.

Everything above the socket is real: routes, ETags, 304, problem documents. What a wire adds is what networks do: it
loses answers, cuts them short and hands out stale copies of them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from urllib.parse import urlsplit

from flask import Flask

from federation.fetch import Answer, FetchError

Fault = Callable[[str, Answer, bool], Answer]
"""Given the address, the true answer and whether caches were asked to stand aside, what arrives instead."""


def arrive(url: str, answer: Answer, no_cache: bool) -> Answer:
    return answer


def lose(url: str, answer: Answer, no_cache: bool) -> Answer:
    raise FetchError(url, "connect", "the connection was refused")


def cut(url: str, answer: Answer, no_cache: bool) -> Answer:
    """Half of the body, as if the length had not been stated."""
    return replace(answer, body=answer.body[: len(answer.body) // 2])


class Wire:
    """A `federation.ports.Fetching` over Flask applications by authority (``https://a.example``)."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self.apps: dict[str, Flask] = {}
        self.clock = clock
        self.fault: Fault = arrive
        self.cached: dict[str, Answer] = {}
        self.asked: list[str] = []

    def stale(self, url: str, answer: Answer, no_cache: bool) -> Answer:
        """The copy that a cache kept of this very address, unless it was told to stand aside."""
        return answer if no_cache else self.cached.get(url, answer)

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
        self.asked.append(url)
        answer = self._true(url, accept, etag)
        arrived = self.fault(url, answer, no_cache)
        if answer.status == 200:
            self.cached[url] = answer
        return arrived

    def _true(self, url: str, accept: str, etag: str | None) -> Answer:
        parts = urlsplit(url)
        app = self.apps[f"{parts.scheme}://{parts.netloc}"]
        headers = {"Accept": accept, "Host": parts.netloc, **({"If-None-Match": etag} if etag else {})}
        path = parts.path + (f"?{parts.query}" if parts.query else "")
        response = app.test_client().get(path, headers=headers, base_url=f"{parts.scheme}://{parts.netloc}")
        return Answer(
            url=url,
            status=response.status_code,
            body=response.get_data(),
            media_type=response.mimetype or "",
            charset=None,
            etag=response.headers.get("ETag"),
            last_modified=response.headers.get("Last-Modified"),
            date=self.clock().astimezone(UTC),
            retry_after_s=None,
            permanent_url=None,
            max_age_s=None,
            link_header=response.headers.get("Link"),
        )
