"""An organisation's listings at the desk: a page of them, what is done with several, and what they said before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import field, replace
from datetime import date
from typing import Any

from node.context import Node
from node.services.desk import undo
from node.services.desk.drafts import setting_of
from node.services.desk.fields import EVERY_FIELD, FIELDS
from node.services.desk.form import HERE, NOWHERE, sign_of, typed_of
from node.services.desk.place import key_of
from node.services.identity.members import Member
from node.services.importing.row_values import LONGEST_SHOWING
from node.services.listings import publishing
from node.services.listings.drafts import end_of, end_of_day
from node.services.listings.publishing import OwnListing, PublishingError, UnknownListingError
from node.storage import listing_versions, listings
from node.storage.engine import Tx
from node.storage.listing_versions import Version
from node.storage.listings import Filter
from schemas.errors import Problem
from schemas.listing import Listing, load_listing
from schemas.records import dataclass
from schemas.vocabulary import REMOVAL_REASONS, categories

PAGE = 50
RENEW, PAUSE, RESUME, WITHDRAW, CATEGORY, EXPIRES, PLACE = DOINGS = (
    *("renew", "pause", "resume", "withdraw"),
    *("category", "expires", "place"),
)
"""What can be done with several listings at once."""
BROUGHT_BACK = "brought_back"


@dataclass(frozen=True, slots=True)
class Few:
    """One page (``number``) of listings; ``counts`` has how many are in each state, whatever state was asked for."""

    rows: tuple[OwnListing, ...]
    counts: Mapping[str, int]
    number: int

    def total(self, state: str) -> int:
        return self.counts.get(state, 0) if state else sum(self.counts.values())


@dataclass(frozen=True, slots=True)
class Change:
    """One step of a listing's history: what was different after it, by field of the form."""

    version: Version
    differences: tuple[tuple[str, str, str], ...]


