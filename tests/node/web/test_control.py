"""The operator's pages: who gets in, and that every word given there takes effect."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from lxml import html
from werkzeug.test import TestResponse

from federation.records import ACTIVE, PAUSED
from node.services.aggregating import proposals, sources
from node.services.identity import operator
from node.services.moderation import decisions
from node.storage import catalogue
from node.storage import proposals as stored_proposals
from tests.fakes.hostile_server import HostileServer, answer
from tests.fakes.publisher import START, URL, clock_of
from tests.fakes.sites import PARK, RSS, changes, complete, document, feed, item, page_at
from tests.node.web.aggregator import Browser, follow, send

LATER = (START + timedelta(days=90)).strftime("%Y-%m-%dT%H:%M:%SZ")
GUARDED = (
    "/control/",
    "/control/queue",
    "/control/queue/item?source=1&id=x",
    "/control/queue/batch/x",
    "/control/proposals",
    "/control/proposals/1",
    "/control/sources",
    "/control/sources/1",
    "/control/appearance",
    "/control/appearance/logo",
    "/control/appearance/preview",
    "/control/preview/light/",
    "/control/preview/dark/search?q=desk",
)


@pytest.fixture
def stranger(tmp_path: Path) -> Iterator[Browser]:
    made = Browser(tmp_path / "home", allow_loopback=True)
    yield made
    made.node.database.close()


@pytest.fixture
def browser(stranger: Browser) -> Browser:
    stranger.sign_in()
    return stranger


def listing(name: str = "desk", **members: Any) -> dict[str, Any]:
    return item(name, **{"expires": LATER, **members})


def location(answer: TestResponse) -> str:
    return answer.headers["Location"].removeprefix(URL.rstrip("/"))


def link_path(browser: Browser) -> str:
    return operator.new_link(browser.node).removeprefix(URL.rstrip("/"))


class TestTheDoor:
    @pytest.mark.parametrize("path", GUARDED)
    def test_is_shut_to_strangers(self, stranger: Browser, path: str) -> None:
        answer = stranger.get(path)
        assert (answer.status_code, location(answer)) == (303, "/control/sign-in")
        assert answer.headers["Cache-Control"] == "no-store"

    def test_no_view_of_control_is_outside(self, stranger: Browser) -> None:
        rules = [rule for rule in stranger.client.application.url_map.iter_rules() if rule.rule.startswith("/control")]
        assert len(rules) > 20
        values = {"number": 1, "token": "x", "batch": "x", "theme": "light", "path": "search"}
        for rule in rules:
            if "sign-in" in rule.rule:
                continue
            path = re.sub(r"<(?:\w+:)?(\w+)>", lambda found: str(values[found[1]]), rule.rule)
            answer = stranger.post(path) if "POST" in (rule.methods or ()) else stranger.get(path)
            assert answer.status_code == 303, rule
            assert location(answer).startswith("/control/sign-in"), rule

    def test_opens_to_a_press_of_the_button_and_only_once(self, stranger: Browser) -> None:
        link = link_path(stranger)
        for _ in range(3):
            assert "Press the button" in stranger.text(link)
        assert stranger.get("/control/").status_code == 303
        answer = stranger.post(link)
        assert (answer.status_code, location(answer)) == (303, "/control/")
        assert "Overview" in stranger.text("/control/")
        assert stranger.get(link).status_code == 410
        assert stranger.post(link).status_code == 410

    def test_the_cookie_is_out_of_reach(self, stranger: Browser) -> None:
        [cookie] = [c for c in stranger.post(link_path(stranger)).headers.getlist("Set-Cookie") if "operator=" in c]
        for part in ("HttpOnly", "Secure", "SameSite=Lax", "Path=/control"):
            assert part in cookie

    def test_the_link_s_own_page_tells_no_other_site_its_address(self, stranger: Browser) -> None:
        """But this site: over https a form without a referrer is refused, as one from elsewhere would be."""
        answer = stranger.get(link_path(stranger))
        assert answer.headers["Referrer-Policy"] == "same-origin"
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["X-Robots-Tag"] == "noindex"

    def test_a_link_needs_its_token(self, stranger: Browser) -> None:
        link = link_path(stranger)
        assert stranger.client.post(link).status_code == 400
        assert stranger.get(link).status_code == 200, "it was not used up"

    @pytest.mark.parametrize(("minutes", "says"), [pytest.param(16, "too old", id="too old")])
    def test_an_old_link_says_so(self, stranger: Browser, minutes: int, says: str) -> None:
        link = link_path(stranger)
        clock_of(stranger.node).pass_by(minutes=minutes)
        assert says in stranger.text(link)

    def test_shuts_behind_the_one_who_leaves(self, browser: Browser) -> None:
        assert location(browser.post("/control/sign-out", "/control/")) == "/control/sign-in?state=signed_out"
        assert "You are signed out" in browser.text("/control/sign-in?state=signed_out")
        assert browser.get("/control/").status_code == 303
        assert operator.sessions(browser.node) == []

    def test_shuts_after_twelve_idle_hours_and_when_revoked(self, browser: Browser) -> None:
        clock_of(browser.node).pass_by(hours=11)
        assert browser.get("/control/").status_code == 200
        clock_of(browser.node).pass_by(hours=13)
        assert browser.get("/control/").status_code == 303
        browser.sign_in()
        operator.revoke_all(browser.node)
        assert browser.get("/control/").status_code == 303

    @pytest.mark.parametrize("path", ["//evil.example/", "https://evil.example/", "/\\evil.example"])
    def test_leads_nowhere_else(self, browser: Browser, path: str) -> None:
        for name in ("next", "return", "url"):
            assert location(browser.get(f"/control/sign-in?{name}={quote(path)}")) == "/control/"

    def test_a_form_without_its_token_does_nothing(self, browser: Browser) -> None:
        source = follow(browser.node)
        assert browser.client.post(f"/control/sources/{source.id}/pause").status_code == 400
        assert sources.get(browser.node, source.id).state == ACTIVE


class TestQueue:
    def test_a_held_listing_is_released(self, browser: Browser) -> None:
        node, source = browser.node, follow(browser.node, hold_new=True)
        send(node, source, [listing("desk"), listing("chair")])
        text = browser.text("/control/queue")
        assert "A desk" in text
        assert "2 listings" in text
        path = f"/control/queue/item?source={source.id}&id={quote(PARK + 'listings/desk', safe='')}"
        assert "New listings of this source wait for the operator." in browser.text(path)
        answer = browser.post(path.replace("/item", "/release"), path)
        assert "listings%2Fchair" in location(answer), "on to the next one"
        with node.database.read() as tx:
            assert [shown.entry.facts.title for shown in catalogue.live(tx)] == ["A desk"]

    def test_a_quarantined_listing_cannot_be_released_but_refused(self, browser: Browser) -> None:
        node, source = browser.node, follow(browser.node)
        send(node, source, [listing("desk", kind="furniture"), listing("chair")])
        path = f"/control/queue/item?source={source.id}&id={quote(PARK + 'listings/desk', safe='')}"
        text = browser.text(path)
        assert "/_sharefeed/kind" in text
        assert "It cannot be shown as it is" in text
        browser.post(path.replace("/item", "/release"), path)
        assert decisions.count_waiting(node)["quarantined"] == 1
        answer = browser.post(path.replace("/item", "/refuse"), path)
        assert answer.status_code == 422
        answer = browser.post(path.replace("/item", "/refuse"), path, reason="It is a cupboard.")
        assert location(answer) == "/control/queue"
        [row] = sources.verdicts(node, source.id, state="refused")
        assert row.reasons[0].message == "It is a cupboard."

    def test_words_in_doubt_are_marked_and_their_author_is_heard(self, browser: Browser) -> None:
        node, source = browser.node, follow(browser.node)
        words = "<b>Free</b>, but we ask for £5 each & a smile."
        send(
            node,
            source,
            [listing("desk", appeal="It is for the <i>tea</i>."), {**listing("hall"), "content_text": words}],
        )
        path = f"/control/queue/item?source={source.id}&id={quote(PARK + 'listings/hall', safe='')}"
        tree = html.fromstring(browser.text(path))
        assert "we ask for £5 each" in "".join(mark.text for mark in tree.xpath("//mark"))
        assert " ".join(tree.xpath("//dl[@class='marked']//dd")[0].text_content().split()) == words
        assert "This names a price to pay: “£5 each”." in tree.text_content()
        assert not tree.xpath("//blockquote"), "nobody appealed"
        browser.post(path.replace("/item", "/release"), path)
        with node.database.read() as tx:
            assert {shown.entry.facts.title for shown in catalogue.live(tx)} == {"A desk", "A hall"}

    def test_an_author_asks_by_one_link_for_a_look(self, tmp_path: Path) -> None:
        visitor = Browser(tmp_path / "city", contact_email="share@share.example.org")
        source = follow(visitor.node)
        doubted = {**listing("hall"), "content_text": "Free, but we ask for £5 each."}
        send(visitor.node, source, [doubted, listing("desk", kind="castle")])
        links = html.fromstring(visitor.text(f"/sources/{source.id}")).xpath(
            "//td//a[starts-with(@href, 'mailto:')]/@href"
        )
        assert len(links) == 1, "not where a rule was broken"
        assert links[0].startswith("mailto:share@share.example.org?subject=")
        assert links[0].endswith(quote(PARK + "listings/hall", safe=""))
        visitor.node.database.close()

    def test_what_reads_like_an_advert_is_shown_with_its_author_s_reply(self, browser: Browser) -> None:
        node, source = browser.node, follow(browser.node)
        advert = {
            **listing("hall", appeal="It is a <b>play</b> shop."),
            "content_text": "From £12 per hour, half price in May.",
        }
        send(node, source, [advert])
        path = f"/control/queue/item?source={source.id}&id={quote(PARK + 'listings/hall', safe='')}"
        tree = html.fromstring(browser.text(path))
        assert tree.xpath("string(//blockquote)") == "It is a <b>play</b> shop."
        browser.post(path.replace("/item", "/refuse"), path, reason="It is for sale.")
        [row] = sources.verdicts(node, source.id, state="refused")
        assert row.reasons[0].message == "It is for sale."

    def test_what_a_stranger_wrote_is_shown_as_text(self, browser: Browser) -> None:
        source = follow(browser.node)
        nasty = {**listing("desk", kind="<script>alert(1)</script>"), "title": "<script>alert(2)</script>"}
        nasty["content_html"] = "<img src=x onerror=alert(3)>"
        send(browser.node, source, [nasty])
        path = f"/control/queue/item?source={source.id}&id={quote(PARK + 'listings/desk', safe='')}"
        for page in (path, "/control/queue", "/control/"):
            text = browser.text(page)
            assert "alert(2)" in text
            assert "<script>alert" not in text
            assert "<img src=x" not in text

    @pytest.mark.parametrize(
        ("query", "status"),
        [
            pytest.param("?source=1&id=urn:nobody", 303, id="it waits no more"),
            pytest.param("", 404, id="none named"),
            pytest.param("?source=x&id=y", 404, id="no number"),
            pytest.param("?source=99999999999999999999999&id=y", 404, id="a number beyond numbers"),
            pytest.param("?source=1&id=%00", 303, id="no id"),
        ],
    )
    def test_what_waits_no_more(self, browser: Browser, query: str, status: int) -> None:
        assert browser.get(f"/control/queue/item{query}").status_code == status

    def test_only_held_or_only_quarantined(self, browser: Browser) -> None:
        held, other = follow(browser.node, hold_new=True), follow(browser.node, "https://other.example/")
        send(browser.node, held, [listing("desk")])
        send(browser.node, other, [item("chair", "https://other.example/", kind="x", expires=LATER)])
        assert ("A desk" in browser.text("/control/queue?verdict=held")) is True
        assert ("A chair" in browser.text("/control/queue?verdict=held")) is False
        assert ("A chair" in browser.text("/control/queue?verdict=quarantined")) is True
        assert ("A desk" in browser.text("/control/queue?verdict=nonsense")) is True

    @pytest.mark.parametrize(
        ("word", "left"), [pytest.param("apply", 1, id="let them go"), pytest.param("undo", 31, id="keep them")]
    )
    def test_many_gone_at_once(self, browser: Browser, word: str, left: int) -> None:
        node, source = browser.node, follow(browser.node)
        many = [listing(f"desk{number}") for number in range(31)]
        send(node, source, many)
        send(node, source, many[:1])
        [batch] = decisions.batches(node)
        assert "30 of 31 listings of <bdi>Park node</bdi> went at once" in browser.text("/control/")
        path = f"/control/queue/batch/{batch.batch}"
        assert "A desk7" in browser.text(path)
        assert location(browser.post(f"{path}/{word}", path)) == "/control/queue"
        with node.database.read() as tx:
            assert catalogue.state(tx).live_count == left
        assert decisions.batches(node) == []
        assert browser.get(path).status_code == 404


class TestSources:
    def test_those_that_are_not_well_come_first(self, browser: Browser) -> None:
        follow(browser.node, name="A well one", last_polled_at=browser.node.now, due_at=browser.node.now)
        follow(browser.node, "https://b.example/", name="Broken", failures=9, last_polled_at=1, last_message="Gone.")
        text = browser.text("/control/sources")
        assert 0 < text.index("Broken") < text.index("A well one")

    def test_pausing_and_resuming(self, browser: Browser) -> None:
        source = follow(browser.node)
        path = f"/control/sources/{source.id}"
        browser.post(f"{path}/pause", path, reason="They move house.")
        paused = sources.get(browser.node, source.id)
        assert (paused.state, paused.state_reason) == (PAUSED, "They move house.")
        text = browser.text(path)
        assert "They move house." in text
        assert "Read it now" not in text
        browser.post(f"{path}/resume", path)
        assert sources.get(browser.node, source.id).state == ACTIVE

    def test_reading_soon(self, browser: Browser) -> None:
        source = follow(browser.node, due_at=browser.node.now + 9999)
        path = f"/control/sources/{source.id}"
        browser.post(f"{path}/read", path)
        assert sources.get(browser.node, source.id).due_at == browser.node.now

    def test_holding_new_listings_and_not(self, browser: Browser) -> None:
        source = follow(browser.node)
        path = f"/control/sources/{source.id}"
        for held in (True, False):
            browser.post(f"{path}/hold", path)
            assert sources.get(browser.node, source.id).hold_new is held

    def test_trusting_its_words_shows_what_waited_for_them(self, browser: Browser) -> None:
        node, source = browser.node, follow(browser.node)
        path = f"/control/sources/{source.id}"
        send(node, source, [{**listing("hall"), "content_text": "Free, but we ask for £5 each."}])
        assert decisions.count_waiting(node)["held"] == 1
        browser.post(f"{path}/trust", path)
        assert sources.get(node, source.id).trusts_words
        assert decisions.count_waiting(node)["held"] == 0
        assert "You trust this source" in browser.text(path)
        browser.post(f"{path}/trust", path)
        assert not sources.get(node, source.id).trusts_words

    def test_removing_wants_to_be_sure(self, browser: Browser) -> None:
        node, source = browser.node, follow(browser.node)
        send(node, source, [listing("desk")])
        path = f"/control/sources/{source.id}"
        answer = browser.post(f"{path}/remove", path)
        assert answer.status_code == 422
        assert "Tick this" in answer.get_data(as_text=True)
        browser.post(f"{path}/remove", path, sure="yes")
        assert sources.health(node) == []
        with node.database.read() as tx:
            assert catalogue.state(tx).live_count == 0
        assert "Park node is removed, with 1 listing." in browser.text("/control/sources")

    @pytest.mark.parametrize("action", ["", "/read", "/hold", "/pause", "/resume", "/remove"])
    def test_one_that_is_not_there(self, browser: Browser, action: str) -> None:
        path = f"/control/sources/77{action}"
        assert (browser.post(path) if action else browser.get(path)).status_code == 404


@pytest.fixture
def site() -> Iterator[HostileServer]:
    """A node, a plain feed and a page without any, on this machine."""
    with HostileServer({}) as server:
        base = server.url("/")
        items = [item(name, base, expires=LATER) for name in ("desk", "chair")]
        items.append(item("sofa", base, expires=LATER, price=20))
        json_type = "Content-Type: application/json"
        server.scripts |= {
            "/": answer(page_at(base).body, "Content-Type: text/html"),
            "/.well-known/sharefeed.json": answer(document(base), json_type),
            "/changes.json": answer(feed(items, changes(items, base)), json_type),
            "/feed.json": answer(feed(items, complete(items, base)), json_type),
            "/rss": answer(RSS.replace("https://park.example/</link>", "</link>").encode(), "Content-Type: text/xml"),
        }
        yield server


class TestProposals:
    def look_at(self, browser: Browser, url: str) -> str:
        answer = browser.post("/control/proposals", "/control/proposals", url=url)
        assert answer.status_code == 303
        return location(answer)

    def test_from_an_address_to_a_source(self, browser: Browser, site: HostileServer) -> None:
        path = self.look_at(browser, site.url("/"))
        text = browser.text(path)
        assert "A desk" in text
        assert "/_sharefeed/price" in text
        assert "CC0-1.0" in text
        answer = browser.post(f"{path}/accept", path, name="The park")
        assert location(answer) == "/control/proposals"
        [health] = sources.health(browser.node)
        assert (health.source.name, health.source.level) == ("The park", "L1")
        assert "The park is read from now on." in browser.text("/control/proposals")
        assert "Accept and read it" not in browser.text(path)

    def test_a_plain_feed_needs_words_and_loses_none(self, browser: Browser, site: HostileServer) -> None:
        path = self.look_at(browser, site.url("/rss"))
        said = {"name": "News", "organisation": "", "organisation_type": "charity", "kind": "space", "action": "give"}
        said |= {"category": "space", "locality": "Werrington", "lat": "91", "lon": "0", "days": "many"}
        answer = browser.post(f"{path}/accept", path, **said)
        text = answer.get_data(as_text=True)
        assert answer.status_code == 422
        for field in ("organisation", "lat", "days"):
            assert f'href="#{field}"' in text
        assert 'value="Werrington"' in text
        assert 'value="many"' in text
        said |= {"organisation": "Park hall", "action": "host", "lat": "52.6", "lon": "-0.25", "days": "30"}
        assert browser.post(f"{path}/accept", path, **said).status_code == 303
        [health] = sources.health(browser.node)
        assert health.source.level == "plain"
        assert '"Werrington"' in health.source.defaults

    def test_what_cannot_be_read_says_what_was_tried(self, browser: Browser, site: HostileServer) -> None:
        path = self.look_at(browser, site.url("/nothing/here").replace("127.0.0.1", "localhost"))
        text = browser.text(path)
        assert "It could not be read." in text or "A desk" in text
        path = self.look_at(browser, "http://10.0.0.1/")
        text = browser.text(path)
        assert "It could not be read." in text
        assert "Accept and read it" not in text
        assert "Refuse it" in text

    def test_refusing(self, browser: Browser) -> None:
        made = proposals.propose(browser.node, PARK, "Park", "", "", "192.0.2.1")
        path = f"/control/proposals/{made.id}"
        assert browser.post(f"{path}/refuse", path).status_code == 422
        browser.post(f"{path}/refuse", path, reason="It sells things.")
        assert proposals.get(browser.node, made.id).reason == "It sells things."
        assert "It sells things." in browser.text("/control/proposals")
        assert browser.post(f"{path}/refuse", reason="Again").status_code == 409

    def test_an_odd_address_is_asked_for_again(self, browser: Browser) -> None:
        answer = browser.post("/control/proposals", "/control/proposals", url="our shop")
        assert answer.status_code == 422
        assert 'value="our shop"' in answer.get_data(as_text=True)

    def test_one_that_is_not_there(self, browser: Browser) -> None:
        assert browser.get("/control/proposals/77").status_code == 404
        assert browser.post("/control/proposals/77/preview").status_code == 404

    def test_what_a_stranger_wrote_is_shown_as_text(self, browser: Browser) -> None:
        nasty = '"><script>alert(1)</script>'
        made = proposals.propose(browser.node, PARK, nasty, "", nasty, "192.0.2.1")
        assert "<script>alert" not in browser.text(f"/control/proposals/{made.id}")
        assert "<script>alert" not in browser.text("/control/proposals")

    def test_more_than_fit_on_a_page(self, browser: Browser) -> None:
        first = proposals.propose(browser.node, PARK, "The first", "", "", "192.0.2.1")
        with browser.node.database.write() as tx:
            for number in range(60):
                stored_proposals.add(tx, replace(first, url=f"https://a{number}.example/", name=f"Number {number}!"))
        assert "Number 59!" not in browser.text("/control/proposals")
        assert "Number 59!" in browser.text("/control/proposals?page=2")
        assert browser.get("/control/proposals?page=-5").status_code == 200


def test_the_overview_counts_what_there_is(browser: Browser) -> None:
    node, source = browser.node, follow(browser.node)
    send(node, source, [listing("desk"), listing("sofa", price=20)])
    proposals.propose(node, PARK, "", "", "", "192.0.2.1")
    text = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", browser.text("/control/")))
    for words in ("1 quarantined", "1 proposal", "1 listing shown", "1 source ", "The search is 1 change behind"):
        assert words in text
