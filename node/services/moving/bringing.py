"""An organisation that comes from another node: everything of its export, under the ids that it had there.

The file is checked whole before anything is kept: its manifest names every file with its checksum, and what does not
belong there is refused. What is said of listings in it is judged as if somebody had written it here. Addresses of
pages and pictures become those of this node; ids stay, so that a listing is the same listing everywhere.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson

from federation.chunks import chunked
from federation.facts import seconds
from node.context import Node
from node.services.identity.audit import COMMAND_LINE, Who, record
from node.services.listings.doubted import ask_about, is_refused
from node.services.listings.drafts import entry_of
from node.services.listings.own_ids import RESERVED_SLUGS, is_slug, listing_id
from node.services.moving.brought_bookings import bring_bookings, bring_calendars
from node.services.moving.brought_files import BringError, Export, opened
from node.services.moving.brought_receipts import Checked, bring_receipts, check_waiting
from node.services.moving.brought_stories import ask_anew, bring_stories
from node.services.pictures.upload_names import FOLDER as MEDIA
from node.services.pictures.upload_names import name_of, named_in
from node.storage import catalogue, desk_drafts, listing_versions, organisations, uploads
from node.storage import listings as stored
from node.storage.desk_drafts import DeskDraft
from node.storage.engine import Tx
from node.storage.listing_versions import Version
from node.storage.listings import EXPIRED, LIVE, PAUSED, STATES, OwnListing
from schemas.canonical import EXTENSION
from schemas.errors import DocumentError, Problem
from schemas.free.explain import word_problems
from schemas.listing import load_listing
from schemas.organisation import Organisation, load_organisation
from schemas.records import dataclass

if TYPE_CHECKING:
    from node.services.aggregating.peers import Client

OWN_WORDS = "_export"
ADDRESSES = frozenset({"url", "image", "logo", "calendar_url", "request_url"})
"""Members that lead to a page, a picture or a feed; what is an id is none of them."""
_MOST_REMARKS = 20
_SIGNERS_AT_ONCE = 5
"""So many nodes are asked for their keys while somebody waits; the others within the hour."""


@dataclass(slots=True)
class Brought:
    """What came: the organisation and how much of each. ``remarks`` are sentences about what did not."""

    slug: str
    name: str
    organisation_id: str
    listings: int = 0
    photos: int = 0
    bookings: int = 0
    stories: int = 0
    receipts: int = 0
    remarks: list[str] = field(default_factory=list)

    def remark(self, words: str) -> None:
        if len(self.remarks) < _MOST_REMARKS:
            self.remarks.append(words)


@dataclass(frozen=True, slots=True)
class Homes:
    """The address of the node that an export is of, and of this one."""

    old: str
    new: str

    def moved(self, value: Any, name: str = "") -> Any:
        """A JSON value in which addresses of pages and pictures there are those here."""
        if isinstance(value, dict):
            return {member: self.moved(inner, member) for member, inner in value.items()}
        if isinstance(value, list):
            return [self.moved(inner, name) for inner in value]
        if name in ADDRESSES and isinstance(value, str) and value.startswith(self.old):
            return self.new + value[len(self.old) :]
        return value


def bring(node: Node, path: Path, by: Who = COMMAND_LINE, client: Client | None = None) -> Brought:
    """Take in everything of the export at ``path``, all or nothing. Raises `BringError` and `StorageError`.

    Then the nodes that have signed its receipts are asked for their keys (with ``client``, if given), as far as they
    answer now.
    """
    with opened(path) as export:
        homes = Homes(export.node_url, node.settings.url)
        slug, organisation = _organisation(export, homes)
        brought = Brought(slug, organisation.name, organisation.id)
        _refuse_known(node, slug, organisation)
        names, written = _pictures(node, export, organisation.id)
        try:
            with node.database.write() as tx:
                catalogue.state(tx, lock=True)
                organisations.put(tx, slug, organisation, node.now)
                rows = _listings(node, tx, export, homes, brought)
                _history(tx, export, homes, rows)
                _drafts(tx, export, homes, brought, rows)
                for name in names:
                    uploads.put(tx, organisation.id, name, "", node.now)
                bring_calendars(tx, export, organisation.id, rows, brought)
                brought.bookings = bring_bookings(node, tx, export, rows, brought)
                brought.receipts = bring_receipts(node, tx, export, organisation.id, brought)
                brought.stories = bring_stories(node, tx, export, organisation.id, homes.moved, brought)
                uploads.hold(tx, organisation.id, _in_use(export, names))
                record(tx, node, by, "organisation-brought", homes.old, organisation.id)
        except BaseException:
            for file in written:
                file.unlink(missing_ok=True)
            raise
        brought.photos = len(_stems(export))
    _check_receipts(node, brought, client)
    return brought


def _check_receipts(node: Node, brought: Brought, client: Client | None) -> None:
    checked = check_waiting(node, client, _SIGNERS_AT_ONCE) if brought.receipts else Checked()
    if checked.unasked:
        brought.remark("Some receipts wait: the nodes that have signed them are asked for their keys every hour.")
    if checked.bad:
        brought.remark(f"Not counted: {checked.bad} of the receipts. They are not signed by the nodes that they name.")
    ask_anew(node, brought.organisation_id)


def _organisation(export: Export, homes: Homes) -> tuple[str, Organisation]:
    told = export.document("organisation.json")
    slug = told.get("slug")
    try:
        organisation = load_organisation(homes.moved(told.get("organisation")))
    except (DocumentError, TypeError) as error:
        raise BringError(f"What it says of the organisation cannot be read: {error}") from error
    if not isinstance(slug, str) or not is_slug(slug) or slug in RESERVED_SLUGS:
        raise BringError("The short name of its organisation is none")
    return slug, organisation


def _refuse_known(node: Node, slug: str, organisation: Organisation) -> None:
    with node.database.read() as tx:
        same = organisations.by_ids(tx, [organisation.id]) or organisations.by_slug(tx, slug)
    if same:
        raise BringError(f"There is an organisation called {slug} here already")


def _stems(export: Export) -> set[str]:
    """What each picture is called, of whatever size its files are: photographs of the desk, and of lists."""
    return {file.rpartition("/")[2].partition(".")[0] for file in export.pictures}


def _pictures(node: Node, export: Export, organisation_id: str) -> tuple[list[str], list[Path]]:
    """The names of the photographs that came, and the files that were not here before.

    First they are noted, so that what a process leaves that is killed before the end is deleted as any photograph is
    that nothing has.
    """
    names = sorted(stem for stem in _stems(export) if name_of(stem))
    with node.database.write() as tx:
        for name in names:
            uploads.put(tx, organisation_id, name, "", node.now)
    folder = node.settings.home / MEDIA
    folder.mkdir(exist_ok=True)
    written = []
    for file in export.pictures:
        target = folder / file.rpartition("/")[2]
        # What is here under this name stays: it may be somebody else's, and names are made from what they name.
        if not target.exists():
            export.extract(file, target)
            written.append(target)
    return names, written


def _in_use(export: Export, names: Collection[str]) -> set[str]:
    """Those of these photographs that something in the export names, so that they do not wait for a listing here."""
    told = (
        line
        for lines in (
            export.items("feed.json"),
            *(export.lines(file) for file in ("history.ndjson", "drafts.ndjson", "stories.ndjson")),
        )
        for line in lines
    )
    return {name for line in told for name in named_in(orjson.dumps(line).decode())}.intersection(names)


def _listings(node: Node, tx: Tx, export: Export, homes: Homes, brought: Brought) -> dict[str, OwnListing]:
    """The listings, kept and published; by their key."""
    kept: dict[str, OwnListing] = {}
    for batch in chunked(export.items("feed.json")):
        doubts: dict[str, tuple[Problem, ...]] = {}
        rows = []
        for item in batch:
            row = _row(node, homes.moved(item), brought, doubts)
            if row is not None and row.key not in kept:
                rows.append(row)
        there = _taken(tx, [row.id for row in rows], brought)
        for row in rows:
            if row.id in there:
                brought.remark(f"{row.key} was left out: its id is that of another listing here.")
        rows = list({row.id: row for row in rows if row.id not in there}.values())
        stored.put(tx, rows)
        catalogue.apply(tx, [entry_of(row) for row in rows if row.state == LIVE], [], node.now)
        ask_about(node, tx, {row.id: doubts[row.id] for row in rows if row.id in doubts})
        kept.update((row.key, row) for row in rows)
    brought.listings = len(kept)
    return kept


def _taken(tx: Tx, ids: list[str], brought: Brought) -> set[str]:
    """Those of these ids that are listings of this node, or are shown here as another organisation's."""
    shown = catalogue.by_ids(tx, ids)
    others = {id_ for id_, one in shown.items() if one.entry.facts.organisation_id != brought.organisation_id}
    return stored.known_ids(tx, ids) | others


