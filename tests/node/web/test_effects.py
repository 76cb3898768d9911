"""What sharing is good for on the web: an organisation's effect, everyone's, the method, and a card for elsewhere."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from flask_babel import force_locale
from lxml import etree, html

from federation.facts import short_key
from node.app import create_app
from node.context import Node
from node.services.impact import effects
from node.services.listings.publishing import put_listings
from node.storage import handovers
from node.web.impact.saved import breakable, money
from schemas.handover import MEASURED, Handover
from schemas.impact import GOODS, LEDGERS, estimate, total
from schemas.impact_factors import shipped
from schemas.listing import Quantity
from tests.fakes.handed import OTHER, handed
from tests.fakes.own_client import client_of
from tests.fakes.publisher import URL, draft, publisher, school
from tests.fakes.sites import PARK, item
from tests.node.web.aggregator import Browser, follow, send

PAGE = "/organisations/riverside-school"
SCHOOL = f"{URL}organisations/riverside-school"
DAY = "2026-11-20"


@pytest.fixture
def node(tmp_path: Path) -> Node:
    made = publisher(tmp_path / "home")
    school(made)
    return made


@pytest.fixture
def client(node: Node) -> FlaskClient:
    return client_of(create_app(node))


def told(number: int, giver: str = SCHOOL, **said: Any) -> Handover:
    """A handover with its effect, as a receipt has it."""
    made = handed(number, DAY, giver_id=giver, **said)
    effect = estimate(made)
    figures = {name: getattr(effect, name) for name in ("weight_g", "weight_source", "co2e_low_g", "co2e_g")}
    figures |= {"co2e_high_g": effect.co2e_high_g, "cost_pence": effect.cost_pence, "minutes": effect.minutes}
    return made._replace(factors=effect.factors, **figures)


def keep(node: Node, *rows: Handover) -> None:
    with node.database.write() as tx:
        handovers.put(tx, rows)


def mixed() -> list[Handover]:
    """Two desks weighed, three laptops, books that nobody weighed, a loan, a room, help twice, and what they got."""
    return [
        told(1, quantity=2, weight_g=50_000, weight_source=MEASURED, taker_id=OTHER),
        told(2, category="it/laptop", title="Laptops", quantity=3),
        told(3, category="books", title="Novels", quantity=40),
        told(4, action="lend", outcome="returned", category="av/projector", taker_id=OTHER),
        told(5, action="host", category="space/hall", minutes=150),
        told(6, action="help", category="skill/digital", minutes=90),
        told(7, action="help", category="skill/digital"),
        told(8, giver=OTHER, taker_id=SCHOOL, weight_g=9000, weight_source=MEASURED),
        told(9, counted=False, state="one_sided"),
        told(10, counted=False, state="one_operator"),
        told(11, counted=False, outcome="cancelled"),
        told(12, giver=OTHER),
    ]


def text(client: FlaskClient, path: str) -> str:
    return client.get(path).get_data(as_text=True)


def spaced(element: Any) -> str:
    """Its words with one ordinary space between them; what does not break stays together."""
    return " ".join(element.text_content().split(None)).replace("\u00a0", " ")


def section(page: str) -> str:
    [found] = html.fromstring(page).xpath("//section[@aria-labelledby='effect-title']")
    return spaced(found)


class TestSums:
    def test_are_those_of_each_handover_by_itself(self, node: Node):
        rows = mixed()
        keep(node, *rows)
        found = effects.find(node, "riverside-school")
        assert found is not None
        for ledgers, mine in (
            (found.given, [row for row in rows if row.giver_id == SCHOOL and row.counted]),
            (found.taken, [row for row in rows if row.taker_id == SCHOOL and row.counted]),
        ):
            expected = total(estimate(row) for row in mine)
            for ledger in LEDGERS:
                told_, sums = getattr(expected, ledger), getattr(ledgers, ledger)
                # Of a loan nobody asks how long it was.
                assert replace(sums, **({} if ledger == GOODS else {"without_minutes": 0})) == replace(
                    told_, **({} if ledger == GOODS else {"without_minutes": 0})
                )
            assert ledgers.factors == expected.factors
        assert found.given.skills.without_minutes == 1

    def test_reach(self, node: Node):
        keep(node, *mixed())
        found = effects.find(node, "riverside-school")
        assert found is not None
        assert (found.reach.organisations, found.reach.people, found.reach.unconfirmed) == (1, 5, 2)

    def test_of_everyone_are_those_of_all_that_count(self, node: Node):
        rows = mixed()
        keep(node, *rows)
        expected, found = total(estimate(row) for row in rows if row.counted), effects.of_everyone(node)
        assert found.handovers == expected.handovers == 9
        for name in ("weight_g", "co2e_low_g", "co2e_g", "co2e_high_g", "cost_pence", "without_co2e", "without_cost"):
            assert getattr(found.goods, name) == getattr(expected.goods, name), name
        assert found.goods.weighed["unknown"] == expected.goods.weighed["unknown"] == 1
        assert (found.space.minutes, found.skills.minutes, found.loans.handovers) == (150, 90, 1)


class TestPage:
    def test_before_there_is_something_it_says_so_plainly(self, node: Node, client: FlaskClient):
        keep(node, told(1, counted=False, state="one_sided"))
        assert "Nothing has been handed over yet that both sides have confirmed" in section(text(client, PAGE))

    def test_shows_each_ledger_by_itself(self, node: Node, client: FlaskClient):
        keep(node, *mixed())
        said = section(text(client, PAGE))
        for words in (
            "7 times something was shared",
            "1 time they had something",
            "1 other organisation",
            "55.5 kg kept in use",
            "kg of CO2e avoided, about 235 to 745 kg",
            "£7.26 of disposal avoided",
            "1 loan that came back",
            "2.5 hours of rooms",
            "1.5 hours of help one more time, nobody said how long",
            "1 weighed, 1 as such things usually weigh, 1 weight not known",
            "Of one gift nobody knows what it has avoided",
            "2 more handovers are not confirmed",
        ):
            assert words in said, (words, said)

    def test_a_gift_without_a_weight_is_shown_as_that(self, node: Node, client: FlaskClient):
        keep(node, told(1, category="books", title="Books"))
        said = section(text(client, PAGE))
        assert "1 gift weight not known Of one gift nobody knows what it has avoided" in said
        assert "kg" not in said

    def test_every_figure_leads_to_its_method(self, node: Node, client: FlaskClient):
        keep(node, *mixed())
        links = html.fromstring(text(client, PAGE)).xpath("//a[@class='figure-link']/@href")
        method = html.fromstring(text(client, "/impact/method"))
        assert len(links) == 10
        for link in links:
            path, _, anchor = link.partition("#")
            assert path == "/impact/method"
            assert method.get_element_by_id(anchor) is not None

    def test_a_hostile_name_stays_a_name(self, tmp_path: Path):
        node = publisher(tmp_path / "hostile")
        name = '"><script>alert(1)</script>'
        from node.services.listings.publishing import ensure_organisation

        host = ensure_organisation(node, name, "school")
        keep(node, told(1, giver=host.id))
        client, path = client_of(create_app(node)), "/organisations/" + host.id.rsplit("/", 1)[1]
        assert "<script>alert" not in text(client, path)
        etree.fromstring(client.get(f"{path}/impact.svg").data)

    def test_what_the_operator_says_an_hour_is_worth(self, tmp_path: Path):
        home = tmp_path / "own"
        home.mkdir()
        source = '{"id": "ours", "title": "Us", "publisher": "Us", "licence": "CC0-1.0"}'
        worth = '{"source": "ours", "help_hour": 20, "co2e_tonne": 252}'
        (home / "own.json").write_text(f'{{"name": "our-town", "sources": [{source}], "worth": {worth}}}')
        node = publisher(home, impact_factors="own.json")
        school(node)
        keep(node, *mixed())
        client = client_of(create_app(node))
        said = section(text(client, PAGE))
        assert "£30.00 is what their help is worth at £20.00 an hour" in said
        assert "£105 is what the CO2e is worth at £252 a tonne" in said
        assert "rooms are worth" not in said
        page = html.fromstring(text(client, "/impact/method"))
        method = " ".join(page.text_content().split())
        assert "our-town-" in method
        assert "/impact/factors/own.json" in page.xpath("//main//a/@href")
        assert client.get("/impact/factors/own.json").data == (home / "own.json").read_bytes()
        assert "An hour of help £20.00" in method


class TestData:
    def test_has_the_same_and_the_method(self, node: Node, client: FlaskClient):
        keep(node, *mixed())
        answer = client.get(f"{PAGE}/impact.json")
        found = answer.get_json()
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        assert found["organisation"] == {"id": SCHOOL, "name": "Riverside School"}
        assert found["given"]["goods"]["weight_g"] == 55_503
        assert found["given"]["goods"]["weighed"] == {"measured": 1, "stated": 0, "default": 1, "unknown": 1}
        assert found["received"]["goods"]["weight_g"] == 9000
        assert found["reached"] == {"organisations": 1, "handovers_to_people": 5}
        assert found["not_confirmed_by_both"] == 2
        assert found["factors"] == [shipped().version]
        assert found["method"] == f"{URL}impact/method"
        assert client.get(f"{PAGE}/impact.json", headers={"If-None-Match": answer.headers["ETag"]}).status_code == 304

    def test_before_there_is_something_it_is_zero(self, client: FlaskClient):
        found = client.get(f"{PAGE}/impact.json").get_json()
        assert found["given"]["goods"]["weight_g"] == 0
        assert found["factors"] == []

    @pytest.mark.parametrize("path", ["/organisations/none/impact.json", "/organisations/none/impact.svg"])
    def test_of_nobody_there_is_none(self, client: FlaskClient, path: str):
        assert client.get(path).status_code == 404

    def test_the_factors_are_whole(self, client: FlaskClient):
        found = client.get("/impact/factors.json").get_json()
        assert {one["id"]: one["kg_co2e"] for one in found["factors"]}["laptop"] == 265.3158889
        assert len(found["goods"]) == len(shipped().goods)
        assert found["version"] == shipped().version


class TestCard:
    def test_cannot_lie(self, node: Node, client: FlaskClient):
        assert client.get(f"{PAGE}/impact.svg").status_code == 404
        keep(node, *mixed())
        answer = client.get(f"{PAGE}/impact.svg")
        said = " ".join(etree.fromstring(answer.data).itertext())
        assert "55.5\u00a0kg kept in use" in said
        assert "235 to 745\u00a0kg of CO2e avoided" in said
        assert "Riverside School" in said
        assert answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]

    def test_the_line_for_a_website_leads_here(self, node: Node, client: FlaskClient):
        keep(node, *mixed())
        [line] = html.fromstring(text(client, PAGE)).xpath("//section[@aria-labelledby='effect-title']//code/text()")
        link = html.fromstring(str(line))
        assert link.get("href") == SCHOOL
        assert link[0].get("src") == f"{SCHOOL}/impact.svg"
        assert "Riverside School" in link[0].get("alt", "")


class TestMethod:
    def test_shows_every_figure_of_the_factors(self, client: FlaskClient):
        rows = html.fromstring(text(client, "/impact/method")).xpath("//tbody/tr")
        assert len(rows) == len(shipped().goods)
        said = [" ".join(row.text_content().split()) for row in rows]
        [laptop] = [one for one in said if one.startswith("Laptop")]
        assert "1.83 each 71.64 132.66 217.56" in laptop
        assert "The Restart Project: Laptop medium" in laptop
        assert "Anything else" in said[-1]
        assert "a kilogram 0.4 0.51 3" in said[-1]

    def test_names_sources_licences_and_the_version(self, client: FlaskClient):
        said = " ".join(html.fromstring(text(client, "/impact/method")).text_content().split())
        for words in ("CC-BY-SA-4.0", "OGL-UK-3.0", "WRAP, 2013", "Version sharefeed-2026.1", "£130.75 a tonne"):
            assert words in said

    def test_in_polish(self, client: FlaskClient):
        page = client.get("/impact/method", headers={"Accept-Language": "pl"}).get_data(as_text=True)
        assert "Jak liczymy, co daje dzielenie się" in page
        assert "Laptop" in page


class TestListing:
    @pytest.mark.parametrize(
        ("members", "expected"),
        [
            ({}, "About 26 kg stay in use, and 10.4 to 48 kg of CO2e are avoided."),
            ({"quantity": Quantity(3)}, "About 78 kg stay in use, and 31.2 to 144 kg of CO2e are avoided."),
            ({"weight_kg": 40.0}, "About 40 kg stay in use, and 16 to 73.9 kg of CO2e are avoided."),
            ({"category": "food", "title": "Tins", "weight_kg": 2.0}, "About 2 kg stay in use."),
            ({"category": "books", "title": "Novels"}, ""),
            ({"direction": "want"}, ""),
            ({"kind": "equipment", "action": "lend"}, ""),
        ],
    )
    def test_says_what_giving_it_on_would_be_good_for(
        self, node: Node, client: FlaskClient, members: dict[str, Any], expected: str
    ):
        [outcome] = put_listings(node, [draft(node, "desk", **members)])
        said = spaced(html.fromstring(text(client, f"/listings/{outcome.key}")))
        assert ("What giving it on is good for" in said) == bool(expected)
        assert expected in said


class TestFrontPage:
    def test_of_a_catalogue_says_what_all_of_it_was_good_for(self, tmp_path: Path):
        browser = Browser(tmp_path / "home")
        send(browser.node, follow(browser.node), [item()])
        assert "What sharing here is good for" not in browser.text("/")
        giver = item()["_sharefeed"]["organisation"]["id"]
        keep(browser.node, told(1, giver=giver), told(2, giver=giver, category="books", title="Novels"))
        said = section(browser.text("/"))
        assert "2 times something was shared as both sides confirmed" in said
        assert "26 kg kept in use" in said
        assert "10.4 to 48 kg" in said
        assert "Of one gift the weight is not known" in said
        page = browser.text(f"/listings/{short_key(f'{PARK}listings/desk')}")
        [path] = html.fromstring(page).xpath("//*[@class='who-name']/a/@href")
        assert "26 kg kept in use" in section(browser.text(str(path)))


@pytest.mark.parametrize(
    ("language", "large", "small"),
    [pytest.param("en", "£105", "£3.28", id="english"), pytest.param("pl", "105 GBP", "3,28 GBP", id="polish")],
)
def test_money_stands_as_the_language_writes_it(node: Node, language: str, large: str, small: str):
    with create_app(node).test_request_context(), force_locale(language):
        assert [breakable(money(amount, "GBP")) for amount in (10_460, 328)] == [large, small]
