"""Workshops, drop-ins and open days as calendars to subscribe to (iCalendar, RFC 5545): of one listing, of many.

Each date is an event of its own with its moments in UTC. No rule and no time zone has to be understood to read it, and
a date that is cancelled says so instead of going without a word. What a listing names is all that is written: a year's
dates at most.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any

import orjson

from federation.facts import short_key
from node.context import Node
from node.services.syndication.feeds import Rendered, rendered
from node.services.syndication.listing_calendar import compact, escaped, framed, sequence, uri_of
from node.settings import Settings
from node.storage import catalogue, organisations
from node.storage.catalogue import Shown
from schemas import json_feed
from schemas.canonical import EXTENSION
from schemas.event import Event, EventSchema, Occurrence, occurrences
from schemas.page import Page, PageHead

MOST_LISTINGS = 200
MOST_ENTRIES = 2000
LONGEST_TEXT = 2000
_EVENT = EventSchema()


def event_in(shown: Shown) -> Event | None:
    """The event of a listing; None where it is none."""
    if shown.entry.facts.event_until is None:
        return None
    event: Event = _EVENT.load(orjson.loads(shown.entry.item)[EXTENSION]["event"])
    return event


def coming(node: Node, limit: int = MOST_LISTINGS) -> list[Shown]:
    """What takes place from now on, the first to come first; what has no date left that is not cancelled comes last."""
    # A date is that of where it is: somewhere it is still yesterday.
    since = (datetime.fromtimestamp(node.now, UTC) - timedelta(days=2)).date().isoformat()
    with node.database.read() as tx:
        found = catalogue.events(tx, node.now, since, MOST_LISTINGS)
    return sorted(found, key=lambda shown: (next_of(shown, node), shown.entry.key))[:limit]


def next_of(shown: Shown, node: Node) -> int:
    """When an event next takes place, in seconds since 1970; what is over or cancelled does so never."""
    event, now = event_in(shown), datetime.fromtimestamp(node.now, UTC)
    dates = occurrences(event, node.settings.timezone) if event else ()
    still = [one.starts for one in dates if one.ends > now and not one.cancelled]
    return int(still[0].timestamp()) if still else 2**62


def of_listing(node: Node, key: str) -> bytes | None:
    """The dates of one listing; None where it is no event that is shown."""
    with node.database.read() as tx:
        shown = catalogue.by_key(tx, key)
    if shown is None or shown.entry.facts.expires_at <= node.now or shown.entry.facts.event_until is None:
        return None
    return encode(shown.entry.facts.title, node.settings, [shown])


def of_organisation(node: Node, key: str) -> bytes | None:
    """Everything that an organisation does by the calendar; None for one that is not known here."""
    with node.database.read() as tx:
        own = organisations.by_slug(tx, key)
        theirs = catalogue.of_organisation(tx, short_key(own.organisation.id) if own else key, node.now)
    if own is None and not theirs:
        return None
    name = own.organisation.name if own else theirs[0].entry.facts.organisation_name
    return encode(name, node.settings, theirs)


def every(node: Node, name: str) -> Rendered:
    """All events that this node shows."""
    return rendered("events", encode(name, node.settings, coming(node)))


def feed(node: Node, title: str, url: str) -> Rendered:
    """The same as a JSON Feed of listings, the next to take place first; ``url`` is its own address."""
    page = Page("json", title, head=PageHead(node=node.settings.url, licence=node.settings.licence), feed_url=url)
    return rendered("events", json_feed.encode(page, [shown.entry.item.encode() for shown in coming(node)]))


def encode(name: str, settings: Settings, shown: Iterable[Shown]) -> bytes:
    """An iCalendar object. ``name`` is what a calendar program calls it."""
    return b"".join(framed(name, islice(entries(shown, settings), MOST_ENTRIES)))


def entries(shown: Iterable[Shown], settings: Settings) -> Iterator[list[str]]:
    """The lines of each date of these listings; nothing of those that are no events."""
    for one in shown:
        event = event_in(one)
        if event is not None:
            about = _about(one, settings)
            yield from (_entry(one, event, date, about) for date in occurrences(event, settings.timezone))


def _about(shown: Shown, settings: Settings) -> Sequence[str]:
    """What is the same on every date: the lines from SUMMARY on."""
    item: dict[str, Any] = orjson.loads(shown.entry.item)
    facts, place = shown.entry.facts, item[EXTENSION].get("place") or {}
    url = f"{settings.url}listings/{shown.entry.key}"
    told = "\n".join(part for part in (facts.organisation_name, item.get("content_text"), url) if part)
    where = ", ".join(
        dict.fromkeys(part for part in (place.get("name"), facts.locality, place.get("postcode")) if part)
    )
    return (
        f"SUMMARY:{escaped(facts.title)}",
        f"DESCRIPTION:{escaped(told[:LONGEST_TEXT])}",
        *([f"LOCATION:{escaped(where)}"] if where else []),
        *([] if facts.lat is None or facts.lon is None else [f"GEO:{facts.lat:.6f};{facts.lon:.6f}"]),
        f"URL:{uri_of(url)}",
    )


def _entry(shown: Shown, event: Event, date: Occurrence, about: Sequence[str]) -> list[str]:
    changed = datetime.fromtimestamp(shown.entry.facts.modified_at, UTC)
    return [
        "BEGIN:VEVENT",
        f"UID:{escaped(f'{shown.entry.id}#{date.day.isoformat()}')}",
        f"DTSTAMP:{_utc(changed)}",
        f"LAST-MODIFIED:{_utc(changed)}",
        f"SEQUENCE:{sequence(changed)}",
        *_times(event, date),
        *about,
        f"STATUS:{'CANCELLED' if date.cancelled else 'CONFIRMED'}",
        "TRANSP:OPAQUE",
        "END:VEVENT",
    ]


def _times(event: Event, date: Occurrence) -> list[str]:
    if event.starts is None:
        # A day alone is the whole of it (section 3.6.1).
        return [f"DTSTART;VALUE=DATE:{compact(date.day)}"]
    ends = [f"DTEND:{_utc(date.ends)}"] if event.ends else []
    return [f"DTSTART:{_utc(date.starts)}", *ends]


def _utc(moment: datetime) -> str:
    return f"{compact(moment.date())}T{moment:%H%M%S}Z"
