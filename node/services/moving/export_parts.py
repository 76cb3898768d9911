"""What stands in the files of an export: each of them piece by piece, from one state of the database.

`export_zip` has their names, `docs/export.md` says what is in them. What is added here is optional for whoever reads an
export: a member that they do not know is passed over.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict
from itertools import islice
from typing import Any
from urllib.parse import urlsplit

import orjson

from node.context import Node
from node.services.bookings.feeds import encoded, named
from node.services.bookings.keeping import Kept, every_kept
from node.services.importing.cells import BOM, guarded
from node.services.importing.columns import COLUMNS
from node.services.importing.item_cells import cells_of
from node.services.moving import export_zip as form
from node.storage import (
    bookings,
    busy,
    closures,
    desk_drafts,
    exchanges,
    handovers,
    listing_versions,
    receipt_halves,
    stories,
)
from node.storage import listings as stored
from node.storage.bookings import CANCELLED, NO_SHOW
from node.storage.closures import StoredClosure
from node.storage.engine import Tx
from node.storage.listings import LIVE, PAUSED, WITHDRAWN, OwnListing
from node.storage.organisations import OwnOrganisation
from schemas.canonical import EXTENSION
from schemas.fields import rfc3339_of
from schemas.json_feed import VERSION_URL
from schemas.organisation import dump_organisation
from schemas.records import dataclass

STATE = "state"
_MOST_DRAFTS = _MOST_STORIES = 1000
_VERSIONS_OF = 20
_RECEIPTS_OF = 200
_REQUEST = (
    *("direction", "action", "state", "asked", "granted", "counted"),
    *("starts_at", "ends_at", "opened_at"),
)
_BOOKING_HEADS = (
    *("number", "listing", "unit", "from", "until", "state", "name", "contact", "note", "reason"),
    *("entered_by", "entered", "changed"),
)


@dataclass(frozen=True, slots=True)
class Whose:
    """What is exported, in the transaction that sees one state of it."""

    node: Node
    tx: Tx
    own: OwnOrganisation
    private: bool = True
    """Whether whole addresses of private calendars are for whoever asks."""

    @property
    def id(self) -> str:
        return self.own.organisation.id


def organisation(whose: Whose) -> Iterator[bytes]:
    own = whose.own
    yield _json(
        {
            "slug": own.slug,
            "created_at": own.created_at,
            "modified_at": own.modified_at,
            "organisation": dump_organisation(own.organisation),
        }
    )


def feed(whose: Whose) -> Iterator[bytes]:
    """A JSON Feed with an item a line, so that it can be read line by line as well."""
    head = {
        "version": VERSION_URL,
        "title": whose.own.organisation.name,
        "home_page_url": whose.node.settings.url,
        EXTENSION: {"node": whose.node.settings.url},
    }
    yield orjson.dumps(head)[:-1] + b',"items":[\n'
    between = b""
    for row in stored.each(whose.tx, whose.id):
        yield between + orjson.dumps({**row.item(), form.EXPORT: _own_words(row)})
        between = b",\n"
    yield b"\n]}\n"


def _own_words(row: OwnListing) -> dict[str, Any]:
    names = ("key", "state", "import_ref", "created_at", "modified_at", "expires_at")
    return {name: getattr(row, name) for name in names}


def table(whose: Whose) -> Iterator[bytes]:
    """The listings under the headings of an import, and what state they are in."""
    yield BOM.encode() + _row([*COLUMNS, STATE])
    for row in stored.each(whose.tx, whose.id):
        cells = cells_of(row.item())
        if row.state not in (LIVE, PAUSED):
            cells["status"] = WITHDRAWN
        yield _row([*(cells.get(name, "") for name in COLUMNS), row.state])


def history(whose: Whose) -> Iterator[bytes]:
    ids = (row.id for row in stored.each(whose.tx, whose.id))
    while piece := list(islice(ids, _VERSIONS_OF)):
        for version in listing_versions.of_listings(whose.tx, piece):
            told = {name: getattr(version, name) for name in ("listing_id", "at", "by", "change", "state")}
            yield _line({**told, "item": version.item()})


def drafts(whose: Whose) -> Iterator[bytes]:
    for draft in desk_drafts.of_organisation(whose.tx, whose.id, _MOST_DRAFTS):
        # Numbers of versions mean nothing on another node.
        yield _line({name: value for name, value in asdict(draft).items() if name not in ("organisation_id", "base")})


def told(whose: Whose) -> Iterator[bytes]:
    """The stories, with what each of them said before."""
    for story in stories.of_organisation(whose.tx, whose.id, _MOST_STORIES):
        members = {name: value for name, value in asdict(story).items() if name not in ("organisation_id", "document")}
        before = [
            {**{name: getattr(one, name) for name in ("at", "by", "change")}, "item": orjson.Fragment(one.document)}
            for one in stories.versions(whose.tx, story.key)
        ]
        item = orjson.Fragment(story.document) if story.document else None
        yield _line({**members, "item": item, "versions": before})


def calendars(whose: Whose) -> Iterator[bytes]:
    days = closures.every(whose.tx, whose.id)
    yield b'{"closed":' + _json([_closed(one) for one in days if one.calendar_id is None]) + b',"calendars":[\n'
    between = b""
    for kept in every_kept(whose.node, whose.tx, whose.id):
        own = [_closed(one) for one in days if one.calendar_id == kept.row.id]
        yield between + _json(_calendar(whose, kept, own))
        between = b",\n"
    yield b"\n]}\n"


def _calendar(whose: Whose, kept: Kept, closed: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "listing": kept.row.key,
        "open": kept.row.open,
        "rules": orjson.Fragment(kept.row.rules),
        "changed_at": kept.row.changed_at,
        "closed": closed,
        "elsewhere": [
            {"unit": one.unit, "url": one.url if whose.private else _host(one.url)}
            for one in busy.of(whose.tx, kept.row.id)
        ],
    }


def _host(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}/"


def _closed(one: StoredClosure) -> dict[str, Any]:
    return {name: getattr(one, name) for name in ("first_day", "last_day", "yearly", "reason")}


def booking_lines(whose: Whose) -> Iterator[bytes]:
    keys = {kept.row.id: kept.row.key for kept in every_kept(whose.node, whose.tx, whose.id)}
    for booking in bookings.each(whose.tx, whose.id):
        told = {name: value for name, value in asdict(booking).items() if name != "calendar_id"}
        yield _line({"listing": keys[booking.calendar_id], **told})


def booking_table(whose: Whose) -> Iterator[bytes]:
    keys = {kept.row.id: kept.row.key for kept in every_kept(whose.node, whose.tx, whose.id)}
    yield BOM.encode() + _row(_BOOKING_HEADS)
    for one in bookings.each(whose.tx, whose.id):
        when = (_moment(one.starts_at), _moment(one.ends_at))
        said = (one.state, one.name, one.contact, one.note, one.reason, one.entered_by)
        noted = (_moment(one.entered_at), _moment(one.changed_at))
        yield _row([str(one.id), keys[one.calendar_id], str(one.unit), *when, *said, *noted])


def booking_calendar(whose: Whose) -> Iterator[bytes]:
    kept = {one.row.id: one for one in every_kept(whose.node, whose.tx, whose.id)}
    standing = (one for one in bookings.each(whose.tx, whose.id) if one.state not in (CANCELLED, NO_SHOW))
    events = (named(whose.node, kept[one.calendar_id], one) for one in standing)
    yield from encoded(whose.own.organisation.name, events)


def requests(whose: Whose) -> Iterator[bytes]:
    """What was asked for and what became of it, the oldest first. Who asked belongs to them, and is not taken along."""
    for one in exchanges.every_of(whose.tx, whose.id):
        exchange = one.exchange
        yield _line(
            {
                "id": one.id,
                "listing": one.listing_id,
                **{name: getattr(exchange, name) for name in _REQUEST},
                "closed_at": one.closed_at,
                "about": one.listing,
                "events": [asdict(event) for event in exchanges.events(whose.tx, one.id)],
            }
        )


def receipts(whose: Whose) -> Iterator[bytes]:
    """The signed halves of receipts that speak of the organisation, as their nodes signed them."""
    theirs = (one.exchange for one in handovers.of_organisation(whose.tx, whose.id))
    while some := list(islice(theirs, _RECEIPTS_OF)):
        for halves in receipt_halves.of_exchanges(whose.tx, some).values():
            for half in halves:
                if half.verified and not half.problem:
                    yield half.item.encode() + b"\n"


PARTS: Mapping[str, Callable[[Whose], Iterator[bytes]]] = {
    form.ORGANISATION: organisation,
    form.TABLE: table,
    form.FEED: feed,
    form.HISTORY: history,
    form.DRAFTS: drafts,
    form.STORIES: told,
    form.CALENDARS: calendars,
    form.BOOKINGS: booking_lines,
    form.BOOKINGS_TABLE: booking_table,
    form.BOOKINGS_CALENDAR: booking_calendar,
    form.REQUESTS: requests,
    form.RECEIPTS: receipts,
}
"""Each file but the photos, and what writes it."""


def _json(document: Any) -> bytes:
    return orjson.dumps(document)


def _line(document: Any) -> bytes:
    return orjson.dumps(document, option=orjson.OPT_APPEND_NEWLINE)


def _moment(seconds: int) -> str:
    return rfc3339_of(seconds) or ""


def _row(cells: Iterable[str]) -> bytes:
    """Everything in quotation marks: where a spreadsheet divides at semicolons, "a;=1" would become two cells."""
    line = io.StringIO(newline="")
    csv.writer(line, quoting=csv.QUOTE_ALL).writerow([guarded(cell) for cell in cells])
    return line.getvalue().encode("utf-8", "replace")
