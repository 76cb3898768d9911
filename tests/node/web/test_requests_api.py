"""Requests by token: reading, answering, handing over, and that each token does its own part alone."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from node.app import create_app
from node.context import Node
from node.services.exchanges.links import code_of
from node.services.identity.api_tokens import BOOKINGS_WRITE, REQUESTS_READ, REQUESTS_WRITE
from node.services.organisations import hosting
from schemas import exchange as rules
from schemas.exchange import ASKER
from tests.fakes.exchanges import asked, mails, now_of, shared, subjects
from tests.fakes.publisher import publisher
from tests.node.web.test_bookings_api import Program

HERE = "/desk/riverside-school/api/requests"


@pytest.fixture
def node(tmp_path: Any) -> Node:
    return publisher(tmp_path / "home", mail_capture=True)


@pytest.fixture
def app(node: Node) -> Flask:
    return create_app(node)


def test_a_program_reads_answers_and_hands_over(node: Node, app: Flask) -> None:
    one = asked(node, shared(node, quantity=5), quantity=3, words="For our <b>club</b>.")
    asked(node, shared(node, "lamp"), "Waits", confirmed=False)
    program = Program(app, node, "riverside-school", REQUESTS_READ, REQUESTS_WRITE)
    listed = program.ask(HERE)
    assert listed.headers["Cache-Control"] == "no-store"
    [row] = listed.get_json()["requests"]
    assert (row["id"], row["name"], row["state"], row["asked"]) == (one, "Cem", "requested", 3)
    seen = program.ask(f"{HERE}/{one}")
    assert [letter["words"] for letter in seen.get_json()["messages"]] == ["For our <b>club</b>."]
    assert "cem.example" not in seen.get_data(as_text=True)
    accepted = program.ask(f"{HERE}/{one}/accept", {"quantity": 2, "words": "On Monday."})
    assert (accepted.status_code, accepted.get_json()["granted"]) == (200, 2)
    assert subjects(node)[-1] == ("cem", "Yes: A desk")
    assert program.ask(f"{HERE}/{one}/accept", {"quantity": 2}).status_code == 200
    again = program.ask(f"{HERE}/{one}/accept", {"quantity": 3})
    assert (again.status_code, again.get_json()["code"]) == (409, "already-accepted")
    assert program.ask(f"{HERE}/{one}/messages", {"words": "Ring twice."}).status_code == 200
    assert "> Ring twice." in mails(node)[-1][2]
    assert program.ask(f"{HERE}/{one}/handed-over", {"code": "12"}).status_code == 422
    done = program.ask(f"{HERE}/{one}/handed-over", {"code": code_of(node, one, ASKER)})
    assert done.get_json()["state"] == "received"
    assert program.ask(f"{HERE}?state=over").get_json()["total"] == 1


def test_a_program_names_another_time(node: Node, app: Flask) -> None:
    what, days = (
        shared(node, action="lend"),
        {"starts_at": node.now + rules.DAY_S, "ends_at": node.now + 2 * rules.DAY_S},
    )
    one = asked(node, what, **days)
    program = Program(app, node, "riverside-school", REQUESTS_READ, REQUESTS_WRITE)
    then = {"starts": "2026-12-05T09:00:00Z", "ends": "2026-12-06T09:00:00+00:00", "words": "The van is late."}
    early = program.ask(f"{HERE}/{one}/reschedule", then)
    assert (early.status_code, early.get_json()["code"]) == (409, "not-yet")
    program.ask(f"{HERE}/{one}/accept", {})
    named = program.ask(f"{HERE}/{one}/reschedule", then).get_json()
    assert (named["starts"], named["ends"]) == ("2026-12-05T09:00:00Z", "2026-12-06T09:00:00Z")
    assert named["events"][-1]["what"] == "reschedule"
    assert "> The van is late." in mails(node)[-1][2]
    for wrong, status in (({"ends": "soon"}, 400), ({"starts": 1}, 400), ({}, 409)):
        assert program.ask(f"{HERE}/{one}/reschedule", wrong).status_code == status


@pytest.mark.parametrize("path", ["requests", "listings", "listings/x/free", "listings/x/bookings/1/cancel", "nothing"])
def test_a_program_that_says_nothing_of_forms_reads_a_problem_document(app: Flask, path: str) -> None:
    for accept in ("*/*", "text/html"):
        answer = app.test_client().get(f"/desk/riverside-school/api/{path}", headers={"Accept": accept})
        assert answer.status_code in (401, 404, 405)
        assert answer.content_type == "application/problem+json"


BAD = {
    "no object": ("accept", []),
    "no number": ("accept", {"quantity": "2"}),
    "a no without a word": ("decline", {}),
    "words that are none": ("decline", {"words": 7}),
}


@pytest.mark.parametrize("name", BAD)
def test_what_cannot_be_read_changes_nothing(node: Node, app: Flask, name: str) -> None:
    one, (act, body) = asked(node, shared(node)), BAD[name]
    program = Program(app, node, "riverside-school", REQUESTS_WRITE)
    assert program.ask(f"{HERE}/{one}/{act}", body).status_code == 400
    assert now_of(node, one).exchange.state == rules.REQUESTED


def test_each_token_does_its_own_part_alone(node: Node, app: Flask) -> None:
    one = asked(node, shared(node))
    reader = Program(app, node, "riverside-school", REQUESTS_READ)
    assert reader.ask(f"{HERE}/{one}/accept", {}).status_code == 403
    assert Program(app, node, "riverside-school", BOOKINGS_WRITE).ask(HERE).status_code == 403
    hosting.put_profile(node, "Mending Room", "mending-room", {})
    other = Program(app, node, "mending-room", REQUESTS_READ, REQUESTS_WRITE)
    assert other.ask(f"/desk/mending-room/api/requests/{one}").status_code == 404
    assert other.ask(f"/desk/mending-room/api/requests/{one}/accept", {}).status_code == 404
    assert other.ask(HERE).status_code in (403, 404)
    assert now_of(node, one).exchange.state == rules.REQUESTED
