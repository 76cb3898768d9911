"""A site without a server: its feeds are as good as a node's, its dates honest, its files the same each time."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

import pytest
from lxml import html

from node.services.file_formats.reading import read
from node.services.file_formats.spreadsheet import Sheet, SheetRow
from node.services.importing.row_values import Defaults
from node.services.importing.rows import read_table
from node.services.pictures.shelf import Shelf
from node.services.syndication import static_site
from node.services.syndication.static_site import StaticSite, StaticSiteError
from node.settings import Settings
from node.web.static_pages import render
from schemas import atom_feed, json_feed
from schemas.canonical import EXTENSION, contribution, digest_hex, listing_hash
from schemas.listing import load_listing
from schemas.node_document import load_node_document
from schemas.strict_json import loads

LISTINGS = Path(__file__).parents[4] / "bench" / "data" / "listings.csv"
URL = "https://example.org/free/"
MORNING = datetime(2026, 11, 22, 8, 30, tzinfo=UTC)
Row = dict[str, Any]


def desk(ref: str, **cells: Any) -> Row:
    return {"id": ref, "title": f"Desk {ref}", "organisation": "Ferry Club", **cells}


def sheet_of(*rows: Row) -> Sheet:
    headings = tuple(dict.fromkeys(name for row in rows for name in row))
    cells = [tuple(row.get(name) for name in headings) for row in rows]
    return Sheet(headings, tuple(SheetRow(n, c) for n, c in enumerate(cells, start=2)))


def publish(folder: Path, sheet: Sheet, now: datetime = MORNING, url: str = URL) -> StaticSite:
    settings = Settings(folder, {"node_url": url, "node_name": "Ferry Club"})
    table = read_table(sheet, Defaults(now))
    memory = static_site.remembered(folder, settings.url)
    site = static_site.assemble(table, memory, settings, now, Shelf(None, folder / "media", settings.url + "media/"))
    static_site.write(site, render, folder, memory)
    return site


def changes(site: StaticSite) -> dict[str, int]:
    return {change: count for change, count in site.changes.items() if count}


def files(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def items(folder: Path) -> dict[str, dict[str, Any]]:
    page = json_feed.decode((folder / "feed.json").read_bytes())
    return {item["id"].rpartition(".")[2]: item for item in page.items}


def test_the_feed_is_complete_and_every_item_valid_with_its_hash(tmp_path: Path) -> None:
    site = publish(tmp_path, read(LISTINGS.read_bytes()))
    page = json_feed.decode((tmp_path / "feed.json").read_bytes())
    kept = 260 - len(site.refusals)
    assert page.head is not None
    assert 200 < kept < 240, "the adverts among them are refused"
    assert (page.head.complete, page.head.count, page.head.node, page.problems) == (True, kept, URL, ())
    for item in page.items:
        load_listing(item)
        assert item[EXTENSION]["hash"] == listing_hash(item)
    total = sum(contribution(item["id"], listing_hash(item)) for item in page.items)
    assert page.head.digest == digest_hex(total)


def test_atom_says_the_same(tmp_path: Path) -> None:
    publish(tmp_path, read(LISTINGS.read_bytes()))
    page = json_feed.decode((tmp_path / "feed.json").read_bytes())
    atom = atom_feed.decode((tmp_path / "feed.atom").read_bytes())
    assert atom.items == page.items
    assert atom.head == page.head


def test_the_node_document_names_feeds_and_organisations(tmp_path: Path) -> None:
    publish(tmp_path, sheet_of(desk("1"), desk("2", organisation="Abbey School", organisation_type="school")))
    document = load_node_document(loads((tmp_path / ".well-known" / "sharefeed.json").read_bytes()))
    assert (document.id, document.name, document.licence) == (URL, "Ferry Club", "CC0-1.0")
    assert (document.feeds.json, document.feeds.atom) == (URL + "feed.json", URL + "feed.atom")
    assert document.feeds.changes is None
    assert [(o.name, o.type) for o in document.organisations] == [
        ("Abbey School", "school"),
        ("Ferry Club", "community_group"),
    ]


def test_the_same_file_makes_the_same_bytes_all_day(tmp_path: Path) -> None:
    sheet = read(LISTINGS.read_bytes())
    publish(tmp_path / "one", sheet)
    first = files(tmp_path / "one")
    publish(tmp_path / "one", sheet, MORNING + timedelta(hours=9))
    publish(tmp_path / "two", sheet, MORNING + timedelta(hours=5))
    assert files(tmp_path / "one") == files(tmp_path / "two") == first


def test_only_what_changed_has_a_new_date(tmp_path: Path) -> None:
    publish(tmp_path, sheet_of(desk("1"), desk("2")))
    before = items(tmp_path)
    later = MORNING + timedelta(days=3)
    site = publish(tmp_path, sheet_of(desk("1"), desk("2", title="Better"), desk("3")), later)
    after = items(tmp_path)
    assert changes(site) == {"added": 1, "changed": 1, "unchanged": 1}
    assert after["1"] == before["1"]
    assert after["2"]["date_modified"] == after["3"]["date_modified"] == "2026-11-25T08:30:00Z"
    assert after["2"]["date_published"] == before["2"]["date_published"] == "2026-11-22T00:00:00Z"
    assert list(after) == ["2", "3", "1"]


def test_a_page_goes_with_its_listing_and_nothing_else_does(tmp_path: Path) -> None:
    publish(tmp_path, sheet_of(desk("1"), desk("2", organisation="Abbey School")))
    (tmp_path / "listings" / "mine.html").write_text("kept")
    (tmp_path / "about.html").write_text("kept")
    site = publish(tmp_path, sheet_of(desk("1")))
    assert changes(site) == {"unchanged": 1, "removed": 1}
    left = files(tmp_path)
    assert "listings/ferry-club.1.html" in left
    assert not [name for name in left if "abbey-school" in name]
    assert left["listings/mine.html"] == left["about.html"] == b"kept"


def test_rows_that_are_over_are_not_published(tmp_path: Path) -> None:
    publish(tmp_path, sheet_of(desk("1"), desk("2"), desk("3", expires="+1d")))
    publish(
        tmp_path, sheet_of(desk("1"), desk("2", status="gone"), desk("3", expires="2026-11-23")), MORNING + 5 * _DAY
    )
    assert list(items(tmp_path)) == ["1"]


_DAY = timedelta(days=1)


def test_the_last_good_version_of_a_bad_row_stays_until_it_ends(tmp_path: Path) -> None:
    publish(tmp_path, sheet_of(desk("1"), desk("2", expires="+9d")))
    before = items(tmp_path)
    bad = sheet_of(desk("1", quantity="x"), desk("2", quantity="x"))
    site = publish(tmp_path, bad, MORNING + 3 * _DAY)
    assert changes(site) == {"kept": 2}
    assert items(tmp_path) == before
    publish(tmp_path, bad, MORNING + 20 * _DAY)
    assert list(items(tmp_path)) == ["1"]


def test_a_listing_available_for_years_keeps_its_date_for_months(tmp_path: Path) -> None:
    sheet = sheet_of(desk("1", available_until="2031-01-01"))
    publish(tmp_path, sheet)
    for days in (1, 100):
        assert changes(publish(tmp_path, sheet, MORNING + days * _DAY)) == {"unchanged": 1}
    assert changes(publish(tmp_path, sheet, MORNING + 250 * _DAY)) == {"changed": 1}


@pytest.mark.parametrize("url", [URL, "https://example.org/", "http://127.0.0.1:8099/a/b/"])
def test_every_link_of_every_page_leads_to_a_file_of_the_site(tmp_path: Path, url: str) -> None:
    publish(tmp_path, sheet_of(*(desk(str(n), direction="want" if n % 9 == 0 else "") for n in range(130))), url=url)
    known = files(tmp_path)
    root = urlsplit(url).path
    pages = [name for name in known if name.endswith(".html")]
    assert {"index.html", "page-2.html", "page-3.html", "organisations/ferry-club.html"} <= set(pages)
    for name in pages:
        tree = html.fromstring(known[name].decode())
        for link in {*tree.xpath("//@href"), *tree.xpath("//@src")} - {""}:
            target = urlsplit(urljoin(url + name, link))
            if target.netloc != urlsplit(url).netloc or link.startswith("#"):
                continue
            assert target.path.startswith(root), (name, link)
            assert (target.path.removeprefix(root) or "index.html") in known, (name, link)


def test_the_front_page_shrinks_with_the_list(tmp_path: Path) -> None:
    publish(tmp_path, sheet_of(*(desk(str(n)) for n in range(130))))
    publish(tmp_path, sheet_of(*(desk(str(n)) for n in range(61))))
    assert {name for name in files(tmp_path) if name.startswith("page-")} == {"page-2.html"}


def test_pages_say_where_the_node_document_and_the_feeds_are(tmp_path: Path) -> None:
    publish(tmp_path, sheet_of(desk("1", description="</script><script>alert(1)</script>", language="pl")))
    for name in ("index.html", "listings/ferry-club.1.html", "organisations/ferry-club.html"):
        tree = html.fromstring((tmp_path / name).read_text(encoding="utf-8"))
        assert tree.xpath("//link[@rel='sharefeed']/@href") == ["/free/.well-known/sharefeed.json"]
        assert "/free/feed.json" in tree.xpath("//link[@rel='alternate']/@href")
    assert tree.xpath("//link[@rel='canonical']/@href") == [URL + "organisations/ferry-club.html"]
    listing = html.fromstring((tmp_path / "listings/ferry-club.1.html").read_text(encoding="utf-8"))
    document = json.loads(listing.xpath("string(//script[@type='application/ld+json'])"))
    assert (document["price"], document["url"]) == (0, URL + "listings/ferry-club.1.html")
    assert listing.xpath("//h1/@lang") == ["pl"]
    assert not [text for text in listing.xpath("//script/text()") if "alert" in text and "context" not in text]


def test_the_address_of_an_item_is_its_page(tmp_path: Path) -> None:
    publish(tmp_path, sheet_of(desk("1")))
    item = items(tmp_path)["1"]
    assert (item["id"], item["url"]) == (URL + "listings/ferry-club.1", URL + "listings/ferry-club.1.html")


def test_a_feed_that_no_reader_would_take_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    publish(tmp_path, sheet_of(desk("1")))
    before = files(tmp_path)
    with pytest.raises(StaticSiteError, match="5 MiB"):
        publish(tmp_path, sheet_of(*(desk(str(n), description="x" * 9_900) for n in range(600))))
    assert files(tmp_path) == before


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"{", id="not JSON"),
        pytest.param(b'{"version": "https://jsonfeed.org/version/1.1", "items": [{"id": "x"}]}', id="not our listings"),
    ],
)
def test_a_folder_with_another_feed_in_it_is_left_alone(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "feed.json").write_bytes(content)
    with pytest.raises(StaticSiteError, match="Move it away"):
        publish(tmp_path, sheet_of(desk("1")))
    assert files(tmp_path) == {"feed.json": content}


def test_at_another_address_everything_begins_anew(tmp_path: Path) -> None:
    publish(tmp_path, sheet_of(desk("1"), desk("2")))
    site = publish(tmp_path, sheet_of(desk("1")), MORNING + _DAY, "https://example.com/")
    assert changes(site) == {"added": 1}
    assert items(tmp_path)["1"]["id"].startswith("https://example.com/")


def test_a_list_with_nothing_in_it_is_an_honest_empty_site(tmp_path: Path) -> None:
    publish(tmp_path, sheet_of({"title": None}))
    page = json_feed.decode((tmp_path / "feed.json").read_bytes())
    assert page.items == ()
    assert page.head is not None
    assert (page.head.complete, page.head.count) == (True, 0)
    assert re.search("Nothing is on the board", (tmp_path / "index.html").read_text(encoding="utf-8"))
