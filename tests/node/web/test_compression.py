"""What goes over the wire under gzip, and what must not."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest
from lxml import html

from tests.node.web.aggregator import Browser

GZIP = {"Accept-Encoding": "gzip, br"}


@pytest.fixture
def browser(tmp_path: Path) -> Browser:
    return Browser(tmp_path / "home")


@pytest.mark.parametrize("path", ["/", "/search?q=desk", "/sources", "/how-it-works", "/nowhere-at-all"])
def test_pages_are_compressed_for_who_takes_it(browser: Browser, path: str) -> None:
    plain, packed = browser.client.get(path), browser.client.get(path, headers=GZIP)
    assert "Content-Encoding" not in plain.headers
    assert "Accept-Encoding" in plain.headers["Vary"]
    if plain.status_code != 200:
        assert "Content-Encoding" not in packed.headers
        return
    assert packed.headers["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in packed.headers["Vary"]
    assert gzip.decompress(packed.data) == plain.data
    assert int(packed.headers["Content-Length"]) == len(packed.data) < len(plain.data) / 2


def test_head_says_what_get_would(browser: Browser) -> None:
    head, get = (ask("/how-it-works", headers=GZIP) for ask in (browser.client.head, browser.client.get))
    assert head.data == b""
    assert head.headers["Content-Length"] == get.headers["Content-Length"]


def test_a_page_with_a_form_s_token_is_not_compressed(browser: Browser) -> None:
    answer = browser.client.get("/sources/propose", headers=GZIP)
    assert html.fromstring(answer.text).xpath("//input[@name='csrf_token']")
    assert "Content-Encoding" not in answer.headers


def test_who_refuses_gzip_gets_none(browser: Browser) -> None:
    assert "Content-Encoding" not in browser.client.get("/", headers={"Accept-Encoding": "gzip;q=0, *;q=0"}).headers


def static(browser: Browser, end: str) -> str:
    tree = html.fromstring(browser.text("/"))
    return next(link for link in tree.xpath("//@href | //@src") if end in link)


def test_static_files_are_compressed_and_kept(browser: Browser) -> None:
    path = static(browser, "css/base.css")
    plain, packed = browser.client.get(path), browser.client.get(path, headers=GZIP)
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.data) == plain.data
    assert plain.headers["ETag"] != packed.headers["ETag"]
    assert "immutable" in packed.headers["Cache-Control"]
    again = browser.client.get(path, headers={**GZIP, "If-None-Match": packed.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


def test_a_part_of_a_file_is_a_part_of_the_file(browser: Browser) -> None:
    answer = browser.client.get(static(browser, "css/base.css"), headers={**GZIP, "Range": "bytes=0-9"})
    assert (answer.status_code, len(answer.data)) == (206, 10)
    assert "Content-Encoding" not in answer.headers


def test_pictures_are_left_as_they_are(browser: Browser) -> None:
    assert (
        "Content-Encoding" not in browser.client.get("/static/vendor/leaflet/images/layers.png", headers=GZIP).headers
    )
