"""The city's view: what its page, its report, its list and its files say of the handovers that were counted."""

from __future__ import annotations

import codecs
import csv
import io
import json
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from lxml import html

from node.search.follow import Follower
from node.storage import handovers
from node.web.dashboard import words as say
from schemas.impact_factors import shipped
from tests.fakes.handovers import handover, one_of_each
from tests.fakes.sites import item
from tests.node.web.aggregator import Browser, follow, send

NOVEMBER = "from=2026-11&until=2026-11"
ADDRESSES = ("/impact", "/impact/report", "/impact/handovers", "/impact.json", "/impact.csv")


@pytest.fixture
def browser(tmp_path: Path) -> Browser:
    made = Browser(tmp_path / "home")
    with made.node.database.write() as tx:
        handovers.put(tx, one_of_each())
    return made


def tree(browser: Browser, path: str) -> Any:
    return html.fromstring(browser.text(path))


def words(node: Any) -> str:
    return " ".join(node.text_content().split())


def figures(browser: Browser, path: str = f"/impact?{NOVEMBER}") -> list[str]:
    return [words(one) for one in tree(browser, path).xpath("//li[@class='figure']")]


def document(browser: Browser, query: str = NOVEMBER) -> Any:
    return json.loads(browser.text(f"/impact.json?{query}"))


def test_only_what_both_sides_confirmed_is_in_the_figures(browser: Browser) -> None:
    told = figures(browser)
    assert told[0].startswith("5 handovers that both sides confirmed of 11 that ended")
    assert told[1].startswith("45 % ended well")
    assert told[2].startswith("2 organisations took part 1 gave, 1 received")
    assert "8 to 14 days until half of the gifts had a taker" in told[3]


@pytest.mark.parametrize(
    ("part", "told"), [(None, None), (0.0, 0), (0.001, 1), (0.454, 45), (0.996, 99), (1.0, 100)], ids=str
)
def test_a_share_is_all_only_where_it_is(part: float | None, told: int | None) -> None:
    assert say.share(part) == told


def test_ledgers_are_apart_with_ranges_sources_and_what_is_not_known(browser: Browser) -> None:
    told = figures(browser)[4:]
    assert [one.rpartition(" How it is counted")[0] for one in told] == [
        "26 kg kept in use stated: 26 kg weight not known of 1 handover",
        "13 kg CO₂e avoided, about 7 to 29 kg no figure for 1 handover",
        "£3 of disposal avoided landfill tax alone no figure for 1 handover",
        "1 loan 4 things in all",
        "2 hours of rooms 1 time",
        "– hours of help 1 time hours not known of 1 time",
    ]


def test_a_weight_that_nobody_knows_is_not_none(tmp_path: Path) -> None:
    browser = Browser(tmp_path / "home")
    with browser.node.database.write() as tx:
        handovers.put(tx, [handover(1)._replace(weight_g=None, weight_source="unknown", co2e_g=None, cost_pence=None)])
    told = [one for one in figures(browser) if "kept in use" in one]
    assert told == ["– kg kept in use weight not known of 1 handover How it is counted: kg kept in use"]


@pytest.mark.parametrize(
    ("low", "about", "high", "number", "ranged"),
    [
        (7_200, 13_000, 29_000, "13 kg", "7.2 to 29\u00a0kg"),
        (4_295_000, 8_375_000, 14_520_000, "8,375 kg", "4,295 to 14,520\u00a0kg"),
        (4_295_000, 10_400_000, 14_520_000, "10.4 tonnes", "4.3 to 14.5\u00a0tonnes"),
        (40_000, 10_400_000, 14_520_000, "10.4 tonnes", "0.04 to 14.5\u00a0tonnes"),
    ],
    ids=["kilograms", "an end of tonnes", "an end of kilograms", "a small end"],
)
def test_a_range_is_in_the_unit_of_what_it_is_about(
    browser: Browser, low: int, about: int, high: int, number: str, ranged: str
) -> None:
    with browser.node.database.write() as tx:
        handovers.drop(tx, [one.exchange for one in handovers.every(tx)])
        handovers.put(tx, [handover(1)._replace(co2e_low_g=low, co2e_g=about, co2e_high_g=high)])
    assert any(
        one.startswith(f"{number} CO₂e avoided, about {ranged}".replace("\u00a0", " ")) for one in figures(browser)
    )


