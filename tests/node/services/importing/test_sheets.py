"""Importing into a real node: what is added, updated, left alone, refused and withdrawn."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import orjson
import pytest
from PIL import Image

from node.context import Node
from node.services.bookings.arranging import put_rules
from node.services.bookings.rules import Rules
from node.services.file_formats.reading import read
from node.services.file_formats.spreadsheet import Sheet, SheetRow
from node.services.importing.sheets import Options, Report, import_sheet
from node.services.listings.publishing import edit, ensure_organisation, listing, listings, put_listings, withdraw
from node.services.organisations.hosting import organisations
from node.storage import catalogue
from node.storage.engine import Database, Tx, sqlite_url
from schemas.listing import Available, load_listing
from tests.fakes.bookable import EVERY_DAY, bookable
from tests.fakes.publisher import clock_of, draft, publisher

LISTINGS = Path(__file__).parents[4] / "bench" / "data" / "listings.csv"
SCHOOL = Options(organisation="Riverside School", organisation_type="school")


@pytest.fixture
def node(tmp_path: Path) -> Iterator[Node]:
    made = publisher(tmp_path / "home")
    yield made
    made.database.close()


def sheet_of(*rows: dict[str, Any]) -> Sheet:
    headings = tuple(dict.fromkeys(name for row in rows for name in row))
    cells = [tuple(row.get(name) for name in headings) for row in rows]
    return Sheet(headings, tuple(SheetRow(n, c) for n, c in enumerate(cells, start=2)))


def run(node: Node, *rows: dict[str, Any], options: Options = SCHOOL) -> Report:
    return import_sheet(node, sheet_of(*rows), options)


def counts(report: Report) -> dict[str, int]:
    return {change: count for change, count in report.counts.items() if count}


def titles(node: Node) -> dict[str, str]:
    """Key -> title of what the catalogue shows."""
    with node.database.read() as tx:
        return {shown.entry.key: shown.entry.facts.title for shown in catalogue.live(tx)}


def head(node: Node) -> int:
    with node.database.read() as tx:
        return catalogue.state(tx).head


def desk(ref: str = "1", **cells: Any) -> dict[str, Any]:
    return {"id": ref, "title": f"Desk {ref}", **cells}


def test_the_development_listings_import_once_and_then_only_what_changed(node: Node) -> None:
    data = LISTINGS.read_bytes()
    clock_of(node).moment = datetime(2026, 11, 22, 12, tzinfo=UTC)
    first = import_sheet(node, read(data), Options())
    kept = 260 - len(first.refusals)
    assert 200 < kept < 240, "the adverts among them are refused"
    assert counts(first) == {"added": kept}
    before = head(node)
    clock_of(node).pass_by(days=1)
    assert counts(import_sheet(node, read(data), Options())) == {"unchanged": kept}
    assert head(node) == before
    edited = data.replace(b"A0 plan chest,", b"A1 plan chest,", 1)
    assert counts(import_sheet(node, read(edited), Options())) == {"changed": 1, "unchanged": kept - 1}
    assert head(node) == before + 1
    assert len(titles(node)) == kept


def test_an_imported_listing_is_published_whole(node: Node) -> None:
    run(node, desk(category="furniture/desk", locality="Stanground", quantity="3"))
    with node.database.read() as tx:
        shown = catalogue.by_key(tx, "riverside-school.1")
    assert shown is not None
    listing = load_listing(orjson.loads(shown.entry.item))
    assert listing.id == listing.url == "https://share.example.org/listings/riverside-school.1"
    assert listing.organisation.id == "https://share.example.org/organisations/riverside-school"
    assert (listing.organisation.type, listing.quantity.available) == ("school", 3)


def test_an_update_keeps_its_id_and_its_first_date(node: Node) -> None:
    run(node, desk())
    clock_of(node).pass_by(days=3)
    assert counts(run(node, desk(title="A better desk"))) == {"changed": 1}
    row = listings(node)[0].listing()
    assert row.title == "A better desk"
    assert row.date_published is not None
    assert (row.date_modified - row.date_published).days == 3


def test_bad_rows_are_refused_and_what_they_made_before_stays(node: Node) -> None:
    run(node, desk("1"), desk("2"))
    report = run(node, desk("1", quantity="lots"), desk("2", title="New title"))
    assert counts(report) == {"changed": 1}
    assert [refusal.row.number for refusal in report.refusals] == [2]
    assert titles(node) == {"riverside-school.1": "Desk 1", "riverside-school.2": "New title"}


@pytest.mark.parametrize("withdraw_missing", [False, True])
def test_only_when_asked_is_anything_withdrawn_for_being_absent(node: Node, withdraw_missing: bool) -> None:
    run(node, desk("1"), desk("2"))
    put_listings(node, [replace(draft(node, "by-hand"), import_ref=None)])
    run(node, desk("9"), options=Options(organisation="Another School"))
    options = Options("Riverside School", withdraw_missing=withdraw_missing)
    report = run(node, desk("1"), options=options)
    assert report.counts["withdrawn"] == (1 if withdraw_missing else 0)
    left = {"riverside-school.1", "riverside-school.by-hand", "another-school.9"}
    assert titles(node).keys() - {"riverside-school.2"} == left
    assert ("riverside-school.2" in titles(node)) is not withdraw_missing


def test_a_refused_row_is_not_absent(node: Node) -> None:
    run(node, desk("1"), desk("2"))
    options = Options("Riverside School", withdraw_missing=True)
    assert counts(run(node, desk("1"), desk("2", quantity="x"), options=options)) == {"unchanged": 1}
    assert len(titles(node)) == 2


class Counting(Database):
    """A database that counts its writing transactions."""

    writes = 0

    def write(self) -> AbstractContextManager[Tx]:
        self.writes += 1
        return super().write()


@pytest.mark.parametrize("missing", [pytest.param(True, id="absent"), pytest.param(False, id="said to be given")])
def test_many_listings_are_taken_down_in_few_transactions(tmp_path: Path, missing: bool) -> None:
    database = Counting(sqlite_url(tmp_path / "counted.sqlite"))
    node = publisher(tmp_path / "home", database)
    every = [desk(str(number)) for number in range(601)]
    run(node, *every)
    database.writes = 0
    over = every[:1] if missing else [*every[:1], *({**row, "status": "given"} for row in every[1:])]
    options = Options("Riverside School", withdraw_missing=missing)
    assert counts(run(node, *over, options=options)) == {"unchanged": 1, "withdrawn": 600}
    assert database.writes <= 4
    assert list(titles(node)) == ["riverside-school.0"]
    with database.read() as tx:
        reasons = {row.removed_reason for row in catalogue.log_after(tx, 0, 0, 2000) if not row.live}
    assert reasons == {"withdrawn" if missing else "given"}
    database.close()


def test_rows_that_an_open_quotation_mark_swallows_are_not_taken_for_absent(node: Node) -> None:
    options = Options("Riverside School", withdraw_missing=True)
    import_sheet(node, read(b"id,title,description\n1,Desk,a\n2,Chair,b\n3,Sofa,c\n"), options)
    report = import_sheet(node, read(b'id,title,description\n1,Desk,a\n2,Chair,"b\n3,Sofa,c\n'), options)
    assert counts(report) == {"unchanged": 1}
    assert [refusal.row.number for refusal in report.refusals] == [3]
    assert "quotation mark" in str(report.refusals[0].problems[0])
    assert len(titles(node)) == 3


def test_nothing_is_withdrawn_while_a_row_cannot_be_told_from_another(node: Node) -> None:
    run(node, desk("1"), desk("2"))
    options = Options("Riverside School", withdraw_missing=True)
    report = run(node, desk("1"), {"title": "", "quantity": "4"}, options=options)
    assert counts(report) == {"unchanged": 1}
    assert any("Nothing was withdrawn" in remark for remark in report.remarks)


def test_a_dry_run_says_what_would_happen_and_changes_nothing(node: Node) -> None:
    run(node, desk("1"), desk("2"), desk("3"))
    before = head(node)
    rows = [desk("1"), desk("2", title="Other"), desk("4"), desk("5", quantity="x"), desk("6", organisation="New Club")]
    dry = Options("Riverside School", withdraw_missing=True, dry_run=True)
    wet = Options("Riverside School", withdraw_missing=True)
    tried = run(node, *rows, options=dry)
    assert (head(node), len(organisations(node))) == (before, 1)
    done = run(node, *rows, options=wet)
    assert counts(tried) == counts(done) == {"added": 2, "changed": 1, "unchanged": 1, "withdrawn": 1}
    assert [r.row.number for r in tried.refusals] == [r.row.number for r in done.refusals] == [5]


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        pytest.param({"status": "gone"}, "given", id="given"),
        pytest.param({"status": "withdrawn"}, "withdrawn", id="withdrawn"),
        pytest.param({"available_until": "2026-11-01"}, "expired", id="its last day is past"),
    ],
)
def test_a_row_that_is_over_takes_its_listing_down(node: Node, cells: dict[str, str], reason: str) -> None:
    run(node, desk("1"), desk("2"))
    report = run(node, desk("1", **cells), desk("2"), desk("3", **cells))
    assert counts(report) == {"withdrawn": 1, "unchanged": 1, "skipped": 1}
    with node.database.read() as tx:
        grave = catalogue.grave(tx, "riverside-school.1")
    assert grave is not None
    assert grave.removed_reason == reason
    assert counts(run(node, desk("1", **cells), desk("2"))) == {"unchanged": 2}


def test_what_somebody_withdrew_stays_withdrawn_until_its_row_says_something_new(node: Node) -> None:
    rows = desk("1"), desk("2", available_until="2030-01-01"), desk("3", available_until="2027-01-31")
    run(node, *rows)
    for ref in "123":
        withdraw(node, f"riverside-school.{ref}")
    for days in (1, 40, 300):
        clock_of(node).pass_by(days=days)
        report = run(node, *rows)
        assert counts(report).keys() <= {"unchanged"}
    assert titles(node) == {}
    news = desk("1", title="Found again"), desk("2", title="Free again", available_until="2030-01-01")
    dry = run(node, *news, options=replace(SCHOOL, dry_run=True))
    assert counts(dry) == counts(run(node, *news)) == {"changed": 2}
    assert len(titles(node)) == 2


def test_a_listing_without_an_end_is_renewed_only_when_it_nears(node: Node) -> None:
    run(node, desk())
    clock_of(node).pass_by(days=30)
    assert counts(run(node, desk())) == {"unchanged": 1}
    clock_of(node).pass_by(days=40)
    assert counts(run(node, desk())) == {"changed": 1}


def test_a_listing_available_for_years_is_renewed_twice_a_year(node: Node) -> None:
    row = desk(available_until="2031-01-01")
    run(node, row)
    changes = []
    for _ in range(12):
        clock_of(node).pass_by(days=30)
        changes.append(run(node, row).counts["changed"])
    assert sum(changes) == 1


def test_an_organisation_that_is_here_keeps_what_is_said_of_it(node: Node) -> None:
    ensure_organisation(node, "Riverside School", "school")
    report = run(node, desk(organisation="Riverside School", organisation_type="charity"), options=Options())
    assert [o.organisation.type for o in organisations(node)] == ["school"]
    assert report.remarks[-1] == "Riverside School is here already as school; it stays that, not charity."
    assert run(node, desk(), options=Options(organisation="Riverside School")).remarks == ()


def test_a_new_organisation_takes_what_any_of_its_rows_says(node: Node) -> None:
    run(
        node,
        desk("1", organisation="Ferry Club"),
        desk("2", organisation="Ferry Club", organisation_type="charity", organisation_url="https://ferry.example/"),
        options=Options(),
    )
    made = organisations(node)[0].organisation
    assert (made.type, made.url) == ("charity", "https://ferry.example/")


def test_an_import_goes_on_after_a_desk_edit_and_restores_what_the_sheet_says(node: Node) -> None:
    run(node, desk())
    edit(node, "riverside-school.1", title="Edited by hand")
    assert counts(run(node, desk())) == {"changed": 1}
    assert titles(node) == {"riverside-school.1": "Desk 1"}


class TestPictures:
    @pytest.fixture
    def folder(self, tmp_path: Path) -> Path:
        folder = tmp_path / "photos"
        folder.mkdir()
        exif = Image.Exif()
        exif[0x010E] = "a secret place"
        Image.new("RGB", (2400, 1200), "red").save(folder / "Desk.JPG", exif=exif)
        (folder / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\nrubbish")
        (tmp_path / "secret.jpg").write_bytes((folder / "Desk.JPG").read_bytes())
        (folder / "link.jpg").symlink_to(tmp_path / "secret.jpg")
        return folder

    def options(self, folder: Path | None, **more: Any) -> Options:
        return Options("Riverside School", images=folder, **more)

    def media(self, node: Node) -> list[Path]:
        folder = node.settings.home / "media"
        return sorted(folder.iterdir()) if folder.exists() else []

    def test_a_picture_is_kept_once_small_and_without_its_metadata(self, node: Node, folder: Path) -> None:
        rows = [desk("1", image="desk.jpg", image_alt="A red desk"), desk("2", image=r"C:\photos\DESK.jpg")]
        run(node, *rows, options=self.options(folder))
        (file,) = self.media(node)
        assert b"a secret place" not in file.read_bytes()
        with Image.open(file) as picture:
            assert max(picture.size) <= 1600
        image = listings(node)[0].listing().images[0]
        assert image.url == f"https://share.example.org/media/{file.name}"
        assert counts(run(node, *rows, options=self.options(folder))) == {"unchanged": 2}

    @pytest.mark.parametrize(
        ("name", "says"),
        [
            pytest.param("missing.jpg", "no such file", id="missing"),
            pytest.param("broken.png", "could not be read as a picture", id="broken"),
            pytest.param("../secret.jpg", "no such file", id="a path out of the folder"),
            pytest.param("link.jpg", "no such file", id="a link out of the folder"),
        ],
    )
    def test_a_picture_that_cannot_be_had_is_left_out_and_said(
        self, node: Node, folder: Path, name: str, says: str
    ) -> None:
        report = run(node, desk(image=name), options=self.options(folder))
        assert counts(report) == {"added": 1}
        assert says in report.notes[0].message
        assert self.media(node) == []

    def test_without_a_folder_addresses_are_kept_and_names_are_not(self, node: Node) -> None:
        report = run(node, desk(image="https://elsewhere.example/a.jpg; desk.jpg"), options=self.options(None))
        assert [i.url for i in listings(node)[0].listing().images] == ["https://elsewhere.example/a.jpg"]
        assert "--images" in report.notes[0].message

    def test_a_dry_run_reads_pictures_and_writes_none(self, node: Node, folder: Path) -> None:
        report = run(node, desk(image="desk.jpg"), options=self.options(folder, dry_run=True))
        assert (report.notes, self.media(node)) == ((), [])


DAYS = {"available_from": "2026-12-20", "available_until": "2027-01-20"}


@pytest.mark.parametrize(
    ("cells", "notes"), [pytest.param({}, 0, id="no-days"), pytest.param(DAYS, 1, id="other-days")]
)
@pytest.mark.parametrize("dry_run", [True, False])
def test_what_a_calendar_says_of_a_listing_stays(node: Node, cells: dict[str, str], notes: int, dry_run: bool) -> None:
    key, _ = bookable(node)
    edit(
        node,
        key,
        available=Available(full=(date(2026, 12, 3),)),
        status="reserved",
        calendar_url="https://a.example/c.ics",
    )
    row = {"id": "drill", "title": "A better drill", "kind": "equipment", **cells}
    report = run(node, row, options=replace(SCHOOL, dry_run=dry_run))
    assert counts(report) == {"changed": 1}
    assert ["calendar" in note.message for note in report.notes] == [True] * notes
    kept = listing(node, key).listing()
    assert kept.title == ("A drill" if dry_run else "A better drill")
    assert kept.available == Available(full=(date(2026, 12, 3),))
    assert (kept.status, kept.calendar_url) == ("reserved", "https://a.example/c.ics")


def test_a_calendar_that_takes_no_bookings_says_nothing_about_days(node: Node) -> None:
    key, organisation = bookable(node)
    put_rules(node, key, organisation, Rules(openings=EVERY_DAY), taking=False)
    run(node, {"id": "drill", "title": "A drill", "kind": "equipment", **DAYS})
    assert listing(node, key).listing().available == Available(date(2026, 12, 20), date(2027, 1, 20))
