"""The page "Is everything working?", the hint that leads to it, and who reads our feeds."""

from __future__ import annotations

from flask import Flask
from lxml import html

from node.context import Node
from node.services.health import watch
from node.services.syndication import feed_readers
from tests.fakes.own_client import client_of
from tests.node.services.health.test_checks import with_pragma
from tests.node.web.desk.signed_in import signed_in

SLUG, PAGE = "riverside-school", "/desk/health"
CITY = {"User-Agent": "sharefeed/1.0 (+https://city.example/)"}


def names(page: bytes) -> set[str]:
    tree = html.document_fromstring(page)
    found = tree.xpath(
        "//li[contains(@class, 'health-part')]/h3/text() | //ul[contains(@class, 'health-well')]//strong/text()"
    )
    return {text.strip(" :\n") for text in found if text.strip()}


def test_who_runs_the_node_sees_all_of_it_with_what_to_do(app: Flask, node: Node) -> None:
    page = signed_in(app, node, SLUG, "operator").get(PAGE)
    assert page.status_code == 200
    assert {"Database", "Regular work", "Backup", "Mail", "Clock", "Secrets"} <= names(page.data)
    told = html.document_fromstring(page.data).text_content()
    assert "It has never begun." in told
    assert "Something is broken." in told
    assert "sharefeed serve" in told


def test_owners_see_what_concerns_them_and_nobody_else_sees_anything(app: Flask, node: Node) -> None:
    theirs = {"Database", "Our feed", "Who reads us", "Mail", "Messages to other nodes"}
    assert names(signed_in(app, node, SLUG).get(PAGE).data) == theirs
    for role in ("editor", "viewer"):
        assert signed_in(app, node, SLUG, role).get(PAGE).status_code == 404
    assert client_of(app).get(PAGE).status_code == 303


def test_an_owner_is_told_where_nothing_can_be_kept(app: Flask, node: Node) -> None:
    owner = signed_in(app, node, SLUG)
    with_pragma(node, "query_only=ON")
    told = html.document_fromstring(owner.get(PAGE).data).text_content()
    assert "Something is broken." in told
    assert "nobody can publish or change anything" in told


def test_the_first_page_of_the_desk_leads_there_and_says_what_is_broken(app: Flask, node: Node) -> None:
    operator, editor = signed_in(app, node, SLUG, "operator"), signed_in(app, node, SLUG, "editor")
    assert "broken" not in operator.get("/desk/").text
    watch.watch(node)
    text = operator.get("/desk/").text
    assert "of this node are broken" in text
    assert f'href="{PAGE}"' in text
    assert PAGE not in editor.get("/desk/").text
    assert "broken" not in signed_in(app, node, SLUG).get("/desk/").text


def test_a_node_that_reads_a_feed_is_seen_there_and_a_person_is_not(app: Flask, node: Node) -> None:
    visitor = client_of(app)
    visitor.get("/changes.json", headers=CITY)
    for path in ("/changes.json", "/feed.json", "/feed.atom"):
        visitor.get(path, headers={"User-Agent": "Mozilla/5.0 (X11; Linux x86_64)"})
    assert [one.node_url for one in feed_readers.readers(node)] == ["https://city.example/"]
    page = signed_in(app, node, SLUG).get(PAGE).text
    assert "https://city.example/" in page


def test_a_name_that_a_reader_gives_itself_is_only_text(app: Flask, node: Node) -> None:
    odd = {"User-Agent": "sharefeed/1.0 (+https://city.example/&quot;<script>alert(1)</script>)"}
    client_of(app).get("/changes.json", headers=odd)
    client_of(app).get("/feed.json", headers={"User-Agent": "sharefeed/1.0 (+https://c.example/%22onclick=x)"})
    page = signed_in(app, node, SLUG).get(PAGE).text
    assert "<script>alert" not in page
    assert '"onclick' not in page


def test_photos_that_wait_are_found_from_every_page_by_those_who_may_use_them(app: Flask, node: Node) -> None:
    link = f'href="/desk/{SLUG}/photos"'
    assert link in signed_in(app, node, SLUG, "editor").get(f"/desk/{SLUG}/").text
    assert link not in signed_in(app, node, SLUG, "viewer").get(f"/desk/{SLUG}/").text
