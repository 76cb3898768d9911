"""A listing as another program keeps it: the cells of one row, by an id of the program's own.

What a row of an import may say, and by the same rules: it becomes a listing, changes the one that it made before, or
says why not. Refuses to touch any organisation but the one that is named.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from node.context import Node
from node.services.file_formats.spreadsheet import SheetRow
from node.services.importing.batches import Run, bring, pictures_of
from node.services.importing.cells import line
from node.services.importing.item_cells import cells_of
from node.services.importing.rows import Reading, Row, RowProblem, named, read_row
from node.services.importing.sheets import Options, defaults_of
from node.services.listings import publishing
from node.services.listings.own_ids import new_key
from node.services.listings.publishing import UnknownListingError, writing
from node.services.pictures.shelf import Shelf
from node.storage import listings as stored
from node.storage import organisations
from node.storage.listings import Filter, OwnListing
from schemas.errors import SharefeedError
from schemas.records import dataclass

PAGE = 100
_WITHOUT = "Pictures are named by their addresses here, not by files."


class CellsError(SharefeedError):
    """What cannot become a listing; ``problems`` says why, by column. Nothing was changed."""

    def __init__(self, problems: tuple[RowProblem, ...]) -> None:
        self.problems = problems
        super().__init__("; ".join(problem.message for problem in problems))


@dataclass(frozen=True, slots=True)
class Kept:
    """A listing and what programs call it: ``ref`` is their id. ``change`` is what was just done, with ``notes``."""

    ref: str
    row: OwnListing
    change: str = ""
    notes: tuple[RowProblem, ...] = ()

    @property
    def cells(self) -> dict[str, str]:
        """Column -> text, as an export writes it."""
        return cells_of(self.row.item())


@dataclass(frozen=True, slots=True)
class Several:
    """A page of listings, the latest change first, and how many there are in all."""

    kept: tuple[Kept, ...]
    total: int


def several(node: Node, organisation_id: str, state: str, page: int) -> Several:
    """Those in one state, or with an empty one all; ``page`` counts from 1."""
    wanted = Filter(organisation_id, state)
    with node.database.read() as tx:
        rows = stored.page(tx, wanted, PAGE, (page - 1) * PAGE)
        return Several(tuple(Kept(_ref_of(row), row) for row in rows), sum(stored.count(tx, wanted).values()))


def one(node: Node, organisation_id: str, ref: str) -> Kept:
    """Raises `UnknownListingError`."""
    with node.database.read() as tx:
        slug = organisations.by_ids(tx, [organisation_id])[organisation_id].slug
        row = stored.by_key(tx, new_key(slug, line(ref))) if ref.strip() else None
    if row is None or row.organisation_id != organisation_id:
        raise UnknownListingError(ref)
    return Kept(_ref_of(row), row)


def put(node: Node, organisation_id: str, ref: str, cells: Mapping[str, str], by: str) -> Kept | None:
    """Publish or change a listing, or take it down where its ``status`` says so; None for one that was never shown.

    ``cells`` are all of it: an empty column is one that says nothing. Raises `CellsError`, and `PublishingError` where
    nothing of the organisation can be changed.
    """
    with node.database.read() as tx:
        host = organisations.by_ids(tx, [organisation_id])[organisation_id]
    known = host.organisation
    defaults = replace(defaults_of(node, Options(known.name, known.type)), slug=host.slug)
    [row] = named([Row(SheetRow(1, ()), {**cells, "id": line(ref)}, {})], defaults)
    reading, notes = read_row(row, defaults)
    if not isinstance(reading, Reading):
        raise CellsError(reading.problems)
    run = Run(node, hosts={host.slug: known}, by=by, notes=notes, of_a_list=False)
    images = pictures_of(run, [reading], Shelf(None, node.settings.home, "", without=_WITHOUT))
    with writing(node) as tx:
        bring(run, tx, [reading], images)
        if run.refusals:
            raise CellsError(run.refusals[0].problems)
        [result] = run.results
        after = stored.by_key(tx, result.key)
    return Kept(_ref_of(after), after, result.change, tuple(run.notes)) if after else None


def withdraw(node: Node, organisation_id: str, ref: str, reason: str, by: str) -> Kept:
    """Take a listing down. Raises `UnknownListingError`, and `PublishingError` for another reason."""
    found = one(node, organisation_id, ref)
    [row] = publishing.withdraw_all(node, {found.row.key: reason}, by)
    return Kept(found.ref, row)


def _ref_of(row: OwnListing) -> str:
    return row.key.partition(".")[2]
