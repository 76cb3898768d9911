"""A publisher with something to book, for tests: a drill that the school lends, every day from nine to five."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from node.context import Node
from node.services.bookings.arranging import put_rules
from node.services.bookings.making import Wanted
from node.services.bookings.opening import Span
from node.services.bookings.rules import Opening, Rules
from node.services.listings.publishing import put_listings
from tests.fakes.publisher import draft, school

EVERY_DAY = tuple(Opening(day, 9 * 60, 17 * 60) for day in range(7))


def bookable(node: Node, ref: str = "drill", title: str = "A drill", **rules: Any) -> tuple[str, str]:
    """Publish something and give it a calendar; the key of the listing, and the id of its organisation."""
    made = draft(node, ref, title=title, kind="equipment", action="lend", category="tools-garden/power-tool")
    [outcome] = put_listings(node, [made])
    organisation = school(node).id
    put_rules(node, outcome.key, organisation, Rules(**{"openings": EVERY_DAY, **rules}))
    return outcome.key, organisation


def hour(day: int, at: int, hours: int = 1) -> Span:
    """So many hours on a day counted from December 2026 on, when the clocks of London show UTC."""
    starts = int((datetime(2026, 12, 1, at, tzinfo=UTC) + timedelta(days=day - 1)).timestamp())
    return Span(starts, starts + hours * 3600)


def wanted(span: Span, name: str = "Anna", **more: Any) -> Wanted:
    return Wanted(span, name, **more)
