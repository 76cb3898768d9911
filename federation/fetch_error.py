"""How a fetch can fail: one error for callers, and the small one that parts of the client raise among themselves."""

from __future__ import annotations

from typing import Literal

from schemas.errors import SharefeedError

FetchCode = Literal[
    "refused-address",
    "bad-url",
    "dns",
    "connect",
    "tls",
    "deadline",
    "too-large",
    "truncated",
    "too-many-redirects",
    "bad-redirect",
    "bad-answer",
]


class GuardError(SharefeedError):
    """One exchange must stop; raised where the URL is not known, and always turned into a `FetchError`."""

    def __init__(self, code: FetchCode, detail: str) -> None:
        self.code = code
        self.detail = detail
        super().__init__(detail)


class FetchError(SharefeedError):
    """No whole answer came from ``url`` (as asked for, before redirects).

    ``code`` is one of `FetchCode` and stable; ``detail`` is a plain phrase without a full stop.
    """

    def __init__(self, url: str, code: FetchCode, detail: str) -> None:
        self.url = url
        self.code = code
        self.detail = detail
        super().__init__(f"{url} could not be fetched: {detail}.")
