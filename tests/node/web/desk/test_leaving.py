"""A member leaves an organisation, a person closes their account."""

from __future__ import annotations

import pytest
from flask import Flask

from node.context import Node
from node.services.identity import accounts, api_tokens, audit, members
from node.services.identity.accounts import AccountError
from tests.fakes.publisher import clock_of
from tests.node.web.desk.signed_in import send, signed_in

SLUG = "riverside-school"
LEAVE, CLOSE = f"/desk/account/leave/{SLUG}", "/desk/account/close"


def token_of(node: Node, email: str) -> str:
    member = members.member_of(node, accounts.by_email(node, email), SLUG)
    assert member is not None
    return api_tokens.make(node, member, "Website", ["listings:read"])


def test_a_member_leaves_with_the_tokens_that_they_made(app: Flask, node: Node) -> None:
    owner, second = signed_in(app, node, SLUG), signed_in(app, node, SLUG, "editor")
    members.join(node, accounts.by_email(node, f"editor@{SLUG}.example"), SLUG, "owner")
    kept, gone = (token_of(node, f"{who}@{SLUG}.example") for who in ("owner", "editor"))
    assert send(second, LEAVE).status_code == 422
    assert second.get(f"/desk/{SLUG}/").status_code == 200
    assert send(second, LEAVE, sure="yes").status_code == 303
    assert (second.get(f"/desk/{SLUG}/").status_code, second.get("/desk/account").status_code) == (404, 200)
    assert (api_tokens.caller(node, gone), api_tokens.caller(node, kept) is not None) == (None, True)
    assert owner.get(f"/desk/{SLUG}/").status_code == 200
    assert second.get(LEAVE).status_code == 404


@pytest.mark.parametrize("others", [[], ["editor"]], ids=["alone", "with-others"])
def test_the_last_owner_is_told_what_to_do_first(app: Flask, node: Node, others: list[str]) -> None:
    owner = signed_in(app, node, SLUG)
    for role in others:
        signed_in(app, node, SLUG, role)
    for path in (LEAVE, CLOSE):
        assert "Make somebody else an owner first" in owner.get(path).text
        assert send(owner, path, sure="yes").status_code == 409
    assert owner.get(f"/desk/{SLUG}/").status_code == 200


def test_an_account_is_closed_with_all_that_lets_in(app: Flask, node: Node) -> None:
    owner = signed_in(app, node, SLUG)
    email = f"editor@{SLUG}.example"
    browser, other = signed_in(app, node, SLUG, "editor"), signed_in(app, node, SLUG, "editor")
    link, token = accounts.new_link(node, accounts.by_email(node, email)), token_of(node, email)
    assert send(browser, CLOSE).status_code == 422
    answer = send(browser, CLOSE, sure="yes")
    assert answer.headers["Location"].endswith("/desk/sign-in?state=signed_out")
    assert (browser.get("/desk/").status_code, other.get("/desk/").status_code) == (303, 303)
    assert api_tokens.caller(node, token) is None
    assert accounts.state_of_link(node, link.rpartition("/")[2]) == "expired"
    with pytest.raises(AccountError):
        accounts.by_email(node, email)
    audit.verify(node)
    log = owner.get(f"/desk/{SLUG}/log").text
    assert email not in log
    assert "somebody whose account is closed" in log
    assert "a name that is not kept any more" in log
    assert "not as it was written" not in log


def test_closing_asks_who_one_is(app: Flask, node: Node) -> None:
    signed_in(app, node, SLUG)
    browser = signed_in(app, node, SLUG, "editor")
    clock_of(node).pass_by(minutes=46)
    assert "/desk/account/prove" in send(browser, CLOSE, sure="yes").headers["Location"]
    assert browser.get("/desk/account").status_code == 200


def test_the_last_who_runs_the_board_stays(app: Flask, node: Node) -> None:
    browser = signed_in(app, node, SLUG, "operator")
    assert "the only one who runs this board" in browser.get(CLOSE).text
    assert send(browser, CLOSE, sure="yes").status_code == 409
    accounts.add(node, "Ben", "ben@school.example", operator=True)
    assert send(browser, CLOSE, sure="yes").status_code == 303


def test_nobody_leaves_what_they_are_no_member_of(app: Flask, node: Node) -> None:
    signed_in(app, node, SLUG)
    assert send(signed_in(app, node, "mending-room"), LEAVE, sure="yes").status_code == 404
