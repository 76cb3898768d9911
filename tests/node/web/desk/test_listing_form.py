"""Writing a listing at the desk: what is typed is kept, looked at, judged and published."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from lxml import html
from werkzeug.test import TestResponse

from node.app import create_app
from node.context import Node
from node.search.follow import Follower
from node.services.desk import drafts
from node.services.desk.place import key_of
from node.services.identity import accounts
from node.services.listings import publishing
from node.storage import asking_rules, reports
from schemas.place import Place
from tests.fakes.publisher import URL, pause, publisher, school
from tests.node.web.desk.signed_in import send, signed_in

DESK = "/desk/riverside-school"
CHAIRS = {"sign": "give", "title": "Twelve chairs", "locality": "Werrington", "count": "12"}
SALE = {
    "sign": "give",
    "title": "20% off all our sofas this weekend only",
    "text": "Buy now and get free delivery. Prices from £199. Visit our showroom.",
    "locality": "Werrington",
    "check": "fire_label.there",
}
LATER = datetime(2027, 6, 1, 22, 59, 59, tzinfo=UTC)
DOUBTFUL = {**CHAIRS, "title": "Chairs", "text": "A donation of £5 would be welcome, and a deposit of £20."}


@pytest.fixture
def browser(app: Flask, node: Node) -> FlaskClient:
    return signed_in(app, node, "riverside-school", "editor")


def post(browser: FlaskClient, then: str, draft_id: str = "", **typed: str) -> TestResponse:
    path = f"{DESK}/drafts/{draft_id or drafts.new_id()}"
    return send(browser, path, f"{DESK}/listings/new/give", then=then, **typed)


def place_of(answer: TestResponse) -> str:
    assert answer.status_code == 303, answer.get_data(as_text=True)[:3000]
    return answer.headers["Location"].removeprefix(URL.rstrip("/"))


def tree(answer: TestResponse) -> html.HtmlElement:
    return html.document_fromstring(answer.get_data(as_text=True))


def wrong(answer: TestResponse) -> dict[str, str]:
    links = tree(answer).xpath("//div[@data-error-summary]//a")
    return {link.get("href").removeprefix("#"): link.text_content() for link in links}


def article_of(page: html.HtmlElement) -> str:
    (article,) = page.xpath("//article[contains(@class, 'listing-top')]")
    for part in article.xpath(".//*[@data-sharing] | .//*[@class='print-address']"):
        part.getparent().remove(part)
    return " ".join(article.text_content().split())


def test_each_way_of_sharing_has_its_form(browser: FlaskClient) -> None:
    chosen = tree(browser.get(f"{DESK}/listings/new"))
    paths = chosen.xpath("//a[contains(@class, 'way')]/@href")
    assert [path.rpartition("/")[2] for path in paths] == ["give", "lend", "host", "help", "wanted", "event"]
    names = {path: set(tree(browser.get(path)).xpath("//form[@id='listing']//*/@name")) for path in paths}
    assert all({"title", "text", "locality", "csrf_token", "sign"} <= found for found in names.values())
    assert {path.rpartition("/")[2] for path, found in names.items() if "condition" in found} == {"give", "lend"}
    assert {path.rpartition("/")[2] for path, found in names.items() if "need" in found} == {"wanted"}
    assert browser.get(f"{DESK}/listings/new/sell").status_code == 404


def test_twelve_chairs_are_online_after_three_pages(browser: FlaskClient, node: Node) -> None:
    preview = place_of(post(browser, "preview", **CHAIRS))
    seen = browser.get(preview)
    assert "This is how people will see it." in seen.get_data(as_text=True)
    published = place_of(send(browser, preview.replace("/preview", "/publish"), preview, then="publish"))
    done = tree(browser.get(published))
    (address,) = done.xpath("//p[@class='address']/a/@href")
    page = tree(browser.get(address))
    (row,) = publishing.listings(node)
    assert address == f"/listings/{row.key}"
    assert row.listing().quantity.available == 12
    assert row.listing().category == "furniture/chair"
    assert browser.get(done.xpath("//img[@class='qr']/@src")[0]).status_code == 200
    assert browser.get("/feed.json").get_json()["items"][0]["title"] == "Twelve chairs"
    # What was looked at is what is shown now, but for the ways to pass on a page that everyone can open.
    assert article_of(tree(seen)) == article_of(page)
    assert drafts.count_drafts(node, row.organisation_id) == 0


def test_what_is_wrong_is_said_at_its_field_and_all_that_was_typed_is_kept(browser: FlaskClient, node: Node) -> None:
    typed = {**CHAIRS, "title": "", "text": "<b>Grey</b> & old", "count": "many", "terms": "Bring a van.\nPlease."}
    for then in ("preview", "publish"):
        answer = post(browser, then, **typed)
        assert answer.status_code == 422
        told = {"title": "What is it? – This is required.", "count": "How many? – This must be a number."}
        assert wrong(answer) == told
        shown = tree(answer)
        assert shown.get_element_by_id("text").text == "<b>Grey</b> & old"
        assert shown.get_element_by_id("terms").text == "Bring a van.\nPlease."
        assert shown.get_element_by_id("count").get("value") == "many"
    assert publishing.listings(node) == []


def test_what_is_wrong_is_listed_in_the_order_of_the_page(browser: FlaskClient) -> None:
    typed = {**CHAIRS, "unit": "u" * 50, "count": "many", "expires": "2020-01-01", "safety": "x" * 5000, "title": ""}
    assert list(wrong(post(browser, "publish", **typed))) == ["title", "count", "safety", "expires", "unit"]


def test_the_category_calls_for_a_question_whose_answer_is_published(browser: FlaskClient, node: Node) -> None:
    kettle = {**CHAIRS, "title": "Kettle"}
    asked = post(browser, "publish", **kettle)
    assert list(wrong(asked)) == ["check"]
    assert "electrical safety test" in asked.get_data(as_text=True)
    answers = tree(asked).xpath("//input[@name='check']/@value")
    assert answers == ["electrical.tested", "electrical.no_plug", "electrical.untested"]
    place_of(post(browser, "publish", **kettle, check=answers[0], safety="The lid is loose."))
    (row,) = publishing.listings(node)
    assert row.listing().safety == "It has passed an electrical safety test.\nThe lid is loose."
    page = browser.get(f"/listings/{row.key}").get_data(as_text=True)
    assert "It has passed an electrical safety test." in page
    again = tree(browser.get(f"{DESK}/listings/{row.key}/edit"))
    assert again.xpath("//input[@name='check'][@checked]/@value") == ["electrical.tested"]
    assert again.get_element_by_id("safety").text == "The lid is loose."


def test_until_when_food_is_in_date_is_shown_as_a_day(browser: FlaskClient, node: Node) -> None:
    food = {**CHAIRS, "title": "Tinned tomatoes", "check": "food.in_date"}
    assert list(wrong(post(browser, "publish", **food))) == ["food_until"]
    place_of(post(browser, "publish", **food, food_until="2027-01-05"))
    (row,) = publishing.listings(node)
    assert row.listing().safety == "Unopened, and in date until 5 January 2027."
    page = " ".join(tree(browser.get(f"/listings/{row.key}")).text_content().split())
    assert "Unopened, and in date until 5 January (in 5 weeks)." in page


def test_a_draft_waits_until_somebody_goes_on(browser: FlaskClient, app: Flask, node: Node) -> None:
    kept = place_of(post(browser, "save", **{**CHAIRS, "title": "", "count": "a dozen"}))
    other = signed_in(app, node, "riverside-school", "owner")
    shown = tree(other.get(kept))
    assert shown.get_element_by_id("count").get("value") == "a dozen"
    assert "by Editor of riverside-school" in shown.text_content()
    assert publishing.listings(node) == []
    place_of(send(other, kept, kept, then="discard", sign="give"))
    assert place_of(other.get(kept)) == f"{DESK}/listings?state=drafts"


def test_saving_while_typing_says_what_is_asked_further(browser: FlaskClient, node: Node) -> None:
    draft_id = drafts.new_id()
    said = post(browser, "autosave", draft_id, **{**CHAIRS, "title": "Laptop"}).get_json()
    assert said["address"] == f"{DESK}/drafts/{draft_id}"
    assert "Has all personal data been removed?" in said["asks"]
    assert said["words"].strip() == ""
    assert tree(browser.get(said["address"])).get_element_by_id("title").get("value") == "Laptop"
    doubted = post(browser, "autosave", draft_id, **SALE).get_json()
    assert "<mark>" in doubted["words"]


def test_a_button_that_is_pressed_twice_publishes_once(browser: FlaskClient, node: Node) -> None:
    """By a finger that was too quick, or from the form that "back" shows again with a word put right."""
    draft_id = drafts.new_id()
    first = place_of(post(browser, "publish", draft_id, **CHAIRS))
    assert place_of(post(browser, "publish", draft_id, **CHAIRS)) == first
    assert place_of(post(browser, "publish", draft_id, **{**CHAIRS, "title": "twelve chairs", "count": "11"})) == first
    (row,) = publishing.listings(node)
    assert row.listing().quantity.available == 11
    # Whoever writes the next thing into the form that "back" shows has written another thing.
    assert place_of(post(browser, "publish", draft_id, **{**CHAIRS, "title": "Six tables"})) != first
    assert {one.listing().title for one in publishing.listings(node)} == {"twelve chairs", "Six tables"}
    assert drafts.count_drafts(node, row.organisation_id) == 0


def test_what_is_saved_by_itself_too_late_is_no_draft_again(browser: FlaskClient, node: Node) -> None:
    draft_id = drafts.new_id()
    place_of(post(browser, "publish", draft_id, **CHAIRS))
    late = post(browser, "autosave", draft_id, **CHAIRS)
    assert late.status_code == 422
    assert "published already" in late.get_json()["problem"]
    (row,) = publishing.listings(node)
    assert drafts.count_drafts(node, row.organisation_id) == 0


@pytest.mark.parametrize("page", ["", "/preview"])
def test_the_way_back_to_what_was_published_leads_to_the_listing(browser: FlaskClient, node: Node, page: str) -> None:
    draft_id = drafts.new_id()
    place_of(post(browser, "publish", draft_id, **CHAIRS))
    (row,) = publishing.listings(node)
    assert place_of(browser.get(f"{DESK}/drafts/{draft_id}{page}")) == f"{DESK}/listings/{row.key}/edit"
    assert "It is published already" in browser.get(f"{DESK}/listings/{row.key}/edit").get_data(as_text=True)
    gone = browser.get(f"{DESK}/drafts/{drafts.new_id()}{page}")
    assert place_of(gone) == f"{DESK}/listings?state=drafts"
    assert "not there any more" in browser.get(f"{DESK}/listings?state=drafts").get_data(as_text=True)


def test_a_town_that_is_typed_counts_although_an_earlier_place_stayed_chosen(browser: FlaskClient, node: Node) -> None:
    place_of(post(browser, "publish", **CHAIRS, place_name="The old hall", postcode="PE4 6RT"))
    (first,) = publishing.listings(node)
    place = first.listing().place
    assert place is not None
    kept = {**CHAIRS, "place": key_of(place), "place_name": "The old hall", "postcode": "PE4 6RT"}
    place_of(post(browser, "publish", **{**kept, "title": "Six chairs"}))
    place_of(post(browser, "publish", **{**kept, "title": "Two chairs", "locality": "Eye"}))
    draft_id = drafts.new_id()
    place_of(post(browser, "save", draft_id, **{**CHAIRS, "title": "A chair", "place": "other", "locality": "Thorney"}))
    place_of(post(browser, "publish", draft_id, **{**kept, "title": "A chair", "locality": "Thorney"}))
    places = {row.listing().title: row.listing().place for row in publishing.listings(node)}
    assert places["Six chairs"] == place
    assert places["Two chairs"] == Place(locality="Eye", country="GB")
    assert places["A chair"] == place, "of what was typed before, the choice counts that was made since"


def test_a_clear_case_is_explained_and_not_published(browser: FlaskClient, node: Node) -> None:
    for then in ("preview", "publish"):
        answer = post(browser, then, **SALE)
        shown = tree(answer)
        text = " ".join(shown.text_content().split())
        assert answer.status_code == 422
        assert "This does not read as free" in text
        assert "This reads like a discount" in text
        assert {mark.text for mark in shown.iter("mark")} & {"20% off", "20% off all", "£199"}
        assert "A hall, a kitchen or a playing field out of hours" in text or "Tools and garden machines" in text
    assert publishing.listings(node) == []


def test_an_appeal_is_one_press_and_comes_to_the_operator(tmp_path: Path) -> None:
    node = publisher(tmp_path / "home", aggregate=True)
    browser = signed_in(create_app(node), node, "riverside-school", "editor")
    assert post(browser, "publish", **SALE).status_code == 422
    published = place_of(post(browser, "appeal", **SALE))
    assert "Visitors see it now; whoever runs this board looks at it" in browser.get(published).get_data(as_text=True)
    (row,) = publishing.listings(node)
    assert row.listing().appeal == drafts.APPEAL
    with node.database.read() as tx:
        (report,) = reports.of_listing(tx, row.id, 5)
    assert "This reads like a discount" in report.words
    Follower(node).catch_up()
    again = post(browser, "publish", **{**SALE, "title": f"More: {SALE['title']}"})
    assert again.status_code == 422
    assert f"/listings/{row.key}" not in again.get_data(as_text=True)
    node.database.close()


def test_what_is_not_shown_and_stays_so_is_said_to_stay_so(browser: FlaskClient, node: Node) -> None:
    place_of(post(browser, "publish", **CHAIRS))
    (row,) = publishing.listings(node)
    publishing.withdraw(node, row.key)
    shown = place_of(browser.get(f"{DESK}/listings/{row.key}/published"))
    assert shown == f"{DESK}/listings?state=withdrawn"
    assert "nobody sees it. “Show for another 90 days” shows it again" in browser.get(shown).get_data(as_text=True)


def test_words_are_judged_even_while_something_else_is_to_be_put_right(browser: FlaskClient) -> None:
    answer = post(browser, "preview", **{**SALE, "check": ""})
    assert list(wrong(answer)) == ["words-title", "check"]
    assert list(tree(answer).iter("mark"))


def test_what_the_words_say_of_the_condition_is_taken(browser: FlaskClient, node: Node) -> None:
    form = post(browser, "preview", **{**CHAIRS, "text": "Two are broken.", "count": "x"})
    assert "From its words we take its condition to be: For parts or repair." in tree(form).text_content()
    place_of(post(browser, "publish", **{**CHAIRS, "text": "Two are broken."}))
    place_of(post(browser, "publish", **{**CHAIRS, "text": "Two are broken.", "condition": "good"}))
    assert {row.listing().condition for row in publishing.listings(node)} == {"for_parts", "good"}


def test_a_doubtful_case_can_be_published_and_says_who_looks(browser: FlaskClient) -> None:
    preview = browser.get(place_of(post(browser, "preview", **DOUBTFUL))).get_data(as_text=True)
    assert "Whoever runs a catalogue looks at it before visitors see it there." in preview
    assert place_of(post(browser, "publish", **DOUBTFUL)).endswith("?doubted=1")


def opened(browser: FlaskClient, path: str) -> tuple[str, dict[str, str]]:
    """A form as it stands open in a browser: where it is sent, and what it sends."""
    form = tree(browser.get(path))
    fields = form.xpath("//form[@id='listing']//*[self::input or self::textarea][@name]")
    typed = {
        field.get("name"): field.get("value", field.text or "") for field in fields if field.get("type") != "radio"
    }
    chosen = form.xpath("//form[@id='listing']//input[@type='radio'][@checked]")
    typed |= {field.get("name"): field.get("value") for field in chosen}
    return form.get_element_by_id("listing").get("action"), typed


def test_a_change_begins_with_what_stands_there_and_keeps_its_key(browser: FlaskClient, node: Node) -> None:
    place_of(post(browser, "publish", **CHAIRS))
    (row,) = publishing.listings(node)
    path, typed = opened(browser, f"{DESK}/listings/{row.key}/edit")
    typed |= {"title": "Eleven chairs", "count": "11"}
    place_of(send(browser, path, path.replace(path, f"{DESK}/listings/new"), **{**typed, "then": "publish"}))
    (changed,) = publishing.listings(node)
    assert (changed.key, changed.listing().title, changed.listing().quantity.available) == (
        row.key,
        "Eleven chairs",
        11,
    )
    assert changed.listing().place == row.listing().place


MEANWHILE = {"place": Place(locality="Eye"), "terms": "Bring a van.", "title": "Chairs", "expires": LATER}


@pytest.mark.parametrize("kept", [False, True], ids=["form that lay open", "draft of last week"])
def test_what_somebody_else_changed_meanwhile_stays(browser: FlaskClient, node: Node, kept: bool) -> None:
    place_of(post(browser, "publish", **CHAIRS, text="Grey.\nOld."))
    (row,) = publishing.listings(node)
    path, typed = opened(browser, f"{DESK}/listings/{row.key}/edit")
    typed |= {"title": "Eleven chairs", "count": "11", "text": "Grey.\r\nOld."}
    if kept:
        place_of(send(browser, path, f"{DESK}/listings/new", **{**typed, "then": "save"}))
    publishing.revise_all(node, [row.key], lambda row: MEANWHILE, "Ben")
    if kept:
        path, typed = opened(browser, path)
        assert (typed["terms"], typed["title"]) == ("Bring a van.", "Eleven chairs")
    place_of(send(browser, path, f"{DESK}/listings/new", **{**typed, "then": "publish"}))
    (changed,) = publishing.listings(node)
    told = changed.listing()
    assert (told.title, told.quantity.available) == ("Eleven chairs", 11)
    assert (told.place, told.terms, told.expires) == (MEANWHILE["place"], "Bring a van.", LATER)
    assert told.content_text == "Grey.\nOld."


@pytest.mark.parametrize(
    ("typed", "by", "said"),
    [
        pytest.param({"title": "Eleven chairs"}, "Ben", True, id="the same field"),
        pytest.param({"locality": "Paston", "place": "other"}, "Ben", True, id="the same place"),
        pytest.param({"title": MEANWHILE["title"]}, "Ben", False, id="the same words"),
        pytest.param({"count": "11"}, "Ben", False, id="another field"),
        pytest.param({"title": "Eleven chairs"}, "", False, id="nobody that is known"),
    ],
)
def test_it_is_said_who_changed_the_same_meanwhile(
    browser: FlaskClient, node: Node, typed: dict[str, str], by: str, said: bool
) -> None:
    place_of(post(browser, "publish", **CHAIRS))
    (row,) = publishing.listings(node)
    path, began = opened(browser, f"{DESK}/listings/{row.key}/edit")
    publishing.revise_all(node, [row.key], lambda row: MEANWHILE, by)
    send(browser, path, f"{DESK}/listings/new", **{**began, **typed, "then": "autosave"})
    then = place_of(send(browser, path, f"{DESK}/listings/new", **{**began, **typed, "then": "publish"}))
    assert ("Ben changed the same while you wrote." in browser.get(then).get_data(as_text=True)) == said


@pytest.mark.parametrize("base", ["", "x", "-1", "999999", "9" * 30])
@pytest.mark.parametrize("known", [True, False])
def test_a_form_that_began_with_nothing_that_is_known_counts_as_it_is(
    browser: FlaskClient, node: Node, base: str, known: bool
) -> None:
    place_of(post(browser, "publish", **CHAIRS))
    (row,) = publishing.listings(node)
    sent = {**CHAIRS, "title": "Eleven chairs", "base": base, "key": row.key if known else ""}
    place_of(post(browser, "publish", **sent))
    assert "Eleven chairs" in {one.listing().title for one in publishing.listings(node)}


def test_of_two_places_the_one_that_was_typed_stays_whole(browser: FlaskClient, node: Node) -> None:
    place_of(post(browser, "publish", **CHAIRS))
    (row,) = publishing.listings(node)
    path, typed = opened(browser, f"{DESK}/listings/{row.key}/edit")
    publishing.revise_all(node, [row.key], lambda row: {"place": Place(locality="Eye", postcode="PE6 7UW")}, "Ben")
    typed |= {"place": "other", "locality": "Werrington", "place_name": "Hall", "precision": "door"}
    place_of(send(browser, path, f"{DESK}/listings/new", **{**typed, "then": "publish"}))
    (changed,) = publishing.listings(node)
    place = changed.listing().place
    assert place is not None
    assert (place.name, place.locality, place.postcode) == ("Hall", "Werrington", None)


def test_a_copy_is_a_draft_of_a_new_listing(browser: FlaskClient, node: Node) -> None:
    place_of(post(browser, "publish", **{**CHAIRS, "expires": "2026-12-24", "until": "2026-12-20"}))
    (row,) = publishing.listings(node)
    copy = place_of(send(browser, f"{DESK}/listings/{row.key}/duplicate", f"{DESK}/listings/new/give"))
    shown = tree(browser.get(copy))
    assert shown.get_element_by_id("title").get("value") == "Twelve chairs"
    assert shown.get_element_by_id("expires").get("value") == ""
    assert shown.xpath("//input[@name='key']/@value") == [""]


def test_the_preview_asks_as_the_page_will(tmp_path: Path) -> None:
    node = publisher(tmp_path / "mailing", mail_capture=True)
    browser = signed_in(create_app(node), node, "riverside-school", "editor")
    preview = place_of(post(browser, "preview", **CHAIRS))
    seen = browser.get(preview)
    done = browser.get(place_of(send(browser, preview.replace("/preview", "/publish"), preview, then="publish")))
    page = browser.get(tree(done).xpath("//p[@class='address']/a/@href")[0])
    assert "Ask for this" in seen.text
    assert article_of(tree(seen)) == article_of(tree(page)).replace("Change this listing ", "")
    assert "Nobody can ask" not in seen.text + done.text


@pytest.mark.parametrize(
    ("mail", "more", "said"),
    [
        pytest.param(False, {}, "because this site sends no mail", id="no mail"),
        pytest.param(True, {}, "because your organisation takes no requests here", id="closed"),
        pytest.param(False, {"contact": "01733 555 0100"}, "", id="told"),
    ],
)
def test_it_is_said_where_nobody_can_ask(tmp_path: Path, mail: bool, more: dict[str, str], said: str) -> None:
    node = publisher(tmp_path / "mailing", mail_capture=mail)
    browser = signed_in(create_app(node), node, "riverside-school", "editor")
    with node.database.write() as tx:
        asking_rules.put(tx, school(node).id, asking_rules.AskingRules(open=False))
    preview = place_of(post(browser, "preview", **CHAIRS, **more))
    done = browser.get(place_of(send(browser, preview.replace("/preview", "/publish"), preview, then="publish")))
    for told in (browser.get(place_of(post(browser, "preview", **CHAIRS, **more))).text, done.text):
        assert ("Nobody can ask for it" in told, said in told) == (bool(said), True)


def test_others_see_nothing_of_it(browser: FlaskClient, app: Flask, node: Node) -> None:
    kept = place_of(post(browser, "save", **CHAIRS))
    place_of(post(browser, "publish", **CHAIRS))
    (row,) = publishing.listings(node)
    stranger = signed_in(app, node, "mending-room", "owner")
    theirs = kept.replace("riverside-school", "mending-room")
    listing = f"/desk/mending-room/listings/{row.key}"
    for path in (kept, f"{listing}/edit", f"{listing}/published"):
        assert stranger.get(path).status_code == 404, path
    for path in (theirs, f"{theirs}/preview"):
        assert place_of(stranger.get(path)) == "/desk/mending-room/listings?state=drafts"
    page = "/desk/mending-room/listings/new/give"
    # Neither is a draft of others saved over, nor a listing of others changed.
    assert send(stranger, theirs, page, then="save", **CHAIRS).status_code == 422
    changed = {**CHAIRS, "title": "Ours now", "key": row.key}
    place_of(send(stranger, f"/desk/mending-room/drafts/{drafts.new_id()}", page, then="publish", **changed))
    assert publishing.listing(node, row.key).listing().title == "Twelve chairs"


def test_a_form_that_names_a_listing_of_others_shows_nothing_of_it(
    browser: FlaskClient, app: Flask, node: Node
) -> None:
    place_of(post(browser, "publish", **{**CHAIRS, "title": "Marquee behind the gym", "place_name": "Room 7"}))
    (row,) = publishing.listings(node)
    pause(node, row.key)
    stranger = signed_in(app, node, "mending-room", "owner")
    page = "/desk/mending-room/listings/new/give"
    for draft_id in ("no-id-of-ours", drafts.new_id()):
        for then in ("save", "preview", "publish", "autosave"):
            sent = {"sign": "give", "title": "", "key": row.key, "then": then}
            answer = send(stranger, f"/desk/mending-room/drafts/{draft_id}", page, **sent)
            said = answer.get_data(as_text=True) + answer.headers.get("Location", "")
            assert "Marquee behind" not in said
            assert "Room 7" not in said


def test_who_may_only_look_writes_nothing(app: Flask, node: Node, browser: FlaskClient) -> None:
    viewer = signed_in(app, node, "riverside-school", "viewer")
    assert viewer.get(f"{DESK}/listings/new").status_code == 403
    assert send(viewer, f"{DESK}/drafts/{drafts.new_id()}", "/desk/", then="publish", **CHAIRS).status_code == 403


def test_nothing_is_lost_when_a_session_ends_while_somebody_writes(
    browser: FlaskClient, app: Flask, node: Node
) -> None:
    path, page = f"{DESK}/drafts/{drafts.new_id()}", f"{DESK}/listings/new/give"
    token = tree(browser.get(page)).xpath("//form[@id='listing']/input[@name='csrf_token']/@value")[0]
    cookie = browser.get_cookie(accounts.COOKIE, domain="share.example.org", path="/desk")
    browser.delete_cookie(accounts.COOKIE, domain="share.example.org", path="/desk")
    typed = {**CHAIRS, "csrf_token": token, "text": 'Grey & "old"'}
    # The script that saves follows no redirect, and says that somebody has to sign in.
    by_script = {"Referer": URL, "Accept": "application/json"}
    assert browser.post(path, data={**typed, "then": "autosave"}, headers=by_script).status_code == 303
    answer = browser.post(path, data={**typed, "then": "save"}, headers={"Referer": URL})
    assert answer.status_code == 401
    form = tree(answer).xpath("//form[.//input[@name='title']]")[0]
    assert cookie is not None
    browser.set_cookie(accounts.COOKIE, cookie.value, domain="share.example.org", path="/desk", secure=True)
    sent = {field.get("name"): field.get("value") for field in form.iter("input")}
    kept = place_of(browser.post(form.get("action"), data=sent, headers={"Referer": URL}))
    assert tree(browser.get(kept)).get_element_by_id("text").text == 'Grey & "old"'
    assert publishing.listings(node) == []


@pytest.mark.parametrize("odd", ["\x00", "\ud800", "x" * 30_000, "'=1+1", "<script>alert(1)</script>"])
def test_whatever_is_sent_there_is_an_answer(browser: FlaskClient, odd: str) -> None:
    names = ("title", "text", "category", "count", "check", "place", "lat", "expires", "contact", "tags", "key")
    sent = {name: odd.encode("utf-8", "replace").decode() for name in names}
    for then in ("autosave", "preview", "publish", odd[:20].encode("utf-8", "replace").decode()):
        answer = post(browser, then, sign="lend", **sent)
        assert answer.status_code in (200, 303, 422)
        assert "<script>alert" not in answer.get_data(as_text=True)
    assert post(browser, "save", "short", **CHAIRS).status_code == 422
    assert post(browser, "save", sign=odd[:50]).status_code == 404 if odd.isprintable() else True
