"""What every way of publishing shares: what cannot be published as an error, and the transaction that publishes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime

from node.context import Node
from node.services.listings.drafts import end_of
from node.storage import catalogue, handed_on
from node.storage import listings as stored
from node.storage import organisations as hosted
from node.storage.engine import Tx
from node.storage.listings import OwnListing
from schemas.canonical import EXTENSION
from schemas.errors import DocumentError, Problem, SharefeedError, pointer
from schemas.listing import Listing
from schemas.organisation import Organisation


class PublishingError(SharefeedError):
    """Something that cannot be published: ``problems`` says why, never empty. Nothing was kept."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("; ".join(str(problem) for problem in self.problems))


class UnknownListingError(PublishingError):
    """There is no listing of this ``key`` on this node."""

    def __init__(self, key: str) -> None:
        self.key = key
        message = f"There is no listing called {key} here; `sharefeed listing list` names them."
        super().__init__([Problem("", "unknown-listing", message)])


@contextmanager
def writing(node: Node) -> Iterator[Tx]:
    """A write that has the change log to itself from the start: two writers never wait for each other in a ring."""
    with node.database.write() as tx:
        catalogue.state(tx, lock=True)
        yield tx


@contextmanager
def refusals() -> Iterator[None]:
    try:
        yield
    except DocumentError as error:
        raise PublishingError(error.problems) from error


def refuse_moved(tx: Tx, organisation_ids: Iterable[str]) -> None:
    """Raises `PublishingError` for an organisation that is at another node now: there would be two versions."""
    for organisation_id in set(organisation_ids):
        moved = handed_on.of(tx, organisation_id)
        if moved is not None:
            message = f"This organisation moved to {moved.to}. Nothing can be changed here any more; change it there."
            raise PublishingError([Problem("", "moved", message)])


def known_slug(node: Node, organisation: Organisation) -> str | None:
    """The slug of an organisation that is here, whatever its id: it may have come from another node."""
    with node.database.read() as tx:
        known = hosted.by_ids(tx, [organisation.id]).get(organisation.id)
    return known.slug if known else None


def refuse_repeated(keys: Sequence[str]) -> None:
    """Raises `PublishingError` where a key stands more than once."""
    seen: set[str] = set()
    problems = []
    for index, key in enumerate(keys):
        if key in seen:
            problems.append(Problem(pointer([index]), "repeated-key", f"The key {key} stands more than once."))
        seen.add(key)
    if problems:
        raise PublishingError(problems)


def all_known(tx: Tx, keys: Sequence[str]) -> dict[str, OwnListing]:
    """The listings with these keys. Raises `UnknownListingError` where one is missing."""
    found = stored.by_keys(tx, keys)
    for key in keys:
        if key not in found:
            raise UnknownListingError(key)
    return {key: found[key] for key in keys}


def shown_until(listing: Listing, end: datetime, now: datetime, timezone: str) -> datetime:
    """Until when it is shown again, at most until ``end``. Raises `DocumentError` where nothing of it is to come."""
    last = end_of(listing, end, timezone)
    if last > now:
        return last
    why = f"“{listing.title}” is not in date any more, so it cannot be shown again."
    if listing.event:
        why = f"All dates of “{listing.title}” are over. Give it new ones to show it again."
    raise DocumentError.of("expired", why, f"/{EXTENSION}/expires")
