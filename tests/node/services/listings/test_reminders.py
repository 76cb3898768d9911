"""Asking by mail before a listing ends: who is asked, how often, and what a press of a button does."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from email import message_from_string
from email.policy import default
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from node.app import create_app
from node.context import Node
from node.services.identity import accounts, members
from node.services.listings import publishing, reminders
from node.services.listings.publishing import PublishingError, writing
from node.storage import outbox
from schemas.event import Event
from schemas.vocabulary import REMOVAL_REASONS
from tests.fakes.own_client import client_of
from tests.fakes.publisher import START, URL, clock_of, draft, pause, publisher, school
from tests.node.web.desk.signed_in import token_of

KEY = "riverside-school.a"


@pytest.fixture
def node(tmp_path: Path) -> Node:
    made = publisher(tmp_path / "home", mail_capture=True, contact_email="office@share.example")
    school(made)
    for role in ("owner", "editor", "viewer"):
        account = accounts.add(made, role.title(), f"{role}@school.example")
        members.join(made, account, "riverside-school", role)
    publishing.put_listings(made, [draft(made)])
    return made


@pytest.fixture
def client(node: Node) -> FlaskClient:
    return client_of(create_app(node))


def mails(node: Node) -> dict[str, str]:
    """Recipient -> text of the mails that were written."""
    with node.database.read() as tx:
        kept = outbox.captured(tx, 50)
    parsed = {mail.recipient: message_from_string(mail.message, policy=default) for mail in kept}
    return {to: str(message.get_body(("plain",)).get_content()) for to, message in parsed.items()}  # type: ignore


def link(node: Node, to: str = "editor@school.example") -> str:
    found = re.search(r"https://\S+/desk/still-there/\S+", mails(node)[to])
    assert found
    return found[0].removeprefix(URL.rstrip("/"))


def soon(node: Node) -> None:
    clock_of(node).pass_by(days=54)
    reminders.remind(node)


def press(client: FlaskClient, path: str, then: str) -> str:
    data = {"csrf_token": token_of(client, path), "then": then}
    return client.post(path, data=data, headers={"Referer": URL}).get_data(as_text=True)


def test_who_may_change_it_is_asked_once_for_each_end(node: Node) -> None:
    assert reminders.remind(node) == 0, "it ends in two months"
    clock_of(node).pass_by(days=54)
    assert reminders.remind(node) == 2
    assert set(mails(node)) == {"owner@school.example", "editor@school.example"}
    assert "A desk, until 30 January" in mails(node)["owner@school.example"]
    clock_of(node).pass_by(days=2)
    assert reminders.remind(node) == 0
    publishing.renew(node, KEY)
    clock_of(node).pass_by(days=85)
    assert reminders.remind(node) == 2


def test_nobody_is_asked_about_what_cannot_be_shown_for_longer(node: Node) -> None:
    in_date = {"safety": "Unopened, and in date until 28 January 2027.", "category": "food"}
    publishing.put_listings(node, [draft(node, "pasta", title="Pasta", **in_date)])
    with writing(node) as tx:
        (food,) = publishing.renew_in(tx, node, ["riverside-school.pasta"], date(2027, 2, 20))
    assert food.listing().expires == datetime(2027, 1, 28, 23, 59, 59, tzinfo=UTC)
    clock_of(node).pass_by(days=54)
    assert reminders.remind(node) == 2
    assert "Pasta" not in mails(node)["owner@school.example"]
    clock_of(node).pass_by(days=9)
    with pytest.raises(PublishingError, match="“Pasta” is not in date any more"):
        publishing.renew(node, "riverside-school.pasta")


def test_an_event_that_is_over_is_not_shown_again_and_says_why(node: Node) -> None:
    held = Event((date(2026, 12, 3),), "Europe/London", "18:00", "20:00")
    ends = datetime(2026, 12, 3, 20, tzinfo=UTC)
    members = {"kind": "skill", "action": "help", "condition": None, "event": held, "expires": ends}
    publishing.put_listings(node, [draft(node, "mending", title="Mending", **members)])
    clock_of(node).pass_by(days=9)
    with pytest.raises(PublishingError, match="All dates of “Mending” are over"):
        publishing.renew(node, "riverside-school.mending")


def test_one_mail_a_day(node: Node) -> None:
    publishing.put_listings(node, [draft(node, "b", title="A bench", expires=START + timedelta(days=61, hours=5))])
    clock_of(node).pass_by(days=54)
    assert reminders.remind(node) == 2, "the bench ends later than in a week"
    clock_of(node).pass_by(hours=10)
    assert reminders.remind(node) == 0
    clock_of(node).pass_by(hours=11)
    assert reminders.remind(node) == 2


def test_what_ends_within_a_day_is_not_kept_waiting(node: Node) -> None:
    publishing.put_listings(node, [draft(node, f"b{n}", title=f"Box {n}") for n in range(24)])
    clock_of(node).pass_by(days=59, hours=12)
    assert [reminders.remind(node) for _ in range(3)] == [2, 2, 0]


def test_whoever_wrote_it_this_week_knows_when_it_ends(node: Node) -> None:
    publishing.withdraw(node, KEY)
    publishing.put_listings(node, [draft(node, "c", expires=START + timedelta(days=6))])
    assert reminders.remind(node) == 0


@pytest.mark.parametrize(("state", "settings"), [("paused", {}), ("withdrawn", {}), ("live", {"mail_capture": False})])
def test_nobody_is_asked_about_what_is_not_shown_or_without_mail(
    tmp_path: Path, state: str, settings: dict[str, bool]
) -> None:
    node = publisher(tmp_path / "home", **{"mail_capture": True, "contact_email": "office@share.example", **settings})
    members.join(node, accounts.add(node, "Owner", "owner@school.example"), _slug(node), "owner")
    publishing.put_listings(node, [draft(node)])
    if state == "paused":
        pause(node, KEY)
    if state == "withdrawn":
        publishing.withdraw(node, KEY, REMOVAL_REASONS[0])
    clock_of(node).pass_by(days=54)
    assert reminders.remind(node) == 0
    node.database.close()


def _slug(node: Node) -> str:
    return school(node).id.rpartition("/")[2]


def test_opening_the_link_changes_nothing_and_one_press_renews(node: Node, client: FlaskClient) -> None:
    soon(node)
    path = link(node)
    before = publishing.listing(node, KEY)
    page = client.get(path).get_data(as_text=True)
    assert "Is it there still?" in page
    assert publishing.listing(node, KEY) == before
    assert "It stays" in press(client, path, "renew")
    assert publishing.listing(node, KEY).expires_at == node.now + 90 * 86_400
    # Whoever presses again, or the other button, comes too late: it is settled.
    assert "It stays" in client.get(path).get_data(as_text=True)


def test_one_press_takes_it_down_and_stays_so(node: Node, client: FlaskClient) -> None:
    soon(node)
    path, other = link(node), link(node, "owner@school.example")
    token = token_of(client, other)
    assert "It is taken down" in press(client, path, "gone")
    late = client.post(other, data={"csrf_token": token, "then": "renew"}, headers={"Referer": URL})
    assert "It is taken down" in late.get_data(as_text=True)
    assert publishing.listing(node, KEY).state == "withdrawn"
    assert client.get(f"/listings/{KEY}").status_code == 410


def test_a_press_of_nothing_does_nothing(node: Node, client: FlaskClient) -> None:
    soon(node)
    assert "Is it there still?" in press(client, link(node), "sell")


def test_a_link_that_is_none_of_ours_does_nothing(node: Node, client: FlaskClient) -> None:
    soon(node)
    path = link(node)
    start, _, signature = path.rpartition(".")
    bad = [path[:-1] + ("a" if path[-1] != "a" else "b"), f"{start}1.{signature}", "/desk/still-there/x", start]
    for wrong in bad:
        assert client.get(wrong).status_code == 404, wrong
    account = next(one for one in accounts.every(node) if one.email.startswith("editor"))
    members.leave(node, account, "riverside-school")
    assert client.get(path).status_code == 404
