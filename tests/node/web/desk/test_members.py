"""Members of an organisation at the desk: invited, given roles, removed; and the log of it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text

from node.app import create_app
from node.context import Node
from node.services.identity import accounts, audit, invitations, members
from node.services.mail import mailbox
from node.web.wording.languages import COOKIE
from tests.fakes.own_client import client_of
from tests.fakes.publisher import URL, clock_of, publisher
from tests.node.web.desk.signed_in import send, signed_in

SLUG = "riverside-school"
PAGE = f"/desk/{SLUG}/members"
PASSWORD = "three otters in a canoe"
HOSTILE = '"><script>alert(1)</script>'
_LINK = re.compile(rf"{re.escape(URL)}(desk/invitation/[\w-]+)")


@pytest.fixture
def owner(app: Flask, node: Node) -> FlaskClient:
    return signed_in(app, node, SLUG)


@pytest.fixture
def posting(tmp_path: Path) -> Iterator[Node]:
    made = publisher(tmp_path / "posting", mail_capture=True)
    yield made
    made.database.close()


def invite(owner: FlaskClient, email: str = "cleo@school.example", role: str = "editor") -> str:
    """The path of the link that is shown to be handed on."""
    answer = send(owner, f"{PAGE}/invite", PAGE, email=email, role=role)
    assert answer.status_code == 200
    found = _LINK.search(answer.text)
    assert found is not None
    return f"/{found[1]}"


def roster(node: Node) -> dict[str, str]:
    row = members.roster(node, f"{URL}organisations/{SLUG}")
    return {one.email: one.role for one in row}


def join(client: FlaskClient, link: str, name: str = "Cleo", password: str = PASSWORD) -> int:
    return send(client, link, link, name=name, password=password).status_code


def test_somebody_is_invited_and_joins_with_a_new_account(owner: FlaskClient, app: Flask, node: Node) -> None:
    link = invite(owner)
    assert "cleo@school.example" in owner.get(PAGE).text
    cleo = client_of(app)
    for _ in range(2):
        assert "Riverside School" in cleo.get(link).text
    assert join(cleo, link) == 303
    assert cleo.get(f"/desk/{SLUG}/").status_code == 200
    assert roster(node)["cleo@school.example"] == "editor"
    assert "not answered yet" not in owner.get(PAGE).text
    assert accounts.sign_in_by_password(node, "cleo@school.example", PASSWORD)


def test_who_comes_in_for_the_first_time_is_written_to_in_the_language_they_read(
    owner: FlaskClient, app: Flask, node: Node
) -> None:
    made = accounts.add(node, "Dora", "dora@school.example")
    for email, link in {
        "cleo@school.example": invite(owner),
        made.email: accounts.new_link(node, made).removeprefix(URL.rstrip("/")),
    }.items():
        theirs = client_of(app)
        theirs.set_cookie(COOKIE, "pl", domain="share.example.org")
        assert join(theirs, link) == 303
        assert language_of(node, email) == "pl"
    theirs = client_of(app)
    again = accounts.new_link(node, accounts.by_email(node, made.email)).removeprefix(URL.rstrip("/"))
    assert join(theirs, again) == 303
    assert language_of(node, made.email) == "pl"


def language_of(node: Node, email: str) -> str:
    return accounts.by_email(node, email).language


def test_a_link_works_once_and_for_a_week(owner: FlaskClient, app: Flask, node: Node) -> None:
    used, late = invite(owner), invite(owner, "dora@school.example")
    assert join(client_of(app), used) == 303
    assert client_of(app).get(used).status_code == 410
    clock_of(node).pass_by(days=7)
    assert client_of(app).get(late).status_code == 410
    answer = send(client_of(app), late, "/desk/sign-in", name="Dora", password=PASSWORD)
    assert answer.status_code == 410
    assert "dora@school.example" not in roster(node)


def test_what_was_typed_wrong_uses_nothing_up_and_comes_back(owner: FlaskClient, app: Flask, node: Node) -> None:
    link, cleo = invite(owner), client_of(app)
    answer = send(cleo, link, link, name=HOSTILE, password="password12")
    assert answer.status_code == 422
    assert "password12" not in answer.text
    assert HOSTILE not in answer.text
    assert "&#34;&gt;&lt;script&gt;" in answer.text
    assert join(cleo, link) == 303


def test_who_has_an_account_signs_in_first_and_needs_no_other(owner: FlaskClient, app: Flask, node: Node) -> None:
    link = invite(owner, "owner@mending-room.example", "viewer")
    other = signed_in(app, node, "mending-room")
    stranger = client_of(app)
    assert f"/desk/sign-in?next={link}" in stranger.get(link).text
    assert send(stranger, link, "/desk/sign-in", name="Eve", password=PASSWORD).status_code == 200
    assert "owner@mending-room.example" not in roster(node)
    assert send(other, link, link).status_code == 303
    assert roster(node)["owner@mending-room.example"] == "viewer"
    assert "Riverside School" in other.get("/desk/").text


def test_who_is_signed_in_under_another_address_is_told_and_can_come_back_as_somebody_else(
    owner: FlaskClient, app: Flask, node: Node
) -> None:
    link = invite(owner)
    other = signed_in(app, node, "mending-room")
    told = other.get(link).text
    assert "This invitation was sent to <bdi>cleo@school.example</bdi>" in told
    left = send(other, "/desk/sign-out", link, next=link)
    assert left.headers["Location"].endswith(link)
    assert "What people call you" in other.get(link).text
    assert join(other, link) == 303
    assert roster(node)["cleo@school.example"] == "editor"


@pytest.mark.parametrize("elsewhere", ["https://evil.example/desk/invitation/x", "//evil.example", "/desk/", "/"])
def test_signing_out_leads_nowhere_else(owner: FlaskClient, elsewhere: str) -> None:
    answer = send(owner, "/desk/sign-out", next=elsewhere)
    assert answer.headers["Location"].endswith("/desk/sign-in?state=signed_out")


def test_an_invitation_never_lowers_a_role(owner: FlaskClient, app: Flask, node: Node) -> None:
    link = invite(owner, "somebody@else.example", "viewer")
    assert send(owner, link, link).status_code == 303
    assert roster(node)[f"owner@{SLUG}.example"] == "owner"


def test_sending_again_and_withdrawing_close_the_former_link(owner: FlaskClient, app: Flask) -> None:
    first = invite(owner)
    number = re.findall(r'name="invitation" value="(\w+)"', owner.get(PAGE).text)[0]
    answer = send(owner, f"{PAGE}/resend", PAGE, invitation=number)
    found = _LINK.search(answer.text)
    assert found
    second = f"/{found[1]}"
    assert client_of(app).get(first).status_code == 410
    assert client_of(app).get(second).status_code == 200
    send(owner, f"{PAGE}/withdraw", PAGE, invitation=number)
    assert client_of(app).get(second).status_code == 410
    assert "answered or withdrawn already" in send_and_look(owner, "withdraw", invitation=number)
    assert "answered or withdrawn already" in send_and_look(owner, "resend", invitation=number)


def send_and_look(owner: FlaskClient, what: str, **fields: str) -> str:
    send(owner, f"{PAGE}/{what}", PAGE, **fields)
    return owner.get(PAGE).text


def test_inviting_an_address_again_replaces_the_invitation(owner: FlaskClient, app: Flask) -> None:
    first = invite(owner, "Cleo@school.example")
    invite(owner, "cleo@SCHOOL.example", "viewer")
    assert client_of(app).get(first).status_code == 410
    assert owner.get(PAGE).text.count('name="invitation"') == 2, "one invitation, to be sent again or withdrawn"


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        pytest.param({"email": "nowhere", "role": "editor"}, "must be an e-mail address", id="no-address"),
        pytest.param({"email": f"OWNER@{SLUG}.example", "role": "editor"}, "is a member already", id="a-member"),
        pytest.param({"email": "x@y.example", "role": "king"}, "Choose what they may do", id="no-role"),
        pytest.param({"email": "x@y.example"}, "Choose what they may do", id="nothing-chosen"),
    ],
)
def test_an_invitation_that_cannot_be_says_why(owner: FlaskClient, typed: dict[str, str], says: str) -> None:
    answer = send(owner, f"{PAGE}/invite", PAGE, **typed)
    assert answer.status_code == 422
    assert says in answer.text
    assert f'value="{typed["email"]}"' in answer.text


def test_where_mail_is_set_up_the_invitation_is_mailed_and_the_link_not_shown(posting: Node) -> None:
    app = create_app(posting)
    owner = signed_in(app, posting, SLUG)
    answer = send(owner, f"{PAGE}/invite", PAGE, email="cleo@school.example", role="editor")
    assert answer.status_code == 303
    assert "on its way to cleo@school.example" in owner.get(PAGE).text
    [mail] = mailbox.kept(posting)
    assert mail.to == "cleo@school.example"
    assert "Riverside School invites you" in mail.subject
    link = next(one for one in mail.links if "/invitation/" in one).removeprefix(URL.rstrip("/"))
    assert join(client_of(app), link) == 303
    number = re.findall(r'name="invitation" value="(\w+)"', owner.get(PAGE).text)
    assert number == []


def test_nobody_is_mailed_again_at_once(posting: Node) -> None:
    owner = signed_in(create_app(posting), posting, SLUG)
    send(owner, f"{PAGE}/invite", PAGE, email="cleo@school.example", role="editor")
    number = re.findall(r'name="invitation" value="(\w+)"', owner.get(PAGE).text)[0]
    assert "sent a few minutes ago" in send_and_look(owner, "resend", invitation=number)
    assert len(mailbox.kept(posting)) == 1
    clock_of(posting).pass_by(minutes=11)
    assert "on its way" in send_and_look(owner, "resend", invitation=number)
    assert len(mailbox.kept(posting)) == 2


def test_nobody_is_flooded_with_invitations(posting: Node) -> None:
    owner, victim = signed_in(create_app(posting), posting, SLUG), "victim@elsewhere.example"
    said = []
    for _ in range(20):
        said.append(send(owner, f"{PAGE}/invite", PAGE, email=victim, role="viewer"))
        for number in re.findall(r'name="invitation" value="(\w+)"', owner.get(PAGE).text)[:1]:
            send(owner, f"{PAGE}/withdraw", PAGE, invitation=number)
        clock_of(posting).pass_by(minutes=2)
    assert said[-1].status_code == 422
    assert "Several mails have gone to this address today" in said[-1].text
    assert len(mailbox.kept(posting)) < 8


def test_one_organisation_mails_not_everybody_in_a_day(posting: Node, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(invitations, "A_DAY", 3)
    owner = signed_in(create_app(posting), posting, SLUG)
    for number in range(5):
        send(owner, f"{PAGE}/invite", PAGE, email=f"p{number}@elsewhere.example", role="viewer")
    assert len(mailbox.kept(posting)) == 3
    clock_of(posting).pass_by(days=1, minutes=1)
    assert send(owner, f"{PAGE}/invite", PAGE, email="p9@elsewhere.example", role="viewer").status_code == 303


def test_roles_are_changed_and_members_removed(owner: FlaskClient, app: Flask, node: Node) -> None:
    editor = signed_in(app, node, SLUG, "editor")
    [key] = [one.account_id for one in members.roster(node, f"{URL}organisations/{SLUG}") if one.role == "editor"]
    assert "Saved." in send_and_look(owner, "role", account=key, role="viewer")
    assert roster(node)[f"editor@{SLUG}.example"] == "viewer"
    assert "Tick the box" in send_and_look(owner, "remove", account=key)
    assert "Saved." in send_and_look(owner, "remove", account=key, sure="yes")
    assert editor.get(f"/desk/{SLUG}/").status_code == 404
    assert "not possible any more" in send_and_look(owner, "remove", account=key, sure="yes")


def test_an_organisation_keeps_an_owner(owner: FlaskClient, app: Flask, node: Node) -> None:
    signed_in(app, node, SLUG, "viewer")
    [key] = [one.account_id for one in members.roster(node, f"{URL}organisations/{SLUG}") if one.role == "owner"]
    assert "needs an owner" in send_and_look(owner, "role", account=key, role="viewer")
    assert "needs an owner" in send_and_look(owner, "remove", account=key, sure="yes")
    assert roster(node)[f"owner@{SLUG}.example"] == "owner"


@pytest.mark.parametrize("role", ["king", "", "owner\x00", "operator"])
def test_a_role_that_is_none_changes_nothing(owner: FlaskClient, app: Flask, node: Node, role: str) -> None:
    signed_in(app, node, SLUG, "viewer")
    [key] = [one.account_id for one in members.roster(node, f"{URL}organisations/{SLUG}") if one.role == "viewer"]
    assert "not possible" in send_and_look(owner, "role", account=key, role=role)
    assert roster(node)[f"viewer@{SLUG}.example"] == "viewer"


def test_an_owner_reaches_members_and_invitations_of_their_own_organisation_alone(
    owner: FlaskClient, app: Flask, node: Node
) -> None:
    link = invite(owner)
    number = re.findall(r'name="invitation" value="(\w+)"', owner.get(PAGE).text)[0]
    signed_in(app, node, SLUG, "viewer")
    [key] = [one.account_id for one in members.roster(node, f"{URL}organisations/{SLUG}") if one.role == "viewer"]
    other, there = signed_in(app, node, "mending-room"), "/desk/mending-room/members"
    send(other, f"{there}/withdraw", there, invitation=number)
    send(other, f"{there}/resend", there, invitation=number)
    send(other, f"{there}/role", there, account=key, role="owner")
    send(other, f"{there}/remove", there, account=key, sure="yes")
    assert client_of(app).get(link).status_code == 200
    assert roster(node)[f"viewer@{SLUG}.example"] == "viewer"


def test_others_see_who_is_there_but_not_who_was_invited(owner: FlaskClient, app: Flask, node: Node) -> None:
    invite(owner)
    page = signed_in(app, node, SLUG, "editor").get(PAGE).text
    assert f"owner@{SLUG}.example" in page
    assert "cleo@school.example" not in page
    assert "<select" not in page


def test_what_is_dangerous_asks_again_after_a_while(owner: FlaskClient, node: Node) -> None:
    clock_of(node).pass_by(minutes=46)
    answer = send(owner, f"{PAGE}/invite", PAGE, email="cleo@school.example", role="owner")
    assert answer.headers["Location"].endswith(f"/desk/account/prove?next=%2Fdesk%2F{SLUG}%2Fmembers")
    assert "cleo@school.example" not in owner.get(PAGE).text


class TestTheLog:
    def test_says_who_did_what_to_owners_alone(self, owner: FlaskClient, app: Flask, node: Node) -> None:
        invite(owner, "cleo@school.example")
        page = owner.get(f"/desk/{SLUG}/log").text
        assert "Invited somebody" in page
        assert "cleo@school.example: Editor" in page
        assert "not as it was written" not in page
        in_polish = owner.get(f"/desk/{SLUG}/log", headers={"Accept-Language": "pl"}).text
        assert all(text in in_polish for text in ("cleo@school.example: Redaktor", "wiersz poleceń"))
        assert signed_in(app, node, SLUG, "editor").get(f"/desk/{SLUG}/log").status_code == 403
        assert "cleo@school.example" not in signed_in(app, node, "mending-room").get("/desk/mending-room/log").text
        assert audit.verify(node).entries > 3

    def test_marks_what_somebody_wrote_into_it(self, owner: FlaskClient, node: Node) -> None:
        invite(owner, "cleo@school.example")
        with node.database.write() as tx:
            tx.execute(text("UPDATE audit SET subject = 'eve@school.example' WHERE action = 'member-invited'"))
        assert "not as it was written" in owner.get(f"/desk/{SLUG}/log").text

    def test_goes_on_on_other_pages(self, owner: FlaskClient, node: Node) -> None:
        with node.database.write() as tx:
            for number in range(60):
                about = f"{URL}organisations/{SLUG}"
                audit.record(tx, node, audit.COMMAND_LINE, "member-invited", f"number {number}", about)
        assert "number 59" in owner.get(f"/desk/{SLUG}/log").text
        assert "number 5<" in owner.get(f"/desk/{SLUG}/log?page=2").text
        assert owner.get(f"/desk/{SLUG}/log?page=nonsense").status_code == 200
