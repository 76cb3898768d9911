"""How entries of a plain feed become listings, and that they stay the same from poll to poll."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from federation.plain import Defaults, cut, with_defaults
from schemas import feed
from schemas.canonical import listing_hash
from schemas.errors import DocumentError
from schemas.listing import load_listing
from schemas.organisation import Organisation
from schemas.place import Place
from schemas.vocabulary import ACTIONS_OF_KIND
from tests.schemas import made
from tests.thorough import examples

DAY = 86_400
NOW = int(made.NOW.timestamp())
SHOP = Organisation("https://shop.example/", "The repair shop", "charity", url="https://shop.example/")
DEFAULTS = Defaults(SHOP, place=Place("Shop", "Peterborough", "PE1", "GB", 52.5, -0.2), language="en")
ENTRY = {
    "id": "https://shop.example/posts/1",
    "url": "https://shop.example/posts/1",
    "title": "Kettles to give away",
    "content_html": "<p>Three kettles, <b>tested</b>.</p>",
    "date_published": "2026-11-20T10:00:00Z",
}


def entry(**changes: Any) -> dict[str, Any]:
    item = {**ENTRY, **changes}
    return {name: value for name, value in item.items() if value is not None}


def listing_of(item: dict[str, Any], defaults: Defaults = DEFAULTS, now: int = NOW) -> dict[str, Any]:
    """The listing item, once it has been found valid."""
    made_whole = with_defaults(item, defaults, now)
    load_listing(made_whole)
    return made_whole


def test_an_entry_becomes_a_whole_listing() -> None:
    listing = load_listing(with_defaults(entry(), DEFAULTS, NOW))
    assert (listing.id, listing.title) == (ENTRY["id"], ENTRY["title"])
    assert (listing.direction, listing.kind, listing.action, listing.category) == ("offer", "item", "give", "other")
    assert (listing.organisation, listing.place, listing.language) == (SHOP, DEFAULTS.place, "en")
    assert listing.content_html == ENTRY["content_html"]
    assert listing.date_modified == datetime(2026, 11, 20, 10, tzinfo=UTC)
    assert listing.expires == datetime(2026, 12, 20, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    ("changes", "modified"),
    [
        pytest.param({"date_modified": "2026-11-21T09:00:00+01:00"}, "2026-11-21T08:00:00Z", id="later change counts"),
        pytest.param({"date_modified": "2026-11-01T00:00:00Z"}, "2026-11-20T10:00:00Z", id="later publication counts"),
        pytest.param({"date_modified": "last week"}, "2026-11-20T10:00:00Z", id="no date is passed over"),
        pytest.param({"date_modified": "2099-01-01T00:00:00Z"}, "2026-11-20T10:00:00Z", id="the future does not count"),
    ],
)
def test_its_date_is_the_later_one(changes: dict[str, Any], modified: str) -> None:
    listing = listing_of(entry(**changes))
    assert listing["date_modified"] == modified
    assert load_listing(listing).expires == datetime.fromisoformat(modified) + timedelta(days=30)


@pytest.mark.parametrize(
    "dated",
    [
        pytest.param({"date_published": "2026-10-01T10:00:00Z"}, id="dated"),
        pytest.param({"date_published": None}, id="undated"),
        pytest.param({"date_published": "2099-10-01T10:00:00Z"}, id="in the far future"),
    ],
)
def test_the_same_entry_is_the_same_listing_from_poll_to_poll(dated: dict[str, Any]) -> None:
    start = NOW // (15 * DAY) * 15 * DAY
    hashes = {listing_hash(listing_of(entry(**dated), now=start + hours * 3600)) for hours in range(0, 15 * 24, 7)}
    assert len(hashes) == 1


@given(st.integers(0, 4_000_000_000), st.integers(1, 366))
def test_an_undated_entry_never_expires_while_it_is_in_the_feed(now: int, days: int) -> None:
    defaults = Defaults(SHOP, days_until_expiry=days)
    listing = load_listing(with_defaults(entry(date_published=None), defaults, now))
    assert listing.date_modified.timestamp() <= now < listing.expires.timestamp()


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        pytest.param({}, "https://shop.example/posts/1", id="a URI stays"),
        pytest.param({"id": "tag:shop.example,2026:1"}, "tag:shop.example,2026:1", id="so does any other kind of URI"),
        pytest.param({"id": None}, "https://shop.example/posts/1", id="no id: the address"),
        pytest.param({"id": " "}, "https://shop.example/posts/1", id="blank id: the address"),
        pytest.param({"id": "17"}, "urn:uuid:73c0185d-b849-5700-9f62-0e8b5bd52b2c", id="a guid that is no URI"),
        pytest.param({"id": 17}, "urn:uuid:73c0185d-b849-5700-9f62-0e8b5bd52b2c", id="a number is its text"),
    ],
)
def test_it_is_known_by(changes: dict[str, Any], expected: str) -> None:
    assert listing_of(entry(**changes))["id"] == expected


@pytest.mark.parametrize(
    ("item", "pointer", "code"),
    [
        pytest.param(entry(id=None, url=None), "/id", "missing", id="neither id nor address"),
        pytest.param(entry(id=["x"], url="javascript:1"), "/id", "missing", id="neither is usable"),
        pytest.param(entry(title=None, content_html="<img src=x>"), "/title", "missing", id="nothing to say"),
        pytest.param("an entry", "", "not-an-object", id="no object"),
    ],
)
def test_what_cannot_be_a_listing_is_skipped_with_a_reason(item: Any, pointer: str, code: str) -> None:
    with pytest.raises(DocumentError) as caught:
        with_defaults(item, DEFAULTS, NOW)
    assert [(problem.pointer, problem.code) for problem in caught.value.problems] == [(pointer, code)]


@pytest.mark.parametrize(
    ("changes", "title"),
    [
        pytest.param({"title": None}, "Three kettles, tested.", id="from markup"),
        pytest.param({"title": " ", "content_text": "One\n kettle"}, "One kettle", id="from text"),
        pytest.param({"title": None, "content_html": None, "summary": "Kettle"}, "Kettle", id="from the summary"),
        pytest.param({"title": "a\x00\tb\n c"}, "a b c", id="one line without control characters"),
        pytest.param({"title": "word " * 60}, ("word " * 39 + "word") + "…", id="cut at a word"),
        pytest.param({"title": None, "content_text": "word " * 60}, "word " * 15 + "word…", id="first words"),
    ],
)
def test_its_title_is(changes: dict[str, Any], title: str) -> None:
    assert listing_of(entry(**changes))["title"] == title


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        pytest.param({"url": "ftp://x"}, {"url": None}, id="no web address"),
        pytest.param({"image": "x.jpg"}, {"image": None}, id="no picture address"),
        pytest.param({"image": "https://x.example/a.jpg"}, {"image": "https://x.example/a.jpg"}, id="picture"),
        pytest.param({"language": "klingon!"}, {"language": "en"}, id="no language"),
        pytest.param({"language": "pl"}, {"language": "pl"}, id="own language"),
        pytest.param({"tags": ["a", "a", " ", 7, "b\n c"]}, {"tags": ["a", "b c"]}, id="odd tags"),
        pytest.param({"tags": [str(n) for n in range(50)]}, {"tags": [str(n) for n in range(20)]}, id="many tags"),
        pytest.param({"tags": "a, b"}, {"tags": None}, id="tags that are no list"),
        pytest.param({"content_text": "\x00"}, {"content_text": None}, id="nothing but control characters"),
        pytest.param({"later": {"x": 1}}, {"later": {"x": 1}}, id="unknown members stay"),
        pytest.param({"content_html": "<p>" + "word " * 9000}, {"content_html": None}, id="far too much markup"),
        pytest.param({"date_published": "x"}, {"date_published": None}, id="no date"),
    ],
)
def test_what_it_says_is_kept_as_far_as_it_can_be(changes: dict[str, Any], expected: dict[str, Any]) -> None:
    listing = listing_of(entry(**changes))
    assert {name: listing.get(name) for name in expected} == expected


def test_markup_that_is_too_long_becomes_text_that_is_not() -> None:
    listing = listing_of(entry(content_html="<p>" + "word " * 9000))
    assert len(listing["content_text"]) <= 10_000
    assert listing["content_text"].endswith("word…")


@pytest.mark.parametrize(
    ("own", "place"),
    [
        pytest.param(None, {"name": "Shop", "locality": "Peterborough", "postcode": "PE1"}, id="none: the default"),
        pytest.param(
            {"lat": 1, "lon": 2}, {"lat": 1, "lon": 2, "locality": "Peterborough", "country": "GB"}, id="point"
        ),
        pytest.param({"locality": "Ely"}, {"locality": "Ely", "country": "GB"}, id="own town"),
    ],
)
def test_its_place_is(own: Any, place: dict[str, Any]) -> None:
    listing = listing_of(entry(_sharefeed={"place": own} if own else None))
    found = listing["_sharefeed"]["place"]
    assert place.items() <= found.items()
    assert "name" not in found or own is None


def test_its_own_kind_brings_the_action_that_goes_with_it() -> None:
    listing = load_listing(with_defaults(entry(_sharefeed={"kind": "space"}), DEFAULTS, NOW))
    assert (listing.kind, listing.action) == ("space", "host")


def test_a_price_in_the_feed_is_seen_in_the_listing() -> None:
    shop = b"""<rss version="2.0" xmlns:g="http://base.google.com/ns/1.0"><channel><title>Shop</title>
    <item><guid>1</guid><title>Kettle</title><g:price>12.00 GBP</g:price></item>
    <item><guid>2</guid><title>Free kettle</title><g:price>0.00 GBP</g:price></item></channel></rss>"""
    sold, free = (with_defaults(item, DEFAULTS, NOW) for item in feed.decode(shop).items)
    load_listing(free)
    with pytest.raises(DocumentError) as caught:
        load_listing(sold)
    assert [problem.code for problem in caught.value.problems] == ["not-free"]


@settings(max_examples=examples(80), deadline=None)
@given(
    st.dictionaries(
        st.sampled_from([*ENTRY, "tags", "image", "language", "_sharefeed", "x"]), made.json_values(made.loose_text())
    )
)
def test_any_item_becomes_something_or_says_why_not(item: dict[str, Any]) -> None:
    outcomes = [outcome(item), outcome(item)]
    assert outcomes[0] == outcomes[1]
    assert outcomes[0] in ({"/id"}, {"/title"}) or {"id", "title", "date_modified", "_sharefeed"} <= outcomes[0].keys()


def outcome(item: dict[str, Any]) -> Any:
    try:
        return with_defaults(item, DEFAULTS, NOW)
    except DocumentError as error:
        return {problem.pointer for problem in error.problems}


def test_defaults_survive_their_json() -> None:
    whole = Defaults(SHOP, "want", "space", "host", "spaces", DEFAULTS.place, "pl", 14)
    assert Defaults.from_json(whole.to_json()) == whole
    assert Defaults.from_json(Defaults(SHOP).to_json()) == Defaults(SHOP)


@given(made.organisations, st.sampled_from([(k, a) for k, actions in ACTIONS_OF_KIND.items() for a in actions]))
def test_any_defaults_survive_their_json(organisation: Organisation, fitting: tuple[str, str]) -> None:
    defaults = Defaults(organisation, kind=fitting[0], action=fitting[1])
    assert Defaults.from_json(defaults.to_json()) == defaults


@pytest.mark.parametrize(
    ("text", "pointers"),
    [
        pytest.param("{", [""], id="no JSON"),
        pytest.param("[]", [""], id="no object"),
        pytest.param("{}", ["/organisation"], id="no organisation"),
        pytest.param(
            '{"organisation": {"id": "x:1", "name": "x"}, "days_until_expiry": 400, "kind": "pet"}',
            ["/organisation/type", "/days_until_expiry", "/kind"],
            id="several faults",
        ),
        pytest.param(
            '{"organisation": {"id": "x:1", "name": "x", "type": "school"}, "kind": "skill", "action": "give"}',
            ["/action"],
            id="kind and action do not fit",
        ),
    ],
)
def test_faulty_defaults_are_explained(text: str, pointers: list[str]) -> None:
    with pytest.raises(DocumentError) as caught:
        Defaults.from_json(text)
    assert sorted(problem.pointer for problem in caught.value.problems) == sorted(pointers)


@given(st.text(max_size=80), st.integers(2, 40))
def test_cutting_keeps_the_limit_and_the_beginning(text: str, limit: int) -> None:
    short = cut(text, limit)
    assert len(short) <= limit
    assert text.startswith(short.removesuffix("…"))
