"""Asking in a catalogue's portal for what a node with an inbox publishes: the pages of who asks, on both sites."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import orjson
import pytest
from flask.testing import FlaskClient
from lxml import html
from werkzeug.test import TestResponse

from node.app import create_app
from node.context import Node
from node.services.exchanges import links, reading
from node.services.exchanges.asking import Askable
from node.services.exchanges.between_nodes import meeting_places
from node.storage import exchange_homes
from node.storage.asking_rules import AskingRules
from schemas import exchange as rules
from schemas.exchange import ASKER, OWNER
from tests.contracts.test_exchanges import found_in
from tests.fakes.asked_elsewhere import browser, send
from tests.fakes.city import CITY
from tests.fakes.exchanges import act, every, last_link, mails, now_of, subjects
from tests.fakes.far import FarWires, settle
from tests.fakes.handed_on import asked, offered, read
from tests.fakes.own_client import client_of
from tests.fakes.publisher import URL, clock_of, publisher
from tests.node.web.desk.signed_in import send as send_here

SCHOOL = "share.example.org"
TYPED = {"name": "Cem", "email": "cem@cem.example", "words": "For our <b>club</b>", "agreed": "yes"}


@dataclass
class There:
    """A school's node and a catalogue that shows its desk, each with a browser of a stranger."""

    school: Node
    city: Node
    what: Askable
    at_school: FlaskClient
    at_city: FlaskClient

    @property
    def form(self) -> str:
        return f"/listings/{self.what.row.key}/ask"

    @property
    def school_key(self) -> str:
        return self.what.row.id.removeprefix(f"{URL}listings/")

    def settle(self) -> None:
        settle(FarWires(self.school, self.city), self.school, self.city)

    def agreed(self) -> str:
        """Somebody has asked in the catalogue, and the school has said yes; the number of the exchange."""
        one = asked(self.city, self.what)
        self.settle()
        act(self.school, one, rules.ACCEPT)
        self.settle()
        return one

    def asker_path(self, one: str) -> str:
        return "/" + links.asker_url(self.city, one).removeprefix(CITY)


@pytest.fixture
def there(tmp_path: Path) -> Iterator[There]:
    school = publisher(tmp_path / "school", mail_capture=True)
    city = publisher(tmp_path / "city", node_url=CITY, node_name="City", aggregate=True, mail_capture=True)
    what = offered(city, school)
    yield There(school, city, what, client_of(create_app(school)), browser(create_app(city)))
    for node in (school, city):
        node.database.close()


def words(response: TestResponse) -> str:
    return " ".join(html.fromstring(response.get_data(as_text=True)).text_content().split())


def press(client: FlaskClient, path: str, page: str = "", **fields: str) -> str:
    response = send(client, path, page or path, **fields)
    assert response.status_code == 303, words(response)
    return words(client.get(response.headers["Location"]))


def test_a_stranger_asks_in_the_portal_and_it_is_handed_on(there: There) -> None:
    listing = there.at_city.get(f"/listings/{there.what.row.key}").get_data(as_text=True)
    assert there.form in html.fromstring(listing).xpath("//a/@href")
    form = words(there.at_city.get(there.form))
    assert "we hand on there what you fill in here, and forget it" in form
    assert "If several ask, who asked first has it." in form
    assert "How much is it needed?" not in form
    sent = send(there.at_city, there.form, there.form, **TYPED)
    assert "We have written to" in words(sent)
    cem = last_link(there.city, "cem")
    assert f"go to their site, Park node ({SCHOOL})" in words(there.at_city.get(cem))
    assert "What you did is on its way" in press(there.at_city, cem, do="confirm")
    there.settle()
    page = words(there.at_city.get(cem))
    assert f"They answer you by mail from Park node ({SCHOOL})" in page
    assert "Write to them" not in page
    assert found_in(there.city, "cem@cem.example") == set()
    assert "For our <b>club</b>" in mails(there.school)[0][2]
    assert "I do not need it any more" in page
    assert "No longer needed" in press(there.at_city, cem, do="withdraw")
    there.settle()
    assert now_of(there.school, every(there.school)[0]).exchange.state == rules.WITHDRAWN


def test_by_need_who_asks_in_the_catalogue_says_how_much_and_the_school_reads_it(there: There) -> None:
    reading.put_rules(there.school, there.what.row.organisation_id, AskingRules(True, "need"))
    read(there.city, there.school, there.school_key)
    form = words(there.at_city.get(there.form))
    assert "If several ask, who needs it most has it." in form
    assert "We need it soon, and have nothing else" in form
    send(there.at_city, there.form, there.form, **TYPED, need="2")
    press(there.at_city, last_link(there.city, "cem"), do="confirm")
    there.settle()
    assert now_of(there.school, every(there.school)[0]).need == 2


