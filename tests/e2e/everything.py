"""A catalogue in this process that has something to show on every page there is, and the address of each.

It takes a few seconds, where a network of real processes takes a minute; its clock stands still. `ADDRESSES` names a
view and what to ask it for, `NOT_PAGES` the views that answer something else than a page for people.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

from playwright.sync_api import Page
from werkzeug.serving import WSGIRequestHandler, make_server

from bench.entries import hand_written
from examples.demo_processes import choose_port
from federation.facts import short_key
from node.app import create_app
from node.context import Node
from node.search.follow import Follower
from node.search.request import SearchRequest
from node.services.aggregating import proposals
from node.services.alerts import asking as alerts
from node.services.alerts import choices as alert_choices
from node.services.alerts import links as alert_links
from node.services.alerts.asking import Asker
from node.services.exchanges import links as exchange_links
from node.services.identity import operator
from node.services.moderation import decisions, reporting
from node.services.pictures import proxy
from node.services.stories import consent, reading, shelving
from node.storage import alerts as stored_alerts
from node.storage import catalogue, handovers
from node.storage import photos as stored_photos
from tests.fakes.exchanges import asked, shared
from tests.fakes.exchanges import every as every_exchange
from tests.fakes.handed import give
from tests.fakes.handovers import one_of_each
from tests.fakes.publisher import clock_of, publisher
from tests.fakes.sites import PARK, Sites, item, node_site
from tests.fakes.stories import handed_to, told
from tests.node.web.aggregator import follow, send

PHOTOS = Path(__file__).resolve().parents[2] / "examples" / "photos"
ANNA = "anna@park.example"
EYE = {"name": "Village hall", "locality": "Eye", "lat": 52.6, "lon": -0.19, "precision_m": 500, "postcode": "PE6 7UW"}
_PICTURES = {"hall": "A hall with a stage", "kitchen": "The kitchen beside it", "marquee": "The tent for the garden"}


@dataclass(frozen=True, slots=True)
class Everything:
    """The node, and where it answers."""

    node: Node
    url: str

    def at(self, path: str) -> str:
        return self.url.rstrip("/") + path

    def sign_in_path(self) -> str:
        """A fresh link to the operator's pages."""
        return urlsplit(operator.new_link(self.node)).path


def sign_in(page: Page, made: Everything) -> None:
    """Show the page the operator's link, and press what it asks to press."""
    page.goto(made.at(made.sign_in_path()))
    page.locator("main").get_by_role("button").click()
    page.wait_for_url("**/control/")


class _Quiet(WSGIRequestHandler):
    def log(self, *args: Any, **kwargs: Any) -> None:
        return


@contextmanager
def everything(folder: Path) -> Iterator[Everything]:
    """Make it, and answer until the block ends."""
    port = choose_port()
    settings: dict[str, Any] = {
        "node_url": f"http://127.0.0.1:{port}/",
        "node_name": "Peterborough Shares",
        "area_name": "Peterborough",
        "api_rate_per_minute": 1_000_000,
    }
    node = publisher(folder / "home", aggregate=True, mail_capture=True, allow_loopback=True, **settings)
    _fill(node)
    server = make_server("127.0.0.1", port, create_app(node), threaded=True, request_handler=_Quiet)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield Everything(node, node.settings.url)
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
        node.database.close()


def _fill(node: Node) -> None:
    with node.database.write() as tx:
        catalogue.apply(tx, list(hand_written()), [], node.now)
        handovers.put(tx, one_of_each())
    _take_photos(node)
    _read_sources(node)
    asked(node, shared(node))
    give(node, f"{PARK}organisations/park", 5, apart=10)
    Follower(node).catch_up()
    reporting.report(
        node, f"{PARK}listings/lamp", reason="not_free", words="They ask for £5.", email=ANNA, from_address="192.0.2.1"
    )
    reporting.report(
        node,
        shelving.id_of(node, told(node, handed_to(node)).key),
        reason="personal",
        words="",
        email="",
        from_address="192.0.2.1",
    )
    _propose(node)
    _ask_for_mails(node)


