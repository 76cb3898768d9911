"""The form of the appearance: nothing is public before it is published, nothing typed is lost, nothing typed acts."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from lxml import html
from PIL import Image
from werkzeug.test import TestResponse

from node.app import create_app
from node.context import Node
from node.services.configuration import appearance
from node.services.configuration.appearance_form import NAMES, written
from node.services.identity import operator
from tests.fakes.own_client import client_of
from tests.fakes.publisher import START, URL, clock_of
from tests.fakes.sites import item
from tests.node.web.aggregator import Browser, follow, send

FORM = "/control/appearance"
LATER = (START + timedelta(days=90)).strftime("%Y-%m-%dT%H:%M:%SZ")
NASTY = '"><script>alert(1)</script>'


@pytest.fixture
def stranger(tmp_path: Path) -> Iterator[Browser]:
    made = Browser(tmp_path / "home", tagline="From the file")
    yield made
    made.node.database.close()


@pytest.fixture
def browser(stranger: Browser) -> Browser:
    stranger.sign_in()
    return stranger


def tree(browser: Browser, path: str) -> Any:
    return html.fromstring(browser.text(path))


def words(node: Any) -> str:
    return " ".join(node.text_content().split())


def location(answer: TestResponse) -> str:
    return answer.headers["Location"].removeprefix(URL.rstrip("/"))


def filled(browser: Browser, **typed: str) -> dict[str, str]:
    """The form as the page has it, with some fields typed anew."""
    prepared = appearance.prepared(browser.node)
    stands = {name: written(getattr(prepared, name)) for name in NAMES}
    return {**stands, "basis": appearance.state(browser.node).basis, **typed}


def save(browser: Browser, **typed: str) -> TestResponse:
    return browser.post(FORM, FORM, **filled(browser, **typed))


def press(browser: Browser, action: str, **fields: str) -> TestResponse:
    return browser.post(f"{FORM}/{action}", FORM, **fields)


def publish(browser: Browser) -> TestResponse:
    draft = appearance.state(browser.node).draft
    assert draft is not None
    return press(browser, "publish", mark=draft.mark)


def picture(kind: str = "PNG") -> bytes:
    out = BytesIO()
    Image.new("RGB", (120, 60), "#aa3300").save(out, kind)
    return out.getvalue()


def upload(browser: Browser, data: bytes, name: str = "logo.png", **fields: str) -> TestResponse:
    sent = {"csrf_token": browser.token(f"{FORM}/logo"), "file": (BytesIO(data), name), **fields}
    return browser.client.post(f"{FORM}/logo", data=sent, headers={"Referer": URL})


class TestFromFormToEveryone:
    def test_a_draft_is_seen_by_nobody_and_a_publication_by_everybody(self, browser: Browser) -> None:
        assert location(save(browser, node_name="Fenland Shares", brand_colour="#663399")) == f"{FORM}/preview"
        public = browser.text("/")
        assert "Fenland" not in public
        assert "brand.css" not in public
        assert "There is a draft" in browser.text(FORM)
        assert location(publish(browser)) == FORM
        assert "Everyone sees it now." in browser.text(FORM)
        public = browser.text("/")
        assert "Fenland Shares" in public
        assert "/brand.css?v=663399" in public
        assert 'content="#663399"' in public

    def test_feeds_and_the_node_document_follow(self, browser: Browser) -> None:
        before = {path: browser.get(path) for path in ("/changes.json", "/feed.json", "/feed.atom")}
        save(browser, node_name="Fenland Shares", node_description="All of the fens.")
        publish(browser)
        document = json.loads(browser.get("/.well-known/sharefeed.json").data)
        assert (document["name"], document["description"]) == ("Fenland Shares", "All of the fens.")
        assert document["id"] == URL
        for path, old in before.items():
            new = browser.get(path)
            assert b"Fenland Shares" in new.data
            assert new.headers["ETag"] != old.headers["ETag"]

    def test_words_of_the_home_page(self, browser: Browser) -> None:
        typed = {"headline": "What do you need?", "lead": "Ask first.", "footer_note": "Paid for by the city."}
        typed |= {"about_text": "One.\n\nTwo: https://city.example/.", "contact_line": "Ask Sam."}
        save(browser, **typed)
        publish(browser)
        front = tree(browser, "/")
        assert words(front.xpath("//h1")[0]) == "What do you need?"
        about = front.xpath("//section[@aria-labelledby='about-title']")[0]
        assert [words(p) for p in about.xpath(".//p")] == ["One.", "Two: https://city.example/.", "Ask Sam."]
        assert about.xpath(".//a/@href") == ["https://city.example/"]
        foot = words(front.xpath("//footer")[0])
        assert "Paid for by the city." in foot
        assert "Ask Sam." in foot
        assert "Paid for by the city." in browser.text("/search")

    def test_without_words_there_is_no_empty_box(self, browser: Browser) -> None:
        assert not tree(browser, "/").xpath("//*[@id='about-title' or @id='near-title']")

    def test_distances_follow_the_units(self, browser: Browser) -> None:
        near = "/search?lat=52.6&lon=-0.19"
        assert "miles" in words(tree(browser, near).xpath("//main")[0])
        save(browser, units="km")
        publish(browser)
        said = words(tree(browser, near).xpath("//main")[0])
        assert "miles" not in said
        assert " km" in said

    def test_other_processes_show_it_within_a_second(self, browser: Browser) -> None:
        node = browser.node
        other = client_of(create_app(Node.open(appearance.configured(node), node.database, node.clock)))
        assert "Fenland" not in other.get("/").get_data(as_text=True)
        save(browser, node_name="Fenland Shares")
        publish(browser)
        clock_of(node).pass_by(seconds=1)
        assert "Fenland Shares" in other.get("/").get_data(as_text=True)

    def test_the_map_starts_in_the_middle_of_all_listings(self, browser: Browser) -> None:
        answer = save(browser, then="middle")
        assert answer.status_code == 422
        assert "No listing says where it is yet." in answer.get_data(as_text=True)
        place = {"locality": "Eye", "lat": 52.61, "lon": -0.19}
        send(browser.node, follow(browser.node), [item("desk", place=place, expires=LATER)])
        assert location(save(browser, then="middle")) == f"{FORM}#map"
        prepared = appearance.prepared(browser.node)
        assert (prepared.map_lat, prepared.map_lon, prepared.map_zoom) == (52.61, -0.19, 14)

    def test_enter_in_a_field_saves_and_shows_it(self, browser: Browser) -> None:
        first = tree(browser, FORM).xpath(f"//form[@action='{FORM}']//button[@type='submit']")[0]
        assert (first.get("name"), first.get("value")) == ("then", "preview")


class TestWhereAValueComesFrom:
    def test_the_form_says_it_and_gives_it_back(self, browser: Browser) -> None:
        source = "//div[@class='set'][.//*[@id='tagline']]"
        assert words(tree(browser, FORM).xpath(source)[0]).endswith("From the settings.")
        save(browser, tagline="From here")
        publish(browser)
        told = tree(browser, FORM).xpath(source)[0]
        assert "Set here. The settings say: From the file" in words(told)
        assert told.xpath(".//input[@name='again']/@value") == ["tagline"]
        save(browser, tagline="typed and yet", again="tagline")
        publish(browser)
        assert browser.node.settings.tagline == "From the file"
        assert "From the file" in browser.text("/")


class TestWhatIsWrong:
    def test_everything_typed_comes_back(self, browser: Browser) -> None:
        typed = {"node_name": " ", "tagline": "Kept?", "about_text": "Kept\n\ntoo", "brand_colour": "reddish"}
        answer = save(browser, **typed, map_lat="north", units="km")
        page = html.fromstring(answer.get_data(as_text=True))
        assert answer.status_code == 422
        assert page.xpath("//*[@data-error-summary]//a/@href") == ["#node_name", "#brand_colour", "#map_lat"]
        assert page.findtext(".//title").startswith("Error: ")
        for name in ("tagline", "brand_colour", "map_lat"):
            assert page.get_element_by_id(name).get("value") == {**typed, "map_lat": "north"}[name]
        assert page.get_element_by_id("about_text").text.strip() == "Kept\n\ntoo"
        assert page.xpath("//input[@name='units'][@checked]/@value") == ["km"]
        assert appearance.state(browser.node).draft is None

    def test_whoever_was_overtaken_keeps_what_they_typed_and_may_insist(self, browser: Browser) -> None:
        mine = filled(browser, tagline="Mine")
        save(browser, tagline="Theirs")
        answer = browser.post(FORM, FORM, **mine)
        text = answer.get_data(as_text=True)
        assert answer.status_code == 409
        assert "Somebody else saved" in text
        assert 'value="Mine"' in text
        assert appearance.prepared(browser.node).tagline == "Theirs"
        basis = html.fromstring(text).xpath("//input[@name='basis']/@value")[0]
        assert browser.post(FORM, FORM, **{**mine, "basis": basis}).status_code == 303
        assert appearance.prepared(browser.node).tagline == "Mine"

    def test_a_draft_that_was_not_looked_at_is_not_published(self, browser: Browser) -> None:
        save(browser, tagline="Seen")
        seen = appearance.state(browser.node).draft
        assert seen is not None
        save(browser, tagline="Not seen")
        press(browser, "publish", mark=seen.mark)
        assert "nothing was published" in browser.text(FORM)
        assert browser.node.settings.tagline == "From the file"

    @pytest.mark.parametrize(
        "name", [name for name in NAMES if name not in ("map_lat", "map_lon", "map_zoom", "units")]
    )
    def test_what_is_typed_is_text_everywhere(self, browser: Browser, name: str) -> None:
        answer = save(browser, **{name: f"A{NASTY}"})
        if name == "brand_colour":
            assert answer.status_code == 422
            pages = [answer.get_data(as_text=True)]
        else:
            publish(browser)
            pages = [browser.text(path) for path in ("/", "/search", "/sources", FORM, f"{FORM}/preview")]
        for page in pages:
            assert "<script>alert" not in page
        assert any("alert(1)" in page for page in pages)

    @pytest.mark.parametrize(
        "colour", ["red;}*{display:none", "#fff;background:url(//evil.example)", "</style>", "#12345"]
    )
    def test_no_colour_becomes_a_stylesheet(self, browser: Browser, colour: str) -> None:
        assert save(browser, brand_colour=colour).status_code == 422
        assert browser.client.get(f"{FORM}/colour", query_string={"colour": colour}).status_code == 204
        assert browser.get("/brand.css").status_code == 404

    def test_a_value_that_got_into_the_database_otherwise_breaks_nothing(self, browser: Browser) -> None:
        from node.storage import appearances

        odd = {"brand_colour": "red;}*{display:none}", "map_zoom": "far", "port": 1, "logo": "javascript:alert(1)"}
        with browser.node.database.write() as tx:
            appearances.publish(tx, appearances.Version(0, odd, 0, "x"))
        browser.node.settings.look_again()
        text = browser.text("/")
        assert "display:none" not in text
        assert '="javascript:' not in text
        assert browser.get("/brand.css").status_code == 404
        assert browser.get(FORM).status_code == 200


class TestTheColour:
    def test_the_verdict_says_what_becomes_of_it(self, browser: Browser) -> None:
        answer = browser.client.get(f"{FORM}/colour", query_string={"colour": "#ffee00"})
        told = html.fromstring(answer.get_data(as_text=True))
        light, dark = (words(line) for line in told.xpath("//li"))
        assert "darkened, so that it can be read" in light
        assert "as you chose it" in dark
        assert "#ffee00" in dark
        for line in (light, dark):
            ratios = [float(ratio) for ratio in re.findall(r"([\d.]+) to 1", line)]
            assert len(ratios) == 2
            assert min(ratios) >= 4.5
        assert answer.headers["Cache-Control"] == "no-store"

    def test_without_one_it_speaks_of_the_built_in(self, browser: Browser) -> None:
        assert "the built-in green" in browser.text(f"{FORM}/colour")
        assert "the built-in green" in browser.text(FORM)


class TestTheLogo:
    def test_is_taken_shown_to_everyone_once_published_and_kept_for_ever(self, browser: Browser) -> None:
        assert location(upload(browser, picture("JPEG"), "town.jpg")) == f"{FORM}/logo"
        path = appearance.prepared(browser.node).logo
        assert browser.get(f"/{path}").status_code == 404, "not before it is published"
        assert browser.get(f"/control/preview/auto/{path}").mimetype == "image/png"
        publish(browser)
        served = browser.get(f"/{path}")
        assert (served.mimetype, "immutable" in served.headers["Cache-Control"]) == ("image/png", True)
        assert Image.open(BytesIO(served.data)).size == (120, 60)
        [shown] = tree(browser, "/").xpath("//a[@class='site-brand']/img")
        assert (shown.get("src"), shown.get("width"), shown.get("height")) == (f"/{path}", "120", "60")

    def test_the_name_stands_for_it_where_it_stands_alone(self, browser: Browser) -> None:
        upload(browser, picture())
        assert tree(browser, f"{FORM}/logo").xpath("//li/img/@alt")[0] == "Share"

    def test_saving_words_on_the_way_there_loses_none(self, browser: Browser) -> None:
        assert location(save(browser, tagline="Kept", then="logo")) == f"{FORM}/logo"
        upload(browser, picture())
        prepared = appearance.prepared(browser.node)
        assert (prepared.tagline, prepared.logo.startswith("brand/")) == ("Kept", True)

    def test_is_left_out_and_given_back(self, browser: Browser) -> None:
        upload(browser, picture())
        browser.post(f"{FORM}/logo", f"{FORM}/logo", then="none")
        assert "No logo" in browser.text(f"{FORM}/logo")
        upload(browser, picture())
        browser.post(f"{FORM}/logo", f"{FORM}/logo", then="again")
        assert "From the settings." in browser.text(f"{FORM}/logo")

    @pytest.mark.parametrize(
        ("data", "says"),
        [
            pytest.param(b"<svg onload=alert(1)>", "SVG", id="svg"),
            pytest.param(b"nonsense", "could not be read", id="nonsense"),
            pytest.param(picture()[:40], "could not be read", id="cut off"),
        ],
    )
    def test_what_is_none_is_refused_and_changes_nothing(self, browser: Browser, data: bytes, says: str) -> None:
        answer = upload(browser, data)
        text = answer.get_data(as_text=True)
        assert answer.status_code == 422
        assert says in text
        assert "Nothing was changed" in text
        assert appearance.state(browser.node).draft is None

    def test_no_file_is_asked_for_again(self, browser: Browser) -> None:
        answer = upload(browser, b"", "")
        assert answer.status_code == 422
        assert "Choose a file first." in answer.get_data(as_text=True)

    def test_one_that_is_far_too_large_is_not_even_read(self, browser: Browser) -> None:
        body, kind = b"x" * 2**21, "multipart/form-data; boundary=x"
        assert browser.client.post(f"{FORM}/logo", data=body, content_type=kind).status_code == 413

    @pytest.mark.parametrize("name", ["x.png", "0" * 32 + "-1x1.png", "..%2Fsecret.key", "icon.svg"])
    def test_other_names_are_not_there(self, browser: Browser, name: str) -> None:
        assert browser.get(f"/brand/{name}").status_code == 404


class TestGoingBack:
    def test_undo_and_history(self, browser: Browser) -> None:
        assert "Nothing yet" in browser.text(FORM)
        for name in ("One", "Two"):
            save(browser, node_name=name)
            publish(browser)
        page = tree(browser, FORM)
        rows = page.xpath("//section[@aria-labelledby='history-title']//tbody/tr")
        assert len(rows) == 2
        assert "this browser" in words(rows[0])
        assert "name" in words(rows[0])
        assert "Shown now" in words(rows[0])
        [undo] = page.xpath("//form[.//button[contains(., 'Undo')]]")
        typed = {field.get("name"): field.get("value") for field in undo.xpath(".//input")}
        press(browser, "back", to=typed["to"], basis=typed["basis"])
        assert browser.node.settings.node_name == "One"
        assert "back to what was published" in words(tree(browser, FORM).xpath("//tbody/tr")[0])
        press(browser, "back", to=typed["to"], basis=typed["basis"])
        assert "Somebody else was faster" in browser.text(FORM)
        assert browser.node.settings.node_name == "One"

    def test_all_settings_again(self, browser: Browser) -> None:
        for name in ("One", "Two"):
            save(browser, node_name=name)
            publish(browser)
        current = appearance.state(browser.node).published
        assert current is not None
        press(browser, "back", to="0", basis=str(current.id))
        assert browser.node.settings.node_name == "Share"
        assert "back to the settings alone" in browser.text(FORM)

    @pytest.mark.parametrize("fields", [{}, {"to": "x", "basis": "y"}, {"to": "99", "basis": "1"}, {"to": "-1"}])
    def test_what_is_not_there_changes_nothing(self, browser: Browser, fields: dict[str, str]) -> None:
        save(browser, node_name="One")
        publish(browser)
        assert press(browser, "back", **fields).status_code == 303
        assert browser.node.settings.node_name == "One"

    def test_discarding(self, browser: Browser) -> None:
        save(browser, tagline="x")
        draft = appearance.state(browser.node).draft
        assert draft is not None
        press(browser, "discard", mark="0" * 16)
        assert appearance.state(browser.node).draft == draft
        press(browser, "discard", mark=draft.mark)
        assert appearance.state(browser.node).draft is None


class TestTheDoor:
    @pytest.mark.parametrize("action", ["", "/publish", "/discard", "/back", "/logo"])
    def test_is_shut_without_session_or_token(self, stranger: Browser, action: str) -> None:
        fields = {"node_name": "Mine", "mark": "0", "to": "0", "basis": "0"}
        answer = stranger.post(FORM + action, **fields)
        assert (answer.status_code, 'href="/control/sign-in"' in answer.text) == (401, True)
        stranger.sign_in()
        assert stranger.client.post(FORM + action, data=fields).status_code == 400
        assert appearance.state(stranger.node) == appearance.State(None, ())

    def test_a_session_that_was_ended_sees_nothing(self, browser: Browser) -> None:
        save(browser, tagline="Secret")
        operator.revoke_all(browser.node)
        for path in (FORM, f"{FORM}/preview", "/control/preview/light/", f"{FORM}/colour"):
            assert browser.get(path).status_code == 303
