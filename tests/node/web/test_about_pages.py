"""How it works, ideas, accessibility and privacy: they say what is so, and what they say of cookies is true."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from lxml import html

from node.search.follow import Follower
from node.services.aggregating import proposals
from node.services.alerts import asking as alerts
from node.services.identity import operator
from node.services.moderation import reporting
from node.services.pictures import proxy
from node.web.exchanges import meeting
from schemas.free.judge import judge
from tests.fakes.sites import PARK, item
from tests.node.web.aggregator import Browser, follow, send

PAGES = ["/how-it-works", "/ideas", "/accessibility", "/privacy"]
PUBLIC = [
    "/what-belongs-here",
    "/",
    "/search",
    "/wanted",
    "/categories",
    "/categories/furniture",
    "/sources",
    "/downloads/",
    *PAGES,
]


def browser(home: Path, **settings: Any) -> Browser:
    return Browser(home / "home", **settings)


def page(visitor: Browser, path: str) -> Any:
    return html.fromstring(visitor.text(path))


def said(tree: Any) -> str:
    return " ".join(tree.text_content().split())


def main(visitor: Browser, path: str) -> str:
    return said(page(visitor, path).get_element_by_id("main"))


@pytest.mark.parametrize("path", PAGES)
def test_the_footer_leads_there_and_the_operator_can_be_reached(tmp_path: Path, path: str) -> None:
    visitor = browser(tmp_path, contact_email="share@share.example.org")
    assert page(visitor, "/").xpath(f"//footer//a[@href='{path}']")
    tree = page(visitor, path)
    assert len(tree.xpath("//main//h1")) == 1
    if path != "/ideas":
        assert tree.xpath("//main//a[@href='mailto:share@share.example.org']")


def test_how_it_works_leads_on(tmp_path: Path) -> None:
    links = set(page(browser(tmp_path), "/how-it-works").xpath("//main//a/@href"))
    assert {"/search", "/wanted", "/ideas", "/sources", "/sources/propose", "/downloads/"} <= links
    assert "/.well-known/sharefeed.json" in links


def test_what_belongs_is_told_with_examples_that_are_judged_so(tmp_path: Path) -> None:
    visitor = browser(tmp_path, contact_email="share@share.example.org")
    assert page(visitor, "/how-it-works").xpath("//main//a[@href='/what-belongs-here']")
    tree = page(visitor, "/what-belongs-here")
    lists = [[dt.text_content().strip("“”") for dt in dl.xpath("./div/dt")] for dl in tree.xpath("//main//dl")]
    verdicts = [{judge(example(words)).kind for words in some} for some in lists]
    assert verdicts[:2] == [{"free"}, {"free"}]
    assert "free" not in verdicts[2]
    assert verdicts[3] == {"doubtful"}


def example(words: str) -> dict[str, Any]:
    return {"title": "", "content_text": words, "_sharefeed": {"organisation": {"type": "business"}}}


# Ideas


def of(type_: str, number: int) -> dict[str, str]:
    return {"id": f"{PARK}organisations/{type_}{number}", "name": f"{type_} {number}", "type": type_}


def test_ideas_are_counted_in_the_catalogue(tmp_path: Path) -> None:
    visitor = browser(tmp_path)
    items = [item(f"a{number}", organisation=of("school", number % 2)) for number in range(5)]
    items += [item("b", category="books", organisation=of("school", 0))]
    items += [item("c", category="other", organisation=of("school", 0))]
    items += [item("d", direction="want", organisation=of("charity", 0))]
    send(visitor.node, follow(visitor.node), items)
    Follower(visitor.node).catch_up()
    sections = {said(one.find(".//h2")): one for one in page(visitor, "/ideas").xpath("//main//section[.//h2]")}
    school = sections["School 7 offers"]
    assert [said(chip) for chip in school.xpath(".//a[@class='chip']")] == ["Desks (5)", "Books (1)"]
    assert school.xpath(".//a[contains(@href, 'organisation_type=school&category=furniture%2Fdesk')]")
    assert len(school.xpath(".//article")) == 2
    assert "Elsewhere they often share" not in said(school)
    assert "Elsewhere they often share" in said(sections["Charity"])


def test_ideas_of_an_empty_board(tmp_path: Path) -> None:
    tree = page(browser(tmp_path), "/ideas")
    assert said(tree).count("Elsewhere they often share") == 6


# Privacy


def test_no_page_that_is_only_read_sets_a_cookie(tmp_path: Path) -> None:
    visitor = browser(tmp_path)
    send(visitor.node, follow(visitor.node), [item()])
    Follower(visitor.node).catch_up()
    assert {path: visitor.get(path).headers.getlist("Set-Cookie") for path in PUBLIC} == {path: [] for path in PUBLIC}


def test_a_form_sets_one_cookie_that_goes_with_the_browser(tmp_path: Path) -> None:
    [cookie] = browser(tmp_path).get("/sources/propose").headers.getlist("Set-Cookie")
    assert cookie.startswith("sharefeed_session=")
    assert "Expires" not in cookie
    assert "Max-Age" not in cookie


def test_privacy_states_the_spans_that_are_kept_to(tmp_path: Path) -> None:
    text = main(browser(tmp_path, smtp_host="mail.example", mail_from="a@share.example.org"), "/privacy")
    assert proposals.FORGET_PEOPLE_S == reporting.FORGET_PEOPLE_S
    assert f"{reporting.FORGET_PEOPLE_S // 86_400} days after it was decided" in text
    assert f"is not confirmed goes after {alerts.CONFIRM_S // 86_400} days" in text
    assert f"nobody has looked at them for {proxy.UNUSED_S // 86_400} days" in text
    assert f"{operator.IDLE_S // 3600} hours without use, {operator.LONGEST_S // 86_400} days at most" in text
    assert "that it was here stays for 90 days" in text
    assert f"a cookie keeps that link for {meeting.KNOWN_S // 86_400} days" in text


@pytest.mark.parametrize(
    ("settings", "words", "there"),
    [
        pytest.param({}, "A source that you propose", True, id="proposals"),
        pytest.param({"proposals": False}, "A source that you propose", False, id="no proposals"),
        pytest.param({}, "Mails about what is new", False, id="no mails"),
        pytest.param({}, "that site sees your network address", False, id="everything from here"),
        pytest.param({"map_tiles": "https://{s}.tiles.example/{z}/{x}/{y}.png"}, "tiles.example", True, id="map"),
        pytest.param({"logo": "https://city.example/logo.svg"}, "city.example", True, id="logo elsewhere"),
        pytest.param({"logo": "media/logo.svg"}, "that site sees", False, id="logo here"),
    ],
)
def test_privacy_speaks_of_what_is_in_use(tmp_path: Path, settings: dict[str, Any], words: str, there: bool) -> None:
    assert (words in main(browser(tmp_path, **settings), "/privacy")) is there
