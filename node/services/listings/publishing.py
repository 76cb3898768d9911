"""Publishing: the organisations of this node, and what they give, lend, host or help with.

Every change of a listing goes through here: it is checked by the rules that its readers will apply, stored, and stands
in the change log, all in one transaction. What is refused is refused whole: nothing of it is kept.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields, replace
from datetime import UTC, date, datetime
from typing import Any

import orjson

from federation.facts import Removal, seconds
from node.context import Node
from node.services.listings.doubted import ask_about_rows, taken_down
from node.services.listings.drafts import (
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
from node.services.listings.own_ids import RESERVED_SLUGS, is_slug, new_key, organisation_id, slug_of
from node.services.listings.publishing_parts import (
    PublishingError,
    UnknownListingError,
    all_known,
    known_slug,
    refusals,
    refuse_moved,
    refuse_repeated,
    shown_until,
    writing,
)
from node.storage import catalogue, listing_versions
from node.storage import listings as stored
from node.storage import organisations as hosted
from node.storage.engine import Tx
from node.storage.listing_versions import Version
from node.storage.listings import LIVE, PAUSED, WITHDRAWN, OwnListing
from node.storage.organisations import OwnOrganisation
from schemas.errors import DocumentError, Problem, pointer
from schemas.listing import Listing, dump_listing
from schemas.organisation import Organisation, dump_organisation, load_organisation
from schemas.vocabulary import REMOVAL_REASONS

__all__ = [
    "ADDED",
    "CHANGED",
    "DEFAULT_LIFE",
    "EDITABLE",
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
    "pause_in",
    "publish_rows",
    "put_in",
    "put_listings",
    "put_organisation",
    "renew",
    "renew_all",
    "renew_in",
    "resume_in",
    "revise_all",
    "revise_in",
    "slug_of",
    "version_of",
    "withdraw",
    "withdraw_all",
    "withdraw_in",
    "writing",
]

RENEWED, PAUSING, RESUMED = "renewed", "paused", "resumed"
"""What is done with a listing besides writing it, as its history says it."""
Changes = Callable[[OwnListing], dict[str, Any]]
"""Members of `schemas.listing.Listing` that are to be different, for one listing of several."""
_FIXED = frozenset(["id", "url", "date_modified", "organisation"])
EDITABLE: frozenset[str] = frozenset(field.name for field in fields(Listing)) - _FIXED


def put_organisation(node: Node, organisation: Organisation, also: Callable[[Tx], None] = lambda tx: None) -> str:
    """Host ``organisation``, or change what is said of it; its slug, which is the end of its id.

    ``also`` is done in the same transaction.

    Its listings carry its name, type, address, logo and register numbers, so they are published anew when one of those
    changes. Raises `PublishingError`.
    """
    slug = known_slug(node, organisation) or _slug_in(node, organisation)
    with refusals():
        checked = load_organisation(dump_organisation(organisation))
    with writing(node) as tx:
        known = hosted.by_slug(tx, slug)
        refuse_moved(tx, [checked.id])
        if known is None or known.organisation != checked:
            hosted.put(tx, slug, checked, node.now)
        if known is not None and public_organisation(known.organisation) != public_organisation(checked):
            _rewrite(node, tx, checked)
        also(tx)
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
    publish_rows(tx, changed, node.now)


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


def put_listings(node: Node, drafts: Sequence[Draft], by: str = "") -> list[Outcome]:
    """Publish the drafts, all or none; what became of each, in their order. ``by`` is who did it, for the history.

    A draft that says what its listing already says changes nothing, not even where the listing has been withdrawn or
    is over; what is paused stays paused. Raises `PublishingError` with every problem; pointers begin with the position
    of the draft.
    """
    with writing(node) as tx:
        return put_in(tx, node, drafts, by)


def put_in(tx: Tx, node: Node, drafts: Sequence[Draft], by: str = "", import_id: str = "") -> list[Outcome]:
    """The same in a transaction of `writing`, which may go on when this raises: nothing was written then.

    ``import_id`` is the import that they came with, by which it can be undone.
    """
    refuse_repeated([draft.key for draft in drafts])
    known = stored.by_keys(tx, [draft.key for draft in drafts])
    prepared = [_still(p, known.get(p.row.key)) for p in _prepared(node, tx, drafts, known)]
    changed = [p for p in prepared if p.change != UNCHANGED]
    publish_rows(tx, [p.row for p in changed], node.now)
    listing_versions.add(tx, [version_of(p.row, by, p.change, import_id) for p in changed])
    stored.put(tx, [p.row for p in prepared if p.change == UNCHANGED and p.row != known[p.row.key]])
    ask_about_rows(node, tx, [(p.row, p.doubts) for p in prepared])
    return [Outcome(p.row.key, p.row.id, p.change, p.doubts) for p in prepared]


def _still(prepared: Prepared, known: OwnListing | None) -> Prepared:
    """What somebody paused stays paused until somebody says otherwise, whatever a spreadsheet brings."""
    if known is None or known.state != PAUSED:
        return prepared
    return replace(prepared, row=replace(prepared.row, state=PAUSED))


def version_of(row: OwnListing, by: str, change: str, import_id: str = "") -> Version:
    """A listing as its history keeps it."""
    return Version(row.id, row.modified_at, by, change, row.state, row.document, import_id)


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


def publish_rows(tx: Tx, rows: Sequence[OwnListing], now: int) -> None:
    """Store these listings and show those that are live. Raises `PublishingError` before anything is written."""
    refuse_moved(tx, [row.organisation_id for row in rows])
    live = [row for row in rows if row.state == LIVE]
    if problems := taken_down(tx, live):
        raise PublishingError(problems)
    with refusals():
        entries = [entry_of(row) for row in live]
    stored.put(tx, rows)
    catalogue.apply(tx, entries, [], now)


def withdraw(node: Node, key: str, reason: str = "withdrawn") -> OwnListing:
    """Stop showing a listing, as `withdraw_all` does."""
    return withdraw_all(node, {key: reason})[0]


def withdraw_all(node: Node, reasons: Mapping[str, str], by: str = "") -> list[OwnListing]:
    """Stop showing the listings with these keys, all or none, in one transaction; twice is the same as once.

    Each reason is one of `schemas.vocabulary.REMOVAL_REASONS`. Raises `UnknownListingError`, and `PublishingError` for
    another reason.
    """
    if not set(reasons.values()) <= set(REMOVAL_REASONS):
        message = f"The reason must be one of: {', '.join(REMOVAL_REASONS)}."
        raise PublishingError([Problem("/reason", "not-a-choice", message)])
    with writing(node) as tx:
        return withdraw_in(tx, node, reasons, by)


def withdraw_in(tx: Tx, node: Node, reasons: Mapping[str, str], by: str = "", import_id: str = "") -> list[OwnListing]:
    """The same in a transaction of `writing`, for reasons that are among those."""
    known = all_known(tx, list(reasons))
    gone = [row for row in known.values() if row.state != WITHDRAWN]
    _take_down(node, tx, {row.key: reasons[row.key] for row in gone}, known, WITHDRAWN, by, import_id)
    after = all_known(tx, list(reasons))
    return [after[key] for key in reasons]


def pause_in(tx: Tx, node: Node, keys: Sequence[str], by: str = "") -> int:
    """Stop showing those of these listings that are shown, until they are resumed; how many. Others stay as they are.

    ``tx`` is one of `writing`. Raises `UnknownListingError`.
    """
    known = all_known(tx, keys)
    shown = {key: WITHDRAWN for key, row in known.items() if row.state == LIVE}
    _take_down(node, tx, shown, known, PAUSED, by)
    return len(shown)


def _take_down(
    node: Node,
    tx: Tx,
    reasons: Mapping[str, str],
    known: Mapping[str, OwnListing],
    state: str,
    by: str,
    import_id: str = "",
) -> None:
    refuse_moved(tx, [known[key].organisation_id for key in reasons])
    catalogue.apply(tx, [], [Removal(known[key].id, reason) for key, reason in reasons.items()], node.now)
    gone = [replace(known[key], state=state, modified_at=node.now) for key in reasons]
    stored.put(tx, gone)
    changes = reasons if state == WITHDRAWN else dict.fromkeys(reasons, PAUSING)
    listing_versions.add(tx, [version_of(row, by, changes[row.key], import_id) for row in gone])


def resume_in(tx: Tx, node: Node, keys: Sequence[str], by: str = "") -> int:
    """Show those of these listings again that are paused, for the usual time where they would be over; how many.

    ``tx`` is one of `writing`. Raises `UnknownListingError` and `PublishingError`.
    """
    paused = {row.key: row.expires_at for row in all_known(tx, keys).values() if row.state == PAUSED}
    end, over = _moment(node) + DEFAULT_LIFE, {key for key, last in paused.items() if last <= node.now}
    revise_in(tx, node, list(paused), lambda row: _later(node, row, end) if row.key in over else {}, by, RESUMED, True)
    return len(paused)


def renew(node: Node, key: str, until: date | None = None) -> OwnListing:
    """Show a listing to the end of the day ``until``, or for the usual time from now; it comes back if it was gone."""
    return renew_all(node, [key], until)[0]


def renew_all(node: Node, keys: Sequence[str], until: date | None = None, by: str = "") -> list[OwnListing]:
    """The same for several listings, all or none. Raises `UnknownListingError` and `PublishingError`."""
    with writing(node) as tx:
        return renew_in(tx, node, keys, until, by)


def renew_in(tx: Tx, node: Node, keys: Sequence[str], until: date | None = None, by: str = "") -> list[OwnListing]:
    """The same within a transaction of `writing`."""
    end = end_of_day(until, node.settings.timezone) if until else _moment(node) + DEFAULT_LIFE
    if end <= _moment(node):
        raise PublishingError([Problem("/_sharefeed/expires", "expired", "This day is over; choose a later one.")])
    return revise_in(tx, node, keys, lambda row: _later(node, row, end), by, RENEWED, revive=True)


def _later(node: Node, row: OwnListing, end: datetime) -> dict[str, Any]:
    """The change that shows a listing until ``end``. Raises `PublishingError` where there is nothing more to show."""
    with refusals():
        return {"expires": shown_until(row.listing(), end, _moment(node), node.settings.timezone)}


def edit(node: Node, key: str, **changes: Any) -> OwnListing:
    """Change members of a listing, by the names of `schemas.listing.Listing`. What is withdrawn stays withdrawn.

    Raises `UnknownListingError` and `PublishingError`.
    """
    return revise_all(node, [key], lambda row: changes)[0]


def revise_all(
    node: Node, keys: Sequence[str], changes: Changes, by: str = "", change: str = CHANGED, revive: bool = False
) -> list[OwnListing]:
    """Change members of several listings, all or none, in one transaction; each as it stands then.

    What is withdrawn or paused stays so unless it is to ``revive``. Raises `UnknownListingError` and `PublishingError`.
    """
    with writing(node) as tx:
        return revise_in(tx, node, keys, changes, by, change, revive)


def revise_in(
    tx: Tx, node: Node, keys: Sequence[str], changes: Changes, by: str, change: str = CHANGED, revive: bool = False
) -> list[OwnListing]:
    """The same within a transaction of `writing`."""
    known = all_known(tx, keys)
    hosts = hosted.by_ids(tx, sorted({row.organisation_id for row in known.values()}))
    revised = [
        _revised(node, hosts[known[key].organisation_id], known[key], _checked(changes(known[key])), revive)
        for key in keys
    ]
    moved = [(row, doubts) for row, doubts in revised if row != known[row.key]]
    publish_rows(tx, [row for row, _ in moved], node.now)
    listing_versions.add(tx, [version_of(row, by, change) for row, _ in moved])
    ask_about_rows(node, tx, moved)
    return [row for row, _ in revised]


def _checked(changes: dict[str, Any]) -> dict[str, Any]:
    unknown = sorted(set(changes) - EDITABLE)
    if unknown:
        raise PublishingError([Problem(pointer([name]), "unknown-name", "This cannot be changed.") for name in unknown])
    return changes


def _revised(
    node: Node, host: OwnOrganisation, known: OwnListing, changes: dict[str, Any], revive: bool
) -> tuple[OwnListing, tuple[Problem, ...]]:
    """A listing with these changes, not yet stored, and what its words leave in doubt."""
    draft = Draft(replace(known.listing(), **changes), known.key, known.import_ref)
    with refusals():
        prepared = prepare(draft, known, host.organisation, node.settings.url, _moment(node))
    stays = known.state in (WITHDRAWN, PAUSED) and not revive
    state = LIVE if revive else known.state if stays else prepared.row.state
    row = replace(prepared.row, state=state)
    if row.state != known.state and prepared.change == UNCHANGED:
        row = replace(row, modified_at=node.now)
    return row, prepared.doubts


def listings(node: Node, state: str | None = None, organisation: str | None = None) -> list[OwnListing]:
    """This node's own listings, the latest change first; ``organisation`` is a slug."""
    with node.database.read() as tx:
        if organisation is None:
            return stored.select_by(tx, state)
        host = hosted.by_slug(tx, organisation)
        return stored.select_by(tx, state, host.organisation.id) if host else []


def listing(node: Node, key: str) -> OwnListing:
    """One of this node's own listings. Raises `UnknownListingError`."""
    with node.database.read() as tx:
        return all_known(tx, [key])[key]


def _moment(node: Node) -> datetime:
    return datetime.fromtimestamp(node.now, UTC)
