"""Mails about what is new, over HTTP: asked for, confirmed, told, changed, ended."""

from __future__ import annotations

import re
from collections.abc import Callable
from email.message import EmailMessage
from pathlib import Path
from urllib.parse import parse_qsl

import pytest
from lxml import html

from federation.facts import short_key
from node.app import create_app
from node.search.follow import Follower
from node.services.alerts import asking, choices, links
from node.services.alerts import news as alert_news
from node.services.mail.postman import Postman
from node.storage import outbox
from tests.fakes.own_client import client_of
from tests.fakes.publisher import URL, clock_of, publisher
from tests.fakes.sites import PARK, item
from tests.fakes.smtp_server import MailServer
from tests.fakes.spent import least_s
from tests.node.web.aggregator import Browser, follow, send

ANNA = "anna@park.example"
NEW = "/alerts/new?q=desk"
EYE = {"locality": "Eye", "lat": 52.6, "lon": -0.19}
THEIRS = short_key(f"{PARK}organisations/park")


def thing(name: str, **members: object) -> dict[str, object]:
    """A listing of this name; only desks are filed as desks."""
    filed = {} if "desk" in name else {"category": "tools"}
    return {**item(name.replace(" ", "-"), **filed, **members), "title": f"A {name}"}


class Board(Browser):
    """A board that sends its mails to a server on loopback."""

    def __init__(self, home: Path, server: MailServer) -> None:
        place = {"smtp_host": "127.0.0.1", "smtp_port": server.port, "smtp_security": "none"}
        super().__init__(home, **place, mail_from="post@share.example")
        self.server, self.source = server, follow(self.node)
        self.publish(thing("chair"))

    def publish(self, *items: dict[str, object]) -> None:
        clock_of(self.node).pass_by(minutes=10)
        send(self.node, self.source, list(items))
        Follower(self.node).catch_up()

    def work(self) -> list[EmailMessage]:
        """What the worker does; the mails that came of it."""
        before = len(self.server.taken)
        alert_news.look(self.node)
        Postman(self.node).deliver()
        return self.server.messages()[before:]

    def ask(self, email: str = ANNA, frequency: str = "instant", path: str = NEW) -> list[EmailMessage]:
        assert self.post(path, path, email=email, frequency=frequency).status_code == 200
        return self.work()

    def subscribe(self, frequency: str = "instant", path: str = NEW, email: str = ANNA) -> None:
        [mail] = self.ask(email, frequency, path)
        page = link_in(mail, "confirm")
        assert self.post(page, page).status_code == 200


def link_in(mail: EmailMessage, kind: str) -> str:
    """The path of the one link of a kind in the text of a mail."""
    [found] = set(re.findall(rf"{re.escape(URL)}(alerts/{kind}/\S+)", text_of(mail)))
    return f"/{found}"


def text_of(mail: EmailMessage) -> str:
    return str(mail.get_body(("plain",)).get_content()).replace("\r\n", "\n")


def words(page: str) -> str:
    return " ".join(html.fromstring(page).text_content().split())


@pytest.fixture
def server() -> MailServer:
    with MailServer() as made:
        yield made


@pytest.fixture
def board(tmp_path: Path, server: MailServer) -> Board:
    return Board(tmp_path / "home", server)


