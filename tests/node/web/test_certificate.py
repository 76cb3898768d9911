"""A year on paper: its figures are those of its handovers, and it leads to where it can be checked."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from lxml import html

from node.app import create_app
from node.context import Node
from node.storage import handovers
from tests.fakes.handed import OTHER, give, handed
from tests.fakes.own_client import client_of
from tests.fakes.publisher import URL, clock_of, publisher, school
from tests.node.web.desk.signed_in import signed_in

PAGE = "/organisations/riverside-school"
SCHOOL = f"{URL}organisations/riverside-school"
GOODS = {"co2e_low_g": 3_000, "co2e_g": 10_400, "co2e_high_g": 20_600, "cost_pence": 413, "factors": "2026-1"}
ROWS = [
    handed(1, "2026-02-03", giver_id=SCHOOL, quantity=3, weight_g=31_500, weight_source="measured", **GOODS),
    handed(2, "2026-05-03", giver_id=SCHOOL, quantity=2, weight_g=20_000, weight_source="default", **GOODS),
    handed(3, "2026-05-04", giver_id=SCHOOL, weight_source="unknown"),
    handed(4, "2026-06-01", giver_id=SCHOOL, action="lend", outcome="returned", taker_id=OTHER, factors="2026-1"),
    handed(5, "2026-06-02", giver_id=SCHOOL, action="host", minutes=90),
    handed(6, "2026-06-03", giver_id=SCHOOL, action="host", minutes=60),
    handed(7, "2026-06-04", giver_id=SCHOOL, action="help"),
    handed(8, "2026-07-01", giver_id=OTHER, taker_id=SCHOOL, quantity=7),
    handed(9, "2025-12-31", giver_id=SCHOOL, quantity=100, weight_g=900_000, weight_source="stated"),
    handed(10, "2026-08-01", giver_id=SCHOOL, quantity=50, state="one_operator", counted=False),
    handed(11, "2026-08-01", giver_id=OTHER, quantity=50),
]
"""Of 2026, of the year before, of others, and one that one operator signed for both."""


@pytest.fixture
def node(tmp_path: Path) -> Node:
    made = publisher(tmp_path / "home")
    school(made)
    with made.database.write() as tx:
        handovers.put(tx, ROWS)
    return made


@pytest.fixture
def client(node: Node) -> FlaskClient:
    return client_of(create_app(node))


def certificate(client: FlaskClient, year: int = 2026) -> html.HtmlElement:
    answer = client.get(f"{PAGE}/certificate/{year}")
    assert answer.status_code == 200
    return html.fromstring(answer.get_data(as_text=True))


def certificates_on(page: bytes) -> list[str]:
    return [str(path) for path in html.fromstring(page.decode()).xpath("//a/@href[contains(., '/certificate/')]")]


def figures(page: html.HtmlElement) -> Mapping[str, Mapping[str, str]]:
    return {
        str(section.xpath("h2/text()")[0]): {
            str(row.xpath("dt/text()")[0]): " ".join(row.xpath("dd")[0].text_content().split())
            for row in section.xpath("dl/div")
        }
        for section in page.xpath("//section")
    }


def test_the_figures_are_those_of_the_year(client: FlaskClient) -> None:
    page = certificate(client)
    of_2026 = [row for row in ROWS if row.ended_on.startswith("2026") and row.counted and row.giver_id == SCHOOL]
    gifts = [row for row in of_2026 if row.action == "give"]

    def of(name: str) -> str:
        return f"{sum(getattr(row, name) or 0 for row in gifts) / 1000:g}"

    assert figures(page) == {
        "Things to keep": {
            "Things given": str(sum(row.quantity for row in gifts)),
            "Kept in use": f"{of('weight_g')} kg1 measured, 1 usual weights, 1 not known and not counted",
            "CO2e avoided, about": f"{of('co2e_g')} kg{of('co2e_low_g')} to {of('co2e_high_g')} kg",
            "Disposal avoided": f"£{sum(row.cost_pence or 0 for row in gifts) / 100:.2f}landfill tax alone",
        },
        "Things to borrow": {"Loans that came back": "1"},
        "Rooms": {"Times": "2", "Hours": "2.5"},
        "Skills and a hand": {"Times": "1"},
        "From others": {"Times something was received": "1"},
    }
    said = " ".join(page.xpath("//article")[0].text_content().split())
    assert f"shared with others {len(of_2026)} times" in said
    assert "by the factors of version 2026-1" in said
    assert f"How estimates are made: {URL}impact/method" in said
    assert client.get("/impact/method").status_code == 200
    assert "How estimates are made" not in certificate(client, 2025).text_content()
    assert "So far, until 1 December 2026" in said


def test_what_is_no_estimate_is_not_called_one(node: Node, client: FlaskClient) -> None:
    with node.database.write() as tx:
        handovers.drop(tx, [row.exchange for row in ROWS if row.action == "give"])
    said = certificate(client).text_content()
    assert "Loans that came back" in said
    assert "estimates" not in said


def test_level_and_badges_are_those_of_the_years_end(node: Node, client: FlaskClient) -> None:
    give(node, SCHOOL, 40, apart=2)
    clock_of(node).pass_by(days=400)
    then = " ".join(certificate(client, 2025).text_content().split())
    assert "Open door" in then
    assert "First gift" in then
    assert "Ten gifts" not in then
    assert "So far" not in then
    assert "as known on 31 December 2025" in then
    assert "Ten gifts" in certificate(client, 2026).text_content()


@pytest.mark.parametrize("path", ["2024", "2027", "0", "99999", "x"])
def test_a_year_without_anything_has_no_certificate(client: FlaskClient, path: str) -> None:
    assert client.get(f"{PAGE}/certificate/{path}").status_code == 404
    assert client.get(f"/organisations/none/certificate/{path}").status_code == 404


def test_who_only_received_is_thanked_as_well(node: Node, client: FlaskClient) -> None:
    with node.database.write() as tx:
        handovers.put(tx, [handed(20, "2024-03-01", giver_id=OTHER, taker_id=SCHOOL)])
    said = " ".join(certificate(client, 2024).xpath("//article")[0].text_content().split())
    assert "put to use what others shared, 1 time, and both sides confirmed it." in said


def test_it_leads_to_where_it_can_be_checked_and_is_found_from_there(node: Node, client: FlaskClient) -> None:
    page = certificate(client)
    assert page.xpath("//*[@class='sheet-address']")[0].text_content() == SCHOOL
    [code] = page.xpath("//img[@class='qr']/@src")
    assert client.get(str(code)).mimetype == "image/svg+xml"
    assert page.xpath("//meta[@name='robots']/@content") == ["noindex"]
    paths = [f"{PAGE}/certificate/{year}" for year in (2026, 2025)]
    assert certificates_on(client.get(PAGE).data) == paths
    desk = signed_in(create_app(node), node, "riverside-school").get("/desk/riverside-school/recognition")
    assert certificates_on(desk.data) == paths


def test_a_year_to_come_is_not_certified(node: Node, client: FlaskClient) -> None:
    later = (node.clock() + timedelta(days=60)).date().isoformat()
    with node.database.write() as tx:
        handovers.put(tx, [handed(30, later, giver_id=SCHOOL), handed(31, "no day", giver_id=SCHOOL)])
    assert client.get(f"{PAGE}/certificate/{later[:4]}").status_code == 404
    assert client.get(PAGE).status_code == 200
