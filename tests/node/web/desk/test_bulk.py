"""All listings that a search shows, changed at once: asked with the number, done in pieces, told what was left out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import orjson
import pytest
from flask import Flask
from flask.testing import FlaskClient
from lxml import html
from sqlalchemy import event
from werkzeug.test import TestResponse

from node.context import Node
from node.services.desk import bulk
from node.services.desk import undo as desk_undo
from node.services.desk.bulk import Agreed, Done, OtherNumberError, Wish
from node.services.identity import audit
from node.services.identity.members import Member
from node.services.listings import publishing
from node.services.listings.drafts import Draft
from node.services.listings.own_ids import listing_id, new_key
from node.services.listings.publishing import put_listings
from node.services.organisations import hosting
from node.storage import listing_versions
from node.storage import listings as stored
from node.storage.listings import Filter
from schemas.organisation import Organisation
from tests.fakes.publisher import clock_of, desk, pause
from tests.node.web.desk.signed_in import send, signed_in

SLUG = "riverside-school"
LIST = f"/desk/{SLUG}/listings"
NEW = f"{LIST}/new/give"
MANY = 60
BOXES = "?state=live&q=box"


@pytest.fixture
def browser(app: Flask, node: Node) -> FlaskClient:
    made = signed_in(app, node, SLUG, "editor")
    put_listings(node, [draft(node, number) for number in range(MANY)])
    put_listings(node, [draft(node, 99, title="A tent for <b>you</b>")])
    clock_of(node).pass_by(minutes=1)
    return made


def host(node: Node) -> Organisation:
    found = hosting.organisation(node, SLUG)
    assert found is not None
    return found.organisation


def key(number: int) -> str:
    return new_key(SLUG, f"b{number:02}")


def draft(node: Node, number: int, **more: Any) -> Draft:
    return Draft(desk(host(node), **{"title": f"Box {number}", **more}), key(number), None)


def states(node: Node) -> dict[str, int]:
    return dict(Counter(row.state for row in publishing.listings(node)))


def tree(answer: TestResponse) -> html.HtmlElement:
    return html.document_fromstring(answer.get_data(as_text=True))


def asked(browser: FlaskClient, doing: str, query: str = BOXES, **fields: str) -> TestResponse:
    """The page that a tick for all of them and a button of the list lead to."""
    answer = send(browser, LIST + query, NEW, then=doing, all="yes", **fields)
    assert answer.status_code == 303, answer.get_data(as_text=True)
    return browser.get(answer.headers["Location"])


def agree(browser: FlaskClient, question: TestResponse, **other: str) -> TestResponse:
    """Press the button of that page, as it stands, or with something else in its fields."""
    [form] = tree(question).xpath("//main//form[.//input[@name='count']]")
    typed = {one.get("name"): one.get("value") for one in form.xpath(".//input")}
    return browser.post(form.get("action"), data={**typed, **other}, headers={"Referer": "https://share.example.org/"})


def said(browser: FlaskClient) -> str:
    return " ".join(tree(browser.get(LIST)).xpath("string(//*[@role='status'])").split())


def test_the_list_offers_all_only_where_they_do_not_fit_on_a_page(browser: FlaskClient, node: Node) -> None:
    offered = tree(browser.get(LIST + BOXES)).xpath("//label[.//input[@name='all']]")
    assert [label.text_content()[:13] for label in offered] == ["All 60 that t"]
    assert tree(browser.get(f"{LIST}?q=tent")).xpath("//input[@name='all']") == []


def test_it_is_asked_with_the_number_and_what_it_means_and_nothing_is_done_yet(
    browser: FlaskClient, node: Node
) -> None:
    page = tree(asked(browser, "withdraw", "?state=live", reason="given"))
    assert page.xpath("string(//h1)") == "Take down 61 listings?"
    text = " ".join(page.xpath("string(//main)").split())
    assert "61 listings · Shown" in text
    assert "It is given, or the work is done" in text
    assert "A tent for <b>you</b>" in page.xpath("//li/text()")
    assert page.xpath("//main//a[@class='button']/@href") == [f"{LIST}?state=live"]
    assert states(node) == {"live": 61}


@pytest.mark.parametrize(
    ("doing", "fields", "after"),
    [
        ("pause", {}, {"paused": 60, "live": 1}),
        ("withdraw", {"reason": "given"}, {"withdrawn": 60, "live": 1}),
        ("renew", {}, {"live": 61}),
        ("category", {"category": "furniture/table"}, {"live": 61}),
        ("expires", {"expires": "2026-12-20"}, {"live": 61}),
        ("place", {"place": "none"}, {"live": 61}),
    ],
)
def test_all_of_them_are_changed_and_no_other(
    browser: FlaskClient, node: Node, doing: str, fields: dict[str, str], after: dict[str, int]
) -> None:
    before = publishing.listing(node, key(99))
    answer = agree(browser, asked(browser, doing, **fields))
    assert answer.headers["Location"] == f"{LIST}{BOXES}"
    assert said(browser).startswith("60 listings are ")
    assert states(node) == after
    assert publishing.listing(node, key(99)) == before
    listing = publishing.listing(node, key(7)).listing()
    assert listing.category == fields.get("category", "furniture/desk")
    if doing == "expires":
        assert listing.expires.date().isoformat() == "2026-12-20"
    if doing == "renew":
        assert listing.expires.timestamp() == node.now + 90 * 86_400


def test_what_is_paused_is_shown_again(browser: FlaskClient, node: Node) -> None:
    agree(browser, asked(browser, "pause"))
    agree(browser, asked(browser, "resume", "?state=paused"))
    assert states(node) == {"live": 61}


def test_the_log_has_one_entry_with_the_number(browser: FlaskClient, node: Node) -> None:
    agree(browser, asked(browser, "pause"))
    entries, _ = audit.of_organisation(node, host(node).id, 50)
    told = [(one.subject, one.who) for one in entries if one.action == "listings-changed"]
    assert told == [("pause: 60", f"Editor of {SLUG} (editor@{SLUG}.example)")]
    owner = signed_in(browser.application, node, SLUG, "owner")
    assert "Changed all listings that a search showed" in owner.get(f"/desk/{SLUG}/log").get_data(as_text=True)


def test_with_another_number_it_is_asked_again(browser: FlaskClient, node: Node) -> None:
    question = asked(browser, "withdraw", reason="given")
    publishing.withdraw(node, key(3))
    again = agree(browser, question)
    assert (again.status_code, states(node)) == (409, {"live": 60, "withdrawn": 1})
    page = tree(again)
    assert page.xpath("string(//h1)") == "Take down 59 listings?"
    assert page.xpath("//div[@data-error-summary]")
    agree(browser, again)
    assert states(node) == {"live": 1, "withdrawn": 60}


@pytest.mark.parametrize("other", [{"count": "61"}, {"count": ""}, {"count": "x"}, {"count": "9" * 40}])
def test_a_number_that_nobody_was_told_does_nothing(browser: FlaskClient, node: Node, other: dict[str, str]) -> None:
    assert agree(browser, asked(browser, "pause"), **other).status_code == 409
    assert states(node) == {"live": 61}


def test_what_somebody_changed_meanwhile_is_left_and_told(browser: FlaskClient, node: Node) -> None:
    question = asked(browser, "withdraw", reason="given")
    clock_of(node).pass_by(seconds=5)
    publishing.edit(node, key(3), title="Box 3 is needed again")
    agree(browser, question)
    assert publishing.listing(node, key(3)).state == "live"
    assert states(node) == {"live": 2, "withdrawn": 59}
    assert said(browser) == (
        "59 listings are taken down. 1 was left as it is, because it changed after you were asked."
    )


def test_what_cannot_be_done_with_one_is_done_with_the_others(browser: FlaskClient, node: Node) -> None:
    with node.database.write() as tx:
        row = stored.by_key(tx, key(3))
        assert row is not None
        item = row.item()
        item["title"] = "Box " * 100
        stored.put(tx, [replace(row, document=orjson.dumps(item).decode())])
    agree(browser, asked(browser, "category", category="furniture/table"))
    found = Counter(row.item()["_sharefeed"]["category"] for row in publishing.listings(node))
    assert found == {"furniture/table": 59, "furniture/desk": 2}
    assert said(browser).startswith("59 listings are changed. 1 cannot be changed like this.")


@pytest.mark.parametrize(
    ("doing", "query", "fields", "field"),
    [
        ("sell", BOXES, {}, "then"),
        ("resume", BOXES, {}, "then"),
        ("pause", "?state=paused", {}, "then"),
        ("withdraw", BOXES, {"reason": "because"}, "reason"),
        ("category", BOXES, {"category": "no/such"}, "category"),
        ("expires", BOXES, {"expires": "2020-01-01"}, "expires"),
        ("place", BOXES, {"place": "x"}, "place"),
    ],
)
def test_what_cannot_be_done_at_all_is_said_in_the_list_and_behind_the_question(
    browser: FlaskClient, node: Node, doing: str, query: str, fields: dict[str, str], field: str
) -> None:
    if query == "?state=paused":
        publishing.edit(node, key(0), title="Box")
        pause(node, key(0))
    before = publishing.listings(node)
    answer = send(browser, LIST + query, NEW, then=doing, all="yes", **fields)
    assert answer.status_code == 422
    assert tree(answer).xpath(f"//div[@data-error-summary]//a[@href='#{field}']")
    wrong = f"{LIST}/all{query}&then={doing}&with={next(iter(fields.values()), '')}"
    assert browser.get(wrong).headers["Location"].startswith(f"{LIST}?state=")
    assert send(browser, wrong, NEW, count="60", at="9" * 30).status_code == 303
    assert publishing.listings(node) == before


@pytest.mark.parametrize(
    "query", ["", "?then=pause&q=%00&after=%00", "?then=pause&q=no%20such", "?then=%3Cb%3E&after=zz&at=-9"]
)
def test_a_question_about_nothing_leads_back_to_the_list_or_is_plain(browser: FlaskClient, query: str) -> None:
    assert browser.get(f"{LIST}/all{query}").status_code in (200, 303)


def test_who_may_only_look_is_refused_and_strangers_find_nothing(app: Flask, browser: FlaskClient, node: Node) -> None:
    here = f"{LIST}/all{BOXES}&then=pause"
    viewer = signed_in(app, node, SLUG, "viewer")
    assert viewer.get(here).status_code == 403
    assert send(viewer, here, "/desk/", count="60", at=str(node.now)).status_code == 403
    stranger = signed_in(app, node, "mending-room", "owner")
    assert stranger.get(here).status_code == 404
    assert send(stranger, here, "/desk/", count="60", at=str(node.now)).status_code == 404
    theirs = "/desk/mending-room/listings"
    assert stranger.get(f"{theirs}/all?then=pause").headers["Location"].startswith(theirs)
    assert states(node) == {"live": 61}


def member(node: Node) -> Member:
    return Member("nobody", "Anna", "anna@example.org", "en", host(node).id, SLUG, "editor")


def boxes(node: Node, doing: str = "pause", **fields: str) -> Wish:
    return Wish(Filter(host(node).id, "live", "box"), doing, fields)


def test_whoever_goes_on_after_a_while_does_the_rest_and_nothing_twice(browser: FlaskClient, node: Node) -> None:
    wish, agreed = boxes(node, "category", category="furniture/table"), Agreed(MANY, node.now)
    clock_of(node).pass_by(seconds=5)
    part = bulk.carry_out(node, member(node), wish, agreed, seconds=0, piece=20)
    assert part == Done(done=20, rest=40, after=key(19))
    publishing.edit(node, key(30), title="Box 30, changed meanwhile")
    here = f"{LIST}/all{BOXES}&then=category&with=furniture/table&after={part.after}&at={agreed.at}"
    question = browser.get(here)
    assert tree(question).xpath("string(//h1)") == "Change 40 listings?"
    assert "The others are done already." in question.get_data(as_text=True)
    agree(browser, question)
    assert said(browser).startswith("39 listings are changed. 1 was left as it is")
    rows = {row.key: row.listing().category for row in publishing.listings(node)}
    assert Counter(rows.values()) == {"furniture/table": 59, "furniture/desk": 2}
    assert rows[key(30)] == "furniture/desk"


def test_what_was_done_before_a_crash_is_not_done_again(browser: FlaskClient, node: Node) -> None:
    wish, agreed = boxes(node, "renew"), Agreed(MANY, node.now)
    clock_of(node).pass_by(seconds=5)
    with dying(node, after="INSERT INTO listing_versions", times=2), pytest.raises(KeyboardInterrupt):
        bulk.carry_out(node, member(node), wish, agreed, piece=20)
    first = publishing.listing(node, key(0)).expires_at
    assert [publishing.listing(node, key(at)).expires_at == first for at in (19, 20)] == [True, False]
    clock_of(node).pass_by(seconds=5)
    # The same form once again, as a browser sends it when its page is loaded again.
    assert bulk.carry_out(node, member(node), wish, agreed, piece=20) == Done(done=40, changed=20, after=key(59))
    assert publishing.listing(node, key(0)).expires_at == first
    assert publishing.listing(node, key(20)).expires_at == node.now + 90 * 86_400


@contextmanager
def dying(node: Node, after: str, times: int) -> Iterator[None]:
    """The process ends at the statement that begins so, when it comes for the second or whichever time."""
    seen = []

    def end(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if statement.startswith(after):
            seen.append(statement)
            if len(seen) == times:
                raise KeyboardInterrupt

    event.listen(node.database.engine, "before_cursor_execute", end)
    try:
        yield
    finally:
        event.remove(node.database.engine, "before_cursor_execute", end)


@contextmanager
def counted(node: Node) -> Iterator[list[int]]:
    """How many rows or values each statement sends, one after the other."""
    sent: list[int] = []

    def note(_connection: Any, _cursor: Any, _statement: str, parameters: Any, *_: Any) -> None:
        sent.append(len(parameters or ()))

    event.listen(node.database.engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(node.database.engine, "before_cursor_execute", note)


def test_the_queries_of_a_piece_do_not_grow_with_its_listings(browser: FlaskClient, node: Node) -> None:
    used = []
    for piece in (10, 30):
        wish = boxes(node, "category", category=f"furniture/{'table' if piece == 10 else 'chair'}")
        with counted(node) as sent:
            assert bulk.carry_out(node, member(node), wish, Agreed(MANY, node.now), 0, piece).done == piece
        used.append(len(sent))
    # The first deed of an account also makes the key of its name in the log.
    assert used[1] <= used[0] < 40


def test_five_thousand_are_done_in_pieces_none_of_which_holds_more_than_its_share(
    browser: FlaskClient, node: Node
) -> None:
    row = publishing.listing(node, key(0))
    many = [replace(row, id=f"{row.id}-{n}", key=f"{row.key}-{n:04}", state="paused") for n in range(5000)]
    with node.database.write() as tx:
        stored.put(tx, many)
    wish = Wish(Filter(host(node).id, "paused"), "withdraw", {"reason": "given"})
    with counted(node) as sent:
        done = bulk.carry_out(node, member(node), wish, Agreed(5000, node.now), seconds=600)
    assert (done.done, done.rest, states(node)["withdrawn"]) == (5000, 0, 5000)
    pieces = 5000 // bulk.PIECE + 1
    assert len(sent) < 20 * pieces
    assert max(sent) <= bulk.PIECE


def test_nothing_is_done_for_an_organisation_that_has_another_number(browser: FlaskClient, node: Node) -> None:
    with pytest.raises(OtherNumberError):
        bulk.carry_out(node, member(node), boxes(node), Agreed(MANY - 1, node.now))
    assert states(node) == {"live": 61}


def undo(browser: FlaskClient) -> TestResponse:
    return send(browser, f"{LIST}/undo", LIST)


def documents(node: Node) -> dict[str, tuple[str, dict[str, Any]]]:
    """Of each listing whether it is shown, and what it says, without when it was changed."""
    found = {row.key: (row.state, row.item()) for row in publishing.listings(node)}
    for _, item in found.values():
        item.pop("date_modified")
    return found


@pytest.mark.parametrize(
    ("doing", "fields"),
    [
        ("pause", {}),
        ("withdraw", {"reason": "given"}),
        ("renew", {}),
        ("category", {"category": "furniture/table"}),
        ("expires", {"expires": "2026-12-20"}),
    ],
)
def test_all_of_it_is_taken_back_with_one_press(
    browser: FlaskClient, node: Node, doing: str, fields: dict[str, str]
) -> None:
    before = documents(node)
    assert f'action="{LIST}/undo"' not in browser.get(LIST).text
    agree(browser, asked(browser, doing, **fields))
    assert "You changed 60 listings at once." in browser.get(LIST).text
    clock_of(node).pass_by(minutes=5)
    undo(browser)
    assert said(browser) == "60 listings are as they were."
    assert documents(node) == before
    assert f'action="{LIST}/undo"' not in browser.get(LIST).text
    entries, _ = audit.of_organisation(node, host(node).id, 5)
    assert (entries[0].action, entries[0].subject) == ("listings-undone", "60")
    audit.verify(node)


def test_what_somebody_changed_since_is_not_taken_back(browser: FlaskClient, node: Node) -> None:
    agree(browser, asked(browser, "category", category="furniture/table"))
    publishing.edit(node, key(3), title="Box 3 is red")
    undo(browser)
    assert said(browser) == "59 listings are as they were. 1 was left, because somebody changed it since."
    assert publishing.listing(node, key(3)).listing().category == "furniture/table"


def test_a_few_that_were_ticked_are_taken_back_too(browser: FlaskClient, node: Node) -> None:
    before = documents(node)
    send(browser, LIST, LIST, then="pause", key=key(1))
    assert states(node) == {"live": 60, "paused": 1}
    undo(browser)
    assert documents(node) == before


def test_only_who_did_it_takes_it_back_and_only_for_an_hour(browser: FlaskClient, node: Node) -> None:
    agree(browser, asked(browser, "pause"))
    other = signed_in(browser.application, node, SLUG, "owner")
    assert "cannot be taken back any more" in other.get(undo(other).headers["Location"]).text
    clock_of(node).pass_by(hours=1)
    undo(browser)
    assert states(node) == {"paused": 60, "live": 1}


def test_another_organisations_listings_are_out_of_reach(browser: FlaskClient, node: Node) -> None:
    agree(browser, asked(browser, "pause"))
    stranger = replace(member(node), organisation_id="https://elsewhere.example/")
    with node.database.read() as tx:
        mark = next(one.import_id for one in listing_versions.of_listing(tx, listing_id(node.settings.url, key(1))))
    assert desk_undo.undo(node, stranger, mark).done == 0
    assert desk_undo.undo(node, member(node), "").done == 0
    assert desk_undo.undo(node, member(node), mark, seconds=0).done == 60
