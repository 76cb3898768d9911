"""A catalogue in which every field that strangers fill holds markup and script, and what must never come of it.

Each text has an element that nobody else makes, a handler and a script that would call ``ran``, so that one that got
out of its place is seen in the page, whether or not the browser was allowed to run it.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import quote

from lxml import etree, html
from werkzeug.routing import Rule

from federation.facts import short_key
from node.search.follow import Follower
from node.search.request import SearchRequest
from node.services.aggregating import proposals
from node.services.alerts import asking as alerts
from node.services.alerts import choices as alert_choices
from node.services.alerts import links as alert_links
from node.services.alerts import news as alert_news
from node.services.alerts.asking import Asker
from node.services.file_formats.reading import read
from node.services.identity import operator
from node.services.importing.sheets import Options, import_sheet
from node.services.listings.publishing import ensure_organisation, put_organisation
from node.services.mail.mail_settings import can_mail
from node.services.mail.postman import Postman
from node.services.moderation import reporting
from node.storage import alerts as stored_alerts
from node.storage import catalogue
from tests.fakes.publisher import URL, clock_of
from tests.fakes.sites import PARK, item
from tests.node.web.aggregator import Browser, follow, send

MARK = "x-h"
"""The element that only hostile texts make."""
_PARTS = (
    f'"><{MARK} onclick=ran(1)>',
    "<script>ran(2)</script>",
    "<img src=x onerror=ran(3)>",
    "'-ran(4)-'{{7*7}}${7*7}</textarea></title></style>]]>-->",
)
MARKUP = (
    '<p>Fine, <b>bold</b>.</p><p id="main" class="skip" style="color:red">Dressed</p>'
    f"<{MARK}>x</{MARK}><script>ran(5)</script><style>*{{display:none}}</style>"
    '<img src="https://spy.example/x.png" onerror="ran(6)"><a href="javascript:ran(7)">one</a>'
    '<a href="https://ok.example/" onclick="ran(8)" style="position:fixed;inset:0" target="x">two</a>'
    '<svg onload="ran(9)"><animate onbegin="ran(10)" attributeName="x"/></svg>'
    '<iframe src="https://spy.example/"></iframe>'
    "<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=x onerror=ran(11)&gt;'>"
    '<form action="https://spy.example/"><input name="q"><button>Send</button></form><base href="https://spy.example/">'
    '<object data="https://spy.example/"></object>'
    '<meta http-equiv="refresh" content="0;url=https://spy.example/">'
    '<noscript><p title="</noscript><img src=x onerror=ran(12)>">'
)
ODD_URL = "https://ok.example/a'-ran(13)-'b;c,d(e)?f=%22%3E%3Cscript%3E&g=1#h"
"""A web address that is allowed, and is as odd as one may be."""
NO_URLS = (
    "javascript:ran(14)",
    "data:text/html,<script>ran(15)</script>",
    "//spy.example/x",
    f'https://a.example/"><{MARK}>',
)
MATCHED = "bert@park.example"
SEARCHES = ("portal.home", "portal.search", "embed.frame", "search_feeds.json_document", "api.listings")
"""Routes that read the whole of a search from the address."""
SEARCHED = "oak"
"""A word that every hostile listing has."""


def text(limit: int = 200, before: str = "") -> str:
    """As much hostile text as a field with this limit takes."""
    made = before
    for part in _PARTS:
        if len(made) + len(part) <= limit:
            made += part
    return made if len(made) > len(before) else (before + f"<{MARK}>")[:limit]


def listing(name: str, **members: Any) -> dict[str, Any]:
    """A listing whose every text is hostile, and whose addresses are as odd as they may be."""
    spoilt: dict[str, Any] = {
        "condition": "good",
        "quantity": {"available": 2, "unit": text(40)},
        "place": {
            "name": text(200),
            "locality": text(120, "Eye"),
            "postcode": text(20, "PE6"),
            "lat": 52.6,
            "lon": -0.19,
            "precision_m": 100,
        },
        "terms": text(1000),
        "safety": text(1000),
        "accessibility": text(1000),
        "images": [{"url": ODD_URL, "alt": text(500)}],
        "request_url": ODD_URL,
        "calendar_url": ODD_URL,
        "replacement_value": {"amount": 5, "currency": "GBP"},
        "organisation": {
            "id": f"{PARK}organisations/park",
            "name": text(200),
            "type": "community_group",
            "url": ODD_URL,
            "logo": ODD_URL,
            "description": text(2000),
            "identifiers": [{"scheme": text(40), "id": text(80)}],
        },
    }
    made = item(name, **{**spoilt, **members})
    said = {"title": text(200, f"{SEARCHED} desk "), "content_text": text(5000, SEARCHED), "tags": [text(60), SEARCHED]}
    return {**made, **said, "url": ODD_URL, "image": ODD_URL}


def listings() -> list[dict[str, Any]]:
    """One of each sort, with text and with markup, and some whose titles have line ends."""
    broken = f"{SEARCHED} desk\r\nBcc: spy@spy.example\r\n\r\n<{MARK}>\nEND:VEVENT"
    room = {"kind": "space", "action": "host", "category": "space/meeting-room", "condition": None}
    return [
        listing("text"),
        {**listing("markup", action="lend"), "content_html": MARKUP},
        {**listing("lines"), "title": broken, "content_text": broken},
        listing("room", available={"from": "2026-12-01"}, **room),
        {**listing("want", direction="want"), "content_html": MARKUP},
        {**listing("formula"), "title": f"=cmd|' /C calc'!A1 {SEARCHED}", "content_text": f"@SUM(1) {SEARCHED}"},
    ]


def refused() -> list[dict[str, Any]]:
    """Listings that no rule lets through: an address in them is none. The operator sees them in the queue."""
    made = []
    for number, url in enumerate(NO_URLS):
        one = listing(f"refused-{number}")
        made.append({**one, "url": url})
        made.append({**one, "id": f"{one['id']}-inside", "_sharefeed": {**one["_sharefeed"], "request_url": url}})
    return made


def sheet() -> bytes:
    """A spreadsheet whose every cell is hostile."""
    cells = {
        "id": text(60),
        "kind": "item",
        "title": text(200, f"{SEARCHED} table "),
        "description": text(5000, SEARCHED),
        "category": "furniture/table",
        "quantity": "2",
        "unit": text(40),
        "organisation": text(200, "Hostile "),
        "locality": text(120, "Eye"),
        "postcode": text(20, "PE6"),
        "lat": "52.6",
        "lon": "-0.19",
        "tags": f"{text(60)};{SEARCHED}",
        "image": ODD_URL,
        "image_alt": text(500),
        "terms": text(1000),
        "accessibility": text(1000),
        "safety": text(1000),
    }
    file = io.StringIO()
    writer = csv.DictWriter(file, list(cells))
    writer.writeheader()
    writer.writerow(cells)
    writer.writerow({**cells, "id": "bad", "lat": text(60)})
    return file.getvalue().encode()


class Hostile(Browser):
    """The board: a source and a spreadsheet full of it, and what visitors and people who search have sent."""

    def __init__(self, home: Path, items: Iterable[dict[str, Any]] | None = None, **settings: Any) -> None:
        super().__init__(home, mail_capture=True, api_rate_per_minute=0, brand_colour="#1F5C4D", **settings)
        source = follow(self.node, name=text(200))
        self._subscribe()
        first = [*(listings() if items is None else items), *refused()]
        other = {"id": "https://other.example/", "name": text(200, "Other "), "type": "school"}
        for more in ([], [listing("later", category="furniture/desk", organisation=other)]):
            clock_of(self.node).pass_by(minutes=5)
            send(self.node, source, [*first, *more])
            Follower(self.node).catch_up()
            self._wait_for_matches() if not more else None
        self._import()
        Follower(self.node).catch_up()
        self._ask()
        alert_news.look(self.node)
        Postman(self.node).deliver()
        self.cookie = operator.sign_in(self.node, operator.new_link(self.node).rpartition("/")[2])
        self.client.set_cookie(operator.COOKIE, self.cookie, domain="share.example.org", path="/control")

    def _import(self) -> None:
        report = import_sheet(self.node, read(sheet()), Options())
        assert (len(report.results), len(report.refusals)) == (1, 1), report
        name = text(200, "Hostile ")
        mine = ensure_organisation(self.node, name, "community_group")
        put_organisation(self.node, replace(mine, description=text(2000), url=ODD_URL))

    def _subscribe(self) -> None:
        """Somebody wants to be told of each new listing; their search is hostile as well."""
        assert can_mail(self.node.settings)
        for number, words in enumerate((SEARCHED, text(200, f"{SEARCHED} "))):
            email = f"anna{number}@park.example"
            alerts.ask(self.node, SearchRequest(q=words), words, Asker(email, "instant", "en", f"203.0.113.{number}"))
            self._confirm(email)

    def _wait_for_matches(self) -> None:
        """Somebody wants to be told what meets the want."""
        with self.node.database.read() as tx:
            want = catalogue.by_key(tx, short_key(f"{PARK}listings/want"))
        if want is not None:
            alerts.ask_for_matches(self.node, want, Asker(MATCHED, "instant", "en", "203.0.113.7"))
            self._confirm(MATCHED)

    def _confirm(self, email: str) -> None:
        with self.node.database.read() as tx:
            [alert] = stored_alerts.of_person(tx, alert_links.person_of(self.node, email))
        alert_choices.confirm(self.node, alert_links.confirm_token(self.node, alert.id, self.node.now + 3600))

    def _ask(self) -> None:
        url, sender = ODD_URL.partition("#")[0], "203.0.113.9"
        proposals.propose(self.node, url, text(200), "anna@park.example", text(2000), sender)
        told = {"reason": "other", "words": text(2000), "email": "anna@park.example", "from_address": sender}
        reporting.report(self.node, f"{PARK}listings/text", **told)

    def keys(self) -> list[str]:
        """Of every listing that is shown."""
        with self.node.database.read() as tx:
            return [shown.entry.key for shown in catalogue.live(tx)]

    def addresses(self) -> list[str]:
        """Every route that can be looked at, with what is there and with hostile words in the query."""
        return [*(address for rule in self._rules() for address in self._of(rule)), *self._operators()]

    def tour(self) -> list[str]:
        """What a real browser goes through: each route once, every listing, and the searches."""
        found: list[str] = []
        for rule in self._rules():
            every = self._of(rule)
            found += every if rule.endpoint in ("portal.search", "pages.listing") else every[:1]
        return [*found, *list(self._operators())[:2]]

    def _rules(self) -> list[Rule]:
        return [rule for rule in self.client.application.url_map.iter_rules() if "GET" in (rule.methods or set())]

    def _of(self, rule: Rule) -> list[str]:
        words = quote(text(250, f"{SEARCHED} "), safe="")
        queries = ["", f"?q={words}&near={words}&kind={words}&sort={words}&url={words}"]
        if rule.endpoint in SEARCHES:
            queries += [f"?q={SEARCHED}&limit=50", f"?near={words}&lat=52.6&lon=-0.2", f"?q={words}"]
        paths = [rule.rule]
        for name in rule.arguments:
            values = [quote(value, safe="/") for value in self._values(name, rule.rule)]
            paths = [re.sub(rf"<(?:\w+:)?{name}>", lambda _, v=v: v, path) for path in paths for v in values]
        return [path + query for path in paths for query in (queries if len(paths) == 1 else [""])]

    def _operators(self) -> Iterator[str]:
        """What needs a query to be there at all."""
        for one in refused():
            yield f"/control/queue/item?source=1&id={quote(one['id'], safe='')}"
        yield f"/control/queue/reported?id={quote(f'{PARK}listings/text', safe='')}"
        yield "/control/queue?verdict=reported"
        for key in self.keys():
            yield f"/embed?listing={key}"

    def _values(self, name: str, rule: str) -> list[str]:
        node = self.node
        person = alert_links.person_of(node, "anna1@park.example")
        with node.database.read() as tx:
            shown = list(catalogue.live(tx))
            [alert] = stored_alerts.of_person(tx, person)
        tokens = {
            "confirm": alert_links.confirm_token(node, alert.id, node.now + 3600),
            "manage": alert_links.manage_token(node, person),
            "stop": alert_links.stop_token(node, alert.id),
        }
        if name == "key":
            whose = [one.entry.facts.organisation_key for one in shown]
            return [*sorted(set(whose)), text(60)] if "organisations" in rule else [*self.keys(), text(60)]
        known = {
            "number": [str(number) for number in range(1, 9)] if "mailbox" in rule else ["1"],
            "name": ["listings.csv", "listings.geojson", "listings.ndjson", "datapackage.json", text(40)],
            "path": ["furniture", "furniture/desk", text(40)],
            "filename": ["favicon.svg"],
            "colour": ["1E6B4A"],
            "token": [next((token for kind, token in tokens.items() if kind in rule), "x")],
        }
        return known.get(name, ["x", text(40)])


# What must never be there.

_ELEMENTS = (
    f"//{MARK} | //iframe[not(starts-with(@src, '/'))] | //object | //embed | //base | //style | //meta[@http-equiv]"
)
_ATTRIBUTES = "//@*[starts-with(local-name(), 'on')] | //@style"
_DATA = ("application/ld+json", "application/json")


def strange_in(page: str) -> list[str]:
    """What stands in a page of ours that only somebody else can have put there."""
    tree = html.document_fromstring(page)
    found = [etree.tostring(element, encoding="unicode")[:200] for element in tree.xpath(_ELEMENTS)]
    found += [f"{attribute.attrname}={attribute}" for attribute in tree.xpath(_ATTRIBUTES)]
    for script in tree.iter("script"):
        if not (script.get("src") or "").startswith("/") and script.get("type") not in _DATA:
            found.append(etree.tostring(script, encoding="unicode")[:200])
    for name in ("href", "src", "action", "formaction", "data"):
        found += [
            address for address in tree.xpath(f"//@{name}") if re.match(r"(?i)\s*(javascript|data|vbscript):", address)
        ]
    found += [f"a picture from {src}" for src in tree.xpath("//img/@src") if not re.match(r"/(?!/)|data:image/", src)]
    found += [f"a form to {action}" for action in tree.xpath("//form/@action") if not re.match(r"/(?!/)|#|$", action)]
    return found


def strange_in_mail(page: str) -> list[str]:
    """The same for the HTML of a mail, which has styles of its own."""
    tree = html.document_fromstring(page)
    found = tree.xpath(f"//{MARK} | //script | //iframe | //form | //object | //base | //@*[starts-with(name(), 'on')]")
    sources = [src for src in tree.xpath("//img/@src") if not re.match(re.escape(URL) + "|cid:", src)]
    return (
        [str(one) for one in found]
        + sources
        + [href for href in tree.xpath("//@href") if not re.match(r"https?://|mailto:|#", href)]
    )
