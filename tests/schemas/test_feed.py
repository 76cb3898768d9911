"""Telling documents apart by their content, and reading plain RSS and Atom of unknown make."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest

from schemas import atom_feed, feed, json_feed, plain_feed, plain_xml
from schemas.errors import DocumentError
from schemas.page import Page, with_hash
from tests.schemas.made import HEAD, NODE, desk_item

ITEM = with_hash(desk_item())
PAGE = Page(format="json", title="Park", items=(ITEM,), head=HEAD, feed_url=NODE + "feed")
OWN_JSON = json_feed.encode(PAGE, [json_feed.encode_item(ITEM)])
OWN_ATOM = atom_feed.encode(PAGE)
ATOM = b"<feed xmlns='http://www.w3.org/2005/Atom'><title>Park</title><entry><id>x:1</id><title>Desk</title></entry></feed>"
RSS = b"<rss version='2.0'><channel><title>Park</title><item><guid>1</guid><title>Desk</title></item></channel></rss>"
RSS_091 = b"""<!DOCTYPE rss PUBLIC "-//Netscape Communications//DTD RSS 0.91//EN"
 "http://my.netscape.com/publish/formats/rss-0.91.dtd"><rss version='0.91'><channel><title>Park</title>
 <item><title>Desk</title><link>https://a.example/1</link></item></channel></rss>"""
RDF = b"""<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/">
 <channel><title>Park</title></channel><item rdf:about="x:1"><title>Desk</title></item></rdf:RDF>"""


@pytest.mark.parametrize(
    ("data", "format_", "has_head"),
    [
        pytest.param(OWN_JSON, "json", True, id="our JSON Feed"),
        pytest.param(OWN_ATOM, "atom", True, id="our Atom"),
        pytest.param(
            OWN_ATOM.decode().replace("UTF-8", "UTF-16").encode("utf-16"), "atom", True, id="our Atom in UTF-16"
        ),
        pytest.param(b'{"version":"https://jsonfeed.org/version/1","items":[{}]}', "json", False, id="plain JSON Feed"),
        pytest.param(b"\xef\xbb\xbf \n" + OWN_JSON, "json", True, id="JSON behind a mark and white space"),
        pytest.param(ATOM, "atom", False, id="plain Atom"),
        pytest.param(RSS, "rss", False, id="RSS"),
        pytest.param(b"\n\n<!-- cached -->" + RSS, "rss", False, id="RSS behind a comment"),
        pytest.param(RSS_091, "rss", False, id="RSS 0.91 with its DOCTYPE"),
        pytest.param(RDF, "rss", False, id="RSS 1.0"),
    ],
)
@pytest.mark.parametrize("media_type", [None, "text/html", "application/json", "nonsense"])
def test_the_content_says_what_a_document_is(data: bytes, format_: str, has_head: bool, media_type: str | None) -> None:
    page = feed.decode(data, media_type)
    assert (page.format, page.head is not None, len(page.items)) == (format_, has_head, 1)


def test_our_own_formats_carry_the_same_items() -> None:
    assert feed.decode(OWN_JSON).items == feed.decode(OWN_ATOM).items == (ITEM,)
    assert feed.decode(OWN_JSON).head == feed.decode(OWN_ATOM).head == HEAD


@pytest.mark.parametrize(
    ("data", "words"),
    [
        pytest.param(b"", "empty", id="nothing"),
        pytest.param(b" \r\n\xef\xbb\xbf", "empty", id="white space"),
        pytest.param(b"<!DOCTYPE html><html><title>Park</title></html>", "web page", id="web page"),
        pytest.param(b"<!doctype HTML>\n<p>Park", "web page", id="web page without html element"),
        pytest.param(b"<html xmlns='http://www.w3.org/1999/xhtml'/>", "web page", id="XHTML"),
        pytest.param(b"<p>Park", "begins with p", id="piece of a web page"),
        pytest.param(b"<urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'/>", "urlset", id="sitemap"),
        pytest.param(b"title,kind,category\nDesk,item,furniture\n", "CSV", id="CSV"),
        pytest.param(b"title;kind;category\r\nDesk;item;furniture", "CSV", id="CSV with semicolons"),
        pytest.param(b"PK\x03\x04rest", "spreadsheet", id="XLSX"),
        pytest.param(b"\xd0\xcf\x11\xe0rest", "office document", id="XLS"),
        pytest.param(b"%PDF-1.7", "PDF", id="PDF"),
        pytest.param(b"\x1f\x8brest", "compressed", id="gzip"),
        pytest.param(b"\x89PNG\r\n", "picture", id="picture"),
        pytest.param(b"Hello", "neither JSON Feed, Atom nor RSS", id="text"),
        pytest.param(b"<", "no feed|cannot be read as a feed", id="one sign"),
        pytest.param(b'{"sharefeed": "1.0", "id": "https://a.example/"}', "node document", id="node document"),
        pytest.param(b'{"items": []}', "version", id="JSON without a version"),
        pytest.param(b"[1]", "an object", id="JSON list"),
    ],
)
def test_what_is_no_feed_is_told_apart(data: bytes, words: str) -> None:
    with pytest.raises(DocumentError, match=words) as caught:
        feed.decode(data)
    assert [problem.code for problem in caught.value.problems] == ["not-a-feed"]


