"""Writing a listing at the desk: kept while it is typed, looked at, judged, and published.

Nothing that was typed is lost by anything that is wrong with it. A draft is its organisation's: every member sees it,
and nobody else.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import replace

from federation.facts import seconds
from node.context import Node
from node.services.desk.fields import FIELDS, SIGNS
from node.services.desk.form import HERE, NOWHERE, Read, Setting, field_at, in_typed_town, read, sign_of, typed_of
from node.services.desk.meanwhile import both_changed, caught_up
from node.services.importing.row_values import Defaults
from node.services.listings import publishing
from node.services.listings.drafts import Draft, entry_of, prepare
from node.services.listings.own_ids import new_key
from node.services.listings.publishing import Outcome, PublishingError
from node.services.pictures import uploads
from node.storage import desk_drafts as stored
from node.storage import listing_versions, listings, organisations
from node.storage.catalogue import Shown
from node.storage.desk_drafts import DeskDraft
from node.storage.engine import Tx
from node.storage.listings import OwnListing
from schemas.errors import Problem, SharefeedError
from schemas.free.explain import NOT_FREE_WORDS, word_problems
from schemas.listing import Image, Listing, dump_listing
from schemas.place import Place
from schemas.records import dataclass

LONGEST_TYPED = 20_000
"""Characters of one field that are kept."""
MOST_DRAFTS = 200
"""How many drafts one organisation may have."""
MOST_PLACES = 6
APPEAL = "Whoever wrote this says that it is free from end to end."
"""What stands in a listing whose giver says so by a button, and in no words of their own."""
_ID = re.compile(r"[A-Za-z0-9_-]{16}\Z")


class DraftError(SharefeedError):
    """A draft that cannot be kept, or is not there (any more). What was kept before is as it was."""


@dataclass(frozen=True, slots=True)
class Judged:
    """A draft as it would be published: the listing, or ``errors`` by field; what its words leave in doubt.

    ``refused`` says that they are a clear case, so that it cannot be published without an appeal.
    """

    read: Read
    doubts: tuple[Problem, ...] = ()

    @property
    def refused(self) -> bool:
        return any(problem.code == NOT_FREE_WORDS for problem in self.doubts)


def new_id() -> str:
    return secrets.token_urlsafe(12)


def save(node: Node, draft: DeskDraft) -> DeskDraft:
    """Keep what was typed, under an id that `new_id` made; as it is kept. Raises `DraftError`."""
    if not _ID.match(draft.id) or draft.sign not in SIGNS:
        raise DraftError("This is no form of ours. Nothing was saved; begin again from the list of your listings.")
    typed = {name: _kept(draft.typed.get(name, "")) for name in FIELDS[draft.sign]}
    with node.database.write() as tx:
        known = stored.by_id(tx, draft.id)
        if known is not None and known.organisation_id != draft.organisation_id:
            raise DraftError("This is no form of ours. Nothing was saved; begin again from the list of your listings.")
        if known is None and stored.count(tx, draft.organisation_id) >= MOST_DRAFTS:
            raise DraftError(f"There are {MOST_DRAFTS} drafts already. Delete some of them first.")
        about = known or _own(tx, draft.organisation_id, draft.key)
        key = about.key if about else None
        kept = _caught_up(tx, node, replace(draft, typed=typed, key=key, saved_at=node.now))
        stored.put(tx, kept)
        _keep_photos(tx, node, kept.organisation_id, f"draft:{kept.id}", kept.images)
    return kept


def _keep_photos(tx: Tx, node: Node, organisation_id: str, owner: str, images: Sequence[Mapping[str, str]]) -> None:
    uploads.keep_in(tx, node, organisation_id, owner, uploads.of_images(node, pictures_of(images)))


def pictures_of(images: Sequence[Mapping[str, str]]) -> tuple[Image, ...]:
    """The pictures of a draft as a listing has them."""
    return tuple(Image(one["url"], one.get("alt") or None) for one in images)


def _kept(text: str) -> str:
    """What can be kept of a text: no database holds NUL, nor half of a character."""
    return text[:LONGEST_TYPED].replace("\x00", "").encode("utf-8", "ignore").decode()


def _own(tx: Tx, organisation_id: str, key: str | None) -> OwnListing | None:
    """The listing of this organisation that has the key; None where it has none, whatever others have."""
    known = listings.by_key(tx, key) if key else None
    return known if known is not None and known.organisation_id == organisation_id else None


def draft(node: Node, organisation_id: str, draft_id: str) -> DeskDraft | None:
    """A draft of this organisation, with what others published meanwhile; None where it has none of this id."""
    with node.database.read() as tx:
        found = stored.by_id(tx, draft_id)
        return _caught_up(tx, node, found) if found and found.organisation_id == organisation_id else None


def _caught_up(tx: Tx, node: Node, draft: DeskDraft) -> DeskDraft:
    row = _own(tx, draft.organisation_id, draft.key)
    return caught_up(tx, draft, row, node.settings.timezone) if row else replace(draft, base=0)


def contested_by(node: Node, draft: DeskDraft) -> str:
    """Who published a change meanwhile of what this draft, as it was sent, says otherwise; empty where nobody did."""
    with node.database.read() as tx:
        row = _own(tx, draft.organisation_id, draft.key)
        return both_changed(tx, draft, row, node.settings.timezone) if row else ""


def published_as(node: Node, organisation_id: str, slug: str, draft_id: str) -> OwnListing | None:
    """The listing that was published from this draft of a new one; None where none was."""
    with node.database.read() as tx:
        return _own(tx, organisation_id, _key_from(slug, draft_id))


def _key_from(slug: str, draft_id: str) -> str:
    """The key of what is published from a draft: always the same, so that a button pressed twice publishes once."""
    return new_key(slug, hashlib.sha256(draft_id.encode()).hexdigest()[:10])


def count_drafts(node: Node, organisation_id: str) -> int:
    with node.database.read() as tx:
        return stored.count(tx, organisation_id)


def drafts(node: Node, organisation_id: str, limit: int) -> list[DeskDraft]:
    """What is still being written in an organisation, the latest saved first."""
    with node.database.read() as tx:
        return stored.of_organisation(tx, organisation_id, limit)


def begin_change(node: Node, row: OwnListing) -> DeskDraft:
    """A draft of changes to a listing: the one that was begun, else one of what the listing says, not yet kept."""
    with node.database.read() as tx:
        begun = stored.of_listing(tx, row.organisation_id, row.key)
        if begun is not None:
            return _caught_up(tx, node, begun)
        base = listing_versions.latest(tx, row.id)
    listing = row.listing()
    typed = typed_of(listing, node.settings.timezone)
    return DeskDraft(new_id(), row.organisation_id, row.key, sign_of(listing), typed, _images(listing), base=base)


def duplicate(node: Node, row: OwnListing, by: str) -> DeskDraft:
    """A draft of a new listing that says what this one says; days that are over, and its end, are left out."""
    listing = row.listing()
    typed = typed_of(listing, node.settings.timezone) | {"expires": "", "appeal": ""}
    today = setting_of(node, row.organisation_id).defaults.today.isoformat()
    typed |= {name: "" for name in ("from", "until") if typed.get(name, "9") < today}
    return save(node, DeskDraft(new_id(), row.organisation_id, None, sign_of(listing), typed, _images(listing), 0, by))


def images_of(node: Node, draft: DeskDraft) -> tuple[Mapping[str, str], ...]:
    """The pictures of the listing that a draft is about to change."""
    with node.database.read() as tx:
        known = _own(tx, draft.organisation_id, draft.key)
    return _images(known.listing()) if known else ()


def _images(listing: Listing) -> tuple[Mapping[str, str], ...]:
    return kept_images(listing.images)


def kept_images(images: Sequence[Image]) -> tuple[Mapping[str, str], ...]:
    """Pictures as a draft keeps them: the way back from `pictures_of`."""
    return tuple({"url": image.url, "alt": image.alt or ""} for image in images)


def discard(node: Node, organisation_id: str, draft_id: str) -> None:
    with node.database.write() as tx:
        found = stored.by_id(tx, draft_id)
        if found is not None and found.organisation_id == organisation_id:
            stored.remove(tx, draft_id)
            _keep_photos(tx, node, organisation_id, f"draft:{draft_id}", ())


def with_typed_town(node: Node, draft: DeskDraft, saved: DeskDraft | None) -> DeskDraft:
    """The draft as it was meant where a town was typed just now and an earlier place stayed chosen: the town counts.

    ``saved`` is the draft as it was before, by which it shows what was typed just now. Without scripts the fields of
    another place stand open beside the choice.
    """
    chosen, town = draft.typed.get("place", ""), draft.typed.get("locality", "").strip()
    is_new = saved is None or saved.typed.get("locality", "").strip() != town
    if chosen in ("", HERE, NOWHERE) or not town or not is_new:
        return draft
    setting = setting_of(node, draft.organisation_id, draft.key)
    own = setting.known.place if setting.known else None
    return replace(draft, typed=in_typed_town(draft.typed, [*setting.places, *((own,) if own else ())]))


def setting_of(node: Node, organisation_id: str, key: str | None = None) -> Setting:
    """What a form of this organisation is filled in against. Raises `DraftError` for one that is not hosted here."""
    with node.database.read() as tx:
        host = organisations.by_ids(tx, [organisation_id]).get(organisation_id)
        if host is None:
            raise DraftError("This organisation is not here any more. Nothing was saved.")
        known = _own(tx, organisation_id, key)
        places = listings.places_of(tx, organisation_id, MOST_PLACES)
    settings = node.settings
    defaults = Defaults(
        now=node.clock(),
        timezone=settings.timezone,
        language=settings.language,
        country=settings.country,
        organisation=host.organisation.name,
        organisation_type=host.organisation.type,
    )
    usual = (host.organisation.place,) if host.organisation.place else ()
    before = tuple(dict.fromkeys((*usual, *(Place(**place) for place in places))))
    return Setting(host.organisation, defaults, before, _listing(known))


def _listing(row: OwnListing | None) -> Listing | None:
    return row.listing() if row else None


def judge(draft: DeskDraft, setting: Setting) -> Judged:
    """What a draft would be."""
    found = read(draft.sign, draft.typed, setting)
    if found.listing is None:
        return Judged(found, word_problems(found.item))
    listing = replace(found.listing, images=pictures_of(draft.images))
    item = dump_listing(listing)
    return Judged(replace(found, listing=listing, item=item), word_problems(item))


def as_shown(node: Node, draft: DeskDraft, judged: Judged) -> Shown:
    """The listing as the catalogue would show it, published now. Raises `PublishingError` where it cannot be."""
    if judged.read.listing is None:
        raise PublishingError([Problem("", "not-ready", "There is something to put right first.")])
    listing = replace(judged.read.listing, appeal=judged.read.listing.appeal or APPEAL)
    with node.database.read() as tx:
        known = _own(tx, draft.organisation_id, draft.key)
        host = organisations.by_ids(tx, [draft.organisation_id])[draft.organisation_id]
    meant = Draft(listing, draft.key or draft.id, default_expires=judged.read.open_end)
    prepared = prepare(meant, known, host.organisation, node.settings.url, node.clock())
    return Shown(entry_of(prepared.row), 0, seconds(node.clock()), node.now)


def publish(node: Node, draft: DeskDraft, slug: str, by: str, appeal: bool = False) -> Outcome:
    """Publish a draft, which is then gone. With ``appeal`` the giver says that it is free although it reads otherwise.

    Raises `PublishingError`, whose pointers are field names (`/title`); the draft is kept then.
    """
    judged = judge(draft, setting_of(node, draft.organisation_id, draft.key))
    listing = judged.read.listing
    if listing is None:
        raise PublishingError([Problem(f"/{name}", "field", said) for name, said in judged.read.errors.items()])
    if appeal:
        listing = replace(listing, appeal=listing.appeal or APPEAL)
    made = Draft(listing, draft.key or _new_key(node, draft, slug), _import_ref(node, draft), judged.read.open_end)
    try:
        (outcome,) = publishing.put_listings(node, [made], by)
    except PublishingError as error:
        problems = [replace(problem, pointer=f"/{field_at(problem)}") for problem in error.problems]
        raise PublishingError(problems) from error
    with node.database.write() as tx:
        _keep_photos(tx, node, draft.organisation_id, f"listing:{outcome.key}", draft.images)
    discard(node, draft.organisation_id, draft.id)
    return outcome


def _new_key(node: Node, draft: DeskDraft, slug: str) -> str:
    """The key of a new listing; that of the one that was published from this draft where it has the same title."""
    known = published_as(node, draft.organisation_id, slug, draft.id)
    if known is None or known.listing().title.casefold() == draft.title.strip().casefold():
        return _key_from(slug, draft.id)
    return new_key(slug, None)


def _import_ref(node: Node, draft: DeskDraft) -> str | None:
    if draft.key is None:
        return None
    with node.database.read() as tx:
        known = _own(tx, draft.organisation_id, draft.key)
    return known.import_ref if known else None
