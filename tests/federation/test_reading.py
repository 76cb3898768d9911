"""From bytes to judged listings: nothing in an item can raise, and whatever comes out can be stored anywhere."""

from __future__ import annotations

import json
import pickle
import time
from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from federation.plain import Defaults
from federation.reading import BY_THE_CLOCK, MAX_ITEM_BYTES, MAX_REASONS, Context, read_item, read_kept, read_page
from federation.records import ReadItem, ReadPage
from schemas.canonical import listing_hash
from schemas.errors import DocumentError
from schemas.page import with_hash
from tests.federation.made import DAY_S, NODE, PRESENT, listing_id
from tests.schemas.made import PARK, desk_item, json_values, loose_text, raw_items
from tests.thorough import examples

STEADY = settings(max_examples=examples(24), deadline=None, suppress_health_check=[HealthCheck.too_slow])
CONTEXT = Context(NODE, PRESENT)
PLAIN = Context(NODE, PRESENT, Defaults(PARK), NODE + "feed.json")
HEAD = {"version": "1.0", "node": NODE, "complete": True}


def document(*items: Any, head: Any = HEAD, **top: Any) -> bytes:
    page = {"version": "https://jsonfeed.org/version/1.1", "title": "T", "items": items, **top}
    return json.dumps(page if head is None else {**page, "_sharefeed": head}).encode()


def page_of(*items: Any, context: Context = CONTEXT, **top: Any) -> ReadPage:
    return read_page(document(*items, **top), "application/feed+json", context)


def page_or_none(body: bytes) -> ReadPage | None:
    """The page, or None where the document as a whole was refused."""
    try:
        return read_page(body, "text/html; charset=klingon", PLAIN)
    except DocumentError:
        return None


def codes(item: ReadItem) -> list[str]:
    return [problem.code for problem in item.problems]


def check_storable(item: ReadItem) -> None:
    """What SQLite, PostgreSQL and the JSON of a report take, and what a reader of this node's feed can check."""
    reasons = [problem.as_json() for problem in item.problems]
    for text in (item.id, item.hash, item.item, orjson.dumps(reasons).decode(), orjson.dumps(item.via).decode()):
        assert "\x00" not in text
        text.encode()
    assert orjson.loads(item.item)["id"] == item.id
    assert len(item.item) <= MAX_ITEM_BYTES
    assert len(item.problems) <= MAX_REASONS
    assert len(item.hash) == len(item.own_hash) == 43
    assert (item.published is None) == (item.facts is None)
    if item.published is not None:
        published = orjson.loads(item.published)
        assert listing_hash(published) == published["_sharefeed"]["hash"] == item.own_hash
        assert published["_sharefeed"]["via"] == [*item.via, NODE]
    assert pickle.loads(pickle.dumps(item)) == item


@STEADY
@given(raw_items(), st.sampled_from(["json", "atom", "rss"]))
def test_no_item_can_raise(raw: dict[str, Any], format_: str) -> None:
    check_storable(read_item(raw["id"], raw, format_, CONTEXT))


@STEADY
@given(st.dictionaries(st.sampled_from(["hash", "sig", "via", "expires", "quantity"]), json_values(loose_text())))
@example({"via": ["https://a.example/\ud83d"]})
@example({"via": ["https://a.example/\x00"]})
@example({"sig": 2**70})
@example({"sig": "\ud83d"})
@example({"hash": "\ud83d" * 43})
@example({"hash": "\x00" * 43})
@example({"\ud83d": 2**70})
@example({"\x00": [1e999]})
def test_nothing_beside_the_hash_can_raise(members: dict[str, Any]) -> None:
    item = desk_item()
    item["_sharefeed"] |= members
    for format_ in ("json", "atom"):
        check_storable(read_item(item["id"], item, format_, CONTEXT))


@STEADY
@given(st.lists(st.one_of(raw_items(), json_values(loose_text())), max_size=4), st.sampled_from([CONTEXT, PLAIN]))
def test_no_items_of_a_page_can_raise(items: list[Any], context: Context) -> None:
    for head in (None, HEAD):
        page = read_page(document(*items, head=head), None, context)
        assert len({item.id for item in page.items}) == len(page.items)
        for item in page.items:
            check_storable(item)


@STEADY
@given(st.binary(max_size=400))
@example(b"")
@example(b"{")
@example(b"[" * 100_000)
@example(b'{"version":"https://jsonfeed.org/version/1.1","items":' + b"[" * 5000 + b"]" * 5000 + b"}")
def test_no_bytes_raise_anything_but_a_document_error(data: bytes) -> None:
    page = page_or_none(data)
    assert page is None or all(item.id for item in page.items)


