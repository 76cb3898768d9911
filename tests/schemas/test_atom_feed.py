"""The Atom codec: equal to JSON Feed in what it carries, readable by others, strict with what it reads."""

from __future__ import annotations

import io
import math
import time
from dataclasses import replace
from typing import Any

import feedparser
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from schemas import atom_feed
from schemas.errors import DocumentError
from schemas.listing import dump_listing, load_listing
from schemas.page import Page, with_hash
from tests.schemas.made import DESK, HEAD, NODE, desk_item, listings, raw_items
from tests.thorough import examples

ATOM = "{http://www.w3.org/2005/Atom}"


def page_of(*items: Any, **changes: Any) -> Page:
    page = Page(
        format="atom",
        title="Gladstone Park",
        items=items,
        head=HEAD,
        home_page_url=NODE,
        feed_url=NODE + "feed.atom",
        author="Gladstone Park",
        language="en",
        description="What we give and lend.",
    )
    return replace(page, **changes)


def test_a_whole_page_comes_back_as_it_was() -> None:
    page = page_of(with_hash(desk_item(), ("https://origin.example/",)), next_url=NODE + "feed.atom?page=2")
    assert atom_feed.decode(atom_feed.encode(page)) == page


@settings(max_examples=examples(60), deadline=None)
@given(st.lists(listings(), max_size=3))
def test_every_listing_comes_back_as_it_was(chosen: list[Any]) -> None:
    page = page_of(*(with_hash(dump_listing(listing)) for listing in chosen))
    returned = atom_feed.decode(atom_feed.encode(page))
    assert returned == page
    assert [load_listing(item) for item in returned.items] == [load_listing(item) for item in page.items]


@settings(max_examples=examples(100), deadline=None)
@given(raw_items())
def test_every_item_comes_back_with_the_members_that_nobody_knows(item: dict[str, Any]) -> None:
    assert atom_feed.decode(atom_feed.encode(page_of(item))).items == (item,)


def test_items_keep_their_order() -> None:
    items = [desk_item(id=f"https://node.example/listings/{number}") for number in range(5)]
    assert atom_feed.decode(atom_feed.encode(page_of(*items))).items == tuple(items)


def test_the_same_page_is_the_same_bytes() -> None:
    assert atom_feed.encode(page_of(desk_item())) == atom_feed.encode(page_of(desk_item()))


@pytest.mark.parametrize(
    ("item", "pointer"),
    [
        pytest.param("a listing", "/items/0", id="no object"),
        pytest.param(desk_item(id=None), "/items/0/id", id="no id"),
        pytest.param(desk_item(id=" "), "/items/0/id", id="blank id"),
        pytest.param(desk_item(id=7), "/items/0/id", id="id is a number"),
        pytest.param(desk_item(title=None), "/items/0/title", id="no title"),
        pytest.param(desk_item(title="desk\x00"), "/items/0/title", id="title that XML cannot carry"),
        pytest.param(desk_item(title=["desk"]), "/items/0/title", id="title is a list"),
        pytest.param(desk_item(date_modified=None), "/items/0/date_modified", id="no date"),
        pytest.param(desk_item(date_modified="yesterday"), "/items/0/date_modified", id="date is no date"),
        pytest.param(desk_item(odd=math.inf), "/items/0", id="infinite number"),
        pytest.param(desk_item(odd={1, 2}), "/items/0", id="no JSON value"),
    ],
)
def test_what_cannot_be_an_entry_is_named(item: Any, pointer: str) -> None:
    with pytest.raises(DocumentError) as caught:
        atom_feed.encode(page_of(item))
    assert [problem.pointer for problem in caught.value.problems] == [pointer]


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"feed_url": None, "head": None, "home_page_url": None}, id="no address"),
        pytest.param({"title": "a\x00b"}, id="control character"),
        pytest.param({"description": "a\ud800b"}, id="lone surrogate"),
    ],
)
def test_a_page_that_cannot_be_written_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(DocumentError):
        atom_feed.encode(page_of(**changes))


