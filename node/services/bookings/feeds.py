"""Calendars to subscribe to (iCalendar, RFC 5545): for everyone when something is taken, for the desk who has it.

What everyone may read says "booked" and nothing more, and only where no piece is left. What has names in it stands
behind an address that cannot be guessed, of which only a hash is kept; making a new one ends the old.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from hashlib import sha256
from urllib.parse import urlsplit

from node.context import Node
from node.services.bookings.free import Taken
from node.services.bookings.keeping import Kept, every_kept, kept_of, known
from node.services.bookings.opening import Span, ordered
from node.services.bookings.taken import taken_of_all
from node.services.listings.own_ids import organisation_id as id_of
from node.services.syndication.listing_calendar import escaped, framed, sequence
from node.storage import bookings, calendar_addresses, calendars
from node.storage.bookings import HELD, Booking
from node.storage.engine import Tx
from node.storage.listings import LIVE
from schemas.records import dataclass

DAY_S = 86_400
BEHIND_S, AHEAD_S = 31 * DAY_S, 731 * DAY_S


@dataclass(frozen=True, slots=True)
class TimedEvent:
    """One event from ``span.starts`` to ``span.ends``; ``changed`` in whole seconds since 1970 in UTC."""

    uid: str
    title: str
    span: Span
    changed: int
    text: str = ""
    tentative: bool = False


def encode(name: str, events: Iterable[TimedEvent]) -> bytes:
    """An iCalendar object. ``name`` is what a calendar program calls it."""
    return b"".join(encoded(name, events))


def encoded(name: str, events: Iterable[TimedEvent]) -> Iterator[bytes]:
    """The same piece by piece."""
    return framed(name, (_event(event) for event in events), "PT15M")


def public_of_listing(node: Node, key: str, booked: str) -> bytes | None:
    """When nothing of a listing is left; ``booked`` is the word for it. None where there is no calendar."""
    with node.database.read() as tx:
        row = calendars.by_key(tx, key)
        if row is None or row.state != LIVE:
            return None
        kept = kept_of(node, tx, row)
        return encode(kept.title, _public_events(node, tx, [kept], lambda _: booked))


def public_of_organisation(node: Node, slug: str, name: str, booked: str) -> bytes | None:
    """The same for everything of an organisation; ``booked`` has a place for a ``title``. None without any."""
    with node.database.read() as tx:
        every = every_kept(node, tx, id_of(node.settings.url, slug))
        shown = [kept for kept in every if kept.row.state == LIVE]
        if not shown:
            return None
        return encode(name, _public_events(node, tx, shown, lambda kept: booked % {"title": kept.title}))


def none_left(taken: Taken, units: int) -> list[Span]:
    """When all of so many pieces are taken at once, in order."""
    changes: list[tuple[int, int]] = []
    for unit in range(1, units + 1):
        for span in ordered(taken.get(unit, ())):
            changes += [(span.starts, 1), (span.ends, -1)]
    found, count, since = [], 0, 0
    for at, step in sorted(changes):
        if step == 1 and count + 1 == units:
            since = at
        if step == -1 and count == units and at > since:
            found.append(Span(since, at))
        count += step
    return ordered(found)


def new_address(node: Node, organisation_id: str, key: str | None = None) -> str:
    """The secret end of a new address for the calendar with names, of one listing or all; older ones stop working."""
    secret = secrets.token_urlsafe(32)
    with node.database.write() as tx:
        calendar_id = known(node, tx, key, organisation_id).row.id if key else None
        calendar_addresses.remove(tx, organisation_id, calendar_id)
        calendar_addresses.add(tx, _hash(secret), organisation_id, calendar_id, node.now)
    return secret


def end_address(node: Node, organisation_id: str, key: str | None = None) -> bool:
    """Let nobody read the calendar with names any more; whether there was an address."""
    with node.database.write() as tx:
        calendar_id = known(node, tx, key, organisation_id).row.id if key else None
        return calendar_addresses.remove(tx, organisation_id, calendar_id)


def address_since(node: Node, organisation_id: str, key: str | None = None) -> int | None:
    """When the address that works was made; None where there is none."""
    with node.database.read() as tx:
        calendar_id = known(node, tx, key, organisation_id).row.id if key else None
        return calendar_addresses.made_at(tx, organisation_id, calendar_id)


def private(node: Node, secret: str, name: str) -> bytes | None:
    """Who has what, for whoever knows the secret; None for one that opens nothing."""
    with node.database.read() as tx:
        found = calendar_addresses.by_hash(tx, _hash(secret))
        if found is None:
            return None
        every = every_kept(node, tx, found.organisation_id)
        kept = {one.row.id: one for one in every if found.calendar_id in (None, one.row.id)}
        held = bookings.meeting(tx, list(kept), node.now - BEHIND_S, node.now + AHEAD_S)
    return encode(name, [named(node, kept[booking.calendar_id], booking) for booking in held])


def _public_events(node: Node, tx: Tx, shown: Sequence[Kept], word: Callable[[Kept], str]) -> list[TimedEvent]:
    found = []
    # Nobody needs to know for how long a thing has been late: only what is to come, and a day before.
    taken = taken_of_all(tx, shown, node.now - DAY_S, node.now + AHEAD_S, node.now)
    changes = bookings.last_changes(tx, taken)
    for kept in shown:
        changed = max(changes.get(kept.row.id, 0), kept.row.changed_at)
        for span in none_left(taken[kept.row.id].all(), kept.rules.units):
            uid = f"{span.starts}-{kept.row.id}@{_host(node)}"
            found.append(TimedEvent(uid, word(kept), span, changed))
    return found


def named(node: Node, kept: Kept, booking: Booking) -> TimedEvent:
    """A booking as those see it who may know whose it is."""
    which = f" ({kept.rules.unit_name(booking.unit)})" if kept.rules.units > 1 else ""
    return TimedEvent(
        uid=f"booking-{booking.id}@{_host(node)}",
        title=f"{booking.name}: {kept.title}{which}",
        span=Span(booking.starts_at, booking.ends_at),
        changed=booking.changed_at,
        text="\n".join(part for part in (booking.contact, booking.note) if part),
        tentative=booking.state == HELD,
    )


def _event(event: TimedEvent) -> Iterator[str]:
    yield "BEGIN:VEVENT"
    yield f"UID:{escaped(event.uid)}"
    yield f"DTSTAMP:{_utc(event.changed)}"
    yield f"SEQUENCE:{sequence(datetime.fromtimestamp(event.changed, UTC))}"
    yield f"DTSTART:{_utc(event.span.starts)}"
    yield f"DTEND:{_utc(event.span.ends)}"
    yield f"SUMMARY:{escaped(event.title)}"
    if event.text:
        yield f"DESCRIPTION:{escaped(event.text)}"
    yield f"STATUS:{'TENTATIVE' if event.tentative else 'CONFIRMED'}"
    yield "TRANSP:OPAQUE"
    yield "END:VEVENT"


def _utc(moment: int) -> str:
    return datetime.fromtimestamp(moment, UTC).strftime("%Y%m%dT%H%M%SZ")


def _host(node: Node) -> str:
    return urlsplit(node.settings.url).hostname or "sharefeed"


def _hash(secret: str) -> str:
    return sha256(secret.encode()).hexdigest()
