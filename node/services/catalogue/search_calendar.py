"""A search as a calendar to subscribe to: the dates of what takes place, and the days of its rooms and loans.

What is over or was taken back is not in it any more, and programs that subscribe let it go.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import chain, islice

from node.context import Node
from node.search.request import LARGEST_PAGE, YES, SearchRequest
from node.services.catalogue.search_documents import PATH, address, ready
from node.services.syndication import listing_calendar
from node.services.syndication.event_calendar import MOST_ENTRIES, entries
from node.services.syndication.feeds import Rendered, rendered
from node.storage.catalogue import Shown

ACTIONS = ("host", "lend")
"""What is for a while, and so has a place in a calendar."""

_MOST_PAGES = 5


def holds_some(request: SearchRequest, counts: Mapping[str, int]) -> bool:
    """Whether a search holds rooms or loans. ``counts`` has what it found by action, but for its own filter of that."""
    return not request.event and any(counts.get(action) for action in _for_a_while(request).action)


def document(node: Node, request: SearchRequest, name: str) -> Rendered:
    """The calendar of a search: offers unless it asks for wants; of events, and of rooms and loans, the newest 500.

    Raises `ParameterError`, and `IndexUnavailableError` while there is no index.
    """
    dated = list(_found(node, _usual(request.changed(event=(YES,)))))
    others = _for_a_while(request)
    rooms = _found(node, others) if others.action and not request.event else iter(())
    days = (
        event
        for shown in rooms
        if shown.entry.facts.event_until is None and (event := listing_calendar.event_of(shown, node.settings))
    )
    dates = islice(entries(dated, node.settings), MOST_ENTRIES)
    here = address(node, PATH, request.changed(sort=""))
    lines = listing_calendar.framed(name, chain(dates, map(listing_calendar.entry, days)), url=here)
    return rendered("calendar", b"".join(lines))


def _for_a_while(request: SearchRequest) -> SearchRequest:
    """The search for its rooms and loans; without an action where it asks for neither."""
    actions = tuple(action for action in ACTIONS if not request.action or action in request.action)
    return _usual(request.changed(action=actions))


def _usual(request: SearchRequest) -> SearchRequest:
    return request.changed(direction=request.direction or ("offer",), sort="newest", limit=LARGEST_PAGE)


def _found(node: Node, asked: SearchRequest) -> Iterator[Shown]:
    """What the search finds, page by page."""
    for _ in range(_MOST_PAGES):
        result = ready(node, asked)
        yield from (match.shown for match in result.matches)
        if not result.next_cursor:
            return
        asked = asked.changed(cursor=result.next_cursor)