class TestForOrdinaryReaders:
    """feedparser stands for every reader that has never heard of us."""

    entry = feedparser.parse(io.BytesIO(atom_feed.encode(page_of(desk_item())))).entries[0]

    @pytest.mark.parametrize(
        ("name", "expected"),
        [
            ("id", DESK.id),
            ("title", "Oak desk"),
            ("link", DESK.url),
            ("published", "2026-11-20T10:00:00Z"),
            ("updated", "2026-11-22T10:00:00Z"),
            ("author", "Gladstone Park community group"),
        ],
    )
    def test_finds(self, name: str, expected: str) -> None:
        assert self.entry[name] == expected

    def test_finds_the_content(self) -> None:
        assert self.entry.content[0].value == "Two drawers, some wear.\nCollect from the hall."

    def test_finds_the_categories(self) -> None:
        assert [tag.label or tag.term for tag in self.entry.tags] == ["oak", "home office", "Desk"]

    def test_finds_the_point(self) -> None:
        assert self.entry.where == {"type": "Point", "coordinates": (-0.24, 52.57)}

    def test_finds_the_picture(self) -> None:
        enclosure = self.entry.enclosures[0]
        assert (enclosure.href, enclosure.type) == ("https://node.example/media/desk.jpg", "image/jpeg")


@pytest.mark.parametrize(
    "item",
    [
        pytest.param(desk_item(), id="full"),
        pytest.param(desk_item(content_text=None, url=None, authors=None), id="sparse"),
        pytest.param(desk_item(date_modified="2026-11-22 10:00:00.25z"), id="loosely dated"),
    ],
)
def test_what_is_written_is_valid_atom(item: dict[str, Any]) -> None:
    """RFC 4287, sections 4.1.1 and 4.1.2: what a feed and an entry must have, once, and what may not be missing."""
    feed = etree.fromstring(atom_feed.encode(page_of(item)))
    (entry,) = feed.findall(f"{ATOM}entry")
    for holder in (feed, entry):
        for name in ("id", "title", "updated"):
            assert len(holder.findall(f"{ATOM}{name}")) == 1
            assert holder.findtext(f"{ATOM}{name}")
        assert "T" in (holder.findtext(f"{ATOM}updated") or "")
        assert (holder.findtext(f"{ATOM}updated") or "").endswith(("Z", "+00:00"))
    assert feed.findtext(f"{ATOM}author/{ATOM}name")
    assert len(entry.findall(f"{ATOM}content")) == 1
    assert all(link.get("href") for link in feed.iter(f"{ATOM}link"))


def atom(entries: str, head: str = f"<sf:page><sf:node>{NODE}</sf:node></sf:page>") -> bytes:
    """A feed as a person might write it, indented and in single quotes."""
    return f"""<?xml version='1.0'?>
    <feed xmlns='http://www.w3.org/2005/Atom' xmlns:sf='https://w3id.org/sharefeed/1.0'
        xmlns:georss='http://www.georss.org/georss' xmlns:fh='http://purl.org/syndication/history/1.0'
        xmlns:at='http://purl.org/atompub/tombstones/1.0' xmlns:g='http://base.google.com/ns/1.0'
        xml:base='https://node.example/listings/'>
      <title type='html'>What we &amp;amp; others &lt;b>give&lt;/b></title>
      {head}
      {entries}
    </feed>""".encode()


FOREIGN = {"http://base.google.com/ns/1.0": {"price": "12 GBP"}}
XHTML = "<div xmlns='http://www.w3.org/1999/xhtml'><p>Two &amp; a <b>half</b></p> drawers</div>"
HANDWRITTEN = f"""
  <entry>
    <id> https://node.example/listings/1 </id>
    <title>Oak desk</title>
    <updated>
      2026-11-22T10:00:00Z
    </updated>
    <link href='1.html'/>
    <content type='xhtml'>{XHTML}</content>
    <georss:point>52.57, -0.24</georss:point>
    <sf:direction> offer </sf:direction><sf:kind>item</sf:kind><sf:action>give</sf:action>
    <category scheme='https://w3id.org/sharefeed/1.0/category' term='furniture/desk'/>
    <category term='oak'/>
    <sf:expires>2026-12-22T10:00:00Z</sf:expires>
    <sf:place> <sf:locality>Peterborough</sf:locality> </sf:place>
    <sf:quantity><sf:available>2</sf:available></sf:quantity>
    <sf:organisation>
      <sf:id>https://node.example/</sf:id><sf:name>Park</sf:name><sf:type>charity</sf:type>
    </sf:organisation>
  </entry>"""


