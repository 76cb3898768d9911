"""The desk's door: who gets in, by what, and that an organisation is there for its members alone."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from node.context import Node
from node.services.identity import accounts, members
from node.services.listings.publishing import PublishingError
from node.services.organisations import hosting
from node.storage import memberships
from tests.fakes.own_client import client_of
from tests.fakes.publisher import URL, clock_of
from tests.node.web.desk.signed_in import send, signed_in

PASSWORD = "three otters in a canoe"


@pytest.fixture
def anna(node: Node) -> accounts.Account:
    hosting.put_profile(node, "Riverside School", None, {})
    made = accounts.add(node, "Anna", "Anna@School.example")
    members.join(node, made, "riverside-school", "editor")
    accounts.set_password(node, made, PASSWORD)
    return made


def enter(client: FlaskClient, **typed: str) -> tuple[int, str]:
    answer = send(client, "/desk/sign-in", "/desk/sign-in", **typed)
    return answer.status_code, answer.headers.get("Location", "").removeprefix(URL.rstrip("/"))


def path_of(link: str) -> str:
    return link.removeprefix(URL.rstrip("/"))


def test_a_password_opens(client: FlaskClient, anna: accounts.Account) -> None:
    assert enter(client, email=" anna@school.EXAMPLE", password=PASSWORD) == (303, "/desk/riverside-school/")
    page = client.get("/desk/").get_data(as_text=True)
    assert "Riverside School" in page
    assert "Editor" in page


def test_whoever_is_in_is_shown_no_door(app: Flask, client: FlaskClient, node: Node) -> None:
    door = "For organisations: sign in"
    assert door in client.get("/").text
    assert door not in signed_in(app, node, "riverside-school", "editor").get("/desk/riverside-school/").text


def test_who_has_several_organisations_or_none_chooses(client: FlaskClient, node: Node, anna: accounts.Account) -> None:
    hosting.put_profile(node, "Mending Room", None, {})
    members.join(node, anna, "mending-room", "viewer")
    assert enter(client, email=anna.email, password=PASSWORD) == (303, "/desk/")
    bea = accounts.add(node, "Bea", "bea@school.example")
    accounts.set_password(node, bea, PASSWORD)
    assert enter(client_of(client.application), email=bea.email, password=PASSWORD) == (303, "/desk/")


@pytest.mark.parametrize(
    ("email", "password"),
    [
        pytest.param("anna@school.example", "three otters in a cano", id="a-wrong-password"),
        pytest.param("nobody@school.example", PASSWORD, id="an-unknown-address"),
        pytest.param("anna@school.example", "", id="nothing"),
        pytest.param("'; --", "\x00", id="nonsense"),
    ],
)
def test_anything_else_does_not_and_says_the_same(
    client: FlaskClient, anna: accounts.Account, email: str, password: str
) -> None:
    answer = send(client, "/desk/sign-in", "/desk/sign-in", email=email, password=password)
    text = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "do not fit together" in text
    assert not password or password not in text
    assert client.get("/desk/").status_code == 303


def test_nobody_signs_in_by_password_who_has_none(client: FlaskClient, node: Node) -> None:
    accounts.add(node, "Bea", "bea@school.example")
    assert enter(client, email="bea@school.example", password="")[0] == 422


def test_a_link_opens_once_by_its_button(client: FlaskClient, node: Node, anna: accounts.Account) -> None:
    path = path_of(accounts.new_link(node, anna))
    for _ in range(2):
        assert "Press the button" in client.get(path).get_data(as_text=True)
    assert client.get("/desk/").status_code == 303
    assert send(client, path, path).status_code == 303
    assert client.get("/desk/").status_code == 200
    other = client_of(client.application)
    assert other.get(path).status_code == 410
    assert send(other, path, "/desk/sign-in").status_code == 410
    assert other.get("/desk/").status_code == 303


def test_an_old_link_says_so(client: FlaskClient, node: Node, anna: accounts.Account) -> None:
    path = path_of(accounts.new_link(node, anna))
    clock_of(node).pass_by(hours=24)
    answer = client.get(path)
    assert answer.status_code == 410
    assert "too old" in answer.get_data(as_text=True)


def test_signing_out(app: Flask, node: Node) -> None:
    client = signed_in(app, node, "riverside-school")
    assert client.get("/desk/riverside-school/").status_code == 200
    assert send(client, "/desk/sign-out").status_code == 303
    assert client.get("/desk/riverside-school/").status_code == 303


@pytest.mark.parametrize(
    ("wanted", "led_to"),
    [
        pytest.param("/desk/riverside-school/?page=2", "/desk/riverside-school/?page=2", id="a-page"),
        pytest.param("https://evil.example/", "/desk/riverside-school/", id="another-site"),
        pytest.param("//evil.example/desk/", "/desk/riverside-school/", id="without-a-scheme"),
        pytest.param(
            "/desk/ask?listing=https://x.example/", "/desk/ask?listing=https://x.example/", id="an-address-asked-for"
        ),
        pytest.param("/desk//evil.example", "/desk/riverside-school/", id="two-slashes"),
        pytest.param("/desk/\\evil", "/desk/riverside-school/", id="a-backslash"),
        pytest.param("/control/", "/desk/riverside-school/", id="elsewhere"),
        pytest.param("/desk/\r\nX: y", "/desk/riverside-school/", id="a-header"),
    ],
)
def test_signing_in_leads_back_to_pages_of_the_desk_alone(
    client: FlaskClient, anna: accounts.Account, wanted: str, led_to: str
) -> None:
    assert enter(client, email=anna.email, password=PASSWORD, next=wanted) == (303, led_to)


def test_who_must_sign_in_first_is_led_back(client: FlaskClient, anna: accounts.Account) -> None:
    answer = client.get("/desk/riverside-school/?page=2")
    door = path_of(answer.headers["Location"])
    assert door == "/desk/sign-in?next=%2Fdesk%2Friverside-school%2F%3Fpage%3D2"
    assert 'name="next" value="/desk/riverside-school/?page=2"' in client.get(door).get_data(as_text=True)


def test_the_cookie_is_out_of_reach(client: FlaskClient, anna: accounts.Account) -> None:
    answer = send(client, "/desk/sign-in", "/desk/sign-in", email=anna.email, password=PASSWORD)
    [cookie] = [c for c in answer.headers.getlist("Set-Cookie") if accounts.COOKIE in c]
    for part in ("HttpOnly", "Secure", "SameSite=Lax", "Path=/desk"):
        assert part in cookie
    assert answer.headers["Cache-Control"] == "no-store"


OPEN = ("/desk/still-there/", "/desk/sign-in", "/desk/sign-out", "/desk/invitation/", "/desk/reset")


def paths(app: Flask, slug: str, programs: bool = False) -> list[tuple[str, str, bool]]:
    """Method and address of each view of the desk, with whether it is about an organisation.

    Those for ``programs``, which show a token, are apart.
    """
    found = []
    for rule in app.url_map.iter_rules():
        if not rule.rule.startswith("/desk/") or rule.rule.startswith(OPEN) or ("/api/" in rule.rule) is not programs:
            continue
        path = re.sub(r"<(?:\w+:)?(\w+)>", lambda f: {"slug": slug}.get(f[1], "1"), rule.rule)
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            found.append((method, path, "<slug>" in rule.rule))
    return found


def ask(client: FlaskClient, method: str, path: str) -> tuple[int, str]:
    answer = send(client, path) if method == "POST" else client.open(path, method=method)
    return answer.status_code, re.sub(r'value="[^"]*"|[0-9a-f-]*riverside-school|no-such-place', "", answer.text)


def test_no_view_is_reached_without_an_account(app: Flask, node: Node) -> None:
    assert len(paths(app, "x")) >= 2
    client = client_of(app)
    token = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/desk/sign-in").text)
    assert token
    for method, path, _ in paths(app, "riverside-school"):
        answer = client.open(path, method=method, data={"csrf_token": token[1]}, headers={"Referer": URL})
        assert answer.status_code == 303, path
        assert path_of(answer.headers["Location"]).startswith("/desk/sign-in"), path


def test_another_organisation_looks_as_if_it_were_not_there(app: Flask, node: Node) -> None:
    """Every view that there is, and every one that comes."""
    hosting.put_profile(node, "Riverside School", None, {})
    client = signed_in(app, node, "mending-room")
    theirs = [one for one in paths(app, "riverside-school") if one[2]]
    nobodys = [one for one in paths(app, "no-such-place") if one[2]]
    assert theirs
    for (method, there, _), (_, nowhere, _) in zip(theirs, nobodys, strict=True):
        found = ask(client, method, there)
        assert found[0] == 404, (method, there)
        assert found == ask(client, method, nowhere), (method, there)


def test_what_is_for_programs_looks_at_tokens_alone(app: Flask, node: Node) -> None:
    client = signed_in(app, node, "riverside-school")
    for slug in ("riverside-school", "no-such-place"):
        for method, path, _ in paths(app, slug, programs=True):
            assert client.open(path, method=method, json={}).status_code == 401, (method, path)


def test_a_viewer_changes_nothing(app: Flask, node: Node) -> None:
    """Every view that changes something asks for more than looking on. Taking a copy of everything changes nothing."""
    client = signed_in(app, node, "riverside-school", "viewer")
    for method, path, of_one in paths(app, "riverside-school"):
        if of_one and method != "GET" and not path.endswith("/export"):
            assert ask(client, method, path)[0] == 403, (method, path)


def test_the_operator_is_at_home_everywhere(app: Flask, node: Node) -> None:
    hosting.put_profile(node, "Riverside School", None, {})
    client = signed_in(app, node, "mending-room", "operator")
    assert "Owner" in client.get("/desk/").text
    assert client.get("/desk/riverside-school/").status_code == 200


def test_a_member_who_has_left_finds_nothing(app: Flask, node: Node) -> None:
    client = signed_in(app, node, "mending-room", "editor")
    assert client.get("/desk/mending-room/").status_code == 200
    [account] = accounts.every(node)
    with node.database.write() as tx:
        memberships.remove(tx, account.id, "https://share.example.org/organisations/mending-room")
    assert client.get("/desk/mending-room/").status_code == 404


@pytest.mark.parametrize("slug", ["account", "sign-in"])
def test_no_organisation_stands_in_the_way_of_the_desk(node: Node, slug: str) -> None:
    with pytest.raises(PublishingError, match="taken by the software"):
        hosting.put_profile(node, "Something", slug, {})
