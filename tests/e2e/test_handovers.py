"""Handovers between two nodes, read by a city: from a desk through a mail to the city's figures, and back from feeds.

Three real servers on this machine. Every handover is done in a browser: gifts, that of a stranger who asks in the
city's portal, a loan and its return, a room, and some help, so that each ledger has something. What the city shows is
worked out again from the feeds.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from http.server import ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from click.testing import CliRunner
from playwright.sync_api import Browser, Page, expect
from werkzeug.serving import make_server

from examples.demo_processes import choose_port
from examples.static_server import QuietHandler
from federation.discovery import discover
from federation.records import L0
from node.app import create_app
from node.cli import main
from node.context import Node
from node.search.follow import Follower
from node.services.aggregating import sources
from node.services.aggregating.polling import Poller, make_fetcher
from node.services.exchanges.asking import Askable, Wish
from node.services.exchanges.between_nodes import asking_across, elsewhere, meeting_places
from node.services.identity import accounts, members
from node.services.listings.publishing import ensure_organisation, listing
from node.services.messages.sending import Courier
from node.services.receipts.harvest import Harvest
from node.storage import exchange_homes, handovers
from node.storage import sources as stored_sources
from schemas import exchange as rules
from schemas.exchange import ASKER
from schemas.handover import MATCHED, ONE_OPERATOR
from tests.contracts.test_exchanges import found_in
from tests.e2e.boards import Quiet
from tests.e2e.hands import Hands
from tests.e2e.looking import overflow, violations
from tests.e2e.scanning import scan
from tests.e2e.visits import visit
from tests.fakes.exchanges import act, every, last_link, now_of, shared
from tests.fakes.publisher import clock_of, publisher

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(300)]
A_MINUTE = 60
PHONE, WIDE, PASSWORD = 390, 1280, "three otters in a canoe"
# Whoever verifies looks at a real clock, by which nothing may end in the future.
BEGAN = datetime.now(UTC).replace(microsecond=0) - timedelta(days=20)


@contextmanager
def serving(home: Path, name: str, **settings: Any) -> Iterator[Node]:
    """A node at an address of this machine."""
    port = choose_port()
    url = f"http://127.0.0.1:{port}/"
    node = publisher(home, node_url=url, node_name=name, allow_loopback=True, mail_capture=True, **settings)
    clock_of(node).moment = BEGAN
    server = make_server("127.0.0.1", port, create_app(node), threaded=True, request_handler=Quiet)
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield node
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
        node.workshop.close()
        node.database.close()


SHED = """direction,kind,action,title,category,quantity,organisation,organisation_type,expires
offer,item,give,Workbench,furniture/desk,4,The Shed,charity,+60d
"""


@pytest.fixture
def folder(place: Place, tmp_path: Path) -> Iterator[str]:
    """The address of a folder of files that somebody has published; by now, so that is what the clocks of nodes say."""
    port, site = choose_port(), tmp_path / "site"
    url, sheet = f"http://127.0.0.1:{port}/", tmp_path / "shed.csv"
    sheet.write_text(SHED)
    wanted = [
        "publish",
        str(sheet),
        "--to",
        str(site),
        "--url",
        url,
        "--name",
        "The Shed",
        "--email",
        "post@shed.example",
    ]
    done = CliRunner().invoke(main, wanted, env={"SHAREFEED_HOME": ""})
    assert done.exit_code == 0, done.output
    for node in (place.school, place.club, place.city):
        clock_of(node).moment = datetime.now(UTC).replace(microsecond=0)
    server = ThreadingHTTPServer(("127.0.0.1", port), partial(QuietHandler, directory=str(site)))
    thread = Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    yield url
    server.shutdown()
    thread.join()
    server.server_close()


@dataclass
class Place:
    """A school that shares, a club that asks, each on its own node, and the city that reads both."""

    school: Node
    club: Node
    city: Node
    club_id: str

    def deliver(self) -> None:
        for _ in range(20):
            if not sum(self._courier(node) for node in (self.school, self.club, self.city)):
                return

    @staticmethod
    def _courier(node: Node) -> int:
        courier = Courier(node, make_fetcher(node))
        try:
            return courier.deliver()
        finally:
            courier.close()

    def read(self) -> None:
        """Let the city read both, listings and receipts."""
        with Poller(self.city) as poller, make_fetcher(self.city) as client:
            for node in (self.school, self.club):
                known = [one.source for one in sources.health(self.city) if one.source.node_id == node.settings.url]
                source = (
                    known[0] if known else sources.add(self.city, discover(client, node.settings.url, self.city.now))
                )
                poller.read_now([source.id])
                assert Harvest.of(self.city, client).now(source.id).code in ("ok", "unchanged")
        Follower(self.city).catch_up()

    def follow(self, url: str) -> int:
        """Let the city read a site for the first time; the number of its source."""
        with Poller(self.city) as poller, make_fetcher(self.city) as client:
            source_id = sources.add(self.city, discover(client, url, self.city.now)).id
            poller.read_now([source_id])
        Follower(self.city).catch_up()
        return source_id

    def move(self, **span: float) -> None:
        for node in (self.school, self.club, self.city):
            clock_of(node).pass_by(**span)

    def ask(self, key: str, **wish: Any) -> str:
        """Ask from the club for something of the school; the number of the exchange."""
        with make_fetcher(self.club) as client:
            far = asking_across.fetch(self.club, f"{self.school.settings.url}listings/{key}", client)
        made = asking_across.ask(
            self.club, self.club_id, far, Wish("", "", **{"agreed": True, "language": "en", **wish})
        )
        self.deliver()
        act(self.school, made, rules.ACCEPT)
        self.deliver()
        return made


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    with ExitStack() as stack:
        made = {
            name: stack.enter_context(serving(tmp_path_factory.mktemp(name), name.title(), aggregate=name == "city"))
            for name in ("school", "club", "city")
        }
        club = ensure_organisation(made["club"], "Gladstone Connect", "community_group")
        bo = accounts.add(made["club"], "Bo", "bo@club.example", operator=False)
        members.join(made["club"], bo, "gladstone-connect", members.EDITOR)
        accounts.set_password(made["club"], bo, PASSWORD)
        yield Place(club_id=club.id, **made)


def offer(place: Place, ref: str, quantity: int = 1, **members: Any) -> Askable:
    """Something that the school shares, for as long as these tests are about."""
    return shared(place.school, ref, quantity, expires=BEGAN + timedelta(days=60), **members)


def look(page: Page, width: int = PHONE) -> None:
    assert violations(page) + overflow(page, width) == [], page.url


def ask_for(page: Page, name: str, **more: str) -> Hands:
    """Ask from the page of a listing, without an account; what that took."""
    hands = Hands(page)
    hands.tap(page.get_by_role("link", name="Ask for this").first)
    hands.write(page.get_by_label("Your name"), name)
    hands.write(page.get_by_label("Your e-mail address"), f"{name.lower()}@cem.example")
    for label, value in more.items():
        hands.write(page.get_by_label(label), value)
    hands.tap(page.get_by_label("I have read this and agree"))
    look(page)
    hands.tap(page.get_by_role("button", name="Go on"))
    expect(page.get_by_role("heading", name="Please look at your mails")).to_be_visible()
    return hands


def code_on(page: Page) -> str:
    return re.sub(r"\D", "", page.locator(".exchange-code").first.inner_text())


def sign_in(page: Page, at: str, email: str = "bo@club.example") -> None:
    page.goto(at)
    page.get_by_label("E-mail address").fill(email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()


def test_some_of_several_chairs_go_from_one_node_to_another(place: Place, browser: Browser) -> None:
    chairs = offer(place, "chairs", 5, title="Office chair", category="furniture/chair")
    place.read()
    school, club = place.school.settings.url, place.club.settings.url
    with visit(browser, width=PHONE) as (bo, noted), visit(browser, width=PHONE, theme="dark") as (ann, _):
        sign_in(bo, f"{club}desk/ask?listing={school}listings/{chairs.row.key}")
        expect(bo.get_by_role("heading", name="Ask for this")).to_be_visible()
        bo.get_by_label("How many?").fill("3")
        bo.get_by_label("What would you like to tell them?").fill("For our new room.")
        bo.get_by_label("I have read this and agree").check()
        look(bo)
        bo.get_by_role("button", name="Send it").click()
        expect(bo.get_by_role("heading", name="Office chair")).to_be_visible()
        place.deliver()
        [made] = every(place.school)

        ann.goto(school.rstrip("/") + last_link(place.school, "ann"))
        expect(ann.get_by_text("For our new room.")).to_be_visible()
        ann.get_by_label("How many").fill("2")
        ann.get_by_role("button", name="Yes, they can have").click()
        expect(ann.get_by_text("You have said yes.")).to_be_visible()
        look(ann)
        place.deliver()

        bo.goto(f"{club}desk/gladstone-connect/requests/{made}")
        look(bo)
        ann.get_by_label("The code of the other side").fill(code_on(bo))
        with ann.expect_response(lambda answer: answer.request.method == "POST"):
            ann.get_by_role("button", name="Handed over", exact=True).click()
        expect(ann.get_by_role("status").first).to_contain_text("One moment, please.")
        expect(ann.get_by_role("status").first).to_be_in_viewport()
        place.deliver()
        expect(ann.get_by_text("both of you have said so")).to_be_visible()
        bo.reload()
        expect(bo.get_by_text("both of you have said so")).to_be_visible()
        look(bo)
        assert [one for one in noted if "422" not in one] == []
    assert [now_of(node, made).exchange.state for node in (place.school, place.club)] == [rules.RECEIVED] * 2
    assert listing(place.school, chairs.row.key).listing().quantity.available == 3


def test_a_stranger_asks_in_the_citys_portal(place: Place, browser: Browser) -> None:
    offer(place, "desk", title="Oak desk", category="furniture/desk", weight_kg=30)
    place.read()
    school, city = (node.settings.url.rstrip("/") for node in (place.school, place.city))
    before = set(every(place.school))
    with visit(browser, width=PHONE) as (page, noted):
        page.goto(f"{city}/search")
        page.get_by_role("link", name="Oak desk").first.click()
        hands = ask_for(page, "Cem")
        asker = city + last_link(place.city, "cem")
        page.goto(asker)
        look(page)
        # The mail is found, opened, and its link pressed.
        hands.taps, hands.thoughts, hands.pages = hands.taps + 3, hands.thoughts + 2, hands.pages + 1
        hands.tap(page.get_by_role("button", name="Send it"))
        assert hands.seconds < A_MINUTE, str(hands)
        expect(page.get_by_text("on its way to their site")).to_be_visible()
        place.deliver()
        [made] = set(every(place.school)) - before
        assert found_in(place.city, "cem@cem.example") == set()

        owner = school + last_link(place.school, "ann")
        page.goto(owner)
        page.get_by_role("button", name="Yes, they can have").click()
        expect(page.get_by_text("You have said yes.")).to_be_visible()
        place.deliver()
        page.goto(school + last_link(place.school, "cem"))
        expect(page.get_by_text("Here you can write to them.")).to_be_visible()
        look(page)
        page.goto(asker)
        look(page)
        code = code_on(page)
        # Whoever looks after it scans what the city's page shows: their phone has opened the link of its mail before.
        page.goto(scan(page))
        assert page.url.startswith(f"{school}/asked/")
        expect(page.get_by_label("The code of the other side")).to_have_value(code)
        look(page)
        with page.expect_response(lambda answer: answer.request.method == "POST"):
            page.get_by_role("button", name="Handed over", exact=True).click()
        place.deliver()
        page.goto(asker)
        expect(page.get_by_text("both of you have said so")).to_be_visible()
        assert noted == []
    assert [now_of(node, made).exchange.state for node in (place.school, place.city)] == [rules.RECEIVED] * 2


WHEN = {"lend": {"First day": "", "Last day": ""}, "host": {"Day": "", "From": "14:00", "Until": "16:00"}}
"""What the page asks of when, by its labels; what is blank is the day."""


@pytest.mark.parametrize(
    ("title", "kind", "action", "category", "hours"),
    [
        ("Drill", "equipment", "lend", "tools/power-tool", None),
        ("Hall", "space", "host", "spaces/hall", 3.0),
        ("Sums", "skill", "help", "skills/it-help", 1.5),
    ],
    ids=["a loan and its return", "a room", "help"],
)
def test_between_the_same_nodes_goes(
    title: str, kind: str, action: str, category: str, hours: float | None, place: Place, browser: Browser
) -> None:
    what = offer(place, title.lower(), title=title, kind=kind, action=action, category=category, hours=hours)
    school, club = place.school.settings.url, place.club.settings.url
    tomorrow = (place.club.clock() + timedelta(days=1)).date().isoformat()
    with visit(browser, width=PHONE) as (bo, noted), visit(browser, width=PHONE) as (ann, by_ann):
        sign_in(bo, f"{club}desk/gladstone-connect/ask?listing={school}listings/{what.row.key}")
        for label, value in WHEN.get(action, WHEN["host"]).items():
            bo.get_by_label(re.compile(f"^{label}( \\(optional\\))?$")).fill(value or tomorrow)
        bo.get_by_label("I have read this and agree").check()
        look(bo)
        bo.get_by_role("button", name="Send it").click()
        expect(bo.get_by_role("heading", name=title)).to_be_visible()
        made = bo.url.rpartition("/")[2]
        place.deliver()
        ann.goto(school.rstrip("/") + last_link(place.school, "ann"))
        ann.get_by_role("button", name="Yes, they can have").click()
        expect(ann.get_by_text("You have said yes, and the day is agreed.")).to_be_visible()
        place.deliver()

        place.move(days=2)
        done = "it was handed over" if action == "lend" else "it took place"
        ann.get_by_role("button", name=done.capitalize(), exact=True).click()
        expect(ann.get_by_text("They are asked.")).to_be_visible()
        place.deliver()
        bo.reload()
        bo.get_by_role("button", name=f"Yes, {done}").click()
        if action == "lend":
            expect(bo.get_by_text("When you have brought it back, say so here.")).to_be_visible()
            assert now_of(place.club, made).exchange.state == rules.LENT
            place.deliver()
            keep_longer(place, bo, ann)
            bring_back(place, bo, ann)
        else:
            expect(bo.get_by_text("both of you have said so")).to_be_visible()
            place.deliver()
        look(bo)
        assert noted + by_ann == []
    ended = rules.RETURNED if action == "lend" else rules.RECEIVED
    assert [now_of(node, made).exchange.state for node in (place.school, place.club)] == [ended] * 2


def keep_longer(place: Place, borrower: Page, lender: Page) -> None:
    """The lender names another day for bringing it back, and the borrower reads it at the desk of another node."""
    day = place.school.clock() + timedelta(days=12)
    lender.reload()
    lender.get_by_text("Another day to bring it back").click()
    lender.get_by_label("Last day").fill(day.date().isoformat())
    look(lender)
    lender.get_by_role("button", name="Tell them").click()
    expect(lender.get_by_text(f"{day:%a} {day.day} {day:%b}")).to_be_visible()
    place.deliver()
    borrower.reload()
    expect(borrower.get_by_text(f"{day:%a} {day.day} {day:%b}")).to_be_visible()


def bring_back(place: Place, borrower: Page, lender: Page) -> None:
    """The borrower says that it is back, and then the lender that it is; each looks at their page of it."""
    borrower.get_by_role("button", name="It is back").click()
    expect(borrower.get_by_text("You have said that it is back.")).to_be_visible()
    place.deliver()
    lender.reload()
    expect(lender.get_by_text("They say that it is back. Is that so?")).to_be_visible()
    lender.get_by_role("button", name="It is back").click()
    expect(lender.get_by_text("It is back. Thank you.")).to_be_visible()
    place.deliver()
    borrower.reload()
    expect(borrower.get_by_text("It is back. Thank you.")).to_be_visible()


def test_a_folder_of_files_is_answered_for_by_mail(place: Place, folder: str, browser: Browser) -> None:
    """Its contact has no account and knows nobody; some of the benches go, and how many are left is known here."""
    source_id = place.follow(folder)
    city = place.city.settings.url.rstrip("/")
    with visit(browser, width=PHONE) as (dai, noted), visit(browser, width=PHONE, theme="dark") as (post, _):
        dai.goto(f"{city}/search")
        dai.get_by_role("link", name="Workbench").first.click()
        ask_for(dai, "Dai", **{"How many": "3"})
        dai.goto(city + last_link(place.city, "dai"))
        dai.get_by_role("button", name="Send it").click()
        expect(dai.get_by_text("Perhaps they do not know us yet")).to_be_visible()
        look(dai)

        post.goto(city + last_link(place.city, "post"))
        look(post)
        post.get_by_label("How many").fill("2")
        post.get_by_role("button", name="Yes, they can have").click()
        expect(post.get_by_text("You have said yes.")).to_be_visible()
        dai.reload()
        post.goto(scan(dai))
        expect(post.get_by_label("The code of the other side")).to_have_value(code_on(dai))
        post.get_by_role("button", name="Handed over", exact=True).click()
        expect(post.get_by_text("both of you have said so")).to_be_visible()
        look(post)
        post.goto(city + last_link(place.city, "post") + "/stop")
        look(post)
        assert noted == []
    [made] = [one for one in every(place.city) if now_of(place.city, one).contact_id]
    assert now_of(place.city, made).exchange.state == rules.RECEIVED
    with place.city.database.read() as tx:
        assert stored_sources.by_id(tx, source_id).level == L0
        assert elsewhere.left(tx, elsewhere.by_key(tx, now_of(place.city, made).key, place.city.now)) == 2


def test_the_city_counts_each_once_and_anybody_finds_the_same(place: Place, browser: Browser) -> None:
    place.read()
    with place.city.database.read() as tx:
        found = list(handovers.every(tx))
    [benches] = [one for one in found if one.title == "Workbench"]
    # Nobody but the city has seen it: it has answered for the folder, and confirmed who asked.
    assert (benches.state, benches.counted, benches.quantity) == (ONE_OPERATOR, False, 2)
    found.remove(benches)
    assert sorted(one.action for one in found) == ["give", "give", "help", "host", "lend"]
    assert {(one.state, one.counted) for one in found} == {(MATCHED, True)}
    [gift] = [one for one in found if one.title == "Office chair"]
    [asked_here] = [one for one in found if one.title == "Oak desk"]
    assert (asked_here.taker_id, asked_here.taker_type, asked_here.weight_g) == ("", "person", 30_000)
    assert {one.action: one.minutes for one in found} == {"give": None, "lend": None, "host": 180, "help": 90}
    # Two chairs of 12 kg, and 3 t of CO2e for each tonne (docs/impact.md).
    assert (gift.quantity, gift.weight_g, gift.co2e_g) == (2, 24_000, 72_000)
    city = place.city.settings.url
    with visit(browser, width=WIDE) as (page, noted):
        page.goto(f"{city}impact")
        expect(page.get_by_text("54 kg").first).to_be_visible()
        look(page, WIDE)
        page.goto(f"{city}search")
        page.get_by_role("link", name="Office chair").first.click()
        page.get_by_role("link", name="Riverside School").first.click()
        expect(page.get_by_text("54 kg").first).to_be_visible()
        expect(page.get_by_text("First gift").first).to_be_visible()
        look(page, WIDE)
        assert [one for one in noted if "404" not in one] == []
    told = CliRunner().invoke(main, ["impact", "verify", city, "--allow-loopback"], env={"SHAREFEED_HOME": ""})
    assert (told.exit_code, "Everything agrees." in told.output) == (0, True), told.output


def test_what_was_given_away_already_in_two_taps_and_a_picture_between_two_sites(
    place: Place, browser: Browser
) -> None:
    shelf = shared(place.school, "shelf", title="Book shelf", category="furniture/shelving")
    lamp = shared(place.school, "lamp", title="Desk lamp", category="furniture/desk")
    [ann] = [one for one in accounts.every(place.school) if one.email == "ann@school.example"]
    accounts.set_password(place.school, ann, PASSWORD)
    asked = place.ask(lamp.row.key)
    school, club = place.school.settings.url, place.club.settings.url
    with visit(browser, width=PHONE) as (page, noted), visit(browser, width=PHONE, theme="dark") as (bo, _):
        sign_in(page, f"{school}desk/riverside-school/listings", "ann@school.example")
        before = set(every(place.school))
        taps = [
            page.locator(f"a[href$='{shelf.row.key}/given']"),
            page.get_by_role("button", name="Gladstone Connect"),
        ]
        taps[0].click()
        expect(page.get_by_role("heading", name="Already gave it away?")).to_be_visible()
        look(page)
        taps[1].click()
        expect(page.get_by_text("We ask them whether it was so.")).to_be_visible()
        look(page)
        [given] = set(every(place.school)) - before
        place.deliver()
        bo.goto(club.rstrip("/") + last_link(place.club, "bo"))
        bo.get_by_role("button", name="Yes, it was handed over").click()
        expect(bo.get_by_text("both of you have said so")).to_be_visible()
        look(bo)
        place.deliver()

        sign_in(bo, f"{club}desk/gladstone-connect/requests/{asked}")
        bo.get_by_text("Show it as a picture to scan").click()
        picture = bo.locator(".exchange-qr")
        picture.scroll_into_view_if_needed()
        expect(picture).to_have_js_property("complete", value=True)
        assert picture.evaluate("one => one.naturalWidth") > 0
        with place.club.database.read() as tx:
            home = exchange_homes.of(tx, asked)
        page.goto(meeting_places.address(place.club, now_of(place.club, asked), home, ASKER))
        look(page)
        page.get_by_role("button", name="Handed over", exact=True).click()
        expect(page.get_by_text("is being compared at their site")).to_be_visible()
        look(page)
        place.deliver()
        # The page looks again by itself.
        expect(page.get_by_text("both of you have said so")).to_be_visible(timeout=15_000)
        assert noted == []
    for one in (given, asked):
        assert [now_of(node, one).exchange.state for node in (place.school, place.club)] == [rules.RECEIVED] * 2
    place.read()
    with place.city.database.read() as tx:
        counted = {one.title: (one.state, one.counted) for one in handovers.every(tx)}
    assert (counted["Book shelf"], counted["Desk lamp"]) == ((MATCHED, True), (MATCHED, True))
