"""From what a person pasted to a feed: every way in, and every feed that must not be taken for another's."""

from __future__ import annotations

import pytest

from federation.discovery import Discovered, DiscoveryError, discover
from federation.fetch import Answer
from federation.records import L0, L1, PLAIN
from tests.fakes.sites import (
    PARK,
    RSS,
    SECONDS,
    Sites,
    changes,
    complete,
    document,
    document_at,
    feed,
    found,
    item,
    json_feed_at,
    link,
    node_site,
    page_at,
)

EVIL = "https://evil.example/"
WELL_KNOWN = PARK + ".well-known/sharefeed.json"
ITEMS = [item("desk")]
CHANGES = json_feed_at(PARK + "changes.json", feed(ITEMS, changes(ITEMS)))
WHOLE = json_feed_at(PARK + "feed.json", feed(ITEMS, complete(ITEMS)))
RECENT = json_feed_at(PARK + "feed.json", feed(ITEMS, {"version": "1.0", "node": PARK}))
PLAIN_RSS = found(PARK + "rss", RSS, "application/rss+xml")
DOCUMENT = document_at(WELL_KNOWN, document())


def look(pasted: str, *answers: Answer) -> Discovered:
    return discover(Sites(*answers), pasted, SECONDS)


def refused(sites: Sites, pasted: str) -> DiscoveryError:
    with pytest.raises(DiscoveryError) as caught:
        discover(sites, pasted, SECONDS)
    return caught.value


@pytest.mark.parametrize(
    "pasted",
    [
        pytest.param("park.example", id="bare domain"),
        pytest.param("https://park.example/", id="home page"),
        pytest.param("https://park.example/about/nobody", id="a page that is not there"),
        pytest.param("https://park.example/feed.json", id="the L0 feed"),
        pytest.param("https://park.example/changes.json", id="the change feed"),
        pytest.param("https://park.example/changes.json?after=c.1", id="a later page of the change feed"),
        pytest.param("https://park.example/.well-known/sharefeed.json", id="the node document"),
    ],
)
def test_every_way_into_a_node_ends_at_its_change_feed(pasted: str) -> None:
    site = node_site()
    later = json_feed_at(PARK + "changes.json?after=c.1", feed([], changes([])))
    got = look(pasted, *site, later)
    assert (got.feed_url, got.level, got.format) == (PARK + "changes.json", L1, "json")
    assert (got.node_id, got.name, got.problems) == (PARK, "Park node", ())
    assert got.node_document is not None
    assert got.node_document_text == document().decode()
    assert [one.id for one in got.sample.items] == [PARK + "listings/desk", PARK + "listings/chair"]
    assert all(one.facts for one in got.sample.items)