def test_who_takes_no_requests_is_not_asked_in_the_catalogue_either(there: There) -> None:
    reading.put_rules(there.school, there.what.row.organisation_id, AskingRules(False, "first"))
    read(there.city, there.school, there.school_key)
    listing = there.at_city.get(f"/listings/{there.what.row.key}").get_data(as_text=True)
    assert there.form not in html.fromstring(listing).xpath("//a/@href")
    assert there.at_city.get(there.form).status_code == 404


def test_what_is_wrong_is_said_and_nothing_is_lost_or_kept(there: There) -> None:
    wrong = send(there.at_city, there.form, there.form, **{**TYPED, "email": "<b>no"})
    assert wrong.status_code == 422
    assert 'value="&lt;b&gt;no"' in wrong.get_data(as_text=True)
    trapped = send(there.at_city, there.form, there.form, **TYPED, homepage="https://spam.example/")
    assert trapped.status_code == 422
    assert every(there.city) == []
    for number in range(11):
        last = send(there.at_city, there.form, there.form, **{**TYPED, "email": f"n{number}@cem.example"})
    assert (last.status_code, last.headers["Retry-After"]) == (429, "3600")


def test_it_is_handed_over_by_the_code_that_stands_in_the_catalogue(there: There) -> None:
    one = there.agreed()
    page, there_page = there.asker_path(one), last_link(there.school, "cem")
    at_school = words(there.at_school.get(there_page))
    assert "You asked for this on City (city.example)" in at_school
    assert "say so here" not in at_school
    assert "Handed over" not in at_school
    assert "Your code" not in at_school
    code = links.code_of(there.city, one, ASKER)
    assert f"{code[:3]} {code[3:]}" in words(there.at_city.get(page))
    assert there.at_city.get(f"{page}/qr.svg").mimetype == "image/svg+xml"
    press(there.at_city, page, do="meet", code=links.code_of(there.school, one, OWNER))
    there.settle()
    assert "both of you have said so" in words(there.at_city.get(page))
    press(there.at_city, page, do="measure", weight="19")
    assert now_of(there.city, one).weight_g == 19_000


def scanned(node: Node, one: str, side: str, base: str) -> str:
    """The path of what the picture of one side says, at the node where it must lead."""
    with node.database.read() as tx:
        home = exchange_homes.of(tx, one)
    address = meeting_places.address(node, now_of(node, one), home, side)
    assert address.startswith(f"{base}exchanges/{one}?")
    return "/" + address.removeprefix(base)


def code_in(response: TestResponse) -> list[str]:
    return list(html.fromstring(response.get_data(as_text=True)).xpath("//input[@name='code']/@value"))


def test_the_picture_of_who_takes_it_works_on_the_owners_phone(there: There) -> None:
    one = there.agreed()
    path = scanned(there.city, one, ASKER, URL)
    code = links.code_of(there.city, one, ASKER)
    unknown = there.at_school.get(path)
    assert "On this phone we do not know you yet" in words(unknown)
    assert f"{code[:3]} {code[3:]}" in words(unknown)
    assert "A desk" not in words(unknown)
    owner = last_link(there.school, "ann")
    there.at_school.get(owner)
    known = there.at_school.get(path)
    assert (known.status_code, known.headers["Location"]) == (303, f"{owner}?code={code}")
    assert code_in(there.at_school.get(known.headers["Location"])) == [code]
    assert now_of(there.school, one).exchange.state == rules.ACCEPTED
    send_here(there.at_school, owner, owner, do="meet", code=code)
    there.settle()
    assert [now_of(node, one).exchange.state for node in (there.school, there.city)] == [rules.RECEIVED] * 2


def test_ones_own_picture_is_known_as_ones_own(there: There) -> None:
    one = there.agreed()
    owner, code = last_link(there.school, "ann"), links.code_of(there.school, one, OWNER)
    there.at_school.get(owner)
    page = there.at_school.get(f"/exchanges/{one}?for=asker&code={code}")
    assert "This is your own code." in words(page)
    assert "we do not know you" not in words(page)
    assert html.fromstring(page.get_data(as_text=True)).xpath("//main//a/@href") == [owner]


