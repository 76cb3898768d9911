"""Photographs that an import names by an address: the worker fetches them, and their listings get a copy of our own.

So a listing's photo is there when the other site is not, and nobody who looks at it asks that site. It is fetched with
the guarded client, in the background: the listing is published at once, and its photo follows. What cannot be had stays
as it was named, and the import says so.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from node.context import Node
from node.processes import FullError, GivenUpError
from node.services.backup.backups import free_bytes
from node.services.listings.drafts import Draft
from node.services.listings.publishing import PublishingError, put_in, writing
from node.services.pictures.proxy import downloaded, key_of
from node.services.pictures.shelf import write_whole
from node.services.pictures.shrinking import PictureError, shrink
from node.storage import listing_versions, listings
from node.storage import picture_copies as stored
from node.storage.engine import Tx
from node.storage.listings import LIVE, PAUSED
from node.storage.picture_copies import FAILED, WAITING, Copy, Want
from schemas.listing import Image
from schemas.records import dataclass

if TYPE_CHECKING:
    from federation.fetch import Fetcher

MOST_WAITING = 40_000
"""What is named while so many wait stays on the other site. One organisation has half of what others leave of it."""
ROOM_BYTES = 1_000_000_000
"""Nothing is fetched where less than this is free."""
RETRY_S = (3600, 86_400)
LEASE_S = 300
_FOR_GOOD = ("refused-address", "bad-url")
_INSIDE = "This address is inside a private network, where nothing is fetched."
MOST_TOLD = 5


def copied(node: Node, images: Sequence[Image]) -> tuple[Image, ...]:
    """The same pictures, with our own copy in place of another site's where there is one."""
    others = {key_of(image.url): image.url for image in images if not _is_ours(node, image.url)}
    if not others:
        return tuple(images)
    with node.database.read() as tx:
        names = stored.ready(tx, list(others))
    own = {
        url: _address(node, names[key]) for key, url in others.items() if key in names and _taken_up(node, names[key])
    }
    return tuple(replace(image, url=own.get(image.url, image.url)) for image in images)


def want_in(tx: Tx, node: Node, named: Iterable[Draft], import_id: str) -> None:
    """Have the pictures of these listings fetched, in the transaction in which they are published."""
    urls: dict[str, dict[str, str]] = {}
    wants: dict[str, list[tuple[str, Want]]] = {}
    for draft in named:
        whose = draft.listing.organisation.id
        for url in [image.url for image in draft.listing.images if not _is_ours(node, image.url)]:
            urls.setdefault(whose, {})[key_of(url)] = url
            wants.setdefault(whose, []).append((key_of(url), Want(draft.key, import_id, whose)))
    for whose, theirs in urls.items():
        mine = stored.count_waiting(tx, whose)
        others = stored.count_waiting(tx) - mine
        if mine + len(theirs) <= (MOST_WAITING - others) // 2:
            stored.want(tx, theirs, wants[whose], node.now)


def fetch_due(node: Node, fetcher: Fetcher | None = None, limit: int = 8) -> int:
    """Fetch some that are due, and give them to their listings; how many are here now."""
    with node.database.read() as tx:
        due = stored.due(tx, node.now, limit) if stored.count_waiting(tx) else []
    if not due or free_bytes(node.settings.home) < ROOM_BYTES:
        return 0
    with node.database.write() as tx:
        claimed = stored.claim(tx, due, node.now, node.now + LEASE_S)
    if not claimed:
        return 0
    if fetcher is not None:
        return sum(_fetch(node, fetcher, one) for one in claimed)
    from node.services.aggregating.polling import make_fetcher

    with make_fetcher(node) as own:
        return sum(_fetch(node, own, one) for one in claimed)


def _fetch(node: Node, fetcher: Fetcher, copy: Copy) -> bool:
    from federation.fetch_error import FetchError

    try:
        data = node.workshop.run(shrink, downloaded(fetcher, copy.url)).large
    except FullError:
        return False  # the next round has room again
    except FetchError as error:
        # Asking once more changes nothing about an address that is refused.
        why = _INSIDE if error.code == "refused-address" else str(error)
        return _failed(node, copy, why, for_good=error.code in _FOR_GOOD)
    except (PictureError, GivenUpError) as error:
        return _failed(node, copy, str(error))
    name = hashlib.sha256(data).hexdigest()[:32] + ".jpg"
    write_whole(node.settings.home / "media" / name, data)
    with writing(node) as tx:
        for one in stored.done(tx, copy.key, name):
            _give(tx, node, one, copy.url, _address(node, name))
    return True


def _failed(node: Node, copy: Copy, why: str, for_good: bool = False) -> bool:
    again = node.now + RETRY_S[copy.tries] if copy.tries < len(RETRY_S) and not for_good else None
    with node.database.write() as tx:
        stored.failed(tx, copy, why[:300], again)
    return False


def _give(tx: Tx, node: Node, want: Want, url: str, own: str) -> None:
    """Let a listing name our copy, if it is shown and still names the other."""
    row = listings.by_key(tx, want.listing_key)
    if row is None or row.state not in (LIVE, PAUSED):
        return
    made = row.listing()
    images = tuple(replace(image, url=own) if image.url == url else image for image in made.images)
    if images == made.images:
        return
    *_, last = listing_versions.of_listings(tx, [row.id]) or [None]
    # Undoing the import takes this along; where somebody has changed the listing since, it is a change of its own.
    import_id = want.import_id if last is not None and last.import_id == want.import_id else ""
    try:
        put_in(tx, node, [Draft(replace(made, images=images), row.key, row.import_ref)], "", import_id)
    except PublishingError:
        return  # it has ended, or its words are refused now: its photo is the least of it


@dataclass(frozen=True, slots=True)
class Missing:
    """What an import named and is not here: how many ``wait``, and some of those that could not be had, with why."""

    wait: int
    failed: tuple[tuple[str, str], ...]


def missing(node: Node, import_id: str) -> Missing:
    with node.database.read() as tx:
        failed = stored.of_import(tx, import_id, (FAILED,), MOST_TOLD)
        return Missing(stored.count_of_import(tx, import_id, WAITING), tuple(failed))


def _taken_up(node: Node, name: str) -> bool:
    """Have a copy that is here stay, as it is asked for; whether it is still here."""
    try:
        os.utime(node.settings.home / "media" / name)
    except FileNotFoundError:
        return False
    return True


def _is_ours(node: Node, url: str) -> bool:
    return url.startswith(node.settings.url)


def _address(node: Node, name: str) -> str:
    return f"{node.settings.url}media/{name}"
