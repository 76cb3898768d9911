"""The list of an organisation's listings: found, changed several at a time, and what each of them said before."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from lxml import html
from werkzeug.test import TestResponse

from node.context import Node
from node.services.desk import listings
from node.services.listings import expiry, publishing
from node.services.listings.drafts import Draft
from node.services.listings.own_ids import new_key
from node.services.listings.publishing import put_listings
from node.services.organisations import hosting
from node.storage import board_reports
from node.storage import listings as stored
from node.storage.board_reports import BoardReport, Verdict
from schemas.place import Place
from tests.fakes.publisher import START, URL, clock_of, desk
from tests.node.web.desk.signed_in import send, signed_in

LIST = "/desk/riverside-school/listings"
FIELDS = ("reason", "category")
HALL = Place(name="Main hall", locality="Werrington", country="GB")
THINGS = {
    "chairs": {"title": "Twelve stacking chairs", "category": "furniture/chair", "place": HALL},
    "tent": {"title": "Gazebo", "category": "events/marquee", "action": "lend", "kind": "equipment"},
    "desk": {"title": "A desk for <b>you</b>"},
    "hours": {"title": "Bookkeeping", "category": "skill/finance", "action": "help", "kind": "skill"},
}


@pytest.fixture
def browser(app: Flask, node: Node) -> FlaskClient:
    made = signed_in(app, node, "riverside-school", "editor")
    host = hosting.organisation(node, "riverside-school")
    assert host is not None
    for ref, members in THINGS.items():
        put_listings(node, [Draft(desk(host.organisation, **members), new_key("riverside-school", ref), ref)], "Anna")
        clock_of(node).pass_by(minutes=1)
    return made


def key(ref: str) -> str:
    return f"riverside-school.{ref}"


def tree(answer: TestResponse) -> html.HtmlElement:
    return html.document_fromstring(answer.get_data(as_text=True))


def titles(browser: FlaskClient, query: str = "") -> list[str]:
    return [link.text for link in tree(browser.get(LIST + query)).xpath("//a[@class='own-title']")]


def do(browser: FlaskClient, doing: str, *refs: str, query: str = "", **fields: str) -> TestResponse:
    page = f"{LIST}/new/give"
    return send(browser, LIST + query, page, then=doing, key=[key(ref) for ref in refs], **fields)


def state(node: Node, ref: str) -> str:
    return publishing.listing(node, key(ref)).state


def feed(browser: FlaskClient) -> set[str]:
    return {item["title"] for item in browser.get("/feed.json").get_json()["items"]}


def test_the_latest_change_stands_first(browser: FlaskClient) -> None:
    assert titles(browser) == ["Bookkeeping", "A desk for <b>you</b>", "Gazebo", "Twelve stacking chairs"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("?q=chair", ["Twelve stacking chairs"]),
        ("?q=STACK twelve", ["Twelve stacking chairs"]),
        ("?q=acking", []),
        ("?q=tent", ["Gazebo"]),
        ("?sign=lend", ["Gazebo"]),
        ("?category=furniture", ["A desk for <b>you</b>", "Twelve stacking chairs"]),
        ("?category=furniture/chair", ["Twelve stacking chairs"]),
        ("?q=%25chair_", ["Twelve stacking chairs"]),
        ("?q=ch%25", ["Twelve stacking chairs"]),
        ("?sign=x&state=y&page=-3", []),
        ("?state=y", ["Bookkeeping", "A desk for <b>you</b>", "Gazebo", "Twelve stacking chairs"]),
        ("?q=%00", ["Bookkeeping", "A desk for <b>you</b>", "Gazebo", "Twelve stacking chairs"]),
    ],
)
def test_it_is_searched_and_filtered(browser: FlaskClient, query: str, found: list[str]) -> None:
    assert titles(browser, query) == found


def test_pages_have_fifty(browser: FlaskClient, node: Node) -> None:
    host = hosting.organisation(node, "riverside-school")
    assert host is not None
    many = [
        Draft(desk(host.organisation, title=f"Box {n}"), new_key("riverside-school", f"b{n}"), None) for n in range(60)
    ]
    put_listings(node, many)
    assert len(titles(browser)) == listings.PAGE
    assert len(titles(browser, "?page=2")) == 14
    assert tree(browser.get(LIST)).xpath("//a[@rel='next']/@href") == [f"{LIST}?state=live&page=2"]
    assert "64 listings" in browser.get(LIST).get_data(as_text=True)
    assert titles(browser, "?page=3") == titles(browser, "?page=2")


def test_whoever_takes_down_a_whole_last_page_sees_what_is_left(browser: FlaskClient) -> None:
    answer = do(browser, "pause", "chairs", query="?page=2")
    assert len(titles(browser, answer.headers["Location"].removeprefix(LIST))) == 3
    assert titles(browser, "?state=withdrawn&page=2") == []


def test_what_is_paused_is_not_shown_and_comes_back(browser: FlaskClient, app: Flask, node: Node) -> None:
    assert do(browser, "pause", "tent", "desk").status_code == 303
    assert (state(node, "tent"), state(node, "desk"), state(node, "chairs")) == ("paused", "paused", "live")
    assert feed(browser) == {"Twelve stacking chairs", "Bookkeeping"}
    assert titles(browser, "?state=paused") == ["Gazebo", "A desk for <b>you</b>"]
    clock_of(node).pass_by(days=70)
    expiry.expire(node)
    browser = signed_in(app, node, "riverside-school", "editor")
    do(browser, "resume", "tent", query="?state=paused")
    row = publishing.listing(node, key("tent"))
    assert (row.state, "Gazebo" in feed(browser)) == ("live", True)
    assert row.expires_at == node.now + 90 * 86_400, "what would be over is shown for the usual time"


def test_a_change_or_an_import_wakes_nothing_that_is_paused(browser: FlaskClient, node: Node) -> None:
    do(browser, "pause", "tent")
    publishing.edit(node, key("tent"), title="A gazebo")
    row = publishing.listing(node, key("tent"))
    put_listings(node, [Draft(desk(row.listing().organisation, title="Tent"), row.key, row.import_ref)])
    assert state(node, "tent") == "paused"
    assert not feed(browser) & {"A gazebo", "Gazebo", "Tent"}


def test_several_are_renewed_taken_down_and_changed(browser: FlaskClient, app: Flask, node: Node) -> None:
    clock_of(node).pass_by(days=50)
    browser = signed_in(app, node, "riverside-school", "editor")
    do(browser, "renew", "chairs", "desk")
    assert {publishing.listing(node, key(ref)).expires_at for ref in ("chairs", "desk")} == {node.now + 90 * 86_400}
    do(browser, "category", "chairs", "desk", category="furniture/table")
    assert {publishing.listing(node, key(ref)).listing().category for ref in ("chairs", "desk")} == {"furniture/table"}
    later = (START + timedelta(days=100)).date()
    do(browser, "expires", "tent", expires=later.isoformat())
    assert publishing.listing(node, key("tent")).listing().expires.date() == later
    place = tree(browser.get(LIST)).xpath("//select[@id='place']/option[contains(., 'Main hall')]/@value")[0]
    do(browser, "place", "tent", "hours", place=place)
    assert publishing.listing(node, key("hours")).listing().place == HALL
    answer = do(browser, "withdraw", "chairs", "tent", query="?state=live&q=a", reason="given")
    assert answer.headers["Location"].endswith(f"{LIST}?state=live&q=a")
    assert "2 listings are taken down." in browser.get(LIST).get_data(as_text=True)
    assert titles(browser, "?state=withdrawn") == ["Gazebo", "Twelve stacking chairs"]
    assert browser.get(f"/listings/{key('tent')}").status_code == 410


@pytest.mark.parametrize(
    ("doing", "fields", "field"),
    [
        ("renew", {"none": "1"}, "key"),
        ("withdraw", {"reason": "because"}, "reason"),
        ("category", {"category": "no/such"}, "category"),
        ("expires", {"expires": "2026-11-01"}, "expires"),
        ("expires", {"expires": "2029-01-01"}, "expires"),
        ("expires", {"expires": "soon"}, "expires"),
        ("place", {"place": ""}, "place"),
        ("sell", {}, "then"),
    ],
)
def test_what_cannot_be_done_changes_nothing(
    browser: FlaskClient, node: Node, doing: str, fields: dict[str, str], field: str
) -> None:
    before = publishing.listings(node)
    answer = do(browser, doing, *([] if fields.pop("none", "") else ["chairs"]), **fields)
    assert answer.status_code == 422
    assert tree(answer).xpath(f"//div[@data-error-summary]//a[@href='#{field}']")
    assert publishing.listings(node) == before


def test_what_cannot_be_done_leaves_every_tick_and_field_as_it_was(browser: FlaskClient) -> None:
    page = tree(
        do(browser, "expires", "chairs", "hours", expires="2020-01-01", reason="removed", category="furniture/desk")
    )
    assert page.xpath("//input[@name='key'][@checked]/@value") == [key("hours"), key("chairs")]
    assert page.xpath("//input[@name='expires']/@value") == ["2020-01-01"]
    chosen = {name: page.xpath(f"//fieldset//select[@name='{name}']//option[@selected]/@value") for name in FIELDS}
    assert chosen == {"reason": ["removed"], "category": ["furniture/desk"]}


def test_nobody_reaches_the_listings_of_others(browser: FlaskClient, app: Flask, node: Node) -> None:
    stranger = signed_in(app, node, "mending-room", "owner")
    theirs = "/desk/mending-room/listings"
    answer = send(stranger, theirs, f"{theirs}/new/give", then="withdraw", reason="given", key=key("chairs"))
    assert answer.status_code == 422
    assert state(node, "chairs") == "live"
    assert stranger.get(f"{theirs}/{key('chairs')}/history").status_code == 404
    assert "chairs" not in stranger.get(theirs).get_data(as_text=True)


def test_who_may_only_look_sees_the_list_and_no_buttons(browser: FlaskClient, app: Flask, node: Node) -> None:
    viewer = signed_in(app, node, "riverside-school", "viewer")
    page = tree(viewer.get(LIST))
    assert len(page.xpath("//a[@class='own-title']")) == 4
    assert page.xpath("//button[@name='then']") == []
    assert viewer.get(f"{LIST}/{key('desk')}/history").status_code == 200
    answer = send(viewer, LIST, "/desk/", then="pause", key=key("desk"))
    assert (answer.status_code, state(node, "desk")) == (403, "live")


def test_the_history_says_who_changed_what_and_brings_it_back(browser: FlaskClient, node: Node) -> None:
    publishing.revise_all(node, [key("chairs")], lambda row: {"title": "Ten chairs", "place": None}, "Ben")
    clock_of(node).pass_by(minutes=1)
    do(browser, "pause", "chairs")
    page = tree(browser.get(f"{LIST}/{key('chairs')}/history"))
    steps = [step.text_content() for step in page.xpath("//li[@class='version']")]
    assert [step.split()[0] for step in steps] == ["Paused", "Changed", "Published"]
    assert ["Editor of riverside-school" in steps[0], "Ben" in steps[1], "Anna" in steps[2]] == [True] * 3
    assert page.xpath("//li[2]//del/text()") == ["Twelve stacking chairs", "Main hall, Werrington"]
    assert page.xpath("//li[2]//ins/text()") == ["Ten chairs"]
    first = page.xpath("//li[3]//input[@name='version']/@value")[0]
    here = f"{LIST}/{key('chairs')}/history"
    assert send(browser, here, here, version=first).status_code == 303
    row = publishing.listing(node, key("chairs"))
    assert (row.listing().title, row.listing().place, row.state) == ("Twelve stacking chairs", HALL, "paused")
    assert "An earlier version was brought back" in browser.get(here).get_data(as_text=True)
    assert send(browser, here, here, version="999999").status_code == 404
    assert send(browser, here, here, version="x").status_code == 404
    assert send(browser, here, here, version="9" * 30).status_code == 404


def test_drafts_stand_in_a_list_of_their_own(browser: FlaskClient) -> None:
    page = f"{LIST}/new/give"
    send(browser, "/desk/riverside-school/drafts/abcdefghijklmnop", page, then="save", sign="give", title="Half a so")
    assert titles(browser, "?state=drafts") == ["Half a so"]
    assert "Half a so" not in titles(browser)


def test_days_of_a_listing_stand_in_the_list(browser: FlaskClient, node: Node) -> None:
    publishing.renew(node, key("desk"), date(2026, 12, 5))
    assert tree(browser.get(LIST)).xpath("//*[@class='own-soon']")


def test_only_the_latest_versions_are_kept(browser: FlaskClient, node: Node) -> None:
    from node.storage import listing_versions

    for number in range(listing_versions.KEPT + 5):
        publishing.edit(node, key("desk"), title=f"Desk {number}")
    with node.database.write() as tx:
        listing_versions.tidy(tx)
    row = publishing.listing(node, key("desk"))
    with node.database.read() as tx:
        kept = listing_versions.of_listing(tx, row.id)
        assert stored.by_key(tx, row.key) == row
    assert [kept[0].item()["title"], len(kept)] == [f"Desk {listing_versions.KEPT + 4}", listing_versions.KEPT]


def test_the_page_of_a_listing_says_what_boards_made_of_it(browser: FlaskClient, node: Node) -> None:
    path = f"{LIST}/riverside-school.chairs/history"
    assert "On the boards" not in browser.get(path).text
    with node.database.write() as tx:
        board_reports.put(tx, BoardReport("https://city.example/", 7, node.now, node.now))
        id_ = f"{URL}listings/riverside-school.chairs"
        reasons = ("This states a price.", "<b>bold</b>")
        board_reports.replace(
            tx, "https://city.example/", [Verdict(id_, "https://city.example/", "held", "x", reasons)]
        )
    page = html.fromstring(browser.get(path).text)
    [told] = page.xpath("//section[@aria-labelledby='boards-title']")
    text = " ".join(told.text_content().split())
    assert told.xpath(".//a/@href") == ["https://city.example/sources/7"]
    assert "city.example Held It does not know your last change yet." in text
    assert "This states a price.<b>bold</b>" in text.replace(". <", ".<")