def _row(
    node: Node, item: dict[str, Any], brought: Brought, doubts: dict[str, tuple[Problem, ...]]
) -> OwnListing | None:
    own = item.pop(OWN_WORDS, None)
    key = own.get("key") if isinstance(own, dict) else None
    if not isinstance(own, dict) or not _is_key(key, brought.slug):
        brought.remark("A listing was left out, as its key is none of this organisation's.")
        return None
    try:
        listing = load_listing(item)
        entry_of(_made(item, str(key), LIVE, own, seconds(listing.expires), brought))
    except DocumentError as error:
        brought.remark(f"{key} was left out: {error}")
        return None
    is_own = listing.organisation.id == brought.organisation_id and listing.id.endswith(f"/{listing_id('', str(key))}")
    if not is_own or own.get("state") not in STATES:
        brought.remark(f"{key} was left out: it is not this organisation's.")
        return None
    found = word_problems(item)
    state = str(own["state"])
    if state == LIVE and seconds(listing.expires) <= node.now:
        state = EXPIRED
    if state == LIVE and found and is_refused(found) and not item[EXTENSION].get("appeal"):
        brought.remark(f"{key} is paused: it reads as if it were not free. Look at it at the desk.")
        state = PAUSED
    elif state == LIVE and found:
        doubts[listing.id] = found
    return _made(item, str(key), state, own, seconds(listing.expires), brought)


