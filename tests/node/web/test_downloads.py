"""The whole catalogue as files: each holds what is shown, and they fit together."""

from __future__ import annotations

import codecs
import csv
import gzip
import hashlib
import io
import json
import re
from pathlib import Path
from typing import Any

import pytest
from lxml import html
from werkzeug.test import TestResponse

from tests.fakes.publisher import clock_of
from tests.fakes.sites import item
from tests.node.web.aggregator import Browser, follow, send

NAMES = ["listings.csv", "listings.geojson", "listings.ndjson"]
PLACE = {"locality": "Eye", "lat": 52.6, "lon": -0.19}


@pytest.fixture
def browser(tmp_path: Path) -> Browser:
    made = Browser(tmp_path / "home")
    marked = {"content_html": "<p>Tea &amp; <b>cake</b></p><script>alert(1)</script>"}
    risky = {"title": "=HYPERLINK(1)", "tags": ["a", "b"]}
    items = [item("desk", place=PLACE), {**item("risk"), **risky}, {**item("tea"), **marked}]
    send(made.node, follow(made.node), items)
    return made


def get(browser: Browser, name: str, **headers: str) -> TestResponse:
    return browser.client.get(f"/downloads/{name}", headers=headers)


def table(browser: Browser) -> dict[str, dict[str, str]]:
    rows = csv.DictReader(io.StringIO(get(browser, "listings.csv").data.decode("utf-8-sig")))
    return {row["id"].rpartition("/")[2]: row for row in rows}


def test_the_table_holds_what_is_shown(browser: Browser) -> None:
    rows = table(browser)
    assert set(rows) == {"desk", "risk", "tea"}
    assert (rows["desk"]["lat"], rows["desk"]["lon"], rows["desk"]["locality"]) == ("52.6", "-0.19", "Eye")
    assert rows["desk"]["quantity"] == "1"
    assert rows["risk"]["title"] == "'=HYPERLINK(1)"
    assert rows["risk"]["tags"] == "a;b"
    assert rows["tea"]["description"] == "Tea & cake"


def test_the_points_are_geojson(browser: Browser) -> None:
    document = json.loads(get(browser, "listings.geojson").data)
    assert document["type"] == "FeatureCollection"
    shapes = {one["id"].rpartition("/")[2]: one["geometry"] for one in document["features"]}
    assert shapes == {"desk": {"type": "Point", "coordinates": [-0.19, 52.6]}, "risk": None, "tea": None}


def test_the_lines_are_the_items_as_published(browser: Browser) -> None:
    lines = [json.loads(line) for line in get(browser, "listings.ndjson").data.splitlines()]
    assert [line["id"].rpartition("/")[2] for line in lines] == ["desk", "risk", "tea"]
    assert all(line["_sharefeed"]["hash"] and line["_sharefeed"]["via"] for line in lines)


@pytest.mark.parametrize("name", NAMES)
def test_the_descriptor_says_what_each_file_holds(browser: Browser, name: str) -> None:
    descriptor = json.loads(get(browser, "datapackage.json").data)
    [resource] = [one for one in descriptor["resources"] if one["path"] == name]
    body = get(browser, name).data
    assert resource["bytes"] == len(body)
    assert resource["hash"] == f"sha256:{hashlib.sha256(body).hexdigest()}"
    assert descriptor["licenses"][0]["name"] == "CC0-1.0"


def test_a_spreadsheet_program_sees_that_the_table_is_utf_8(browser: Browser) -> None:
    assert get(browser, "listings.csv").data.startswith(codecs.BOM_UTF8 + b"id,")


def test_the_descriptor_names_the_columns_of_the_table(browser: Browser) -> None:
    resources = json.loads(get(browser, "datapackage.json").data)["resources"]
    [fields] = [one["schema"]["fields"] for one in resources if one["path"] == "listings.csv"]
    header = get(browser, "listings.csv").data.decode("utf-8-sig").splitlines()[0]
    assert [field["name"] for field in fields] == header.split(",")


@pytest.mark.parametrize("name", NAMES)
def test_a_file_goes_out_compressed_and_is_not_sent_twice(browser: Browser, name: str) -> None:
    plain = get(browser, name)
    packed = get(browser, name, **{"Accept-Encoding": "gzip"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.data) == plain.data
    for first, encoding in ((plain, "identity"), (packed, "gzip")):
        again = get(browser, name, **{"Accept-Encoding": encoding, "If-None-Match": first.headers["ETag"]})
        assert (again.status_code, again.data) == (304, b"")


def test_an_interrupted_download_goes_on(browser: Browser) -> None:
    whole = get(browser, "listings.ndjson", **{"Accept-Encoding": "gzip"})
    rest = get(browser, "listings.ndjson", **{"Accept-Encoding": "gzip", "Range": "bytes=10-"})
    assert rest.status_code == 206
    assert rest.data == whole.data[10:]


def test_new_listings_are_in_the_next_edition(browser: Browser) -> None:
    assert len(table(browser)) == 3
    [source] = _sources(browser)
    send(browser.node, source, [item("desk"), item("chair")])
    assert len(table(browser)) == 3
    clock_of(browser.node).pass_by(minutes=16)
    assert set(table(browser)) == {"desk", "chair"}


def test_what_has_ended_is_in_none(browser: Browser) -> None:
    clock_of(browser.node).pass_by(days=400)
    assert table(browser) == {}
    assert json.loads(get(browser, "listings.geojson").data)["features"] == []


def test_earlier_editions_are_removed(browser: Browser) -> None:
    [source] = _sources(browser)
    for number in range(4):
        send(browser.node, source, [item(f"a{number}")])
        clock_of(browser.node).pass_by(minutes=16)
        assert set(table(browser)) == {f"a{number}"}
    folders = [path for path in (browser.node.settings.home / "downloads").iterdir() if path.is_dir()]
    assert len(folders) == 2


@pytest.mark.parametrize("name", ["state.json", "listings.csv.gz", "other.csv"])
def test_nothing_else_is_handed_out(browser: Browser, name: str) -> None:
    assert get(browser, name).status_code == 404


def test_a_spoilt_state_is_made_anew(browser: Browser) -> None:
    assert len(table(browser)) == 3
    (browser.node.settings.home / "downloads" / "state.json").write_text("{")
    assert len(table(browser)) == 3


def _sources(browser: Browser) -> list[Any]:
    from node.services.aggregating import sources

    return [health.source for health in sources.health(browser.node)]


def test_the_page_leads_to_the_files_with_their_size_day_and_licence(browser: Browser) -> None:
    front = html.fromstring(browser.text("/"))
    assert front.xpath("//footer//a[@href='/downloads/']")
    tree = html.fromstring(browser.text("/downloads/"))
    for name in NAMES:
        [link] = tree.xpath(f"//main//a[@href='/downloads/{name}']")
        assert re.search(r"\(\d[\d,.]* (bytes|kB)\)", link.getparent().text_content())
    said = " ".join(tree.get_element_by_id("main").text_content().split())
    assert "3 listings" in said
    assert "Share, listings as of 1 December, https://share.example.org/, Creative Commons Zero" in said
    assert tree.xpath("//main//a[starts-with(@href, 'https://creativecommons.org/publicdomain/zero/')]")
    assert browser.get("/downloads").status_code == 308
