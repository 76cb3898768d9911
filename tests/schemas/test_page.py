"""The page's head, its tombstones, and JSON Feed in both directions."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas import json_feed, page
from schemas.errors import DocumentError
from schemas.listing import dump_listing
from schemas.page import Page, PageHead, Tombstone, dump_head, load_head, load_tombstones, with_hash
from schemas.vocabulary import REMOVAL_REASONS
from tests.schemas import made
from tests.schemas.made import HEAD, NODE, NOW, desk_item
from tests.thorough import examples

LEAST = {"version": "1.0", "node": NODE}
BED = {"id": "https://node.example/listings/bed", "at": "2026-11-22T10:00:00Z", "reason": "given"}


def test_a_full_head_survives_the_way_there_and_back() -> None:
    head = replace(HEAD, more=True, deleted=(*HEAD.deleted, Tombstone("x:1", NOW, "expired", sig="s" * 86)))
    assert load_head(dump_head(head), "/_sharefeed") == (head, [])


def test_the_least_head_has_its_defaults() -> None:
    head, problems = load_head(LEAST, "/_sharefeed")
    assert (head, problems) == (PageHead(NODE), [])
    assert dump_head(head) == {**LEAST, "more": False, "complete": False, "deleted": []}


@pytest.mark.parametrize(
    ("changes", "pointer", "code"),
    [
        pytest.param({"version": None}, "/version", "missing", id="no version"),
        pytest.param({"version": "2.1"}, "/version", "unknown-version", id="another major version"),
        pytest.param({"node": None}, "/node", "missing", id="no node"),
        pytest.param({"node": "node"}, "/node", "bad-url", id="node that is no address"),
        pytest.param({"epoch": 1}, "/epoch", "not-text", id="epoch a number"),
        pytest.param({"epoch": "a" * 81}, "/epoch", "too-long", id="epoch too long"),
        pytest.param({"checkpoint": "a" * 513}, "/checkpoint", "too-long", id="cursor too long"),
        pytest.param({"checkpoint": "ż" * 257}, "/checkpoint", "too-long", id="cursor too long in bytes"),
        pytest.param({"more": "true"}, "/more", "not-a-choice", id="more as text"),
        pytest.param({"complete": 1}, "/complete", "not-a-choice", id="complete a number"),
        pytest.param({"count": -1}, "/count", "bad-number", id="fewer than none"),
        pytest.param({"count": 1.5}, "/count", "bad-number", id="half a listing"),
        pytest.param({"digest": "0" * 63}, "/digest", "bad-digest", id="digest too short"),
        pytest.param({"digest": "A" * 64}, "/digest", "bad-digest", id="digest in capitals"),
        pytest.param({"digest": "0" * 65}, "/digest", "too-long", id="digest too long"),
        pytest.param({"deleted": [{}] * (page.MAX_TOMBSTONES + 1)}, "/deleted", "too-many", id="far too many removals"),
    ],
)
def test_an_unusable_head_is_refused(changes: dict[str, Any], pointer: str, code: str) -> None:
    document = {name: value for name, value in {**LEAST, **changes}.items() if value is not None}
    with pytest.raises(DocumentError) as caught:
        load_head(document, "/_sharefeed")
    assert [(p.pointer, p.code) for p in caught.value.problems] == [(f"/_sharefeed{pointer}", code)]


@pytest.mark.parametrize("document", [None, [], "x", True], ids=str)
def test_a_head_that_is_no_object_is_refused(document: Any) -> None:
    with pytest.raises(DocumentError):
        load_head(document, "/_sharefeed")


@pytest.mark.parametrize("reason", REMOVAL_REASONS)
def test_every_reason_is_kept(reason: str) -> None:
    tombstones, problems = load_tombstones([{**BED, "reason": reason}], "")
    assert ([tombstone.reason for tombstone in tombstones], problems) == ([reason], [])


@pytest.mark.parametrize("reason", [None, "sold", 7, ["given"], ""], ids=str)
def test_what_is_gone_is_gone_whatever_the_reason(reason: Any) -> None:
    document = {name: value for name, value in {**BED, "reason": reason}.items() if value is not None}
    tombstones, problems = load_tombstones([document], "")
    assert ([tombstone.reason for tombstone in tombstones], problems) == (["removed"], [])


@pytest.mark.parametrize(
    ("document", "pointer", "code"),
    [
        pytest.param({**BED, "id": "bed"}, "/1/id", "bad-uri", id="relative id"),
        pytest.param({"at": BED["at"], "reason": "given"}, "/1/id", "missing", id="no id"),
        pytest.param({"id": BED["id"], "reason": "given"}, "/1/at", "missing", id="no date"),
        pytest.param({**BED, "at": "2026"}, "/1/at", "bad-date", id="a year"),
        pytest.param({**BED, "sig": 1}, "/1/sig", "not-text", id="signature a number"),
        pytest.param(BED["id"], "/1", "not-an-object", id="only an id"),
        pytest.param(None, "/1", "not-an-object", id="null"),
    ],
)
def test_a_bad_tombstone_costs_itself_alone(document: Any, pointer: str, code: str) -> None:
    tombstones, problems = load_tombstones([BED, document, {**BED, "id": "x:2"}], "")
    assert [tombstone.id for tombstone in tombstones] == [BED["id"], "x:2"]
    assert [(problem.pointer, problem.code) for problem in problems] == [(pointer, code)]


def test_removals_that_are_no_list_are_a_problem() -> None:
    head, problems = load_head({**LEAST, "deleted": {"id": "x:1"}}, "/_sharefeed")
    assert head.deleted == ()
    assert [(problem.pointer, problem.code) for problem in problems] == [("/_sharefeed/deleted", "not-a-list")]


# JSON Feed.

PAGE = Page(
    format="json",
    title="Gladstone Park",
    items=(with_hash(desk_item()),),
    head=HEAD,
    home_page_url=NODE,
    feed_url=NODE + "changes.json",
    next_url=NODE + "changes.json?after=c.12",
    description="What we give and lend.",
    language="en",
    author="Gladstone Park",
)


def encoded(written: Page) -> bytes:
    return json_feed.encode(written, [json_feed.encode_item(item) for item in written.items])


def test_a_whole_page_comes_back_as_it_was() -> None:
    assert json_feed.decode(encoded(PAGE)) == PAGE


@settings(max_examples=examples(40), deadline=None)
@given(st.lists(made.listings(), max_size=3))
def test_every_listing_comes_back_as_it_was(chosen: list[Any]) -> None:
    written = replace(PAGE, items=tuple(with_hash(dump_listing(listing)) for listing in chosen))
    assert json_feed.decode(encoded(written)) == written


@settings(max_examples=examples(40), deadline=None)
@given(st.lists(made.json_values(made.text()), max_size=4))
def test_items_are_never_judged_here(items: list[Any]) -> None:
    assert json_feed.decode(encoded(replace(PAGE, items=tuple(items)))).items == tuple(items)


def test_a_page_without_items_or_head_is_a_plain_feed() -> None:
    empty = Page(format="json", title="Park")
    assert json_feed.decode(encoded(empty)) == empty


@pytest.mark.parametrize(
    ("document", "pointer"),
    [
        pytest.param([], "", id="a list"),
        pytest.param("feed", "", id="a text"),
        pytest.param({"items": []}, "/version", id="no version"),
        pytest.param({"version": "1.1", "items": []}, "/version", id="another version"),
        pytest.param({"version": ["https://jsonfeed.org/version/1"], "items": []}, "/version", id="version a list"),
        pytest.param({"version": json_feed.VERSION_URL}, "/items", id="no items"),
        pytest.param({"version": json_feed.VERSION_URL, "items": {}}, "/items", id="items an object"),
    ],
)
def test_what_is_no_json_feed_is_refused(document: Any, pointer: str) -> None:
    with pytest.raises(DocumentError) as caught:
        json_feed.decode(json.dumps(document).encode())
    assert [(problem.pointer, problem.code) for problem in caught.value.problems] == [(pointer, "not-a-feed")]


@pytest.mark.parametrize(
    ("text", "pointer"),
    [
        pytest.param('{"version":"VERSION","items":[],"items":[1]}', "", id="items twice"),
        pytest.param('{"version":"VERSION","items":[],"_sharefeed":{"node":"a","node":"b"}}', "/_sharefeed", id="head"),
    ],
)
def test_a_page_that_reads_two_ways_is_refused(text: str, pointer: str) -> None:
    with pytest.raises(DocumentError) as caught:
        json_feed.decode(text.replace("VERSION", json_feed.VERSION_URL).encode())
    assert [(problem.pointer, problem.code) for problem in caught.value.problems] == [(pointer, "repeated-name")]


@pytest.mark.parametrize(
    ("members", "expected"),
    [
        pytest.param({"title": "Park"}, Page("json", "Park"), id="title"),
        pytest.param({"title": 7, "language": [], "feed_url": None}, Page("json", ""), id="members of odd types"),
        pytest.param({"author": {"name": "A"}}, Page("json", "", author="A"), id="author of version 1"),
        pytest.param({"authors": [{}, {"name": "B"}]}, Page("json", "", author="B"), id="the first with a name"),
        pytest.param({"authors": ["A"]}, Page("json", ""), id="authors of odd types"),
    ],
)
def test_what_a_plain_feed_says_of_itself(members: dict[str, Any], expected: Page) -> None:
    document = {"version": "https://jsonfeed.org/version/1", "items": [], **members}
    assert json_feed.decode(json.dumps(document).encode()) == expected


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        pytest.param(b'{"a":1}', True, id="object"),
        pytest.param(b"\xef\xbb\xbf\r\n [", True, id="mark, white space, list"),
        pytest.param(b"<rss>", False, id="XML"),
        pytest.param(b'"text"', False, id="text"),
        pytest.param(b"", False, id="nothing"),
    ],
)
def test_json_is_known_by_its_first_sign(data: bytes, expected: bool) -> None:
    assert json_feed.looks_like(data) is expected


def test_a_moment_of_a_removal_is_written_in_utc() -> None:
    tombstone = Tombstone("x:1", datetime.fromisoformat("2026-11-22T11:00:00+01:00"), "given")
    assert page.dump_tombstone(tombstone)["at"] == "2026-11-22T10:00:00Z"
