"""The demo's catalogue: an aggregator with its portal, and what it comes to know of its sources."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import orjson

from examples.demo_members import NODE_DOCUMENT, Site, wait_until_answers
from examples.demo_plan import PLAIN, Member, Plan
from examples.demo_processes import SHAREFEED, Children, DemoError
from federation.discovery import discover
from federation.plain import Defaults
from node.context import Node
from node.search.index import read_state
from node.services.aggregating import sources
from node.services.aggregating.polling import make_fetcher
from node.services.pictures import proxy
from node.settings import load
from node.storage import catalogue as stored
from node.storage import photos as copied
from node.storage import receipt_readings
from schemas.canonical import EXTENSION
from schemas.errors import SharefeedError
from schemas.organisation import Organisation
from schemas.place import Place

POLL_S = 60
_TOGETHER = 32


@dataclass(slots=True)
class Catalogue:
    """The running aggregator. ``sources`` maps a source's number to the member that it reads."""

    url: str
    home: Path
    node: Node
    sources: dict[int, Site] = field(default_factory=dict)


def start_catalogue(plan: Plan, folder: Path, port: int, children: Children) -> Catalogue:
    """Set the aggregator up and start it, still without sources. Raises `DemoError`."""
    home, url = folder / "catalogue", f"http://127.0.0.1:{port}/"
    command = [*SHAREFEED, "init", "--home", str(home), "--url", url, "--port", str(port)]
    command += ["--aggregate", "--allow-loopback", "--name", plan.name, "--description", plan.description]
    children.run("catalogue-init", [*command, "--area", plan.locality, *_others(plan)])
    child = children.start("catalogue", [*SHAREFEED, "serve", "--home", str(home)])
    wait_until_answers(url + NODE_DOCUMENT, child)
    return Catalogue(url, home, Node.open(load(home, {})))


def _others(plan: Plan) -> list[str]:
    lat, lon = plan.centre
    settings = {
        "area_bbox": ",".join(str(degrees) for degrees in plan.area),
        "mail_capture": "true",
        "map_lat": lat,
        "map_lon": lon,
        "poll_interval": POLL_S,
        "ttl": POLL_S,
    }
    return [part for name, value in settings.items() for part in ("--set", f"{name}={value}")]


def add_sources(catalogue: Catalogue, sites: Sequence[Site]) -> None:
    """Add every site as an operator would, by the address of its home page. Raises `DemoError`."""
    with make_fetcher(catalogue.node) as fetcher:
        for site in sites:
            try:
                found = discover(fetcher, site.url, catalogue.node.now)
                defaults = _defaults(site.member) if site.member.kind == PLAIN else None
                added = sources.add(catalogue.node, found, name=site.member.name, defaults=defaults)
            except SharefeedError as error:
                raise DemoError(f"{site.member.name} could not be added as a source: {error}") from error
            catalogue.sources[added.id] = site


def _defaults(member: Member) -> Defaults:
    """What the operator says of a feed that cannot say it for itself."""
    said, host = member.defaults, member.organisations[0]
    place = {name: said[name] for name in ("locality", "postcode", "country", "lat", "lon", "precision_m")}
    return Defaults(
        organisation=Organisation(host["url"], host["name"], host["type"], url=host["url"]),
        direction=said["direction"],
        kind=said["kind"],
        action=said["action"],
        category=said["category"],
        place=Place(**place),
        days_until_expiry=said["days_until_expiry"],
    )


def shown(catalogue: Catalogue) -> int:
    """How many listings are in the catalogue now."""
    with catalogue.node.database.read() as tx:
        return stored.state(tx).live_count


def all_read(catalogue: Catalogue) -> bool:
    """Whether every source has been read to its end, or could not be."""
    found = [health.source for health in sources.health(catalogue.node)]
    return all(one.last_code not in (None, "more") and not one.reading_open for one in found)


def read_receipts(catalogue: Catalogue) -> int:
    """Of how many sources the receipts have been read to their end, and are some."""
    with catalogue.node.database.read() as tx:
        return sum(one.count > 0 and not one.reading_open for one in receipt_readings.every(tx))


def index_caught_up(catalogue: Catalogue) -> bool:
    """Whether the search finds everything that the catalogue holds."""
    with catalogue.node.database.read() as tx:
        now = stored.state(tx)
    state = read_state(catalogue.home)
    return state is not None and (state.epoch, state.position) == (now.epoch, now.head)


def photographs(catalogue: Catalogue) -> list[str]:
    """The addresses of all photographs that listings of the catalogue name."""
    with catalogue.node.database.read() as tx:
        items = [orjson.loads(one.entry.item) for one in stored.live(tx)]
    return sorted({image["url"] for item in items for image in item[EXTENSION].get("images", [])})


def copy_photographs(catalogue: Catalogue) -> None:
    """Have every photograph copied now; the catalogue's worker does so once somebody has seen the listing."""
    proxy.register(catalogue.node, photographs(catalogue))
    with make_fetcher(catalogue.node) as fetcher:
        while proxy.fetch_wanted(catalogue.node, fetcher, _TOGETHER) != proxy.Fetched():
            pass


def copies(catalogue: Catalogue) -> dict[str, str]:
    """The address of every photograph, and how its copy is: `WANTED` (still to come), `READY` or `FAILED`."""
    keys = {url: proxy.key_of(url) for url in photographs(catalogue)}
    with catalogue.node.database.read() as tx:
        known = copied.by_keys(tx, set(keys.values()))
    return {url: known[key].state if key in known else copied.WANTED for url, key in keys.items()}


def reasons_of(catalogue: Catalogue, source_id: int, state: str) -> dict[str, str]:
    """Listing id -> code of its first reason, for the listings of a source in this state."""
    rows = sources.verdicts(catalogue.node, source_id, state=state)
    return {row.id: row.reasons[0].code if row.reasons else "" for row in rows}


def some_listing(catalogue: Catalogue, source_id: int) -> tuple[str, str] | None:
    """The portal's page of a listing of this source, and its page at home; None where the source has none."""
    with catalogue.node.database.read() as tx:
        one = next((found for found in stored.live(tx) if found.entry.source_id == source_id), None)
    if one is None:
        return None
    return f"{catalogue.url}listings/{one.entry.key}", orjson.loads(one.entry.item).get("url", "")
