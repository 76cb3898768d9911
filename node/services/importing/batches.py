"""A batch of rows that were read: each becomes a listing, updates the one it made before, or says why it does not.

What imports from the command line and at the desk have in common. All of a batch is done in one transaction of the
caller's, or only tried.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import field, replace
from datetime import UTC, datetime, timedelta

from node.context import Node
from node.services.importing.columns import COLUMNS
from node.services.importing.rows import Reading, Refusal, RowProblem
from node.services.listings.doubted import INSTEAD, LOOKED_AT, is_refused
from node.services.listings.drafts import UNCHANGED, Draft, prepare
from node.services.listings.own_ids import new_key
from node.services.listings.publishing import PublishingError, put_in, withdraw_in
from node.services.pictures.fetching import copied, want_in
from node.services.pictures.shelf import Shelf
from node.services.pictures.shrinking import PictureError
from node.storage import calendars
from node.storage import listings as stored
from node.storage.engine import Tx
from node.storage.listings import LIVE, WITHDRAWN, OwnListing
from schemas.errors import DocumentError, Problem
from schemas.listing import Image, Listing
from schemas.organisation import Organisation
from schemas.records import dataclass

SKIPPED = "skipped"
_APPEAL = "If the words were misread, say in the column “appeal” why it is free, and import it again."
_HALF_A_YEAR = timedelta(days=182)
_BY_CALENDAR = "This listing has a calendar, which says when it can be had, so these days were not used."


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
class _Planned:
    reading: Reading
    draft: Draft


@dataclass(slots=True)
class Run:
    """An import as it goes along, and what has become of its rows so far.

    ``hosts`` are the organisations by slug. ``by`` is who imports, ``import_id`` by what name it can be undone. With
    ``only_try`` nothing is changed. ``of_a_list``: the rows are those of a list, which may be asked later to take down
    what it does not hold any more.
    """

    node: Node
    only_try: bool = False
    hosts: Mapping[str, Organisation] = field(default_factory=dict)
    by: str = ""
    import_id: str = ""
    results: list[Result] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)
    notes: list[RowProblem] = field(default_factory=list)
    of_a_list: bool = True


def bring(run: Run, tx: Tx, batch: Sequence[Reading], images: Mapping[int, tuple[Image, ...]]) -> None:
    """Publish these rows, or try it; ``images`` are their pictures by the number of the row.

    ``tx`` is a transaction of `publishing.writing`, or any where it is only tried.
    """
    keys = [key_of(reading) for reading in batch]
    known = stored.by_keys(tx, keys)
    booked = calendars.open_by_keys(tx, list(known)) if known else {}
    _close(run, tx, [reading for reading in batch if reading.closed], known)
    planned = [
        _planned(run, reading, images.get(reading.row.number, ()), known, booked)
        for reading in batch
        if not reading.closed
    ]
    if run.only_try:
        _try(run, planned, known)
    else:
        _put(run, tx, planned)


def pictures_of(run: Run, batch: Sequence[Reading], shelf: Shelf) -> dict[int, tuple[Image, ...]]:
    """The pictures of each row that is not over, by its number. Not to be done while others wait to write."""
    found = {}
    for reading in batch:
        if not reading.closed:
            images, notes = images_of(reading, shelf)
            found[reading.row.number] = copied(run.node, images)
            run.notes += notes
    return found


def key_of(reading: Reading) -> str:
    """The key of the listing that a row makes."""
    return new_key(reading.name.slug, reading.name.ref)


def images_of(reading: Reading, shelf: Shelf) -> tuple[tuple[Image, ...], list[RowProblem]]:
    """The pictures of a row that can be had, and a note about each of the others: the listing is kept without them."""
    images, notes = [], []
    for picture in reading.pictures:
        try:
            images.append(shelf.image(picture))
        except PictureError as error:
            message = f"The picture was left out: {str(error).rstrip('.')}."
            notes.append(RowProblem(reading.row.number, "image", "/_sharefeed/images", picture.source[:80], message))
    return tuple(images), notes


def _planned(
    run: Run,
    reading: Reading,
    images: tuple[Image, ...],
    known: Mapping[str, OwnListing],
    booked: Mapping[str, bool],
) -> _Planned:
    key = key_of(reading)
    listing = replace(reading.listing, organisation=run.hosts[reading.name.slug], images=images)
    before = known.get(key)
    if before is not None and key in booked:
        listing = _under_calendar(run, reading, listing, before.listing(), booked[key])
    if reading.capped and before is not None:
        # What somebody withdrew must not come back only because time has passed.
        now = datetime.min.replace(tzinfo=UTC) if before.state == WITHDRAWN else run.node.clock()
        listing = replace(listing, expires=kept_end(before.expires_at, listing.expires, now))
    of_before = before.import_ref if before is not None else None
    ref = reading.name.ref if run.of_a_list else of_before
    return _Planned(reading, Draft(listing, key, ref, default_expires=reading.open_end))


def _under_calendar(run: Run, reading: Reading, listing: Listing, before: Listing, taking: bool) -> Listing:
    """What a calendar says of a listing stays; ``taking`` if it takes bookings, so that it says when it can be had."""
    listing = replace(listing, calendar_url=before.calendar_url)
    if not taking:
        return listing
    if listing.available and listing.available != before.available:
        column = "available_from" if listing.available.from_ else "available_until"
        run.notes.append(RowProblem(reading.row.number, column, COLUMNS[column].pointer, "", _BY_CALENDAR))
    return replace(listing, available=before.available, status=before.status)


def kept_end(known: int, wanted: datetime, now: datetime) -> datetime:
    """The end of a listing that may be shown for longer than a year: it moves on once less than half a year is left.

    Otherwise importing the same sheet again would change every such listing every day.
    """
    end = datetime.fromtimestamp(known, UTC)
    return end if end < wanted and end - now > _HALF_A_YEAR else wanted


def _close(run: Run, tx: Tx, closed: Sequence[Reading], known: Mapping[str, OwnListing]) -> None:
    """Rows that are over: their listings are withdrawn, where there are any that are still shown."""
    reasons: dict[str, str] = {}
    for reading in closed:
        key = key_of(reading)
        change = UNCHANGED if key in known else SKIPPED
        if key in known and known[key].state == LIVE:
            change = WITHDRAWN
            reasons[key] = reading.closed or WITHDRAWN
        run.results.append(Result(reading.row.number, key, reading.listing.title, change))
    if reasons and not run.only_try:
        withdraw_in(tx, run.node, reasons, run.by, run.import_id)


def _revived(plan: _Planned) -> _Planned | None:
    """The plan with a new end, where its end was taken over from an earlier version and may have passed meanwhile."""
    end = plan.reading.listing.expires
    if not plan.draft.default_expires and plan.draft.listing.expires == end:
        return None
    listing = replace(plan.draft.listing, expires=end)
    return replace(plan, draft=replace(plan.draft, listing=listing, default_expires=False))


def _try(run: Run, planned: Sequence[_Planned], known: Mapping[str, OwnListing]) -> None:
    url, now = run.node.settings.url, run.node.clock().replace(microsecond=0)
    waiting = list(planned)
    while waiting:
        plan = waiting.pop(0)
        host = run.hosts[plan.reading.name.slug]
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


def _put(run: Run, tx: Tx, planned: Sequence[_Planned]) -> None:
    """Publish the batch; what is refused only now gets a new end (it was withdrawn long ago), or is taken out."""
    while planned:
        try:
            outcomes = put_in(tx, run.node, [plan.draft for plan in planned], run.by, run.import_id)
        except PublishingError as error:
            refused = _by_position(error.problems)
            if not refused:
                raise
            planned = _without(run, planned, refused)
        else:
            for plan, outcome in zip(planned, outcomes, strict=True):
                _note_result(run, plan, outcome.change, outcome.doubts)
            want_in(tx, run.node, [plan.draft for plan in planned], run.import_id)
            return


def _without(run: Run, planned: Sequence[_Planned], refused: Mapping[int, list[Problem]]) -> list[_Planned]:
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


def _note_result(run: Run, plan: _Planned, change: str, doubts: Sequence[Problem]) -> None:
    number, listing = plan.reading.row.number, plan.draft.listing
    run.results.append(Result(number, plan.draft.key, listing.title, change, tuple(doubts)))
    if doubts:
        run.notes.append(replace(_row_problem(plan.reading, doubts[0]), advice=LOOKED_AT))
