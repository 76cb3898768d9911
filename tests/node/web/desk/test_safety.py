"""The desk's door under attack, lost passwords, and tokens of other programs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Blueprint, Flask, jsonify
from flask.testing import FlaskClient

from node.app import create_app
from node.context import Node
from node.services.identity import accounts, api_tokens, links
from node.services.mail import mailbox
from node.storage.account_tables import api_tokens as token_rows
from node.web.desk.gate import token_of_request
from tests.fakes.own_client import client_of
from tests.fakes.publisher import URL, clock_of, publisher
from tests.node.web.desk.signed_in import send, signed_in

PASSWORD, NEW = "three otters in a canoe", "four otters on a raft"
EMAIL = "owner@riverside-school.example"
DOOR, RESET = "/desk/sign-in", "/desk/reset"
TOKENS = "/desk/riverside-school/tokens"


@pytest.fixture
def node(tmp_path: Path) -> Iterator[Node]:
    made = publisher(tmp_path / "home", mail_capture=True)
    yield made
    made.database.close()


@pytest.fixture
def owner(app: Flask, node: Node) -> FlaskClient:
    made = signed_in(app, node, "riverside-school")
    send(made, "/desk/account/password", password=PASSWORD)
    return made


def enter(client: FlaskClient, password: str, email: str = EMAIL) -> int:
    return send(client, DOOR, DOOR, email=email, password=password).status_code


class TestGuessing:
    def test_is_slowed_down_and_keeps_what_was_typed(self, owner: FlaskClient, app: Flask, node: Node) -> None:
        client = client_of(app)
        assert [enter(client, "wrong") for _ in range(6)] == [422] * 5 + [429]
        answer = send(client, DOOR, DOOR, email=EMAIL, password=PASSWORD)
        assert answer.status_code == 429, "not even the right one is looked at"
        assert "Wait 1 second" in answer.text
        assert f'value="{EMAIL}"' in answer.text
        assert answer.headers["Retry-After"] == "1"
        clock_of(node).pass_by(seconds=1)
        assert enter(client, PASSWORD) == 303

    def test_a_browser_that_was_here_is_not_locked_out(self, owner: FlaskClient, app: Flask) -> None:
        known = client_of(app)
        assert enter(known, PASSWORD) == 303
        send(known, "/desk/sign-out")
        attacker = client_of(app)
        for _ in range(8):
            enter(attacker, "wrong")
        assert enter(attacker, PASSWORD) == 429
        assert enter(known, PASSWORD) == 303

    def test_an_address_that_nobody_has_is_answered_alike(self, owner: FlaskClient, app: Flask) -> None:
        def answers(email: str) -> list[tuple[int, str]]:
            client = client_of(app)
            sent = [send(client, DOOR, DOOR, email=email, password="wrong") for _ in range(7)]
            return [(one.status_code, re.sub(r'value="[^"]*"', "", one.text)) for one in sent]

        assert answers(EMAIL) == answers("nobody@riverside-school.example")

    def test_proving_who_one_is_can_be_guessed_no_faster(self, owner: FlaskClient, node: Node) -> None:
        clock_of(node).pass_by(minutes=16)
        door = "/desk/account/prove"
        assert [send(owner, door, password="wrong").status_code for _ in range(6)] == [422] * 5 + [429]


class TestALostPassword:
    def asked(self, client: FlaskClient, email: str = EMAIL) -> str:
        answer = send(client, RESET, RESET, email=email)
        return f"{answer.status_code} {re.sub(r'value=.[^>]*', '', answer.text)}"

    def link(self, node: Node) -> str:
        found = [one for one in mailbox.kept(node)[0].links if "/desk/reset/" in one]
        return found[0].removeprefix(URL.rstrip("/"))

    def test_is_replaced_by_a_mailed_link_once(self, owner: FlaskClient, app: Flask, node: Node) -> None:
        client = client_of(app)
        assert "on its way" in self.asked(client, "OWNER@riverside-school.example")
        link = self.link(node)
        assert client.get(link).status_code == 200
        weak = send(client, link, link, password="password12")
        assert weak.status_code == 422
        assert "password12" not in weak.text
        answer = send(client, link, link, password=NEW)
        assert answer.headers["Location"].endswith("/desk/sign-in?state=reset")
        assert client.get("/desk/").status_code == 303, "the link lets nobody in by itself"
        assert owner.get("/desk/").status_code == 303, "every browser is signed out"
        assert client.get(link).status_code == 410
        assert send(client, link, DOOR, password="five otters on a log").status_code == 410
        assert (enter(client, PASSWORD), enter(client, NEW)) == (422, 303)

    def test_is_answered_alike_for_an_address_that_nobody_has(self, owner: FlaskClient, app: Flask, node: Node) -> None:
        client = client_of(app)
        assert self.asked(client) == self.asked(client, "nobody@riverside-school.example")
        assert [mail.to for mail in mailbox.kept(node)] == [EMAIL]

    def test_has_an_hour(self, owner: FlaskClient, app: Flask, node: Node) -> None:
        self.asked(client_of(app))
        link = self.link(node)
        clock_of(node).pass_by(minutes=60)
        assert client_of(app).get(link).status_code == 410
        assert send(client_of(app), link, DOOR, password=NEW).status_code == 410

    def test_does_not_fill_a_mailbox(self, owner: FlaskClient, app: Flask, node: Node) -> None:
        client = client_of(app)
        answers = [self.asked(client)[:3] for _ in range(6)]
        assert answers == ["200"] * 3 + ["429"] * 3
        assert len(mailbox.kept(node)) == 3

    def test_opens_no_other_door(self, owner: FlaskClient, app: Flask, node: Node) -> None:
        self.asked(client_of(app))
        token = self.link(node).rpartition("/")[2]
        assert client_of(app).get(f"/desk/sign-in/{token}").status_code == 410
        assert client_of(app).get(f"/desk/invitation/{token}").status_code == 410
        account = accounts.by_email(node, EMAIL)
        other = accounts.new_link(node, account).rpartition("/")[2]
        assert client_of(app).get(f"/desk/reset/{other}").status_code == 410

    def test_needs_mail_and_says_so(self, tmp_path: Path) -> None:
        silent = publisher(tmp_path / "silent")
        client = client_of(create_app(silent))
        assert "sends no mails" in client.get(RESET).text
        silent.database.close()

    @pytest.mark.parametrize("token", ["x", "a" * 3000, "%00", "..%2f"])
    def test_is_never_a_fault_of_ours(self, app: Flask, token: str) -> None:
        assert client_of(app).get(f"/desk/reset/{token}").status_code in (404, 410)


class TestTokens:
    @pytest.fixture
    def app(self, node: Node) -> Flask:
        """The application with two routes as the API of the desk has them."""
        made = create_app(node)
        api = Blueprint("tried", __name__)

        def answer(slug: str = "") -> object:
            return jsonify(token_of_request(api_tokens.BOOKINGS_READ).name)

        api.get("/tried", endpoint="whole")(answer)
        api.get("/tried/<slug>", endpoint="one")(answer)
        made._got_first_request = False
        made.register_blueprint(api)
        return made

    def make(self, owner: FlaskClient, *scopes: str) -> str:
        answer = send(owner, TOKENS, TOKENS, name="Website", scopes=list(scopes))
        assert answer.status_code == 200, answer.text
        found = re.search(r"sharefeed_[\w-]{43}", answer.text)
        assert found
        return found[0]

    def ask(self, app: Flask, secret: str | None, path: str = "/tried", kind: str = "Bearer") -> int:
        headers = {} if secret is None else {"Authorization": f"{kind} {secret}"}
        return client_of(app).get(path, headers=headers).status_code

    def test_let_a_program_do_what_they_were_made_for(self, owner: FlaskClient, app: Flask, node: Node) -> None:
        secret = self.make(owner, "bookings:read", "listings:read")
        assert "Never used" in owner.get(TOKENS).text
        assert secret not in owner.get(TOKENS).text, "it is shown once"
        assert f"{URL}desk/riverside-school/api/" in owner.get(TOKENS).text
        assert self.ask(app, secret) == 200
        assert self.ask(app, secret, "/tried/riverside-school") == 200
        assert "Never used" not in owner.get(TOKENS).text
        assert self.ask(app, self.make(owner, "listings:write")) == 403

    def test_open_nothing_else(self, owner: FlaskClient, app: Flask, node: Node) -> None:
        secret = self.make(owner, "bookings:read")
        signed_in(app, node, "mending-room")
        assert self.ask(app, secret, "/tried/mending-room") == 404
        assert self.ask(app, secret, "/desk/riverside-school/") == 303
        assert self.ask(app, secret, kind="Basic") == 401
        assert self.ask(app, secret[:-1]) == 401
        assert self.ask(app, None) == 401
        assert owner.get("/tried").status_code == 401, "a cookie is no token"
        assert self.ask(app, "\u00e9\u0000x".encode().decode("latin-1").replace("\x00", "")) == 401

    def test_stop_working_when_they_are_removed(self, owner: FlaskClient, app: Flask, node: Node) -> None:
        secret = self.make(owner, "bookings:read")
        [key] = re.findall(r'name="token" value="(\w+)"', owner.get(TOKENS).text)
        other = signed_in(app, node, "mending-room")
        send(other, "/desk/mending-room/tokens/remove", token=key)
        assert self.ask(app, secret) == 200, "nobody removes the token of another organisation"
        send(owner, f"{TOKENS}/remove", token=key)
        assert self.ask(app, secret) == 401

    def test_are_kept_as_hashes(self, owner: FlaskClient, node: Node) -> None:
        secret = self.make(owner, "bookings:read")
        with node.database.read() as tx:
            held = str(tx.execute(token_rows.select()).all())
        assert secret not in held
        assert links.hash_of(secret) in held

    @pytest.mark.parametrize(
        ("fields", "says"),
        [
            pytest.param({"name": " ", "scopes": "bookings:read"}, "Say what the token is for", id="no-name"),
            pytest.param({"name": "Website"}, "at least one thing", id="no-scope"),
            pytest.param({"name": "Website", "scopes": "everything"}, "at least one thing", id="no-such-scope"),
        ],
    )
    def test_need_a_name_and_a_purpose(self, owner: FlaskClient, fields: dict[str, str], says: str) -> None:
        answer = send(owner, TOKENS, TOKENS, **fields)
        assert answer.status_code == 422
        assert says in answer.text
        assert f'value="{fields["name"]}"' in answer.text

    def test_are_made_by_owners_who_proved_who_they_are(self, owner: FlaskClient, app: Flask, node: Node) -> None:
        editor = signed_in(app, node, "riverside-school", "editor")
        assert editor.get(TOKENS).status_code == 403
        assert send(editor, TOKENS, name="x", scopes="bookings:read").status_code == 403
        clock_of(node).pass_by(minutes=46)
        assert "/prove" in send(owner, TOKENS, name="x", scopes="bookings:read").headers["Location"]


WITHOUT_TOKEN = {
    "api": "is only read",
    "inbox": "takes letters that are signed",
    "alert_stop": "ends mails by the link in each, which mail programs press (RFC 8058)",
    "languages": "only chooses a language",
    "listings_api": "takes tokens of programs alone",
    "bookings_api": "takes tokens of programs alone",
    "requests_api": "takes tokens of programs alone",
}
"""The blueprints whose requests another site may send for somebody, and why that does no harm."""


@pytest.mark.parametrize("aggregate", [False, True], ids=["publisher", "catalogue"])
def test_no_other_site_sends_a_form_in_somebodys_name(tmp_path: Path, aggregate: bool) -> None:
    """Every address that changes something, and every one that comes."""
    node = publisher(tmp_path / "board", aggregate=aggregate)
    app = create_app(node)
    browser = signed_in(app, node, "riverside-school", "operator")
    headers = {"Referer": URL, "Accept": "application/json"}
    for rule in app.url_map.iter_rules():
        part = str(rule.endpoint).split(".")[0]
        for method in sorted((rule.methods or set()) - {"GET", "HEAD", "OPTIONS"}):
            path = re.sub(r"<(?:\w+:)?(\w+)>", lambda f: {"slug": "riverside-school"}.get(f[1], "1"), rule.rule)
            answer = browser.open(path, method=method, data={"name": "Eve"}, headers=headers)
            refused = answer.status_code == 400 and "CSRF" in answer.text
            assert refused is (part not in WITHOUT_TOKEN), (method, path, answer.status)
    node.database.close()
