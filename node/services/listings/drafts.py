"""What becomes of a draft: added, changed or unchanged, and with which dates. Pure; storing it is `publishing`'s.

``date_modified`` moves only when something else did, so that importing the same spreadsheet again changes no hash and
wakes no reader.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import orjson

from federation.facts import Entry, facts_of, seconds
from node.services.listings.own_ids import listing_id
from node.services.listings.safety import good_until
from node.storage.listings import LIVE, WITHDRAWN, OwnListing
from schemas.canonical import EXTENSION
from schemas.errors import DocumentError, Problem
from schemas.event import occurrences
from schemas.free.explain import NOT_FREE_WORDS, fingerprint, word_problems
from schemas.listing import Listing, dump_listing, load_listing
from schemas.organisation import Organisation
from schemas.page import with_hash
from schemas.records import dataclass

DEFAULT_LIFE = timedelta(days=90)
"""How long a listing lives that names no end."""
RENEW_WITHIN = timedelta(days=30)
"""A listing that names no end, imported again with less than this left, lives on from today."""

ADDED, CHANGED, UNCHANGED = "added", "changed", "unchanged"


@dataclass(frozen=True, slots=True)
class Draft:
    """A listing to be published.

    ``listing`` may hold anything in ``id``, ``url`` and ``date_modified``: they are filled here; its organisation is
    looked up by id. ``key`` comes from `new_key`; ``import_ref`` names the row of the spreadsheet. With
    ``default_expires`` the giver named no end: what ``listing.expires`` says is ignored and an end is chosen.
    """

    listing: Listing
    key: str
    import_ref: str | None = None
    default_expires: bool = False


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one draft; ``change`` is added, changed or unchanged.

    ``doubts`` are what the operator of a catalogue will look at: words that read as if it were not free.
    """

    key: str
    id: str
    change: str
    doubts: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class Prepared:
    """A listing that is ready to be stored, its change, and what its words leave in doubt."""

    row: OwnListing
    change: str
    doubts: tuple[Problem, ...] = ()


def end_of_day(day: date, timezone: str) -> datetime:
    """The last second of a day where the node's people live (``timezone`` is an IANA name), in UTC."""
    return datetime.combine(day, time(23, 59, 59), ZoneInfo(timezone)).astimezone(UTC)


def end_of(listing: Listing, end: datetime, timezone: str) -> datetime:
    """The end that was asked for, or the last that there can be: when an event is over, or food is not in date."""
    event, day = listing.event, good_until(listing.safety)
    last = [occurrences(event)[-1].ends] if event and occurrences(event) else []
    return min([end, *last, *([end_of_day(day, timezone)] if day else [])])


def public_organisation(organisation: Organisation) -> Organisation:
    """What of an organisation stands in each of its listings: not its description, which stands on its own page."""
    return replace(organisation, description=None)


def prepare(draft: Draft, known: OwnListing | None, organisation: Organisation, url: str, now: datetime) -> Prepared:
    """The listing as it will be stored. Raises `DocumentError` for one that no reader would accept, or whose words say
    that it is not free and whose giver does not appeal.
    """
    item = dump_listing(_filled(draft, known, organisation, url, now))
    if known is not None and _says_the_same(item, known.item()):
        return Prepared(replace(known, import_ref=draft.import_ref), UNCHANGED)
    listing = load_listing(item)
    if listing.expires <= now:
        message = f"This ended on {listing.expires:%d %B %Y}; a listing that is over is not published."
        raise DocumentError.of("expired", message, f"/{EXTENSION}/expires")
    doubts = _doubts(item, known)
    row = _row(listing, item, draft, known, now)
    return Prepared(row, ADDED if known is None else CHANGED, doubts)


def _doubts(item: dict[str, Any], known: OwnListing | None) -> tuple[Problem, ...]:
    """What the words leave in doubt, where they are new. Raises `DocumentError` in a clear case without an appeal."""
    doubts = word_problems(item)
    if not doubts or (known is not None and fingerprint(known.item()) == fingerprint(item)):
        return ()
    if doubts[0].code == NOT_FREE_WORDS and not item[EXTENSION].get("appeal"):
        raise DocumentError(doubts)
    return doubts


def entry_of(row: OwnListing) -> Entry:
    """The listing as the catalogue publishes it, with its hash. Raises `DocumentError` where it has none."""
    item = with_hash(row.item())
    facts = facts_of(load_listing(item))
    return Entry(row.id, row.key, None, orjson.dumps(item).decode(), item[EXTENSION]["hash"], (), facts)


def _filled(draft: Draft, known: OwnListing | None, organisation: Organisation, url: str, now: datetime) -> Listing:
    address = listing_id(url, draft.key)
    return replace(
        draft.listing,
        id=known.id if known else address,
        url=address,
        organisation=public_organisation(organisation),
        date_modified=now,
        date_published=draft.listing.date_published or _published(known) or now,
        expires=_default_end(known, now) if draft.default_expires else draft.listing.expires,
    )


def _published(known: OwnListing | None) -> datetime | None:
    stated = known.item().get("date_published") if known else None
    return datetime.fromisoformat(stated) if stated else None


def _default_end(known: OwnListing | None, now: datetime) -> datetime:
    if known is not None:
        end = datetime.fromtimestamp(known.expires_at, UTC)
        # What somebody withdrew must not come back only because time has passed.
        if known.state == WITHDRAWN or end > now + RENEW_WITHIN:
            return end
    return now + DEFAULT_LIFE


def _says_the_same(item: dict[str, Any], other: dict[str, Any]) -> bool:
    return _without_clock(item) == _without_clock(other)


def _without_clock(item: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in item.items() if name != "date_modified"}


def _row(listing: Listing, item: dict[str, Any], draft: Draft, known: OwnListing | None, now: datetime) -> OwnListing:
    return OwnListing(
        id=listing.id,
        key=draft.key,
        organisation_id=listing.organisation.id,
        state=LIVE,
        document=orjson.dumps(item).decode(),
        import_ref=draft.import_ref,
        created_at=known.created_at if known else seconds(now),
        modified_at=seconds(now),
        expires_at=seconds(listing.expires),
    )
