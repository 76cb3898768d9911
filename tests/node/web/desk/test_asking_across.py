"""Asking another node from one's own desk: what the page says of it, who may, and what is wrong with addresses."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote_plus
from wsgiref.simple_server import WSGIRequestHandler, make_server

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from node.app import create_app
from node.context import Node
from node.services.exchanges import reading
from node.services.exchanges.asking import Askable
from node.services.identity import accounts
from node.storage.asking_rules import AskingRules
from node.storage.message_tables import messages_out
from node.web.exchanges.asking_as import own_node
from schemas.listing import Quantity
from tests.fakes.exchanges import every, now_of, shared
from tests.fakes.publisher import publisher
from tests.node.web.desk.signed_in import send, signed_in

ASK = "/desk/gladstone-connect/ask"


class Quiet(WSGIRequestHandler):
    def log_message(self, *_: object) -> None:
        """Say nothing of each request."""


@pytest.fixture(scope="module")
def far(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Node, Askable]]:
    """A node that answers on a port of this machine, with five desks."""
    server = make_server("127.0.0.1", 0, None, handler_class=Quiet)
    url = f"http://127.0.0.1:{server.server_port}/"
    node = publisher(tmp_path_factory.mktemp("far"), node_url=url, node_name="Far", mail_capture=True)
    server.set_app(create_app(node))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield node, shared(node, quantity=5, title="<b>Desks</b>", terms="Bring them back dry.")
    server.shutdown()
    server.server_close()
    thread.join()
    node.database.close()


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Node]:
    node = publisher(tmp_path / "own", allow_loopback=True, mail_capture=True)
    yield node
    node.database.close()


@pytest.fixture
def browser(own: Node) -> FlaskClient:
    return signed_in(create_app(own), own, "gladstone-connect", "editor")


def address(far: tuple[Node, Askable]) -> str:
    return f"{far[0].settings.url}listings/{far[1].row.key}"


def test_the_page_shows_what_the_listings_home_says(far: tuple[Node, Askable], browser: FlaskClient) -> None:
    answer = browser.get(ASK, query_string={"listing": address(far)})
    assert answer.status_code == 200
    assert "&lt;b&gt;Desks&lt;/b&gt;" in answer.text
    assert "Riverside School" in answer.text
    assert "Bring them back dry." in answer.text
    assert 'name="quantity"' in answer.text


def test_what_is_sent_is_on_its_way_and_stands_at_the_desk(
    far: tuple[Node, Askable], own: Node, browser: FlaskClient
) -> None:
    typed: dict[str, object] = {"listing": address(far), "quantity": "2", "words": "For our <club>.", "agreed": "yes"}
    answer = send(browser, ASK, f"{ASK}?listing={address(far)}", **typed)
    [made] = every(own)
    assert answer.status_code == 303
    assert answer.location.endswith(f"/requests/{made}")
    page = browser.get(f"/desk/gladstone-connect/requests/{made}").text
    assert "is on its way to their site" in page
    assert "For our &lt;club&gt;." in page
    assert f'href="{address(far)}"' in page
    assert "Your answer" not in page
    assert now_of(own, made).exchange.asked == 2
    assert made in browser.get("/desk/gladstone-connect/requests").text
    # Who stands at its shelf and comes from its label finds what was asked already.
    again = browser.get(ASK, query_string={"listing": address(far)})
    assert again.location.endswith(f"/desk/gladstone-connect/requests/{made}")
    with own.database.read() as tx:
        assert [row.type for row in tx.execute(select(messages_out.c.type))] == ["request"]


def test_by_need_the_desk_asks_how_much(far: tuple[Node, Askable], own: Node, browser: FlaskClient) -> None:
    school = far[1].row.organisation_id
    reading.put_rules(far[0], school, AskingRules(True, "need"))
    page = browser.get(ASK, query_string={"listing": address(far)}).text
    assert "If several ask, who needs it most has it." in page
    assert "Far (127.0.0.1" in page
    typed: dict[str, object] = {"listing": address(far), "quantity": "1", "need": "2", "agreed": "yes"}
    send(browser, ASK, f"{ASK}?listing={address(far)}", **typed)
    [made] = every(own)
    assert now_of(own, made).need == 2
    reading.put_rules(far[0], school, AskingRules())


def test_who_takes_no_requests_is_not_asked_from_a_desk(far: tuple[Node, Askable], browser: FlaskClient) -> None:
    school = far[1].row.organisation_id
    reading.put_rules(far[0], school, AskingRules(False))
    closed = browser.get(ASK, query_string={"listing": address(far)})
    reading.put_rules(far[0], school, AskingRules())
    assert closed.status_code == 422
    assert "This organisation takes no requests there. Please ask it in another way." in closed.text


def test_nothing_typed_is_lost(far: tuple[Node, Askable], own: Node, browser: FlaskClient) -> None:
    typed: dict[str, object] = {"listing": address(far), "quantity": "9", "words": "Please", "for_whom": "The choir"}
    answer = send(browser, ASK, f"{ASK}?listing={address(far)}", **typed)
    assert answer.status_code == 422
    assert all(text in answer.text for text in ('value="9"', "Please", 'value="The choir"', "no more than there are"))
    assert every(own) == []


@pytest.mark.parametrize(
    "listing",
    [
        "x",
        "javascript:alert(1)",
        "file:///etc/passwd",
        "https://10.0.0.1/listings/a",
        "https://share.example.org/listings/a",
        "http://127.0.0.1:1/listings/a",
        "https://x.example/listings/a?b",
    ],
)
def test_what_cannot_be_asked_for_is_said(listing: str, browser: FlaskClient) -> None:
    answer = browser.get(ASK, query_string={"listing": listing})
    assert answer.status_code == 422
    assert 'class="error-summary"' in answer.text


def test_whoever_makes_the_node_wait_for_others_has_two_turns(
    far: tuple[Node, Askable], own: Node, browser: FlaskClient
) -> None:
    [member] = [one for one in accounts.every(own) if one.email.startswith("editor@")]
    who = f"account {member.id}"
    with own.turns.take(who, 8, 2), own.turns.take(who, 8, 2):
        assert browser.get(ASK, query_string={"listing": address(far)}).status_code == 429
        assert browser.get(ASK).status_code == 200
    assert browser.get(ASK, query_string={"listing": address(far)}).status_code == 200


def test_without_an_address_it_is_asked_for(browser: FlaskClient) -> None:
    answer = browser.get(ASK)
    assert answer.status_code == 200
    assert 'name="listing"' in answer.text


def test_a_catalogue_leads_to_the_organisation_that_one_looks_after(browser: FlaskClient) -> None:
    answer = browser.get("/desk/ask", query_string={"listing": "https://x.example/listings/a&b"})
    assert answer.status_code == 303
    assert answer.location == "/desk/gladstone-connect/ask?listing=https%3A%2F%2Fx.example%2Flistings%2Fa%26b"


def test_who_looks_on_may_not_ask(own: Node) -> None:
    assert signed_in(create_app(own), own, "gladstone-connect", "viewer").get(ASK).status_code == 403


def test_a_listing_is_there_by_itself_as_long_as_it_is_shown(far: tuple[Node, Askable]) -> None:
    node, what = far
    client = create_app(node).test_client()
    found = client.get(f"/listings/{what.row.key}.json", base_url=node.settings.url)
    assert found.json is not None
    assert found.json["items"][0]["id"] == address(far)
    assert found.json["items"][0]["_sharefeed"]["quantity"]["available"] == Quantity(5).available
    assert client.get("/listings/none.json", base_url=node.settings.url).status_code == 404


class TestTheWayFromAListingToOnesOwnDesk:
    def test_leads_to_the_desk_that_was_named(self, far: tuple[Node, Askable]) -> None:
        node, what = far
        client, path = create_app(node).test_client(), f"/listings/{what.row.key}"
        at = {"base_url": node.settings.url}
        assert f'href="{path}/ask-as"' in client.get(path, **at).text
        page = client.get(f"{path}/ask-as", **at).text
        token = page.partition('name="csrf_token" value="')[2].partition('"')[0]
        answer = client.post(f"{path}/ask-as", data={"node": "own.example", "csrf_token": token}, **at)
        assert f'href="https://own.example/desk/ask?listing={quote_plus(address(far))}"' in answer.text
        wrong = client.post(f"{path}/ask-as", data={"node": "javascript:alert(1)", "csrf_token": token}, **at)
        assert wrong.status_code == 422
        assert "javascript:alert(1)/desk" not in wrong.text

    @pytest.mark.parametrize(
        ("typed", "address"),
        [
            ("own.example", "https://own.example/"),
            ("https://own.example/share", "https://own.example/share/"),
            ("https://me@own.example/", ""),
            ("http://own.example/", ""),
            ("https://own.example/?x", ""),
            ("javascript://x", ""),
            ("", ""),
            ("https://", ""),
        ],
    )
    def test_takes_addresses_of_nodes_alone(self, typed: str, address: str) -> None:
        assert own_node(typed) == address

    def test_is_not_there_for_what_is_not(self, far: tuple[Node, Askable]) -> None:
        client = create_app(far[0]).test_client()
        assert client.get("/listings/none/ask-as", base_url=far[0].settings.url).status_code == 404