DEEP: Any = "x"
for _ in range(600):
    DEEP = [DEEP]


@pytest.mark.parametrize("head", [None, HEAD])
@pytest.mark.parametrize(
    "item",
    [
        pytest.param({"id": listing_id("x"), "title": "x", "_sharefeed": {"deep": DEEP}}, id="deep"),
        pytest.param({"id": listing_id("x"), "title": DEEP, "price": DEEP}, id="deep price"),
        pytest.param({"id": listing_id("x"), "title": "x", "_sharefeed": DEEP}, id="deep extension"),
    ],
)
def test_what_is_nested_deeply_is_refused_by_itself(item: dict[str, Any], head: Any) -> None:
    page = read_page(document(item, desk_item(), head=head), None, PLAIN)
    assert [read.id for read in page.items][-1] == desk_item()["id"]
    for read in page.items:
        check_storable(read)


def test_a_deep_item_with_a_repeated_name_is_refused_by_itself() -> None:
    """The repeated name is said before the depth is noticed, and the search for prices goes down all the same."""
    bad = b'{"id":"%s","a":1,"a":2,"b":%s}' % (listing_id("x").encode(), b"[" * 900 + b"]" * 900)
    page = read_page(document("BAD", desk_item()).replace(b'"BAD"', bad), None, CONTEXT)
    assert [item.id for item in page.items] == [listing_id("x"), desk_item()["id"]]
    check_storable(page.items[0])


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b'{"a":1,' + b'"a":1,' * 400_000 + b'"b":1}', id="a name a million times"),
        pytest.param(
            document({"id": listing_id("x"), "n": ["NUMBERS"]}).replace(b'"NUMBERS"', b"1e999," * 200_000 + b"1"),
            id="endless numbers",
        ),
        pytest.param(
            document({"id": listing_id("x"), "title": "x", "content_html": "<script " * 100_000}, head=None),
            id="open scripts",
        ),
        pytest.param(
            document({"id": listing_id("x"), "title": "x", "content_html": "<" * 900_000}, head=None), id="open tags"
        ),
        pytest.param(document(*[{"id": f"{NODE}{n}"} for n in range(2000)]), id="many bad items"),
        pytest.param(document({"id": listing_id("x"), "tags": ["\x00"] * 100_000}), id="many bad tags"),
    ],
)
def test_hostile_pages_are_read_in_two_seconds(body: bytes) -> None:
    began = time.monotonic()
    page = page_or_none(body)
    assert page is None or all(len(item.problems) <= MAX_REASONS for item in page.items)
    assert time.monotonic() - began < 2


def test_items_without_an_id_and_repeated_ids_are_said_and_left_out() -> None:
    page = page_of("text", desk_item(id=None), desk_item(id="no uri"), desk_item(), desk_item(title="Twin"))
    assert [json.loads(item.item)["title"] for item in page.items] == ["Oak desk"]
    said = [(problem.pointer, problem.code) for problem in page.outside]
    assert said == [
        ("/items/0", "not-an-object"),
        ("/items/1/id", "missing"),
        ("/items/2/id", "bad-uri"),
        ("/items/4/id", "repeated-id"),
    ]


def test_places_of_faults_are_those_in_the_document() -> None:
    """A plain entry that cannot be used still takes up its place."""
    page = read_page(document({}, {"id": 5, "title": "x"}, {"id": "5", "title": "Twin"}, head=None), None, PLAIN)
    assert [problem.pointer for problem in page.outside] == ["/items/0/id", "/items/2/id"]


def test_what_hides_comes_first_and_reasons_are_bounded() -> None:
    item = desk_item(_sharefeed__price=5, tags=["\x00"] * 20, content_text="\x00")
    found = read_item(item["id"], item, "json", CONTEXT)
    assert codes(found)[0] == "not-free"
    assert len(found.problems) == MAX_REASONS


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"_sharefeed__expires": "2028-11-22T10:00:00Z", "date_modified": "2027-11-22T10:00:00Z"}, "expires-too-late"),
        ({"date_modified": "2026-11-24T10:00:00Z"}, "from-the-future"),
        ({"_sharefeed__category": "dragons"}, "unknown-category"),
    ],
)
def test_what_is_wrong_as_of_now_only_can_still_be_published(changes: dict[str, Any], code: str) -> None:
    item = desk_item(**changes)
    found = read_item(item["id"], item, "json", CONTEXT)
    assert code in codes(found)
    assert set(codes(found)) <= BY_THE_CLOCK
    assert found.published is not None
    later = read_item(item["id"], item, "json", Context(NODE, PRESENT + 800 * DAY_S))
    assert ("unknown-category" in codes(later)) == (code == "unknown-category")
    assert not {"expires-too-late", "from-the-future"} & set(codes(later))