def test_the_picture_of_the_owner_works_on_the_phone_of_who_takes_it(there: There) -> None:
    one = there.agreed()
    page = there.asker_path(one)
    there.at_city.get(page)
    known = there.at_city.get(scanned(there.school, one, OWNER, CITY))
    code = links.code_of(there.school, one, OWNER)
    assert known.headers["Location"] == f"{page}?code={code}"
    assert code_in(there.at_city.get(known.headers["Location"])) == [code]


@pytest.mark.parametrize(
    "query",
    ["", "?for=owner", "?for=owner&code=12345", "?for=nobody&code=123456", "?for=owner&code=%D9%A1%D9%A1%D9%A1111"],
)
def test_no_picture_of_ours_is_answered_with_nothing(query: str, there: There) -> None:
    one = there.agreed()
    there.at_school.get(last_link(there.school, "ann"))
    assert there.at_school.get(f"/exchanges/{one}{query}").status_code == 404


def test_a_label_at_the_shelf_leads_who_has_asked_in_the_catalogue_to_their_page(there: There) -> None:
    one = there.agreed()
    shelf = f"/listings/{now_of(there.school, one).key}"
    [path] = html.fromstring(there.at_school.get(shelf).get_data(as_text=True)).xpath(
        "//a[contains(., 'Have you asked for it already?')]/@href"
    )
    for email in ("nobody@cem.example", "cem@cem.example", "CEM@cem.example"):
        sent = words(send_here(there.at_school, path, path, email=email))
        assert f"If {email} has asked for this" in sent.replace("\u2068", "").replace("\u2069", "")
    there.settle()
    assert subjects(there.city)[-1:] == [("cem", "You have asked already: A desk")]
    assert len([one for one in subjects(there.city) if one[0] == "nobody"]) == 0
    assert last_link(there.city, "cem") == there.asker_path(one)
    wrong = send_here(there.at_school, path, path, email="no<b>")
    assert wrong.status_code == 422
    for _try in range(4):
        late = send_here(there.at_school, path, path, email="cem@cem.example")
    assert late.status_code == 429


def test_a_wrong_code_is_told_where_it_was_typed(there: There) -> None:
    one = there.agreed()
    page, code = there.asker_path(one), links.code_of(there.school, one, OWNER)
    told = press(there.at_city, page, do="meet", code=f"{(int(code) + 1) % 1_000_000:06}")
    assert "is being compared at their site" in told
    assert html.fromstring(there.at_city.get(page).get_data(as_text=True)).xpath("//*[@data-bay-compares]")
    there.settle()
    answered = there.at_city.get(page)
    assert "This was not the code of the other side, so nothing is noted." in words(answered)
    found = html.fromstring(answered.get_data(as_text=True))
    assert found.xpath("//input[@name='code']/@aria-invalid") == ["true"]
    assert found.xpath("//*[@role='alert']")
    assert not found.xpath("//*[@data-bay-compares]")
    clock_of(there.city).pass_by(hours=1)
    assert not html.fromstring(there.at_city.get(page).get_data(as_text=True)).xpath("//*[@role='alert']")
    clock_of(there.school).pass_by(hours=1)
    press(there.at_city, page, do="meet", code=code)
    there.settle()
    assert "both of you have said so" in words(there.at_city.get(page))


def test_the_link_is_sent_again_by_the_catalogue(there: There) -> None:
    one = there.agreed()
    at_school = last_link(there.school, "cem")
    response = send_here(there.at_school, at_school, at_school, do="send_link")
    assert response.status_code == 303
    there.settle()
    assert subjects(there.city)[-1] == ("cem", "You have asked already: A desk")
    assert last_link(there.city, "cem") == there.asker_path(one)
    refused = send_here(there.at_school, at_school, at_school, do="hand_over")
    assert refused.status_code == 422
    assert "by the link that you got when you asked" in words(refused)


def test_who_asked_has_everything_deleted_on_both_sites(there: There) -> None:
    one = there.agreed()
    page = there.asker_path(one)
    assert f"are with Park node ({SCHOOL}), and not here" in words(there.at_city.get(page))
    told = orjson.loads(there.at_city.get(f"{page}/mine.json").data)
    assert (told["name"], told["email"], told["messages"]) == ("", "", [])
    press(there.at_city, f"{page}/forget", page)
    there.settle()
    for node in (there.school, there.city):
        assert found_in(node, "cem@cem") == set()
        assert now_of(node, one).exchange.state == rules.CANCELLED