def test_a_feed_written_by_hand_is_read() -> None:
    page = atom_feed.decode(atom(HANDWRITTEN))
    listing = load_listing(page.items[0])
    assert page.title == "What we & others give"
    assert page.head is not None
    assert not page.head.complete
    assert (listing.id, listing.url) == ("https://node.example/listings/1", "https://node.example/listings/1.html")
    assert listing.content_html == "<p>Two &amp; a <b>half</b></p> drawers"
    assert listing.place is not None
    assert (listing.place.lat, listing.place.lon, listing.place.locality) == (52.57, -0.24, "Peterborough")
    assert (listing.tags, listing.quantity.available, listing.category) == (("oak",), 2, "furniture/desk")


def test_without_a_page_element_it_is_a_plain_feed() -> None:
    assert atom_feed.decode(atom(HANDWRITTEN, head="")).head is None


def test_completeness_and_every_removal_are_read() -> None:
    head = f"""<fh:complete/><sf:page><sf:node>{NODE}</sf:node><sf:count> 1 </sf:count></sf:page>
    <at:deleted-entry ref='https://node.example/1' when='2026-11-01T00:00:00Z'><sf:reason>given</sf:reason>
    </at:deleted-entry><at:deleted-entry ref='https://node.example/2' when='2026-11-02T00:00:00Z'/>
    <at:deleted-entry when='2026-11-02T00:00:00Z'/>"""
    page = atom_feed.decode(atom("", head))
    assert page.head is not None
    assert (page.head.complete, page.head.count) == (True, 1)
    assert [(t.id, t.reason) for t in page.head.deleted] == [
        ("https://node.example/1", "given"),
        ("https://node.example/2", "removed"),
    ]
    (problem,) = page.problems
    assert (problem.pointer, problem.code, problem.line) == ("/_sharefeed/deleted/2/id", "missing", 10)


def read(entry: str) -> dict[str, Any]:
    item: dict[str, Any] = atom_feed.decode(atom(f"<entry><id>https://a.example/1</id>{entry}</entry>")).items[0]
    return item


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        pytest.param("<sf:weight_kg>a lot</sf:weight_kg>", {"_sharefeed": {"weight_kg": "a lot"}}, id="no number"),
        pytest.param("<sf:weight_kg>+5</sf:weight_kg>", {"_sharefeed": {"weight_kg": "+5"}}, id="no JSON number"),
        pytest.param(
            "<sf:weight_kg>" + "9" * 5000 + "</sf:weight_kg>",
            {"_sharefeed": {"weight_kg": "9" * 5000}},
            id="a number beyond all bounds",
        ),
        pytest.param("<sf:kind>a</sf:kind><sf:kind>b</sf:kind>", {"_sharefeed": {"kind": ["a", "b"]}}, id="twice"),
        pytest.param("<title>a</title><title>b</title>", {"title": ["a", "b"]}, id="two titles"),
        pytest.param("<sf:place>here</sf:place>", {"_sharefeed": {"place": "here"}}, id="text where members should be"),
        pytest.param("<georss:point>north</georss:point>", {"_sharefeed": {"place": {"lat": "north"}}}, id="no point"),
        pytest.param("<g:price>12 GBP</g:price>", {"_xml": FOREIGN}, id="foreign"),
        pytest.param(
            "<sf:later a='1'><sf:x>y</sf:x></sf:later>", {"_sharefeed": {"later": {"a": "1", "x": "y"}}}, id="later"
        ),
        pytest.param("<link rel='enclosure' href='a:b.png'/>", {"image": "a:b.png"}, id="picture"),
        pytest.param(
            "<link rel='enclosure' href='https://a.example/b.pdf' type='application/pdf'/>",
            {"attachments": [{"url": "https://a.example/b.pdf", "mime_type": "application/pdf"}]},
            id="attachment",
        ),
        pytest.param("<content type='text'/>", {}, id="empty content"),
        pytest.param("<content type='html'>&lt;p></content>", {"content_html": "<p>"}, id="html"),
        pytest.param('<sf:json>{"a":{"b":1}}</sf:json>', {"a": {"b": 1}}, id="more members"),
        pytest.param("<sf:hash> x </sf:hash>", {"_sharefeed": {"hash": "x"}}, id="hash"),
        pytest.param("<author><email>x</email></author>", {}, id="nameless author"),
        pytest.param("<category/>", {}, id="category without a term"),
    ],
)
def test_an_odd_entry_is_handed_on_as_it_stands(entry: str, expected: dict[str, Any]) -> None:
    assert read(entry) == {"id": "https://a.example/1", **expected}


