"""Mails about one listing, and the pages by which mails are paused and ended, over HTTP."""

from __future__ import annotations

import re
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from lxml import html

from federation.facts import short_key
from node.app import create_app
from node.services.alerts import asking, choices, matches
from tests.fakes.own_client import client_of
from tests.fakes.publisher import URL, clock_of
from tests.fakes.sites import PARK, item
from tests.fakes.smtp_server import MailServer
from tests.node.web.aggregator import Browser, follow, send
from tests.node.web.test_alerts import ANNA, NEW, Board, link_in, text_of, thing, words

CLUB = {"id": f"{PARK}organisations/club", "name": "Homework club", "type": "school"}
EYE = {"locality": "Eye", "lat": 52.6, "lon": -0.19}
ORTON = {"locality": "Orton", "lat": 52.618, "lon": -0.19}
WANT = {**item("want", direction="want", organisation=CLUB, place=EYE), "title": "Desks for homework"}
KEY = short_key(f"{PARK}listings/want")
ASK = f"/alerts/matches/{KEY}"


@pytest.fixture
def server() -> MailServer:
    with MailServer() as made:
        yield made


@pytest.fixture
def board(tmp_path: Path, server: MailServer) -> Board:
    made = Board(tmp_path / "home", server)
    made.publish(WANT, thing("oak desk"))
    return made


def tree_of(page: str) -> Any:
    return html.fromstring(page)


def html_of(mail: EmailMessage) -> str:
    return str(mail.get_body(("html",)).get_content())


def manage(mail: EmailMessage) -> str:
    return link_in(mail, "manage")


# Mails about one listing


def test_whoever_asks_is_told_what_newly_fits_a_want_and_when_it_is_gone(board: Board) -> None:
    listing = tree_of(board.text(f"/listings/{KEY}"))
    [link] = listing.xpath("//section[@aria-labelledby='alert-title']//a")
    assert (link.get("href"), link.text_content()) == (ASK, "Tell me when something fits this")
    [asked] = board.ask(path=ASK)
    assert "when something is offered that fits “Desks for homework”." in text_of(asked)
    assert "The link works until Thursday 3 December, 09:20." in text_of(asked)
    page = link_in(asked, "confirm")
    assert "What fits “Desks for homework”" in words(board.text(page))
    assert board.post(page, page).status_code == 200
    assert board.work() == [], "what fits already is no news"

    board.publish(WANT, thing("oak desk"), thing("lamp"), thing("steel desk", place=ORTON))
    [news] = board.work()
    assert str(news["Subject"]) == "Fits “Desks for homework”: A steel desk"
    said = text_of(news)
    assert said.startswith("A new offer fits “Desks for homework”\n")
    lines = [
        "A steel desk",
        "  Park group, Orton",
        "  Both name “desks”, same category (Desk), about 1.2\u00a0miles",
        "",
    ]
    assert "\n".join(lines) in said.replace(f"\n  {URL}", "\n\n  {URL}")
    assert f"{URL}listings/{KEY}" in said
    assert "oak" not in said
    assert "lamp" not in said
    assert str(news["List-Unsubscribe"]) == f"<{URL}{link_in(news, 'stop')[1:]}>"
    assert "about 1.2" in html_of(news)

    board.publish(thing("oak desk"), thing("lamp"), thing("steel desk", place=ORTON))
    clock_of(board.node).pass_by(days=4)
    assert matches.end_of_gone(board.node) == 1
    [last] = board.work()
    assert str(last["Subject"]) == "Gone from the board: Desks for homework"
    assert "Your address is deleted here." in text_of(last)
    assert last["List-Unsubscribe"] is None
    with board.node.database.read() as tx:
        kept = [tuple(row) for name in ("alerts", "outbox") for row in tx.exec_driver_sql(f"SELECT * FROM {name}")]
    assert ANNA not in repr(kept)