def test_the_whole_life_of_an_alert(board: Board) -> None:
    search = html.fromstring(board.text("/search?q=desk&sort=newest&page=2"))
    assert search.xpath("//section[@class='follow']//a[contains(@class, 'button')][@rel='nofollow']/@href") == [NEW]
    assert "desk" in words(board.text(NEW))
    answer = board.post(NEW, NEW, email=ANNA, frequency="instant")
    assert ANNA in answer.get_data(as_text=True)
    [asked] = board.work()
    assert str(asked["To"]) == ANNA
    confirm = link_in(asked, "confirm")
    board.publish(thing("chair"), thing("oak desk"))
    assert board.work() == [], "not before it is confirmed"
    assert board.text(confirm).count("Yes, write to me") == 1
    assert board.work() == [], "a look at the page confirms nothing"
    assert "We will write to you" in board.post(confirm, confirm).get_data(as_text=True)
    assert board.work() == [], "what was there before is not new"

    board.publish(thing("chair"), thing("oak desk"), thing("steel desk", place=EYE), thing("lamp"))
    [news] = board.work()
    assert str(news["Subject"]) == "New at Share: A steel desk"
    said = text_of(news)
    assert "A steel desk\n  Park group, Eye\n  https://share.example.org/listings/" in said
    assert "oak" not in said
    assert "lamp" not in said
    linked = re.findall(rf"{re.escape(URL)}(listings/\S+)", said)
    assert board.get(f"/{linked[0]}").status_code == 200
    assert "<script" not in news.get_body(("html",)).get_content()
    assert board.work() == []

    board.publish(thing("chair"), thing("oak desk"), thing("steel desk", place=EYE, condition="good"), thing("lamp"))
    assert board.work() == [], "an edited listing is not new again"

    stop = link_in(news, "stop")
    assert str(news["List-Unsubscribe"]) == f"<{URL}{stop[1:]}>"
    assert board.work() == []
    assert "Stop these mails" in board.text(stop)
    one_click = client_of(create_app(board.node)).post(stop, data={"List-Unsubscribe": "One-Click"})
    assert one_click.status_code == 200
    assert "No more mails" in one_click.get_data(as_text=True)
    assert "No more mails" in board.text(stop), "again it does no harm"
    board.publish(thing("chair"), thing("new desk"))
    assert board.work() == []
    with board.node.database.read() as tx:
        kept = [tuple(row) for name in ("alerts", "outbox") for row in tx.exec_driver_sql(f"SELECT * FROM {name}")]
    assert ANNA not in repr(kept)


@pytest.mark.parametrize(
    ("frequency", "due"),
    [
        pytest.param("daily", "2026-12-02T08:00", id="tomorrow morning"),
        pytest.param("weekly", "2026-12-07T08:00", id="Monday morning"),
    ],
)
def test_a_digest_comes_in_the_morning_with_all_that_is_new(board: Board, frequency: str, due: str) -> None:
    from datetime import datetime
    from zoneinfo import ZoneInfo

    board.subscribe(frequency)
    board.publish(thing("oak desk"))
    board.publish(thing("oak desk"), thing("steel desk"))
    moment = datetime.fromisoformat(due).replace(tzinfo=ZoneInfo("Europe/London"))
    clock = clock_of(board.node)
    clock.moment = moment
    clock.pass_by(minutes=-1)
    assert board.work() == []
    clock.pass_by(minutes=1)
    [news] = board.work()
    assert str(news["Subject"]) == "2 new at Share: desk"
    assert text_of(news).index("steel desk") < text_of(news).index("oak desk")
    clock.pass_by(days=8)
    assert board.work() == [], "nothing is sent when nothing is new"
    board.publish(thing("oak desk"), thing("steel desk"), thing("glass desk"))
    assert board.work() == [], "what comes after the morning waits for the next"


def test_of_everything_the_mails_name_no_search_and_say_who_looks_for_what(board: Board) -> None:
    everything = "/alerts/new"
    [asked] = board.ask(path=everything)
    assert "to write to this address when something new comes." in text_of(asked)
    page = link_in(asked, "confirm")
    assert board.post(page, page).status_code == 200
    [again] = board.ask(path=everything)
    assert "asked Share again for these mails." in text_of(again)
    later = {"available": {"from": "2027-01-04", "until": "2027-02-01"}}
    begun = {"available": {"from": "2026-11-01", "until": "2026-12-24"}}
    lamp, desk = thing("lamp", **begun), thing("oak desk", direction="want", place=EYE, **later)
    board.publish(thing("chair"), lamp, desk)
    [news] = board.work()
    assert str(news["Subject"]) == "2 new at Share"
    said = text_of(news)
    assert said.startswith("New on the board\n\nA ")
    assert "A oak desk\n  Wanted by Park group, Eye\n  from 4 January 2027 until 1 February 2027\n" in said
    assert "A lamp\n  Park group\n  until 24 December 2026\n" in said, "of days that have begun only the end is said"
    assert "\n\n\n" not in said
    assert "Wanted by Park group, Eye<br>" in str(news.get_body(("html",)).get_content())