HASHED = with_hash(desk_item())
TRUE_HASH = HASHED["_sharefeed"]["hash"]
OTHER_HASH = "B" * 43


@pytest.mark.parametrize(
    ("format_", "stated", "hash_", "own_hash", "found"),
    [
        pytest.param("json", TRUE_HASH, TRUE_HASH, TRUE_HASH, [], id="JSON, as stated"),
        pytest.param("json", None, TRUE_HASH, TRUE_HASH, [], id="JSON, not stated"),
        pytest.param("json", OTHER_HASH, TRUE_HASH, TRUE_HASH, ["hash-differs"], id="JSON, another"),
        pytest.param("json", "short", TRUE_HASH, TRUE_HASH, ["hash-differs"], id="JSON, none"),
        pytest.param("atom", TRUE_HASH, TRUE_HASH, TRUE_HASH, [], id="Atom, as stated"),
        pytest.param("atom", OTHER_HASH, OTHER_HASH, TRUE_HASH, [], id="Atom, another is taken at its word"),
        pytest.param("atom", None, TRUE_HASH, TRUE_HASH, [], id="Atom, not stated"),
    ],
)
def test_hashes(format_: str, stated: str | None, hash_: str, own_hash: str, found: list[str]) -> None:
    item = desk_item(_sharefeed__hash=stated)
    read = read_item(item["id"], item, format_, CONTEXT)
    assert (read.hash, read.own_hash, codes(read)) == (hash_, own_hash, found)
    check_storable(read)


@pytest.mark.parametrize(
    ("via", "expected", "found"),
    [
        pytest.param(["https://a.example/", "https://b.example/"], 2, [], id="two nodes"),
        pytest.param([], 0, [], id="none"),
        pytest.param("https://a.example/", 0, ["bad-via"], id="no list"),
        pytest.param([5], 0, ["bad-via"], id="a number"),
        pytest.param(["nobody"], 0, ["bad-via"], id="no address"),
        pytest.param(["https://a.example/"] * 101, 0, ["bad-via"], id="endless"),
        pytest.param(None, 0, [], id="unstated"),
    ],
)
def test_via(via: Any, expected: int, found: list[str]) -> None:
    item = desk_item(_sharefeed__via=via)
    read = read_item(item["id"], item, "json", CONTEXT)
    assert (len(read.via), codes(read)) == (expected, found)


@pytest.mark.parametrize("format_", ["json", "atom"])
def test_a_kept_item_reads_as_it_did(format_: str) -> None:
    item = with_hash(desk_item(_sharefeed__weight_kg=1.5e-7, extra="ö"), ("https://a.example/",))
    first = read_item(item["id"], item, format_, CONTEXT)
    again = read_kept(first.id, first.item, first.hash, CONTEXT)
    assert again == first


@pytest.mark.parametrize("title", ["\ud83d", "\x00", 2**70, [2**70], {"a": "\udc00"}])
def test_an_item_that_no_database_takes_is_kept_all_the_same(title: Any) -> None:
    item = {**desk_item(), "title": title}
    read = read_item(item["id"], item, "json", CONTEXT)
    check_storable(read)
    check_storable(read_kept(read.id, read.item, read.hash, CONTEXT))


def test_an_item_that_is_far_too_large_is_kept_by_its_title() -> None:
    item = desk_item(content_html="x" * MAX_ITEM_BYTES)
    read = read_item(item["id"], item, "json", CONTEXT)
    assert json.loads(read.item) == {"id": item["id"], "title": "Oak desk"}
    assert codes(read) == ["too-large"]
    assert read.hash == listing_hash(item)


def test_relative_addresses_of_a_plain_feed_are_resolved() -> None:
    entry = b"<item><guid>1</guid><link>/a</link><title>x</title></item>"
    rss = b"<rss version='2.0'><channel><title>T</title>%s</channel></rss>" % entry
    [item] = read_page(rss, None, PLAIN).items
    assert json.loads(item.item)["url"] == "https://node.example/a"
