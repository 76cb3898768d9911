"""Importing a spreadsheet: every good row becomes a listing or updates the one it made before; a bad row says why not.

A row is known by its organisation and its id, so importing again never doubles anything. Nothing is withdrawn for being
absent unless that is asked for, and never because a row could not be read: what it made earlier stays as it was.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from federation.chunks import chunked
from node.context import Node
from node.services.file_formats.spreadsheet import Sheet
from node.services.importing.batches import SKIPPED, Result, Run, bring, pictures_of
from node.services.importing.records import Records
from node.services.importing.row_values import DEFAULT_TYPE, Author, Defaults
from node.services.importing.rows import Reading, Refusal, RowProblem, Table, read_table
from node.services.listings.drafts import ADDED, CHANGED, UNCHANGED
from node.services.listings.own_ids import new_key, organisation_id
from node.services.listings.publishing import ensure_organisation, withdraw_in, writing
from node.services.pictures.shelf import Shelf
from node.storage import listings as stored
from node.storage import organisations as hosted
from node.storage.engine import Tx
from node.storage.listings import LIVE, WITHDRAWN, OwnListing
from schemas.organisation import Organisation
from schemas.records import dataclass

CHANGES = (ADDED, CHANGED, UNCHANGED, WITHDRAWN, SKIPPED)


@dataclass(frozen=True, slots=True)
class Options:
    """``organisation`` and its type stand in for empty cells; ``images`` is the folder with the pictures.

    With ``withdraw_missing``, listings that an earlier import made for the same organisations and that this sheet no
    longer holds are withdrawn. With ``dry_run`` nothing is changed.
    """

    organisation: str | None = None
    organisation_type: str | None = None
    images: Path | None = None
    withdraw_missing: bool = False
    dry_run: bool = False


@dataclass(frozen=True, slots=True)
class Report:
    """What an import did, or with a dry run would do."""

    results: tuple[Result, ...]
    refusals: tuple[Refusal, ...]
    notes: tuple[RowProblem, ...]
    remarks: tuple[str, ...]
    dry_run: bool = False

    @property
    def counts(self) -> dict[str, int]:
        """How many listings each of `CHANGES` befell."""
        found = Counter(result.change for result in self.results)
        return {change: found[change] for change in CHANGES}


def defaults_of(node: Node, options: Options) -> Defaults:
    """What empty cells mean on this node."""
    settings = node.settings
    return Defaults(
        now=node.clock().replace(microsecond=0),
        timezone=settings.timezone,
        language=settings.language,
        country=settings.country,
        organisation=options.organisation,
        organisation_type=options.organisation_type,
    )


def import_sheet(
    node: Node, sheet: Sheet, options: Options, progress: Callable[[int], None] = lambda done: None, name: str = ""
) -> Report:
    """Import every good row of ``sheet``; ``progress`` is told after each batch how many rows are done.

    A batch is a transaction of its own, so that others can write in between. By the ``name`` of its file an import
    stands in the desk's list of past ones, where it can be undone.

    Raises `PublishingError` for an organisation that cannot be hosted; bad rows are in the report.
    """
    table = read_table(sheet, defaults_of(node, options))
    hosts, remarks = _organisations(node, table.readings, options.dry_run)
    run = Run(node, options.dry_run, hosts, refusals=list(table.refusals), notes=list(table.notes))
    shelf = Shelf(options.images, node.settings.home / "media", node.settings.url + "media/", options.dry_run)
    records, done = Records(run, name), 0
    for slug, batch in _batches(table.readings):
        records.turn_to(slug)
        images, before = pictures_of(run, batch, shelf), len(run.results)
        with node.database.read() if options.dry_run else writing(node) as tx:
            bring(run, tx, batch, images)
            records.keep(tx, slug, run.results[before:])
        done += len(batch)
        progress(done)
    if options.withdraw_missing:
        remarks += _withdraw_missing(run, table, records)
    return _report(run, (*table.remarks, *remarks))


def _batches(readings: Sequence[Reading]) -> Iterator[tuple[str, Sequence[Reading]]]:
    """The rows in batches, each of one organisation, which its slug names."""
    by_slug: dict[str, list[Reading]] = {}
    for reading in readings:
        by_slug.setdefault(reading.name.slug, []).append(reading)
    for slug, own in by_slug.items():
        yield from ((slug, batch) for batch in chunked(own))


def _report(run: Run, remarks: tuple[str, ...]) -> Report:
    refusals = sorted(run.refusals, key=lambda refusal: refusal.row.number)
    notes = sorted(run.notes, key=lambda note: note.row)
    return Report(tuple(run.results), tuple(refusals), tuple(notes), remarks, run.only_try)


def _organisations(
    node: Node, readings: Sequence[Reading], only_try: bool
) -> tuple[Mapping[str, Organisation], list[str]]:
    """Slug -> organisation, of all that the good rows name, made where they are new; and remarks about them."""
    found: dict[str, Organisation] = {}
    remarks = []
    for slug, author in authors_of(readings).items():
        found[slug] = _organisation(node, slug, author, only_try)
        kept = found[slug].type
        if author.type and author.type != kept:
            remarks.append(f"{found[slug].name} is here already as {kept}; it stays that, not {author.type}.")
    return found, remarks


def authors_of(readings: Iterable[Reading]) -> dict[str, Author]:
    """Slug -> the organisation as its rows describe it; what an earlier row leaves open, a later one may say."""
    found: dict[str, Author] = {}
    for reading in readings:
        earlier, author = found.setdefault(reading.name.slug, reading.author), reading.author
        if (author.type and not earlier.type) or (author.url and not earlier.url):
            whole = replace(earlier, type=earlier.type or author.type, url=earlier.url or author.url)
            found[reading.name.slug] = whole
    return found


def _organisation(node: Node, slug: str, author: Author, only_try: bool) -> Organisation:
    type_, url = author.type or DEFAULT_TYPE, author.url
    if not only_try:
        return ensure_organisation(node, author.name, type_, url=url)
    with node.database.read() as tx:
        known = hosted.by_slug(tx, slug)
    made = Organisation(organisation_id(node.settings.url, slug), author.name, type_, url)
    return known.organisation if known else made


def _withdraw_missing(run: Run, table: Table, records: Records) -> list[str]:
    """Withdraw what earlier imports made for the organisations of this sheet and what it no longer holds."""
    nameless = [refusal.row.number for refusal in table.refusals if not refusal.name.is_known]
    if nameless:
        remark = (
            f"Nothing was withdrawn for being absent: row {nameless[0]} could not be read, so it is not known which "
            "listing it is. Correct it and import again."
        )
        return [remark]
    names = [reading.name for reading in table.readings] + [refusal.name for refusal in table.refusals]
    present = {new_key(name.slug, name.ref) for name in names}
    for slug in sorted({name.slug for name in names}):
        with run.node.database.read() as tx:
            own = hosted.by_slug(tx, slug)
            before = imported(tx, own.organisation.id) if own else []
        absent = [row for row in before if row.key not in present]
        for batch in chunked(absent):
            _take_down(run, slug, batch, records)
    return []


def imported(tx: Tx, organisation: str) -> list[OwnListing]:
    """The live listings of an organisation (an id) that came with an import."""
    return [row for row in stored.select_by(tx, LIVE, organisation) if row.import_ref is not None]


def _take_down(run: Run, slug: str, rows: Sequence[OwnListing], records: Records) -> None:
    found = [Result(None, row.key, row.item()["title"], WITHDRAWN) for row in rows]
    if not run.only_try:
        records.turn_to(slug)
        with writing(run.node) as tx:
            withdraw_in(tx, run.node, {row.key: WITHDRAWN for row in rows}, run.by, run.import_id)
            if slug in run.hosts:
                records.keep(tx, slug, found)
    run.results += found