@pytest.mark.parametrize(
    ("page", "path", "subject"),
    [
        pytest.param("/categories/tools", "/alerts/new?category=tools", "New at Share: A lamp", id="a kind"),
        pytest.param("/wanted", "/alerts/new?direction=want", "New at Share: A desk", id="what is wanted"),
        pytest.param(
            "/wanted?category=furniture&near=Eye&sort=newest&page=1",
            "/alerts/new?direction=want&category=furniture&near=Eye",
            "New at Share: A desk",
            id="what is wanted near a place",
        ),
        pytest.param(f"/organisations/{THEIRS}", f"/alerts/new?organisation={THEIRS}", "2 new at Share: Park group",
                     id="an organisation"),
    ],
)  # fmt: skip
def test_whatever_shows_listings_can_be_followed_by_mail(board: Board, page: str, path: str, subject: str) -> None:
    board.publish(thing("chair"), thing("bench", place=EYE))
    [link] = html.fromstring(board.text(page)).xpath("//main//a[starts-with(@href, '/alerts/new')]")
    assert (link.get("href"), link.get("rel"), link.text_content()) == (
        path, "nofollow", "Tell me when something new comes"
    )  # fmt: skip
    search = path.partition("?")[2]
    found = html.fromstring(board.text(page)).xpath("//head/link[@rel='alternate'][contains(@href, '/search')]/@href")
    assert found == [f"/search.json?{search}", f"/search.atom?{search}"], "feed readers find the same by themselves"
    board.subscribe(path=path)
    board.publish(thing("chair"), thing("bench", place=EYE), thing("lamp"), thing("desk", direction="want", place=EYE))
    assert [str(news["Subject"]) for news in board.work()] == [subject]


def test_what_is_gone_before_the_mail_is_not_told(board: Board) -> None:
    board.subscribe("daily")
    board.publish(thing("oak desk"), thing("chair"))
    board.publish(thing("chair"))
    clock_of(board.node).pass_by(days=2)
    assert board.work() == []


def test_many_at_once_come_in_one_mail_and_the_next_lets_some_minutes_pass(board: Board) -> None:
    board.subscribe()
    board.publish(*(thing(f"desk {number}") for number in range(alert_news.LISTED + 3)))
    [news] = board.work()
    assert str(news["Subject"]).startswith(f"{alert_news.LISTED + 3} new")
    assert "And 3 more." in text_of(news)
    address = re.search(rf"{re.escape(URL)}(search\?\S+)", text_of(news))
    assert address is not None
    assert dict(parse_qsl(address[1].partition("?")[2])) == {"q": "desk", "sort": "newest"}
    clock_of(board.node).pass_by(minutes=-9)
    board.publish(thing("desk again"))
    assert board.work() == []
    clock_of(board.node).pass_by(minutes=10)
    assert len(board.work()) == 1


def test_a_place_is_kept_as_a_point_and_an_unknown_one_is_asked_again(board: Board) -> None:
    near = "/alerts/new?near=Eye&within=5"
    answer = board.post(near, near, email=ANNA, frequency="daily")
    assert answer.status_code == 422
    assert "We do not know that place" in answer.get_data(as_text=True)
    board.publish(thing("stool", place=EYE))
    board.subscribe("instant", near)
    far = {"locality": "Ely", "lat": 52.4, "lon": 0.26}
    board.publish(thing("bench", place=EYE), thing("table", place=far))
    [news] = board.work()
    assert "A bench" in text_of(news)
    assert "A table" not in text_of(news)


def test_what_has_only_most_of_the_words_is_no_news(board: Board) -> None:
    board.subscribe(path="/alerts/new?q=oak+desk")
    board.publish(thing("desk"), thing("oak chair"))
    assert board.work() == []
    board.publish(thing("desk"), thing("oak chair"), thing("desk of oak"))
    [news] = board.work()
    assert re.findall(r"^A .*$", text_of(news), re.MULTILINE) == ["A desk of oak"]


# What strangers may do


