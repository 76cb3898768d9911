"""What a person typed is still there when the disk is full, or the database locked or not to be written to."""

from __future__ import annotations

import errno
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from lxml import html
from sqlalchemy import event

from node.context import Node
from node.services.desk import drafts
from node.services.identity import accounts
from node.services.listings import publishing
from node.storage.engine import StorageError
from node.web.errors import answer_to
from tests.fakes.publisher import URL, clock_of
from tests.node.web.desk.signed_in import signed_in, token_of

DESK = "/desk/riverside-school"
STORY = 'Twelve chairs "as new"\n\n<b>with</b> arms — stühle'


@contextmanager
def with_pragma(node: Node, *pragmas: str) -> Iterator[None]:
    """Every connection of the node has these pragmas, for as long as the block lasts."""

    def prepare(connection: Any, _record: Any) -> None:
        for pragma in pragmas:
            connection.execute(f"PRAGMA {pragma}")

    event.listen(node.database.engine, "connect", prepare)
    node.database.engine.dispose()
    try:
        yield
    finally:
        event.remove(node.database.engine, "connect", prepare)
        node.database.engine.dispose()


@contextmanager
def read_only(node: Node) -> Iterator[None]:
    with with_pragma(node, "query_only=ON"):
        yield


@contextmanager
def full(node: Node) -> Iterator[None]:
    with node.database.engine.connect() as connection:
        # Only without pages to spare does the next one not fit.
        connection.connection.driver_connection.execute("VACUUM")
    with with_pragma(node, "max_page_count=1"):
        yield


@contextmanager
def locked(node: Node) -> Iterator[None]:
    path = node.settings.home / "sharefeed.sqlite"
    with with_pragma(node, "busy_timeout=50"), closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield


Trouble = Callable[[Node], Any]


@pytest.fixture
def browser(app: Flask, node: Node) -> FlaskClient:
    return signed_in(app, node, "riverside-school", "editor")


@pytest.mark.parametrize("trouble", [read_only, full, locked])
def test_a_listing_that_cannot_be_kept_can_be_sent_again_as_it_was(
    browser: FlaskClient, node: Node, trouble: Trouble
) -> None:
    form = f"{DESK}/listings/new/give"
    typed = {"sign": "give", "title": "Twelve chairs", "text": STORY * 200, "locality": "Werrington", "count": "12"}
    token = token_of(browser, form)
    path = f"{DESK}/drafts/{drafts.new_id()}"
    sent = {**typed, "then": "publish", "csrf_token": token}
    with trouble(node):
        answer = browser.post(path, data=sent, headers={"Referer": URL + "x"})
    assert answer.status_code == 503
    assert answer.headers["Retry-After"]
    (again,) = html.document_fromstring(answer.get_data(as_text=True)).xpath("//main//form[@method='post']")
    assert again.get("action") == path
    fields = dict(again.form_values())
    assert fields.pop("csrf_token")
    assert fields == {**typed, "then": "publish"}
    done = browser.post(path, data={**fields, "csrf_token": token}, headers={"Referer": URL + "x"})
    assert done.status_code == 303, done.get_data(as_text=True)
    (kept,) = publishing.listings(node)
    assert kept.listing().title == "Twelve chairs"


@pytest.mark.parametrize("trouble", [read_only, full, locked])
def test_the_desk_can_still_be_read(browser: FlaskClient, node: Node, trouble: Trouble) -> None:
    clock_of(node).pass_by(minutes=30)
    with trouble(node):
        assert browser.get(f"{DESK}/").status_code == 200


def test_a_password_is_not_repeated_on_the_page(client: FlaskClient, node: Node) -> None:
    token = token_of(client, "/desk/sign-in")
    sent = {"email": "ann@school.example", "password": "three otters", "csrf_token": token}
    with read_only(node):
        answer = client.post("/desk/sign-in", data=sent, headers={"Referer": URL})
    assert answer.status_code == 503
    text = answer.get_data(as_text=True)
    assert "three otters" not in text
    assert "reload this page" in text


def test_programs_are_told_in_their_own_form(browser: FlaskClient, node: Node) -> None:
    path = f"{DESK}/drafts/{drafts.new_id()}"
    sent = {"sign": "give", "title": "Chairs", "csrf_token": token_of(browser, f"{DESK}/listings/new/give")}
    headers = {"Referer": URL, "Accept": "application/json"}
    with locked(node):
        answer = browser.post(path, data=sent, headers=headers)
    assert answer.status_code == 503
    assert answer.mimetype == "application/problem+json"


@pytest.mark.parametrize(
    ("trouble", "said"),
    [
        pytest.param(read_only, "can only be read", id="read-only"),
        pytest.param(full, "no room left", id="full"),
        pytest.param(locked, "took too long", id="busy"),
    ],
)
def test_people_are_told_what_is_the_matter(browser: FlaskClient, node: Node, trouble: Trouble, said: str) -> None:
    path = f"{DESK}/drafts/{drafts.new_id()}"
    token = token_of(browser, f"{DESK}/listings/new/give")
    # Long enough for pages of its own, so that a full disk is met.
    sent = {"sign": "give", "title": "Chairs", "text": STORY * 200, "then": "publish", "csrf_token": token}
    with trouble(node):
        text = browser.post(path, data=sent, headers={"Referer": URL}).get_data(as_text=True)
    assert [one for one in ("can only be read", "no room left", "took too long") if one in text] == [said]


