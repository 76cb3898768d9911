"""The receipts of a node, read by somebody who keeps nothing: honest feeds, and those that do not want to end."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any
from urllib.parse import parse_qs, urlsplit

import orjson
import pytest

from federation.receipts import Teller
from node.services.receipts.piecework import Owned
from node.services.receipts.whole_feed import Begun, Reader
from schemas import json_feed, signing
from schemas.canonical import contribution, digest_hex, listing_hash
from schemas.exchange import ASKER, OWNER
from schemas.node_document import Key, NodeDocument
from schemas.page import Page, PageHead
from tests.fakes.halves import OURS, THEIRS, half, item, key_of

URL = f"{OURS}receipts.json"
PUBLIC = signing.public_of(key_of(OURS))
DOCUMENT = NodeDocument(OURS, "School", "CC0-1.0", keys=(Key(signing.key_id(PUBLIC), "Ed25519", PUBLIC),))
TELLER = Teller((OURS,), date(2026, 12, 1), (THEIRS,))


def page(at: int, items: list[dict[str, Any]], more: bool, **head: Any) -> bytes:
    """A page that leads on to ``at``."""
    told = {"epoch": "e", "checkpoint": f"c.{at}", "more": more, **head}
    return json_feed.encode(Page("json", "Receipts", head=PageHead(OURS, **told)), map(orjson.dumps, items))


def asked_at(url: str) -> int:
    return int(parse_qs(urlsplit(url).query).get("after", ["c.0"])[0].removeprefix("c."))


def read(body_of: Callable[[str], bytes], most: int = 1000) -> Begun:
    reader = Reader(body_of, 1, most)
    try:
        return reader.begin(OURS, URL, TELLER, DOCUMENT)
    finally:
        reader.close()


@pytest.fixture(scope="module")
def halves() -> list[dict[str, Any]]:
    return [item(half(OWNER, number)) for number in range(150)]


@pytest.fixture
def reader(halves: list[dict[str, Any]]) -> Iterator[Reader]:
    total = digest_hex(sum(contribution(one["id"], listing_hash(one)) for one in halves))

    def body_of(url: str) -> bytes:
        at = asked_at(url)
        return page(at + 75, halves[at : at + 75], at + 75 < len(halves), count=len(halves), digest=total)

    made = Reader(body_of, 1)
    yield made
    made.close()


def test_pages_are_judged_and_halves_matched_in_other_processes(reader: Reader) -> None:
    begun = reader.begin(OURS, URL, TELLER, DOCUMENT)
    told = begun.finish()
    assert (begun.feed.failure, begun.feed.halves, len(told)) == ("", 150, 150)
    made = reader.matched({one.exchange: [one.half] for one in told}, Owned())
    assert [one.exchange for one, _ in made] == [half(OWNER, number).exchange for number in range(150)]
    assert all(one.state == "one_sided" and one == shipped for one, shipped in made)


def test_a_feed_with_new_pages_for_ever_is_given_up(halves: list[dict[str, Any]]) -> None:
    pages = []

    def endless(url: str) -> bytes:
        pages.append(url)
        return page(asked_at(url) + 1, halves[:10], more=True)

    assert read(endless, most=200).feed.failure == "it never ends"
    assert len(pages) == 21


def test_a_feed_that_leads_in_a_circle_is_left_at_once(halves: list[dict[str, Any]]) -> None:
    begun = read(lambda url: page((asked_at(url) + 1) % 3, halves[:1], more=True))
    assert (len(begun.pages), "read already" in begun.feed.failure) == (3, True)


def test_a_history_that_begins_anew_on_the_way_is_not_put_together(halves: list[dict[str, Any]]) -> None:
    begun = read(lambda url: page(asked_at(url) + 1, halves[:1], asked_at(url) < 3, epoch=f"e{asked_at(url)}"))
    assert "began anew" in begun.feed.failure


@pytest.mark.parametrize(
    ("altered", "said"),
    [
        pytest.param(lambda body: body[:-1], "malformed-json", id="cut off"),
        pytest.param(lambda body: body.replace(b'"items"', b'"more":1,"items"'), "", id="a member that is not ours"),
        pytest.param(lambda body: body.replace(b'"items"', b'"title":"b","items"'), "repeated-name", id="two titles"),
        pytest.param(lambda body: body.replace(b'"epoch"', b'"more":true,"epoch"'), "repeated-name", id="two readings"),
        pytest.param(lambda body: body.replace(b'"node":"https', b'"node":"http'), "other-node", id="another's"),
        pytest.param(lambda body: body.replace(b'"more":false', b'"more":0'), "not-a-choice", id="a number for false"),
        pytest.param(lambda _: b"[]", "not-a-feed", id="a list"),
        pytest.param(lambda _: b'{"_sharefeed":null}', "not-a-feed", id="nothing"),
    ],
)
def test_a_page_is_believed_only_as_strict_readers_read_it(
    altered: Callable[[bytes], bytes], said: str, halves: list[dict[str, Any]]
) -> None:
    begun = read(lambda _: altered(page(1, halves[:2], more=False)))
    assert bool(begun.finish()) is not bool(said)
    assert said in begun.feed.failure


def test_another_sides_half_under_the_same_name_is_set_aside() -> None:
    theirs = item(half(ASKER, 1))
    begun = read(lambda _: page(1, [item(half(OWNER, 1)), theirs], more=False))
    [ours, other] = begun.finish()
    assert (ours.problem, other.half, begun.feed.halves) == ("", b"", 1)
    assert [identity for identity, _ in begun.feed.aside] == [theirs["id"]]