@pytest.mark.parametrize(
    ("page", "others", "feed_url", "level", "format_"),
    [
        pytest.param(
            page_at(PARK + "a/b", link("sharefeed", "../node.json")),
            [document_at(PARK + "node.json", document()), CHANGES],
            PARK + "changes.json",
            L1,
            "json",
            id="rel sharefeed, relative",
        ),
        pytest.param(
            page_at(PARK, '<base href="https://park.example/deep/">', link("sharefeed", "node.json")),
            [document_at(PARK + "deep/node.json", document()), CHANGES],
            PARK + "changes.json",
            L1,
            "json",
            id="a base address",
        ),
        pytest.param(
            found(PARK, "<html></html>", link_header='</node.json>; rel="sharefeed"; type="application/json", <x>'),
            [document_at(PARK + "node.json", document()), CHANGES],
            PARK + "changes.json",
            L1,
            "json",
            id="the Link header",
        ),
        pytest.param(
            page_at(PARK, link("alternate", "feed.json", "application/feed+json")),
            [WHOLE],
            PARK + "feed.json",
            L0,
            "json",
            id="a complete JSON Feed",
        ),
        pytest.param(
            page_at(PARK, link("ALTERNATE", "rss", "application/RSS+xml; charset=utf-8")),
            [PLAIN_RSS],
            PARK + "rss",
            PLAIN,
            "rss",
            id="plain RSS, loudly written",
        ),
        pytest.param(
            page_at(
                PARK,
                link("alternate", "/wp-json/wp/v2/pages/2", "application/json"),
                link("alternate", "/comments", "application/rss+xml"),
                link("alternate", "feed.json", "application/feed+json"),
            ),
            [document_at(PARK + "wp-json/wp/v2/pages/2", b'{"id": 2}'), WHOLE, found(PARK + "comments", RSS)],
            PARK + "feed.json",
            L0,
            "json",
            id="the best of several, and not an API",
        ),
        pytest.param(
            page_at(
                PARK,
                link("alternate", "/gone", "application/feed+json"),
                link("alternate", "/page", "application/feed+json"),
                link("alternate", "rss", "application/rss+xml"),
            ),
            [page_at(PARK + "page"), PLAIN_RSS],
            PARK + "rss",
            PLAIN,
            "rss",
            id="the first of several that is one",
        ),
        pytest.param(found(PARK, RSS, "text/html"), [], PARK, PLAIN, "rss", id="a feed that is called HTML"),
        pytest.param(RECENT, [], PARK + "feed.json", L0, "json", id="neither complete nor changes"),
    ],
)
def test_what_a_page_leads_to(page: Answer, others: list[Answer], feed_url: str, level: str, format_: str) -> None:
    got = look(page.url, page, *others)
    assert (got.feed_url, got.level, got.format) == (feed_url, level, format_)


def test_a_bare_domain_without_https_is_asked_over_http() -> None:
    site = node_site("http://park.example/")
    sites = Sites(*site)
    sites.breaks("https://park.example/")
    assert discover(sites, "park.example", SECONDS).node_id == "http://park.example/"
    assert sites.asked[0] == "https://park.example/"


def test_a_plain_feed_is_its_own_node_and_its_entries_are_read_with_what_stands_in() -> None:
    got = look(PARK + "rss", PLAIN_RSS)
    assert (got.node_id, got.name, got.node_document) == (PARK + "rss", "Park news", None)
    [entry] = got.sample.items
    assert entry.facts is not None
    assert entry.facts.title == "Free chairs"


def test_a_plain_feed_of_a_node_leads_to_the_node_through_its_home_page() -> None:
    home = page_at(PARK, link("sharefeed", "/.well-known/sharefeed.json"))
    assert look(PARK + "rss", PLAIN_RSS, home, DOCUMENT, CHANGES).feed_url == PARK + "changes.json"


def test_a_plain_feed_that_was_pasted_is_not_left_for_a_node_that_it_does_not_link_to() -> None:
    assert look(PARK + "rss", PLAIN_RSS, page_at(PARK), DOCUMENT, CHANGES).feed_url == PARK + "rss"


@pytest.mark.parametrize(
    ("for_good", "kept"),
    [
        pytest.param(True, PARK + "feed.json", id="moved for good: the new address"),
        pytest.param(False, PARK + "latest", id="moved for now: the old one"),
    ],
)
def test_which_address_of_a_redirect_is_kept(for_good: bool, kept: str) -> None:
    sites = Sites(WHOLE)
    sites.leads(PARK + "latest", PARK + "feed.json", for_good)
    assert discover(sites, PARK + "latest", SECONDS).feed_url == kept


@pytest.mark.parametrize(
    ("change_feed", "code"),
    [
        pytest.param(found(PARK + "changes.json", b"", status=404), "feed-unusable", id="not there"),
        pytest.param(json_feed_at(PARK + "changes.json", b"{"), "feed-unusable", id="no JSON"),
        pytest.param(json_feed_at(PARK + "changes.json", feed(ITEMS)), "feed-unusable", id="no head"),
        pytest.param(
            json_feed_at(PARK + "changes.json", feed(ITEMS, complete(ITEMS))), "feed-unusable", id="no checkpoint"
        ),
        pytest.param(
            json_feed_at(PARK + "changes.json", feed(ITEMS, changes(ITEMS, EVIL))), "feed-unusable", id="another's"
        ),
    ],
)
def test_a_broken_change_feed_is_named_and_the_next_feed_is_taken(change_feed: Answer, code: str) -> None:
    got = look(PARK, DOCUMENT, change_feed, WHOLE, page_at(PARK))
    assert (got.feed_url, got.level) == (PARK + "feed.json", L0)
    [problem] = got.problems
    assert (problem.pointer, problem.code) == ("/feeds/changes", code)
    assert PARK + "changes.json" in problem.message


