"""Listings as entries of a calendar (iCalendar, RFC 5545): for rooms and loans the days on which each can be had.

They stand in windows on the catalogue to subscribe to, not in invitations: no METHOD, and entries that block nobody's
time. Listings that name no day have none. A changed listing keeps its UID and has a higher SEQUENCE.

The events are days, which are the same wherever they are read. Where a day has to be found for a moment, it is the one
on the clock of the site's town.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import chain
from typing import Any
from zoneinfo import ZoneInfo

import orjson

from node import __version__
from node.settings import Settings
from node.storage.catalogue import Shown
from schemas.canonical import EXTENSION
from schemas.records import dataclass

MEDIA_TYPE = "text/calendar; charset=utf-8"
LINE_OCTETS = 75
_LONGEST_TEXT = 2000
_FIRST_SEQUENCE = datetime(2020, 1, 1, tzinfo=UTC)
_LARGEST_INTEGER = 2**31 - 1
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")
_NOT_IN_URI = re.compile(r"[\x00-\x20\x7f-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class Event:
    """One listing with its days: ``first`` and ``last`` are both among them. ``changed`` is an aware UTC moment.

    ``reserved``: somebody has asked for it, and may yet not take it.
    """

    uid: str
    title: str
    first: date
    last: date
    changed: datetime
    url: str
    text: str = ""
    place: str = ""
    point: tuple[float, float] | None = None
    reserved: bool = False


def event_of(shown: Shown, settings: Settings) -> Event | None:
    """The event of a listing; None where it names no day. An end that is not named is its own begin or end here."""
    facts = shown.entry.facts
    if not facts.available_from and not facts.available_until:
        return None
    item: dict[str, Any] = orjson.loads(shown.entry.item)
    zone = ZoneInfo(settings.timezone)
    first = _day(facts.available_from) or datetime.fromtimestamp(shown.first_shown_at, zone).date()
    last = _day(facts.available_until) or datetime.fromtimestamp(facts.expires_at - 1, zone).date()
    if last < first:
        return None
    place = item[EXTENSION].get("place") or {}
    parts = (place.get("name"), facts.locality, place.get("postcode"))
    url = f"{settings.url}listings/{shown.entry.key}"
    return Event(
        uid=shown.entry.id,
        title=facts.title,
        first=first,
        last=last,
        changed=datetime.fromtimestamp(facts.modified_at, UTC),
        url=url,
        text="\n".join(part for part in (facts.organisation_name, item.get("content_text"), url) if part),
        place=", ".join(dict.fromkeys(part for part in parts if part)),
        point=None if facts.lat is None or facts.lon is None else (facts.lat, facts.lon),
        reserved=facts.status == "reserved",
    )


def encode(name: str, url: str, events: Iterable[Event]) -> bytes:
    """An iCalendar object. ``name`` is what a calendar program calls it, ``url`` where the search is."""
    return b"".join(framed(name, map(entry, events), url=url))


def framed(name: str, entries: Iterable[Iterable[str]], refresh: str = "PT1H", url: str = "") -> Iterator[bytes]:
    """An iCalendar object of entries, each as its lines, piece by piece.

    ``name`` is what a calendar program calls it, ``refresh`` (a duration) how often it may ask again, ``url`` where it
    comes from.
    """
    opening = (
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        f"PRODID:-//Sharefeed//Sharefeed {__version__}//EN",
        "CALSCALE:GREGORIAN",
        f"NAME:{escaped(name)}",
        f"X-WR-CALNAME:{escaped(name)}",
        *([f"URL:{uri_of(url)}"] if url else []),
        f"REFRESH-INTERVAL;VALUE=DURATION:{refresh}",
    )
    for lines in chain([opening], entries):
        yield b"".join(folded(line) for line in lines)
    yield folded("END:VCALENDAR")


def escaped(text: str) -> str:
    """``text`` as a TEXT value (RFC 5545 section 3.3.11); what may not stand in one is left out."""
    plain = _CONTROLS.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    for mark in ("\\", ";", ","):
        plain = plain.replace(mark, f"\\{mark}")
    return plain.replace("\n", "\\n")


def folded(line: str) -> bytes:
    """A content line with its end, cut so that no line has more than 75 octets (section 3.1) and no letter is split."""
    rest = line.encode()
    pieces = []
    room = LINE_OCTETS
    while len(rest) > room:
        end = room
        while rest[end] & 0xC0 == 0x80:
            end -= 1
        pieces.append(rest[:end])
        rest, room = rest[end:], LINE_OCTETS - 1
    return b"\r\n ".join([*pieces, rest]) + b"\r\n"


def entry(event: Event) -> Iterator[str]:
    """The lines of one entry."""
    stamp = event.changed.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
    yield "BEGIN:VEVENT"
    yield f"UID:{escaped(event.uid)}"
    yield f"DTSTAMP:{stamp}"
    yield f"LAST-MODIFIED:{stamp}"
    yield f"SEQUENCE:{sequence(event.changed)}"
    yield f"DTSTART;VALUE=DATE:{compact(event.first)}"
    # The end is the first day that is no longer among them; the last day there is has none after it.
    if event.last < date.max:
        yield f"DTEND;VALUE=DATE:{compact(event.last + timedelta(days=1))}"
    yield f"SUMMARY:{escaped(event.title)}"
    if event.text:
        yield f"DESCRIPTION:{escaped(event.text[:_LONGEST_TEXT])}"
    if event.place:
        yield f"LOCATION:{escaped(event.place)}"
    if event.point:
        yield f"GEO:{event.point[0]:.6f};{event.point[1]:.6f}"
    yield f"URL:{uri_of(event.url)}"
    yield f"STATUS:{'TENTATIVE' if event.reserved else 'CONFIRMED'}"
    yield "TRANSP:TRANSPARENT"
    yield "END:VEVENT"


def sequence(changed: datetime) -> int:
    """A number that grows with each change (section 3.8.7.4) and is the same on every node: seconds since 2020."""
    return min(max(0, int((changed - _FIRST_SEQUENCE).total_seconds())), _LARGEST_INTEGER)


def uri_of(address: str) -> str:
    """An address as a URI value, which knows no escapes: what could end the line is left out."""
    return _NOT_IN_URI.sub("", address)


def compact(day: date) -> str:
    """A DATE value: 20261203."""
    return day.isoformat().replace("-", "")


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
