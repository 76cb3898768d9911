"""What the worker does for bookings, and how often: each is one call that ends, and can be made again at any time."""

from __future__ import annotations

from node.context import Node
from node.services.bookings import availability, busy, handing


def each_minute(node: Node) -> None:
    """Let what was held lapse, read the calendars elsewhere that are due, and publish what that changed."""
    handing.lapse(node)
    for calendar_id in busy.poll_due(node):
        availability.follow(node, calendar_id)


def each_hour(node: Node) -> None:
    """Publish what the passing of time changed: a season that began or ended, a day that came into reach."""
    availability.follow_all(node)


def each_day(node: Node) -> None:
    while handing.forget_people(node):
        pass