def test_each_figure_leads_to_how_it_is_counted(browser: Browser) -> None:
    page = tree(browser, f"/impact?{NOVEMBER}")
    anchors = page.xpath("//li[@class='figure']//a/@href | //thead//a/@href")
    assert len(page.xpath("//li[@class='figure']//a")) == len(page.xpath("//li[@class='figure']")) == 10
    assert all(page.xpath("//*[@id=$name]", name=anchor.removeprefix("#")) for anchor in anchors)


def test_what_is_not_counted_is_shown_apart_and_losses_are_named(browser: Browser) -> None:
    page = tree(browser, f"/impact?{NOVEMBER}")
    lists = {one.get("aria-label"): [words(each) for each in one] for one in page.xpath("//ul[@class='steps']")}
    assert lists["Not counted"] == [
        "Only one side confirmed it 1 (26 kg)",
        "Confirmed, but both sides by one operator 1 (26 kg)",
        "The two sides contradict each other 1 (26 kg)",
    ]
    assert lists["From asking to what both sides confirmed"] == [
        "Asked, and over now 11 (100 %)",
        "The owner said yes 10 (91 %)",
        "Ended as handed over, as one side at least says 8 (73 %)",
        "Confirmed by both sides 5 (45 %)",
    ]
    assert lists["How the others ended"] == ["Nobody came 1", "Outcome not known 1", "The owner said no 1"]


def test_of_the_way_from_asking_only_what_is_confirmed_stands_out(browser: Browser) -> None:
    page = tree(browser, f"/impact?{NOVEMBER}&action=lend")
    [way] = page.xpath("//ul[@aria-label='From asking to what both sides confirmed']")
    assert [len(one.xpath(".//*[@class='bar-part']")) for one in way] == [0, 0, 0, 1]


def test_a_choice_narrows_and_can_be_taken_back(browser: Browser) -> None:
    assert figures(browser, f"/impact?{NOVEMBER}&action=lend")[0].startswith(
        "1 handover that both sides confirmed of 1"
    )
    page = tree(browser, f"/impact?{NOVEMBER}&action=lend&place=Peterborough")
    assert page.xpath("//form[contains(@class, 'impact-filters')]//a[contains(., 'Things to borrow')]/@href") == [
        f"/impact?{NOVEMBER}&place=Peterborough"
    ]
    assert page.xpath("//option[@selected]/text()") == ["Things to borrow", "Everything", "Peterborough", "Everyone"]
    by_kind = page.xpath("//section[@aria-labelledby='action-title']//tbody/tr/th")
    assert {words(one) for one in by_kind} == {
        "Things to keep",
        "Things to borrow",
        "Rooms to use",
        "Skills and a hand",
    }, "The other kinds are still there to choose."


def test_sums_of_places_beyond_the_most_frequent_stand_together(browser: Browser) -> None:
    with browser.node.database.write() as tx:
        handovers.put(tx, [handover(100 + n, place=f"Place {n}") for n in range(40)])
    rows = document(browser)
    assert len(rows["by_place"]) == 25
    page = tree(browser, f"/impact?{NOVEMBER}")
    cells = page.xpath("//section[@aria-labelledby='place-title']//tr[contains(th, 'All other places')]/td")
    told = sum(sums["exchanges"] for one in rows["by_place"] for sums in one.values() if isinstance(sums, dict))
    assert int(cells[0].text) == 51 - told