def _is_key(key: Any, slug: str) -> bool:
    if not isinstance(key, str) or not key.startswith(f"{slug}.") or len(key) > 120:
        return False
    return all(letter.isascii() and (letter.isalnum() or letter in "-_") for letter in key[len(slug) + 1 :])


def _made(
    item: dict[str, Any], key: str, state: str, own: Mapping[str, Any], expires_at: int, brought: Brought
) -> OwnListing:
    ref, created, modified = own.get("import_ref"), own.get("created_at"), own.get("modified_at")
    return OwnListing(
        id=item["id"],
        key=key,
        organisation_id=brought.organisation_id,
        state=state,
        document=orjson.dumps(item).decode(),
        import_ref=ref if isinstance(ref, str) else None,
        created_at=_moment(created),
        modified_at=_moment(modified),
        expires_at=expires_at,
    )


def _moment(value: Any) -> int:
    return value if isinstance(value, int) and 0 <= value < 2**40 else 0


def _history(tx: Tx, export: Export, homes: Homes, rows: Mapping[str, OwnListing]) -> None:
    ids = {row.id for row in rows.values()}
    for batch in chunked(list(_versions(export, homes, ids))):
        listing_versions.add(tx, batch)


def _versions(export: Export, homes: Homes, ids: set[str]) -> Iterator[Version]:
    for told in export.lines("history.ndjson"):
        item = told.get("item")
        if told.get("listing_id") not in ids or not isinstance(item, dict) or told.get("state") not in STATES:
            continue
        item = homes.moved(item)
        if not _is_version(item, told["listing_id"]):
            continue
        document = orjson.dumps(item).decode()
        by, change = str(told.get("by", ""))[:300], str(told.get("change", ""))[:20]
        yield Version(told["listing_id"], _moment(told.get("at")), by, change, told["state"], document)


def _is_version(item: dict[str, Any], id_: str) -> bool:
    """Whether this is what the listing with this id said once, and can be read and brought back later on."""
    try:
        return load_listing(item).id == id_
    except DocumentError:
        return False


def _drafts(tx: Tx, export: Export, homes: Homes, brought: Brought, rows: Mapping[str, OwnListing]) -> None:
    for told in export.lines("drafts.ndjson"):
        draft = _draft(homes.moved(told), brought)
        if draft is None or desk_drafts.by_id(tx, draft.id) is not None:
            brought.remark("Something that was still being written was left out.")
            continue
        desk_drafts.put(tx, replace(draft, key=draft.key if draft.key in rows else None))


def _draft(told: dict[str, Any], brought: Brought) -> DeskDraft | None:
    identity, key, typed, images = (told.get(name) for name in ("id", "key", "typed", "images"))
    if not isinstance(identity, str) or not 8 <= len(identity) <= 24 or not identity.isascii():
        return None
    if not isinstance(typed, dict) or not all(isinstance(text, str) for text in typed.values()):
        return None
    pictures = tuple(
        {"url": str(one["url"]), "alt": str(one.get("alt") or "")}
        for one in (images if isinstance(images, list) else ())
        if isinstance(one, dict) and isinstance(one.get("url"), str)
    )
    return DeskDraft(
        identity,
        brought.organisation_id,
        key if isinstance(key, str) else None,
        str(told.get("sign", ""))[:10],
        typed,
        pictures,
        _moment(told.get("saved_at")),
        str(told.get("saved_by", ""))[:100],
    )