def test_a_broken_node_document_is_named_and_the_page_s_feed_is_taken() -> None:
    broken = document_at(WELL_KNOWN, document(licence=None))
    got = look(PARK, page_at(PARK, link("alternate", "feed.json", "application/feed+json")), broken, WHOLE)
    assert got.feed_url == PARK + "feed.json"
    assert [problem.pointer for problem in got.problems] == ["/licence"]
    assert WELL_KNOWN in got.problems[0].message


class TestSpeakingForAnother:
    """[impersonation] A source's node id decides whose word counts, so it must be vouched for by its own site."""

    def test_a_document_that_claims_to_be_another_node_is_refused(self) -> None:
        lie = document_at(EVIL + ".well-known/sharefeed.json", document(PARK, feeds={"json": EVIL + "feed.json"}))
        theirs = json_feed_at(EVIL + "feed.json", feed(ITEMS, complete(ITEMS, PARK)))
        error = refused(Sites(lie, theirs, *node_site()), EVIL)
        assert error.code == "other-node"
        assert PARK in str(error)
        assert "Nothing was kept" in str(error)

    def test_a_feed_that_claims_to_be_of_another_node_is_that_node_s_own_feed_or_nothing(self) -> None:
        theirs = json_feed_at(EVIL + "feed.json", feed(ITEMS, complete(ITEMS, PARK)))
        assert refused(Sites(theirs), EVIL + "feed.json").code == "other-node"
        # Where the real node can be read, pasting the forgery finds the real one.
        assert discover(Sites(theirs, *node_site()), EVIL + "feed.json", SECONDS).feed_url == PARK + "changes.json"

    def test_a_feed_elsewhere_is_taken_where_the_node_s_own_site_names_it(self) -> None:
        files = "https://files.example/park.json"
        named = document_at(WELL_KNOWN, document(feeds={"json": files}))
        hosted = json_feed_at(files, feed(ITEMS, complete(ITEMS)))
        got = look(files, named, hosted)
        assert (got.feed_url, got.node_id, got.level) == (files, PARK, L0)

    def test_a_document_elsewhere_is_taken_where_the_node_s_own_site_names_the_feed(self) -> None:
        files = "https://files.example/"
        copy = document_at(files + ".well-known/sharefeed.json", document(feeds={"json": files + "feed.json"}))
        own = document_at(WELL_KNOWN, document(feeds={"json": files + "feed.json"}))
        hosted = json_feed_at(files + "feed.json", feed(ITEMS, complete(ITEMS)))
        assert look(files, copy, own, hosted).node_id == PARK

    def test_a_redirect_does_not_vouch_for_where_it_leads(self) -> None:
        lie = json_feed_at(EVIL + "feed.json", feed(ITEMS, complete(ITEMS, PARK)))
        sites = Sites(lie)
        sites.leads(PARK + "go?to=evil", EVIL + "feed.json")
        assert refused(sites, PARK + "go?to=evil").code == "other-node"

    def test_a_subdomain_or_another_port_is_another_site(self) -> None:
        lie = json_feed_at("https://park.example:8443/feed.json", feed(ITEMS, complete(ITEMS)))
        assert refused(Sites(lie), "https://park.example:8443/feed.json").code == "other-node"