def test_the_list_has_every_exchange_of_a_month_and_names_no_person(browser: Browser) -> None:
    with browser.node.database.write() as tx:
        handovers.put(tx, [handover(1, giver_id="", giver_name="Anna Example", giver_type="person")])
    page = tree(browser, f"/impact/handovers?{NOVEMBER}")
    rows = [words(row) for row in page.xpath("//tbody/tr")]
    assert len(rows) == 11
    assert sum("a person" in row for row in rows) == 1
    assert "Anna" not in words(page)
    assert any("weight not known" in row for row in rows)
    with browser.node.database.write() as tx:
        unnamed = {"taker_id": "", "taker_name": "", "asker_id": ""}
        handovers.put(tx, [handover(2, **unnamed), handover(3, **unnamed, taker_type="guild")])
    told = [words(row) for row in tree(browser, f"/impact/handovers?{NOVEMBER}").xpath("//tbody/tr")]
    assert [sum(who in row for row in told) for who in ("Charity, not named", "Something else, not named")] == [1, 1]
    assert len(tree(browser, f"/impact/handovers?{NOVEMBER}&action=help").xpath("//tbody/tr")) == 1


def test_the_list_goes_on_page_by_page_and_month_by_month(browser: Browser) -> None:
    with browser.node.database.write() as tx:
        handovers.put(tx, [handover(100 + n) for n in range(60)])
        handovers.put(tx, [handover(200, ended_on="2026-10-02", month="2026-10")])
    first = tree(browser, "/impact/handovers")
    [onward] = first.xpath("//a[@rel='next']/@href")
    assert (len(first.xpath("//tbody/tr")), len(tree(browser, onward).xpath("//tbody/tr"))) == (50, 21)
    [october] = first.xpath("//a[.='October 2026']/@href")
    assert len(tree(browser, october).xpath("//tbody/tr")) == 1
    for nowhere in ("page=0", "page=401", "month=1999-01", "month=x", "page=99999999999999999999"):
        assert browser.get(f"/impact/handovers?{nowhere}").status_code == 404, nowhere


def test_the_table_the_document_and_the_page_agree(browser: Browser) -> None:
    answer = browser.get(f"/impact.csv?{NOVEMBER}")
    assert answer.content_type == "text/csv; charset=utf-8"
    assert answer.data.startswith(codecs.BOM_UTF8), "for Excel"
    rows = list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"))))
    told = document(browser)
    total = told["total"]["confirmed"]
    confirmed = [row for row in rows if row["standing"] == "confirmed"]
    for name in ("exchanges", "weight_g", "co2e_low_g", "co2e_high_g", "space_minutes", "unweighed", "days_14"):
        assert sum(int(row[name]) for row in confirmed) == total[name], name
    assert told["funnel"] == {"asked": 11, "agreed": 10, "handed_over": 8, "confirmed": 5}
    described = json.loads(browser.text("/impact-datapackage.json"))["resources"][0]["schema"]
    assert [field["name"] for field in described["fields"]] == list(rows[0])
    assert all(field["description"] for field in described["fields"])
    keys = [tuple(row[name] for name in described["primaryKey"]) for row in rows]
    assert len(set(keys)) == len(keys) == 9


def test_data_is_open_to_scripts_and_formulas_stay_text(browser: Browser) -> None:
    with browser.node.database.write() as tx:
        handovers.put(tx, [handover(1, place="=HYPERLINK(1)")])
    assert "'=HYPERLINK(1)" in browser.text(f"/impact.csv?{NOVEMBER}")
    for path in ("/impact.csv", "/impact.json", "/impact-datapackage.json"):
        assert browser.get(path).headers["Access-Control-Allow-Origin"] == "*"


def test_the_report_has_methods_caveats_and_the_same_figures(browser: Browser) -> None:
    page = tree(browser, f"/impact/report?{NOVEMBER}")
    headings = [words(one) for one in page.xpath("//h2")]
    assert {"Methods", "What these figures do not say", "Check it"} <= set(headings)
    assert [words(one) for one in page.xpath("//li[@class='figure']")] == figures(browser)
    assert not page.xpath("//details")
    check = words(page.xpath("//section[@aria-labelledby='check-title']")[0])
    assert f"by version {shipped().version} of the figures" in check
    assert "https://share.example.org/impact/method" in check


def test_a_table_stays_one_on_paper() -> None:
    """A sheet of A4 is as narrow as a tablet: what is meant for phones says that it is for screens."""
    css = (files("node") / "static" / "css" / "panels.css").read_text("utf-8")
    before = css[: css.index(".stacked thead")]
    assert before[before.rindex("@media") :].startswith("@media screen and (max-width")