@pytest.mark.parametrize(
    ("data", "code", "line"),
    [
        pytest.param(OWN_JSON[:-3], "malformed-json", 1, id="JSON cut off"),
        pytest.param(OWN_ATOM[:-30], "malformed-xml", 3, id="our Atom cut off"),
        pytest.param(b"<!DOCTYPE r [<!ENTITY a 'a'>]><rss/>", "doctype", 1, id="entities in RSS"),
        pytest.param(RSS.replace(b"Desk", b"&#38;" * (plain_xml.MAX_ENTITIES + 1)), "too-large", None, id="entities"),
        pytest.param(RSS.replace(b"Desk", b"<a/>" * plain_xml.MAX_ELEMENTS), "too-large", None, id="elements"),
    ],
)
def test_a_damaged_or_hostile_document_is_refused(data: bytes, code: str, line: int | None) -> None:
    with pytest.raises(DocumentError) as caught:
        feed.decode(data)
    assert [(problem.code, problem.line) for problem in caught.value.problems] == [(code, line)]


def rss_item(inside: str, root: str = "") -> dict[str, Any]:
    """The item of an RSS feed whose one entry holds ``inside``."""
    namespaces = """xmlns:content='http://purl.org/rss/1.0/modules/content/' xmlns:media='http://search.yahoo.com/mrss/'
      xmlns:georss='http://www.georss.org/georss' xmlns:geo='http://www.w3.org/2003/01/geo/wgs84_pos#'
      xmlns:dc='http://purl.org/dc/elements/1.1/'"""
    entry = f"<item><guid isPermaLink='false'>x:1</guid>{inside}</item>"
    document = f"<rss version='2.0' {namespaces}><channel>{root}{entry}</channel></rss>"
    item: dict[str, Any] = plain_feed.decode(document.encode()).items[0]
    return {name: value for name, value in item.items() if name != "id"}


@pytest.mark.parametrize(
    ("inside", "expected"),
    [
        pytest.param("<title>A &amp; B</title>", {"title": "A & B"}, id="title"),
        pytest.param("<title>A &amp;lt;b&amp;gt; B</title>", {"title": "A <b> B"}, id="title about markup"),
        pytest.param("<link>https://a.example/1</link>", {"url": "https://a.example/1"}, id="link"),
        pytest.param("<description>Two kettles</description>", {"content_html": "Two kettles"}, id="text"),
        pytest.param("<description>&lt;p>Two&lt;/p></description>", {"content_html": "<p>Two</p>"}, id="markup"),
        pytest.param(
            "<description>Short</description><content:encoded><![CDATA[<p>Long</p>]]></content:encoded>",
            {"content_html": "<p>Long</p>"},
            id="content before summary",
        ),
        pytest.param(
            "<pubDate>Fri, 20 Nov 2026 11:00:00 +0100</pubDate>", {"date_published": "2026-11-20T10:00:00Z"}, id="date"
        ),
        pytest.param("<pubDate>soon</pubDate>", {}, id="no date"),
        pytest.param(
            "<category>a</category><category>b</category><category>a</category>", {"tags": ["a", "b"]}, id="tags"
        ),
        pytest.param(
            "<enclosure url='https://a.example/1.jpg' type='image/jpeg' length='1'/>",
            {"image": "https://a.example/1.jpg"},
            id="picture",
        ),
        pytest.param(
            "<media:thumbnail url='https://a.example/t.jpg'/>", {"image": "https://a.example/t.jpg"}, id="thumbnail"
        ),
        pytest.param(
            "<media:content medium='image' url='https://a.example/m.jpg'/>",
            {"image": "https://a.example/m.jpg"},
            id="media",
        ),
        pytest.param(
            "<enclosure url='https://a.example/1.mp3' type='audio/mpeg' length='1'/>",
            {"attachments": [{"url": "https://a.example/1.mp3", "mime_type": "audio/mpeg"}]},
            id="attachment",
        ),
        pytest.param(
            "<georss:point>52.57 -0.24</georss:point>",
            {"_sharefeed": {"place": {"lat": 52.57, "lon": -0.24}}},
            id="GeoRSS",
        ),
        pytest.param(
            "<geo:lat>52.57</geo:lat><geo:long>-0.24</geo:long>",
            {"_sharefeed": {"place": {"lat": 52.57, "lon": -0.24}}},
            id="W3C geo",
        ),
        pytest.param("<georss:line>1 2 3 4</georss:line>", {}, id="a line is no point"),
        pytest.param("<georss:point>here</georss:point>", {}, id="no point"),
        pytest.param("<dc:creator>Park</dc:creator>", {"authors": [{"name": "Park"}]}, id="author"),
        pytest.param("<price>5</price>", {"_xml": {"": {"price": "5"}}}, id="price"),
    ],
)
def test_an_rss_entry_is_read(inside: str, expected: dict[str, Any]) -> None:
    item = rss_item(inside)
    assert item == expected