def _read_sources(node: Node) -> None:
    """One that sends what is good and what is not, one whose new listings wait, one that lost many at once."""
    good = [hall(), item("lamp", place=EYE), item("ladder", action="lend", category="tools"), want()]
    send(node, follow(node), [*good, item("cupboard", kind="furniture"), item("sofa", price=20)])
    held = "https://held.example/"
    send(node, follow(node, held, name="Held node", hold_new=True), [item("tent", held), item("chairs", held)])
    losing = follow(node, "https://losing.example/", name="Losing node")
    many = [item(f"desk{number}", losing.node_id) for number in range(31)]
    send(node, losing, many)
    clock_of(node).pass_by(minutes=10)
    send(node, losing, many[:1])


def hall() -> dict[str, Any]:
    """A listing that has everything a listing may have."""
    days = {"from": "2026-12-05", "until": "2027-01-16"}
    made = item(
        "hall",
        kind="space",
        action="host",
        category="space/hall",
        place=EYE,
        available=days,
        images=[{"url": _picture(name), "alt": alt} for name, alt in _PICTURES.items()],
        terms="Leave it as you found it.",
        accessibility="Step-free, with a hearing loop.",
        safety="At most ninety people.",
        calendar_url=f"{PARK}calendar",
        request_url=f"{PARK}ask/hall",
    )
    text = "<p>Our hall on Saturdays, for rehearsals and parties.</p><ul><li>Stage</li><li>Piano</li></ul>"
    return {**made, "title": "Hall with a stage and a kitchen", "content_html": text, "tags": ["party", "rehearsal"]}


def want() -> dict[str, Any]:
    return {**item("wanted-desk", direction="want"), "title": "Desk for our office", "tags": ["desk"]}


def _picture(name: str) -> str:
    return f"{PARK}photos/{name}.jpg"


def _take_photos(node: Node) -> None:
    """Copies of the pictures, as if they had been fetched."""
    for name in _PICTURES:
        url = _picture(name)
        proxy.register(node, [url])
        shelf = Path(node.settings.home) / "photos" / proxy.key_of(url)[:2]
        shelf.mkdir(parents=True, exist_ok=True)
        for end in (".jpg", ".card.jpg"):
            (shelf / f"{proxy.key_of(url)}{end}").write_bytes((PHOTOS / f"{name}.jpg").read_bytes())
        with node.database.write() as tx:
            stored_photos.ready(tx, proxy.key_of(url), 960, 720, node.now)


def _propose(node: Node) -> None:
    made = proposals.propose(node, "https://new.example/", "The new ones", ANNA, "We share tools.", "192.0.2.1")
    proposals.preview(node, made.id, fetcher=Sites(*node_site("https://new.example/")))


def _ask_for_mails(node: Node) -> None:
    asker = Asker(ANNA, "daily", "en", "192.0.2.1")
    alerts.ask(node, SearchRequest(q="desk"), "desk", asker)
    with node.database.write() as tx:
        [pending] = stored_alerts.of_person(tx, alert_links.person_of(node, ANNA))
    alert_choices.confirm(node, alert_links.confirm_token(node, pending.id, node.now + 60))


def _alert(node: Node) -> str:
    with node.database.read() as tx:
        return stored_alerts.of_person(tx, alert_links.person_of(node, ANNA))[0].id


def _asked(node: Node) -> str:
    return urlsplit(exchange_links.asker_url(node, every_exchange(node)[0])).path


def _story(node: Node) -> str:
    return reading.newest(node, 1)[0].key


def _held(node: Node) -> str:
    [waits] = decisions.waiting(node, limit=1)
    return f"/control/queue/item?source={waits.row.source_id}&id={quote(waits.row.id, safe='')}"


_HALL, _LAMP = short_key(f"{PARK}listings/hall"), short_key(f"{PARK}listings/lamp")
_GROUP = short_key(f"{PARK}organisations/park")
Where = Callable[[Node], str]


def _fixed(path: str) -> Where:
    return lambda node: path