def test_an_offer_tells_who_looks_for_it(board: Board) -> None:
    board.publish(thing("oak desk"))
    path = f"/alerts/matches/{short_key(f'{PARK}listings/oak-desk')}"
    assert "We write to you when somebody looks for this" in words(board.text(path))
    board.subscribe(path=path)
    board.publish(WANT, thing("oak desk"))
    [news] = board.work()
    assert str(news["Subject"]) == "Somebody looks for “A oak desk”: Desks for homework"
    further = [{**item(name, direction="want", organisation=CLUB), "title": f"{name} desks"} for name in ("Two", "Ten")]
    board.publish(WANT, thing("oak desk"), *further)
    [news] = board.work()
    assert str(news["Subject"]) == "2 more look for “A oak desk”"
    assert text_of(news).startswith("2 more look for “A oak desk”\n")
    assert "  Wanted by Homework club\n" in text_of(news)


@pytest.mark.parametrize(
    ("key", "status"), [pytest.param("nothing", 404, id="never there"), pytest.param(KEY, 410, id="gone")]
)
def test_of_what_is_not_there_nobody_is_told(board: Board, key: str, status: int) -> None:
    board.publish(thing("oak desk"))
    assert board.get(f"/alerts/matches/{key}").status_code == status
    assert board.post(f"/alerts/matches/{key}", NEW, email=ANNA, frequency="daily").status_code == status


def test_a_reserved_listing_and_a_node_without_mail_offer_none(board: Board, tmp_path: Path) -> None:
    board.publish({**WANT, "_sharefeed": {**WANT["_sharefeed"], "status": "reserved"}})
    assert not tree_of(board.text(f"/listings/{KEY}")).xpath("//*[@id='alert-title']")
    mute = Browser(tmp_path / "mute")
    send(mute.node, follow(mute.node), [WANT])
    assert "Desks for homework" in mute.text(f"/listings/{KEY}")
    assert not tree_of(mute.text(f"/listings/{KEY}")).xpath("//*[@id='alert-title']")
    assert [mute.get(path).status_code for path in (ASK, "/alerts/mine", NEW)] == [404, 404, 404]


def test_the_same_limits_hold_as_for_searches(board: Board) -> None:
    assert [len(board.ask(path=ASK)) for _ in range(4)] == [1, 1, 1, 0]
    for number in range(asking.AN_HOUR - 1):
        board.ask(f"p{number}@park.example", path=ASK)
    answer = board.post(ASK, ASK, email="x@park.example", frequency="daily")
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "3600")
    assert board.post(ASK, ASK, email="", frequency="daily").status_code == 422
    assert board.post(ASK, ASK, email=ANNA, frequency="daily", homepage="x").status_code == 422


def test_a_title_that_leads_elsewhere_is_left_out_of_mails_to_strangers(board: Board) -> None:
    board.publish({**WANT, "title": "Desks, see www.evil.example/buy"})
    [mail] = board.ask(path=ASK)
    assert "evil" not in text_of(mail) + html_of(mail) + str(mail["Subject"])


# Changing, pausing, ending


def told(board: Board, path: str = NEW) -> str:
    """Subscribe and be told something; the path of the page of all mails."""
    board.subscribe(path=path)
    board.publish(WANT, thing("oak desk"), thing("first desk"))
    [news] = board.work()
    return manage(news)


def ids(board: Board, page: str) -> list[str]:
    return tree_of(board.text(page)).xpath("//form[contains(@action, '/stop')]/input[@name='id']/@value")


def test_mails_are_paused_and_come_again(board: Board) -> None:
    page = told(board)
    [alert] = ids(board, page)
    answer = board.client.post(
        f"{page}/pause", data={"id": alert, "csrf_token": board.token(page)}, headers={"Referer": URL}
    )
    assert answer.headers["Location"].endswith("?said=paused")
    assert "Nothing is sent about it" in words(board.text(page))
    board.publish(WANT, thing("oak desk"), thing("second desk"))
    assert board.work() == []
    board.post(f"{page}/resume", page, id=alert)
    board.publish(WANT, thing("oak desk"), thing("second desk"), thing("third desk"))
    [news] = board.work()
    assert re.findall(r"^A .*$", text_of(news), re.MULTILINE) == ["A third desk"]


