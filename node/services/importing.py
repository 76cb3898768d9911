"""Importing a spreadsheet: every good row becomes a listing or updates the one it made before; a bad row says why not.

A row is known by its organisation and its id, so importing again never doubles anything. Nothing is withdrawn for being
absent unless that is asked for, and never because a row could not be read: what it made earlier stays as it was.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from federation.chunks import chunked
from node.context import Node
from node.services.columns import COLUMNS
from node.services.doubted import INSTEAD, LOOKED_AT, is_refused
from node.services.drafts import ADDED, CHANGED, UNCHANGED, Draft, prepare
from node.services.own_ids import new_key, organisation_id
from node.services.own_pictures import Shelf
from node.services.pictures import PictureError
from node.services.publishing import PublishingError, ensure_organisation, put_listings, withdraw_all
from node.services.row_values import DEFAULT_TYPE, Author, Defaults
from node.services.rows import Reading, Refusal, RowProblem, Table, read_table
from node.services.spreadsheet import Sheet
from node.storage import listings as stored
from node.storage import organisations as hosted
from node.storage.listings import LIVE, WITHDRAWN, OwnListing
from schemas.errors import DocumentError, Problem
from schemas.listing import Image
from schemas.organisation import Organisation

SKIPPED = "skipped"
CHANGES = (ADDED, CHANGED, UNCHANGED, WITHDRAWN, SKIPPED)
_APPEAL = "If the words were misread, say in the column “appeal” why it is free, and import it again."
_HALF_A_YEAR = timedelta(days=182)


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
class Result:
    """What became of one listing; ``change`` is one of `CHANGES`, ``row`` is None where no row names it any more.

    ``doubts`` are what the operator of a catalogue will look at.
    """

    row: int | None
    key: str
    title: str
    change: str
    doubts: tuple[Problem, ...] = ()


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


@dataclass(frozen=True, slots=True)
class _Planned:
    reading: Reading
    draft: Draft


@dataclass(slots=True)
class _Run:
    """One import as it goes along."""

    node: Node
    options: Options
    results: list[Result] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)
    notes: list[RowProblem] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)

    def report(self) -> Report:
        refusals = sorted(self.refusals, key=lambda refusal: refusal.row.number)
        notes = sorted(self.notes, key=lambda note: note.row)
        return Report(tuple(self.results), tuple(refusals), tuple(notes), tuple(self.remarks), self.options.dry_run)


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
    node: Node, sheet: Sheet, options: Options, progress: Callable[[int], None] = lambda done: None
) -> Report:
    """Import every good row of ``sheet``; ``progress`` is told after each batch how many rows are done.

    A batch is a transaction of its own, so that others can write in between.

    Raises `PublishingError` for an organisation that cannot be hosted; bad rows are in the report.
    """
    table = read_table(sheet, defaults_of(node, options))
    run = _Run(node, options, refusals=list(table.refusals), notes=list(table.notes), remarks=list(table.remarks))
    organisations = _organisations(run, table.readings)
    shelf = Shelf(options.images, node.settings.home / "media", node.settings.url + "media/", options.dry_run)
    done = 0
    for batch in chunked(table.readings):
        _import_batch(run, batch, organisations, shelf)
        done += len(batch)
        progress(done)
    if options.withdraw_missing:
        _withdraw_missing(run, table)
    return run.report()


def _organisations(run: _Run, readings: Sequence[Reading]) -> Mapping[str, Organisation]:
    """Slug -> organisation, of all that the good rows name; made where they are new."""
    found: dict[str, Organisation] = {}
    for slug, author in authors_of(readings).items():
        found[slug] = _organisation(run, slug, author)
        kept = found[slug].type
        if author.type and author.type != kept:
            run.remarks.append(f"{found[slug].name} is here already as {kept}; it stays that, not {author.type}.")
    return found


def authors_of(readings: Iterable[Reading]) -> dict[str, Author]:
    """Slug -> the organisation as its rows describe it; what an earlier row leaves open, a later one may say."""
    found: dict[str, Author] = {}
    for reading in readings:
        earlier, author = found.setdefault(reading.name.slug, reading.author), reading.author
        if (author.type and not earlier.type) or (author.url and not earlier.url):
            whole = replace(earlier, type=earlier.type or author.type, url=earlier.url or author.url)
            found[reading.name.slug] = whole
    return found


def _organisation(run: _Run, slug: str, author: Author) -> Organisation:
    type_, url = author.type or DEFAULT_TYPE, author.url
    if not run.options.dry_run:
        return ensure_organisation(run.node, author.name, type_, url=url)
    with run.node.database.read() as tx:
        known = hosted.by_slug(tx, slug)
    made = Organisation(organisation_id(run.node.settings.url, slug), author.name, type_, url)
    return known.organisation if known else made


def _import_batch(run: _Run, batch: Sequence[Reading], organisations: Mapping[str, Organisation], shelf: Shelf) -> None:
    with run.node.database.read() as tx:
        known = stored.by_keys(tx, [_key(reading) for reading in batch])
    planned = []
    _close(run, [reading for reading in batch if reading.closed], known)
    for reading in batch:
        if reading.closed:
            continue
        images, notes = images_of(reading, shelf)
        run.notes += notes
        planned.append(_planned(run, reading, organisations[reading.name.slug], images, known))
    if run.options.dry_run:
        _try(run, planned, known, organisations)
    else:
        _put(run, planned)


def _key(reading: Reading) -> str:
    return new_key(reading.name.slug, reading.name.ref)


def images_of(reading: Reading, shelf: Shelf) -> tuple[tuple[Image, ...], list[RowProblem]]:
    """The pictures of a row that can be had, and a note about each of the others: the listing is kept without them."""
    images, notes = [], []
    for picture in reading.pictures:
        try:
            images.append(shelf.image(picture))
        except PictureError as error:
            message = f"The picture was left out. {error}"
            notes.append(RowProblem(reading.row.number, "image", "/_sharefeed/images", picture.source[:80], message))
    return tuple(images), notes


def _planned(
    run: _Run, reading: Reading, host: Organisation, images: tuple[Image, ...], known: Mapping[str, OwnListing]
) -> _Planned:
    key = _key(reading)
    listing = replace(reading.listing, organisation=host, images=images)
    before = known.get(key)
    if reading.capped and before is not None:
        # What somebody withdrew must not come back only because time has passed.
        now = datetime.min.replace(tzinfo=UTC) if before.state == WITHDRAWN else run.node.clock()
        listing = replace(listing, expires=kept_end(before.expires_at, listing.expires, now))
    return _Planned(reading, Draft(listing, key, reading.name.ref, default_expires=reading.open_end))


def kept_end(known: int, wanted: datetime, now: datetime) -> datetime:
    """The end of a listing that may be shown for longer than a year: it moves on once less than half a year is left.

    Otherwise importing the same sheet again would change every such listing every day.
    """
    end = datetime.fromtimestamp(known, UTC)
    return end if end < wanted and end - now > _HALF_A_YEAR else wanted


def _close(run: _Run, closed: Sequence[Reading], known: Mapping[str, OwnListing]) -> None:
    """Rows that are over: their listings are withdrawn, where there are any that are still shown."""
    reasons: dict[str, str] = {}
    for reading in closed:
        key = _key(reading)
        change = UNCHANGED if key in known else SKIPPED
        if key in known and known[key].state == LIVE:
            change = WITHDRAWN
            reasons[key] = reading.closed or WITHDRAWN
        run.results.append(Result(reading.row.number, key, reading.listing.title, change))
    if reasons and not run.options.dry_run:
        withdraw_all(run.node, reasons)


def _revived(plan: _Planned) -> _Planned | None:
    """The plan with a new end, where its end was taken over from an earlier version and may have passed meanwhile."""
    end = plan.reading.listing.expires
    if not plan.draft.default_expires and plan.draft.listing.expires == end:
        return None
    listing = replace(plan.draft.listing, expires=end)
    return replace(plan, draft=replace(plan.draft, listing=listing, default_expires=False))


def _try(
    run: _Run, planned: Sequence[_Planned], known: Mapping[str, OwnListing], hosts: Mapping[str, Organisation]
) -> None:
    url, now = run.node.settings.url, run.node.clock().replace(microsecond=0)
    waiting = list(planned)
    while waiting:
        plan = waiting.pop(0)
        host = hosts[plan.reading.name.slug]
        try:
            prepared = prepare(plan.draft, known.get(plan.draft.key), host, url, now)
        except DocumentError as error:
            again = _revived(plan)
            if again is not None:
                waiting.insert(0, again)
            else:
                run.refusals.append(refusal_of(plan.reading, error.problems))
        else:
            _note_result(run, plan, prepared.change, prepared.doubts)


def _put(run: _Run, planned: Sequence[_Planned]) -> None:
    """Publish the batch; what is refused only now gets a new end (it was withdrawn long ago), or is taken out."""
    while planned:
        try:
            outcomes = put_listings(run.node, [plan.draft for plan in planned])
        except PublishingError as error:
            refused = _by_position(error.problems)
            if not refused:
                raise
            planned = _without(run, planned, refused)
        else:
            for plan, outcome in zip(planned, outcomes, strict=True):
                _note_result(run, plan, outcome.change, outcome.doubts)
            return


def _without(run: _Run, planned: Sequence[_Planned], refused: Mapping[int, list[Problem]]) -> list[_Planned]:
    kept = []
    for position, plan in enumerate(planned):
        again = _revived(plan) if position in refused else plan
        if again is not None:
            kept.append(again)
        else:
            run.refusals.append(refusal_of(plan.reading, refused[position]))
    return kept


def _by_position(problems: Iterable[Problem]) -> dict[int, list[Problem]]:
    found: dict[int, list[Problem]] = {}
    for problem in problems:
        position, _, rest = problem.pointer.removeprefix("/").partition("/")
        if position.isdecimal():
            found.setdefault(int(position), []).append(replace(problem, pointer=f"/{rest}"))
    return found


def refusal_of(reading: Reading, problems: Iterable[Problem]) -> Refusal:
    """A row that was read and cannot be published, and what to do about it."""
    problems = tuple(problems)
    found = [_row_problem(reading, problem) for problem in problems]
    if is_refused(problems):
        found[-1] = replace(found[-1], advice=f"{INSTEAD} {_APPEAL}")
    return Refusal(reading.row, reading.name, tuple(found))


def _row_problem(reading: Reading, problem: Problem) -> RowProblem:
    number, column = reading.row.number, _column_at(problem.pointer)
    return RowProblem(number, column, problem.pointer, "", problem.message, code=problem.code)


def _column_at(pointer: str) -> str:
    """The column that fills this place of a listing; the place itself where none does."""
    place = "/tags" if pointer.startswith("/tags/") else pointer
    return next((column.name for column in COLUMNS.values() if column.pointer == place), pointer or "row")


def _note_result(run: _Run, plan: _Planned, change: str, doubts: Sequence[Problem]) -> None:
    number, listing = plan.reading.row.number, plan.draft.listing
    run.results.append(Result(number, plan.draft.key, listing.title, change, tuple(doubts)))
    if doubts:
        run.notes.append(replace(_row_problem(plan.reading, doubts[0]), advice=LOOKED_AT))


def _withdraw_missing(run: _Run, table: Table) -> None:
    """Withdraw what earlier imports made for the organisations of this sheet and what it no longer holds."""
    nameless = [refusal.row.number for refusal in table.refusals if not refusal.name.is_known]
    if nameless:
        run.remarks.append(
            f"Nothing was withdrawn for being absent: row {nameless[0]} could not be read, so it is not known which "
            "listing it is. Correct it and import again."
        )
        return
    names = [reading.name for reading in table.readings] + [refusal.name for refusal in table.refusals]
    present = {new_key(name.slug, name.ref) for name in names}
    for slug in sorted({name.slug for name in names}):
        absent = [row for row in _imported(run.node, slug) if row.key not in present]
        for batch in chunked(absent):
            _take_down(run, batch)


def _imported(node: Node, slug: str) -> list[OwnListing]:
    with node.database.read() as tx:
        rows = stored.select_by(tx, LIVE, organisation_id(node.settings.url, slug))
    return [row for row in rows if row.import_ref is not None]


def _take_down(run: _Run, rows: Sequence[OwnListing]) -> None:
    if not run.options.dry_run:
        withdraw_all(run.node, {row.key: WITHDRAWN for row in rows})
    run.results += [Result(None, row.key, row.item()["title"], WITHDRAWN) for row in rows]
