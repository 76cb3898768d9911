"""Where a page ended, as an opaque word for the API.

In the order of age the cursor names the last listing, so nothing is skipped or repeated when others come or go. In the
other orders, which depend on the words and the moment, it is a count.
"""

from __future__ import annotations

import base64
import hashlib
import json

from node.search.request import WINDOW, SearchRequest
from schemas.records import dataclass


@dataclass(frozen=True, slots=True)
class Mark:
    """``offset`` results came before; or, in the order of age, those from ``before`` on (`documents.order_of`)."""

    offset: int = 0
    before: int | None = None


def encode(mark: Mark, request: SearchRequest) -> str:
    """The cursor for ``mark`` in this search."""
    text = json.dumps([_search(request), mark.offset, mark.before], separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def decode(cursor: str, request: SearchRequest) -> Mark:
    """The mark in ``cursor``. Raises `ValueError` when it is none of ours or belongs to another search."""
    try:
        search, offset, before = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (ValueError, TypeError) as error:
        raise ValueError("this is not a cursor of this site") from error
    whole = type(offset) is int and 0 <= offset <= WINDOW and (before is None or type(before) is int)
    if not whole or (before is not None and not 0 <= before < 2**63):
        raise ValueError("this is not a cursor of this site")
    if search != _search(request):
        raise ValueError("this cursor belongs to another search")
    return Mark(offset, before)


def _search(request: SearchRequest) -> str:
    """What tells one search from another: everything but where its pages begin and how long they are."""
    parameters = json.dumps(request.changed(limit=1).to_args())
    return hashlib.sha256(parameters.encode()).hexdigest()[:8]
