"""The export of an organisation: whole, its own alone, small in memory, and good for importing again."""

from __future__ import annotations

import csv
import hashlib
import io
import tracemalloc
import zipfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import given, settings

from node.context import Node
from node.services.bookings.making import book
from node.services.desk import drafts
from node.services.file_formats.reading import read
from node.services.identity.audit import of_organisation
from node.services.importing.item_cells import cells_of, said_so
from node.services.importing.row_values import Defaults, compose, parse_cells
from node.services.importing.sheets import Options, import_sheet
from node.services.listings.publishing import ensure_organisation, listings, put_listings, put_organisation, withdraw
from node.services.moving import export_zip
from node.services.moving.exporting import ExportError, export
from node.services.pictures import uploads
from node.storage.desk_drafts import DeskDraft
from schemas import exchange as rules
from schemas.listing import Image, Listing, Money, Place, dump_listing, load_listing
from schemas.organisation import Organisation
from tests.fakes import camera
from tests.fakes.bookable import bookable, hour, wanted
from tests.fakes.exchanges import act, asked, shared
from tests.fakes.publisher import START, URL, clock_of, desk, draft, pause, publisher, school
from tests.schemas import made
from tests.thorough import examples


@pytest.fixture
def node(tmp_path: Path) -> Iterator[Node]:
    opened = publisher(tmp_path / "home")
    yield opened
    opened.workshop.close()
    opened.database.close()


def taken(node: Node, slug: str = "riverside-school") -> zipfile.ZipFile:
    return zipfile.ZipFile(io.BytesIO(b"".join(export(node, slug).pieces)))


def json_of(archive: zipfile.ZipFile, name: str) -> Any:
    return orjson.loads(archive.read(name))


def lines_of(archive: zipfile.ZipFile, name: str) -> list[Any]:
    return [orjson.loads(line) for line in archive.read(name).splitlines()]


def rows_of(archive: zipfile.ZipFile, name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(archive.read(name).decode("utf-8-sig"))))


def test_it_holds_every_listing_whatever_its_state_and_nothing_of_others(node: Node) -> None:
    put_listings(node, [draft(node, ref, title=f"Desk {ref}") for ref in ("live", "paused", "gone")])
    pause(node, "riverside-school.paused")
    withdraw(node, "riverside-school.gone", "given")
    other = ensure_organisation(node, "Other Club", "community_group")
    put_listings(node, [draft(node, "secret", title="Not theirs", organisation=other)])
    archive = taken(node)
    states = {row["id"]: row["state"] for row in rows_of(archive, export_zip.TABLE)}
    assert states == {"live": "live", "paused": "paused", "gone": "withdrawn"}
    items = json_of(archive, export_zip.FEED)["items"]
    assert {item["id"]: item["_export"]["state"] for item in items} == {
        f"{URL}listings/riverside-school.{ref}": state for ref, state in states.items()
    }
    assert [item["_export"]["key"] for item in items] == sorted(item["_export"]["key"] for item in items)
    assert not any(
        b"Not theirs" in archive.read(name) or b"other-club" in archive.read(name) for name in archive.namelist()
    )


def test_everything_is_summed_up_and_the_manifest_says_what_there_is(node: Node) -> None:
    put_listings(node, [draft(node, "a"), draft(node, "b", title="B")])
    archive = taken(node)
    assert archive.testzip() is None
    names = archive.namelist()
    assert (names[0], names[-1]) == ("README.txt", "manifest.json")
    manifest = json_of(archive, "manifest.json")
    assert (manifest["format"], manifest["format_version"], manifest["slug"]) == (
        "sharefeed-export",
        1,
        "riverside-school",
    )
    assert manifest["counts"] == {"listings": 2, "versions": 2, "drafts": 0, "bookings": 0, "photos": 0}
    assert manifest["files"].keys() == set(names) - {"manifest.json"}
    for name, told in manifest["files"].items():
        data = archive.read(name)
        assert told == {"size": len(data), "sha256": hashlib.sha256(data).hexdigest()}
    sums = archive.read("SHA256SUMS").decode().splitlines()
    assert {line[66:] for line in sums} == set(names) - {"manifest.json", "SHA256SUMS"}
    readme = archive.read("README.txt").decode()
    assert "Riverside School" in readme
    assert all(name.split("/")[0] in readme for name in names[1:])


def test_an_organisation_that_shares_nothing_has_a_whole_export_too(node: Node) -> None:
    school(node)
    archive = taken(node)
    assert json_of(archive, export_zip.FEED)["items"] == []
    assert json_of(archive, export_zip.CALENDARS) == {"closed": [], "calendars": []}
    assert rows_of(archive, export_zip.TABLE) == []
    assert json_of(archive, "manifest.json")["counts"]["listings"] == 0