ADDRESSES: Mapping[str, tuple[Where, ...]] = {
    "portal.home": (_fixed("/"),),
    "portal.search": (
        _fixed("/search?q=desk&action=give&category=furniture"),
        _fixed("/search?near=Eye&within=16.09&action=host&from=2026-12-10&to=2026-12-01"),
        _fixed("/search?q=zzzqqq"),
    ),
    "pages.listing": (
        _fixed(f"/listings/{_HALL}"),
        _fixed(f"/listings/{_LAMP}"),
        _fixed(f"/listings/{short_key(f'{PARK}listings/wanted-desk')}"),
    ),
    "pages.organisation": (_fixed(f"/organisations/{_GROUP}"),),
    "recognition.about": (_fixed("/recognition"),),
    "recognition.certificate": (_fixed(f"/organisations/{_GROUP}/certificate/2026"),),
    "effects.method": (_fixed("/impact/method"),),
    "events.page": (_fixed("/events"),),
    "stories.every": (_fixed("/stories"),),
    "stories.story": (lambda node: f"/stories/{_story(node)}",),
    "stories.word": (
        lambda node: urlsplit(consent.url(node, _story(node), consent.OTHER)).path,
        _fixed("/story-word/x"),
    ),
    "story_reports.form": (lambda node: f"/stories/{_story(node)}/report",),
    "control.stories.page": (_fixed("/control/stories"),),
    "sheets.sheet": (_fixed(f"/listings/{_HALL}/sheet"),),
    "sheets.organisation": (_fixed(f"/organisations/{_GROUP}/sheet"),),
    "sheets.board": (_fixed("/sheet"),),
    "reporting.form": (_fixed(f"/listings/{_LAMP}/report"),),
    "asking.form": (_fixed("/listings/riverside-school.desk/ask"),),
    "asked_already.form": (_fixed("/listings/riverside-school.desk/asked"),),
    "meeting.meet": (_fixed("/exchanges/0123456789abcdef0123?for=owner&code=123456"),),
    "asking_as.form": (_fixed("/listings/riverside-school.desk/ask-as"),),
    "asked.page": (_asked, _fixed("/asked/x")),
    "asked.bay": (lambda node: f"{_asked(node)}/bay",),
    "wanted.page": (_fixed("/wanted"),),
    "wishing.new": (_fixed("/wanted/new?q=laptop"), _fixed("/wanted/new")),
    "categories.every": (_fixed("/categories"),),
    "categories.one": (_fixed("/categories/furniture"), _fixed("/categories/baby")),
    "sources.network": (_fixed("/sources"),),
    "sources.source": (_fixed("/sources/1"),),
    "proposing.form": (_fixed("/sources/propose"),),
    "downloads.page": (_fixed("/downloads/"),),
    "dashboard.page": (_fixed("/impact"), _fixed("/impact?from=2001-01&until=2001-02&place=Eye&action=give")),
    "dashboard.report": (_fixed("/impact/report"),),
    "dashboard.handovers": (_fixed("/impact/handovers"),),
    "about_pages.how_it_works": (_fixed("/how-it-works"),),
    "about_pages.ideas": (_fixed("/ideas"),),
    "offline.page": (_fixed("/offline"),),
    "about_pages.what_belongs": (_fixed("/what-belongs-here"),),
    "about_pages.accessibility": (_fixed("/accessibility"),),
    "about_pages.privacy": (_fixed("/privacy"),),
    "api_docs.page": (_fixed("/api/"),),
    "embed.frame": (_fixed("/embed?q=desk"),),
    "embed_maker.make": (_fixed("/embed/make?q=desk"),),
    "alerts.form": (_fixed("/alerts/new?q=desk&near=Eye&within=5"),),
    "alerts.matches_form": (_fixed(f"/alerts/matches/{_HALL}"),),
    "alerts.mine": (_fixed("/alerts/mine"),),
    "alert_manage.confirming": (
        lambda node: urlsplit(alert_links.confirm_url(node, _alert(node), node.now + 9)).path,
        _fixed("/alerts/confirm/x"),
    ),
    "alert_manage.manage": (lambda node: urlsplit(alert_links.manage_url(node, _person(node))).path,),
    "alert_stop.page": (lambda node: urlsplit(alert_links.stop_url(node, _alert(node))).path,),
    "mailbox.page": (_fixed("/mailbox"),),
    "control.signing_in.explain": (_fixed("/control/sign-in"), _fixed("/control/sign-in?state=signed_out")),
    "control.signing_in.link": (lambda node: urlsplit(operator.new_link(node)).path, _fixed("/control/sign-in/old")),
    "control.overview.page": (_fixed("/control/"),),
    "control.queue.page": (_fixed("/control/queue"),),
    "control.queue.one": (_held,),
    "control.queue.batch": (lambda node: f"/control/queue/batch/{decisions.batches(node)[0].batch}",),
    "control.reported.one": (_fixed(f"/control/queue/reported?id={quote(f'{PARK}listings/lamp', safe='')}"),),
    "control.proposals.page": (_fixed("/control/proposals"),),
    "control.proposals.one": (_fixed("/control/proposals/1"),),
    "control.sources.page": (_fixed("/control/sources"),),
    "control.sources.one": (_fixed("/control/sources/1"),),
    "control.appearance.page": (_fixed("/control/appearance"),),
    "control.preview.sizes": (_fixed("/control/appearance/preview"),),
    "control.control_mailbox.page": (_fixed("/control/mailbox"),),
}
"""What to look at of each view that answers a page; paths may need the node."""