def test_what_is_still_wanted_is_counted_by_kind(browser: Browser) -> None:
    wants = [item(name, direction="want") for name in "abc"]
    send(browser.node, follow(browser.node), [*wants, item("offer")])
    Follower(browser.node).catch_up()
    page = tree(browser, "/impact")
    [wanted] = page.xpath("//ul[@aria-label='Still looked for']/li")
    assert words(wanted) == "Furniture 3"
    assert document(browser)["wanted_now"] == {"furniture": 3}
    assert document(browser, f"{NOVEMBER}&category=tools")["wanted_now"] == {}


@pytest.mark.parametrize(
    "query",
    [
        *("from=x", "until=2026-13", "from=2026-1", "from=0000-01", "from=2026-05&until=2026-04"),
        *("from=1900-01&until=2026-01", "from=2026-01&from=2026-02", "from=9999-12", "from=%00", "action=sing"),
        *("category=furniture/desk", "category=*", "organisation_type=*", "place=*", "place=%00", "place=%E2%80%AE"),
        *("place=" + "a" * 81, "action=give&action=lend", "from=²026-01", "place=%F0%9F"),
    ],
)
def test_what_cannot_be_meant_is_refused(browser: Browser, query: str) -> None:
    wanted = (400,) if query != "place=%F0%9F" else (200, 400)
    for path in ADDRESSES:
        assert browser.get(f"{path}?{query}").status_code in wanted, path


@pytest.mark.parametrize(
    ("query", "said"),
    [
        pytest.param("from=x", "Miesiące zapisuje się", id="no month"),
        pytest.param("place=a&place=b", "tylko raz: ", id="twice"),
        pytest.param("action=sing", "Nie ma takiej możliwości: ", id="no such kind"),
        pytest.param("from=2026-05&until=2026-04", "Pierwszy miesiąc", id="backwards"),
        pytest.param("from=1900-01&until=2026-01", "Dziesięć lat", id="too long"),
    ],
)
def test_a_refusal_is_said_in_the_readers_language(browser: Browser, query: str, said: str) -> None:
    for path in ADDRESSES[:3]:
        refused = browser.client.get(f"{path}?{query}", headers={"Accept-Language": "pl"})
        assert (refused.status_code, said in refused.text) == (400, True), refused.text
    for path in ADDRESSES[3:4]:
        problem = browser.client.get(f"{path}?{query}", headers={"Accept-Language": "pl"}).get_json()
        assert problem["problems"][0]["pointer"].startswith("/")


def test_where_nothing_ended_the_page_says_so_and_leads_on(browser: Browser) -> None:
    page = tree(browser, "/impact?from=2025-01&until=2025-02")
    assert "No exchange ended in these months that fits." in words(page)
    [everything] = page.xpath("//a[.='Show all months']/@href")
    assert everything == "/impact?from=2026-11&until=2026-12"
    assert figures(browser, everything)[0].startswith("5 handovers")
    for path in ADDRESSES:
        assert browser.get(f"{path}?from=2025-01&until=2025-02").status_code == 200


def test_text_of_others_stays_text(browser: Browser) -> None:
    evil = '"><script>alert(1)</script>'
    with browser.node.database.write() as tx:
        handovers.put(tx, [handover(1)._replace(place=evil, title=evil, giver_name=evil, category=evil, action="odd")])
    for path in ADDRESSES[:3]:
        assert "<script>alert" not in browser.text(f"{path}?{NOVEMBER}")


def test_months_far_off_are_not_looked_at_and_break_nothing(browser: Browser) -> None:
    with browser.node.database.write() as tx:
        handovers.put(tx, [handover(1, month="9999-12", ended_on="9999-12-31"), handover(2, month="0001-01")])
    assert browser.get("/impact").status_code == 200
    [everything] = [link for link in tree(browser, "/impact").xpath("//nav//a[.='Everything']/@href") if "from" in link]
    assert everything == "/impact?from=2017-01&until=2026-12"
    assert browser.get(everything).status_code == 200
