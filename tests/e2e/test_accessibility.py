"""axe finds nothing, on the pages that matter, in light and dark, at 320 and 1280 pixels; and nothing overflows."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from examples.demo_network import Network
from examples.demo_processes import body_of
from tests.e2e.visits import visit
from tools.pages import PAGES, addresses, pictured_listing

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(300)]
AXE = Path(__file__).parent.parent / "vendor" / "axe-core" / "axe.min.js"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
WIDTHS = [pytest.param(320, id="320"), pytest.param(1280, id="1280")]


@cache
def axe() -> str:
    return AXE.read_text(encoding="utf-8")


def violations(page: Page) -> list[str]:
    """Every breach of WCAG 2.2 AA, or of good practice, that axe sees: the rule and the elements."""
    # Evaluated by the browser's own tools, which the page's content security policy does not bind.
    page.evaluate(axe())
    options: dict[str, Any] = {"runOnly": {"type": "tag", "values": TAGS}, "resultTypes": ["violations"]}
    found = page.evaluate("options => axe.run(document, options)", options)["violations"]
    return [f"{one['id']}: {node['target']} {node['failureSummary']}" for one in found for node in one["nodes"]]


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_nothing(network: Network, browser: Browser, name: str, theme: str, width: int) -> None:
    with visit(browser, width=width, theme=theme) as (page, noted):
        page.goto(addresses(network)[name], wait_until="networkidle")
        assert violations(page) == []
        assert noted == []


def others(network: Network) -> dict[str, str]:
    """Pages of the portal for whoever looks behind it, and those of members, by `OTHERS`."""
    url, council, charity = network.catalogue.url, network.site("council").url, network.site("charity").url
    number = next(number for number, site in network.catalogue.sources.items() if site.member.slug == "swap-shelf")
    home = pictured_listing(network)["url"]
    return {
        "nothing found": f"{url}search?q=zzzqqq",
        "a source": f"{url}sources/{number}",
        "proposing a source": f"{url}sources/propose",
        "asking for mails": f"{url}alerts/new?q=desk&within=5",
        "the mailbox": f"{url}mailbox",
        "an old link": f"{url}alerts/confirm/x",
        "reporting a listing": f"{addresses(network)['listing']}/report",
        "no such page": f"{url}nowhere",
        "signing in": f"{url}control/",
        "a node's home": council,
        "a listing at home": home,
        "a static site": charity,
        "a sheet": f"{addresses(network)['listing']}/sheet",
        "a want that is met": wanted_listing(network),
        **{name: url + path for name, path in _BY_PATH.items()},
    }


_BY_PATH = {
    "downloads": "downloads/",
    "the wanted board": "wanted",
    "a want that is written": "wanted/new?q=six+chairs",
    "every category": "categories",
    "a category": "categories/furniture",
    "ideas": "ideas",
    "how it works": "how-it-works",
    "accessibility": "accessibility",
    "privacy": "privacy",
    "for programs": "api/",
}


def wanted_listing(network: Network) -> str:
    """A want that some offer meets, or else the newest."""
    url = network.catalogue.url
    found = json.loads(body_of(f"{url}api/v1/listings?direction=want&limit=100"))["listings"]
    met = (one for one in found if json.loads(body_of(f"{url}api/v1/listings/{one['key']}/matches"))["matches"])
    return str(next(met, found[0])["url"])


OTHERS = (
    "nothing found",
    "a source",
    "proposing a source",
    "asking for mails",
    "the mailbox",
    "an old link",
    "reporting a listing",
    "no such page",
    "signing in",
    "a node's home",
    "a listing at home",
    "a static site",
    "a sheet",
    "a want that is met",
    *_BY_PATH,
)


@pytest.mark.parametrize(
    ("theme", "width"), [pytest.param("light", 320, id="light-320"), pytest.param("dark", 1280, id="dark-1280")]
)
@pytest.mark.parametrize("name", OTHERS)
def test_axe_finds_nothing_elsewhere(network: Network, browser: Browser, name: str, theme: str, width: int) -> None:
    with visit(browser, width=width, theme=theme) as (page, _):
        page.goto(others(network)[name], wait_until="networkidle")
        assert violations(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", PAGES)
def test_nothing_reaches_beyond_the_edge(network: Network, browser: Browser, name: str, width: int) -> None:
    with visit(browser, width=width) as (page, _):
        page.goto(addresses(network)[name])
        assert page.evaluate("document.documentElement.scrollWidth") <= width