@pytest.mark.parametrize(
    ("sent", "where"),
    [
        pytest.param({"email": "", "frequency": "daily"}, "#email", id="no address"),
        pytest.param({"email": "anna", "frequency": "daily"}, "#email", id="half an address"),
        pytest.param({"email": "a@b.example\r\nBcc: c@d.example", "frequency": "daily"}, "#email", id="a header"),
        pytest.param({"email": "ännä@park.example", "frequency": "daily"}, "#email", id="cannot be written to"),
        pytest.param({"email": f"{'a' * 64}@{'b' * 60}.{'c' * 60}.{'d' * 60}.{'e' * 60}.example", "frequency": "daily"},
                     "#email", id="too long"),
        pytest.param({"email": ANNA, "frequency": "hourly"}, "#frequency", id="no such choice"),
    ],
)  # fmt: skip
def test_nothing_typed_is_lost(board: Board, sent: dict[str, str], where: str) -> None:
    answer = board.post(NEW, NEW, **sent)
    tree = html.fromstring(answer.get_data(as_text=True))
    assert answer.status_code == 422
    assert tree.xpath("//*[@data-error-summary]//a/@href") == [where]
    assert tree.get_element_by_id("email").get("value").split() == sent["email"].split()
    assert tree.xpath("//main//form/@action") == [NEW]
    assert board.work() == []


def test_programs_that_fill_in_everything_are_turned_away(board: Board) -> None:
    assert board.post(NEW, NEW, email=ANNA, frequency="daily", homepage="x").status_code == 422
    assert board.client.post(NEW, data={"email": ANNA, "frequency": "daily"}).status_code == 400
    assert board.work() == []


def test_the_answer_does_not_say_whether_an_address_is_known(board: Board) -> None:
    def answer(email: str) -> str:
        page = board.post(NEW, NEW, email=email, frequency="daily").get_data(as_text=True)
        return re.sub(r'csrf_token" value="[^"]+', "", page).replace(email, "")

    unknown = answer("ben@park.example")
    board.work()
    board.subscribe()
    assert answer(ANNA) == unknown
    mails = {str(mail["To"]): mail for mail in board.work()}
    assert "You get these mails already" in text_of(mails[ANNA])
    assert link_in(mails[ANNA], "manage")
    for number in range(asking.A_DAY + 2):
        path = f"/alerts/new?q=desk{number}"
        clock_of(board.node).pass_by(minutes=30)
        assert board.post(path, path, email=ANNA, frequency="daily").status_code == 200
    assert len(board.work()) == asking.A_DAY - 1, "nobody can fill another one's mailbox"


def test_asking_again_and_again_sends_three_mails(board: Board) -> None:
    assert [len(board.ask()) for _ in range(5)] == [1, 1, 1, 0, 0]


def test_too_many_from_one_connection(board: Board) -> None:
    for number in range(asking.AN_HOUR):
        board.ask(f"p{number}@park.example")
    answer = board.post(NEW, NEW, email=ANNA, frequency="daily")
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "3600")
    assert board.work() == []


def test_who_gets_mails_cannot_be_told_by_the_time_that_the_answer_takes(board: Board) -> None:
    board.subscribe()

    def asked(email: str, number: int) -> Callable[[], object]:
        return lambda: asking.ask_for_link(board.node, email, "en-GB", f"192.0.2.{number}")

    asked("warm@park.example", 9)()
    known = least_s(asked(ANNA, number) for number in range(3))
    unknown = least_s(asked(f"ben{number}@park.example", number) for number in range(3))
    assert known / 3 < unknown < known * 3
    assert link_in(board.work()[-1], "manage")


def test_nobody_tries_out_addresses_without_end(board: Board) -> None:
    page = "/alerts/mine"
    answers = [board.post(page, page, email=f"ben{number}@park.example").status_code for number in range(45)]
    assert answers[0] == 200
    assert answers[-1] == 429


def test_a_stranger_cannot_make_us_send_links_of_theirs(board: Board) -> None:
    [mail] = board.ask(path="/alerts/new?q=cheap+pills+at+https://evil.example/buy")
    whole = text_of(mail) + mail.get_body(("html",)).get_content() + str(mail["Subject"])
    assert "evil" not in whole


# Links