def test_a_database_that_is_away_is_told_in_one_line_of_the_log(
    browser: FlaskClient, node: Node, caplog: pytest.LogCaptureFixture
) -> None:
    with locked(node):
        path = f"{DESK}/drafts/{drafts.new_id()}"
        sent = {"sign": "give", "title": "Chairs", "csrf_token": token_of(browser, f"{DESK}/listings/new/give")}
        browser.post(path, data=sent, headers={"Referer": URL})
    (record,) = [record for record in caplog.records if "failed, reference" in record.getMessage()]
    assert "database is locked" in record.getMessage()
    assert not record.exc_info


@pytest.mark.parametrize(
    ("error", "status", "cause"),
    [
        pytest.param(OSError(errno.ENOSPC, "x"), 503, "full", id="no-room-for-pictures"),
        pytest.param(OSError(errno.EDQUOT, "x"), 503, "full", id="no-quota-for-pictures"),
        pytest.param(OSError(errno.EROFS, "x"), 503, "read-only", id="a-disk-to-read-only"),
        pytest.param(OSError(errno.EIO, "x"), 503, "damaged", id="a-broken-disk"),
        pytest.param(OSError(errno.ENOENT, "x"), 500, "", id="a-fault-of-ours"),
        pytest.param(StorageError("the database refused: database is locked"), 503, "busy", id="locked"),
        pytest.param(StorageError("could not extend file: No space left on device"), 503, "full", id="postgres-full"),
        pytest.param(StorageError("cannot execute INSERT in a read-only transaction"), 503, "read-only", id="standby"),
        pytest.param(StorageError("server closed the connection unexpectedly"), 503, "away", id="away"),
        pytest.param(StorageError("connection is bad: no such file"), 503, "away", id="no-server"),
        pytest.param(StorageError("connection to server at x failed: FATAL: too many clients"), 503, "busy", id="many"),
        pytest.param(StorageError("PostgreSQL text cannot contain NUL (0x00) bytes"), 400, "", id="no-text"),
        pytest.param(StorageError("database disk image is malformed"), 503, "damaged", id="malformed"),
        pytest.param(StorageError("no such table: listings"), 503, "", id="another"),
    ],
)
def test_what_is_no_fault_of_the_program_is_told_apart(error: Exception, status: int, cause: str) -> None:
    found = answer_to(error)
    assert (found.status, found.cause) == (status, cause)


def again_of(answer: Any) -> dict[str, str]:
    """The form on a page that repeats what was sent."""
    (again,) = html.document_fromstring(answer.get_data(as_text=True)).xpath("//main//form[@method='post']")
    return dict(again.form_values())


def test_who_was_signed_out_while_writing_sends_it_again_once_signed_in(
    app: Flask, browser: FlaskClient, node: Node
) -> None:
    typed = {"sign": "give", "title": "Twelve chairs", "text": STORY, "locality": "Werrington"}
    token = token_of(browser, f"{DESK}/listings/new/give")
    path = f"{DESK}/drafts/{drafts.new_id()}"
    browser.delete_cookie(accounts.COOKIE, domain="share.example.org", path="/desk")
    sent = {**typed, "then": "publish", "csrf_token": token}
    answer = browser.post(path, data=sent, headers={"Referer": URL})
    assert answer.status_code == 401
    assert "You have been signed out meanwhile." in answer.get_data(as_text=True)
    fields = again_of(answer)
    assert {name: fields[name] for name in typed} == typed
    # Signed in once more, in a session whose token is another.
    other = signed_in(app, node, "riverside-school", "editor")
    old = other.post(path, data=fields, headers={"Referer": URL, "Sec-Fetch-Site": "same-origin"})
    assert old.status_code == 400
    assert "too old by now" in old.get_data(as_text=True)
    done = other.post(path, data=again_of(old), headers={"Referer": URL, "Sec-Fetch-Site": "same-origin"})
    assert done.status_code == 303, done.get_data(as_text=True)
    (kept,) = publishing.listings(node)
    assert kept.listing().title == "Twelve chairs"


@pytest.mark.parametrize("site", ["cross-site", "same-site", None])
def test_what_another_site_sends_is_not_a_press_away_from_being_done(browser: FlaskClient, site: str | None) -> None:
    path = f"{DESK}/drafts/{drafts.new_id()}"
    headers = {"Referer": "https://evil.example/", **({"Sec-Fetch-Site": site} if site else {})}
    answer = browser.post(path, data={"title": "Buy now", "then": "publish"}, headers=headers)
    assert answer.status_code == 400
    assert "Buy now" not in answer.get_data(as_text=True)


def test_a_press_of_who_is_signed_out_leads_to_signing_in(browser: FlaskClient) -> None:
    token = token_of(browser, f"{DESK}/listings/new/give")
    browser.delete_cookie(accounts.COOKIE, domain="share.example.org", path="/desk")
    answer = browser.post("/desk/sign-out", data={"csrf_token": token}, headers={"Referer": URL})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/desk/sign-in?state=signed_out")
