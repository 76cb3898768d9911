"""Publishing: the organisations of this node, and what they give, lend, host or help with.

Every change of a listing goes through here: it is checked by the rules that its readers will apply, stored, and stands
in the change log, all in one transaction. What is refused is refused whole: nothing of it is kept.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import fields, replace
from datetime import UTC, date, datetime
from typing import Any

import orjson

from federation.facts import Removal, seconds
from node.context import Node
from node.services.doubted import ask_about
from node.services.drafts import (
    ADDED,
    CHANGED,
    DEFAULT_LIFE,
    UNCHANGED,
    Draft,
    Outcome,
    Prepared,
    end_of_day,
    entry_of,
    prepare,
    public_organisation,
)
from node.services.own_ids import RESERVED_SLUGS, is_slug, new_key, organisation_id, slug_of
from node.storage import catalogue
from node.storage import listings as stored
from node.storage import organisations as hosted
from node.storage.engine import Tx
from node.storage.listings import LIVE, WITHDRAWN, OwnListing
from schemas.errors import DocumentError, Problem, SharefeedError, pointer
from schemas.listing import Listing, dump_listing
from schemas.organisation import Organisation, dump_organisation, load_organisation
from schemas.vocabulary import REMOVAL_REASONS

__all__ = [
    "ADDED",
    "CHANGED",
    "DEFAULT_LIFE",
    "UNCHANGED",
    "Draft",
    "Outcome",
    "OwnListing",
    "PublishingError",
    "UnknownListingError",
    "edit",
    "end_of_day",
    "ensure_organisation",
    "listing",
    "listings",
    "new_key",
    "put_listings",
    "put_organisation",
    "renew",
    "slug_of",
    "withdraw",
    "withdraw_all",
]

_FIXED = frozenset(["id", "url", "date_modified", "organisation"])
_EDITABLE = frozenset(field.name for field in fields(Listing)) - _FIXED


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


def put_organisation(node: Node, organisation: Organisation) -> str:
    """Host ``organisation``, or change what is said of it; its slug, which is the end of its id.

    Its listings carry its name, type, address, logo and register numbers, so they are published anew when one of those
    changes. Raises `PublishingError`.
    """
    slug = _slug_in(node, organisation)
    with _refusals():
        checked = load_organisation(dump_organisation(organisation))
    with _writing(node) as tx:
        known = hosted.by_slug(tx, slug)
        if known is None or known.organisation != checked:
            hosted.put(tx, slug, checked, node.now)
        if known is not None and public_organisation(known.organisation) != public_organisation(checked):
            _rewrite(node, tx, checked)
    return slug


def _slug_in(node: Node, organisation: Organisation) -> str:
    start = organisation_id(node.settings.url, "")
    slug = organisation.id.removeprefix(start)
    if slug in RESERVED_SLUGS:
        message = f"The short name {slug} is taken by the software itself. Choose another one."
        raise PublishingError([Problem("/id", "bad-id", message)])
    if organisation.id.startswith(start) and is_slug(slug):
        return slug
    message = f"The id of an organisation here is {start} and a short name such as st-marys-school."
    raise PublishingError([Problem("/id", "bad-id", message)])


def _rewrite(node: Node, tx: Tx, organisation: Organisation) -> None:
    rows = stored.select_by(tx, organisation_id=organisation.id)
    changed = [_with_organisation(row, organisation, _moment(node)) for row in rows]
    _publish(tx, changed, node.now)


def _with_organisation(row: OwnListing, organisation: Organisation, now: datetime) -> OwnListing:
    listing = replace(row.listing(), organisation=public_organisation(organisation), date_modified=now)
    return replace(row, document=orjson.dumps(dump_listing(listing)).decode(), modified_at=seconds(now))


def ensure_organisation(node: Node, name: str, type: str, **profile: Any) -> Organisation:  # noqa: A002
    """The organisation that is known by the slug of ``name``; made from the rest where there is none yet.

    Raises `PublishingError` where it would have to be made and cannot be.
    """
    slug = slug_of(name)
    with node.database.read() as tx:
        known = hosted.by_slug(tx, slug)
    if known is not None:
        return known.organisation
    made = Organisation(organisation_id(node.settings.url, slug), name, type, **profile)
    put_organisation(node, made)
    return made


def put_listings(node: Node, drafts: Sequence[Draft]) -> list[Outcome]:
    """Publish the drafts, all or none; what became of each, in their order.

    A draft that says what its listing already says changes nothing, not even where the listing has been withdrawn or
    is over. Raises `PublishingError` with every problem; pointers begin with the position of the draft.
    """
    _refuse_repeated([draft.key for draft in drafts])
    with _writing(node) as tx:
        known = stored.by_keys(tx, [draft.key for draft in drafts])
        prepared = _prepared(node, tx, drafts, known)
        _publish(tx, [p.row for p in prepared if p.change != UNCHANGED], node.now)
        stored.put(tx, [p.row for p in prepared if p.change == UNCHANGED and p.row != known[p.row.key]])
        ask_about(node, tx, {p.row.id: p.doubts for p in prepared})
    return [Outcome(p.row.key, p.row.id, p.change, p.doubts) for p in prepared]


def _refuse_repeated(keys: Sequence[str]) -> None:
    seen: set[str] = set()
    problems = []
    for index, key in enumerate(keys):
        if key in seen:
            problems.append(Problem(pointer([index]), "repeated-key", f"The key {key} stands more than once."))
        seen.add(key)
    if problems:
        raise PublishingError(problems)


def _prepared(node: Node, tx: Tx, drafts: Sequence[Draft], known: dict[str, OwnListing]) -> list[Prepared]:
    organisations = hosted.by_ids(tx, sorted({draft.listing.organisation.id for draft in drafts}))
    prepared: list[Prepared] = []
    problems: list[Problem] = []
    for index, draft in enumerate(drafts):
        host = organisations.get(draft.listing.organisation.id)
        try:
            if host is None:
                raise _unknown_organisation(draft)
            prepared.append(prepare(draft, known.get(draft.key), host.organisation, node.settings.url, _moment(node)))
        except DocumentError as error:
            problems += [problem.under(pointer([index])) for problem in error.problems]
    if problems:
        raise PublishingError(problems)
    return prepared


def _unknown_organisation(draft: Draft) -> DocumentError:
    message = f"This node hosts no organisation with the id {draft.listing.organisation.id}."
    return DocumentError.of("unknown-organisation", message, "/_sharefeed/organisation/id")


def _publish(tx: Tx, rows: Sequence[OwnListing], now: int) -> None:
    with _refusals():
        entries = [entry_of(row) for row in rows if row.state == LIVE]
    stored.put(tx, rows)
    catalogue.apply(tx, entries, [], now)


def withdraw(node: Node, key: str, reason: str = "withdrawn") -> OwnListing:
    """Stop showing a listing, as `withdraw_all` does."""
    return withdraw_all(node, {key: reason})[0]


def withdraw_all(node: Node, reasons: Mapping[str, str]) -> list[OwnListing]:
    """Stop showing the listings with these keys, all or none, in one transaction; twice is the same as once.

    Each reason is one of `schemas.vocabulary.REMOVAL_REASONS`. Raises `UnknownListingError`, and `PublishingError` for
    another reason.
    """
    if not set(reasons.values()) <= set(REMOVAL_REASONS):
        message = f"The reason must be one of: {', '.join(REMOVAL_REASONS)}."
        raise PublishingError([Problem("/reason", "not-a-choice", message)])
    with _writing(node) as tx:
        known = stored.by_keys(tx, list(reasons))
        for key in reasons:
            if key not in known:
                raise UnknownListingError(key)
        catalogue.apply(tx, [], [Removal(known[key].id, reason) for key, reason in reasons.items()], node.now)
        gone = [replace(row, state=WITHDRAWN, modified_at=node.now) for row in known.values() if row.state != WITHDRAWN]
        stored.put(tx, gone)
    after = {**known, **{row.key: row for row in gone}}
    return [after[key] for key in reasons]


def renew(node: Node, key: str, until: date | None = None) -> OwnListing:
    """Show a listing to the end of the day ``until``, or for the usual time from now; it comes back if it was gone."""
    end = end_of_day(until, node.settings.timezone) if until else _moment(node) + DEFAULT_LIFE
    if end <= _moment(node):
        raise PublishingError([Problem("/_sharefeed/expires", "expired", "This day is over; choose a later one.")])
    return _revise(node, key, {"expires": end}, revive=True)


def edit(node: Node, key: str, **changes: Any) -> OwnListing:
    """Change members of a listing, by the names of `schemas.listing.Listing`. What is withdrawn stays withdrawn.

    Raises `UnknownListingError` and `PublishingError`.
    """
    unknown = sorted(set(changes) - _EDITABLE)
    if unknown:
        raise PublishingError([Problem(pointer([name]), "unknown-name", "This cannot be changed.") for name in unknown])
    return _revise(node, key, changes, revive=False)


def _revise(node: Node, key: str, changes: dict[str, Any], revive: bool) -> OwnListing:
    with _writing(node) as tx:
        known = _known(tx, key)
        draft = Draft(replace(known.listing(), **changes), key, known.import_ref)
        host = hosted.by_ids(tx, [known.organisation_id])[known.organisation_id]
        with _refusals():
            prepared = prepare(draft, known, host.organisation, node.settings.url, _moment(node))
        row = prepared.row
        state = known.state if known.state == WITHDRAWN and not revive else row.state
        revised = replace(row, state=LIVE if revive else state)
        if revised != known:
            _publish(tx, [revised], node.now)
            ask_about(node, tx, {revised.id: prepared.doubts})
    return revised


def listings(node: Node, state: str | None = None, organisation: str | None = None) -> list[OwnListing]:
    """This node's own listings, the latest change first; ``organisation`` is a slug."""
    with node.database.read() as tx:
        host = None if organisation is None else organisation_id(node.settings.url, organisation)
        return stored.select_by(tx, state, host)


def listing(node: Node, key: str) -> OwnListing:
    """One of this node's own listings. Raises `UnknownListingError`."""
    with node.database.read() as tx:
        return _known(tx, key)


def _known(tx: Tx, key: str) -> OwnListing:
    known = stored.by_key(tx, key)
    if known is None:
        raise UnknownListingError(key)
    return known


def _moment(node: Node) -> datetime:
    return datetime.fromtimestamp(node.now, UTC)


@contextmanager
def _writing(node: Node) -> Iterator[Tx]:
    """A write that has the change log to itself from the start: two writers never wait for each other in a ring."""
    with node.database.write() as tx:
        catalogue.state(tx, lock=True)
        yield tx


@contextmanager
def _refusals() -> Iterator[None]:
    try:
        yield
    except DocumentError as error:
        raise PublishingError(error.problems) from error