def test_the_channels_language_is_that_of_its_entries() -> None:
    assert rss_item("<title>Stół</title>", "<language>pl</language>")["language"] == "pl"


def test_the_channel_is_read() -> None:
    page = plain_feed.decode(
        b"<rss version='2.0' xmlns:a='http://www.w3.org/2005/Atom'><channel><title>Park &amp;amp; hall</title>"
        b"<link>https://a.example/</link><description>What we give</description><language>en-gb</language>"
        b"<a:link rel='self' href='https://a.example/feed'/><a:link rel='next' href='https://a.example/feed?2'/>"
        b"</channel></rss>"
    )
    assert page == Page(
        format="rss",
        title="Park & hall",
        home_page_url="https://a.example/",
        feed_url="https://a.example/feed",
        next_url="https://a.example/feed?2",
        description="What we give",
        language="en-gb",
    )


@pytest.mark.parametrize(
    ("before", "after", "title"),
    [
        pytest.param(b"Desk", b"Desk & chair", "Desk & chair", id="bare ampersand"),
        pytest.param(b"Desk", b"Caf&eacute;&nbsp;&notanentity;", "Café\xa0&notanentity;", id="entities of HTML"),
        pytest.param(b"Desk", b"Caf\xe9", "Café", id="Windows-1252"),
        pytest.param(b"Desk", b"De\x00s\x0bk", "De s k", id="control characters"),
        pytest.param(b"Desk</title>", b"Desk</ttle>", "Desk", id="mismatched tags"),
        pytest.param(b"</item></channel></rss>", b"", "Desk", id="cut off"),
        pytest.param(b"<rss", b"\n\n<?xml version='1.0'?><rss", "Desk", id="declaration that comes late"),
        pytest.param(b"<rss", b"<?xml version='1.0' encoding='klingon'?><rss", "Desk", id="unknown encoding"),
    ],
)
def test_what_is_not_quite_xml_is_read_all_the_same(before: bytes, after: bytes, title: str) -> None:
    assert before in RSS
    assert feed.decode(RSS.replace(before, after)).items[0]["title"] == title


def test_the_answers_charset_helps_where_the_bytes_are_not_what_they_say() -> None:
    data = RSS.replace(b"Desk", "Стол".encode("koi8-r"))
    assert feed.decode(data, "application/rss+xml; charset=koi8-r").items[0]["title"] == "Стол"


def test_relative_addresses_are_resolved_where_the_feed_was_found() -> None:
    data = RSS.replace(b"<guid>1</guid>", b"<link>/posts/1</link>")
    assert feed.decode(data, None, "https://a.example/feed").items[0]["url"] == "https://a.example/posts/1"


def test_a_long_feed_is_read_up_to_a_point_and_says_so() -> None:
    many = b"".join(b"<item><guid>x:%d</guid><title>t</title></item>" % number for number in range(2100))
    page = feed.decode(RSS.replace(b"<item>", many + b"<item>", 1))
    assert len(page.items) == plain_xml.MAX_ENTRIES
    assert [problem.code for problem in page.problems] == ["too-many"]


def test_bytes_that_name_a_file_do_not_open_it(tmp_path: Any) -> None:
    path = tmp_path / "secret.xml"
    path.write_bytes(RSS)
    with pytest.raises(DocumentError):
        plain_feed.decode(str(path).encode())


def test_the_same_bytes_are_the_same_items() -> None:
    assert json.dumps(feed.decode(RSS).items) == json.dumps(feed.decode(RSS).items)


def test_a_publisher_does_not_load_what_only_readers_of_xml_need() -> None:
    """A node that serves its own feeds is to stay small, and to be there at once."""
    heavy = ["lxml", "feedgen", "feedparser", "requests", "nh3"]
    ours = "schemas.feed, schemas.atom_feed, federation.plain"
    code = f"import sys, {ours}; print([name for name in {heavy} if name in sys.modules])"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"
