"""The portal's pages that are looked at, by people in pictures and by tests, in a demo network that is up."""

from __future__ import annotations

import json
from typing import Any

from examples.demo_network import Network
from examples.demo_processes import body_of
from examples.demo_verdict import SEARCHED
from federation.facts import short_key
from node.services.listings.own_ids import slug_of

PAGES = (
    *("home", "search", "listing", "organisation", "sources"),
    *("wanted", "category", "ideas", "downloads", "alert"),
    *("impact", "effect", "story"),
)


def addresses(network: Network) -> dict[str, str]:
    """The address of each of `PAGES`. The listing has a picture and a page at home, and the organisation gives it."""
    url = network.catalogue.url
    listing = pictured_listing(network)
    return {
        "home": url,
        "search": f"{url}search?q={SEARCHED}",
        "listing": f"{url}listings/{short_key(listing['id'])}",
        "organisation": f"{url}organisations/{short_key(listing['_sharefeed']['organisation']['id'])}",
        "sources": f"{url}sources",
        "wanted": f"{url}wanted",
        "category": f"{url}categories/furniture",
        "ideas": f"{url}ideas",
        "downloads": f"{url}downloads/",
        "alert": f"{url}alerts/new?q={SEARCHED}",
        "impact": f"{url}impact",
        "effect": f"{url}organisations/{short_key(giver(network))}#effect-title",
        "story": f"{url}stories",
    }


def pictured_listing(network: Network) -> dict[str, Any]:
    """The first thing that the search finds which has a picture, as the item of the search's feed."""
    found: list[dict[str, Any]] = json.loads(body_of(f"{network.catalogue.url}search.json?q={SEARCHED}"))["items"]
    return next(item for item in found if item["_sharefeed"].get("images"))


def giver(network: Network) -> str:
    """The id of the organisation that gives most in the network's past."""
    return f"{network.site('business').url}organisations/{slug_of('Halvard Rook Insurance')}"
