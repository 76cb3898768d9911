"""Which language a page is in, how a reader chooses another, and what caches and other sites can make of that."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from lxml import html
from werkzeug.test import TestResponse

from node import languages
from node.app import create_app
from node.context import Node
from node.search.follow import Follower
from node.services.listings.publishing import put_listings
from node.settings import SettingError
from node.web.wording import words as filters
from node.web.wording.languages import COOKIE
from tests.fakes.mirrored import mirrored, write_mirrored
from tests.fakes.own_client import client_of
from tests.fakes.publisher import draft, publisher

HEBREW = {"Accept-Language": "he, en;q=0.5"}


@pytest.fixture(scope="module")
def words(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("words")
    write_mirrored(folder)
    return folder


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory, words: Path) -> Iterator[Node]:
    made = publisher(
        tmp_path_factory.mktemp("board") / "home", aggregate=True, translations=str(words), languages="en, he"
    )
    yield made
    made.database.close()


@pytest.fixture(scope="module")
def app(node: Node) -> Flask:
    return create_app(node)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return client_of(app)


def language_of(response: TestResponse) -> str:
    return str(html.document_fromstring(response.get_data(as_text=True)).get("lang"))


@pytest.mark.parametrize(
    ("asked", "lang"),
    [
        pytest.param(None, "en-GB", id="nothing said"),
        pytest.param("he", "he", id="one"),
        pytest.param("he-IL", "he", id="a region"),
        pytest.param("fr, he;q=0.4", "he", id="the second of theirs"),
        pytest.param("fr", "en-GB", id="none of ours"),
        pytest.param("en;q=0.1, he;q=0.2", "he", id="the better"),
        pytest.param(";;q=x, \x80", "en-GB", id="nonsense"),
    ],
)
def test_a_page_is_in_the_readers_language(client: FlaskClient, asked: str | None, lang: str) -> None:
    response = client.get("/how-it-works", headers={"Accept-Language": asked} if asked else {})
    assert language_of(response) == response.headers["Content-Language"] == lang
    assert (mirrored("How it works") in response.get_data(as_text=True)) == (lang == "he")


def test_a_page_names_its_direction(client: FlaskClient) -> None:
    tree = html.document_fromstring(client.get("/", headers=HEBREW).get_data(as_text=True))
    assert tree.get("dir") == "rtl"


def test_merely_reading_sets_no_cookie_and_says_what_it_depends_on(client: FlaskClient) -> None:
    response = client.get("/", headers=HEBREW)
    assert "Set-Cookie" not in response.headers
    assert {"accept-language", "cookie"} <= {name.lower() for name in response.vary}


def test_a_choice_outlasts_the_browsers_wish_and_can_be_taken_back(client: FlaskClient) -> None:
    client.post("/language", data={"language": "he", "to": "/"})
    assert language_of(client.get("/")) == "he"
    answer = client.post("/language", data={"language": "en", "to": "/"})
    assert f"{COOKIE}=;" in answer.headers["Set-Cookie"]
    assert language_of(client.get("/")) == "en-GB"


def test_the_cookie_holds_the_language_alone_and_is_closed_to_scripts(client: FlaskClient) -> None:
    answer = client.post("/language", data={"language": "he", "to": "/"})
    parts = {part.strip() for part in answer.headers["Set-Cookie"].split(";")}
    assert {f"{COOKIE}=he", "Secure", "HttpOnly", "Path=/", "SameSite=Lax", "Max-Age=31536000"} <= parts
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("kept", ["xx", "../../etc", "he\u0000", "", "EN" * 500])
def test_a_cookie_that_is_none_of_ours_is_passed_over(client: FlaskClient, kept: str) -> None:
    client.set_cookie(COOKIE, kept, domain="share.example.org")
    assert language_of(client.get("/")) == "en-GB"


@pytest.mark.parametrize("code", ["", "fr", "../he", "he\n", "HE"])
def test_a_language_that_is_not_offered_cannot_be_chosen(client: FlaskClient, code: str) -> None:
    answer = client.post("/language", data={"language": code, "to": "/"})
    assert answer.status_code == 400
    assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize(
    ("to", "location"),
    [
        pytest.param("/search?q=desk&near=Eye", "/search?q=desk&near=Eye", id="a page"),
        pytest.param("/search?q=%C5%82awka", "/search?q=%C5%82awka", id="other letters"),
        pytest.param("https://evil.example/", "/", id="another site"),
        pytest.param("//evil.example/", "/", id="another site without a scheme"),
        pytest.param("/\\evil.example/", "/", id="a backslash"),
        pytest.param("/\t/evil.example/", "/", id="a tab between"),
        pytest.param("javascript:alert(1)", "/", id="a script"),
        pytest.param("search", "/", id="no path"),
        pytest.param("/search\r\nX-Header: 1", "/", id="another header"),
        pytest.param("", "/", id="nothing"),
    ],
)
def test_one_comes_back_to_the_same_page_and_to_no_other_site(client: FlaskClient, to: str, location: str) -> None:
    answer = client.post("/language", data={"language": "he", "to": to})
    assert (answer.status_code, answer.headers["Location"]) == (303, location)


@pytest.mark.parametrize(
    ("path", "back"),
    [
        pytest.param(
            "/search?q=desk&near=%C5%81%C3%B3d%C5%BA", "/search?q=desk&near=%C5%81%C3%B3d%C5%BA", id="a search"
        ),
        pytest.param("/nowhere/%C5%82", "/nowhere/%C5%82", id="no such page"),
        pytest.param("//evil.example", None, id="two slashes"),
        pytest.param("/search?q=" + "x" * 3000, "/search", id="an endless search"),
    ],
)
def test_the_switch_leads_back_here(client: FlaskClient, path: str, back: str | None) -> None:
    tree = html.document_fromstring(client.get(path, follow_redirects=True).get_data(as_text=True))
    [form] = tree.xpath("//form[@action='/language']")
    to = form.fields["to"]
    assert back is None or to == back
    moved = client.post("/language", data={"language": "he", "to": to}).headers["Location"]
    assert moved.startswith("/")
    assert not moved.startswith("//")


def test_the_switch_names_each_language_in_itself_and_marks_the_one_in_use(client: FlaskClient) -> None:
    tree = html.document_fromstring(client.get("/", headers=HEBREW).get_data(as_text=True))
    buttons = tree.xpath("//form[@action='/language']//button")
    found = [(one.text, one.get("lang"), one.get("value"), one.get("aria-current")) for one in buttons]
    assert found == [("English", "en", "en", None), ("עברית", "he", "he", "true")]


def test_an_answer_to_a_form_leads_back_to_where_one_can_go(client: FlaskClient) -> None:
    """What only takes a form cannot be opened, so its answer leads to the front page."""
    tree = html.document_fromstring(client.post("/language", data={"language": "xx"}).get_data(as_text=True))
    assert tree.xpath("//form[@action='/language']/input[@name='to']/@value") == ["/"]


def test_a_site_under_a_path_keeps_to_it(client: FlaskClient) -> None:
    inside = {"SCRIPT_NAME": "/free"}
    answers = [
        client.post("/language", data={"language": "he", "to": to}, environ_overrides=inside)
        for to in ("/free/search", "/elsewhere")
    ]
    assert [answer.headers["Location"] for answer in answers] == ["/free/search", "/free/"]
    assert "Path=/free/" in answers[0].headers["Set-Cookie"]


@pytest.mark.parametrize("path", ["/feed.json", "/feed.atom", "/search.json?q=desk", "/search.atom", "/search.ics"])
def test_feeds_are_the_same_for_every_reader(node: Node, client: FlaskClient, path: str) -> None:
    put_listings(node, [draft(node)])
    Follower(node).catch_up()
    client.set_cookie(COOKIE, "he", domain="share.example.org")
    plain = client_of(create_app(node)).get(path)
    assert plain.status_code == 200
    assert client.get(path, headers=HEBREW).data == plain.data
    assert "cookie" not in {name.lower() for name in plain.vary}


def test_a_publishers_own_site_can_be_read_in_another_language_too(tmp_path: Path, words: Path) -> None:
    node = publisher(tmp_path / "home", translations=str(words))
    put_listings(node, [draft(node)])
    response = client_of(create_app(node)).get("/", headers=HEBREW)
    assert language_of(response) == "he"
    assert mirrored("What there is") in response.get_data(as_text=True)


def test_with_one_language_there_is_nothing_to_choose_and_nothing_to_vary_by(tmp_path: Path) -> None:
    client = client_of(create_app(publisher(tmp_path / "home", aggregate=True, languages="en")))
    response = client.get("/", headers=HEBREW)
    assert language_of(response) == "en-GB"
    assert 'action="/language"' not in response.get_data(as_text=True)
    assert "Accept-Language" not in response.vary


def test_words_of_ones_own_come_before_the_built_in(tmp_path: Path) -> None:
    home = tmp_path / "home"
    write_mirrored(home / "words")
    (home / "words" / "he").rename(home / "words" / "en")
    client = client_of(create_app(publisher(home, aggregate=True, translations="words", languages="en")))
    assert mirrored("How it works") in client.get("/how-it-works").get_data(as_text=True)


def test_words_of_ones_own_leave_the_plurals_of_other_languages_as_they_are(tmp_path: Path, words: Path) -> None:
    app = create_app(publisher(tmp_path / "home", aggregate=True, translations=str(words)))
    with app.test_request_context("/", headers={"Accept-Language": "pl"}):
        assert [filters.listings(count) for count in (1, 2, 5)] == ["1 ogłoszenie", "2 ogłoszenia", "5 ogłoszeń"]


@pytest.mark.parametrize(
    ("own", "wanted", "found"),
    [
        pytest.param("en", "", ("en", "he"), id="all there are"),
        pytest.param("he", "", ("he", "en"), id="the node's own first"),
        pytest.param("en-GB", "en,he", ("en-GB", "he"), id="its own way of English"),
        pytest.param("cy", "", ("en", "he"), id="one without words"),
        pytest.param("en", " he ", ("he",), id="not the node's own"),
    ],
)
def test_what_is_offered(tmp_path: Path, words: Path, own: str, wanted: str, found: tuple[str, ...]) -> None:
    every = ",".join(code for code in ("en", "he"))
    node = publisher(tmp_path / "h", translations=str(words), language=own, languages=wanted or every)
    assert languages.offered(node.settings) == found


def test_every_language_there_is_is_offered_unless_some_are_named(tmp_path: Path, words: Path) -> None:
    node = publisher(tmp_path / "h", translations=str(words))
    assert set(languages.offered(node.settings)) == set(languages.translated(languages.folders(node.settings)))


def test_a_language_without_words_cannot_be_offered(tmp_path: Path) -> None:
    with pytest.raises(SettingError, match="no translation into 'cy'"):
        create_app(publisher(tmp_path / "h", languages="en, cy"))


# On other websites


@pytest.mark.parametrize(
    ("query", "asked", "lang"),
    [
        pytest.param("", "he", "he", id="the browser's wish"),
        pytest.param("?language=en", "he", "en-GB", id="the website's"),
        pytest.param("?language=he", None, "he", id="the website's alone"),
        pytest.param("?language=fr", "he", "he", id="none of ours"),
    ],
)
def test_a_frame_knows_nothing_of_a_choice_that_was_made_here(
    client: FlaskClient, query: str, asked: str | None, lang: str
) -> None:
    other = {"he": "en-GB", "en-GB": "he"}[lang]
    client.post("/language", data={"language": "en" if other == "en-GB" else other, "to": "/"})
    response = client.get(f"/embed{query}", headers={"Accept-Language": asked} if asked else {})
    assert language_of(response) == response.headers["Content-Language"] == lang
    assert "cookie" not in {name.lower() for name in response.vary}
    assert "Set-Cookie" not in response.headers


def test_the_language_of_a_frame_can_be_chosen(client: FlaskClient) -> None:
    tree = html.document_fromstring(client.get("/embed/make?language=he").get_data(as_text=True))
    assert tree.xpath("//select[@name='language']/option[@selected]/@value") == ["he"]
    assert "/embed?language=he" in tree.xpath("//iframe/@src")


def test_a_word_that_a_template_names_itself_is_looked_up_for_each_reader(app: Flask) -> None:
    """A template is compiled for the first reader and serves all others: a constant must not be worked out there."""
    template = app.jinja_env.from_string("{{ 'give'|word('sign') }}, {{ 2|listings }}")
    with app.test_request_context(headers={"Accept-Language": "en"}):
        assert template.render() == "Give, 2 listings"
    with app.test_request_context(headers=HEBREW):
        assert template.render() == f"{filters.word('give', 'sign')}, {filters.listings(2)}" != "Give, 2 listings"
