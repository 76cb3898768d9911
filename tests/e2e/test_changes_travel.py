"""A change at home reaches the catalogue, by the commands that people type: withdrawn, gone; renewed, back."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from urllib.parse import quote

import pytest

from examples.demo_catalogue import some_listing
from examples.demo_network import Network
from examples.demo_processes import body_of, status_of
from tests.e2e.commands import sharefeed

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


def number_of(network: Network, slug: str) -> int:
    return next(number for number, site in network.catalogue.sources.items() if site.member.slug == slug)


def eventually(done: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + 20
    while not done() and time.monotonic() < deadline:
        time.sleep(0.2)
    return done()


def found(network: Network, title: str) -> bool:
    items = json.loads(body_of(f"{network.catalogue.url}search.json?q={quote(title)}"))["items"]
    return title in {item["title"] for item in items}


def test_what_is_withdrawn_at_home_leaves_the_catalogue_and_comes_back_renewed(network: Network) -> None:
    source = number_of(network, "school")
    pages = some_listing(network.catalogue, source)
    assert pages is not None
    portal, home = pages
    key = home.rpartition("/")[2]
    title = json.loads(body_of(network.site("school").url + "feed.json"))
    [title] = [item["title"] for item in title["items"] if item["url"] == home]
    assert (status_of(portal), status_of(home)) == (200, 200)
    try:
        sharefeed(network, "school", "listing", "withdraw", key)
        assert status_of(home) == 410
        sharefeed(network, "catalogue", "source", "poll", str(source))
        assert status_of(portal) == 410
        assert eventually(lambda: not found(network, title))
    finally:
        sharefeed(network, "school", "listing", "renew", key)
        sharefeed(network, "catalogue", "source", "poll", str(source))
    assert (status_of(portal), status_of(home)) == (200, 200)
    assert eventually(lambda: found(network, title))


def test_the_operator_reads_what_waits_and_why(network: Network) -> None:
    waiting = sharefeed(network, "catalogue", "queue", "list")
    for id_, code in network.site("swap-shelf").member.quarantined_at(network.site("swap-shelf").url).items():
        assert id_ in waiting
        assert code in waiting
    shown = sharefeed(network, "catalogue", "source", "list")
    assert all(site.member.name in shown for site in network.sites)


@pytest.mark.parametrize("slug", ["council", "school", "business", "charity"])
def test_what_the_software_publishes_is_found_without_fault(network: Network, slug: str) -> None:
    said = sharefeed(network, "catalogue", "validate", network.site(slug).url, "--allow-loopback")
    assert str(network.site(slug).member.listings) in said


def test_a_report_tells_a_node_what_became_of_its_listings(network: Network) -> None:
    source, site = number_of(network, "swap-shelf"), network.site("swap-shelf")
    report = json.loads(body_of(f"{network.catalogue.url}sources/{source}/report.json"))
    kept_out = {one["id"]: one["reasons"][0]["code"] for one in report["listings"] if one["verdict"] == "quarantined"}
    assert kept_out == site.member.quarantined_at(site.url)
    assert report["counts"]["shown"] == site.member.expected


def test_the_catalogue_is_a_node_that_others_can_read(network: Network) -> None:
    page = json.loads(body_of(network.catalogue.url + "changes.json"))
    head = page["_sharefeed"]
    assert head["count"] == 322
    vias = {tuple(item["_sharefeed"]["via"]) for item in page["items"]}
    assert {via[-1] for via in vias} <= {site.url for site in network.sites} | {
        network.site("parish").url + "feed.atom"
    }
