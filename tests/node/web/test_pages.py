"""Public pages over HTTP: the front of a publisher, listings and organisations of its own and from elsewhere."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest
from flask.testing import FlaskClient
from lxml import html

from federation.facts import Entry, facts_of, short_key
from node.app import create_app
from node.context import Node
from node.services.listings.expiry import expire
from node.services.listings.publishing import edit, put_listings, put_organisation, withdraw
from node.storage import catalogue
from schemas.canonical import EXTENSION
from schemas.free.prices import price_members
from schemas.listing import Image, dump_listing, load_listing
from schemas.organisation import Identifier, Organisation
from schemas.page import with_hash
from schemas.place import Place
from tests.fakes.publisher import START, URL, clock_of, desk, draft, publisher, school

DESK = "/listings/riverside-school.a"
ELSEWHERE = Organisation("https://far.example/organisations/club", "Far Club", "charity", "https://club.example/")
FAR_ID = "https://far.example/listings/1"


def node_in(home: Path, **settings: Any) -> Iterator[Node]:
    made = publisher(home, **settings)
    yield made
    made.database.close()


@pytest.fixture
def node(tmp_path: Path) -> Iterator[Node]:
    yield from node_in(tmp_path)


@pytest.fixture
def web(node: Node) -> FlaskClient:
    return create_app(node).test_client()


def tree_of(web: FlaskClient, path: str, status: int = 200) -> Any:
    answer = web.get(path, base_url=URL)
    assert answer.status_code == status, answer.text
    assert answer.mimetype == "text/html"
    return html.fromstring(answer.text)


def text_of(tree: Any) -> str:
    return " ".join(tree.xpath("string(//main)").split())


def take(node: Node, **members: Any) -> str:
    """Show a listing of another node; its key."""
    listing = replace(desk(ELSEWHERE, **members), id=FAR_ID, url=FAR_ID)
    item = with_hash(dump_listing(listing), ("https://origin.example/", "https://far.example/"))
    text, via = orjson.dumps(item).decode(), tuple(item[EXTENSION]["via"])
    entry = Entry(FAR_ID, short_key(FAR_ID), 1, text, item[EXTENSION]["hash"], via, facts_of(load_listing(item)))
    with node.database.write() as tx:
        catalogue.apply(tx, [entry], [], node.now)
    return entry.key


def test_a_listing_has_a_page_with_all_that_is_said(node: Node, web: FlaskClient) -> None:
    put_listings(node, [draft(node, content_text="Oak.\n\nHeavy.", condition="good", weight_kg=31, tags=("oak",))])
    tree = tree_of(web, DESK)
    assert tree.xpath("string(//h1)") == "A desk"
    shown = text_of(tree)
    for words in ("Oak.", "Heavy.", "Good", "31 kg", "Riverside School", "School", "Furniture", "oak"):
        assert words in shown
    assert tree.xpath("//link[@rel='canonical']/@href") == [URL.rstrip("/") + DESK]
    assert tree.xpath("//link[@rel='sharefeed']/@href") == ["/.well-known/sharefeed.json"]
    feeds = tree.xpath("//link[@rel='alternate'][not(contains(@type, 'oembed'))]/@href")
    assert set(feeds) == {"/feed.json", "/feed.atom"}


def test_a_listing_is_described_to_search_engines_as_free(node: Node, web: FlaskClient) -> None:
    put_listings(node, [draft(node, content_text='</script><script>alert("x")</script>')])
    tree = tree_of(web, DESK)
    document = json.loads(tree.xpath("string(//script[@type='application/ld+json'])"))
    assert (document["price"], document["isAccessibleForFree"]) == (0, True)
    assert document["itemOffered"]["description"].startswith("</script>")
    assert list(price_members(document)) == []
    assert not tree.xpath("//script[not(@type) and not(@src)]")


def test_text_of_others_is_cleaned_and_links_are_marked(node: Node, web: FlaskClient) -> None:
    rich = '<p onclick="x()">See <a href="https://x.example/">this</a><img src="https://spy.example/p.gif"></p>'
    put_listings(node, [draft(node, content_html=rich), draft(node, "b", content_text="At https://y.example/b.")])
    tree = tree_of(web, DESK)
    assert tree.xpath("//a[@href='https://x.example/']/@rel") == ["nofollow noopener ugc"]
    assert not tree.xpath("//*[@onclick] | //main//img[not(@class='qr')]")
    other = tree_of(web, "/listings/riverside-school.b")
    assert other.xpath("//a[@href='https://y.example/b']/@rel") == ["nofollow noopener ugc"]


def test_language_and_direction_are_those_of_the_listing(node: Node, web: FlaskClient) -> None:
    put_listings(node, [draft(node, title="میز", language="ur")])
    heading = tree_of(web, DESK).xpath("//h1")[0]
    assert (heading.get("lang"), heading.get("dir")) == ("ur", "auto")


def test_a_want_is_marked_as_one(node: Node, web: FlaskClient) -> None:
    put_listings(node, [draft(node, direction="want")])
    assert "Do you have this?" in text_of(tree_of(web, DESK))
    assert "What is wanted" in text_of(tree_of(web, "/"))


def test_a_person_is_sent_where_the_giver_wants_to_be_asked(node: Node, web: FlaskClient) -> None:
    put_listings(node, [draft(node, request_url="https://school.example/ask")])
    assert "https://school.example/ask" in tree_of(web, DESK).xpath("//main//a/@href")


@pytest.mark.parametrize(
    ("end", "words"),
    [
        pytest.param("given", "It has found a new home.", id="given"),
        pytest.param("withdrawn", "The organisation took it down.", id="withdrawn"),
        pytest.param("expired", "Its time on the board is over.", id="expired, not yet swept"),
        pytest.param("swept", "Its time on the board is over.", id="expired and swept"),
    ],
)
def test_what_is_gone_says_so_kindly_with_status_410(node: Node, web: FlaskClient, end: str, words: str) -> None:
    put_listings(node, [draft(node)])
    if end in ("expired", "swept"):
        clock_of(node).pass_by(days=61)
    else:
        withdraw(node, "riverside-school.a", end)
    if end == "swept":
        assert expire(node) == 1
    tree = tree_of(web, DESK, status=410)
    assert words in text_of(tree)
    assert tree.xpath("//meta[@name='robots']/@content") == ["noindex"]
    assert "A desk" not in text_of(tree_of(web, "/"))
    assert "A desk" not in text_of(tree_of(web, "/organisations/riverside-school"))


def test_a_want_that_is_met_has_found_no_new_home(node: Node, web: FlaskClient) -> None:
    put_listings(node, [draft(node, direction="want")])
    withdraw(node, "riverside-school.a", "given")
    said = text_of(tree_of(web, DESK, status=410))
    assert "They have what they were looking for." in said
    assert "new home" not in said


@pytest.mark.parametrize("path", ["/listings/none", "/organisations/none", "/?page=0", "/?page=2", "/listings/a/b"])
def test_what_never_was_is_not_found(web: FlaskClient, path: str) -> None:
    tree_of(web, path, status=404)


def test_an_organisation_has_a_page_with_its_profile_and_listings(node: Node, web: FlaskClient) -> None:
    profile = replace(
        school(node),
        url="https://school.example/",
        description="We teach.",
        identifiers=(Identifier("GB-CHC", "1234"),),
    )
    put_organisation(node, profile)
    put_listings(node, [draft(node), draft(node, "b", title="A helper", direction="want")])
    tree = tree_of(web, "/organisations/riverside-school")
    shown = text_of(tree)
    for words in ("Riverside School", "We teach.", "1234", "A desk", "A helper", "What they are looking for"):
        assert words in shown
    assert "https://school.example/" in tree.xpath("//main//a/@href")
    document = json.loads(tree.xpath("string(//script[@type='application/ld+json'])"))
    assert (document["@type"], document["name"]) == ("School", "Riverside School")


def test_an_organisation_without_listings_has_a_page_too(node: Node, web: FlaskClient) -> None:
    school(node)
    assert "nothing on the board" in text_of(tree_of(web, "/organisations/riverside-school"))


def test_the_front_page_shows_the_newest_first_and_goes_on(node: Node, web: FlaskClient) -> None:
    for number in range(30):
        put_listings(node, [draft(node, f"n{number}", title=f"Thing {number:02}")])
    first, second = tree_of(web, "/"), tree_of(web, "/?page=2")
    assert first.xpath("//h3//text()")[:2] == ["Thing 29", "Thing 28"]
    assert "Thing 05" not in text_of(first)
    assert second.xpath("//h3//text()") == [f"Thing {number:02}" for number in range(5, -1, -1)]
    assert "30 listings" in text_of(first)
    assert "/?page=2" in first.xpath("//main//a/@href")
    assert "/" in second.xpath("//nav[@aria-label='Pages']//a/@href")


def test_a_picture_of_ours_is_shown_and_one_elsewhere_is_not_loaded(node: Node, web: FlaskClient) -> None:
    name = "0" * 32 + ".jpg"
    (node.settings.home / "media").mkdir()
    (node.settings.home / "media" / name).write_bytes(b"\xff\xd8picture")
    images = (Image(f"{URL}media/{name}", "A red desk"), Image("https://spy.example/1.jpg"))
    put_listings(node, [draft(node, images=images)])
    tree = tree_of(web, DESK)
    assert [(i.get("src"), i.get("alt")) for i in tree.xpath("//main//img[not(@class='qr')]")] == [
        (f"/media/{name}", "A red desk")
    ]
    with web.get(f"/media/{name}", base_url=URL) as answer:
        assert (answer.data, answer.mimetype) == (b"\xff\xd8picture", "image/jpeg")
        assert "immutable" in answer.headers["Cache-Control"]


@pytest.mark.parametrize(
    "name", ["x.jpg", "../secret.key", "..%2Fsecret.key", "0" * 32 + ".svg", "0" * 32 + ".jpg", ".part"]
)
def test_no_other_file_is_served_as_a_picture(node: Node, web: FlaskClient, name: str) -> None:
    (node.settings.home / "media").mkdir()
    for file in ("x.jpg", "0" * 32 + ".svg", ".part"):
        (node.settings.home / "media" / file).write_text("private")
    assert web.get(f"/media/{name}", base_url=URL).status_code == 404


class TestOnACatalogue:
    @pytest.fixture
    def node(self, tmp_path: Path) -> Iterator[Node]:
        yield from node_in(tmp_path, aggregate=True)

    def test_a_listing_from_elsewhere_leads_home(self, node: Node, web: FlaskClient) -> None:
        key = take(node, place=Place(locality="Farcet", lat=52.5, lon=-0.2, precision_m=500))
        tree = tree_of(web, f"/listings/{key}")
        assert tree.xpath("//link[@rel='canonical']/@href") == [FAR_ID]
        assert FAR_ID in tree.xpath("//main//a/@href")
        assert f"/organisations/{short_key(ELSEWHERE.id)}" in tree.xpath("//main//a/@href")
        shown = text_of(tree)
        for words in ("far.example", "origin.example", "Farcet", "Far Club"):
            assert words in shown

    def test_its_organisation_has_a_page_here(self, node: Node, web: FlaskClient) -> None:
        take(node)
        shown = text_of(tree_of(web, f"/organisations/{short_key(ELSEWHERE.id)}"))
        assert "Far Club" in shown
        assert "A desk" in shown

    def test_a_remote_picture_is_asked_for_and_shown_from_our_copy_alone(self, node: Node, web: FlaskClient) -> None:
        from node.services.pictures import proxy
        from node.storage import photos as stored

        address = "https://far.example/desk.jpg"
        key = take(node, images=(Image(address, "Their desk"),))
        assert not tree_of(web, f"/listings/{key}").xpath("//main//img[not(@class='qr')]")
        with node.database.write() as tx:
            assert stored.by_keys(tx, {proxy.key_of(address)})
            stored.ready(tx, proxy.key_of(address), 960, 720, node.now)
        image = tree_of(web, f"/listings/{key}").xpath("//main//img[not(@class='qr')]")[0]
        assert (image.get("src"), image.get("alt")) == (f"/photos/{proxy.key_of(address)}.jpg", "Their desk")

    def test_a_removed_source_listing_is_gone(self, node: Node, web: FlaskClient) -> None:
        key = take(node, expires=START + timedelta(days=1))
        clock_of(node).pass_by(days=2)
        assert "time on the board is over" in text_of(tree_of(web, f"/listings/{key}", status=410))


def test_under_a_path_every_link_keeps_it(node: Node, web: FlaskClient) -> None:
    put_listings(node, [draft(node)])
    answer = web.get("/", base_url=URL + "free")
    links = {link for link in html.fromstring(answer.text).xpath("//@href | //@src") if link.startswith("/")}
    assert links
    assert all(link.startswith("/free/") for link in links)


def test_an_edit_is_seen_at_once(node: Node, web: FlaskClient) -> None:
    put_listings(node, [draft(node)])
    edit(node, "riverside-school.a", title="A bench")
    assert tree_of(web, DESK).xpath("string(//h1)") == "A bench"
