"""Files of other programs, feeds and downloads: known by what is in them, read into the rows of an import."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest

from node.context import Node
from node.services.file_formats.reading import read
from node.services.file_formats.spreadsheet import Sheet, SpreadsheetError
from node.services.importing.sheets import Options, Report, import_sheet
from node.services.listings.publishing import listings, put_listings, withdraw
from node.services.moving import export_zip
from node.services.moving.exporting import export
from node.services.syndication import download_rows
from node.storage import catalogue
from schemas.listing import Image, Place
from tests.fakes.publisher import clock_of, draft, publisher

LIBRARY = Options(organisation="Fen Library of Things", organisation_type="community_group")
LEND_ENGINE = (
    *("Id", "Type", "Added on", "Code", "Name", "Type", "Serial number", "Condition", "Tags", "Location", "Brand"),
    *("Price paid", "Value (RRP)", "Shown on website", "Loan fee", "Loan period", "Short description"),
    *("Long description", "Components", "Care information", "Keywords", "Owned by", "Donated by", "Weight class"),
)
TIMEFRAMES = (
    "ID;post_author;post_title;type;repetition-start;location-post_title;item-post_title;user-firstname;user-login"
)


@pytest.fixture
def node(tmp_path: Path) -> Iterator[Node]:
    opened = publisher(tmp_path / "home")
    yield opened
    opened.database.close()


def cells(sheet: Sheet) -> list[dict[str, str]]:
    return [{h: str(c) for h, c in zip(sheet.headings, row.cells, strict=True) if c} for row in sheet.rows]


def lend_engine(*rows: dict[str, str]) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(LEND_ENGINE)
    for row in rows:
        # The second of the two columns called Type is "sort" here.
        told = {"Id": "7", "Type": "loan", "Name": "Drill", "Shown on website": "Yes", **row}
        at_second = LEND_ENGINE.index("Type", 2)
        line = [told.get("sort", "") if at == at_second else told.get(h, "") for at, h in enumerate(LEND_ENGINE)]
        writer.writerow(line)
    return out.getvalue().encode()


def counts(report: Report) -> dict[str, int]:
    return {change: count for change, count in report.counts.items() if count}


class TestLendEngine:
    def test_what_fits_is_taken_and_the_rest_is_said(self, node: Node) -> None:
        row = {"Condition": "B - Fair", "Tags": "DIY,Power tools", "Value (RRP)": "89.50", "Loan fee": "0.00"}
        row |= {"Loan period": "7", "Short description": "18 V", "Long description": "Two<br>lines &amp; more"}
        row |= {"Components": "Case", "Owned by": "Mx Private", "Serial number": "SECRET-1", "Brand": "Volta"}
        sheet = read(lend_engine(row))
        report = import_sheet(node, sheet, LIBRARY)
        assert counts(report) == {"added": 1}
        [own] = listings(node)
        listing = own.listing()
        assert (own.key, listing.title, listing.kind, listing.action) == (
            "fen-library-of-things.7",
            "Drill",
            "equipment",
            "lend",
        )
        assert listing.content_text == "18 V\n\nTwo\nlines & more\n\nMade by Volta.\n\nComes with: Case"
        assert (listing.condition, listing.tags) == ("fair", ("DIY", "Power tools"))
        assert listing.terms == "Lent for up to 7 days at a time."
        assert listing.replacement_value is not None
        assert listing.replacement_value.amount == 89.5
        assert "SECRET-1" not in own.document
        assert "Private" not in own.document
        assert any("Weight class" in remark for remark in report.remarks)

    @pytest.mark.parametrize(
        ("row", "refused"),
        [
            ({"Loan fee": "2.50"}, True),
            ({"Loan fee": "0.00"}, False),
            ({"Loan fee": ""}, False),
            ({"Type": "stock", "Loan fee": "", "Value (RRP)": "4.00"}, True),
            ({"Type": "service", "Loan fee": "", "Value (RRP)": "25"}, True),
        ],
    )
    def test_a_fee_is_never_guessed_away(self, node: Node, row: dict[str, str], refused: bool) -> None:
        report = import_sheet(node, read(lend_engine(row)), LIBRARY)
        assert bool(report.refusals) is refused
        assert bool(listings(node)) is not refused
        assert any("free from end to end" in remark for remark in report.remarks)

    def test_an_empty_fee_is_said_to_be_the_usual_one(self) -> None:
        assert any("usual fee" in remark for remark in read(lend_engine({})).remarks)
        assert not any("usual fee" in remark for remark in read(lend_engine({"Loan fee": "0"})).remarks)

    def test_what_was_not_shown_there_is_not_shown_here(self, node: Node) -> None:
        assert counts(import_sheet(node, read(lend_engine({"Shown on website": ""})), LIBRARY)) == {"skipped": 1}
        assert listings(node) == []


API: dict[str, Any] = {
    "items": [
        {
            "id": "12",
            "name": "Cargo bike &#8222;Ida&#8220;",
            "url": "https://bikes.example/ida",
            "description": "<p>Two wheels</p><p>One box</p>",
            "ownerId": "",
            "projectId": "1",
            "image": "https://bikes.example/ida.jpg",
        },
        {"id": "13", "name": "Trailer", "url": "https://bikes.example/trailer", "description": ""},
    ],
    "locations": {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "properties": {
                    "id": "5",
                    "name": "Bakery",
                    "address": "Main Street 3, 04275 Leipzig",
                    "pickupInstructions": "Ring twice",
                },
                "geometry": {"type": "Point", "coordinates": [12.37, 51.31]},
            }
        ],
    },
    "availability": [{"itemId": "12", "locationId": "5", "start": "x", "end": "y"}],
}


class TestCommonsBooking:
    def test_its_api_gives_things_with_their_places(self, node: Node) -> None:
        report = import_sheet(node, read(orjson.dumps(API)), LIBRARY)
        assert counts(report) == {"added": 2}
        bike = next(own.listing() for own in listings(node) if own.key.endswith(".12"))
        assert (bike.title, bike.content_text) == ("Cargo bike „Ida“", "Two wheels\nOne box")
        assert bike.place == Place("Bakery", "Leipzig", "04275", "GB", 51.31, 12.37, 50)
        assert (bike.terms, bike.request_url) == ("Ring twice", "https://bikes.example/ida")
        assert bike.images == (Image("https://bikes.example/ida.jpg"),)

    def test_its_table_gives_each_thing_once_and_nobodys_name(self, node: Node) -> None:
        data = (
            f"{TIMEFRAMES}\n1;2;;Bookable;2026-12-01;Bakery;Ida;Anna;anna\n2;3;;Booking;2026-12-02;Bakery;Ida;Ben;ben\n"
        )
        data += "3;2;;Bookable;2026-12-01;Mill;Trailer;Anna;anna\n"
        sheet = read(data.encode())
        assert [row["title"] for row in cells(sheet)] == ["Ida", "Trailer"]
        assert counts(import_sheet(node, sheet, LIBRARY)) == {"added": 2}
        assert not any("Anna" in own.document or "ben" in own.document for own in listings(node))
        assert {own.listing().place.name for own in listings(node) if own.listing().place} == {"Bakery", "Mill"}  # type: ignore[union-attr]

    @pytest.mark.parametrize(
        ("document", "message"),
        [
            ({"last_updated": 1, "ttl": 60, "data": {"stations": []}}, "GBFS"),
            (API["locations"], "places, not things"),
        ],
    )
    def test_what_holds_nothing_to_borrow_says_where_to_look(self, document: Any, message: str) -> None:
        with pytest.raises(SpreadsheetError, match=message):
            read(orjson.dumps(document))


class TestFeeds:
    def test_a_plain_feed_gives_title_text_pictures_and_page(self, node: Node) -> None:
        item = {
            "id": "urn:a",
            "url": "https://a.example/1",
            "title": "Piano",
            "content_html": "<p>Black &amp; loud</p>",
        }
        item |= {"image": "https://a.example/1.jpg", "tags": ["music"], "language": "pl"}  # type: ignore[dict-item]
        feed = {
            "version": "https://jsonfeed.org/version/1.1",
            "title": "A",
            "items": [item, {"content_text": "Only words"}],
        }
        report = import_sheet(node, read(orjson.dumps(feed)), LIBRARY)
        assert counts(report) == {"added": 2}
        found = {own.listing().title: own.listing() for own in listings(node)}
        piano = found["Piano"]
        assert (piano.content_text, piano.tags, piano.language) == ("Black & loud", ("music",), "pl")
        assert (piano.request_url, piano.images) == ("https://a.example/1", (Image("https://a.example/1.jpg"),))
        assert "Only words" in found

    @pytest.mark.parametrize("price", [5, "5.00", {"price": 5}])
    def test_a_price_anywhere_in_an_item_refuses_it(self, node: Node, price: Any) -> None:
        feed = {"items": [{"id": "1", "title": "Chair", "_shop": {"price": price}}, {"id": "2", "title": "Table"}]}
        report = import_sheet(node, read(orjson.dumps(feed)), LIBRARY)
        assert counts(report) == {"added": 1}
        assert [refusal.row.number for refusal in report.refusals] == [1]

    def test_our_own_feed_and_downloads_come_back_as_they_were(self, node: Node) -> None:
        rich = {
            "terms": "Bring it back",
            "calendar_url": "https://a.example/c.ics",
            "tags": ("a;b", "shelf:4"),
            "language": None,
        }
        images = (Image("https://a.example/1;2.jpg", "A | B"), Image("https://a.example/3.jpg"))
        put_listings(node, [draft(node, "a", images=images, **rich), draft(node, "b", title="B  b", language="en")])
        put_listings(node, [draft(node, "gone", title="Gone")])
        withdraw(node, "riverside-school.gone")
        before = {own.key: (own.document, own.state) for own in listings(node)}
        with node.database.read() as tx:
            shown = list(catalogue.every_visible(tx, node.now))
        ndjson = b"\n".join(one.entry.item.encode() for one in shown)
        packed = b"".join(export(node, "riverside-school").pieces)
        feed = zipfile.ZipFile(io.BytesIO(packed)).read(export_zip.FEED)
        clock_of(node).pass_by(days=1)
        for data in (ndjson, packed, feed, b"[" + ndjson.replace(b"\n", b",") + b"]"):
            report = import_sheet(node, read(data), Options())
            assert not report.refusals
            assert {result.change for result in report.results} == {"unchanged"}
            assert {own.key: (own.document, own.state) for own in listings(node)} == before

    def test_the_table_for_download_comes_back_as_far_as_it_goes(self, node: Node) -> None:
        members = {
            "language": "en",
            "tags": ("oak",),
            "place": Place(None, "Stanground", "PE2", "GB", 52.5, -0.2, 500.0),
        }
        put_listings(node, [draft(node, "a", title="=A", content_text="Text", **members)])
        with node.database.read() as tx:
            records = [
                download_rows.CSV.piece(one, download_rows.record(one)) for one in catalogue.every_visible(tx, node.now)
            ]
        sheet = read(download_rows.CSV.begin + b"".join(records))
        report = import_sheet(node, sheet, Options())
        assert counts(report) == {"unchanged": 1}


def nested(depth: int) -> bytes:
    return b'{"items":[' + b"[" * depth + b"]" * depth + b"]}"


@pytest.mark.parametrize(
    "data",
    [
        b'{"items": [',
        b'{"items": []}',
        b"[{}",
        b'{"a": 1}',
        b'[["a"]]',
        nested(5000),
        b'{"items":[' + b"[]," * 700_000 + b"[]]}",
        b'{"items":["' + b"a" * 100 + b'"]}',
        b'{"a":1}\n{"b":',
        b'{"items":[\xff]}',
    ],
)
def test_hostile_or_broken_json_is_refused_in_a_sentence(data: bytes) -> None:
    with pytest.raises(SpreadsheetError) as caught:
        read(data)
    assert str(caught.value).endswith("Nothing was changed.")


@pytest.mark.parametrize(
    "item",
    [
        {"_sharefeed": {"direction": 5, "organisation": "x", "images": {"a": 1}, "quantity": []}},
        {"id": ["x"], "title": {"a": 1}, "tags": [[1]], "_sharefeed": {}},
        {"id": "x", "title": "T", "_sharefeed": {"organisation": {"name": 5}, "expires": "soon", "kind": "item"}},
        {"id": "1", "title": "T" * 300, "attachments": [5, {"mime_type": 3}], "image": 7},
    ],
)
def test_an_item_of_any_shape_is_a_row_that_says_what_is_wrong(node: Node, item: dict[str, Any]) -> None:
    report = import_sheet(node, read(orjson.dumps({"items": [item]})), LIBRARY)
    assert len(report.refusals) == 1
    assert listings(node) == []


def test_an_export_that_unpacks_to_far_too_much_is_refused() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(export_zip.FEED, b" " * (21 * 2**20))
        archive.writestr(export_zip.MANIFEST, b"{}")
    with pytest.raises(SpreadsheetError, match="more than can be imported"):
        read(out.getvalue())