def test_nobody_pauses_or_ends_what_is_another_ones(board: Board) -> None:
    page = told(board)
    [alert] = ids(board, page)
    board.subscribe(email="ben@park.example")
    board.publish(WANT, thing("new desk"))
    bens = next(manage(mail) for mail in board.work() if str(mail["To"]) == "ben@park.example")
    for verb in ("pause", "resume", "stop", "change"):
        board.post(f"{bens}/{verb}", bens, id=alert, frequency="weekly")
    [row] = choices.of_person(board.node, page.rpartition("/")[2])
    assert (row.state, row.frequency) == ("active", "instant")
    assert board.client.post(f"{page}/pause", data={"id": alert}).status_code == 400, "not without a token"


def test_everything_about_an_address_is_deleted(board: Board) -> None:
    page = told(board)
    board.ask(path="/alerts/new?q=lamp")
    assert "Delete everything about me" in board.text(page)
    answer = board.post(f"{page}/stop-all", page)
    assert "everything about these mails is deleted" in words(board.text(answer.headers["Location"]))
    with board.node.database.read() as tx:
        names = ("alerts", "outbox", "alert_told", "bounces")
        kept = repr([tuple(row) for name in names for row in tx.exec_driver_sql(f"SELECT * FROM {name}")])
    assert ANNA not in kept
    assert page.rpartition("/")[2].partition(".")[0] not in kept


# The link to all mails


def test_the_link_to_all_mails_is_sent_to_those_who_have_some_and_nobody_learns_which(board: Board) -> None:
    def ask(email: str) -> str:
        page = board.post("/alerts/mine", "/alerts/mine", email=email).get_data(as_text=True)
        return re.sub(r'csrf_token" value="[^"]+', "", page).replace(email, "")

    board.subscribe()
    assert ask("ben@park.example") == ask(ANNA.upper())
    [mail] = board.work()
    assert str(mail["To"]) == ANNA, "as it was confirmed, however it was typed"
    assert str(mail["Subject"]) == "All your mails from Share"
    assert len(ids(board, manage(mail))) == 1
    ask(ANNA)
    assert board.work() == [], "once an hour at most"
    clock_of(board.node).pass_by(hours=1)
    ask(ANNA)
    assert len(board.work()) == 1


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        pytest.param({"email": ""}, 422, id="no address"),
        pytest.param({"email": "a@b.example\r\nBcc: c@d.example"}, 422, id="a header"),
        pytest.param({"email": ANNA, "homepage": "x"}, 422, id="a program"),
    ],
)
def test_what_cannot_be_asked_for_is_said_at_the_field(board: Board, fields: dict[str, str], status: int) -> None:
    board.subscribe()
    answer = board.post("/alerts/mine", "/alerts/mine", **fields)
    assert answer.status_code == status
    assert tree_of(answer.get_data(as_text=True)).xpath("//*[@data-error-summary]")
    assert board.work() == []


def test_one_click_needs_no_cookie_and_no_token_and_opening_the_link_does_nothing(board: Board) -> None:
    page = told(board)
    board.publish(WANT, thing("oak desk"), thing("second desk"))
    [news] = board.work()
    stop = link_in(news, "stop")
    other = client_of(create_app(board.node))
    for method in (other.get, other.head):
        assert method(stop).status_code == 200
    assert len(ids(board, page)) == 1
    assert other.post(stop, data={"List-Unsubscribe": "One-Click"}).status_code == 200
    assert "Set-Cookie" not in other.post(stop).headers
    assert ids(board, page) == []


# Kept mails


def test_a_kept_mail_is_shown_as_a_page_that_can_do_nothing(tmp_path: Path) -> None:
    browser = Browser(tmp_path / "home", mail_capture=True, node_url="http://127.0.0.1:8080/")
    browser.client = browser.node_client = create_app(browser.node).test_client()
    path = "/alerts/new?q=desk"
    data = {"email": ANNA, "frequency": "daily", "csrf_token": browser.token(path)}
    assert browser.client.post(path, data=data).status_code == 200
    [link] = tree_of(browser.text("/mailbox")).xpath("//main//article//a[starts-with(@href, '/mailbox/')]/@href")
    answer = browser.get(link)
    policy = answer.headers["Content-Security-Policy"]
    assert (answer.mimetype, "sandbox" in policy, "script" in policy) == ("text/html", True, False)
    assert "Yes, write to me" in answer.get_data(as_text=True)
    assert browser.get("/mailbox/999").status_code == 404
    assert browser.get(f"/control{link}").status_code in (302, 303, 401, 403)