class TestMoving:
    NEW = "https://new.example/"

    def test_a_node_that_moved_is_followed_once(self) -> None:
        old = document_at(WELL_KNOWN, document(moved_to=self.NEW))
        assert look(PARK, page_at(PARK), old, *node_site(self.NEW)).node_id == self.NEW

    @pytest.mark.parametrize(
        "to", [pytest.param(PARK, id="and back"), pytest.param("https://third.example/", id="and on")]
    )
    def test_a_node_that_moved_twice_is_not(self, to: str) -> None:
        old = document_at(WELL_KNOWN, document(moved_to=self.NEW))
        new = document_at(self.NEW + ".well-known/sharefeed.json", document(self.NEW, moved_to=to))
        sites = Sites(page_at(PARK), old, page_at(self.NEW), new, *node_site("https://third.example/"))
        assert refused(sites, PARK).code == "moved-again"

    def test_where_it_moved_to_must_be_there(self) -> None:
        sites = Sites(page_at(PARK), document_at(WELL_KNOWN, document(moved_to=self.NEW)))
        sites.breaks(self.NEW)
        assert "moved to https://new.example/" in str(refused(sites, PARK))


@pytest.mark.parametrize(
    ("answers", "pasted", "code", "says"),
    [
        pytest.param([], "not an address", "not-an-address", "blank", id="no address"),
        pytest.param([], PARK, "no-feed", "status 404", id="not found"),
        pytest.param([page_at(PARK)], PARK, "no-feed", "page that links to it", id="a page without links"),
        pytest.param([document_at(PARK, b'{"id": 1}')], PARK, "no-feed", "address of the feed", id="other JSON"),
        pytest.param([found(PARK, b"%PDF-1.7", "application/pdf")], PARK, "no-feed", "RSS", id="a PDF"),
        pytest.param([found(PARK, b"", "")], PARK, "no-feed", "RSS", id="nothing at all"),
        pytest.param([page_at(PARK), document_at(WELL_KNOWN, document(feeds={}))], PARK, "no-feed", "", id="no feeds"),
    ],
)
def test_nothing_found_is_explained(answers: list[Answer], pasted: str, code: str, says: str) -> None:
    error = refused(Sites(*answers), pasted)
    assert error.code == code
    assert says in str(error)


def test_every_address_that_was_asked_is_told() -> None:
    sites = Sites(page_at(PARK, link("alternate", "/rss", "application/rss+xml")))
    sites.breaks(PARK + "rss", "the connection was refused")
    error = refused(sites, PARK)
    assert error.tried == (
        (PARK, "read"),
        (WELL_KNOWN, "answered with status 404"),
        (PARK + "rss", "the connection was refused"),
    )


def test_unreachable() -> None:
    sites = Sites()
    sites.breaks(PARK, "no connection could be made")
    error = refused(sites, PARK)
    assert error.code == "unreachable"
    assert "no connection could be made" in str(error)


def test_a_site_cannot_lead_on_for_ever() -> None:
    hops = [f"{PARK}{number}" for number in range(40)]
    pages = [page_at(PARK, *(link("sharefeed", hop) for hop in hops))]
    chain = [
        document_at(hop, document(feeds={"changes": f"{hop}/c", "json": f"{hop}/j", "atom": f"{hop}/a"}))
        for hop in hops
    ]
    sites = Sites(*pages, *chain)
    assert refused(sites, PARK).code == "too-many-steps"
    assert len(sites.asked) <= 16


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"<html><head><link rel=sharefeed href='http://['></head>", id="an address that cannot be"),
        pytest.param(b"<html><link rel=alternate type=application/rss+xml href=javascript:alert(1)>", id="a script"),
        pytest.param(b"<html>" + b"<div>" * 100_000 + b"<link rel=sharefeed href=/node.json>", id="very deep"),
        pytest.param(b"<?xml version='1.0' encoding='utf-16'?><html><p>\x00\xff</p>", id="odd bytes"),
        pytest.param(
            b"<html><head><base href='http://['><link rel=alternate type=application/rss+xml href=/x>", id="base"
        ),
    ],
)
def test_an_odd_page_is_no_crash(body: bytes) -> None:
    error = refused(Sites(found(PARK, body)), PARK)
    assert error.code == "no-feed"
    assert all(url.startswith("https://park.example/") for url, _ in error.tried)