def test_a_confirmation_works_for_two_days(board: Board) -> None:
    [mail] = board.ask()
    page = link_in(mail, "confirm")
    token = board.token(page)
    clock_of(board.node).pass_by(hours=48)
    assert board.get(page).status_code == 410
    assert board.client.post(page, data={"csrf_token": token}, headers={"Referer": URL}).status_code == 410
    choices.tidy(board.node)
    with board.node.database.read() as tx:
        assert tx.exec_driver_sql("SELECT count(*) FROM alerts").scalar() == 0


def test_confirming_twice_changes_nothing(board: Board) -> None:
    [mail] = board.ask()
    page = link_in(mail, "confirm")
    token = board.token(page)
    for _ in range(2):
        answer = board.client.post(page, data={"csrf_token": token}, headers={"Referer": URL})
        assert answer.status_code == 200
    board.publish(thing("desk"))
    assert len(board.work()) == 1


@pytest.mark.parametrize("kind", ["confirm", "stop", "manage"])
def test_a_link_that_was_altered_does_nothing(board: Board, kind: str) -> None:
    board.subscribe()
    board.publish(thing("desk"))
    [news] = board.work()
    mine = {"confirm": "/alerts/confirm/x", "stop": link_in(news, "stop"), "manage": link_in(news, "manage")}[kind]
    other = mine[:-1] + ("A" if mine[-1] != "A" else "B")
    swapped = mine.replace(f"/{kind}/", "/stop/" if kind != "stop" else "/manage/")
    for path in (other, swapped, mine[:-5], f"/alerts/{kind}/%00", f"/alerts/{kind}/{'x' * 2000}"):
        assert board.get(path).status_code in (404, 410)
        assert board.client.post(path).status_code in (400, 404, 405, 410)
    assert len(choices.of_person(board.node, link_in(news, "manage").rpartition("/")[2])) == 1


def test_tokens_of_one_purpose_do_not_serve_another(board: Board) -> None:
    node, alert_id = board.node, "a" * 16
    stop = links.stop_token(node, alert_id)
    assert links.read_stop(node, stop) == alert_id
    signature = stop.rpartition(".")[2]
    with pytest.raises(links.AlertLinkError):
        links.read_confirm(node, f"{alert_id}.{node.now + 10}.{signature}")
    with pytest.raises(links.AlertLinkError):
        links.read_manage(node, f"{'0' * 64}.{signature}")


def test_all_mails_of_an_address_stand_on_one_page(board: Board) -> None:
    board.subscribe("weekly")
    clock_of(board.node).pass_by(minutes=1)
    board.subscribe("instant", "/alerts/new?q=lamp", "Anna@Park.example")
    board.subscribe("instant", "/alerts/new?q=lamp", "ben@park.example")
    board.publish(thing("lamp"))
    news = {str(mail["To"]): mail for mail in board.work()}
    page = link_in(news["Anna@park.example"], "manage")
    tree = html.fromstring(board.text(page))
    assert [link.text for link in tree.xpath("//main//h2/a")] == ["desk", "lamp"]
    assert ANNA not in board.text(page), "whoever finds the link does not learn the address"
    [desk, lamp] = tree.xpath("//main//form[.//select]//input[@name='id']/@value")
    assert board.post(f"{page}/change", page, id=desk, frequency="daily").status_code == 303
    assert board.post(f"{page}/change", page, id=desk, frequency="never").status_code == 422
    assert html.fromstring(board.text(page)).xpath("//option[@selected]/@value") == ["daily", "instant"]
    assert board.post(f"{page}/stop", page, id=lamp).status_code == 303
    assert [link.text for link in html.fromstring(board.text(page)).xpath("//main//h2/a")] == ["desk"]
    assert board.post(f"{page}/stop-all", page).status_code == 303
    assert "No mails are sent to you" in board.text(page)
    with board.node.database.read() as tx:
        assert tx.exec_driver_sql("SELECT email FROM alerts").scalars().all() == ["ben@park.example"]


def test_one_address_changes_nothing_of_another(board: Board) -> None:
    board.subscribe()
    board.subscribe(email="ben@park.example")
    board.publish(thing("desk"))
    mine, other = board.work()
    page = link_in(mine, "manage")
    theirs = link_in(other, "stop").rpartition("/")[2].partition(".")[0]
    board.post(f"{page}/change", page, id=theirs, frequency="weekly")
    board.post(f"{page}/stop", page, id=theirs)
    [kept] = choices.of_person(board.node, link_in(other, "manage").rpartition("/")[2])
    assert kept.frequency == "instant"