def few(node: Node, wanted: Filter, page: int) -> Few:
    """A page (from 1) of an organisation's listings, the latest change first; behind the last page, the last."""
    with node.database.read() as tx:
        counts = listings.count(tx, replace(wanted, state=""))
        total = counts.get(wanted.state, 0) if wanted.state else sum(counts.values())
        number = min(page, max(1, -(-total // PAGE)))
        rows = listings.page(tx, wanted, PAGE, (number - 1) * PAGE)
    return Few(tuple(rows), counts, number)


def do(node: Node, member: Member, keys: Sequence[str], doing: str, fields: Mapping[str, str], mark: str) -> int:
    """Do one of `DOINGS` with several listings of a member's organisation, all or none; with how many.

    ``mark`` is that of `undo`, by which it can be taken back.

    ``fields`` are ``reason``, ``category``, ``expires`` (ISO) or ``place`` (a key of one used before). Raises
    `PublishingError`, whose pointers name the field, also where nothing was chosen.
    """
    keys = _own(node, member.organisation_id, keys)
    if not keys:
        raise _refused("key", "Choose one or more of them first.")
    change = meant(node, member.organisation_id, doing, fields)
    with publishing.writing(node) as tx, undo.marked(tx, node, keys, mark):
        return do_in(tx, node, keys, change, member.name)


@dataclass(frozen=True, slots=True)
class Meant:
    """One of `DOINGS`, looked at: the ``reason`` to withdraw, or the ``changes`` of members of a listing."""

    doing: str
    reason: str = ""
    changes: Mapping[str, Any] = field(default_factory=dict)


def meant(node: Node, organisation_id: str, doing: str, fields: Mapping[str, str]) -> Meant:
    """What is to be done with listings of this organisation, by the same ``fields``. Raises `PublishingError`."""
    if doing in (CATEGORY, EXPIRES, PLACE):
        return Meant(doing, changes=_changes(node, organisation_id, doing, fields.get(doing, "")))
    if doing not in DOINGS:
        raise _refused("then", "This cannot be done here.")
    reason = fields.get("reason", "")
    if doing == WITHDRAW and reason not in REMOVAL_REASONS:
        raise _refused("reason", "Choose a reason.")
    return Meant(doing, reason)


def do_in(tx: Tx, node: Node, keys: Sequence[str], change: Meant, by: str) -> int:
    """Do it with these listings in a transaction of `writing`; how many. Where it raises, nothing is written."""
    if change.doing == PAUSE:
        return publishing.pause_in(tx, node, keys, by)
    if change.doing == RESUME:
        return publishing.resume_in(tx, node, keys, by)
    if change.doing == RENEW:
        return len(publishing.renew_in(tx, node, keys, by=by))
    if change.doing == WITHDRAW:
        return len(publishing.withdraw_in(tx, node, dict.fromkeys(keys, change.reason), by))
    return len(publishing.revise_in(tx, node, keys, lambda row: _changed(node, row, change.changes), by))


def _changed(node: Node, row: OwnListing, changes: Mapping[str, Any]) -> dict[str, Any]:
    """The changes of one of several, none of which is shown for longer than there is something to show."""
    end = changes.get("expires")
    return {**changes, "expires": end_of(row.listing(), end, node.settings.timezone)} if end else dict(changes)


def _own(node: Node, organisation_id: str, keys: Sequence[str]) -> list[str]:
    """Those keys that are this organisation's, each once: what others have is left alone, and not told of."""
    with node.database.read() as tx:
        known = listings.by_keys(tx, list(dict.fromkeys(keys)))
    return [key for key, row in known.items() if row.organisation_id == organisation_id]


def _refused(field: str, message: str) -> PublishingError:
    return PublishingError([Problem(f"/{field}", "not-a-choice", message)])


def _changes(node: Node, organisation_id: str, doing: str, value: str) -> dict[str, Any]:
    setting = setting_of(node, organisation_id)
    if doing == CATEGORY:
        if value not in categories():
            raise _refused(CATEGORY, "Choose a category.")
        return {"category": value}
    if doing == PLACE:
        place = next((place for place in setting.places if key_of(place) == value), None)
        if place is None and value != NOWHERE:
            raise _refused(PLACE, "Choose a place.")
        return {"place": place}
    try:
        day = date.fromisoformat(value)
    except ValueError:
        raise _refused(EXPIRES, "Choose a day.") from None
    today = setting.defaults.today
    if not today <= day <= today + LONGEST_SHOWING:
        raise _refused(EXPIRES, "Choose a day from today on, a year ahead at most.")
    return {"expires": end_of_day(day, node.settings.timezone)}


def history(node: Node, row: OwnListing) -> list[Change]:
    """What a listing said before, the latest first, with what was different after each change."""
    with node.database.read() as tx:
        versions = listing_versions.of_listing(tx, row.id)
    said = [_said(node, load_listing(version.item())) for version in versions]
    older: Sequence[Mapping[str, str] | None] = [*said, None][1:]
    return [Change(one, _different(before, now)) for one, now, before in zip(versions, said, older, strict=True)]


def _said(node: Node, listing: Listing) -> dict[str, str]:
    """What a listing says by field, as people read it: the place in words, and no fields that only steer the form."""
    typed = typed_of(listing, node.settings.timezone)
    place = listing.place
    parts = (place.name, place.locality, place.postcode) if place else ()
    typed["place"] = ", ".join(part for part in parts if part) or (_point(place) if place else "")
    steering = ("place_name", "locality", "postcode", "lat", "lon", "precision")
    said = {name: typed[name] for name in FIELDS[sign_of(listing)] if name not in steering}
    return said | {"images": ", ".join(image.alt or image.url for image in listing.images)}


def _point(place: Any) -> str:
    return f"{place.lat}, {place.lon}" if place.lat is not None else HERE


def _different(before: Mapping[str, str] | None, now: Mapping[str, str]) -> tuple[tuple[str, str, str], ...]:
    if before is None:
        return ()
    names = (*EVERY_FIELD, "images")
    both = ((name, before.get(name, ""), now.get(name, "")) for name in names)
    return tuple(one for one in both if one[1] != one[2])


def bring_back(node: Node, row: OwnListing, number: int, by: str) -> OwnListing:
    """Let a listing say again what it said in one of its versions; whether it is shown does not change.

    Its end stays what it is where that of the version is over. Raises `UnknownListingError` for no version of it, and
    `PublishingError`.
    """
    with node.database.read() as tx:
        version = listing_versions.one(tx, row.id, number)
    if version is None:
        raise UnknownListingError(row.key)
    then = load_listing(version.item())
    names = publishing.EDITABLE - {"date_published", "expires"}
    changes = {name: getattr(then, name) for name in names}
    if then.expires.timestamp() > node.now:
        changes["expires"] = then.expires
    return publishing.revise_all(node, [row.key], lambda _row: changes, by, BROUGHT_BACK)[0]


def tidy(node: Node) -> None:
    """Forget the oldest versions of listings that were changed very often."""
    with node.database.write() as tx:
        listing_versions.tidy(tx)