GONE: Mapping[str, int] = {"/alerts/confirm/x": 410, "/control/sign-in/old": 410, "/asked/x": 404, "/story-word/x": 404}
"""Addresses of the above that lead nowhere any more, and what they answer."""

NOT_PAGES: Mapping[str, str] = {
    "static": "files",
    "media.picture": "pictures",
    "photos.photo": "pictures",
    "brand.stylesheet": "a stylesheet",
    "brand.logo": "a picture",
    "brand.icon_file": "a picture",
    "brand.app_icon": "a picture",
    "manifest.manifest": "JSON",
    "offline.worker": "a script",
    "embed.script": "a script",
    "embed.colour": "a stylesheet",
    "qr.listing": "a picture",
    "recognition.picture": "a picture",
    "recognition.as_json": "JSON",
    "open_badges.issuer": "JSON",
    "open_badges.achievement": "JSON",
    "open_badges.key": "JSON",
    "open_badges.keys": "JSON",
    "open_badges.credential": "JSON",
    "open_badges.token": "a token",
    "recognition.organisation": "JSON",
    "effects.factors": "JSON",
    "effects.own_factors": "JSON",
    "organisations_found.found": "JSON",
    "effects.organisation": "JSON",
    "effects.card": "a picture",
    "qr.organisation": "a picture",
    "qr.board": "a picture",
    "feeds.node_document": "JSON",
    "feeds.changes": "JSON",
    "feeds.one_listing": "JSON",
    "feeds.receipts": "JSON",
    "feeds.handovers": "JSON",
    "feeds.handover_lines": "lines of JSON",
    "feeds.json_document": "JSON",
    "feeds.atom_document": "Atom",
    "search_feeds.json_document": "JSON",
    "search_feeds.atom_document": "Atom",
    "search_feeds.geojson_document": "JSON",
    "search_feeds.calendar": "a calendar",
    "events.calendar": "a calendar",
    "stories.json_document": "a feed",
    "stories.atom_document": "a feed",
    "events.feed": "a feed",
    "events.listing": "a calendar",
    "events.organisation": "a calendar",
    "calendars.organisation": "a calendar",
    "calendars.private": "a calendar",
    "calendars.listing": "a calendar",
    "listings_api.every": "JSON",
    "listings_api.one": "JSON",
    "bookings_api.every": "JSON",
    "bookings_api.free": "JSON",
    "sources.report": "JSON",
    "downloads.file": "files",
    "dashboard.table": "a file",
    "dashboard.document": "JSON",
    "dashboard.descriptor": "JSON",
    "oembed.provide": "JSON or XML",
    "asked.mine": "JSON",
    "asked.ask_to_stop": "the page of an exchange as a contact sees it, with its foot unfolded",
    "requests_api.every": "JSON",
    "requests_api.one": "JSON",
    "asked.picture": "a picture",
    "downloads.descriptor": "JSON",
    "control.appearance.colour": "JSON",
    "control.appearance.logo": "a picture",
    "control.preview.page": "the public pages above, with other colours; contrast is tested where colours are chosen",
    "mailbox.one": "a mail as it is sent; its templates have tests of their own",
    "control.control_mailbox.one": "a mail as it is sent; its templates have tests of their own",
}
"""Views that nobody reads as a page of ours, and why."""


def _person(node: Node) -> str:
    return alert_links.person_of(node, ANNA)


def is_a_page(endpoint: str) -> bool:
    """Whether a view that answers GET is expected to be a page here.

    All of the API is JSON, and the desk is looked at by tests of its own, `tests/e2e/test_desk_doors.py` first.
    """
    return not endpoint.startswith(("api.", "desk.")) and endpoint not in NOT_PAGES
