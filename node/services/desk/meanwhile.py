"""Two people change one listing: what the other one published meanwhile stays, where a draft does not say otherwise.

A draft of changes remembers from which version of the listing it was begun (``base``). What it says as that version did
is not its word, so it takes what stands there now; what it says otherwise is, and wins.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from node.services.desk import event
from node.services.desk.fields import PLACE
from node.services.desk.form import HERE, sign_of, typed_of
from node.storage import listing_versions
from node.storage.desk_drafts import DeskDraft
from node.storage.engine import Tx
from node.storage.listings import OwnListing
from schemas.listing import Listing, load_listing

_TOGETHER = (PLACE, ("check", "food_until"), ("from", "until"), event.FIELDS)
"""Fields that say one thing together: of two places, nobody wants the street of one and the town of the other."""


def caught_up(tx: Tx, draft: DeskDraft, row: OwnListing, timezone: str) -> DeskDraft:
    """The draft of changes to ``row`` with what others changed of it since the draft was begun."""
    latest = listing_versions.latest(tx, row.id)
    if latest == draft.base:
        return draft
    base, now = listing_versions.one(tx, row.id, draft.base), row.listing()
    if base is None or sign_of(now) != draft.sign:
        return replace(draft, base=latest)
    then = load_listing(base.item())
    if sign_of(then) != draft.sign:
        return replace(draft, base=latest)
    typed = merged(draft.typed, typed_of(then, timezone), typed_of(now, timezone))
    images = _images(now) if draft.images == _images(then) else draft.images
    return replace(draft, typed=typed, images=images, base=latest)


def both_changed(tx: Tx, draft: DeskDraft, row: OwnListing, timezone: str) -> str:
    """Who last published a change of ``row`` where this draft, as it was sent, says something else in its place.

    Empty where the two do not touch, and where nobody was signed in.
    """
    latest = listing_versions.one(tx, row.id, listing_versions.latest(tx, row.id))
    base, now = listing_versions.one(tx, row.id, draft.base), row.listing()
    if base is None or latest is None or latest.id == base.id:
        return ""
    then = load_listing(base.item())
    if {sign_of(then), sign_of(now)} != {draft.sign}:
        return ""
    before, after = typed_of(then, timezone), typed_of(now, timezone)
    return latest.by if contested(draft.typed, before, after) else ""


def contested(typed: Mapping[str, str], then: Mapping[str, str], now: Mapping[str, str]) -> tuple[str, ...]:
    """The fields that were changed from what they were ``then``, once as ``typed`` and otherwise as ``now``. Pure."""
    mine, theirs = merged(typed, then, now), merged(now, then, typed)
    both = (name for name in now if name in typed and (name, typed[name]) != ("place", HERE))
    return tuple(name for name in both if _plain(mine[name]) != _plain(theirs[name]))


def merged(typed: Mapping[str, str], then: Mapping[str, str], now: Mapping[str, str]) -> dict[str, str]:
    """Each field as it is ``typed``, but as it is ``now`` where it was left as it was ``then``. Pure."""
    alone = ((name,) for name in now if not any(name in names for names in _TOGETHER))
    made = dict(typed)
    for names in (*alone, *_TOGETHER):
        asked = [name for name in names if name in now]
        # Whoever was offered no other place than this one sends it as somewhere else.
        said = [name for name in asked if (name, typed.get(name)) != ("place", HERE)]
        if all(_plain(typed.get(name, "")) == _plain(then.get(name, "")) for name in said):
            made |= {name: now[name] for name in asked}
    return made


def _plain(text: str) -> str:
    """A text without what a browser makes of it."""
    return "\n".join(text.splitlines()).strip()


def _images(listing: Listing) -> tuple[Mapping[str, str], ...]:
    return tuple({"url": image.url, "alt": image.alt or ""} for image in listing.images)