@pytest.mark.parametrize(
    ("json", "code"),
    [
        pytest.param("{", "malformed-json", id="cut off"),
        pytest.param("[1]", "not-an-object", id="no object"),
        pytest.param("", "malformed-json", id="empty"),
        pytest.param("[" * 20000, "malformed-json", id="too deep"),
    ],
)
def test_broken_json_costs_its_entry_alone(json: str, code: str) -> None:
    page = atom_feed.decode(atom(f"<entry><id>x:1</id><sf:json>{json}</sf:json></entry>{HANDWRITTEN}"))
    assert page.items[0] == {"id": "x:1", "_sharefeed": None}
    load_listing(page.items[1])
    assert [(p.pointer, p.code, p.line) for p in page.problems] == [("/items/0/_sharefeed", code, 8)]


def test_a_repeated_name_in_the_json_is_still_seen() -> None:
    page = atom_feed.decode(atom('<entry><id>x:1</id><sf:json>{"a":1,"a":2}</sf:json></entry>'))
    with pytest.raises(DocumentError, match="more than once"):
        with_hash(page.items[0])


@pytest.mark.parametrize(
    ("members", "pointer"),
    [
        pytest.param("", "/_sharefeed/node", id="no node"),
        pytest.param(f"<sf:node>{NODE}</sf:node><sf:version>2.0</sf:version>", "/_sharefeed/version", id="version"),
        pytest.param(f"<sf:node>{NODE}</sf:node><sf:more>yes</sf:more>", "/_sharefeed/more", id="no flag"),
        pytest.param(f"<sf:node>{NODE}</sf:node><sf:count>many</sf:count>", "/_sharefeed/count", id="no count"),
    ],
)
def test_an_unusable_head_refuses_the_page(members: str, pointer: str) -> None:
    with pytest.raises(DocumentError) as caught:
        atom_feed.decode(atom("", f"<sf:page>{members}</sf:page>"))
    assert [problem.pointer for problem in caught.value.problems] == [pointer]


OPEN = (
    "<feed xmlns='http://www.w3.org/2005/Atom' xmlns:sf='https://w3id.org/sharefeed/1.0' "
    "xmlns:at='http://purl.org/atompub/tombstones/1.0' xml:base='https://a.example/'>"
    f"<sf:page><sf:node>{NODE}</sf:node></sf:page><entry><id>x:1</id>"
)
CLOSE = "</entry></feed>"
BYTES = 5 * 2**20


def filled(piece: str, most: int = BYTES) -> str:
    return piece * (most // len(piece))


@pytest.mark.timeout(20)
@pytest.mark.parametrize(
    "document",
    [
        pytest.param(OPEN + filled("<sf:a>"), id="deep"),
        pytest.param(OPEN + filled("<sf:a>") + CLOSE, id="wide"),
        pytest.param(OPEN + "<sf:a>" * 300 + "</sf:a>" * 300 + CLOSE, id="deeper than any parser should go"),
        pytest.param(OPEN + "".join(f"<a xmlns='u{n}'/>" for n in range(BYTES // 22)) + CLOSE, id="namespaces"),
        pytest.param(
            OPEN + "<sf:a " + " ".join(f"a{n}='1'" for n in range(BYTES // 12)) + "/>" + CLOSE, id="attributes"
        ),
        pytest.param(OPEN + f"<sf:terms>{filled('&amp;')}</sf:terms>" + CLOSE, id="escaped text"),
        pytest.param(OPEN + f"<title type='html'>{filled('&lt;')}</title>" + CLOSE, id="a title of opened tags"),
        pytest.param(OPEN + f"<sf:json>{filled('[')}</sf:json>" + CLOSE, id="deep JSON"),
        pytest.param(OPEN + '<sf:json>{"a":[' + filled("1,") + "1]}</sf:json>" + CLOSE, id="long JSON"),
        pytest.param(OPEN + filled("<link rel='enclosure' href='a'/>") + CLOSE, id="links"),
        pytest.param(OPEN + filled("<content type='xhtml'><a><b/></a></content>", 2**20) + CLOSE, id="contents"),
        pytest.param(OPEN + "</entry>" + filled("<at:deleted-entry ref='x'/>") + "</feed>", id="removals"),
    ],
)
def test_a_hostile_document_costs_little(document: str) -> None:
    start = time.perf_counter()
    try:
        found: Any = atom_feed.decode(document.encode())
    except DocumentError as error:
        found = error
    assert time.perf_counter() - start < 5
    assert isinstance(found, Page) or found.problems
