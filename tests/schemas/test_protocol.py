"""The specification: its tables are those of the code, and each of its examples does what it says."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import jsonschema_rs

from federation import reading
from federation.reading import Context
from federation.records import STATES
from node.services.receipts.open_data import line_of
from node.services.syndication import cursor
from schemas import atom_feed, feed, problem, publish, signing
from schemas.canonical import bare, canonical_bytes, contribution, digest_hex, listing_hash
from schemas.errors import Problem
from schemas.event import EventSchema
from schemas.http_signature import Request, check
from schemas.listing import load_listing
from schemas.message import TYPES, load_message
from schemas.node_document import load_node_document
from schemas.page import Page, load_tombstones
from schemas.receipt import is_signed_with, load_half
from schemas.receipt_pair import SAME, handover, pair
from schemas.story import Other, dump_story, load_story
from schemas.strict_json import loads
from tests.fakes.halves import key_of
from tests.schemas.made import NOW

TEXT = publish.SPECIFICATION.read_text(encoding="utf-8")
EXAMPLES = re.findall(r"^<!-- example: ([\w-]+) -->\n```(\w+)\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)
BY_NAME: dict[str, list[str]] = {}
for _name, _, _body in EXAMPLES:
    BY_NAME.setdefault(_name, []).append(_body)
SOURCES = [*Path(publish.__file__).parent.glob("*.py"), *Path(reading.__file__).parent.glob("*.py")]


def values(name: str) -> list[Any]:
    return [loads(body.encode()) for body in BY_NAME[name]]


def pages() -> list[tuple[dict[str, Any], Page]]:
    """Each example of a page, as JSON and as it is read."""
    return [(loads(body.encode()), feed.decode(body.encode())) for body in BY_NAME["page"]]


def valid(schema: str, document: Any) -> bool:
    return bool(jsonschema_rs.Draft202012Validator(publish.published()[f"{schema}.schema.json"]).is_valid(document))


def test_every_example_is_run_here() -> None:
    """What is fenced as JSON, XML or text is an example of a kind that a test below knows."""
    known = "node item event hashed canonical digest tombstone page atom cursors problem report "
    known += "keys statement signed message receipt handover story"
    assert sorted(BY_NAME) == sorted(known.split())
    assert len(EXAMPLES) == len(re.findall(r"^```(?:json|xml|text)$", TEXT, re.MULTILINE))


def test_the_tables_are_those_of_the_code() -> None:
    assert publish.refreshed(TEXT) == TEXT, "run: python -m schemas.publish"
    assert all(TEXT.count(f"<!-- generated: {name} -->") == 1 for name in publish.regions())


def test_a_stale_table_is_found() -> None:
    assert publish.refreshed(TEXT.replace("≤ 200 characters", "≤ 300 characters")) == TEXT
    assert TEXT.count("≤ 200 characters") > 2


def test_the_node_document_is_one() -> None:
    (document,) = values("node")
    assert load_node_document(document).licence == "CC0-1.0"
    assert valid("node", document)


def test_the_story_is_one() -> None:
    (document,) = values("story")
    story = load_story(document)
    assert story.other == Other("community_group")
    assert load_story(dump_story(story)) == story


def test_the_item_is_a_listing_with_its_hash() -> None:
    (item,) = values("item")
    assert load_listing(item).title == "Oak desk"
    assert item["_sharefeed"]["hash"] == listing_hash(item)
    assert valid("listing", item)


def test_the_keys_follow_each_other_as_they_say() -> None:
    (told,) = values("keys")
    new, old = load_node_document({**values("node")[0], "keys": told}).keys
    assert new.from_ is not None
    said = signing.statement("https://gladstone.example/", new.public, new.from_)
    assert said.decode() == BY_NAME["statement"][0].strip()
    assert signing.verify(old.public, signing.KEY, said, new.sig or "")
    assert [key.id for key in (new, old)] == [signing.key_id(key.public) for key in (new, old)]


def test_the_request_is_signed_by_the_newest_key_and_is_a_message() -> None:
    head, _, body = BY_NAME["signed"][0].removesuffix("\n").partition("\n\n")
    headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in head.splitlines()[1:])}
    message = load_message(loads(body.encode()))
    found = check(Request("POST", f"{message.to}inbox", headers), body.encode(), int(message.at.timestamp()))
    key = values("keys")[0][0]
    assert found.is_by(key["public"])
    assert found.keyid == f"{message.from_}#{key['id']}"
    assert message.exchange is not None
    assert message.exchange.startswith(f"{message.to}exchanges/")


def test_the_answer_is_a_message_of_a_type_that_stands_in_the_table() -> None:
    (document,) = values("message")
    assert load_message(document).state is not None
    named = set(re.findall(r"^\| `(\w+)` \| (?:asker|owner|both) \|", TEXT, re.MULTILINE))
    assert named == set(TYPES) - {"verdict"}


def test_the_halves_are_signed_as_the_text_says_and_make_the_handover() -> None:
    sent = values("receipt")
    for item in sent:
        public = signing.public_of(key_of(item["_sharefeed"]["signed_by"]))
        assert f"`{public}`" in TEXT
        assert is_signed_with(item, public)
        assert valid("receipt", item)
    found = pair(load_half(item) for item in sent)
    assert found is not None
    made = handover(found, 0)
    assert made is not None
    assert line_of(made) == values("handover")[0]


def test_the_members_that_must_be_the_same_are_those_of_the_code() -> None:
    told = TEXT.partition("members must be the same:")[2].partition("Everything else")[0]
    assert set(re.findall(r"`(\w+)`", told)) == {part for path in SAME for part in path.split("/")}


def test_the_event_is_one() -> None:
    (event,) = values("event")
    day = EventSchema().load(event).on[-1]
    workshop = {**values("item")[0], "_sharefeed": {**values("item")[0]["_sharefeed"], "event": event}}
    workshop["_sharefeed"] |= {"kind": "skill", "action": "help", "expires": f"{day}T20:00:00Z"}
    workshop["_sharefeed"].pop("condition", None)
    assert load_listing(workshop).event is not None
    assert valid("listing", workshop)


def test_the_canonical_form_and_its_hash() -> None:
    (item,) = values("hashed")
    form, hash_ = BY_NAME["canonical"][0].splitlines()
    assert canonical_bytes(bare(item)).decode() == form
    assert listing_hash(item) == hash_


def test_the_digest_of_one_listing() -> None:
    (item,) = values("item")
    assert BY_NAME["digest"][0].strip() == digest_hex(contribution(item["id"], item["_sharefeed"]["hash"]))


def test_the_tombstone_is_one() -> None:
    (tombstone,) = load_tombstones(values("tombstone"), "")[0]
    assert tombstone.reason == "given"


def test_the_pages_are_pages_of_valid_listings() -> None:
    for document, page in pages():
        assert page.head is not None
        assert page.problems == ()
        assert [load_listing(item).id for item in page.items] == [item["id"] for item in document["items"]]
        assert valid("page", document)
        assert all(item["_sharefeed"].get("hash") in (None, listing_hash(item)) for item in page.items)


def test_the_pages_are_read_as_the_text_says() -> None:
    complete, changes = (page for _, page in pages())
    assert complete.head is not None
    assert changes.head is not None
    assert (complete.head.complete, len(complete.head.deleted)) == (True, 1)
    assert (changes.head.more, changes.head.complete) == (True, False)
    assert changes.next_url == f"{changes.feed_url}?after={changes.head.checkpoint}"


def test_every_listing_of_the_examples_would_be_shown() -> None:
    for body in BY_NAME["page"]:
        read = reading.read_page(body.encode(), None, Context("https://city.example/", int(NOW.timestamp())))
        assert [(item.id, item.problems) for item in read.items if item.problems] == []


def test_the_count_and_digest_of_the_change_feed() -> None:
    (desk,), (_, (changes, _)) = values("item"), pages()
    live = [desk, *changes["items"]]
    total = sum(contribution(item["id"], item["_sharefeed"]["hash"]) for item in live)
    assert (changes["_sharefeed"]["count"], changes["_sharefeed"]["digest"]) == (len(live), digest_hex(total))


def test_the_atom_document_carries_what_the_json_document_does() -> None:
    (atom,) = (atom_feed.decode(body.encode()) for body in BY_NAME["atom"])
    ((_, json), _) = pages()
    assert (atom.items, atom.head, atom.title, atom.home_page_url) == (
        json.items,
        json.head,
        json.title,
        json.home_page_url,
    )


def test_the_cursors_are_those_of_this_software() -> None:
    later, first = (cursor.parse(line) for line in BY_NAME["cursors"][0].split())
    assert (later.base, first.base > first.position) == (0, True)
    assert pages()[1][0]["_sharefeed"]["checkpoint"] == str(first)


def test_the_problem_documents_have_the_types_of_this_software() -> None:
    found = [(problem.problem_type(body.encode()), loads(body.encode())["status"]) for body in BY_NAME["problem"]]
    assert found == [(problem.RESYNC, 410), (problem.BAD_CURSOR, 400)]


def test_the_report_speaks_of_listings_of_this_page() -> None:
    (report,) = values("report")
    known = {item["id"]: item["_sharefeed"]["hash"] for item in (*values("item"), *pages()[1][0]["items"])}
    assert {listing["id"]: listing["hash"] for listing in report["listings"]} == known
    assert {listing["verdict"] for listing in report["listings"]} <= set(STATES)
    reasons = [reason for listing in report["listings"] for reason in listing["reasons"]]
    assert [Problem(**reason).as_json() for reason in reasons] == reasons


# Words by which the code explains why something is wrong with a document or a listing.
_CODES = re.compile(
    r"""(?:refuse|DocumentError\.of|Fault)\(\s*"([a-z-]+)" | Problem\([^,()]*(?:\([^()]*\))?[^,()]*,\s*"([a-z-]+)"
      | code\s*=(?!=)\s*[^"\n]*"([a-z-]+)" """,
    re.VERBOSE,
)
# Said of a whole poll or of an address that was pasted, not of a document by itself.
_OF_A_POLL = {"not-a-change-feed", "other-node", "too-many-listings", "stale"}
_OF_AN_ADDRESS = {"not-sharefeed", "feed-unusable", "invalid"}
# Said of an operator's file of factors, and of a story; neither stands in a feed of listings or receipts.
_OF_NO_FEED = {"unknown-source", "person-named"}


def codes_of_the_code() -> set[str]:
    found = set()
    for path in SOURCES:
        for match in _CODES.finditer(path.read_text(encoding="utf-8")):
            found.add(next(filter(None, match.groups())))
    return found


def test_every_code_is_explained() -> None:
    table = TEXT.partition("## Verdicts")[2].partition("## JSON Schemas")[0]
    explained = {
        code for row in re.findall(r"^\| (`.*?) \|", table, re.MULTILINE) for code in re.findall(r"`([^`]+)`", row)
    }
    assert codes_of_the_code() - explained - _OF_A_POLL - _OF_AN_ADDRESS - _OF_NO_FEED == set()
    assert {"not-free", "bad-text", "doctype"} <= explained
