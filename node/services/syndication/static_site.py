"""A whole site at level L0 from a spreadsheet: feeds, node document and pages as files, for any web space.

No server, no database. The folder's own earlier feed is its memory: a row that says what it said keeps its date of
change, and the earlier version of a row that cannot be read stays until it ends. Nothing is written before everything
is made, and the feeds are written last, so that a reader never finds a listing whose page is not there.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import orjson

from federation.facts import Entry, facts_of, seconds
from node.services.importing.batches import images_of, kept_end, refusal_of
from node.services.importing.row_values import DEFAULT_TYPE, Author
from node.services.importing.rows import Name, Reading, Refusal, RowProblem, Table
from node.services.importing.sheets import authors_of
from node.services.listings.drafts import Draft, prepare
from node.services.listings.own_ids import listing_id, new_key, organisation_id
from node.services.pictures.shelf import Shelf, write_whole
from node.services.syndication.feeds import ATOM_PATH, JSON_PATH
from node.services.syndication.node_document import NODE_DOCUMENT_PATH, described
from node.settings import Settings
from node.storage.catalogue import Shown
from node.storage.listings import LIVE, OwnListing
from schemas import atom_feed, json_feed
from schemas.canonical import EXTENSION, contribution, digest_hex
from schemas.errors import DocumentError, SharefeedError
from schemas.listing import Listing, load_listing, without_passing_marks
from schemas.node_document import Feeds, dump_node_document
from schemas.organisation import Organisation
from schemas.page import MAX_COMPLETE_BYTES, Page, PageHead, with_hash
from schemas.records import dataclass

PAGE_END = ".html"
KEPT, REMOVED = "kept", "removed"
FRONT_PAGE_LISTINGS = 60
STATIC = Path(__file__).parents[2] / "static"
_LEFT_OUT = ("vendor", "map", "map.css", "map.js", "search.css", "filters.js", "reach.js", "locate.js")
"""Parts of ``static/`` that only a running node uses."""


class StaticSiteError(SharefeedError):
    """The site was not written; what stood in the folder is as it was."""


@dataclass(frozen=True, slots=True)
class StaticSite:
    """Everything that the site says. ``shown`` has the newest change first, ``organisations`` are by their slugs.

    ``changes`` counts added, changed, unchanged, kept (the last good version of a refused row) and removed listings;
    ``refusals`` are rows whose words cannot be published.
    """

    settings: Settings
    now: datetime
    shown: tuple[Shown, ...]
    organisations: Mapping[str, Organisation]
    notes: tuple[RowProblem, ...]
    changes: Mapping[str, int]
    refusals: tuple[Refusal, ...] = ()


@dataclass(frozen=True, slots=True)
class Memory:
    """What an earlier run left in the folder: its items by id, without hashes."""

    items: Mapping[str, dict[str, Any]]

    def known(self, url: str, key: str) -> OwnListing | None:
        """The listing of this key as it was published last."""
        item = self.items.get(listing_id(url, key))
        if item is None:
            return None
        listing = load_listing(item)
        # `prepare` gives a listing the same address as id; here its page has an ending.
        document = orjson.dumps({**item, "url": listing.id}).decode()
        moments = (seconds(listing.date_published or listing.date_modified), seconds(listing.date_modified))
        return OwnListing(
            listing.id, key, listing.organisation.id, LIVE, document, None, *moments, seconds(listing.expires)
        )


def remembered(folder: Path, url: str) -> Memory:
    """What stands in the folder from an earlier run at this address. Raises `StaticSiteError` for a damaged feed."""
    path = folder / JSON_PATH
    if not path.exists():
        return Memory({})
    try:
        page = json_feed.decode(path.read_bytes())
        items = [without_passing_marks(item) for item in page.items]
        for item in items:
            load_listing(item)
    except (OSError, DocumentError) as error:
        message = (
            f"{path} cannot be read, so it is not known what was published: {error}. Nothing was written. "
            "Move it away to begin anew."
        )
        raise StaticSiteError(message) from error
    own = page.head is not None and page.head.node == url
    return Memory({item["id"]: item for item in items} if own else {})


def assemble(table: Table, memory: Memory, settings: Settings, now: datetime, shelf: Shelf) -> StaticSite:
    """The site that these rows make. ``now`` is aware UTC."""
    hosts = {slug: _organisation(slug, author, settings) for slug, author in authors_of(table.readings).items()}
    # Published for the first time, a site says only the day: the same file then makes the same site all day long.
    stamp = now if memory.items else now.replace(hour=0, minute=0, second=0)
    notes, refused = list(table.notes), []
    made = []
    for reading in table.readings:
        if reading.closed:
            continue
        images, found = images_of(reading, shelf)
        notes += found
        listing = replace(reading.listing, images=images, organisation=hosts[reading.name.slug])
        try:
            made.append(_made(listing, reading, memory, settings, stamp))
        except DocumentError as error:
            refused.append(refusal_of(reading, error.problems))
    kept = list(_kept((*table.refusals, *refused), memory, settings.url, now))
    shown = _in_order([(key, item) for key, item, _ in made] + kept)
    changes = Counter(change for *_, change in made)
    gone = memory.items.keys() - {one.entry.id for one in shown}
    changes.update({KEPT: len(kept), REMOVED: len(gone)})
    organisations = {slug: hosts.get(slug, stated) for slug, stated in _stated(shown).items()}
    return StaticSite(settings, now, shown, organisations, tuple(notes), changes, tuple(refused))


def _stated(shown: Iterable[Shown]) -> dict[str, Organisation]:
    """Slug -> organisation, of all that have a listing, by their slugs."""
    found = {one.entry.key.partition(".")[0]: load_listing(orjson.loads(one.entry.item)).organisation for one in shown}
    return dict(sorted(found.items()))


def _organisation(slug: str, author: Author, settings: Settings) -> Organisation:
    return Organisation(organisation_id(settings.url, slug), author.name, author.type or DEFAULT_TYPE, author.url)


def _made(
    listing: Listing, reading: Reading, memory: Memory, settings: Settings, now: datetime
) -> tuple[str, dict[str, Any], str]:
    """Key, item and change of one row."""
    key = new_key(reading.name.slug, reading.name.ref)
    known = memory.known(settings.url, key)
    if known and reading.capped:
        listing = replace(listing, expires=kept_end(known.expires_at, listing.expires, now))
    draft = Draft(listing, key, default_expires=reading.open_end)
    prepared = prepare(draft, known, listing.organisation, settings.url, now)
    return key, _with_page(prepared.row.item()), prepared.change


def _with_page(item: dict[str, Any]) -> dict[str, Any]:
    return {**item, "url": item["id"] + PAGE_END}


def _kept(refusals: Iterable[Refusal], memory: Memory, url: str, now: datetime) -> Iterable[tuple[str, dict[str, Any]]]:
    """The last good version of each refused row, until it ends: nothing is lost for a slip of the pen."""
    for name in dict.fromkeys(refusal.name for refusal in refusals if _is_alone(refusal.name)):
        known = memory.known(url, new_key(name.slug, name.ref))
        if known and known.expires_at > seconds(now):
            yield known.key, _with_page(known.item())


def _is_alone(name: Name) -> bool:
    return name.is_known and name.twin is None


def _in_order(listings: Iterable[tuple[str, dict[str, Any]]]) -> tuple[Shown, ...]:
    shown = [_shown(key, item) for key, item in listings]
    shown.sort(key=lambda one: one.changed_at, reverse=True)
    return tuple(shown)


def _shown(key: str, item: dict[str, Any]) -> Shown:
    hashed = with_hash(item)
    listing = load_listing(hashed)
    text = json_feed.encode_item(hashed).decode()
    entry = Entry(listing.id, key, None, text, hashed[EXTENSION]["hash"], (), facts_of(listing))
    published = listing.date_published or listing.date_modified
    return Shown(entry, 0, seconds(published), seconds(listing.date_modified))


def documents(site: StaticSite) -> dict[str, bytes]:
    """The node document and the feeds by their paths, in the order in which they are to be written.

    Raises `StaticSiteError` where they would be larger than a reader takes in one document.
    """
    settings = site.settings
    feeds = Feeds(json=settings.url + JSON_PATH, atom=settings.url + ATOM_PATH)
    node = replace(described(settings), feeds=feeds, organisations=tuple(site.organisations.values()))
    items = [one.entry.item.encode() for one in site.shown]
    page = _page(site)
    atom = replace(page, format="atom", feed_url=feeds.atom, items=tuple(orjson.loads(item) for item in items))
    made = {
        NODE_DOCUMENT_PATH: orjson.dumps(dump_node_document(node), option=orjson.OPT_INDENT_2),
        ATOM_PATH: atom_feed.encode(atom),
        JSON_PATH: json_feed.encode(page, items),
    }
    _refuse_too_large(made)
    return made


def _page(site: StaticSite) -> Page:
    settings = site.settings
    total = sum(contribution(one.entry.id, one.entry.hash) for one in site.shown)
    head = PageHead(
        node=settings.url,
        complete=True,
        count=len(site.shown),
        digest=digest_hex(total),
        licence=settings.licence,
    )
    return Page(
        format="json",
        title=settings.node_name,
        head=head,
        home_page_url=settings.url,
        feed_url=settings.url + JSON_PATH,
        description=settings.node_description or None,
        language=settings.language,
        author=settings.node_name,
    )


def _refuse_too_large(made: Mapping[str, bytes]) -> None:
    most = MAX_COMPLETE_BYTES // 2**20
    for path, data in made.items():
        if len(data) > MAX_COMPLETE_BYTES:
            raise StaticSiteError(
                f"{path} would have {len(data) / 2**20:.1f} MiB; readers take at most {most} MiB in one document. "
                "No page and no feed was written. Publish fewer or shorter listings, or run a node "
                "(`sharefeed init` and `sharefeed serve`), which sends them page by page."
            )


def static_files() -> dict[str, bytes]:
    """Stylesheets, scripts and drawings that the pages need, by their paths."""
    files = {path.relative_to(STATIC): path for path in sorted(STATIC.rglob("*")) if path.is_file()}
    needed = {name: path for name, path in files.items() if not set(name.parts) & set(_LEFT_OUT)}
    return {f"static/{name.as_posix()}": path.read_bytes() for name, path in needed.items()}


Render = Callable[[StaticSite], Mapping[str, bytes]]


def write(site: StaticSite, render: Render, folder: Path, memory: Memory) -> int:
    """Write the site into ``folder`` and take away pages of listings that are gone; how many files changed.

    Raises `StaticSiteError`. Files that are not of this site are left alone.
    """
    feeds = documents(site)
    pages = render(site)
    try:
        # GitHub's pages leave out folders like .well-known unless this file is there.
        before = {".nojekyll": b"", **static_files(), **pages}
        changed = sum(write_whole(folder / path, data) for path, data in [*before.items(), *feeds.items()])
        _clear(folder, memory, pages)
    except OSError as error:
        message = f"{folder} cannot be written to: {error.strerror}. Run the command again when it can."
        raise StaticSiteError(message) from error
    return changed


def _clear(folder: Path, memory: Memory, pages: Mapping[str, bytes]) -> None:
    """Take away the pages that an earlier run wrote and this one did not."""
    ids = [item["id"] for item in memory.items.values()]
    ids += [item[EXTENSION]["organisation"]["id"] for item in memory.items.values()]
    # Two names and no more: whatever stands in that feed, no file elsewhere can be meant.
    parts = (id_.rsplit("/", 2)[1:] for id_ in ids)
    earlier = {"/".join(part) + PAGE_END for part in parts if part[:1] in (["listings"], ["organisations"])}
    earlier |= {front_page(number) for number in range(2, len(memory.items) // FRONT_PAGE_LISTINGS + 2)}
    for path in earlier - pages.keys():
        (folder / path).unlink(missing_ok=True)


def front_page(number: int) -> str:
    """The path of the front page, which goes on in pages with numbers."""
    return f"page-{number}{PAGE_END}" if number > 1 else f"index{PAGE_END}"
