"""Markup and scripts in any field of a listing, a form or an address stay text, in every form of answer."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Iterator
from email import message_from_string, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import orjson
import pytest
from lxml import etree, html
from werkzeug.test import TestResponse

from federation.facts import short_key
from node.services.file_formats.reading import read
from node.services.importing.row_values import Defaults
from node.services.importing.rows import read_table
from node.services.mail import mailbox
from node.services.pictures.shelf import Shelf
from node.services.syndication import static_site
from node.settings import Settings
from node.storage import outbox
from node.web.static_pages import render
from node.web.wording.prose import body_of
from tests.fakes.publisher import START, URL
from tests.fakes.sites import PARK, item
from tests.node.web import hostile
from tests.node.web.hostile import MARK, MARKUP, SEARCHED, Hostile, strange_in, strange_in_mail
from tests.schemas.made import CORPORA

NAUGHTY: list[str] = json.loads((CORPORA / "naughty-strings.json").read_bytes()) if CORPORA.is_dir() else []


@pytest.fixture(scope="module")
def board(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hostile]:
    made = Hostile(tmp_path_factory.mktemp("hostile") / "home")
    yield made
    made.node.database.close()


def ask(board: Hostile, address: str) -> TestResponse:
    return board.client.get(address)


def test_what_is_hostile_is_there(board: Hostile) -> None:
    """Or every other test here would pass on an empty board."""
    found = orjson.loads(ask(board, f"/api/v1/listings?q={SEARCHED}&limit=100").data)
    assert found["total"] == len(hostile.listings()) + 2
    assert all(MARK in json.dumps(one["item"]) for one in found["listings"])
    assert ask(board, "/control/queue").text.count(f"&lt;{MARK}") >= len(hostile.refused())


@pytest.mark.parametrize(
    "part",
    [
        pytest.param(f"<{MARK}>", id="element"),
        pytest.param("<script>ran(1)</script>", id="script"),
        pytest.param("<script src=https://spy.example/x.js></script>", id="script-of-others"),
        pytest.param("<b onclick=ran(1)>x</b>", id="handler"),
        pytest.param("<b style=color:red>x</b>", id="style"),
        pytest.param("<style>b{}</style>", id="styles"),
        pytest.param("<a href=' JavaScript:ran(1)'>x</a>", id="address"),
        pytest.param("<img src=//spy.example/x.png>", id="picture"),
        pytest.param("<form action=https://spy.example/></form>", id="form"),
        pytest.param("<iframe src=https://spy.example/></iframe>", id="frame"),
        pytest.param("<base href=https://spy.example/>", id="base"),
    ],
)
def test_what_is_strange_would_be_found(part: str) -> None:
    page = "<!doctype html><script src='/s.js'></script><form action='/x'></form><img src='/x.png'><p>{part}</p>"
    assert strange_in(page.format(part="&lt;b&gt;")) == []
    assert len(strange_in(page.format(part=part))) >= 1


def of_html(answer: TestResponse) -> list[str]:
    return strange_in(answer.text)


IS_MAIL = re.compile(r"/mailbox/\d+$")


def of_mail(answer: TestResponse) -> list[str]:
    """A mail as a page: it may have styles, and no script whatever."""
    if answer.status_code == 404:
        return of_html(answer)
    policy = answer.headers["Content-Security-Policy"]
    assert "script-src" not in policy
    assert "default-src 'none'" in policy
    return strange_in_mail(answer.text)


def of_json(answer: TestResponse) -> list[str]:
    orjson.loads(answer.data)
    return []


def of_lines(answer: TestResponse) -> list[str]:
    for line in answer.data.splitlines():
        orjson.loads(line)
    return []


def of_xml(answer: TestResponse) -> list[str]:
    tree = etree.fromstring(answer.data)
    return [str(found) for found in tree.xpath(f"//*[local-name() = '{MARK}' or local-name() = 'script']")]


def of_table(answer: TestResponse) -> list[str]:
    rows = list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"))))
    assert {len(row) for row in rows} == {len(rows[0])}
    return [cell for row in rows[1:] for cell in row if re.match(r"[=@\t\r]|[+-](?![\d.]+$)", cell)]


def of_calendar(answer: TestResponse) -> list[str]:
    """A line that no event of ours has. Folded lines begin with a blank, so each one that does not names a property."""
    ours = r"(BEGIN|END):V(CALENDAR|EVENT)$|[A-Z][A-Z-]+[:;]"
    lines = answer.data.decode().split("\r\n")
    ends = [line for line in lines if line.startswith(("BEGIN:VEVENT", "END:VEVENT"))]
    assert ends == ["BEGIN:VEVENT", "END:VEVENT"] * (len(ends) // 2)
    return [
        line for line in lines if (line and not line.startswith(" ") and not re.match(ours, line)) or line[:3] == "Bcc"
    ]


FORMS: dict[str, Callable[[TestResponse], list[str]]] = {
    "text/html": of_html,
    "application/json": of_json,
    "application/problem+json": of_json,
    "application/feed+json": of_json,
    "application/geo+json": of_json,
    "application/manifest+json": of_json,
    "application/x-ndjson": of_lines,
    "application/atom+xml": of_xml,
    "image/svg+xml": of_xml,
    "text/csv": of_table,
    "text/calendar": of_calendar,
    "text/css": lambda answer: re.findall(r"(?i)javascript|expression|@import", answer.text),
    "text/javascript": lambda answer: re.findall(MARK, answer.text),
    "text/plain": lambda answer: [],
}


def test_no_answer_of_any_route_holds_more_than_text(board: Hostile) -> None:
    seen: dict[str, int] = {}
    for address in board.addresses():
        answer = ask(board, address)
        if answer.status_code in (301, 303, 308, 304):
            continue
        assert answer.status_code < 500, address
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.mimetype in FORMS, (address, answer.mimetype)
        judged = of_mail(answer) if IS_MAIL.search(address) else FORMS[answer.mimetype](answer)
        assert judged == [], address
        seen[answer.mimetype] = seen.get(answer.mimetype, 0) + (answer.status_code == 200)
    assert seen["text/html"] > 100
    assert all(seen[kind] for kind in FORMS if kind not in ("text/plain", "application/problem+json"))


def test_a_page_shows_it_as_it_was_written(board: Hostile) -> None:
    key = short_key(f"{PARK}listings/text")
    tree = html.fromstring(ask(board, f"/listings/{key}").text)
    said = " ".join(tree.xpath("string(//main)").split())
    sent = next(one for one in hostile.listings() if one["id"] == f"{PARK}listings/text")
    inside = sent["_sharefeed"]
    texts = [sent["title"], sent["content_text"], sent["tags"][0], inside["terms"], inside["safety"]]
    texts += [
        inside["accessibility"],
        inside["organisation"]["name"],
        inside["place"]["locality"],
        inside["quantity"]["unit"],
    ]
    for written in texts:
        assert " ".join(written.split()) in said


def test_markup_keeps_what_is_harmless_and_loses_the_rest() -> None:
    cleaned = str(body_of(MARKUP, ""))
    assert "<b>bold</b>" in cleaned
    assert "Dressed" in cleaned
    assert strange_in(f"<!doctype html><main>{cleaned}</main>") == []
    tree = html.fromstring(f"<main>{cleaned}</main>")
    assert not tree.xpath("//@id | //@class | //@target | //form | //input | //img | //svg | //math | //a[not(@rel)]")


def test_mails_are_what_we_wrote(board: Hostile) -> None:
    with board.node.database.read() as tx:
        sources = [mail.message for mail in outbox.captured(tx, 100)]
    messages = [message_from_string(source, policy=policy.default) for source in sources]
    news = [message for message in messages if MARK in message.get_body(("plain",)).get_content()]  # type: ignore
    assert len(news) >= 2
    assert hostile.MATCHED in {str(message["To"]) for message in news}
    for message in messages:
        assert isinstance(message, EmailMessage)
        assert message["Bcc"] is None
        assert len(message.get_all("To", [])) == len(message.get_all("Subject", [])) == 1
        assert str(message["To"]).endswith("@park.example")
        assert "\n" not in str(message["Subject"])
        page = message.get_body(("html",))
        assert page is not None
        assert strange_in_mail(page.get_content()) == []
    assert len(mailbox.kept(board.node)) == len(messages)


def test_a_site_without_a_server_holds_nothing_else_either(tmp_path: Path) -> None:
    settings = Settings(tmp_path, {"node_url": URL, "node_name": hostile.text(200)})
    table = read_table(read(hostile.sheet()), Defaults(START))
    memory = static_site.remembered(tmp_path, settings.url)
    shelf = Shelf(None, tmp_path / "media", settings.url + "media/")
    site = static_site.assemble(table, memory, settings, START, shelf)
    static_site.write(site, render, tmp_path, memory)
    pages = [path for path in tmp_path.rglob("*.html") if "media" not in path.parts]
    assert len(pages) >= 3
    for path in pages:
        text = path.read_text(encoding="utf-8")
        assert MARK in text
        found = [fault for fault in strange_in(text) if not fault.startswith("a picture")]
        assert found == [], path


@pytest.mark.skipif(not CORPORA.is_dir(), reason=f"the corpora are not at {CORPORA}")
def test_naughty_strings_stay_text_on_every_page(tmp_path: Path) -> None:
    board = Hostile(tmp_path / "home", naughty_listings())
    keys = board.keys()
    assert len(keys) > 0.9 * len(NAUGHTY)
    addresses = [f"/listings/{key}" for key in keys]
    addresses += [f"/search?limit=100&page={page}" for page in range(1, 7)]
    addresses += ["/", "/wanted", "/sources", "/sources/1", "/ideas", "/changes.json", "/search.atom?limit=100"]
    for address in addresses:
        answer = ask(board, address)
        assert answer.status_code == 200, address
        assert FORMS[answer.mimetype](answer) == [], address
    board.node.database.close()


def naughty_listings() -> list[dict[str, Any]]:
    """A listing for each string, which stands in every text of it."""
    made = []
    for number, text in enumerate(NAUGHTY):
        one = item(f"n{number}", terms=text or None, safety=text or None, place={"locality": text[:120] or "x"})
        made.append({**one, "title": text[:200] or "x", "content_text": text or "x", "tags": [text[:60] or "x"]})
    return made
