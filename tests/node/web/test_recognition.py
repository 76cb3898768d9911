"""Levels and badges on the web: what is shown is what was earned, as page, as data and as a picture."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask.testing import FlaskClient
from lxml import etree, html

from federation.facts import short_key
from node.app import create_app
from node.context import Node
from node.services.impact import badge_pictures
from node.storage import handovers
from node.web.impact.recognition_words import MEANINGS, NAMES
from schemas import recognition
from schemas.recognition import rules
from tests.fakes.handed import OTHER, give, handed
from tests.fakes.own_client import client_of
from tests.fakes.publisher import URL, clock_of, publisher, school
from tests.fakes.sites import PARK, item
from tests.node.web.aggregator import Browser, follow, send
from tests.node.web.desk.signed_in import signed_in

PAGE = "/organisations/riverside-school"
SCHOOL = f"{URL}organisations/riverside-school"
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture
def node(tmp_path: Path) -> Node:
    made = publisher(tmp_path / "home")
    assert school(made).id == SCHOOL
    return made


@pytest.fixture
def client(node: Node) -> FlaskClient:
    return client_of(create_app(node))


def text(client: FlaskClient, path: str) -> str:
    return client.get(path).get_data(as_text=True)


def badges_on(page: str) -> list[str]:
    return [
        " ".join(one.text_content().split()) for one in html.fromstring(page).xpath("//*[@class='earned-words']/h3")
    ]


def test_english_words_are_those_of_the_published_rules() -> None:
    known = {one.id: one for one in [*rules().levels, *rules().badges.values()]}
    assert {id_: (one.name, one.meaning) for id_, one in known.items()} == {
        id_: (NAMES[id_], MEANINGS[id_]) for id_ in NAMES
    }
    assert NAMES.keys() == MEANINGS.keys()


def test_an_organisations_page_says_nothing_before_there_is_something(node: Node, client: FlaskClient) -> None:
    assert "What their sharing has become" not in text(client, PAGE)
    give(node, SCHOOL, 4, state="one_operator", counted=False)
    assert "What their sharing has become" not in text(client, PAGE)


def test_an_organisations_page_shows_its_level_and_badges_and_what_comes_next(node: Node, client: FlaskClient) -> None:
    give(node, SCHOOL, 10, apart=4)
    page = text(client, PAGE)
    assert badges_on(page) == ["Good neighbour", "First gift", "Ten gifts"]
    said = " ".join(html.fromstring(page).xpath("//*[@class='earned-next']")[0].text_content().split())
    assert "Steady hand 10 of 15, in 3 of 4 months" in said


def test_only_a_catalogue_says_what_takes_a_network(tmp_path: Path) -> None:
    browser = Browser(tmp_path / "home")
    send(browser.node, follow(browser.node), [item()])
    [path] = html.fromstring(browser.text(f"/listings/{short_key(f'{PARK}listings/desk')}")).xpath(
        "//*[@class='who-name']/a/@href"
    )
    give(browser.node, item()["_sharefeed"]["organisation"]["id"], 1)
    page = browser.text(str(path))
    assert badges_on(page) == ["Open door", "First gift", "First of its kind"]
    assert "Desks" in page
    give(browser.node, OTHER, 3)
    assert "First of its kind" not in badges_on(browser.text(str(path)))
    assert "First of its kind" in browser.text("/recognition")


def test_a_badge_stays_when_nothing_is_on_the_board_any_more(tmp_path: Path) -> None:
    browser = Browser(tmp_path / "home")
    source, group = follow(browser.node), item()["_sharefeed"]["organisation"]
    page = f"/organisations/{short_key(group['id'])}"
    send(browser.node, source, [item()])
    give(browser.node, group["id"], 1, giver_name=group["name"], giver_type=group["type"])
    before = browser.get(f"{page}/badges/first-gift.svg").data
    send(browser.node, source, [])
    assert browser.get(f"/listings/{short_key(f'{PARK}listings/desk')}").status_code == 410
    assert browser.get(f"{page}/badges/first-gift.svg").data == before
    assert badges_on(browser.text(page)) == ["Open door", "First gift", "First of its kind"]
    assert browser.get(f"/organisations/{short_key('https://nobody.example/')}").status_code == 404


def test_on_its_own_node_an_organisation_is_not_told_that_it_was_first(node: Node, client: FlaskClient) -> None:
    give(node, SCHOOL, 1)
    assert badges_on(text(client, PAGE)) == ["Open door", "First gift"]
    assert "First of its kind" not in text(client, "/recognition")


def test_the_same_as_data(node: Node, client: FlaskClient) -> None:
    give(node, SCHOOL, 10, apart=4)
    answer = client.get(f"{PAGE}/recognition.json")
    found = answer.get_json()
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert found["organisation"] == {"id": SCHOOL, "name": "Riverside School"}
    assert (found["handovers"], found["level"]["id"], found["network"]) == (10, "good-neighbour", False)
    assert [badge["id"] for badge in found["badges"]] == ["first-gift", "giver"]
    with node.database.read() as tx:
        again = recognition.of(SCHOOL, handovers.of_organisation(tx, SCHOOL), node.clock(), whole=False)
    assert found["badges"][1] == {"id": "giver", "since": again.badges[1].since, "count": 10}
    assert found["rules"] == {"version": rules().version, "url": f"{URL}recognition.json"}
    assert client.get(f"{PAGE}/recognition.json", headers={"If-None-Match": answer.headers["ETag"]}).status_code == 304


def test_the_rules_are_there_for_programs(client: FlaskClient) -> None:
    assert client.get("/recognition.json").get_json() == recognition.document()


def test_a_picture_cannot_lie(node: Node, client: FlaskClient) -> None:
    path = f"{PAGE}/badges/giver.svg"
    give(node, SCHOOL, 9)
    assert client.get(path).status_code == 404
    give(node, SCHOOL, 1)
    answer = client.get(path)
    assert (answer.status_code, answer.mimetype) == (200, "image/svg+xml")
    with node.database.write() as tx:
        handovers.put(tx, [handed(3, "2026-11-28", giver_id=SCHOOL, state="differs", counted=False)])
    assert client.get(path).status_code == 404


def test_a_badge_that_comes_and_goes_is_gone_when_it_is_over(node: Node, client: FlaskClient) -> None:
    give(node, SCHOOL, 10, asked_on="2026-12-01", accepted_on="2026-12-01")
    assert client.get(f"{PAGE}/badges/quick.svg").status_code == 200
    clock_of(node).pass_by(days=366)
    assert client.get(f"{PAGE}/badges/quick.svg").status_code == 404
    assert client.get(f"{PAGE}/badges/giver.svg").status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        f"{PAGE}/badges/level.svg",
        f"{PAGE}/badges/none.svg",
        f"{PAGE}/badges/..svg",
        "/organisations/none/badges/giver.svg",
        "/organisations/none/recognition.json",
    ],
)
def test_what_is_not_there_is_not_found(client: FlaskClient, path: str) -> None:
    assert client.get(path).status_code == 404


def test_a_picture_says_what_it_shows_and_needs_nothing_else(node: Node, client: FlaskClient) -> None:
    give(node, SCHOOL, 10, apart=4)
    for name, title in (("giver", "Ten gifts"), ("level", "Good neighbour")):
        answer = client.get(f"{PAGE}/badges/{name}.svg")
        drawn = etree.fromstring(answer.data)
        lines = [one.text for one in drawn.iter(f"{SVG}text")]
        since = "1 December 2026" if name == "giver" else "11 November 2026"
        assert lines == [title, "Riverside School", f"since {since}"]
        assert drawn.findtext(f"{SVG}title") == f"{title}: Riverside School, since {since}"
        assert drawn.get("role") == "img"
        assert not drawn.xpath("//@href | //@*[starts-with(., 'http') or contains(., 'url(')]")
        assert answer.headers["Cache-Control"] == "public, max-age=3600"
        assert answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
        assert "Set-Cookie" not in answer.headers
        again = client.get(f"{PAGE}/badges/{name}.svg", headers={"If-None-Match": answer.headers["ETag"]})
        assert again.status_code == 304
    full = etree.fromstring(client.get(f"{PAGE}/badges/level.svg").data).xpath("//*[@class='full']")
    assert len(full) == 2


def test_a_picture_is_in_the_nodes_language_whoever_asks(tmp_path: Path) -> None:
    node = publisher(tmp_path / "home", language="pl", languages="pl,en")
    school(node)
    give(node, SCHOOL, 10)
    client = client_of(create_app(node))
    answers = {
        client.get(f"{PAGE}/badges/giver.svg", headers={"Accept-Language": asked}).data for asked in ("en", "pl", "de")
    }
    [drawn] = answers
    assert "Dziesięć" in drawn.decode()


def test_a_picture_that_is_opened_has_its_colours_and_can_do_nothing(node: Node, client: FlaskClient) -> None:
    give(node, SCHOOL, 1)
    answer = client.get(f"{PAGE}/badges/first-gift.svg")
    [style] = etree.fromstring(answer.data).iter(f"{SVG}style")
    assert style.text == badge_pictures.style()
    assert answer.headers["Content-Security-Policy"] == badge_pictures.style_policy()
    assert "unsafe" not in badge_pictures.style_policy()
    light, dark = badge_pictures.tokens()
    assert (light["ink"], dark["ink"]) == ("#1d2a24", "#ecefe9")
    assert f"fill:{dark['ink']}" in badge_pictures.style().split("prefers-color-scheme:dark")[1]


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        pytest.param("A", "A", id="short"),
        pytest.param("Ottersedge Scout Group", "Ottersedge Scout Group", id="fits"),
        pytest.param("The Friends of " * 9, "The Friends of The Friend…", id="long"),
        pytest.param("共" * 40, "共" * 12 + "…", id="wide"),
    ],
)
def test_a_long_name_ends_where_its_line_does(name: str, shown: str) -> None:
    size, found = badge_pictures.fitted(name, 15, 12.9, 0.61)
    assert found == shown
    assert 12.9 <= size <= 15


@pytest.mark.parametrize(
    ("size", "smallest", "width", "words"),
    [
        pytest.param(
            12.5, 10.75, badge_pictures.LINE, "2,169 to 6,587 kg of CO2e avoided", id="a range in the third line"
        ),
        pytest.param(21, 13, badge_pictures.TITLE, "12,345 kg kept in use", id="many kilograms in the title"),
    ],
)
def test_a_figure_is_read_whole(size: float, smallest: float, width: float, words: str) -> None:
    fitting, found = badge_pictures.fitted(words, size, smallest, width)
    assert found == words
    assert len(words) * fitting * width <= 210


def test_a_name_is_never_markup(node: Node, client: FlaskClient) -> None:
    from dataclasses import replace

    from node.storage import organisations

    evil = replace(school(node), name='"><script>alert(1)</script>&')
    with node.database.write() as tx:
        organisations.put(tx, "riverside-school", evil, node.now)
    give(node, SCHOOL, 1)
    drawn = etree.fromstring(client.get(f"{PAGE}/badges/first-gift.svg").data)
    assert not list(drawn.iter(f"{SVG}script"))
    assert (drawn.findtext(f"{SVG}title") or "").startswith('First gift: "><script>')


def test_the_desk_shows_what_comes_next_and_a_line_of_html(node: Node) -> None:
    app = create_app(node)
    client = signed_in(app, node, "riverside-school", "viewer")
    empty = text(client, "/desk/riverside-school/recognition")
    assert "Your first level comes with the first thing" in empty
    give(node, SCHOOL, 10, apart=4)
    page = html.fromstring(text(client, "/desk/riverside-school/recognition"))
    codes = [html.fromstring(one) for one in page.xpath("//textarea/text()")]
    assert len(codes) == 3
    for code in codes:
        [picture] = code.xpath(".//img/@src")
        assert client.get(str(picture).removeprefix(URL.rstrip("/"))).status_code == 200
        assert code.get("href") == SCHOOL
        assert "Riverside School, since" in code.xpath(".//img/@alt")[0]
    ahead = " ".join(page.xpath("//*[contains(@class, 'earned-ahead')]")[1].text_content().split())
    assert ahead.startswith("Fifty gifts 10 of 50") or "Fifty gifts 10 of 50" in ahead


def test_another_organisations_desk_is_not_shown(node: Node) -> None:
    client = signed_in(create_app(node), node, "mending-room")
    assert client.get("/desk/riverside-school/recognition").status_code == 404