def test_an_organisation_that_is_not_here_is_named(node: Node) -> None:
    with pytest.raises(ExportError, match="no organisation nobody"):
        export(node, "nobody")


def test_the_log_says_that_it_was_taken(node: Node) -> None:
    organisation = school(node)
    taken(node)
    entries, _ = of_organisation(node, organisation.id, 10)
    assert [entry.action for entry in entries] == ["export-made"]


def test_histories_and_drafts_and_the_profile_are_in_it(node: Node) -> None:
    put_listings(node, [draft(node, "a", title="First")], by="Anna")
    clock_of(node).pass_by(days=1)
    put_listings(node, [draft(node, "a", title="Second")], by="Ben")
    profile = school(node)
    unsent = DeskDraft(drafts.new_id(), profile.id, None, "give", {"title": "Half a sentence"}, saved_by="Cleo")
    kept = drafts.save(node, unsent).id
    archive = taken(node)
    told = [(line["by"], line["change"], line["item"]["title"]) for line in lines_of(archive, export_zip.HISTORY)]
    assert told == [("Anna", "added", "First"), ("Ben", "changed", "Second")]
    [one] = lines_of(archive, export_zip.DRAFTS)
    assert (one["id"], one["typed"]["title"], one["saved_by"]) == (kept, "Half a sentence", "Cleo")
    assert json_of(archive, export_zip.ORGANISATION)["organisation"]["id"] == profile.id


def test_what_was_asked_for_is_in_it_and_nobody_who_asked(tmp_path: Path) -> None:
    node = publisher(tmp_path / "mails", mail_capture=True)
    what = shared(node, quantity=3)
    asked(node, what, "Waits", confirmed=False)
    one = asked(node, what, "Zyxwvut", words="I am Zyxwvut", for_whom="Zyxwvut club")
    act(node, one, rules.ACCEPT)
    archive = taken(node)
    [line] = archive.read("requests.ndjson").splitlines()
    told = orjson.loads(line)
    assert (told["id"], told["state"], told["about"]["title"]) == (one, "accepted", "A desk")
    assert [event["act"] for event in told["events"]] == ["ask", "confirm", "accept"]
    assert not [name for name in archive.namelist() if b"zyxwvut" in archive.read(name).lower()]


def test_bookings_and_calendars_are_in_it(node: Node) -> None:
    key, organisation = bookable(node)
    asked = wanted(hour(3, 10), "=cmd|' /C calc'!A0", contact="anna@example.org")
    book(node, key, organisation, asked, "Ben")
    archive = taken(node)
    [row] = rows_of(archive, export_zip.BOOKINGS_TABLE)
    assert (row["listing"], row["from"], row["state"]) == (key, "2026-12-03T10:00:00Z", "confirmed")
    assert row["name"].startswith("'="), "no spreadsheet runs it"
    [line] = lines_of(archive, export_zip.BOOKINGS)
    assert (line["listing"], line["contact"]) == (key, "anna@example.org")
    assert archive.read(export_zip.BOOKINGS_CALENDAR).count(b"BEGIN:VEVENT") == 1
    [calendar] = json_of(archive, export_zip.CALENDARS)["calendars"]
    assert calendar["listing"] == key
    assert calendar["rules"]["openings"]


def test_photos_are_in_it_in_every_size(node: Node) -> None:
    organisation = school(node)
    photo = uploads.upload(node, organisation.id, camera.encoded(camera.halves(), "JPEG"))
    put_listings(node, [draft(node, "a", images=uploads.images(node, [photo]))])
    (node.settings.home / "media" / "0123456789abcdef0123456789abcdef.jpg").write_bytes(b"older")
    older = Image(f"{URL}media/0123456789abcdef0123456789abcdef.jpg")
    put_listings(node, [draft(node, "b", title="B", images=(older, Image(f"{URL}media/no-such.jpg")))])
    archive = taken(node)
    photos = [name for name in archive.namelist() if name.startswith("photos/")]
    assert sorted(photos) == sorted(
        [
            "photos/0123456789abcdef0123456789abcdef.jpg",
            f"photos/{photo.ref}.jpg",
            *(f"photos/smaller/{photo.ref}{end}" for end in (".webp", ".card.jpg", ".card.webp")),
        ]
    )
    assert archive.read(f"photos/{photo.ref}.jpg") == (node.settings.home / "media" / f"{photo.ref}.jpg").read_bytes()


