"""Workshops, drop-ins and open days in the order in which they take place.

The conventions are those of ``parts``. Import these from ``node.web.view_models.all_pages``.
"""

from __future__ import annotations

from node.web.view_models.parts import Card, EventDate, FeedLink, Head, Link
from schemas.records import dataclass

__all__ = ["EventBox", "EventDate", "EventGroup", "EventsPage"]


@dataclass(frozen=True, slots=True)
class EventGroup:
    """Events of one stretch of time, which ``code`` names: ``soon`` for the next seven days, or ``later``."""

    code: str
    cards: tuple[Card, ...]


@dataclass(frozen=True, slots=True)
class EventsPage:
    """portal/events.html: ``groups`` without any mean that nothing is planned; ``feeds`` are what to subscribe to.

    ``on_days`` are searches for those of the days that people mean, where there is a search.
    """

    head: Head
    groups: tuple[EventGroup, ...] = ()
    feeds: tuple[FeedLink, ...] = ()
    on_days: tuple[Link, ...] = ()


@dataclass(frozen=True, slots=True)
class EventBox:
    """What a listing says of its event besides the dates on its card: ``places`` for how many people, ``sign_up``
    needed or none where it is said, ``calendar_path`` the dates for a calendar program.
    """

    places: int | None = None
    sign_up: str | None = None
    calendar_path: str | None = None