def test_pages_for_one_person_are_kept_by_nobody(board: Board) -> None:
    headers = board.get(NEW).headers
    assert (headers["Cache-Control"], headers["X-Robots-Tag"]) == ("no-store", "noindex")


def test_a_mail_on_its_way_is_called_back_when_it_is_not_wanted_any_more(board: Board) -> None:
    board.subscribe()
    board.publish(thing("desk"))
    assert alert_news.look(board.node) == 1
    with board.node.database.read() as tx:
        [mail] = outbox.claim(tx, board.node.now, 0, 1)
    token = re.search(r"alerts/stop/([\w.-]+)>", mail.message)
    assert token is not None
    assert board.client.post(f"/alerts/stop/{token[1]}").status_code == 200
    assert Postman(board.node).deliver() == 0


# Without mail, and where mails are kept


def test_where_no_mail_can_be_sent_none_is_offered(tmp_path: Path) -> None:
    browser = Browser(tmp_path / "home")
    send(browser.node, follow(browser.node), [thing("desk")])
    Follower(browser.node).catch_up()
    assert "Tell me when" not in browser.text("/search?q=desk")
    assert browser.get(NEW).status_code == 404
    assert browser.client.get("/mailbox").status_code == 404
    assert alert_news.look(browser.node) == 0


def test_kept_mails_are_for_the_operator_of_a_site(tmp_path: Path) -> None:
    browser = Browser(tmp_path / "home", mail_capture=True)
    browser.post(NEW, NEW, email=ANNA, frequency="daily")
    assert browser.get("/mailbox").status_code == 404
    assert browser.get("/control/mailbox").status_code == 303
    browser.sign_in()
    page = browser.text("/control/mailbox")
    assert ANNA in page
    assert re.search(r'href="https://share\.example\.org/alerts/confirm/[^"]+"', page)
    assert "no mail is sent" in words(browser.text("/control/")).lower()


def test_a_publisher_that_is_tried_out_shows_its_mails_too(tmp_path: Path) -> None:
    home, elsewhere = (
        create_app(publisher(tmp_path / name, mail_capture=True, node_url=url)).test_client()
        for name, url in (("home", "http://127.0.0.1:8080/"), ("elsewhere", "https://share.example.org/"))
    )
    assert "No mail has been written yet" in home.get("/mailbox", base_url="http://127.0.0.1:8080").text
    assert elsewhere.get("/mailbox", base_url="https://share.example.org").status_code == 404


def test_at_home_everyone_reads_kept_mails(tmp_path: Path) -> None:
    browser = Browser(tmp_path / "home", mail_capture=True, node_url="http://127.0.0.1:8080/")
    client, page = browser.client, "http://127.0.0.1:8080"
    assert "No mail has been written yet" in client.get("/mailbox", base_url=page).get_data(as_text=True)
    form = client.get(NEW, base_url=page).get_data(as_text=True)
    token = re.search(r'name="csrf_token" value="([^"]+)"', form)
    assert token is not None
    sent = {"csrf_token": token[1], "email": ANNA, "frequency": "daily"}
    assert "/mailbox" in client.post(NEW, base_url=page, data=sent).get_data(as_text=True)
    shown = client.get("/mailbox", base_url=page)
    assert shown.headers["Cache-Control"] == "no-store"
    assert "http://127.0.0.1:8080/alerts/confirm/" in shown.get_data(as_text=True)


def test_the_operator_is_told_what_could_not_be_delivered(board: Board, server: MailServer) -> None:
    server.script.append("rcpt 550")
    board.ask()
    board.sign_in()
    page = words(board.text("/control/"))
    assert "1 mail could not be delivered this week" in page
    assert "550 no <the address>" in page
    assert ANNA not in page


def test_a_publisher_has_no_such_pages(tmp_path: Path) -> None:
    client = client_of(create_app(publisher(tmp_path / "small", mail_capture=True)))
    assert [client.get(path).status_code for path in (NEW, "/mailbox", "/alerts/stop/x")] == [404] * 3
