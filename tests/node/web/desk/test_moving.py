"""The page on which an organisation moves to a node of its own: for its owners, and with the way back."""

from __future__ import annotations

import pytest
from flask import Flask

from node.context import Node
from node.services.identity import audit
from node.services.listings.publishing import put_listings
from node.services.moving import moves
from node.storage import handed_on
from tests.fakes.publisher import clock_of, draft, school
from tests.node.web.desk.signed_in import send, signed_in

HERE = "/desk/riverside-school/move"
NEW = "https://school.example/"


def moved(node: Node) -> None:
    organisation = school(node).id
    put = handed_on.HandedOver(organisation, "riverside-school", "ids", NEW, node.now, node.now + 14 * 86_400, False)
    with node.database.write() as tx:
        handed_on.put(tx, put)


@pytest.mark.parametrize("role", ["viewer", "editor"])
def test_only_owners_move(app: Flask, node: Node, role: str) -> None:
    client = signed_in(app, node, "riverside-school", role)
    assert client.get(HERE).status_code == 403
    assert send(client, HERE, address=NEW, sure="yes").status_code == 403
    assert send(client, f"{HERE}/undo").status_code == 403
    assert "/move" not in client.get("/desk/riverside-school/export").text
    assert signed_in(app, node, "riverside-school").get("/desk/riverside-school/export").text.count(HERE) == 1


@pytest.mark.parametrize(
    ("address", "sure", "words"),
    [
        (NEW, "", "Tick the box"),
        ("", "yes", "There is no node at this address"),
        ('"><script>alert(1)</script>', "yes", "There is no node at this address"),
        ("https://127.0.0.1/", "yes", "There is no node at this address"),
        ("http://[::1]:1/", "yes", "There is no node at this address"),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_is_kept(
    app: Flask, node: Node, address: str, sure: str, words: str
) -> None:
    owner = signed_in(app, node, "riverside-school")
    answer = send(owner, HERE, address=address, sure=sure)
    assert answer.status_code == 422
    assert words in answer.text
    assert "<script>alert(1)" not in answer.text
    assert moves.move_of(node, "riverside-school") is None


def test_whoever_moved_sees_where_to_and_can_come_back_in_time(app: Flask, node: Node) -> None:
    owner = signed_in(app, node, "riverside-school")
    put_listings(node, [draft(node)])
    moved(node)
    page = owner.get(HERE).text
    assert "15 Dec" in page
    assert page.count("You moved to") == 1
    assert NEW in page
    for path in ("", "listings", "listings/new/give"):
        said = owner.get(f"/desk/riverside-school/{path}").text
        assert "Change what you share there." in said
        assert f'href="{NEW}"' in said
    answer = send(owner, "/desk/riverside-school/profile", name="Another", type="school", url="", description="")
    assert answer.status_code == 422
    assert send(owner, f"{HERE}/undo").status_code == 303
    assert moves.move_of(node, "riverside-school") is None
    assert "Nothing can be changed here any more" not in owner.get("/desk/riverside-school/").text
    entries, _ = audit.of_organisation(node, school(node).id, 5)
    assert entries[0].action == "organisation-move-undone"
    moved(node)
    clock_of(node).pass_by(days=14)
    moves.finish(node)
    owner = signed_in(app, node, "riverside-school")
    assert f"{HERE}/undo" not in owner.get(HERE).text
    send(owner, f"{HERE}/undo")
    assert moves.move_of(node, "riverside-school") is not None


def test_who_they_are_is_asked_again_after_a_while(app: Flask, node: Node) -> None:
    owner = signed_in(app, node, "riverside-school")
    clock_of(node).pass_by(hours=2)
    answer = send(owner, HERE, address=NEW, sure="yes")
    assert answer.location.startswith("/desk/account/prove")
