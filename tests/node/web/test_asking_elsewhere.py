"""Asking in a catalogue for what a node without an inbox publishes: the catalogue keeps the exchange for it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import orjson
import pytest
from flask.testing import FlaskClient
from lxml import html
from werkzeug.test import TestResponse

from federation.records import L1, PLAIN
from node.services.aggregating import sources
from node.services.exchanges import acting, asking, chasing, links, reading
from node.services.exchanges.acting import ExchangeError
from node.services.exchanges.between_nodes import meeting_places
from node.services.exchanges.people import contacts, privacy
from node.services.identity import accounts, operator
from node.services.identity.members import Member
from node.services.limits.strangers import FormError
from node.services.receipts import issue
from node.storage import exchanges, receipts
from schemas import exchange as rules
from schemas.exchange import ASKER, OWNER
from tests.contracts.test_exchanges import found_in
from tests.fakes.asked_elsewhere import CONTACT, Elsewhere, browser, elsewhere, send
from tests.fakes.city import CITY
from tests.fakes.exchanges import act, asked, every, last_link, mails, now_of, subjects
from tests.fakes.publisher import school

TYPED = {"name": "Cem", "email": "cem@cem.example", "words": "For our <b>club</b>", "agreed": "yes"}


@pytest.fixture
def there(tmp_path: Path) -> Iterator[Elsewhere]:
    with elsewhere(tmp_path / "home") as made:
        yield made


@pytest.fixture
def stranger(there: Elsewhere) -> FlaskClient:
    return browser(there.app())


def words(response: TestResponse) -> str:
    return " ".join(html.fromstring(response.get_data(as_text=True)).text_content().split())


def press(client: FlaskClient, path: str, page: str = "", **fields: str) -> str:
    response = send(client, path, page or path, **fields)
    assert response.status_code == 303, words(response)
    return words(client.get(response.headers["Location"]))


def test_a_stranger_asks_and_the_contact_answers_by_links(there: Elsewhere, stranger: FlaskClient) -> None:
    node, form = there.node, f"/listings/{there.key}/ask"
    listing = stranger.get(f"/listings/{there.key}").get_data(as_text=True)
    assert form in html.fromstring(listing).xpath("//a/@href")
    assert "takes no messages from other sites" in words(stranger.get(form))
    assert send(stranger, form, form, **TYPED).status_code == 200
    cem = last_link(node, "cem")
    assert "Perhaps they do not know us yet" in press(stranger, cem, do="confirm")
    [to, subject, text] = mails(node)[-1]
    assert (to, subject) == (CONTACT, "Somebody asks for A desk")
    assert "you do not know us yet: City shows" in text
    assert "> For our <b>club</b>" in text
    assert "cem.example" not in text
    post = last_link(node, "post")
    assert f"{post}/stop" in text.replace("https://city.example", "")
    assert "You have said yes." in press(stranger, post, do="accept", words="Come on Monday.")
    assert "Come on Monday." in words(stranger.get(cem))
    assert CONTACT not in stranger.get(cem).get_data(as_text=True)
    assert "Reserved for someone" in words(stranger.get(f"/listings/{there.key}"))
    one = every(node)[0]
    code = links.code_of(node, one, ASKER)
    assert stranger.get(f"{cem}/qr.svg").mimetype == "image/svg+xml"
    # The picture on the phone of who takes it leads the contact's phone, which has opened their mail, to their page.
    scanned = "/" + meeting_places.address(node, now_of(node, one), None, ASKER).removeprefix(CITY)
    assert stranger.get(scanned).headers["Location"] == f"{post}?code={code}"
    assert "do not know you yet" in words(there.app().test_client().get(scanned, base_url=CITY))
    assert "both of you have said so" in press(stranger, post, do="meet", code=code)
    assert "both of you have said so" in words(stranger.get(cem))
    page = stranger.get(f"/listings/{there.key}")
    assert "It was handed over. It stands here for as long as its own site shows it." in words(page)
    # Nor is anybody sent to that site to ask for what is gone.
    assert "Ask for this" not in words(page)
    there.publish(_sharefeed__quantity={"available": 2})
    assert form in stranger.get(f"/listings/{there.key}").get_data(as_text=True)


def test_what_the_folder_publishes_anew_counts(there: Elsewhere, stranger: FlaskClient) -> None:
    there.publish(_sharefeed__quantity={"available": 5})
    one = asked(there.node, there.what(), quantity=3)
    act(there.node, one, rules.ACCEPT)
    assert there.what().left == 2
    with pytest.raises(ExchangeError, match="not so many"):
        act(there.node, asked(there.node, there.what(), "Dai", quantity=4), rules.ACCEPT)
    act(there.node, one, rules.MEET)
    assert there.what().left == 2
    there.publish(_sharefeed__quantity={"available": 4}, title="A good desk")
    assert there.what().left == 4
    there.folder.remove("desk")
    there.made.city.poll_fine(there.source_id)
    assert asking.askable(there.node, there.key) is None


ASKED = {
    "as it is": ({}, True),
    "a plain feed without a contact": ({"level": PLAIN, "contact": None}, False),
    "no address": ({"contact": {"url": "https://school.example/"}}, False),
    "an address that is none": ({"contact": {"email": "a@b.example\r\nBcc: c@d.example"}}, False),
    "written as a link": ({"contact": {"email": f"mailto:{CONTACT}"}}, True),
    "a node that takes messages": ({"inbox": "https://school.example/inbox"}, False),
    "a node with a change feed": ({"level": L1}, False),
}


@pytest.mark.parametrize("name", ASKED)
def test_who_is_asked_here(tmp_path: Path, name: str) -> None:
    changed, expected = ASKED[name]
    with elsewhere(tmp_path / "home", **changed) as there:
        assert (asking.askable(there.node, there.key) is not None) is expected


def test_who_names_another_place_to_ask_is_asked_there(there: Elsewhere, stranger: FlaskClient) -> None:
    there.publish(_sharefeed__request_url="https://school.example/ask")
    assert asking.askable(there.node, there.key) is None
    assert stranger.get(f"/listings/{there.key}/ask").status_code == 404


def test_one_mail_at_most_before_somebody_presses_something(there: Elsewhere, stranger: FlaskClient) -> None:
    there.publish(_sharefeed__quantity={"available": 9})
    ones = [asked(there.node, there.what(), name) for name in ("Cem", "Dai", "Eve")]
    acting.write(there.node, ones[1], ASKER, "Please?")
    for _ in range(8):
        there.made.net.clock.pass_by(days=1)
        chasing.chase(there.node)
    assert [to for to, _, _ in mails(there.node)].count(CONTACT) == 1
    post = last_link(there.node, "post")
    stranger.get(post)
    stranger.get(f"{post}/stop")
    assert [to for to, _, _ in mails(there.node)].count(CONTACT) == 1
    press(stranger, post, do="decline", words="It is broken.")
    told = [text for to, _, text in mails(there.node) if to == CONTACT][1:]
    assert sorted(text.partition("asks for")[0].split()[-1] for text in told) == ["Dai", "Eve"]
    asked(there.node, there.what(), "Fay")
    assert subjects(there.node)[-1] == ("post", "Somebody asks for A desk")


def test_stop_means_no_further_requests(there: Elsewhere, stranger: FlaskClient) -> None:
    there.publish(_sharefeed__quantity={"available": 9})
    first, second = asked(there.node, there.what()), asked(there.node, there.what(), "Dai")
    late = asked(there.node, there.what(), "Eve", confirmed=False)
    post = last_link(there.node, "post")
    assert "No requests any more" in words(stranger.get(f"{post}/stop"))
    assert now_of(there.node, first).exchange.state == rules.REQUESTED
    assert "you want no requests any more" in press(stranger, f"{post}/stop")
    assert [now_of(there.node, one).exchange.state for one in (first, second)] == [rules.DECLINED] * 2
    assert asking.askable(there.node, there.key) is None
    with pytest.raises(ExchangeError, match="wait for their answer already"):
        act(there.node, late, rules.CONFIRM, ASKER)
    assert [to for to, _, _ in mails(there.node)].count(CONTACT) == 1
    sources.name_contact(there.node, there.source_id, "other@school.example")
    sources.name_contact(there.node, there.source_id, "")
    assert asking.askable(there.node, there.key) is None
    press(stranger, f"{post}/stop")
    assert asking.askable(there.node, there.key) is not None


def test_a_contact_has_no_more_than_it_can_answer(there: Elsewhere) -> None:
    there.publish(_sharefeed__quantity={"available": 99})
    what, waiting = there.what(), []
    for number in range(contacts.MOST_WAITING):
        there.made.net.clock.pass_by(hours=1)
        waiting.append(asked(there.node, what, f"N{number}"))
    assert asking.askable(there.node, there.key) is None
    there.made.net.clock.pass_by(hours=1)
    late = asked(there.node, what, "Late", confirmed=False)
    with pytest.raises(ExchangeError):
        act(there.node, late, rules.CONFIRM, ASKER)
    act(there.node, waiting[0], rules.WITHDRAW, ASKER)
    assert act(there.node, late, rules.CONFIRM, ASKER).exchange.state == rules.REQUESTED
    one = waiting[1]
    for _ in range(acting.UNANSWERED):
        acting.write(there.node, one, ASKER, "And?")
    with pytest.raises(FormError):
        acting.write(there.node, one, ASKER, "And?")


def test_the_operator_names_somebody_else_and_old_links_open_nothing(there: Elsewhere, stranger: FlaskClient) -> None:
    one = asked(there.node, there.what())
    post = last_link(there.node, "post")
    sources.name_contact(there.node, there.source_id, "desk@school.example")
    assert stranger.get(post).status_code == 404
    act(there.node, one, rules.WITHDRAW, ASKER)
    asked(there.node, there.what(), "Dai")
    assert subjects(there.node)[-1] == ("desk", "Somebody asks for A desk")
    assert stranger.get(last_link(there.node, "desk")).status_code == 200
    sources.name_contact(there.node, there.source_id, "none")
    assert asking.askable(there.node, there.key) is None
    with pytest.raises(sources.SourceError):
        sources.name_contact(there.node, there.source_id, "a@b.example\nBcc: c@d.example")


def test_an_organisation_of_ours_that_a_feed_names_sees_nothing_of_it(there: Elsewhere) -> None:
    own = school(there.node).id
    one = now_of(there.node, asked(there.node, there.what()))
    with there.node.database.write() as tx:
        exchanges.add(tx, replace(one, id="f" * 16, organisation_id=own))
    assert reading.waiting(there.node, own)[0] == []
    member = Member("a", "Ann", "ann@school.example", "en", own, "riverside-school", "owner")
    assert reading.by_member(there.node, member, "f" * 16) is None


def test_a_dispute_goes_to_who_runs_the_catalogue(there: Elsewhere, stranger: FlaskClient) -> None:
    accounts.add(there.node, "Ola", "ola@city.example", operator=True)
    one = asked(there.node, there.what())
    for name, side in ((rules.ACCEPT, OWNER), (rules.HAND_OVER, OWNER), (rules.DISPUTE, ASKER)):
        act(there.node, one, name, side)
    assert "It is decided" not in words(stranger.get(last_link(there.node, "ola")))
    said = press(stranger, last_link(there.node, "ola"), do="settle_cancelled", words="It is there still.")
    assert "Who runs this site has decided: nothing came of it." in said


def test_the_catalogue_signs_what_became_of_it_for_both(there: Elsewhere) -> None:
    one = asked(there.node, there.what())
    act(there.node, one, rules.ACCEPT)
    act(there.node, one, rules.MEET)
    with there.node.database.read() as tx:
        items = [orjson.loads(receipts.item(tx, f"{CITY}exchanges/{one}", side) or "") for side in (OWNER, ASKER)]
    told = [item["_sharefeed"] for item in items]
    assert [(half["attested"], half["asker"]) for half in told] == [(True, {"type": "person"})] * 2
    assert told[0]["owner"]["name"] == there.what_was()["organisation"]["name"]
    assert CONTACT not in str(items)


def test_a_feed_that_names_an_organisation_of_ours_gets_no_receipt_in_its_name(there: Elsewhere) -> None:
    stored = replace(now_of(there.node, asked(there.node, there.what())), organisation_id=school(there.node).id)
    with there.node.database.read() as tx:
        assert issue.parties(tx, there.node, stored) is None
        assert issue.parties(tx, there.node, replace(stored, contact_id=None)) is not None


def test_a_marker_is_found_nowhere_afterwards(there: Elsewhere) -> None:
    one = asked(there.node, there.what(), "Zyxwvut", words="I am Zyxwvut")
    act(there.node, one, rules.ACCEPT)
    privacy.erase(there.node, one)
    assert found_in(there.node, "Zyxwvut") == set()


def test_the_control_page_says_who_is_asked_and_names_another(there: Elsewhere) -> None:
    client = browser(there.app())
    link = "/" + operator.new_link(there.node).removeprefix(CITY)
    assert send(client, link, link).status_code == 303
    path = f"/control/sources/{there.source_id}"
    assert CONTACT in words(client.get(path))
    wrong = send(client, f"{path}/contact", path, contact="<b>nobody</b>")
    assert wrong.status_code == 422
    assert "&lt;b&gt;nobody" in wrong.get_data(as_text=True)
    assert send(client, f"{path}/contact", path, contact="desk@school.example").status_code == 303
    asked(there.node, there.what())
    assert subjects(there.node)[-1] == ("desk", "Somebody asks for A desk")
    assert "have pressed nothing yet" in words(client.get(path))
    assert send(client, f"{path}/contact", path, contact="desk@school.example", nobody="yes").status_code == 303
    assert asking.askable(there.node, there.key) is None
