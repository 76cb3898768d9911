"""A whole board read in Polish: no English is left on its pages but what is marked as such."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from lxml import html

from node.search.follow import Follower
from node.services.aggregating import proposals
from node.storage import handovers
from tests.fakes.handovers import one_of_each
from tests.fakes.sites import PARK, item
from tests.node.web.aggregator import Browser, follow, send

TELLING = (
    *("the", "and", "of", "is", "are", "was", "were", "this", "that", "these", "with", "from", "your", "you", "what"),
    *("here", "there", "has", "have", "had", "it", "its", "not", "nothing", "more", "all", "everything"),
    *("listing", "listings", "search", "wanted", "share", "read", "source", "sources", "page", "days", "ago", "free"),
    *("furniture", "desk", "chair", "must", "waiting", "refuse", "accept", "shown", "held", "yes", "only", "or", "for"),
)
"""Words that no Polish text has, and hardly any English sentence is without."""

_WORD = re.compile(rf"\b(?:{'|'.join(TELLING)})\b", re.IGNORECASE)
_OURS = ("Sharefeed", "JSON Feed", "Data Package", "OpenAPI", "mail_capture", "List-Unsubscribe", "axe-core")
_SPOKEN = ("alt", "title", "placeholder", "aria-label", "data-label")
PUBLIC = (
    *("/", "/search", "/search?q=zzqq", "/search?q=biurko&near=Nigdzie", "/search?from=x&within=5", "/wanted"),
    *(
        "/categories",
        "/categories/furniture",
        "/ideas",
        "/how-it-works",
        "/what-belongs-here",
        "/accessibility",
        "/privacy",
        "/downloads/",
        "/impact",
        "/impact/report",
        "/impact/handovers",
    ),
    *("/sources", "/sources/1", "/sources/propose", "/alerts/new?q=biurko", "/alerts/confirm/x", "/mailbox"),
    *("/nowhere", "/control/sign-in", "/embed/make", "/wanted/new?q=biurko"),
)
CONTROL = (
    "/control/",
    "/control/appearance",
    "/control/queue",
    "/control/proposals",
    "/control/sources",
    "/control/sources/1",
)


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    made = Browser(tmp_path_factory.mktemp("board") / "home", node_name="Tablica", mail_capture=True)
    made.client.environ_base["HTTP_ACCEPT_LANGUAGE"] = "pl"
    source = follow(made.node, name="Osiedle")
    send(made.node, source, things())
    Follower(made.node).catch_up()
    with made.node.database.write() as tx:
        handovers.put(
            tx, [one._replace(title="Biurko", giver_name="Park", taker_name="Szkoła") for one in one_of_each()]
        )
    proposals.propose(made.node, "https://szkola.example/", "Szkoła", "", "", "192.0.2.1")
    yield made
    made.node.database.close()


def thing(name: str, title: str, language: str = "pl", text: str = "", **members: Any) -> dict[str, Any]:
    organisation = {"id": f"{PARK}organisations/park", "name": "Koło Park", "type": "community_group"}
    made = item(name, **{"organisation": organisation, **members})
    return {**made, "title": title, "language": language, **({"content_text": text} if text else {})}


def things() -> list[dict[str, Any]]:
    return [
        thing("biurko", "Biurko"),
        thing("stol", "Szukamy stołu", direction="want", category="furniture/table"),
        thing("english", "The desk of all desks", "en", "It is free for all of you."),
        thing("krzeslo", "Krzesło", category="furniture/chair", expires="2026-12-20T22:00:00Z"),
        thing("cena", "Fotel", text="Oddam", category="furniture/armchair", price=20),
    ]


def english_in(page: str) -> list[str]:
    """What on a page reads like English, where nothing says that it is."""
    tree = html.document_fromstring(page)
    assert tree.get("lang") == "pl"
    for other in tree.xpath("//*[@lang][not(@lang='pl')] | //*[@translate='no'] | //script | //style | //code | //pre"):
        if other.getparent() is not None:
            other.drop_tree()
    spoken = tree.xpath(f"//*/@*[{' or '.join('name()=' + chr(39) + name + chr(39) for name in _SPOKEN)}]")
    texts = (str(text) for text in [*tree.itertext(), *spoken])
    return [text.strip() for text in texts if _WORD.search(_without_names(text))]


def _without_names(text: str) -> str:
    for name in _OURS:
        text = text.replace(name, "")
    # What stands in quotation marks was typed by the reader or written by somebody else.
    return re.sub(r"\S*(?:://|@|/|\w\.\w)\S*|„[^”]*”", "", text)


@pytest.mark.parametrize("path", PUBLIC)
def test_a_page_is_polish_through_and_through(reader: Browser, path: str) -> None:
    assert english_in(reader.text(path)) == []


def test_so_is_a_listing_and_what_leads_on_from_it(reader: Browser) -> None:
    links = set(re.findall(r'href="(/(?:listings|organisations)/[^"]+)"', reader.text("/search")))
    assert len(links) >= 3
    for path in sorted(links):
        page = reader.text(path)
        more = set(re.findall(r'href="(/listings/[^"]+/(?:sheet|report)|/organisations/[^"]+/poster)"', page))
        assert [english_in(one) for one in (page, *(reader.text(next_) for next_ in more)) if english_in(one)] == []


def test_the_operators_pages_are_polish_too(reader: Browser) -> None:
    reader.sign_in()
    links = {path for page in CONTROL for path in re.findall(r'href="(/control/[^"]+)"', reader.text(page))}
    assert any("queue/item" in path for path in links)
    assert any("proposals/" in path for path in links)
    found = {path: english_in(reader.text(path.replace("&amp;", "&"))) for path in {*links, *CONTROL}}
    assert {path: texts for path, texts in found.items() if texts} == {}


@pytest.mark.parametrize(
    ("path", "fields", "said"),
    [
        pytest.param("/sources/propose", {"url": "", "name": "x"}, "Podaj adres strony albo kanału.", id="a proposal"),
        pytest.param("/alerts/new?q=biurko", {"email": "", "frequency": "daily"}, "Podaj adres", id="an alert"),
    ],
)
def test_what_is_wrong_with_a_form_is_said_in_polish(
    reader: Browser, path: str, fields: dict[str, str], said: str
) -> None:
    page = reader.post(path, page=path, **fields).get_data(as_text=True)
    assert said in page
    assert english_in(page) == []


def test_dates_numbers_and_plurals_are_polish(reader: Browser) -> None:
    page = html.document_fromstring(reader.text("/search"))
    said = " ".join(page.get_element_by_id("main").text_content().split())
    assert "4 ogłoszenia" in said
    assert "nowe dzisiaj (jeszcze 3 tygodnie)" in said
    [path] = set(page.xpath("//h3[contains(., 'Krzesło')]/a/@href"))
    said = html.document_fromstring(reader.text(path)).get_element_by_id("main").text_content()
    assert "20 grudnia (za 3 tygodnie)" in said


def test_categories_go_by_their_polish_names(reader: Browser) -> None:
    page = html.document_fromstring(reader.text("/categories/furniture"))
    assert page.findtext(".//h1") == "Meble"
    assert "biurka, krzesła" in page.get_element_by_id("main").text_content()


def test_a_mail_is_in_the_language_of_whoever_asked_for_it(reader: Browser) -> None:
    asking = "/alerts/new?q=biurko&category=furniture"
    assert reader.post(asking, page=asking, email="a@b.example", frequency="daily").status_code == 200
    reader.sign_in()
    in_english = reader.client.get("/control/mailbox", headers={"Accept-Language": "en"}).get_data(as_text=True)
    newest = html.document_fromstring(in_english).xpath("//article")[0].text_content()
    assert "Dzień dobry" in newest
    assert "biurko · Meble" in newest


def test_english_is_noticed() -> None:
    page = '<html lang="pl"><body><p>To jest to</p><p>What is this?</p><p lang="en">And the rest</p><img alt="The cat">'
    assert english_in(page) == ["What is this?", "The cat"]