FULL: dict[str, Any] = {
    "content_text": "Two lines.\n=HYPERLINK(1)",
    "language": "en",
    "tags": ("oak", "office"),
    "condition": "good",
    "images": (
        Image("https://p.example/a%3Bb.jpg"),
        Image("https://p.example/2.jpg", "The same"),
    )
    * 1,
    "place": Place("Old Mill", "Stanground", "PE2", "GB", 52.5546, -0.2168, 75.0),
    "weight_kg": 31.5,
    "replacement_value": Money(120, "EUR"),
    "terms": "-1 is no formula here",
    "accessibility": "Step-free",
    "safety": "Tested",
    "request_url": "https://p.example/ask",
    "expires": START + timedelta(days=41, seconds=77),
}


@pytest.mark.parametrize("title", ["A desk", "=2+2", "@home desk", "'quoted' desk", "Żółte biurko"])
def test_its_table_imported_again_changes_nothing_and_doubles_nothing(node: Node, title: str) -> None:
    put_listings(node, [draft(node, "a", title=title, **FULL), draft(node, "b", title=title, language="pl")])
    put_listings(node, [draft(node, "gone", title=title, language="en")])
    withdraw(node, "riverside-school.gone")
    before = {row.key: (row.document, row.state) for row in listings(node)}
    sheet = read(taken(node).read(export_zip.TABLE))
    clock_of(node).pass_by(days=2)
    report = import_sheet(node, sheet, Options())
    assert report.refusals == ()
    assert {result.change for result in report.results} == {"unchanged"}
    assert {row.key: (row.document, row.state) for row in listings(node)} == before


def test_an_organisation_whose_name_is_not_its_short_name_keeps_its_ids(node: Node) -> None:
    put_organisation(node, Organisation(f"{URL}organisations/mill", "The Old Mill Trust", "charity"))
    host = Organisation(f"{URL}organisations/mill", "The Old Mill Trust", "charity")
    made = draft(node, "a", organisation=host, language="en")
    put_listings(node, [type(made)(made.listing, "mill.a", "a")])
    report = import_sheet(node, read(taken(node, "mill").read(export_zip.TABLE)), Options())
    assert [(result.key, result.change) for result in report.results] == [("mill.a", "unchanged")]


@given(made.listings())
@settings(max_examples=examples(10), deadline=None)
def test_what_stands_in_an_item_is_what_its_cells_and_the_item_make(listing: Listing) -> None:
    item = dump_listing(listing)
    cells = cells_of(item)
    values, _ = parse_cells(cells, START.date())
    composed = compose(values, Defaults(START))
    said = said_so(item, cells, composed.item)
    kept = {name: item[name] for name in ("id", "url", "date_modified") if name in item}
    again = load_listing({**said, **kept})
    loaded = load_listing(item)
    for name in Listing.__slots__:
        if name not in ("organisation", "expires"):
            assert getattr(again, name) == getattr(loaded, name), name


def test_a_corrected_cell_counts_and_the_rest_stays(node: Node) -> None:
    item = dump_listing(desk(school(node), id="https://a.example/1", terms="Old", calendar_url="https://a.example/c"))
    cells = {**cells_of(item), "terms": "New", "condition": "fair"}
    values, faults = parse_cells(cells, START.date())
    said = said_so(item, cells, compose(values, Defaults(START)).item)
    assert not faults
    assert (said["_sharefeed"]["terms"], said["_sharefeed"]["condition"]) == ("New", "fair")
    assert said["_sharefeed"]["calendar_url"] == "https://a.example/c"


def test_it_takes_a_little_memory_however_large_it_is(node: Node, monkeypatch: pytest.MonkeyPatch) -> None:
    organisation = school(node)
    texts = {"content_text": "x" * 4000, "organisation": organisation}
    for start in range(0, 1000, 250):
        put_listings(node, [draft(node, str(n), **texts) for n in range(start, start + 250)])
    media = node.settings.home / "media"
    media.mkdir(exist_ok=True)
    for number in range(10):
        (media / f"{number:032x}.jpg").write_bytes(b"j" * 2**20)
    put_listings(node, [draft(node, "p", images=tuple(Image(f"{URL}media/{n:032x}.jpg") for n in range(10)))])
    tracemalloc.start()
    try:
        sent = sum(len(piece) for piece in export(node, organisation.id.rpartition("/")[2]).pieces)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert sent > 10 * 2**20
    assert peak < 6 * 2**20, f"{peak / 2**20:.1f} MB"


def test_who_stops_reading_leaves_nothing_behind(node: Node) -> None:
    put_listings(node, [draft(node, "a")])
    before = sorted(path.name for path in node.settings.home.iterdir())
    pieces = export(node, "riverside-school").pieces
    next(pieces)
    pieces.close()  # type: ignore[attr-defined]
    assert sorted(path.name for path in node.settings.home.iterdir()) == before
